"""How columns become NOEMIE-PS returns, all practices at once.

Every entity has a fixed length, so its place in the file follows from counts alone: places are computed first, level
by level, then each kind of entity is filled for all practices together and laid at its places. A return that does not
add up, from lines to invoice to transfer to file, is refused before a byte is written.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cloison.errors import Misuse
from cloison.gateways.files import digits, reasons
from cloison.gateways.files.columns import Array, Columns
from cloison.gateways.files.fill import filled
from cloison.gateways.files.layout import Layout
from cloison.gateways.files.noemie_columns import (
    Bytes,
    Contents,
    Deductions,
    Int64,
    Letterhead,
    Rejects,
    ReturnedInvoices,
    ReturnedLines,
)
from cloison.gateways.files.noemie_layout import (
    E010,
    E040,
    E070,
    E071,
    E081,
    E102,
    E198,
    E199,
    E210,
    E250,
    E294,
    E990,
    HEADER,
    INVOICE,
    LINE,
    PAYEE,
    TRAILER,
)

_BATCHES_COUNTED_MAX = 999


@dataclass(frozen=True, repr=False)
class Returns:
    """The returns of some practices, end to end in `flat`; `starts` has one more item than there are practices."""

    flat: NDArray[np.uint8]
    starts: Int64

    def __len__(self) -> int:
        return len(self.starts) - 1

    def of(self, practice: int) -> bytes:
        """The file of one practice."""
        return self.flat[self.starts[practice] : self.starts[practice + 1]].tobytes()

    def write(self, paths: Sequence[Path]) -> None:
        """One file per practice, in the order of the practices."""
        for practice, path in enumerate(paths):
            with path.open("wb", buffering=0) as file:
                file.write(self.of(practice))


def render(letterhead: Letterhead, practice_numbers: Bytes, contents: Contents) -> Returns:
    """The return of each practice. Transfers follow practices, invoices transfers, lines and rejects invoices."""
    _check_order(len(practice_numbers), contents)
    sums = _balanced(contents)
    places = _places(len(practice_numbers), contents)
    flat = np.empty(int(places.starts[-1]), np.uint8)
    _put_transfers(flat, places, practice_numbers, contents, sums)
    _put_invoices(flat, places, contents)
    _put_rejects(flat, places, contents)
    _put_envelopes(flat, places, letterhead, practice_numbers, sums)
    return Returns(flat, places.starts)


@dataclass(frozen=True)
class _Sums:
    """What each level adds up to, and how many of the level below it has."""

    invoices_of_transfer: Int64
    lines_of_invoice: Int64
    practice_total: Int64
    transfers_of_practice: Int64


@dataclass(frozen=True)
class _Places:
    """Where each entity starts, in bytes."""

    starts: Int64
    records: Int64
    """Per practice, 000 and 999 included."""
    transfer: Int64
    deduction: Int64
    invoice: Int64
    reject: Int64
    line: Int64
    invoice_end: Int64
    """Where the 990 of each invoice starts."""
    transfer_end: Int64
    paid: NDArray[np.bool_]
    """Transfers written with 071."""


def _check_order(practices: int, contents: Contents) -> None:
    for owners, count in (
        (contents.transfers.practice, practices),
        (contents.deductions.transfer, len(contents.transfers)),
        (contents.invoices.transfer, len(contents.transfers)),
        (contents.lines.invoice, len(contents.invoices)),
        (contents.rejects.invoice, len(contents.invoices)),
    ):
        if len(owners) and (int(owners.min()) < 0 or int(owners.max()) >= count or (np.diff(owners) < 0).any()):
            raise Misuse(reasons.WRITE_DISORDER)
    rejects = contents.rejects
    same = rejects.invoice[1:] == rejects.invoice[:-1]
    if (same & (np.diff(rejects.line) < 0)).any():
        raise Misuse(reasons.WRITE_DISORDER)
    of_line = rejects.line >= 0
    if (contents.lines.invoice[rejects.line[of_line]] != rejects.invoice[of_line]).any():
        raise Misuse(reasons.WRITE_DISORDER)


def _per(owners: Int64, count: int, weights: Int64 | int = 1) -> Int64:
    """Sum of `weights` of the rows of each owner, in whole numbers."""
    result = np.zeros(count, np.int64)
    np.add.at(result, owners, weights)
    return result


def _balanced(contents: Contents) -> _Sums:
    """From lines to file, every level says the sum of the one below."""
    transfers, invoices, lines = contents.transfers, contents.invoices, contents.lines
    of_invoice = _per(lines.invoice, len(invoices), lines.amc_amount)
    of_transfer = _per(invoices.transfer, len(transfers), invoices.amc_paid)
    of_transfer += _per(contents.deductions.transfer, len(transfers), contents.deductions.amount)
    for what, wrong in (
        ("invoices", of_invoice != invoices.amc_paid),
        ("transfers", of_transfer != transfers.amount),
    ):
        if wrong.any():
            raise Misuse(reasons.WRITE_UNBALANCED, f"{int(wrong.sum())} {what}")
    if (np.sign(lines.amc_amount) * np.sign(lines.reimbursed) < 0).any():
        raise Misuse(reasons.WRITE_UNBALANCED, "a line whose AMO and AMC amounts have opposite signs")
    practices = int(transfers.practice[-1]) + 1 if len(transfers) else 0
    return _Sums(
        _per(invoices.transfer, len(transfers)),
        _per(lines.invoice, len(invoices)),
        _per(transfers.practice, practices, transfers.amount),
        _per(transfers.practice, practices),
    )


def _places(practices: int, contents: Contents) -> _Places:
    """Sizes from the lines up, then positions from the file down."""
    transfers, invoices, lines, rejects = contents.transfers, contents.invoices, contents.lines, contents.rejects
    of_line = rejects.line >= 0
    line_size = E210.length + E294.length * _per(rejects.line[of_line], len(lines))
    invoice_rejects = _per(rejects.invoice[~of_line], len(invoices))
    invoice_head = E102.length + E198.length + E199.length
    invoice_body = invoice_head + E294.length * invoice_rejects
    invoice_size = invoice_body + _per(lines.invoice, len(invoices), line_size) + E990.length
    paid = (transfers.amount != 0) | (transfers.label_1 != b"")
    transfer_head = E010.length + E040.length + np.where(paid, E071.length, E070.length) + E081.length
    deductions = _per(contents.deductions.transfer, len(transfers))
    transfer_body = transfer_head + E250.length * deductions
    transfer_size = transfer_body + _per(invoices.transfer, len(transfers), invoice_size) + E990.length
    file_size = HEADER.length + _per(transfers.practice, practices, transfer_size) + TRAILER.length

    starts = np.concatenate([[0], np.cumsum(file_size)])
    transfer = _laid(transfer_size, transfers.practice, starts[:-1] + HEADER.length)
    invoice = _laid(invoice_size, invoices.transfer, transfer + transfer_body)
    line = _laid(line_size, lines.invoice, invoice + invoice_body)
    deduction = _laid(
        np.full(len(contents.deductions), E250.length), contents.deductions.transfer, transfer + transfer_head
    )
    reject = np.empty(len(rejects), np.int64)
    size = np.full(len(rejects), E294.length)
    reject[~of_line] = _laid(size[~of_line], rejects.invoice[~of_line], invoice + invoice_head)
    reject[of_line] = _laid(size[of_line], rejects.line[of_line], line + E210.length)

    invoice_records = 4 + _per(lines.invoice, len(invoices)) + _per(rejects.invoice, len(invoices))
    transfer_records = 5 + deductions + _per(invoices.transfer, len(transfers), invoice_records)
    records = 2 + _per(transfers.practice, practices, transfer_records)
    return _Places(
        starts, records, transfer, deduction, invoice, reject, line, invoice + invoice_size - E990.length,
        transfer + transfer_size - E990.length, paid,
    )  # fmt: skip


def _laid(sizes: Int64, owners: Int64, owner_starts: Int64) -> Int64:
    """Start of each item: items of one owner follow each other from its start. Owners are sorted."""
    before = np.cumsum(sizes) - sizes
    first = np.searchsorted(owners, np.arange(len(owner_starts)))
    base = np.append(before, 0)[np.minimum(first, len(sizes))]
    return owner_starts[owners] + before - base[owners]


def _lay(flat: NDArray[np.uint8], at: Int64, layout: Layout, columns: dict[str, Array]) -> None:
    """Write entities of one layout where they start. A window of the entity's length opens at every byte."""
    if not len(at):
        return
    shape = f"V{layout.length}"
    windows = np.ndarray(len(flat) - layout.length + 1, shape, flat, 0, (1,))
    for part, rows in filled(layout, len(at), columns):
        windows[at[part]] = rows.view(shape).reshape(-1)


