"""What works once: proofs that were used, and challenges that wait to be."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from cloison.storage.database import connection_of
from cloison.storage.roles import Role
from cloison.storage.transaction import Storage, Transaction

USE = """
insert into identity.used (digest, expires_at) select * from unnest($1::bytea[], $2::timestamptz[])
on conflict (digest) do nothing returning digest
"""
TAKE = """
delete from identity.challenge where digest = $1 and use = $2
returning account, session, key_thumbprint, nonce, verifier, issued_at, expires_at
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A challenge as it was given. What it is for is in the columns that its use needs."""

    issued_at: datetime
    expires_at: datetime
    account: int | None = None
    session: UUID | None = None
    key_thumbprint: bytes | None = field(default=None, repr=False)
    nonce: bytes | None = field(default=None, repr=False)
    verifier: str | None = field(default=None, repr=False)


async def use(database: Storage, digests: list[bytes], until: list[datetime]) -> set[bytes]:
    """Write these down as used, and say which were not yet. One statement: of two processes, one is first."""
    async with database.session(Role.IDENTITY) as connection:
        rows = await connection.fetch(USE, digests, until)
    return {row["digest"] for row in rows}


async def use_within(work: Transaction, digest: bytes, until: datetime) -> bool:
    """The same for one, as a part of a larger step."""
    return bool(await connection_of(work).fetch(USE, [digest], [until]))


async def give(database: Storage, digest: bytes, use: str, waiting: Waiting) -> None:
    """Keep a challenge until it is taken."""
    async with database.session(Role.IDENTITY) as connection:
        await connection.execute(
            """insert into identity.challenge (digest, use, account, session, key_thumbprint, nonce, verifier,
                                               issued_at, expires_at)
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9)""",
            digest,
            use,
            waiting.account,
            waiting.session,
            waiting.key_thumbprint,
            waiting.nonce,
            waiting.verifier,
            waiting.issued_at,
            waiting.expires_at,
        )


async def take(database: Storage, digest: bytes, use: str) -> Waiting | None:
    """The challenge, which is gone by then: whatever comes of it, nobody takes it again."""
    async with database.session(Role.IDENTITY) as connection:
        row = await connection.fetchrow(TAKE, digest, use)
    return Waiting(**dict(row)) if row else None


async def sweep(database: Storage, now: datetime) -> int:
    """Forget what is too old to be accepted anyhow; returns how many lines."""
    async with database.session(Role.IDENTITY) as connection:
        return await connection.fetchval(
            """with a as (delete from identity.used where expires_at < $1 returning 1),
                    b as (delete from identity.challenge where expires_at < $1 returning 1)
               select (select count(*) from a) + (select count(*) from b)""",
            now,
        )
