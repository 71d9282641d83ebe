"""What an insurer that answers itself says of a request, and how long a promise is prolonged.

An answer is written by the service that decides: it gives the promise, holds the ceilings, and shares the amount out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from cloison.claims import quote_refusals as refusals
from cloison.claims import store_quotes as store
from cloison.claims.acts import sectors
from cloison.claims.quote import Kind, State, Terms
from cloison.claims.quote_desk import QuoteDesk, as_quotes
from cloison.claims.refusals import BOOKS_BUSY
from cloison.claims.settle import Office
from cloison.disclosure import Fields, Result
from cloison.disclosure.reader import uuids
from cloison.errors import Reason, Unavailable
from cloison.identity import Actor, ActorKind
from cloison.period import Days
from cloison.rights import engagement
from cloison.rights import store as rights_store
from cloison.rights.eligibility import Questions, decide
from cloison.rights.enquiry import Enquiries
from cloison.rules.acts import code_ids
from cloison.storage.roles import Role
from cloison.storage.transaction import Transaction

ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Answer:
    """The insurer grants an amount, until a day (excluded; None: its usual validity), or refuses with one of
    `quote_refusals.BY_INSURER`."""

    quote: int
    amount_cents: int = 0
    valid_to: date | None = None
    refusal: Reason | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """What a quote is after its insurer answered."""

    state: State
    engagement: int = 0
    amount_cents: int = 0
    valid_to: date | None = None


async def answer(office: Office, terms: dict[tuple[int, int], Terms], actor: Actor, given: Answer) -> Answered | Reason:
    """Accept or refuse what waits for the insurer of this actor: who answers says so by who it is, and can name no
    other. `office` was read with the role of claims."""
    if actor.kind is not ActorKind.INSURER or not actor.tenant:
        return refusals.NO_SUCH_QUOTE
    if (given.amount_cents > 0) == (given.refusal is not None) or given.amount_cents < 0:
        return refusals.ANSWER_UNCLEAR
    if given.refusal is not None and given.refusal not in refusals.BY_INSURER:
        return refusals.ANSWER_UNCLEAR
    for attempt in range(ATTEMPTS):
        try:
            async with office.database.transaction(Role.CLAIMS) as work:
                return await _written(office, terms, work, actor, given)
        except store.AGAIN as failure:
            if attempt == ATTEMPTS - 1:
                raise Unavailable(BOOKS_BUSY, cause=type(failure).__name__) from failure
    raise AssertionError("the last attempt returns or raises")


async def _written(
    office: Office, terms: dict[tuple[int, int], Terms], work: Transaction, actor: Actor, given: Answer
) -> Answered | Reason:
    quote = await store.waiting(work, given.quote, actor.tenant)
    if quote is None:
        return refusals.NO_SUCH_QUOTE
    if quote["state"] != State.PENDED:
        return refusals.NOT_WAITING
    if given.refusal is not None:
        await store.refuse(work, quote, actor.account, given.refusal.number)
        return Answered(State.REFUSED)
    lines = await store.lines(work, actor.tenant, given.quote)
    room = [row["charged_cents"] - row["amo_cents"] for row in lines]
    if given.amount_cents > sum(room):
        return refusals.ABOVE_COST
    agreed = terms.get((quote["product"], quote["domain"]), Terms())
    promised = shared_out(given.amount_cents, [row["amc_cents"] for row in lines], room)
    account, ceiling = _ceilings(office, quote, lines)
    held = {
        each: sum(cents for cents, of in zip(promised, account, strict=True) if of == each)
        for each in sorted(set(account) - {0})
    }
    valid_to = given.valid_to or quote["care_from"] + timedelta(days=agreed.validity_days)
    most = quote["care_from"] + timedelta(days=agreed.days_max)
    if held:
        most = min(most, date(quote["care_from"].year + 1, 1, 1))
        valid_to = valid_to if given.valid_to else min(valid_to, most)
    if not quote["care_to"] < valid_to <= most:
        return refusals.VALIDITY_WRONG
    if not await _held(work, quote, held, dict(zip(account, ceiling, strict=True))):
        return refusals.ABOVE_CEILING
    number = int(engagement.draw(1)[0])
    places = [row["line"] for row in lines]
    await store.accept(
        work,
        quote,
        actor.account,
        number,
        dict(zip(places, promised, strict=True)),
        held,
        valid_to,
        valid_to + timedelta(days=agreed.tolerance_days),
    )
    return Answered(State.ACCEPTED, number, given.amount_cents, valid_to)


def shared_out(amount: int, computed: Sequence[int], room: Sequence[int]) -> list[int]:
    """An amount given for a whole quote, by line: first what the rules give each, in order; then up to its cost."""
    promised = [0] * len(room)
    for most in (computed, room):
        for line, limit in enumerate(most):
            more = min(amount, max(min(limit, room[line]) - promised[line], 0))
            promised[line] += more
            amount -= more
    return promised


def _ceilings(office: Office, quote: store.Row, lines: Sequence[store.Row]) -> tuple[list[int], list[int]]:
    """Per line, the account of its annual ceiling (0 none) and how high that is."""
    practices, book = office.practices, office.reference.book
    count = len(lines)
    row = np.flatnonzero(practices.practice == quote["practice"]).repeat(count)
    day: Days = np.array([each["care_date"] for each in lines], "datetime64[D]")
    code = code_ids(np.array([each["code"].encode() for each in lines], "S5"))
    network = book.networks.include(np.full(count, quote["tenant"], np.int32), practices.number[row], day)
    product = np.full(count, quote["product"], np.int32)
    guarantee = book.shelf.find(product, code, sectors(practices, row), network, day)
    account = np.zeros(count, np.int64)
    ceiling = np.full(count, -1, np.int64)
    (at,) = np.nonzero(guarantee >= 0)
    if len(at):
        ceiling[at] = book.shelf.rows.annual_ceiling_cents[guarantee[at]]
        account[at] = np.where(ceiling[at] >= 0, book.shelf.rows.account(guarantee[at]), 0)
    return account.tolist(), ceiling.tolist()


async def _held(work: Transaction, quote: store.Row, held: dict[int, int], ceiling: dict[int, int]) -> bool:
    """Hold parts of ceilings, locked; false when one does not have so much left."""
    if not held:
        return True
    count = len(held)
    person = np.frombuffer(quote["person"].bytes * count, np.uint8).reshape(count, 16)
    keys = (
        person,
        np.full(count, quote["product"], np.int32),
        np.array(list(held), np.int16),
        np.full(count, quote["care_from"].year, np.int16),
    )
    most = np.array([ceiling[account] for account in held], np.int64)
    cents = np.array(list(held.values()), np.int64)
    used, busy = await rights_store.lock_ceilings(work, *keys, most)
    if bool((used + busy + cents > most).any()):
        return False
    await rights_store.use_ceilings(work, *keys, np.zeros(count, np.int64), -cents)
    return True


# ------------------------------------------------------------------------------------------------- extend


@dataclass(frozen=True, slots=True)
class Extensions:
    """n promises to prolong until a day (included). The person is named as for a quote: the right is read again."""

    account: NDArray[np.int64]
    practice: NDArray[np.int32]
    proof: NDArray[np.int16]
    engagement: NDArray[np.int64]
    domain: NDArray[np.int16]
    last_day: Days
    amc: NDArray[np.bytes_] = field(repr=False)
    adherent: NDArray[np.bytes_] = field(repr=False)
    nir: NDArray[np.bytes_] = field(repr=False)
    birth: NDArray[np.bytes_] = field(repr=False)
    rank: NDArray[np.bytes_] = field(repr=False)

    def __len__(self) -> int:
        return len(self.account)

    def only(self, rows: NDArray[np.intp]) -> "Extensions":
        """These rows."""
        return Extensions(**{name: getattr(self, name)[rows] for name in Extensions.__slots__})


async def extend(desk: QuoteDesk, asked: Extensions) -> list[date | Reason] | Reason:
    """Prolong promises of quotes, where the right is still open on the last day asked for. Returns the first day that
    is no longer promised, which the terms of the product, the contract or the year may bring forward."""
    acting = await store.acting(desk.office.database, desk.role, asked.account.tolist(), asked.practice.tolist())
    (rows,) = np.nonzero(acting)
    longer = await _extended(desk, asked.only(rows)) if len(rows) else dict[int, date]()
    if isinstance(longer, Reason):
        return longer
    until = {int(rows[row]): day for row, day in longer.items()}
    return [
        until.get(row, refusals.NOT_EXTENDED) if acting[row] else refusals.OTHER_PRACTICE for row in range(len(asked))
    ]


async def _extended(desk: QuoteDesk, asked: Extensions) -> dict[int, date] | Reason:
    """The new end of the promises that last longer, by row: reserved first, then read, decided and written."""
    office, count = desk.office, len(asked)
    tenant = office.reference.insurers.tenants(asked.amc)
    questions = Enquiries(
        account=asked.account,
        practice=asked.practice,
        proof=asked.proof,
        care_date=asked.last_day,
        domain=asked.domain,
        amc=asked.amc,
        adherent=asked.adherent,
        nir=asked.nir,
        birth=asked.birth,
        rank=asked.rank,
        engage=np.zeros(count, np.bool_),
        wanted_cents=np.zeros(count, np.int64),
    )
    reader = await desk.door.reserve(as_quotes(questions, tenant, office))
    if isinstance(reader, Reason):
        return reader
    group = np.arange(count, dtype=np.int32)
    book, loaded = office.reference.book, office.reference.insurers.loaded
    network = office.reference.in_network(tenant, asked.practice, asked.last_day)
    about = Questions(group, tenant, asked.domain, asked.last_day, network=network)
    found = decide(about, await reader.rights(), book, loaded)
    (at,) = np.nonzero(found.result == Result.COVERED)
    agreed = desk.agreed(Kind.PRISE_EN_CHARGE, 0, 0)
    longer = await store.extend(
        office.database,
        desk.role,
        reader.reservation,
        at.tolist(),
        asked.engagement[at].tolist(),
        found.coverage[at].tolist(),
        agreed,
    )
    told = [int(Fields.COVERED | Fields.VALIDITY) if row in longer else int(Fields.COVERED) for row in range(count)]
    persons = [
        person if known else None for person, known in zip(uuids(found.person), found.found.tolist(), strict=True)
    ]
    reader.settle(group, persons, found.result, np.array(told, np.int32))
    return longer
