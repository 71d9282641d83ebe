"""What the structure of a B2 file says before any invoice is read: is the file whole, is each batch whole.

One pass, in blocks. Kept in memory: one byte per record, about thirty per invoice, and the heads and totals of at
most 999 batches. What makes the file unreadable refuses it as a whole; a batch whose record 6 is wrong is refused as
a unit; everything else is left to the reading of invoices, one by one.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np

from cloison.errors import Reason
from cloison.gateways.files import b2_source as kind
from cloison.gateways.files import digits, reasons
from cloison.gateways.files.b2_columns import Batches, Flags, Header, Int8, Int64, Raw
from cloison.gateways.files.b2_layout import (
    BATCH,
    BATCH_TOTAL,
    BATCHES_MAX,
    FEE,
    HEADER,
    INVOICE,
    INVOICE_TOTAL,
    INVOICES_MAX,
    LENGTH,
    LINE,
    TRAILER,
    field_name,
)
from cloison.gateways.files.b2_source import Source, kinds_of
from cloison.gateways.files.defects import NO_NUMBER, DefectLog, Defects, nothing
from cloison.gateways.files.layout import Layout
from cloison.gateways.files.reasons import REASONS

_FOREIGN = (b"\x1f\x8b", b"PK\x03\x04", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"0\x000\x00", b"\xf0\xf0\xf0")
"""gzip, zip, byte order marks, UTF-16 without a mark, EBCDIC."""
FILE_REASONS_MAX = 29
"""Reasons up to this number refuse the file as a whole."""


@dataclass(frozen=True, repr=False)
class Survey:
    """The structure of one file. Invoices are counted, placed and delimited; their content is not judged yet."""

    source: Source
    header: Header
    batches: Batches
    invoice_first: Int64
    """Record where each invoice starts."""
    invoice_last: Int64
    repeated: Int64
    """Records of the invoices whose number came before in the file, for the same issuer. Sorted."""
    line_count: int
    defects: Defects = field(default_factory=lambda: nothing(field_name))
    refused: Reason | None = None
    """Why the whole file is refused; None when its sound batches can be read."""

    @property
    def path(self) -> Path:
        return self.source.path

    @property
    def record_count(self) -> int:
        return self.source.count

    @property
    def invoice_count(self) -> int:
        return len(self.invoice_first)

    @property
    def batch_count(self) -> int:
        return len(self.batches)

    def __repr__(self) -> str:
        return f"Survey({self.record_count} records, {self.batch_count} batches, {self.invoice_count} invoices)"


def survey(path: str | Path) -> Survey:
    """The structure of the file at `path`."""
    source = Source.of(Path(path))
    log = DefectLog(field_name)
    if not _has_records(source, log):
        return _refused(source, log)
    scan = _scan(source)
    header, file_year = _header(scan, log)
    _check_file(source, scan, log)
    batches = _batches(source, scan, file_year, log)
    first, last = _invoice_bounds(scan)
    issuers = batches.practice_number
    defects = log.closed()
    return Survey(
        source, header, batches, first, last, _repeated(scan, issuers), scan.line_count, defects, _worst(defects)
    )


@dataclass(frozen=True)
class _Scan:
    """What one pass over the file keeps."""

    kinds: Int8
    first_row: Raw
    last_row: Raw
    heads: Raw
    totals: Raw
    invoice_number: Int64
    """-1 where it is not a number."""
    five_at: Int64
    five_lines: Int64
    five_amount: Int64
    five_legible: Flags

    def at(self, wanted: int) -> Int64:
        return np.flatnonzero(self.kinds == wanted)

    @property
    def line_count(self) -> int:
        return int(np.count_nonzero((self.kinds == kind.LINE) | (self.kinds == kind.FEE)))


def _has_records(source: Source, log: DefectLog) -> bool:
    """Whether the file is made of records at all."""
    if source.size == 0:
        log.add(reasons.FILE_EMPTY.number, 0)
        return False
    with source.path.open("rb") as file:
        start = file.read(32 * LENGTH)
    if start.startswith(_FOREIGN):
        log.add(reasons.FILE_ENCODING.number, 0)
        return False
    cut = start.find(b"\n")
    line = cut - 1 if cut > 0 and start[cut - 1 : cut] == b"\r" else cut
    if not source.separator and cut >= 0 and (source.size > source.count * LENGTH + source.closing or cut < LENGTH):
        log.add(reasons.FILE_RECORD_LENGTH.number, cut // LENGTH + 1, 0, LENGTH, line)
        return False
    if source.closing or source.separator:
        log.add(reasons.SEPARATORS.number, 1)
    if source.count == 0:
        log.add(reasons.FILE_TRUNCATED.number, 1, 0, LENGTH, source.remainder)
    return source.count > 0


def _scan(source: Source) -> _Scan:
    """The one pass."""
    parts: list[tuple[Int8, Int64, Int64, Int64, Int64, Flags]] = []
    heads: list[Raw] = []
    totals: list[Raw] = []
    kept_heads = kept_totals = 0
    first_row = last_row = np.empty((0, LENGTH), np.uint8)
    for at, raw in source.blocks():
        kinds = kinds_of(raw)
        five = np.flatnonzero(kinds == kind.INVOICE_TOTAL)
        fives = raw[five]
        lines, bad_lines = digits.number(fives, INVOICE_TOTAL["announced_lines"])
        services, bad_services = digits.number(fives, INVOICE_TOTAL["total_ph"])
        fees, bad_fees = digits.number(fives, INVOICE_TOTAL["fees"])
        legible = np.ones(len(five), np.bool_)
        for bad in (bad_lines, bad_services, bad_fees):
            if bad is not None:
                legible &= ~bad
        numbers, bad_number = digits.number(raw[kinds == kind.INVOICE], INVOICE["invoice_number"])
        if bad_number is not None:
            numbers[bad_number] = -1
        parts.append((kinds, numbers, five + at, lines, services + fees, legible))
        block_heads, block_totals = raw[kinds == kind.BATCH], raw[kinds == kind.BATCH_TOTAL]
        heads.append(block_heads[: max(0, BATCHES_MAX + 1 - kept_heads)])
        totals.append(block_totals[: max(0, 2 * BATCHES_MAX - kept_totals)])
        kept_heads, kept_totals = kept_heads + len(block_heads), kept_totals + len(block_totals)
        first_row = raw[:1].copy() if at == 0 else first_row
        last_row = raw[-1:].copy()
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    kinds, numbers, five_at, five_lines, amount, legible = columns
    return _Scan(
        kinds.astype(np.int8, copy=False), first_row, last_row, np.concatenate(heads), np.concatenate(totals),
        numbers, five_at, five_lines, amount, legible.astype(np.bool_, copy=False),
    )  # fmt: skip


def _text(row: Raw, layout: Layout, name: str) -> str:
    return row[0, layout[name].start : layout[name].end].tobytes().decode("latin-1").rstrip(" \0")


def _header(scan: _Scan, log: DefectLog) -> tuple[Header, int]:
    """Record 000 in words, and the year two-digit years refer to."""
    if scan.kinds[0] != kind.HEADER:
        log.add(reasons.FILE_NO_HEADER.number, 1)
        return Header(), 2000
    row = scan.first_row
    value, bad = digits.number(row, HEADER["created"])
    file_year = 2000 + int(value[0]) // 10_000
    created: date | None = None
    try:
        created = date(file_year, int(value[0]) // 100 % 100, int(value[0]) % 100) if bad is None else None
    except ValueError:
        created = None
    if created is None:
        log.add(reasons.FILE_DATE.number, 1, HEADER.field_id("created"))
    length = _text(row, HEADER, "record_length")
    if length != str(LENGTH):
        found = int(length) if length.isascii() and length.isdigit() else NO_NUMBER
        log.add(reasons.FILE_RECORD_LENGTH.number, 1, HEADER.field_id("record_length"), LENGTH, found)
    names = (
        "sender_type", "sender", "sender_program", "receiver_type", "receiver", "receiver_program", "exchange",
        "file_id", "norm", "message",
    )  # fmt: skip
    words = {name: _text(row, HEADER, name) for name in names}
    return Header(created=created, raw=row.tobytes(), raw_trailer=scan.last_row.tobytes(), **words), file_year


def _check_file(source: Source, scan: _Scan, log: DefectLog) -> None:
    """Everything that refuses the file as a whole, its header apart."""
    if source.remainder:
        log.add(reasons.FILE_TRUNCATED.number, source.count + 1, 0, LENGTH, source.remainder)
    broken = source.broken_separators()
    if broken is not None:
        log.add(reasons.FILE_SHIFTED.number, broken + 1)
    whole = scan.kinds[-1] == kind.TRAILER
    if not whole:
        log.add(reasons.FILE_NO_TRAILER.number, len(scan.kinds))
        unknown = scan.at(kind.UNKNOWN)
        if len(unknown) and broken is None:
            log.add(reasons.FILE_SHIFTED.number, int(unknown[0]) + 1)
    heads = scan.at(kind.BATCH)
    _check_counters(scan, len(heads), whole, log)
    if not len(heads):
        log.add(reasons.FILE_NO_BATCH.number, 0)
    inner = np.flatnonzero((scan.kinds == kind.HEADER) | (scan.kinds == kind.TRAILER)) + 1
    inner = inner[(inner > 1) & (inner < len(scan.kinds))]
    log.add(reasons.FILE_ORDER.number, inner)
    if len(heads) and heads[0] > 1:
        log.add(reasons.FILE_ORDER.number, 2)


def _check_counters(scan: _Scan, batch_count: int, whole: bool, log: DefectLog) -> None:
    """Record 999 against the file. More batches than it can count are refused too."""
    checks = (
        ("record_count", reasons.FILE_RECORD_COUNT, len(scan.kinds)),
        ("batch_count", reasons.FILE_BATCH_COUNT, batch_count),
    )
    for name, reason, actual in checks if whole else ():
        announced, bad = digits.number(scan.last_row, TRAILER[name])
        if bad is not None or announced[0] != actual:
            found = NO_NUMBER if bad is not None else int(announced[0])
            log.add(reason.number, len(scan.kinds), TRAILER.field_id(name), actual, found)
    if batch_count > BATCHES_MAX and reasons.FILE_BATCH_COUNT.number not in log.counted:
        log.add(reasons.FILE_BATCH_COUNT.number, len(scan.kinds), 0, BATCHES_MAX, batch_count)


def _batches(source: Source, scan: _Scan, file_year: int, log: DefectLog) -> Batches:
    """Each batch with the reason that refuses it, if one does."""
    starts = scan.at(kind.BATCH)[: len(scan.heads)]
    count = len(starts)
    whole = int(scan.kinds[-1] == kind.TRAILER)
    ends = np.append(starts[1:], len(scan.kinds) - whole)
    heads = scan.heads[:count]
    days, bad_day, no_day = digits.day(heads, BATCH["date"], file_year)
    texts = ("caisse", "category", "legal_status", "tariff_mode", "norm")
    batches = Batches.blank(
        count,
        first_record=starts + 1,
        last_record=ends,
        practice_number=digits.exact(heads, BATCH["practice_number"]),
        number=digits.exact(heads, BATCH["number"]),
        name=digits.text(heads, BATCH["name"]),
        date=days,
        **{name: digits.exact(heads, BATCH[name]) for name in texts},
    )
    check = _BatchCheck(source, scan, batches, starts, ends, log)
    for bad in (bad_day, no_day):
        if bad is not None:
            check.refuse(bad, reasons.BATCH_FIELD, starts, BATCH.field_id("date"))
    check.order()
    check.totals()
    return batches


class _BatchCheck:
    """Records 1 to 6 of every batch against each other. Fills the columns of `batches`."""

    def __init__(
        self, source: Source, scan: _Scan, batches: Batches, starts: Int64, ends: Int64, log: DefectLog
    ) -> None:
        self.source, self.scan, self.batches, self.log = source, scan, batches, log
        self.starts, self.ends = starts, ends
        self.invoices_at = scan.at(kind.INVOICE)
        self.invoice_count = np.searchsorted(self.invoices_at, ends) - np.searchsorted(self.invoices_at, starts)
        totals_at = scan.at(kind.BATCH_TOTAL)
        which = np.searchsorted(totals_at, starts)
        padded = np.append(totals_at, np.iinfo(np.int64).max)
        self.has_total = padded[which] < ends
        self.total_at = np.where(self.has_total, padded[which], ends - 1)
        self.total_row = np.minimum(which, max(0, len(scan.totals) - 1))

    def refuse(
        self,
        mask: Flags,
        reason: Reason,
        at: Int64,
        field_id: int = 0,
        expected: Int64 | None = None,
        found: Int64 | None = None,
    ) -> None:
        rows = np.flatnonzero(mask)
        self.log.add(
            reason.number, at[rows] + 1, field_id,
            NO_NUMBER if expected is None else expected[rows], NO_NUMBER if found is None else found[rows],
        )  # fmt: skip
        current = self.batches.reason[rows]
        self.batches.reason[rows] = np.where(current == 0, reason.number, np.minimum(current, reason.number))

    def order(self) -> None:
        """One record 6, at the end; nothing but invoices before it."""
        self.refuse(~self.has_total, reasons.BATCH_NO_TOTAL, self.starts)
        self.refuse(self.has_total & (self.total_at != self.ends - 1), reasons.BATCH_ORDER, self.total_at + 1)
        second = self.scan.kinds[np.minimum(self.starts + 1, len(self.scan.kinds) - 1)]
        astray = (self.ends > self.starts + 1) & (second != kind.INVOICE) & (second != kind.BATCH_TOTAL)
        self.refuse(astray, reasons.BATCH_ORDER, self.starts + 1)
        self.refuse(self.invoice_count == 0, reasons.BATCH_EMPTY, self.starts)

    def totals(self) -> None:
        """Record 6 against the records 2 and 5 of its batch."""
        scan, batches = self.scan, self.batches
        if not len(scan.totals) or not len(batches):
            return
        rows = scan.totals[self.total_row]
        for name in ("practice_number", "number"):
            differs = digits.exact(rows, BATCH_TOTAL[name]) != digits.exact(scan.heads[: len(batches)], BATCH[name])
            self.refuse(self.has_total & differs, reasons.BATCH_NUMBER, self.total_at, BATCH_TOTAL.field_id(name))
        lines, amount, certain = self._announced_by_invoices()
        self._compare(rows, "invoice_count", reasons.BATCH_INVOICE_COUNT, self.invoice_count, self.has_total)
        self._compare(rows, "line_count", reasons.BATCH_LINE_COUNT, lines, certain, self._lines_present)
        self._compare(rows, "total", reasons.BATCH_TOTAL, amount, certain, self._charged_by_lines)
        too_many = self.invoice_count > INVOICES_MAX
        self.refuse(too_many, reasons.BATCH_INVOICE_COUNT, self.total_at, 0, np.full(len(rows), INVOICES_MAX))

    def _announced_by_invoices(self) -> tuple[Int64, Int64, Flags]:
        """Lines and amount that records 5 announce, and where they can be trusted.

        A batch with an invoice whose record 5 is missing or illegible has no certain sum: that invoice is refused
        alone, and the others are still held to their own record 5.
        """
        scan = self.scan
        low, high = np.searchsorted(scan.five_at, self.starts), np.searchsorted(scan.five_at, self.ends)
        sums = [np.concatenate([[0], np.cumsum(column)]) for column in (scan.five_lines, scan.five_amount)]
        legible = np.concatenate([[0], np.cumsum(scan.five_legible)])
        certain = self.has_total & (legible[high] - legible[low] == self.invoice_count)
        certain &= high - low == self.invoice_count
        return sums[0][high] - sums[0][low], sums[1][high] - sums[1][low], certain

    def _lines_present(self, rows: Int64) -> Int64:
        """How many records 3 and 4 stand in some batches."""
        is_line = (self.scan.kinds == kind.LINE) | (self.scan.kinds == kind.FEE)
        return np.array([np.count_nonzero(is_line[self.starts[row] : self.ends[row]]) for row in rows], np.int64)

    def _charged_by_lines(self, rows: Int64) -> Int64:
        """What the records 3 and 4 of some batches charge. These batches are read again."""
        sums = np.zeros(len(rows), np.int64)
        for at, row in enumerate(rows):
            for _, raw in self.source.blocks(int(self.starts[row]), int(self.ends[row])):
                kinds = kinds_of(raw)
                for layout, wanted in ((LINE, kind.LINE), (FEE, kind.FEE)):
                    sums[at] += digits.number(raw[kinds == wanted], layout["total"])[0].sum()
        return sums

    def _compare(
        self,
        rows: Raw,
        name: str,
        reason: Reason,
        actual: Int64,
        judged: Flags,
        otherwise: Callable[[Int64], Int64] | None = None,
    ) -> None:
        """Refuse batches whose record 6 announces something else than the records 5, and than the lines: when it
        agrees with the lines, one record 5 is wrong and refuses its invoice alone."""
        announced, bad = digits.number(rows, BATCH_TOTAL[name])
        field_id = BATCH_TOTAL.field_id(name)
        if bad is not None:
            self.refuse(bad & self.has_total, reasons.BATCH_FIELD, self.total_at, field_id)
            judged = judged & ~bad
        differs = judged & (announced != actual)
        doubtful = np.flatnonzero(differs)
        if otherwise is not None and len(doubtful):
            differs[doubtful] = announced[doubtful] != otherwise(doubtful)
        self.refuse(differs, reason, self.total_at, field_id, actual, announced)
        column = getattr(self.batches, name)
        column[:] = np.where(self.has_total, announced, 0)


def _invoice_bounds(scan: _Scan) -> tuple[Int64, Int64]:
    """First and last record of every invoice: until the next invoice, batch, record 6 or end."""
    walls = np.isin(
        scan.kinds, (kind.INVOICE, kind.BATCH, kind.BATCH_TOTAL, kind.HEADER, kind.TRAILER)
    )  # fmt: skip
    walls_at = np.append(np.flatnonzero(walls), len(scan.kinds))
    first = scan.at(kind.INVOICE)
    return first + 1, walls_at[np.searchsorted(walls_at, first) + 1]


def _repeated(scan: _Scan, issuers: np.ndarray[tuple[int], np.dtype[np.bytes_]]) -> Int64:
    """Records of the invoices whose issuer and number came before in the file."""
    at = scan.at(kind.INVOICE)
    if not len(at) or not len(issuers):
        return np.empty(0, np.int64)
    starts = scan.at(kind.BATCH)[: len(issuers)]
    _, issuer = np.unique(issuers, return_inverse=True)
    batch = np.searchsorted(starts, at) - 1
    key = issuer[np.maximum(batch, 0)] * 10**9 + scan.invoice_number
    sound = (batch >= 0) & (scan.invoice_number > 0)
    at, key = at[sound], key[sound]
    order = np.argsort(key, kind="stable")
    again = order[1:][key[order[1:]] == key[order[:-1]]]
    return np.sort(at[again]) + 1


def _worst(defects: Defects) -> Reason | None:
    worst = min((number for number in defects.counted if number <= FILE_REASONS_MAX), default=None)
    return None if worst is None else REASONS[worst]


def _refused(source: Source, log: DefectLog) -> Survey:
    empty = np.empty(0, np.int64)
    defects = log.closed()
    return Survey(source, Header(), Batches.blank(0), empty, empty, empty, 0, defects, _worst(defects))
