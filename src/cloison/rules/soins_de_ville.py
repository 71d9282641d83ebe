"""Doctors in town: the price of a consultation, the care pathway, the flat participation of the insured."""

from datetime import date

import numpy as np

from cloison.money import Cents
from cloison.rules.bill import Bill, Mask
from cloison.rules.declaration import declared_base
from cloison.rules.law import Only, law
from cloison.rules.tariff_book import TariffBook
from cloison.rules.vocabulary import MISSING, NOT_STATED, Exoneration, Pathway, Protection, Sector

DENTISTS = (19, 36, 53, 54)
"""Specialties of dentists: they use groups of technical acts, and owe no participation."""


@law(
    "CSS L162-5",
    "CSS L162-14-1",
    since=date(2005, 1, 1),
    fr="Tarif de la consultation selon le secteur du médecin",
    en="Price of the consultation by the doctor's sector",
)
def tarif_de_consultation(acts: Bill, tariff: TariffBook) -> Cents:
    """The base of a consultation is the price of the national agreement, which depends on the doctor.

    CSS L162-5     sector 1, or overruns moderated by OPTAM    consultation.opposable
                   sector 2 without OPTAM                      consultation.secteur_2
    CSS L162-5-10  no agreement: tarif d'autorite              consultation.autorite
    """
    sector = acts.sector
    acts.refuse((sector == NOT_STATED) | (sector == Sector.NOT_CONCERNED), "sector_missing")

    price = np.full(len(acts), MISSING, np.int64)
    outside = (sector == Sector.TWO) | (sector == Sector.NONE)
    for applies, name in (
        (~outside, "opposable"),
        (sector == Sector.TWO, "secteur_2"),
        (sector == Sector.NONE, "autorite"),
    ):
        if applies.any():
            grid = tariff.by_code(f"consultation.{name}", "code")
            price = np.where(applies, grid.on(acts.care_date, acts.code), price)

    acts.refuse(price == MISSING, "care_date_outside_rules")
    return np.where(price == MISSING, 0, price) * acts.quantity


@law(
    "CSS L160-13 I",
    since=date(2005, 1, 1),
    fr="Base déclarée par le médecin, aucun tarif officiel n'étant chargé",
    en="Base declared by the doctor, as no official price is loaded",
)
def honoraires_declares(acts: Bill, tariff: TariffBook) -> Cents:
    """Consultations whose price depends on what our tables do not hold: the declared base."""
    return declared_base(acts)


@law(
    "CSS L162-5-3",
    "CSS D160-8",
    since=date(2005, 1, 1),
    fr="Majoration de la participation hors du parcours de soins coordonnés",
    en="Increase of the participation outside the coordinated care pathway",
)
def hors_parcours(acts: Bill, tariff: TariffBook) -> Only:
    """Outside the pathway the participation of the insured is increased: 70 % becomes 30 %.

    CSS L162-5-3  participation increased for insured who consult without     outside
                  their treating doctor; not minors, not work accidents
    CSS D160-8    by how many points                                         hors_parcours.majoration

    Doubt, 22 November 2026: that the same points come off an exonerated act (100 % -> 60 %) and off the 90 % of
    Alsace-Moselle is our reading; no worked example in our documents shows it. Such acts are marked.
    """
    points = points_outside_pathway(acts, tariff)
    outside = points > 0
    acts.remark(outside & ((acts.exoneration > 0) | acts.alsace_moselle), "value_to_verify")
    return Only(outside, acts.amo_rate_bp - points)


def points_outside_pathway(acts: Bill, tariff: TariffBook) -> Cents:
    """Basis points that come off the rate because the act is outside the pathway; 0 when none do."""
    majoration = tariff.by_code("hors_parcours.majoration", "rate").on(acts.care_date, acts.code)
    concerned = (majoration != MISSING) & ~acts.minor & (acts.exoneration != Exoneration.WORK_ACCIDENT)
    acts.refuse(concerned & (acts.pathway == NOT_STATED), "pathway_missing")
    return np.where(concerned & (acts.pathway == Pathway.OUT) & (acts.amo_rate_bp >= 0), majoration, 0)


def owes_flat_sums(acts: Bill) -> Mask:
    """Who owes participation and franchise: not minors, not maternity, not CSS, not AME.

    CSS L160-15   not the minor, not the beneficiary of the CSS
    CSS L160-13   not maternity from the 6th month to 12 days after birth
    CASF L251-2   not AME
    """
    return ~acts.minor & (acts.protection == Protection.NONE) & (acts.exoneration != Exoneration.MATERNITY)


@law(
    "CSS L160-13 II",
    "CSS L160-15",
    "CSS D160-6",
    since=date(2005, 1, 1),
    fr="Participation forfaitaire",
    en="Flat participation",
)
def participation_forfaitaire(acts: Bill, tariff: TariffBook) -> Cents:
    """Flat sum withheld from the AMO share of a consultation, a laboratory act or a radiology act.

    CSS L160-13 II  each act or consultation                 montant, quantity
                    never more than the share it is taken from
    CSS L160-15     not minors, not under CSS                owes_flat_sums

    Doctors without agreement: the published reimbursement (0.61, 1.22) shows none withheld. Dentists: none either.
    """
    montant = tariff["participation_forfaitaire.montant"].on(acts.care_date)
    owes = owes_flat_sums(acts) & (acts.sector != Sector.NONE) & ~_dentist(acts)
    withheld = np.where(owes, np.minimum(montant * acts.quantity, acts.amo_share), 0)
    acts.count(acts.quantity * (withheld > 0))
    return withheld


def _dentist(acts: Bill) -> Mask:
    return np.logical_or.reduce([acts.specialty == dentist for dentist in DENTISTS])
