"""The SQL of identity."""

from typing import TYPE_CHECKING

import asyncpg

from cloison.storage.database import connection_of
from cloison.storage.roles import Role
from cloison.storage.transaction import Storage, Transaction

if TYPE_CHECKING:
    from cloison.identity.practices import Registration


async def practices(database: Storage, role: Role) -> list[asyncpg.Record]:
    async with database.session(role) as connection:
        return await connection.fetch(
            "select practice, number, category, departement, sector, optam, specialty, name from identity.practice"
        )


async def register(work: Transaction, registrations: "list[Registration]") -> int:
    new = await connection_of(work).fetch(
        """insert into identity.practice (number, category, name, departement, town, sector, optam, specialty)
           select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::int2[], $7::bool[],
                                $8::int2[])
           on conflict (number) do nothing returning practice""",
        [each.number for each in registrations],
        [each.category for each in registrations],
        [each.name for each in registrations],
        [each.departement for each in registrations],
        [each.town for each in registrations],
        [each.sector for each in registrations],
        [each.optam for each in registrations],
        [each.specialty for each in registrations],
    )
    return len(new)


async def accounts(database: Storage, names: list[tuple[str, str, int | None]]) -> dict[str, int]:
    async with database.session(Role.OFFICE) as connection:
        await connection.execute(
            """insert into identity.account (name, channel, practice)
               select * from unnest($1::text[], $2::text[], $3::int4[]) on conflict (name) do nothing""",
            *map(list, zip(*names, strict=True)) if names else ([], [], []),
        )
        rows = await connection.fetch(
            "select name, account from identity.account where name = any($1)", [name for name, _, _ in names]
        )
    return {row["name"]: row["account"] for row in rows}
