"""The ledger: what is due enters it, what is taken back answers it, and the position of an insurer is read from it.

Nothing is ever changed or removed. A wrong due is cancelled by an opposite transfer that names it; when it was already
paid, the practice then owes, and the next payment run deducts it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cloison.errors import Misuse
from cloison.money import Cents
from cloison.payments import chart, store
from cloison.payments.chart import AccountKind, Numbers, TransferKind
from cloison.payments.reasons import TRANSFER_UNKNOWN
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
    await store.open_accounts(work, np.unique(np.concatenate([debit, credit, bank])))
    numbers = await store.new_transfers(work, len(dues))
    await store.add_transfers(
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
    rows = await store.transfers(work, transfers)
    if len(rows) != len(transfers) or any(row["kind"] != TransferKind.DUE for row in rows):
        raise Misuse(TRANSFER_UNKNOWN)
    numbers = await store.new_transfers(work, len(rows))
    await store.add_transfers(
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
