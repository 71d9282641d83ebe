"""The SQL of organisations, accounts, delegations and what identity providers say of them."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import asyncpg

from cloison.identity.duties import Duty
from cloison.identity.posts import Delegation, Place
from cloison.storage.database import Connection, connection_of
from cloison.storage.roles import Role
from cloison.storage.transaction import Storage, Transaction

LOCK = 0x636C6F6F  # "cloo"
DELEGATION = "delegation, account, organisation, coalesce(practice, 0) as practice, duty, valid_from, valid_to"
OF_ACCOUNT = f"""
select {DELEGATION} from identity.delegation where account = $1 and valid_from <= $2 and $2 < valid_to
union all
select 0, account, 0, practice, 'professional', valid_from, valid_to from identity.activity
where account = $1 and valid_from <= $2 and $2 < valid_to
"""  # noqa: S608  a constant
RUNS = """
select e.organisation, e.practice from identity.establishment e
where e.valid_from <= $2 and $2 < e.valid_to
  and (e.organisation in (select organisation from identity.delegation where account = $1)
       or e.practice in (select practice from identity.activity where account = $1))
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """What an account is, and whether it may act."""

    account: int
    kind: str
    state: str
    cause: str
    probation_until: datetime | None


async def lock_organisation(work: Transaction, organisation: int) -> None:
    """One change of an organisation's people after the other."""
    await connection_of(work).execute("select pg_advisory_xact_lock($1, $2)", LOCK, organisation)


async def add_organisation(work: Transaction, name: str, kind: str, tenant: int | None) -> int | None:
    return await connection_of(work).fetchval(
        """insert into identity.organisation (name, kind, tenant) values ($1, $2, $3)
           on conflict do nothing returning organisation""",
        name,
        kind,
        tenant,
    )


async def organisations(database: Storage) -> list[asyncpg.Record]:
    """Every organisation, with how many administrators are in office and how many of those may act."""
    async with database.session(Role.IDENTITY) as connection:
        return await connection.fetch(
            """select o.organisation, o.name, o.kind, o.tenant,
                      count(distinct d.account) as administrators,
                      count(distinct d.account) filter (where coalesce(s.state, 'active') <> 'off') as active
               from identity.organisation o
               left join identity.delegation d on d.organisation = o.organisation and d.duty ~ 'administrator$'
                    and d.valid_from <= current_date and current_date < d.valid_to
               left join lateral (select state from identity.standing where account = d.account
                                  order by standing desc limit 1) s on true
               group by o.organisation order by o.name"""
        )


async def organisation_named(work: Transaction, name: str) -> int | None:
    return await connection_of(work).fetchval("select organisation from identity.organisation where name = $1", name)


async def organisation_kind(work: Transaction, organisation: int) -> str:
    return await connection_of(work).fetchval(
        "select kind from identity.organisation where organisation = $1", organisation
    )


async def runs(work: Transaction, organisation: int, practice: int, day: date) -> bool:
    """Whether an organisation runs a practice on a day."""
    return await connection_of(work).fetchval(
        """select exists (select from identity.establishment where organisation = $1 and practice = $2
                          and valid_from <= $3 and $3 < valid_to)""",
        organisation,
        practice,
        day,
    )


async def add_establishment(work: Transaction, place: Place, valid_from: date, valid_to: date) -> None:
    await connection_of(work).execute(
        "insert into identity.establishment (organisation, practice, valid_from, valid_to) values ($1, $2, $3, $4)",
        place.organisation,
        place.practice,
        valid_from,
        valid_to,
    )


async def add_account(work: Transaction, name: str, kind: str, channel: str) -> int | None:
    """A new account; None when the name is taken."""
    return await connection_of(work).fetchval(
        """insert into identity.account (name, channel, kind) values ($1, $2, $3)
           on conflict (name) do nothing returning account""",
        name,
        channel,
        kind,
    )


async def account_named(work: Transaction, name: str) -> int | None:
    return await connection_of(work).fetchval("select account from identity.account where name = $1", name)


# ------------------------------------------------------------------ delegations


