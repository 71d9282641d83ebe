"""Loading files of movements: check, load, confirm, resubmit, roll back.

A file is read twice. The first reading says who and what its lines are about, in tokens, and the database decides what
each does to what is known; nothing is written yet, so a check stops there. The second reading seals the persons that
are new or have changed, and the lines that were refused, while the database writes the coverages. One transaction holds
the file: killed at any point, a load is done again from the spool and gives the same state.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import IO

import numpy as np

from cloison.errors import Defect, Misuse, Place
from cloison.rights.loading_flow import Reading, Workers
from cloison.rights.loading_work import FileKey, Staged, Written, new_file_key, unsealed
from cloison.rights.movement_reasons import (
    CATALOGUE,
    COVERAGE_EXISTS,
    COVERAGE_UNKNOWN,
    DECLINED,
    FILE_UNKNOWN,
    INSURER_DIFFERS,
    INSURER_UNKNOWN,
    NOTHING_TO_ROLL_BACK,
    STATE_REFUSES,
    TOO_MANY_ENDS,
    TWO_PERSONS,
)
from cloison.rights.movements import EVERY_FIELD, Block, Faults, Insured, MovementSource, OpenMovements
from cloison.rights.store_movements import merge as merging
from cloison.rights.store_movements import register
from cloison.rights.store_movements.merge import Database, Merge, ProductEffect
from cloison.rights.store_movements.register import Counts, FileRow, Freshness
from cloison.storage.bulk import SIGNATURE, TRAILER
from cloison.storage.keys import KeySource
from cloison.storage.spool import Spool
from cloison.storage.vault import Vault

PROCESSES = 2
TOGETHER = 4
"""Files loaded at the same time: while one is compared by the database, another is sealed by the workers."""
CONNECTIONS_PER_FILE = 3
SPILL_BYTES = 64 * 2**20
"""Sealed refused lines beyond this wait on disk for the end of the load."""
FULL_SHARE_BP = 10_000
FIELD_OF = {TWO_PERSONS.number: "adherent", COVERAGE_EXISTS.number: "contrat", COVERAGE_UNKNOWN.number: "contrat"}
IN_HAND = ("received", "checked")


@dataclass(frozen=True, slots=True)
class Report:
    """What a file did, or would do."""

    name: str
    file: int
    amc: str
    state: str
    counts: Counts = field(default_factory=Counts)
    products: tuple[ProductEffect, ...] = ()
    by_reason: dict[int, int] = field(default_factory=dict[int, int])
    defects: tuple[Defect, ...] = ()
    """The file's own defects, or the first hundred lines refused."""
    repeated: bool = False
    """The same bytes were in hand already: nothing was done."""


class _Stop(Exception):
    """Not a failure: nothing of this transaction is to be kept."""


