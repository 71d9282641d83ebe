"""The decision on a line: who pays what, and the one reason that is told."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.flow.day import AMC, Bill, Item, Person, batch_of, reason_code
from tests.spec.tables import acts
from tests.unit.test_rights_eligibility import book, coverages, day, questions, revealed

from cloison.claims.adjudicate import ACCEPTED, NOTHING_DUE, REFUSED, Decisions, adjudicate, entitled
from cloison.rights import refusals
from cloison.rights.eligibility import Answers, decide
from cloison.rules import REASONS, Priced, TariffBook, price

SOMEBODY = Person(1, "2500675001001", "19500911", "1", AMC, 1, uuid.UUID(int=1))
UNKNOWN_ACT = REASONS["rules.act_unknown"].number
NOT_PRICED = REASONS["rules.base_not_known"].number


@dataclass(frozen=True)
class Line:
    """One line as the parts before adjudication leave it."""

    charged: int = 3000
    asked: int = 900
    amo: int = 2100
    amc: int = 900
    why_not_covered: int = 0
    why_not_priced: int = 0
    repeat: bool = False
    ceiling: int | None = None
    declared_amo: int = -1


def answers(lines: Sequence[Line]) -> Answers:
    one = decide(
        questions([(1, "MED", day("3/14"))]), revealed(coverages("A:1:1/1..-")), book(), np.array([1], np.int32)
    )
    columns = {name: np.repeat(getattr(one, name), len(lines), axis=0) for name in Answers.__slots__}
    columns["reason"] = np.array([line.why_not_covered for line in lines], np.int16)
    return Answers(**columns)


def priced(lines: Sequence[Line]) -> Priced:
    """What the rules say: `amo` and `amc` where they could price, zeros where they could not."""
    drawn = "date | code | charged\n" + "2026-03-14 | G | 30.00\n" * len(lines)
    template = price(acts(drawn), TariffBook.standard())
    refused = np.array([line.why_not_priced > 0 for line in lines])
    shares = {
        "base": np.where(refused, 0, [line.charged for line in lines]),
        "amo_share": np.where(refused, 0, [line.amo for line in lines]),
        "amc_share": np.where(refused, 0, [line.amc for line in lines]),
        "reason": np.array([line.why_not_priced for line in lines], np.int16),
    }
    return replace(template, **shares)


def adjudicated(*invoices: Sequence[Line]) -> Decisions:
    bills = [
        Bill(SOMEBODY, [Item("G", line.charged, line.asked, base=-1) for line in lines], number=number)
        for number, lines in enumerate(invoices, 1)
    ]
    batch = batch_of(1, 0, bills, "751000001")
    lines = [line for each in invoices for line in each]
    object.__setattr__(batch.lines, "declared_amo", np.array([line.declared_amo for line in lines], np.int64))
    covered, bill = answers(lines), priced(lines)
    repeat = np.array([line.repeat for line in lines])
    payable = (covered.reason == 0) & ~bill.refused & ~repeat
    due = entitled(batch, bill, payable)
    left = np.array([due[row] if line.ceiling is None else line.ceiling for row, line in enumerate(lines)], np.int64)
    none = np.zeros(len(lines), np.int16)
    return adjudicate(batch, covered, bill, repeat, due, np.minimum(due, left), none)


def told(*invoices: Sequence[Line]) -> list[tuple[int, str, int]]:
    """(state, reason, paid) of each invoice."""
    found = adjudicated(*invoices)
    rows = zip(found.state.tolist(), found.reason.tolist(), found.amc.tolist(), strict=True)
    return [(state, reason_code(reason), paid) for state, reason, paid in rows]


def test_an_invoice_paid_in_full_has_no_reason():
    assert told([Line()], [Line(), Line(charged=1000, asked=300, amo=700, amc=300)]) == [
        (ACCEPTED, "", 900),
        (ACCEPTED, "", 1200),
    ]


def test_never_more_is_paid_than_was_asked_nor_than_the_guarantee_gives():
    assert told([Line(asked=500)], [Line(asked=1500)]) == [
        (ACCEPTED, "", 500),
        (ACCEPTED, "claims.reduced_to_guarantee", 900),
    ]


def test_what_an_annual_ceiling_takes_away_is_told_as_such():
    assert told([Line(ceiling=400)], [Line(ceiling=0)]) == [
        (ACCEPTED, "rules.ceiling_reached", 400),
        (NOTHING_DUE, "rules.ceiling_reached", 0),
    ]


def test_an_invoice_that_asks_nothing_is_nothing_due():
    assert told([Line(asked=0)], [Line(asked=-1)]) == [(NOTHING_DUE, "claims.nothing_asked", 0)] * 2


def test_an_invoice_that_the_compulsory_part_pays_whole_is_nothing_due():
    assert told([Line(amo=3000, amc=0)]) == [(NOTHING_DUE, "claims.paid_by_compulsory", 0)]


def test_the_first_reason_in_the_order_of_precedence_is_told():
    closed = refusals.CLOSED.number
    assert told(
        [Line(why_not_covered=closed, why_not_priced=UNKNOWN_ACT, repeat=True)],
        [Line(why_not_covered=closed, why_not_priced=NOT_PRICED, repeat=True)],
        [Line(why_not_priced=NOT_PRICED, repeat=True)],
        [Line(why_not_priced=NOT_PRICED)],
    ) == [
        (REFUSED, "rules.act_unknown", 0),
        (REFUSED, "rights.closed", 0),
        (REFUSED, "claims.same_care_paid", 0),
        (REFUSED, "rules.base_not_known", 0),
    ]


def test_one_bad_line_never_takes_the_others_with_it():
    found = adjudicated([Line(why_not_priced=NOT_PRICED), Line(), Line(asked=0)])
    assert found.line_amc.tolist() == [0, 900, 0]
    assert (found.state.tolist(), found.amc.tolist()) == ([ACCEPTED], [900])
    assert [reason_code(number) for number in found.line_reason] == ["rules.base_not_known", "", ""]
    assert reason_code(found.reason[0]) == "rules.base_not_known", "less than asked is paid, and why is told"


def test_an_invoice_is_refused_when_nothing_is_paid_and_a_line_was_refused():
    assert told([Line(asked=0), Line(why_not_covered=refusals.CLOSED.number)]) == [(REFUSED, "rights.closed", 0)]


def test_what_is_not_priced_keeps_the_share_that_was_declared_within_the_charge():
    found = adjudicated(
        [Line(why_not_priced=NOT_PRICED, declared_amo=2000)], [Line(why_not_priced=NOT_PRICED, declared_amo=9999)]
    )
    assert (found.amo.tolist(), found.own.tolist(), found.base.tolist()) == ([2000, 3000], [1000, 0], [0, 0])


WHYS = [0, 0, 0, *[reason.number for reason in refusals.CATALOGUE]]


@st.composite
def lines(draw: st.DrawFn) -> Line:
    charged = draw(st.integers(0, 20_000))
    amo = draw(st.integers(0, charged))
    amc = draw(st.integers(0, charged - amo))
    ceiling = draw(st.one_of(st.none(), st.integers(0, 20_000)))
    return Line(
        charged=charged,
        amo=amo,
        amc=amc,
        asked=draw(st.integers(-1, 25_000)),
        why_not_covered=draw(st.sampled_from(WHYS)),
        why_not_priced=draw(st.sampled_from([0, 0, 0, UNKNOWN_ACT, NOT_PRICED])),
        repeat=draw(st.integers(0, 4)) == 0,
        ceiling=ceiling,
        declared_amo=draw(st.integers(-1, 25_000)),
    )


@given(st.lists(st.lists(lines(), min_size=1, max_size=4), min_size=1, max_size=8))
def test_shares_add_up_and_stay_within_their_bounds(invoices: list[list[Line]]):
    found = adjudicated(*invoices)
    every = [line for each in invoices for line in each]
    charged = np.array([line.charged for line in every])
    asked = np.array([max(line.asked, 0) for line in every])
    assert (found.line_amo + found.line_amc + found.line_own == charged).all()
    assert min(found.line_amo.min(), found.line_amc.min(), found.line_own.min()) >= 0
    assert (found.line_amc <= asked).all()
    payable = [not (line.why_not_covered or line.why_not_priced or line.repeat) for line in every]
    assert (found.line_amc[~np.array(payable)] == 0).all()
    assert found.amc.sum() == found.line_amc.sum()
    assert (found.amo + found.amc + found.own).tolist() == [sum(line.charged for line in each) for each in invoices]
    assert ((found.state == ACCEPTED) == (found.amc > 0)).all()
    assert (found.reason[found.state != ACCEPTED] > 0).all(), "whoever is paid nothing learns why"
    short = found.amc < [sum(max(line.asked, 0) for line in each) for each in invoices]
    assert (found.reason[short] > 0).all(), "whoever is paid less learns why"
