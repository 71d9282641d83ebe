"""Writes a synthetic nation as files, block after block, in bounded memory.

The bytes depend on the recipe alone: not on the number of processes, nor on how many blocks travel together.
"""

from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import BinaryIO, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from cloison.world import b2, movements, professionals, quotes
from cloison.world import day as questions
from cloison.world.block import CONCENTRATORS, Block, Recipe, make_block, market_of
from cloison.world.insurers import insurers_json
from cloison.world.text import Ints, as_day, csv_lines, header, plain, repeat, squeeze
from cloison.world.truth import Truth

Progress: TypeAlias = Callable[[str, int, int], None]
"""Called with what is being done, how much is done, and of how much."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What was written, where."""

    out: Path
    persons: int
    insurers: int
    seed: int
    day: date
    movements: tuple[Path, ...]
    b2: tuple[Path, ...]
    questions: Path
    invoices_questions: Path
    practices: Path
    insurers_file: Path
    truth: Path
    truth_invoices: Path
    quotes: Path


def silent(_what: str, _done: int, _total: int) -> None:
    """Progress for nobody."""


def build(
    persons: int, out: Path, *, seed: int, day: date, insurers: int = 84, parquet_every: int = 0,
    processes: int = 1, chunk: int = 1, progress: Progress = silent,
) -> Manifest:  # fmt: skip
    """Write a world of `persons` insured people and a day of their care under `out`.

    `chunk` blocks travel together between processes; one insurer in `parquet_every` sends Parquet files (0: none).
    """
    if persons < 1 or insurers < 2:
        raise ValueError("a world has at least one person and two insurers")
    recipe = Recipe(persons, insurers, seed, day, parquet_every)
    with ExitStack() as stack:
        writer = _Writer(out, recipe, stack)
        done = 0
        for block in _blocks(recipe, processes, chunk):
            writer.add(block)
            done += block.persons
            progress("persons", done, persons)
        return writer.finish()


def _blocks(recipe: Recipe, processes: int, chunk: int) -> Iterator[Block]:
    if processes == 1 or recipe.blocks <= 2:
        yield from (make_block(recipe, number) for number in range(recipe.blocks))
        return
    ranges = [range(start, min(start + chunk, recipe.blocks)) for start in range(0, recipe.blocks, chunk)]
    with ProcessPoolExecutor(processes, mp_context=get_context("forkserver")) as pool:
        yield from _in_order(pool, recipe, ranges, ahead=2 * processes)


def _in_order(
    pool: ProcessPoolExecutor, recipe: Recipe, ranges: list[range], ahead: int
) -> Generator[Block, None, None]:
    """Results in the order of the blocks, never more than `ahead` tasks in flight."""
    waiting: deque[Future[list[Block]]] = deque()
    for numbers in ranges:
        waiting.append(pool.submit(_make_blocks, recipe, numbers))
        if len(waiting) >= ahead:
            yield from waiting.popleft().result()
    while waiting:
        yield from waiting.popleft().result()


def _make_blocks(recipe: Recipe, numbers: range) -> list[Block]:
    return [make_block(recipe, number) for number in numbers]


@dataclass(slots=True)
class _Concentrator:
    """Writes batches into B2 files of at most 999 batches, one file after the other."""

    folder: Path
    name: str
    emitter: str
    day: date
    paths: list[Path] = field(default_factory=list[Path])
    _file: BinaryIO | None = None
    _identifier: str = ""
    _records: int = 0
    _lots: int = 0

    def add(self, lots: b2.Lots, numbers: Ints) -> Iterator[tuple[str, Ints, Ints]]:
        """Append batches; yields (file, position of each 2S record from 1, its number in `numbers`)."""
        ends = np.cumsum(lots.records)
        start = 0
        while start < lots.records.size:
            if self._file is None or self._lots == b2.LOTS_PER_FILE_MAX:
                self._open()
            assert self._file is not None
            stop = min(lots.records.size, start + b2.LOTS_PER_FILE_MAX - self._lots)
            first, last = int(ends[start] - lots.records[start]), int(ends[stop - 1])
            cells = lots.cells[first:last]
            b2.number_lots(cells, lots.records[start:stop], self._lots + 1)
            self._file.write(cells.tobytes())
            inside = (lots.stamps >= first) & (lots.stamps < last)
            yield self.paths[-1].name, lots.stamps[inside] - first + self._records + 1, numbers[inside]
            self._records += last - first
            self._lots += stop - start
            start = stop

    def _open(self) -> None:
        self.close()
        sequence = f"{len(self.paths) + 1:03d}"
        self._identifier = f"{self.name[:3]}{sequence}"
        path = self.folder / f"{self.name}_{self.day:%Y%m%d}_{sequence}.b2"
        self._file = path.open("wb")
        self._file.write(b2.file_header(self.emitter, self._identifier, as_day(self.day)))
        self.paths.append(path)
        self._records, self._lots = 1, 0

    def close(self) -> None:
        """Write the trailer of the file in progress."""
        if self._file is None:
            return
        self._file.write(b2.file_trailer(self.emitter, self._identifier, self._records + 1, self._lots))
        self._file.close()
        self._file = None


