"""The vault: who a person is, sealed under a key of that person alone.

Envelope encryption: a random key per person seals the identity (AES-256-GCM) and is itself wrapped under the key of
the insurer. Each seal is bound to insurer, table, person, field and version: a cell moved elsewhere does not open.
The plain record has one size, so its sealed form tells nothing, not even the length of a name. Destroying the
wrapped key destroys the identity, backups aside.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from numpy.typing import NDArray

from cloison.errors import Corruption
from cloison.storage.keys import KEY_BYTES, NONCE_BYTES, TAG_BYTES, WRAPPED_KEY_BYTES, Buffer, KeyProvider
from cloison.storage.keys_reasons import SEAL_BROKEN
from cloison.storage.vault_index import BlindIndex, Texts, Tokens, rows_of

VERSION: Final = 1
TABLE: Final = b"vault.identity"
RECORD: Final = np.dtype(
    [
        ("nir", "S15"),
        ("birth", "S8"),
        ("rank", "S1"),
        ("sexe", "S1"),
        ("adherent", "S16"),
        ("contract", "S20"),
        ("nom_naissance", "S65"),
        ("nom_usage", "S65"),
        ("prenoms", "S65"),
    ]
)
"""Names are UTF-8, cut by nobody: the gate refuses a longer one."""
RECORD_BYTES: Final = RECORD.itemsize
BODY_START: Final = 1 + NONCE_BYTES
SEALED_BYTES: Final = BODY_START + RECORD_BYTES + TAG_BYTES


class Identities:
    """Clear identities of n persons, by column. Shows nothing of itself."""

    __slots__ = ("_rows",)

    def __init__(self, rows: NDArray[np.void]) -> None:
        assert rows.dtype == RECORD, "identities are rows of vault.RECORD"
        self._rows = rows

    @classmethod
    def of(cls, **columns: Texts) -> "Identities":
        """From one column per field of `RECORD`. Raises ValueError when a value is longer than its place."""
        assert columns.keys() == set(RECORD.names or ()), "an identity has all its fields"
        rows = np.zeros(len(columns["nir"]), RECORD)
        for name, values in columns.items():
            width = RECORD[name].itemsize
            if values.dtype.itemsize > width and len(values) and int(np.char.str_len(values).max()) > width:
                raise ValueError(f"{name} has at most {width} bytes: the gate checks it")
            rows[name] = values
        return cls(rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __repr__(self) -> str:
        return f"Identities({len(self)})"

    def __getitem__(self, rows: NDArray[np.intp] | NDArray[np.bool_] | slice) -> "Identities":
        return Identities(self._rows[rows])

    def __reduce__(self) -> "tuple[type[Identities], tuple[NDArray[np.void]]]":
        return Identities, (self._rows,)

    def column(self, name: str) -> Texts:
        """One field of every person."""
        return self._rows[name]

    @property
    def plain(self) -> NDArray[np.uint8]:
        """The bytes that are sealed. Shape: (n, RECORD_BYTES)."""
        return np.ascontiguousarray(self._rows).view(np.uint8).reshape(len(self), RECORD_BYTES)

    @property
    def lasting(self) -> NDArray[np.uint8]:
        """The same without adherent and contract numbers, of which one person may have several. Shape as `plain`."""
        rows = self._rows.copy()
        rows["adherent"], rows["contract"] = b"", b""
        return rows.view(np.uint8).reshape(len(self), RECORD_BYTES)


@dataclass(frozen=True, slots=True)
class Sealed:
    """What the database keeps of n persons. Shapes: deks (n, 63), bodies (n, SEALED_BYTES)."""

    key_epoch: int
    deks: NDArray[np.uint8] = field(repr=False)
    bodies: NDArray[np.uint8] = field(repr=False)


class Vault:
    """Seals and opens identities with the keys of a provider; finds persons by `index`."""

    def __init__(self, keys: KeyProvider, index: BlindIndex | None = None) -> None:
        self._keys = keys
        self.index = index or BlindIndex(keys)

    def provision(self, tenants: Sequence[int]) -> None:
        """Make the keys of these insurers that do not exist yet."""
        self._keys.create([kek(tenant) for tenant in tenants])
        self.index.provision(tenants)

    def seal(self, tenant: int, persons: Tokens, identities: Identities) -> Sealed:
        """Seal each identity under a new key of its person. Shape: persons (n, 16)."""
        count = len(identities)
        if not count:
            nothing = np.empty((0, WRAPPED_KEY_BYTES), np.uint8), np.empty((0, SEALED_BYTES), np.uint8)
            return Sealed(self._keys.epoch(kek(tenant)), *nothing)
        secrets = np.frombuffer(os.urandom((KEY_BYTES + NONCE_BYTES) * count), np.uint8)
        deks = rows_of(secrets[: KEY_BYTES * count].reshape(count, KEY_BYTES))
        nonces = secrets[KEY_BYTES * count :].reshape(count, NONCE_BYTES)
        bodies = np.empty((count, SEALED_BYTES), np.uint8)
        bodies[:, 0] = VERSION
        bodies[:, 1:BODY_START] = nonces
        room, end = bodies.reshape(-1).data, 0
        body_aads, dek_aads = _aads(tenant, b"identity", persons), _aads(tenant, b"dek", persons)
        for dek, nonce, plain, aad in zip(deks, rows_of(nonces), rows_of(identities.plain), body_aads, strict=True):
            start, end = end + BODY_START, end + SEALED_BYTES
            AESGCM(dek).encrypt_into(nonce, plain, aad, room[start:end])
        wrapped = b"".join(self._keys.wrap(kek(tenant), deks, dek_aads))
        epoch = int.from_bytes(wrapped[1:3], "big")
        return Sealed(epoch, np.frombuffer(wrapped, np.uint8).reshape(count, WRAPPED_KEY_BYTES), bodies)

    def open(self, tenant: int, persons: Tokens, deks: Sequence[Buffer], bodies: Sequence[Buffer]) -> Identities:
        """Open the identities of persons of one insurer. Raises Corruption when a cell was altered or moved."""
        if not len(persons):
            return Identities(np.empty(0, RECORD))
        keys = self._keys.unwrap(kek(tenant), deks, _aads(tenant, b"dek", persons))
        plain = bytearray()
        for key, body, aad in zip(keys, bodies, _aads(tenant, b"identity", persons), strict=True):
            if len(body) != SEALED_BYTES or body[0] != VERSION:
                raise Corruption(SEAL_BROKEN, cause=f"{TABLE.decode()}: not a sealed identity")
            try:
                plain += AESGCM(key).decrypt(body[1:BODY_START], body[BODY_START:], aad)
            except InvalidTag as broken:
                raise Corruption(SEAL_BROKEN, cause=TABLE.decode()) from broken
        return Identities(np.frombuffer(plain, RECORD))

    def rewrap(self, tenant: int, persons: Tokens, deks: Sequence[Buffer]) -> list[bytes]:
        """The same person keys under the newest key of the insurer; what they seal does not move."""
        aads = _aads(tenant, b"dek", persons)
        return self._keys.wrap(kek(tenant), self._keys.unwrap(kek(tenant), deks, aads), aads)


def kek(tenant: int) -> str:
    return f"kek/{tenant}"


def new_persons(count: int) -> Tokens:
    """Pseudonyms of n new persons: random, so that they mean nothing outside. Shape: (n, 16)."""
    return np.frombuffer(os.urandom(16 * count), np.uint8).reshape(count, 16)


def aad_of(*parts: bytes) -> bytes:
    """Each part after its length: no two lists of parts give the same bytes."""
    return b"".join(len(part).to_bytes(2, "big") + part for part in parts)


def _aads(tenant: int, cell: bytes, persons: Tokens) -> list[bytes]:
    """Insurer, table, row, field, version, for each row."""
    before = aad_of(tenant.to_bytes(4, "big"), TABLE) + (16).to_bytes(2, "big")
    after = aad_of(cell, bytes((VERSION,)))
    rows = np.empty((len(persons), len(before) + 16 + len(after)), np.uint8)
    rows[:, : len(before)] = np.frombuffer(before, np.uint8)
    rows[:, len(before) : len(before) + 16] = persons
    rows[:, len(before) + 16 :] = np.frombuffer(after, np.uint8)
    return rows_of(rows)
