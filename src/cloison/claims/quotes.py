"""Quotes at the counter: simulate, calculate with a guarantee, request a prise en charge, extend it, give it back.

    admit     what cannot be a quote is refused before anything is read
    reserve   who asks for whom, durably; then reveal
    decide    the figures of an invoice (`quote_figures`), with the ceilings under lock when something is promised
    record    promise, holds, quote and its first events, in the transaction of the channel

A channel does nothing that a function bound to its committed reservation does not allow. Sending a quote again under
its reference tells the answer that stands: that is how a pended request is followed.
"""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from cloison.claims import quote_refusals as refusals
from cloison.claims import store_quotes as store
from cloison.claims.adjudicate import ACCEPTED, Decisions
from cloison.claims.quote import ANSWER_DAYS, Kind, Quotes, Reply, State
from cloison.claims.quote_desk import Asked, QuoteDesk, Read, admitted, busy, read, used
from cloison.claims.quote_figures import Estimate, estimate, line_replies, shown
from cloison.claims.refusals import BOOKS_BUSY
from cloison.disclosure import Fields, Proof, Reader, Result
from cloison.disclosure.reader import uuids
from cloison.errors import Reason, Unavailable
from cloison.rights import engagement
from cloison.rights import refusals as rights_refusals
from cloison.rights import store as rights_store
from cloison.storage.transaction import Transaction

ATTEMPTS = 8


async def simulate(desk: QuoteDesk, quotes: Quotes, today: date, *, explained: bool = True) -> list[Reply] | Reason:
    """SIM: the figures on the facts known now. No promise, nothing held, nothing kept but who asked."""
    asked = await admitted(desk, Kind.SIMULATION, quotes, today)
    if not len(asked.parts):
        return asked.refused
    known = await read(desk, asked)
    if isinstance(known, Reason):
        return known
    found = _estimated(desk, asked, known, np.ones(len(asked.parts), np.bool_))
    async with desk.office.database.transaction(desk.role) as work:
        decisions = await _decided(work, known.reader, found, lock=False)
    replies = [
        _figures(asked, found, decisions, row, State.DRAFT, explained=explained) for row in range(len(asked.parts))
    ]
    _settle(known.reader, found, replies)
    return _in_order([*asked.refused, *replies])


async def calculate(desk: QuoteDesk, quotes: Quotes, today: date, *, explained: bool = True) -> list[Reply] | Reason:
    """CLC: the figures with a guarantee number, and the ceilings held for them."""
    return await _promised(desk, Kind.CALCULATION, quotes, today, explained=explained)


async def request(desk: QuoteDesk, quotes: Quotes, today: date, *, explained: bool = True) -> list[Reply] | Reason:
    """PEC: answered at once by the rules of the product, or pended where the insurer answers itself."""
    return await _promised(desk, Kind.PRISE_EN_CHARGE, quotes, today, explained=explained)


async def cancel(desk: QuoteDesk, number: int, account: int) -> State | Reason:
    """DEL: withdraw a request or give a promise back, with what it holds. `number` is the quote's or the promise's."""
    state = State(await store.cancel(desk.office.database, desk.role, number, account))
    return outcome_of_cancelling(state)


def outcome_of_cancelling(state: State) -> State | Reason:
    """What to say of the state in which a quote is found after it was to be cancelled. Once cancelled, it stays so."""
    if state is State.DRAFT:
        return refusals.NO_SUCH_QUOTE
    if state is State.BILLED:
        return refusals.ALREADY_BILLED
    return state if state is State.CANCELLED else refusals.NOTHING_STANDS


# ------------------------------------------------------------------------------------------------- promise


async def _promised(
    desk: QuoteDesk, kind: Kind, quotes: Quotes, today: date, *, explained: bool
) -> list[Reply] | Reason:
    asked = await admitted(desk, kind, quotes, today)
    if not len(asked.parts):
        return asked.refused
    known = await read(desk, asked)
    if isinstance(known, Reason):
        return known
    for attempt in range(ATTEMPTS):
        try:
            async with desk.office.database.transaction(desk.role) as work:
                found, replies = await _given(desk, work, asked, known, explained=explained)
        except store.AGAIN as failure:  # somebody else took the ceiling or the reference first: look again
            if attempt == ATTEMPTS - 1:
                raise Unavailable(BOOKS_BUSY, cause=type(failure).__name__) from failure
        else:
            _settle(known.reader, found, replies)
            return _in_order([*asked.refused, *replies])
    raise AssertionError("the last attempt returns or raises")


