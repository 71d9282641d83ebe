"""Taking back and deciding again: each is a new entry, in the claims and in the books of the insurer."""

import asyncio
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from tests.flow.day import TODAY, Bill, Day, Guarantee, Item, consultation, days, reason_code
from tests.flow.payment_books import iban

from cloison.claims.adjudicate import CANCELLED, REFUSED
from cloison.errors import Misuse
from cloison.payments import ledger, payables
from cloison.payments.details import Holder, record
from cloison.payments.sepa import BankDetails
from cloison.storage.roles import Role


@pytest.fixture(scope="module")
async def insured(shared_day: Day) -> Day:
    await shared_day.insurer(
        guarantees=[Guarantee("MED"), Guarantee("RADL", "EUR", -1, amount=12_000, ceiling=15_000), Guarantee("TRAN")]
    )
    await shared_day.insurer(product="P2", guarantees=[Guarantee("MED", rate_bp=5_000)])
    return shared_day


@pytest.fixture
async def day(insured: Day) -> Day:
    return await insured.fresh()


def scan(when: date = TODAY, asked: int = 12_000) -> Item:
    return Item("ADI", 20_000, asked, when, base=5_000)


async def history(day: Day, number: int) -> list[tuple[int, int, int]]:
    """(kind, state, paid) of every decision about an invoice, oldest first."""
    rows = await day.owner.fetch(
        """select d.kind, d.state, d.amc_cents from claims.decision d join claims.invoice i using (invoice)
           where i.number = $1::char(9) and i.person = any ($2) order by d.kind = 1 desc, d.decision""",
        f"{number:09d}",
        day.mine,
    )
    return [tuple(row) for row in rows]


async def told(day: Day, number: int) -> str:
    """The code of the refusal to cancel an invoice."""
    with pytest.raises(Misuse) as refused:
        await day.cancel(number)
    return refused.value.reason.code


# ------------------------------------------------------------------------------------------------------------- cancel


async def test_an_invoice_cancelled_before_payment_is_no_longer_due(day: Day):
    anne = await day.enrol()
    await day.decide(Bill(anne, [consultation()], number=7001))
    replaced = await day.cancel(7001)
    assert (replaced.before_cents, replaced.after_cents) == (900, 0)
    assert await day.due() == 0
    assert await history(day, 7001) == [(1, 2, 900), (2, CANCELLED, 0)]


async def test_an_invoice_is_cancelled_once(day: Day):
    anne = await day.enrol()
    await day.decide(Bill(anne, [consultation()], number=7002))
    await day.cancel(7002)
    assert await told(day, 7002) == "claims.already_cancelled"
    assert await day.due() == 0


async def test_an_invoice_cancelled_by_several_at_once_is_cancelled_once(day: Day):
    anne = await day.enrol()
    await day.decide(Bill(anne, [consultation()], number=7003))
    outcomes = await asyncio.gather(*[day.cancel(7003) for _ in range(4)], return_exceptions=True)
    assert sum(isinstance(each, Misuse) for each in outcomes) == 3
    assert await day.due() == 0


async def test_an_invoice_that_nobody_sent_or_that_is_refused_cannot_be_cancelled(day: Day):
    anne = await day.enrol(end=TODAY)
    await day.decide(Bill(anne, [consultation()], number=7004))
    assert await told(day, 7004) == "claims.nothing_to_cancel"
    assert await told(day, 7999) == "claims.not_decided"


async def test_an_invoice_where_nothing_was_due_can_be_cancelled(day: Day):
    anne = await day.enrol()
    await day.decide(Bill(anne, [consultation(asked=0)], number=7005))
    await day.cancel(7005)
    assert await history(day, 7005) == [(1, 3, 0), (2, CANCELLED, 0)]


async def test_a_cancelled_invoice_gives_its_ceiling_back(day: Day):
    anne = await day.enrol()
    await day.decide(Bill(anne, [scan()], number=7006), Bill(anne, [scan(TODAY - days(1))], number=7007))
    assert await day.ceilings() == [(15_000, 0)]
    await day.cancel(7006)
    assert await day.ceilings() == [(3_000, 0)]
    (again,) = await day.redecide(day.received[-1].only(_row(day, 1)))
    assert (again.before_cents, again.after_cents) == (3_000, 12_000)


async def test_the_same_care_can_be_billed_again_once_its_invoice_is_cancelled(day: Day):
    anne = await day.enrol()
    await day.decide(Bill(anne, [consultation()], number=7008))
    repeat = await day.decide(Bill(anne, [consultation()], number=7009))
    assert reason_code(repeat.reason[0]) == "claims.same_care_paid"
    await day.cancel(7008)
    assert (await day.decide(Bill(anne, [consultation()], number=7010))).amc.tolist() == [900]
    assert await day.due() == 900


async def test_what_was_paid_and_is_cancelled_is_owed_by_the_practice_and_deducted(lone_day: Day):
    """Paid 9.00, cancelled, then 9.00 and 18.00 due: the next run pays the difference."""
    day = lone_day
    await day.insurer(guarantees=[Guarantee("MED", "FR", 10_000)])
    tenant, practice = day.tenants["75004407"], int(str(await day.value("select practice from identity.practice")))
    async with day.database.transaction(Role.PAY) as work:
        await record(work, day.keys, Holder.INSURER, [tenant], [BankDetails(iban(901), "", "MUTUELLE")])
        await record(work, day.keys, Holder.PRACTICE, [practice], [BankDetails(iban(1), "", "CABINET")])

    async def run(rank: int) -> int:
        async with day.database.transaction(Role.PAY) as work:
            return (await payables.run(work, TODAY, rank)).amount_cents

    async def owed() -> int:
        async with day.database.transaction(Role.PAY) as work:
            return (await ledger.position(work, tenant)).due_cents

    anne = await day.enrol()
    await day.decide(Bill(anne, [consultation()], number=1001))
    assert await run(1) == 900
    await day.cancel(1001)
    assert await owed() == -900, "the practice owes"
    await day.decide(Bill(anne, [consultation(day=TODAY - days(1), asked=400)], number=1002))
    assert await run(2) == 0, "it owes more than it is due"
    await day.decide(Bill(anne, [consultation(day=TODAY - days(2))], number=1003))
    assert await run(3) == 400
    assert await owed() == 0
    async with day.database.transaction(Role.PAY) as work:
        await ledger.audit(work)


