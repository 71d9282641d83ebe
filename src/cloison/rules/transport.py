"""Medical transport: the taxi tariff of the national convention, and before it what the taxi declares."""

from datetime import date

import numpy as np
from numpy.typing import NDArray

from cloison.money import Cents, half_up
from cloison.rules.bill import Bill
from cloison.rules.declaration import declared_base
from cloison.rules.law import Only, in_force, law
from cloison.rules.tariff_book import TariffBook
from cloison.rules.vocabulary import MISSING, Agreement

PATIENTS_MAX = 8
"""A taxi seats at most eight passengers (Code des transports, L3121-1)."""
KM_MAX = 999_99
"""Hundredths of a kilometre: five digits of the claim."""

TOLLS_MAX = 999_99
"""Cents, beyond any run in France."""

_SHARES = 840
"""Common multiple of 1 to 8: tolls divided among patients stay whole."""


@law(
    "CSS R161-42",
    "CSS R322-10-2",
    since=date(2005, 1, 1),
    fr="Trajet décrit : kilomètres, patients, suppléments",
    en="Trip described: kilometres, patients, supplements",
)
def trajet_decrit(acts: Bill, tariff: TariffBook) -> Only:
    """A transport is priced on what was driven: a trip that is missing or contradicts itself is refused."""
    acts.refuse(~acts.has("trips"), "trip_missing")
    impossible = (acts.km <= 0) | (acts.km > KM_MAX) | (acts.patients < 1) | (acts.patients > PATIENTS_MAX)
    impossible |= (acts.tolls < 0) | (acts.tolls > TOLLS_MAX) | (acts.quantity != 1)
    acts.refuse(impossible, "trip_impossible")
    return Only(np.zeros(len(acts), np.bool_), 0)


@law(
    "CSS L322-5",
    since=date(2005, 1, 1),
    fr="Taxi : tarif de la convention départementale, déclaré",
    en="Taxi: tariff of the local convention, declared",
)
def taxi_convention_locale(acts: Bill, tariff: TariffBook) -> Cents:
    """Until 31 October 2025 each departement had its own convention. None is loaded: the declared base is taken."""
    return declared_base(acts)