async def delegations(work: Transaction, organisation: int) -> list[Delegation]:
    rows = await connection_of(work).fetch(
        f"select {DELEGATION} from identity.delegation where organisation = $1",  # noqa: S608  a constant
        organisation,
    )
    return [delegation_of(row) for row in rows]


async def delegation(work: Transaction, number: int) -> Delegation | None:
    row = await connection_of(work).fetchrow(
        f"select {DELEGATION} from identity.delegation where delegation = $1",  # noqa: S608  a constant
        number,
    )
    return delegation_of(row) if row else None


async def belongs(work: Transaction, account: int, organisation: int, day: date) -> bool:
    """Whether an account is this organisation's to invite: nobody else's, known to no provider; or its own insured."""
    return await connection_of(work).fetchval(
        """select case a.kind
               when 'insured' then exists (
                   select from identity.insured i join identity.organisation o on o.tenant = i.tenant
                   where i.account = a.account and o.organisation = $2 and i.valid_from <= $3 and $3 < i.valid_to)
               when 'professional' then false
               else coalesce((select bool_and(organisation = $2) from identity.delegation
                              where account = a.account and valid_from <= $3 and $3 < valid_to), false)
           end from identity.account a where a.account = $1""",
        account,
        organisation,
        day,
    )


async def names_in(work: Transaction, organisation: int) -> dict[int, str]:
    """The names of the accounts that have, or had, a duty in an organisation."""
    rows = await connection_of(work).fetch(
        """select account, name from identity.account
           where account in (select account from identity.delegation where organisation = $1)""",
        organisation,
    )
    return {row["account"]: row["name"] for row in rows}


async def add_delegation(
    work: Transaction, giver: int | None, account: int, place: Place, duty: Duty, valid_from: date, valid_to: date
) -> int:
    return await connection_of(work).fetchval(
        """insert into identity.delegation (organisation, practice, account, duty, given_by, valid_from, valid_to)
           values ($1, $2, $3, $4, $5, $6, $7) returning delegation""",
        place.organisation,
        place.practice or None,
        account,
        duty.value,
        giver,
        valid_from,
        valid_to,
    )


async def end_delegation(work: Transaction, number: int, by: int, valid_to: date) -> None:
    await connection_of(work).execute(
        "update identity.delegation set valid_to = $2, ended_by = $3 where delegation = $1", number, valid_to, by
    )


async def posts_of(connection: Connection, account: int, day: date) -> tuple[list[Delegation], list[Place]]:
    """The duties of an account on a day, and which organisation runs which practice where it may matter."""
    rows = await connection.fetch(OF_ACCOUNT, account, day)
    runs = await connection.fetch(RUNS, account, day)
    return [delegation_of(row) for row in rows], [Place(row["organisation"], row["practice"]) for row in runs]


async def posts(database: Storage, account: int, day: date) -> tuple[list[Delegation], list[Place]]:
    async with database.session(Role.IDENTITY) as connection:
        return await posts_of(connection, account, day)


def delegation_of(row: asyncpg.Record) -> Delegation:
    number, account, organisation, practice, duty, valid_from, valid_to = row
    return Delegation(number, account, organisation, practice, Duty(duty), valid_from, valid_to)


# ------------------------------------------------------------------ standing


async def standing(database: Storage, account: int) -> Standing:
    async with database.session(Role.IDENTITY) as connection:
        return await _standing(connection, account)


async def standing_within(work: Transaction, account: int) -> Standing:
    return await _standing(connection_of(work), account)


async def _standing(connection: Connection, account: int) -> Standing:
    row = await connection.fetchrow(
        """select a.account, a.kind, coalesce(s.state, 'active') as state, coalesce(s.cause, '') as cause,
                  s.probation_until
           from identity.account a
           left join lateral (select state, cause, probation_until from identity.standing where account = a.account
                              order by standing desc limit 1) s on true
           where a.account = $1""",
        account,
    )
    assert row is not None, "an account that was found exists"
    return Standing(**dict(row))


