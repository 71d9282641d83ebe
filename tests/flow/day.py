"""A tiny insured world for tests, made directly in the database: insurers, persons, practices, a desk and an office.

day = await Day.opened(database, keys)
await day.insurer("75004407", guarantees=[Guarantee("MED", "TM", rate_bp=10_000)])
anne = await day.enrol()
replies = await day.ask(Ask(anne))
settled = await day.bill(Bill(anne, [Item("G", 3000, asked=900)]))
"""

import asyncio
import itertools
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Self

import asyncpg
import numpy as np
from tests.flow.paper_guarantees import ALWAYS, Guarantee, record

from cloison.claims import ClaimBatch, ClaimInvoices, ClaimLines, Office, Settlement, settle
from cloison.claims.adjudicate import Decisions
from cloison.claims.correct import Replaced, cancel, redecide
from cloison.disclosure import Channel, Door, Proof, Result
from cloison.errors import Reason
from cloison.identity import Practices
from cloison.ops.catalogue import REASONS
from cloison.ops.house import tariff_version
from cloison.rights import engagement
from cloison.rights.enquiry import Desk, Enquiries, Replies
from cloison.rights.reference import Reference
from cloison.rules import Domain, TariffBook, Trips
from cloison.rules.acts import Pathway
from cloison.storage.database import Database, administer
from cloison.storage.keys import KeyProvider
from cloison.storage.roles import Role
from cloison.storage.vault import Vault
from cloison.storage.vault_index import BlindIndex

TODAY = date(2026, 11, 20)
AMC = "75004407"
FOREVER = date.max
ROLE_OF = {Channel.PORTAL: Role.PORTAL, Channel.CARD: Role.CARD}


@dataclass(frozen=True)
class Person:
    """Somebody insured: the identifiers that a caller would bring, and what the database made of them."""

    number: int
    nir: str = field(repr=False)
    birth: str
    rank: str
    amc: str
    tenant: int
    pseudonym: uuid.UUID
    coverage: int = 0

    @property
    def adherent(self) -> str:
        return f"ADH{self.number:09d}"


@dataclass(frozen=True)
class Ask:
    """One question at the counter."""

    person: Person
    domain: str = "MED"
    day: date = TODAY
    engage: bool = False
    wanted: int = 0
    practice: str = ""
    by_card: bool = True
    proof: Proof = Proof.CARD
    account: int = 1
    amc: str = ""


@dataclass(frozen=True)
class Item:
    """One line of an invoice. By default the AMO share is not declared."""

    code: str
    charged: int
    asked: int
    day: date = TODAY
    quantity: int = 1
    coefficient: int = 100
    base: int = -1
    paid_by_other: int = -1


@dataclass(frozen=True)
class Bill:
    """One invoice."""

    person: Person
    items: Sequence[Item]
    practice: str = ""
    number: int = 0
    engagement: int = 0
    pathway: int = int(Pathway.IN)
    amc: str = ""
    birth: str | None = None
    reason: int = 0


