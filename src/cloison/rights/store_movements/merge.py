"""The SQL of loading: what a file says is staged in tables of the session, compared with what is known, then applied.

One transaction per file. The staging tables vanish with it: a killed load leaves nothing, and nothing half done.

    staged    the lines, with tokens instead of identities
    idents    each person of the file: pseudonym, and whether known before
    cards     the member cards that name a person known before, or several idents of the file
    refused   lines that contradict what is known
    careful   lines to take one after the other: every line but a plain creation, by round
    book      the coverages of careful lines, known before or made by earlier rounds
    effects   what each careful line does
"""

from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from io import BytesIO

import asyncpg
import numpy as np

from cloison.errors import Unavailable
from cloison.rights.loading_work import BATCH_INDEX, IDENTITY, ONLINE_INDEX, QUARANTINE, STAGED, Todo, Written
from cloison.rights.movement_reasons import COVERAGE_EXISTS, COVERAGE_UNKNOWN, INTERRUPTED, TWO_PERSONS
from cloison.rights.movements import Faults
from cloison.storage import bulk
from cloison.storage.database import Connection, Database
from cloison.storage.roles import Role

LOCK = 1668246633
"""Loads of one insurer wait for each other; the database's guard against overlaps takes the same lock."""


JOINS_MAX = 10


class Effect(IntEnum):
    """What a line does to what is known."""

    ADDED = 1
    AMENDED = 2
    ENDED = 3
    UNCHANGED = 4


TABLES = """
create temp table staged (
    line int4, origin int4, movement int2, ident uuid, card uuid, contract uuid, product int4, quality int2, ordre int2,
    valid_from date, valid_to date, record_mark int8, own bool, fresh uuid
) on commit drop;
create temp table idents (ident uuid, first_line int4, lines int8, person uuid, known bool, joined bool) on commit drop;
create temp table cards (card uuid, first_line int4, last_line int4, person uuid) on commit drop;
create temp table refused (line int4 primary key, reason int2) on commit drop;
create temp table careful (line int4 primary key, round int8) on commit drop;
create temp table book (
    coverage int8, person uuid, contract uuid, product int4, quality int2, ordre int2, valid_from date, valid_to date,
    open bool
) on commit drop;
create temp table effects (line int4, effect int2) on commit drop;
"""

# A new person gets the pseudonym that was drawn for the first line about them.
IDENTS = """
insert into idents
select i.ident, i.first_line, i.lines, coalesce(o.person, s.fresh), o.person is not null, false
from (select ident, min(line) as first_line, count(*) as lines from staged group by ident) i
join staged s on s.line = i.first_line
left join lateral (select person from vault.online_index where token = i.ident and tenant = $1 limit 1) o on true
"""
IDENTS_OF_A_NEW_INSURER = """
insert into idents
select i.ident, i.first_line, i.lines, s.fresh, false, false
from (select ident, min(line) as first_line, count(*) as lines from staged group by ident) i
join staged s on s.line = i.first_line
"""

# An adherent number with birth date and rank names a person too, but spouses born on one day share it. It joins lines
# about dependants (a child declared under either parent), and finds who a correction is about; a creation under the
# person's own NIR trusts that NIR alone. A card that two persons share finds neither.
CARDS_SHARED = """
insert into cards
select c.card, c.first_line, c.last_line, o.person
from (select s.card, min(i.first_line) as first_line, max(i.first_line) as last_line
      from staged s join idents i using (ident)
      where (not s.own or s.movement <> 1)
        and s.card in (select card from staged where not own or movement <> 1 group by card having count(*) > 1)
      group by s.card) c
left join lateral (select (array_agg(person))[1] as person from vault.online_index
                   where token = c.card and tenant = $1 having count(*) = 1) o on true
"""
CARDS_KNOWN = """
insert into cards
select c.card, i.first_line, i.first_line, o.person
from (select card, min(line) as line from staged where not own or movement <> 1 group by card having count(*) = 1) c
join staged s on s.line = c.line
join idents i on i.ident = s.ident
join lateral (select (array_agg(person))[1] as person from vault.online_index
              where token = c.card and tenant = $1 having count(*) = 1) o on true
"""
CARDS_JOIN = "select exists (select from cards)"
JOINED_BY_CARD = """
with member as (
    select distinct c.card, i.ident, i.person, i.known, i.first_line, c.person as by_card
    from cards c join staged s using (card) join idents i on i.ident = s.ident
    where (not s.own or s.movement <> 1)
      and (c.first_line <> c.last_line or (c.person is not null and c.person <> i.person))
), head as (
    select distinct on (card) card, coalesce(by_card, person) as person, by_card is not null or known as known,
           first_line
    from member order by card, known desc, first_line
), chosen as (
    select distinct on (m.ident) m.ident, h.person, h.known
    from member m join head h using (card) order by m.ident, h.known desc, h.first_line
)
update idents i set person = case when i.known then i.person else c.person end, known = i.known or c.known,
       joined = true
from chosen c where c.ident = i.ident and (not i.joined or (not i.known and i.person <> c.person))
"""
TWO_PERSONS_SQL = """
insert into refused
select distinct s.line, $1::int2
from cards c join staged s using (card) join idents i on i.ident = s.ident
where not s.own and c.person is not null and c.person <> i.person
on conflict do nothing
"""

