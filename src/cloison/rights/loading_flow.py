"""Blocks of a file through worker processes, in order and in bounded number; and what was learnt on the way."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from cloison.errors import Defect, Place
from cloison.rights import loading_work
from cloison.rights.loading_work import FileKey, Staged, Todo, Worker, Written
from cloison.rights.movement_reasons import CATALOGUE
from cloison.rights.movements import EVERY_FIELD, Block, Faults, Insured
from cloison.storage.keys import KeyProvider, KeySource
from cloison.storage.workers import asked, prepared_pool

INLINE_BYTES = 2 * 2**20
"""A file smaller than this is read in this process: starting others would take longer."""
DEFECTS_SHOWN = 100
AHEAD = 2
"""Blocks in hand beyond one per process."""

Result = TypeVar("Result")


@dataclass(slots=True)
class Reading:
    """What was learnt while reading a file: how many lines, the lines of each block, the faults."""

    name: str
    lines: int = 0
    spans: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    by_reason: dict[int, int] = field(default_factory=dict[int, int])
    defects: list[Defect] = field(default_factory=list[Defect])

    def note(self, faults: Faults) -> None:
        """Count faults, and keep the first ones to show."""
        numbers, counts = np.unique(faults.reason, return_counts=True)
        for number, count in zip(numbers.tolist(), counts.tolist(), strict=True):
            self.by_reason[number] = self.by_reason.get(number, 0) + count
        room = max(0, DEFECTS_SHOWN - len(self.defects))
        lines: list[int] = faults.line[:room].tolist()
        reasons: list[int] = faults.reason[:room].tolist()
        places: list[int] = faults.field[:room].tolist()
        self.defects += [
            Defect(CATALOGUE[reason], Place(self.name, line, EVERY_FIELD[place]))
            for line, reason, place in zip(lines, reasons, places, strict=True)
        ]

    def read(self, block: Block, staged: Staged) -> None:
        self.lines += staged.count
        self.spans.append((block.first_line, block.first_line + staged.count - 1))
        self.note(staged.faults)


class Workers:
    """The processes that read and seal. They start with the first file that is worth it."""

    def __init__(self, source: KeySource, keys: KeyProvider, processes: int) -> None:
        self._source = source
        self._here = Worker(keys)
        self._processes = processes
        self._pool: ProcessPoolExecutor | None = None

    def close(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(cancel_futures=True)

    async def warm(self) -> None:
        """Start every process, and wait for each to have opened its keys."""
        pool = self._pool_for(INLINE_BYTES)
        if pool is not None:
            await asyncio.gather(*(asked(pool, loading_work.started) for _ in range(self._processes)))

    async def stage(self, size: int, block: Block, insured: Insured) -> Staged:
        pool = self._pool_for(size)
        if pool is None:
            return self._here.stage(block, insured)
        return await asked(pool, loading_work.stage, block, insured)

    async def write(
        self, size: int, block: Block, insured: Insured, todo: Todo, refused: Faults, key: FileKey
    ) -> Written:
        pool = self._pool_for(size)
        if pool is None:
            return self._here.write(block, insured, todo, refused, key)
        return await asked(pool, loading_work.write, block, insured, todo, refused, key)

    async def flow(
        self, blocks: Iterator[Block], work: Callable[[Block], Awaitable[Result]]
    ) -> AsyncIterator[tuple[Block, Result]]:
        """Each block with its result, in order; a few are in hand at a time, so memory does not grow with the file."""
        waiting: deque[tuple[Block, asyncio.Task[Result]]] = deque()
        try:
            for block in blocks:
                waiting.append((block, asyncio.ensure_future(_awaited(work(block)))))
                if len(waiting) >= self._processes + AHEAD:
                    first, task = waiting.popleft()
                    yield first, await task
                await asyncio.sleep(0)
            while waiting:
                first, task = waiting.popleft()
                yield first, await task
        finally:
            for _, task in waiting:
                task.cancel()

    def _pool_for(self, size: int) -> ProcessPoolExecutor | None:
        if not self._processes or size < INLINE_BYTES:
            return None
        if self._pool is None:
            self._pool = prepared_pool(self._processes, loading_work.start, self._source)
        return self._pool


async def _awaited(result: Awaitable[Result]) -> Result:
    return await result
