"""Rights per second, end to end: from movement files to sealed persons, indexes, coverages and quarantine.

Draws the files of insurers of unequal size, loads them with the product's own loader into an embedded server of its
own, and prints the share of each stage beside the COPY ceiling of the same server: the same rows, ready made, into the
same tables without indexes or guards. The last line is one line of JSON.
"""

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import psutil

from cloison.gateways.files.movements import open_movements
from cloison.identifiers.nir import key_columns
from cloison.rights import insurers, loading_work
from cloison.rights.insurers import Insurer, Sold
from cloison.rights.loading import Loader
from cloison.rights.store_movements import merge
from cloison.rules import Domain, Formula
from cloison.rules.produits import Guarantee, Product
from cloison.storage import bulk
from cloison.storage.database import Address, Database, administer, locate
from cloison.storage.keys_file import FileKeys
from cloison.storage.migrate import migrate
from cloison.storage.spool import Spool

TARGET, AIM = 30_000, 60_000
NOW = datetime(2026, 11, 22, tzinfo=UTC)
HEADER = (
    b"mouvement;amc;adherent;contrat;produit;nir;date_naissance;rang_naissance;nom_naissance;nom_usage;prenoms;sexe;"
    b"qualite;ordre;date_debut;date_fin\n"
)
BAD_SHARE = 0.002
NAMES = ["MARTIN", "BERNARD", "LE GOFF", "DUVAL", "PETIT", "ÉTIENNE", "LEFÈVRE", "DE LA TOUR", "ROUX", "NGUYEN"]
FIRST_NAMES = ["ANNE", "JEAN", "MARIE CLAIRE", "PAUL", "LÉA", "KARIM", "INÈS", "HUGO", "CHLOÉ", "JOSÉ MARIA"]


