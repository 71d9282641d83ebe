"""Claims from many callers at once, each with connections of its own: ceilings, promises and invoices hold."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import date
from random import Random

import pytest
from tests.flow.day import TODAY, Ask, Bill, Day, Guarantee, Item, Person, days

from cloison.claims import ClaimBatch, Office, Settlement, settle
from cloison.claims.correct import cancel, redecide
from cloison.disclosure import Channel, Door, Result
from cloison.errors import Misuse, Unavailable
from cloison.identity import Practices
from cloison.rights import store
from cloison.rights.enquiry import Desk
from cloison.rights.reference import Reference
from cloison.storage.database import Database
from cloison.storage.roles import Role

CALLERS = 4
CEILING = 15_000
GIVEN = 12_000
PRACTICES = [f"75300000{number}" for number in range(6)]

HOLDS = """
select c.used_cents, c.held_cents, c.ceiling_cents,
       (select coalesce(sum(x.amc_cents), 0) from claims.line_decision x join claims.decision d using (decision)
        join claims.invoice i using (invoice) join claims.line l on l.invoice = i.invoice and l.line = x.line
        where i.person = c.person and x.product = c.product and d.state = 2
          and not exists (select from claims.decision y where y.replaces = d.decision)) as decided,
       (select coalesce(sum(e.held_cents), 0) from rights.engagement e
        where e.person = c.person and e.product = c.product and e.domain = c.domain and e.ceiling_year = c.year
          and not exists (select from rights.engagement_end x where x.engagement = e.engagement)) as promised
