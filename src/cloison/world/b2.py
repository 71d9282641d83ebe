"""B2 files as professionals' software writes them, 128 bytes per record, positions of domain.md section 5.

Written apart from the reader of the operator on purpose: a reader that agrees with its own writer proves nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cloison.world.care import CODE_TEXTS, Lines
from cloison.world.invoices import Flaw, Invoices
from cloison.world.professionals import Kind, Practices
from cloison.world.text import Bools, Bytes, Ints, Texts, cells_of, digits, ranks, repeat, short_days

RECORD = 128
LOT_POSITION = {1: 19, 6: 51}
"""Where records 1 and 6 hold the number of the batch (from 0), to be filled when the file is known."""
LOTS_PER_FILE_MAX = 999
ENGAGEMENT = slice(64, 84)
"""Where a 2S record of the project's profile holds the guarantee number."""

_FEES_KINDS = np.array([kind not in (Kind.PHARMACIE, Kind.TAXI) for kind in Kind])
_WRONG_DATE = "260231"
_PATHWAY = np.array([b"T", b"O", b" ", b" ", b" ", b" ", b" ", b" "], np.bytes_)


@dataclass(frozen=True, slots=True)
class Lots:
    """Batches of one concentrator, back to back. `stamps`: record (from 0) of each 2S, and whose invoice it is."""

    cells: Bytes
    records: Ints
    stamps: Ints
    invoices: Ints


def _blank(rows: int, kind: str) -> Bytes:
    cells = np.full((rows, RECORD), ord(" "), np.uint8)
    cells[:, 0 : len(kind)] = np.frombuffer(kind.encode(), np.uint8)
    return cells


def _put(cells: Bytes, position: int, column: Texts) -> None:
    start = position - 1
    cells[:, start : start + column.dtype.itemsize] = cells_of(column)


def _put_same(cells: Bytes, position: int, value: str) -> None:
    start = position - 1
    cells[:, start : start + len(value)] = np.frombuffer(value.encode(), np.uint8)


def write_lots(
    chosen: Ints, invoices: Invoices, lines: Lines, asked: Ints, impossible: Bools, practices: Practices,
    day: np.datetime64,
) -> Lots:  # fmt: skip
    """The batches that hold the `chosen` invoices (sorted by practice, repeats allowed), one batch per practice."""
    starts = ranks(lines.invoice, np.arange(invoices.right.size + 1))
    counts = np.diff(starts)[chosen]
    copied = np.repeat(np.arange(chosen.size), counts)
    which = np.repeat(starts[chosen] - np.cumsum(counts) + counts, counts) + np.arange(copied.size)

    practice = invoices.visits.practice[chosen]
    opens = np.flatnonzero(np.concatenate(([True], practice[1:] != practice[:-1]))) if chosen.size else chosen
    lot = np.cumsum(np.isin(np.arange(chosen.size), opens)) - 1
    before = np.cumsum(counts + 3) - (counts + 3)
    head = before + 2 * lot + 1
    line_rows = np.repeat(head + 2 - np.cumsum(counts) + counts, counts) + np.arange(copied.size)
    lot_sizes = np.bincount(lot, counts + 3).astype(np.int64) + 2 if chosen.size else np.zeros(0, np.int64)
    lot_starts = np.cumsum(lot_sizes) - lot_sizes

    cells = np.empty((int(lot_sizes.sum()), RECORD), np.uint8)
    prefix = _prefix(invoices, practices, chosen)
    numbers = practices.number[practice[opens]]
    header, sub = _invoice_records(invoices, lines, chosen, which, copied, prefix)
    cells[head], cells[head + 1] = header, sub
    fees = _FEES_KINDS[invoices.visits.kind[chosen]][copied]
    written = _line_records(lines, asked, impossible, practices, practice[copied], which, fees)
    written[:, 1:38] = prefix[copied]
    cells[line_rows] = written
    totals = _Totals.of(lines, asked, which, copied, chosen.size)
    cells[head + 2 + counts] = _total_records(totals, counts, fees_of(invoices, chosen), invoices.flaw[chosen], prefix)
    per_lot = np.bincount(lot, minlength=opens.size)
    shown = totals.total + np.where(invoices.flaw[chosen] == Flaw.WRONG_TOTALS, _EXCESS, 0)
    cells[lot_starts] = _lot_headers(numbers, practices.name[practice[opens]], day)
    cells[lot_starts + lot_sizes - 1] = _lot_totals(
        numbers, per_lot, np.bincount(lot, counts).astype(np.int64), np.bincount(lot, shown).astype(np.int64)
    )
    return Lots(cells, lot_sizes, head + 1, chosen)


