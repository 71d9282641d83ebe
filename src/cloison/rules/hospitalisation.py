"""Hospital: stays, the flat sums that the insured owes there, and the flat participation in heavy acts."""

from datetime import date

import numpy as np

from cloison.money import FULL_RATE_BP, Cents
from cloison.rules.bill import Bill
from cloison.rules.codes import ACT_NUMBERS
from cloison.rules.counters import granted
from cloison.rules.declaration import declared_base, official_base, official_price
from cloison.rules.law import Only, law
from cloison.rules.part_obligatoire import DECLARED
from cloison.rules.tariff_book import TariffBook
from cloison.rules.vocabulary import MISSING, Exoneration, Pathway, Protection, Sector


@law(
    "CSS L162-22-6",
    "CSS L162-20",
    since=date(2005, 1, 1),
    fr="Tarif du séjour, déclaré par l'établissement",
    en="Tariff of the stay, declared by the hospital",
)
def tarif_du_sejour(acts: Bill, tariff: TariffBook) -> Cents:
    """Diagnosis groups and prices per day belong to the hospital: the declared base."""
    return declared_base(acts)


@law(
    "CSS L162-1-7",
    "CSS L162-14-1",
    since=date(2005, 1, 1),
    fr="Tarif de l'acte technique (CCAM), ou base déclarée",
    en="Tariff of the technical act (CCAM), or the declared base",
)
def tarif_technique(acts: Bill, tariff: TariffBook) -> Cents:
    """Technical and imaging acts: the CCAM tariff on the day of care, where nothing else is declared."""
    return ccam_base(acts, tariff)


def ccam_base(acts: Bill, tariff: TariffBook) -> Cents:
    """The price of an act in the CCAM: one for sector 1 and OPTAM, another for the others.

    Modifiers and acts done together change it and are not modelled: a declared base is kept, and a difference is said.
    """
    price = official_price(acts, tariff, "ccam", "optam")
    others = acts.sector == Sector.TWO
    if others.any():
        price = np.where(others, official_price(acts, tariff, "ccam", "other"), price)
    return official_base(acts, price, binding=False)


@law(
    "CSS L174-4",
    "CSS L160-13",
    "CSS R160-16",
    since=date(2019, 1, 1),
    fr="Forfait hospitalier du jour",
    en="Flat sum of the hospital on that day",
)
def forfait_hospitalier(acts: Bill, tariff: TariffBook) -> Cents:
    """Daily charge per day of stay, emergency charge per visit, participation in heavy acts per stay.

    CSS L174-4   each day of stay, the day of leaving included    quantity
    CSS L160-13  emergency without a stay                         FPU, FPR reduced
    CSS R160-16  heavy acts                                       PAV
    """
    amount = tariff.by_code("hospitalisation.forfait", "code").on(acts.care_date, acts.code)
    acts.refuse(amount == MISSING, "care_date_outside_rules")
    return np.where(amount == MISSING, 0, amount) * acts.quantity


@law(
    "CSS L174-4",
    "CSS R160-16",
    since=date(2019, 1, 1),
    fr="Forfait hospitalier non dû par l'assuré",
    en="Flat sum of the hospital not owed by the insured",
)
def forfait_exonere(acts: Bill, tariff: TariffBook) -> Only:
    """Who owes none leaves the flat sum to the compulsory scheme.

    CSS L174-4   not maternity, newborns of 30 days, work accidents, CSS, AME, nor the cases of an exonerated act
                 (organ donors, victims of terrorism, disabled children); a long illness owes the daily charge
    CSS R160-16  heavy acts: not long illness nor pensions of invalidity either
    """
    heavy = acts.code == ACT_NUMBERS["PAV"]
    exempt = np.isin(acts.exoneration, [Exoneration.MATERNITY, Exoneration.NEWBORN, Exoneration.WORK_ACCIDENT])
    exempt |= acts.exoneration == Exoneration.ACT
    exempt |= acts.protection > Protection.NONE
    exempt |= heavy & np.isin(acts.exoneration, [Exoneration.ALD, Exoneration.INVALIDITY])
    return Only(exempt, FULL_RATE_BP)


@law(
    "CSS R160-16",
    since=date(2019, 1, 1),
    fr="Participation forfaitaire aux actes lourds",
    en="Flat participation in heavy acts",
)
def participation_actes_lourds(acts: Bill, tariff: TariffBook) -> Only:
    """From 120 euros an act, a flat sum replaces the ticket moderateur, once per consultation or stay.

    CSS R160-16  an act of at least the threshold         acte_lourd
                 the flat sum                             forfait.PAV
                 once: same person, professional and day, in the order of the batch

    Acts of imaging owe none and keep their ticket moderateur here. Outside the care pathway the ordinary rule stays.
    """
    days = acts.care_date
    threshold = tariff["hospitalisation.acte_lourd"].on(days) * acts.quantity
    concerned = (acts.base >= threshold) & (acts.exoneration == Exoneration.NONE)
    concerned &= (acts.amo_rate_bp != DECLARED) & (acts.pathway != Pathway.OUT) & (acts.protection != Protection.AME)
    some = acts.only(concerned)
    flat = tariff["hospitalisation.forfait.PAV"].on(some.care_date)
    keys = (some.person_key, some.provider_key, some.care_date.days)
    owed = granted(keys, some.sequence, np.minimum(flat, some.base - some.amo_share), flat)
    return Only(concerned, some.base - owed, packed=True)
