"""Files of invoices, from the folder where they arrive to their decisions; in one process or in several."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

from cloison.claims import ClaimBatch, Office, Settlement, correct, intake, settle, store
from cloison.claims.claim import RESUBMITTED
from cloison.claims.refusals import NOT_DECIDED
from cloison.errors import Defect, Misuse, Reason
from cloison.ops import disclosures
from cloison.ops import house as houses
from cloison.ops.catalogue import REASONS
from cloison.ops.claim_files import B2, KEPT_ASIDE, ClaimFile, format_of, looked_at
from cloison.ops.config import Settings
from cloison.ops.house import House
from cloison.ops.store import alone_with_file
from cloison.storage.database import Address, Database
from cloison.storage.roles import Role
from cloison.storage.workers import asked, prepared_pool

POLL_SECONDS = 0.25
WORTH_A_PROCESS = 20_000
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Arrival:
    """What became of one file at the door."""

    file: int
    name: str
    new: bool
    invoices: int
    defects: tuple[Defect, ...]
    refused: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file in the books that is not wholly decided."""

    file: int
    name: str
    spool: str
    state: int
    invoices: int
    received_at: datetime
    format: str


async def receive(house: House, database: Database, paths: Iterable[Path]) -> list[Arrival]:
    """Seal and enter files. A file that cannot be read at all is kept with its reason; others wait to be decided."""
    arrivals: list[Arrival] = []
    for path in paths:
        kept = await asyncio.to_thread(house.spool.keep, path)
        received = await intake.receive(database, path.name, kept.sha256, kept.size, kept.spool_id, format_of(path))
        if not received.new:
            house.spool.destroy(kept.spool_id)
            arrivals.append(Arrival(received.file, path.name, new=False, invoices=0, defects=(), refused=False))
            continue
        found = looked_at(path, format_of(path))
        await _enter(database, received.file, found)
        arrivals.append(
            Arrival(received.file, path.name, True, found.invoice_count, found.defects(), found.refused is not None)
        )
    return arrivals


async def _enter(database: Database, file: int, found: ClaimFile) -> None:
    """The structure of a file is known: it waits to be decided, or is refused as a whole."""
    if found.refused is not None:
        await intake.refuse(database, file, found.refused.number)
    else:
        await intake.begin(database, file, found.invoice_count)


async def decide_file(house: House, database: Database, office: Office, file: Waiting, today: date) -> None:
    """Decide every chunk of one file that is not decided yet, and write its acknowledgement; one process at a time."""
    async with alone_with_file(database, file.file) as state:
        if state in (intake.RECEIVED, intake.DECIDING):
            await _decide_alone(house, database, office, replace(file, state=state), today)


async def _decide_alone(house: House, database: Database, office: Office, file: Waiting, today: date) -> None:
    folder = house.home / "acknowledgements"
    folder.mkdir(exist_ok=True)

    async def settled(batch: ClaimBatch) -> Settlement:
        return await settle(office, batch, today)

    with house.spool.open(UUID(file.spool)) as sealed, houses.in_memory(sealed, file.name) as path:
        found = looked_at(path, file.format)
        if file.state == intake.RECEIVED:  # whoever received it was stopped before this step
            await _enter(database, file.file, found)
            if found.refused is not None:
                return
        await found.decide(file.file, folder / f"{file.file:06d}-{file.name}", file.received_at, settled)
    await intake.finish(database, file.file)


async def decide(
    house: House, database: Database, today: date, workers: int = 2, progress: Progress | None = None
) -> None:
    """Decide all files that wait. With several workers, each takes whole files."""
    waiting = await store.waiting(database)
    total = sum(row["invoices"] for row in waiting)
    before = await store.decided_so_far(database)
    files = [Waiting(*row) for row in sorted(waiting, key=lambda row: -row["invoices"])]
    if workers == 1 or total < WORTH_A_PROCESS or len(files) < 2:
        office = await houses.office(house, database)
        done = 0
        for file in sorted(files, key=lambda each: each.file):
            await decide_file(house, database, office, file, today)
            done += file.invoices
            if progress:
                progress(done, total)
        return
    with prepared_pool(workers, _open_worker, house.settings, house.address) as pool:
        tasks = [asyncio.ensure_future(asked(pool, _decide_in_worker, file, today)) for file in files]
        while not all(task.done() for task in tasks):
            await asyncio.wait(tasks, timeout=POLL_SECONDS)
            if progress:
                progress(await store.decided_so_far(database) - before, total)
        await asyncio.gather(*tasks)


