"""How columns become the bytes of records of one layout.

Values go into the fields of the same name; the other fields keep their default, or the bytes that were read. A value
that does not fit refuses everything: nothing is truncated. Of kept records only the fields whose column says
something else are written, so what could not be understood is not lost.
"""

from collections.abc import Iterator

import numpy as np

from cloison.errors import Misuse
from cloison.gateways.files import digits, reasons
from cloison.gateways.files.columns import Array
from cloison.gateways.files.digits import Int64, Raw
from cloison.gateways.files.layout import Field, Kind, Layout

_SLICE = 16_384
"""Rows filled at once: they stay in the cache, where a pass over all rows for each field would wait for memory."""


def filled(
    layout: Layout, count: int, columns: dict[str, Array], kept: Raw | None = None
) -> Iterator[tuple[slice, Raw]]:
    """The bytes of `count` records, slice by slice. Shapes: columns (count,), bytes (rows of the slice, length)."""
    blank = np.frombuffer(layout.blank, np.uint8)
    for start in range(0, count, _SLICE):
        part = slice(start, min(start + _SLICE, count))
        rows = kept[part].copy() if kept is not None else np.tile(blank, (part.stop - start, 1))
        for name, column in columns.items():
            _put_column(rows, layout, layout[name], column[part], kept is not None)
        yield part, rows


def _put_column(rows: Raw, layout: Layout, item: Field, column: Array, kept: bool) -> None:
    """Write one field of every row; of kept records only where the column says something else."""
    values = _digits_of(column, layout, item) if column.dtype.kind != "S" else _text_of(column, layout, item, kept)
    if not kept:
        _put_values(rows, item, values)
        return
    if values.dtype.kind == "S":
        differs = (digits.exact(rows, item) != values) & (digits.text(rows, item) != values)
    else:
        differs = digits.number(rows, item)[0] != values
        if column.dtype.kind == "M":
            differs &= ~np.isnat(column)  # what could not be read as a day stays as it was
    which = np.flatnonzero(differs)
    if len(which):
        part = rows[which]
        _put_values(part, item, values[which])
        rows[which] = part


def _put_values(rows: Raw, item: Field, values: Array) -> None:
    if values.dtype.kind == "S":
        digits.put_text(rows, item, values)
    else:
        digits.put_number(rows, item, values)


def _digits_of(column: Array, layout: Layout, item: Field) -> Int64:
    """The numbers to write: days as YYMMDD, amounts that fit."""
    values = digits.yymmdd(column) if column.dtype.kind == "M" else column
    if not digits.fits(values, item.width).all():
        raise Misuse(reasons.WRITE_OVERFLOW, f"{layout.code}, {item.name}")
    return values


def _text_of(column: Array, layout: Layout, item: Field, kept: bool) -> Array:
    if column.dtype.itemsize > item.width and (np.char.str_len(column) > item.width).any():
        raise Misuse(reasons.WRITE_OVERFLOW, f"{layout.code}, {item.name}")
    numeric = item.kind in (Kind.NUMBER, Kind.DATE) and not kept
    return digits.padded(column, item.width) if numeric else column
