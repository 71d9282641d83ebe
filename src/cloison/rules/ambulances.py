"""Light medical vehicles (VSL) and ambulances."""

from datetime import date

import numpy as np

from cloison.money import Cents, half_up
from cloison.rules.bill import Bill
from cloison.rules.declaration import declared_base
from cloison.rules.law import in_force, law
from cloison.rules.tariff_book import TariffBook
from cloison.rules.transport import KM_MAX, PATIENTS_MAX, TOLLS_MAX
from cloison.rules.vocabulary import MISSING

SHORT_KM_FIRST, SHORT_KM_LAST = 7, 18
"""A short trip has a bonus: the same up to 7 km, then less with each kilometre, none above 18."""

_SHARES = 840


@law(
    "CSS L322-5-2",
    since=date(2005, 1, 1),
    fr="VSL : tarif déclaré",
    en="Light medical vehicle: declared tariff",
)
def vsl_declare(acts: Bill, tariff: TariffBook) -> Cents:
    """Before the tariff that our documents hold: the declared base."""
    return declared_base(acts)


@law(
    "CSS L322-5-2",
    "Convention des transporteurs sanitaires, tarifs du 8 mars 2021",
    since=date(2021, 3, 8),
    fr="VSL : tarif conventionnel",
    en="Light medical vehicle: tariff of the convention",
)
def vsl_conventionnel(acts: Bill, tariff: TariffBook) -> Cents:
    """Forfait by group of departements with its first kilometres, then kilometres, a bonus for short trips, shared or
    not.

    forfait   by group of the departement               groupe, forfait_A to forfait_D
    km        beyond those of the forfait               km, km_inclus
    bonus     by length of a short trip                 bonus_7 to bonus_18
    partage   on the whole, uplifts included            abattement_2, abattement_3

    The list of departements by group is not in our documents: without it the declared base is taken.
    """
    days = acts.care_date
    group = tariff.by_department("vsl.groupe").on(days, np.maximum(acts.department, 0))
    known = (group != MISSING) & (acts.department >= 0)
    declared = acts.declared_base
    acts.refuse(~known & (declared < 0), "base_not_known")
    acts.remark(~known & (declared >= 0), "base_declared")

    km = np.clip(acts.km, 0, KM_MAX)
    run = np.maximum(km - tariff["vsl.km_inclus"].on(days), 0) * tariff["vsl.km"].on(days)
    for number, letter in enumerate("ABCD", 1):
        run = run + tariff[f"vsl.forfait_{letter}"].where(known & (group == number), days) * 100
    whole_km = np.maximum(-(-km // 100), SHORT_KM_FIRST)
    for length in range(SHORT_KM_FIRST, SHORT_KM_LAST + 1):
        run = run + tariff[f"vsl.bonus_{length}"].where(known & (whole_km == length), days) * 100

    patients = np.clip(acts.patients.astype(np.int64), 1, PATIENTS_MAX)
    abated = tariff["vsl.abattement_2"].where(patients == 2, days)
    run = run * (100 - abated - tariff["vsl.abattement_3"].where(patients >= 3, days))
    tolls = np.clip(acts.tolls, 0, TOLLS_MAX) * (_SHARES // patients)
    computed = half_up(run * _SHARES + tolls * 10_000, 10_000 * _SHARES)
    return np.where(known, computed, declared)


vsl = in_force(vsl_declare, vsl_conventionnel)


@law(
    "CSS L322-5-2",
    since=date(2005, 1, 1),
    fr="Ambulance : aucun tarif en vigueur n'est chargé",
    en="Ambulance: no tariff in force is loaded",
)
def ambulance(acts: Bill, tariff: TariffBook) -> Cents:
    """The only tariff in our documents dates from 1 February 2013: an ambulance is refused until a tariff is loaded."""
    acts.refuse(np.ones(len(acts), np.bool_), "tariff_not_loaded")
    return np.zeros(len(acts), np.int64)
