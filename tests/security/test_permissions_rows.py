"""Row security: which tables have it, that it cannot be forgotten, and that a context ends with its transaction."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date

import asyncpg
import pytest
from bench.probes import seed
from tests.conftest import copy_of

from cloison.errors import Unavailable
from cloison.storage.classify import Class, classes
from cloison.storage.database import Address, Connection, Database, administer, connection_of
from cloison.storage.roles import CHANNELS, Role
from cloison.storage.transaction import Transaction

COUNTER = {Role.PORTAL, Role.API, Role.CARD, Role.MACHINE}
REFERENCE = "what insurers sell and where practices are: an enquiry at any practice is about any insurer"
RAIL = "payments of all insurers to all practices in one run; no person, no pseudonym"
OPEN = {
    "identity.practice": (set(CHANNELS) - {Role.EXPORT}, REFERENCE),
    "rights.insurer": ({*COUNTER, Role.BATCH, Role.OFFICE}, REFERENCE),
    "rights.product": ({*COUNTER, Role.BATCH, Role.OFFICE}, REFERENCE),
    "rights.quote_terms": ({*COUNTER, Role.OFFICE}, REFERENCE),
    "rights.network_member": ({*COUNTER, Role.BATCH, Role.OFFICE}, REFERENCE),
    "identity.account": ({Role.OFFICE}, "the office registers accounts of all practices"),
    "disclosure.entry": ({Role.BATCH}, "written by COPY for all practices of a file; nothing of it is read"),
    "claims.invoice": ({Role.PAY}, RAIL),
    "payments.book": ({Role.PAY}, RAIL),
    "payments.account": ({Role.PAY}, RAIL),
    "payments.total": ({Role.PAY}, RAIL),
    "payments.transfer": ({Role.PAY}, RAIL),
    "payments.owed": ({Role.PAY}, RAIL),
    "payments.payment_order": ({Role.PAY}, RAIL),
    "payments.payment": ({Role.PAY}, RAIL),
    "payments.payment_now": ({Role.PAY}, RAIL),
    "payments.bank_line": ({Role.PAY}, RAIL),
}
"""Tables of several insurers or practices that a channel reads or writes without row security: who, and why."""

TOUCHED = """
    select c.oid::regclass::text as relation, r.rolname::text as role
    from pg_class c join pg_namespace n on n.oid = c.relnamespace cross join pg_roles r
    where n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and c.relkind in ('r', 'p', 'v', 'm', 'f')
      and r.rolname = any ($1::text[]) and not (c.relrowsecurity and c.relforcerowsecurity)
      and exists (select from pg_attribute a where a.attrelid = c.oid and not a.attisdropped
                  and a.attname in ('tenant', 'practice', 'organisation'))
      and (has_any_column_privilege(r.oid, c.oid, 'select, insert, update, references')
           or has_table_privilege(r.oid, c.oid, 'delete, truncate'))
