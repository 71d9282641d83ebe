"""Payment runs: what is due becomes one payment per practice and insurer, and one order per insurer.

A run is named by its day and rank before it starts. It is one transaction: killed at any point it leaves nothing, and
started again under the same name it is the same run. A file of orders is a function of what that transaction committed,
so it can be written again at any time, with the same bytes, under the same name.
"""

import asyncio
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cloison.errors import Corruption, Misuse, Reason
from cloison.money import Cents
from cloison.payments import details, sepa
from cloison.payments.chart import Numbers
from cloison.payments.reasons import (
    NO_BANK_DETAILS,
    NO_PAYER_ACCOUNT,
    ORDER_CHANGED,
    ORDER_INVALID,
    PRACTICE_OWES,
    RUN_UNKNOWN,
)
from cloison.payments.sepa import CreditTransfer, Order
from cloison.payments.store import Row, runs
from cloison.storage.keys import KeyProvider
from cloison.storage.transaction import Transaction

FILES_AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class Run:
    """One payment run, as committed."""

    run: int
    execution_date: date
    rank: int
    payments: int
    amount_cents: int


@dataclass(frozen=True, slots=True)
class Unpaid:
    """A sum that the next run will not pay as things stand, and why. Below zero: the practice owes it."""

    tenant: int
    practice: int
    amount_cents: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class OrderFile:
    """One file for one insurer's bank."""

    tenant: int
    message_id: str
    path: Path
    digest: bytes = field(repr=False)
    payments: int
    amount_cents: int


@dataclass(frozen=True, slots=True)
class Returns:
    """What NOEMIE returns and remittance advices are made of: the payments of a run and, line by line, what each pays.

    Shapes: payment, tenant, practice, paid, label, execution_date (n,); payment_of_line, transfer, kind, reference,
    amount (m,), in the order of payments. `label` is the EndToEndId. `reference` is the number of the decision.
    An amount below zero takes back an earlier due (NOEMIE 250).
    """

    payment: Numbers
    tenant: NDArray[np.int32]
    practice: NDArray[np.int32]
    paid: Cents
    label: NDArray[np.bytes_]
    execution_date: NDArray[np.datetime64]
    payment_of_line: NDArray[np.intp]
    transfer: Numbers
    kind: NDArray[np.int16]
    reference: Numbers
    amount: Cents


async def run(work: Transaction, day: date, rank: int = 1) -> Run:
    """Order what is due, to be paid on `day`. The same day and rank is the same run, however often it is called."""
    number, starts = await runs.start_run(work, day, rank)
    if starts:
        await runs.pay(work, number, day, sepa.TRANSFERS_PER_FILE_MAX)
    return await summary(work, number)


async def summary(work: Transaction, number: int) -> Run:
    """Raises Misuse when there is no such run."""
    row = await runs.run_summary(work, number)
    if row is None:
        raise Misuse(RUN_UNKNOWN, cause=f"run {number}")
    return Run(row["run"], row["execution_date"], row["rank"], row["payments"], row["amount_cents"])


async def unpaid(work: Transaction) -> list[Unpaid]:
    """What is still due after the runs, and what stands in the way."""
    found: list[Unpaid] = []
    for row in await runs.unpaid(work):
        if row["amount_cents"] < 0:
            reason = PRACTICE_OWES
        elif not row["payer"]:
            reason = NO_PAYER_ACCOUNT
        elif not row["payee"]:
            reason = NO_BANK_DETAILS
        else:
            continue
        found.append(Unpaid(row["tenant"], row["practice"], row["amount_cents"], reason))
    return found


