"""The SQL of sessions: digests of what opens them, never the values."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from cloison.identity.posts import Delegation, Place
from cloison.identity.store.people import posts_of
from cloison.storage.database import connection_of
from cloison.storage.roles import Role
from cloison.storage.transaction import Storage, Transaction

PRESENT = """
with used as (
    insert into identity.used (digest, expires_at)
    select $2, $3 where exists (select from identity.session where cookie = $1 and ended_at is null)
    on conflict (digest) do nothing returning 1
)
select s.session, s.account, s.kind, s.key_thumbprint, coalesce(s.organisation, 0) as organisation,
       coalesce(s.practice, 0) as practice, coalesce(s.tenant, 0) as tenant, s.passkey, s.opened_at, s.seen_at,
       s.ends_at,
       a.kind as account_kind, coalesce(t.state, 'active') as state, coalesce(o.kind, '') as organisation_kind,
       greatest(t.probation_until, p.probation_until) as probation_until, p.revoked_at as passkey_revoked_at,
       (select count(*) from used) = 1 as first
from identity.session s
join identity.account a on a.account = s.account
left join identity.passkey p on p.passkey = s.passkey
left join identity.organisation o on o.organisation = s.organisation
left join lateral (select state, probation_until from identity.standing where account = s.account
                   order by standing desc limit 1) t on true
where s.cookie = $1 and s.ended_at is null
"""


@dataclass(frozen=True, slots=True)
class Row:
    """A session that is not ended, and what is known of its holder now."""

    session: UUID
    account: int
    kind: str
    key_thumbprint: bytes = field(repr=False)
    organisation: int
    practice: int
    tenant: int
    passkey: UUID | None
    opened_at: datetime
    seen_at: datetime
    ends_at: datetime
    account_kind: str
    state: str
    organisation_kind: str
    probation_until: datetime | None
    passkey_revoked_at: datetime | None
    first: bool


async def present(
    database: Storage, cookie: bytes, replay: bytes, until: datetime, day: date
) -> tuple[Row, list[Delegation], list[Place]] | None:
    """The session of this cookie, while its proof is written down as used; and the duties of its holder on a day."""
    async with database.session(Role.IDENTITY) as connection:
        row = await connection.fetchrow(PRESENT, cookie, replay, until)
        if row is None:
            return None
        found = Row(**dict(row))
        return found, *await posts_of(connection, found.account, day)


async def add(
    work: Transaction,
    session: UUID,
    cookie: bytes,
    key_thumbprint: bytes,
    account: int,
    kind: str,
    place: Place,
    passkey: UUID | None,
    now: datetime,
    ends_at: datetime,
) -> None:
    await connection_of(work).execute(
        """insert into identity.session (session, cookie, key_thumbprint, account, kind, organisation, practice, tenant,
                                         passkey, opened_at, seen_at, ends_at)
           select $1, $2, $3, $4, $5, nullif($6, 0), nullif($7, 0),
                  (select tenant from identity.organisation where organisation = $6), $8, $9, $9, $10""",
        session,
        cookie,
        key_thumbprint,
        account,
        kind,
        place.organisation,
        place.practice,
        passkey,
        now,
        ends_at,
    )


async def seen(database: Storage, session: UUID, now: datetime) -> None:
    async with database.session(Role.IDENTITY) as connection:
        await connection.execute(
            "update identity.session set seen_at = greatest(seen_at, $2) where session = $1", session, now
        )


async def rotate(work: Transaction, session: UUID, cookie: bytes) -> None:
    """This value, and no other, opens the session from now on."""
    await connection_of(work).execute("update identity.session set cookie = $2 where session = $1", session, cookie)


async def move(work: Transaction, session: UUID, place: Place) -> None:
    """Act for another place."""
    await connection_of(work).execute(
        """update identity.session set organisation = nullif($2, 0), practice = nullif($3, 0),
                  tenant = (select tenant from identity.organisation where organisation = $2)
           where session = $1""",
        session,
        place.organisation,
        place.practice,
    )


async def stepped_up(work: Transaction, session: UUID, now: datetime) -> None:
    await connection_of(work).execute("update identity.session set stepped_up_at = $2 where session = $1", session, now)


async def end(work: Transaction, session: UUID, now: datetime) -> None:
    await connection_of(work).execute(
        "update identity.session set ended_at = $2 where session = $1 and ended_at is null", session, now
    )


async def end_all(work: Transaction, account: int, now: datetime) -> None:
    await connection_of(work).execute(
        "update identity.session set ended_at = $2 where account = $1 and ended_at is null", account, now
    )
