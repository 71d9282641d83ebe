"""What was received: each file sealed once, whatever it holds, before anybody reads it."""

from dataclasses import dataclass
from uuid import UUID

from cloison.claims import store
from cloison.storage.roles import Role
from cloison.storage.transaction import Storage

RECEIVED, DECIDING, DECIDED, REFUSED = 1, 2, 3, 4


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """A file in the books. `new` is false when the same bytes came before."""

    file: int
    name: str
    spool: UUID
    new: bool


async def receive(
    database: Storage, name: str, digest: bytes, size: int, spool: UUID, format_: str, invoices: int | None = None
) -> ReceivedFile:
    """Enter a sealed file. The same bytes are the same file, however often they are sent and under whatever name.

    Where it is known how many `invoices` will be decided, it is begun at once.
    """
    async with database.transaction(Role.CLAIMS) as work:
        file, new = await store.receive(work, name, digest, size, str(spool), format_)
        if new and invoices is not None:
            await store.set_state(work, file, DECIDING, invoices)
    return ReceivedFile(file, name, spool, new)


async def refuse(database: Storage, file: int, reason: int) -> None:
    """The file cannot be read at all. It stays sealed, listed with its reason."""
    async with database.transaction(Role.CLAIMS) as work:
        await store.set_state(work, file, REFUSED, reason=reason)


async def begin(database: Storage, file: int, invoices: int) -> None:
    """Its structure is sound: this many invoices will be decided."""
    async with database.transaction(Role.CLAIMS) as work:
        await store.set_state(work, file, DECIDING, invoices)


async def finish(database: Storage, file: int) -> None:
    """Every invoice of it is decided, kept aside, or was received before."""
    async with database.transaction(Role.CLAIMS) as work:
        await store.set_state(work, file, DECIDED)
