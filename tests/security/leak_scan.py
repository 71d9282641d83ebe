"""What a leak would look like: the identities of a synthetic world, and a scanner that knows them in every dress.

The scanner must find what is there and nothing by chance, so each kind has its own way:

    nir        13 characters anywhere: as digits (glued, or split by separators), in hexadecimal, base64 or UTF-16, as
               an 8-byte integer of either order, or as its plain MD5, SHA-1 or SHA-256 (whoever has a list of NIRs
               reads those)
    adherent,  the whole number as it stands in the movement files
    contract
    name       a surname or first name as a whole word, whatever its case; in binary files only from 6 letters on,
               since shorter ones turn up in random bytes
    person     surname and first name side by side, in either order, for everybody
    birth      YYYYMMDD as a whole token, YYYY-MM-DD, DD/MM/YYYY; only of persons born before any other date of the
               day (the start of a contract, of a guarantee): such a date can only be a birth, and eight digits in a
               row that make one are no amount of a small day and no serial number that it reaches

What the scanner finds in an empty installation, in the files of insurers and practices, or in the product's own words,
is innocent (a surname that is also a town): `without` leaves it out.
"""

import base64
import csv
import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

SHORT_NAME = 6
"""Letters from which a name cannot turn up by chance in a few megabytes of random bytes."""
PAGE = 8192
SEPARATED = re.compile(rb"(?<=[0-9])[ ._/-](?=[0-9])")
UUID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
NUMBERS = re.compile(rb"[0-9A-Z]{11,}")
WIDE = re.compile(rb"(?:[0-9A-B]\x00){13,}|(?:\x00[0-9A-B]){13,}")
HEXADECIMAL = re.compile(rb"(?:[0-9a-fA-F]{2}){13,}")
BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{18,}")
WORD = re.compile(r"(?<![^\W_])[^\W\d_]{2,}(?![^\W_])")
LETTERS = re.compile(rb"[A-Za-z]{6,}")
DAY = re.compile(rb"(?<![0-9A-Za-z])(\d{8}|\d{4}-\d\d-\d\d|\d\d/\d\d/\d{4})(?![0-9A-Za-z])")
PACKED_DAY = re.compile(rb"(?:1[89]|20)\d{6}|(?:1[89]|20)\d\d-\d\d-\d\d")
DIGESTS = ("md5", "sha1", "sha256")
INTEGERS = ("<i8", ">i8")
APART = b"\xff" * 8


@dataclass(frozen=True, order=True)
class Leak:
    """Something personal, and where it lies."""

    where: str
    kind: str
    value: str


@dataclass(frozen=True)
class Persons:
    """What must not be found anywhere, by kind."""

    nir: frozenset[str]
    adherent: frozenset[str]
    contract: frozenset[str]
    name: frozenset[str]
    person: frozenset[str]
    birth: frozenset[str]

    @classmethod
    def of(cls, world: Path) -> "Persons":
        """Everybody of the movement files of a world, and whoever its questions name."""
        rows = [row for path in sorted((world / "movements").glob("*.csv")) for row in _rows(path)]
        names, persons = set[str](), set[str]()
        for row in rows:
            first, surnames = _words(row["prenoms"]), [_words(row["nom_naissance"]), _words(row["nom_usage"])]
            names.update(first, *surnames)
            pairs = [(first, surname) for surname in surnames if first and surname]
            persons.update(f" {' '.join([*a, *b])} " for pair in pairs for a, b in (pair, pair[::-1]))
        early = min([row["date_debut"] for row in rows] + _guarantee_days(world)).replace("-", "")
        births = {row["date_naissance"] for row in rows if row["date_naissance"] < early}
        asked = [row["nir"] for row in _rows(world / "questions.csv")]
        return cls(
            nir=frozenset(nir[:13] for nir in [*asked, *(row["nir"] for row in rows)] if len(nir) >= 13),
            adherent=frozenset(row["adherent"] for row in rows if _telling(row["adherent"])),
            contract=frozenset(row["contrat"] for row in rows if _telling(row["contrat"])),
            name=frozenset(name for name in names if len(name) > 2),
            person=frozenset(persons),
            birth=frozenset(
                text
                for day in births
                for text in (day, f"{day[:4]}-{day[4:6]}-{day[6:]}", f"{day[6:]}/{day[4:6]}/{day[:4]}")
            ),
        )

    def without(self, innocent: Iterable[Leak]) -> "Persons":
        """The same, less what is also an innocent word or number."""
        known = list(innocent)
        return replace(
            self,
            name=self.name - {leak.value for leak in known if leak.kind == "name"},
            birth=self.birth - {leak.value for leak in known if leak.kind == "birth"},
        )


