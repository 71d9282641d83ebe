"""Bounds of a contrat responsable, to the basis point and the cent."""

from datetime import date

import pytest

from cloison.rules import Domain, Formula, TariffBook
from cloison.rules.conformite import breaches
from cloison.rules.produits import Guarantee, Product

DAY = date(2026, 3, 2)
SOUND = (
    *(Guarantee(domain, Formula.TM, 10_000) for domain in Domain),
    Guarantee(Domain.OPTI, Formula.FR, 10_000, family="lunettes_classe_a"),
    Guarantee(Domain.OPTI, Formula.FR, 10_000, family="lunettes_classe_b", pair_cap_cents=42_000),
    Guarantee(Domain.AUDI, Formula.FR, 10_000, family="aides_auditives_1"),
    Guarantee(Domain.DENT, Formula.FR, 10_000, family="protheses_panier_0"),
)


def broken(*rows: Guarantee, responsable: bool = True) -> set[tuple[str, str]]:
    """(reason, family) of each breach of a sound product with these rows instead of those about the same acts."""
    guarantees = {row.about: row for row in (*SOUND, *rows)}
    found = breaches(Product("P", "", responsable, tuple(guarantees.values())), DAY, TariffBook.standard())
    return {(breach.reason.code.removeprefix("rules."), breach.family) for breach in found}


def consultations(formula: Formula, rate_bp: int, optam: bool | None = None) -> Guarantee:
    return Guarantee(Domain.MED, formula, rate_bp, family="consultations", optam=optam)


def test_a_sound_product_and_one_that_claims_nothing_break_nothing():
    assert broken() == set()
    assert broken(Guarantee(Domain.LABO, Formula.NONE), responsable=False) == set()


@pytest.mark.parametrize(
    ("row", "kept"),
    [
        (consultations(Formula.BRC, 3_000), True),
        (consultations(Formula.BRC, 2_999), False),
        (consultations(Formula.BR, 10_000), True),
        (consultations(Formula.BR, 9_999), False),
        (consultations(Formula.FR, 9_999), False),
        (Guarantee(Domain.MED, Formula.BRC, 3_000, family="technique"), True),
        (Guarantee(Domain.MED, Formula.BRC, 2_999, family="technique"), False),
        (Guarantee(Domain.HOSP, Formula.BRC, 2_000, family="sejours"), True),
        (Guarantee(Domain.HOSP, Formula.BRC, 1_999, family="sejours"), False),
        (Guarantee(Domain.RADL, Formula.BRC, 3_000), True),
        (Guarantee(Domain.RADL, Formula.BRC, 2_999), False),
        (Guarantee(Domain.LABO, Formula.BRC, 9_999), False),
        (Guarantee(Domain.LABO, Formula.BRC, 10_000), True),
        (Guarantee(Domain.HOSP, Formula.BRC, 2_000), False),
        (Guarantee(Domain.LABO, Formula.EUR, amount_cents=99_999), False),
    ],
)
def test_a_floor_is_kept_by_what_always_reaches_the_base(row: Guarantee, kept: bool):
    assert any(reason == "floor_missing" for reason, _ in broken(row)) != kept


@pytest.mark.parametrize(
    ("outside", "inside", "kept"),
    [
        (consultations(Formula.BR, 20_000, False), consultations(Formula.BR, 22_000, True), True),
        (consultations(Formula.BR, 20_001, False), consultations(Formula.BR, 40_000, True), False),
        (consultations(Formula.BR, 20_000, False), consultations(Formula.BR, 21_999, True), False),
        (consultations(Formula.BR, 15_000, False), consultations(Formula.BR, 16_999, True), False),
        (consultations(Formula.BR, 10_000, False), consultations(Formula.BR, 10_000, True), True),
        (consultations(Formula.BRC, 13_000, False), consultations(Formula.BR, 22_000, True), True),
        (consultations(Formula.BRC, 13_001, False), consultations(Formula.BR, 40_000, True), False),
        (consultations(Formula.BRC, 3_000, False), consultations(Formula.TM, 10_000, True), True),
        (consultations(Formula.BR, 20_000, False), consultations(Formula.FR, 10_000, True), True),
        (consultations(Formula.FR, 10_000, False), consultations(Formula.FR, 10_000, True), False),
    ],
)
def test_an_overrun_outside_optam_is_at_most_once_the_base_and_less_than_inside(
    outside: Guarantee, inside: Guarantee, kept: bool
):
    assert (("overrun_too_high", "consultations") not in broken(outside, inside)) == kept


