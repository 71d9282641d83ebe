"""Glasses under a contrat responsable: what a pair, a frame and a renewal may be paid. Class A is paid in full by
product."""

from datetime import date

import numpy as np

from cloison.rules.bill import Bill
from cloison.rules.dispositifs import too_early
from cloison.rules.law import Only, law
from cloison.rules.limits import Demand, limited
from cloison.rules.tariff_book import TariffBook
from cloison.rules.vocabulary import MISSING

SINCE = date(2020, 1, 1)


@law(
    "CSS R871-2 3",
    since=date(2005, 1, 1),
    fr="Équipement décrit : paire, correction, dernière délivrance",
    en="Equipment described: pair, correction, last delivery",
)
def equipement_decrit(acts: Bill, tariff: TariffBook) -> Only:
    """A frame or a lens belongs to a pair whose correction decides the limits: without it nothing is guessed."""
    acts.refuse(~acts.has("equipment"), "equipment_missing")
    acts.refuse(acts.correction <= 0, "correction_missing")
    return Only(np.zeros(len(acts), np.bool_), 0)


@law(
    "CSS R871-2 3",
    since=SINCE,
    fr="Part de la monture limitée",
    en="Share of the frame limited",
)
def monture_limitee(acts: Bill, tariff: TariffBook) -> Only:
    """Outside class A, a contrat responsable pays at most this for the frame, ticket moderateur included."""
    limit = tariff["optique.monture"].on(acts.care_date) * acts.quantity
    above = acts.responsable & (acts.amc_share > limit)
    acts.remark(above, "equipment_limited")
    return Only(above, limit)


@law(
    "CSS R871-2 3",
    since=SINCE,
    fr="Plafond par paire de lunettes selon la correction",
    en="Ceiling per pair of glasses by correction",
)
def paire_limitee(acts: Bill, tariff: TariffBook) -> Only:
    """Frame and lenses of one pair share a ceiling that depends on both corrections."""

    def asking(some: Bill) -> Demand:
        limit = np.zeros(len(some), np.int64)
        for correction in range(1, 7):
            here = some.correction == correction
            limit = limit + tariff[f"optique.plafond.{correction}"].where(here, some.care_date)
        return Demand((some.pair,), some.amc_share, limit - some.equipment_paid)

    kept = limited(acts, lambda some: some.responsable, asking)
    acts.remark(kept.where, "equipment_limited")
    return kept


@law(
    "CSS R871-2 4",
    since=SINCE,
    fr="Renouvellement des lunettes",
    en="Renewal of glasses",
)
def renouvellement_lunettes(acts: Bill, tariff: TariffBook) -> Only:
    """One pair per period under a contrat responsable: a shorter one for children."""
    adult = tariff["optique.renouvellement_adulte"].where(~acts.minor, acts.care_date)
    months = adult + tariff["optique.renouvellement_enfant"].where(acts.minor, acts.care_date)
    early = acts.responsable & (acts.amc_share > 0) & too_early(acts, months)
    acts.remark(early, "renewal_too_early")
    return Only(early, 0)


@law(
    "CSS L165-1",
    "CSS R871-2 3",
    since=SINCE,
    fr="Prix limite de la monture de classe A",
    en="Price limit of a frame of class A",
)
def prix_monture_classe_a(acts: Bill, tariff: TariffBook) -> Only:
    """A frame of class A costs at most this; more is said, and who sold it must act."""
    limit = tariff["optique.monture_classe_A"].on(acts.care_date) * acts.quantity
    acts.remark((limit != MISSING) & (acts.charged > limit), "price_above_limit")
    return Only(np.zeros(len(acts), np.bool_), 0)
