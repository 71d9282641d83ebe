"""What a contrat responsable may not pay."""

from datetime import date

import numpy as np

from cloison.money import Cents, at_rate
from cloison.rules.bill import Bill
from cloison.rules.law import Only, law
from cloison.rules.soins_de_ville import points_outside_pathway
from cloison.rules.tariff_book import TariffBook
from cloison.rules.vocabulary import Formula, Pathway, Sector


@law(
    "CSS L871-1",
    "CSS L162-5-3",
    since=date(2006, 1, 1),
    fr="La majoration hors parcours reste à l'assuré",
    en="The increase outside the pathway stays with the insured",
)
def majoration_non_couverte(acts: Bill, tariff: TariffBook) -> Only:
    """The increase of the participation comes off what the contract pays.

    CSS L871-1  the contract excludes the increase of the participation of L162-5-3    majoration

    A formula that tops up what the compulsory scheme pays is computed as if that scheme had paid its full rate. One
    that is on top of it, or an amount, only leaves the increase unpaid.
    """
    concerned = acts.responsable & (acts.pathway == Pathway.OUT)
    some = acts.only(concerned)
    majoration = _majoration(some, tariff)
    tops_up = np.isin(some.formula, [Formula.TM, Formula.BR, Formula.FR])
    limit = np.where(tops_up, some.amc_share, some.charged - some.amo_share) - majoration
    kept = np.minimum(some.amc_share, np.maximum(limit, 0))
    lowered = (majoration > 0) & (kept < some.amc_share)
    some.remark(lowered, "pathway_not_covered")
    return Only.among(concerned, lowered, kept)


@law(
    "CSS R871-2 2",
    since=date(2017, 1, 1),
    fr="Dépassement d'un médecin hors OPTAM limité à 100 % de la base",
    en="Overrun of a doctor outside OPTAM limited to 100 % of the base",
)
def depassement_non_optam(acts: Bill, tariff: TariffBook) -> Only:
    """Outside OPTAM, at most the ticket moderateur and once the base. (The gap to OPTAM is checked on the product.)

    The ticket moderateur is the one inside the care pathway: its increase is excluded above.
    """
    concerned = acts.responsable & (acts.sector == Sector.TWO)
    some = acts.only(concerned)
    rate = tariff["contrat_responsable.depassement_non_optam"].on(some.care_date)
    limit = np.maximum(some.base - some.amo_share - _majoration(some, tariff) + at_rate(some.base, rate), 0)
    above = some.amc_share > limit
    some.remark(above, "overrun_limited")
    return Only.among(concerned, above, limit)


def _majoration(acts: Bill, tariff: TariffBook) -> Cents:
    """What the compulsory scheme pays less because the act is outside the pathway."""
    if not (acts.pathway == Pathway.OUT).any():
        return np.zeros(len(acts), np.int64)
    points = points_outside_pathway(acts, tariff)
    full = at_rate(acts.base, np.maximum(acts.amo_rate_bp, 0) + points)
    return np.where(points > 0, full - acts.amo_share, 0)
