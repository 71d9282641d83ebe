"""A quote is the invoice before the care: priced by the same functions, promised, held, extended, given back."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from tests.flow.day import TODAY, Bill, Day, Guarantee, Item, days
from tests.flow.quote_day import CROWN, Quote, QuoteDay, code

from cloison.claims import store_quotes
from cloison.claims.quote import Kind, State, Terms
from cloison.claims.quote_answers import Answered
from cloison.claims.quote_refusals import MEDICAL_ADVICE
from cloison.disclosure import Proof
from cloison.identity import ActorKind
from cloison.rights import store

CEILING = 60_000
SIM, CLC, PEC = Kind.SIMULATION, Kind.CALCULATION, Kind.PRISE_EN_CHARGE
OTHER = "752000001"


@pytest.fixture(scope="module")
async def insured(shared_day: Day) -> Day:
    await shared_day.insurer(
        guarantees=[
            Guarantee("MED"),
            Guarantee("DENT", "BR", 30_000, ceiling=CEILING),
            Guarantee("AUDI", "EUR", -1, amount=40_000),
        ]
    )
    await shared_day.practice(OTHER)
    return shared_day


@pytest.fixture
async def quotes(insured: Day) -> QuoteDay:
    return QuoteDay(await insured.fresh())


# 300 % of the base of 120.00 is 360.00; the compulsory scheme pays 60 % of 120.00, 72.00: the insurer the other 288.00.
PROMISED = 28_800


# ---------------------------------------------------------------------------------------------------- figures


async def test_a_simulation_promises_nothing_and_holds_nothing(quotes: QuoteDay):
    anne = await quotes.day.enrol()
    reply = await quotes.one(SIM, Quote(anne, [CROWN]))
    assert (reply.state, reply.quote, reply.engagement) == (State.DRAFT, 0, 0)
    assert (reply.amo_cents, reply.amc_cents, reply.own_cents) == (7_200, PROMISED, 14_000)
    assert await quotes.holds(anne) == []
    assert await quotes.day.value("select count(*) from claims.quote where person = $1", anne.pseudonym) == 0


async def test_simulation_calculation_and_request_give_the_figures_of_the_invoice(quotes: QuoteDay):
    people = [await quotes.day.enrol() for _ in range(4)]
    figures = {
        (reply.amo_cents, reply.amc_cents, reply.own_cents)
        for kind, person in zip((SIM, CLC, PEC), people, strict=False)
        for reply in await quotes.ask(kind, Quote(person, [CROWN]))
    }
    decisions = await quotes.day.decide(Bill(people[3], [replace(CROWN, asked=CROWN.charged)]))
    assert figures == {(int(decisions.amo[0]), int(decisions.amc[0]), int(decisions.own[0]))}


async def test_each_cent_is_told_with_its_rule_in_both_languages(quotes: QuoteDay):
    anne = await quotes.day.enrol()
    (line,) = (await quotes.one(CLC, Quote(anne, [CROWN]))).lines
    assert line.account is not None
    french, english = "\n".join(line.account.lines("fr")), "\n".join(line.account.lines("en"))
    assert "Garantie en % de la base" in french
    assert "Guarantee in % of the base" in english
    assert "288,00" in french
    assert "288.00" in english


async def test_a_quote_with_two_families_gets_one_answer_for_each(quotes: QuoteDay):
    anne = await quotes.day.enrol()
    visit = Item("G", 3_000, -1)
    dental, visits = await quotes.ask(CLC, Quote(anne, [CROWN, visit, CROWN]))
    assert [len(dental.lines), len(visits.lines)] == [2, 1]
    assert [line.line for line in dental.lines] == [0, 2]
    assert (dental.amc_cents, visits.amc_cents) == (2 * PROMISED, 900)
    assert dental.engagement != visits.engagement


async def test_what_a_ceiling_leaves_is_what_is_quoted(quotes: QuoteDay):
    anne = await quotes.day.enrol()
    crowns = [CROWN] * 3
    simulated = await quotes.one(SIM, Quote(anne, crowns))
    reply = await quotes.one(CLC, Quote(anne, crowns))
    assert [line.amc_cents for line in reply.lines] == [PROMISED, PROMISED, CEILING - 2 * PROMISED]
    assert [line.amc_cents for line in simulated.lines] == [line.amc_cents for line in reply.lines]
    assert code(reply.lines[2].reason) == "rules.ceiling_reached"
    assert await quotes.holds(anne) == [(0, CEILING)]
    assert code((await quotes.one(CLC, Quote(anne, [CROWN]))).reason) == "rules.ceiling_reached"


# ---------------------------------------------------------------------------------------------------- refusals


async def test_what_is_no_quote_is_refused_before_anything_is_read(quotes: QuoteDay):
    day = quotes.day
    anne, other = await day.enrol(), await day.account(OTHER)
    before = await day.value("select count(*) from disclosure.reservation")
    visit = Item("G", 3_000, -1)
    cases = [
        (CLC, Quote(anne, [CROWN], account=other), "quotes.other_practice"),
        (CLC, Quote(anne, [CROWN], practice="759999999"), "claims.practice_unknown"),
        (CLC, Quote(anne, [CROWN], proof=Proof.TYPED), "quotes.proof_too_weak"),
        (SIM, Quote(anne, [CROWN], proof=Proof.TYPED), "quotes.proof_too_weak"),
        (CLC, Quote(anne, [CROWN], reference="MARTIN Anne"), "quotes.reference_wrong"),
        (CLC, Quote(anne, [CROWN], reference="2840675123456"), "quotes.reference_wrong"),
        (CLC, Quote(anne, [replace(CROWN, day=TODAY - days(1))]), "quotes.care_past"),
        (CLC, Quote(anne, [replace(CROWN, day=TODAY + days(400))]), "quotes.care_too_far"),
        (CLC, Quote(anne, [CROWN, replace(CROWN, day=date(2027, 1, 2))]), "quotes.two_years"),
        (PEC, Quote(anne, [visit]), "quotes.no_prise_en_charge"),
    ]
    for kind, quote, reason in cases:
        if quote.practice == "759999999":
            quote = replace(quote, account=other)
        reply = await quotes.one(kind, quote)
        assert (reply.state, code(reply.reason)) == (State.REFUSED, reason)
    assert await day.value("select count(*) from disclosure.reservation") == before
    twice = await quotes.ask(CLC, Quote(anne, [CROWN], reference="T-1"), Quote(anne, [CROWN], reference="T-1"))
    assert [code(reply.reason) for reply in twice] == ["", "quotes.reference_twice"]


async def test_a_closed_right_is_refused_and_a_typed_request_is_not_told_why(quotes: QuoteDay):
    anne = await quotes.day.enrol(end=date(2021, 1, 1))
    assert code((await quotes.one(PEC, Quote(anne, [CROWN]))).reason) == "rights.closed"
    typed = await quotes.one(PEC, Quote(anne, [CROWN], proof=Proof.TYPED))
    stranger = await quotes.one(PEC, Quote(replace(anne, birth="19000101"), [CROWN], proof=Proof.TYPED))
    assert [code(each.reason) for each in (typed, stranger)] == ["rights.no_right_shown"] * 2
    assert [code(each.lines[0].reason) for each in (typed, stranger)] == ["rights.no_right_shown"] * 2


async def test_an_unknown_act_and_an_act_without_a_price_are_refused_by_name(quotes: QuoteDay):
    anne = await quotes.day.enrol()
    unknown, no_base = Item("ZZZ", 1_000, -1), replace(CROWN, base=-1)
    assert code((await quotes.one(CLC, Quote(anne, [unknown]))).reason) == "rules.act_unknown"
    reply = await quotes.one(CLC, Quote(anne, [no_base]))
    assert (reply.state, code(reply.reason)) == (State.REFUSED, "rules.base_not_known")


async def test_the_same_reference_again_is_the_same_answer(quotes: QuoteDay):
    anne, marc = await quotes.day.enrol(), await quotes.day.enrol()
    first = await quotes.one(PEC, Quote(anne, [CROWN], reference="R-7"))
    again = await quotes.one(PEC, Quote(anne, [CROWN], reference="R-7"))
    assert again.sent_before
    assert (again.quote, again.engagement, again.amc_cents, again.valid_to) == (
        first.quote, first.engagement, first.amc_cents, first.valid_to,
    )  # fmt: skip
    assert await quotes.holds(anne) == [(0, PROMISED)]
    assert code((await quotes.one(PEC, Quote(marc, [CROWN], reference="R-7"))).reason) == "quotes.reference_twice"


# ---------------------------------------------------------------------------------------------------- kept


async def test_a_quote_is_paid_although_the_contract_ended_and_the_ceiling_is_used_by_others(quotes: QuoteDay):
    day = quotes.day
    anne = await day.enrol()
    quote = Quote(anne, [CROWN])
    reply = await quotes.one(CLC, quote)
    assert await quotes.holds(anne) == [(0, PROMISED)]
    others = [Bill(anne, [replace(CROWN, asked=50_000, charged=50_000 + n)], practice=OTHER) for n in range(3)]
    assert (await day.decide(*others)).amc.sum() == CEILING - PROMISED
    await day.end(anne, TODAY - days(10))
    assert await quotes.invoice(quote, reply.engagement) == (PROMISED, "quotes.as_quoted")
    assert await quotes.holds(anne) == [(CEILING, 0)]
    assert await quotes.states(reply.quote) == [State.REQUESTED, State.ACCEPTED, State.BILLED]


async def test_a_quote_is_paid_as_promised_although_the_product_gives_less_or_nothing_now(quotes: QuoteDay):
    day = quotes.day
    for number, after in enumerate(([], [Guarantee("DENT", "TM", 10_000, start=TODAY + days(3))])):
        product = await day.insurer(
            product=f"Q{number}", guarantees=[Guarantee("DENT", "BR", 30_000, ceiling=CEILING, end=TODAY + days(3))]
        )
        await day.guarantee(product, *after)
        anne = await day.enrol(product=f"Q{number}")
        quote = Quote(anne, [CROWN])
        reply = await quotes.one(CLC, quote)
        later = [replace(CROWN, asked=50_000, day=TODAY + days(5))]
        settled = await day.bill(Bill(anne, later, engagement=reply.engagement), today=TODAY + days(6))
        assert settled.decisions is not None
        assert settled.decisions.amc.tolist() == [PROMISED]
        assert await quotes.holds(anne) == [(PROMISED, 0)]


async def test_a_promise_never_pays_more_than_what_the_care_cost(quotes: QuoteDay):
    anne = await quotes.day.enrol()
    quote = Quote(anne, [CROWN])
    reply = await quotes.one(CLC, quote)
    cheaper = Quote(anne, [replace(CROWN, charged=20_000)])
    assert await quotes.invoice(cheaper, reply.engagement) == (12_800, "quotes.as_quoted")
    assert await quotes.holds(anne) == [(12_800, 0)]


async def test_acts_beyond_the_quote_are_decided_as_usual(quotes: QuoteDay):
    day = quotes.day
    anne, marc = await day.enrol(), await day.enrol()
    first, second = [await quotes.one(CLC, Quote(each, [CROWN])) for each in (anne, marc)]
    more = [replace(CROWN, asked=50_000), Item("SDE", 3_000, 3_000, base=3_000)]
    decisions = await day.decide(Bill(anne, more, engagement=first.engagement))
    assert decisions.line_amc.tolist() == [PROMISED, 1_200]
    await day.end(marc, TODAY - days(10))
    decisions = await day.decide(Bill(marc, more, engagement=second.engagement))
    assert decisions.line_amc.tolist() == [PROMISED, 0]
    assert code(int(decisions.line_reason[1])) == "quotes.not_in_quote"


async def test_a_quantity_may_be_billed_in_several_lines(quotes: QuoteDay):
    anne = await quotes.day.enrol()
    two = replace(CROWN, charged=100_001, quantity=2, base=24_000)
    reply = await quotes.one(CLC, Quote(anne, [two]))
    await quotes.day.end(anne, TODAY - days(10))
    halves = [replace(CROWN, charged=cents, asked=cents) for cents in (50_000, 50_001)]
    decisions = await quotes.day.decide(Bill(anne, halves, engagement=reply.engagement))
    assert decisions.amc.tolist() == [reply.amc_cents]
    assert all(amc > 0 for amc in decisions.line_amc.tolist())


async def test_a_quote_is_kept_when_its_invoice_is_cancelled_or_decided_again(quotes: QuoteDay):
    day = quotes.day
    anne = await day.enrol()
    reply = await quotes.one(CLC, Quote(anne, [CROWN]))
    await day.end(anne, TODAY - days(10))
    paid = Bill(anne, [replace(CROWN, asked=50_000)], engagement=reply.engagement, number=880_001)
    assert (await day.decide(paid)).amc.tolist() == [PROMISED]
    (again,) = await day.redecide()
    assert again.after_cents == PROMISED
    await day.cancel(880_001)
    assert await quotes.holds(anne) == [(0, 0)]
    assert (await day.decide(replace(paid, number=880_002))).amc.tolist() == [PROMISED]
    assert await quotes.states(reply.quote) == [State.REQUESTED, State.ACCEPTED, State.BILLED, State.BILLED]


# ---------------------------------------------------------------------------------------------------- holds


async def test_what_nobody_bills_in_time_is_given_back(quotes: QuoteDay):
    anne = await quotes.day.enrol()
    reply = await quotes.one(PEC, Quote(anne, [CROWN]))
    assert reply.until is not None
    await store.expire_now(quotes.day.database, reply.until - days(1))
    assert await quotes.holds(anne) == [(0, PROMISED)]
    await store.expire_now(quotes.day.database, reply.until)
    assert await quotes.holds(anne) == [(0, 0)]
    assert (await quotes.states(reply.quote))[-1] == State.EXPIRED


async def test_a_quote_without_a_ceiling_expires_too(quotes: QuoteDay):
    anne = await quotes.day.enrol()
    reply = await quotes.one(CLC, Quote(anne, [Item("G", 3_000, -1)]))
    assert reply.until is not None
    await store_quotes.expire_now(quotes.day.database, reply.until)
    await store_quotes.expire_now(quotes.day.database, reply.until)
    assert await quotes.states(reply.quote) == [State.REQUESTED, State.ACCEPTED, State.EXPIRED]


async def test_a_quote_given_back_frees_its_hold_and_binds_no_more(quotes: QuoteDay):
    anne = await quotes.day.enrol()
    quote = Quote(anne, [CROWN])
    reply = await quotes.one(CLC, quote)
    assert await quotes.cancel(reply.engagement, OTHER) == "quotes.no_such_quote"
    assert await quotes.holds(anne) == [(0, PROMISED)]
    assert await quotes.cancel(reply.engagement) == State.CANCELLED
    assert await quotes.cancel(reply.quote) == State.CANCELLED, "again changes nothing"
    assert await quotes.holds(anne) == [(0, 0)]
    await quotes.day.end(anne, TODAY - days(10))
    assert await quotes.invoice(quote, reply.engagement) == (0, "rights.engagement_unknown")
    assert await quotes.states(reply.quote) == [State.REQUESTED, State.ACCEPTED, State.CANCELLED]


async def test_a_quote_that_was_billed_is_not_given_back(quotes: QuoteDay):
    anne = await quotes.day.enrol()
    quote = Quote(anne, [CROWN])
    reply = await quotes.one(CLC, quote)
    await quotes.invoice(quote, reply.engagement)
    assert await quotes.cancel(reply.engagement) == "quotes.already_billed"


async def test_many_quotes_at_once_hold_no_more_than_the_ceiling_and_each_is_paid(quotes: QuoteDay):
    """Twenty counters ask for one person, while twenty invoices use the same ceiling."""
    day = quotes.day
    anne = await day.enrol()
    asked = [Quote(anne, [replace(CROWN, charged=50_000 + n)]) for n in range(20)]
    bills = [Bill(anne, [replace(CROWN, asked=1_000, charged=40_000 + n)], practice=OTHER) for n in range(20)]
    batches = [await day.batch(bill) for bill in bills]
    replies, _ = await asyncio.gather(asyncio.gather(*[quotes.one(CLC, each) for each in asked]), day.settle(*batches))
    promised = [reply for reply in replies if reply.state is State.ACCEPTED]
    assert promised
    ((used, held),) = await quotes.holds(anne)
    assert held == sum(reply.amc_cents for reply in promised)
    assert used + held <= CEILING
    await day.end(anne, TODAY - days(10))
    for quote, reply in zip(asked, replies, strict=True):
        if reply.state is State.ACCEPTED:
            assert (await quotes.invoice(quote, reply.engagement))[0] == reply.amc_cents
    assert (await quotes.holds(anne))[0][1] == 0


# ---------------------------------------------------------------------------------------------------- prise en charge


async def test_a_prise_en_charge_is_extended_within_its_bounds(quotes: QuoteDay):
    anne = await quotes.day.enrol()
    start = date(2026, 12, 1)
    year_end = date(2027, 1, 1)
    hearing = Item("APA", 50_000, -1, start, base=10_000)
    quote = Quote(anne, [hearing])
    reply = await quotes.one(PEC, quote)
    assert reply.valid_to == start + timedelta(days=90)
    longer = start + timedelta(days=120)
    assert await quotes.extend(anne, reply.engagement, longer, domain="AUDI") == longer + days(1)
    far = start + timedelta(days=400)
    assert await quotes.extend(anne, reply.engagement, far, domain="AUDI") == start + timedelta(days=180)
    assert await quotes.extend(anne, reply.engagement, longer, domain="AUDI") == "quotes.not_extended"
    assert (await quotes.states(reply.quote)).count(State.ACCEPTED) == 3
    dental = await quotes.one(PEC, Quote(anne, [replace(CROWN, day=start)]))
    assert dental.valid_to == year_end, "it holds on the ceiling of this year"
    assert await quotes.extend(anne, dental.engagement, year_end + days(9)) == "quotes.not_extended"
    late = [replace(hearing, asked=hearing.charged, day=longer)]
    settled = await quotes.day.bill(Bill(anne, late, engagement=reply.engagement), today=longer)
    assert settled.decisions is not None
    assert settled.decisions.amc.tolist() == [reply.amc_cents]


async def test_a_promise_is_not_extended_by_others_nor_when_the_right_is_closed(quotes: QuoteDay):
    anne, marc = await quotes.day.enrol(), await quotes.day.enrol()
    reply = await quotes.one(PEC, Quote(anne, [Item("APA", 50_000, -1, base=10_000)]))
    later = TODAY + days(100)
    assert await quotes.extend(anne, reply.engagement, later, OTHER, "AUDI") == "quotes.not_extended"
    assert await quotes.extend(marc, reply.engagement, later, domain="AUDI") == "quotes.not_extended"
    before = await quotes.day.value("select count(*) from disclosure.reservation")
    stranger = await quotes.day.account(OTHER)
    refused = await quotes.extend(anne, reply.engagement, later, domain="AUDI", account=stranger)
    assert refused == "quotes.other_practice"
    assert await quotes.day.value("select count(*) from disclosure.reservation") == before, "and nothing was read"
    await quotes.day.end(anne, TODAY + days(95))
    assert await quotes.extend(anne, reply.engagement, later, domain="AUDI") == "quotes.not_extended"


@pytest.fixture
async def by_insurer(quotes: QuoteDay) -> QuoteDay:
    product = f"S{next(quotes.day.numbers)}"
    await quotes.day.insurer(product=product, guarantees=[Guarantee("DENT", "BR", 30_000, ceiling=CEILING)])
    await store_quotes.set_terms(quotes.day.database, "75004407", product, 9, Terms(by_insurer=True))
    return QuoteDay(quotes.day, product)


async def test_a_request_waits_for_the_insurer_that_answers_itself(by_insurer: QuoteDay):
    quotes = by_insurer
    anne = await quotes.day.enrol(product=quotes.product)
    quote = Quote(anne, [CROWN], reference=f"W-{anne.number}")
    reply = await quotes.one(PEC, quote)
    assert (reply.state, reply.engagement) == (State.PENDED, 0)
    assert reply.until == TODAY + timedelta(days=15)
    assert await quotes.holds(anne) == []
    granted = await quotes.answer(anne, reply.quote, amount_cents=20_000)
    assert isinstance(granted, Answered)
    assert await quotes.holds(anne) == [(0, 20_000)]
    again = await quotes.one(PEC, quote)
    assert (again.state, again.engagement, again.amc_cents) == (State.ACCEPTED, granted.engagement, 20_000)
    await quotes.day.end(anne, TODAY - days(10))
    assert await quotes.invoice(quote, granted.engagement) == (20_000, "quotes.as_quoted")
    assert await quotes.answer(anne, reply.quote, amount_cents=20_000) == "quotes.not_waiting"


async def test_an_insurer_answers_within_the_cost_the_ceiling_and_the_time(by_insurer: QuoteDay):
    quotes = by_insurer
    anne = await quotes.day.enrol(product=quotes.product)
    reply = await quotes.one(PEC, Quote(anne, [replace(CROWN, charged=90_000)]))
    refused: dict[str, dict[str, Any]] = {
        "quotes.above_cost": {"amount_cents": 82_801},
        "quotes.above_ceiling": {"amount_cents": CEILING + 1},
        "quotes.validity_wrong": {"amount_cents": 1, "valid_to": date(2027, 1, 2)},
        "quotes.answer_unclear": {"amount_cents": 1, "refusal": MEDICAL_ADVICE},
    }
    for reason, given in refused.items():
        assert await quotes.answer(anne, reply.quote, **given) == reason
    assert (
        await quotes.answer(replace(anne, tenant=anne.tenant + 1), reply.quote, amount_cents=1)
        == "quotes.no_such_quote"
    )
    for kind in set(ActorKind) - {ActorKind.INSURER}:
        assert await quotes.answer(anne, reply.quote, kind, amount_cents=1) == "quotes.no_such_quote"
    nobody = replace(anne, tenant=0)
    assert await quotes.answer(nobody, reply.quote, amount_cents=1) == "quotes.no_such_quote"
    assert await quotes.answer(anne, reply.quote, refusal=MEDICAL_ADVICE) == Answered(State.REFUSED)
    assert await quotes.states(reply.quote) == [State.REQUESTED, State.PENDED, State.REFUSED]


async def test_a_request_may_be_withdrawn_or_stay_without_an_answer(by_insurer: QuoteDay):
    quotes = by_insurer
    anne = await quotes.day.enrol(product=quotes.product)
    first, second = [await quotes.one(PEC, Quote(anne, [CROWN])) for _ in range(2)]
    assert await quotes.cancel(first.quote) == State.CANCELLED
    await store_quotes.expire_now(quotes.day.database, TODAY + timedelta(days=15))
    assert (await quotes.states(second.quote))[-1] == State.EXPIRED
    assert await quotes.answer(anne, second.quote, amount_cents=1_000) == "quotes.not_waiting"
