"""Columns to PostgreSQL at the speed of memory: numpy arrays become one binary COPY message.

Every column is an array of n values. The type of the array says the type of the table's column:

    bool, int16, int32, int64     bool, int2, int4, int8
    datetime64[D]                 date; the last day of the calendar (`period.FOREVER`) is written as 'infinity'
    uint8 of shape (n, 16)        uuid, or bytea of 16 bytes
    uint8 of shape (n, w)         bytea of w bytes
    S (fixed bytes)               text, without its trailing zeros

A value is null where its `missing` mask says so.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cloison.period import FOREVER
from cloison.storage.database import Connection

SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
EPOCH = np.datetime64("2000-01-01", "D")
INFINITY = np.datetime64(FOREVER, "D")
INFINITY_DAYS = np.int32(2**31 - 1)
ROWS_PER_MESSAGE = 32_768


@dataclass(frozen=True, slots=True)
class Nullable:
    """A column some of whose values are null: those where `missing` is true."""

    values: NDArray[np.generic]
    missing: NDArray[np.bool_]


Column = NDArray[np.generic] | Nullable


async def copy(connection: Connection, schema: str, table: str, columns: Mapping[str, Column]) -> int:
    """COPY equal-length columns into a table and return the number of rows."""
    length = _length(columns)
    if length:
        await connection.copy_to_table(
            table,
            schema_name=schema,
            columns=list(columns),
            source=BytesIO(b"".join(binary_copy(list(columns.values())))),
            format="binary",
        )
    return length


async def fetch(
    connection: Connection, query: str, *arguments: object, columns: Mapping[str, str]
) -> dict[str, NDArray[np.generic]]:
    """Run a query and return its columns as arrays, without one Python object per row.

    `columns` names, in the order of the query, each column and its numpy type; "uuid" gives uint8 of shape (n, 16) and
    "date" gives datetime64[D]. Every value must be present: a null, or another width, raises ValueError.
    """
    message = BytesIO()
    await connection.copy_from_query(query, *arguments, output=message, format="binary")
    return _columns_of(message.getvalue(), columns)


WIRE = {"uuid": (np.dtype("V16"), 16), "date": (np.dtype(">i4"), 4), "bool": (np.dtype("?"), 1)}


def packed(rows: bytes, columns: Mapping[str, str]) -> dict[str, NDArray[np.generic]]:
    """Rows that the database put one after the other in its binary format (`int8send` ...), as columns. No nulls."""
    form = np.dtype([(name, wire) for name, (wire, _) in _wires(columns).items()])
    values = np.frombuffer(rows, form)
    return {name: _native(values[name], kind) for name, kind in columns.items()}


def _wires(columns: Mapping[str, str]) -> dict[str, tuple[np.dtype[Any], int]]:  # Any: of each column
    return {name: WIRE.get(kind) or (np.dtype(kind).newbyteorder(">"), np.dtype(kind).itemsize)
            for name, kind in columns.items()}  # fmt: skip


def _columns_of(message: bytes, columns: Mapping[str, str]) -> dict[str, NDArray[np.generic]]:
    wires = _wires(columns)
    parts = [part for name, (form, _) in wires.items() for part in ((f"{name} size", np.dtype(">i4")), (name, form))]
    row = np.dtype([("count", ">i2"), *parts])
    body = message[len(SIGNATURE) : -len(TRAILER)]
    if len(body) % row.itemsize:
        raise ValueError("a value is null or has another width than announced")
    rows = np.frombuffer(body, row)
    for name, (_, width) in wires.items():
        if (rows[f"{name} size"] != width).any():
            raise ValueError(f"column {name} holds a null or has another width than announced")
    return {name: _native(rows[name], kind) for name, kind in columns.items()}


def _native(values: NDArray[np.generic], kind: str) -> NDArray[np.generic]:
    if kind == "uuid":
        return np.ascontiguousarray(values).view(np.uint8).reshape(len(values), 16)
    if kind == "date":
        days = values.astype(np.int64)
        return np.where(days == INFINITY_DAYS, INFINITY, EPOCH + days.astype("timedelta64[D]"))
    return values.astype(np.dtype(kind))


def binary_copy(columns: Sequence[Column]) -> Iterator[bytes]:
    """The parts of a binary COPY message, header and trailer included, in bounded pieces."""
    length = len(_values(columns[0]))
    yield SIGNATURE
    for start in range(0, length, ROWS_PER_MESSAGE):
        yield _rows([_slice(column, start, start + ROWS_PER_MESSAGE) for column in columns])
    yield TRAILER


def _rows(columns: Sequence[Column]) -> bytes:
    fields = [_field(column) for column in columns]
    count = len(_values(columns[0]))
    width = 2 + sum(data.shape[1] for data, _ in fields)
    rows = np.empty((count, width), np.uint8)
    rows[:, :2] = np.frombuffer(np.array(len(columns), ">i2").tobytes(), np.uint8)
    kept: NDArray[np.bool_] | None = None
    position = 2
    for data, keep in fields:
        end = position + data.shape[1]
        rows[:, position:end] = data
        if keep is not None:
            if kept is None:
                kept = np.ones((count, width), np.bool_)
            kept[:, position:end] = keep
        position = end
    return rows.tobytes() if kept is None else rows[kept].tobytes()


def _field(column: Column) -> tuple[NDArray[np.uint8], NDArray[np.bool_] | None]:
    """The bytes of one column, four of length then the value, and which of them are really sent."""
    values = _values(column)
    data, sizes = _encoded(values)
    count, width = data.shape
    keep = None if sizes is None else _within(width, sizes)
    lengths = np.full(count, width, np.int32) if sizes is None else sizes.astype(np.int32)
    if isinstance(column, Nullable):
        keep = (np.ones((count, width), np.bool_) if keep is None else keep) & ~column.missing[:, None]
        lengths = np.where(column.missing, np.int32(-1), lengths)
    field = np.empty((count, 4 + width), np.uint8)
    field[:, :4] = lengths.astype(">i4").view(np.uint8).reshape(count, 4)
    field[:, 4:] = data
    if keep is not None:
        keep = np.concatenate([np.ones((count, 4), np.bool_), keep], axis=1)
    return field, keep


def _within(width: int, sizes: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which bytes of each row belong to its value. Shape (n, width)."""
    return np.arange(width)[None, :] < sizes[:, None]