async def _given(
    desk: QuoteDesk, work: Transaction, asked: Asked, known: Read, *, explained: bool
) -> tuple[Estimate, list[Reply]]:
    """Decide under locked ceilings, promise, hold and record, in one transaction of the channel."""
    reservation, count = known.reader.reservation, len(asked.parts)
    standing = await store.before(work, reservation, list(range(count)), asked.parts.quotes.reference)
    sent_before = {row["question"]: row for row in standing}
    fresh = np.array([row not in sent_before for row in range(count)], np.bool_)
    found = _estimated(desk, asked, known, fresh)
    decisions = await _decided(work, known.reader, found, lock=True)
    replies = [
        _stood(asked, row, sent_before[row])
        if row in sent_before
        else _answered(desk, asked, found, decisions, row, explained=explained)
        for row in range(count)
    ]
    replies = await _engaged(work, known.reader, found, decisions, replies)
    # What nobody was found for is refused without a trace here: the log of disclosures has it.
    kept = [row for row in np.flatnonzero(fresh).tolist() if found.covered.found[found.opening()[row]]]
    written = await store.record(work, reservation, *_rows(found, decisions, replies, kept, desk.office.tariff_version))
    assert written == len(kept), "the account was allowed to ask, so it may keep the answer"
    return found, replies


async def _decided(work: Transaction, reader: Reader, found: Estimate, *, lock: bool) -> Decisions:
    return found.decided(await busy(work, reader, found, lock=lock), await used(work, reader, found))


def _estimated(desk: QuoteDesk, asked: Asked, known: Read, fresh: NDArray[np.bool_]) -> Estimate:
    return estimate(desk.office, asked.parts, known.tenant, asked.practice_row, known.revealed, fresh)


def _figures(asked: Asked, found: Estimate, decisions: Decisions, row: int, state: State, *, explained: bool) -> Reply:
    """The amounts of one part, with their lines."""
    precise = bool(asked.parts.quotes.proof[row] >= Proof.CARD)
    return Reply(
        origin=int(asked.parts.origin[row]),
        domain=int(asked.parts.domain[row]),
        kind=asked.kind,
        state=state,
        reason=shown(int(decisions.reason[row]), precise=precise),
        charged_cents=int(found.batch.total(found.batch.lines.charged)[row]),
        base_cents=int(decisions.base[row]),
        amo_cents=int(decisions.amo[row]),
        amc_cents=int(decisions.amc[row]),
        own_cents=int(decisions.own[row]),
        lines=line_replies(found, decisions, row, explained=explained),
    )


def _answered(
    desk: QuoteDesk, asked: Asked, found: Estimate, decisions: Decisions, row: int, *, explained: bool
) -> Reply:
    """What the rules answer about one part: accepted with its validity, pended to the insurer, or refused."""
    at, domain = found.opening()[row], int(asked.parts.domain[row])
    terms = desk.agreed(asked.kind, int(found.covered.product[at]), domain)
    reply = _figures(asked, found, decisions, row, State.REFUSED, explained=explained)
    if found.opened()[row] and terms.by_insurer:
        return replace(reply, state=State.PENDED, until=asked.today + timedelta(days=ANSWER_DAYS))
    if decisions.state[row] != ACCEPTED:
        return replace(reply, reason=reply.reason or refusals.NOTHING_TO_PROMISE.number)
    care_from = found.batch.care_from()[row].astype(date)
    ends = [care_from + timedelta(days=terms.validity_days), found.covered.valid_to[at].astype(date)]
    if row in found.limits.question:  # what is held is the ceiling of this year
        ends.append(date(care_from.year + 1, 1, 1))
    valid_to = min(ends)
    return replace(
        reply,
        state=State.ACCEPTED,
        quote=0,
        engagement=int(engagement.draw(1)[0]),
        valid_from=care_from,
        valid_to=valid_to,
        until=valid_to + timedelta(days=terms.tolerance_days),
    )


async def _engaged(
    work: Transaction, reader: Reader, found: Estimate, decisions: Decisions, replies: list[Reply]
) -> list[Reply]:
    """Give the promises and hold their ceilings; a right that ended since it was read is refused. Numbers the rest."""
    accepted = [row for row, reply in enumerate(replies) if reply.state is State.ACCEPTED and not reply.sent_before]
    opening, limits = found.opening(), found.limits
    given = dict[int, int]()
    if accepted:
        given = await rights_store.engage_within(
            work,
            reader.reservation,
            (
                accepted,
                [replies[row].engagement for row in accepted],
                [int(found.covered.coverage[opening[row]]) for row in accepted],
                [replies[row].valid_to for row in accepted],
                [replies[row].until for row in accepted],
                [0] * len(accepted),
            ),
        )
    holds = np.isin(limits.question, list(given))
    await store.hold(
        work,
        reader.reservation,
        limits.question[holds].tolist(),
        limits.account[holds].tolist(),
        limits.used(decisions.line_amc)[holds].tolist(),
    )
    numbers = engagement.draw(len(replies)).tolist()
    return [
        reply
        if reply.sent_before
        else replace(reply, quote=number)
        if reply.state is not State.ACCEPTED or row in given
        else replace(_withdrawn(reply), quote=number)
        for row, (reply, number) in enumerate(zip(replies, numbers, strict=True))
    ]


