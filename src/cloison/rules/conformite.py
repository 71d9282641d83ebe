"""Whether a product keeps the rules of a contrat responsable: floors, ceilings, exclusions; which article it breaks.

CSS R871-2 1   the ticket moderateur in full, but for medicines of moderate or low benefit, homeopathy, spa
CSS R871-2 1   the daily charge of the hospital without limit of days
CSS R871-2 2   overruns outside OPTAM: at most 100 % of the base, and 20 % of the base less than inside
CSS R871-2 3   glasses of class A, hearing aids of class I and the dental basket without rest: paid in full
CSS R871-2 3   other glasses: between a floor and a ceiling; other hearing aids: a ceiling
CSS L871-1     participation, franchises and the increase outside the pathway: never paid (the pricing sees to it)
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from cloison.errors import Reason, Text
from cloison.money import euros
from cloison.rules.codes import ACT_NUMBERS, ACT_TABLE
from cloison.rules.produits import Guarantee, Product, family_domains
from cloison.rules.reasons import reason
from cloison.rules.tariff_book import TariffBook
from cloison.rules.vocabulary import Domain, Formula

FULL_BP = 10_000
OPTIONAL_FAMILIES = ("medicaments_30", "medicaments_15")
"""The ticket moderateur may be left to the insured (CSS R871-2 1, by R160-5 6 and 7)."""
PAID_IN_FULL = ("lunettes_classe_a", "aides_auditives_1", "protheses_panier_0")
"""Baskets of 100 % sante."""
DOCTORS = ("consultations", "technique", "imagerie")
PIECES_OF_A_PAIR = 3
"""A frame and two lenses: an amount per act is paid for each."""


@dataclass(frozen=True, slots=True)
class Breach:
    """An article that a product breaks, where, and what it says instead of what it should."""

    reason: Reason
    article: str
    family: str
    found: str
    wanted: Text


def breaches(product: Product, day: date, tariff: TariffBook) -> list[Breach]:
    """Every rule of a contrat responsable that a product breaks on a day; none when it does not claim to be one."""
    if not product.responsable:
        return []
    found: dict[Breach, None] = {}
    for network in sorted({False, *(row.network for row in product.guarantees)}):
        found.update(dict.fromkeys(_floors(product, day, network)))
        found.update(dict.fromkeys(_overruns(product, day, network, tariff)))
        found.update(dict.fromkeys(_baskets(product, day, network)))
        found.update(dict.fromkeys(_glasses(product, day, network, tariff)))
        found.update(dict.fromkeys(_ears(product, day, network, tariff)))
    return list(found)


def _floors(product: Product, day: date, network: bool) -> Iterator[Breach]:
    """The ticket moderateur, in full and without a limit that could cut it."""
    for family, domain in family_domains().items():
        if family in OPTIONAL_FAMILIES or family in PAID_IN_FULL:
            continue
        for optam in (True, False) if domain in (Domain.MED, Domain.RADL) else (True,):
            row = product.on(day, _code_of(family), optam, network)
            if row is None or not _covers_ticket_moderateur(row, family):
                yield _breach("floor_missing", "CSS R871-2 1", family, row, "100 % TM", "100 % TM")
            elif _cut(row):
                yield _breach(
                    "floor_limited", "CSS R871-2 1", family, row, "aucun plafond sous 100 % TM", "no cap below 100 % TM"
                )


def _cut(row: Guarantee) -> bool:
    """Whether a limit may cut the ticket moderateur. A cap per pair of glasses is checked as their floor is."""
    per_act = (row.act_cap_cents, row.day_cap_cents, row.tooth_cap_cents)
    return any(cap is not None for cap in per_act) or (row.annual_ceiling_cents is not None and _only_floor(row))


def _covers_ticket_moderateur(row: Guarantee, family: str) -> bool:
    """Whether a formula always reaches the base of the acts of a family."""
    if row.formula == Formula.BRC:
        rates = {act.rate for act in ACT_TABLE if act.family == family}
        return row.rate_bp >= max(_LARGEST_TICKET.get(rate, FULL_BP) for rate in rates)
    return row.formula in (Formula.TM, Formula.BR, Formula.FR) and row.rate_bp >= FULL_BP


_LARGEST_TICKET = {"medecin": 3_000, "technique": 3_000, "imagerie": 3_000, "hospitalisation": 2_000}
"""The ticket moderateur of some kinds of acts, in basis points of the base; elsewhere the whole base is asked for."""


def _only_floor(row: Guarantee) -> bool:
    return row.formula == Formula.TM or (row.formula == Formula.BR and row.rate_bp == FULL_BP)


def _overruns(product: Product, day: date, network: bool, tariff: TariffBook) -> Iterator[Breach]:
    """Doctors outside OPTAM: no more than once the base, and less than doctors inside."""
    most = tariff.parameters["contrat_responsable.depassement_non_optam"].at(day).value
    gap = tariff.parameters["contrat_responsable.ecart_optam"].at(day).value
    assert isinstance(most, int)
    assert isinstance(gap, int)
    for family in DOCTORS:
        inside, outside = (_overrun(product.on(day, _code_of(family), optam, network)) for optam in (True, False))
        limit = most if inside is None else max(0, min(most, inside - gap))
        if outside is None or outside > limit:
            row = product.on(day, _code_of(family), False, network)
            wanted = f"{(FULL_BP + limit) // 100} % BR"
            yield _breach("overrun_too_high", "CSS R871-2 2", family, row, f"au plus {wanted}", f"at most {wanted}")


def _overrun(row: Guarantee | None) -> int | None:
    """What a row pays above the base, in basis points of it; None when without limit."""
    if row is None or row.formula in (Formula.NONE, Formula.TM):
        return 0
    if row.formula == Formula.BR:
        return max(0, row.rate_bp - FULL_BP)
    return max(0, row.rate_bp - _LARGEST_TICKET["medecin"]) if row.formula == Formula.BRC else None


def _baskets(product: Product, day: date, network: bool) -> Iterator[Breach]:
    for family in PAID_IN_FULL:
        row = product.on(day, _code_of(family), True, network)
        full = row is not None and row.formula == Formula.FR and row.rate_bp >= FULL_BP
        if not full or (row is not None and any(cap is not None for cap in row.caps)):
            yield _breach("basket_not_full", "CSS R871-2 3", family, row, "100 % FR, sans plafond", "100 % FR, no cap")


def _glasses(product: Product, day: date, network: bool, tariff: TariffBook) -> Iterator[Breach]:
    """What a product pays for a pair of other glasses stays between the floor and the ceiling of the first class.

    The other classes have higher ceilings, which a product cannot name apart: pricing keeps each pair below its own.
    The ticket moderateur alone, or a rate of the base (some cents), offers no glasses and has no floor to keep.
    """
    row = product.on(day, ACT_NUMBERS["VU1"], True, network)
    if row is None or row.formula not in (Formula.EUR, Formula.FR):
        return
    floor = tariff.parameters["optique.plancher.1"].at(day).value
    ceiling = tariff.parameters["optique.plafond.1"].at(day).value
    assert isinstance(floor, int)
    assert isinstance(ceiling, int)
    amounts = [row.amount_cents * PIECES_OF_A_PAIR] if row.formula == Formula.EUR else []
    limits = [*amounts, *([] if row.pair_cap_cents is None else [row.pair_cap_cents])]
    if not limits or not floor <= min(limits) <= ceiling:
        words = (f"de {euros(floor)} à {euros(ceiling)} EUR", f"from {euros(floor)} to {euros(ceiling)} EUR")
        yield _breach("glasses_out_of_range", "CSS R871-2 3", "lunettes_classe_b", row, *words)


def _ears(product: Product, day: date, network: bool, tariff: TariffBook) -> Iterator[Breach]:
    """A hearing aid outside class I: the real cost without a cap, or more than the ceiling, goes beyond it."""
    ceiling = tariff.parameters["audiologie.plafond"].at(day).value
    assert isinstance(ceiling, int)
    row = product.on(day, ACT_NUMBERS["P2D"], True, network)
    if row is None or row.formula not in (Formula.EUR, Formula.FR):
        return
    amounts = [row.amount_cents] if row.formula == Formula.EUR else []
    limits = [*amounts, *(cap for cap in (row.act_cap_cents, row.pair_cap_cents) if cap is not None)]
    if not limits or min(limits) > ceiling:
        words = (
            f"au plus {euros(ceiling)} EUR, part obligatoire comprise",
            f"at most {euros(ceiling)} EUR, AMO included",
        )
        yield _breach("hearing_aid_too_high", "CSS R871-2 3", "aides_auditives_2", row, *words)


def _code_of(family: str) -> int:
    """Any act of a family: rows speak of whole families."""
    return next(number for number, act in enumerate(ACT_TABLE) if act.family == family)


def _breach(name: str, article: str, family: str, row: Guarantee | None, fr: str, en: str) -> Breach:
    found = "-" if row is None else row.words()
    return Breach(reason(name), article, family, found, Text(fr, en))
