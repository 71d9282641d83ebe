"""Contrat responsable: which article a product breaks."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from cloison.errors import Misuse
from cloison.rules import TariffBook, code_ids
from cloison.rules.conformite import breaches
from cloison.rules.produits import Guarantee, Product, Shelf
from cloison.rules.vocabulary import Domain, Formula, Sector

DAY = date(2026, 3, 2)
BOOK = TariffBook.standard()
FULL = {"formula": "FR", "rate_bp": 10_000}
TM = {"formula": "TM", "rate_bp": 10_000}


def product(*rows: Mapping[str, object], responsable: bool = True) -> Product:
    """A product that keeps every rule, with rows added or changed."""
    sound = [
        *({"domain": domain.name, **TM} for domain in Domain),
        {"domain": "OPTI", "family": "lunettes_classe_a", **FULL},
        {"domain": "OPTI", "family": "lunettes_classe_b", "formula": "FR", "rate_bp": 10_000},
        {"domain": "AUDI", "family": "aides_auditives_1", **FULL},
        {"domain": "DENT", "family": "protheses_panier_0", **FULL},
    ]
    changed = {(row["domain"], row.get("family"), row.get("optam")): row for row in [*sound, *rows]}
    return Product.read({"code": "P", "label": "p", "responsable": responsable, "guarantees": list(changed.values())})


def broken(*rows: Mapping[str, object]) -> list[tuple[str, str, str]]:
    """(reason, article, family) of each breach."""
    found = breaches(product(*rows), DAY, BOOK)
    return [(b.reason.code.removeprefix("rules."), b.article, b.family) for b in found]


def test_a_product_that_keeps_every_rule_breaks_none():
    assert broken() == []


def test_a_product_that_is_not_responsable_is_not_asked():
    assert breaches(product({"domain": "LABO", "formula": "NONE"}, responsable=False), DAY, BOOK) == []


@pytest.mark.parametrize(
    "row",
    [
        {"formula": "TM", "rate_bp": 9_999},
        {"formula": "BR", "rate_bp": 9_999},
        {"formula": "BRC", "rate_bp": 3_000},
        {"formula": "EUR", "amount_cents": 99_999},
        {"formula": "NONE"},
    ],
)
def test_the_ticket_moderateur_is_covered_in_full(row: Mapping[str, object]):
    assert broken({"domain": "LABO", **row}) == [("floor_missing", "CSS R871-2 1", "biologie")]


def test_medicines_of_moderate_or_low_benefit_may_be_left_out():
    left_out = [{"domain": "PHAR", "family": f"medicaments_{rate}", "formula": "NONE"} for rate in (30, 15)]
    assert broken(*left_out) == []
    assert broken({"domain": "PHAR", "family": "medicaments_65", "formula": "NONE"}) == [
        ("floor_missing", "CSS R871-2 1", "medicaments_65")
    ]


def test_no_cap_may_cut_the_ticket_moderateur():
    assert broken({"domain": "TRAN", **TM, "act_cap_cents": 5_000}) == [("floor_limited", "CSS R871-2 1", "transport")]
    assert broken({"domain": "TRAN", **TM, "annual_ceiling_cents": 5_000}) == [
        ("floor_limited", "CSS R871-2 1", "transport")
    ]


@pytest.mark.parametrize(
    ("inside", "outside", "kept"),
    [
        (22_000, 20_000, True),
        (22_000, 20_001, False),
        (30_000, 20_000, True),
        (30_000, 20_001, False),
        (15_000, 13_000, True),
        (15_000, 13_001, False),
        (11_000, 10_000, True),
        (11_000, 10_001, False),
    ],
)
def test_overruns_outside_optam_are_twice_limited(inside: int, outside: int, kept: bool):
    """At most 100 % of the base, and 20 % less than inside OPTAM: 220 % inside allows 200 % outside."""
    rows = [
        {"domain": "MED", "formula": "BR", "rate_bp": rate, "optam": optam, "family": "consultations"}
        for rate, optam in ((inside, True), (outside, False))
    ]
    assert broken(*rows) == ([] if kept else [("overrun_too_high", "CSS R871-2 2", "consultations")])


@pytest.mark.parametrize(
    ("inside", "outside", "kept"),
    [(8_000, 6_000, True), (8_000, 6_001, False), (15_001, 13_000, True), (20_000, 13_001, False)],
)
def test_overruns_on_top_of_the_compulsory_share_count_without_the_ticket_moderateur(
    inside: int, outside: int, kept: bool
):
    """80 % of the base on top is 30 % of ticket moderateur and 50 % of overrun."""
    rows = [
        {"domain": "MED", "formula": "BRC", "rate_bp": rate, "optam": optam, "family": "consultations"}
        for rate, optam in ((inside, True), (outside, False))
    ]
    assert (("overrun_too_high", "CSS R871-2 2", "consultations") not in broken(*rows)) is kept


def test_overruns_outside_optam_without_limit_break_the_rule():
    without_limit = {"domain": "MED", "family": "technique", "optam": True, **FULL}
    assert broken(without_limit) == []
    assert broken(without_limit | {"optam": False}) == [("overrun_too_high", "CSS R871-2 2", "technique")]
    assert ("overrun_too_high", "CSS R871-2 2", "imagerie") in broken({"domain": "RADL", **FULL})


@pytest.mark.parametrize(
    ("domain", "family"),
    [("OPTI", "lunettes_classe_a"), ("AUDI", "aides_auditives_1"), ("DENT", "protheses_panier_0")],
)
def test_a_basket_of_100_sante_is_paid_in_full(domain: str, family: str):
    expected = [("basket_not_full", "CSS R871-2 3", family)]
    assert broken({"domain": domain, "family": family, "formula": "BR", "rate_bp": 30_000}) == expected
    assert broken({"domain": domain, "family": family, **FULL, "annual_ceiling_cents": 100_000}) == expected


@pytest.mark.parametrize(("amount", "kept"), [(4_999, False), (5_000, True), (42_000, True), (42_001, False)])
def test_an_amount_for_other_glasses_stays_between_floor_and_ceiling(amount: int, kept: bool):
    found = broken({"domain": "OPTI", "family": "lunettes_classe_b", "formula": "EUR", "amount_cents": amount})
    assert (("glasses_out_of_range", "CSS R871-2 3", "lunettes_classe_b") not in found) is kept


def test_a_breach_says_what_it_found_and_what_it_wants():
    (breach,) = breaches(product({"domain": "LABO", "formula": "TM", "rate_bp": 5_000}), DAY, BOOK)
    assert breach.found == "LABO: 50 % TM"
    assert breach.wanted.en == "100 % TM"


@pytest.mark.parametrize(
    "row",
    [
        {"domain": "XXXX", **TM},
        {"domain": "MED", "formula": "XX", "rate_bp": 1},
        {"domain": "MED", "formula": "EUR", "rate_bp": 1},
        {"domain": "MED", "formula": "TM", "rate_bp": 1.5},
        {"domain": "MED", "formula": "TM", "rate_bp": -1},
        {"domain": "MED", "family": "biologie", **TM},
        {"domain": "MED", **TM, "from": "2026-01-01", "to": "2025-01-01"},
        {"formula": "TM"},
    ],
)
def test_a_row_that_cannot_be_read_is_refused(row: Mapping[str, object]):
    with pytest.raises(Misuse):
        Product.read({"code": "P", "label": "p", "responsable": True, "guarantees": [row]})


def test_the_row_that_says_most_counts_and_its_days_do():
    """The family before the domain, the kind of doctor before all doctors, the row of the day of care."""
    rows = (
        Guarantee(Domain.MED, Formula.TM, 10_000),
        Guarantee(Domain.MED, Formula.BR, 20_000, family="consultations", start=date(2026, 1, 1)),
        Guarantee(Domain.MED, Formula.BR, 15_000, family="consultations", optam=False, end=date(2026, 2, 1)),
    )
    sold = Product("P", "p", False, rows)
    shelf = Shelf([replace(sold, code="empty", guarantees=()), sold])
    cases = [
        ("G", Sector.ONE, "2025-12-31", 0),
        ("G", Sector.ONE, "2026-01-01", 1),
        ("CNP", Sector.ONE, "2026-01-01", 1),
        ("CNP", Sector.TWO, "2026-01-31", 2),
        ("PHC", Sector.ONE, "2026-01-31", -1),
        ("G", Sector.TWO, "2026-01-31", 2),
        ("G", Sector.TWO, "2026-02-01", 1),
        ("ATM", Sector.TWO, "2026-02-01", 0),
        ("B", Sector.ONE, "2026-02-01", -1),
        ("ZZ", Sector.ONE, "2026-02-01", -1),
    ]
    code = code_ids(np.array([name.encode() for name, _, _, _ in cases], "S5"))
    sector = np.array([kind for _, kind, _, _ in cases], np.int8)
    day = np.array([day for _, _, day, _ in cases], "datetime64[D]")
    found = shelf.find(np.full(len(cases), 1), code, sector, day)
    assert found.tolist() == [row for _, _, _, row in cases]
    assert shelf.find(np.full(len(cases), 0), code, sector, day).tolist() == [-1] * len(cases)
