"""The NIR: the number of a person in the national register, 13 characters and a key of 2 digits.

    2  95  10  99 126  111  93
    |  |   |   |       |    key = 97 - (number mod 97)
    |  |   |   |       order in the month and commune
    |  |   |   department (2A and 2B for Corsica) and commune; 97x and 98x have a commune of 2 digits; 99 and a country
    |  |   month: 01-12; 20-42 and 50-99 when the birth record is incomplete
    |  year, without its century
    1 man, 2 woman; 3, 4, 7, 8 provisional, while the birth record is awaited

For the key, 2A counts as 19 and 2B as 18. Whether departments, communes and countries exist is not judged here: they
change, and a person keeps the number.

Provisional numbers are accepted and flagged. Doubt, 22 November 2026: 7 and 8 are weakly sourced, 3 and 4 known only by
practice; a body that gives out other first digits was not found.
"""

import re
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from cloison.errors import Reason
from cloison.identifiers.hidden import Hidden
from cloison.identifiers.reasons import NIR_CHARACTERS, NIR_KEY, NIR_LENGTH, NIR_MONTH, NIR_SEX

SHAPE = re.compile(r"[0-9]{5}(?:[0-9]{2}|2[AB])[0-9]{6}[0-9]{2}", re.ASCII)
FIRST_DIGITS = "123478"
PROVISIONAL = "3478"
MONTHS = frozenset(range(1, 13)) | frozenset(range(20, 43)) | frozenset(range(50, 100))
CORSICA = {"2A": "19", "2B": "18"}

ROWS_AT_ONCE = 65_536
"""Rows whose intermediate columns stay in the processor's cache."""


@dataclass(frozen=True, slots=True)
class NirParts:
    """What a NIR says about a birth. Personal: it is not shown either."""

    sex: str
    year: int
    month: int
    department: str
    commune: str

    def __repr__(self) -> str:
        return "NirParts('***')"


class Nir(Hidden):
    """The NIR of one person, with its key."""

    __slots__ = ()
    FIELD: ClassVar[str] = "nir"
    GROUPS: ClassVar[tuple[int, ...]] = (1, 2, 2, 2, 3, 3, 2)

    @classmethod
    def of_13(cls, number: str) -> "Nir":
        """The NIR whose key is computed; raises Misuse like the constructor."""
        return cls(number + key_of(number) if SHAPE.fullmatch(number + "00") else number)

    @classmethod
    def refusal(cls, plain: str) -> Reason | None:
        if len(plain) != 15:
            return NIR_LENGTH
        if not SHAPE.fullmatch(plain):
            return NIR_CHARACTERS
        if plain[0] not in FIRST_DIGITS:
            return NIR_SEX
        if int(plain[3:5]) not in MONTHS:
            return NIR_MONTH
        if key_of(plain[:13]) != plain[13:]:
            return NIR_KEY
        return None

    @property
    def provisional(self) -> bool:
        """True for a number of waiting, which another one will replace."""
        return self._plain[0] in PROVISIONAL

    @property
    def birth_record_complete(self) -> bool:
        return 1 <= int(self._plain[3:5]) <= 12

    @property
    def parts(self) -> NirParts:
        overseas = self._plain[5:7] in {"97", "98"}
        cut = 8 if overseas else 7
        return NirParts(
            sex="M" if self._plain[0] in "137" else "F",
            year=int(self._plain[1:3]),
            month=int(self._plain[3:5]),
            department=self._plain[5:cut],
            commune=self._plain[cut:10],
        )

    def reveal_number(self) -> str:
        """The 13 characters without the key."""
        return self._plain[:13]

    def reveal_key(self) -> str:
        return self._plain[13:]


def key_of(number: str) -> str:
    """The key of 13 characters of the right shape."""
    department = number[5:7]
    digits = number[:5] + CORSICA.get(department, department) + number[7:]
    return f"{97 - int(digits) % 97:02d}"


# ---- the same, for columns

