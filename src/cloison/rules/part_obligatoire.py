"""The share of the compulsory scheme: its rate by kind of act, regime and status, and the amount.

Rates are decisions within the limits of CSS R160-5; they are dated rows of `tariff/taux.toml`, never constants.
"""

from datetime import date

import numpy as np

from cloison.money import FULL_RATE_BP, Cents, at_rate
from cloison.rules.bill import Bill
from cloison.rules.codes import BASE_OF, Base
from cloison.rules.law import Only, law
from cloison.rules.tariff_book import REGIMES, TariffBook
from cloison.rules.vocabulary import MISSING, Protection

DECLARED = -1
"""In the rate column: the share is the declared amount, our tables hold no rate for this regime."""


@law(
    "CSS L160-13 I",
    since=date(2005, 1, 1),
    fr="Un montant facturé inférieur au tarif devient la base",
    en="An amount charged below the tariff becomes the base",
)
def cout_inferieur_au_tarif(acts: Bill, tariff: TariffBook) -> Only:
    """Nobody is reimbursed on more than was charged."""
    below = acts.charged < acts.base
    acts.remark(below, "charged_below_base")
    return Only(below, acts.charged)


@law(
    "CSS L160-13 I",
    "CSS R160-5",
    since=date(2005, 1, 1),
    fr="Taux de remboursement du régime général",
    en="Rate of the general scheme",
)
def taux_general(acts: Bill, tariff: TariffBook) -> Cents:
    """The rate of each kind of act (100 % less the ticket moderateur), by day of care."""
    rate = tariff.by_code("taux", "rate").on(acts.care_date, acts.code)
    acts.refuse(rate == MISSING, "care_date_outside_rules")
    return np.where(rate == MISSING, 0, rate)


@law(
    "CSS L325-1",
    "CSS D325-1",
    since=date(2005, 1, 1),
    fr="Taux du régime local d'Alsace-Moselle",
    en="Rate of the local scheme of Alsace-Moselle",
)
def taux_alsace_moselle(acts: Bill, tariff: TariffBook) -> Only:
    """The local scheme completes the general one. A rate that our tables do not hold is not guessed."""
    here = acts.alsace_moselle
    if not here.any():
        return Only(here, DECLARED)
    rate = tariff.by_code("alsace_moselle", "rate").on(acts.care_date, acts.code)
    general = acts.amo_rate_bp
    unknown = np.where(general == FULL_RATE_BP, FULL_RATE_BP, DECLARED)
    return Only(here, np.where(rate == MISSING, unknown, rate))


@law(
    "CSS L711-1",
    "CSS R711-1",
    since=date(2005, 1, 1),
    fr="Régime spécial dont les taux ne sont pas chargés",
    en="Special scheme whose rates are not loaded",
)
def taux_de_regime_special(acts: Bill, tariff: TariffBook) -> Only:
    """Special schemes may have better rates. Where our tables do not say so, the declared share is taken or refused."""
    regime = acts.regime
    inside = (regime >= 0) & (regime < len(REGIMES))
    general = tariff.by_regime("regimes.taux_general").on(acts.care_date, np.where(inside, regime, 0))
    special = ~inside | (general != 1)
    return Only(special & (acts.amo_rate_bp != FULL_RATE_BP), DECLARED)


@law(
    "CSS L160-14",
    "CSS R160-8",
    since=date(2005, 1, 1),
    fr="Acte exonéré du ticket modérateur",
    en="Act exempt from the ticket moderateur",
)
def exoneration(acts: Bill, tariff: TariffBook) -> Only:
    """No participation is due: long illness, maternity, work accident, invalidity, or the act itself.

    The flat sums of the hospital have their own rule, `forfait_exonere`.
    """
    return Only((acts.exoneration > 0) & (BASE_OF[acts.code] != Base.FORFAIT), FULL_RATE_BP)


@law(
    "CASF L251-2",
    since=date(2005, 1, 1),
    fr="Aide médicale de l'État : prise en charge à 100 % de la base",
    en="State medical aid: 100 % of the base",
)
def aide_medicale(acts: Bill, tariff: TariffBook) -> Only:
    """To verify: our documents name AME among those who owe nothing, they do not give the article's words."""
    here = (acts.protection == Protection.AME) & (BASE_OF[acts.code] != Base.FORFAIT)
    acts.remark(here, "value_to_verify")
    return Only(here, FULL_RATE_BP)


@law(
    "CSS L160-13 I",
    since=date(2005, 1, 1),
    fr="Part obligatoire : base x taux, arrondie au centime",
    en="Compulsory share: base x rate, rounded to the cent",
)
def part_obligatoire(acts: Bill, tariff: TariffBook) -> Cents:
    """The base at the rate, half up to the cent (checked on the published examples)."""
    return at_rate(acts.base, np.maximum(acts.amo_rate_bp, 0))


@law(
    "CSS L325-1",
    since=date(2005, 1, 1),
    fr="Part obligatoire déclarée, le taux du régime n'étant pas chargé",
    en="Declared compulsory share, as the rate of the regime is not loaded",
)
def part_declaree(acts: Bill, tariff: TariffBook) -> Only:
    """Where we hold no rate for the regime: the declared amount, or a refusal."""
    unknown = acts.amo_rate_bp == DECLARED
    acts.refuse(unknown & (acts.declared_amo < 0), "rate_not_known")
    acts.refuse(unknown & (acts.declared_amo > acts.charged), "amount_implausible")
    acts.remark(unknown, "amo_share_declared")
    return Only(unknown, np.clip(acts.declared_amo, 0, acts.charged))
