"""The account of a line is told once for lines that are alike, and is never that of another."""

from unittest import mock

import numpy as np
import pytest
from tests.spec.tables import acts
from tests.unit.test_rules_trace import BATCH

from cloison.claims import accounts
from cloison.claims.accounts import Accounts
from cloison.rules import Priced, TariffBook, price
from cloison.rules.trace import explain


def told(priced: Priced, row: int, known: Accounts) -> list[str]:
    return list(known.of(priced, row).lines("fr"))


def test_each_line_has_its_own_account_whatever_was_told_before():
    priced, known = price(acts(BATCH), TariffBook.standard()), Accounts()
    rows = [*range(len(priced)), *reversed(range(len(priced)))]
    assert [told(priced, row, known) for row in rows] == [list(explain(priced, row).lines("fr")) for row in rows]


def test_a_line_like_another_is_not_told_again():
    book, known = TariffBook.standard(), Accounts()
    first, second = price(acts(BATCH), book), price(acts(BATCH), book)
    expected = [known.of(first, row) for row in range(len(first))]
    with mock.patch.object(accounts, "explain", side_effect=AssertionError):
        assert [known.of(second, row) for row in range(len(second))] == expected


def test_another_book_of_tariffs_tells_its_own():
    known = Accounts()
    first = price(acts(BATCH), TariffBook.standard())
    known.of(first, 0)
    other = price(acts(BATCH), TariffBook(list(TariffBook.standard().parameters.values())))
    assert other.tariff is not first.tariff
    with mock.patch.object(accounts, "explain", wraps=explain) as again:
        known.of(other, 0)
    assert again.call_count == 1


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(accounts, "KEPT_MAX", 2)
    priced, known = price(acts(BATCH), TariffBook.standard()), Accounts()
    for row in np.arange(len(priced)).tolist():
        known.of(priced, row)
    with mock.patch.object(accounts, "explain", wraps=explain) as again:
        known.of(priced, 0)
    assert again.call_count == 1
