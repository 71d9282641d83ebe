"""Hearing aids: the price of class I, and what a contrat responsable pays per ear."""

from datetime import date

import numpy as np

from cloison.money import half_up
from cloison.rules.bill import Bill
from cloison.rules.dispositifs import too_early
from cloison.rules.law import Only, law
from cloison.rules.tariff_book import TariffBook

SINCE = date(2021, 1, 1)


@law(
    "CSS R871-2 3",
    since=date(2005, 1, 1),
    fr="Aide auditive décrite : oreille, dernière délivrance",
    en="Hearing aid described: ear, last delivery",
)
def aide_decrite(acts: Bill, tariff: TariffBook) -> Only:
    """Renewal and price limit depend on the ear, the last delivery and the place: without them nothing is guessed."""
    acts.refuse(~acts.has("equipment"), "equipment_missing")
    return Only(np.zeros(len(acts), np.bool_), 0)


@law(
    "CSS L165-1",
    "Arrêté du 14 novembre 2018",
    since=SINCE,
    fr="Prix limite de la classe I",
    en="Price limit of class I",
)
def prix_classe_un(acts: Bill, tariff: TariffBook) -> Only:
    """A hearing aid of class I costs at most this, more overseas; above it, who sold it must act."""
    days = acts.care_date
    percent = np.where(acts.equipment_drom, tariff["audiologie.coefficient_outre_mer"].on(days), 100)
    limit = half_up(tariff["audiologie.prix_classe_I"].on(days) * percent, 100) * acts.quantity
    acts.remark(acts.charged > limit, "price_above_limit")
    return Only(np.zeros(len(acts), np.bool_), 0)


@law(
    "CSS R871-2 3",
    since=SINCE,
    fr="Plafond par oreille, part obligatoire comprise",
    en="Ceiling per ear, compulsory share included",
)
def oreille_limitee(acts: Bill, tariff: TariffBook) -> Only:
    """A contrat responsable and the compulsory scheme together pay at most this for one ear."""
    limit = tariff["audiologie.plafond"].on(acts.care_date) * acts.quantity
    left = np.maximum(limit - acts.amo_share, 0)
    above = acts.responsable & (acts.amc_share > left)
    acts.remark(above, "equipment_limited")
    return Only(above, left)


@law(
    "CSS R871-2",
    since=SINCE,
    fr="Renouvellement de l'aide auditive",
    en="Renewal of the hearing aid",
)
def renouvellement_aide(acts: Bill, tariff: TariffBook) -> Only:
    """One hearing aid per ear and period under a contrat responsable."""
    months = tariff["audiologie.renouvellement"].on(acts.care_date)
    early = acts.responsable & (acts.amc_share > 0) & too_early(acts, months)
    acts.remark(early, "renewal_too_early")
    return Only(early, 0)
