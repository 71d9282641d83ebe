"""What worker processes do for a load: read blocks of lines, compute tokens, seal identities and refused lines.

Everything here is columns in, COPY messages out. A worker opens the keys for itself, once, from their source; clear
identities live in its memory only, for the time of one block.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntFlag

import numpy as np
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from numpy.typing import NDArray

from cloison.rights.movements import EVERY_FIELD, Block, Faults, Insured, Movements, accept
from cloison.storage import bulk
from cloison.storage.keys import KEY_BYTES, NONCE_BYTES, Buffer, KeyProvider, KeySource
from cloison.storage.vault import Vault, aad_of, kek, new_persons
from cloison.storage.vault_index import Tokens

STAGED = (
    "line", "origin", "movement", "ident", "card", "contract", "product", "quality", "ordre", "valid_from", "valid_to",
    "record_mark", "own", "fresh",
)  # fmt: skip
IDENTITY = ("person", "tenant", "key_epoch", "record_mark", "dek", "sealed")
ONLINE_INDEX = ("token", "tenant", "person")
BATCH_INDEX = ("nir_token", "birth_mark", "tenant", "person")
QUARANTINE = ("file", "line", "reason", "field", "sealed")


class Writing(IntFlag):
    """What a line changes in the vault."""

    NEW_IDENTITY = 1
    OTHER_IDENTITY = 2
    IDENT_TOKEN = 4
    CARD_TOKEN = 8


@dataclass(frozen=True, slots=True)
class Staged:
    """A block once read: its accepted lines as a COPY message for `staged`, and what is wrong with the others."""

    count: int
    message: bytes = field(repr=False)
    faults: Faults


@dataclass(frozen=True, slots=True)
class Todo:
    """What lines of a block change in the vault, by line number, ascending."""

    line: NDArray[np.int32]
    person: Tokens = field(repr=False)
    writing: NDArray[np.int16]
    ident: Tokens = field(repr=False)
    card: Tokens = field(repr=False)
    record_mark: NDArray[np.int64] = field(repr=False)

    def between(self, first: int, last: int) -> "Todo":
        start, end = np.searchsorted(self.line, [first, last + 1])
        rows = slice(int(start), int(end))
        return Todo(
            self.line[rows],
            self.person[rows],
            self.writing[rows],
            self.ident[rows],
            self.card[rows],
            self.record_mark[rows],
        )


@dataclass(frozen=True, slots=True)
class FileKey:
    """The key that seals the refused lines of one file, wrapped."""

    tenant: int
    file: int
    dek: bytes = field(repr=False)

    def aad(self, cell: bytes, line: int = 0) -> bytes:
        row = aad_of(self.file.to_bytes(4, "big"), line.to_bytes(4, "big"))
        return aad_of(self.tenant.to_bytes(4, "big"), b"rights.quarantine", row, cell, b"\1")


@dataclass(frozen=True, slots=True)
class Written:
    """A block once sealed, as COPY messages."""

    new_identities: bytes = field(repr=False)
    other_identities: bytes = field(repr=False)
    online_index: bytes = field(repr=False)
    batch_index: bytes = field(repr=False)
    quarantine: bytes = field(repr=False)


class Worker:
    """One process at work, or this one."""

    def __init__(self, keys: KeyProvider) -> None:
        self._keys = keys
        self._vault = Vault(keys)

    def stage(self, block: Block, insured: Insured) -> Staged:
        """Read a block and say who and what its lines are about, in tokens."""
        lines = block.lines()
        movements, product, faults = accept(lines.movements, insured)
        message = _copy(_staged_columns(movements, product, insured, self._vault))
        return Staged(lines.count, message, lines.faults + faults)

    def write(self, block: Block, insured: Insured, todo: Todo, refused: Faults, key: FileKey) -> Written:
        """Read a block again and seal what is new in it, and its refused lines."""
        lines = block.lines()
        movements, _, faults = accept(lines.movements, insured)
        order = np.argsort(movements.line, kind="stable")
        rows = order[np.searchsorted(movements.line, todo.line, sorter=order)]
        chosen = movements.only(rows)
        every_fault = lines.faults + faults + refused
        return Written(
            self._identities(chosen, todo, insured, Writing.NEW_IDENTITY),
            self._identities(chosen, todo, insured, Writing.OTHER_IDENTITY),
            self._online(todo, insured),
            self._batch(chosen, todo, insured),
            self._quarantine(block, every_fault, key),
        )

    def _identities(self, chosen: Movements, todo: Todo, insured: Insured, writing: Writing) -> bytes:
        rows = np.flatnonzero(todo.writing & writing)
        rows = rows[_order_of(todo.person[rows])]
        identities, persons = chosen.identities[rows], todo.person[rows]
        sealed = self._vault.seal(insured.tenant, persons, identities)
        count = len(rows)
        return _copy(
            [
                persons,
                np.full(count, insured.tenant, np.int32),
                np.full(count, sealed.key_epoch, np.int16),
                todo.record_mark[rows],
                sealed.deks,
                sealed.bodies,
            ]
        )

    def _online(self, todo: Todo, insured: Insured) -> bytes:
        by_ident = np.flatnonzero(todo.writing & Writing.IDENT_TOKEN)
        by_card = np.flatnonzero(todo.writing & Writing.CARD_TOKEN)
        tokens = np.concatenate([todo.ident[by_ident], todo.card[by_card]])
        persons = np.concatenate([todo.person[by_ident], todo.person[by_card]])
        order = _order_of(tokens)
        return _copy([tokens[order], np.full(len(order), insured.tenant, np.int32), persons[order]])

    def _batch(self, chosen: Movements, todo: Todo, insured: Insured) -> bytes:
        rows = np.flatnonzero(todo.writing & Writing.IDENT_TOKEN)
        new, persons = chosen.only(rows), todo.person[rows]
        who = new.identities
        tokens = self._vault.index.batch_nir(insured.tenant, new.nir13)
        marks = self._vault.index.batch_birth(insured.tenant, new.nir13, who.column("birth"), who.column("rank"))
        order = _order_of(tokens)
        return _copy([tokens[order], marks[order], np.full(len(order), insured.tenant, np.int32), persons[order]])

    def _quarantine(self, block: Block, faults: Faults, key: FileKey) -> bytes:
        if not len(faults):
            return b""
        cipher = AESGCM(self._keys.unwrap(kek(key.tenant), [key.dek], [key.aad(b"dek")])[0])
        nonces = os.urandom(NONCE_BYTES * len(faults))
        sealed: list[bytes] = []
        for at, (line, raw) in enumerate(zip(faults.line.tolist(), block.raw(faults.line), strict=True)):
            nonce = nonces[NONCE_BYTES * at : NONCE_BYTES * (at + 1)]
            sealed.append(nonce + cipher.encrypt(nonce, raw, key.aad(b"sealed", line)))
        return quarantine_message(key.file, faults, sealed)


def new_file_key(keys: KeyProvider, tenant: int, file: int) -> FileKey:
    """A new key for the refused lines of a file."""
    key = FileKey(tenant, file, b"")
    [dek] = keys.wrap(kek(tenant), [os.urandom(KEY_BYTES)], [key.aad(b"dek")])
    return FileKey(tenant, file, dek)


def unsealed(keys: KeyProvider, key: FileKey, lines: Sequence[int], sealed: Sequence[Buffer]) -> list[bytes]:
    """Refused lines as they were received."""
    cipher = AESGCM(keys.unwrap(kek(key.tenant), [key.dek], [key.aad(b"dek")])[0])
    return [
        cipher.decrypt(body[:NONCE_BYTES], body[NONCE_BYTES:], key.aad(b"sealed", line))
        for line, body in zip(lines, sealed, strict=True)
    ]


def quarantine_message(file: int, faults: Faults, sealed: list[bytes]) -> bytes:
    """Refused lines as COPY rows: of various lengths, so written one by one."""
    head = (5).to_bytes(2, "big") + _value(file.to_bytes(4, "big"))
    names = [_value(name.encode()) for name in EVERY_FIELD]
    lines: list[int] = faults.line.tolist()
    reasons: list[int] = faults.reason.tolist()
    places: list[int] = faults.field.tolist()
    return b"".join(
        head + _value(line.to_bytes(4, "big")) + _value(reason.to_bytes(2, "big")) + names[place] + _value(body)
        for line, reason, place, body in zip(lines, reasons, places, sealed, strict=True)
    )


def _value(content: bytes) -> bytes:
    """One value of a COPY row, after its length."""
    return len(content).to_bytes(4, "big") + content


def _staged_columns(
    movements: Movements, product: NDArray[np.int32], insured: Insured, vault: Vault
) -> list[bulk.Column]:
    who, index, tenant = movements.identities, vault.index, insured.tenant
    birth, rank = who.column("birth"), who.column("rank")
    return [
        movements.line,
        movements.origin,
        movements.movement,
        index.identity(tenant, movements.amc, movements.nir13, birth, rank),
        index.card(tenant, movements.amc, who.column("adherent"), birth, rank),
        index.contract(tenant, movements.amc, who.column("contract")),
        product,
        movements.quality,
        movements.ordre,
        movements.valid_from,
        movements.valid_to,
        index.record(tenant, who.lasting),
        _own(movements),
        _neighbours(len(movements)),
    ]


def _own(movements: Movements) -> NDArray[np.bool_]:
    """Where the NIR that opens the right is the person's own, as far as year and month of birth tell. Shape (n,)."""
    nir, birth = _characters(movements.nir13), _characters(movements.identities.column("birth"))
    return (nir[:, 1:5] == birth[:, 2:6]).all(axis=1)


