"""The database server killed under a running command: started again, it holds what was committed; the day goes on."""

import asyncio
import os
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.flow import crash, picture
from tests.flow.crash import Nation
from tests.flow.mortal import NEVER, Doom, Reaper, Step, reaper

from cloison.storage.database import Address, administer, locate
from cloison.storage.migrate import migrate

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("crash_server"),
    pytest.mark.skipif(os.environ.get("CLOISON_TEST_DATABASE_URL") is not None, reason="about the embedded server"),
]


@pytest.fixture(scope="module")
def ends() -> Iterator[Reaper]:
    with reaper() as each:
        yield each


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A home with a server that only these tests use, and kill."""
    with tempfile.TemporaryDirectory(prefix="cloison-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture(scope="module")
def template(home: Path) -> Address:
    locate(home)
    with (home / "postgres" / "postgresql.conf").open("a") as settings:
        settings.write("fsync = off\n")  # processes are killed here, not the machine
    address = locate(home).named("cloison_template")
    asyncio.run(migrate(address))
    return address


@pytest.fixture(scope="module")
async def nation(home: Path, template: Address, ends: Reaper) -> Nation:
    return await crash.found(template, home / "nation", ends, persons=200)


@pytest.mark.parametrize("victim", ["server", "backend"])
async def test_it_goes_on_where_the_server_was_killed(nation: Nation, ends: Reaper, home: Path, victim: str):
    scene = replace(await nation.life(nation.loaded), server=home / "postgres")
    # The copy of a database holds its sequences as they were; without this, PostgreSQL would replay them as they were.
    owner = await administer(scene.address)
    await owner.execute("checkpoint")
    await owner.close()
    fallen = 0
    steps = [*nation.decide_steps(), Step("pay"), Step("returns")]
    for step, part in zip(steps, (0.0, 0.4, 0.6, 0.0), strict=True):
        blow = int(part * nation.quiet[str(step)].effects)
        if blow:
            end = ends.live(scene, step, Doom(effect=blow, prompt=False, victim=victim))
            fallen += end.killed
            assert not end.failure or end.failure.startswith("Unavailable"), f"{step}: {end.failure}"
            await asyncio.to_thread(locate, home)
        assert ends.live(scene, step, NEVER).failure == ""
    assert fallen > 0
    shown = await crash.shown(scene, picture.CLAIMS)
    assert picture.differences(shown, nation.claims) == []
    assert picture.differences(await crash.shown(scene, picture.PAYMENTS), nation.payments) == []
    labels = picture.instructions(scene.orders)
    assert max(labels.values()) == 1
    await crash.buried(nation, scene)
