"""Contrat responsable: which article a product breaks."""

import json
from collections.abc import Mapping
from datetime import date

import pytest
from tests.spec import tables

from cloison.errors import Misuse
from cloison.gateways.files.insurers import read_insurers
from cloison.money import cents_of
from cloison.rules import TariffBook
from cloison.rules.conformite import breaches
from cloison.rules.produits import Product
from cloison.rules.vocabulary import Domain

DAY = date(2026, 3, 2)
BOOK = TariffBook.standard()
FULL = {"formula": "FR", "rate_bp": 10_000}
TM = {"formula": "TM", "rate_bp": 10_000}
ABOUT = ("domain", "family", "optam", "network")


def product(*rows: Mapping[str, object], responsable: bool = True) -> Product:
    """A product that keeps every rule, with rows added or changed."""
    sound = [
        *({"domain": domain.name, **TM} for domain in Domain),
        {"domain": "OPTI", "family": "lunettes_classe_a", **FULL},
        {"domain": "OPTI", "family": "lunettes_classe_b", **FULL, "pair_cap_cents": 42_000},
        {"domain": "AUDI", "family": "aides_auditives_1", **FULL},
        {"domain": "DENT", "family": "protheses_panier_0", **FULL},
    ]
    changed = {tuple(row.get(key) for key in ABOUT): row for row in [*sound, *rows]}
    return read(*changed.values(), responsable=responsable)


def read(*rows: Mapping[str, object], responsable: bool = True) -> Product:
    """A product as its insurer writes it."""
    guarantees = [{"from": "2020-01-01", **row} for row in rows]
    sold = {"code": "P", "label": "p", "responsable": responsable, "guarantees": guarantees}
    document = [{"amc": "75004407", "name": "M", "products": [sold]}]
    return read_insurers(json.dumps(document).encode(), "insurers.json")[0].products[0].product


def broken(*rows: Mapping[str, object]) -> list[tuple[str, str, str]]:
    """(reason, article, family) of each breach."""
    found = breaches(product(*rows), DAY, BOOK)
    return [(b.reason.code.removeprefix("rules."), b.article, b.family) for b in found]


def test_a_product_that_keeps_every_rule_breaks_none():
    assert broken() == []


def judged(drawn: str) -> None:
    """Each row changes one guarantee of a sound product; on the right, the article it then breaks, if any."""
    for row in tables.read(drawn, free=True).rows:
        said = row["guarantee"].split()
        changed: dict[str, object] = {"domain": row["domain"], "family": row["family"], "formula": said[-1]}
        changed |= {"amount_cents": cents_of(said[0])} if said[-1] == "EUR" else {}
        changed |= {"rate_bp": cents_of(said[0])} if said[-1] not in ("EUR", "NONE") else {}
        if row["limit"]:
            amount, _, kind = row["limit"].partition(" ")
            changed[LIMITS[kind]] = cents_of(amount)
        if row["doctor"]:
            changed["optam"] = row["doctor"] == "OPTAM"
        wanted = (row["breach"], row["article"], row["family"])
        found = broken(changed)
        assert (wanted in found) if row["breach"] else not found, (row, found)


LIMITS = {"an act": "act_cap_cents", "a year": "annual_ceiling_cents", "a pair": "pair_cap_cents"}


