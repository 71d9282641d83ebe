"""The share of the complementary insurer: five formulas that a clerk can read, then what limits them.

TM   a rate of the ticket moderateur                  base less AMO share
BR   up to a rate of the base, AMO share included     "150 % BR"
BRC  a rate of the base on top of the AMO share       "BR + 50 %"
FR   up to a rate of the cost, AMO share included     "90 % of real costs"
EUR  an amount per act
"""

from datetime import date

import numpy as np

from cloison.money import Cents, at_rate
from cloison.rules.bill import Bill, Mask
from cloison.rules.law import Only, law
from cloison.rules.limits import Demand, limited
from cloison.rules.tariff_book import TariffBook

SINCE = date(2005, 1, 1)
_PRODUCT = "Tableau de garanties du produit"


@law(_PRODUCT, since=SINCE, fr="Garantie en % du ticket modérateur", en="Guarantee in % of the ticket moderateur")
def ticket_moderateur(acts: Bill, tariff: TariffBook) -> Cents:
    """What the compulsory scheme leaves of the base, at the rate of the guarantee."""
    return at_rate(np.maximum(acts.base - acts.amo_share, 0), acts.rate_bp)


@law(
    _PRODUCT,
    since=SINCE,
    fr="Garantie en % de la base, part obligatoire comprise",
    en="Guarantee in % of the base, AMO share included",
)
def base_comprise(acts: Bill, tariff: TariffBook) -> Cents:
    """Both shares together reach a rate of the base, and never the cost."""
    return np.maximum(np.minimum(acts.charged, at_rate(acts.base, acts.rate_bp)) - acts.amo_share, 0)


@law(
    _PRODUCT,
    since=SINCE,
    fr="Garantie en % de la base, en plus de la part obligatoire",
    en="Guarantee in % of the base, on top of the AMO share",
)
def base_en_plus(acts: Bill, tariff: TariffBook) -> Cents:
    """A rate of the base, whatever the compulsory scheme pays."""
    return at_rate(acts.base, acts.rate_bp)


@law(
    _PRODUCT,
    since=SINCE,
    fr="Garantie en % du coût, part obligatoire comprise",
    en="Guarantee in % of the cost, AMO share included",
)
def frais_reels(acts: Bill, tariff: TariffBook) -> Cents:
    """Both shares together reach a rate of the cost."""
    return np.maximum(at_rate(acts.charged, acts.rate_bp) - acts.amo_share, 0)


@law(_PRODUCT, since=SINCE, fr="Garantie d'un montant par acte", en="Guarantee of an amount per act")
def forfait(acts: Bill, tariff: TariffBook) -> Cents:
    """An amount for each act of the line."""
    return acts.amount_cents * acts.quantity


@law(_PRODUCT, since=SINCE, fr="Plafond de la garantie par acte", en="Cap of the guarantee per act")
def plafond_par_acte(acts: Bill, tariff: TariffBook) -> Only:
    """Never more than the cap, for each act of the line."""
    cap = np.maximum(acts.act_cap, 0) * acts.quantity
    above = (acts.act_cap >= 0) & (acts.amc_share > cap)
    acts.remark(above, "capped_per_act")
    return Only(above, cap)


@law(
    "Principe indemnitaire (Code de la mutualité L224-8 ; loi Évin du 31 décembre 1989, art. 9)",
    since=SINCE,
    fr="Jamais plus que ce qui reste à payer",
    en="Never more than what is left to pay",
)
def reste_a_payer(acts: Bill, tariff: TariffBook) -> Only:
    """All payers together never pay more than the cost: what other payers gave comes off first."""
    left = np.maximum(acts.charged - acts.amo_share - acts.paid_by_other, 0)
    above = acts.amc_share > left
    acts.remark(above, "bounded_by_cost")
    return Only(above, left)


@law(_PRODUCT, since=SINCE, fr="Plafond partagé par plusieurs actes", en="Ceiling shared by several acts")
def plafond_partage(acts: Bill, tariff: TariffBook) -> Only:
    """Acts that share a ceiling use it up in their order."""

    def concerned(some: Bill) -> Mask:
        return (some.ceiling_key >= 0) & (some.amc_share > 0)

    def asking(some: Bill) -> Demand:
        return Demand((some.ceiling_key,), some.amc_share, some.ceiling_left)

    kept = limited(acts, concerned, asking)
    acts.remark(kept.where, "ceiling_reached")
    return kept
