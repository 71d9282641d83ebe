"""Cells of a file of movements, out of CSV bytes or of a Parquet batch, without one Python object per line.

A cell is a start and a length in one buffer. Lines of CSV are found by their line feeds and cells by their semicolons;
only lines with quotes take the slow road through the `csv` module. A line that does not have the cells of
the header is a fault, never a shift.
"""

import csv
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cloison.rights.movement_reasons import COLUMNS, QUOTES
from cloison.rights.movements import Faults

Positions: TypeAlias = NDArray[np.int64]

Array: TypeAlias = "pa.Array[Any]"  # any Arrow type

LINE_FEED, RETURN, SEMICOLON, QUOTE = b"\n"[0], b"\r"[0], b";"[0], b'"'[0]


@dataclass(frozen=True, slots=True)
class Column:
    """One cell per line: where it starts in the buffer, and its length."""

    start: Positions
    length: Positions


@dataclass(frozen=True, slots=True)
class Cells:
    """n lines of cells, and the lines that could not be cut."""

    buffer: NDArray[np.uint8]
    line: NDArray[np.int32]
    columns: dict[str, Column]
    faults: Faults
    line_feeds: int
    """Line feeds of the buffer that end lines: any other is inside a cell."""

    def fixed(self, name: str, width: int) -> NDArray[np.bytes_]:
        """A column as fixed bytes; what is longer than `width` is cut here and refused by `longer`. Shape (n,)."""
        column = self.columns[name]
        count = len(self.line)
        cells = np.zeros((count, width), np.uint8)
        longest = min(width, int(column.length.max(initial=0)))
        if longest:
            reach = np.arange(longest)
            found = self.buffer.take(column.start[:, None] + reach, mode="clip")
            if int(column.length.min()) < longest:
                found *= reach < column.length[:, None]
            cells[:, :longest] = found
        return cells.view(f"S{width}").reshape(count)

    def longer(self, name: str, width: int) -> NDArray[np.bool_]:
        return self.columns[name].length > width

    def having(self, suspects: NDArray[np.bool_]) -> dict[str, NDArray[np.bool_]]:
        """Which cells have one of the suspect bytes (one flag per byte of the buffer), for each column."""
        before = np.zeros(len(suspects) + 1, np.int32)
        np.cumsum(suspects, out=before[1:])
        return {
            name: before[column.start + column.length] > before[column.start] for name, column in self.columns.items()
        }

    def bytes_of(self, name: str, row: int) -> bytes:
        column = self.columns[name]
        start = int(column.start[row])
        return self.buffer[start : start + int(column.length[row])].tobytes()


def of_csv(data: bytes, first_line: int, names: tuple[str, ...]) -> Cells:
    """Cut whole lines of CSV. `data` ends with a line feed; empty lines count and say nothing."""
    buffer = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero(buffer == LINE_FEED)
    starts = np.concatenate([[0], ends[:-1] + 1])
    line = (first_line + np.arange(len(ends))).astype(np.int32)
    if b"\r" in data:
        ends = ends - (buffer[np.maximum(ends - 1, 0)] == RETURN) * (ends > starts)

    semicolons = np.flatnonzero(buffer == SEMICOLON)
    counts = np.searchsorted(semicolons, ends) - np.searchsorted(semicolons, starts)
    plain = counts == len(names) - 1
    filled = ends > starts
    quoted = np.zeros(len(ends), np.bool_)
    if b'"' in data:
        quoted[np.searchsorted(ends, np.flatnonzero(buffer == QUOTE))] = True
        plain &= ~quoted
    if plain.all():
        inside = semicolons.reshape(len(ends), len(names) - 1)
    else:
        inside = semicolons[np.repeat(plain, counts)].reshape(-1, len(names) - 1)
    begins = np.concatenate([starts[plain, None], inside + 1], axis=1)
    lengths = np.concatenate([inside, ends[plain, None]], axis=1) - begins
    wrong = filled & ~plain & ~quoted
    faults = _faults(line[wrong], COLUMNS.number)
    cells = _cells(buffer, line[plain], names, begins, lengths, faults, len(line))
    if not quoted.any():
        return cells
    rows = np.flatnonzero(quoted)
    return _with_quoted(cells, [data[starts[row] : ends[row]] for row in rows], line[rows], names)


