"""Files of movements: how insurers declare rights, in CSV or in Parquet (docs/formats/movements.md).

A file has one insurer and is read in blocks of whole lines. What a line has wrong is a fault of that line; what the
file as a whole has wrong is raised as Misuse with its place, before or while blocks are read.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BufferedIOBase
from typing import IO, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from cloison.errors import Misuse, Place
from cloison.gateways.files import movement_cells
from cloison.gateways.files.movement_cells import Array, Cells
from cloison.gateways.files.movement_checks import WIDTHS, checked
from cloison.rights.movement_reasons import (
    COLUMN_MISSING,
    COLUMN_UNKNOWN,
    EMPTY,
    ENCODING,
    TRUNCATED,
    UNREADABLE,
)
from cloison.rights.movements import FIELDS, Lines

BLOCK_BYTES = 4 * 2**20
BLOCK_LINES = 65_536
LINE_BYTES_MAX = 64 * 2**10
BATCH_ROWS = 32_768
NAME = re.compile(r"mvt_([0-9A-Za-z]{1,10})_[0-9]{8}_[0-9]{3}(?:\.|$)")
PARQUET_MAGIC = b"PAR1"
BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class CsvBlock:
    """Whole lines of CSV, the first of them having number `first_line`."""

    data: bytes = field(repr=False)
    first_line: int
    names: tuple[str, ...]

    def cells(self) -> Cells:
        return movement_cells.of_csv(self.data, self.first_line, self.names)

    def lines(self) -> Lines:
        return checked(self.cells(), self.data.count(b"\n"))

    def raw(self, lines: NDArray[np.int32]) -> list[bytes]:
        rows = self.data.split(b"\n")
        return [rows[line - self.first_line] for line in lines.tolist()]


@dataclass(frozen=True, slots=True)
class ParquetBlock:
    """Some rows of a Parquet file."""

    batch: pa.RecordBatch = field(repr=False)
    first_line: int

    def cells(self) -> Cells:
        return movement_cells.of_batch(self.batch, self.first_line)

    def lines(self) -> Lines:
        return checked(self.cells(), self.batch.num_rows)

    def raw(self, lines: NDArray[np.int32]) -> list[bytes]:
        cells = self.cells()
        return [
            b";".join(cells.bytes_of(name, line - self.first_line) for name in cells.columns) for line in lines.tolist()
        ]


class CsvMovements:
    """An open CSV file of movements."""

    format = "csv"

    def __init__(self, stream: BufferedIOBase, name: str) -> None:
        self._stream = stream
        self._name = name
        self._names, self._start = _header(stream, name)
        first = self._first_block()
        self.announced = _announced(name)
        self.amc = _first_amc(first)

    def blocks(self) -> Iterator[CsvBlock]:
        """Blocks of whole lines. Raises Misuse when the last line does not end."""
        self._stream.seek(self._start)
        line, rest = 2, b""
        while piece := self._stream.read(BLOCK_BYTES):
            data = rest + piece
            end = data.rfind(b"\n") + 1
            if len(data) - end > LINE_BYTES_MAX:
                raise Misuse(UNREADABLE, "a line is too long", Place(self._name, line + data.count(b"\n", 0, end)))
            for whole in _pieces(data[:end]):
                block = CsvBlock(whole, line, self._names)
                line += block.data.count(b"\n")
                yield block
            rest = data[end:]
        if rest:
            raise Misuse(TRUNCATED, place=Place(self._name, line))

    def _first_block(self) -> CsvBlock:
        """The start of the file, looked at for its encoding and its insurer. Raises Misuse on another encoding."""
        self._stream.seek(self._start)
        data = self._stream.read(BLOCK_BYTES)
        data = data[: data.rfind(b"\n") + 1]
        line = _line_of_another_encoding(data)
        if line:
            raise Misuse(ENCODING, "probably Windows-1252 or ISO-8859-1", Place(self._name, line + 1))
        return CsvBlock(data, 2, self._names)


class ParquetMovements:
    """An open Parquet file of movements: the same columns, as text (dates and whole numbers are accepted too)."""

    format = "parquet"

    def __init__(self, stream: BufferedIOBase, name: str) -> None:
        self._name = name
        try:
            self._file = pq.ParquetFile(cast("IO[bytes]", stream))
        except (pa.ArrowException, OSError) as broken:
            raise Misuse(UNREADABLE, "not a whole Parquet file", Place(name)) from broken
        names = tuple(self._file.schema_arrow.names)
        _require_columns(names, name)
        self._names = names
        self.announced = _announced(name)
        self.amc = _first_amc(next(self.blocks(), None))

    def blocks(self) -> "Iterator[ParquetBlock]":
        """Blocks of rows; the first row counts as line 2, as if under a header."""
        line = 2
        try:
            for batch in self._file.iter_batches(BATCH_ROWS, columns=list(self._names)):
                arrays = [_as_binary(column) for column in cast("list[Array]", batch.columns)]
                yield ParquetBlock(pa.RecordBatch.from_arrays(arrays, names=batch.schema.names), line)
                line += batch.num_rows
        except (pa.ArrowException, OSError) as broken:
            raise Misuse(
                UNREADABLE, "damaged Parquet file, or a column of another kind", Place(self._name, line)
            ) from broken


def open_movements(stream: BufferedIOBase, name: str) -> CsvMovements | ParquetMovements:
    """Open a seekable stream as what it is, by its first bytes. Raises Misuse when it is no file of movements."""
    stream.seek(0)
    head = stream.read(len(PARQUET_MAGIC))
    if not head:
        raise Misuse(EMPTY, place=Place(name))
    stream.seek(0)
    return ParquetMovements(stream, name) if head == PARQUET_MAGIC else CsvMovements(stream, name)


def write_csv(rows: Sequence[Mapping[str, str]]) -> bytes:
    """Lines of movements as a file: the other side of `open_movements`."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\n")
    writer.writerow(FIELDS)
    writer.writerows([row.get(name, "") for name in FIELDS] for row in rows)
    return text.getvalue().encode()


