"""Decide a batch of invoices and enter what is due for each: read, decide, record.

    triage      what cannot be decided at all is kept aside, each invoice alone
    reveal      who is covered: reserved first, in its own committed transaction
    decide      promises, ceilings, price, adjudication
    record      one transaction: invoices, decisions, dues, and the mark that this chunk is done

A process killed anywhere decides the same chunk again and writes the same rows, or finds its mark and writes nothing.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from cloison.claims import refusals, store
from cloison.claims.acts import acts_of, care_of
from cloison.claims.adjudicate import ACCEPTED, Decisions, adjudicate, entitled, joined
from cloison.claims.caps import Caps
from cloison.claims.ceilings import Ceilings
from cloison.claims.claim import RESUBMITTED, ClaimBatch
from cloison.claims.promises import Promises, bind, turns
from cloison.claims.quote_promises import QuotedLines
from cloison.claims.repeats import same_care
from cloison.disclosure import BatchDoor, Fields, Needs, Proof, Purpose, Result
from cloison.disclosure.purpose import WIDEST
from cloison.disclosure.reader import BatchReader, RevealedRights
from cloison.errors import Reason, Unavailable
from cloison.identity import Practices
from cloison.payments.ledger import Dues, record_dues
from cloison.rights import refusals as rights_refusals
from cloison.rights import store as rights_store
from cloison.rights.eligibility import Answers, Questions, decide
from cloison.rights.engagement import Engagements
from cloison.rights.enquiry import request_hashes
from cloison.rights.reference import NOBODY, Reference
from cloison.rules import Priced, TariffBook, price
from cloison.rules.acts import code_ids, domains
from cloison.storage.bulk import Nullable
from cloison.storage.roles import Role
from cloison.storage.transaction import Storage, Transaction
from cloison.storage.vault_index import BlindIndex

ATTEMPTS = 5
NOBODY_APART = np.empty(0, np.int64)


@dataclass(frozen=True, slots=True)
class Office:
    """What deciding needs, and that does not change from one batch to the next."""

    database: Storage
    index: BlindIndex
    reference: Reference
    practices: Practices
    tariff: TariffBook
    tariff_version: str
    account: int


@dataclass(frozen=True, slots=True)
class Settlement:
    """What became of each invoice of a batch, by its row: kept aside, received before, or decided."""

    batch: ClaimBatch
    kept: NDArray[np.int16]
    """The reason why an invoice is kept aside, 0 where it is not."""
    resent: NDArray[np.bool_]
    decided: NDArray[np.intp]
    """Rows of the invoices that `decisions` decide, in its order."""
    decisions: Decisions | None
    already_done: bool = False
    bills: tuple[Priced, ...] = ()
    """The prices behind `decisions`: those of consecutive parts of its lines."""


async def settle(office: Office, batch: ClaimBatch, today: date) -> Settlement:
    """Decide a batch once. Raises Unavailable when the log or the database cannot be written; then nothing was."""
    practice_row, tenant, kept = triage(office, batch, today)
    if await store.chunk_done(office.database, batch.file, batch.chunk):
        return _already(batch, kept)
    sound = batch.only(kept == 0)
    of_sound = np.flatnonzero(kept == 0)
    reader, revealed = await read_rights(office, sound, tenant[of_sound], practice_row[of_sound])
    facts = _Facts(batch, sound, of_sound, kept, tenant, practice_row, revealed)
    for attempt in range(ATTEMPTS):
        try:
            return await _once(office, reader, facts)
        except store.AGAIN as failure:
            if attempt == ATTEMPTS - 1:
                raise Unavailable(refusals.BOOKS_BUSY, cause=type(failure).__name__) from failure
    raise AssertionError("the last attempt returns or raises")


@dataclass(frozen=True, slots=True)
class _Facts:
    """What is known of a batch before its transaction. `sound` are its invoices that can be decided, at `of_sound`."""

    batch: ClaimBatch
    sound: ClaimBatch
    of_sound: NDArray[np.intp]
    kept: NDArray[np.int16]
    tenant: NDArray[np.int32]
    practice_row: NDArray[np.intp]
    revealed: RevealedRights


async def _once(office: Office, reader: BatchReader, facts: _Facts) -> Settlement:
    async with office.database.transaction(Role.CLAIMS) as work:
        again = facts.batch.chunk == RESUBMITTED
        if not again and not await store.mark_chunk(work, facts.batch):
            return _already(facts.batch, facts.kept)
        settlement, covered = await _decide(office, work, facts)
    await settle_disclosure(reader, facts.sound, covered)
    return settlement


def triage(
    office: Office, batch: ClaimBatch, today: date
) -> tuple[NDArray[np.intp], NDArray[np.int32], NDArray[np.int16]]:
    """Practice row, insurer and reason to keep aside (0: none) of each invoice."""
    invoices = batch.invoices
    practice_row = office.practices.rows(invoices.practice_number)
    tenant = office.reference.insurers.tenants(invoices.amc)
    late = np.zeros(len(batch), np.bool_)
    late[batch.lines.invoice[batch.lines.care_date > np.datetime64(today, "D")]] = True
    kept = np.select(
        [invoices.reason > 0, practice_row < 0, tenant == NOBODY, late],
        [
            invoices.reason,
            refusals.PRACTICE_UNKNOWN.number,
            rights_refusals.INSURER_UNKNOWN.number,
            refusals.CARE_AFTER_RECEPTION.number,
        ],
        0,
    ).astype(np.int16)
    return practice_row, tenant, kept


async def read_rights(
    office: Office, sound: ClaimBatch, tenant: NDArray[np.int32], practice_row: NDArray[np.intp]
) -> tuple[BatchReader, RevealedRights]:
    """Reserve one question per invoice, durably, then read what is known of these persons' rights."""
    invoices = sound.invoices
    count = len(sound)
    token = office.index.batch_nir(tenant, invoices.nir)
    mark = office.index.batch_birth(tenant, invoices.nir, invoices.birth, invoices.birth_rank)
    first = invoices.first_line
    practice = office.practices.practice[practice_row]
    needs = Needs(
        tenant=tenant,
        account=np.full(count, office.account, np.int64),
        practice=practice,
        purpose=np.full(count, Purpose.CLAIM, np.int16),
        act_family=domains(code_ids(sound.lines.code[first])).astype(np.int16),
        proof=np.full(count, Proof.FILE, np.int16),
        fields=np.full(count, int(WIDEST[Purpose.CLAIM]), np.int32),
        token=token,
        care_date=sound.care_from(),
        request_hash=request_hashes(token, practice, sound.invoice_ids()),
        mark=np.where((invoices.birth == b"") | (invoices.birth_rank == b""), 0, mark),
    )
    reader = await BatchDoor(office.database).reserve(needs)
    if isinstance(reader, Reason):
        raise Unavailable(reader, cause="batch")
    return reader, await reader.rights()


