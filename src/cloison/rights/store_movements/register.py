"""The SQL of the register: insurers, files of movements and their states, quarantine."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import asyncpg

from cloison.rights.loading_work import FileKey
from cloison.rights.movements import Insured
from cloison.storage.database import Connection, Database
from cloison.storage.roles import Role


@dataclass(frozen=True, slots=True)
class Counts:
    """Lines of a file by what became of them."""

    lines: int = 0
    added: int = 0
    amended: int = 0
    ended: int = 0
    unchanged: int = 0
    quarantined: int = 0


@dataclass(frozen=True, slots=True)
class FileRow:
    """One registered file of movements."""

    file: int
    tenant: int
    amc: str
    name: str
    spool: UUID
    state: str
    reason: int
    corrects: int
    counts: Counts
    received_at: datetime
    loaded_at: datetime | None


@dataclass(frozen=True, slots=True)
class Freshness:
    """How fresh the rights of one insurer are."""

    tenant: int
    amc: str
    insurer: str
    coverages: int
    last_file: str
    loaded_at: datetime | None
    waiting: int
    """Files received or awaiting confirmation."""
    quarantined: int
    """Lines that nobody corrected yet."""


@dataclass(frozen=True, slots=True)
class QuarantinedLine:
    """One refused line that waits for a correction."""

    file: int
    line: int
    reason: int
    field_name: str
    sealed: bytes = field(repr=False)


FILE = """select f.file, f.tenant, i.amc, f.name, f.spool, f.state, f.reason, coalesce(f.corrects, 0) as corrects,
                 f.lines, f.added, f.amended, f.ended, f.unchanged, f.quarantined, f.received_at, f.loaded_at
          from rights.movement_file f join rights.insurer i using (tenant)"""


async def insured(database: Database, amc: str) -> Insured | None:
    """The insurer of this number and its products."""
    async with database.session(Role.RIGHTS) as connection:
        tenant = await connection.fetchval("select tenant from rights.insurer where amc = $1", amc.lstrip("0"))
        if tenant is None:
            return None
        products = await connection.fetch("select code, product from rights.product where tenant = $1", tenant)
    return Insured.of(tenant, amc.lstrip("0"), [(row["code"], row["product"]) for row in products])


async def register(
    database: Database, tenant: int, name: str, sha256: bytes, spool: UUID, form: str, corrects: int, now: datetime
) -> FileRow:
    """The row of this file: a new one, or the one in hand with the same bytes. The caller compares `spool`."""
    async with database.session(Role.RIGHTS) as connection, connection.transaction():
        await connection.execute(
            """insert into rights.movement_file (tenant, name, sha256, spool, format, corrects, received_at)
               values ($1, $2, $3, $4, $5, nullif($6, 0), $7) on conflict do nothing""",
            tenant,
            name,
            sha256,
            spool,
            form,
            corrects,
            now,
        )
        row = await connection.fetchrow(
            f"{FILE} where f.tenant = $1 and f.sha256 = $2 and f.state not in ('rolled_back', 'refused')",
            tenant,
            sha256,
        )
    assert row is not None, "the file was just registered, or was there"
    return _file(row)


async def is_first(connection: Connection, file: int, tenant: int) -> bool:
    """Whether nothing ever came from this insurer but this file. Asked under the lock of the insurer."""
    return await connection.fetchval(
        "select not exists (select from rights.movement_file where tenant = $2 and file <> $1)", file, tenant
    )


async def file_row(database: Database, file: int) -> FileRow | None:
    async with database.session(Role.RIGHTS) as connection:
        row = await connection.fetchrow(f"{FILE} where f.file = $1", file)
    return _file(row) if row else None


async def state_of(connection: Connection, file: int) -> str:
    """The state of a file, which nobody else may then change before this transaction ends."""
    return await connection.fetchval("select state from rights.movement_file where file = $1 for update", file)


async def move(connection: Connection, file: int, state: str, reason: int, counts: Counts, now: datetime) -> None:
    """Give a file its state and its counts."""
    await connection.execute(
        """update rights.movement_file set state = $2, reason = $3, lines = $4, added = $5, amended = $6, ended = $7,
                  unchanged = $8, quarantined = $9, checked_at = coalesce(checked_at, $10),
                  loaded_at = case when $2 = 'loaded' then $10 else loaded_at end
           where file = $1""",
        file,
        state,
        reason,
        counts.lines,
        counts.added,
        counts.amended,
        counts.ended,
        counts.unchanged,
        counts.quarantined,
        now,
    )


async def settle(database: Database, file: int, state: str, reason: int, counts: Counts, now: datetime) -> None:
    """The same, in a transaction of its own."""
    async with database.session(Role.RIGHTS) as connection, connection.transaction():
        await move(connection, file, state, reason, counts, now)


async def take_key(connection: Connection, key: FileKey) -> None:
    await connection.execute("update rights.movement_file set dek = $2 where file = $1", key.file, key.dek)


async def share_allowed(connection: Connection, tenant: int) -> tuple[int, int]:
    """How many coverages of the insurer are known, and the share in basis points that one file may end."""
    row = await connection.fetchrow(
        "select coverages, ended_share_max_bp from rights.insurer where tenant = $1", tenant
    )
    assert row is not None, "the insurer of a registered file"
    return row["coverages"], row["ended_share_max_bp"]


async def count_coverages(connection: Connection, tenant: int, more: int) -> None:
    await connection.execute("update rights.insurer set coverages = coverages + $2 where tenant = $1", tenant, more)


async def resubmitted(connection: Connection, corrects: int) -> None:
    """Lines of the corrected file leave quarantine: those that an accepted line of the staged file names."""
    await connection.execute(
        """update rights.quarantine q set state = 'resubmitted'
           from staged s where q.file = $1 and q.line = s.origin and q.state = 'open'
                           and not exists (select from refused r where r.line = s.line)""",
        corrects,
    )


async def freshness(database: Database) -> list[Freshness]:
    """Every insurer, in the order of their numbers."""
    async with database.session(Role.RIGHTS) as connection:
        rows = await connection.fetch(
            """select i.tenant, i.amc, i.name as insurer, i.coverages, coalesce(l.name, '') as last_file, l.loaded_at,
                      (select count(*) from rights.movement_file w where w.tenant = i.tenant
                       and w.state in ('received', 'checked', 'awaiting_confirmation')) as waiting,
                      (select count(*) from rights.quarantine q join rights.movement_file f using (file)
                       where f.tenant = i.tenant and q.state = 'open') as quarantined
               from rights.insurer i
               left join lateral (select f.name, f.loaded_at from rights.movement_file f
                                  where f.tenant = i.tenant and f.state = 'loaded' and f.format <> 'rollback'
                                  order by f.loaded_at desc, f.file desc limit 1) l on true
               order by i.amc"""
        )
    return [Freshness(**dict(row)) for row in rows]


async def files(database: Database, tenant: int, limit: int) -> list[FileRow]:
    """The latest files of an insurer, last first."""
    async with database.session(Role.RIGHTS) as connection:
        rows = await connection.fetch(f"{FILE} where f.tenant = $1 order by f.file desc limit $2", tenant, limit)
    return [_file(row) for row in rows]


async def in_hand(database: Database, tenant: int) -> list[FileRow]:
    """The files of an insurer that a load began and did not end, first come first."""
    async with database.session(Role.RIGHTS) as connection:
        rows = await connection.fetch(
            f"{FILE} where f.tenant = $1 and f.state in ('received', 'checked') order by f.file", tenant
        )
    return [_file(row) for row in rows]


async def quarantined(
    database: Database, file: int, after: int, limit: int
) -> tuple[FileKey | None, list[QuarantinedLine]]:
    """Open lines of a file beyond a line number, with the key of the file."""
    async with database.session(Role.RIGHTS) as connection:
        key = await connection.fetchrow("select tenant, dek from rights.movement_file where file = $1", file)
        rows = await connection.fetch(
            """select file, line, reason, field as field_name, sealed from rights.quarantine
               where file = $1 and line > $2 and state = 'open' order by line limit $3""",
            file,
            after,
            limit,
        )
    found = FileKey(key["tenant"], file, key["dek"]) if key and key["dek"] else None
    return found, [QuarantinedLine(**dict(row)) for row in rows]


async def quarantine_by_reason(database: Database, file: int) -> dict[int, int]:
    async with database.session(Role.RIGHTS) as connection:
        rows = await connection.fetch(
            """select reason, count(*) as n from rights.quarantine where file = $1 and state = 'open'
               group by 1 order by 1""",
            file,
        )
    return {row["reason"]: row["n"] for row in rows}


async def last_loaded(connection: Connection, tenant: int) -> int:
    """The file of an insurer that was loaded last and not rolled back; 0 when there is none."""
    found = await connection.fetchval(
        """select file from rights.movement_file where tenant = $1 and state = 'loaded' and format <> 'rollback'
           order by loaded_at desc, file desc limit 1""",
        tenant,
    )
    return found or 0


async def roll_back(connection: Connection, row: FileRow, now: datetime) -> tuple[int, int]:
    """Undo a loaded file in known time; gives how many coverages were closed and how many are known again.

    The rollback is a file of its own in the register. A coverage known again names the file that first said so, so that
    this file can be rolled back in its turn.
    """
    number = await connection.fetchval(
        """insert into rights.movement_file (tenant, name, sha256, spool, format, corrects, received_at)
           select tenant, 'rollback of ' || name, sha256 || int4send(file), $2, 'rollback', file, $3
           from rights.movement_file where file = $1 returning file""",
        row.file,
        UUID(int=0),
        now,
    )
    closed = await connection.execute(
        "update rights.coverage set known_to = $3, file_out = $2 where file_in = $1 and known_to = 'infinity'",
        row.file,
        number,
        now,
    )
    again = await connection.execute(
        """insert into rights.coverage (tenant, person, contract, product, quality, ordre, valid_from, valid_to,
                                        known_from, file_in)
           select tenant, person, contract, product, quality, ordre, valid_from, valid_to, $2, file_in
           from rights.coverage where file_out = $1 order by person""",
        row.file,
        now,
    )
    await connection.execute(
        "update rights.movement_file set state = 'rolled_back', rolled_back_at = $2 where file = $1", row.file, now
    )
    await connection.execute(
        "update rights.quarantine set state = 'abandoned' where file = $1 and state = 'open'", row.file
    )
    counts = Counts(added=_count(again), ended=_count(closed))
    await move(connection, number, "loaded", 0, counts, now)
    await count_coverages(connection, row.tenant, counts.added - counts.ended)
    return counts.ended, counts.added


async def set_share(database: Database, tenant: int, ended_share_max_bp: int) -> None:
    async with database.session(Role.RIGHTS) as connection:
        await connection.execute(
            "update rights.insurer set ended_share_max_bp = $2 where tenant = $1", tenant, ended_share_max_bp
        )


def _count(status: str) -> int:
    """The rows of a command tag such as INSERT 0 12."""
    return int(status.rpartition(" ")[2])


def _file(row: asyncpg.Record) -> FileRow:
    values = dict(row)
    counts = Counts(*(values.pop(name) for name in ("lines", "added", "amended", "ended", "unchanged", "quarantined")))
    return FileRow(**values, counts=counts)
