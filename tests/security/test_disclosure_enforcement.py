"""A channel's role, with any SQL it likes, learns nothing without a committed entry.

Each test plays a hijacked portal: it holds the portal's password and its own connection.
"""

import os
import uuid
from collections.abc import AsyncIterator
from datetime import date

import asyncpg
import pytest

from cloison.disclosure.reader import RESERVE
from cloison.storage.database import Address, administer, connect
from cloison.storage.roles import CHANNELS, Role

TOKEN = uuid.UUID(int=7)
PERSON = uuid.UUID(int=70)
TODAY = date(2026, 11, 20)
PERSONAL_TABLES = (
    "vault.identity", "vault.online_index", "vault.batch_index", "rights.coverage", "rights.quarantine",
    "disclosure.entry", "disclosure.settlement", "claims.quarantine",
)  # fmt: skip
REVEAL = "select * from disclosure.reveal_rights($1)"


@pytest.fixture
async def somebody(address: Address) -> AsyncIterator[Address]:
    """One insured person, found by TOKEN online and in the batch zone."""
    owner = await administer(address)
    await owner.execute("insert into rights.insurer (tenant, amc, name) values (1, '123', 'A')")
    await owner.execute(
        "insert into rights.product (product, tenant, code, label, responsable, convention, csr) "
        "values (5, 1, 'P', 'P', true, '', '')"
    )
    await owner.execute("insert into vault.online_index values ($1, 1, $2)", TOKEN, PERSON)
    await owner.execute("insert into vault.batch_index values ($1, 9, 1, $2)", TOKEN, PERSON)
    await owner.execute(
        "insert into rights.coverage (tenant, person, contract, product, quality, ordre, valid_from, known_from, "
        "file_in) values (1, $1, $2, 5, 1, 1, '2026-01-01', now(), 1)",
        PERSON,
        uuid.uuid4(),
    )
    yield address
    await owner.close()


def arguments(token: uuid.UUID = TOKEN) -> list[list[object]]:
    place, about = 1 << 32 | 1, 1 << 56 | 1 << 48 | 1 << 40 | 31
    return [[place], [1], [about], [token], [TODAY], [uuid.UUID(int=1)], [], [], [], [], []]


async def reserve(connection: asyncpg.Connection, token: uuid.UUID = TOKEN) -> int:
    return await connection.fetchval(RESERVE, *arguments(token))


async def test_a_committed_reservation_reveals_the_person_it_names(somebody: Address) -> None:
    portal = await connect(somebody, Role.PORTAL)
    rows = await portal.fetch(REVEAL, await reserve(portal))
    assert [(row["person"], row["product"]) for row in rows] == [(PERSON, 5)]
    await portal.close()


async def test_no_channel_may_read_or_write_a_table_of_persons(somebody: Address) -> None:
    for role in CHANNELS:
        channel = await connect(somebody, role)
        for table in PERSONAL_TABLES:
            for statement in (f"select * from {table}", f"select count(*) from {table}", f"delete from {table}",
                              f"copy {table} to stdout", f"create index on {table} ((1))"):  # fmt: skip
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await channel.execute(statement)
        await channel.close()


async def test_an_uncommitted_reservation_reveals_nothing(somebody: Address) -> None:
    portal = await connect(somebody, Role.PORTAL)
    transaction = portal.transaction()
    await transaction.start()
    with pytest.raises(asyncpg.PostgresError, match="not committed") as refusal:
        await portal.fetch(REVEAL, await reserve(portal))
    assert refusal.value.sqlstate == "CL003"
    await transaction.rollback()
    await portal.close()


async def test_a_savepoint_does_not_make_a_reservation_look_committed(somebody: Address) -> None:
    portal = await connect(somebody, Role.PORTAL)
    transaction = portal.transaction()
    await transaction.start()
    inner = portal.transaction()
    await inner.start()
    reservation = await reserve(portal)
    await inner.commit()
    with pytest.raises(asyncpg.PostgresError, match="not committed"):
        await portal.fetch(REVEAL, reservation)
    await transaction.rollback()
    await portal.close()


async def test_another_connection_cannot_reveal_what_is_not_committed_yet(somebody: Address) -> None:
    first, second = await connect(somebody, Role.PORTAL), await connect(somebody, Role.PORTAL)
    transaction = first.transaction()
    await transaction.start()
    reservation = await reserve(first)
    with pytest.raises(asyncpg.PostgresError, match="no such reservation"):
        await second.fetch(REVEAL, reservation)
    await transaction.rollback()
    with pytest.raises(asyncpg.PostgresError, match="no such reservation"):
        await second.fetch(REVEAL, reservation)
    await first.close()
    await second.close()