def _characters(texts: NDArray[np.bytes_]) -> NDArray[np.uint8]:
    """One row of characters for each text, none for none."""
    return np.ascontiguousarray(texts).view(np.uint8).reshape(len(texts), texts.dtype.itemsize)


def _neighbours(count: int) -> Tokens:
    """Pseudonyms for persons that may be new, alike in their first four bytes: a block fills few pages of an index.

    Having come in one block of one file is no secret between rows that name their file; the other 96 bits are random.
    """
    persons = new_persons(count).copy()
    persons[:, :4] = persons[:1, :4]
    return persons


def _order_of(tokens: Tokens) -> NDArray[np.intp]:
    """Ascending: rows that go to one page of an index go together."""
    return np.argsort(np.ascontiguousarray(tokens[:, :8]).view(">u8").reshape(len(tokens)), kind="stable")


def _copy(columns: list[bulk.Column]) -> bytes:
    return b"".join(bulk.binary_copy(columns)) if len(columns[0]) else b""  # type: ignore[arg-type]


_worker: Worker | None = None


def start(keys: KeySource) -> None:
    """In a new process: open its keys."""
    global _worker  # noqa: PLW0603  one worker per process, made once
    _worker = Worker(keys.open())


def started() -> bool:
    return _worker is not None


def stage(block: Block, insured: Insured) -> Staged:
    assert _worker is not None, "the process was started"
    return _worker.stage(block, insured)


def write(block: Block, insured: Insured, todo: Todo, refused: Faults, key: FileKey) -> Written:
    assert _worker is not None, "the process was started"
    return _worker.write(block, insured, todo, refused, key)
