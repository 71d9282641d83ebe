"""How columns become a B2 file, and how refused invoices leave in a file of their own.

Records of one kind are written together, each into its place in the file. A value that does not fit its field refuses
the whole file: nothing is truncated. Where a record was kept raw, the bytes that no column names are kept.
"""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np

from cloison.errors import Misuse
from cloison.gateways.files import b2_source as kind
from cloison.gateways.files import digits, reasons
from cloison.gateways.files.b2_columns import (
    Batches,
    Extras,
    Flags,
    Header,
    Int64,
    Invoices,
    Lines,
    MedicalActs,
    Products,
    Raw,
)
from cloison.gateways.files.b2_layout import (
    BATCH,
    BATCH_TOTAL,
    BATCHES_MAX,
    FEE,
    HEADER,
    INVOICE,
    INVOICE_DETAIL,
    INVOICE_TOTAL,
    INVOICES_MAX,
    LENGTH,
    LINE,
    LINES_MAX,
    MEDICAL_ACT,
    PRODUCT,
    TRAILER,
)
from cloison.gateways.files.b2_source import kinds_of
from cloison.gateways.files.b2_survey import Survey
from cloison.gateways.files.columns import Array
from cloison.gateways.files.fill import filled
from cloison.gateways.files.layout import Layout


def totalled(batches: Batches, invoices: Invoices, lines: Lines) -> tuple[Batches, Invoices]:
    """The same with records 5 and 6 computed: sums of lines, counts, and the share of the insured before the AMC."""
    first, count = invoices.first_line, invoices.line_count
    service = lines.kind == 3
    columns: dict[str, Int64] = {}
    for name, column, services in (
        ("base_ph", lines.base, True), ("amo_ph", lines.amo, True), ("amc_ph", lines.amc, True),
        ("total_ph", lines.total, True), ("fees", lines.total, False), ("amo_fees", lines.amo, False),
        ("amc_fees", lines.amc, False),
    ):  # fmt: skip
        running = np.concatenate([[0], np.cumsum(column * (service == services))])
        columns[name] = running[first + count] - running[first]
    charged = columns["total_ph"] + columns["fees"]
    columns["participation"] = charged - columns["amo_ph"] - columns["amo_fees"]
    amounts, line_counts = np.zeros(len(batches), np.int64), np.zeros(len(batches), np.int64)
    np.add.at(amounts, invoices.batch, charged)
    np.add.at(line_counts, invoices.batch, count)
    return (
        replace(
            batches,
            invoice_count=np.bincount(invoices.batch, minlength=len(batches)).astype(np.int32),
            line_count=line_counts.astype(np.int32),
            total=amounts,
        ),
        replace(invoices, announced_lines=count.astype(np.int32), **columns),
    )


def write(
    path: str | Path,
    header: Header,
    batches: Batches,
    invoices: Invoices,
    lines: Lines,
    products: Products | None = None,
    medical_acts: MedicalActs | None = None,
    extras: Extras | None = None,
) -> int:
    """Write one file; returns its number of records. Totals are those of the columns: see `totalled`."""
    records = render(header, batches, invoices, lines, products, medical_acts, extras)
    records.tofile(path)
    return len(records)


