"""Quotes in the tiny insured world: asked over the card channel, answered, billed."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from tests.flow.day import TODAY, Bill, Day, Item, Person, batch_of

from cloison.claims import Office
from cloison.claims import store_quotes as store
from cloison.claims.quote import Kind, Quotes, Reply, State
from cloison.claims.quote_answers import Answer, Answered, Extensions, answer, extend
from cloison.claims.quote_desk import QuoteDesk
from cloison.claims.quotes import calculate, cancel, request, simulate
from cloison.disclosure import Channel, Door, Proof
from cloison.errors import Reason
from cloison.identity import Actor, ActorKind, Means, Practices
from cloison.ops.catalogue import REASONS
from cloison.ops.house import tariff_version
from cloison.rights.reference import Reference
from cloison.rules import Domain, TariffBook
from cloison.storage.database import Database
from cloison.storage.roles import Role

REFERENCES = itertools.count(1)
CROWN = Item("PFC", 50_000, -1, base=12_000)
"""A ceramic crown: 500.00, of which the compulsory scheme pays 60 % of a base of 120.00."""
ASK = {Kind.SIMULATION: simulate, Kind.CALCULATION: calculate, Kind.PRISE_EN_CHARGE: request}


@dataclass(frozen=True)
class Quote:
    """What one practice asks for one person."""

    person: Person
    items: Sequence[Item]
    reference: str = ""
    practice: str = ""
    account: int = 0
    proof: Proof = Proof.CARD


@dataclass
class QuoteDay:
    """Who asks for quotes in a `Day`."""

    day: Day
    product: str = "P1"

    async def desk(self, channel: Channel = Channel.CARD, database: Database | None = None) -> QuoteDesk:
        role = {Channel.CARD: Role.CARD, Channel.PORTAL: Role.PORTAL}[channel]
        where = database or self.day.database
        office = Office(
            database=where,
            index=self.day.index,
            reference=await Reference.read(where, role),
            practices=await Practices.read(where, role),
            tariff=TariffBook.standard(),
            tariff_version=tariff_version(),
            account=0,
        )
        return QuoteDesk(office, Door(where, channel), await store.terms(where, role))

    async def quotes(self, *asked: Quote) -> Quotes:
        day = self.day
        bills = [Bill(each.person, each.items, practice=each.practice, number=1) for each in asked]
        async with day.turn:
            accounts = [each.account or await day.account(each.practice or day.doctor) for each in asked]
        return Quotes(
            claims=batch_of(0, 0, bills, day.doctor),
            account=np.array(accounts, np.int64),
            proof=np.array([each.proof for each in asked], np.int16),
            reference=tuple(each.reference or f"D-{next(REFERENCES)}" for each in asked),
            adherent=np.array([each.person.adherent.encode() for each in asked], "S16"),
            birth=np.array([each.person.birth.encode() for each in asked], "S8"),
        )

    async def ask(self, kind: Kind, *asked: Quote, today: date = TODAY, desk: QuoteDesk | None = None) -> list[Reply]:
        desk = desk or await self.desk()
        replies = await ASK[kind](desk, await self.quotes(*asked), today)
        await desk.door.close()
        assert not isinstance(replies, Reason), "the channel is open"
        return replies

    async def one(self, kind: Kind, *asked: Quote, today: date = TODAY) -> Reply:
        (reply,) = await self.ask(kind, *asked, today=today)
        return reply

    async def cancel(self, number: int, practice: str = "") -> State | str:
        done = await cancel(await self.desk(), number, await self.day.account(practice or self.day.doctor))
        return done.code if isinstance(done, Reason) else done

    async def extend(
        self, person: Person, number: int, last_day: date, practice: str = "", domain: str = "DENT", account: int = 0
    ) -> object:
        """The new end of a promise, or why it has none."""
        day, desk = self.day, await self.desk()
        practice = practice or day.doctor
        rows = desk.office.practices.rows(np.array([practice.encode()], "S9"))
        found = await extend(
            desk,
            Extensions(
                account=np.array([account or await day.account(practice)], np.int64),
                practice=desk.office.practices.practice[rows],
                proof=np.array([Proof.CARD], np.int16),
                engagement=np.array([number], np.int64),
                domain=np.array([Domain[domain]], np.int16),
                last_day=np.array([last_day], "datetime64[D]"),
                amc=np.array([person.amc.encode()], "S10"),
                adherent=np.array([person.adherent.encode()], "S16"),
                nir=np.array([b""], "S13"),
                birth=np.array([person.birth.encode()], "S8"),
                rank=np.array([person.rank.encode()], "S1"),
            ),
        )
        await desk.door.close()
        assert isinstance(found, list)
        return found[0].code if isinstance(found[0], Reason) else found[0]

    async def answer(
        self, person: Person, quote: int, kind: ActorKind = ActorKind.INSURER, **given: object
    ) -> Answered | str:
        """What the answer of the person's insurer does, or why it is refused."""
        office = await self.day.office()
        done = await answer(
            office,
            await store.terms(self.day.database, Role.CLAIMS),
            Actor(1, kind, Channel.INSURER, Means.PASSKEY, tenant=person.tenant),
            Answer(quote=quote, **given),  # pyright: ignore[reportArgumentType]
        )
        return done.code if isinstance(done, Reason) else done

    async def invoice(self, quote: Quote, number: int, **changes: object) -> tuple[int, str]:
        """(paid, reason) of the invoice of these acts, asking whatever is left of each, under this number."""
        items = [replace(each, asked=each.charged, **changes) for each in quote.items]
        bill = Bill(quote.person, items, practice=quote.practice, engagement=number)
        decisions = await self.day.decide(bill)
        return int(decisions.amc[0]), code(int(decisions.reason[0]))

    async def states(self, quote: int) -> list[State]:
        rows = await self.day.owner.fetch("select state from claims.quote_event where quote = $1 order by rank", quote)
        return [State(row["state"]) for row in rows]

    async def holds(self, person: Person) -> list[tuple[int, int]]:
        """(used, held) of each ceiling of a person."""
        rows = await self.day.owner.fetch(
            "select used_cents, held_cents from rights.ceiling where person = $1 order by domain", person.pseudonym
        )
        return [(row["used_cents"], row["held_cents"]) for row in rows]


def code(number: int) -> str:
    """The name of a reason, "" for none."""
    return REASONS[number].code if number else ""
