"""Blind indexes: how a person is found without anybody being able to list persons.

A token is the first 16 bytes of HMAC-SHA-256 under a key of one insurer, one purpose and one epoch, over parts each
prefixed with its length (docs/decisions: why 128 bits). The purposes, and who may look there:

    card        AMC, adherent, birth date, rank          online
    identity    NIR (13), birth date, rank, AMC          online
    batch_nir   NIR (13)                                 batch zone only
    batch_birth NIR (13), birth YYMMDD, rank             batch zone only: chooses inside a family, 8 bytes
    contract    AMC, contract number                     nobody looks: a pseudonym of the contract
    record      the identity, numbers of contracts aside nobody looks: tells that a line changes nothing, 8 bytes

What people write in several ways is made one here, and nowhere else: an AMC number loses its leading zeros, adherent
and contract numbers are upper case without spaces around. Birth dates are text (lunar dates exist), YYYYMMDD.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cloison.storage.keys import KeyProvider

Texts: TypeAlias = NDArray[np.bytes_]
Tokens: TypeAlias = NDArray[np.uint8]
Marks: TypeAlias = NDArray[np.int64]
Tenants: TypeAlias = int | NDArray[np.int32]

DIGEST_BYTES = 32
TOKEN_BYTES = 16
MARK_BYTES = 8
FIRST_EPOCH = 1
SPACES = b" \t\n\r\v\f"


class Purpose(StrEnum):
    """What an index key is for."""

    CARD = "card"
    IDENTITY = "identity"
    BATCH_NIR = "batch_nir"
    BATCH_BIRTH = "batch_birth"
    CONTRACT = "contract"
    RECORD = "record"


OF_A_FAMILY: Final = (Purpose.BATCH_NIR, Purpose.CONTRACT)
AMC: Final = 10
ADHERENT: Final = 16
CONTRACT: Final = 20
NIR: Final = 13
BIRTH: Final = 8
BIRTH_SHORT: Final = 6
RANK: Final = 1


class BlindIndex:
    """Tokens of persons, columns in and columns out. One insurer for the batch, or one per row."""

    def __init__(self, keys: KeyProvider, epochs: Mapping[int, int] | None = None) -> None:
        self._keys = keys
        self._epochs = epochs or {}

    def provision(self, tenants: Sequence[int]) -> None:
        """Make the index keys of these insurers that do not exist yet."""
        self._keys.create([self.key_id(tenant, purpose) for tenant in tenants for purpose in Purpose])

    def key_id(self, tenant: int, purpose: Purpose) -> str:
        return f"index/{tenant}/{purpose}/{self._epochs.get(tenant, FIRST_EPOCH)}"

    def card(self, tenants: Tenants, amc: Texts, adherent: Texts, birth: Texts, rank: Texts) -> Tokens:
        """Who holds this card: the number of the member and, inside the family, the birth. Shape: (n, 16)."""
        parts = [
            _part(normal_amc(amc), AMC),
            _part(normal_number(adherent), ADHERENT),
            _part(birth, BIRTH),
            _part(rank, RANK),
        ]
        return self._hashed(tenants, Purpose.CARD, parts, TOKEN_BYTES)

    def identity(self, tenants: Tenants, amc: Texts, nir: Texts, birth: Texts, rank: Texts) -> Tokens:
        """Who this insured or dependant is, by the NIR that opens the right. Shape: (n, 16)."""
        parts = [_part(nir, NIR), _part(birth, BIRTH), _part(rank, RANK), _part(normal_amc(amc), AMC)]
        return self._hashed(tenants, Purpose.IDENTITY, parts, TOKEN_BYTES)

    def batch_nir(self, tenants: Tenants, nir: Texts) -> Tokens:
        """The family of a NIR. Shape: (n, 16)."""
        return self._hashed(tenants, Purpose.BATCH_NIR, [_part(nir, NIR)], TOKEN_BYTES)

    def batch_birth(self, tenants: Tenants, nir: Texts, birth: Texts, rank: Texts) -> Marks:
        """Which member of that family. `birth` is YYYYMMDD or the YYMMDD of invoices: the same mark. Shape: (n,)."""
        parts = [_part(nir, NIR), _part(birth_short(birth), BIRTH_SHORT), _part(rank, RANK)]
        return _as_marks(self._hashed(tenants, Purpose.BATCH_BIRTH, parts, MARK_BYTES))

    def contract(self, tenants: Tenants, amc: Texts, number: Texts) -> Tokens:
        """The pseudonym of a contract. Shape: (n, 16)."""
        parts = [_part(normal_amc(amc), AMC), _part(normal_number(number), CONTRACT)]
        return self._hashed(tenants, Purpose.CONTRACT, parts, TOKEN_BYTES)

    def record(self, tenants: Tenants, plain: NDArray[np.uint8]) -> Marks:
        """Equal for equal identities of one insurer, and for no other. Shape: plain (n, w), result (n,)."""
        return _as_marks(self._hashed(tenants, Purpose.RECORD, [plain], MARK_BYTES))

    def _hashed(self, tenants: Tenants, purpose: Purpose, parts: list[NDArray[np.uint8]], size: int) -> Tokens:
        messages = np.ascontiguousarray(np.concatenate(parts, axis=1))
        if isinstance(tenants, int):
            return self._digests(tenants, purpose, messages, size)
        if not len(messages):
            return np.empty((0, size), np.uint8)
        order = np.argsort(tenants, kind="stable")
        ordered, sorted_tenants = np.ascontiguousarray(messages[order]), tenants[order]
        starts = np.flatnonzero(np.diff(sorted_tenants, prepend=-1)).tolist()
        view, width = memoryview(ordered.data).cast("B"), ordered.shape[1]
        digests: list[bytes] = []
        for start, end in zip(starts, [*starts[1:], len(ordered)], strict=True):
            cut = [view[place : place + width] for place in range(start * width, end * width, width)]
            digests += self._keys.hmac(self.key_id(int(sorted_tenants[start]), purpose), cut)
        result = np.empty((len(messages), size), np.uint8)
        result[order] = np.frombuffer(b"".join([digest[:size] for digest in digests]), np.uint8).reshape(-1, size)
        return result

    def _digests(self, tenant: int, purpose: Purpose, messages: NDArray[np.uint8], size: int) -> Tokens:
        first = np.ones(len(messages), np.bool_)
        if purpose in OF_A_FAMILY:  # families stand together in files: each is hashed once
            first[1:] = (messages[1:] != messages[:-1]).any(axis=1)
        digests = b"".join(self._keys.hmac(self.key_id(tenant, purpose), rows_of(messages[first])))
        found = np.frombuffer(digests, np.uint8).reshape(-1, DIGEST_BYTES)[:, :size]
        return found if first.all() else found[np.cumsum(first) - 1]


def rows_of(matrix: NDArray[np.uint8]) -> list[bytes]:
    """The rows of a matrix of bytes, each as bytes."""
    count, width = matrix.shape
    return np.ascontiguousarray(matrix).view(f"V{width}").reshape(count).tolist()


def normal_amc(amc: Texts) -> Texts:
    """An AMC number as it is compared: no spaces around, no leading zeros."""
    raw = amc.tobytes()
    if not _has_spaces(raw) and b"0" not in raw[:: amc.dtype.itemsize]:
        return amc
    return np.char.lstrip(np.char.strip(amc), b"0")


def normal_number(number: Texts) -> Texts:
    """An adherent or contract number as it is compared: no spaces around, upper case. Zeros count."""
    raw = number.tobytes()
    if not raw or _has_spaces(raw):
        return np.char.upper(np.char.strip(number))
    return np.frombuffer(raw.upper(), number.dtype)


def _has_spaces(raw: bytes) -> bool:
    return len(raw.translate(None, SPACES)) != len(raw)


def birth_short(birth: Texts) -> Texts:
    """The last six characters of YYYYMMDD: what invoices carry. A column that is already short stays as it is."""
    if birth.dtype.itemsize <= BIRTH_SHORT:
        return birth
    cells = np.ascontiguousarray(birth.astype("S8")).view(np.uint8).reshape(len(birth), BIRTH)
    long = np.char.str_len(birth) > BIRTH_SHORT
    short = np.where(long[:, None], cells[:, BIRTH - BIRTH_SHORT :], cells[:, :BIRTH_SHORT])
    return np.ascontiguousarray(short).view("S6").reshape(len(birth))


def _part(values: Texts, width: int) -> NDArray[np.uint8]:
    """One part of a message: its length on one byte, then its bytes, zeros after. Two values never look alike."""
    lengths = np.char.str_len(values)
    if len(values) and int(lengths.max()) > width:
        raise ValueError(f"a part of an index has at most {width} bytes: the gate checks it")
    part = np.empty((len(values), 1 + width), np.uint8)
    part[:, 0] = lengths
    part[:, 1:] = np.ascontiguousarray(values.astype(f"S{width}")).view(np.uint8).reshape(len(values), width)
    return part


def _as_marks(digests: Tokens) -> Marks:
    return np.ascontiguousarray(digests).view(">i8").reshape(len(digests)).astype(np.int64)