class Loader:
    """Loads movement files into one database, with the keys of one source.

    An async context: it has its own connections and its own processes, and ends them.
    """

    def __init__(
        self,
        database: Database,
        keys: KeySource,
        spool: Spool,
        opening: OpenMovements,
        processes: int = PROCESSES,
        together: int = TOGETHER,
    ) -> None:
        self._database = Database(database.address, CONNECTIONS_PER_FILE * together + 2)
        self._keys = keys.open()
        self._vault = Vault(self._keys)
        self._spool = spool
        self._opening = opening
        self._workers = Workers(keys, self._keys, processes)
        self._together = together
        self._gate = asyncio.Semaphore(together)

    async def __aenter__(self) -> "Loader":
        return self

    async def __aexit__(self, *_: object) -> None:
        self._workers.close()
        await self._database.close()

    async def warm(self) -> None:
        """Start the worker processes now rather than with the first large file."""
        await self._workers.warm()

    # ------------------------------------------------------------------ commands

    async def check(self, path: Path) -> Report:
        """What is wrong with a file and what it would change. Nothing is kept, not even the file."""
        with path.open("rb") as stream:
            try:
                source = self._opening(stream, path.name)
                insured = await self._insured_of(source, path.name)
                self._vault.provision([insured.tenant])  # a token needs its key, even to find nobody
                return await self._dry(source, insured, path.name, path.stat().st_size)
            except Misuse as refused:
                return _refused(path.name, refused)

    async def load(self, path: Path, now: datetime, corrects: int = 0) -> Report:
        """Load a file, once: the same bytes again do nothing. `corrects`: whose refused lines it sends again."""
        if corrects:
            await self._row(corrects)
        kept = await asyncio.to_thread(self._spool.keep, path)
        try:
            with self._spool.open(kept.spool_id) as stream:
                source = self._opening(stream, path.name)
                insured = await self._insured_of(source, path.name)
        except Misuse as refused:
            self._spool.destroy(kept.spool_id)
            return _refused(path.name, refused)
        row = await register.register(
            self._database, insured.tenant, path.name, kept.sha256, kept.spool_id, source.format, corrects, now
        )
        if row.spool != kept.spool_id:  # the same bytes are in hand already
            self._spool.destroy(kept.spool_id)
        if row.state not in IN_HAND:
            return _report(row, repeated=True)
        return await self._merge(row, insured, now, confirmed=False, new_file=row.spool == kept.spool_id)

    async def load_all(
        self, paths: Sequence[Path], now: datetime, told: Callable[[Report], None] = lambda _: None
    ) -> list[Report]:
        """Load files: those of one insurer one after the other, insurers side by side; `told` hears of each."""
        lanes: dict[str, list[int]] = {}
        for at, path in enumerate(paths):
            lanes.setdefault(self._lane(path), []).append(at)
        reports: dict[int, Report] = {}
        together = asyncio.Semaphore(self._together)

        async def run(lane: list[int]) -> None:
            async with together:
                for at in lane:
                    reports[at] = await self.load(paths[at], now)
                    told(reports[at])

        tasks = [asyncio.create_task(run(lane)) for lane in lanes.values()]
        try:
            await asyncio.gather(*tasks)
        except BaseException:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            raise
        return [reports[at] for at in range(len(paths))]

    def _lane(self, path: Path) -> str:
        """The insurer of a file, as far as its name or first line says."""
        try:
            with path.open("rb") as stream:
                source = self._opening(stream, path.name)
        except Misuse:
            return path.name
        return source.announced or source.amc

    async def confirm(self, file: int, now: datetime) -> Report:
        """Load a file that waits because it ends many rights."""
        row = await self._waiting(file)
        insured = await register.insured(self._database, row.amc)
        assert insured is not None, "the insurer of a registered file"
        return await self._merge(row, insured, now, confirmed=True)

    async def decline(self, file: int, now: datetime) -> Report:
        """Refuse a file that waits."""
        row = await self._waiting(file)
        await register.settle(self._database, file, "refused", DECLINED.number, row.counts, now)
        return replace(_report(row), state="refused", defects=(Defect(DECLINED, Place(row.name)),))

    async def resume(self, now: datetime) -> list[Report]:
        """Load again what a killed process left in hand."""
        reports: list[Report] = []
        for freshness in await register.freshness(self._database):
            if not freshness.waiting:
                continue
            insured = await register.insured(self._database, freshness.amc)
            assert insured is not None, "the insurer of a registered file"
            for row in await register.in_hand(self._database, freshness.tenant):
                reports += [await self._merge(row, insured, now, confirmed=False)]
        return reports

    async def rollback(self, file: int, now: datetime) -> Report:
        """Undo the last loaded file of an insurer in known time: nothing is erased, and identities stay as they are."""
        row = await self._row(file)
        async with merging.alone(self._database, row.tenant) as connection:
            last = await register.last_loaded(connection, row.tenant)
            if not last:
                raise Misuse(NOTHING_TO_ROLL_BACK, cause=f"file {file} is {row.state}")
            if last != file:
                raise Misuse(STATE_REFUSES, cause=f"the last loaded file of this insurer is {last}")
            closed, again = await register.roll_back(connection, row, now)
        return replace(_report(row), state="rolled_back", counts=Counts(added=again, ended=closed))

    async def quarantine(self, file: int, after_line: int = 0, limit: int = 1000) -> list[Defect]:
        """Refused lines that nobody corrected yet, by line; what they contained is not shown."""
        row = await self._row(file)
        _, lines = await register.quarantined(self._database, file, after_line, limit)
        return [Defect(CATALOGUE[line.reason], Place(row.name, line.line, line.field_name)) for line in lines]

    async def quarantine_by_reason(self, file: int) -> dict[int, int]:
        """How many lines wait for a correction, by reason."""
        return await register.quarantine_by_reason(self._database, (await self._row(file)).file)

    async def refused_lines(self, file: int, after_line: int = 0) -> AsyncIterator[tuple[int, bytes]]:
        """Refused lines as they were received, in clear, with their numbers: for the insurer who sent them alone."""
        after = after_line
        while True:
            key, lines = await register.quarantined(self._database, file, after, 1000)
            if key is None or not lines:
                return
            numbers = [line.line for line in lines]
            for number, raw in zip(numbers, unsealed(self._keys, key, numbers, [x.sealed for x in lines]), strict=True):
                yield number, raw
            after = numbers[-1]

    async def status(self) -> list[Freshness]:
        """How fresh the rights of each insurer are."""
        return await register.freshness(self._database)

    # ------------------------------------------------------------------ the work

    async def _merge(
        self, row: FileRow, insured: Insured, now: datetime, *, confirmed: bool, new_file: bool = False
    ) -> Report:
        async with self._gate:
            return await self._merge_alone(row, insured, now, confirmed, new_file)

    async def _merge_alone(
        self, row: FileRow, insured: Insured, now: datetime, confirmed: bool, new_file: bool
    ) -> Report:
        self._vault.provision([insured.tenant])
        work = _Work(row.name, insured, Reading(row.name))
        try:
            with self._spool.open(row.spool) as stream, tempfile.SpooledTemporaryFile(SPILL_BYTES) as refused_lines:
                work.size, work.source = stream.size, self._opening(stream, row.name)
                async with merging.merging(self._database, insured.tenant) as merge:
                    if await register.state_of(merge.connection, row.file) in ("loaded", "refused"):
                        return _report(await self._row(row.file), repeated=True)
                    work.new_insurer = new_file and await register.is_first(merge.connection, row.file, insured.tenant)
                    await self._compare(merge, work)
                    if not confirmed and await _ends_too_many(merge, work):
                        raise _Stop
                    key = new_file_key(self._keys, insured.tenant, row.file)
                    more = await self._write(merge, work, key, now, refused_lines)
                    await _finish(merge, work, row, key, more, now, refused_lines)
        except _Stop:
            reason = TOO_MANY_ENDS
            await register.settle(self._database, row.file, "awaiting_confirmation", reason.number, work.counts, now)
            waits = Defect(reason, Place(row.name), f"{work.counts.ended} rights would end")
            return work.told(row, "awaiting_confirmation", waits)
        except Misuse as damaged:
            counts = Counts(lines=work.reading.lines)
            await register.settle(self._database, row.file, "refused", damaged.reason.number, counts, now)
            return replace(_refused(row.name, damaged), file=row.file, amc=row.amc)
        return work.told(row, "loaded")

    async def _dry(self, source: MovementSource, insured: Insured, name: str, size: int) -> Report:
        """The first reading alone, rolled back."""
        work = _Work(name, insured, Reading(name), size, source)
        try:
            async with merging.merging(self._database, insured.tenant) as merge:
                await self._compare(merge, work)
                raise _Stop
        except _Stop:
            return work.told(None, "checked")

    async def _compare(self, merge: Merge, work: "_Work") -> None:
        """First reading: stage every line, then ask what each does."""

        async def staged_of(block: Block) -> Staged:
            return await self._workers.stage(work.size, block, work.insured)

        async for block, staged in self._workers.flow(work.opened.blocks(), staged_of):
            work.reading.read(block, staged)
            await merge.stage(staged.message)
        work.refused = _with_fields(await merge.resolve(new_insurer=work.new_insurer))
        work.reading.note(work.refused)
        work.products = await merge.effects()

    async def _write(self, merge: Merge, work: "_Work", key: FileKey, now: datetime, refused_lines: IO[bytes]) -> int:
        """Second reading: persons and refused lines are sealed while the coverages are written."""
        todo = await merge.todo()
        spans = iter(work.reading.spans)

        async def written_of(block: Block) -> Written:
            first, last = next(spans)
            lines = todo.between(first, last), _between(work.refused, first, last)
            return await self._workers.write(work.size, block, work.insured, *lines, key)

        applying = asyncio.create_task(merge.apply(key.file, now))
        try:
            async with merging.writing(self._database, now) as writer:
                async for _, written in self._workers.flow(work.opened.blocks(), written_of):
                    await asyncio.gather(writer.index(written), writer.identities(written))
                    refused_lines.write(written.quarantine)
        except BaseException:
            applying.cancel()
            await asyncio.gather(applying, return_exceptions=True)
            raise
        return await applying

    async def _insured_of(self, source: MovementSource, name: str) -> Insured:
        """The insurer of a file. Raises Misuse when nobody knows it, or when name and content disagree."""
        if source.announced and source.amc and source.announced != source.amc:
            raise Misuse(INSURER_DIFFERS, place=Place(name, 2, "amc"))
        found = await register.insured(self._database, source.amc or source.announced)
        if found is None:
            raise Misuse(INSURER_UNKNOWN, place=Place(name, 0, "amc"))
        return found

    async def _row(self, file: int) -> FileRow:
        row = await register.file_row(self._database, file)
        if row is None:
            raise Misuse(FILE_UNKNOWN, cause=str(file))
        return row

    async def _waiting(self, file: int) -> FileRow:
        row = await self._row(file)
        if row.state != "awaiting_confirmation":
            raise Misuse(STATE_REFUSES, cause=f"file {file} is {row.state}")
        return row