@dataclass
class Day:
    """The world. `owner` may read and write everything: it plants what movement files would bring, and looks."""

    database: Database
    keys: KeyProvider
    owner: asyncpg.Connection
    index: BlindIndex
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    products: dict[tuple[str, str], int] = field(default_factory=dict)
    tenants: dict[str, int] = field(default_factory=dict)
    doctor: str = "751000001"
    received: list[ClaimBatch] = field(default_factory=list)
    mine: list[uuid.UUID] = field(default_factory=list)
    """Persons of this test, when several tests share the world."""
    due_before: int = 0
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Who looks through the owner's only connection."""

    @classmethod
    async def opened(cls, database: Database, keys: KeyProvider) -> Self:
        day = cls(database, keys, await administer(database.address), BlindIndex(keys))
        await day.practice(day.doctor)
        return day

    async def close(self) -> None:
        await self.owner.close()

    async def fresh(self) -> Self:
        """The same world for another test: it looks at the persons it insures from now on."""
        self.mine.clear()
        self.received.clear()
        self.due_before = 0
        self.due_before = await self.due()
        return self

    # -------------------------------------------------------------- what exists

    async def insurer(
        self, amc: str = AMC, product: str = "P1", guarantees: Sequence[Guarantee] = (), loaded: bool = True
    ) -> int:
        """An insurer and one of its products; returns the product."""
        tenant = await self.owner.fetchval(
            """insert into rights.insurer (amc, name) values ($1, 'MUTUELLE ' || $1)
               on conflict (amc) do update set name = excluded.name returning tenant""",
            amc,
        )
        self.tenants[amc] = tenant
        Vault(self.keys, self.index).provision([tenant])
        number = await self.owner.fetchval(
            """insert into rights.product (tenant, code, label, responsable, convention, csr)
               values ($1, $2, $2, false, 'M', '') returning product""",
            tenant,
            product,
        )
        self.products[amc, product] = number
        await self.guarantee(number, *guarantees)
        if loaded:
            await self.owner.execute(
                """insert into rights.movement_file (tenant, name, sha256, spool, format, state, received_at)
                   values ($1, 'mvt.csv', $2, $3, 'csv', 'loaded', now())""",
                tenant,
                uuid.uuid4().bytes,
                uuid.uuid4(),
            )
        return number

    async def guarantee(self, product: int, *guarantees: Guarantee) -> None:
        await record(self.owner, product, guarantees)

    async def practice(self, number: str, category: str = "medecin_generaliste", sector: int = 1) -> int:
        return await self.owner.fetchval(
            """insert into identity.practice (number, category, name, departement, sector, specialty)
               values ($1, $2, 'CABINET', '75', $3, $4) returning practice""",
            number,
            category,
            sector,
            1 if category == "medecin_generaliste" else 0,
        )

    async def account(self, practice: str, name: str = "") -> int:
        """A login of a practice, made at its first use."""
        return await self.owner.fetchval(
            """insert into identity.account (name, practice, channel)
               select $2, practice, 'card' from identity.practice where number = $1
               on conflict (name) do update set name = excluded.name returning account""",
            practice,
            name or f"login-{practice}",
        )

    async def enrol(
        self,
        amc: str = AMC,
        product: str = "P1",
        start: date = ALWAYS,
        end: date = FOREVER,
        ordre: int = 1,
        relative: Person | None = None,
        covered: bool = True,
        nir: str = "",
        birth: str = "",
    ) -> Person:
        """Somebody new, found by card, by NIR and in the batch zone. `relative`: another of the same family."""
        number = next(self.numbers)
        drawn = f"2{number % 100:02d}0675{number % 1000:03d}{number // 1000 % 1000:03d}"
        nir = nir or (relative.nir if relative else drawn)
        birth = birth or f"{1950 + number % 50}0{1 + number % 9}1{number % 10}"
        person = Person(number, nir, birth, "1", amc, self.tenants[amc], uuid.uuid4())
        self.mine.append(person.pseudonym)
        one = (np.array([person.tenant], np.int32), _text(amc, 10))
        card = self.index.card(*one, _text(person.adherent, 16), _text(birth, 8), _text("1", 1))
        identity = self.index.identity(*one, _text(nir, 13), _text(birth, 8), _text("1", 1))
        family = self.index.batch_nir(one[0], _text(nir, 13))
        mark = self.index.batch_birth(one[0], _text(nir, 13), _text(birth, 8), _text("1", 1))
        for token in (card, identity):
            await self.owner.execute(
                "insert into vault.online_index values ($1, $2, $3)", _uuid(token), person.tenant, person.pseudonym
            )
        await self.owner.execute(
            "insert into vault.batch_index values ($1, $2, $3, $4)",
            _uuid(family),
            int(mark[0]),
            person.tenant,
            person.pseudonym,
        )
        return await self.cover(person, product, start, end, ordre) if covered else person

    async def cover(
        self, person: Person, product: str = "P1", start: date = ALWAYS, end: date = FOREVER, ordre: int = 1
    ) -> Person:
        """One more contract for somebody."""
        coverage = await self.owner.fetchval(
            """insert into rights.coverage (tenant, person, contract, product, quality, ordre, valid_from, valid_to,
                                            known_from, file_in)
               values ($1, $2, $3, $4, 1, $5, $6, $7, now(), 1) returning coverage""",
            person.tenant,
            person.pseudonym,
            uuid.uuid4(),
            self.products[person.amc, product],
            ordre,
            start,
            end,
        )
        return replace(person, coverage=coverage)

    async def end(self, person: Person, on: date) -> None:
        """What a movement F does: the coverage is closed in known time, and known again until that day."""
        row = await self.owner.fetchrow(
            "update rights.coverage set known_to = now(), file_out = 2 where coverage = $1 returning *", person.coverage
        )
        assert row is not None
        if row["valid_from"] < on:
            await self.owner.execute(
                """insert into rights.coverage (tenant, person, contract, product, quality, ordre, valid_from, valid_to,
                                                known_from, file_in)
                   values ($1, $2, $3, $4, $5, $6, $7, $8, now(), 2)""",
                *(row[name] for name in ("tenant", "person", "contract", "product", "quality", "ordre", "valid_from")),
                on,
            )

    async def roll_back(self, person: Person) -> None:
        """What taking a movement file back does to the coverages that it brought: nothing is known of them any more."""
        await self.owner.execute(
            "update rights.coverage set known_to = now(), file_out = 2 where coverage = $1", person.coverage
        )

    # -------------------------------------------------------------- the counter

    async def ask(self, *asked: Ask, channel: Channel = Channel.CARD) -> Replies:
        """Ask all these questions at once."""
        door = Door(self.database, channel)
        desk = Desk(self.database, door, self.index, await Reference.read(self.database, ROLE_OF[channel]))
        replies = await desk.answer(await self.enquiries(*asked))
        await door.close()
        assert not isinstance(replies, Reason), "the channel is open"
        return replies

    async def enquiries(self, *asked: Ask) -> Enquiries:
        async with self.turn:
            rows = await self.owner.fetch("select number, practice from identity.practice")
        numbers = {row["number"]: row["practice"] for row in rows}
        return Enquiries(
            account=np.array([each.account for each in asked], np.int64),
            practice=np.array([numbers[each.practice or self.doctor] for each in asked], np.int32),
            proof=np.array([each.proof for each in asked], np.int16),
            care_date=np.array([each.day for each in asked], "datetime64[D]"),
            domain=np.array([Domain[each.domain] for each in asked], np.int16),
            amc=_texts([each.amc or each.person.amc for each in asked], 10),
            adherent=_texts([each.person.adherent if each.by_card else "" for each in asked], 16),
            nir=_texts(["" if each.by_card else each.person.nir for each in asked], 13),
            birth=_texts([each.person.birth for each in asked], 8),
            rank=_texts([each.person.rank for each in asked], 1),
            engage=np.array([each.engage for each in asked], np.bool_),
            wanted_cents=np.array([each.wanted for each in asked], np.int64),
        )

    async def promise(self, person: Person, domain: str = "MED", day: date = TODAY, wanted: int = 0) -> int:
        """The number of a guarantee that must be given."""
        replies = await self.ask(Ask(person, domain, day, engage=True, wanted=wanted))
        assert replies.result[0] == Result.COVERED
        return int(replies.engagement[0])

    # -------------------------------------------------------------- the office

    async def office(self) -> Office:
        return Office(
            database=self.database,
            index=self.index,
            reference=await Reference.read(self.database, Role.CLAIMS),
            practices=await Practices.read(self.database, Role.CLAIMS),
            tariff=TariffBook.standard(),
            tariff_version=tariff_version(),
            account=2,
        )

    def numbered(self, *bills: Bill) -> list[Bill]:
        """The same, each with a number of its own where it has none."""
        return [bill if bill.number else replace(bill, number=next(self.numbers)) for bill in bills]

    async def file(self) -> int:
        """A new file in the books, being decided."""
        file = await self.owner.fetchval(
            """insert into claims.file (name, digest, size_bytes, spool, state) values ('day.b2', $1, 0, '', 2)
               returning file""",
            uuid.uuid4().bytes + uuid.uuid4().bytes,
        )
        return int(file)

    async def batch(self, *bills: Bill, file: int = 0, chunk: int = 0, first_record: int = 1) -> ClaimBatch:
        """These invoices as the gate would hand them over."""
        batch = batch_of(file or await self.file(), chunk, self.numbered(*bills), self.doctor, first_record)
        self.received.append(batch)
        return batch

    async def settle(self, *batches: ClaimBatch, today: date = TODAY) -> list[Settlement]:
        """Decide these batches, all at the same time."""
        office = await self.office()
        return await asyncio.gather(*[settle(office, batch, today) for batch in batches])

    async def redecide(self, batch: ClaimBatch | None = None) -> list[Replaced]:
        """Decide a batch again, as it was received; the last one when none is given."""
        return await redecide(await self.office(), batch or self.received[-1], TODAY)

    async def cancel(self, number: int, practice: str = "") -> Replaced:
        return await cancel(await self.office(), practice or self.doctor, f"{number:09d}")

    async def bill(self, *bills: Bill, today: date = TODAY, office: Office | None = None) -> Settlement:
        """Decide these invoices as one file of one chunk."""
        return await settle(office or await self.office(), await self.batch(*bills), today)

    async def decide(self, *bills: Bill) -> Decisions:
        """The same, for invoices that are all decided."""
        settlement = await self.bill(*bills)
        assert settlement.decisions is not None
        assert len(settlement.decisions) == len(bills), "each is decided"
        return settlement.decisions

    # -------------------------------------------------------------- what the books say

    async def value(self, query: str, *arguments: object) -> object:
        return await self.owner.fetchval(query, *arguments)

    async def ceilings(self) -> list[tuple[int, int]]:
        """(used, held) of each ceiling of these persons."""
        rows = await self.owner.fetch(
            "select used_cents, held_cents from rights.ceiling where person = any ($1) order by person, domain, year",
            self.mine,
        )
        return [(row["used_cents"], row["held_cents"]) for row in rows]

    async def paid(self) -> list[int]:
        """What stands as decided on each invoice of these persons, smallest first."""
        rows = await self.owner.fetch(
            """select d.amc_cents from claims.decision d join claims.invoice i using (invoice)
               where i.person = any ($1) and not exists (select from claims.decision x where x.replaces = d.decision)
               order by 1""",
            self.mine,
        )
        return [row["amc_cents"] for row in rows]

    async def due(self) -> int:
        """What the insurers owe to practices since this test began, paid or not."""
        now = int(
            await self.owner.fetchval(
                """select coalesce(sum(case kind when 1 then amount_cents when 2 then -amount_cents else 0 end), 0)
                   from payments.transfer"""
            )
        )
        return now - self.due_before


