"""Numbers of accounts: computed from what they are, and read back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloison.payments import chart
from cloison.payments.chart import SIDES, AccountKind, TransferKind

tenants = st.integers(1, 2**26)
practices = st.integers(1, 2**31 - 1)


@given(tenants, practices)
def test_a_number_says_what_the_account_is(tenant: int, practice: int):
    numbers = np.array([chart.account(tenant, AccountKind.DU, practice)], np.int64)
    assert chart.tenant_of(numbers).tolist() == [tenant]
    assert chart.kind_of(numbers).tolist() == [AccountKind.DU]
    assert chart.practice_of(numbers).tolist() == [practice]


@given(st.lists(st.tuples(tenants, practices), min_size=1, max_size=50))
def test_columns_and_scalars_agree(rows: list[tuple[int, int]]):
    columns = np.array(rows, np.int64)
    numbers = chart.accounts(columns[:, 0].astype(np.int32), AccountKind.DU, columns[:, 1].astype(np.int32))
    assert numbers.tolist() == [chart.account(tenant, AccountKind.DU, practice) for tenant, practice in rows]


@given(tenants, tenants, practices, practices)
def test_two_accounts_never_share_a_number(tenant: int, other: int, practice: int, another: int):
    first = {chart.account(tenant, kind) for kind in AccountKind if kind is not AccountKind.DU}
    second = chart.account(other, AccountKind.DU, another)
    assert second not in first
    assert (chart.account(tenant, AccountKind.DU, practice) == second) == ((tenant, practice) == (other, another))


def test_only_what_is_owed_is_kept_by_practice():
    with pytest.raises(AssertionError):
        chart.account(1, AccountKind.BANQUE, 5)
    with pytest.raises(AssertionError):
        chart.account(1, AccountKind.DU)


def test_every_kind_of_transfer_has_its_accounts():
    assert set(SIDES) == set(TransferKind)
    for sides in SIDES.values():
        assert all(debit != credit for debit, credit in sides)