# ------------------------------------------------------------------------------------------------------- decide again


async def test_a_refused_invoice_is_paid_once_its_right_is_known(day: Day):
    anne = await day.enrol(end=date(2026, 1, 1))
    assert (await day.decide(Bill(anne, [consultation()], number=7101))).state.tolist() == [REFUSED]
    await day.end(anne, date(2025, 6, 1))
    await day.cover(anne, start=date(2025, 6, 1))
    (again,) = await day.redecide()
    assert (again.before_cents, again.after_cents) == (0, 900)
    assert await day.due() == 900
    assert await history(day, 7101) == [(1, REFUSED, 0), (3, 2, 900)]


async def test_a_paid_invoice_gives_less_once_its_right_is_corrected(day: Day):
    anne = await day.enrol()
    await day.decide(Bill(anne, [consultation()], number=7102))
    await day.end(anne, TODAY)
    await day.cover(anne, "P2", TODAY)
    (again,) = await day.redecide()
    assert (again.before_cents, again.after_cents) == (900, 450)
    assert await day.due() == 450
    assert await day.paid() == [450]


async def test_a_paid_invoice_is_refused_once_its_right_never_was(day: Day):
    anne = await day.enrol()
    await day.decide(Bill(anne, [consultation()], number=7103))
    await day.roll_back(anne)
    (again,) = await day.redecide()
    assert (again.before_cents, again.after_cents) == (900, 0)
    assert await day.due() == 0
    assert await history(day, 7103) == [(1, 2, 900), (3, REFUSED, 0)]


async def test_deciding_again_changes_nothing_where_nothing_changed(day: Day):
    anne = await day.enrol()
    items = [consultation(), scan(), replace(consultation(day=TODAY - days(1)), code="GS")]
    await day.decide(*[Bill(anne, [item]) for item in items], Bill(anne, items[:1]))
    before = await day.paid()
    for _ in range(3):
        again = await day.redecide()
        assert [each.before_cents for each in again] == [each.after_cents for each in again]
    assert await day.paid() == before
    assert await day.due() == sum(before)
    assert await day.ceilings() == [(12_000, 0)]


async def test_a_repeat_stays_a_repeat_when_it_is_decided_again(day: Day):
    """Each alone, then both together: the same care is still paid once."""
    anne = await day.enrol()
    await day.decide(Bill(anne, [consultation()], number=7104), Bill(anne, [consultation()], number=7105))
    batch = day.received[-1]
    for row in (1, 0, 1):
        (again,) = await day.redecide(batch.only(_row(day, row)))
        assert again.before_cents == again.after_cents
    await day.redecide(batch)
    assert await day.due() == 900
    await day.cancel(7104)
    (again,) = await day.redecide(batch.only(_row(day, 1)))
    assert (again.before_cents, again.after_cents) == (0, 900)
    assert await day.due() == 900


async def test_a_correction_of_a_line_that_could_not_be_priced_is_no_repeat(day: Day):
    anne = await day.enrol()
    bill = Bill(anne, [scan()])
    wrong = replace(bill, items=[replace(scan(), base=-1)])
    decisions = await day.decide(wrong, bill)
    assert [reason_code(number) for number in decisions.reason] == ["rules.base_not_known", ""]
    other = await day.enrol()
    assert (await day.decide(replace(wrong, person=other))).amc.tolist() == [0]
    assert (await day.decide(replace(bill, person=other))).amc.tolist() == [12_000]


async def test_a_cancelled_invoice_that_is_decided_again_is_due_again_once(day: Day):
    anne = await day.enrol()
    await day.decide(Bill(anne, [consultation()], number=7106))
    await day.cancel(7106)
    (again,) = await day.redecide()
    assert (again.before_cents, again.after_cents) == (0, 900)
    assert await day.due() == 900
    await day.cancel(7106)
    assert await day.due() == 0
    assert await history(day, 7106) == [(1, 2, 900), (2, 4, 0), (3, 2, 900), (2, 4, 0)]


async def test_an_invoice_that_is_not_in_the_books_cannot_be_decided_again(day: Day):
    batch = await day.batch(Bill(await day.enrol(), [consultation()]))
    with pytest.raises(Misuse) as refused:
        await day.redecide(batch)
    assert refused.value.reason.code == "claims.not_decided"
    assert await day.due() == 0


async def test_invoices_decided_again_by_several_at_once_stay_whole(day: Day):
    anne = await day.enrol()
    await day.decide(*[Bill(anne, [scan(TODAY - days(n))]) for n in range(3)])
    outcomes = await asyncio.gather(*[day.redecide() for _ in range(3)], return_exceptions=True)
    assert not [each for each in outcomes if isinstance(each, BaseException)]
    assert await day.due() == 15_000
    assert await day.ceilings() == [(15_000, 0)]


def _row(day: Day, row: int) -> np.ndarray:

    return np.arange(len(day.received[-1])) == row
