"""Reader: the capability to reveal, for the questions of one committed reservation.

Nobody can make one but a door, and a door makes it only once the reservation is durable. A batch of one and a batch of
twenty thousand follow the same steps: online channels send arrays in one round trip, the batch channel copies columns.
"""

import uuid
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import asyncpg
import numpy as np
from asyncpg.pgproto.pgproto import UUID  # the C class: ten times faster to build than uuid.UUID
from numpy.typing import NDArray

from cloison.disclosure.purpose import Purpose
from cloison.disclosure.reasons import BY_SQLSTATE, UNAVAILABLE
from cloison.errors import Reason, Unavailable
from cloison.identity.actor import Actor, Channel
from cloison.period import Days
from cloison.storage import bulk
from cloison.storage.roles import Role
from cloison.storage.transaction import Storage

ROLES = {
    Channel.PORTAL: Role.PORTAL,
    Channel.API: Role.API,
    Channel.CARD: Role.CARD,
    Channel.MACHINE: Role.MACHINE,
    Channel.BATCH: Role.BATCH,
    Channel.OFFICE: Role.OFFICE,
    Channel.CITIZEN: Role.CITIZEN,
}
# The text is compared by the database, which accepts no other statement beside COMMIT: see migration 0005.
RESERVE = "select disclosure.reserve($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11)"
SETTLE = "select disclosure.settle($1,$2,$3)"
REVEAL = """
    select string_agg(int4send(question) || uuid_send(person) || int8send(coverage) || int4send(product)
                      || int2send(quality) || int2send(ordre) || date_send(valid_from) || date_send(valid_to), '')
    from disclosure.reveal_rights($1)"""
"""The rows as one value, which becomes columns without an object for each cell."""
RESERVE_DOCUMENTS = "select disclosure.reserve_documents($1,$2,$3,$4,$5)"
"""Compared too: see migration 0050."""
SETTLED = 2


@dataclass(frozen=True, slots=True)
class Needs:
    """Who asks what about whom, and why: n questions as columns. `mark`: batch zone (0: any of the family)."""

    tenant: NDArray[np.int32]
    account: NDArray[np.int64]
    practice: NDArray[np.int32]
    purpose: NDArray[np.int16]
    act_family: NDArray[np.int16]
    proof: NDArray[np.int16]
    fields: NDArray[np.int32]
    token: NDArray[np.uint8] = field(repr=False)
    care_date: Days = field(repr=False)
    request_hash: NDArray[np.uint8] = field(repr=False)
    mark: NDArray[np.int64] | None = field(default=None, repr=False)

    def __len__(self) -> int:
        return len(self.tenant)


@dataclass(frozen=True, slots=True)
class RevealedRights:
    """The coverages now known of the persons found: m rows, in the order of the questions."""

    question: NDArray[np.int32]
    person: NDArray[np.uint8] = field(repr=False)
    coverage: NDArray[np.int64]
    product: NDArray[np.int32]
    quality: NDArray[np.int16]
    ordre: NDArray[np.int16]
    valid_from: Days
    valid_to: Days

    def __len__(self) -> int:
        return len(self.question)


COLUMNS = {
    "question": "int32",
    "person": "uuid",
    "coverage": "int64",
    "product": "int32",
    "quality": "int16",
    "ordre": "int16",
    "valid_from": "date",
    "valid_to": "date",
}


@dataclass(slots=True)
class Settlements:
    """What was really disclosed and is not written yet: three equal lists, as the database takes them."""

    reservation: list[int] = field(default_factory=list[int])
    answer: list[int] = field(default_factory=list[int])
    person: list[object] = field(default_factory=list[object])

    def arrays(self) -> tuple[list[int], list[int], list[object]]:
        return self.reservation, self.answer, self.person


class Door:
    """One online channel of one process. Settlements wait here for the next reservation, or for `close`."""

    def __init__(self, database: Storage, channel: Channel) -> None:
        self.channel = channel
        self._database = database
        self._role = ROLES[channel]
        self._waiting = Settlements()

    async def reserve(self, needs: Needs) -> "Reader | Reason":
        """Write down the questions, durably, and return what can reveal them; or why the channel is closed.

        Raises Unavailable when the log cannot be written: then nothing may be read.
        """
        waiting, self._waiting = self._waiting, Settlements()
        arguments = (*_arrays(needs), *waiting.arrays())
        with _as_reasons() as refused:
            async with self._database.session(self._role) as connection:
                reservation = await connection.fetchval(RESERVE, *arguments)
            return Reader(self._database, self._role, reservation, needs, self._waiting_of)
        _give_back(self._waiting, waiting)
        return refused[0]

    def _waiting_of(self) -> Settlements:
        return self._waiting

    async def close(self) -> None:
        """Write the settlements that still wait. Not called, they count as disclosed in full."""
        waiting, self._waiting = self._waiting, Settlements()
        if waiting.reservation:
            async with self._database.session(self._role) as connection:
                await connection.fetchval(SETTLE, *waiting.arrays())