def people(rng: np.random.Generator, count: int, amc: str) -> bytes:
    """The lines of one insurer: families of one to four under the NIR of one of them."""
    family = np.sort(rng.integers(0, max(1, count // 2), count))
    openers = int(family[-1]) + 1
    parts = [
        rng.integers(1, 3, openers), rng.integers(30, 99, openers), rng.integers(1, 13, openers),
        rng.integers(1, 96, openers), rng.integers(1, 500, openers), rng.integers(1, 1000, openers),
    ]  # fmt: skip
    numbers = zip(*(part.tolist() for part in parts), strict=True)
    nir13 = np.array([f"{a}{b:02}{c:02}{d:02}{e:03}{f:03}" for a, b, c, d, e, f in numbers], "S13")
    nir = np.char.add(nir13, key_columns(nir13))
    bad = rng.random(count) < BAD_SHARE
    born = rng.integers(1930, 2025, count) * 10_000 + rng.integers(1, 13, count) * 100 + rng.integers(1, 29, count)
    first = np.concatenate([[True], family[1:] != family[:-1]])
    rows = zip(
        family.tolist(), nir[family].tolist(), born.tolist(), rng.integers(0, 10, count).tolist(),
        rng.integers(0, 10, count).tolist(), first.tolist(), bad.tolist(), strict=True,
    )  # fmt: skip
    lines = [
        f"C;{amc};{who:010d};K{who:09d};{'NONE' if wrong else 'CONF2'};{number.decode()};{day};1;{NAMES[name]};;"
        f"{FIRST_NAMES[given]};{'F' if given % 2 else 'M'};{'A' if head else 'E'};1;2025-01-01;\n"
        for who, number, day, name, given, head, wrong in rows
    ]
    return HEADER + "".join(lines).encode()


def night(first_file: bytes) -> bytes:
    """A change of 1 % of the lines of a first file: half of them new names, half of them ends."""
    lines = first_file.split(b"\n")[1:-1][::100]
    changed: list[bytes] = []
    for at, line in enumerate(lines):
        cells = line.split(b";")
        if at % 2:
            cells[0], cells[15] = b"F", b"2026-12-31"
        else:
            cells[0], cells[9] = b"M", b"DUBOIS"
        changed.append(b";".join(cells))
    return HEADER + b"\n".join(changed) + b"\n"


class Stages:
    """Seconds spent in the database and in workers, by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def timed(self, name: str) -> Generator[None]:
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start

    def watch(self, owner: type, method: str, name: str) -> None:
        """Time every call of a coroutine method."""
        original = getattr(owner, method)

        async def timed(*arguments: object, **named: object) -> object:
            with self.timed(name):
                return await original(*arguments, **named)

        setattr(owner, method, timed)


def cpu_seconds(home: Path) -> tuple[float, float]:
    """Processor time so far of the database, and of this process with its workers: what a busy machine hides less."""
    postmaster = psutil.Process(int((home / "home" / "postgres" / "postmaster.pid").read_text().split()[0]))
    database = sum(postmaster.cpu_times()[:4])
    database += sum(sum(child.cpu_times()[:2]) for child in postmaster.children(recursive=True))
    workers = [child for child in psutil.Process().children() if "python" in child.name()]
    return database, sum(psutil.Process().cpu_times()[:2]) + sum(sum(child.cpu_times()[:2]) for child in workers)


async def ceiling(address: Address, rows: int) -> float:
    """Rows per second of binary COPY alone, into tables of the same shape without an index."""
    connection = await administer(address)
    try:
        await connection.execute(
            """create table public.c1 (like vault.identity); create table public.c2 (like vault.online_index);
               create table public.c3 (like vault.batch_index); create table public.c4 (like rights.coverage)"""
        )
        person = np.frombuffer(np.random.default_rng(1).bytes(16 * rows), np.uint8).reshape(rows, 16)
        one, number = np.ones(rows, np.int32), np.arange(rows, dtype=np.int64)
        day = np.full(rows, np.datetime64("2025-01-01", "D"))
        instant = np.zeros(rows, np.int64)
        short = one.astype(np.int16)
        dek, sealed = np.zeros((rows, 63), np.uint8), np.zeros((rows, 285), np.uint8)
        messages = {
            "c1": [person, one, short, number, dek, sealed, instant],
            "c2": [person, one, person],
            "c3": [person, number, one, person],
            "c4": [number, one, person, person, one, short, short, day, day, instant, instant, one, one],
        }
        ready = {table: b"".join(bulk.binary_copy(columns)) for table, columns in messages.items()}
        start = time.perf_counter()
        async with connection.transaction():
            for table in ("c1", "c2", "c2", "c3", "c4"):
                await merge.send(connection, "public", table, columns_of(table), ready[table])
        return rows / (time.perf_counter() - start)
    finally:
        await connection.close()


COVERAGE = (
    "coverage", "tenant", "person", "contract", "product", "quality", "ordre", "valid_from", "valid_to", "known_from",
    "known_to", "file_in", "file_out",
)  # fmt: skip


def columns_of(table: str) -> tuple[str, ...]:
    return {
        "c1": (*loading_work.IDENTITY, "written_at"),
        "c2": loading_work.ONLINE_INDEX,
        "c3": loading_work.BATCH_INDEX,
        "c4": COVERAGE,
    }[table]


STAGES = (
    (merge.Merge, "stage", "stage (COPY)"),
    (merge.Merge, "resolve", "compare (SQL)"),
    (merge.Merge, "todo", "todo (SQL)"),
    (merge.Merge, "apply", "coverages (SQL)"),
    (merge.VaultWriter, "index", "indexes (COPY)"),
    (merge.VaultWriter, "identities", "identities (COPY)"),
    (merge.Merge, "quarantine", "quarantine (COPY)"),
)


async def run(home: Path, address: Address, count: int, files: int, together: int) -> dict[str, object]:
    """Load `count` rights in so many files, so many at a time."""
    rng = np.random.default_rng(20261122)
    shares = 1 / (np.arange(files) + 3.0)
    shares /= shares.sum()
    amcs = [f"75{number:06d}" for number in range(1, files + 1)]
    rows = (Guarantee(Domain.MED, Formula.TM, 10_000, start=NOW.date()),)
    product = Sold(Product("CONF2", "Confort", True, rows), "CLOISON", "")
    paths: list[Path] = []
    for amc, share in zip(amcs, shares, strict=True):
        paths.append(home / f"mvt_{amc}_20261122_001.csv")
        paths[-1].write_bytes(people(rng, int(count * share), amc))
    keys = FileKeys(home / "keys", "for a bench")
    stages = Stages()
    for owner, method, name in STAGES:
        stages.watch(owner, method, name)
    async with Database(address) as database:
        spool = Spool(home / "spool", keys.open())
        await insurers.load(database, keys.open(), [Insurer(amc, amc, "", "", (product,)) for amc in amcs], "bench")
        async with Loader(database, keys, spool, open_movements, together=together) as loader:
            await loader.warm()
            before = cpu_seconds(home)
            start = time.perf_counter()
            reports = await loader.load_all(paths, NOW)
            seconds = time.perf_counter() - start
            after = cpu_seconds(home)
            assert all(report.state == "loaded" for report in reports)
            lines = sum(report.counts.lines for report in reports)
            staged = dict(stages.seconds)
            nights = [path.with_name(path.name.replace("_001", "_002")) for path in paths]
            for path, later in zip(paths, nights, strict=True):
                later.write_bytes(night(path.read_bytes()))
            start = time.perf_counter()
            changed = await loader.load_all(nights, NOW)
            night_seconds = time.perf_counter() - start
            start = time.perf_counter()
            again = await loader.load(paths[0], NOW)
            assert again.repeated
            repeat = time.perf_counter() - start
    print(f"{lines:,} rights of {files} insurers in {seconds:.1f} s, {together} files at a time, 2 worker processes")
    for name, spent in sorted(staged.items(), key=lambda item: -item[1]):
        share = 100 * spent / seconds
        print(f"  {name:20} {spent:7.1f} s   {share:5.1f} % of the wall, {1e6 * spent / lines:6.2f} us a right")
    database_cpu, own_cpu = (1e6 * (end - begin) / lines for begin, end in zip(before, after, strict=True))
    print(
        f"  processor time: database {database_cpu:.1f} us a right, reading and sealing {own_cpu:.1f} us a right; "
        f"two free cores would give at most {2e6 / (database_cpu + own_cpu):,.0f} rights/s"
    )
    night_lines = sum(report.counts.amended + report.counts.ended for report in changed)
    print(f"  a night that changes {night_lines:,} of them: {night_seconds:.2f} s")
    print(f"  the same file again: {1000 * repeat:.0f} ms, nothing done")
    return {"lines": lines, "seconds": seconds}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="under 45 seconds")
    parser.add_argument("--rights", type=int, default=2_000_000)
    parser.add_argument("--files", type=int, default=16)
    parser.add_argument("--together", type=int, default=4)
    arguments = parser.parse_args()
    count = 300_000 if arguments.quick else arguments.rights
    with tempfile.TemporaryDirectory(prefix="cloison-bench-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        home.chmod(0o755)
        address = locate(home / "home")
        asyncio.run(migrate(address))
        found = asyncio.run(run(home, address, count, arguments.files, arguments.together))
        top = asyncio.run(ceiling(address, 100_000))
    value = found["lines"] / found["seconds"]  # type: ignore[operator]
    print(f"  COPY ceiling of this server, same rows, no index, no cryptography: {top:,.0f} rights/s")
    print(
        json.dumps(
            {
                "figure": "load",
                "value": round(value),
                "unit": "rights/s",
                "against": f"binary COPY of the same rows: {top:.0f}/s",
                "ratio": round(value / top, 3),
                "target": TARGET,
                "met": value >= TARGET,
            }
        )
    )


if __name__ == "__main__":
    main()
