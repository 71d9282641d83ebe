"""The guarantee number: what was promised, to whom, until when.

A number is E, thirteen signs of base 32 (Crockford, no I L O U) for 62 random bits, and a check sign: nobody guesses
one, and a slip of the pen is seen. The signs are elements of the field of 32, and the check sign is their sum, each
times its own power of a generator: so one wrong sign, or two different signs that changed places, wherever they stand,
never give a valid number. The Inter-AMC format is not public; this one is the project's own, of fifteen characters.
"""

import secrets
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cloison.money import Cents
from cloison.period import Days

ALPHABET = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SIGNS = 13
LENGTH = SIGNS + 2
FIELD_POLYNOMIAL = 0b100101
"""x^5 + x^2 + 1, primitive: its root 2 generates the 31 non-zero elements."""
VALIDITY = np.timedelta64(30, "D")
"""How long a promise binds when the insurer's contract says nothing: the project's default, not an official figure."""
INVALID = -1

_SIGN_VALUE = np.full(256, -1, np.int64)
_SIGN_VALUE[np.frombuffer(ALPHABET, np.uint8)] = np.arange(32)


def _times_generator(value: int) -> int:
    double = value << 1
    return double ^ FIELD_POLYNOMIAL if double > 31 else double


def _weights() -> NDArray[np.int64]:
    """Row i: each element times the (i + 1)th power of the generator. The check sign itself has the power zero."""
    rows: list[list[int]] = []
    row = list(range(32))
    for _ in range(SIGNS):
        row = [_times_generator(value) for value in row]
        rows.append(row)
    return np.array(rows, np.int64)


_WEIGHTED = _weights()


@dataclass(frozen=True, slots=True)
class Engagements:
    """Promises found for k numbers; `engagement` is sorted. Valid on [valid_from, valid_to)."""

    engagement: NDArray[np.int64]
    tenant: NDArray[np.int32]
    person: NDArray[np.uint8]
    practice: NDArray[np.int32]
    coverage: NDArray[np.int64]
    product: NDArray[np.int32]
    domain: NDArray[np.int16]
    valid_from: Days
    valid_to: Days
    ceiling_year: NDArray[np.int16]
    """The year of the ceiling on which it holds."""
    held_cents: Cents
    ends: NDArray[np.int16]
    """How often it ended: a hold expired, or an invoice used it that was cancelled since."""

    def __len__(self) -> int:
        return len(self.engagement)

    @classmethod
    def none(cls) -> Self:
        number, short, day = np.empty(0, np.int64), np.empty(0, np.int16), np.empty(0, "datetime64[D]")
        medium, person = np.empty(0, np.int32), np.empty((0, 16), np.uint8)
        return cls(number, medium, person, medium, number, medium, short, day, day, short, number, short)


def draw(count: int) -> NDArray[np.int64]:
    """New random numbers, positive and of 62 bits."""
    raw = np.frombuffer(secrets.token_bytes(8 * count), np.uint64)
    return (raw >> np.uint64(2)).astype(np.int64)


def formatted(engagement: NDArray[np.int64]) -> NDArray[np.bytes_]:
    """The numbers as people and files carry them. Shapes (n,) -> (n,) S15."""
    shifts = np.arange(SIGNS - 1, -1, -1) * 5
    values = (engagement[:, None] >> shifts) & 31
    alphabet = np.frombuffer(ALPHABET, np.uint8)
    text = np.empty((len(engagement), LENGTH), np.uint8)
    text[:, 0] = ord("E")
    text[:, 1:-1] = alphabet[values]
    text[:, -1] = alphabet[_check(values)]
    return text.view(f"S{LENGTH}").reshape(len(engagement))


def parsed(text: NDArray[np.bytes_]) -> NDArray[np.int64]:
    """The numbers behind what files carry: 0 for an empty field, INVALID for what no number of ours can be."""
    wide = np.char.strip(text).astype("S20")
    signs = np.ascontiguousarray(wide).view(np.uint8).reshape(len(text), 20)
    values = _SIGN_VALUE[signs[:, 1 : LENGTH - 1]]
    number = np.zeros(len(text), np.int64)
    known = np.maximum(values, 0)
    for position in range(SIGNS):
        number = (number << 5) | known[:, position]
    sound = (
        (signs[:, 0] == ord("E"))
        & (values >= 0).all(axis=1)
        & (values[:, 0] < 4)
        & (_SIGN_VALUE[signs[:, LENGTH - 1]] == _check(known))
        & (signs[:, LENGTH:] == 0).all(axis=1)
    )
    return np.where(np.char.str_len(wide) == 0, 0, np.where(sound, number, INVALID))


def _check(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """The check sign of each row of signs. Shapes (n, SIGNS) -> (n,)."""
    check = np.zeros(len(values), np.int64)
    for position in range(SIGNS):
        check ^= _WEIGHTED[position][values[:, position]]
    return check
