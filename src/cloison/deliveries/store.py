"""The SQL of deliveries. Every reading for somebody names its owner: what is another's does not exist."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from cloison.storage.database import connection_of
from cloison.storage.roles import Role
from cloison.storage.transaction import Storage

ROLE = Role.CLAIMS


def json_of(text: str | None) -> dict[str, Any] | None:  # JSON
    return json.loads(text) if text is not None else None


async def begin(
    database: Storage, upload: UUID, practice: int, tenant: int, account: int, kind: str, name: str
) -> asyncpg.Record:
    async with database.session(ROLE) as connection:
        row = await connection.fetchrow(
            """insert into deliveries.upload (upload, practice, tenant, account, kind, name)
                values ($1, $2, $3, $4, $5, $6) returning *""",
            upload,
            practice,
            tenant,
            account,
            kind,
            name,
        )
    assert row is not None
    return row


async def find(database: Storage, practice: int, tenant: int, upload: UUID) -> asyncpg.Record | None:
    async with database.session(ROLE) as connection:
        return await connection.fetchrow(
            "select * from deliveries.upload where upload = $1 and practice = $2 and tenant = $3",
            upload,
            practice,
            tenant,
        )


async def listed(
    database: Storage, practice: int, tenant: int, before: UUID | None, count: int
) -> list[asyncpg.Record]:
    async with database.session(ROLE) as connection:
        return await connection.fetch(
            """select * from deliveries.upload
                where practice = $1 and tenant = $2
                  and ($3::uuid is null or (created_at, upload) <
                       (select created_at, upload from deliveries.upload
                        where upload = $3 and practice = $1 and tenant = $2))
                order by created_at desc, upload desc limit $4""",
            practice,
            tenant,
            before,
            count,
        )


async def add(database: Storage, upload: UUID, starts: int, size: int, spool: UUID) -> asyncpg.Record | None:
    async with database.transaction(ROLE) as work:
        connection = connection_of(work)
        row = await connection.fetchrow(
            """update deliveries.upload set size_bytes = size_bytes + $3
                where upload = $1 and size_bytes = $2 and state = 'receiving' returning *""",
            upload,
            starts,
            size,
        )
        if row is not None:
            await connection.execute("insert into deliveries.part values ($1, $2, $3, $4)", upload, starts, size, spool)
        return row


async def parts(database: Storage, upload: UUID) -> list[UUID]:
    async with database.session(ROLE) as connection:
        rows = await connection.fetch("select spool from deliveries.part where upload = $1 order by starts", upload)
    return [row["spool"] for row in rows]


async def complete(database: Storage, upload: UUID, digest: bytes, spool: UUID) -> tuple[asyncpg.Record, bool]:
    """The file is whole; or its sender sent the same bytes before, and this one is forgotten."""
    async with database.transaction(ROLE) as work:
        connection = connection_of(work)
        await connection.execute("select pg_advisory_xact_lock(hashtextextended($1, 55))", digest.hex())
        first = await connection.fetchrow(
            """select d.* from deliveries.upload d
                join deliveries.upload mine using (practice, tenant, kind)
                where mine.upload = $1 and d.digest = $2""",
            upload,
            digest,
        )
        await connection.execute("delete from deliveries.part where upload = $1", upload)
        if first is not None:
            if first["upload"] != upload:
                await connection.execute("delete from deliveries.upload where upload = $1", upload)
            return first, False
        row = await connection.fetchrow(
            """update deliveries.upload set state = 'received', digest = $2, spool = $3
                where upload = $1 and state = 'receiving' returning *""",
            upload,
            digest,
            spool,
        )
        assert row is not None, "a file is completed by whoever received its last piece"
        return row, True


async def abandon(database: Storage, upload: UUID | None, before: datetime | None) -> list[UUID]:
    """Forget uploads that are not whole: one, or all that began before an instant; returns what was sealed of them."""
    async with database.transaction(ROLE) as work:
        rows = await connection_of(work).fetch(
            """with gone as (select upload from deliveries.upload
                             where state = 'receiving' and (upload = $1 or created_at < $2)),
                    pieces as (delete from deliveries.part p using gone where p.upload = gone.upload returning p.spool),
                    uploads as (delete from deliveries.upload u using gone where u.upload = gone.upload)
               select spool from pieces""",
            upload,
            before,
        )
    return [row["spool"] for row in rows]


async def waiting(database: Storage) -> list[asyncpg.Record]:
    async with database.session(ROLE) as connection:
        return await connection.fetch(
            "select * from deliveries.upload where state = 'received' order by created_at limit 20"
        )


async def taken(database: Storage, upload: UUID, state: str, file: int | None, report: dict[str, Any]) -> None:  # JSON
    async with database.session(ROLE) as connection:
        await connection.execute(
            """update deliveries.upload set state = $2, file = $3, report = $4, spool = null,
                                            ended_at = clock_timestamp()
               where upload = $1 and state = 'received'""",
            upload,
            state,
            file,
            json.dumps(report, ensure_ascii=False, default=str),
        )


async def subscribe(database: Storage, subscriber: UUID, practice: int, tenant: int, url: str) -> asyncpg.Record:
    async with database.session(ROLE) as connection:
        row = await connection.fetchrow(
            """insert into deliveries.subscriber (subscriber, practice, tenant, url) values ($1, $2, $3, $4)
               returning subscriber, url, created_at""",
            subscriber,
            practice,
            tenant,
            url,
        )
    assert row is not None
    return row


async def subscribers(database: Storage, practice: int, tenant: int) -> list[asyncpg.Record]:
    async with database.session(ROLE) as connection:
        return await connection.fetch(
            """select subscriber, url, created_at from deliveries.subscriber
               where practice = $1 and tenant = $2 and ended_at is null order by created_at""",
            practice,
            tenant,
        )


async def unsubscribe(database: Storage, practice: int, tenant: int, subscriber: UUID) -> bool:
    async with database.transaction(ROLE) as work:
        connection = connection_of(work)
        row = await connection.fetchrow(
            """update deliveries.subscriber set ended_at = clock_timestamp()
               where subscriber = $1 and practice = $2 and tenant = $3 and ended_at is null returning subscriber""",
            subscriber,
            practice,
            tenant,
        )
        await connection.execute(
            "update deliveries.notice set state = 'given_up' where subscriber = $1 and state = 'waiting' and $2",
            subscriber,
            row is not None,
        )
    return row is not None


async def log(database: Storage, practice: int, tenant: int, count: int) -> list[asyncpg.Record]:
    async with database.session(ROLE) as connection:
        return await connection.fetch(
            """select n.notice, n.event, n.link, n.state, s.subscriber, a.attempt, a.status, a.cause, a.attempted_at
               from deliveries.subscriber s join deliveries.notice n using (subscriber)
               left join deliveries.attempt a using (notice)
               where s.practice = $1 and s.tenant = $2
               order by n.created_at desc, a.attempt desc nulls last limit $3""",
            practice,
            tenant,
            count,
        )


async def tell(database: Storage, practice: int, tenant: int, event: str, link: str) -> int:
    async with database.session(ROLE) as connection:
        rows = await connection.fetch(
            """insert into deliveries.notice (notice, subscriber, event, link)
               select gen_random_uuid(), subscriber, $3, $4 from deliveries.subscriber
               where practice = $1 and tenant = $2 and ended_at is null returning notice""",
            practice,
            tenant,
            event,
            link,
        )
    return len(rows)


async def due(database: Storage, now: datetime, again: datetime, count: int) -> list[tuple[Any, ...]]:  # columns
    async with database.session(ROLE) as connection:
        rows = await connection.fetch(
            """update deliveries.notice n set due_at = $2
               from deliveries.subscriber s
               where s.subscriber = n.subscriber and n.notice in (
                   select notice from deliveries.notice where state = 'waiting' and due_at <= $1
                   order by due_at limit $3 for update skip locked)
               returning n.notice, s.url, n.event, n.link, n.created_at, n.attempts""",
            now,
            again,
            count,
        )
    return [tuple(row) for row in rows]


async def attempted(
    database: Storage,
    notice: UUID,
    attempt: int,
    state: str,
    now: datetime,
    again: datetime,
    status: int,
    cause: str,
) -> None:
    async with database.transaction(ROLE) as work:
        connection = connection_of(work)
        await connection.execute(
            "update deliveries.notice set state = $2, attempts = $3, due_at = $4 where notice = $1",
            notice,
            state,
            attempt,
            again,
        )
        await connection.execute(
            """insert into deliveries.attempt (notice, attempt, status, cause, attempted_at)
               values ($1, $2, $3, $4, $5) on conflict do nothing""",
            notice,
            attempt,
            status,
            cause,
            now,
        )