_MONTH_ACCEPTED = np.isin(np.arange(100), sorted(MONTHS))
_FIRST_ACCEPTED = np.isin(np.arange(256), [int(digit) for digit in FIRST_DIGITS])
_ZERO, _A, _B = (ord(character) for character in "0AB")
_DEPARTMENT = 6
"""Position of the character that is a letter in Corsica."""


def check_columns(nir13: NDArray[np.bytes_], key: NDArray[np.bytes_]) -> NDArray[np.bool_]:
    """True where `Nir` accepts the number and its key. Shapes: nir13 (n,) S13, key (n,) S2, result (n,)."""
    accepted = np.empty(len(nir13), np.bool_)
    for start in range(0, len(nir13), ROWS_AT_ONCE):
        rows = slice(start, start + ROWS_AT_ONCE)
        digits, shaped = _digits(nir13[rows])
        tens, units = _characters(key[rows], 2).T - np.uint8(_ZERO)
        month = np.minimum(digits[:, 3], 9) * np.uint8(10) + np.minimum(digits[:, 4], 9)
        accepted[rows] = (
            shaped
            & (tens < 10)
            & (units < 10)
            & _FIRST_ACCEPTED[digits[:, 0]]
            & _MONTH_ACCEPTED[month]
            & (_keys(digits) == tens.astype(np.int16) * 10 + units)
        )
    return accepted


def key_columns(nir13: NDArray[np.bytes_]) -> NDArray[np.bytes_]:
    """The key of each number, b"" where the number has not the shape of one. Shapes: (n,) S13, result (n,) S2."""
    keys = np.zeros((len(nir13), 2), np.uint8)
    for start in range(0, len(nir13), ROWS_AT_ONCE):
        rows = slice(start, start + ROWS_AT_ONCE)
        digits, shaped = _digits(nir13[rows])
        tens, units = np.divmod(_keys(digits), 10)
        keys[rows] = np.where(shaped[:, None], np.stack([tens, units], axis=1) + _ZERO, 0)
    return keys.view("S2").reshape(len(nir13))


def split_columns(nir15: NDArray[np.bytes_]) -> tuple[NDArray[np.bytes_], NDArray[np.bytes_]]:
    """Numbers and keys of a column of 15 characters. Shapes: (n,) S15, results (n,) S13 and (n,) S2."""
    characters = _characters(nir15, 15)
    number = np.ascontiguousarray(characters[:, :13]).view("S13").reshape(len(nir15))
    key = np.ascontiguousarray(characters[:, 13:]).view("S2").reshape(len(nir15))
    return number, key


def _characters(column: NDArray[np.bytes_], width: int) -> NDArray[np.uint8]:
    """The bytes of a column, one row each. Shapes: (n,) S<width>, result (n, width)."""
    assert column.dtype == np.dtype(f"S{width}"), f"a column of {column.dtype} where S{width} is needed"
    return np.ascontiguousarray(column).view(np.uint8).reshape(len(column), width)


def _digits(nir13: NDArray[np.bytes_]) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Digits with Corsica replaced, and where the characters are those of a NIR. Shapes: (n, 13) and (n,)."""
    characters = _characters(nir13, 13)
    digits = characters - np.uint8(_ZERO)
    letter = characters[:, _DEPARTMENT]
    corsica = (characters[:, _DEPARTMENT - 1] == _ZERO + 2) & ((letter == _A) | (letter == _B))
    if corsica.any():
        digits[corsica, _DEPARTMENT - 1] = 1
        digits[corsica, _DEPARTMENT] = np.where(letter[corsica] == _A, 9, 8)
    return digits, digits.max(axis=1, initial=0) < 10


_WEIGHTS = np.array([pow(10, 12 - position, 97) for position in range(13)], np.int16)


def _keys(digits: NDArray[np.uint8]) -> NDArray[np.int16]:
    """97 - (number mod 97), digit by digit: at most 13 x 9 x 96, which int16 holds. Shapes: (n, 13), result (n,)."""
    total = np.zeros(len(digits), np.int16)
    for position, weight in enumerate(_WEIGHTS):
        total += np.minimum(digits[:, position], 9) * weight
    return 97 - total % 97