from rights.ceiling c where c.person = any ($1)
"""


class Callers:
    """Offices and counters side by side, none sharing a connection with another."""

    def __init__(self, day: Day, databases: Sequence[Database]) -> None:
        self.day = day
        self.databases = databases

    async def offices(self) -> list[Office]:
        first = await self.day.office()
        return [
            replace(
                first,
                database=database,
                reference=await Reference.read(database, Role.CLAIMS),
                practices=await Practices.read(database, Role.CLAIMS),
            )
            for database in self.databases
        ]

    async def settle(self, *batches: ClaimBatch, today: date = TODAY) -> list[Settlement]:
        offices = await self.offices()
        return await asyncio.gather(
            *[settle(offices[place % len(offices)], batch, today) for place, batch in enumerate(batches)]
        )


@pytest.fixture(scope="module")
async def insured(shared_day: Day) -> Day:
    await shared_day.insurer(guarantees=[Guarantee("MED"), Guarantee("RADL", "EUR", -1, amount=GIVEN, ceiling=CEILING)])
    for number in PRACTICES:
        await shared_day.practice(number)
    return shared_day


@pytest.fixture
async def callers(insured: Day) -> AsyncIterator[Callers]:
    databases = [Database(insured.database.address, pool_size=4) for _ in range(CALLERS)]
    yield Callers(await insured.fresh(), databases)
    for database in databases:
        await database.close()


def scan(on: date = TODAY, asked: int = GIVEN) -> Item:
    return Item("ADI", 20_000, asked, on, base=5_000)


async def holds(day: Day) -> None:
    """Ceilings say what stands: used is what was decided, held what is promised, and both stay below."""
    for row in await day.owner.fetch(HOLDS, day.mine):
        assert row["used_cents"] == row["decided"]
        assert row["held_cents"] == row["promised"]
        assert row["used_cents"] + row["held_cents"] <= row["ceiling_cents"] == CEILING


async def test_a_ceiling_is_used_up_to_the_cent_and_never_beyond(callers: Callers):
    day = callers.day
    anne = await day.enrol()
    bills = [Bill(anne, [scan(TODAY - days(n), 2_500)], practice=PRACTICES[n % 6]) for n in range(12)]
    await callers.settle(*[await day.batch(bill) for bill in bills])
    assert await day.paid() == [0] * 6 + [2_500] * 6
    assert await day.ceilings() == [(CEILING, 0)]
    assert await day.due() == CEILING
    await holds(day)


async def test_what_promises_hold_is_paid_to_them_whoever_claims_beside(callers: Callers):
    day = callers.day
    anne = await day.enrol()
    promised = [
        (await day.ask(Ask(anne, "RADL", engage=True, wanted=4_000, practice=practice))).engagement[0]
        for practice in PRACTICES[:3]
    ]
    bills = [
        Bill(anne, [scan(TODAY, 4_000)], practice=practice, engagement=int(promise))
        for practice, promise in zip(PRACTICES, promised, strict=False)
    ]
    others = [Bill(anne, [scan(TODAY - days(1 + n), 4_000)], practice=PRACTICES[3 + n % 3]) for n in range(6)]
    mixed = [bill for pair in zip(others, [*bills, *bills], strict=True) for bill in pair][:9]
    Random(5).shuffle(mixed)
    await callers.settle(*[await day.batch(bill) for bill in mixed])
    paid = await day.owner.fetch(
        """select d.amc_cents from claims.decision d join claims.invoice i using (invoice)
           where i.engagement = any ($1)""",
        [int(each) for each in promised],
    )
    assert [row["amc_cents"] for row in paid] == [4_000] * len({bill.engagement for bill in mixed} - {0})
    await holds(day)


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_ceilings_hold_whatever_happens_at_once(callers: Callers, seed: int):
    """Claims, promises, cancellations, second decisions and the end of holds, all together, on two persons."""
    day, chance = callers.day, Random(seed)
    persons = [await day.enrol() for _ in range(2)]
    offices = await callers.offices()
    desks = [await counter(callers, database) for database in callers.databases]
    promises: list[tuple[Person, str, int]] = []
    sent: list[tuple[str, int, ClaimBatch]] = []

    async def ask(place: int) -> None:
        person, practice = chance.choice(persons), chance.choice(PRACTICES)
        asked = await day.enquiries(Ask(person, "RADL", engage=True, wanted=3_000, practice=practice))
        replies = await desks[place % CALLERS].answer(asked)
        promises.append((person, practice, int(replies.engagement[0])))  # type: ignore[union-attr]

    async def claim(place: int) -> None:
        if promises and chance.random() < 0.6:
            person, practice, promise = chance.choice(promises)
        else:
            person, practice, promise = chance.choice(persons), chance.choice(PRACTICES), 0
        (bill,) = day.numbered(Bill(person, [scan(TODAY, 2_900)], practice=practice, engagement=promise))
        async with day.turn:
            batch = await day.batch(bill)
        await settle(offices[place % CALLERS], batch, TODAY)
        sent.append((practice, bill.number, batch))

    async def take_back(place: int) -> None:
        if sent:
            practice, number, batch = chance.choice(sent)
            try:
                if chance.random() < 0.5:
                    await cancel(offices[place % CALLERS], practice, f"{number:09d}")
                else:
                    await redecide(offices[place % CALLERS], batch, TODAY)
            except Misuse:
                pass  # already cancelled, or refused

    async def expire(place: int) -> None:
        async with callers.databases[place % CALLERS].transaction(Role.CLAIMS) as work:
            await store.expire(work, TODAY + days(chance.choice([0, 200])))

    for _ in range(4):
        does = [ask, ask, ask, claim, claim, claim, claim, take_back, take_back, expire]
        outcomes = await asyncio.gather(*[each(place) for place, each in enumerate(does)], return_exceptions=True)
        assert [each for each in outcomes if each is not None] == []
        await holds(day)


async def counter(callers: Callers, database: Database) -> Desk:
    reference = await Reference.read(database, Role.CARD)
    return Desk(database, Door(database, Channel.CARD), callers.day.index, reference)


async def test_the_same_invoices_cut_otherwise_by_many_callers_are_accepted_once(callers: Callers):
    day = callers.day
    people = [await day.enrol() for _ in range(3)]
    bills = day.numbered(
        *[Bill(people[n % 3], [Item("G", 3000, 900, TODAY - days(n))], practice=PRACTICES[n % 6]) for n in range(12)]
    )
    batches: list[ClaimBatch] = []
    for cut in (1, 3, 5, 12):
        file = await day.file()
        ordered = bills[:] if cut % 2 else bills[::-1]
        for chunk, start in enumerate(range(0, len(ordered), cut)):
            part = ordered[start : start + cut]
            batches.append(await day.batch(*part, file=file, chunk=chunk, first_record=1 + start))
    settled = await callers.settle(*batches)
    assert sum(len(each.decided) for each in settled) == 12
    assert sum(int(each.resent.sum()) for each in settled) == 36
    assert await day.paid() == [900] * 12
    assert await day.due() == 12 * 900


async def test_one_promise_stated_by_two_invoices_at_once_binds_one(callers: Callers):
    day = callers.day
    anne = await day.enrol()
    practice = PRACTICES[0]
    asked = Ask(anne, "RADL", engage=True, wanted=10_000, practice=practice)
    promise = int((await day.ask(asked)).engagement[0])
    await day.end(anne, date(2021, 1, 1))
    for _ in range(3):
        bills = [Bill(anne, [scan(TODAY, 9_000 + n)], practice=practice, engagement=promise) for n in range(CALLERS)]
        await callers.settle(*[await day.batch(bill) for bill in bills])
    used = await day.value("select count(*) from rights.engagement_end where engagement = $1 and kind = 1", promise)
    assert used == 1
    assert await day.value("select count(*) from claims.invoice where engagement = $1", promise) == 1
    await holds(day)


async def test_a_channel_closed_under_way_reveals_to_whoever_reserved_before_and_to_nobody_after(callers: Callers):
    day = callers.day
    anne = await day.enrol()
    office = callers.databases[0]
    asked = await day.enquiries(*[Ask(anne, "MED")] * 3)
    desks = [await counter(callers, database) for database in callers.databases]
    closed = asyncio.Event()
    answers: list[bool] = []

    async def ask(desk: Desk) -> None:
        while True:
            late = closed.is_set()
            try:
                replies = await desk.answer(asked)
            except Unavailable:  # closed between the reservation and the reading: nothing was read
                return
            answered = not hasattr(replies, "code")
            assert not (late and answered), "nobody is answered once the channel is closed"
            if not answered:
                return
            assert replies.result.tolist() == [Result.COVERED] * 3  # type: ignore[union-attr]
            answers.append(True)

    async def freeze(frozen: bool) -> int:
        async with office.session(Role.OFFICE) as connection:
            return await connection.fetchval("select disclosure.freeze('card', $1, 1, 'drill')", frozen)

    asking = [asyncio.create_task(ask(desk)) for desk in desks]
    while len(answers) < 2 * CALLERS:
        await asyncio.sleep(0.005)
    epoch = await freeze(True)
    closed.set()
    await asyncio.wait_for(asyncio.gather(*asking), 20)
    later = "select count(*) from disclosure.reservation where channel = 3 and freeze_epoch >= $1"
    assert await day.value(later, epoch) == 0, "no reservation after the freeze"
    await freeze(False)
    assert (await day.ask(Ask(anne, "MED"))).result.tolist() == [Result.COVERED]
