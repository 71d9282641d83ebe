"""Kill -9 at random points of loading, settling and paying, 200 times: run again, the day ends as it would have.

Each life copies a home and its database, then takes the commands of a day one after the other. A command is killed
after a random time or right at a statement to the database, alone or with its worker processes, then run again.
Afterwards its rights, decisions, dues, payments and disclosures are compared with those of a day that nobody disturbed.
The last line is one line of JSON.
"""

import argparse
import asyncio
import atexit
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.flow import crash
from tests.flow.mortal import reaper

from cloison.storage.database import Address, locate
from cloison.storage.migrate import migrate

KILLS, KILLS_QUICK = 200, 12
LOADING, DECIDING, WORKERS = 12, 18, 6
WORKERS_EVERY = 4


async def run(template: Address, folder: Path, kills: int, seed: int) -> tuple[crash.Toll, int]:
    """Live until so many kills have landed; returns what they did and how many lives it took."""
    rng, toll, lives = Random(seed), crash.Toll(), 0
    with reaper() as ends:
        nation = await crash.found(template, folder, ends)
        while toll.kills.total() < kills:
            left = kills - toll.kills.total()
            toll.add(await crash.loading(nation, ends, rng, min(LOADING, left // 3 + 1)))
            toll.add(await crash.deciding_and_paying(nation, ends, rng, min(DECIDING, 2 * left // 3 + 1)))
            lives += 2
            if kills > KILLS_QUICK and lives % WORKERS_EVERY == 0:
                toll.add(await crash.loading(nation, ends, rng, WORKERS, workers=2))
                toll.add(await crash.deciding_and_paying(nation, ends, rng, WORKERS, workers=2))
                lives += 2
            print(f"  {toll.kills.total():4} kills in {lives} lives, {len(toll.wrong)} wrong", flush=True)
        toll.wrong += ends.orphans
    return toll, lives


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="under 45 seconds")
    parser.add_argument("--kills", type=int)
    parser.add_argument("--seed", type=int, default=20261122)
    arguments = parser.parse_args()
    target = arguments.kills or (KILLS_QUICK if arguments.quick else KILLS)
    started = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="cloison-crash-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)  # runs after the server has stopped
    folder.chmod(0o755)
    address = locate(folder / "server").named("cloison_crash")
    asyncio.run(migrate(address))
    toll, lives = asyncio.run(run(address, folder, target, arguments.seed))
    by_step = ", ".join(f"{verb} {count}" for verb, count in toll.kills.most_common())
    print(f"{toll.kills.total()} kills ({by_step}), {toll.late} came too late, {time.monotonic() - started:.0f} s")
    for wrong in toll.wrong:
        print(f"  wrong: {wrong}")
    print(
        json.dumps(
            {
                "figure": "crash",
                "value": toll.kills.total(),
                "unit": "kills survived",
                "against": f"{lives} days, each compared with an undisturbed one: {len(toll.wrong)} differences",
                "ratio": 1.0 if not toll.wrong else 0.0,
                "target": target,
                "met": toll.kills.total() >= target and not toll.wrong,
            }
        )
    )


if __name__ == "__main__":
    main()