class Scanner:
    """Looks for persons in bytes."""

    def __init__(self, persons: Persons) -> None:
        self.persons = persons
        self._numbers = {
            **dict.fromkeys(persons.adherent, "adherent"),
            **dict.fromkeys(persons.contract, "contract"),
            **dict.fromkeys(persons.nir, "nir"),
        }
        self._lengths = sorted({len(number) for number in self._numbers})
        whole = [int(nir) for nir in persons.nir if nir.isdigit()]
        keyed = [nir * 100 + 97 - nir % 97 for nir in whole]
        self._integers = np.array(sorted([*whole, *keyed]), np.int64)
        texts = [text for nir in whole for text in (str(nir), f"{nir}{97 - nir % 97:02}")]
        self._digests = {hashlib.new(kind, text.encode()).digest()[:8]: text[:13] for kind in DIGESTS for text in texts}
        self._long_names = {form for name in persons.name if len(name) >= SHORT_NAME for form in _forms(name)}
        self._name_lengths = sorted({len(name) for name in self._long_names})

    def text(self, where: str, data: bytes) -> set[Leak]:
        """What a text holds: a dump, a log, a file, what a command said."""
        found = self._numbers_in(where, data) | self._numbers_in(where, SEPARATED.sub(b"", data))
        words = _words(data.decode(errors="replace"))
        found |= {Leak(where, "name", word) for word in self.persons.name.intersection(words)}
        line = f" {' '.join(words)} "
        found |= {Leak(where, "person", person) for person in self.persons.person if person in line}
        days = {day.decode() for day in DAY.findall(UUID.sub(b"", data))}
        found |= {Leak(where, "birth", day) for day in self.persons.birth & days}
        return found | self._packed(where, APART.join(_decoded(data)))

    def binary(self, where: str, data: bytes) -> set[Leak]:
        """What a file of bytes holds: pages of the database, its journal, sealed files."""
        found = self._numbers_in(where, data) | self._integers_in(where, data)
        found |= {Leak(where, "birth", day) for day in self.persons.birth & _texts(PACKED_DAY.findall(data))}
        for run in _texts(LETTERS.findall(data)):
            for size in self._name_lengths:
                for start in range(len(run) - size + 1):
                    if run[start : start + size] in self._long_names:
                        found.add(Leak(where, "name", run[start : start + size].upper()))
        return found

    def _packed(self, where: str, data: bytes) -> set[Leak]:
        """What was written in hexadecimal or base64, once decoded."""
        wide = b" ".join(run.replace(b"\0", b"") for run in WIDE.findall(data))
        found = self._numbers_in(where, data) | self._numbers_in(where, wide) | self._integers_in(where, data)
        for start in range(len(data) - 7):
            nir = self._digests.get(data[start : start + 8])
            if nir:
                found.add(Leak(where, "nir", nir))
        return found

    def _numbers_in(self, where: str, data: bytes) -> set[Leak]:
        found = set[Leak]()
        for text in _texts(NUMBERS.findall(data)):
            for size in self._lengths:
                for start in range(len(text) - size + 1):
                    kind = self._numbers.get(text[start : start + size])
                    if kind:
                        found.add(Leak(where, kind, text[start : start + size]))
        return found

    def _integers_in(self, where: str, data: bytes) -> set[Leak]:
        found = set[Leak]()
        for offset in range(8):
            size = (len(data) - offset) // 8
            for order in INTEGERS if size > 0 else ():
                numbers = np.frombuffer(data, order, size, offset)
                likely = numbers[(numbers > 10**12) & (numbers < 10**15)].astype(np.int64)
                found.update(
                    Leak(where, "nir", str(each)[:13]) for each in likely[np.isin(likely, self._integers)].tolist()
                )
        return found


def pages(files: Iterable[bytes]) -> frozenset[bytes]:
    """The pages of these files."""
    return frozenset(data[start : start + PAGE] for data in files for start in range(0, len(data), PAGE))


def changed(data: bytes, known: frozenset[bytes]) -> bytes:
    """The pages of a file that are not among the known ones."""
    cut = (data[start : start + PAGE] for start in range(0, len(data), PAGE))
    return b"".join(page if page not in known else APART for page in cut)


def files_under(*folders: Path) -> Iterator[tuple[str, bytes]]:
    """Every file with its bytes, by a name that tells where it lies."""
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                yield str(path.relative_to(folder.parent)), path.read_bytes()


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter=";"))


def _telling(number: str) -> bool:
    """Whether a number names anybody: the world plants a few made of zeros."""
    return len(number) > 8 and len(set(number)) > 2


def _guarantee_days(world: Path) -> list[str]:
    insurers = json.loads((world / "insurers.json").read_text())
    return [g["from"] for each in insurers for product in each["products"] for g in product["guarantees"]]


def _words(text: str) -> list[str]:
    """The words of a text, in upper case and without accents."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode() if not text.isascii() else text
    return [word.upper() for word in WORD.findall(plain)]


def _forms(name: str) -> tuple[str, str, str]:
    return name, name.capitalize(), name.lower()


def _texts(runs: list[bytes]) -> set[str]:
    return {run.decode() for run in set(runs)}


def _decoded(data: bytes) -> Iterator[bytes]:
    """What words of hexadecimal and base64 stand for, at every alignment."""
    for run in set(HEXADECIMAL.findall(UUID.sub(lambda found: found[0].replace(b"-", b""), data))):
        yield bytes.fromhex(run.decode())
        yield bytes.fromhex(run[1:-1].decode())
    for run in set(BASE64.findall(data)):
        plain = run.translate(bytes.maketrans(b"-_", b"+/"))
        for start in range(4):
            piece = plain[start:]
            yield base64.b64decode(piece + b"A" * (-len(piece) % 4))
