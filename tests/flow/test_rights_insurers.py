"""The file of insurers: read whole, kept whole, and never rewritten."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from cloison.errors import Misuse
from cloison.gateways.files.insurers import FIELDS, read_insurers
from cloison.rights import insurers, store
from cloison.rights.guarantees import ProductBook
from cloison.rights.insurers import Insurer, InsurersReport
from cloison.rules.produits import Guarantee
from cloison.rules.vocabulary import Domain, Formula
from cloison.storage.database import Database
from cloison.storage.keys import KeyProvider
from cloison.storage.roles import Role

PRACTICE = "751234567"
WHOLE: dict[str, object] = {
    "domain": "OPTI", "family": "lunettes_classe_b", "optam": None, "network": True, "formula": "FR", "rate_bp": 9_000,
    "amount_cents": None, "waiting_days": 30, "act_cap_cents": 20_000, "day_cap_cents": None, "pair_cap_cents": 30_000,
    "tooth_cap_cents": None, "annual_ceiling_cents": 60_000, "from": "2026-01-01", "to": "2026-12-31",
}  # fmt: skip
PLAIN: dict[str, object] = {"domain": "MED", "formula": "TM", "rate_bp": 10_000, "from": "2026-01-01"}
MEMBER: dict[str, object] = {"numero": PRACTICE, "from": "2026-03-01", "to": "2026-03-31"}


class Register:
    """Loads declarations and reads back what enquiries and claims read."""

    def __init__(self, database: Database, keys: KeyProvider) -> None:
        self.database, self.keys = database, keys

    async def load(self, declared: list[Insurer]) -> InsurersReport:
        return await insurers.load(self.database, self.keys, declared, "insurers.json")

    async def book(self) -> ProductBook:
        return await store.product_book(self.database, Role.CLAIMS)


@pytest.fixture
def register(database: Database, day_keys: KeyProvider) -> Register:
    return Register(database, day_keys)


def declared(*rows: Mapping[str, object], members: tuple[Mapping[str, object], ...] = ()) -> list[Insurer]:
    sold = {"code": "P1", "label": "Produit", "responsable": True, "guarantees": list(rows)}
    networks = [{"code": "KALIX", "practices": list(members)}]
    document = [{"amc": "75004407", "name": "Mutuelle", "products": [sold], "networks": networks}]
    return read_insurers(json.dumps(document).encode(), "insurers.json")


def test_every_field_of_a_row_is_read():
    assert set(WHOLE) == set(FIELDS["guarantee"])
    (row,) = declared(WHOLE)[0].products[0].product.guarantees
    assert row == Guarantee(
        Domain.OPTI, Formula.FR, 9_000, family="lunettes_classe_b", network=True, act_cap_cents=20_000,
        pair_cap_cents=30_000, annual_ceiling_cents=60_000, waiting_days=30, start=date(2026, 1, 1),
        end=date(2027, 1, 1),
    )  # fmt: skip


async def test_what_is_declared_is_what_enquiries_and_claims_read_back(register: Register):
    dental = {**PLAIN, "domain": "DENT", "family": "protheses", "tooth_cap_cents": 1_000}
    row = {**PLAIN, "optam": False, "day_cap_cents": 5_000}
    report = await register.load(declared(WHOLE, PLAIN, row, dental, members=(MEMBER,)))
    assert (report.guarantees, report.defects) == (4, ())
    rows = (await register.book()).shelf.rows
    about = zip(rows.domain.tolist(), rows.network.tolist(), rows.optam.tolist(), strict=True)
    at = {what: place for place, what in enumerate(about)}
    whole, outside, teeth = at[Domain.OPTI, True, -1], at[Domain.MED, False, 0], at[Domain.DENT, False, -1]
    assert (rows.rate_bp[whole], rows.act_cap_cents[whole], rows.pair_cap_cents[whole]) == (9_000, 20_000, 30_000)
    assert (rows.annual_ceiling_cents[whole], rows.waiting_days[whole]) == (60_000, 30)
    assert (rows.valid_from[whole], rows.valid_to[whole]) == (np.datetime64("2026-01-01"), np.datetime64("2027-01-01"))
    assert (rows.day_cap_cents[outside], rows.tooth_cap_cents[teeth]) == (5_000, 1_000)
    assert rows.tooth_cap_cents[whole] == rows.act_cap_cents[teeth] == -1


async def test_the_practices_of_a_network_are_those_of_its_days_both_inside(register: Register):
    await register.load(declared(PLAIN, members=(MEMBER,)))
    networks = (await register.book()).networks
    days = np.array(["2026-02-28", "2026-03-01", "2026-03-31", "2026-04-01"], "datetime64[D]")
    tenant = np.repeat(networks.tenant[:1], 4)
    assert networks.include(tenant, np.repeat(np.array([PRACTICE], "S9"), 4), days).tolist() == [
        False,
        True,
        True,
        False,
    ]
    assert not networks.include(tenant, np.repeat(np.array([b"752222222"], "S9"), 4), days).any()
    assert not networks.include(tenant + 1, np.repeat(np.array([PRACTICE], "S9"), 4), days).any()


async def test_loaded_again_only_differences_count(register: Register):
    await register.load(declared(WHOLE, PLAIN, members=(MEMBER,)))
    again = await register.load(declared(WHOLE, PLAIN, members=(MEMBER,)))
    assert (again.insurers, again.products, again.guarantees, again.ended, again.defects) == (0, 0, 0, 0, ())
    better = {**PLAIN, "formula": "BR", "rate_bp": 15_000, "from": "2026-07-01"}
    changed = await register.load(declared(WHOLE, PLAIN, better))
    assert (changed.guarantees, changed.ended) == (1, 1)
    rows = (await register.book()).shelf.rows
    ends = sorted(str(end) for end in rows.valid_to[rows.domain == Domain.MED])
    assert ends == ["2026-07-01", "9999-12-31"]


async def test_a_row_beside_another_ends_nothing_and_a_rewritten_one_refuses_everything(register: Register):
    await register.load(declared(PLAIN))
    beside = await register.load(declared(PLAIN, {**PLAIN, "optam": False, "rate_bp": 9_000, "from": "2026-06-01"}))
    assert (beside.guarantees, beside.ended) == (1, 0)
    for wrong in ({"rate_bp": 9_000}, {"annual_ceiling_cents": 1}, {"waiting_days": 3}, {"day_cap_cents": 1}):
        refused = await register.load(declared({**PLAIN, **wrong}, WHOLE))
        assert [defect.reason.code for defect in refused.defects] == ["movements.guarantee_rewritten"]
    assert len((await register.book()).shelf.rows) == 2


async def test_a_membership_ends_once(register: Register):
    open_ended = {**MEMBER, "to": None}
    await register.load(declared(PLAIN, members=(open_ended,)))
    assert (await register.load(declared(PLAIN, members=(MEMBER,)))).defects == ()
    for later in ("2026-05-31", None):
        refused = await register.load(declared(PLAIN, members=({**MEMBER, "to": later},)))
        assert [defect.reason.code for defect in refused.defects] == ["movements.member_rewritten"]
    assert (await register.book()).networks.valid_to.tolist() == [date(2026, 4, 1)]


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"family": 3}, "guarantees[0].family"),
        ({"family": "biologie"}, "guarantees[0]"),
        ({"optam": "O"}, "guarantees[0].optam"),
        ({"formula": "EUR", "rate_bp": None}, "guarantees[0].amount_cents"),
        ({"rate_bp": None}, "guarantees[0].rate_bp"),
        ({"rate": 3}, "guarantees[0].rate"),
        ({"to": "2025-12-31"}, "guarantees[0].to"),
        ({"pair_cap_cents": 3}, "guarantees[0]"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(change: Mapping[str, object], where: str):
    with pytest.raises(Misuse) as refused:
        declared({**PLAIN, **change})
    assert refused.value.place is not None
    assert refused.value.place.field == f"[0].products[0].{where}"


@pytest.mark.parametrize("change", [{"numero": "75123"}, {"numero": 751234567}, {"sector": 1}])
def test_a_practice_of_a_network_has_a_number_and_days(change: Mapping[str, object]):
    with pytest.raises(Misuse):
        declared(PLAIN, members=({**MEMBER, **change},))


def test_a_guarantee_is_a_value():
    (row,) = declared(WHOLE)[0].products[0].product.guarantees
    assert replace(row, end=date.max) != row == replace(row)
