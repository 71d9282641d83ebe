"""Uploads: files that arrive in pieces, each sealed before it counts, and whole files that wait to be taken.

begin      somebody announces a file
add        a piece, at the place where the last one ended
complete   no more comes: one sealed file, whose bytes are known by their digest; the same bytes are the same file
taken      what became of it
abandon    it was never whole
"""

import asyncio
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from cloison.deliveries import store
from cloison.storage.spool import Spool, SpoolFile
from cloison.storage.transaction import Storage

RECEIVING, RECEIVED, TAKEN, REFUSED = "receiving", "received", "taken", "refused"


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a file is: a practice or an insurer; the other is zero."""

    practice: int = 0
    tenant: int = 0


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it is known now."""

    upload: UUID
    owner: Owner
    kind: str
    name: str
    state: str
    size_bytes: int
    created_at: datetime
    digest: bytes | None = None
    spool: UUID | None = field(default=None, repr=False)
    file: int | None = None
    report: dict[str, Any] | None = None  # JSON


class Uploads:
    """The files of one house."""

    def __init__(self, database: Storage, spool: Spool) -> None:
        self._database = database
        self._spool = spool

    async def begin(self, owner: Owner, account: int, kind: str, name: str) -> Upload:
        """A file is announced; nothing of it is here."""
        return _upload(await store.begin(self._database, uuid4(), owner.practice, owner.tenant, account, kind, name))

    async def find(self, owner: Owner, upload: UUID) -> Upload | None:
        """A file of this owner. Those of others do not exist."""
        row = await store.find(self._database, owner.practice, owner.tenant, upload)
        return _upload(row) if row else None

    async def listed(self, owner: Owner, before: UUID | None, count: int) -> list[Upload]:
        """The files of this owner, newest first; `before`: those older than this one."""
        rows = await store.listed(self._database, owner.practice, owner.tenant, before, count)
        return [_upload(row) for row in rows]

    async def add(self, upload: Upload, starts: int, piece: bytes) -> Upload | None:
        """Seal a piece that starts where the last one ended. None: it does not, and nothing changed."""
        if not piece:
            return upload if starts == upload.size_bytes else None
        kept = await asyncio.to_thread(self._spool.keep, io.BytesIO(piece))
        row = await store.add(self._database, upload.upload, starts, len(piece), kept.spool_id)
        if row is None:
            await asyncio.to_thread(self._spool.destroy, kept.spool_id)
            return None
        return _upload(row)

    async def complete(self, upload: Upload) -> tuple[Upload, bool]:
        """No more comes. Returns the file, and whether it is new: the same bytes came before otherwise."""
        parts = await store.parts(self._database, upload.upload)
        kept = await asyncio.to_thread(self._joined, parts)
        row, new = await store.complete(self._database, upload.upload, kept.sha256, kept.spool_id)
        if not new:
            await asyncio.to_thread(self._spool.destroy, kept.spool_id)
        await self._destroy(parts)
        return _upload(row), new

    async def abandon(self, upload: Upload) -> None:
        """What is here of this file is not worth keeping."""
        await self._destroy(await store.abandon(self._database, upload.upload, None))

    async def forget_abandoned(self, before: datetime) -> int:
        """Forget the files that began before an instant and never became whole; returns how many pieces there were."""
        pieces = await store.abandon(self._database, None, before)
        await self._destroy(pieces)
        return len(pieces)

    async def _destroy(self, pieces: Sequence[UUID]) -> None:
        for piece in pieces:
            await asyncio.to_thread(self._spool.destroy, piece)

    async def waiting(self) -> list[Upload]:
        """Whole files that nobody took yet, oldest first."""
        return [_upload(row) for row in await store.waiting(self._database)]

    async def taken(self, upload: Upload, file: int | None, report: dict[str, Any], *, refused: bool) -> None:  # JSON
        """What became of a file. Its bytes are in the books that took it, so they go from here."""
        state = REFUSED if refused else TAKEN
        await store.taken(self._database, upload.upload, state, file, report)
        if upload.spool is not None:
            await asyncio.to_thread(self._spool.destroy, upload.spool)

    def _joined(self, parts: Sequence[UUID]) -> Any:  # a storage.spool.Kept
        files = [self._spool.open(part) for part in parts]
        try:
            return self._spool.keep(io.BufferedReader(_Chain(files)))
        finally:
            for each in files:
                each.close()


class _Chain(io.RawIOBase):
    """Several sealed files read one after the other."""

    def __init__(self, files: Sequence[SpoolFile]) -> None:
        self._files = list(files)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # any writable buffer
        while self._files:
            data = self._files[0].read(len(buffer))
            if data:
                buffer[: len(data)] = data
                return len(data)
            self._files.pop(0)
        return 0


def _upload(row: Any) -> Upload:  # a record of the driver
    return Upload(
        upload=row["upload"],
        owner=Owner(row["practice"], row["tenant"]),
        kind=row["kind"],
        name=row["name"],
        state=row["state"],
        size_bytes=row["size_bytes"],
        created_at=row["created_at"],
        digest=row["digest"],
        spool=row["spool"],
        file=row["file"],
        report=store.json_of(row["report"]),
    )
