"""The sandbox of integrators: a few insurers and persons, each with one way to behave, and practices of five trades.

Whoever writes software against Cloison asks about these persons and knows the answer beforehand. The member numbers say
how their persons behave. Days are counted from the day on which the sandbox is made.
"""

import csv
import io
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from cloison.identifiers.nir import key_of
from cloison.world.banks import accounts
from cloison.world.insurers import DOMAINS, PRODUCTS, Guarantee, Insurer, Product, insurers_json
from cloison.world.movements import COLUMNS

MAIN, PATIENT, SLOW, EMPTY, STUCK, SECOND, STRICT = (f"7590000{number}" for number in range(1, 8))
UNKNOWN = "75909999"
"""AMC numbers: answers at once; answers prises en charge the next day; answers after a while; has loaded nothing; does
not answer in time; pays after another; refuses prises en charge the next day. The last one is of nobody."""
SLOW_SECONDS = 2.0
YEAR = timedelta(days=365)
_FIRST_ACCOUNT = 80_000_000_000


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody invented. `adherent` says how they behave."""

    adherent: str
    amc: str
    product: str
    birth: str
    nir: str
    start: timedelta = -3 * YEAR
    end: timedelta | None = None
    ordre: int = 1


@dataclass(frozen=True, slots=True)
class Practice:
    """A practice and the name of its machine client."""

    client: str
    number: str
    category: str
    name: str
    sector: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """One way to behave: whom to ask about, and what is answered."""

    name: str
    amc: str
    adherent: str
    birth: str
    nir: str
    domain: str
    answer: str
    code: str
    fr: str
    en: str


def _person(
    number: int,
    adherent: str,
    amc: str = MAIN,
    product: str = "TOUT",
    **changes: Any,  # as Person says
) -> Person:
    year, month = 50 + number, 1 + number % 12
    nir = f"2{year:02d}{month:02d}75056{number:03d}"
    person = Person(adherent, amc, product, f"19{year:02d}{month:02d}15", nir + key_of(nir))
    return replace(person, **changes)


OPEN = _person(1, "OUVERT")
CLOSED = _person(2, "FERME", end=timedelta(days=-30))
FUTURE = _person(3, "FUTUR", start=YEAR)
OUTSIDE = _person(4, "HORSDOMAINE", product="SANSOPTI")
WAITING = _person(5, "ATTENTE", product="ATTENTE", start=timedelta(days=-10))
CEILING = _person(6, "PLAFOND", product="PLAFOND")
BOTH = _person(7, "DEUX")
BOTH_SECOND = replace(BOTH, amc=SECOND, product="APRES", ordre=2)
LATE = _person(8, "LENT", SLOW)
NEVER = _person(9, "MUET", STUCK)
PENDED = _person(10, "PECDEMAIN", PATIENT)
REFUSED = _person(11, "PECREFUS", STRICT)
PERSONS = (
    OPEN, CLOSED, FUTURE, OUTSIDE, WAITING, CEILING, BOTH, BOTH_SECOND, LATE, NEVER, PENDED, REFUSED,
)  # fmt: skip
NOBODY = "INCONNU"

PRACTICES = (
    Practice("pharmacy", "750000011", "pharmacie", "Pharmacie du Bac"),
    Practice("optician", "750000022", "opticien", "Optique du Bac"),
    Practice("lab", "750000033", "laboratoire", "Laboratoire du Bac"),
    Practice("hospital", "750000044", "hopital", "Hopital du Bac"),
    Practice("taxi", "750000055", "taxi", "Taxi du Bac"),
)
RETURNED_TO = "taxi"
"""Whose bank account is closed: each payment to it comes back."""
CONTAINED = "contained"
"""The client of the pharmacy whose channel is closed."""

_EVERYTHING = (
    *(Guarantee(domain, "TM", rate_bp=10_000) for domain in DOMAINS),
    *(each for each in PRODUCTS[0].guarantees if each.family is not None),
)


def _with(code: str, label: str, *instead: Guarantee) -> Product:
    """Everything, with these rows in the place of those of their domain."""
    domains = {each.domain for each in instead}
    rows = (*(each for each in _EVERYTHING if each.domain not in domains), *instead)
    return Product(code, label, False, tuple(each for each in rows if each.formula != "NONE"))


_ALL = Product("TOUT", "Tout", True, _EVERYTHING)
_SOLD = {
    MAIN: (
        _ALL,
        _with("SANSOPTI", "Sans optique", Guarantee("OPTI", "NONE")),
        _with("ATTENTE", "Delai d'attente", Guarantee("LABO", "TM", rate_bp=10_000, waiting_days=90)),
        _with("PLAFOND", "Plafond annuel", Guarantee("AUXM", "TM", rate_bp=10_000, annual_ceiling_cents=15_000)),
    ),
    SECOND: (Product("APRES", "Surcomplementaire", False, (Guarantee("PHAR", "TM", rate_bp=10_000),)),),
}
_NAMES = (
    (MAIN, "Mutuelle du Bac"), (PATIENT, "Prevoyance du Lendemain"), (SLOW, "Entraide des Escargots"),
    (EMPTY, "Union du Silence"), (STUCK, "Alliance des Muets"), (SECOND, "Solidarite d'Apres"),
    (STRICT, "Prevoyance des Refus"),
)  # fmt: skip


def insurers() -> tuple[Insurer, ...]:
    """The insurers with what they sell."""
    iban, bic = accounts(np.arange(len(_NAMES), dtype=np.int64) + _FIRST_ACCOUNT)
    return tuple(
        Insurer(amc, name, iban[at].decode(), bic[at].decode(), False, _SOLD.get(amc, (_ALL,)))
        for at, (amc, name) in enumerate(_NAMES)
    )


def movements(day: date) -> dict[str, bytes]:
    """The movement file of each insurer that has persons, by its name."""
    files: dict[str, bytes] = {}
    for amc in sorted({each.amc for each in PERSONS}):
        text = io.StringIO()
        writer = csv.writer(text, delimiter=";", lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(_line(each, day) for each in PERSONS if each.amc == amc)
        files[f"mvt_{amc}_{day:%Y%m%d}_001.csv"] = text.getvalue().encode()
    return files


def _line(person: Person, day: date) -> list[str]:
    last = (day + person.end).isoformat() if person.end is not None else ""
    return [
        "C", person.amc, person.adherent, f"K{person.adherent}", person.product, person.nir, person.birth, "1",
        "BACASABLE", "", person.adherent, "F", "A", str(person.ordre), (day + person.start).isoformat(), last,
    ]  # fmt: skip


def practices_csv() -> bytes:
    """The file of the practices."""
    iban, bic = accounts(np.arange(len(PRACTICES), dtype=np.int64) + _FIRST_ACCOUNT + 100)
    heads = "numero;categorie;raison_sociale;departement;ville;secteur;optam;specialite;iban;bic"
    rows = (
        f"{each.number};{each.category};{each.name};75;Paris;{each.sector};;00;{iban[at].decode()};{bic[at].decode()}"
        for at, each in enumerate(PRACTICES)
    )
    return ("\n".join((heads, *rows)) + "\n").encode()


def write(folder: Path, day: date) -> tuple[Path, Path, list[Path]]:
    """Write the files of the sandbox: insurers, practices, movements."""
    folder.mkdir(parents=True, exist_ok=True)
    known, places = folder / "insurers.json", folder / "practices.csv"
    known.write_bytes(insurers_json(insurers(), day))
    places.write_bytes(practices_csv())
    rights = [folder / name for name in movements(day)]
    for path, content in zip(rights, movements(day).values(), strict=True):
        path.write_bytes(content)
    return known, places, rights