def of_batch(batch: pa.RecordBatch, first_line: int) -> Cells:
    """Cells of a Parquet batch whose columns are all binary, without nulls."""
    buffers: list[NDArray[np.uint8]] = []
    columns: dict[str, Column] = {}
    total = 0
    for name, array in zip(batch.schema.names, cast("list[Array]", batch.columns), strict=True):
        edges, data = _edges(array)
        columns[name] = Column(edges[:-1] + total, np.diff(edges))
        buffers.append(data)
        total += len(data)
    line = (first_line + np.arange(batch.num_rows)).astype(np.int32)
    return Cells(np.concatenate([*buffers, np.zeros(1, np.uint8)]), line, columns, Faults.none(), 0)


def _edges(array: Array) -> tuple[Positions, NDArray[np.uint8]]:
    """Where the values of an Arrow column start and end, and their bytes."""
    _, offsets, values = array.buffers()
    assert offsets is not None, "a column of bytes has its offsets"
    edges = np.frombuffer(offsets.to_pybytes(), np.int32)[array.offset : array.offset + len(array) + 1]
    data = np.frombuffer(values.to_pybytes(), np.uint8) if values is not None else np.empty(0, np.uint8)
    return edges.astype(np.int64), data


def _with_quoted(cells: Cells, texts: list[bytes], line: NDArray[np.int32], names: tuple[str, ...]) -> Cells:
    """Add the lines with quotes, cut by the slow and exact road."""
    values: list[bytes] = []
    kept: list[int] = []
    unclosed: list[int] = []
    wrong: list[int] = []
    for text, number in zip(texts, line.tolist(), strict=True):
        row = _unquoted(text)
        if row is None:
            unclosed.append(number)
        elif len(row) != len(names):
            wrong.append(number)
        else:
            kept.append(number)
            values.extend(row)
    lengths = np.array([len(value) for value in values], np.int64).reshape(-1, len(names))
    begins = len(cells.buffer) + (np.cumsum(lengths) - lengths.reshape(-1)).reshape(-1, len(names))
    added = _cells(cells.buffer, np.array(kept, np.int32), names, begins, lengths, Faults.none(), 0)
    return Cells(
        np.concatenate([cells.buffer, np.frombuffer(b"".join(values), np.uint8)]),
        np.concatenate([cells.line, added.line]),
        {
            name: Column(
                np.concatenate([cells.columns[name].start, added.columns[name].start]),
                np.concatenate([cells.columns[name].length, added.columns[name].length]),
            )
            for name in names
        },
        cells.faults
        + _faults(np.array(unclosed, np.int32), QUOTES.number)
        + _faults(np.array(wrong, np.int32), COLUMNS.number),
        cells.line_feeds,
    )


def _unquoted(text: bytes) -> list[bytes] | None:
    """The values of one line, None when its quotes do not close. Latin-1 carries any byte there and back."""
    try:
        rows = list(csv.reader([text.decode("latin-1")], delimiter=";", strict=True))
    except csv.Error:
        return None
    return [value.encode("latin-1") for value in rows[0]] if rows else None


def _cells(
    buffer: NDArray[np.uint8],
    line: NDArray[np.int32],
    names: tuple[str, ...],
    begins: Positions,
    lengths: Positions,
    faults: Faults,
    line_feeds: int,
) -> Cells:
    columns = {name: Column(begins[:, at], lengths[:, at]) for at, name in enumerate(names)}
    return Cells(buffer, line, columns, faults, line_feeds)


def _faults(line: NDArray[np.int32], reason: int) -> Faults:
    return Faults(line, np.full(len(line), reason, np.int16), np.zeros(len(line), np.int16))
