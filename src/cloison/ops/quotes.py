"""Quotes from files: each message on its own channel, answered in the order of the file."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TypeAlias, cast

import numpy as np

from cloison.claims import Office
from cloison.claims import store_quotes as store
from cloison.claims.quote import Kind, State, Terms, number_of, promise_number, quote_number
from cloison.claims.quote_answers import Answer, Answered, Extensions, answer, extend
from cloison.claims.quote_desk import QuoteDesk
from cloison.claims.quote_refusals import BY_INSURER, NO_SUCH_QUOTE
from cloison.claims.quotes import calculate, cancel, outcome_of_cancelling, request, simulate
from cloison.disclosure import Channel, Door, inquiry
from cloison.disclosure.reader import ROLES
from cloison.errors import Defect, Misuse, Reason
from cloison.gateways.files import quotes as gate
from cloison.gateways.files.quotes import Calculate, Cancel, Extend, Quoted, Read, Request, Simulate
from cloison.gateways.files.quotes_claims import extensions_of, quotes_of
from cloison.gateways.files.quotes_words import FAMILIES, family
from cloison.identity import Actor, ActorKind, Means, Practices, accounts
from cloison.ops import house as houses
from cloison.ops import tariffs
from cloison.ops.catalogue import REASONS
from cloison.ops.disclosures import OPERATOR_ACCOUNT
from cloison.ops.house import House, tariff_version
from cloison.rights.reference import Reference
from cloison.storage.database import Database
from cloison.storage.roles import Role

MESSAGES_PER_BATCH = 128
Line: TypeAlias = dict[str, object]
ASK = {Simulate: simulate, Calculate: calculate, Request: request}
KINDS = {Kind.SIMULATION: Simulate, Kind.CALCULATION: Calculate, Kind.PRISE_EN_CHARGE: Request}


@dataclass(frozen=True, slots=True)
class Told:
    """What came of a file: messages read, answers by state, lines that could not be read."""

    messages: int
    states: dict[str, int]
    defects: tuple[Defect, ...]


async def desk(house: House, database: Database, channel: Channel) -> QuoteDesk:
    """What answering the quotes of one channel needs. Its door is to be closed, so that it settles."""
    role = ROLES[channel]
    tariff, releases = tariffs.in_force(house.home)
    office = Office(
        database=database,
        index=house.index,
        reference=await Reference.read(database, role),
        practices=await Practices.read(database, role),
        tariff=tariff,
        tariff_version=tariff_version(releases),
        account=0,
    )
    return QuoteDesk(office, Door(database, channel), await store.terms(database, role))


async def ask(
    house: House,
    database: Database,
    path: Path,
    out: Path,
    today: date,
    kind: Kind | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Told:
    """Answer the messages of a file and write the answers. `kind`: every quote of the file is asked so."""
    messages, defects = gate.read(path)
    known = await _accounts(database, messages)
    answers: list[Line] = [gate.defect_line(defect) for defect in defects]
    done = 0
    for channel, what, part in _runs(messages, kind):
        one = await desk(house, database, channel)
        answers += await _answered(one, what, part, known, today)
        await one.door.close()
        done += len(part)
        if progress:
            progress(done, len(messages))
    answers.sort(key=lambda line: cast("int", line["line"]))
    gate.write(out, iter(answers))
    return Told(len(messages), dict(Counter(str(line["state"]) for line in answers)), tuple(defects))


def _runs(messages: list[Read], kind: Kind | None) -> Iterator[tuple[Channel, type, list[Read]]]:
    """Messages of one channel and kind that follow each other, as many at a time as share their round trips."""
    part: list[Read] = []
    last: tuple[Channel, type] | None = None
    for each in messages:
        what = type(each.message)
        what = KINDS[kind] if kind and what in ASK else what
        key = (Channel[each.message.channel.upper()], what)
        if last and (key != last or len(part) == MESSAGES_PER_BATCH):
            yield *last, part
            part = []
        last = key
        part.append(each)
    if last:
        yield *last, part


async def _answered(one: QuoteDesk, what: type, part: list[Read], known: dict[str, int], today: date) -> list[Line]:
    if what is Cancel:
        return [await _cancelled(one, each, known) for each in part]
    if what is Extend:
        return await _extended(one, part, known)
    found = await ASK[what](one, quotes_of([cast("Quoted", each.message) for each in part], known), today)
    if isinstance(found, Reason):
        return [_refused(each, found) for each in part]
    return [gate.reply_line(part[reply.origin], reply, REASONS) for reply in found]


async def _cancelled(one: QuoteDesk, each: Read, known: dict[str, int]) -> Line:
    message = cast("Cancel", each.message)
    number = number_of(message.number)
    done = NO_SUCH_QUOTE if number <= 0 else await cancel(one, number, known[message.account])
    if isinstance(done, Reason):
        return _refused(each, done)
    return {"id": message.id, "line": each.line, "state": done.name.lower(), "number": message.number}


async def _extended(one: QuoteDesk, part: list[Read], known: dict[str, int]) -> list[Line]:
    asked: Extensions = extensions_of([cast("Extend", each.message) for each in part], known, one.office.practices)
    found = await extend(one, asked)
    if isinstance(found, Reason):
        return [_refused(each, found) for each in part]
    return [
        _refused(each, until)
        if isinstance(until, Reason)
        else {"id": each.message.id, "line": each.line, "state": "accepted", "last_day": until - timedelta(days=1)}
        for each, until in zip(part, found, strict=True)
    ]


def _refused(each: Read, reason: Reason) -> Line:
    return {"id": each.message.id, "line": each.line, "state": "refused", "reason": gate.explained(reason)}


async def _accounts(database: Database, messages: list[Read]) -> dict[str, int]:
    """The accounts that messages name. One seen for the first time is of the practice that it names."""
    practices = await Practices.read(database, Role.OFFICE)
    named = [(each.message.account, each.message.channel, getattr(each.message, "practice", "")) for each in messages]
    rows = practices.rows(np.array([number.encode() for _, _, number in named], "S9")).tolist()
    first: dict[str, tuple[str, str, int | None]] = {}
    for (name, channel, _), row in zip(named, rows, strict=True):
        practice = int(practices.practice[row]) if row >= 0 else None
        if name not in first or first[name][2] is None:
            first[name] = (name, channel, practice)
    return await accounts(database, list(first.values()))


# ------------------------------------------------------------------------------------------------- by hand


async def cancel_by_hand(database: Database, number: str, account: str) -> State:
    """Give back for a practice's login. Raises Misuse when there is nothing to give back."""
    login = await inquiry.account_number(database, account)
    state = State(await store.cancel(database, Role.OFFICE, max(number_of(number), 0), login))
    done = outcome_of_cancelling(state)
    if isinstance(done, Reason):
        raise Misuse(done)
    return done


