"""The returns of a payment run as NOEMIE contents: payments, decisions and reasons become the columns of the format.

A return names the invoice, never the person. The reasons are the project's own: Inter-AMC codes are not public, so a
reject carries the number of our reason behind a C, and its words.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cloison.errors import Catalogue
from cloison.gateways.files.noemie import Contents, Deductions, Rejects, ReturnedInvoices, ReturnedLines, Transfers
from cloison.money import Cents
from cloison.period import Days

Table = Mapping[str, NDArray[np.generic]]
DAY_MISSING = np.datetime64("NaT", "D")
NATURES = {30: b"MA", 41: b"AT"}
LABEL_WIDTH = 86
REFUSED = 1
PERCENT_BP = 100


@dataclass(frozen=True, slots=True)
class Told:
    """One group of decisions told together: one payment, or the unpaid decisions of one insurer for one practice.

    Shapes (n,); `practice` is the row of the practice in the list given, sorted; `label` empty where nothing is paid.
    """

    practice: NDArray[np.int64]
    tenant: NDArray[np.int32]
    label: NDArray[np.bytes_]
    day: Days
    paid: Cents


@dataclass(frozen=True, slots=True)
class Movement:
    """What each group pays or takes back: shapes (m,), sorted by group. An amount below zero is a deduction."""

    group: NDArray[np.int64]
    decision: NDArray[np.int64]
    amount: Cents


def contents(
    told: Told,
    movements: Movement,
    decided: Table,
    lines: Table,
    amc_of: Mapping[int, bytes],
    reasons: Catalogue,
) -> Contents:
    """The contents of the returns of some practices. `decided` and `lines` are sorted by decision."""
    kept = movements.amount >= 0
    invoice_rows = np.searchsorted(decided["decision"], movements.decision[kept])
    invoices = _invoices(movements.group[kept], decided, invoice_rows, amc_of, movements.amount[kept])
    detail, owner = _line_rows(lines, movements.decision[kept])
    taken = ~kept
    return Contents(
        transfers=_transfers(told, amc_of),
        invoices=invoices,
        lines=_lines(lines, detail, owner),
        rejects=_rejects(decided, invoice_rows, lines, detail, owner, reasons),
        deductions=_deductions(movements, taken, decided),
    )


def _transfers(told: Told, amc_of: Mapping[int, bytes]) -> Transfers:
    return Transfers.blank(
        len(told.practice),
        practice=told.practice,
        date=told.day,
        label_1=told.label,
        amc_number=_named(told.tenant, amc_of),
        amount=told.paid,
    )


def _invoices(
    group: NDArray[np.int64], decided: Table, row: NDArray[np.intp], amc_of: Mapping[int, bytes], amount: Cents
) -> ReturnedInvoices:
    state = decided["state"][row]
    nature = np.full(len(row), b"AS")
    for number, letters in NATURES.items():
        nature[decided["nature"][row] == number] = letters
    return ReturnedInvoices.blank(
        len(row),
        transfer=group,
        invoice_number=decided["number"][row],
        batch=np.char.zfill(decided["batch"][row].astype("S3"), 3),
        invoice_date=decided["care_from"][row],
        nature=nature,
        amo_asked=decided["amo_cents"][row],
        amc_asked=decided["amc_asked_cents"][row],
        amc_state=np.select([state == REFUSED, amount > 0], [b"R", b"P"], b" "),
        amc_paid=amount,
        amc_number=_named(decided["tenant"][row].astype(np.int32), amc_of),
    )


def _line_rows(lines: Table, decision: NDArray[np.int64]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The rows of the lines of each invoice, and the invoice of each."""
    start = np.searchsorted(lines["decision"], decision, "left")
    size = np.searchsorted(lines["decision"], decision, "right") - start
    owner = np.repeat(np.arange(len(decision)), size)
    offset = np.arange(len(owner)) - np.repeat(np.cumsum(size) - size, size)
    return np.repeat(start, size) + offset, owner


def _lines(lines: Table, row: NDArray[np.intp], owner: NDArray[np.intp]) -> ReturnedLines:
    base, rate = lines["base_cents"][row], lines["rate_bp"][row].astype(np.int64)
    quantity = lines["quantity"][row].astype(np.int64)
    return ReturnedLines.blank(
        len(row),
        invoice=owner,
        line=lines["line"][row].astype(np.int64),
        start_date=lines["care_date"][row],
        end_date=lines["care_date"][row],
        unit_price=base // np.maximum(quantity, 1),
        base=base,
        rate=np.maximum(rate, 0) // PERCENT_BP,
        reimbursed=lines["amo_cents"][row],
        code=lines["code"][row],
        quantity=quantity,
        coefficient=lines["coefficient"][row].astype(np.int64),
        expense=lines["charged_cents"][row],
        amc_amount=lines["amc_cents"][row],
        amc_base=base,
    )


def _rejects(
    decided: Table,
    invoice_rows: NDArray[np.intp],
    lines: Table,
    detail: NDArray[np.intp],
    owner: NDArray[np.intp],
    reasons: Catalogue,
) -> Rejects:
    """One reject per refused invoice, and one per line that is not paid as asked."""
    (refused,) = np.nonzero(decided["state"][invoice_rows] == REFUSED)
    (reduced,) = np.nonzero(lines["reason"][detail])
    invoice = np.concatenate([refused, owner[reduced]])
    line = np.concatenate([np.full(len(refused), -1), reduced])
    number = np.concatenate([decided["reason"][invoice_rows[refused]], lines["reason"][detail[reduced]]]).astype(
        np.int64
    )
    line_number = np.concatenate([np.zeros(len(refused), np.int64), lines["line"][detail[reduced]].astype(np.int64)])
    order = np.lexsort((line, invoice))
    known = {each: reasons[each] for each in np.unique(number).tolist()}
    labels = {each: _capitals(reason.message.fr) for each, reason in known.items()}
    return Rejects.blank(
        len(order),
        invoice=invoice[order],
        line=line[order],
        code=np.array([b"C%03d" % each for each in number[order].tolist()], "S4"),
        label=np.array([labels[each] for each in number[order].tolist()], f"S{LABEL_WIDTH}"),
        line_number=line_number[order],
        rank=1,
    )


def _deductions(movements: Movement, taken: NDArray[np.bool_], decided: Table) -> Deductions:
    row = np.searchsorted(decided["decision"], movements.decision[taken])
    return Deductions.blank(
        int(taken.sum()),
        transfer=movements.group[taken],
        line=1,
        reference=decided["number"][row],
        date=decided["care_from"][row],
        debt=b"IND",
        operation=b"RPR",
        amount=movements.amount[taken],
    )


def _named(tenant: NDArray[np.int32], amc_of: Mapping[int, bytes]) -> NDArray[np.bytes_]:
    names, inverse = np.unique(tenant, return_inverse=True)
    return np.array([amc_of[each] for each in names.tolist()] or [b""], "S10")[inverse]


def _capitals(words: str) -> bytes:
    """The words of a reason in the letters that the format has."""
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").upper()
    return plain if len(plain) <= LABEL_WIDTH else plain[:LABEL_WIDTH].rsplit(b" ", 1)[0]