def _header(stream: BufferedIOBase, name: str) -> tuple[tuple[str, ...], int]:
    """The columns of the file, and where its second line starts."""
    stream.seek(0)
    head = stream.read(LINE_BYTES_MAX)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in head[:64]:
        raise Misuse(ENCODING, "UTF-16, or not text", Place(name, 1))
    end = head.find(b"\n")
    if end < 0:
        raise Misuse(TRUNCATED if b";" in head else UNREADABLE, place=Place(name, 1))
    line = head[:end].removeprefix(BOM).removesuffix(b"\r")
    names = tuple(cell.strip().strip('"').lower() for cell in line.decode("latin-1").split(";"))
    _require_columns(names, name)
    return names, end + 1


def _require_columns(names: tuple[str, ...], source: str) -> None:
    missing = [column for column in FIELDS if column not in names]
    if len(missing) == len(FIELDS):
        raise Misuse(UNREADABLE, "no column of a file of movements", Place(source, 1))
    if missing:
        raise Misuse(COLUMN_MISSING, ", ".join(missing), Place(source, 1, missing[0]))
    others = [f"column {at}" for at, column in enumerate(names, 1) if column not in WIDTHS or column in names[: at - 1]]
    if others:
        raise Misuse(COLUMN_UNKNOWN, ", ".join(others), Place(source, 1))


def _line_of_another_encoding(data: bytes) -> int:
    """The first line of bytes that are no UTF-8, when nothing beyond ASCII is; 0 when the text looks like UTF-8.

    A stray line among UTF-8 names is that line's fault; a file without any valid accent is in another encoding.
    """
    try:
        data.decode()
    except UnicodeDecodeError as wrong:
        if re.search(rb"[\xc3-\xf4][\x80-\xbf]", data):
            return 0
        return data.count(b"\n", 0, wrong.start) + 1
    return 0


def _pieces(data: bytes) -> Iterator[bytes]:
    """Whole lines, cut again where there are very many: what a block costs depends on its lines."""
    if data.count(b"\n") <= BLOCK_LINES:
        if data:
            yield data
        return
    ends = np.flatnonzero(np.frombuffer(data, np.uint8) == ord("\n"))[BLOCK_LINES - 1 :: BLOCK_LINES] + 1
    start = 0
    for end in [*ends.tolist(), len(data)]:
        if start < end:
            yield data[start:end]
        start = end


def _announced(name: str) -> str:
    found = NAME.match(name)
    return found[1].lstrip("0").upper() if found else ""


def _first_amc(block: CsvBlock | ParquetBlock | None) -> str:
    if block is None:
        return ""
    cells = block.cells()
    amc = cells.fixed("amc", WIDTHS["amc"])[:1].tolist()
    return amc[0].decode("latin-1").strip().lstrip("0").upper() if amc else ""


def _as_binary(column: Array) -> Array:
    """A column as bytes, nothing for a null. Raises ArrowException for a kind that is no text, number or date."""
    text = cast("Array", pc.fill_null(column.cast(pa.string()), pa.scalar("")))
    return text.cast(pa.binary())
