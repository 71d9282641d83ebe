"""What was used once is not used again: proofs and assertions, by their digest, until they are too old anyhow.

Two ways to know. `Remembered` is a window in the memory of one process: exact for whatever comes to that process alone.
`Shared` writes each digest in the database with a unique key, so that of two processes that receive the same proof one
is first; whoever asks while a statement runs shares the next one, so that a burst costs a few statements.
"""

import asyncio
from collections import deque
from datetime import datetime
from typing import Protocol

from cloison.errors import Unavailable
from cloison.identity.store import once
from cloison.storage.reasons import DATABASE_UNREACHABLE
from cloison.storage.transaction import Storage


class Replays(Protocol):
    """Says whether a digest comes for the first time."""

    async def first(self, digest: bytes, until: datetime, now: datetime) -> bool: ...


class Remembered:
    """In the memory of this process."""

    def __init__(self) -> None:
        self._until: dict[bytes, datetime] = {}
        self._order: deque[tuple[datetime, bytes]] = deque()

    async def first(self, digest: bytes, until: datetime, now: datetime) -> bool:
        while self._order and self._order[0][0] < now:
            _, old = self._order.popleft()
            if self._until.get(old, now) < now:
                del self._until[old]
        if digest in self._until:
            return False
        self._until[digest] = until
        self._order.append((until, digest))
        return True


class Shared:
    """In the database, for every process. Raises Unavailable when it cannot be asked: then nobody is let in."""

    def __init__(self, database: Storage) -> None:
        self._database = database
        self._waiting: dict[bytes, tuple[datetime, asyncio.Future[bool]]] = {}
        self._writing: asyncio.Task[None] | None = None

    async def first(self, digest: bytes, until: datetime, now: datetime) -> bool:
        if digest in self._waiting:
            return False
        answer = asyncio.get_running_loop().create_future()
        self._waiting[digest] = until, answer
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())
        return await answer

    async def _write(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, {}
            try:
                new = await once.use(self._database, list(batch), [until for until, _ in batch.values()])
            except Exception as failure:  # noqa: BLE001  passed on to everybody who waits: nobody hangs, nobody passes
                for _, answer in batch.values():
                    if not answer.done():
                        answer.set_exception(Unavailable(DATABASE_UNREACHABLE, cause=type(failure).__name__))
                continue
            for digest, (_, answer) in batch.items():
                if not answer.done():
                    answer.set_result(digest in new)
