"""What a practice sees of its own payments: each one, where it stands, and the invoices that it is made of. An insurer
sees those that it pays, and where they stand.

Read through the windows of migration 0045, in a transaction that names the practice or the insurer: nobody's payments
but its own exist in it. No person and no care is among these columns.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum

from cloison.payments.chart import TransferKind
from cloison.payments.store import own
from cloison.storage.roles import Role
from cloison.storage.transaction import Storage


class PaymentState(IntEnum):
    """Where a payment stands; see payments.payment_state."""

    ORDERED = 1
    ACCEPTED = 2
    REJECTED = 3
    EXECUTED = 4
    RETURNED = 5


STANDS = (PaymentState.ORDERED, PaymentState.ACCEPTED, PaymentState.EXECUTED)


@dataclass(frozen=True, slots=True)
class OwnPayment:
    """One payment. `version` counts what happened to it; `told_at` is when that was, the day of execution at first."""

    payment: int
    tenant: int
    practice: int
    amount_cents: int
    end_to_end_id: str
    execution_date: date
    state: PaymentState
    bank_reason: str
    version: int
    told_at: datetime


@dataclass(frozen=True, slots=True)
class OwnLine:
    """One line of a payment: an invoice that it pays, or what it takes back (below zero)."""

    payment: int
    transfer: int
    kind: TransferKind
    amount_cents: int
    invoice: int
    number: str
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class PaymentSearch:
    """Which payments a practice looks for: all conditions together, newest first, before a number, up to a number."""

    payments: tuple[int, ...] = ()
    label: str | None = None
    day_from: date | None = None
    day_to: date | None = None
    told_from: datetime | None = None
    told_to: datetime | None = None
    standing: bool | None = None
    up_to: int | None = None
    before: int | None = None
    count: int = 20


@dataclass(frozen=True, slots=True)
class OwnRun:
    """A payment run that paid a practice."""

    run: int
    execution_date: date
    payments: int
    amount_cents: int


async def runs(database: Storage, practice: int, before: int | None, count: int) -> list[OwnRun]:
    """The runs that paid this practice, newest first."""
    return [OwnRun(*row) for row in await own.runs(database, practice, before, count)]


async def run_of(database: Storage, practice: int, payment: int) -> int | None:
    """The run of one payment of this practice."""
    return await own.run_of(database, practice, payment)


async def find(
    database: Storage, role: Role, practice: int, search: PaymentSearch, tenant: int = 0
) -> list[OwnPayment]:
    """The payments that fit, newest first, at most `count`: those of a practice, or with `tenant` of an insurer."""
    rows = await own.find(database, role, practice, search, tenant)
    return [
        OwnPayment(
            payment=row["payment"],
            tenant=row["tenant"],
            practice=row["practice"],
            amount_cents=row["amount_cents"],
            end_to_end_id=row["end_to_end_id"],
            execution_date=row["execution_date"],
            state=PaymentState(row["state"]),
            bank_reason=row["bank_reason"],
            version=row["version"],
            told_at=row["told_at"],
        )
        for row in rows
    ]


async def total(database: Storage, role: Role, practice: int, search: PaymentSearch, tenant: int = 0) -> int:
    """How many payments fit, wherever the page is."""
    return await own.total(database, role, practice, search, tenant)


async def lines(database: Storage, role: Role, practice: int, payments: Sequence[int]) -> list[OwnLine]:
    """The lines of payments of a practice, in the order of their transfers."""
    rows = await own.lines(database, role, practice, payments)
    return [
        OwnLine(
            payment=row["payment"],
            transfer=row["transfer"],
            kind=TransferKind(row["kind"]),
            amount_cents=row["amount_cents"],
            invoice=row["invoice"],
            number=row["number"],
            decided_at=row["decided_at"],
        )
        for row in rows
    ]