@law(
    "CSS L322-5",
    "Convention nationale des taxis, arrêté du 29 juillet 2025",
    since=date(2025, 11, 1),
    fr="Taxi : tarif de la convention nationale",
    en="Taxi: tariff of the national convention",
)
def taxi_convention_nationale(acts: Bill, tariff: TariffBook) -> Cents:
    """One trip, per patient, rounded half up to the cent at the end.

    forfait          pick-up and the first kilometres             forfait, km_inclus
    kilometres       from then on, at the rate of the licence     km, retour_a_vide
    grande ville     once per trip                                grande_ville
    nuit             on all of the above                          nuit
    partage          abatement by number of patients              abatement
    TPMR, outre-mer  neither abated nor increased                 tpmr, outre_mer
    peages           actual cost, shared by the patients          tolls

    ((forfait + city + km x rate) x night) x (1 - abatement) + TPMR + DROM + tolls / patients
    """
    days = acts.care_date
    patients = np.clip(acts.patients.astype(np.int64), 1, PATIENTS_MAX)

    # In 1/10 000 of a cent; the two percentages then add two digits each.
    forfait = tariff["taxi.forfait"].on(days) + tariff["taxi.grande_ville"].where(acts.big_city, days)
    run = forfait * 10_000 + _kilometres(acts, tariff)
    run = run * (100 + tariff["taxi.nuit"].where(acts.night, days))
    run = run * (100 - _abatement(acts, tariff, patients))

    flat = tariff["taxi.tpmr"].where(acts.tpmr, days) + tariff["taxi.outre_mer"].where(acts.drom, days)
    tolls = np.clip(acts.tolls, 0, TOLLS_MAX) * (_SHARES // patients)
    return half_up(run * _SHARES + (flat * _SHARES + tolls) * 100_000_000, 100_000_000 * _SHARES)


taxi = in_force(taxi_convention_locale, taxi_convention_nationale)


def _kilometres(acts: Bill, tariff: TariffBook) -> NDArray[np.int64]:
    """Kilometres beyond the forfait at the rate of the licence's departement, in 1/10 000 of a cent.

    Hospital with empty return, 25 % under 50 km and 50 % from 50 km: the text read so far says either that the rate
    of the billable kilometres is raised (reading A) or that the empty leg is billed at the raised rate (reading B).
    The official annex decides; `taxi.retour_a_vide` says which reading applies, and such acts are marked. Doubt of 22
    November 2026.
    """
    days = acts.care_date
    km = np.clip(acts.km, 0, KM_MAX)
    rate = tariff.by_department("taxi.km").on(days, np.maximum(acts.department, 0))
    unknown = (rate == MISSING) | (acts.department < 0)
    acts.refuse(unknown, "department_not_priced")
    rate = np.where(unknown, 0, rate)

    billable = np.maximum(km - tariff["taxi.km_inclus"].on(days), 0)
    plain = billable * rate * 100
    empty = acts.hospital_empty_return
    if not empty.any():
        return plain

    acts.remark(empty, "empty_return_doubt")
    far = km >= tariff["taxi.retour_a_vide_loin"].on(days)
    raised = tariff["taxi.retour_a_vide_taux_loin"].where(empty & far, days)
    raised = raised + tariff["taxi.retour_a_vide_taux_proche"].where(empty & ~far, days)
    separate_leg = tariff["taxi.retour_a_vide"].on(days) == 1
    reading_a = billable * rate * (100 + raised)
    reading_b = plain + km * rate * (100 + raised)
    return np.where(empty, np.where(separate_leg, reading_b, reading_a), plain)


def _abatement(acts: Bill, tariff: TariffBook, patients: NDArray[np.int64]) -> NDArray[np.int64]:
    """Percent taken off when patients share the run. One engine also abates long runs alone: a choice, off."""
    days = acts.care_date
    shared = tariff["taxi.abattement_2"].where(patients == 2, days)
    shared = shared + tariff["taxi.abattement_3"].where(patients == 3, days)
    shared = shared + tariff["taxi.abattement_4"].where(patients >= 4, days)

    alone = patients == 1
    if not (alone.any() and (tariff["taxi.abattement_trajet_long"].on(days) == 1).any()):
        return shared
    long_alone = alone & (acts.km >= tariff["taxi.trajet_long_seul"].on(days))
    return shared + tariff["taxi.abattement_trajet_long_taux"].where(long_alone, days)


@law(
    "CSS R322-10-4",
    since=date(2005, 1, 1),
    fr="Accord préalable des longs trajets",
    en="Prior agreement of long trips",
)
def accord_prealable(acts: Bill, tariff: TariffBook) -> Only:
    """Above a distance one way, a transport needs the agreement of the compulsory scheme; silence of 15 days gives it.

    The answer REFUSED refuses the act. An answer that is not stated is marked, since a claim does not carry it. No
    amount changes.
    """
    far = acts.km > tariff["transport.accord_prealable"].on(acts.care_date)
    acts.refuse(acts.agreement == Agreement.REFUSED, "agreement_refused")
    acts.remark(far & (acts.agreement < Agreement.GRANTED), "agreement_to_check")
    return Only(np.zeros(len(acts), np.bool_), 0)


@law(
    "NGAP ; profil B2 du projet",
    since=date(2005, 1, 1),
    fr="Ligne de détail, sans montant",
    en="Detail line, without an amount",
)
def ligne_de_detail(acts: Bill, tariff: TariffBook) -> Cents:
    """A line that describes the trip above it: its amount is in the line of the trip."""
    acts.refuse(acts.charged != 0, "detail_with_amount")
    return np.zeros(len(acts), np.int64)
