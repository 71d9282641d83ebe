"""A quote that was guaranteed is paid to the cent, whatever happens between the quote and the invoice.

Quotes are drawn with one to four lines, on products with and without ceilings (of a domain, of a family of acts); then
contracts end, files are taken back, products change, and other invoices use the ceilings; then the acts are billed, on
other days of the validity, in another order, quantities cut in two.
"""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest
from tests.flow.day import TODAY, Bill, Day, Guarantee, Item, Person
from tests.flow.quote_day import Quote, QuoteDay

from cloison.claims.quote import Kind, Reply, State

OTHERS = [f"75400000{number}" for number in range(4)]
PRODUCTS = {
    "BR": [Guarantee("DENT", "BR", 30_000)],
    "LOW": [Guarantee("DENT", "BR", 30_000, ceiling=45_000)],
    "FR": [Guarantee("DENT", "FR", 9_000, ceiling=150_000)],
    "EUR": [Guarantee("DENT", "EUR", -1, amount=15_000, cap=12_000, ceiling=30_000)],
}
CODES = ("PFC", "PFM", "SDE", "INO", "ICO")


@pytest.fixture(scope="module")
async def insured(insured_day: Day) -> Day:
    for number in OTHERS:
        await insured_day.practice(number)
    return insured_day


def item(chance: Random) -> Item:
    base = chance.choice([1_200, 8_000, 12_000])
    quantity = chance.choice([1, 1, 1, 2, 3])
    charged = (base + chance.randrange(0, 90_000)) * quantity
    return Item(chance.choice(CODES), charged, -1, TODAY, quantity, base=base * quantity)


def billed(chance: Random, quote: Quote, day: date) -> list[Item]:
    """The acts of a quote as an invoice has them: any order, some quantities in two lines."""
    lines: list[Item] = []
    for each in quote.items:
        each = replace(each, day=day, asked=each.charged)
        if each.quantity > 1 and chance.random() < 0.5:
            charged, base = each.charged // each.quantity, each.base // each.quantity
            rest = replace(each, quantity=each.quantity - 1, charged=each.charged - charged, base=each.base - base)
            lines += [replace(each, quantity=1, charged=charged, base=base), rest]
        else:
            lines.append(each)
    lines = [replace(line, asked=line.charged) for line in lines]
    chance.shuffle(lines)
    return lines


async def disturb(chance: Random, day: Day, person: Person, product: str, number: int) -> None:
    """Something that must not matter to what was promised."""
    what = chance.choice(["end", "roll back", "product", "ceiling", "ceiling", "other contract"])
    if what == "end":
        await day.end(person, TODAY - timedelta(days=chance.randint(1, 90)))
    elif what == "roll back":
        await day.roll_back(person)
    elif what == "product":
        await day.owner.execute(
            "update rights.guarantee set valid_to = $2 where product = $1 and valid_from < $2 and valid_to > $2",
            day.products[person.amc, product],
            TODAY + timedelta(days=1),
        )
    elif what == "other contract":
        await day.end(person, TODAY - timedelta(days=5))
        await day.cover(person, "BR-0", TODAY - timedelta(days=5))
    else:
        greedy = Item("PFM", 400_000 + number, 400_000, TODAY, 9, base=99_000)
        await day.decide(Bill(person, [greedy], practice=chance.choice(OTHERS)))


@pytest.mark.parametrize("seed", range(3))
async def test_what_was_quoted_is_paid_whatever_happens(insured: Day, seed: int):
    chance, day = Random(seed), await insured.fresh()
    quotes = QuoteDay(day)
    names = {f"{name}-{seed}": rows for name, rows in PRODUCTS.items()}
    for name, rows in names.items():
        await day.insurer(product=name, guarantees=rows)
    if seed:  # the product that disturbances name
        day.products.setdefault(("75004407", "BR-0"), day.products["75004407", f"BR-{seed}"])
    products = [chance.choice(list(names)) for _ in range(24)]
    people = [await day.enrol(product=product) for product in products]
    asked = [
        Quote(person, [item(chance) for _ in range(chance.randint(1, 4))], practice=chance.choice(["", OTHERS[0]]))
        for person in people
        for _ in range(2)
    ]
    kinds = [chance.choice([Kind.CALCULATION, Kind.PRISE_EN_CHARGE]) for _ in asked]
    replies: list[Reply] = []
    for start in range(0, len(asked), 8):
        part = zip(kinds[start : start + 8], asked[start : start + 8], strict=True)
        replies += await asyncio.gather(*[quotes.one(kind, quote) for kind, quote in part])
    given = [(quote, reply) for quote, reply in zip(asked, replies, strict=True) if reply.state is State.ACCEPTED]
    assert len(given) > 24, "most are promised"
    assert any(reply.amc_cents < sum(line.charged_cents for line in reply.lines) // 3 for _, reply in given)

    for number, (person, product) in enumerate(zip(people, products, strict=True)):
        await disturb(chance, day, person, product, number)
    bills = [
        Bill(
            quote.person,
            billed(chance, quote, TODAY + timedelta(days=chance.randint(0, 20))),
            practice=quote.practice,
            engagement=reply.engagement,
        )
        for quote, reply in given
    ]
    later = TODAY + timedelta(days=30)
    batches = [await day.batch(*bills[start : start + 5]) for start in range(0, len(bills), 5)]
    settled = await day.settle(*batches, today=later)
    paid = [int(amount) for each in settled if each.decisions is not None for amount in each.decisions.amc]
    assert paid == [reply.amc_cents for _, reply in given]
    open_holds = await day.owner.fetch(
        "select 1 from rights.ceiling where person = any ($1) and (held_cents <> 0 or used_cents > ceiling_cents)",
        day.mine,
    )
    assert open_holds == [], "every hold was used or given back"