class _Writer:
    """The files of a world while it is being built."""

    def __init__(self, out: Path, recipe: Recipe, stack: ExitStack) -> None:
        self._out, self._recipe, self._stack = out, recipe, stack
        for folder in ("movements", "b2"):
            (out / folder).mkdir(parents=True, exist_ok=True)
        self._market = market_of(recipe)
        self._movements: dict[Path, BinaryIO] = {}
        self._tables: dict[Path, pq.ParquetWriter] = {}
        self._practices = self._open("practices.csv", professionals.COLUMNS)
        self._questions = self._open("questions.csv", questions.COLUMNS)
        self._links = self._open("invoices_questions.csv", "fichier;position;question")
        self._quotes: dict[str, bytes] = dict.fromkeys(quotes.MESSAGES, b"")
        self._follow = stack.enter_context((out / "quotes_follow.jsonl").open("wb"))
        self._main = [_Concentrator(out / "b2", name, f"99900010{index}", recipe.day)
                      for index, name in enumerate(CONCENTRATORS)]  # fmt: skip
        self._resent = [_Concentrator(out / "b2", f"{name}_renvoi", f"99900020{index}", recipe.day)
                        for index, name in enumerate(CONCENTRATORS)]  # fmt: skip
        self._truth = Truth(out, stack)
        (out / "insurers.json").write_bytes(insurers_json(self._market.insurers, recipe.day))

    def _open(self, name: str, columns: str) -> BinaryIO:
        file = self._stack.enter_context((self._out / name).open("wb"))
        file.write(header(columns))
        return file

    def add(self, block: Block) -> None:
        """Append one block to every file."""
        for index, cells in enumerate(block.movements):
            declared = self._recipe.day - timedelta(days=2 - index)
            for insurer, lines in cells.items():
                self._declare(insurer, declared, lines)
        self._practices.write(block.practices)
        self._questions.write(block.questions)
        for kind, messages in block.quotes.messages.items():
            self._quotes[kind] += messages
        self._follow.write(block.quotes.follow)
        for concentrators, groups in ((self._main, block.lots), (self._resent, block.resent)):
            for concentrator, lots in zip(concentrators, groups, strict=True):
                for name, positions, invoices in concentrator.add(lots, lots.invoices):
                    self._link(name, positions, block.question_of[invoices])
                    self._truth.add(name, positions, block.question_of[invoices], block.truth, invoices)
        self._truth.count(block.counts)

    def _declare(self, insurer: int, declared: date, lines: movements.Sheet) -> None:
        """Append to the movement file of an insurer, opened at its first line."""
        form = "parquet" if isinstance(lines, pa.Table) else "csv"
        path = self._out / "movements" / f"mvt_{self._market.insurers[insurer].amc}_{declared:%Y%m%d}_001.{form}"
        if isinstance(lines, pa.Table):
            if path not in self._tables:
                self._tables[path] = self._stack.enter_context(pq.ParquetWriter(path, lines.schema))
            self._tables[path].write_table(lines)
            return
        if path not in self._movements:
            self._movements[path] = self._stack.enter_context(path.open("wb"))
            self._movements[path].write(header(";".join(movements.COLUMNS)))
        self._movements[path].write(squeeze(lines))

    def _link(self, name: str, positions: Ints, numbers: Ints) -> None:
        asked = np.flatnonzero(numbers)
        self._links.write(csv_lines([repeat(name, asked.size), plain(positions[asked]), plain(numbers[asked])]))

    def finish(self) -> Manifest:
        """Close everything and say what was written."""
        for concentrator in (*self._main, *self._resent):
            concentrator.close()
        out, recipe = self._out, self._recipe
        (out / "quotes.jsonl").write_bytes(b"".join(self._quotes.values()))
        self._truth.finish({"persons": recipe.persons, "insurers": recipe.insurers, "seed": recipe.seed,
                            "day": recipe.day.isoformat()})  # fmt: skip
        return Manifest(
            out, recipe.persons, recipe.insurers, recipe.seed, recipe.day,
            tuple(sorted((*self._movements, *self._tables))),
            tuple(sorted(path for part in (*self._main, *self._resent) for path in part.paths)),
            out / "questions.csv", out / "invoices_questions.csv", out / "practices.csv", out / "insurers.json",
            out / "truth.json", out / "truth_invoices.parquet", out / "quotes.jsonl",
        )  # fmt: skip