CAREFUL = """
insert into careful
select s.line, row_number() over (partition by i.person, s.contract order by s.line)
from staged s join idents i using (ident)
where (s.movement <> 1 or i.joined or i.lines > 1
       or (i.known and exists (select from rights.coverage c
                               where c.person = i.person and c.contract = s.contract and c.known_to = 'infinity')))
  and not exists (select from refused r where r.line = s.line)
"""
BOOK = """
insert into book
select c.coverage, c.person, c.contract, c.product, c.quality, c.ordre, c.valid_from, c.valid_to, true
from (select distinct i.person, s.contract
      from careful k join staged s using (line) join idents i using (ident) where i.known) p
join rights.coverage c on c.person = p.person and c.contract = p.contract and c.known_to = 'infinity'
"""

# One round: at most one line per person and contract. `beyond` are the coverages that reach past the point of change.
ROUND = """
with line as (
    select s.*, i.person,
           case s.movement when 1 then s.valid_from when 2 then s.valid_from else s.valid_to end as cut
    from careful k join staged s using (line) join idents i using (ident) where k.round = $1
), facts as (
    select l.line, l.movement, l.valid_to,
           count(b.person) as known,
           count(*) filter (where b.valid_from < l.valid_to and l.valid_from < b.valid_to) as overlapping,
           count(*) filter (where b.valid_to > l.cut) as beyond,
           max(b.valid_to) as last_day,
           coalesce(bool_or((b.product, b.quality, b.ordre, b.valid_from, b.valid_to)
                            = (l.product, l.quality, l.ordre, l.valid_from, l.valid_to)), false) as same
    from line l left join book b on b.person = l.person and b.contract = l.contract and b.open
    group by l.line, l.movement, l.valid_to
), verdict as (
    select line, case
        when movement = 1 and same then 4
        when movement = 1 and overlapping > 0 then -$2::int
        when movement = 1 then 1
        when known = 0 then -$3::int
        when movement = 2 and same and beyond = 1 then 4
        when movement = 2 and last_day > valid_to then 3
        when movement = 2 then 2
        when beyond = 0 then 4
        else 3 end as effect
    from facts
), refusing as (
    insert into refused select line, -effect from verdict where effect < 0
), effecting as (
    insert into effects select line, effect from verdict where effect > 0
), changing as (
    select l.* from line l join verdict v using (line) where v.effect between 1 and 3
), closed as (
    update book b set open = false from changing l
    where b.person = l.person and b.contract = l.contract and b.open and l.movement <> 1 and b.valid_to > l.cut
    returning b.person, b.contract, b.product, b.quality, b.ordre, b.valid_from, l.cut
)
insert into book
select null::int8, person, contract, product, quality, ordre, valid_from, cut, true from closed where valid_from < cut
union all
select null::int8, person, contract, product, quality, ordre, valid_from, valid_to, true
from changing where movement <> 3
"""

# A line whose coverage is known, but that names its person otherwise, amends.
RENAMED = """
update effects e set effect = 2
from staged s join idents i using (ident) join vault.identity v on v.person = i.person
where s.line = e.line and e.effect = 4 and s.movement <> 3 and v.record_mark <> s.record_mark
"""

PLAIN = """
insert into rights.coverage (tenant, person, contract, product, quality, ordre, valid_from, valid_to, known_from,
                             file_in)
select $1, i.person, s.contract, s.product, s.quality, s.ordre, s.valid_from, s.valid_to, $2, $3
from staged s join idents i using (ident)
where not exists (select from careful k where k.line = s.line)
  and not exists (select from refused r where r.line = s.line)
order by i.person
"""
CLOSE = """
update rights.coverage c set known_to = $1, file_out = $2 from book b where b.coverage = c.coverage and not b.open
"""
REOPEN = """
insert into rights.coverage (tenant, person, contract, product, quality, ordre, valid_from, valid_to, known_from,
                             file_in)
select $1, person, contract, product, quality, ordre, valid_from, valid_to, $2, $3
from book where coverage is null and open
"""