def test_each_article_of_a_contrat_responsable_can_be_broken():
    """One guarantee of a sound product is replaced by the one of the row. Inside OPTAM the product pays 100 % TM where
    the row does not say otherwise, so that it may pay no overrun outside. What no product can promise (participation,
    franchises, the increase outside the pathway) pricing never pays: see the chapter of guarantees."""
    judged("""
        domain | family             | doctor | guarantee | limit     || article      | breach
        -------+--------------------+--------+-----------+-----------++--------------+---------------------
        LABO   | biologie           |        | 100 TM    |           ||              |
        LABO   | biologie           |        | 99 TM     |           || CSS R871-2 1 | floor_missing
        LABO   | biologie           |        | 0 NONE    |           || CSS R871-2 1 | floor_missing
        PHAR   | medicaments_65     |        | 50 TM     |           || CSS R871-2 1 | floor_missing
        PHAR   | medicaments_30     |        | 0 NONE    |           ||              |
        PHAR   | medicaments_15     |        | 0 NONE    |           ||              |
        TRAN   | transport          |        | 100 TM    | 50 an act || CSS R871-2 1 | floor_limited
        TRAN   | transport          |        | 100 TM    | 500 a year || CSS R871-2 1 | floor_limited
        HOSP   | forfait_journalier |        | 100 TM    | 20 an act || CSS R871-2 1 | floor_limited
        HOSP   | forfait_journalier |        | 100 TM    | 600 a year || CSS R871-2 1 | floor_limited
        HOSP   | forfait_urgences   |        | 0 NONE    |           || CSS R871-2 1 | floor_missing
        HOSP   | actes_lourds       |        | 0 NONE    |           || CSS R871-2 1 | floor_missing
        MED    | consultations      | OPTAM  | 220 BR    |           ||              |
        MED    | consultations      | other  | 120 BR    |           || CSS R871-2 2 | overrun_too_high
        MED    | technique          | other  | 100 FR    |           || CSS R871-2 2 | overrun_too_high
        RADL   | imagerie           | other  | 220 BR    |           || CSS R871-2 2 | overrun_too_high
        OPTI   | lunettes_classe_a  |        | 300 BR    |           || CSS R871-2 3 | basket_not_full
        OPTI   | lunettes_classe_a  |        | 100 FR    | 300 a year || CSS R871-2 3 | basket_not_full
        AUDI   | aides_auditives_1  |        | 300 BR    |           || CSS R871-2 3 | basket_not_full
        DENT   | protheses_panier_0 |        | 300 BR    |           || CSS R871-2 3 | basket_not_full
        OPTI   | lunettes_classe_b  |        | 100 FR    | 420 a pair ||              |
        OPTI   | lunettes_classe_b  |        | 100 FR    | 421 a pair || CSS R871-2 3 | glasses_out_of_range
        OPTI   | lunettes_classe_b  |        | 100 FR    | 49 a pair || CSS R871-2 3 | glasses_out_of_range
        OPTI   | lunettes_classe_b  |        | 100 FR    |           || CSS R871-2 3 | glasses_out_of_range
        AUDI   | aides_auditives_2  |        | 300 BR    |           ||              |
        AUDI   | aides_auditives_2  |        | 100 FR    | 1700 a pair ||              |
        AUDI   | aides_auditives_2  |        | 100 FR    |           || CSS R871-2 3 | hearing_aid_too_high
    """)


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


def test_the_daily_charge_of_the_hospital_is_paid_without_limit():
    """No cap per act, no number of days: 23 euros a day for as long as the stay lasts (CSS R871-2 1)."""
    expected = [("floor_limited", "CSS R871-2 1", "forfait_journalier")]
    assert broken({"domain": "HOSP", "family": "forfait_journalier", **TM, "act_cap_cents": 2_000}) == expected
    assert broken({"domain": "HOSP", "family": "forfait_journalier", **TM, "annual_ceiling_cents": 60_000}) == expected
    assert broken({"domain": "HOSP", "family": "forfait_journalier", "formula": "NONE"}) == [
        ("floor_missing", "CSS R871-2 1", "forfait_journalier")
    ]


@pytest.mark.parametrize(
    ("pair", "kept"), [(4_999, False), (5_000, True), (42_000, True), (42_001, False), (None, False)]
)
def test_the_real_cost_of_other_glasses_is_capped_between_floor_and_ceiling(pair: int | None, kept: bool):
    """50 to 420 euros a pair for two simple lenses; without a cap the ceiling is exceeded (CSS R871-2 3)."""
    row = {"domain": "OPTI", "family": "lunettes_classe_b", **FULL, "pair_cap_cents": pair}
    assert broken(row) == ([] if kept else [("glasses_out_of_range", "CSS R871-2 3", "lunettes_classe_b")])