def _named(columns: Columns, layout: Layout, *apart: str) -> dict[str, Array]:
    """The columns that have a field of the same name in the layout."""
    return {
        item.name: getattr(columns, item.name)
        for item in layout.fields
        if item.name in columns.SHAPES and item.name not in apart
    }


def _sign(amounts: Int64) -> Bytes:
    return np.where(amounts < 0, b"N", b"P")


def _signed(name: str, amounts: Int64) -> dict[str, Array]:
    return {name: np.abs(amounts), "sign": _sign(amounts)}


def _plain(text: Bytes) -> Bytes:
    """An `@` ends an entity: inside a text it becomes a space."""
    block = np.array(text).view(np.uint8)
    block[block == ord("@")] = ord(" ")
    return block.view(text.dtype)


def _put_transfers(
    flat: NDArray[np.uint8], places: _Places, practice_numbers: Bytes, contents: Contents, sums: _Sums
) -> None:
    transfers, at = contents.transfers, places.transfer
    _lay(flat, at, E010, _amc_in_eight(transfers.amc_number))
    at = at + E010.length
    number = practice_numbers[transfers.practice].astype("S15")
    _lay(flat, at, E040, {"payee": np.where(transfers.payee == b"", number, transfers.payee)})
    at = at + E040.length
    paid = np.flatnonzero(places.paid)
    some = transfers.take(paid)
    labels = {"label_1": _plain(some.label_1), "label_2": _plain(some.label_2), "paying_body": some.amc_number}
    _lay(flat, at[paid], E071, {"date": some.date} | labels)
    _lay(flat, at[~places.paid], E070, {"date": transfers.date[~places.paid]})
    at = at + np.where(places.paid, E071.length, E070.length)
    _lay(flat, at, E081, {"return_type": transfers.return_type})
    deductions: Deductions = contents.deductions
    _lay(
        flat, places.deduction, E250,
        _named(deductions, E250, "amount", "line") | _signed("amount", deductions.amount)
        | {"line": _counted(deductions.line, 99)},
    )  # fmt: skip
    level_id = _level_id(PAYEE, transfers.label_1.astype("S15"))
    control = {"level_id": level_id, "counter": sums.invoices_of_transfer}
    _lay(flat, places.transfer_end, E990, control | _signed("sum", transfers.amount))