def _encoded(values: NDArray[np.generic]) -> tuple[NDArray[np.uint8], NDArray[np.int64] | None]:
    count = len(values)
    kind = values.dtype.kind
    if values.ndim == 2:
        assert values.dtype == np.uint8, "a matrix is a column of bytes"
        return values.view(np.uint8), None
    if kind == "b":
        return values.astype(np.uint8).reshape(count, 1), None
    if kind == "i":
        wire = values.astype(values.dtype.newbyteorder(">"))
        return np.ascontiguousarray(wire).view(np.uint8).reshape(count, values.dtype.itemsize), None
    if kind == "M":
        assert values.dtype == np.dtype("datetime64[D]"), "a date column counts days"
        count_of_days = values.astype("datetime64[D]").astype(np.int64) - EPOCH.astype(np.int64)
        days = np.where(values == INFINITY, INFINITY_DAYS, count_of_days).astype(">i4")
        return np.ascontiguousarray(days).view(np.uint8).reshape(count, 4), None
    assert kind == "S", f"no PostgreSQL type for {values.dtype}"
    wide = max(values.dtype.itemsize, 1)
    data = np.ascontiguousarray(values).view(np.uint8).reshape(count, wide)
    return data, np.char.str_len(values.astype(np.bytes_)).astype(np.int64)


def _values(column: Column) -> NDArray[np.generic]:
    return column.values if isinstance(column, Nullable) else column


def _slice(column: Column, start: int, end: int) -> Column:
    if isinstance(column, Nullable):
        return Nullable(column.values[start:end], column.missing[start:end])
    return column[start:end]


def _length(columns: Mapping[str, Column]) -> int:
    lengths = {len(_values(column)) for column in columns.values()}
    assert len(lengths) == 1, "the columns of one table have one length"
    return lengths.pop()
