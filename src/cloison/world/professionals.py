"""Professionals who invoice: what they are, where, for which bank account, and how much they work in a day."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from cloison.world import names
from cloison.world.banks import accounts, luhn_key
from cloison.world.chance import happens, pick
from cloison.world.pyramid import DEPARTMENT_CODES, DEPARTMENT_WEIGHTS
from cloison.world.text import Bools, Ints, Texts, csv_lines, digits, table

PRACTICES_PER_BLOCK_MAX = 400
"""Numbers of a block; the last four are for the practices that ask for quotes (`quotes.FIRST_SERIAL`)."""
COLUMNS = "numero;categorie;raison_sociale;departement;ville;secteur;optam;specialite;iban;bic"


class Kind(IntEnum):
    """Categories of professionals, in the order of the tables below."""

    GENERALISTE = 0
    SPECIALISTE = 1
    PHARMACIE = 2
    LABORATOIRE = 3
    INFIRMIER = 4
    KINESITHERAPEUTE = 5
    ORTHOPHONISTE = 6
    TAXI = 7


CATEGORIES = table([
    "medecin_generaliste", "medecin_specialiste", "pharmacie", "laboratoire", "infirmier", "kinesitherapeute",
    "orthophoniste", "taxi",
])  # fmt: skip
DOMAIN_OF_KIND = np.array([0, 0, 1, 2, 3, 3, 3, 4], np.int64)
"""Index in CARE_DOMAINS: MED, PHAR, LABO, AUXM, TRAN."""
INVOICES_SHARE = np.array([0.20, 0.08, 0.33, 0.11, 0.12, 0.07, 0.03, 0.06])
CASELOAD_MEAN = np.array([20.0, 16.0, 55.0, 45.0, 14.0, 12.0, 8.0, 7.0])
_CASELOAD_SIGMA = 1.0
"""A lognormal of this sigma has its median at 0.61 of its mean: 12 a day where the mean is 20."""

_SPECIALTIES = np.array([3, 4, 5, 7, 8, 11, 12, 13, 15, 32, 33], np.int64)
_SPECIALTY_OF_KIND = np.array([1, 0, 50, 30, 24, 26, 28, 56], np.int64)
_TITLES = table([
    "CABINET DR", "CABINET DR", "PHARMACIE", "LABORATOIRE", "CABINET INFIRMIER", "KINE", "ORTHOPHONIE", "TAXI",
])  # fmt: skip
_TOWN_STARTS = table(["SAINT", "MONT", "BEAU", "VILLE", "VAL", "CLAIR", "HAUTE", "BELLE", "FONT", "ROCHE"])
_TOWN_ENDS = table(["IGNY", "COURT", "MONT", "VILLE", "FORT", "LIEU", "RIVE", "SOURCE", "BOIS", "PRE", "LAC", "CHAMP"])


@dataclass(frozen=True, slots=True)
class Practices:
    """Practices of one block as columns. `serial` is unique in the world."""

    serial: Ints
    kind: Ints
    number: Texts
    name: Texts
    department: Ints
    sector_two: Bools
    optam: Bools
    specialty: Ints
    invoices: Ints


def make_practices(rng: np.random.Generator, block: int, invoices: int) -> Practices:
    """As many practices as `invoices` of the day need, with their share of them."""
    expected = INVOICES_SHARE * invoices / CASELOAD_MEAN
    counts = np.maximum(np.rint(expected), 1).astype(np.int64)
    kind = np.repeat(np.arange(counts.size), counts)
    assert kind.size <= PRACTICES_PER_BLOCK_MAX - 4, "a block has more practices than numbers"
    load = rng.lognormal(0.0, _CASELOAD_SIGMA, kind.size) * CASELOAD_MEAN[kind]
    load = np.minimum(load, CASELOAD_MEAN[kind] * 8)
    # Each kind keeps its share of the day, whatever the draw of its busiest practice.
    load *= (INVOICES_SHARE / np.bincount(kind, load))[kind]

    serial = block * PRACTICES_PER_BLOCK_MAX + np.arange(kind.size)
    department = pick(rng, DEPARTMENT_WEIGHTS, kind.size)
    sector_two = ((kind == Kind.GENERALISTE) & happens(rng, 0.05, kind.size)) | (
        (kind == Kind.SPECIALISTE) & happens(rng, 0.5, kind.size)
    )
    specialty = np.where(
        kind == Kind.SPECIALISTE, _SPECIALTIES[rng.integers(0, _SPECIALTIES.size, kind.size)], _SPECIALTY_OF_KIND[kind]
    )
    specialty[(kind == Kind.GENERALISTE) & happens(rng, 0.5, kind.size)] = 22
    return Practices(
        serial,
        kind,
        _numbers(serial, department),
        np.char.add(np.char.add(_TITLES[kind], b" "), names.SURNAMES[rng.integers(0, names.SURNAMES.size, kind.size)]),
        department,
        sector_two,
        sector_two & happens(rng, 0.5, kind.size),
        specialty,
        rng.multinomial(invoices, load / load.sum()).astype(np.int64),
    )


def _numbers(serial: Ints, department: Ints) -> Texts:
    """Nine digits: two of the department (20 for Corsica), six of its own, Luhn's key."""
    prefix = np.array([20 if code[0] == "2" and not code.isdigit() else int(code[:2]) for code in DEPARTMENT_CODES])
    assert not serial.size or serial.max() < 1_000_000, "more practices than numbers"
    body = prefix[department] * 1_000_000 + serial
    return digits(body * 10 + luhn_key(body), 9)


def practices_csv(rng: np.random.Generator, practices: Practices) -> bytes:
    """Lines of practices.csv."""
    size = practices.kind.size
    kind = practices.kind
    iban, bic = accounts(practices.serial)
    town = np.char.add(
        _TOWN_STARTS[rng.integers(0, _TOWN_STARTS.size, size)], _TOWN_ENDS[rng.integers(0, _TOWN_ENDS.size, size)]
    )
    doctor = kind <= Kind.SPECIALISTE
    sector = np.where(doctor, np.where(practices.sector_two, b"2", b"1"), b"")
    optam = np.where(practices.sector_two, np.where(practices.optam, b"O", b"N"), b"")
    return csv_lines([
        practices.number, CATEGORIES[kind], practices.name, table(DEPARTMENT_CODES)[practices.department], town, sector,
        optam, digits(practices.specialty, 2), iban, bic,
    ])  # fmt: skip