@dataclass(slots=True)
class _Work:
    """One file in hand: what it is checked against, and what was learnt so far."""

    name: str
    insured: Insured
    reading: Reading
    size: int = 0
    source: MovementSource | None = None
    new_insurer: bool = False
    refused: Faults = field(default_factory=Faults.none)
    products: list[ProductEffect] = field(default_factory=list[ProductEffect])

    @property
    def opened(self) -> MovementSource:
        assert self.source is not None, "the file was opened"
        return self.source

    @property
    def counts(self) -> Counts:
        return Counts(
            lines=self.reading.lines,
            added=sum(product.added for product in self.products),
            amended=sum(product.amended for product in self.products),
            ended=sum(product.ended for product in self.products),
            unchanged=sum(product.unchanged for product in self.products),
            quarantined=sum(self.reading.by_reason.values()),
        )

    def told(self, row: FileRow | None, state: str, *defects: Defect) -> Report:
        return Report(
            name=self.name,
            file=row.file if row else 0,
            amc=self.insured.amc,
            state=state,
            counts=self.counts,
            products=tuple(self.products),
            by_reason=dict(sorted(self.reading.by_reason.items())),
            defects=(*defects, *self.reading.defects),
        )


async def _finish(
    merge: Merge, work: _Work, row: FileRow, key: FileKey, more: int, now: datetime, refused_lines: IO[bytes]
) -> None:
    """The last writes of the file's transaction: refused lines, counters, state."""
    connection = merge.connection
    if refused_lines.tell():
        await register.take_key(connection, key)
        await merge.quarantine(_message_of(refused_lines))
    if row.corrects:
        await register.resubmitted(connection, row.corrects)
    await register.count_coverages(connection, work.insured.tenant, more)
    await register.move(connection, row.file, "loaded", 0, work.counts, now)


