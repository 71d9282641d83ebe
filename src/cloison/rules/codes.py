"""The table of act codes: one number per code, and what each code says about its base, its rate and its flat sums.

Columns carry the number (`Acts.code`), the index in ACT_CODES. The table is `tariff/actes.toml`; a code is added at its
end and never moved, so a stored number keeps its meaning.
"""

import tomllib
from dataclasses import dataclass
from enum import IntEnum
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from cloison.rules.vocabulary import NOT_STATED, Domain


class Base(IntEnum):
    """Where the base of reimbursement of a code comes from."""

    TARIF = 1
    """An official price per act."""
    LETTRE = 2
    """A key letter times a coefficient."""
    DECLAREE = 3
    """What the professional declares: no official table of these prices is loaded."""
    TAXI = 4
    DETAIL = 5
    """A line without an amount that describes the line above it."""
    FORFAIT = 6
    """A flat sum of the hospital, the same for everybody."""
    VSL = 7
    AMBULANCE = 8


class Withheld(IntEnum):
    """The flat sum that the compulsory scheme withholds on a code (CSS L160-13 II and III)."""

    NONE = 0
    PARTICIPATION = 1
    MEDICAMENT = 2
    PARAMEDICAL = 3
    TRANSPORT = 4


@dataclass(frozen=True, slots=True)
class ActCode:
    """One code of the table, in its words."""

    code: str
    domain: Domain
    family: str
    base: Base
    rate: str
    withheld: Withheld
    fr: str
    en: str


def _table() -> tuple[ActCode, ...]:
    data = tomllib.loads(files("cloison.rules").joinpath("tariff/actes.toml").read_text("utf-8"))
    return tuple(
        ActCode(
            code=row["code"],
            domain=Domain[row["domain"]],
            family=row["family"],
            base=Base[row["base"].upper()],
            rate=row["rate"],
            withheld=Withheld[row["withheld"].upper()],
            fr=row["fr"],
            en=row["en"],
        )
        for row in data["acte"]
    )


ACT_TABLE = _table()
ACT_CODES = tuple(act.code for act in ACT_TABLE)
FAMILIES = tuple(dict.fromkeys(act.family for act in ACT_TABLE))
"""Families of acts, as products name them."""
ACT_NUMBERS = {code: number for number, code in enumerate(ACT_CODES)}

DOMAIN_OF = np.array([act.domain for act in ACT_TABLE], np.int8)
"""The `Domain` of each code number: `DOMAIN_OF[acts.code]`, for known codes."""
BASE_OF = np.array([act.base for act in ACT_TABLE], np.int8)
WITHHELD_OF = np.array([act.withheld for act in ACT_TABLE], np.int8)

CODE_WIDTH = 5
"""Bytes of a code in a claim."""


def _as_numbers(codes: NDArray[np.bytes_]) -> NDArray[np.uint64]:
    """Codes of up to 5 characters as numbers, spaces left out."""
    letters = np.zeros((len(codes), 8), np.uint8)
    width = min(codes.dtype.itemsize, CODE_WIDTH)
    letters[:, :width] = np.ascontiguousarray(codes).view(np.uint8).reshape(len(codes), codes.dtype.itemsize)[:, :width]
    letters[letters == ord(" ")] = 0
    return letters.view(np.uint64).reshape(-1)


_KNOWN = _as_numbers(np.array([code.encode() for code in ACT_CODES], f"S{CODE_WIDTH}"))
_ORDER = np.argsort(_KNOWN)
_SORTED, _SORTED_IDS = _KNOWN[_ORDER], _ORDER.astype(np.int16)


def code_ids(codes: NDArray[np.bytes_]) -> NDArray[np.int16]:
    """The number of each code such as b'G'; -1 when unknown. Trailing spaces of fixed-width files are cut."""
    if codes.dtype.itemsize > CODE_WIDTH:
        codes = np.where(np.char.str_len(np.char.rstrip(codes)) <= CODE_WIDTH, codes, b"?").astype(f"S{CODE_WIDTH}")
    numbers = _as_numbers(codes)
    at = np.minimum(np.searchsorted(_SORTED, numbers), len(_SORTED) - 1)
    return np.where(_SORTED[at] == numbers, _SORTED_IDS[at], np.int16(NOT_STATED))