def _withdrawn(reply: Reply) -> Reply:
    return replace(
        reply,
        state=State.REFUSED,
        reason=rights_refusals.NO_RIGHT_SHOWN.number,
        engagement=0,
        valid_from=None,
        valid_to=None,
        until=None,
    )


def _rows(
    found: Estimate, decisions: Decisions, replies: list[Reply], kept: list[int], tariff: str
) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """Quotes and their lines as the database takes them: exact, whatever the proof allows to tell."""
    care_to, opening, lines = found.batch.care_to(), found.opening(), found.batch.lines
    quotes: list[dict[str, object]] = []
    written: list[dict[str, object]] = []
    for row in kept:
        reply = replies[row]
        quotes.append(
            {
                "question": row,
                "quote": reply.quote,
                "kind": int(reply.kind),
                "reference": found.parts.quotes.reference[row],
                "coverage": int(found.covered.coverage[opening[row]]),
                "care_to": care_to[row].item(),
                "charged": reply.charged_cents,
                "base": reply.base_cents,
                "amo": reply.amo_cents,
                "amc": reply.amc_cents,
                "own": reply.own_cents,
                "reason": reply.reason or int(decisions.reason[row]),
                "tariff": tariff,
                "pended": reply.state is State.PENDED,
                "answer_by": reply.until if reply.state is State.PENDED else None,
            }
        )
        first = int(found.batch.invoices.first_line[row])
        written.extend(
            {
                "question": row,
                "line": at - first + 1,
                "code": lines.code[at].decode("latin-1"),
                "care_date": lines.care_date[at].item(),
                "quantity": int(lines.quantity[at]),
                "coefficient": int(lines.coefficient[at]),
                "charged": int(lines.charged[at]),
                "base": int(decisions.line_base[at]),
                "rate": int(decisions.line_rate_bp[at]),
                "amo": int(decisions.line_amo[at]),
                "amc": int(decisions.line_amc[at]),
                "own": int(decisions.line_own[at]),
                "reason": int(decisions.line_reason[at]),
            }
            for at in range(first, first + int(found.batch.invoices.line_count[row]))
        )
    return quotes, written


def _stood(asked: Asked, row: int, known: store.Row) -> Reply:
    """The answer that stands under this reference; a reference of another person's quote is refused."""
    origin, domain = int(asked.parts.origin[row]), int(asked.parts.domain[row])
    if not known["same"] or known["kind"] != asked.kind:
        return Reply(origin, domain, asked.kind, State.REFUSED, refusals.REFERENCE_TWICE.number, sent_before=True)
    promised = known["state"] in (State.ACCEPTED, State.BILLED)
    precise = bool(asked.parts.quotes.proof[row] >= Proof.CARD)
    return Reply(
        origin=origin,
        domain=domain,
        kind=asked.kind,
        state=State(known["state"]),
        reason=0 if promised else shown(known["reason"], precise=precise),
        quote=known["quote"],
        engagement=(known["engagement"] or 0) if promised else 0,
        charged_cents=known["charged_cents"],
        base_cents=known["base_cents"],
        amo_cents=known["amo_cents"],
        amc_cents=known["promised_cents"] if promised else known["amc_cents"],
        own_cents=known["own_cents"] + (known["amc_cents"] - known["promised_cents"] if promised else 0),
        valid_from=known["valid_from"] if promised else None,
        valid_to=known["valid_to"] if promised else None,
        until=known["hold_until"],
        sent_before=True,
    )


def _settle(reader: Reader, found: Estimate, replies: list[Reply]) -> None:
    """What was told, so that the log says neither more nor less."""
    opening, covered = found.opening(), found.covered
    told: list[int] = []
    for row, reply in enumerate(replies):
        fields = Fields.COVERED
        if found.opened()[row] or reply.engagement:
            fields |= Fields.AMOUNT | Fields.DOMAINS | Fields.ORDER
        if row in found.limits.question:
            fields |= Fields.CEILING
        if reply.engagement:
            fields |= Fields.ENGAGEMENT | Fields.VALIDITY
        told.append(int(fields))
    persons = [
        person if known else None
        for person, known in zip(uuids(covered.person[opening]), covered.found[opening].tolist(), strict=True)
    ]
    result = np.where(found.opened(), Result.COVERED, covered.result[opening]).astype(np.int16)
    reader.settle(np.arange(len(replies), dtype=np.int32), persons, result, np.array(told, np.int32))


def _in_order(replies: list[Reply]) -> list[Reply]:
    return sorted(replies, key=lambda reply: reply.origin)
