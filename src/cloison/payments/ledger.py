"""The ledger: what is due enters it, what is taken back answers it, and the position of an insurer is read from it.

Nothing is ever changed or removed. A wrong due is cancelled by an opposite transfer that names it; when it was already
paid, the practice then owes, and the next payment run deducts it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cloison.errors import Corruption, Misuse
from cloison.money import Cents
from cloison.payments import chart
from cloison.payments.chart import AccountKind, Numbers, Phase, TransferKind
from cloison.payments.reasons import BOOKS_DO_NOT_BALANCE, TRANSFER_UNKNOWN
from cloison.payments.store import books
from cloison.storage.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Dues:
    """What was decided. Shapes: (n,) each; amounts above zero; `reference` is the number of the decision."""

    tenant: NDArray[np.int32]
    practice: NDArray[np.int32]
    amount: Cents
    reference: NDArray[np.int64]

    def __post_init__(self) -> None:
        assert len(self.tenant) == len(self.practice) == len(self.amount) == len(self.reference)
        assert not len(self.amount) or int(self.amount.min()) > 0, "what is due is above zero"

    def __len__(self) -> int:
        return len(self.amount)


async def record_dues(work: Transaction, dues: Dues) -> Numbers:
    """Enter what is due to practices, and return the number of each transfer.

    Called inside the transaction that records the decisions. Raises Misuse when the ledger refuses.
    """
    if not len(dues):
        return np.empty(0, np.int64)
    debit = chart.accounts(dues.tenant, AccountKind.CHARGES)
    credit = chart.accounts(dues.tenant, AccountKind.DU, dues.practice)
    bank = chart.accounts(np.unique(dues.tenant), AccountKind.BANQUE)
    await books.open_accounts(work, np.unique(np.concatenate([debit, credit, bank])))
    numbers = await books.new_transfers(work, len(dues))
    await books.add_transfers(
        work,
        {
            "transfer": numbers,
            "tenant": dues.tenant.astype(np.int32),
            "debit_account": debit,
            "credit_account": credit,
            "amount_cents": dues.amount.astype(np.int64),
            "kind": np.full(len(dues), TransferKind.DUE, np.int16),
            "reference": dues.reference.astype(np.int64),
        },
    )
    return numbers


async def reverse_dues(work: Transaction, transfers: Numbers, references: NDArray[np.int64]) -> Numbers:
    """Take dues back: each by an opposite transfer that names it; `references` are the decisions that do so.

    Raises Misuse when one does not exist, is not a due, or was taken back before.
    """
    if not len(transfers):
        return np.empty(0, np.int64)
    order = np.argsort(transfers, kind="stable")
    rows = await books.transfers(work, transfers)
    if len(rows) != len(transfers) or any(row["kind"] != TransferKind.DUE for row in rows):
        raise Misuse(TRANSFER_UNKNOWN)
    numbers = await books.new_transfers(work, len(rows))
    await books.add_transfers(
        work,
        {
            "transfer": numbers,
            "tenant": np.array([row["tenant"] for row in rows], np.int32),
            "debit_account": np.array([row["credit_account"] for row in rows], np.int64),
            "credit_account": np.array([row["debit_account"] for row in rows], np.int64),
            "amount_cents": np.array([row["amount_cents"] for row in rows], np.int64),
            "kind": np.full(len(rows), TransferKind.CANCELLATION, np.int16),
            "earlier_transfer": transfers[order],
            "reference": references[order],
        },
    )
    placed = np.empty_like(numbers)
    placed[order] = numbers
    return placed


@dataclass(frozen=True, slots=True)
class Position:
    """Where one insurer stands, to the cent, as its book says.

    due        owed to practices and not ordered yet (below zero: owed by them)
    ordered    in orders whose outcome the bank has not told
    paid       debited from its account for practices, since the beginning
    returned   of which came back
    suspense   movements of its account that nobody has explained: credits less debits
    """

    tenant: int
    charged_cents: int
    cancelled_cents: int
    recovered_cents: int
    due_cents: int
    ordered_cents: int
    paid_cents: int
    returned_cents: int
    suspense_cents: int


async def position(work: Transaction, tenant: int) -> Position:
    """Read from the totals, and compared with the accounts. Raises Corruption when they disagree."""
    moved, held = await books.totals(work, tenant)
    total = {(TransferKind(row["kind"]), Phase(row["phase"])): int(row["amount_cents"]) for row in moved}
    account = {AccountKind(row["kind"]): int(row["posted_cents"]) + int(row["pending_cents"]) for row in held}

    def sum_of(kind: TransferKind, phase: Phase = Phase.POSTED) -> int:
        return total.get((kind, phase), 0)

    charged, cancelled = sum_of(TransferKind.DUE), sum_of(TransferKind.CANCELLATION)
    paid, returned = sum_of(TransferKind.PAYMENT, Phase.POSTING), sum_of(TransferKind.RETURN)
    ordered = sum_of(TransferKind.PAYMENT, Phase.PENDING) - paid - sum_of(TransferKind.PAYMENT, Phase.VOIDING)
    recovered = sum_of(TransferKind.RECOVERY)
    due = charged - cancelled + recovered - ordered - paid + returned
    if due != account.get(AccountKind.DU, 0) or cancelled - charged != account.get(AccountKind.CHARGES, 0):
        raise Corruption(BOOKS_DO_NOT_BALANCE, cause=f"insurer {tenant}")
    return Position(
        tenant=tenant,
        charged_cents=charged,
        cancelled_cents=cancelled,
        recovered_cents=recovered,
        due_cents=due,
        ordered_cents=ordered,
        paid_cents=paid,
        returned_cents=returned,
        suspense_cents=account.get(AccountKind.SUSPENSE, 0),
    )


async def audit(work: Transaction) -> None:
    """Recompute every balance from every transfer. Raises Corruption unless all agree and the books sum to zero."""
    row = await books.audit(work)
    found = {name: int(row[name]) for name in ("kept", "kept_pending", "differing", "lines_differing") if row[name]}
    if found:
        raise Corruption(BOOKS_DO_NOT_BALANCE, cause=str(found))
