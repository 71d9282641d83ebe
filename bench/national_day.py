"""A national working day on one machine: 345,000 invoices from B2 files to decisions, ledger, SEPA orders and NOEMIE.

    python bench/national_day.py [--quick] [--persons N]

One million insured persons are loaded first, by the product's own loader. The day is timed from the files at the door
to the last return on disk, with two worker processes. Beside it, in the same run: the COPY ceiling of the same server
(the rows that the day writes, ready made, into tables without indexes or guards), the share of each stage, the memory
of all processes, the cost per invoice on 10,000 invoices against the whole, and SQL statements per invoice.
"""

import argparse
import asyncio
import inspect
import json
import shutil
import tempfile
import threading
import time
from collections import Counter
from collections.abc import AsyncGenerator, Generator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, date, datetime
from importlib import import_module
from io import BytesIO
from pathlib import Path

from cloison.claims import ceilings, store
from cloison.gateways.files import b2
from cloison.ops import claim_files, claims, payments, returns, rights
from cloison.ops import house as houses
from cloison.ops.config import Settings
from cloison.ops.house import House
from cloison.storage.database import Address, Connection, Database, administer
from cloison.storage.migrate import migrate
from cloison.storage.roles import Role
from cloison.world.build import Manifest, build

settle = import_module("cloison.claims.settle")
TARGET, AIM = 5_750, 11_500
DAY, PAY_DAY = date(2026, 11, 20), date(2026, 11, 23)
NOW = datetime(2026, 11, 20, 6, tzinfo=UTC)
SMALL = 10_000
SAMPLE = 100_000
MEMORY_MAX_GB = 6.0
STATEMENTS_MAX = 0.05


