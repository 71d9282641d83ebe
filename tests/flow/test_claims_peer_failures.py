"""What a peer gets wrong (docs/performance), one test each: amounts, agreement, ceilings, repeats."""

from dataclasses import replace
from datetime import date

import asyncpg
import pytest
from tests.flow.day import TODAY, Ask, Bill, Day, Guarantee, Item, consultation, days, reason_code

from cloison.claims.adjudicate import ACCEPTED
from cloison.disclosure import Result
from cloison.storage.roles import Role

GUARANTEES = [
    Guarantee("MED"),
    Guarantee("LABO", rate_bp=8_000),
    Guarantee("PHAR", "FR", 8_000),
    Guarantee("DENT", waiting=30),
    Guarantee("RADL", "EUR", -1, amount=12_000, ceiling=15_000),
]
BLOOD_TEST = Item("B", 3125, 1250, coefficient=12_500, base=3125)
"""40 % of 31.25 is left by the compulsory scheme: 12.50."""


@pytest.fixture(scope="module")
async def insured(shared_day: Day) -> Day:
    await shared_day.insurer(guarantees=GUARANTEES)
    for number in range(4):
        await shared_day.practice(f"75200000{number}", "medecin_specialiste")
    return shared_day


@pytest.fixture
async def day(insured: Day) -> Day:
    return await insured.fresh()


def scan(number: int = 0) -> Item:
    """Imaging charged 200.00, on a day of its own, of which the contract gives 120.00."""
    return Item("ADI", 20_000, 12_000, TODAY - days(number), base=5_000)


async def paid(day: Day, *bills: Bill) -> list[int]:
    return (await day.decide(*bills)).amc.tolist()


async def test_80_percent_of_12_50_is_10_00(day: Day):
    """The peer cuts 12.50 to 12 first and records 9.60."""
    anne = await day.enrol()
    assert await paid(day, Bill(anne, [BLOOD_TEST])) == [1000]
    medicine = Item("PH7", 1250, 437, base=1250)  # 80 % of the cost, the 65 % of the compulsory scheme included
    decision = await day.decide(Bill(anne, [medicine]))
    assert decision.amo.tolist()[0] + decision.amc.tolist()[0] == 1000


async def agreed(day: Day, asked: Ask, bill: Bill) -> tuple[str, str]:
    """The reasons of the enquiry and of the invoice for the same care."""
    replies = await day.ask(asked)
    decisions = await day.decide(bill)
    assert (replies.result[0] == Result.COVERED) == (decisions.state[0] == ACCEPTED)
    return reason_code(replies.reason[0]), reason_code(decisions.reason[0])


async def test_an_item_that_is_not_covered_is_refused_by_both(day: Day):
    anne = await day.enrol()
    both = await agreed(day, Ask(anne, "AUXM"), Bill(anne, [Item("AMI", 1_000, 400)]))
    assert both == ("rights.domain_not_covered",) * 2


async def test_a_policy_that_expired_is_refused_by_both(day: Day):
    anne = await day.enrol(end=TODAY)
    assert await agreed(day, Ask(anne), Bill(anne, [consultation()])) == ("rights.closed",) * 2
    assert await agreed(day, Ask(anne, day=TODAY - days(1)), Bill(anne, [consultation(day=TODAY - days(1))])) == (
        "",
        "",
    )


async def test_a_waiting_period_is_refused_by_both_until_its_last_day(day: Day):
    anne = await day.enrol(start=TODAY - days(30))

    def crown(when: date) -> Bill:
        return Bill(anne, [Item("SDE", 3_000, 900, when, base=3_000)])

    too_early = TODAY - days(1)
    assert await agreed(day, Ask(anne, "DENT", too_early), crown(too_early)) == ("rights.waiting_period",) * 2
    assert await agreed(day, Ask(anne, "DENT", TODAY), crown(TODAY)) == ("", "")


