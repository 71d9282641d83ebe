"""After any sequence of promises, invoices, cancellations and second decisions, several at a time, the books agree.

What a ceiling calls used is what its standing decisions paid, what it calls held is what its open promises hold, what
the insurer owes is what stands, and no care is paid twice.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable
from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest
from tests.flow.day import TODAY, Ask, Bill, Day, Guarantee, Item, Person, days

from cloison.claims import ClaimBatch
from cloison.errors import Misuse, Unavailable
from cloison.rights import store
from cloison.rules import Domain
from cloison.rules.produits import family_number
from cloison.rules.shelf import FAMILY_ACCOUNTS
from cloison.storage.roles import Role

Books = Counter[tuple[object, ...]]
CEILING = 15_000
ACCOUNT_OF = {"ADI": Domain.RADL, "SDE": Domain.DENT, "PFC": FAMILY_ACCOUNTS + family_number("protheses")}
"""The ceiling that pays each act: prostheses have one of their own beside that of dental care."""


@pytest.fixture(scope="module")
async def day(insured_day: Day) -> Day:
    limited = Guarantee("RADL", "EUR", -1, amount=12_000, ceiling=CEILING)
    dental = Guarantee("DENT", "EUR", -1, amount=12_000, ceiling=CEILING)
    await insured_day.insurer(guarantees=[limited, dental, replace(dental, family="protheses")])
    return insured_day


class Life:
    """A few persons, and everything that can happen to their invoices."""

    def __init__(self, day: Day, seed: int, people: list[Person]) -> None:
        self.day, self.chance, self.people = day, Random(seed), people
        self.promises: list[int] = [0]
        self.batches: list[ClaimBatch] = []
        self.numbers: list[int] = []

    def item(self) -> Item:
        when = date(2025, 12, 29) + timedelta(days=self.chance.randint(0, 5))
        code = self.chance.choice(["ADI", "ADI", "SDE", "PFC"])
        charged = self.chance.choice([20_000, 15_000])
        base = -1 if self.chance.random() < 0.1 else 5_000
        return Item(code, charged, self.chance.choice([6_000, 3_000, 1_000]), when, base=base)

    async def promise(self) -> None:
        ask = Ask(
            self.chance.choice(self.people),
            self.chance.choice(["RADL", "DENT"]),
            date(2025, 12, 29) + timedelta(days=self.chance.randint(0, 3)),
            engage=True,
            wanted=self.chance.choice([0, 2_000, 8_000]),
        )
        self.promises += [int(number) for number in (await self.day.ask(ask)).engagement if number]

    async def bill(self) -> None:
        bills = [
            Bill(
                self.chance.choice(self.people),
                [self.item() for _ in range(self.chance.choice([1, 1, 2]))],
                number=next(self.day.numbers) + 900_000,
                engagement=self.chance.choice(self.promises[-6:]),
            )
            for _ in range(self.chance.choice([1, 2, 5]))
        ]
        async with self.day.turn:
            batch = await self.day.batch(*bills)
        await self.day.settle(batch)
        self.batches.append(batch)
        self.numbers += [bill.number for bill in bills]

    async def cancel(self) -> None:
        if self.numbers:
            await self.day.cancel(self.chance.choice(self.numbers[-12:]))

    async def redecide(self) -> None:
        if self.batches:
            await self.day.redecide(self.chance.choice(self.batches[-6:]))

    async def expire(self) -> None:
        async with self.day.database.transaction(Role.CLAIMS) as work:
            await store.expire(work, TODAY + days(400))

    async def release(self) -> None:
        number = self.chance.choice(self.promises)
        async with self.day.turn:
            practice = await self.day.value(
                "select number from rights.engagement join identity.practice using (practice) where engagement = $1",
                number,
            )
            account = await self.day.account(str(practice)) if practice is not None else 0
        if account:
            await store.release(self.day.database, number, account)

    async def turn_over(self) -> None:
        """A right ends in the middle of these days, or begins again."""
        place = self.chance.randrange(len(self.people))
        async with self.day.turn:
            person = self.people[place]
            known = await self.day.value(
                "select coverage from rights.coverage where coverage = $1 and known_to = 'infinity'", person.coverage
            )
            if known is not None:
                await self.day.end(person, date(2025, 12, 31))
            else:
                self.people[place] = await self.day.cover(person, start=date(2025, 12, 31))

    def anything(self) -> Awaitable[None]:
        what = (
            [self.promise] * 4 + [self.bill] * 6 + [self.cancel] * 3 + [self.redecide] * 2 + [self.expire, self.release]
        )
        return self.chance.choice(what)()


async def ceilings(day: Day) -> Books:
    """(person, domain, year, what) -> cents, as the table of ceilings says."""
    rows = await day.owner.fetch("select * from rights.ceiling where person = any ($1)", day.mine)
    assert all(row["used_cents"] + row["held_cents"] <= CEILING for row in rows)
    found: Books = Counter({(row["person"], row["domain"], row["year"], "used"): row["used_cents"] for row in rows})
    found.update({(row["person"], row["domain"], row["year"], "held"): row["held_cents"] for row in rows})
    return +found


async def told_by_decisions_and_promises(day: Day) -> Books:
    """The same, recomputed from every decision that stands and every promise that never ended."""
    found: Books = Counter()
    for row in await day.owner.fetch(
        """select i.person, l.code, extract(year from l.care_date)::int as year, ld.amc_cents
           from claims.decision d join claims.invoice i using (invoice) join claims.line_decision ld using (decision)
           join claims.line l on l.invoice = i.invoice and l.line = ld.line
           where i.person = any ($1) and not exists (select from claims.decision x where x.replaces = d.decision)""",
        day.mine,
    ):
        found[row["person"], ACCOUNT_OF[row["code"].strip()], row["year"], "used"] += row["amc_cents"]
    for row in await day.owner.fetch(
        """select person, domain, ceiling_year, held_cents from rights.engagement e
           where person = any ($1)
             and not exists (select from rights.engagement_end x where x.engagement = e.engagement)""",
        day.mine,
    ):
        found[row["person"], row["domain"], row["ceiling_year"], "held"] += row["held_cents"]
    return +found


@pytest.mark.parametrize("seed", range(5))
async def test_ceilings_promises_decisions_and_dues_agree_after_anything(day: Day, seed: int):
    await day.fresh()
    life = Life(day, seed, [await day.enrol() for _ in range(3)])
    for _ in range(14):
        outcomes = await asyncio.gather(*[life.anything() for _ in range(4)], return_exceptions=True)
        for each in outcomes:
            if isinstance(each, BaseException) and not isinstance(each, (Misuse, Unavailable)):
                raise each
        assert await ceilings(day) == await told_by_decisions_and_promises(day)
        assert await day.due() == sum(await day.paid())
    paid_twice = await day.value(
        """select count(*) from (
               select i.person, i.practice, l.code, l.care_date, l.coefficient, l.charged_cents
               from claims.decision d
               join claims.invoice i using (invoice) join claims.line_decision ld using (decision)
               join claims.line l on l.invoice = i.invoice and l.line = ld.line
               where i.person = any ($1) and ld.amc_cents > 0
                 and not exists (select from claims.decision x where x.replaces = d.decision)
               group by 1, 2, 3, 4, 5, 6 having count(distinct i.invoice) > 1) as repeats""",
        day.mine,
    )
    assert paid_twice == 0
    assert len(life.numbers) > 20