def _amc_in_eight(numbers: Bytes) -> dict[str, Array]:
    """Entity 010 has seven positions and a key where 199 and 071 have ten: a longer number is left to those."""
    short = np.char.lstrip(numbers, b"0")
    fitting = np.where((np.char.str_len(short) <= 8) & (short != b""), short, b"0").astype("S8")
    block = digits.padded(fitting, 8).view(np.uint8).reshape(len(numbers), 8)
    return {
        "amc": np.ascontiguousarray(block[:, :7]).view("S7").reshape(-1),
        "amc_key": np.ascontiguousarray(block[:, 7:]).view("S1").reshape(-1),
    }


def _level_id(level: str, key: Bytes) -> Bytes:
    """The identifier of a level, by the profile: its number, then what names it."""
    return _plain(np.char.add(level.encode(), key)).astype("S17")


def _counted(values: Int64, most: int) -> Int64:
    """A counter that its field can hold, or zero: not stated. Never an amount."""
    return np.where(values > most, 0, values)


def _put_invoices(flat: NDArray[np.uint8], places: _Places, contents: Contents) -> None:
    invoices: ReturnedInvoices = contents.invoices
    at = places.invoice
    _lay(flat, at, E102, _named(invoices, E102))
    at = at + E102.length
    amo = {"asked": invoices.amo_asked, "state": invoices.amo_state}
    _lay(flat, at, E198, amo | _signed("paid", invoices.amo_paid))
    at = at + E198.length
    amc = {"asked": invoices.amc_asked, "state": invoices.amc_state, "amc_number": invoices.amc_number}
    _lay(flat, at, E199, amc | _signed("paid", invoices.amc_paid))

    lines: ReturnedLines = contents.lines
    negative = (lines.amc_amount < 0) | (lines.reimbursed < 0)
    code = np.ascontiguousarray(lines.code.astype("S5", copy=False)).view(np.uint8).reshape(len(lines), 5)
    _lay(
        flat, places.line, E210,
        _named(lines, E210, "code") | {
            "line": _counted(lines.line, 99), "quantity": _counted(lines.quantity, 999),
            "coefficient": _counted(lines.coefficient, 99_999), "count": _counted(lines.count, 999),
            "reimbursed": np.abs(lines.reimbursed), "amc_amount": np.abs(lines.amc_amount),
            "sign": np.where(negative, b"N", b"P"),
            "code": np.ascontiguousarray(code[:, :3]).view("S3").reshape(-1),
            "complement": np.ascontiguousarray(code[:, 3:]).view("S2").reshape(-1),
        },
    )  # fmt: skip
    key = np.char.add(digits.padded(invoices.batch, 3), digits.padded(invoices.invoice_number, 9))
    counter = _per(lines.invoice, len(invoices))
    control = {"level_id": _level_id(INVOICE, key), "counter": counter}
    _lay(flat, places.invoice_end, E990, control | _signed("sum", invoices.amc_paid))


