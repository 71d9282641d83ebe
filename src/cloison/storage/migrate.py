"""Numbered migrations, forward only: each a folder with `up.sql` and `why.md`, applied once, in order.

An advisory lock lets one process migrate; each migration runs in one transaction with its line in the journal; a
text that changed after it was applied is refused. Before the first one, the roles get the passwords of this home.
"""

import hashlib
from dataclasses import dataclass
from importlib.resources import files

import asyncpg

from cloison.errors import Corruption
from cloison.storage.database import Address, administer, require_version
from cloison.storage.reasons import MIGRATION_CHANGED, MIGRATION_UNKNOWN
from cloison.storage.roles import Role

LOCK = 0x636C6F69  # "cloi"
JOURNAL = """
create schema if not exists cloison;
create table if not exists cloison.migration (
    number int4 primary key, name text not null, digest text not null,
    applied_at timestamptz not null default clock_timestamp()
);
"""
ROLES = """
select rolname, rolcanlogin as logs_in, rolsuper or rolbypassrls or rolcreatedb or rolcreaterole as more,
       rolpassword as verifier from pg_authid
"""
ROLES_WITHOUT_VERIFIER = ROLES.replace("rolpassword", "null").replace("pg_authid", "pg_roles")
"""Only a superuser sees verifiers; for another administrator every role is written anew."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One step: `number` orders it, `sql` is what it does, `digest` recognises it."""

    number: int
    name: str
    sql: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()


def known() -> list[Migration]:
    """The migrations of this version, in order."""
    steps: list[Migration] = []
    for folder in files("cloison.storage").joinpath("migrations").iterdir():
        number, _, name = folder.name.partition("-")
        if number.isdigit():
            steps.append(Migration(int(number), name, folder.joinpath("up.sql").read_text()))
    return sorted(steps, key=lambda step: step.number)


async def migrate(address: Address) -> list[Migration]:
    """Bring the database of this address to this version, creating it if needed; returns the steps applied."""
    await _create_database(address)
    connection = await administer(address)
    try:
        await connection.execute("select pg_advisory_lock($1)", LOCK)
        await _create_roles(connection, address)
        await protect(connection)
        await connection.execute(JOURNAL)
        waiting = await pending(connection)
        for step in waiting:
            await _apply(connection, step)
        return waiting
    finally:
        await connection.close()


async def protect(connection: asyncpg.Connection) -> None:
    """Withdraw from everybody every right on the database itself, and let the roles connect. Copies need it anew.

    Nobody makes temporary tables, which would allow code to run at commit; but for the loader, which compares in them.
    """
    name = await connection.fetchval("select quote_ident(current_database())")
    members = ", ".join(role.value for role in Role)
    await connection.execute(
        f"revoke all on database {name} from public; grant connect on database {name} to {members}"
    )
    await connection.execute(f"grant create on database {name} to {Role.OWNER.value}")
    await connection.execute(f"grant temporary on database {name} to {Role.RIGHTS.value}")
    for role in Role:
        await connection.execute(f"alter role {role.value} in database {name} set timezone = 'UTC'")


async def pending(connection: asyncpg.Connection) -> list[Migration]:
    """The steps not applied yet. Raises Corruption when the journal and this version disagree."""
    rows = await connection.fetch("select number, name, digest from cloison.migration")
    applied = {row["number"]: row for row in rows}
    steps = known()
    for step in steps:
        if step.number in applied and applied[step.number]["digest"] != step.digest:
            raise Corruption(MIGRATION_CHANGED, cause=f"{step.number:04d}-{step.name}")
    unknown = applied.keys() - {step.number for step in steps}
    if unknown:
        raise Corruption(MIGRATION_UNKNOWN, cause=f"number {max(unknown)}")
    return [step for step in steps if step.number not in applied]


async def _apply(connection: asyncpg.Connection, step: Migration) -> None:
    async with connection.transaction():
        await connection.execute("set local lock_timeout = '5s'")
        await connection.execute(step.sql)
        await connection.execute(
            "insert into cloison.migration (number, name, digest) values ($1, $2, $3)",
            step.number,
            step.name,
            step.digest,
        )


async def _create_database(address: Address) -> None:
    connection = await administer(address.named("postgres"))
    try:
        await require_version(connection)
        if not await connection.fetchval("select 1 from pg_database where datname = $1", address.database):
            name = await connection.fetchval("select quote_ident($1)", address.database)
            await connection.execute(f"create database {name}")
    except asyncpg.DuplicateDatabaseError:
        pass  # another process created it between the two statements
    finally:
        await connection.close()


async def _create_roles(connection: asyncpg.Connection, address: Address) -> None:
    """Roles belong to the server, not to the database: those that are not in line are brought there."""
    sees = await connection.fetchval("select has_table_privilege('pg_catalog.pg_authid', 'select')")
    known = {row["rolname"]: row for row in await connection.fetch(ROLES if sees else ROLES_WITHOUT_VERIFIER)}
    for role in Role:
        name, logs_in = role.value, role is not Role.OWNER
        found = known.get(name)
        if found is None:
            await connection.execute(f"create role {name}")
        elif found["logs_in"] is logs_in and not found["more"] and address.passwords.opens(name, found["verifier"]):
            continue
        login = "login" if logs_in else "nologin"
        verifier = address.passwords.verifier(name)
        await connection.execute(
            f"alter role {name} {login} nosuperuser nobypassrls nocreatedb nocreaterole password '{verifier}'"
        )
    if not await connection.fetchval("select pg_has_role(current_user, $1, 'member')", Role.OWNER.value):
        await connection.execute(f"grant {Role.OWNER.value} to current_user")
