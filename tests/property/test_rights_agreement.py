"""The enquiry and the adjudication agree: on every history of contracts, every day, every family of care.

Both ways: through the door of each (the desk by card or by NIR, the office by the NIR alone in the batch zone), on the
same persons of the same database. What one calls covered the other pays, on the same coverage.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random

import numpy as np
import pytest
from tests.flow.day import AMC, TODAY, Ask, Bill, Day, Guarantee, Item, Person, reason_code

from cloison.claims.adjudicate import ACCEPTED, REFUSED
from cloison.disclosure import Result

OTHER_AMC, SILENT_AMC = "75009999", "75008888"
START = TODAY - timedelta(days=60)
CARE = {
    "MED": Item("G", 3000, 900),
    "DENT": Item("SDE", 3000, 900, base=3000),
    "LABO": Item("B", 3125, 1250, coefficient=12_500, base=3125),
    "AUXM": Item("AMI", 3000, 900, base=3000),
}


@dataclass(frozen=True)
class Contract:
    """One coverage of a history; `ends` is when a later movement ended it, if one did."""

    product: str
    start: int
    length: int
    ordre: int = 1
    ends: int | None = None
    rolled_back: bool = False


@dataclass(frozen=True)
class Case:
    """Somebody's contracts, and one care."""

    contracts: tuple[Contract, ...]
    domain: str
    day: int
    by_card: bool
    engage: bool


def drawn(seed: int, count: int) -> list[Case]:
    """Cases of which about half are covered: a plain generator of small cases would find hardly any."""
    chance = Random(seed)
    return [
        Case(
            contracts=tuple(_contract(chance) for _ in range(chance.choice([0, 1, 1, 1, 1, 2, 2, 3]))),
            domain=chance.choice(["MED", "MED", "MED", "DENT", "DENT", "LABO", "LABO", "AUXM"]),
            day=chance.randint(0, 60),
            by_card=chance.random() < 0.5,
            engage=chance.random() < 0.5,
        )
        for _ in range(count)
    ]


def _contract(chance: Random) -> Contract:
    start = chance.choice([0, 0, chance.randint(0, 58)])
    length = chance.choice([90, 90, chance.randint(1, 90)])
    return Contract(
        product=chance.choice(["P1"] * 6 + ["P2"] * 3 + ["P3"]),
        start=start,
        length=length,
        ordre=2 if chance.random() < 0.1 else 1,
        ends=chance.randint(start, min(start + length, 60)) if chance.random() < 0.2 else None,
        rolled_back=chance.random() < 0.05,
    )


@pytest.fixture(scope="module")
async def day(insured_day: Day) -> Day:
    day = insured_day
    raised = START + timedelta(days=30)
    await day.insurer(
        guarantees=[
            Guarantee("MED"),
            Guarantee("DENT", waiting=20),
            Guarantee("LABO", end=raised),
            Guarantee("AUXM", "NONE"),
        ]
    )
    await day.insurer(
        product="P2", guarantees=[Guarantee("MED", waiting=5), Guarantee("LABO", rate_bp=5_000, start=raised)]
    )
    await day.insurer(product="P3")
    await day.insurer(OTHER_AMC, guarantees=[Guarantee("MED")])
    await day.insurer(SILENT_AMC, guarantees=[Guarantee("MED")], loaded=False)
    return day


async def insure(day: Day, case: Case) -> Person:
    """Somebody with this history, written as movements would."""
    person = await day.enrol(covered=False)
    for contract in case.contracts:
        start = START + timedelta(days=contract.start)
        covered = await day.cover(
            person, contract.product, start, start + timedelta(days=contract.length), contract.ordre
        )
        if contract.rolled_back:
            await day.roll_back(covered)
        elif contract.ends is not None and contract.ends <= contract.start + contract.length:
            await day.end(covered, START + timedelta(days=contract.ends))
    return person