def render(
    header: Header,
    batches: Batches,
    invoices: Invoices,
    lines: Lines,
    products: Products | None = None,
    medical_acts: MedicalActs | None = None,
    extras: Extras | None = None,
) -> Raw:
    """The records of one file, shape (n, 128). Invoices are grouped by batch and lines by invoice, in file order.

    `extras` come from a reading that kept raw records: then `record` of every column places each record, and a 2S is
    written from its raw form.
    """
    _check_shape(batches, invoices, lines)
    products = Products.blank(0) if products is None else products
    medical_acts = MedicalActs.blank(0) if medical_acts is None else medical_acts
    places = _places(batches, invoices, lines, products, medical_acts, extras)
    out = np.empty((places.count, LENGTH), np.uint8)
    _put(out, places.head, BATCH, batches.raw_head, _named(batches, BATCH))
    _put(out, places.total, BATCH_TOTAL, batches.raw_total, _batch_totals(batches))
    _put(out, places.invoice, INVOICE, invoices.raw_head, _invoice_heads(invoices))
    _put(out, places.five, INVOICE_TOTAL, invoices.raw_total, _named(invoices, INVOICE_TOTAL))
    _put_lines(out, places, invoices, lines)
    for layout, rows, at in ((PRODUCT, products, places.product), (MEDICAL_ACT, medical_acts, places.medical_act)):
        owner = lines.invoice[rows.line]
        _put(out, at, layout, rows.raw, _named(rows, layout) | _keys(invoices, owner))
    if extras is None:
        detailed = np.flatnonzero(places.detailed)
        rows = invoices.take(detailed)
        _put(out, places.invoice[detailed] + 1, INVOICE_DETAIL, None, _named(rows, INVOICE_DETAIL))
    elif extras.raw is not None:
        out[places.extra] = extras.raw
    out[:1], out[-1:] = _envelope(header, len(out), len(batches))
    return out


@dataclass(frozen=True)
class _Places:
    """Position of every record in the file, counted from 0."""

    count: int
    head: Int64
    total: Int64
    invoice: Int64
    five: Int64
    line: Int64
    product: Int64
    medical_act: Int64
    extra: Int64
    detailed: Flags
    """Invoices with a record 2S."""


def _check_shape(batches: Batches, invoices: Invoices, lines: Lines) -> None:
    """Invoices follow batches, lines follow invoices, and the counters can count them."""
    in_order = bool((np.diff(invoices.batch) >= 0).all() and (np.diff(lines.invoice) >= 0).all())
    expected = np.concatenate([[0], np.cumsum(invoices.line_count, dtype=np.int64)])
    if not in_order or expected[-1] != len(lines) or (expected[:-1] != invoices.first_line).any():
        raise Misuse(reasons.WRITE_DISORDER)
    if len(lines) and (np.repeat(np.arange(len(invoices)), invoices.line_count) != lines.invoice).any():
        raise Misuse(reasons.WRITE_DISORDER)
    if len(invoices) and (int(invoices.batch[0]) < 0 or int(invoices.batch[-1]) >= len(batches)):
        raise Misuse(reasons.WRITE_DISORDER)
    for what, most, limit in (
        ("batches", len(batches), BATCHES_MAX),
        ("invoices of a batch", int(np.bincount(invoices.batch).max(initial=0)), INVOICES_MAX),
        ("lines of an invoice", int(invoices.line_count.max(initial=0)), LINES_MAX),
    ):
        if most > limit:
            raise Misuse(reasons.WRITE_OVERFLOW, f"{most} {what}, at most {limit}")


def _places(
    batches: Batches,
    invoices: Invoices,
    lines: Lines,
    products: Products,
    medical_acts: MedicalActs,
    extras: Extras | None,
) -> _Places:
    """Sort all records into file order by (batch, invoice, line, rank inside the line)."""
    detailed = (invoices.engagement != b"") | (invoices.own_nir != b"") | (invoices.pathway != b"")
    if extras is not None:
        return _kept_places(batches, invoices, lines, products, medical_acts, extras, detailed)
    after_line = np.zeros(len(lines), np.int64)
    np.add.at(after_line, products.line, 1)
    np.add.at(after_line, medical_acts.line, 1)
    per_line = 1 + after_line
    line_ends = np.cumsum(per_line)
    of_lines = np.concatenate([[0], line_ends])
    body = of_lines[invoices.first_line + invoices.line_count] - of_lines[invoices.first_line]
    size = 2 + detailed + body
    before = np.cumsum(size) - size
    invoice = 1 + before + 2 * invoices.batch + 1
    line_start = line_ends - per_line
    line = invoice[lines.invoice] + 1 + detailed[lines.invoice]
    line += line_start - of_lines[invoices.first_line][lines.invoice]
    sizes = np.zeros(len(batches), np.int64)
    np.add.at(sizes, invoices.batch, size)
    head = 1 + np.cumsum(sizes + 2) - (sizes + 2)
    count = 2 + int(size.sum()) + 2 * len(batches)
    return _Places(
        count, head, head + sizes + 1, invoice, invoice + size - 1, line,
        line[products.line] + 1 + _rank(products.line),
        line[medical_acts.line] + 1 + _rank(medical_acts.line),
        np.empty(0, np.int64), detailed,
    )  # fmt: skip