async def test_a_line_added_later_to_a_committed_reservation_is_not_revealed(somebody: Address) -> None:
    batch = await connect(somebody, Role.BATCH)
    async with batch.transaction():
        reservation = await batch.fetchval("select disclosure.open_reservation()")
    transaction = batch.transaction()
    await transaction.start()
    await batch.execute(
        """insert into disclosure.entry (reservation, question, tenant, account, practice, purpose, act_family, proof,
                                         fields, token, mark, care_date, request_hash)
           values ($1, 0, 1, 1, 1, 3, 1, 4, 1, $2, 9, '2026-11-20', $2)""",
        reservation,
        TOKEN,
    )
    assert await batch.fetch("select * from disclosure.reveal_rights_batch($1)", reservation) == []
    await transaction.rollback()
    await batch.close()


async def test_the_columns_that_date_and_bind_a_line_cannot_be_chosen(somebody: Address) -> None:
    batch = await connect(somebody, Role.BATCH)
    for column, value in (("xact", "'3'::xid8"), ("reserved_at", "now()"), ("credit_after", "1"), ("session", "null")):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await batch.execute(f"insert into disclosure.entry (reservation, {column}) values (1, {value})")
    await batch.close()


async def test_a_portal_cannot_resolve_a_nir_alone(somebody: Address) -> None:
    portal = await connect(somebody, Role.PORTAL)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await portal.fetch("select * from disclosure.reveal_rights_batch($1)", await reserve(portal))
    await portal.close()


async def test_a_channel_reveals_only_its_own_reservations(somebody: Address) -> None:
    portal, card = await connect(somebody, Role.PORTAL), await connect(somebody, Role.CARD)
    reservation = await reserve(portal)
    with pytest.raises(asyncpg.PostgresError, match="no such reservation"):
        await card.fetch(REVEAL, reservation)
    await portal.close()
    await card.close()


async def test_setting_the_role_changes_nothing(somebody: Address) -> None:
    portal = await connect(somebody, Role.PORTAL)
    for role in (Role.CARD, Role.BATCH, Role.OWNER, Role.CLAIMS, Role.RIGHTS):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await portal.execute(f"set role {role.value}")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await portal.execute(f"set session authorization {role.value}")
    await portal.close()


async def test_a_caller_cannot_make_its_reservation_less_durable(somebody: Address) -> None:
    portal = await connect(somebody, Role.PORTAL)
    await portal.execute("set synchronous_commit = off")
    for _ in range(20):
        transaction = portal.transaction()
        await transaction.start()
        await reserve(portal)
        await portal.execute("set local synchronous_commit = off")
        await transaction.commit()
        written = await portal.fetchval("select pg_current_wal_insert_lsn()")
        owner = await administer(somebody)
        assert await owner.fetchval("select pg_current_wal_flush_lsn() >= $1::pg_lsn", written), "flushed at commit"
        await owner.close()
    await portal.close()


async def test_without_the_trigger_that_commit_would_not_be_durable(somebody: Address) -> None:
    """The test above can fail: the same commit of a plain table is flushed later than it is acknowledged."""
    owner = await administer(somebody)
    await owner.execute("create table public.plain (n int); set synchronous_commit = off")
    late = 0
    for number in range(50):
        await owner.execute(f"insert into public.plain values ({number})")
        late += await owner.fetchval("select pg_current_wal_flush_lsn() < pg_current_wal_insert_lsn()")
    await owner.close()
    assert late > 0


@pytest.mark.parametrize(
    "early",
    [
        "set constraints all immediate",
        "set constraints disclosure.durable immediate",
        "do $$ begin execute 'set constraints all immediate'; end $$",
    ],
)
async def test_the_durable_commit_cannot_be_brought_forward(somebody: Address, early: str) -> None:
    portal = await connect(somebody, Role.PORTAL)
    transaction = portal.transaction()
    await transaction.start()
    await reserve(portal)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await portal.execute(early)
    await transaction.rollback()
    await portal.execute("set default_transaction_deferrable = off")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await portal.execute(f"begin; {_literal_reserve()}; {early}; set synchronous_commit = off; commit")
    await portal.close()