"""


async def unconfined(owner: asyncpg.Connection) -> dict[str, set[Role]]:
    """Which channels touch which tables of several insurers or practices without row security."""
    found: dict[str, set[Role]] = {}
    for row in await owner.fetch(TOUCHED, [role.value for role in CHANNELS]):
        found.setdefault(row["relation"], set()).add(Role(row["role"]))
    return found


async def test_a_table_of_several_insurers_or_practices_is_confined_or_says_why_not(owner: asyncpg.Connection) -> None:
    assert await unconfined(owner) == {relation: roles for relation, (roles, _) in OPEN.items()}


@pytest.mark.parametrize(
    "change",
    [
        "grant select on rights.movement_file to c_insurer",
        "grant select (tenant) on rights.coverage to c_portal",
        "alter table claims.own_invoice no force row level security",
        "create table claims.later (practice int4); grant insert on claims.later to c_api",
    ],
)
async def test_a_table_that_nobody_confined_is_found(owner: asyncpg.Connection, change: str) -> None:
    await owner.execute(change)
    assert await unconfined(owner) != {relation: roles for relation, (roles, _) in OPEN.items()}


async def test_a_policy_reads_the_context_and_calls_nothing_else(owner: asyncpg.Connection) -> None:
    """So that no function can be made to tell what it is given of rows of others. The owner alone sees all rows."""
    policies = await owner.fetch(
        "select schemaname, tablename, policyname, roles, permissive, qual, with_check from pg_policies"
    )
    assert len(policies) > 10
    for policy in policies:
        if policy["roles"] == [Role.OWNER.value]:
            continue
        assert "public" not in policy["roles"], policy
        calls = set(re.findall(r"(\w+)\(", policy["qual"])) - {"EXISTS"}
        assert calls <= {"current_setting"}, policy
        through = re.findall(r"FROM (\w+\.\w+)", policy["qual"])
        assert calls or through, policy
        for window in through:
            assert await owner.fetchval("select relforcerowsecurity from pg_class where oid = $1::regclass", window)


async def test_a_view_given_to_a_channel_uses_the_rights_of_who_asks(owner: asyncpg.Connection) -> None:
    views = await owner.fetch(
        """select c.oid::regclass::text as view, c.reloptions
           from pg_class c join pg_roles r on r.rolname = any ($1::text[])
           where c.relkind = 'v' and c.relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
             and has_any_column_privilege(r.oid, c.oid, 'select')""",
        [role.value for role in CHANNELS],
    )
    assert views
    for row in views:
        assert "security_invoker=true" in (row["reloptions"] or []), row["view"]


async def test_a_window_is_written_by_nobody_not_even_its_owner(owner: asyncpg.Connection) -> None:
    windows = [
        row[0]
        for row in await owner.fetch(
            "select oid::regclass::text from pg_class where relname ^@ 'own_' and relkind = 'r'"
        )
    ]
    assert len(windows) >= 9
    for window in windows:
        for statement in (f"delete from {window}", f"truncate {window}", f"insert into {window} default values"):
            referenced = r"|in a foreign key" if statement.startswith("truncate") else ""
            with pytest.raises(asyncpg.PostgresError, match=f"read, never written{referenced}"):
                async with owner.transaction():
                    await owner.execute(statement)


async def test_a_window_shows_no_care_and_no_person(owner: asyncpg.Connection) -> None:
    shown = {(table, column): label for (table, column), label in classes().items() if ".own_" in table}
    assert len(shown) > 40
    assert set(shown.values()) == {Class.PLAIN}


# ------------------------------------------------------------------ the context, and the pool

OWN = "select count(*) from claims.own_invoice"
MISSING = (asyncpg.UndefinedObjectError, asyncpg.InvalidTextRepresentationError)


@pytest.fixture(scope="module")
async def place(template: Address) -> AsyncIterator[Address]:
    """One small nation for the tests of this module."""
    async with copy_of(template) as address:
        await seed(address, practices=6, tenants=3, persons=5)
        yield address


@pytest.fixture
async def narrow(place: Address) -> AsyncIterator[Database]:
    """One connection per role: whoever comes next gets the one that was just given back."""
    async with Database(place, pool_size=1) as database:
        yield database


async def bare(database: Database) -> None:
    """Without a context there is an error, never all rows."""
    with pytest.raises(MISSING):
        async with database.transaction(Role.API) as work:
            await connection_of(work).fetchval(OWN)


async def test_without_a_context_there_is_an_error(narrow: Database) -> None:
    await bare(narrow)
    async with narrow.transaction(Role.API, practice=1) as work:
        assert await connection_of(work).fetchval(OWN) > 0
    await bare(narrow)
    async with narrow.transaction(Role.API, tenant=1) as work:
        with pytest.raises(MISSING):
            await connection_of(work).fetchval(OWN)


async def fails_in_sql(work: Transaction) -> None:
    await connection_of(work).execute("select 1 / 0")


async def fails_in_python(work: Transaction) -> None:
    raise LookupError


async def is_cancelled(work: Transaction) -> None:
    async with asyncio.timeout(0.05):
        await connection_of(work).execute("select pg_sleep(5)")


async def takes_too_long(work: Transaction) -> None:
    await connection_of(work).execute("set local statement_timeout = '20ms'")
    await connection_of(work).execute("select pg_sleep(5)")


async def loses_its_connection(work: Transaction) -> None:
    await connection_of(work).execute("select pg_terminate_backend(pg_backend_pid())")


async def breaks_off_a_copy(work: Transaction) -> None:
    await connection_of(work).copy_from_query("select 1 / (n - 50) from generate_series(1, 99) n", output=_nowhere)


async def _nowhere(data: bytes) -> None:
    """A sink for what nobody reads."""


async def fails_in_a_savepoint(work: Transaction) -> None:
    async with connection_of(work).transaction():
        await connection_of(work).execute("select set_config('cloison.practice', '2', true)")
        await connection_of(work).execute("select 1 / 0")


@pytest.mark.parametrize(
    "accident",
    [
        fails_in_sql, fails_in_python, is_cancelled, takes_too_long, loses_its_connection, breaks_off_a_copy,
        fails_in_a_savepoint,
    ],
)  # fmt: skip
async def test_a_context_never_outlives_its_transaction(
    narrow: Database, accident: Callable[[Transaction], Awaitable[None]]
) -> None:

    async def ends_badly() -> None:
        async with narrow.transaction(Role.API, practice=1, tenant=2, organisation=3) as work:
            assert await connection_of(work).fetchval(OWN) > 0
            await accident(work)

    with pytest.raises((asyncpg.PostgresError, LookupError, TimeoutError, Unavailable)):
        await ends_badly()
    async with narrow.session(Role.API) as connection:
        assert await remembered(connection) == {""}
    await bare(narrow)


async def remembered(connection: Connection) -> set[str]:
    names = ("tenant", "organisation", "practice")
    return {
        await connection.fetchval("select coalesce(current_setting($1, true), '')", f"cloison.{name}") for name in names
    }


async def test_two_practices_at_once_each_see_their_own(place: Address) -> None:
    async with Database(place, pool_size=3) as database:

        async def mine(practice: int) -> None:
            async with database.transaction(Role.PORTAL, practice=practice) as work:
                found = await connection_of(work).fetch("select distinct practice from claims.own_invoice")
                assert [row[0] for row in found] == [practice]

        await asyncio.gather(*(mine(practice) for practice in [1, 2, 3, 4, 5, 6] * 10))


async def test_batches_write_below_a_window_and_meet_no_row_security(place: Address) -> None:
    """COPY, which row security would refuse, into the table that a window shows."""
    owner = await administer(place)
    await owner.execute("set role s_claims")
    await owner.copy_records_to_table("file", schema_name="claims", columns=["name", "digest", "size_bytes", "spool"],
                                      records=[("x", b"\0" * 32, 1, "x")])  # fmt: skip
    columns = ["invoice", "file", "record", "batch", "tenant", "practice", "number", "care_from", "care_to", "nature",
               "charged_cents", "amc_asked_cents", "lines"]  # fmt: skip
    day = date(2026, 1, 1)
    row = (10**9, 1, 1, 1, 1, 1, "000000001", day, day, 1, 100, 10, 1)
    assert (
        await owner.copy_records_to_table("invoice", schema_name="claims", columns=columns, records=[row]) == "COPY 1"
    )
    await owner.execute("reset role")
    await owner.close()
    async with Database(place) as database, database.transaction(Role.API, practice=1) as work:
        assert await connection_of(work).fetchval(f"{OWN} where invoice = 1000000000") == 1
