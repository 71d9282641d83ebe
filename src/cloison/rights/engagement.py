"""The guarantee number: what was promised, to whom, until when.

A number is E, thirteen signs of base 32 (Crockford, no I L O U) for 62 random bits, and a check sign: nobody guesses one, and a
slip of the pen is seen. The Inter-AMC format is not public; this one is the project's own and fits twenty characters.
"""

import secrets
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cloison.money import Cents
from cloison.period import Days

ALPHABET = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SIGNS = 13
LENGTH = SIGNS + 2
CHECK_MODULUS = 31
VALIDITY = np.timedelta64(30, "D")
"""How long a promise binds when the insurer's contract says nothing: the project's default, not an official figure."""
INVALID = -1

_SIGN_VALUE = np.full(256, -1, np.int64)
_SIGN_VALUE[np.frombuffer(ALPHABET, np.uint8)] = np.arange(32)


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
    held_cents: Cents

    def __len__(self) -> int:
        return len(self.engagement)


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
    text[:, -1] = alphabet[engagement % CHECK_MODULUS]
    return text.view(f"S{LENGTH}").reshape(len(engagement))


def parsed(text: NDArray[np.bytes_]) -> NDArray[np.int64]:
    """The numbers behind what files carry: 0 for an empty field, INVALID for what no number of ours can be."""
    wide = np.char.strip(text).astype("S20")
    signs = np.ascontiguousarray(wide).view(np.uint8).reshape(len(text), 20)
    values = _SIGN_VALUE[signs[:, 1 : LENGTH - 1]]
    number = np.zeros(len(text), np.int64)
    for position in range(SIGNS):
        number = (number << 5) | np.maximum(values[:, position], 0)
    sound = (
        (signs[:, 0] == ord("E"))
        & (values >= 0).all(axis=1)
        & (values[:, 0] < 4)
        & (_SIGN_VALUE[signs[:, LENGTH - 1]] == number % CHECK_MODULUS)
        & (signs[:, LENGTH:] == 0).all(axis=1)
    )
    return np.where(np.char.str_len(wide) == 0, 0, np.where(sound, number, INVALID))
