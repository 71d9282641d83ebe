"""Processes killed while they load, decide and pay: run again, the day ends as if nothing had happened.

A dozen blows; two hundred and more are in `bench/crash.py`.
"""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from tests.flow import crash
from tests.flow.crash import Nation
from tests.flow.mortal import NEVER, Doom, Reaper, Step, reaper

from cloison.storage.database import Address

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("crash_kills")]
KILLS_LOADING, KILLS_DECIDING = 4, 8


@pytest.fixture(scope="module")
def ends() -> Iterator[Reaper]:
    with reaper() as each:
        yield each


@pytest.fixture(scope="module")
async def nation(template: Address, tmp_path_factory: pytest.TempPathFactory, ends: Reaper) -> Nation:
    folder: Path = tmp_path_factory.mktemp("crash")
    return await crash.found(template, folder, ends)


async def test_it_loads_the_same_rights_however_often_it_is_killed(nation: Nation, ends: Reaper):
    toll = await crash.loading(nation, ends, Random(1), KILLS_LOADING)
    assert toll.wrong == []
    assert toll.kills.total() == KILLS_LOADING


async def test_it_decides_and_pays_once_however_often_it_is_killed(nation: Nation, ends: Reaper):
    toll = await crash.deciding_and_paying(nation, ends, Random(2), KILLS_DECIDING)
    assert toll.wrong == []
    assert toll.kills.total() >= KILLS_DECIDING - 2
    assert ends.orphans == []


async def test_worker_processes_end_with_the_process_that_started_them(nation: Nation, ends: Reaper):
    scene = await nation.life(nation.loaded)
    receive, decide = nation.decide_steps(workers=2)
    assert ends.live(scene, receive, NEVER).failure == ""
    for seconds in (0.5, 1.5):
        ends.live(scene, decide, Doom(after=seconds))
    assert ends.orphans == []
    assert ends.live(scene, Step("decide", workers=2), NEVER).failure == ""
    assert await crash.decided_as_in_peace(nation, scene) == []
    await crash.buried(nation, scene)
