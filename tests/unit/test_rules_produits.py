"""What a row of a product may say, and what it says to a clerk."""

from datetime import date
from typing import Any

import pytest

from cloison.errors import Misuse
from cloison.period import FOREVER
from cloison.rules import ACT_CODES, Domain, Formula
from cloison.rules.produits import Guarantee, Product, in_turn


def row(domain: Domain = Domain.MED, formula: Formula = Formula.TM, **said: Any) -> Guarantee:  # Any: fields of a row
    return Guarantee(domain, formula, **said)


@pytest.mark.parametrize(
    "said",
    [
        {"rate_bp": 100_000},
        {"rate_bp": 0},
        {"amount_cents": 0},
        {"waiting_days": 3_660},
        {"act_cap_cents": 0, "day_cap_cents": 0, "annual_ceiling_cents": 0},
        {"start": date(2026, 1, 1), "end": date(2026, 1, 2)},
        {"domain": Domain.OPTI, "pair_cap_cents": 1},
        {"domain": Domain.AUDI, "pair_cap_cents": 1},
        {"domain": Domain.DENT, "tooth_cap_cents": 1},
        {"domain": Domain.DENT, "family": "protheses"},
    ],
)
def test_a_row_may_say_what_is_within_its_bounds(said: dict[str, Any]):
    assert row(**said)


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        ({"rate_bp": 100_001}, "out of bounds"),
        ({"rate_bp": -1}, "out of bounds"),
        ({"amount_cents": -1}, "out of bounds"),
        ({"act_cap_cents": -1}, "out of bounds"),
        ({"day_cap_cents": -1}, "out of bounds"),
        ({"annual_ceiling_cents": -1}, "out of bounds"),
        ({"waiting_days": -1}, "out of bounds"),
        ({"waiting_days": 3_661}, "out of bounds"),
        ({"domain": Domain.OPTI, "pair_cap_cents": 1, "day_cap_cents": 1}, "not several"),
        ({"pair_cap_cents": 1}, "no pair and no ear"),
        ({"tooth_cap_cents": 1}, "no tooth"),
        ({"start": date(2026, 1, 1), "end": date(2026, 1, 1)}, "starts before it ends"),
        ({"family": "protheses"}, "no family protheses"),
    ],
)
def test_a_row_that_cannot_be_is_refused(said: dict[str, Any], cause: str):
    with pytest.raises(Misuse, match=cause):
        row(**said)


def test_a_row_is_told_as_a_clerk_reads_it():
    assert row(rate_bp=10_000).words() == "MED: 100 % TM"
    assert row(family="consultations", optam=True, rate_bp=22_050).words() == "MED consultations (OPTAM): 220 % TM"
    assert row(optam=False, network=True, rate_bp=100).words() == "MED (hors OPTAM) (réseau): 1 % TM"
    assert row(formula=Formula.EUR, amount_cents=12_345).words() == "MED: 123.45 EUR"
    assert row(formula=Formula.EUR, amount_cents=5).words() == "MED: 0.05 EUR"


def test_two_rows_about_the_same_acts_never_hold_on_one_day():
    first = row(start=date(2026, 1, 1), end=date(2026, 2, 1))
    assert Product("P", "", True, (row(start=date(2026, 2, 1)), first)).guarantees
    with pytest.raises(Misuse, match=r"P: two rows for MED: 0 % TM on 2026-01-31"):
        Product("P", "", True, (row(start=date(2026, 1, 31)), first))
    assert Product("P", "", True, (row(start=date(2026, 1, 31), optam=True), first)).guarantees
    assert Product("P", "", True, (row(start=date(2026, 1, 31), network=True), first)).guarantees


def test_a_row_without_a_last_day_ends_when_the_next_one_starts():
    rows = (row(start=date(2026, 3, 1)), row(), row(start=date(2026, 2, 1)), row(optam=True), row(domain=Domain.DENT))
    ends = [each.end for each in in_turn(rows)]
    assert ends == [FOREVER, date(2026, 2, 1), date(2026, 3, 1), FOREVER, FOREVER]
    stated = row(end=date(2026, 1, 15))
    assert in_turn((stated, row(start=date(2026, 2, 1))))[0].end == date(2026, 1, 15)


def test_the_row_of_an_act_is_the_one_that_says_most_on_its_day():
    rows = (
        row(rate_bp=1),
        row(rate_bp=2, optam=True),
        row(rate_bp=3, network=True),
        row(rate_bp=4, family="consultations", start=date(2026, 1, 1), end=date(2026, 2, 1)),
    )
    product, act = Product("P", "", True, rows), ACT_CODES.index("G")

    def rate(day: date, optam: bool, network: bool = False) -> int:
        found = product.on(day, act, optam, network)
        return 0 if found is None else found.rate_bp

    assert rate(date(2025, 12, 31), optam=False) == 1
    assert rate(date(2025, 12, 31), optam=True) == 2
    assert rate(date(2025, 12, 31), optam=True, network=True) == 3
    assert rate(date(2026, 1, 1), optam=True, network=True) == 4
    assert rate(date(2026, 2, 1), optam=True, network=True) == 3
    assert product.on(date(2026, 1, 1), ACT_CODES.index("B"), False) is None