def batch_of(file: int, chunk: int, bills: Sequence[Bill], practice: str, first_record: int = 1) -> ClaimBatch:
    """A ClaimBatch made by hand. Records are counted one per invoice."""
    lines = [(row, item) for row, bill in enumerate(bills) for item in bill.items]
    counts = np.array([len(bill.items) for bill in bills], np.int32)
    size = len(bills)
    invoices = ClaimInvoices(
        record=np.arange(size, dtype=np.int64) + first_record,
        records=np.full(size, 4, np.int32),
        batch=np.ones(size, np.int32),
        practice_number=_texts([bill.practice or practice for bill in bills], 9),
        number=_texts([f"{bill.number:09d}" for bill in bills], 9),
        amc=_texts([bill.amc or bill.person.amc for bill in bills], 10),
        nir=_texts([bill.person.nir for bill in bills], 13),
        birth=_texts([bill.person.birth[2:] if bill.birth is None else bill.birth for bill in bills], 6),
        birth_rank=_texts([bill.person.rank for bill in bills], 1),
        engagement=np.array([bill.engagement for bill in bills], np.int64),
        nature=np.full(size, 10, np.int16),
        exoneration=np.zeros(size, np.int8),
        protection=np.zeros(size, np.int8),
        regime=np.full(size, 1, np.int16),
        alsace_moselle=np.zeros(size, np.bool_),
        minor=np.zeros(size, np.bool_),
        pathway=np.array([bill.pathway for bill in bills], np.int8),
        first_line=(np.cumsum(counts) - counts).astype(np.int64),
        line_count=counts,
        reason=np.array([bill.reason for bill in bills], np.int16),
    )
    return ClaimBatch(
        file,
        chunk,
        invoices,
        ClaimLines(
            invoice=np.array([row for row, _ in lines], np.int64),
            code=_texts([item.code for _, item in lines], 5),
            care_date=np.array([item.day for _, item in lines], "datetime64[D]"),
            quantity=np.array([item.quantity for _, item in lines], np.int32),
            coefficient=np.array([item.coefficient for _, item in lines], np.int64),
            charged=np.array([item.charged for _, item in lines], np.int64),
            declared_base=np.array([item.base for _, item in lines], np.int64),
            declared_amo=np.full(len(lines), -1, np.int64),
            asked=np.array([item.asked for _, item in lines], np.int64),
            paid_by_other=np.array([item.paid_by_other for _, item in lines], np.int64),
            specialty=np.zeros(len(lines), np.int16),
        ),
        Trips.none(),
    )


def consultation(asked: int = 900, day: date = TODAY) -> Item:
    """A visit to a general practitioner of sector 1: 30.00, of which 9.00 are left by the compulsory scheme."""
    return Item("G", 3000, asked, day)


def reason_code(number: object) -> str:
    """The name of a reason, "" for none."""
    return REASONS[int(number)].code if int(number) else ""  # pyright: ignore[reportArgumentType]  an integer of numpy


def shown(number: int) -> str:
    """A promise as a file carries it."""
    return engagement.formatted(np.array([number]))[0].decode()


def days(count: int) -> timedelta:
    return timedelta(days=count)


def _texts(values: Sequence[str], width: int) -> np.ndarray:
    return np.array([value.encode() for value in values], f"S{width}")


def _text(value: str, width: int) -> np.ndarray:
    return _texts([value], width)


def _uuid(token: np.ndarray) -> uuid.UUID:
    return uuid.UUID(bytes=token[0].tobytes())