def _put_rejects(flat: NDArray[np.uint8], places: _Places, contents: Contents) -> None:
    rejects: Rejects = contents.rejects
    of_line = rejects.line >= 0
    said = np.where(rejects.reject_level == b"", np.where(of_line, b"L", b"F"), rejects.reject_level)
    _lay(
        flat, places.reject, E294,
        _named(rejects, E294, "line") | {
            "level": np.where(of_line, LINE, INVOICE).astype("S2"), "reject_level": said.astype("S1"),
            "line": _counted(rejects.line_number, 999), "rank": _counted(rejects.rank, 99),
            "label": _plain(rejects.label), "extra": _plain(rejects.extra),
        },
    )  # fmt: skip


def _put_envelopes(
    flat: NDArray[np.uint8], places: _Places, letterhead: Letterhead, practice_numbers: Bytes, sums: _Sums
) -> None:
    count = len(practice_numbers)
    if not count:
        return
    names = ("sender_type", "sender", "sender_program", "receiver_type", "receiver_program", "exchange", "file_id")
    both: dict[str, Array] = {name: _same(getattr(letterhead, name), count) for name in names}
    both |= {"receiver": practice_numbers, "flow": _same(letterhead.flow, count)}
    first = {"created": np.full(count, letterhead.created, "M8[D]"), "message": _same(letterhead.message, count)}
    _lay(flat, places.starts[:-1], HEADER, both | first)
    total, transfers = _padded(sums.practice_total, count), _padded(sums.transfers_of_practice, count)
    if int(transfers.max()) > _BATCHES_COUNTED_MAX:
        raise Misuse(reasons.WRITE_OVERFLOW, f"{int(transfers.max())} transfers in one return, at most 999")
    last = {"record_count": places.records, "batch_count": transfers}
    _lay(flat, places.starts[1:] - TRAILER.length, TRAILER, both | last | _signed("total", total))


def _same(word: str, count: int) -> Bytes:
    return np.full(count, word.encode("latin-1"))


def _padded(values: Int64, count: int) -> Int64:
    return np.concatenate([values, np.zeros(count - len(values), np.int64)])


def latin(words: Sequence[str], width: int) -> Bytes:
    """Texts for labels: ISO 8859-1, cut at the width of their field."""
    return np.array([word.encode("latin-1", "replace")[:width] for word in words], f"S{width}")