async def _decide(office: Office, work: Transaction, facts: _Facts) -> tuple[Settlement, Answers]:
    batch, sound, of_sound = facts.batch, facts.sound, facts.of_sound
    tenant, practice_row, revealed, kept = facts.tenant, facts.practice_row, facts.revealed, facts.kept
    practice = office.practices.practice[practice_row[of_sound]]
    mine = np.ones(len(sound), np.bool_)
    if batch.chunk == RESUBMITTED:
        mine = await store.taken_from_quarantine(work, batch.file, sound.invoices.record)
    await store.lock_practices(work, practice)
    earlier = np.where(mine, await store.received_before(work, sound, practice), 0)
    new = mine & (earlier == 0)
    fresh, rows = sound.only(new), of_sound[new]
    everything = covered_lines(office, asked_of(office, sound, tenant[of_sound], practice_row[of_sound]), revealed)
    question = np.flatnonzero(new)
    decided = [
        await _recorded(
            office, work, fresh.only(turn), tenant[rows][turn], practice_row[rows][turn], revealed, question[turn]
        )
        for turn in turns(fresh.invoices.engagement)
    ]
    if batch.chunk != RESUBMITTED:
        await store.keep_aside(work, batch, kept)
    await store.note_resends(work, sound, earlier)
    resent = np.zeros(len(batch), np.bool_)
    resent[of_sound[mine & ~new]] = True
    prices = tuple(bill for _, bill in decided)
    return Settlement(batch, kept, resent, rows, joined([each for each, _ in decided]), bills=prices), everything


async def _recorded(
    office: Office,
    work: Transaction,
    batch: ClaimBatch,
    tenant: NDArray[np.int32],
    practice_row: NDArray[np.intp],
    revealed: RevealedRights,
    question: NDArray[np.intp],
) -> tuple[Decisions, Priced]:
    """Decide new invoices and write invoices, decisions and dues."""
    practice = office.practices.practice[practice_row]
    questions = asked_of(office, batch, tenant, practice_row, question)
    covered = covered_lines(office, questions, revealed)
    found = await promised(work, batch)
    quoted = await QuotedLines.read(work, found.engagement)
    promises, covered = bind(batch, questions, covered, found, quoted, practice, office.reference.book)
    decisions, promises, bill = await priced(office, work, batch, covered, promises, practice_row)
    await store.record(work, batch, tenant, practice, covered, promises, decisions, office.tariff_version)
    await record_dues(work, _dues(batch, tenant, practice, decisions))
    return decisions, bill