def test_the_ticket_moderateur_alone_on_other_glasses_has_no_floor_to_keep():
    assert broken({"domain": "OPTI", "family": "lunettes_classe_b", **TM}) == []


@pytest.mark.parametrize(
    ("row", "kept"),
    [
        ({"formula": "BR", "rate_bp": 30_000}, True),
        ({**FULL, "pair_cap_cents": 170_000}, True),
        ({**FULL, "act_cap_cents": 170_000}, True),
        ({**FULL, "pair_cap_cents": 170_001}, False),
        (FULL, False),
    ],
)
def test_a_hearing_aid_of_class_two_is_paid_up_to_1700_euros_an_ear(row: Mapping[str, object], kept: bool):
    """The share of the compulsory scheme is inside the 1 700 euros; pricing keeps each ear below (CSS R871-2 3)."""
    found = broken({"domain": "AUDI", "family": "aides_auditives_2", **row})
    assert (("hearing_aid_too_high", "CSS R871-2 3", "aides_auditives_2") not in found) is kept


@pytest.mark.parametrize(("amount", "kept"), [(1_666, False), (1_667, True), (14_000, True), (14_001, False)])
def test_an_amount_for_other_glasses_counts_for_the_frame_and_both_lenses(amount: int, kept: bool):
    """Three times the amount for a pair: from 50 to 420 euros."""
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
        {"domain": "MED", **TM, "rate": 10_000},
        {"domain": "MED", **TM, "network": "KALIX"},
        {"domain": "MED", **TM, "tooth_cap_cents": 1},
        {"domain": "DENT", **TM, "pair_cap_cents": 1},
        {"domain": "DENT", **TM, "tooth_cap_cents": 1, "day_cap_cents": 1},
        {"domain": "MED", **TM, "waiting_days": 3_661},
    ],
)
def test_a_row_that_cannot_be_read_is_refused(row: Mapping[str, object]):
    with pytest.raises(Misuse):
        read(row)


def test_the_last_day_of_a_row_is_inside():
    sold = read({"domain": "MED", **TM, "from": "2026-01-01", "to": "2026-03-31"}, responsable=False)
    assert sold.on(date(2026, 3, 31), 0, True) is not None
    assert sold.on(date(2026, 4, 1), 0, True) is None


def test_a_row_without_a_last_day_ends_on_the_eve_of_the_next_and_two_rows_never_hold_together():
    better = {**TM, "rate_bp": 9_000, "from": "2026-03-01"}
    sold = read({"domain": "MED", **TM, "from": "2026-01-01"}, {"domain": "MED", **better})
    assert [row.end for row in sold.guarantees] == [date(2026, 3, 1), date.max]
    with pytest.raises(Misuse):
        read({"domain": "MED", **TM, "from": "2026-01-01", "to": "2026-03-01"}, {"domain": "MED", **better})


def test_the_prices_of_a_network_keep_the_rules_too():
    assert broken({"domain": "LABO", "network": True, "formula": "TM", "rate_bp": 5_000}) == [
        ("floor_missing", "CSS R871-2 1", "biologie")
    ]
    assert broken({"domain": "OPTI", "family": "lunettes_classe_a", "network": True, **FULL}) == []


def test_a_cap_per_pair_of_glasses_stays_between_floor_and_ceiling():
    row = {"domain": "OPTI", "family": "lunettes_classe_b", **FULL}
    assert broken({**row, "pair_cap_cents": 40_000}) == []
    for cap in (4_999, 42_001):
        assert broken({**row, "pair_cap_cents": cap}) == [("glasses_out_of_range", "CSS R871-2 3", "lunettes_classe_b")]


@pytest.mark.parametrize("cap", ["day_cap_cents", "act_cap_cents"])
def test_no_other_cap_may_cut_the_ticket_moderateur(cap: str):
    assert broken({"domain": "TRAN", **TM, cap: 5_000}) == [("floor_limited", "CSS R871-2 1", "transport")]
