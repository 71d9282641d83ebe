"""The same invoices give the same decisions however they are cut into chunks and files, and whatever their order.

Each variant is lived by persons of its own with the same story, in one database: what an earlier variant paid, held or
billed is nobody's here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from random import Random

import pytest
from tests.flow.day import TODAY, Bill, Day, Guarantee, Item, Person, days

from cloison.claims import settle

CEILING = 15_000
FAMILIES = ("RADL", "RADL", "DENT", "MED")
PRACTICES = ("753000001", "753000002")
Row = tuple[object, ...]


@dataclass(frozen=True)
class Story:
    """One invoice to be: who, where, what, and which of the promises given before it states."""

    person: int
    practice: int
    items: tuple[Item, ...]
    number: int
    promise: int = -1


@dataclass(frozen=True)
class Scene:
    """Persons by the day their right ends (None: never), promises as (person, practice, family, held), and invoices."""

    ends: tuple[date | None, ...]
    promises: tuple[tuple[int, int, str, int], ...]
    stories: tuple[Story, ...]


@pytest.fixture(scope="module")
async def day(insured_day: Day) -> Day:
    radiology = Guarantee("RADL", "EUR", -1, amount=12_000, ceiling=CEILING)
    dental = replace(radiology, domain="DENT", day_cap=14_000)
    await insured_day.insurer(
        guarantees=[
            Guarantee("MED"),
            radiology,
            dental,
            replace(dental, family="protheses", day_cap=-1, tooth_cap=9_000),
        ]
    )
    for number in PRACTICES:
        await insured_day.practice(number)
    return insured_day


def item(chance: Random, distinct: int | None = None) -> Item:
    """A line of care. `distinct`: on a day that no other has, so that it repeats nothing."""
    when = TODAY - days(chance.randint(0, 4) if distinct is None else distinct)
    what = chance.choice(["G", "ADI", "ADI", "ADI", "SDE", "PFC", "?"])
    if what == "G":
        return Item("G", 3000, chance.choice([900, 500, 0, 2000]), when)
    if what == "?":
        return chance.choice([Item("QQQ", 3000, 900, when), Item("ADI", 20_000, 12_000, when)])
    charged = chance.choice([20_000, 15_000, 10_000])
    return Item(what, charged, chance.choice([4_000, 2_000, 1_000]), when, base=5_000)


def crowded(seed: int) -> Scene:
    """Few persons and few days, so that repeats, resends, ceilings and promises meet."""
    chance = Random(seed)
    ends = tuple(chance.choice([None, None, TODAY - days(2)]) for _ in range(5))
    promises = tuple(
        (
            chance.randrange(5),
            chance.randrange(2),
            chance.choice(["RADL", "DENT", "MED"]),
            chance.choice([0, 6_000, 9_000]),
        )
        for _ in range(5)
    )
    stories: list[Story] = []
    for number in range(30):
        items = tuple(item(chance) for _ in range(chance.choice([1, 1, 2, 3])))
        if chance.random() < 0.4:  # some state the same promise, payable or not
            promise = chance.randrange(len(promises))
            person, practice, _, _ = promises[promise]
            stories.append(Story(person, practice, items, number, promise))
            continue
        stories.append(Story(chance.randrange(3), chance.randrange(2), items, number))
        if chance.random() < 0.1:
            stories.append(stories[-1])  # sent twice
    return Scene(ends, promises, tuple(stories))


def spacious(seed: int) -> Scene:
    """As many persons as invoices: no two compete for anything."""
    chance = Random(seed)
    count = 25
    ends = tuple(chance.choice([None, None, TODAY - days(2)]) for _ in range(count))
    promises = tuple((person, person % 2, chance.choice(["RADL", "MED"]), 6_000) for person in range(0, count, 3))
    stories = tuple(
        Story(
            person,
            person % 2,
            tuple(item(chance, distinct=line) for line in range(chance.choice([1, 2, 3]))),
            person,
            person // 3 if person % 3 == 0 else -1,
        )
        for person in range(count)
    )
    return Scene(ends, promises, stories)


async def lived(day: Day, scene: Scene, cuts: Sequence[Sequence[int]], *, one_file: bool) -> list[Row]:
    """Decide the invoices of a scene in these parts, with persons of its own; what became of each, in their order."""
    people = [await day.enrol(start=date(2024, 1, 1)) for _ in scene.ends]
    given = [
        await _promised(day, people[person], PRACTICES[practice], family, held)
        for person, practice, family, held in scene.promises
    ]
    for person, end in zip(people, scene.ends, strict=True):
        if end is not None:
            await day.end(person, end)
    base = 1_000 * next(day.numbers)
    bills = [
        Bill(
            people[story.person],
            story.items,
            PRACTICES[story.practice],
            base + story.number,
            given[story.promise] if story.promise >= 0 else 0,
        )
        for story in scene.stories
    ]
    office = await day.office()
    file, places = await day.file(), dict[int, tuple[int, int]]()
    for chunk, part in enumerate(cuts):
        where = file if one_file else await day.file()
        first = 1 + len(places) if one_file else 1
        batch = await day.batch(*[bills[row] for row in part], file=where, chunk=chunk, first_record=first)
        await settle(office, batch, TODAY)
        places |= {row: (where, first + place) for place, row in enumerate(part)}
    rows = [await _became(day, *places[row]) for row in range(len(bills))]
    persons = [person.pseudonym for person in people]
    ceilings = await day.owner.fetch(
        """select array_position($1::uuid[], person) as p, domain, used_cents, held_cents from rights.ceiling
           where person = any ($1) order by 1, 2""",
        persons,
    )
    return [*rows, *(tuple(row) for row in ceilings if row["used_cents"] or row["held_cents"])]


async def _promised(day: Day, person: Person, practice: str, family: str, held: int) -> int:
    before, day.doctor = day.doctor, practice
    try:
        return await day.promise(person, family, TODAY - days(4), held)
    finally:
        day.doctor = before


async def _became(day: Day, file: int, record: int) -> Row:
    """What stands for this record: its decision and lines, or that it came before."""
    lines = await day.owner.fetch(
        """select d.state, d.reason, d.amo_cents, d.amc_cents, d.own_cents, i.engagement is null as free,
                  array_agg((l.amc_cents, l.own_cents, l.reason)::text order by l.line) as lines
           from claims.invoice i join claims.decision d using (invoice) join claims.line_decision l using (decision)
           where i.file = $1 and i.record = $2 group by 1, 2, 3, 4, 5, 6""",
        file,
        record,
    )
    if lines:
        return (*lines[0].values(),)
    assert await day.value("select count(*) from claims.resend where file = $1 and record = $2", file, record) == 1
    return ("resent",)


def parts(chance: Random, count: int) -> list[list[int]]:
    """The rows in their order, cut at random."""
    cuts = sorted({0, count, *(chance.randrange(count) for _ in range(chance.randint(1, 6)))})
    return [list(range(start, end)) for start, end in pairwise(cuts)]


@pytest.mark.parametrize("seed", range(4))
async def test_a_file_cut_anywhere_gives_the_same_decisions(day: Day, seed: int):
    scene, chance = crowded(seed), Random(seed)
    count = len(scene.stories)
    whole = await lived(day, scene, [list(range(count))], one_file=True)
    assert len({row[0] for row in whole[:count]}) >= 3, "paid, refused, sent twice: all is tried"
    assert await lived(day, scene, [[row] for row in range(count)], one_file=True) == whole
    for _ in range(2):
        assert await lived(day, scene, parts(chance, count), one_file=True) == whole
        assert await lived(day, scene, parts(chance, count), one_file=False) == whole


@pytest.mark.parametrize("seed", range(3))
async def test_invoices_that_share_nothing_are_decided_alike_in_any_order(day: Day, seed: int):
    scene, chance = spacious(seed), Random(seed)
    count = len(scene.stories)
    whole = await lived(day, scene, [list(range(count))], one_file=True)
    for one_file in (True, False):
        order = list(range(count))
        chance.shuffle(order)
        cut = parts(chance, count)
        assert await lived(day, scene, [[order[row] for row in part] for part in cut], one_file=one_file) == whole


@pytest.mark.parametrize("seed", range(3))
async def test_a_ceiling_gives_the_same_in_all_whatever_the_order(day: Day, seed: int):
    """Who is served first depends on who comes first; what all get together does not, nor does the ceiling."""
    chance = Random(seed)
    scans = tuple(Item("ADI", 20_000, 5_000 + 100 * n, TODAY - days(n), base=5_000) for n in range(6))
    scene = Scene((None,), (), tuple(Story(0, n % 2, (each,), n) for n, each in enumerate(scans)))
    for _ in range(3):
        order = list(range(len(scans)))
        chance.shuffle(order)
        rows = await lived(day, scene, [order[:4], order[4:]], one_file=False)
        assert rows[len(scans) :] == [(1, 6, CEILING, 0)]


@pytest.mark.parametrize("seed", range(2))
async def test_parts_decided_at_the_same_time_pay_the_same_in_all(day: Day, seed: int):
    """Four callers share one person, one ceiling and the same care: nothing is paid beyond, nothing twice."""
    chance = Random(seed)
    anne = await day.fresh() and await day.enrol()
    scans = [Item("ADI", 20_000, 5_000, TODAY - days(n), base=5_000) for n in range(3)]
    bills = [Bill(anne, [each], PRACTICES[0], 5_000_000 + 100 * seed + n) for n, each in enumerate(scans)]
    batches = []
    for _ in range(4):
        mine = list(bills)
        chance.shuffle(mine)
        again = [replace(bill, number=0) for bill in mine[:1]]
        batches.append(await day.batch(*mine, *again))
    await day.settle(*batches)
    assert sorted(await day.paid()) == [0] * 4 + [5_000] * 3
    assert await day.ceilings() == [(CEILING, 0)]
    assert await day.due() == CEILING
