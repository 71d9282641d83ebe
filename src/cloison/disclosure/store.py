"""The SQL of inquiries into the log. What reveals persons is in `reader`."""

from datetime import datetime, timedelta
from typing import TypeAlias

import asyncpg

from cloison.storage.roles import Role
from cloison.storage.transaction import Storage

Row: TypeAlias = asyncpg.Record


async def account(database: Storage, name: str) -> int | None:
    async with database.session(Role.OFFICE) as connection:
        return await connection.fetchval("select account from identity.account where name = $1", name)


async def open_inquiry(database: Storage, asker: int, detail: str) -> int:
    """Write and commit that somebody asks; returns the number that the answer requires."""
    async with database.session(Role.OFFICE) as connection:
        return await connection.fetchval("select disclosure.open_inquiry($1, $2)", asker, detail)


async def open_export(database: Storage, asker: int, detail: str) -> int:
    """Write and commit that somebody has what was sealed written in clear."""
    async with database.session(Role.OFFICE) as connection:
        return await connection.fetchval("select disclosure.open_export($1, $2)", asker, detail)


async def reveal_account(database: Storage, event: int, number: int, since: datetime, until: datetime) -> list[Row]:
    async with database.session(Role.OFFICE) as connection:
        return await connection.fetch(
            "select * from disclosure.reveal_account($1, $2, $3, $4)", event, number, since, until
        )


async def freeze(database: Storage, channel: str, frozen: bool, asker: int, reason: str) -> int | None:
    async with database.session(Role.OFFICE) as connection:
        known = await connection.fetchval("select 1 from disclosure.channel where name = $1", channel)
        if not known:
            return None
        return await connection.fetchval("select disclosure.freeze($1, $2, $3, $4)", channel, frozen, asker, reason)


async def sweep(database: Storage, older_than: timedelta) -> int:
    async with database.session(Role.OFFICE) as connection:
        return await connection.fetchval("select disclosure.sweep($1)", older_than)
