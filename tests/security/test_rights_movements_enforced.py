"""What the database itself holds about rights, whoever writes: no overlap, no erasure, one closing, least privilege."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from tests.flow.paper_movements import NOW, Office, line, office

from cloison.storage.database import Database, administer
from cloison.storage.roles import CHANNELS, Role

INSERT = """insert into rights.coverage (tenant, person, contract, product, quality, ordre, valid_from, valid_to,
                                         known_from, file_in) values (1, $1, $2, 1, 1, 1, $3, $4, $5, 1)"""
FORBIDDEN = (
    "delete from rights.coverage",
    "truncate rights.coverage",
    "update rights.coverage set valid_to = 'infinity'",
    "update rights.coverage set product = 2",
    "update rights.coverage set known_to = 'infinity', file_out = 0 where known_to < 'infinity'",
    "update rights.coverage set known_to = now() + interval '1 day' where known_to < 'infinity'",
    "update rights.coverage set known_to = now() where known_to = 'infinity'",
    "delete from rights.movement_file",
    "update rights.movement_file set state = 'received'",
    "update rights.movement_file set state = 'checked'",
    "update rights.movement_file set sha256 = ''",
    "update rights.quarantine set state = 'open', line = 9",
    "update rights.quarantine set reason = 1",
)
SECRET_TABLES = ("vault.identity", "vault.online_index", "vault.batch_index", "rights.coverage", "rights.quarantine")


@pytest.fixture
async def desk(tmp_path: Path, database: Database) -> AsyncIterator[Office]:
    async with office(tmp_path, database) as opened:
        yield opened


async def test_two_coverages_of_one_contract_cannot_overlap(desk: Office):
    person, contract = uuid4(), uuid4()
    async with desk.database.session(Role.RIGHTS) as connection:
        await connection.execute(INSERT, person, contract, date(2026, 1, 1), date(2026, 7, 1), NOW)
        await connection.execute(INSERT, person, contract, date(2026, 7, 1), date(2027, 1, 1), NOW)
        await connection.execute(INSERT, person, uuid4(), date(2026, 1, 1), date(2027, 1, 1), NOW)
        with pytest.raises(asyncpg.ExclusionViolationError):
            await connection.execute(INSERT, person, contract, date(2026, 6, 30), date(2026, 8, 1), NOW)


async def test_two_coverages_written_at_the_same_time_cannot_overlap(desk: Office):
    """Ten writers, one contract: exactly one coverage is kept, every time."""
    for _ in range(10):
        person, contract = uuid4(), uuid4()

        async def write(day: int, person: object = person, contract: object = contract) -> bool:
            try:
                async with desk.database.session(Role.RIGHTS) as connection, connection.transaction():
                    await connection.execute(INSERT, person, contract, date(2026, 1, day), date(2026, 7, 1), NOW)
                    await asyncio.sleep(0.001 * day)
            except asyncpg.ExclusionViolationError:
                return False
            return True

        assert sum(await asyncio.gather(*(write(day) for day in range(1, 8)))) == 1


async def test_a_writer_that_would_not_see_others_is_refused(desk: Office):
    for isolation in ("repeatable read", "serializable"):
        async with desk.database.session(Role.RIGHTS) as connection:
            await connection.execute(f"begin isolation level {isolation}")
            with pytest.raises(asyncpg.RestrictViolationError):
                await connection.execute(INSERT, uuid4(), uuid4(), date(2026, 1, 1), date(2026, 7, 1), NOW)
            await connection.execute("rollback")


async def test_what_was_known_is_never_changed_even_by_the_administrator(desk: Office):
    await desk.load([line(1), line(2), line(3, nir="1")])
    await desk.loaded(line(1, mouvement="F", date_fin="2026-06-30"))
    connection = await administer(desk.database.address)
    try:
        before = await connection.fetch("select * from rights.coverage order by 1")
        for statement in FORBIDDEN:
            with pytest.raises((asyncpg.RestrictViolationError, asyncpg.CheckViolationError)):
                await connection.execute(statement)
        assert before == await connection.fetch("select * from rights.coverage order by 1")
    finally:
        await connection.close()


async def test_the_loader_cannot_read_back_what_it_sealed(desk: Office):
    await desk.loaded(line(1))
    async with desk.database.session(Role.RIGHTS) as connection:
        for query in ("select sealed from vault.identity", "select * from vault.identity"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.fetch(query)
        for statement in ("delete from vault.identity", "update vault.identity set person = gen_random_uuid()"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)


async def test_no_channel_reads_the_vault_the_coverages_or_the_quarantine(desk: Office):
    await desk.load([line(1), line(2, nir="1")])
    for role in (*CHANNELS, Role.CLAIMS):
        async with desk.database.session(role) as connection:
            for table in SECRET_TABLES:
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await connection.fetch(f"select 1 from {table}")
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute("select vault.shred(array[]::uuid[])")


async def test_a_shredded_person_is_found_no_more_and_opens_no_more(desk: Office):
    await desk.loaded(line(1), line(2))
    async with desk.database.session(Role.RIGHTS) as connection:
        [person, other] = [row["person"] for row in await connection.fetch("select person from vault.identity")]
        assert await connection.fetchval("select vault.shred(array[$1]::uuid[])", person) == 1
        assert await connection.fetchval("select vault.shred(array[$1]::uuid[])", person) == 0
        assert [row[0] for row in await connection.fetch("select distinct person from vault.online_index")] == [other]
        assert [row[0] for row in await connection.fetch("select person from vault.batch_index")] == [other]
        assert await connection.fetchval("select count(*) from rights.coverage") == 2
    connection = await administer(desk.database.address)
    try:
        [row] = await connection.fetch("select dek, sealed from vault.identity where person = $1", person)
        assert (row["dek"], row["sealed"]) == (None, b"")
    finally:
        await connection.close()


async def test_two_loads_of_the_same_file_at_the_same_time_load_it_once(desk: Office):
    path = desk.file([line(person) for person in range(1, 200)])
    reports = await asyncio.gather(*(desk.loader.load(path, NOW) for _ in range(4)))

    assert len({report.file for report in reports}) == 1
    assert sum(not report.repeated for report in reports) == 1
    assert (await desk.count("rights.coverage"), await desk.count("vault.identity")) == (199, 199)
    assert await desk.count("vault.online_index") == 398


async def test_two_files_of_one_insurer_at_the_same_time_agree_on_persons(desk: Office):
    """The same persons, created by one file and amended or repeated by others: one pseudonym each."""
    files = [desk.file([line(person, contrat=f"K{which}{person}") for person in range(1, 100)]) for which in range(4)]
    reports = await asyncio.gather(*(desk.loader.load(path, NOW) for path in files))

    assert [report.counts.added for report in reports] == [99] * 4
    assert await desk.count("vault.identity") == 99
    assert await desk.fetch("select count(*), count(distinct person) from rights.coverage") == [(396, 99)]
