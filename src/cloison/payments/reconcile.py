"""What banks answered, made true in the books: each file once, each movement once, each unknown line with an owner.

A verdict (`pain.002`) releases what was held or leaves it; only a booked entry (`camt.053`, `camt.054`) moves money.
The bank is matched on the EndToEndId, or on the block when it books a whole order at once. Nothing is guessed: what
does not match to the cent stands in suspense, with the reason and who must act, until somebody explains it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from cloison.errors import Defect, Misuse, Place, Reason
from cloison.payments import chart, details
from cloison.payments.bankfile import BankFile, Direction
from cloison.payments.chart import AccountKind, TransferKind
from cloison.payments.reasons import (
    ACCOUNT_UNKNOWN,
    AMOUNT_DIFFERS,
    ANSWER_CONTRADICTS,
    CATALOGUE,
    LINE_UNKNOWN,
    ORDER_UNKNOWN,
    PAID_TWICE,
    TRANSFER_UNKNOWN,
)
from cloison.payments.store import Row, bank, books
from cloison.storage.keys import KeyProvider
from cloison.storage.transaction import Transaction

ACTORS: Final = {
    reason.number: reason.actor.value
    for reason in (LINE_UNKNOWN, AMOUNT_DIFFERS, PAID_TWICE, ANSWER_CONTRADICTS, ORDER_UNKNOWN)
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one file of a bank changed. A file read before, or with defects, changes nothing."""

    name: str
    message: str
    read_before: bool = False
    accepted: int = 0
    rejected: int = 0
    executed: int = 0
    returned: int = 0
    confirmed: int = 0
    suspended: int = 0
    anomalies: int = 0
    defects: tuple[Defect, ...] = ()
    remarks: tuple[Defect, ...] = ()


@dataclass(frozen=True, slots=True)
class Suspended:
    """A movement of an insurer's account that waits for a person. `owner` says whom."""

    bank_line: int
    tenant: int
    direction: Direction
    amount_cents: int
    booking_date: date
    reason: Reason
    owner: str
    file: str


async def reconcile(work: Transaction, keys: KeyProvider, files: Sequence[BankFile]) -> list[Outcome]:
    """Apply the answers of banks, in the order given. Each file and each movement counts once, however often sent."""
    tenants = await details.insurers_by_iban(work, keys)
    return [await _apply(work, file, tenants) for file in files]


async def _apply(work: Transaction, file: BankFile, tenants: dict[str, int]) -> Outcome:
    if file.defects:
        return Outcome(file.name, file.message, defects=file.defects, remarks=file.remarks)
    unknown = [statement for statement in file.statements if statement.iban not in tenants]
    if unknown:
        defects = tuple(Defect(ACCOUNT_UNKNOWN, Place(file.name, field="Acct")) for _ in unknown)
        return Outcome(file.name, file.message, defects=defects, remarks=file.remarks)
    number = await bank.add_bank_file(
        work, file.sha256, file.name, file.message, file.identification, len(file.remarks)
    )
    if number is None:
        return Outcome(file.name, file.message, read_before=True, remarks=file.remarks)
    if file.statements:
        await _take_books(work, [tenants[statement.iban] for statement in file.statements])
        for statement in file.statements:
            await bank.add_lines(work, number, tenants[statement.iban], statement.bookings)
        await bank.settle_lines(work, number, file.message[: len("camt.053")], ACTORS)
    if file.statuses:
        await bank.settle_statuses(work, number, file.statuses, ACTORS)
    row = await bank.outcomes(work, number)
    return Outcome(
        name=file.name,
        message=file.message,
        accepted=row["accepted"],
        rejected=row["rejected"],
        executed=row["executed"],
        returned=row["returned"],
        confirmed=row["confirmed"],
        suspended=row["suspended"],
        anomalies=row["anomalies"],
        remarks=file.remarks,
    )


async def _take_books(work: Transaction, tenants: Sequence[int]) -> None:
    """Open what a statement may touch and take its books, in one order: files read at once never wait in a ring."""
    kinds = (AccountKind.BANQUE, AccountKind.SUSPENSE)
    wanted = [chart.account(tenant, kind) for tenant in tenants for kind in kinds]
    await books.open_accounts(work, np.unique(np.array(wanted, np.int64)))
    await books.lock(work, tenants)


async def suspense(work: Transaction, tenant: int | None = None) -> list[Suspended]:
    """What still waits for a person, oldest first: empty or explained each evening."""
    return [
        Suspended(
            bank_line=row["bank_line"],
            tenant=row["tenant"],
            direction=Direction(row["direction"]),
            amount_cents=row["amount_cents"],
            booking_date=row["booking_date"],
            reason=CATALOGUE[row["reason"]],
            owner=row["owner"],
            file=row["file"],
        )
        for row in await bank.suspense(work, tenant)
    ]


async def explain(work: Transaction, bank_line: int, account: int, note: str) -> int:
    """Take a line out of suspense: it is none of ours, and `note` says whose. Returns the transfer.

    Raises Misuse when the line does not wait.
    """
    row = await _waiting(work, bank_line)
    other = chart.account(row["tenant"], AccountKind.BANQUE)
    return await _resolve(work, row, account, note, TransferKind.EXPLANATION, other, bank_line)


async def recover(work: Transaction, bank_line: int, account: int, note: str, cancellation: int) -> int:
    """Take a credit out of suspense: a practice paid back, to the cent, what `cancellation` took back from it.

    The next payment no longer deducts it. Returns the transfer; raises Misuse when it was deducted or repaid before.
    """
    row = await _waiting(work, bank_line)
    taken_back = await books.transfers(work, np.array([cancellation], np.int64))
    if row["direction"] != Direction.CREDIT or not taken_back or taken_back[0]["kind"] != TransferKind.CANCELLATION:
        raise Misuse(TRANSFER_UNKNOWN, cause=f"bank line {bank_line}, cancellation {cancellation}")
    other = taken_back[0]["debit_account"]
    return await _resolve(work, row, account, note, TransferKind.RECOVERY, other, cancellation)


async def _waiting(work: Transaction, bank_line: int) -> Row:
    rows = await bank.suspense(work, None, bank_line)
    if not rows:
        raise Misuse(TRANSFER_UNKNOWN, cause=f"bank line {bank_line}")
    return rows[0]


async def _resolve(
    work: Transaction, row: Row, account: int, note: str, kind: TransferKind, other: int, reference: int
) -> int:
    """Move a line from suspense to the other account, and keep who said so and why."""
    suspended = chart.account(row["tenant"], AccountKind.SUSPENSE)
    debit, credit = (suspended, other) if row["direction"] == Direction.CREDIT else (other, suspended)
    number = await books.new_transfers(work, 1)
    await books.add_transfers(
        work,
        {
            "transfer": number,
            "tenant": np.array([row["tenant"]], np.int32),
            "debit_account": np.array([debit], np.int64),
            "credit_account": np.array([credit], np.int64),
            "amount_cents": np.array([row["amount_cents"]], np.int64),
            "kind": np.array([kind], np.int16),
            "earlier_transfer": np.array([row["transfer"]], np.int64),
            "reference": np.array([reference], np.int64),
        },
    )
    await bank.add_explanation(work, row["bank_line"], int(number[0]), account, note)
    return int(number[0])