async def answer_by_hand(
    house: House, database: Database, amc: str, number: str, amount_cents: int, valid_to: date | None, refusal: str
) -> Answered:
    """Write for an insurer what it answers to a request. Raises Misuse when it cannot be answered so."""
    office = await houses.office(house, database)
    tenant = int(office.reference.insurers.tenants(np.array([amc.encode("ascii", "replace")], "S10"))[0])
    operator = Actor(OPERATOR_ACCOUNT, ActorKind.INSURER, Channel.OFFICE, Means.OPERATOR, tenant=tenant)
    known = {each.code: each for each in BY_INSURER}
    done = await answer(
        office,
        await store.terms(database, Role.CLAIMS),
        operator,
        Answer(
            quote=number_of(number),
            amount_cents=amount_cents,
            valid_to=valid_to,
            refusal=known.get(f"quotes.{refusal}"),
        ),
    )
    if isinstance(done, Reason):
        raise Misuse(done)
    return done


async def agree(database: Database, amc: str, product: str, domain: str, terms: Terms) -> bool:
    """Write how an insurer's contract has prises en charge answered; false when there is no such product."""
    return await store.set_terms(database, amc, product, family(domain), terms)


async def listed(database: Database, state: State | None, limit: int) -> list[dict[str, object]]:
    """Quotes as they are now, newest first, without a person."""
    practices = await Practices.read(database, Role.CLAIMS)
    numbers = dict(zip(practices.practice.tolist(), practices.number.tolist(), strict=True))
    return [
        {
            "quote": quote_number(row["quote"]),
            "number": promise_number(row["engagement"] or 0),
            "kind": Kind(row["kind"]).name.lower(),
            "practice": numbers[row["practice"]].decode(),
            "reference": row["reference"],
            "family": FAMILIES.get(row["domain"], ""),
            "state": State(row["state"]).name.lower(),
            "amc_cents": row["amc_cents"],
            "promised_cents": row["promised_cents"],
            "last_day": row["valid_to"] - timedelta(days=1) if row["valid_to"] else None,
            "until": row["hold_until"] - timedelta(days=1) if row["hold_until"] else None,
            "reason": REASONS[row["reason"]].code if row["reason"] else "",
        }
        for row in await store.listed(database, state, limit)
    ]