async def order_files(
    work: Transaction, keys: KeyProvider, number: int, folder: Path, initiator: str
) -> list[OrderFile]:
    """Write the files of a run, each checked against the official schema before it exists under its name.

    Raises Corruption when a file written before had other bytes, Misuse when one would not be valid.
    """
    await summary(work, number)
    await runs.alone_with_run(work, number)
    folder.mkdir(parents=True, exist_ok=True)
    turn, reading = asyncio.Semaphore(FILES_AT_ONCE), asyncio.Lock()
    known: dict[int, sepa.BankDetails] = {}

    async def write(row: Row) -> OrderFile:
        async with turn:
            async with reading:  # one connection asks one question at a time
                order = await _order(work, keys, row, known, initiator)
            path = folder / f"{order.message_id}.xml"
            digest = await asyncio.to_thread(_written, order, path, row["digest"])
        return OrderFile(row["tenant"], order.message_id, path, digest, row["payments"], row["amount_cents"])

    orders = await runs.orders(work, number)
    files: list[OrderFile] = []
    for row, file in zip(orders, await asyncio.gather(*map(write, orders), return_exceptions=True), strict=True):
        if isinstance(file, BaseException):
            raise file
        if row["digest"] is None:
            await runs.file_written(work, row["payment_order"], file.digest, file.path.stat().st_size)
        files.append(file)
    return files


async def _order(
    work: Transaction, keys: KeyProvider, row: Row, known: dict[int, sepa.BankDetails], initiator: str
) -> Order:
    payments = await runs.payments_of(work, row["payment_order"])
    wanted = {payment["payee_account"] for payment in payments} | {row["payer_account"]}
    known.update(await details.opened(work, keys, sorted(wanted - known.keys())))
    payer = known[row["payer_account"]]
    return Order(
        message_id=row["message_id"],
        created_at=row["created_at"].astimezone(UTC),
        initiator=initiator,
        execution_date=row["execution_date"],
        payer=payer,
        transfers=_transfers(payments, known, payer.name),
    )


def _transfers(payments: Sequence[Row], known: dict[int, sepa.BankDetails], payer_name: str) -> list[CreditTransfer]:
    # The reference comes first in the remittance too: what a bank cuts off is at the end.
    return [
        CreditTransfer(label, cents, known[payee], f"{label} TIERS PAYANT {payer_name} {lines} FACTURE(S)")
        for label, cents, payee, lines in payments
    ]


def _written(order: Order, path: Path, expected: bytes | None) -> bytes:
    """Render, compare, check, then give the file its name: it is whole or it is not there."""
    document = sepa.written(order)
    digest = hashlib.sha256(document).digest()
    if expected is not None and expected != digest:
        raise Corruption(ORDER_CHANGED, cause=order.message_id)
    if expected is not None and path.exists() and hashlib.sha256(path.read_bytes()).digest() == digest:
        return digest
    defects = sepa.check(document, order.message_id)
    if defects:
        raise Misuse(ORDER_INVALID, cause=f"{len(defects)} defects", place=defects[0].place)
    draft = path.with_suffix(".part")  # one process at a time writes a run: what a killed one left is written over
    with draft.open("wb") as file:
        file.write(document)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return digest


async def returns_data(work: Transaction, number: int, practice: int | None = None) -> Returns:
    """The payments of a run, to one practice or to all, and what each pays. A payment that repeats a returned one shows
    what that one paid."""
    payments, lines = await runs.returned_columns(work, number, practice)
    payment = np.array(payments["payment"] or [], np.int64)
    of_line = np.array(lines["payment"] or [], np.int64)
    days = np.array(payments["execution_day"] or [], np.int64)
    return Returns(
        payment=payment,
        tenant=np.array(payments["tenant"] or [], np.int32),
        practice=np.array(payments["practice"] or [], np.int32),
        paid=np.array(payments["amount_cents"] or [], np.int64),
        label=np.array(payments["end_to_end_id"] or [], "S32"),
        execution_date=days.astype("datetime64[D]"),
        payment_of_line=np.searchsorted(payment, of_line),
        transfer=np.array(lines["transfer"] or [], np.int64),
        kind=np.array(lines["kind"] or [], np.int16),
        reference=np.array(lines["reference"] or [], np.int64),
        amount=np.array(lines["amount_cents"] or [], np.int64),
    )