class Clock:
    """Seconds by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def timed(self, name: str) -> Generator[None]:
        start = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start

    def watch(self, owner: object, name: str, stage: str) -> None:
        """Time every call of a function or coroutine of a module."""
        original = getattr(owner, name)
        if inspect.iscoroutinefunction(original):

            async def timed_async(*arguments: object, **named: object) -> object:
                with self.timed(stage):
                    return await original(*arguments, **named)

            setattr(owner, name, timed_async)
        else:

            def timed(*arguments: object, **named: object) -> object:
                with self.timed(stage):
                    return original(*arguments, **named)

            setattr(owner, name, timed)


class Counting(Database):
    """Counts the statements that reach the server."""

    def __init__(self, address: Address) -> None:
        super().__init__(address)
        self.statements = Counter[str]()

    @asynccontextmanager
    async def session(self, role: Role) -> AsyncGenerator[Connection]:
        async with super().session(role) as connection:
            connection.add_query_logger(self._count)
            try:
                yield connection
            finally:
                connection.remove_query_logger(self._count)

    def _count(self, record: object) -> None:
        self.statements[str(getattr(record, "query", ""))[:40]] += 1


class Memory(threading.Thread):
    """The largest sum of memory (PSS) of this process, its workers and the embedded server, sampled."""

    def __init__(self, home: Path) -> None:
        super().__init__(daemon=True)
        self.home, self.peak_kb, self.done = str(home), 0, threading.Event()

    def run(self) -> None:
        while not self.done.wait(0.5):
            self.peak_kb = max(self.peak_kb, sum(self._mine()))

    def _mine(self) -> Iterator[int]:
        for process in Path("/proc").glob("[0-9]*"):
            try:
                command = (process / "cmdline").read_bytes()
                if b"national_day" in command or b"multiprocessing" in command or command.startswith(b"postgres"):
                    rollup = (process / "smaps_rollup").read_text()
                    yield next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
            except (OSError, StopIteration):
                continue


async def load(house: House, world: Manifest) -> float:
    """Insurers, practices and the first day of movements; returns rights per second."""
    await migrate(house.address)
    first = [path for path in world.movements if path.stem.endswith("001") and "20261118" in path.name]
    async with house.database() as database:
        await rights.load_insurers(house, database, world.insurers_file)
        await rights.load_practices(house, database, world.practices)
        start = time.perf_counter()
        reports = await rights.process(house, database, "load", first, NOW)
        lines = sum(report.counts.lines for report in reports)
    seconds = time.perf_counter() - start
    print(f"{lines:,} rights of {len(first)} insurers loaded in {seconds:.1f} s ({lines / seconds:,.0f}/s)")
    return lines / seconds


def small_files(world: Manifest, folder: Path, count: int) -> list[Path]:
    """About `count` invoices of the day, some of each file, as files of their own."""
    folder.mkdir(parents=True)
    surveys = [b2.survey(path) for path in world.b2 if "renvoi" not in path.name]  # a handful of invoices each
    total = sum(each.invoice_count for each in surveys)
    for each in surveys:
        share = each.invoice_first[: each.invoice_count * count // total]
        if len(share):
            b2.write_rejected(folder / each.path.name, each, share)
    return sorted(folder.glob("*.b2"))


async def small_day(house: House, files: list[Path]) -> tuple[float, float, int]:
    """A small day in one process, watched: invoices per second, statements per invoice, invoices."""
    clock = Clock()
    for owner, name, stage in (
        (settle, "triage", "triage"), (settle, "read_rights", "reserve and reveal"),
        (settle, "covered_lines", "eligibility"),
        (settle, "bind", "promises"), (settle, "same_care", "same care"), (ceilings.Ceilings, "locked", "ceilings"),
        (settle, "acts_of", "acts"), (settle, "price", "price"), (settle, "adjudicate", "adjudicate"),
        (settle, "record_dues", "ledger"), (settle, "settle_disclosure", "settle disclosures"),
        (store, "record", "record"), (store, "received_before", "received before"),
        (claim_files, "batch_of", "translate"),
    ):  # fmt: skip
        clock.watch(owner, name, stage)
    database = Counting(house.address)
    async with database:
        start = time.perf_counter()
        arrivals = await claims.receive(house, database, files)
        await claims.decide(house, database, DAY, workers=1)
        seconds = time.perf_counter() - start
    invoices = sum(arrival.invoices for arrival in arrivals)
    print(f"{invoices:,} invoices in one process: {invoices / seconds:,.0f}/s; inside a decision:")
    for stage, spent in sorted(clock.seconds.items(), key=lambda item: -item[1]):
        print(f"  {stage:20} {spent:7.2f} s  {1e6 * spent / invoices:7.1f} us an invoice")
    return invoices / seconds, sum(database.statements.values()) / invoices, invoices


async def whole_day(house: House, world: Manifest, out: Path) -> tuple[float, int, Clock]:
    """The day itself: seconds, invoices, and the time of each stage."""
    clock = Clock()
    start = time.perf_counter()
    async with house.database() as database:
        with clock.timed("receive (seal, survey)"):
            arrivals = await claims.receive(house, database, world.b2)
        with clock.timed("decide (2 processes)"):
            await claims.decide(house, database, DAY, workers=2)
        with clock.timed("payments and SEPA orders"):
            paid = await payments.pay(house, database, PAY_DAY, 1, out / "orders")
        with clock.timed("NOEMIE returns"):
            written = await returns.write(database, paid.run.run, out / "noemie", PAY_DAY)
    seconds = time.perf_counter() - start
    invoices = sum(arrival.invoices for arrival in arrivals)
    print(
        f"{invoices:,} invoices, {paid.run.payments:,} transfers in {len(paid.files)} orders, "
        f"{written.files:,} returns in {seconds:.1f} s"
    )
    for stage, spent in clock.seconds.items():
        print(f"  {stage:26} {spent:7.1f} s  {100 * spent / seconds:5.1f} %")
    return seconds, invoices, clock


async def copy_ceiling(address: Address, invoices: int) -> float:
    """Invoices per second if the server only copied the rows that a day writes: no index, no guard, one connection."""
    tables = {
        "disclosure.entry": 1, "disclosure.settlement": 1, "claims.invoice": 1, "claims.line": 3,
        "claims.decision": 1, "claims.line_decision": 3, "payments.transfer": 1,
    }  # fmt: skip
    connection = await administer(address)
    try:
        seconds = 0.0
        for table, times in tables.items():
            ready = BytesIO()
            query = f"select * from {table} limit {SAMPLE}"
            status = await connection.copy_from_query(query, output=ready, format="binary")
            rows = int(status.split()[-1])
            copy = table.replace(".", "_")
            await connection.execute(f"create table public.{copy} (like {table})")
            start = time.perf_counter()
            ready.seek(0)
            await connection.copy_to_table(copy, schema_name="public", source=ready, format="binary")
            seconds += (time.perf_counter() - start) * invoices * times / rows
        return invoices / seconds
    finally:
        await connection.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="under 45 seconds: 60,000 persons")
    parser.add_argument("--persons", type=int, default=1_000_000)
    arguments = parser.parse_args()
    persons = 60_000 if arguments.quick else arguments.persons
    folder = Path(tempfile.mkdtemp(prefix="cloison-bench-"))
    folder.chmod(0o755)  # the embedded server has a user of its own
    try:
        measure(folder, persons)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def measure(folder: Path, persons: int) -> None:
    """Build, load, live the day, and print the figures."""
    world = build(persons, folder / "world", seed=7, day=DAY, processes=2)
    house = houses.opened(Settings(home=folder / "home"))
    asyncio.run(load(house, world))
    memory = Memory(folder)
    memory.start()
    seconds, invoices, _ = asyncio.run(whole_day(house, world, folder / "out"))
    memory.done.set()
    ceiling = asyncio.run(copy_ceiling(house.address, invoices))
    other = houses.opened(Settings(home=folder / "home"), house.address.named("small"))
    asyncio.run(load(other, world))
    count = min(SMALL, invoices // 4)
    small_rate, statements, small = asyncio.run(small_day(other, small_files(world, folder / "small", count)))
    rate = invoices / seconds
    print(
        f"COPY ceiling of this server for the same rows: {ceiling:,.0f} invoices/s; we reach {rate / ceiling:.2f} of it"
    )
    print(f"memory of all processes at most {memory.peak_kb / 2**20:.2f} GB (limit {MEMORY_MAX_GB})")
    print(
        f"{small:,} invoices in one process {small_rate:,.0f}/s; "
        f"statements per invoice {statements:.4f} (limit {STATEMENTS_MAX})"
    )
    print(
        json.dumps(
            {
                "figure": "national_day",
                "value": round(rate),
                "unit": "invoices/s on 2 cores",
                "against": f"COPY ceiling of the same server, {round(ceiling)} invoices/s",
                "ratio": round(rate / ceiling, 3),
                "target": TARGET,
                "met": rate >= TARGET and memory.peak_kb / 2**20 < MEMORY_MAX_GB and statements < STATEMENTS_MAX,
            }
        )
    )


if __name__ == "__main__":
    main()