def _literal_reserve() -> str:
    values = (
        "array[4294967297]", "array[1]::int8[]", f"array[{1 << 56 | 31}]", f"array['{TOKEN}']::uuid[]",
        "array['2026-11-20']::date[]", f"array['{TOKEN}']::uuid[]", "'{}'", "'{}'", "'{}'", "'{}'", "'{}'",
    )  # fmt: skip
    return f"select disclosure.reserve({', '.join(values)})"


async def test_a_channel_can_make_nothing_that_would_run_code_later(somebody: Address) -> None:
    for role in CHANNELS:
        channel = await connect(somebody, role)
        for statement in (
            "create temp table t (n int)",
            "create table public.t (n int)",
            "create function public.f() returns int language sql as 'select 1'",
            "create function pg_temp.f() returns int language sql as 'select 1'",
            "create schema s",
            "create trigger t before insert on disclosure.entry execute function disclosure.refuse_change()",
            "alter table disclosure.entry disable trigger all",
            "set session_replication_role = replica",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await channel.execute(statement)
        await channel.close()


async def test_the_log_cannot_be_changed_even_by_its_owner(somebody: Address) -> None:
    portal = await connect(somebody, Role.PORTAL)
    reservation = await reserve(portal)
    await portal.close()
    owner = await administer(somebody)
    for table in ("reservation", "entry", "settlement", "event"):
        for statement in (f"delete from disclosure.{table}", f"truncate disclosure.{table}"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
                await owner.execute(statement)
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
        await owner.execute("update disclosure.entry set account = 2 where reservation = $1", reservation)
    await owner.close()


async def test_a_settlement_is_written_once_and_only_for_a_reservation_of_the_channel(somebody: Address) -> None:
    portal, card = await connect(somebody, Role.PORTAL), await connect(somebody, Role.CARD)
    reservation = await reserve(portal)
    settle = "select disclosure.settle($1,$2,$3)"
    assert await card.fetchval(settle, [reservation], [1 << 32 | 3], [PERSON]) == 0
    assert await portal.fetchval(settle, [reservation], [1 << 32 | 3], [PERSON]) == 1
    assert await portal.fetchval(settle, [reservation], [2 << 32], [None]) == 0
    owner = await administer(somebody)
    row = await owner.fetchrow("select question, result, fields, person from disclosure.settlement")
    assert tuple(row or ()) == (0, 1, 3, PERSON)
    for connection in (portal, card, owner):
        await connection.close()


async def test_a_frozen_channel_reserves_and_reveals_nothing_and_the_others_go_on(somebody: Address) -> None:
    portal, card, office = [await connect(somebody, role) for role in (Role.PORTAL, Role.CARD, Role.OFFICE)]
    before = await reserve(portal)
    await office.fetchval("select disclosure.freeze('portal', true, 1, 'drill')")
    with pytest.raises(asyncpg.PostgresError, match="channel frozen") as refusal:
        await portal.fetch(REVEAL, before)
    assert refusal.value.sqlstate == "CL001"
    with pytest.raises(asyncpg.PostgresError, match="channel frozen"):
        await reserve(portal)
    assert len(await card.fetch(REVEAL, await reserve(card))) == 1
    await office.fetchval("select disclosure.freeze('portal', false, 1, 'lifted')")
    with pytest.raises(asyncpg.PostgresError, match="channel frozen"):
        await portal.fetch(REVEAL, before)
    assert len(await portal.fetch(REVEAL, await reserve(portal))) == 1
    for connection in (portal, card, office):
        await connection.close()


async def test_what_nobody_settled_counts_as_disclosed_in_full(somebody: Address) -> None:
    portal, office = await connect(somebody, Role.PORTAL), await connect(somebody, Role.OFFICE)
    reservation = await reserve(portal)
    assert await office.fetchval("select disclosure.sweep(interval '0')") == 1
    owner = await administer(somebody)
    row = await owner.fetchrow(
        "select person, result, fields from disclosure.settlement where reservation = $1", reservation
    )
    assert row is not None
    assert tuple(row) == (PERSON, 0, 31)
    for connection in (portal, office, owner):
        await connection.close()


async def test_statistics_show_nothing_about_persons(somebody: Address) -> None:
    owner = await administer(somebody)
    await owner.execute("analyze")
    await owner.close()
    portal = await connect(somebody, Role.PORTAL)
    seen = await portal.fetch("select schemaname, tablename from pg_stats where schemaname in ('vault', 'disclosure')")
    assert [tuple(row) for row in seen if row["tablename"] != "channel"] == []
    await portal.close()


@pytest.mark.skipif(os.environ.get("CLOISON_TEST_DATABASE_URL") is not None, reason="about the embedded server")
async def test_nobody_enters_the_embedded_server_without_a_password(somebody: Address) -> None:
    for user in ("postgres", "c_portal", "cloison_owner"):
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(host=somebody.host, user=user, database=somebody.database, password="guess")


async def test_a_reservation_that_was_open_during_a_sweep_stays_on_the_statement(somebody: Address) -> None:
    """Its number is lower than those already swept, and it was not visible then: it must be looked at again."""
    portal, other, office = [await connect(somebody, role) for role in (Role.PORTAL, Role.API, Role.OFFICE)]
    transaction = portal.transaction()
    await transaction.start()
    early = await reserve(portal)
    assert await reserve(other) > early
    await office.fetchval("select disclosure.sweep(interval '0')")
    await transaction.commit()
    assert len(await portal.fetch(REVEAL, early)) == 1, "revealed, and never settled"
    await office.fetchval("select disclosure.sweep(interval '0')")
    statement = await office.fetch("select * from disclosure.reveal_statement($1)", await reserve(office))
    assert "portal" in {row["channel"] for row in statement}
    for connection in (portal, other, office):
        await connection.close()


@pytest.mark.parametrize(
    "line",
    [
        """insert into disclosure.settlement (reservation, question, kind, person, result, fields)
           values ({}, 0, 2, null, 3, 0)""",
        """insert into disclosure.entry (reservation, question, tenant, account, practice, purpose, act_family, proof,
                                         fields, token, mark, care_date, request_hash)
           values ({}, 9, 1, 1, 1, 3, 1, 4, 1, gen_random_uuid(), 9, '2026-11-20', gen_random_uuid())""",
    ],
)
async def test_the_batch_channel_writes_no_line_in_a_reservation_of_another(somebody: Address, line: str) -> None:
    portal, batch = await connect(somebody, Role.PORTAL), await connect(somebody, Role.BATCH)
    theirs, mine = await reserve(portal), await batch.fetchval("select disclosure.open_reservation()")
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="its own reservations"):
        await batch.execute(line.format(theirs))
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="its own reservations"):
        await batch.execute(line.format(mine + 1_000_000))
    await batch.execute(line.format(mine))
    await portal.close()
    await batch.close()