def _message_of(rows: IO[bytes]) -> Iterator[bytes]:
    """A COPY message around rows that wait in a file."""
    yield SIGNATURE
    rows.seek(0)
    while piece := rows.read(2**20):
        yield piece
    yield TRAILER


async def _ends_too_many(merge: Merge, work: _Work) -> bool:
    """Whether the file would end more of the insurer's coverages than it may without a confirmation."""
    known, share_bp = await register.share_allowed(merge.connection, work.insured.tenant)
    return work.counts.ended * FULL_SHARE_BP > known * share_bp


def _with_fields(faults: Faults) -> Faults:
    """The same faults, each with the field to look at."""
    place = np.array([EVERY_FIELD.index(FIELD_OF[reason]) for reason in faults.reason.tolist()], np.int16)
    return Faults(faults.line, faults.reason, place)


def _between(faults: Faults, first: int, last: int) -> Faults:
    start, end = np.searchsorted(faults.line, [first, last + 1])
    return Faults(faults.line[start:end], faults.reason[start:end], faults.field[start:end])


def _refused(name: str, refused: Misuse) -> Report:
    """A file that has something wrong as a whole."""
    defect = Defect(refused.reason, refused.place or Place(name), refused.cause)
    return Report(name, 0, "", "refused", by_reason={refused.reason.number: 1}, defects=(defect,))


def _report(row: FileRow, *, repeated: bool = False) -> Report:
    return Report(row.name, row.file, row.amc, row.state, row.counts, repeated=repeated)