class _Worker:
    """What a worker process opened at its start: its own keys, and an event loop that lives as long as it does."""

    def __init__(self, settings: Settings, address: Address) -> None:
        self.house = houses.opened(settings, address)
        self.runner = asyncio.Runner()
        self.database = self.house.database()
        self.office = self.runner.run(houses.office(self.house, self.database))


_worker: _Worker | None = None


def _open_worker(settings: Settings, address: Address) -> None:
    global _worker  # noqa: PLW0603  one per worker process, made by the pool before its first task
    _worker = _Worker(settings, address)


def _decide_in_worker(file: Waiting, today: date) -> None:
    assert _worker is not None, "the pool opens its workers"
    _worker.runner.run(decide_file(_worker.house, _worker.database, _worker.office, file, today))


@dataclass(frozen=True, slots=True)
class Kept:
    """An invoice kept aside: where it is, whose it is, and why."""

    quarantine: int
    file: int
    spool: str
    name: str
    record: int
    records: int
    practice: str
    number: str
    reason: Reason
    format: str = B2


async def kept_aside(database: Database) -> list[Kept]:
    """The invoices that wait for somebody, oldest first."""
    return [
        Kept(*row[:-2], reason=REASONS[row["reason"]], format=row["format"])  # these are the last columns
        for row in await store.kept_aside(database)
    ]


async def write_kept(house: House, database: Database, kept: Sequence[Kept], out: Path) -> None:
    """Write kept invoices as one file per original, in its format, in clear and on record, to be corrected."""
    out.mkdir(parents=True, exist_ok=True)
    await disclosures.export(database, f"{len(kept)} invoices kept aside")
    for file in sorted({each.file for each in kept}):
        mine = [each for each in kept if each.file == file]
        with house.spool.open(UUID(mine[0].spool)) as sealed, houses.in_memory(sealed, mine[0].name) as path:
            found = looked_at(path, mine[0].format)
            written = disclosures.private(out / f"kept-{file:06d}{found.suffix}")
            found.write_some(written, {each.record for each in mine})


async def resubmit(house: House, database: Database, today: date) -> tuple[int, int]:
    """Decide again the invoices whose reason to be kept may be over; returns how many were taken and how many stay."""
    office = await houses.office(house, database)
    over = {reason.number for reason in KEPT_ASIDE}
    kept = [each for each in await kept_aside(database) if each.reason.number in over]
    taken = 0
    for file in sorted({each.file for each in kept}):
        mine = {each.record: each for each in kept if each.file == file}
        for batch in _batches_of(house, next(iter(mine.values())), set(mine)):
            settlement = await settle(office, replace(batch, chunk=RESUBMITTED), today)
            taken += int((settlement.kept == 0).sum())
    return taken, len(kept) - taken


async def redecide(house: House, database: Database, practice: str, number: str, today: date) -> correct.Replaced:
    """Read an invoice again from its sealed file, and decide it on what is known now."""
    office = await houses.office(house, database)
    async with database.transaction(Role.CLAIMS) as work:
        found = await store.find(work, practice, number)
    if not found:
        raise Misuse(NOT_DECIDED, cause=f"practice {practice}, invoice {number}")
    row = found[0]
    file = await store.file_of(database, row["file"])
    where = Kept(
        0, row["file"], file["spool"], file["name"], row["record"], 0, practice, number, NOT_DECIDED, file["format"]
    )
    for batch in _batches_of(house, where, {row["record"]}):
        replaced = await correct.redecide(office, batch, today)
        if replaced:
            return replaced[0]
    raise Misuse(NOT_DECIDED, cause=f"practice {practice}, invoice {number}")


def _batches_of(house: House, where: Kept, records: set[int]) -> Iterator[ClaimBatch]:
    """Some invoices of a sealed file, chunk by chunk, as they were received."""
    with house.spool.open(UUID(where.spool)) as sealed, houses.in_memory(sealed, where.name) as path:
        yield from looked_at(path, where.format).batches(where.file, records)