# What the vault must learn. A person of one line, unknown before: everything. Others: the last line says who the person
# is, and a token is written when it is not there.
TO_WRITE = """
with line as (
    select s.line, s.movement, s.ident, s.card, s.record_mark, i.person
    from staged s join idents i using (ident)
    where (i.known or i.joined or i.lines > 1) and not exists (select from refused r where r.line = s.line)
), last as (
    select distinct on (person) person, line, record_mark, card from line where movement <> 3 order by person, line desc
), sealing as (
    select l.line, l.person, case when v.person is null then 1 else 2 end as writing
    from last l left join vault.identity v on v.person = l.person
    where v.record_mark is distinct from l.record_mark
       or not exists (select from vault.online_index o where o.token = l.card and o.person = l.person)
), indexing as (
    select distinct on (person, ident) line, person, 4 as writing from line l
    where not exists (select from vault.online_index o where o.token = l.ident and o.person = l.person)
    order by person, ident, line
), carding as (
    select distinct on (person, card) line, person, 8 as writing from line l
    where not exists (select from vault.online_index o where o.token = l.card and o.person = l.person)
    order by person, card, line
), others as (
    select line, person, sum(writing)::int2 as writing
    from (select * from sealing union all select * from indexing union all select * from carding) w
    group by line, person
)
select s.line, i.person, (1 | 4 | 8)::int2 as writing, s.ident, s.card, s.record_mark
from staged s join idents i using (ident)
where not i.known and not i.joined and i.lines = 1 and not exists (select from refused r where r.line = s.line)
union all
select s.line, o.person, o.writing, s.ident, s.card, s.record_mark from others o join staged s using (line)
"""
TO_WRITE_COLUMNS = {
    "line": "int32",
    "person": "uuid",
    "writing": "int16",
    "ident": "uuid",
    "card": "uuid",
    "record_mark": "int64",
}

EFFECTS = """
select p.product, p.code,
       count(*) filter (where e.effect = 1) as added, count(*) filter (where e.effect = 2) as amended,
       count(*) filter (where e.effect = 3) as ended, count(*) filter (where e.effect = 4) as unchanged
from (
    select s.product, e.effect from effects e join staged s using (line)
    union all
    select s.product, 1 from staged s
    where not exists (select from careful k where k.line = s.line)
  and not exists (select from refused r where r.line = s.line)
) e join rights.product p using (product)
group by p.product, p.code order by p.code
"""


@dataclass(frozen=True, slots=True)
class ProductEffect:
    """What a file does to the rights of one product, in lines."""

    product: str
    added: int
    amended: int
    ended: int
    unchanged: int


@asynccontextmanager
async def alone(database: Database, tenant: int) -> AsyncGenerator[Connection]:
    """A transaction of the loader during which nobody else loads for this insurer.

    Raises Unavailable when the database fails: its own words may quote values, and are not repeated.
    """
    try:
        async with database.session(Role.RIGHTS) as connection, connection.transaction():
            await connection.execute("select pg_advisory_xact_lock($1, $2)", LOCK, tenant)
            yield connection
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as failure:
        raise Unavailable(INTERRUPTED, cause=type(failure).__name__) from None


