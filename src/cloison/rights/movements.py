"""Movements: what one line of an insurer's file says, and what it does to what is known.

    C creation      the contract covers the person from a day, perhaps to a day
    M modification  from its first day on, the coverage of this contract is what the line says; the days before stay
    F end           the coverage of this contract ends with that day; an end on the eve of the start cancels it

A line names a person by the NIR that opens the right, birth date and rank; or, for a dependant and for a correction, by
the adherent number, birth date and rank. Lines of one person and contract take effect in the order of the file.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from io import BufferedIOBase
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cloison.period import Days
from cloison.rights.movement_reasons import OTHER_INSURER, PRODUCT_UNKNOWN
from cloison.storage.vault import RECORD, Identities
from cloison.storage.vault_index import Texts, normal_amc, normal_number

FIELDS = (
    "mouvement", "amc", "adherent", "contrat", "produit", "nir", "date_naissance", "rang_naissance", "nom_naissance",
    "nom_usage", "prenoms", "sexe", "qualite", "ordre", "date_debut", "date_fin",
)  # fmt: skip
ORIGIN_FIELD = "ligne"
"""In a resubmission: the quarantined line that this one corrects."""
EVERY_FIELD = ("", *FIELDS, ORIGIN_FIELD)
"""A fault names its field by its position here; 0 is the line as a whole."""


class Movement(IntEnum):
    """What a line does."""

    CREATION = 1
    MODIFICATION = 2
    END = 3


class Quality(IntEnum):
    """Who the person is in the contract."""

    ASSURE = 1
    CONJOINT = 2
    ENFANT = 3
    OTHER = 4


@dataclass(frozen=True, slots=True)
class Faults:
    """Lines that cannot be taken: n rows, one per line."""

    line: NDArray[np.int32]
    reason: NDArray[np.int16]
    field: NDArray[np.int16]

    def __len__(self) -> int:
        return len(self.line)

    @classmethod
    def none(cls) -> "Faults":
        return cls(np.empty(0, np.int32), np.empty(0, np.int16), np.empty(0, np.int16))

    def __add__(self, other: "Faults") -> "Faults":
        return Faults(
            np.concatenate([self.line, other.line]),
            np.concatenate([self.reason, other.reason]),
            np.concatenate([self.field, other.field]),
        )


@dataclass(frozen=True, slots=True)
class Movements:
    """Lines that are right in themselves: n rows. `valid_to` is the first day outside, FOREVER when open."""

    line: NDArray[np.int32]
    origin: NDArray[np.int32]
    movement: NDArray[np.int16]
    amc: Texts
    product: Texts
    quality: NDArray[np.int16]
    ordre: NDArray[np.int16]
    valid_from: Days
    valid_to: Days
    nir13: Texts = field(repr=False)
    identities: Identities

    def __len__(self) -> int:
        return len(self.line)

    def only(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> "Movements":
        return Movements(
            self.line[rows],
            self.origin[rows],
            self.movement[rows],
            self.amc[rows],
            self.product[rows],
            self.quality[rows],
            self.ordre[rows],
            self.valid_from[rows],
            self.valid_to[rows],
            self.nir13[rows],
            self.identities[rows],
        )


@dataclass(frozen=True, slots=True)
class Lines:
    """What a block of a file says: the lines that are right in themselves, and the faults of the others."""

    count: int
    movements: Movements
    faults: Faults


class Block(Protocol):
    """Some lines of a file, not read yet. It travels to the process that reads it."""

    @property
    def first_line(self) -> int: ...

    def lines(self) -> Lines:
        """Read and check every line of the block."""
        ...

    def raw(self, lines: NDArray[np.int32]) -> list[bytes]:
        """These lines as they were received, for quarantine."""
        ...


class MovementSource(Protocol):
    """An open file of movements. Raises Misuse, with its place, when the file as a whole is not right."""

    @property
    def format(self) -> str:
        """ "csv" or "parquet"."""
        ...

    @property
    def announced(self) -> str:
        """The insurer in the name of the file, "" when the name does not say."""
        ...

    @property
    def amc(self) -> str:
        """The insurer of the first line, "" when there is no line."""
        ...

    def blocks(self) -> Iterator[Block]: ...


class OpenMovements(Protocol):
    """How a stream becomes a source; the gateway of the format."""

    def __call__(self, stream: BufferedIOBase, name: str) -> MovementSource: ...


@dataclass(frozen=True, slots=True)
class Insured:
    """What lines are checked against: the insurer of the file and its products, sorted by code."""

    tenant: int
    amc: str
    codes: NDArray[np.bytes_]
    products: NDArray[np.int32]

    @classmethod
    def of(cls, tenant: int, amc: str, products: Sequence[tuple[str, int]]) -> "Insured":
        ordered = sorted((code.encode(), product) for code, product in products)
        return cls(
            tenant,
            amc,
            np.array([code for code, _ in ordered], "S20"),
            np.array([product for _, product in ordered], np.int32),
        )


def identities_of(**columns: Texts) -> Identities:
    """Who the lines are about, for the vault alone; values already cut to their places."""
    rows = np.zeros(len(columns["nir"]), RECORD)
    for name, values in columns.items():
        rows[name] = values
    return Identities(rows)


def amc_as_compared(amc: Texts) -> Texts:
    """AMC numbers without leading zeros, in capitals."""
    return np.char.upper(normal_amc(amc))


def number_as_compared(number: Texts) -> Texts:
    """Adherent and contract numbers as the indexes compare them."""
    return normal_number(number)


def accept(movements: Movements, insured: Insured) -> tuple[Movements, NDArray[np.int32], Faults]:
    """Keep the lines that concern this insurer and one of its products; gives their product numbers, and the faults."""
    count = len(movements)
    reason, place = np.zeros(count, np.int16), np.zeros(count, np.int16)
    if len(insured.codes):
        found = np.minimum(np.searchsorted(insured.codes, movements.product), len(insured.codes) - 1)
        unknown = insured.codes[found] != movements.product
        product = insured.products[found]
    else:
        unknown, product = np.ones(count, np.bool_), np.zeros(count, np.int32)
    reason[unknown], place[unknown] = PRODUCT_UNKNOWN.number, EVERY_FIELD.index("produit")
    other = movements.amc != insured.amc.encode()
    reason[other], place[other] = OTHER_INSURER.number, EVERY_FIELD.index("amc")
    refused = reason > 0
    if not refused.any():
        return movements, product, Faults.none()
    faults = Faults(movements.line[refused], reason[refused], place[refused])
    return movements.only(~refused), product[~refused], faults