class Reader:
    """May reveal the questions of one reservation, once it is committed."""

    def __init__(
        self, database: Storage, role: Role, reservation: int, needs: Needs, waiting: Callable[[], Settlements]
    ) -> None:
        self.reservation = reservation
        self.needs = needs
        self._database = database
        self._role = role
        self._waiting = waiting

    def __repr__(self) -> str:
        return f"Reader(reservation {self.reservation}, {len(self.needs)} questions)"

    async def rights(self) -> RevealedRights:
        """The coverages of the persons asked for. Raises Unavailable when the database refuses to reveal."""
        with _raising():
            async with self._database.session(self._role) as connection:
                rows: bytes | None = await connection.fetchval(REVEAL, self.reservation)
        return _revealed(rows or b"")

    async def statement(self) -> list[asyncpg.Record]:
        """Who learned what about the persons asked for: the columns of `disclosure.reveal_statement`."""
        with _raising():
            async with self._database.session(self._role) as connection:
                return await connection.fetch("select * from disclosure.reveal_statement($1)", self.reservation)

    def settle(
        self, question: NDArray[np.int32], person: list[object], result: NDArray[np.int16], fields: NDArray[np.int32]
    ) -> None:
        """Say what was really disclosed: at most what was reserved, once per question. A person is a UUID or None."""
        waiting = self._waiting()
        answer = (question.astype(np.int64) << 40) | (result.astype(np.int64) << 32) | fields
        waiting.reservation.extend([self.reservation] * len(question))
        waiting.answer.extend(answer.tolist())
        waiting.person.extend(person)


class BatchDoor:
    """The batch channel: the same steps on columns of any length, by COPY, with the family index."""

    def __init__(self, database: Storage) -> None:
        self._database = database

    async def reserve(self, needs: Needs) -> "BatchReader | Reason":
        """Write down the questions of a batch in one durable transaction."""
        assert needs.mark is not None, "the batch zone chooses inside a family"
        with _as_reasons() as refused:
            async with self._database.session(Role.BATCH) as connection, connection.transaction():
                reservation: int = await connection.fetchval("select disclosure.open_reservation()")
                await bulk.copy(connection, "disclosure", "entry", _columns(needs, reservation))
            return BatchReader(self._database, reservation, needs)
        return refused[0]


class BatchReader:
    """May reveal the questions of one committed batch."""

    def __init__(self, database: Storage, reservation: int, needs: Needs) -> None:
        self.reservation = reservation
        self.needs = needs
        self._database = database

    def __repr__(self) -> str:
        return f"BatchReader(reservation {self.reservation}, {len(self.needs)} questions)"

    async def rights(self) -> RevealedRights:
        """The coverages of the persons asked for, as columns."""
        with _raising():
            async with self._database.session(Role.BATCH) as connection:
                query = "select * from disclosure.reveal_rights_batch($1)"
                columns = await bulk.fetch(connection, query, self.reservation, columns=COLUMNS)
        return RevealedRights(**columns)  # pyright: ignore[reportArgumentType]  the types are those of COLUMNS

    async def settle(
        self, question: NDArray[np.int32], person: bulk.Nullable, result: NDArray[np.int16], fields: NDArray[np.int32]
    ) -> None:
        """Write what was really disclosed, one line per question."""
        count = len(question)
        columns: dict[str, bulk.Column] = {
            "reservation": np.full(count, self.reservation, np.int64),
            "question": question,
            "kind": np.full(count, SETTLED, np.int16),
            "person": person,
            "result": result,
            "fields": fields & self.needs.fields[question],
        }
        async with self._database.session(Role.BATCH) as connection:
            await bulk.copy(connection, "disclosure", "settlement", columns)


async def recall(database: Storage, role: Role, actor: Actor, documents: Sequence[uuid.UUID]) -> list[asyncpg.Record]:
    """What the actor's practice said and heard before: the columns of `disclosure.reveal_documents`.

    Reserved first, and never settled: a recall discloses in full, which is what an unsettled line means. Documents of
    others are passed over. Raises Unavailable when the log cannot be written or the channel is closed.
    """
    with _raising():
        async with database.session(role) as connection:
            reservation = await connection.fetchval(
                RESERVE_DOCUMENTS, actor.practice, actor.account, documents, actor.session, actor.authenticator
            )
            return await connection.fetch("select * from disclosure.reveal_documents($1)", reservation)