def fees_of(invoices: Invoices, chosen: Ints) -> Bools:
    """Whether each invoice has fee lines (record 4) rather than service lines (record 3)."""
    return _FEES_KINDS[invoices.visits.kind[chosen]]


_EXCESS = 1_000
"""Ten euros too many in a wrong total."""


@dataclass(frozen=True, slots=True)
class _Totals:
    base: Ints
    amo: Ints
    total: Ints
    asked: Ints

    @classmethod
    def of(cls, lines: Lines, asked: Ints, which: Ints, copied: Ints, size: int) -> "_Totals":
        def added(column: Ints) -> Ints:
            # float64 sums are exact below 2^53 cents.
            return np.bincount(copied, column[which], minlength=size).astype(np.int64)

        return cls(added(lines.base), added(lines.amo), added(lines.total), added(asked))


def _prefix(invoices: Invoices, practices: Practices, chosen: Ints) -> Bytes:
    """Positions 2 to 38, common to all records of an invoice."""
    cells = _blank(chosen.size, "2")
    _put(cells, 2, practices.number[invoices.visits.practice[chosen]])
    _put(cells, 12, invoices.nir[chosen])
    _put_same(cells, 27, "000")
    _put(cells, 30, invoices.number[chosen])
    return cells[:, 1:38]


def _invoice_records(
    invoices: Invoices, lines: Lines, chosen: Ints, which: Ints, copied: Ints, prefix: Bytes
) -> tuple[Bytes, Bytes]:
    day = short_days(invoices.visits.day[chosen])
    header = _blank(chosen.size, "2")
    header[:, 1:38] = prefix
    _put_same(header, 39, "1" + "0" * 9 + "01" + "751" + "0000" + "3")
    _put(header, 59, day)
    _put_same(header, 65, "000000" + "751" + "000" + "10" + "0")
    _put(header, 80, day)
    _put_same(header, 86, "000000000 ")
    _put(header, 96, invoices.birth[chosen])
    _put(header, 102, invoices.birth_rank[chosen])
    _put(header, 103, day)
    _put(header, 109, day)
    _put_same(header, 115, "01" + "01")
    _put(header, 119, invoices.amc[chosen])

    sub = _blank(chosen.size, "2")
    sub[:, 1:38] = prefix
    _put_same(sub, 39, "S")
    _put(sub, 50, invoices.own_nir[chosen])
    pathway = np.where(invoices.outside[chosen], np.bytes_(b"S"), _PATHWAY[invoices.visits.kind[chosen]])
    _put(sub, 121, pathway)
    return header, sub


def _line_records(
    lines: Lines, asked: Ints, impossible: Bools, practices: Practices, practice: Ints, which: Ints, fees: Bools
) -> Bytes:
    cells = _blank(which.size, "3")
    day = np.where(impossible[which], repeat(_WRONG_DATE, which.size), short_days(lines.day[which]))
    columns = (lines.coefficient[which], lines.unit[which], lines.base[which], lines.rate[which], lines.amo[which],
               lines.total[which], asked[which], lines.quantity[which])  # fmt: skip
    for rows, write in ((np.flatnonzero(fees), _fee_fields), (np.flatnonzero(~fees), _service_fields)):
        block = cells[rows]
        write(block, day[rows], CODE_TEXTS[lines.code[which[rows]]], tuple(column[rows] for column in columns))
        if write is _fee_fields:
            _put(block, 68, digits(practices.specialty[practice[rows]], 2))
        cells[rows] = block
    return cells


def _service_fields(cells: Bytes, day: Texts, code: Texts, columns: Sequence[Ints]) -> None:
    coefficient, unit, base, rate, amo, total, asked, quantity = columns
    _put_same(cells, 39, "07000")
    _put(cells, 44, day)
    _put(cells, 50, day)
    _put(cells, 56, code)
    _put(cells, 61, digits(quantity, 3))
    _put_same(cells, 64, "0")
    _put(cells, 65, digits(coefficient, 5))
    _put_same(cells, 70, " 10000")
    _put(cells, 76, digits(unit, 7))
    _put(cells, 83, digits(base, 8))
    _put(cells, 91, digits(rate, 3))
    _put(cells, 94, digits(amo, 8))
    _put(cells, 102, digits(total, 8))
    _put_same(cells, 110, "0000000")
    _put(cells, 122, digits(asked, 7))


