"""A load killed with SIGKILL before any of its database calls, then done again: as if nothing had happened."""

import asyncio
import os
import random
import signal
from collections.abc import Awaitable, Callable
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tests.flow.paper_movements import NOW, Office, insurer, line, office

from cloison.rights import insurers
from cloison.storage.database import Address, Database

FIRST = [line(person) for person in range(1, 13)]
SECOND = [
    line(1, mouvement="M", produit="ESS1", date_debut="2026-03-01"),
    line(1, mouvement="F", date_fin="2026-10-31"),
    line(2, mouvement="M", nom_usage="LE GOFF"),
    line(3, adherent="NEW3", contrat="K3BIS"),
    line(4, nir="1"),
    line(5, date_debut="2026-02-01"),
    *(line(person) for person in range(20, 26)),
    line(20, contrat="SECOND", ordre="2"),
]
CALLS = ("execute", "executemany", "fetch", "fetchrow", "fetchval", "copy_to_table", "copy_from_query")

STATE = """
select p.code, c.quality, c.ordre, c.valid_from::text, c.valid_to::text, c.known_to = 'infinity', f.name,
       c.file_out > 0,
       (select count(*) from vault.online_index o where o.person = c.person),
       (select count(*) from vault.batch_index b where b.person = c.person),
       (select count(*) from vault.identity i where i.person = c.person)
from rights.coverage c join rights.product p using (product) join rights.movement_file f on f.file = c.file_in
where c.tenant = $1 order by 1, 2, 3, 4, 5, 6, 7, 8, 9
"""
# A line that only brings a new name is written to the vault before the coverages are merged: done again after a kill,
# it finds the name already there and is counted as unchanged. What is known is the same: the two counts are added up.
REST = """
select i.coverages,
       (select count(*) from vault.identity v where v.tenant = i.tenant),
       (select count(*) from vault.online_index v where v.tenant = i.tenant),
       (select count(*) from vault.batch_index v where v.tenant = i.tenant),
       (select count(*) from vault.online_index o where o.tenant = i.tenant
            and not exists (select from vault.identity v where v.person = o.person)),
       (select string_agg(f.name || ' ' || f.state || ' ' || f.added || ' ' || f.amended + f.unchanged || ' ' || f.ended
                          || ' ' || f.quarantined, ', ' order by f.file)
            from rights.movement_file f where f.tenant = i.tenant),
       (select string_agg(q.line || ' ' || q.reason, ', ' order by q.line)
            from rights.quarantine q join rights.movement_file f using (file) where f.tenant = i.tenant)
from rights.insurer i where i.tenant = $1
"""


def files(desk: Office, amc: str) -> list[Path]:
    """Both files of a new insurer, under names that do not say which."""
    paths: list[Path] = []
    for number, lines in enumerate((FIRST, SECOND), 1):
        content = desk.file([{**row, "amc": amc} for row in lines], amc)
        paths.append(content.rename(desk.folder / f"{amc}-{number}.csv"))
    return paths


async def state_of(desk: Office, amc: str) -> list[Any]:
    [(tenant,)] = await desk.fetch("select tenant from rights.insurer where amc = $1", amc)
    found = await desk.fetch(STATE, tenant), await desk.fetch(REST, tenant)
    return [str(part).replace(amc, "AMC") for part in found]


def die_before(call: int, address: Address, folder: str, path: str) -> None:
    """In a process of its own: load a file, and die just before so many calls to the database."""
    left = call

    def dying(original: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def called(*arguments: Any, **named: Any) -> Any:
            nonlocal left
            left -= 1
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)
            return await original(*arguments, **named)

        return called

    async def work() -> None:
        async with Database(address) as database, office(Path(folder), database) as desk:
            for name in CALLS:
                setattr(asyncpg.Connection, name, dying(getattr(asyncpg.Connection, name)))
            await desk.loader.load(Path(path), NOW)

    asyncio.run(work())


async def killed_everywhere(tmp_path: Path, address: Address, choose: Callable[[range], list[int]]) -> int:
    """Kill a load at the chosen calls; each time, load again and compare. Gives how many calls a load makes."""
    processes = get_context("forkserver")
    processes.set_forkserver_preload(["tests.flow.paper_movements", "cloison.rights.loading"])
    async with Database(address) as database, office(tmp_path, database) as desk:

        async def prepared(number: int) -> tuple[str, list[Path]]:
            amc = f"9{number:05d}"
            await insurers.load(database, desk.keys.open(), [insurer(amc)], "insurers.json")
            await desk.fetch("update rights.insurer set ended_share_max_bp = 10000 where amc = $1", amc)
            paths = files(desk, amc)
            assert (await desk.loader.load(paths[0], NOW)).counts.added == len(FIRST)
            return amc, paths

        async def killed(call: int, path: Path) -> bool:
            child = processes.Process(target=die_before, args=(call, address, str(tmp_path), str(path)))
            child.start()
            await asyncio.to_thread(child.join)
            assert child.exitcode in (0, -signal.SIGKILL)
            return child.exitcode != 0

        amc, paths = await prepared(0)
        report = await desk.loader.load(paths[1], NOW)
        assert (report.state, report.counts.quarantined) == ("loaded", 2)
        expected = await state_of(desk, amc)

        last = 64
        amc, paths = await prepared(1)
        while await killed(last, paths[1]):
            last *= 2
        assert await state_of(desk, amc) == expected
        for number, call in enumerate(choose(range(1, last)), 2):
            amc, paths = await prepared(number)
            if not await killed(call, paths[1]):
                last = min(last, call)
            await desk.loader.resume(NOW)
            again = await desk.loader.load(paths[1], NOW)
            assert again.state == "loaded", again
            assert await state_of(desk, amc) == expected, f"killed before call {call}"
        return last


async def test_a_load_killed_at_random_calls_and_done_again_gives_the_same_state(tmp_path: Path, address: Address):
    random_calls = random.Random(20261122)
    await killed_everywhere(tmp_path, address, lambda calls: sorted(random_calls.sample(calls, 8)))


@pytest.mark.slow
async def test_a_load_killed_at_every_call_and_done_again_gives_the_same_state(tmp_path: Path, address: Address):
    assert await killed_everywhere(tmp_path, address, list) > 30
