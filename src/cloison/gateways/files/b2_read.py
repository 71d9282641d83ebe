"""How the invoices of a B2 file become columns, each sound or refused on its own.

A chunk is some thousands of consecutive invoices. Its records are sorted by kind, each kind is decoded as columns,
and every check is a mask over a column: the cost of a check does not depend on what it finds. A refused invoice keeps
the lowest of its reasons; all its defects are in the log.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from cloison.errors import Misuse, Reason, Unavailable
from cloison.gateways.files import b2_source as kind
from cloison.gateways.files import digits, reasons
from cloison.gateways.files.b2_columns import (
    Bytes,
    Chunk,
    Extras,
    Flags,
    Int16,
    Int32,
    Int64,
    Invoices,
    Lines,
    MedicalActs,
    Products,
    Raw,
)
from cloison.gateways.files.b2_layout import (
    FEE,
    INVOICE,
    INVOICE_DETAIL,
    INVOICE_TOTAL,
    LINE,
    LINES_MAX,
    MEDICAL_ACT,
    PRODUCT,
    field_name,
)
from cloison.gateways.files.b2_source import KINDS, kinds_of
from cloison.gateways.files.b2_survey import Survey, survey
from cloison.gateways.files.defects import NO_NUMBER, DefectLog
from cloison.gateways.files.layout import Layout
from cloison.period import Days

CHUNK_RECORDS_MAX = 200_000
"""A chunk ends here even when invoices are few; of a longer invoice, refused in any case, the rest is not decoded."""

_SOUND = 2**15 - 1
_LEGIBLE = reasons.FIELD_NOT_DIGITS.number
"""Reasons above this number are about what a legible field says."""


def read(
    path: str | Path, invoices_per_chunk: int = 20_000, known: Survey | None = None, keep_raw: bool = False
) -> Iterator[Chunk]:
    """The invoices of the file at `path`, chunk by chunk. `known` is its survey, made here when not given.

    Invoices of a batch refused as a unit come with the batch's reason. A file refused as a whole is a Misuse: look at
    `survey(path).refused` first.
    """
    found = known or survey(path)
    if found.refused is not None:
        raise Misuse(reasons.READ_REFUSED, found.refused.code)
    if found.path.stat().st_size != found.source.size:
        raise Unavailable(reasons.FILE_CHANGED, found.path.name)
    first = 0
    while first < found.invoice_count:
        before = int(found.invoice_first[first]) - 1
        end = int(np.searchsorted(found.invoice_last, before + CHUNK_RECORDS_MAX, side="right"))
        end = max(first + 1, min(end, first + invoices_per_chunk))
        raw = found.source.rows(before, min(int(found.invoice_last[end - 1]), before + CHUNK_RECORDS_MAX))
        yield _Reading(found, raw, first, end).chunk(keep_raw)
        first = end


@dataclass(frozen=True)
class _Rows:
    """Records of one kind, the number of each in the file, and the lowest reason found against each."""

    layout: Layout
    raw: Raw
    record: Int64
    reason: Int16
    log: DefectLog

    def refuse(
        self, mask: Flags, reason: Reason, name: str, expected: Int64 | int = NO_NUMBER, found: Int64 | int = NO_NUMBER
    ) -> None:
        rows = np.flatnonzero(mask)
        if len(rows):
            sides = [side if isinstance(side, int) else side[rows] for side in (expected, found)]
            self.log.add(reason.number, self.record[rows], self.layout.field_id(name), *sides)
            self.reason[rows] = np.minimum(self.reason[rows], reason.number)

    def number(self, name: str) -> Int64:
        values, bad = digits.number(self.raw, self.layout[name])
        if bad is not None:
            self._not_digits(bad, name)
        return values

    def day(self, name: str, file_year: int, latest: np.datetime64 | None = None, due: bool = False) -> Days:
        """A date; refused when it is no day of the calendar, after `latest`, or missing where it is due."""
        days, bad, no_day = digits.day(self.raw, self.layout[name], file_year)
        if bad is not None:
            self._not_digits(bad, name)
        if no_day is not None:
            self.refuse(no_day, reasons.DATE_IMPOSSIBLE, name)
        if due:
            missing = np.isnat(days)
            for known in (bad, no_day):
                missing = missing if known is None else missing & ~known
            self.refuse(missing, reasons.DATE_MISSING, name)
        if latest is not None:
            self.refuse(days > latest, reasons.DATE_FUTURE, name)
        return days

    def text(self, name: str) -> Bytes:
        return digits.text(self.raw, self.layout[name])

    def exact(self, name: str) -> Bytes:
        return digits.exact(self.raw, self.layout[name])

    def _not_digits(self, bad: Flags, name: str) -> None:
        """Say why: NUL bytes, a sign, foreign characters, or something else."""
        item = self.layout[name]
        block = self.raw[:, item.start : item.end]
        rows = np.flatnonzero(bad)
        block = block[rows]
        nul, foreign, minus = (block == 0).any(axis=1), (block > 127).any(axis=1), (block == 45).any(axis=1)
        for mask, reason in (
            (nul, reasons.FIELD_NUL),
            (foreign & ~nul, reasons.FIELD_ENCODING),
            (minus & ~foreign & ~nul, reasons.FIELD_NEGATIVE),
            (~minus & ~foreign & ~nul, reasons.FIELD_NOT_DIGITS),
        ):
            if mask.any():
                of_all = np.zeros(len(bad), np.bool_)
                of_all[rows[mask]] = True
                self.refuse(of_all, reason, name)


def _follows() -> Flags:
    """Which kind may come right after which, inside one invoice. Shape (KINDS, KINDS)."""
    table = np.zeros((KINDS, KINDS), np.bool_)
    heads = (kind.INVOICE, kind.INVOICE_DETAIL, kind.INVOICE_OTHER)
    lines = (kind.LINE, kind.FEE)
    threes = (kind.LINE, kind.PRODUCT, kind.LINE_OTHER)
    fours = (kind.FEE, kind.MEDICAL_ACT, kind.FEE_OTHER)
    for group, after in (
        (heads, (kind.INVOICE_DETAIL, kind.INVOICE_OTHER, *lines, kind.INVOICE_TOTAL)),
        (threes, (*threes, kind.FEE, kind.INVOICE_TOTAL)),
        (fours, (*fours, kind.LINE, kind.INVOICE_TOTAL)),
    ):
        for before in group:
            table[before, list(after)] = True
    table[kind.UNKNOWN, :] = True  # an unknown record is reported once, not for its neighbours too
    table[:, kind.UNKNOWN] = True
    return table


_FOLLOWS = _follows()
_WALLS = (kind.INVOICE, kind.BATCH, kind.BATCH_TOTAL, kind.HEADER, kind.TRAILER)


class _Reading:
    """One chunk being read: its records by kind, and the lowest reason found against each invoice."""

    def __init__(self, found: Survey, raw: Raw, first: int, end: int) -> None:
        assert found.header.created is not None
        self.found, self.raw = found, raw
        self.first_record = int(found.invoice_first[first])
        self.first, self.end = first, end
        self.file_year = found.header.created.year
        self.file_date = np.datetime64(found.header.created, "D")
        self.log = DefectLog(field_name)
        self.kinds = kinds_of(raw)
        walls = np.isin(self.kinds, _WALLS)
        section = np.cumsum(walls) - 1
        of_invoice = self.kinds[walls] == kind.INVOICE
        self.inside: Flags = of_invoice[section]
        self.owner: Int64 = (np.cumsum(of_invoice) - 1)[section]
        self.count = end - first
        self.reason: Int16 = np.full(self.count, _SOUND, np.int16)

    def chunk(self, keep_raw: bool) -> Chunk:
        heads = self._rows(INVOICE, kind.INVOICE)
        lines, line_rows = self._lines(keep_raw)
        products, medical_acts = self._products(line_rows, keep_raw), self._medical_acts(line_rows, keep_raw)
        totals_at = self._structure()
        invoices = self._invoices(heads, lines, totals_at, keep_raw)
        self._nul_bytes()
        self._batch_reasons(invoices.batch)
        invoices.reason[:] = np.where(self.reason == _SOUND, 0, self.reason)
        extras = self._extras() if keep_raw else None
        return Chunk(self.found.batches, invoices, lines, products, medical_acts, self.log.closed(), extras)

    def _at(self, *wanted: int) -> Int64:
        mask = self.kinds == wanted[0]
        for other in wanted[1:]:
            mask |= self.kinds == other
        return np.flatnonzero(mask & self.inside)

    def _rows(self, layout: Layout, wanted: int | None = None, at: Int64 | None = None) -> _Rows:
        at = self._at(wanted) if at is None and wanted is not None else at
        assert at is not None
        return _Rows(layout, self.raw[at], at + self.first_record, np.full(len(at), _SOUND, np.int16), self.log)

    def _blame(self, owner: Int64, reason: Int16) -> None:
        """What is wrong with a record is wrong with its invoice."""
        rows = np.flatnonzero(reason != _SOUND)
        if len(rows):
            np.minimum.at(self.reason, owner[rows], reason[rows])

    def _refuse(self, mask: Flags, reason: Reason, record: Int64, field_id: int = 0) -> None:
        """Refuse invoices themselves. Shapes: mask (count,), record (count,)."""
        rows = np.flatnonzero(mask)
        if len(rows):
            self.log.add(reason.number, record[rows], field_id)
            self.reason[rows] = np.minimum(self.reason[rows], reason.number)

    def _structure(self) -> Int64:
        """Order of the records of each invoice. Returns where its record 5 is, or its last record without one."""
        last = self.found.invoice_last[self.first : self.end] - self.first_record
        last = np.minimum(last, len(self.kinds) - 1)
        unknown = self._at(kind.UNKNOWN)
        self.log.add(reasons.UNKNOWN_RECORD.number, unknown + self.first_record)
        self._blame(self.owner[unknown], np.full(len(unknown), reasons.UNKNOWN_RECORD.number, np.int16))

        together = self.inside[1:] & self.inside[:-1] & (self.owner[1:] == self.owner[:-1])
        odd = np.flatnonzero(together & ~_FOLLOWS[self.kinds[:-1], self.kinds[1:]]) + 1
        self.log.add(reasons.INVOICE_ORDER.number, odd + self.first_record)
        self._blame(self.owner[odd], np.full(len(odd), reasons.INVOICE_ORDER.number, np.int16))

        fives = self._at(kind.INVOICE_TOTAL)
        total_at = last.copy()
        total_at[self.owner[fives][::-1]] = fives[::-1]  # the first one when there are several
        self._refuse(self.kinds[total_at] != kind.INVOICE_TOTAL, reasons.INVOICE_NO_TOTAL, last + self.first_record)
        return total_at

    def _lines(self, keep_raw: bool) -> tuple[Lines, Int64]:
        """Records 3 and 4 side by side. Also returns, per record of the chunk, the row of the last line before it."""
        at = self._at(kind.LINE, kind.FEE)
        is_fee = self.kinds[at] == kind.FEE
        threes, fours = np.flatnonzero(~is_fee), np.flatnonzero(is_fee)
        services, fees = self._rows(LINE, at=at[threes]), self._rows(FEE, at=at[fours])
        lines = Lines.blank(
            len(at), invoice=self.owner[at], record=at + self.first_record, kind=np.where(is_fee, 4, 3)
        )  # fmt: skip
        for rows, where in ((services, threes), (fees, fours)):
            if len(where):
                self._decode_lines(rows, where, lines)
        if keep_raw:
            lines = replace(lines, raw=self.raw[at])
        self._blame(lines.invoice, lines.reason)
        lines.reason[lines.reason == _SOUND] = 0
        line_before = np.full(len(self.kinds), -1, np.int64)
        line_before[at] = np.arange(len(at))
        return lines, np.maximum.accumulate(line_before)

    def _decode_lines(self, rows: _Rows, where: Int64, lines: Lines) -> None:
        """The fields that records 3 and 4 share under the same name, then those of one of them."""
        if rows.layout is FEE:
            lines.start_date[where] = rows.day("start_date", self.file_year, self.file_date, due=True)
            lines.end_date[where] = lines.start_date[where]
            lines.specialty[where] = rows.exact("specialty")
            lines.count[where] = digits.number(rows.raw, FEE["count"])[0]
        else:
            start = rows.day("start_date", self.file_year, self.file_date, due=True)
            end = rows.day("end_date", self.file_year, self.file_date)
            end = np.where(np.isnat(end), start, end)
            rows.refuse(end < start, reasons.DATE_ORDER, "end_date")
            lines.start_date[where], lines.end_date[where] = start, end
        for name in ("unit_price", "base", "rate", "amo", "total", "amc", "coefficient", "quantity"):
            getattr(lines, name)[where] = rows.number(name)
        lines.code[where] = rows.text("code")
        lines.exoneration[where] = rows.text("exoneration")
        lines.mt[where], lines.dmt[where] = rows.exact("mt"), rows.exact("dmt")
        rows.refuse((lines.quantity[where] == 0) & (rows.reason == _SOUND), reasons.QUANTITY_ZERO, "quantity")
        rows.refuse(lines.code[where] == b"", reasons.CODE_MISSING, "code")
        self._same_invoice(rows, self.owner[rows.record - self.first_record])
        lines.reason[where] = rows.reason

    def _same_invoice(self, rows: _Rows, owner: Int64) -> None:
        """A record carries the number of the invoice it stands in."""
        numbers, _ = digits.number(rows.raw, rows.layout["invoice_number"])
        rows.refuse(numbers != self._invoice_numbers[owner], reasons.INVOICE_MIXED, "invoice_number")

    @property
    def _invoice_numbers(self) -> Int64:
        if not hasattr(self, "_numbers"):
            self._numbers = digits.number(self.raw[self._at(kind.INVOICE)], INVOICE["invoice_number"])[0]
        return self._numbers

    def _products(self, line_before: Int64, keep_raw: bool) -> Products:
        at = self._at(kind.PRODUCT)
        rows = self._rows(PRODUCT, at=at)
        amounts = ("quantity", "tariff", "total", "purchase_price", "unit_gap", "total_gap")
        products = Products.blank(
            len(at), line=line_before[at], record=rows.record, code=rows.text("code"),
            **{name: rows.number(name) for name in amounts},
        )  # fmt: skip
        self._same_invoice(rows, self.owner[at])
        self._blame(self.owner[at], rows.reason)
        return replace(products, raw=rows.raw) if keep_raw else products

    def _medical_acts(self, line_before: Int64, keep_raw: bool) -> MedicalActs:
        at = self._at(kind.MEDICAL_ACT)
        rows = self._rows(MEDICAL_ACT, at=at)
        texts = ("code", "extension", "activity", "phase", "modifiers", "association", "conditional", "teeth")
        acts = MedicalActs.blank(
            len(at), line=line_before[at], record=rows.record, **{name: rows.text(name) for name in texts}
        )
        self._same_invoice(rows, self.owner[at])
        self._blame(self.owner[at], rows.reason)
        return replace(acts, raw=rows.raw) if keep_raw else acts

    def _invoices(self, heads: _Rows, lines: Lines, total_at: Int64, keep_raw: bool) -> Invoices:
        found = self.found
        batch = np.searchsorted(found.batches.first_record, heads.record) - 1
        line_first = np.searchsorted(lines.invoice, np.arange(self.count))
        line_end = np.searchsorted(lines.invoice, np.arange(self.count), side="right")
        exact = ("practice_number", "invoice_number", "nir", "nir_key", "birth_date", "birth_rank", "rank", "operation",
                 "patient_file", "caisse", "centre", "destination", "exoneration", "accident")  # fmt: skip
        amc_number, top = _amc(heads)
        detail = self._detail()
        invoices = Invoices.blank(
            self.count,
            record=heads.record,
            last_record=found.invoice_last[self.first : self.end],
            batch=batch,
            invoice_date=heads.day("invoice_date", self.file_year, self.file_date, due=True),
            start_date=heads.day("start_date", self.file_year),
            entry_date=heads.day("entry_date", self.file_year),
            exit_date=heads.day("exit_date", self.file_year),
            amc_number=amc_number,
            top_mutualiste=top,
            first_line=line_first,
            line_count=line_end - line_first,
            **{name: heads.exact(name) for name in exact},
            **{name: heads.number(name) for name in ("grand_regime", "nature_assurance", "contract_type")},
            **detail,
            **self._totals(lines, line_first, line_end, total_at),
        )
        self._check_identity(heads, invoices)
        self._blame(np.arange(self.count), heads.reason)
        if keep_raw:
            invoices = replace(invoices, raw_head=heads.raw, raw_total=self.raw[total_at])
        return invoices

    def _check_identity(self, heads: _Rows, invoices: Invoices) -> None:
        """Numbers of the invoice, of who issued it and of who is insured: shapes only, keys are checked elsewhere."""
        numbers = heads.number("invoice_number")
        heads.refuse((numbers == 0) & (heads.reason == _SOUND), reasons.INVOICE_NUMBER_ZERO, "invoice_number")
        again = np.isin(heads.record, self.found.repeated) if len(self.found.repeated) else np.zeros(0, np.bool_)
        heads.refuse(again, reasons.INVOICE_REPEATED, "invoice_number")
        issuer = self.found.batches.practice_number[invoices.batch]
        heads.refuse(invoices.practice_number != issuer, reasons.INVOICE_ISSUER, "practice_number")
        heads.refuse(~_nir_shaped(heads.raw), reasons.NIR_SHAPE, "nir")

    def _detail(self) -> dict[str, Bytes]:
        """Fields of the first record 2S of each invoice that has one."""
        at = self._at(kind.INVOICE_DETAIL)[::-1]
        rows, owner = self._rows(INVOICE_DETAIL, at=at), self.owner[at]
        self._same_invoice(rows, owner)
        self._blame(owner, rows.reason)
        columns: dict[str, Bytes] = {}
        for name in ("own_nir", "own_nir_key", "engagement", "pathway"):
            columns[name] = np.zeros(self.count, Invoices.SHAPES[name])
            columns[name][owner] = rows.text(name)
        return columns

    def _totals(self, lines: Lines, first: Int64, end: Int64, total_at: Int64) -> dict[str, Int64]:
        """Record 5 as announced, held against the lines."""
        rows = self._rows(INVOICE_TOTAL, at=total_at)
        present = self.kinds[total_at] == kind.INVOICE_TOTAL
        if not present.all():  # already refused: what stands there instead is not read
            rows.raw[~present] = np.frombuffer(INVOICE_TOTAL.blank, np.uint8)
        count = end - first
        announced = {"announced_lines": rows.number("announced_lines")}
        judged = present & (self.reason > _LEGIBLE)  # a total of illegible lines would only repeat their defect
        found = announced["announced_lines"]
        uncounted = judged & (rows.reason > _LEGIBLE) & (found != count)
        rows.refuse(uncounted, reasons.INVOICE_LINE_COUNT, "announced_lines", count, found)
        service = lines.kind == 3
        for name, column, of_services in (
            ("base_ph", lines.base, True), ("amo_ph", lines.amo, True), ("amc_ph", lines.amc, True),
            ("total_ph", lines.total, True), ("fees", lines.total, False), ("amo_fees", lines.amo, False),
            ("amc_fees", lines.amc, False),
        ):  # fmt: skip
            running = np.concatenate([[0], np.cumsum(column * (service == of_services))])
            actual = running[end] - running[first]
            announced[name] = rows.number(name)
            wrong = judged & (rows.reason > _LEGIBLE) & (announced[name] != actual)
            rows.refuse(wrong, reasons.INVOICE_TOTAL, name, actual, announced[name])
        announced["participation"] = rows.number("participation")
        self._same_invoice_totals(rows, present)
        self._blame(np.arange(self.count), rows.reason)
        record = total_at + self.first_record
        self._refuse((count == 0) & (self.reason == _SOUND), reasons.INVOICE_NO_LINE, record)
        self._refuse(count > LINES_MAX, reasons.INVOICE_TOO_LONG, record)
        return announced

    def _same_invoice_totals(self, rows: _Rows, present: Flags) -> None:
        numbers, _ = digits.number(rows.raw, INVOICE_TOTAL["invoice_number"])
        rows.refuse(present & (numbers != self._invoice_numbers), reasons.INVOICE_MIXED, "invoice_number")

    def _nul_bytes(self) -> None:
        """No record of an invoice holds a NUL byte, in a named field or not."""
        if len(self.raw) and self.raw.min() == 0:
            at = np.flatnonzero((self.raw == 0).any(axis=1) & self.inside)
            self.log.add(reasons.FIELD_NUL.number, at + self.first_record)
            self._blame(self.owner[at], np.full(len(at), reasons.FIELD_NUL.number, np.int16))

    def _batch_reasons(self, batch: Int32) -> None:
        """An invoice of a batch refused as a unit is refused with it: the batch's reason takes precedence."""
        of_batch = self.found.batches.reason[batch]
        self.reason[:] = np.where(of_batch != 0, np.minimum(of_batch, self.reason), self.reason)

    def _extras(self) -> Extras:
        at = self._at(kind.INVOICE_DETAIL, kind.INVOICE_OTHER, kind.LINE_OTHER, kind.FEE_OTHER, kind.UNKNOWN)
        return Extras(at + self.first_record, self.raw[at])


def _amc(heads: _Rows) -> tuple[Bytes, Flags]:
    """The AMC number as written, and where it is blank with the mutualist mark instead."""
    number = heads.text("amc_number")
    top = number == b"         M"
    return np.where(top, b"", number).astype("S10"), top


def _nir_shaped(raw: Raw) -> Flags:
    """Thirteen characters and two digits: digits, but A or B in seventh place after a 2, and no zero first."""
    item = INVOICE["nir"]
    block = raw[:, item.start : item.end + 2] - np.uint8(48)
    digit = block <= 9
    letter = block[:, 6] + np.uint8(48)
    corsican = (block[:, 5] == 2) & ((letter == ord("A")) | (letter == ord("B")))
    digit[:, 6] |= corsican
    return digit.all(axis=1) & (block[:, 0] != 0)
