"""Caps per day, pair and tooth count what the books already paid: cutting an invoice in pieces changes nothing."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.flow.day import TODAY, Bill, Day, Guarantee, Item, Person, batch_of, reason_code
from tests.flow.quote_day import Quote, QuoteDay, code

from cloison.claims.caps import Caps
from cloison.claims.claim import ClaimBatch
from cloison.claims.quote import Kind
from cloison.claims.quotes import calculate, simulate
from cloison.errors import Reason
from cloison.rights.eligibility import Answers
from cloison.rights.guarantees import Networks, ProductBook, Products
from cloison.rules import Correction, Domain, Equipment, Formula, Teeth, produits
from cloison.rules.shelf import Shelf

SIM, CLC = Kind.SIMULATION, Kind.CALCULATION
CAP = 50_000
CROWN = Item("PFC", 50_000, 42_800, base=12_000)
"""500.00, of which the compulsory scheme pays 72.00: 428.00 are left."""
OTHER = "752000001"


@pytest.fixture
async def dental(lone_day: Day) -> Day:
    await lone_day.insurer(guarantees=[Guarantee("DENT", "FR", tooth_cap=CAP)])
    await lone_day.practice(OTHER, "dentiste", 1)
    return lone_day


def crowns(count: int, first: date = TODAY) -> list[Item]:
    """Crowns that are no repetition of each other."""
    return [replace(CROWN, charged=CROWN.charged + n, asked=CROWN.asked + n, day=first) for n in range(count)]


async def paid(day: Day, person: Person, items: Sequence[Item], teeth: Sequence[int], practice: str = "") -> list[int]:
    """What each crown of one invoice, on these teeth, is paid."""
    batch = await day.batch(Bill(person, items, practice=practice))
    named = Teeth.of(act=np.arange(len(teeth)), tooth=np.array(teeth, np.int8))
    (settled,) = await day.settle(replace(batch, teeth=named))
    assert settled.decisions is not None
    return settled.decisions.line_amc.tolist()


async def test_a_tooth_gets_its_cap_once_a_year_whoever_bills_it_and_in_how_many_invoices(dental: Day):
    anne, marc = await dental.enrol(), await dental.enrol()
    one, two, three = crowns(3)
    assert await paid(dental, marc, [one, two, three], [21, 21, 22]) == [42_800, 7_200, 42_802]
    assert await paid(dental, anne, [one], [21]) == [42_800]
    assert await paid(dental, anne, [two], [21], OTHER) == [7_200]
    assert await paid(dental, anne, [three], [22]) == [42_802]
    last_year = replace(one, day=date(2025, 12, 31))
    assert await paid(dental, anne, [last_year], [21]) == [42_800]


async def test_what_was_asked_and_paid_counts_not_what_could_have_been(dental: Day):
    anne = await dental.enrol()
    modest, rest = replace(CROWN, asked=10_000), replace(CROWN, charged=60_000, asked=52_800)
    assert await paid(dental, anne, [modest], [21]) == [10_000]
    assert await paid(dental, anne, [rest], [21], OTHER) == [40_000]


async def test_what_is_cancelled_is_free_again_and_what_is_decided_again_counts_once(dental: Day):
    anne = await dental.enrol()
    one, two, three = crowns(3)
    batch = await dental.batch(Bill(anne, [one], number=77_001))
    batch = replace(batch, teeth=Teeth.of(act=np.arange(1), tooth=np.array([21], np.int8)))
    await dental.settle(batch)
    assert [each.after_cents for each in await dental.redecide(batch)] == [42_800]
    assert await paid(dental, anne, [two], [21], OTHER) == [7_200]
    await dental.cancel(77_001)
    assert await paid(dental, anne, [three], [21], OTHER) == [42_800]


async def test_invoices_that_come_at_once_do_not_pass_the_same_cap_together(dental: Day):
    anne = await dental.enrol()
    batches = [
        replace(
            await dental.batch(Bill(anne, [crown], practice=practice)),
            teeth=Teeth.of(act=np.arange(1), tooth=np.array([36], np.int8)),
        )
        for crown, practice in zip(crowns(6), ["", OTHER] * 3, strict=True)
    ]
    settled = await dental.settle(*batches)
    assert sum(int(each.decisions.amc[0]) for each in settled if each.decisions) == CAP


async def test_a_quote_knows_what_the_books_paid_for_the_tooth(dental: Day):
    anne, quotes = await dental.enrol(), QuoteDay(dental)
    assert await paid(dental, anne, [CROWN], [21]) == [42_800]
    for ask, kind in ((simulate, SIM), (calculate, CLC)):
        desk = await quotes.desk()
        asked = await quotes.quotes(Quote(anne, [replace(CROWN, asked=-1)] * 2))
        teeth = Teeth.of(act=np.arange(2), tooth=np.array([21, 22], np.int8))
        replies = await ask(desk, replace(asked, claims=replace(asked.claims, teeth=teeth)), TODAY)
        await desk.door.close()
        assert not isinstance(replies, Reason)
        lines = replies[0].lines
        assert [(line.amc_cents, code(line.reason)) for line in lines] == [
            (7_200, "rules.ceiling_reached"), (42_800, ""),
        ], kind  # fmt: skip


async def test_a_day_gets_its_cap_once_and_a_pair_of_glasses_too(lone_day: Day):
    day = lone_day
    await day.insurer(
        guarantees=[
            Guarantee("AUXM", "FR", day_cap=2_000),
            Guarantee("OPTI", "FR", family="lunettes_classe_b", pair_cap=30_000),
        ]
    )
    anne = await day.enrol()
    care = [Item("AMI", 1_500 + n, 1_500, base=1_500, coefficient=300) for n in range(2)]
    eve = replace(care[0], day=TODAY - timedelta(days=1))
    assert [await paid(day, anne, [item], []) for item in (*care, eve)] == [[600], [601], [600]]
    for part, number, left in (("M03", 1, 19_997), ("VU1", 1, 10_003), ("VU2", 2, 19_997)):
        batch = await day.batch(Bill(anne, [Item(part, 20_000, 20_000, base=5)]))
        device = Equipment.of(
            act=np.arange(1), pair=np.array([number]), correction=Correction.SIMPLE,
            last_delivery=np.datetime64("NaT", "D"), drom=False, paid=0,
        )  # fmt: skip
        (settled,) = await day.settle(replace(batch, equipment=device))
        assert settled.decisions is not None
        assert int(settled.decisions.amc[0]) == left, reason_code(settled.decisions.reason[0])


# ---------------------------------------------------------------------------------------------------- any cut

ROWS = (
    produits.Guarantee(Domain.DENT, Formula.FR, 10_000, tooth_cap_cents=50_000),
    produits.Guarantee(Domain.AUXM, Formula.FR, 10_000, day_cap_cents=9_000),
    produits.Guarantee(Domain.OPTI, Formula.FR, 10_000, pair_cap_cents=30_000),
)
CODES = ("PFC", "AMI", "M03")
BOOK = ProductBook(
    Products(*(np.zeros(1, kind) for kind in ("i4", "i4", "?", "S1", "S1", "S1"))),
    Shelf.of([produits.Product("P", "p", False, ROWS)]),
    Networks(np.empty(0, np.int32), np.empty(0, "S9"), *np.empty((2, 0), "datetime64[D]")),
)
ACTS = st.tuples(
    st.integers(0, 2), st.integers(0, 3), st.integers(0, 2), st.integers(0, 40_000), st.sampled_from([21, 22, 55]),
    st.booleans(), st.integers(0, 1),
)  # fmt: skip


@given(st.lists(ACTS, min_size=1, max_size=12), st.lists(st.booleans(), min_size=12, max_size=12))
@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])
def test_cutting_an_invoice_anywhere_pays_each_line_the_same(acts: list[tuple[int, ...]], cuts: list[bool]):
    """(what, days ago, pair, due, tooth, whether one is named, person): whole, then in pieces that books remember."""
    whole, answers, due = paper(acts)
    caps = Caps.of(whole, answers, np.ones(len(whole), np.int32), due, BOOK)
    expected = caps.granted(due)
    used: dict[tuple[object, ...], int] = {}
    found: list[int] = []
    starts = [0, *(at for at in range(1, len(acts)) if cuts[at]), len(acts)]
    for first, last in pairwise(starts):
        piece, answers, some = paper(acts[first:last])
        part = Caps.of(piece, answers, np.ones(len(piece), np.int32), some, BOOK)
        names = [
            (part.person[key].tobytes(), int(part.account[key]), int(part.kind[key]), int(part.what[key]))
            for key in range(len(part))
        ]
        given_now = part.with_busy(np.array([used.get(name, 0) for name in names], np.int64)).granted(some)
        for line in np.flatnonzero(part.key >= 0).tolist():
            name = names[int(part.key[line])]
            used[name] = used.get(name, 0) + int(given_now[line])
        found += given_now.tolist()
    assert found == expected.tolist()
    assert (expected <= due).all()


def paper(acts: Sequence[tuple[int, ...]]) -> tuple[ClaimBatch, Answers, np.ndarray]:
    """One invoice a person's acts, its lines covered by the row of their domain, and what is due for each."""
    count = len(acts)
    nobody = Person(1, "", "19500101", "1", "1", 1, None)  # type: ignore[arg-type]
    items = [Item(CODES[what], 1, 1, TODAY - timedelta(days=ago)) for what, ago, *_ in acts]
    batch = batch_of(1, 0, [Bill(nobody, [item], number=1) for item in items], "1")
    named = [row for row, act in enumerate(acts) if act[5]]
    teeth = [row for row in named if acts[row][0] == 0]
    pairs = [row for row in named if acts[row][0] == 2]
    batch = replace(
        batch,
        teeth=Teeth.of(act=np.array(teeth, np.intp), tooth=np.array([acts[row][4] for row in teeth], np.int8)),
        equipment=Equipment.of(
            act=np.array(pairs, np.intp), pair=np.array([1 + acts[row][2] for row in pairs], np.int64),
            correction=Correction.SIMPLE, last_delivery=np.datetime64("NaT", "D"), drom=False, paid=0,
        ),
    )  # fmt: skip
    person = np.zeros((count, 16), np.uint8)
    person[:, 0] = [act[6] for act in acts]
    nothing, small, day = np.zeros(count, np.int64), np.zeros(count, np.int16), batch.lines.care_date
    answers = Answers(
        small, small, person, np.ones(count, np.bool_), nothing, nothing.astype(np.int32),
        np.array([act[0] for act in acts], np.intp), small, day, day,
    )  # fmt: skip
    return batch, answers, np.array([act[3] for act in acts], np.int64)
