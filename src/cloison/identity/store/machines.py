"""The SQL of machine clients and of the keys that sign their tokens."""

from dataclasses import dataclass, field
from datetime import date, datetime

import asyncpg

from cloison.storage.database import connection_of
from cloison.storage.roles import Role
from cloison.storage.transaction import Storage, Transaction


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One key of a client."""

    kind: str
    thumbprint: bytes
    jwk: str | None
    valid_from: datetime
    valid_to: datetime


@dataclass(frozen=True, slots=True)
class TokenKeyRow:
    """One key that signs, or signed, access tokens."""

    kid: str
    public: str
    wrapped: bytes = field(repr=False)
    signs_from: datetime
    signs_to: datetime


async def mark(database: Storage) -> tuple[int, ...]:
    """Numbers that change when a client, a key or a token key does."""
    async with database.session(Role.IDENTITY) as connection:
        row = await connection.fetchrow(
            """select (select count(*) from identity.client), (select count(revoked_at) from identity.client),
                      (select count(*) from identity.client_key), (select count(revoked_at) from identity.client_key),
                      (select count(*) from identity.token_key), (select count(*) from identity.standing)"""
        )
    assert row is not None
    return tuple(row.values())


async def clients(database: Storage) -> tuple[list[asyncpg.Record], list[asyncpg.Record]]:
    """Every client that is not revoked and whose account may act, then every living key."""
    async with database.session(Role.IDENTITY) as connection:
        return (
            await connection.fetch(
                """select c.client, c.name, c.account, coalesce(c.organisation, 0) as organisation, c.channel,
                          c.practices, c.tenants, c.purposes, c.scopes, c.persons_per_day, c.valid_from, c.valid_to
                   from identity.client c
                   left join lateral (select state from identity.standing where account = c.account
                                      order by standing desc limit 1) s on true
                   where c.revoked_at is null and coalesce(s.state, 'active') = 'active'"""
            ),
            await connection.fetch(
                """select client, kind, thumbprint, jwk, valid_from, valid_to from identity.client_key
                   where revoked_at is null"""
            ),
        )


async def listed(database: Storage) -> list[asyncpg.Record]:
    """Every client ever, for people."""
    async with database.session(Role.IDENTITY) as connection:
        return await connection.fetch(
            """select c.name, c.channel, c.practices, c.tenants, c.scopes, c.persons_per_day, c.valid_from, c.valid_to,
                      c.revoked_at, count(k.client_key) filter (where k.revoked_at is null) as keys
               from identity.client c left join identity.client_key k using (client)
               group by c.client order by c.name"""
        )


async def add(
    work: Transaction,
    name: str,
    channel_name: str,
    organisation: int | None,
    terms: tuple[int, list[int], list[int], list[int], list[str], int],
    valid_from: date,
    valid_to: date,
) -> int | None:
    """Write a client and its account; None when the name is taken. `terms` are in the order of the columns."""
    connection = connection_of(work)
    channel, practices, tenants, purposes, scopes, persons_per_day = terms
    account = await connection.fetchval(
        """insert into identity.account (name, channel, practice, kind) values ($1, $2, $3, 'machine')
           on conflict (name) do nothing returning account""",
        f"client:{name}",
        channel_name,
        practices[0] if len(practices) == 1 else None,
    )
    if account is None:
        return None
    return await connection.fetchval(
        """insert into identity.client (name, account, organisation, channel, practices, tenants, purposes, scopes,
                                        persons_per_day, valid_from, valid_to)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (name) do nothing returning client""",
        name,
        account,
        organisation,
        channel,
        practices,
        tenants,
        purposes,
        scopes,
        persons_per_day,
        valid_from,
        valid_to,
    )


async def know_practices(work: Transaction, practices: list[int]) -> bool:
    """Whether each of these exists."""
    return await connection_of(work).fetchval(
        "select count(*) = cardinality($1::int4[]) from identity.practice where practice = any ($1)", practices
    )


async def client_named(work: Transaction, name: str) -> int | None:
    return await connection_of(work).fetchval(
        "select client from identity.client where name = $1 and revoked_at is null", name
    )


async def add_key(work: Transaction, client: int, key: KeyRow) -> bool:
    """Give a client one key; False when somebody has it already."""
    added = await connection_of(work).fetchval(
        """insert into identity.client_key (client, kind, thumbprint, jwk, valid_from, valid_to)
           values ($1, $2, $3, $4, $5, $6) on conflict (thumbprint) do nothing returning client_key""",
        client,
        key.kind,
        key.thumbprint,
        key.jwk,
        key.valid_from,
        key.valid_to,
    )
    return added is not None


async def revoke(work: Transaction, name: str, why: str, now: datetime) -> int | None:
    """End a client and all its keys; its account, or None when there is no such client."""
    row = await connection_of(work).fetchrow(
        """update identity.client set revoked_at = $3, revoked_why = $2 where name = $1 and revoked_at is null
           returning client, account""",
        name,
        why,
        now,
    )
    if row is None:
        return None
    await connection_of(work).execute(
        "update identity.client_key set revoked_at = $2 where client = $1 and revoked_at is null", row["client"], now
    )
    return row["account"]


async def token_keys(database: Storage, since: datetime) -> list[TokenKeyRow]:
    """The keys that signed until `since` or later, oldest first."""
    async with database.session(Role.IDENTITY) as connection:
        rows = await connection.fetch(
            """select kid, public, wrapped, signs_from, signs_to from identity.token_key where signs_to >= $1
               order by signs_from, kid""",
            since,
        )
    return [TokenKeyRow(**dict(row)) for row in rows]


async def add_token_key(database: Storage, key: TokenKeyRow) -> None:
    async with database.session(Role.IDENTITY) as connection:
        await connection.execute(
            """insert into identity.token_key (kid, public, wrapped, signs_from, signs_to)
               values ($1, $2, $3, $4, $5)""",
            key.kid,
            key.public,
            key.wrapped,
            key.signs_from,
            key.signs_to,
        )