async def test_what_a_channel_settles_falsely_leaves_what_it_reserved(somebody: Address) -> None:
    """A hijacked process may say that it learned nothing, and name another account: whom it asked about, when and by
    which channel, stays. What was reserved is the upper bound of what it learned."""
    portal = await connect(somebody, Role.PORTAL)
    reservation = await reserve(portal)
    assert len(await portal.fetch(REVEAL, reservation)) == 1
    await portal.fetchval("select disclosure.settle($1,$2,$3)", [reservation], [3 << 32], [None])
    await portal.close()
    owner = await administer(somebody)
    found = await owner.fetch(
        """select r.channel, e.fields, e.tenant from disclosure.entry e
           join disclosure.reservation r using (reservation)
           join vault.online_index i on i.token = e.token and i.tenant = e.tenant
           where i.person = $1""",
        PERSON,
    )
    assert [tuple(row) for row in found] == [(1, 31, 1)]
    await owner.close()


# ------------------------------------------------------------------ the channel of persons, hijacked

OWN = "select disclosure.reserve_own($1, $2, null, null)"
STATEMENT = "select * from disclosure.reveal_own_statement($1, null, null, null, null, null, 100)"
BENEFITS = "select * from disclosure.reveal_benefits($1, null, null, null, null, null, null, 100)"


@pytest.fixture
async def member(somebody: Address) -> int:
    """The account of the person, bound to them, with one invoice decided."""
    owner = await administer(somebody)
    account: int = await owner.fetchval(
        "insert into identity.account (name, channel, kind) values ('anne', 'citizen', 'insured') returning account"
    )
    await owner.execute(
        "insert into identity.insured (account, tenant, person, token, valid_from)"
        " values ($1, 1, $2, $3, '2026-01-01')",
        account,
        PERSON,
        TOKEN,
    )
    await owner.execute("set session_replication_role = replica")
    await owner.execute("insert into identity.practice (number, category, name) values ('751000001', 'x', 'x')")
    await owner.execute(
        "insert into claims.invoice (invoice, file, record, batch, tenant, practice, number, person, care_from,"
        " care_to, nature, charged_cents, amc_asked_cents, lines) values (1, 1, 1, 1, 1, 1, '000000011', $1,"
        " '2026-11-20',"
        " '2026-11-20', 10, 3000, 900, 1)",
        PERSON,
    )
    await owner.execute("insert into claims.line values (1, 0, 'G', '2026-11-20', 1, 100, 3000, 900)")
    await owner.execute("insert into claims.decision values (1, 1, 1, null, 2, 0, 3000, 2100, 900, 0, 'x')")
    await owner.close()
    return account


