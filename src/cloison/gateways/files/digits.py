"""How decimal digits lie in columns of bytes, read and written eight at a time.

A field of up to eight digits is loaded as one 64-bit word ending at its last byte; the bytes before it are masked.
Three multiplications then give the number, and two operations say whether all its bytes are digits. Days go through
one table of all YYMMDD. No amount meets a float.
"""

from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from cloison.gateways.files.layout import Field
from cloison.period import Days

Raw = NDArray[np.uint8]
Int64 = NDArray[np.int64]
Flags = NDArray[np.bool_]

_ZEROS = np.uint64(0x3030303030303030)
_CARRY = np.uint64(0x7676767676767676)
_HIGH = np.uint64(0x8080808080808080)
_WORD = 8

PAST_YEARS = 89
"""Two-digit years mean 89 years back to 10 years ahead of the file's date: a care date is then in the file's past, or
plainly in its future and refused."""
_EPOCH = np.datetime64("1970-01-01", "D")
NO_DAY = np.iinfo(np.int32).min
"""In the table of days: all zeros, no date."""
BAD_DAY = NO_DAY + 1
"""In the table of days: digits that are no day of the calendar."""


def _words(raw: Raw, end: int) -> NDArray[np.uint64]:
    """The eight bytes before `end` of each record, as little-endian words. Shapes: raw (n, length), result (n,)."""
    if not len(raw):
        return np.empty(0, np.uint64)
    return np.ndarray(len(raw), "<u8", raw, end - _WORD, raw.strides[:1]).copy()


def _pairs(word: NDArray[np.uint64]) -> Int64:
    """Eight digits, first in the lowest byte, as a number."""
    word *= np.uint64(2561)
    word >>= np.uint64(8)
    word &= np.uint64(0x00FF00FF00FF00FF)
    word *= np.uint64(6553601)
    word >>= np.uint64(16)
    word &= np.uint64(0x0000FFFF0000FFFF)
    word *= np.uint64(42949672960001)
    word >>= np.uint64(32)
    return word.view(np.int64)


def number(raw: Raw, item: Field) -> tuple[Int64, Flags | None]:
    """The values of a field, and which rows are not digits (None when all are). Such a row has value 0."""
    assert raw.flags.c_contiguous
    width = item.width
    if item.end < _WORD:
        return _narrow(raw, item)
    word = _words(raw, item.end)
    word ^= _ZEROS
    if width < _WORD:
        word &= np.uint64((0xFFFFFFFFFFFFFFFF << (8 * (_WORD - width))) & 0xFFFFFFFFFFFFFFFF)
    wrong = ((word + _CARRY) | word) & _HIGH
    bad = wrong != 0 if wrong.any() else None
    value = _pairs(word)
    if width > _WORD:
        rest = Field(item.name, item.position, width - _WORD, item.kind, item.label, item.evidence, b"")
        high, bad_high = number(raw, rest)
        value += high * 10**_WORD
        if bad_high is not None:
            bad = bad_high if bad is None else bad | bad_high
    if bad is not None:
        value[bad] = 0
    return value, bad


def _narrow(raw: Raw, item: Field) -> tuple[Int64, Flags | None]:
    """A field too near the start of the record to load a whole word."""
    value = np.zeros(len(raw), np.int64)
    bad = np.zeros(len(raw), np.bool_)
    for at in range(item.start, item.end):
        digit = raw[:, at] - np.uint8(48)
        bad |= digit > 9
        value = value * 10 + digit
    value[bad] = 0
    return value, bad if bad.any() else None


def text(raw: Raw, item: Field) -> NDArray[np.bytes_]:
    """The bytes of a field, spaces on the right removed."""
    block = raw[:, item.start : item.end].copy()
    trailing = np.ones(len(block), np.bool_)
    for at in range(item.width - 1, -1, -1):
        trailing &= block[:, at] == 32
        if not trailing.any():
            break
        block[trailing, at] = 0
    return block.view(f"S{item.width}").reshape(-1)


def exact(raw: Raw, item: Field) -> NDArray[np.bytes_]:
    """The bytes of a field, as they are."""
    return np.ascontiguousarray(raw[:, item.start : item.end]).view(f"S{item.width}").reshape(-1)


