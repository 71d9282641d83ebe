"""The SQL of the public register."""

from typing import TYPE_CHECKING

import asyncpg

from cloison.storage.roles import Role
from cloison.storage.transaction import Storage

if TYPE_CHECKING:
    from cloison.identity.registry import Lookup

FITTING = """
from identity.practice p
where ($1::text[] is null or p.number = any ($1)) and ($2::text[] is null or lower(p.name) like any ($2))
  and ($3::text[] is null or lower(p.town) like any ($3)) and ($4::text[] is null or p.category = any ($4))
  and ($5::int2[] is null or p.specialty = any ($5)) and ($6::int4 is null or p.practice <= $6)
"""
FIND = f"""
select p.practice, p.number, p.category, p.name, p.departement, p.town, p.specialty, p.since
{FITTING} and ($7::int4 is null or p.practice < $7) order by p.practice desc limit $8
"""


async def find(database: Storage, role: Role, lookup: "Lookup") -> list[asyncpg.Record]:
    async with database.session(role) as connection:
        return await connection.fetch(FIND, *_conditions(lookup), lookup.before, lookup.count)


async def total(database: Storage, role: Role, lookup: "Lookup") -> int:
    async with database.session(role) as connection:
        return await connection.fetchval(f"select count(*) {FITTING}", *_conditions(lookup))


def _conditions(lookup: "Lookup") -> tuple[object, ...]:
    return (
        list(lookup.numbers) or None,
        _beginnings(lookup.names),
        _beginnings(lookup.towns),
        list(lookup.categories) or None,
        list(lookup.specialties) or None,
        lookup.up_to,
    )


def _beginnings(words: tuple[str, ...]) -> list[str] | None:
    """Patterns of what begins with these words, whatever the case: what a pattern would read otherwise is escaped."""
    escaped = (word.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") for word in words)
    return [f"{word}%" for word in escaped] or None