class Merge:
    """One file against what is known, inside one transaction of the loader."""

    def __init__(self, connection: Connection, tenant: int) -> None:
        self._connection = connection
        self._tenant = tenant

    @property
    def connection(self) -> Connection:
        """For the register, which writes the state of the file in the same transaction."""
        return self._connection

    async def open(self) -> None:
        """Lay the staging tables."""
        await self._connection.execute("set local work_mem = '128MB'")
        await self._connection.execute(TABLES)

    async def stage(self, message: bytes) -> None:
        await send(self._connection, None, "staged", STAGED, message)

    async def resolve(self, *, new_insurer: bool) -> Faults:
        """Find or name the persons, decide what each line does; gives the lines that contradict what is known.

        Of a new insurer nobody is known: nobody is looked for.
        """
        run = self._connection.execute
        await run("analyze staged (line, ident, card)")
        if new_insurer:
            await run(IDENTS_OF_A_NEW_INSURER)
        else:
            await run(IDENTS, self._tenant)
        await run("analyze idents (ident, first_line)")
        await run(CARDS_SHARED, self._tenant)
        if not new_insurer:
            await run(CARDS_KNOWN, self._tenant)
        if await self._connection.fetchval(CARDS_JOIN):
            for _ in range(JOINS_MAX):  # one pass, unless cards make a chain
                if not _count(await run(JOINED_BY_CARD)):
                    break
            await run(TWO_PERSONS_SQL, TWO_PERSONS.number)
        await run(CAREFUL)
        await run("analyze careful")
        await run(BOOK)
        await run("create index on book (person)")
        rounds = await self._connection.fetchval("select coalesce(max(round), 0) from careful")
        for number in range(1, rounds + 1):
            await run(ROUND, number, COVERAGE_EXISTS.number, COVERAGE_UNKNOWN.number)
        await run(RENAMED)
        found = await bulk.fetch(
            self._connection,
            "select line, reason from refused order by line",
            columns={"line": "int32", "reason": "int16"},
        )
        return Faults(found["line"], found["reason"], np.zeros(len(found["line"]), np.int16))  # type: ignore[arg-type]

    async def effects(self) -> list[ProductEffect]:
        rows = await self._connection.fetch(EFFECTS)
        return [ProductEffect(r["code"], r["added"], r["amended"], r["ended"], r["unchanged"]) for r in rows]

    async def todo(self) -> Todo:
        """What the vault must learn, by line."""
        found = await bulk.fetch(self._connection, TO_WRITE, columns=TO_WRITE_COLUMNS)
        order = np.argsort(found["line"])
        return Todo(**{name: values[order] for name, values in found.items()})  # pyright: ignore[reportArgumentType]

    async def apply(self, file: int, now: datetime) -> int:
        """Write the coverages; gives by how many more are known."""
        run = self._connection.execute
        closed = _count(await run(CLOSE, now, file))
        plain = _count(await run(PLAIN, self._tenant, now, file))
        again = _count(await run(REOPEN, self._tenant, now, file))
        return plain + again - closed

    async def quarantine(self, message: Iterator[bytes]) -> None:
        """Keep the refused lines, sealed."""

        async def pieces() -> AsyncIterator[bytes]:
            for piece in message:
                yield piece

        await self._connection.copy_to_table(
            "quarantine", schema_name="rights", columns=list(QUARANTINE), source=pieces(), format="binary"
        )


class VaultWriter:
    """Writes persons in two transactions of their own, tokens first.

    A token without its identity, left by a process that was killed between both, heals when the file is loaded again.
    """

    def __init__(self, index: Connection, identity: Connection) -> None:
        self._index = index
        self._identity = identity

    async def open(self) -> None:
        await self._identity.execute(
            """create temp table resealed (
                   person uuid, tenant int4, key_epoch int2, record_mark int8, dek bytea, sealed bytea
               ) on commit drop"""
        )

    async def index(self, written: Written) -> None:
        await send(self._index, "vault", "online_index", ONLINE_INDEX, written.online_index)
        await send(self._index, "vault", "batch_index", BATCH_INDEX, written.batch_index)

    async def identities(self, written: Written) -> None:
        await send(self._identity, "vault", "identity", IDENTITY, written.new_identities)
        await send(self._identity, None, "resealed", IDENTITY, written.other_identities)

    async def reseal(self, now: datetime) -> None:
        """Replace the identities that changed."""
        await self._identity.execute(
            """update vault.identity v set key_epoch = r.key_epoch, record_mark = r.record_mark, dek = r.dek,
                      sealed = r.sealed, written_at = $1
               from resealed r where r.person = v.person""",
            now,
        )


@asynccontextmanager
async def writing(database: Database, now: datetime) -> AsyncGenerator[VaultWriter]:
    """Both transactions of the vault: tokens are committed first, then identities."""
    async with database.session(Role.RIGHTS) as identity, identity.transaction():
        async with database.session(Role.RIGHTS) as index, index.transaction():
            writer = VaultWriter(index, identity)
            await writer.open()
            yield writer
        await writer.reseal(now)


@asynccontextmanager
async def merging(database: Database, tenant: int) -> AsyncGenerator[Merge]:
    """A merge that is committed at the end, or not at all."""
    async with alone(database, tenant) as connection:
        merge = Merge(connection, tenant)
        await merge.open()
        yield merge


async def send(connection: Connection, schema: str | None, table: str, columns: Sequence[str], message: bytes) -> None:
    """Send one COPY message; an empty one is nothing."""
    if message:
        await connection.copy_to_table(
            table, schema_name=schema, columns=list(columns), source=BytesIO(message), format="binary"
        )


def _count(status: str) -> int:
    """The rows of a command tag such as INSERT 0 12."""
    return int(status.rpartition(" ")[2])
