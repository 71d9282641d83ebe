"""The SQL of passkeys and invitations."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from cloison.storage.database import connection_of
from cloison.storage.roles import Role
from cloison.storage.transaction import Storage, Transaction

COLUMNS = "passkey, account, credential, public_key, aaguid, synced, enrolled_at, usable_from, probation_until, used_at"
LIVING = f"select {COLUMNS} from identity.passkey where revoked_at is null and"  # noqa: S608  a constant


@dataclass(frozen=True, slots=True)
class Passkey:
    """One passkey that is not revoked. What opens with it is not here, and nowhere: the device has it."""

    passkey: UUID
    account: int
    credential: bytes = field(repr=False)
    public_key: bytes = field(repr=False)
    aaguid: UUID
    synced: bool
    enrolled_at: datetime
    usable_from: datetime
    probation_until: datetime
    used_at: datetime | None


async def of_credential(database: Storage, credential: bytes) -> Passkey | None:
    async with database.session(Role.IDENTITY) as connection:
        row = await connection.fetchrow(f"{LIVING} credential = $1", credential)
    return Passkey(**dict(row)) if row else None


async def of_account(database: Storage, account: int) -> list[Passkey]:
    async with database.session(Role.IDENTITY) as connection:
        rows = await connection.fetch(f"{LIVING} account = $1 order by enrolled_at", account)
    return [Passkey(**dict(row)) for row in rows]


async def add(work: Transaction, passkey: Passkey, sign_count: int, means: str) -> bool:
    """Keep a new passkey; False when this credential is registered already."""
    added = await connection_of(work).fetchval(
        """insert into identity.passkey (passkey, account, credential, public_key, aaguid, synced, enrolled_at,
                                         usable_from, probation_until, sign_count, means)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (credential) do nothing returning true""",
        passkey.passkey,
        passkey.account,
        passkey.credential,
        passkey.public_key,
        passkey.aaguid,
        passkey.synced,
        passkey.enrolled_at,
        passkey.usable_from,
        passkey.probation_until,
        sign_count,
        means,
    )
    return bool(added)


async def used(work: Transaction, passkey: UUID, sign_count: int, now: datetime) -> None:
    await connection_of(work).execute(
        "update identity.passkey set used_at = $2, sign_count = $3 where passkey = $1", passkey, now, sign_count
    )


async def revoke(work: Transaction, account: int, passkey: UUID, now: datetime) -> bool:
    done = await connection_of(work).fetchval(
        """update identity.passkey set revoked_at = $3
           where account = $1 and passkey = $2 and revoked_at is null returning true""",
        account,
        passkey,
        now,
    )
    return bool(done)


# ------------------------------------------------------------------ invitations


async def invite(work: Transaction, code: bytes, account: int, asked_by: int, expires_at: datetime) -> int:
    return await connection_of(work).fetchval(
        """insert into identity.invitation (code, account, asked_by, expires_at) values ($1, $2, $3, $4)
           returning invitation""",
        code,
        account,
        asked_by,
        expires_at,
    )


async def invitation(work: Transaction, number: int) -> tuple[int, int] | None:
    """For which account, and who asked, of an invitation that waits for its approval."""
    row = await connection_of(work).fetchrow(
        "select account, asked_by from identity.invitation where invitation = $1 and approved_by is null", number
    )
    return (row["account"], row["asked_by"]) if row else None


async def approve(work: Transaction, number: int, by: int, expires_at: datetime) -> None:
    await connection_of(work).execute(
        """update identity.invitation set approved_by = $2, expires_at = $3
           where invitation = $1 and approved_by is null""",
        number,
        by,
        expires_at,
    )


async def accept(work: Transaction, code: bytes, now: datetime) -> int | None:
    """The account of an approved invitation, which is used by that; None when it is not one, or no longer."""
    return await connection_of(work).fetchval(
        """update identity.invitation set used_at = $2
           where code = $1 and approved_by is not null and used_at is null and $2 < expires_at returning account""",
        code,
        now,
    )
