"""Nobody reads another insurer's or practice's rows: thousands of forged questions here, a million in bench/probes."""

import asyncio
from collections.abc import AsyncIterator
from random import Random

import asyncpg
import pytest
from bench.probes import PROBED, WINDOWS, Nation, Prober, readable, seed
from tests.conftest import copy_of
from tests.security.test_roles import RUNS

from cloison.storage.database import Address, Database, administer, connection_of
from cloison.storage.roles import Role

PROBED_ROLES = {Role.PORTAL, Role.API, Role.CARD, Role.MACHINE, Role.BATCH, Role.INSURER, Role.CITIZEN, Role.EXPORT}
NOT_PROBED = {
    "disclosure.settle": "writes the caller's own answers, by reservations of its channel; returns how many",
    "disclosure.reserve_enrolment": "writes a try to bind one's own account; tests/flow/test_fhir_benefits.py",
    "disclosure.bind_own": "binds the account of a committed try; returns whether one person was found",
    "rights.loaded_insurers": "names the insurers from whom something was loaded, for everybody",
    "exchanges.record": "writes; what it returns are the documents that the caller brought",
}
COUNT = 4_000


@pytest.fixture(scope="module")
async def place(template: Address) -> AsyncIterator[Address]:
    """One small nation for the tests of this module: they only ask."""
    async with copy_of(template) as address:
        yield address


@pytest.fixture(scope="module")
async def nation(place: Address) -> Nation:
    return await seed(place, practices=12, tenants=4, persons=30)


@pytest.fixture
async def database(place: Address) -> AsyncIterator[Database]:
    async with Database(place) as opened:
        yield opened


@pytest.fixture
async def prober(place: Address, nation: Nation, database: Database) -> Prober:
    owner = await administer(place)
    windows = await readable(owner)
    await owner.close()
    return Prober(database, nation, windows, Random(7))


async def test_no_forged_question_is_answered_with_a_row(prober: Prober) -> None:
    tally = await prober.run(COUNT)
    assert sum(tally.probes.values()) >= COUNT
    assert {kind: rows for kind, rows in tally.rows.items() if rows} == {}
    assert tally.refused["CL002"] > 0, "another channel's reservations are refused"


async def test_the_same_questions_about_ones_own_find_rows(prober: Prober) -> None:
    assert [kind for kind, rows in (await prober.control()).items() if not rows] == []


@pytest.mark.parametrize(
    ("mistake", "mended"),
    [
        (f"alter table {table} disable row level security", f"alter table {table} enable row level security")
        for table in ("claims.own_invoice", "exchanges.document")
    ]
    + [
        (f"create policy everything on {table} for select to {role} using (true)", f"drop policy everything on {table}")
        for table, role in (("payments.own_order", Role.INSURER), ("payments.own_payment_event", Role.API))
    ],
)
async def test_a_hole_is_found(place: Address, prober: Prober, mistake: str, mended: str) -> None:
    owner = await administer(place)
    await owner.execute(mistake)
    try:
        tally = await prober.run(COUNT)
    finally:
        await owner.execute(mended)
        await owner.close()
    assert sum(tally.rows.values()) > 0


async def test_everything_that_a_channel_reads_under_row_security_or_executes_is_probed(place: Address) -> None:
    owner = await administer(place)
    assert {relation for _, relation, _ in await readable(owner)} == WINDOWS.keys()
    await owner.close()
    executed = {function for function, roles in RUNS.items() if roles & PROBED_ROLES}
    assert executed == PROBED | NOT_PROBED.keys()


async def test_a_gate_is_probed_by_the_same_prober(prober: Prober) -> None:
    """A client that finds a row is told on, whatever it speaks."""

    async def leaky(random: Random, count: int) -> tuple[int, int]:
        await asyncio.sleep(0)
        return count, random.randrange(1, 3)

    tally = await prober.run(COUNT, clients=[leaky])
    assert tally.rows["client"] > 0


async def test_an_error_of_a_forged_condition_tells_nothing_about_rows_of_others(
    nation: Nation, database: Database
) -> None:
    """A condition that fails on a value would tell that it exists: it runs after the policy, and never meets it."""
    own, other = nation.practices[:2]
    async with database.transaction(Role.API, practice=own) as work:
        connection = connection_of(work)
        query = "select count(*) from claims.own_invoice where 1 / (practice - $1) > 5"
        assert await connection.fetchval(query, other) == 0
        with pytest.raises(asyncpg.DivisionByZeroError):
            await connection.fetchval(query, own)


async def test_statistics_of_columns_tell_nothing(place: Address, nation: Nation, database: Database) -> None:
    assert nation.practices
    owner = await administer(place)
    await owner.execute("analyze")
    known = (
        "select count(*) from pg_stats where schemaname in ('claims', 'payments', 'rights', 'exchanges', 'disclosure')"
    )
    confined = (
        f"{known} and (tablename ^@ 'own_' or tablename in ('document', 'invoice', 'decision', 'payment', 'entry'))"
    )
    assert await owner.fetchval(confined) > 20
    await owner.close()
    for role in sorted(PROBED_ROLES):
        async with database.session(role) as connection:
            assert await connection.fetchval(confined) == 0, role
