"""Columns of text as fixed-width bytes, and how they become lines of a file.

A column is a numpy array of dtype 'S<width>'; a shorter value is padded with NUL, which no file ever contains.
Everything here works on whole columns: a nation has no time for a Python loop per person.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Literal, TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]
Texts: TypeAlias = NDArray[np.bytes_]
Days: TypeAlias = NDArray[np.datetime64]
Bytes: TypeAlias = NDArray[np.uint8]

FIRST_DAY = np.datetime64("1900-01-01")
LAST_DAY = np.datetime64("2100-01-01")
NO_DAY = np.datetime64("2099-12-31")
"""Stands for "no end" in the columns of the world; written as an empty field."""

_ARROW_TYPES: dict[str, pa.DataType] = {"S": pa.string(), "i": pa.int64(), "b": pa.bool_()}
_ZERO, _SEPARATOR, _NEW_LINE = 48, 59, 10


def ints(values: object) -> Ints:
    """Any column of whole numbers as int64."""
    return np.asarray(values, np.int64)


def days(values: object) -> Days:
    """Any column of days as datetime64[D]."""
    return np.asarray(values, "datetime64[D]")


def ranks(edges: NDArray[np.generic], values: NDArray[np.generic], side: Literal["left", "right"] = "left") -> Ints:
    """Where each value would stand among sorted edges."""
    return ints(np.searchsorted(edges, values, side))


def digits(values: Ints, width: int) -> Texts:
    """Write whole numbers on `width` digits, zero-filled. A number too wide is a mistake of ours."""
    rest = values.astype(np.int64)
    assert not rest.size or (rest.min() >= 0 and rest.max() < 10**width), "a number does not fit its field"
    cells = np.empty((rest.size, width), np.uint8)
    for column in range(width - 1, -1, -1):
        tens = rest // 10
        cells[:, column] = rest - tens * 10 + _ZERO
        rest = tens
    return cells.view(f"S{width}").reshape(-1)


def plain(values: Ints) -> Texts:
    """Write whole numbers without leading zeros."""
    return values.astype(np.int64).astype("S20")


def repeat(value: str, count: int) -> Texts:
    """The same text `count` times."""
    data = value.encode()
    return np.full(count, data, f"S{max(1, len(data))}")


def table(values: Sequence[str]) -> Texts:
    """A small table of texts, to be indexed by columns of numbers."""
    return np.array([value.encode() for value in values], np.bytes_)


def beside(*columns: Texts) -> Texts:
    """Join columns whose every value fills its width, side by side."""
    width = sum(column.dtype.itemsize for column in columns)
    cells = np.zeros((columns[0].size, width), np.uint8)
    start = 0
    for column in columns:
        end = start + column.dtype.itemsize
        cells[:, start:end] = cells_of(column)
        start = end
    return cells.view(f"S{width}").reshape(-1)


def cells_of(column: Texts) -> Bytes:
    """The bytes of a column, one row per value."""
    whole = np.ascontiguousarray(column)
    return whole.view(np.uint8).reshape(whole.size, whole.dtype.itemsize)


def part(column: Texts, start: int, end: int) -> Texts:
    """The bytes [start, end) of each value."""
    return np.ascontiguousarray(cells_of(column)[:, start:end]).view(f"S{end - start}").reshape(-1)


def frame(columns: Mapping[str, Texts | Ints | Bools]) -> pa.Table:
    """Columns as an Arrow table; bytes become text."""
    schema = pa.schema([(name, _ARROW_TYPES[column.dtype.kind]) for name, column in columns.items()])
    return pa.table({name: pa.array(column) for name, column in columns.items()}).cast(schema)


def csv_cells(columns: Sequence[Texts]) -> Bytes:
    """Lines as a matrix of bytes: fields, separators, new line; padding is still there."""
    width = sum(column.dtype.itemsize + 1 for column in columns)
    cells = np.zeros((columns[0].size, width), np.uint8)
    start = 0
    for column in columns:
        end = start + column.dtype.itemsize
        cells[:, start:end] = cells_of(column)
        cells[:, end] = _SEPARATOR
        start = end + 1
    cells[:, -1] = _NEW_LINE
    return cells


def squeeze(cells: Bytes) -> bytes:
    """The bytes of a matrix without its padding."""
    flat = cells.reshape(-1)
    return flat[flat != 0].tobytes()


def csv_lines(columns: Sequence[Texts]) -> bytes:
    """Columns as lines of CSV. Values hold neither separator nor quote: the world chooses its words."""
    return squeeze(csv_cells(columns))


def header(names: str) -> bytes:
    """The header line of a CSV file."""
    return names.encode() + b"\n"


@cache
def _calendar() -> dict[str, Texts]:
    iso = np.datetime_as_string(np.arange(FIRST_DAY, LAST_DAY)).astype("S10")
    compact = beside(part(iso, 0, 4), part(iso, 5, 7), part(iso, 8, 10))
    return {"iso": iso, "compact": compact, "short": part(compact, 2, 8)}


def _write(days: Days, form: str) -> Texts:
    return _calendar()[form][(days - FIRST_DAY).astype(np.int64)]


def iso_days(days: Days) -> Texts:
    """YYYY-MM-DD, and nothing for NO_DAY."""
    return np.where(days == NO_DAY, np.bytes_(b""), _write(days, "iso"))


def compact_days(days: Days) -> Texts:
    """YYYYMMDD."""
    return _write(days, "compact")


def short_days(days: Days) -> Texts:
    """YYMMDD."""
    return _write(days, "short")


def as_day(day: date) -> np.datetime64:
    """A calendar day as numpy holds it."""
    return np.datetime64(day, "D")