async def test_a_ceiling_of_150_never_gives_more_under_four_concurrent_claims(day: Day):
    """The peer gives 310 to 320: each claim reads the ceiling before the others write."""
    anne = await day.enrol()
    bills = [Bill(anne, [scan(number)], practice=f"75200000{number}") for number in range(4)]
    await day.settle(*[await day.batch(bill) for bill in bills])
    assert await day.due() == 15_000
    assert await day.ceilings() == [(15_000, 0)]
    assert await day.paid() == [0, 0, 3_000, 12_000]


async def test_the_same_invoice_sent_by_four_callers_at_once_is_accepted_once(day: Day):
    bill = Bill(await day.enrol(), [consultation()], number=77)
    settlements = await day.settle(*[await day.batch(bill) for _ in range(4)])
    assert sorted(len(each.decided) for each in settlements) == [0, 0, 0, 1]
    assert sum(int(each.resent.sum()) for each in settlements) == 3
    assert await day.due() == 900
    assert await day.paid() == [900]


async def test_the_same_care_under_two_numbers_is_paid_once(day: Day):
    anne = await day.enrol()
    decisions = await day.decide(*[Bill(anne, [consultation()])] * 2)
    later = await day.decide(Bill(anne, [consultation()]))
    assert [*decisions.amc.tolist(), *later.amc.tolist()] == [900, 0, 0]
    assert {reason_code(number) for number in [decisions.reason[1], later.reason[0]]} == {"claims.same_care_paid"}
    assert await day.due() == 900


async def test_the_same_care_billed_by_several_callers_at_once_is_paid_once(day: Day):
    anne = await day.enrol()
    await day.settle(*[await day.batch(Bill(anne, [consultation()])) for _ in range(4)])
    assert await day.due() == 900


async def test_a_quantity_below_one_is_never_an_amount(day: Day):
    """The peer values a quantity of -1 at -100. Here neither the rules nor the books take it."""
    anne = await day.enrol()
    for quantity in (0, -1):
        with pytest.raises(asyncpg.CheckViolationError):
            await day.bill(Bill(anne, [replace(consultation(), quantity=quantity)]))
    for item in (replace(consultation(), charged=-10_000), replace(consultation(), asked=-900)):
        try:
            settlement = await day.bill(Bill(anne, [item]))
        except asyncpg.CheckViolationError:
            continue
        assert settlement.decisions is not None
        assert settlement.decisions.amc.tolist() == [0]
    assert await day.due() == 0


async def test_a_refused_claim_is_never_paid_whatever_is_written_about_it(day: Day):
    """The peer lets a rejected claim be processed to paid. Here its decision stands, and only a new one can pay."""
    anne = await day.enrol(end=TODAY)
    await day.decide(Bill(anne, [consultation()]))
    decision = int(day.received[-1].invoice_ids()[0])
    with pytest.raises(asyncpg.PostgresError):
        await day.owner.execute("update claims.decision set state = 2, amc_cents = 900 where decision = $1", decision)
    async with day.database.session(Role.CLAIMS) as connection:
        with pytest.raises(asyncpg.PostgresError):
            await connection.execute(
                """insert into claims.decision (decision, invoice, kind, replaces, state, reason, base_cents, amo_cents,
                                                amc_cents, own_cents, tariff)
                   values (1, $1, 1, null, 2, 0, 0, 0, 900, 0, '')""",
                decision,
            )
    assert await day.due() == 0
    assert await day.value("select count(*) from payments.transfer where reference = $1", decision) == 0


async def test_the_promise_the_claim_and_the_second_decision_give_one_amount(day: Day):
    """The peer has two code paths, and two amounts."""
    anne, marc = await day.enrol(), await day.enrol()
    items = [consultation(), BLOOD_TEST, Item("PH7", 1250, 437, base=1250)]
    promise = await day.promise(anne)
    with_promise, without = await paid(day, Bill(anne, items, engagement=promise), Bill(marc, items))
    assert with_promise == without == 900 + 1000 + 187
    again = await day.redecide()
    assert [(each.before_cents, each.after_cents) for each in again] == [(without, without)] * 2
    assert await day.due() == 2 * without