def _fee_fields(cells: Bytes, day: Texts, code: Texts, columns: Sequence[Ints]) -> None:
    coefficient, unit, base, rate, amo, total, asked, quantity = columns
    _put_same(cells, 1, "4")
    _put_same(cells, 39, "07000")
    _put_same(cells, 54, "0")
    _put(cells, 70, day)
    _put(cells, 76, code)
    _put(cells, 81, digits(quantity, 2))
    _put(cells, 83, digits(coefficient, 6))
    _put_same(cells, 89, "01")
    _put(cells, 91, digits(unit, 7))
    _put(cells, 98, digits(base, 7))
    _put(cells, 105, digits(rate, 3))
    _put(cells, 108, digits(amo, 7))
    _put(cells, 115, digits(total, 8))
    _put(cells, 123, digits(asked, 6))


def _total_records(totals: _Totals, counts: Ints, fees: Bools, flaw: Ints, prefix: Bytes) -> Bytes:
    cells = _blank(counts.size, "5")
    cells[:, 1:38] = prefix
    shown = totals.total + np.where(flaw == Flaw.WRONG_TOTALS, _EXCESS, 0)
    _put(cells, 39, digits(counts, 3))
    _put(cells, 42, digits(np.where(fees, 0, totals.base), 8))
    _put(cells, 50, digits(np.where(fees, 0, totals.amo), 8))
    _put(cells, 58, digits(np.where(fees, shown, 0), 8))
    _put(cells, 66, digits(np.where(fees, totals.amo, 0), 8))
    _put(cells, 74, digits(totals.total - totals.amo, 8))
    _put(cells, 82, digits(np.where(fees, 0, totals.asked), 8))
    _put(cells, 90, digits(np.where(fees, totals.asked, 0), 8))
    _put(cells, 115, digits(np.where(fees, 0, shown), 8))
    return cells


def _lot_headers(numbers: Texts, names: Texts, day: np.datetime64) -> Bytes:
    cells = _blank(numbers.size, "1")
    _put(cells, 2, numbers)
    _put_same(cells, 17, "751" + "000" + "189" + "60" + "05")
    name = cells_of(names)[:, :40]
    cells[:, 29 : 29 + name.shape[1]] = np.where(name == 0, ord(" "), name)
    _put_same(cells, 70, "B2" + str(day)[2:].replace("-", "") + " " + "CP" + " " + "062007" + "U")
    return cells


def _lot_totals(numbers: Texts, invoices: Ints, acts: Ints, total: Ints) -> Bytes:
    cells = _blank(numbers.size, "6")
    _put(cells, 2, numbers)
    _put(cells, 11, digits(invoices, 3))
    _put(cells, 14, digits(acts, 4))
    _put(cells, 18, digits(invoices, 4))
    _put(cells, 22, digits(invoices, 3))
    _put(cells, 25, digits(total, 9))
    _put(cells, 34, digits(total, 9))
    _put_same(cells, 43, "000000000" + "000")
    return cells


def _ends(kind: str, emitter: str, identifier: str) -> Bytes:
    cells = _blank(1, kind)
    _put_same(cells, 4, "SI" + "00000" + emitter + "MONDE " + "OT" + "00000999000001" + "CLOISO" + "TR" + identifier)
    return cells


def file_header(emitter: str, identifier: str, day: np.datetime64) -> bytes:
    """Record 000. `emitter` has nine digits, `identifier` six characters."""
    cells = _ends("000", emitter, identifier)
    _put_same(cells, 56, str(day)[2:].replace("-", "") + "CP  " + "B2")
    _put_same(cells, 83, str(RECORD))
    return cells.tobytes()


def file_trailer(emitter: str, identifier: str, records: int, lots: int) -> bytes:
    """Record 999; `records` counts it."""
    cells = _ends("999", emitter, identifier)
    _put_same(cells, 56, f"{records:08d}")
    _put_same(cells, 83, f"{lots:03d}")
    return cells.tobytes()


def number_lots(cells: Bytes, records: Ints, first_number: int) -> None:
    """Write the number of each batch into its records 1 and 6, in place."""
    starts = np.cumsum(records) - records
    numbers = cells_of(digits(first_number + np.arange(records.size), 3))
    cells[starts, LOT_POSITION[1] : LOT_POSITION[1] + 3] = numbers
    cells[starts + records - 1, LOT_POSITION[6] : LOT_POSITION[6] + 3] = numbers