@pytest.mark.parametrize(
    ("row", "kept"),
    [
        (Guarantee(Domain.OPTI, Formula.FR, 10_000, family="lunettes_classe_b", pair_cap_cents=5_000), True),
        (Guarantee(Domain.OPTI, Formula.FR, 10_000, family="lunettes_classe_b", pair_cap_cents=4_999), False),
        (Guarantee(Domain.OPTI, Formula.FR, 10_000, family="lunettes_classe_b", pair_cap_cents=42_001), False),
        (Guarantee(Domain.OPTI, Formula.EUR, family="lunettes_classe_b", amount_cents=14_000), True),
        (Guarantee(Domain.OPTI, Formula.EUR, family="lunettes_classe_b", amount_cents=14_001), False),
        (Guarantee(Domain.OPTI, Formula.EUR, family="lunettes_classe_b", amount_cents=1_666), False),
        (Guarantee(Domain.OPTI, Formula.EUR, 0, 20_000, "lunettes_classe_b", pair_cap_cents=42_000), True),
        (Guarantee(Domain.OPTI, Formula.EUR, 0, 20_000, "lunettes_classe_b", pair_cap_cents=4_999), False),
        (Guarantee(Domain.OPTI, Formula.TM, 10_000, family="lunettes_classe_b"), True),
    ],
)
def test_a_pair_of_glasses_stays_between_its_floor_and_its_ceiling(row: Guarantee, kept: bool):
    assert (("glasses_out_of_range", "lunettes_classe_b") not in broken(row)) == kept


@pytest.mark.parametrize(
    ("row", "kept"),
    [
        (Guarantee(Domain.AUDI, Formula.FR, 10_000, family="aides_auditives_2", act_cap_cents=170_000), True),
        (Guarantee(Domain.AUDI, Formula.FR, 10_000, family="aides_auditives_2", act_cap_cents=170_001), False),
        (Guarantee(Domain.AUDI, Formula.EUR, family="aides_auditives_2", amount_cents=170_000), True),
        (Guarantee(Domain.AUDI, Formula.EUR, family="aides_auditives_2", amount_cents=170_001), False),
        (Guarantee(Domain.AUDI, Formula.EUR, 0, 200_000, "aides_auditives_2", act_cap_cents=170_000), True),
        (Guarantee(Domain.AUDI, Formula.EUR, 0, 170_000, "aides_auditives_2", act_cap_cents=200_000), True),
        (Guarantee(Domain.AUDI, Formula.FR, 10_000, family="aides_auditives_2"), False),
    ],
)
def test_a_hearing_aid_stays_below_its_ceiling(row: Guarantee, kept: bool):
    assert (("hearing_aid_too_high", "aides_auditives_2") not in broken(row)) == kept


@pytest.mark.parametrize(
    ("row", "kept"),
    [
        (Guarantee(Domain.DENT, Formula.FR, 9_999, family="protheses_panier_0"), False),
        (Guarantee(Domain.DENT, Formula.BR, 10_000, family="protheses_panier_0"), False),
        (Guarantee(Domain.DENT, Formula.FR, 10_000, family="protheses_panier_0", act_cap_cents=0), False),
        (Guarantee(Domain.DENT, Formula.FR, 10_000, family="protheses_panier_0", annual_ceiling_cents=1), False),
        (Guarantee(Domain.DENT, Formula.FR, 10_001, family="protheses_panier_0"), True),
    ],
)
def test_a_basket_without_rest_is_paid_in_full_and_without_a_cap(row: Guarantee, kept: bool):
    assert (("basket_not_full", "protheses_panier_0") not in broken(row)) == kept


@pytest.mark.parametrize(
    ("row", "kept"),
    [
        (Guarantee(Domain.TRAN, Formula.TM, 10_000, act_cap_cents=0), False),
        (Guarantee(Domain.TRAN, Formula.TM, 10_000, day_cap_cents=5_000), False),
        (Guarantee(Domain.TRAN, Formula.TM, 10_000, annual_ceiling_cents=5_000), False),
        (Guarantee(Domain.TRAN, Formula.BR, 10_000, annual_ceiling_cents=5_000), False),
        (Guarantee(Domain.TRAN, Formula.BR, 10_001, annual_ceiling_cents=5_000), True),
        (Guarantee(Domain.TRAN, Formula.FR, 10_000, annual_ceiling_cents=5_000), True),
    ],
)
def test_no_limit_cuts_the_ticket_moderateur(row: Guarantee, kept: bool):
    assert (("floor_limited", "transport") not in broken(row)) == kept