async def reveal_own(
    database: Storage, actor: Actor, purpose: Purpose, query: str, *arguments: object
) -> list[asyncpg.Record]:
    """What a query reveals of the persons of the actor's own account; `$1` of the query is the reservation, durable by
    then. Raises Unavailable when the log cannot be written or the channel is closed."""
    with _raising():
        async with database.session(Role.CITIZEN) as connection:
            async with connection.transaction():
                reservation = await connection.fetchval(
                    "select disclosure.reserve_own($1,$2,$3,$4)",
                    actor.account, purpose, actor.session, actor.authenticator,
                )  # fmt: skip
            return await connection.fetch(query, reservation, *arguments)


async def enrol(database: Storage, actor: Actor, tenant: int, token: uuid.UUID) -> bool | Reason:
    """Bind the actor's account to the person that this blind index finds at an insurer: whether there is one.

    The try is on record first. Gives a reason when the account has tried too often today, or the channel is closed.
    """
    with _as_reasons() as refused:
        async with database.session(Role.CITIZEN) as connection:
            async with connection.transaction():
                reservation = await connection.fetchval(
                    "select disclosure.reserve_enrolment($1,$2,$3,$4,$5)",
                    actor.account, tenant, token, actor.session, actor.authenticator,
                )  # fmt: skip
            return await connection.fetchval("select disclosure.bind_own($1)", reservation) == 1
    return refused[0]


def _arrays(needs: Needs) -> tuple[list[object], ...]:
    place = (needs.tenant.astype(np.int64) << 32) | needs.practice
    about = (
        (needs.purpose.astype(np.int64) << 56)
        | (needs.act_family.astype(np.int64) << 48)
        | (needs.proof.astype(np.int64) << 40)
        | needs.fields
    )
    return (
        place.tolist(),
        needs.account.tolist(),
        about.tolist(),
        uuids(needs.token),
        needs.care_date.tolist(),
        uuids(needs.request_hash),
        [],
        [],
    )


def uuids(matrix: NDArray[np.uint8]) -> list[object]:
    """Rows of 16 bytes as the UUIDs that the driver sends."""
    raw = matrix.tobytes()
    return [UUID(raw[start : start + 16]) for start in range(0, len(raw), 16)]


def _columns(needs: Needs, reservation: int) -> dict[str, bulk.Column]:
    count = len(needs)
    assert needs.mark is not None
    return {
        "reservation": np.full(count, reservation, np.int64),
        "question": np.arange(count, dtype=np.int32),
        "tenant": needs.tenant,
        "account": needs.account,
        "practice": needs.practice,
        "purpose": needs.purpose,
        "act_family": needs.act_family,
        "proof": needs.proof,
        "fields": needs.fields,
        "token": needs.token,
        "mark": needs.mark,
        "care_date": needs.care_date,
        "request_hash": needs.request_hash,
    }


def _revealed(rows: bytes) -> RevealedRights:
    return RevealedRights(**bulk.packed(rows, COLUMNS))  # pyright: ignore[reportArgumentType]  the types are those of COLUMNS


def _give_back(waiting: Settlements, unwritten: Settlements) -> None:
    for mine, theirs in zip(waiting.arrays(), unwritten.arrays(), strict=True):
        mine.extend(theirs)  # pyright: ignore[reportArgumentType]  the same list on both sides


@contextmanager
def _as_reasons() -> Generator[list[Reason]]:
    """A refusal of the database becomes a value; any other failure means that nothing may be read."""
    refused: list[Reason] = []
    try:
        yield refused
    except asyncpg.PostgresError as failure:
        if failure.sqlstate not in BY_SQLSTATE:
            raise Unavailable(UNAVAILABLE, cause=type(failure).__name__) from None
        refused.append(BY_SQLSTATE[failure.sqlstate])
    except (OSError, asyncpg.InterfaceError) as failure:
        raise Unavailable(UNAVAILABLE, cause=type(failure).__name__) from None


@contextmanager
def _raising() -> Generator[None]:
    try:
        yield
    except asyncpg.PostgresError as failure:
        raise Unavailable(BY_SQLSTATE.get(failure.sqlstate, UNAVAILABLE), cause=type(failure).__name__) from None
    except (OSError, asyncpg.InterfaceError) as failure:
        raise Unavailable(UNAVAILABLE, cause=type(failure).__name__) from None
