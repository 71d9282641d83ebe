"""A right that was guaranteed is a payment that is made: what promises bind, hold and give back."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from importlib import import_module
from typing import Any

import asyncpg
import numpy as np
import pytest
from tests.flow.day import TODAY, Ask, Bill, Day, Guarantee, Item, Person, consultation, days, reason_code, shown

from cloison.claims.adjudicate import ACCEPTED, NOTHING_DUE, REFUSED
from cloison.disclosure import Channel, Proof, Result
from cloison.rights import store
from cloison.rights.engagement import VALIDITY, parsed
from cloison.rights.enquiry import HOLD_GRACE
from cloison.storage.roles import Role

CEILING = 15_000
settle = import_module("cloison.claims.settle")


@pytest.fixture(scope="module")
async def insured(shared_day: Day) -> Day:
    await shared_day.insurer(
        guarantees=[
            Guarantee("MED"),
            Guarantee("LABO"),
            Guarantee("RADL", "EUR", -1, amount=12_000, ceiling=CEILING),
            Guarantee("DENT", "EUR", -1, amount=12_000, ceiling=CEILING),
        ]
    )
    await shared_day.practice("752000001")
    return shared_day


@pytest.fixture
async def day(insured: Day) -> Day:
    return await insured.fresh()


def scan(day: date = TODAY, asked: int = 12_000) -> Item:
    return Item("ADI", 20_000, asked, day, base=5_000)


async def one(day: Day, bill: Bill) -> tuple[int, str]:
    """(paid, reason) of one invoice."""
    decisions = await day.decide(bill)
    return int(decisions.amc[0]), reason_code(decisions.reason[0])


async def expire(day: Day, today: date) -> int:
    async with day.database.transaction(Role.CLAIMS) as work:
        return await store.expire(work, today)


# ------------------------------------------------------------------------------------------------------ what it binds


async def test_a_promise_is_kept_although_the_right_ended_inside_its_validity(day: Day):
    anne = await day.enrol()
    promise = await day.promise(anne)
    await day.end(anne, TODAY - days(100))
    care = consultation(day=TODAY)
    assert (await day.ask(Ask(anne))).result[0] == Result.NOT_COVERED
    assert await one(day, Bill(anne, [care], engagement=promise)) == (900, "")
    assert await one(day, Bill(anne, [consultation(day=TODAY - days(1))])) == (0, "rights.closed")


async def test_a_promise_is_kept_although_the_file_that_gave_the_right_is_taken_back(day: Day):
    anne = await day.enrol()
    promise = await day.promise(anne)
    await day.roll_back(anne)
    assert await one(day, Bill(anne, [consultation()], engagement=promise)) == (900, "")


async def test_a_promise_gives_what_was_promised_although_the_product_changed(day: Day):
    await day.insurer(product="P2", guarantees=[Guarantee("MED", rate_bp=5_000)])
    anne = await day.enrol()
    promise = await day.promise(anne)
    await day.end(anne, TODAY - days(100))
    anne = await day.cover(anne, "P2")
    assert await one(day, Bill(anne, [consultation()], engagement=promise)) == (900, "")
    assert await one(day, Bill(anne, [consultation(day=TODAY - days(1))])) == (450, "claims.reduced_to_guarantee")


async def test_a_promise_binds_from_the_day_asked_about_to_the_end_of_its_validity(day: Day):
    anne = await day.enrol()
    asked = TODAY - days(60)
    last = asked + VALIDITY.astype(timedelta) - days(1)
    promises = [await day.promise(anne, day=asked) for _ in range(4)]
    await day.end(anne, date(2021, 1, 1))
    when = (asked - days(1), asked, last, last + days(1))
    bills = [Bill(anne, [consultation(day=each)], engagement=promises[row]) for row, each in enumerate(when)]
    decisions = await day.decide(*bills)
    assert decisions.amc.tolist() == [0, 900, 900, 0]
    assert {reason_code(decisions.reason[row]) for row in (0, 3)} == {"rights.engagement_out_of_time"}


async def test_a_promise_ends_with_the_coverage_that_it_was_given_on(day: Day):
    anne = await day.enrol(end=TODAY + days(2))
    replies = await day.ask(Ask(anne, engage=True), Ask(anne))
    assert replies.valid_to.tolist() == [TODAY + days(2)] * 2
    long = await day.enrol()
    replies = await day.ask(Ask(long, engage=True), Ask(long))
    assert replies.valid_to.tolist() == [TODAY + VALIDITY.astype(timedelta), date.max]


async def test_a_promise_covers_the_care_asked_about_and_not_the_other_lines(day: Day):
    anne = await day.enrol()
    promise = await day.promise(anne, "MED")
    await day.end(anne, date(2021, 1, 1))
    blood_test = Item("B", 3125, 1250, coefficient=12_500, base=3125)
    decisions = await day.decide(Bill(anne, [blood_test, consultation()], engagement=promise))
    assert decisions.line_amc.tolist() == [0, 900]
    assert reason_code(decisions.line_reason[0]) == "rights.engagement_of_another"


async def test_a_promise_to_another_person_practice_or_care_binds_nothing(day: Day):
    anne, marc = await day.enrol(), await day.enrol()
    promise = await day.promise(anne)
    for person in (anne, marc):
        await day.end(person, date(2021, 1, 1))
    dental = Item("SDE", 3_000, 900, base=3_000)
    wrong = [
        Bill(marc, [consultation()], engagement=promise),
        Bill(anne, [consultation()], engagement=promise, practice="752000001"),
        Bill(anne, [dental], engagement=promise),
    ]
    for bill in wrong:
        assert await one(day, bill) == (0, "rights.engagement_of_another")
    assert await one(day, Bill(anne, [consultation()], engagement=promise)) == (900, ""), "none of them used it up"


async def test_a_misfit_in_the_same_batch_does_not_take_the_promise_of_the_right_invoice(day: Day):
    anne, marc = await day.enrol(), await day.enrol()
    promise = await day.promise(anne)
    for person in (anne, marc):
        await day.end(person, date(2021, 1, 1))
    decisions = await day.decide(*[Bill(each, [consultation()], engagement=promise) for each in (marc, anne)])
    assert decisions.amc.tolist() == [0, 900]


async def test_a_number_that_nobody_gave_does_not_harm_an_open_right(day: Day):
    anne, marc = await day.enrol(), await day.enrol(end=date(2021, 1, 1))
    for number in (-1, 123456789):
        assert (await one(day, Bill(anne, [consultation(day=TODAY - days(number % 7))], engagement=number)))[0] == 900
        assert await one(day, Bill(marc, [consultation()], engagement=number)) == (0, "rights.engagement_unknown")


async def test_a_promise_serves_one_invoice(day: Day):
    anne = await day.enrol()
    promise = await day.promise(anne)
    await day.end(anne, date(2021, 1, 1))
    first, second = (Bill(anne, [consultation(day=TODAY + days(n))], engagement=promise) for n in (0, 1))
    today = TODAY + days(2)
    settled = await day.bill(first, second, today=today)
    assert settled.decisions is not None
    assert settled.decisions.amc.tolist() == [900, 0]
    later = await day.bill(replace(second, number=0), today=today)
    assert later.decisions is not None
    assert reason_code(later.decisions.reason[0]) == "rights.engagement_unknown"


async def test_a_promise_stated_by_many_callers_at_once_pays_once(day: Day):
    anne = await day.enrol()
    promise = await day.promise(anne, "RADL", wanted=10_000)
    await day.end(anne, date(2021, 1, 1))
    bills = [Bill(anne, [scan(TODAY, 100 + n)], engagement=promise) for n in range(4)]
    await day.settle(*[await day.batch(bill) for bill in bills])
    assert await day.due() in (100, 101, 102, 103)
    assert [held for _, held in await day.ceilings()] == [0]


async def test_a_promise_on_an_invoice_that_cannot_be_paid_serves_the_corrected_one(day: Day):
    anne = await day.enrol()
    promise = await day.promise(anne, "RADL", wanted=9_000)
    await day.end(anne, date(2021, 1, 1))
    no_base = replace(scan(), base=-1)
    decisions = await day.decide(Bill(anne, [no_base], engagement=promise))
    assert decisions.state.tolist() == [REFUSED]
    assert await day.ceilings() == [(0, 9_000)], "it still holds"
    assert await one(day, Bill(anne, [scan()], engagement=promise)) == (12_000, "")
    assert await day.ceilings() == [(12_000, 0)]


async def test_a_promise_serves_the_first_invoice_of_a_batch_that_can_be_paid(day: Day):
    anne = await day.enrol()
    promise = await day.promise(anne, "RADL", wanted=9_000)
    await day.end(anne, date(2021, 1, 1))
    no_base = replace(scan(), base=-1)
    bills = [Bill(anne, [each], engagement=promise) for each in (no_base, scan(), scan(asked=1))]
    decisions = await day.decide(*bills)
    assert decisions.amc.tolist() == [0, 12_000, 0]
    assert await day.ceilings() == [(12_000, 0)]


async def test_a_promise_on_a_repeat_is_not_used_up_and_goes_on_holding(day: Day):
    anne = await day.enrol()
    await day.decide(Bill(anne, [scan(asked=1_000)]))
    promise = await day.promise(anne, "RADL", wanted=9_000)
    assert await one(day, Bill(anne, [scan(asked=1_000)], engagement=promise)) == (0, "claims.same_care_paid")
    assert await day.ceilings() == [(1_000, 9_000)]
    assert await expire(day, TODAY + VALIDITY.astype(timedelta) + HOLD_GRACE.astype(timedelta)) >= 1
    assert await day.ceilings() == [(1_000, 0)]


async def test_a_promise_whose_invoice_was_cancelled_serves_the_corrected_one(day: Day):
    anne = await day.enrol()
    promise = await day.promise(anne)
    await day.end(anne, date(2021, 1, 1))
    await day.decide(Bill(anne, [consultation(asked=800)], number=501, engagement=promise))
    await day.cancel(501)
    assert await one(day, Bill(anne, [consultation()], number=502, engagement=promise)) == (900, "")
    assert await one(day, Bill(anne, [replace(consultation(), code="GS")], number=503, engagement=promise)) == (
        0, "rights.engagement_unknown",
    )  # fmt: skip
    assert await day.due() == 900


async def test_a_promise_is_kept_when_the_invoice_is_decided_again(day: Day):
    anne = await day.enrol()
    promise = await day.promise(anne, "RADL", wanted=5_000)
    await day.end(anne, date(2021, 1, 1))
    assert await one(day, Bill(anne, [scan()], engagement=promise)) == (12_000, "")
    (again,) = await day.redecide()
    assert (again.before_cents, again.after_cents) == (12_000, 12_000)
    assert await day.ceilings() == [(12_000, 0)]
    assert await day.due() == 12_000


# ------------------------------------------------------------------------------------------------------ what it holds


async def test_a_hold_keeps_its_part_of_the_ceiling_until_it_is_used(day: Day):
    anne = await day.enrol()
    promise = await day.promise(anne, "RADL", wanted=10_000)
    assert await day.ceilings() == [(0, 10_000)]
    assert await one(day, Bill(anne, [scan(TODAY - days(1))])) == (5_000, "rules.ceiling_reached")
    assert await one(day, Bill(anne, [scan(TODAY - days(2))])) == (0, "rules.ceiling_reached")
    assert await one(day, Bill(anne, [scan(asked=10_000)], engagement=promise)) == (10_000, "")
    assert await day.ceilings() == [(CEILING, 0)]


async def test_an_earlier_invoice_of_the_same_batch_cannot_take_what_is_held(day: Day):
    anne = await day.enrol()
    promise = await day.promise(anne, "RADL", wanted=10_000)
    bills = [
        Bill(anne, [scan(TODAY - days(1))]),
        Bill(anne, [scan(asked=10_000)], engagement=promise),
        Bill(anne, [scan(TODAY - days(2))]),
    ]
    assert (await day.decide(*bills)).amc.tolist() == [5_000, 10_000, 0]


async def test_what_a_hold_does_not_need_is_given_back(day: Day):
    anne = await day.enrol()
    promise = await day.promise(anne, "RADL", wanted=14_000)
    bills = [Bill(anne, [scan(asked=2_000)], engagement=promise), Bill(anne, [scan(TODAY - days(1))])]
    assert (await day.decide(*bills)).amc.tolist() == [2_000, 12_000]
    assert await day.ceilings() == [(14_000, 0)]


async def test_a_hold_is_at_most_what_is_left(day: Day):
    anne = await day.enrol()
    first = await day.ask(Ask(anne, "RADL", engage=True, wanted=10_000), Ask(anne, "RADL", engage=True, wanted=10_000))
    assert sorted(first.held_cents.tolist()) == [5_000, 10_000]
    assert (await day.ask(Ask(anne, "RADL", engage=True, wanted=1))).held_cents.tolist() == [0]
    assert await day.ceilings() == [(0, CEILING)]


async def test_many_promises_asked_at_once_hold_no_more_than_the_ceiling(day: Day):
    anne = await day.enrol()
    replies = await asyncio.gather(*[day.ask(Ask(anne, "RADL", engage=True, wanted=4_000)) for _ in range(6)])
    held = sorted(int(each.held_cents[0]) for each in replies)
    assert held == [0, 0, 3_000, 4_000, 4_000, 4_000]


async def test_a_hold_that_nobody_used_in_time_is_given_back_and_the_promise_still_binds(day: Day):
    anne = await day.enrol()
    promise = await day.promise(anne, "RADL", wanted=10_000)
    over = TODAY + VALIDITY.astype(timedelta) + HOLD_GRACE.astype(timedelta)
    await expire(day, over - days(1))
    assert await day.ceilings() == [(0, 10_000)]
    assert await expire(day, over) >= 1
    assert await expire(day, over) == 0
    assert await day.ceilings() == [(0, 0)]
    await day.end(anne, date(2021, 1, 1))
    assert await one(day, Bill(anne, [scan()], engagement=promise)) == (12_000, "")
    assert (await one(day, Bill(anne, [scan(asked=1)], engagement=promise)))[0] == 0, "once"
    assert await day.ceilings() == [(12_000, 0)]


async def test_a_hold_is_given_back_on_its_own_ceiling_whatever_else_the_invoice_bills(day: Day):
    """Two ceilings on one invoice: the one that was held is the one that is freed, in any order of the lines."""
    dental = Item("SDE", 20_000, 3_000, base=5_000)
    for family, items in (("RADL", [dental, scan()]), ("DENT", [dental, scan()]), ("DENT", [scan(), dental])):
        anne = await day.enrol()
        promise = await day.promise(anne, family, wanted=9_000)
        decisions = await day.decide(Bill(anne, items, engagement=promise))
        assert decisions.state.tolist() == [ACCEPTED]
        rows = await day.owner.fetch(
            "select used_cents, held_cents from rights.ceiling where person = $1 order by 1", anne.pseudonym
        )
        assert [tuple(row) for row in rows] == [(3_000, 0), (12_000, 0)]


async def test_a_hold_of_last_year_is_given_back_to_last_year(day: Day):
    anne = await day.enrol()
    old, new = date(2025, 12, 20), date(2026, 1, 5)
    promise = await day.promise(anne, "RADL", old, wanted=9_000)
    assert await one(day, Bill(anne, [scan(new)], engagement=promise)) == (12_000, "")
    query = "select year, used_cents, held_cents from rights.ceiling where person = $1 order by year"
    rows = await day.owner.fetch(query, anne.pseudonym)
    assert [tuple(row) for row in rows] == [(2025, 0, 0), (2026, 12_000, 0)]


async def test_a_ceiling_raised_during_the_year_gives_the_higher_one_from_its_day(day: Day):
    product = await day.insurer(
        product="P3",
        guarantees=[
            Guarantee("RADL", "EUR", -1, amount=12_000, ceiling=12_000, end=date(2026, 7, 1)),
            Guarantee("RADL", "EUR", -1, amount=12_000, ceiling=30_000, start=date(2026, 7, 1)),
        ],
    )
    assert product
    anne = await day.enrol(product="P3")
    spring, autumn = date(2026, 3, 1), date(2026, 9, 1)
    assert await one(day, Bill(anne, [scan(spring)])) == (12_000, "")
    assert await one(day, Bill(anne, [scan(spring + days(1))])) == (0, "rules.ceiling_reached")
    assert await one(day, Bill(anne, [scan(autumn)])) == (12_000, "")
    assert (await day.ask(Ask(anne, "RADL", autumn, engage=True, wanted=9_000))).held_cents.tolist() == [6_000]
    assert await one(day, Bill(anne, [scan(spring + days(2))])) == (0, "rules.ceiling_reached")


async def test_a_promise_given_back_frees_what_it_held_and_binds_no_more(day: Day):
    anne = await day.enrol()
    promise = await day.promise(anne, "RADL", wanted=10_000)
    mine, other = [await day.account(number) for number in (day.doctor, "752000001")]
    assert not await store.release(day.database, promise, other), "only the practice that received it"
    assert await day.ceilings() == [(0, 10_000)]
    assert await store.release(day.database, promise, mine)
    assert not await store.release(day.database, promise, mine)
    assert await day.ceilings() == [(0, 0)]
    await day.end(anne, date(2021, 1, 1))
    assert await one(day, Bill(anne, [scan()], engagement=promise)) == (0, "rights.engagement_unknown")


async def test_a_promise_whose_hold_expired_can_still_be_given_back(day: Day):
    anne = await day.enrol()
    promise = await day.promise(anne, "RADL", wanted=10_000)
    await expire(day, date(2027, 12, 1))
    mine = await day.account(day.doctor)
    assert await store.release(day.database, promise, mine)
    assert await day.ceilings() == [(0, 0)]
    await day.end(anne, date(2021, 1, 1))
    assert await one(day, Bill(anne, [scan()], engagement=promise)) == (0, "rights.engagement_unknown")


async def test_a_promise_that_was_used_is_not_given_back(day: Day):
    anne = await day.enrol()
    promise = await day.promise(anne, "RADL", wanted=10_000)
    assert await one(day, Bill(anne, [scan()], engagement=promise)) == (12_000, "")
    mine = await day.account(day.doctor)
    assert not await store.release(day.database, promise, mine)
    assert await day.ceilings() == [(12_000, 0)]


async def test_no_question_gives_no_answer(day: Day):
    assert len(await day.ask()) == 0


@pytest.mark.parametrize("what", ["expired", "released"])
async def test_a_hold_that_ends_while_its_invoice_is_decided_is_given_back_once(
    day: Day, what: str, monkeypatch: pytest.MonkeyPatch
):
    """The promise is read, then it ends elsewhere: the batch is decided again on what is true."""
    anne = await day.enrol()
    promise = await day.promise(anne, "RADL", wanted=10_000)
    really, ended = settle.same_care, 0

    async def late(*arguments: object) -> np.ndarray:
        nonlocal ended
        if not ended:
            ended = 1
            if what == "expired":
                await expire(day, date(2027, 12, 1))
            else:
                mine = await day.account(day.doctor)
                await day.owner.fetchval("select rights.release_engagement($1, $2)", promise, mine)
        return await really(*arguments)

    monkeypatch.setattr(settle, "same_care", late)
    assert await one(day, Bill(anne, [scan()], engagement=promise)) == (12_000, "")
    assert ended
    assert await day.ceilings() == [(12_000, 0)]


async def test_a_promise_without_a_ceiling_or_a_wish_holds_nothing(day: Day):
    anne = await day.enrol()
    replies = await day.ask(Ask(anne, "MED", engage=True, wanted=5_000), Ask(anne, "RADL", engage=True))
    assert replies.held_cents.tolist() == [0, 0]
    assert (replies.engagement > 0).all()


async def test_a_hold_is_not_left_behind_when_the_right_ends_before_the_promise_is_written(
    day: Day, monkeypatch: pytest.MonkeyPatch
):
    """Between the reading and the writing of a promise the right may end: nothing is given, and nothing is held."""
    anne, really = await day.enrol(), store.engage

    async def late(*arguments: Any) -> dict[int, int]:  # Any: the arguments of engage, passed on
        await day.end(anne, TODAY)
        return await really(*arguments)

    monkeypatch.setattr(store, "engage", late)
    replies = await day.ask(Ask(anne, "RADL", engage=True, wanted=5_000))
    assert replies.result[0] == Result.COVERED
    assert (replies.engagement[0], replies.held_cents[0]) == (0, 0)
    assert await day.ceilings() == []


# ---------------------------------------------------------------------------------------------------- who is promised


async def test_no_promise_is_given_where_the_answer_is_not_covered(day: Day):
    anne, marc = await day.enrol(end=TODAY), await day.enrol(ordre=2)
    replies = await day.ask(Ask(anne, engage=True), Ask(marc, engage=True), Ask(marc, "AUXM", engage=True))
    assert replies.result.tolist() == [Result.NOT_COVERED, Result.UNDETERMINED, Result.NOT_COVERED]
    assert replies.engagement.tolist() == [0, 0, 0]
    assert await day.value("select count(*) from rights.engagement where person = any ($1)", day.mine) == 0


async def test_a_promise_is_found_by_what_is_printed_of_it(day: Day):
    anne = await day.enrol()
    promise = await day.promise(anne)
    assert parsed(np.array([shown(promise).encode()])).tolist() == [promise]
    assert await day.value("select person from rights.engagement where engagement = $1", promise) == anne.pseudonym


async def test_what_is_told_depends_on_the_proof(day: Day):
    """Typed data get one refusal for every cause; a card is told why. A yes is a yes."""
    anne, marc = await day.enrol(), await day.enrol(end=TODAY)
    nobody = replace(anne, number=999)

    async def told(person: Person, proof: Proof) -> tuple[str, str]:
        replies = await day.ask(Ask(person, proof=proof), channel=Channel.PORTAL)
        return Result(int(replies.result[0])).name, reason_code(replies.reason[0])

    assert [await told(each, Proof.TYPED) for each in (anne, marc, nobody)] == [
        ("COVERED", ""),
        ("NOT_COVERED", "rights.no_right_shown"),
        ("NOT_COVERED", "rights.no_right_shown"),
    ]
    assert [await told(each, Proof.CARD) for each in (marc, nobody)] == [
        ("NOT_COVERED", "rights.closed"),
        ("NOT_COVERED", "rights.not_found"),
    ]


async def test_a_promise_is_never_changed_nor_forgotten(day: Day):
    promise = await day.promise(await day.enrol())
    for statement in (
        "update rights.engagement set valid_to = valid_to + 30",
        "delete from rights.engagement",
        "truncate rights.engagement",
        "delete from rights.engagement_end",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
            await day.owner.execute(statement)
    with pytest.raises(asyncpg.CheckViolationError):
        await day.owner.execute("insert into rights.engagement_end (engagement, kind) values ($1, 1)", promise)


async def test_no_ceiling_can_be_written_beyond_its_amount(day: Day):
    anne = await day.enrol()
    await day.promise(anne, "RADL", wanted=10_000)
    async with day.database.session(Role.CLAIMS) as connection:
        for change in ("used_cents = 5001", "held_cents = -1", "used_cents = -1"):
            with pytest.raises(asyncpg.CheckViolationError):
                await connection.execute(f"update rights.ceiling set {change} where person = $1", anne.pseudonym)


async def test_an_invoice_within_a_promise_that_finds_the_ceiling_empty_is_nothing_due(day: Day):
    anne = await day.enrol()
    await day.decide(*[Bill(anne, [scan(TODAY - days(n))]) for n in (1, 2)])
    promise = await day.promise(anne, "RADL", wanted=5_000)
    decisions = await day.decide(Bill(anne, [scan()], engagement=promise))
    assert (decisions.state.tolist(), reason_code(decisions.reason[0])) == ([NOTHING_DUE], "rules.ceiling_reached")
