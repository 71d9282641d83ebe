"""Exchanges: a request is kept before it is worked on, its answer beside it, and both can be read again.

record    what came in, or goes out; a name that its sender gave is taken once
find      which documents a practice has: nothing of what they say
recall    what they say: written in the log of disclosures first, like any other reading
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID, uuid4

from cloison.disclosure import recall
from cloison.exchanges import store
from cloison.identity import Actor
from cloison.storage.documents import NOBODY, Documents, SealedDocument
from cloison.storage.roles import Role
from cloison.storage.transaction import Storage

FIRST = 1


@dataclass(frozen=True, slots=True)
class Draft:
    """A document to record. `name` is what its sender calls it, for it to exist once; `token` whom it concerns."""

    practice: int
    account: int
    kind: str
    body: bytes = field(repr=False)
    status: str
    day: date
    tenant: int = NOBODY
    name: bytes | None = field(default=None, repr=False)
    token: UUID | None = field(default=None, repr=False)
    about: UUID | None = None
    outcome: str | None = None
    use: str | None = None
    document: UUID = field(default_factory=uuid4)
    version: int = FIRST


@dataclass(frozen=True, slots=True)
class Filed:
    """What is known of a document without reading it."""

    document: UUID
    version: int
    place: int
    kind: str
    tenant: int
    about: UUID | None
    status: str
    outcome: str | None
    use: str | None
    day: date
    recorded_at: datetime
    digest: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Kept:
    """A document read again, as its bytes crossed the wire."""

    document: UUID
    version: int
    kind: str
    recorded_at: datetime
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Search:
    """Which documents of a kind a practice looks for: all conditions together, newest first, `before` a place.

    `up_to` keeps the pages of one search stable while others are recorded.
    """

    kind: str
    documents: tuple[UUID, ...] = ()
    about: tuple[UUID, ...] = ()
    name: bytes | None = field(default=None, repr=False)
    patient: UUID | None = None
    status: tuple[str, ...] = ()
    outcome: tuple[str, ...] = ()
    use: tuple[str, ...] = ()
    day_from: date | None = None
    day_to: date | None = None
    recorded_from: datetime | None = None
    recorded_to: datetime | None = None
    up_to: int | None = None
    before: int | None = None
    count: int = 20


class Exchanges:
    """The exchanges of one channel."""

    def __init__(self, database: Storage, role: Role, documents: Documents) -> None:
        self._database = database
        self._role = role
        self._documents = documents

    async def record(self, drafts: Sequence[Draft]) -> dict[UUID, datetime]:
        """Record documents; returns the instant of each that is new. One that is missing was recorded before under the
        same name, or the same version was: `find` tells what is there. Raises Unavailable when nothing was written."""
        rows = [self._row(draft) for draft in drafts]
        return await store.record(self._database, self._role, rows)

    async def find(self, practice: int, search: Search) -> list[Filed]:
        """The newest version of each document that fits, newest document first; at most `count`."""
        name = None if search.name is None else self._named(practice, search.kind, search.name)
        rows = await store.find(self._database, self._role, practice, search, name)
        return [Filed(**row) for row in rows]

    async def count(self, practice: int, search: Search) -> int:
        """How many documents fit, wherever the page is."""
        name = None if search.name is None else self._named(practice, search.kind, search.name)
        return await store.count(self._database, self._role, practice, search, name)

    async def versions(self, practice: int, document: UUID) -> list[Filed]:
        """Every version of a document, newest first; none when this practice has no such document."""
        return [Filed(**row) for row in await store.versions(self._database, self._role, practice, document)]

    async def recall(self, actor: Actor, documents: Sequence[UUID]) -> list[Kept]:
        """What documents of the actor's practice say, every version of each. Those of others are passed over.

        Raises Unavailable when it cannot be written down first, or when the channel is closed.
        """
        if not documents:
            return []
        rows = await recall(self._database, self._role, actor, documents)
        return [
            Kept(
                row["document"],
                row["version"],
                row["kind"],
                row["recorded_at"],
                self._documents.open(
                    row["tenant"],
                    _place(actor.practice, row["document"], row["version"]),
                    SealedDocument(row["dek"], row["sealed"]),
                ),
            )
            for row in rows
        ]

    def same(self, draft: Draft, filed: Filed) -> bool:
        """Whether a document that was recorded before carried the same bytes."""
        return self._digest(draft) == filed.digest

    def _row(self, draft: Draft) -> store.Row:
        place = _place(draft.practice, draft.document, draft.version)
        sealed = self._documents.seal(draft.tenant, place, draft.body)
        name = None if draft.name is None else self._named(draft.practice, draft.kind, draft.name)
        return (
            draft.practice, draft.document, draft.version, draft.kind, draft.tenant, draft.account, name,
            self._digest(draft), draft.token, self._patient(draft), draft.about, draft.status, draft.outcome, draft.use,
            draft.day, sealed.dek, sealed.sealed,
        )  # fmt: skip

    def patient(self, practice: int, token: UUID) -> UUID:
        """What a practice may call the person behind a token: the same each time, and nothing to anybody else."""
        return UUID(bytes=self._documents.digest(practice.to_bytes(4, "big"), b"patient", token.bytes)[:16])

    def _patient(self, draft: Draft) -> UUID | None:
        return None if draft.token is None else self.patient(draft.practice, draft.token)

    def _named(self, practice: int, kind: str, name: bytes) -> bytes:
        return self._documents.digest(practice.to_bytes(4, "big"), kind.encode(), name)

    def _digest(self, draft: Draft) -> bytes:
        return self._documents.digest(draft.practice.to_bytes(4, "big"), draft.kind.encode(), draft.body)


def _place(practice: int, document: UUID, version: int) -> tuple[bytes, ...]:
    return b"exchanges.document", practice.to_bytes(4, "big"), document.bytes, version.to_bytes(2, "big")
