"""The SQL of exchanges. What a practice has is read in a transaction that says which practice it is."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias
from uuid import UUID

import asyncpg

from cloison.storage.database import connection_of
from cloison.storage.roles import Role
from cloison.storage.transaction import Storage

if TYPE_CHECKING:
    from cloison.exchanges.exchange import Search

Row: TypeAlias = tuple[object, ...]
FILED = "document, version, place, kind, tenant, about, status, outcome, use, day, recorded_at, digest"
# The newest version of each document, at the place of its first: a later version does not move between pages.
NEWEST = """
    from exchanges.document first
    join lateral (select v.document, v.version, v.kind, v.tenant, v.about, v.status, v.outcome, v.use, v.day,
                         v.recorded_at
                  from exchanges.document v where v.practice = first.practice and v.document = first.document
                  order by v.version desc limit 1) d on true
    where first.kind = $1 and first.version = 1
      and ($2::uuid[] is null or first.document = any ($2)) and ($3::uuid[] is null or first.about = any ($3))
      and ($4::bytea is null or first.name = $4)
      and ($5::text[] is null or d.status = any ($5)) and ($6::text[] is null or d.outcome = any ($6))
      and ($7::text[] is null or d.use = any ($7))
      and ($8::date is null or d.day >= $8) and ($9::date is null or d.day < $9)
      and ($10::timestamptz is null or d.recorded_at >= $10) and ($11::timestamptz is null or d.recorded_at < $11)
      and ($12::int8 is null or first.place <= $12) and ($13::uuid is null or first.patient = $13)
"""


async def record(database: Storage, role: Role, rows: Sequence[Row]) -> dict[UUID, datetime]:
    columns = [list(column) for column in zip(*rows, strict=True)]
    async with database.session(role) as connection:
        written = await connection.fetch(
            "select * from exchanges.record($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17)", *columns
        )
    return {row["document"]: row["recorded_at"] for row in written}


async def find(
    database: Storage, role: Role, practice: int, search: "Search", name: bytes | None
) -> list[asyncpg.Record]:
    async with database.transaction(role, practice=practice) as work:
        connection = connection_of(work)
        columns = FILED.replace("place", "first.place").replace("digest", "first.digest").split(", ")
        return await connection.fetch(
            f"select {', '.join(each if '.' in each else 'd.' + each for each in columns)} {NEWEST}"
            " and ($14::int8 is null or first.place < $14) order by first.place desc limit $15",
            *_conditions(search, name),
            search.before,
            search.count,
        )


async def count(database: Storage, role: Role, practice: int, search: "Search", name: bytes | None) -> int:
    async with database.transaction(role, practice=practice) as work:
        connection = connection_of(work)
        return await connection.fetchval(f"select count(*) {NEWEST}", *_conditions(search, name))


async def versions(database: Storage, role: Role, practice: int, document: UUID) -> list[asyncpg.Record]:
    async with database.transaction(role, practice=practice) as work:
        connection = connection_of(work)
        return await connection.fetch(
            f"select {FILED} from exchanges.document where document = $1 order by version desc",  # noqa: S608  our own names
            document,
        )


def _conditions(search: "Search", name: bytes | None) -> tuple[object, ...]:
    """The parameters of NEWEST."""
    return (
        search.kind,
        list(search.documents) or None,
        list(search.about) or None,
        name,
        list(search.status) or None,
        list(search.outcome) or None,
        list(search.use) or None,
        search.day_from,
        search.day_to,
        search.recorded_from,
        search.recorded_to,
        search.up_to,
        search.patient,
    )
