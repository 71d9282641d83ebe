"""The rules in the order they apply. One list, read downwards: a later rule sees what earlier ones decided, and an
exception stands below the rule it is an exception to (domain 7.3).
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cloison.rules import (
    ambulances,
    audiologie,
    auxiliaires,
    biologie,
    contrat_responsable,
    dentaire,
    dispositifs,
    franchises,
    garanties,
    hospitalisation,
    optique,
    part_obligatoire,
    pharmacie,
    soins_de_ville,
    transport,
)
from cloison.rules.codes import ACT_TABLE, Base, Withheld
from cloison.rules.law import Law, in_force
from cloison.rules.vocabulary import Domain, Formula

Decided = Literal["base", "amo_rate_bp", "amo_share", "amc_share", "participation_forfaitaire", "franchise"]
COLUMNS: tuple[Decided, ...] = (
    "base",
    "amo_rate_bp",
    "amo_share",
    "amc_share",
    "participation_forfaitaire",
    "franchise",
)


@dataclass(frozen=True, slots=True, eq=False)
class Selector:
    """Which acts a rule is shown: those whose number in a column is marked. The last place stands for -1: none."""

    column: Literal["code", "formula"]
    marked: NDArray[np.bool_]

    def __and__(self, other: "Selector") -> "Selector":
        return Selector(self.column, self.marked & other.marked)

    def __or__(self, other: "Selector") -> "Selector":
        return Selector(self.column, self.marked | other.marked)


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """A rule in its place: the column it sets, the acts it is shown, its versions."""

    column: Decided
    acts: Selector | None
    versions: tuple[Law, ...]
    whole: bool = False
    """It needs the batch as a whole, because acts share what it hands out."""


def _codes(domain: Domain | None = None, base: Base | None = None, withheld: Withheld | None = None) -> Selector:
    marked = [
        domain in (None, act.domain) and base in (None, act.base) and withheld in (None, act.withheld)
        for act in ACT_TABLE
    ]
    return Selector("code", np.array([*marked, False]))


def _bases(*bases: Base) -> Selector:
    return Selector("code", np.array([*(act.base in bases for act in ACT_TABLE), False]))


def _formula(formula: Formula) -> Selector:
    return Selector("formula", np.array([*(member == formula for member in Formula), False]))


def _step(column: Decided, acts: Selector | None, *versions: Law, whole: bool = False) -> Step:
    return Step(column, acts, in_force(*versions), whole)


def _named(*names: str) -> Selector:
    return Selector("code", np.array([*(act.code in names for act in ACT_TABLE), False]))


def _rated(*rates: str) -> Selector:
    return Selector("code", np.array([*(act.rate in rates for act in ACT_TABLE), False]))


_TRIPS = _bases(Base.TAXI, Base.VSL, Base.AMBULANCE)
_MED = _codes(Domain.MED)
_DOCTORS = _codes(Domain.MED) | _codes(Domain.RADL)
_HOSPITAL_SUMS = _codes(base=Base.FORFAIT)
_GLASSES = _codes(Domain.OPTI)
_GLASSES_B = _named("M03", "M04", *(f"V{kind}{number}" for kind in "UM" for number in range(1, 8)))
_EARS = _named("P1D", "P1G", "P2D", "P2G")

ORDER: tuple[Step, ...] = (
    # What the act is worth
    _step("base", _codes(base=Base.TARIF), soins_de_ville.tarif_de_consultation),
    _step("base", _rated("medecin") & _bases(Base.DECLAREE), soins_de_ville.honoraires_declares),
    _step("base", _rated("technique", "imagerie"), hospitalisation.tarif_technique),
    _step("base", _codes(Domain.DENT), dentaire.tarif_dentaire),
    _step("base", _rated("lpp"), dispositifs.tarif_lpp),
    _step("base", _GLASSES, optique.equipement_decrit),
    _step("base", _EARS, audiologie.aide_decrite),
    _step("base", _rated("hospitalisation"), hospitalisation.tarif_du_sejour),
    _step("base", _HOSPITAL_SUMS, hospitalisation.forfait_hospitalier),
    _step("base", _codes(withheld=Withheld.MEDICAMENT), pharmacie.prix_des_medicaments),
    _step("base", _codes(Domain.LABO, Base.DECLAREE), biologie.cotation_de_biologie),
    _step("base", _codes(Domain.AUXM), auxiliaires.lettre_cle),
    _step("base", _TRIPS, transport.trajet_decrit),
    _step("base", _bases(Base.TAXI), *transport.taxi),
    _step("base", _bases(Base.VSL), *ambulances.vsl),
    _step("base", _bases(Base.AMBULANCE), ambulances.ambulance),
    _step("base", _TRIPS, transport.accord_prealable),
    _step("base", _codes(base=Base.DETAIL), transport.ligne_de_detail),
    _step("base", None, part_obligatoire.cout_inferieur_au_tarif),
    # At what rate the compulsory scheme pays it
    _step("amo_rate_bp", None, part_obligatoire.taux_general),
    _step("amo_rate_bp", None, part_obligatoire.taux_de_regime_special),
    _step("amo_rate_bp", None, part_obligatoire.taux_alsace_moselle),
    _step("amo_rate_bp", None, part_obligatoire.exoneration),
    _step("amo_rate_bp", None, part_obligatoire.aide_medicale),
    _step("amo_rate_bp", _HOSPITAL_SUMS, hospitalisation.forfait_exonere),
    _step("amo_rate_bp", _MED, soins_de_ville.hors_parcours),
    _step("amo_share", None, part_obligatoire.part_obligatoire),
    _step("amo_share", None, part_obligatoire.part_declaree),
    _step("amo_share", _rated("technique"), hospitalisation.participation_actes_lourds, whole=True),
    # What the complementary insurer adds
    _step("amc_share", _formula(Formula.TM), garanties.ticket_moderateur),
    _step("amc_share", _formula(Formula.BR), garanties.base_comprise),
    _step("amc_share", _formula(Formula.BRC), garanties.base_en_plus),
    _step("amc_share", _formula(Formula.FR), garanties.frais_reels),
    _step("amc_share", _formula(Formula.EUR), garanties.forfait),
    _step("amc_share", _MED, contrat_responsable.majoration_non_couverte),
    _step("amc_share", _DOCTORS, contrat_responsable.depassement_non_optam),
    _step("amc_share", _named("M03", "M04"), optique.monture_limitee),
    _step("amc_share", _GLASSES, optique.renouvellement_lunettes),
    _step("amc_share", _named("M01", "M02"), optique.prix_monture_classe_a),
    _step("amc_share", _named("P1D", "P1G"), audiologie.prix_classe_un),
    _step("amc_share", _EARS, audiologie.oreille_limitee),
    _step("amc_share", _EARS, audiologie.renouvellement_aide),
    _step("amc_share", None, garanties.plafond_par_acte),
    _step("amc_share", None, garanties.reste_a_payer),
    # What the compulsory scheme withholds from the insured: to know, in no share
    _step(
        "participation_forfaitaire", _codes(withheld=Withheld.PARTICIPATION), soins_de_ville.participation_forfaitaire
    ),
    _step("franchise", _codes(withheld=Withheld.MEDICAMENT), franchises.franchise_medicament),
    _step("franchise", _codes(withheld=Withheld.PARAMEDICAL), franchises.franchise_paramedicale),
    _step("franchise", _codes(withheld=Withheld.TRANSPORT), franchises.franchise_transport),
    # Limits that acts share
    _step("participation_forfaitaire", None, franchises.participation_par_jour, whole=True),
    _step("participation_forfaitaire", None, franchises.participation_par_an, whole=True),
    _step("franchise", None, franchises.franchise_par_jour, whole=True),
    _step("franchise", None, franchises.franchise_par_an, whole=True),
    _step("amc_share", _GLASSES_B, optique.paire_limitee, whole=True),
    _step("amc_share", None, garanties.plafond_partage, whole=True),
)

LAWS: tuple[Law, ...] = tuple(version for step in ORDER for version in step.versions)
"""Every version of every rule; a trace holds indices in here."""
LAW_NUMBERS: dict[Law, int] = {version: number for number, version in enumerate(LAWS)}