@pytest.mark.parametrize("seed", range(4))
async def test_what_the_enquiry_calls_covered_is_decided_covered_on_the_same_coverage(day: Day, seed: int):
    cases = drawn(seed, 120)
    persons = [await insure(day, case) for case in cases]
    when = [START + timedelta(days=case.day) for case in cases]
    asked = [
        Ask(person, case.domain, each, engage=case.engage, by_card=case.by_card)
        for person, case, each in zip(persons, cases, when, strict=True)
    ]
    replies = await day.ask(*asked)
    items = [replace(CARE[case.domain], day=each) for case, each in zip(cases, when, strict=True)]
    bills = [
        Bill(person, [item], engagement=int(number))
        for person, item, number in zip(persons, items, replies.engagement, strict=True)
    ]
    decisions = await day.decide(*bills)
    covered = replies.result == Result.COVERED
    assert 0.15 < covered.mean() < 0.75, "both answers are tried"
    assert ((replies.engagement > 0) == (covered & [case.engage for case in cases])).all()
    for row, case in enumerate(cases):
        said, decided = reason_code(replies.answers.reason[row]), reason_code(decisions.reason[row])
        if covered[row]:
            assert not decided.startswith("rights."), (case, decided)
            assert (decisions.state[row] == ACCEPTED) == (decisions.amc[row] > 0)
            assert decisions.amc[row] > 0, (case, decided)
        else:
            assert decisions.state[row] == REFUSED
            assert decided == said, case
    rows = await day.owner.fetch(
        """select l.product, l.reason, i.person from claims.line_decision l join claims.decision d using (decision)
           join claims.invoice i using (invoice) where i.file = $1 order by i.record""",
        day.received[-1].file,
    )
    assert [row["product"] for row in rows] == np.where(covered, replies.answers.product, 0).tolist()
    people = [row["person"].bytes if row["person"] else bytes(16) for row in rows]
    assert people == [person.tobytes() for person in replies.answers.person]


@pytest.mark.parametrize("seed", range(10, 12))
async def test_what_was_promised_is_paid_whatever_happens_to_the_right_afterwards(day: Day, seed: int):
    """Each promise is kept although every right is then ended at its start, or forgotten with its file."""
    cases = drawn(seed, 80)
    persons = [await insure(day, case) for case in cases]
    when = [START + timedelta(days=case.day) for case in cases]
    replies = await day.ask(
        *[Ask(person, case.domain, each, engage=True) for person, case, each in zip(persons, cases, when, strict=True)]
    )
    for row, person in enumerate(persons):
        known = await day.owner.fetch(
            "select coverage, valid_from from rights.coverage where person = $1 and known_to = 'infinity'",
            person.pseudonym,
        )
        for each in known:
            of = replace(person, coverage=each["coverage"])
            await (day.roll_back(of) if row % 2 else day.end(of, max(each["valid_from"], when[row])))
    assert (
        not (await day.ask(*[Ask(p, c.domain, w) for p, c, w in zip(persons, cases, when, strict=True)]))
        .result.tolist()
        .count(1)
    )
    items = [replace(CARE[case.domain], day=each) for case, each in zip(cases, when, strict=True)]
    decisions = await day.decide(
        *[
            Bill(person, [item], engagement=int(number))
            for person, item, number in zip(persons, items, replies.engagement, strict=True)
        ]
    )
    assert ((decisions.state == ACCEPTED) == (replies.engagement > 0)).all()


async def test_insurers_that_are_unknown_or_silent_are_undetermined_for_both(day: Day):
    anne = await day.enrol()
    other, silent = await day.enrol(OTHER_AMC), await day.enrol(SILENT_AMC, covered=False)
    strangers = [replace(anne, nir=f"1{anne.nir[1:]}", amc=amc) for amc in (AMC, SILENT_AMC)]
    asked = [Ask(each, by_card=False) for each in (anne, other, silent, *strangers)]
    replies = await day.ask(*asked)
    decisions = await day.decide(*[Bill(each.person, [CARE["MED"]]) for each in asked])
    said = [reason_code(number) for number in replies.answers.reason]
    assert said == ["", "", "rights.not_found", "rights.not_found", "rights.insurer_not_loaded"]
    assert [reason_code(number) for number in decisions.reason] == said


async def test_a_family_is_told_apart_by_birth_and_never_guessed(day: Day):
    """The same NIR opens the right of each; without a birth date the invoice is undetermined, and so refused."""
    anne = await day.enrol()
    child = await day.enrol(relative=anne, end=TODAY)
    replies = await day.ask(Ask(anne, by_card=False), Ask(child, by_card=False))
    decisions = await day.decide(
        *[Bill(each, [CARE["MED"]]) for each in (anne, child)], Bill(anne, [CARE["MED"]], birth="")
    )
    assert [reason_code(number) for number in replies.answers.reason] == ["", "rights.closed"]
    assert [reason_code(number) for number in decisions.reason] == ["", "rights.closed", "rights.ambiguous"]