async def set_standing(
    work: Transaction, account: int, state: str, cause: str, now: datetime, probation_until: datetime | None = None
) -> None:
    await connection_of(work).execute(
        """insert into identity.standing (account, state, cause, probation_until, since)
           values ($1, $2, $3, $4, $5)""",
        account,
        state,
        cause,
        probation_until,
        now,
    )


async def failed(work: Transaction, account: int, now: datetime) -> int:
    """One more failure in a row; how many."""
    return await connection_of(work).fetchval(
        """insert into identity.failures (account, in_a_row, failed_at) values ($1, 1, $2)
           on conflict (account) do update set in_a_row = identity.failures.in_a_row + 1, failed_at = $2
           returning in_a_row""",
        account,
        now,
    )


async def succeeded(work: Transaction, account: int, now: datetime) -> None:
    await connection_of(work).execute(
        "update identity.failures set in_a_row = 0, failed_at = $2 where account = $1 and in_a_row > 0", account, now
    )


# ------------------------------------------------------------------ what an identity provider says


async def account_of(work: Transaction, provider: str, subject: str) -> int | None:
    return await connection_of(work).fetchval(
        "select account from identity.outside where provider = $1 and subject = $2", provider, subject
    )


async def link(work: Transaction, provider: str, subject: str, account: int) -> bool:
    """Say by which name a provider knows an account; False when another process said it first."""
    linked = await connection_of(work).fetchval(
        """insert into identity.outside (provider, subject, account) values ($1, $2, $3)
           on conflict do nothing returning account""",
        provider,
        subject,
        account,
    )
    return linked is not None


async def vouch(work: Transaction, account: int, provider: str, acr: str, now: datetime) -> None:
    await connection_of(work).execute(
        "insert into identity.vouching (account, provider, acr, vouched_at) values ($1, $2, $3, $4)",
        account,
        provider,
        acr,
        now,
    )


async def vouched_at(database: Storage, account: int) -> datetime | None:
    async with database.session(Role.IDENTITY) as connection:
        return await connection.fetchval(
            "select max(vouched_at) from identity.vouching where account = $1",
            account,
        )


async def practices_numbered(work: Transaction, numbers: list[str]) -> list[int]:
    rows = await connection_of(work).fetch(
        "select practice from identity.practice where number = any($1) order by practice", numbers
    )
    return [row["practice"] for row in rows]


async def set_activities(work: Transaction, account: int, practices: list[int], day: date) -> None:
    """These, and no other, from this day on."""
    await connection_of(work).execute(
        """update identity.activity set valid_to = $3
           where account = $1 and valid_to > $3 and practice <> all ($2::int4[])""",
        account,
        practices,
        day,
    )
    await connection_of(work).execute(
        """insert into identity.activity (account, practice, valid_from)
           select $1, p, $3 from unnest($2::int4[]) as p
           where not exists (select from identity.activity
                             where account = $1 and practice = p and valid_from <= $3 and $3 < valid_to)
           on conflict (account, practice, valid_from) do update set valid_to = 'infinity'""",
        account,
        practices,
        day,
    )


async def has_delegation(work: Transaction, account: int, day: date) -> bool:
    return await connection_of(work).fetchval(
        """select exists (select from identity.delegation
                          where account = $1 and valid_from <= $2 and $2 < valid_to)""",
        account,
        day,
    )


async def bind_insured(work: Transaction, account: int, tenant: int, person: UUID, day: date) -> None:
    await connection_of(work).execute(
        "insert into identity.insured (account, tenant, person, valid_from) values ($1, $2, $3, $4)",
        account,
        tenant,
        person,
        day,
    )


async def insured_of(database: Storage, account: int, day: date) -> list[tuple[int, UUID]]:
    """The insurers and pseudonyms of the persons whose statement an account reads."""
    async with database.session(Role.IDENTITY) as connection:
        rows = await connection.fetch(
            """select tenant, person from identity.insured
               where account = $1 and valid_from <= $2 and $2 < valid_to order by tenant, person""",
            account,
            day,
        )
    return [(row["tenant"], row["person"]) for row in rows]