def _kept_places(
    batches: Batches,
    invoices: Invoices,
    lines: Lines,
    products: Products,
    medical_acts: MedicalActs,
    extras: Extras,
    detailed: Flags,
) -> _Places:
    """The order the records had when they were read, closed up where some were left out."""
    parts = (
        batches.first_record, batches.last_record, invoices.record, invoices.last_record, lines.record,
        products.record, medical_acts.record, extras.record,
    )  # fmt: skip
    every = np.concatenate(parts)
    order = np.argsort(every, kind="stable")
    place = np.empty(len(every), np.int64)
    place[order] = np.arange(1, len(every) + 1)
    head, total, invoice, five, line, product, act, extra = np.split(
        place, np.cumsum([len(part) for part in parts])[:-1]
    )
    return _Places(len(every) + 2, head, total, invoice, five, line, product, act, extra, detailed)


def _rank(owners: Int64) -> Int64:
    """0 for the first row of each owner, 1 for the next... Rows of one owner follow each other."""
    at = np.arange(len(owners))
    starts = np.concatenate([[True], owners[1:] != owners[:-1]])[: len(owners)]
    return at - np.maximum.accumulate(np.where(starts, at, 0))


def _named(columns: Batches | Invoices | Lines | Products | MedicalActs, layout: Layout) -> dict[str, Array]:
    """The columns that have a field of the same name in the layout."""
    return {item.name: getattr(columns, item.name) for item in layout.fields if item.name in columns.SHAPES}


def _keys(invoices: Invoices, owner: Int64) -> dict[str, Array]:
    """Positions 2 to 38 of the records of an invoice."""
    names = ("practice_number", "nir", "nir_key", "rank", "invoice_number")
    return {name: getattr(invoices, name)[owner] for name in names}


def _batch_totals(batches: Batches) -> dict[str, Array]:
    count = batches.invoice_count
    repeated = (
        {} if batches.raw_total is not None else {"count_18": count, "count_22": count, "total_34": batches.total}
    )
    return _named(batches, BATCH_TOTAL) | repeated


def _invoice_heads(invoices: Invoices) -> dict[str, Array]:
    columns = _named(invoices, INVOICE)
    if invoices.top_mutualiste.any():
        mark = np.where(invoices.top_mutualiste, b"         M", invoices.amc_number)
        columns["amc_number"] = mark.astype("S10")
    return columns


def _put_lines(out: Raw, places: _Places, invoices: Invoices, lines: Lines) -> None:
    for layout, shape in ((LINE, 3), (FEE, 4)):
        which = np.flatnonzero(lines.kind == shape)
        rows = lines if len(which) == len(lines) else lines.take(which)
        if rows.raw is not None and layout is LINE:  # an end date left at zeros was read as the start date
            open_ended = digits.number(rows.raw, LINE["end_date"])[0] == 0
            same_day = open_ended & (rows.end_date == rows.start_date)
            rows = replace(rows, end_date=np.where(same_day, np.datetime64("NaT"), rows.end_date))
        _put(out, places.line[which], layout, rows.raw, _named(rows, layout) | _keys(invoices, rows.invoice))


def _put(out: Raw, at: Int64, layout: Layout, kept: Raw | None, columns: dict[str, Array]) -> None:
    """Write records of one layout at their places."""
    for part, rows in filled(layout, len(at), columns, kept):
        out[at[part]] = rows