@lru_cache(maxsize=8)
def _day_table(file_year: int) -> NDArray[np.int32]:
    """For each YYMMDD the day, as days since 1970. Shape (1 000 000,)."""
    first = file_year - PAST_YEARS
    table = np.full(1_000_000, BAD_DAY, np.int32)
    days = np.arange(np.datetime64(date(first, 1, 1)), np.datetime64(date(first + 100, 1, 1)))
    years = days.astype("M8[Y]")
    months = days.astype("M8[M]")
    yy = (years.astype(np.int64) + 1970) % 100
    mm = (months - years).astype(np.int64) + 1
    dd = (days - months).astype(np.int64) + 1
    table[yy * 10_000 + mm * 100 + dd] = days.astype(np.int64)
    table[0] = NO_DAY
    return table


def day(raw: Raw, item: Field, file_year: int) -> tuple[Days, Flags | None, Flags | None]:
    """The days of a YYMMDD field, which rows are not digits, and which are digits but no day of the calendar."""
    value, not_digits = number(raw, item)
    days = _day_table(file_year)[value]
    wrong = days == BAD_DAY
    no_such_day = wrong if wrong.any() else None
    result = days.astype(np.int64).view("M8[D]")
    missing = days <= BAD_DAY
    if missing.any():
        result[missing] = np.datetime64("NaT")
    return result, not_digits, no_such_day


@lru_cache(maxsize=1)
def _four_digits() -> NDArray[np.uint32]:
    """The bytes of 0000 to 9999 as little-endian words."""
    numbers = np.arange(10_000)
    table = np.empty((10_000, 4), np.uint8)
    for at in range(3, -1, -1):
        numbers, digit = np.divmod(numbers, 10)
        table[:, at] = digit + 48
    return table.view("<u4").reshape(-1)


def fits(values: Int64, width: int) -> Flags:
    """Whether each value can be written in `width` digits."""
    return (values >= 0) & (values < 10**width)


def put_number(raw: Raw, item: Field, values: NDArray[np.signedinteger]) -> None:
    """Write values, right-aligned with zeros on the left. The caller has checked that they fit."""
    blocks = (item.width + 3) // 4
    text4 = _four_digits()
    block = np.empty((len(raw), blocks), "<u4")
    rest = np.asarray(values, np.int64)
    for at in range(blocks - 1, 0, -1):
        high = rest // 10_000
        block[:, at] = text4[rest - high * 10_000]
        rest = high
    block[:, 0] = text4[rest]
    raw[:, item.start : item.end] = block.view(np.uint8)[:, blocks * 4 - item.width :]


def padded(values: NDArray[np.bytes_], width: int) -> NDArray[np.bytes_]:
    """Numbers given as text, with zeros on the left up to `width`; empty ones stay empty."""
    result = values.astype(f"S{width}")
    length = np.char.str_len(values)
    short = (length > 0) & (length < width)
    if short.any():
        result[short] = np.char.zfill(result[short], width)
    return result


def put_text(raw: Raw, item: Field, values: NDArray[np.bytes_]) -> None:
    """Write bytes, spaces on the right; an empty text writes the default of the field."""
    block = np.ascontiguousarray(values.astype(f"S{item.width}", copy=False)).view(np.uint8)
    block = block.reshape(len(raw), item.width)
    if item.default.strip(b" "):
        empty = block[:, 0] == 0
        block = np.where(block == 0, np.uint8(32), block)
        block[empty] = np.frombuffer(item.default, np.uint8)
        raw[:, item.start : item.end] = block
    else:
        raw[:, item.start : item.end] = np.where(block == 0, np.uint8(32), block)


def yymmdd(days: Days) -> Int64:
    """Days as six digits, NaT as zero."""
    present = ~np.isnat(days)
    known: Days = np.where(present, days, _EPOCH)
    years: Days = known.astype("M8[Y]")
    months: Days = known.astype("M8[M]")
    month = (months - years.astype("M8[M]")).astype(np.int64) + 1
    of_month = (known - months.astype("M8[D]")).astype(np.int64) + 1
    value = (years.astype(np.int64) + 1970) % 100 * 10_000 + month * 100 + of_month
    return np.where(present, value, 0)
