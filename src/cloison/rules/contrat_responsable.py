"""What a contrat responsable may not pay."""

from datetime import date

import numpy as np

from cloison.money import at_rate
from cloison.rules.bill import Bill
from cloison.rules.law import Only, law
from cloison.rules.soins_de_ville import points_outside_pathway
from cloison.rules.tariff_book import TariffBook
from cloison.rules.vocabulary import Formula


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
    points = np.where(acts.responsable & (acts.amc_share > 0), points_outside_pathway(acts, tariff), 0)
    if not points.any():
        return Only(points > 0, 0)
    majoration = at_rate(acts.base, np.maximum(acts.amo_rate_bp, 0) + points) - acts.amo_share
    tops_up = np.isin(acts.formula, [Formula.TM, Formula.BR, Formula.FR])
    limit = np.where(tops_up, acts.amc_share, acts.charged - acts.amo_share) - majoration
    kept = np.clip(acts.amc_share, 0, np.maximum(limit, 0))
    lowered = (points > 0) & (kept < acts.amc_share)
    acts.remark(lowered, "pathway_not_covered")
    return Only(lowered, kept)
