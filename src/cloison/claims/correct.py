"""Taking decisions back and deciding again. Nothing is changed: each is a new entry that points at the one it replaces.

cancel    the practice takes an invoice back; what was due is taken back, or deducted from its next payment
redecide  the same invoice, read again from its sealed file, on the rights and tables known now
"""

from collections import defaultdict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from cloison.claims import refusals, store
from cloison.claims.adjudicate import ACCEPTED, CANCELLED, REFUSED
from cloison.claims.claim import ClaimBatch
from cloison.claims.promises import bind
from cloison.claims.quote_promises import QuotedLines
from cloison.claims.settle import (
    Office,
    asked_of,
    covered_lines,
    priced,
    promised,
    read_rights,
    settle_disclosure,
    triage,
)
from cloison.errors import Misuse, Reason, Unavailable
from cloison.payments.ledger import Dues, record_dues, reverse_dues
from cloison.payments.store import books
from cloison.rights import store as rights_store
from cloison.rules.acts import code_ids, domains
from cloison.storage.roles import Role
from cloison.storage.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Replaced:
    """One decision that replaced another: what was paid before, and what is now."""

    invoice: int
    decision: int
    before_cents: int
    after_cents: int


async def cancel(office: Office, practice_number: str, number: str) -> Replaced:
    """Cancel the latest invoice of this number. Raises Misuse when there is none, or it is cancelled or refused."""
    async with _in_turn(office) as work:
        found = await store.find(work, practice_number, number)
        if not found:
            raise Misuse(refusals.NOT_DECIDED, cause=f"practice {practice_number}, invoice {number}")
        done = await _cancelled(office, work, found[0]["practice"], found[0]["invoice"])
    if isinstance(done, Reason):
        raise Misuse(done, cause=f"practice {practice_number}, invoice {number}")
    return done


async def cancel_invoice(office: Office, practice: int, invoice: int) -> Replaced | Reason:
    """Cancel this invoice of a practice, or say why it cannot be."""
    async with _in_turn(office) as work:
        return await _cancelled(office, work, practice, invoice)


async def _cancelled(office: Office, work: Transaction, practice: int, invoice: int) -> Replaced | Reason:
    await store.lock_practices(work, np.array([practice], np.int32))
    standing = await store.standing(work, np.array([invoice], np.int64))
    if not standing or standing[0]["practice"] != practice:
        return refusals.NOT_DECIDED
    last = standing[0]
    if last["state"] in (CANCELLED, REFUSED):
        return refusals.ALREADY_CANCELLED if last["state"] == CANCELLED else refusals.NOTHING_TO_CANCEL
    decision = await store.later_decisions(work, 1)
    await store.cancel(work, int(decision[0]), last["invoice"], last["decision"], office.tariff_version)
    await _take_back(work, np.array([last["decision"]], np.int64), decision)
    return Replaced(last["invoice"], int(decision[0]), last["amc_cents"], 0)


async def redecide(office: Office, batch: ClaimBatch, today: date) -> list[Replaced]:
    """Decide invoices again that are already in the books. `batch` holds them as they were received."""
    practice_row, tenant, kept = triage(office, batch, today)
    sound, of_sound = batch.only(kept == 0), np.flatnonzero(kept == 0)
    practice_row, tenant = practice_row[of_sound], tenant[of_sound]
    practice = office.practices.practice[practice_row]
    reader, revealed = await read_rights(office, sound, tenant, practice_row)
    async with _in_turn(office) as work:
        await store.lock_practices(work, practice)
        standing = await store.standing(work, sound.invoice_ids())
        if [row["invoice"] for row in standing] != sorted(sound.invoice_ids().tolist()):
            raise Misuse(refusals.NOT_DECIDED, cause="an invoice of this batch is not in the books")
        last = {row["invoice"]: row for row in standing}
        replaces = np.array([last[each]["decision"] for each in sound.invoice_ids().tolist()], np.int64)
        before = np.array([last[each]["amc_cents"] for each in sound.invoice_ids().tolist()], np.int64)
        decision = await store.later_decisions(work, len(sound))
        await _take_back(work, replaces, decision)
        questions = asked_of(office, sound, tenant, practice_row)
        covered = covered_lines(office, questions, revealed)
        found = await promised(work, sound, apart=sound.invoice_ids())
        quoted = await QuotedLines.read(work, found.engagement)
        promises, bound = bind(sound, questions, covered, found, quoted, practice, office.reference.book)
        decisions, _, _ = await priced(
            office, work, sound, bound, promises, practice_row, apart=sound.invoice_ids(), decision=decision
        )
        await store.record_decisions(work, sound, decision, bound, decisions, office.tariff_version, replaces)
        due = decisions.state == ACCEPTED
        await record_dues(work, Dues(tenant[due], practice[due], decisions.amc[due], decision[due]))
    await settle_disclosure(reader, sound, covered)
    return [
        Replaced(invoice, number, old, new)
        for invoice, number, old, new in zip(
            sound.invoice_ids().tolist(), decision.tolist(), before.tolist(), decisions.amc.tolist(), strict=True
        )
    ]


@asynccontextmanager
async def _in_turn(office: Office) -> AsyncGenerator[Transaction]:
    """One transaction. Raises Unavailable when others write the same invoices or ceilings; then nothing was done."""
    try:
        async with office.database.transaction(Role.CLAIMS) as work:
            yield work
    except store.AGAIN as failure:
        raise Unavailable(refusals.BOOKS_BUSY, cause=type(failure).__name__) from failure


async def _take_back(work: Transaction, replaced: NDArray[np.int64], by: NDArray[np.int64]) -> None:
    """Give caps and ceilings back what these decisions used of them, and take their dues back."""
    await rights_store.give_back_caps(work, replaced)
    given: dict[tuple[object, int, int, int], int] = defaultdict(int)
    for row in await store.ceilings_used(work, replaced):
        ceiling = row["ceiling"]
        if ceiling is None:
            ceiling = int(domains(code_ids(np.array([row["code"].strip().encode()], "S5")))[0])
        given[(row["person"], row["product"], ceiling, row["year"])] += row["cents"]
    await rights_store.give_back(work, given)
    dues = await books.dues_of(work, replaced)
    by_replaced = dict(zip(replaced.tolist(), by.tolist(), strict=True))
    await reverse_dues(
        work,
        np.array([row["transfer"] for row in dues], np.int64),
        np.array([by_replaced[row["reference"]] for row in dues], np.int64),
    )
