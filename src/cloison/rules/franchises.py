"""Franchises: a flat sum per box of medicine, paramedical act or transport, with limits per day and per year.

They are withheld by the compulsory scheme from what it pays the insured, later if need be; they never lower what a
complementary insurer pays, and a contrat responsable does not pay them back.
"""

from datetime import date

import numpy as np

from cloison.money import Cents
from cloison.rules.bill import Bill, Mask
from cloison.rules.codes import WITHHELD_OF, Withheld
from cloison.rules.law import Only, law
from cloison.rules.limits import Demand, limited, may_bind
from cloison.rules.soins_de_ville import owes_flat_sums
from cloison.rules.tariff_book import TariffBook

SINCE = date(2008, 1, 1)


@law(
    "CSS L160-13 III",
    "CSS D160-9",
    since=SINCE,
    fr="Franchise par boîte de médicament",
    en="Franchise per box of medicine",
)
def franchise_medicament(acts: Bill, tariff: TariffBook) -> Cents:
    """Per box delivered, never more than the share it is taken from."""
    return _franchise(acts, tariff["franchise.medicament"].on(acts.care_date))


@law(
    "CSS L160-13 III",
    "CSS D160-9",
    since=SINCE,
    fr="Franchise par acte paramédical",
    en="Franchise per paramedical act",
)
def franchise_paramedicale(acts: Bill, tariff: TariffBook) -> Cents:
    """Per act of an auxiliaire medical, never more than the share it is taken from."""
    return _franchise(acts, tariff["franchise.paramedical"].on(acts.care_date))


@law(
    "CSS L160-13 III",
    "CSS D160-9",
    since=SINCE,
    fr="Franchise par transport",
    en="Franchise per transport",
)
def franchise_transport(acts: Bill, tariff: TariffBook) -> Cents:
    """Per trip, a return trip being two; not for urgent transport."""
    return np.where(acts.urgent, 0, _franchise(acts, tariff["franchise.transport"].on(acts.care_date)))


def _franchise(acts: Bill, montant: Cents) -> Cents:
    return np.where(owes_flat_sums(acts), np.minimum(montant * acts.quantity, acts.amo_share), 0)


@law(
    "CSS D160-10",
    since=SINCE,
    fr="Franchise limitée par jour",
    en="Franchise limited per day",
)
def franchise_par_jour(acts: Bill, tariff: TariffBook) -> Only:
    """Paramedical acts, and transports: so much per person and day, each kind apart. Boxes know no daily limit."""

    def concerned(some: Bill) -> Mask:
        kind = WITHHELD_OF[some.code]
        return (some.franchise > 0) & ((kind == Withheld.PARAMEDICAL) | (kind == Withheld.TRANSPORT))

    def asking(some: Bill) -> Demand:
        kind = WITHHELD_OF[some.code]
        paramedical = kind == Withheld.PARAMEDICAL
        limit = tariff["franchise.paramedical_par_jour"].where(paramedical, some.care_date)
        limit = limit + tariff["franchise.transport_par_jour"].where(~paramedical, some.care_date)
        keys = (some.person_key, some.care_date.days, kind)
        return Demand(keys, some.franchise, limit - some.franchise_day)

    return limited(acts, concerned, asking)


@law(
    "CSS D160-10",
    since=SINCE,
    fr="Franchises limitées par année",
    en="Franchises limited per year",
)
def franchise_par_an(acts: Bill, tariff: TariffBook) -> Only:
    """One limit per person and calendar year for boxes, acts and trips together."""

    def asking(some: Bill) -> Demand:
        limit = tariff["franchise.plafond_annuel"].on(some.care_date)
        return Demand((some.person_key, years(some)), some.franchise, limit - some.franchise_year)

    return limited(acts, lambda some: some.franchise > 0, asking)


@law(
    "CSS D160-7",
    since=date(2005, 1, 1),
    fr="Participation forfaitaire limitée par jour et professionnel",
    en="Flat participation limited per day and professional",
)
def participation_par_jour(acts: Bill, tariff: TariffBook) -> Only:
    """The limit counts acts, not euros: so many per day by the same professional."""

    def asking(some: Bill) -> Demand:
        number = tariff["participation_forfaitaire.nombre_par_jour"].on(some.care_date)
        keys = (some.person_key, some.provider_key, some.care_date.days)
        return Demand(keys, some.quantity, number - some.consultations_day)

    where = may_bind(acts, owing, asking)
    some = acts.only(where)
    counted = asking(some).granted(some.sequence)
    some.count(counted)
    montant = tariff["participation_forfaitaire.montant"].on(some.care_date)
    kept = np.minimum(montant * counted, some.participation_forfaitaire)
    return Only.among(where, kept < some.participation_forfaitaire, kept)


@law(
    "CSS D160-6",
    since=date(2005, 1, 1),
    fr="Participation forfaitaire limitée par année",
    en="Flat participation limited per year",
)
def participation_par_an(acts: Bill, tariff: TariffBook) -> Only:
    """One limit per person and calendar year, in euros."""

    def asking(some: Bill) -> Demand:
        limit = tariff["participation_forfaitaire.plafond_annuel"].on(some.care_date)
        return Demand((some.person_key, years(some)), some.participation_forfaitaire, limit - some.participation_year)

    return limited(acts, owing, asking)


def owing(acts: Bill) -> Mask:
    """Acts from which a flat participation is withheld."""
    return acts.participation_forfaitaire > 0


_YEARS_START, _YEARS_END = (np.datetime64(day, "D") for day in ("1970-01-01", "2100-01-01"))
_YEAR_OF_DAY = np.arange(_YEARS_START, _YEARS_END).astype("datetime64[Y]").astype(np.int64)


def years(acts: Bill) -> Cents:
    """The calendar year of care, counted from 1970."""
    return _YEAR_OF_DAY.take(acts.care_date.days, mode="clip")