async def test_a_person_is_shown_what_is_theirs_once_it_is_on_record(somebody: Address, member: int) -> None:
    citizen = await connect(somebody, Role.CITIZEN)
    assert len(await citizen.fetch(STATEMENT, await citizen.fetchval(OWN, member, 4))) == 1
    assert [row["invoice"] for row in await citizen.fetch(BENEFITS, await citizen.fetchval(OWN, member, 7))] == [1]
    transaction = citizen.transaction()
    await transaction.start()
    reservation = await citizen.fetchval(OWN, member, 7)
    with pytest.raises(asyncpg.PostgresError, match="not committed"):
        await citizen.fetch(BENEFITS, reservation)
    await transaction.rollback()
    await citizen.close()


async def test_the_channel_of_persons_asks_about_nobody_by_an_identifier(somebody: Address, member: int) -> None:
    citizen = await connect(somebody, Role.CITIZEN)
    forged = [
        "select disclosure.reveal_statement(1)",
        "select disclosure.reveal_rights(1)",
        "select disclosure.lines_about(array[gen_random_uuid()])",
        "select disclosure.own_persons(1, '3'::xid8, 4::int2)",
        "select * from identity.insured",
        "select * from claims.invoice",
    ]
    for statement in (RESERVE, *forged):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await citizen.fetch(statement, *(arguments() if statement is RESERVE else ()))
    await citizen.close()


async def test_a_reservation_shows_what_it_is_for_and_of_its_own_channel(somebody: Address, member: int) -> None:
    citizen, office = await connect(somebody, Role.CITIZEN), await connect(somebody, Role.OFFICE)
    statement, benefits = await citizen.fetchval(OWN, member, 4), await citizen.fetchval(OWN, member, 7)
    assert await citizen.fetch(BENEFITS, statement) == []
    assert await citizen.fetch(STATEMENT, benefits) == []
    with pytest.raises(asyncpg.PostgresError, match="no such reservation"):
        await citizen.fetch(STATEMENT, await reserve(office))
    await citizen.close()
    await office.close()


@pytest.mark.parametrize("purpose", [1, 3, 6, 0])
async def test_a_person_reads_for_the_purposes_of_a_person(somebody: Address, member: int, purpose: int) -> None:
    citizen = await connect(somebody, Role.CITIZEN)
    with pytest.raises(asyncpg.PostgresError) as refused:
        await citizen.fetchval(OWN, member, purpose)
    assert refused.value.sqlstate == "CL002"
    with pytest.raises(asyncpg.PostgresError) as refused:
        await citizen.fetchval(OWN, 1, 4)
    assert refused.value.sqlstate == "CL002", "the operator's account is no insured person's"
    await citizen.close()


async def test_a_binding_that_ends_between_the_record_and_the_reading_shows_nothing(
    somebody: Address, member: int
) -> None:
    citizen, owner = await connect(somebody, Role.CITIZEN), await administer(somebody)
    reservation = await citizen.fetchval(OWN, member, 7)
    await owner.execute("update identity.insured set valid_to = current_date")
    assert await citizen.fetch(BENEFITS, reservation) == []
    await citizen.close()
    await owner.close()


async def test_a_settlement_is_about_who_was_asked_about(somebody: Address) -> None:
    """Whatever the process says; and what the token finds no more is taken as it is said."""
    portal, owner = await connect(somebody, Role.PORTAL), await administer(somebody)
    unknown = uuid.UUID(int=8)
    said = ((TOKEN, None, PERSON), (TOKEN, uuid.UUID(int=71), PERSON), (TOKEN, PERSON, PERSON),
            (unknown, PERSON, PERSON), (unknown, None, None))  # fmt: skip
    for token, claimed, about in said:
        reservation = await reserve(portal, token)
        await portal.fetchval("select disclosure.settle($1,$2,$3)", [reservation], [1 << 32 | 1], [claimed])
        person = await owner.fetchval("select person from disclosure.settlement where reservation = $1", reservation)
        assert person == about
    await portal.close()
    await owner.close()
