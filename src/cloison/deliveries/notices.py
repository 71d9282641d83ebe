"""Notices: who wants to be told, what there is to tell, and the log of each attempt to tell it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from cloison.deliveries import store
from cloison.deliveries.uploads import Owner
from cloison.storage.transaction import Storage

PAUSES = tuple(timedelta(seconds=each) for each in (5, 30, 120, 600, 3600, 4 * 3600, 12 * 3600, 24 * 3600))
"""How long to wait after each failed attempt. After the last one nobody is told any more; the log keeps it."""


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Who is told, and where."""

    subscriber: UUID
    url: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Due:
    """A notice to deliver now."""

    notice: UUID
    url: str
    event: str
    link: str
    created_at: datetime
    attempts: int


class Notices:
    """The subscribers of one house, and what they are told."""

    def __init__(self, database: Storage) -> None:
        self._database = database

    async def subscribe(self, owner: Owner, url: str) -> Subscriber:
        """Tell this address from now on."""
        return _subscriber(await store.subscribe(self._database, uuid4(), owner.practice, owner.tenant, url))

    async def subscribers(self, owner: Owner) -> list[Subscriber]:
        """Who is told what happens to the files of this owner."""
        return [_subscriber(row) for row in await store.subscribers(self._database, owner.practice, owner.tenant)]

    async def unsubscribe(self, owner: Owner, subscriber: UUID) -> bool:
        """Tell it no more. False: this owner has no such subscriber."""
        return await store.unsubscribe(self._database, owner.practice, owner.tenant, subscriber)

    async def log(self, owner: Owner, count: int) -> list[dict[str, Any]]:  # records as JSON
        """The newest attempts to tell the subscribers of this owner."""
        rows = await store.log(self._database, owner.practice, owner.tenant, count)
        return [dict(row) for row in rows]

    async def tell(self, owner: Owner, event: str, link: str) -> int:
        """Something happened: every subscriber of the owner is to be told. Returns how many."""
        return await store.tell(self._database, owner.practice, owner.tenant, event, link)

    async def due(self, now: datetime, count: int = 50) -> list[Due]:
        """What is to be delivered now. Each is given out once, and again when its attempt was not noted for a while."""
        rows = await store.due(self._database, now, now + PAUSES[1], count)
        return [Due(*row) for row in rows]

    async def attempted(self, due: Due, now: datetime, status: int, cause: str = "") -> None:
        """Note an attempt, and when to try again."""
        delivered = 200 <= status < 300
        last = due.attempts >= len(PAUSES)
        state = "delivered" if delivered else "given_up" if last or status == 410 else "waiting"
        pause = PAUSES[min(due.attempts, len(PAUSES) - 1)]
        await store.attempted(self._database, due.notice, due.attempts + 1, state, now, now + pause, status, cause)


def _subscriber(row: Any) -> Subscriber:  # a record of the driver
    return Subscriber(row["subscriber"], row["url"], row["created_at"])