async def promised(work: Transaction, batch: ClaimBatch, apart: NDArray[np.int64] = NOBODY_APART) -> Engagements:
    """The promises that these invoices state and may use: given, and not used by another invoice that stands."""
    stated = batch.invoices.engagement
    stated = stated[stated > 0]
    if not len(stated):
        return Engagements.none()
    users = await rights_store.users(work, stated)
    if len(users):
        apart = np.concatenate([apart, await store.cancelled(work, users)])
    return await rights_store.engagements(work, stated, apart)


def asked_of(
    office: Office,
    batch: ClaimBatch,
    tenant: NDArray[np.int32],
    practice_row: NDArray[np.intp],
    group: NDArray[np.intp] | None = None,
) -> Questions:
    """What each line asks of the rights. `group`: the question of the reservation for each invoice."""
    of = batch.lines.invoice
    care = care_of(batch, tenant, practice_row, office.practices, office.reference.book)
    return Questions(
        group=(of if group is None else group[of]).astype(np.int32),
        tenant=tenant[of],
        domain=domains(care.code).astype(np.int16),
        care_date=batch.lines.care_date,
        care=care,
    )


def covered_lines(office: Office, questions: Questions, revealed: RevealedRights) -> Answers:
    """Whether each line is covered."""
    return decide(questions, revealed, office.reference.book, office.reference.insurers.loaded)


async def priced(
    office: Office,
    work: Transaction,
    batch: ClaimBatch,
    covered: Answers,
    promises: Promises,
    practice_row: NDArray[np.intp],
    apart: NDArray[np.int64] = NOBODY_APART,
    decision: NDArray[np.int64] | None = None,
) -> tuple[Decisions, Promises, Priced]:
    """Price and adjudicate under locked caps and ceilings, and write what these decisions use of them and of promises.

    `apart`: the invoices in the books that are decided again, `decision` the numbers of their new decisions. Returns
    the promises that were used and the prices too.
    """
    book = office.reference.book
    bill = price(acts_of(batch, covered, practice_row, office.practices, book), office.tariff)
    payable = (covered.reason == 0) & ~bill.refused
    practice = office.practices.practice[practice_row]
    paid_before = await same_care(work, batch, covered, payable, practice, apart)
    payable &= ~paid_before
    due = entitled(batch, bill, payable)
    promises = promises.used(batch, payable)
    await promises.end(work, batch)
    due, kept = promises.kept.owed(batch, bill, promises.right_open, due)
    caps = await Caps.of(batch, covered, practice, due, book).locked(work)
    left = caps.granted(due, kept)
    ceilings = await Ceilings.locked(work, batch, covered, promises, left, book)
    granted, quoted = ceilings.granted(left, kept), promises.kept.whole
    decisions = adjudicate(batch, covered, bill, paid_before, due, granted, ceilings.accounts(), quoted)
    await caps.use(work, batch.invoice_ids() if decision is None else decision, batch.lines.invoice, decisions.line_amc)
    await ceilings.use(work, decisions.line_amc)
    return decisions, promises, bill


def _dues(batch: ClaimBatch, tenant: NDArray[np.int32], practice: NDArray[np.int32], decisions: Decisions) -> Dues:
    due = decisions.state == ACCEPTED
    return Dues(tenant[due], practice[due], decisions.amc[due], batch.invoice_ids()[due])


async def settle_disclosure(reader: BatchReader, sound: ClaimBatch, covered: Answers) -> None:
    """One line per invoice: whose right was read, and whether it was open for any of its lines."""
    count = len(sound)
    if not count:
        return
    first = sound.invoices.first_line
    result = covered.result[first]
    opened = np.zeros(count, np.bool_)
    opened[sound.lines.invoice[covered.result == Result.COVERED]] = True
    result = np.where(opened, Result.COVERED, result).astype(np.int16)
    await reader.settle(
        np.arange(count, dtype=np.int32),
        Nullable(covered.person[first], ~covered.found[first]),
        result,
        np.where(opened, int(WIDEST[Purpose.CLAIM]), int(Fields.COVERED)).astype(np.int32),
    )


def _already(batch: ClaimBatch, kept: NDArray[np.int16]) -> Settlement:
    return Settlement(batch, kept, np.zeros(len(batch), np.bool_), np.empty(0, np.intp), None, already_done=True)
