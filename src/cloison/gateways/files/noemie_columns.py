"""What a NOEMIE-PS return says, as columns: transfers, the invoices they pay, their lines, and the rejects.

Amounts are signed int64 cents: a return writes the sign apart. No column names a person: a return names the invoice.
"""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from cloison.gateways.files.columns import Columns
from cloison.money import Cents
from cloison.period import Days

Bytes = NDArray[np.bytes_]
Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Records 000 and 999 of every return of one run; the receiver is the practice."""

    sender: str
    created: date
    sender_type: str = "OT"
    sender_program: str = "CLOISO"
    receiver_type: str = "TP"
    receiver_program: str = ""
    exchange: str = "NO"
    file_id: str = ""
    flow: str = ""
    """Space or R real, T test, D demonstration."""
    message: str = ""


@dataclass(frozen=True, repr=False)
class Transfers(Columns):
    """Entities 010, 040, 071 and 081: one payment of one insurer to one practice.

    `amount` is the sum of what its invoices and deductions say. A group of invoices without a payment (all rejected)
    is a transfer of zero with empty labels: it is written with 070 in place of 071.
    """

    SHAPES: ClassVar[dict[str, str]] = {
        "practice": "i8", "date": "M8[D]", "label_1": "S32", "label_2": "S32", "amc_number": "S10", "payee": "S15",
        "return_type": "S2", "amount": "i8",
    }  # fmt: skip

    practice: Int64
    """Row of the practice, in the list given to the writer. Sorted."""
    date: Days
    label_1: Bytes
    label_2: Bytes
    amc_number: Bytes
    payee: Bytes
    """Empty: the number of the practice."""
    return_type: Bytes
    """Empty: 01, electronic."""
    amount: Cents


@dataclass(frozen=True, repr=False)
class ReturnedInvoices(Columns):
    """Entities 102, 198 and 199: one invoice, paid or rejected."""

    SHAPES: ClassVar[dict[str, str]] = {
        "transfer": "i8", "invoice_number": "S9", "complement": "S6", "batch": "S3", "batch_date": "M8[D]",
        "kind": "S1", "invoice_date": "M8[D]", "treatment": "S1", "nature": "S2", "amo_asked": "i8", "amo_state": "S1",
        "amo_paid": "i8", "amc_asked": "i8", "amc_state": "S1", "amc_paid": "i8", "amc_number": "S10",
    }  # fmt: skip

    transfer: Int64
    """Sorted."""
    invoice_number: Bytes
    complement: Bytes
    batch: Bytes
    batch_date: Days
    kind: Bytes
    """Empty: B."""
    invoice_date: Days
    treatment: Bytes
    nature: Bytes
    """Empty: AS."""
    amo_asked: Cents
    amo_state: Bytes
    amo_paid: Cents
    amc_asked: Cents
    amc_state: Bytes
    """P paid, R rejected, D deferred, empty none."""
    amc_paid: Cents
    """Equals the sum of `amc_amount` of its lines."""
    amc_number: Bytes


@dataclass(frozen=True, repr=False)
class ReturnedLines(Columns):
    """Entities 210: what was decided about one line. `reimbursed` is the AMO share; of one sign with `amc_amount`."""

    SHAPES: ClassVar[dict[str, str]] = {
        "invoice": "i8", "line": "i8", "management": "S2", "exoneration": "S1", "mt": "S2", "dmt": "S3",
        "prescription_date": "M8[D]", "start_date": "M8[D]", "end_date": "M8[D]", "unit_price": "i8", "base": "i8",
        "rate": "i8", "reimbursed": "i8", "code": "S5", "quantity": "i8", "coefficient": "i8", "count": "i8",
        "expense": "i8", "qualifier": "S2", "local_rate": "i8", "local_amount": "i8", "amc_rate": "i8",
        "amc_amount": "i8", "amc_base": "i8",
    }  # fmt: skip

    invoice: Int64
    """Sorted."""
    line: Int64
    """From 1; beyond 99 the return writes 00."""
    management: Bytes
    exoneration: Bytes
    mt: Bytes
    dmt: Bytes
    prescription_date: Days
    start_date: Days
    end_date: Days
    unit_price: Cents
    base: Cents
    rate: Int64
    """Percent."""
    reimbursed: Cents
    code: Bytes
    """Three characters and two of complement: a B2 code fits as it is."""
    quantity: Int64
    """Beyond 999, not stated (000)."""
    coefficient: Int64
    """Hundredths; beyond 999.99, not stated."""
    count: Int64
    expense: Cents
    qualifier: Bytes
    local_rate: Int64
    local_amount: Cents
    amc_rate: Int64
    amc_amount: Cents
    amc_base: Cents


@dataclass(frozen=True, repr=False)
class Rejects(Columns):
    """Entities 294: why an invoice (`line` -1) or one of its lines is not paid as asked."""

    SHAPES: ClassVar[dict[str, str]] = {
        "invoice": "i8", "line": "i8", "code": "S4", "label": "S86", "reject_level": "S1", "part": "S1",
        "nature": "S5", "date": "M8[D]", "performer": "S9", "line_number": "i8", "rank": "i8", "extra": "S30",
    }  # fmt: skip

    invoice: Int64
    """Sorted."""
    line: Int64
    """Row in the lines, or -1. Sorted within an invoice."""
    code: Bytes
    label: Bytes
    reject_level: Bytes
    """F invoice, L line, A detailed; empty: as `line` says."""
    part: Bytes
    """C complementary, O compulsory or both; empty: C."""
    nature: Bytes
    date: Days
    performer: Bytes
    line_number: Int64
    rank: Int64
    extra: Bytes


@dataclass(frozen=True, repr=False)
class Deductions(Columns):
    """Entities 250: what is taken from a transfer for an earlier debt. `amount` is negative when taken."""

    SHAPES: ClassVar[dict[str, str]] = {
        "transfer": "i8", "line": "i8", "reference": "S10", "date": "M8[D]", "debt": "S3", "operation": "S3",
        "amount": "i8", "balance": "i8",
    }  # fmt: skip

    transfer: Int64
    """Sorted."""
    line: Int64
    reference: Bytes
    date: Days
    debt: Bytes
    operation: Bytes
    amount: Cents
    balance: Cents


@dataclass(frozen=True)
class Contents:
    """Everything that some returns say."""

    transfers: Transfers
    invoices: ReturnedInvoices
    lines: ReturnedLines
    rejects: Rejects
    deductions: Deductions