def _envelope(header: Header, records: int, batches: int) -> tuple[Raw, Raw]:
    """Records 000 and 999, shape (1, 128) each."""
    words = {
        "sender_type": header.sender_type, "sender": header.sender, "sender_program": header.sender_program,
        "receiver_type": header.receiver_type, "receiver": header.receiver, "file_id": header.file_id,
        "receiver_program": header.receiver_program, "exchange": header.exchange,
    }  # fmt: skip
    columns: dict[str, Array] = {name: np.array([word.encode("latin-1")]) for name, word in words.items()}
    created = np.array([header.created if header.created is not None else "NaT"], "M8[D]")
    first: dict[str, Array] = {
        "created": created,
        "norm": np.array([header.norm.encode("latin-1")]),
        "message": np.array([header.message.encode("latin-1")]),
    }
    last: dict[str, Array] = {"record_count": np.array([records]), "batch_count": np.array([batches])}
    start, end = np.empty((1, LENGTH), np.uint8), np.empty((1, LENGTH), np.uint8)
    at = np.zeros(1, np.int64)
    _put(start, at, HEADER, _kept_row(header.raw), columns | first)
    _put(end, at, TRAILER, _kept_row(header.raw_trailer), columns | last)
    return start, end


def _kept_row(raw: bytes | None) -> Raw | None:
    return None if raw is None else np.frombuffer(raw, np.uint8).reshape(1, LENGTH)


def raw_of(found: Survey, first_record: int, last_record: int) -> bytes:
    """The bytes of some consecutive records, as they were received. Records count from 1, both ends included."""
    return found.source.rows(first_record - 1, last_record).tobytes()


def write_rejected(path: str | Path, found: Survey, records: Int64, created: date | None = None) -> int:
    """A file with some invoices of another, byte for byte, to correct and send again; returns how many.

    `records` are the first records of the invoices. File, batches and totals around them are valid, so that reading
    this file finds the defects of the invoices and nothing else. `created` is the date of the original when not given.
    """
    rows = np.flatnonzero(np.isin(found.invoice_first, records))
    owner = np.searchsorted(found.batches.first_record, found.invoice_first[rows]) - 1
    batches = np.unique(owner)
    bodies = [_rejected_batch(found, int(batch), rows[owner == batch]) for batch in batches]
    size = sum(len(body) for body in bodies) + 2
    header = found.header if created is None else replace(found.header, created=created)
    start, end = _envelope(header, size, len(bodies))
    np.concatenate([start, *bodies, end]).tofile(path)
    return len(rows)


def _rejected_batch(found: Survey, batch: int, rows: Int64) -> Raw:
    """The header of a batch, some of its invoices, and the record 6 that sums up what those announce."""
    first = int(found.batches.first_record[batch])
    spans = zip(found.invoice_first[rows].tolist(), found.invoice_last[rows].tolist(), strict=True)
    body = np.concatenate([found.source.rows(start - 1, last) for start, last in spans])
    fives = body[kinds_of(body) == kind.INVOICE_TOTAL]
    lines, services, fees = (
        int(digits.number(fives, INVOICE_TOTAL[name])[0].sum()) for name in ("announced_lines", "total_ph", "fees")
    )
    counts = {name: np.array([len(rows)]) for name in ("invoice_count", "count_18", "count_22")}
    sums = {name: np.array([services + fees]) for name in ("total", "total_34")}
    head = found.source.rows(first - 1, first)
    names: dict[str, Array] = {
        "practice_number": digits.exact(head, BATCH["practice_number"]),
        "number": digits.exact(head, BATCH["number"]),
    }
    six = np.empty((1, LENGTH), np.uint8)
    _put(six, np.zeros(1, np.int64), BATCH_TOTAL, None, names | counts | {"line_count": np.array([lines])} | sums)
    return np.concatenate([head, body, six])
