"""Movement files in the hands of several loaders at once: persons and rights are made once."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from tests.flow.paper_movements import AMC, NOW, OTHER_AMC, Office, line, office

from cloison.storage.database import Address, Database
from cloison.storage.keys_file import FileKeys

CALLERS = 4
PERSONS = 60


@pytest.fixture
async def callers(address: Address, tmp_path: Path) -> AsyncIterator[Sequence[Office]]:
    """Loaders side by side, with one spool and one source of keys."""
    keys = FileKeys(tmp_path / "keys", "for tests")
    async with AsyncExitStack() as stack:
        opened: list[Office] = []
        for _ in range(CALLERS):
            database = await stack.enter_async_context(Database(address))
            opened.append(await stack.enter_async_context(office(tmp_path, database, keys=keys)))
        yield opened


async def whole(callers: Sequence[Office], persons: int, coverages: int) -> None:
    """Each person is sealed and indexed once, and each right known once."""
    desk = callers[0]
    counts = [await desk.count(table) for table in ("vault.identity", "vault.batch_index", "vault.online_index")]
    assert counts == [persons, persons, 2 * persons]
    assert await desk.count("rights.coverage where known_to = 'infinity'") == coverages
    assert await desk.fetch("select sum(coverages)::int8 from rights.insurer") == [(coverages,)]


async def test_one_file_in_the_hands_of_many_loaders_is_loaded_once(callers: Sequence[Office]):
    path = callers[0].file([line(person) for person in range(PERSONS)])
    reports = await asyncio.gather(*[each.loader.load(path, NOW) for each in [*callers, *callers]])
    assert {report.state for report in reports} == {"loaded"}
    assert sum(not report.repeated for report in reports) == 1
    assert len({report.file for report in reports}) == 1
    await whole(callers, PERSONS, PERSONS)
    assert len(list((callers[0].folder / "spool").glob("*.sealed"))) == 1


async def test_files_of_one_insurer_about_the_same_persons_wait_for_each_other(callers: Sequence[Office]):
    """Four files create the same persons, each with a few more: whoever comes later finds them known."""
    files = [
        callers[0].file([line(person) for person in [*range(PERSONS), PERSONS + number]]) for number in range(CALLERS)
    ]
    reports = await asyncio.gather(*[each.loader.load(path, NOW) for each, path in zip(callers, files, strict=True)])
    assert {report.state for report in reports} == {"loaded"}
    assert sum(report.counts.added for report in reports) == PERSONS + CALLERS
    assert sum(report.counts.unchanged for report in reports) == (CALLERS - 1) * PERSONS
    await whole(callers, PERSONS + CALLERS, PERSONS + CALLERS)


async def test_files_of_two_insurers_are_loaded_side_by_side(callers: Sequence[Office]):
    other = [line(person, amc=OTHER_AMC) for person in range(PERSONS)]
    files = [
        callers[0].file([line(person) for person in range(PERSONS)]),
        callers[0].file(other, amc=OTHER_AMC),
        callers[0].file([line(person) for person in range(PERSONS, 2 * PERSONS)]),
        callers[0].file([line(person, amc=OTHER_AMC) for person in range(PERSONS, 2 * PERSONS)], amc=OTHER_AMC),
    ]
    reports = await asyncio.gather(*[each.loader.load(path, NOW) for each, path in zip(callers, files, strict=True)])
    assert {(report.amc, report.state) for report in reports} == {(AMC, "loaded"), (OTHER_AMC, "loaded")}
    assert [report.counts.added for report in reports] == [PERSONS] * 4
    await whole(callers, 4 * PERSONS, 4 * PERSONS)


async def test_a_file_resumed_while_it_is_loaded_again_is_loaded_once(callers: Sequence[Office]):
    path = callers[0].file([line(person) for person in range(PERSONS)])
    loads = [each.loader.load(path, NOW) for each in callers[:2]]
    resumed = [each.loader.resume(NOW) for each in callers[2:]]
    await asyncio.gather(*loads, *resumed)
    await whole(callers, PERSONS, PERSONS)
