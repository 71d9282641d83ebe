"""Annual ceilings: used up in the order of reception, by what is owed and by what promises hold."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cloison.claims.ceilings import Ceilings, _distinct
from cloison.claims.promises import TURNS_MAX, turns


@dataclass(frozen=True)
class Owed:
    """A line: its invoice, its ceiling (-1 none), what is due, how high the ceiling is on its day."""

    invoice: int
    key: int
    due: int
    most: int = 15_000


@dataclass(frozen=True)
class Hold:
    """What the promise stated by an invoice holds on a ceiling."""

    invoice: int
    key: int
    cents: int


def ceilings(lines: Sequence[Owed], busy: Sequence[int] = (0,), holds: Sequence[Hold] = ()) -> Ceilings:
    count = len(busy)
    return Ceilings(
        invoice=np.array([line.invoice for line in lines], np.int64),
        key=np.array([line.key for line in lines], np.int64),
        most=np.array([line.most for line in lines], np.int64),
        person=np.zeros((count, 16), np.uint8),
        product=np.zeros(count, np.int32),
        domain=np.zeros(count, np.int16),
        year=np.zeros(count, np.int16),
        busy=np.array(busy, np.int64),
        holder=np.array([hold.invoice for hold in holds], np.intp),
        held_key=np.array([hold.key for hold in holds], np.int64),
        held_cents=np.array([hold.cents for hold in holds], np.int64),
    )


def granted(lines: Sequence[Owed], busy: Sequence[int] = (0,), holds: Sequence[Hold] = ()) -> list[int]:
    due = np.array([line.due for line in lines], np.int64)
    return ceilings(lines, busy, holds).granted(due).tolist()


def test_what_fits_is_granted_whole():
    assert granted([Owed(0, 0, 10_000), Owed(1, 0, 5_000)]) == [10_000, 5_000]


def test_the_first_come_are_served_first_and_the_last_gets_what_is_left():
    assert granted([Owed(0, 0, 10_000), Owed(1, 0, 8_000), Owed(2, 0, 8_000)]) == [10_000, 5_000, 0]


def test_what_was_used_or_is_held_by_others_is_not_granted():
    assert granted([Owed(0, 0, 10_000)], busy=[9_000]) == [6_000]
    assert granted([Owed(0, 0, 10_000)], busy=[20_000]) == [0], "a ceiling that was lowered gives nothing"


def test_lines_without_a_ceiling_and_other_ceilings_are_left_alone():
    lines = [Owed(0, -1, 99_000), Owed(0, 0, 20_000), Owed(1, 1, 20_000), Owed(2, -1, 1)]
    assert granted(lines, busy=[0, 15_000]) == [99_000, 15_000, 0, 1]


def test_a_hold_serves_the_invoice_that_states_it_and_nobody_before():
    lines = [Owed(0, 0, 9_000), Owed(1, 0, 9_000), Owed(2, 0, 9_000)]
    assert granted(lines, busy=[10_000], holds=[Hold(1, 0, 10_000)]) == [5_000, 9_000, 1_000]


def test_what_a_promise_does_not_use_is_there_for_the_next():
    lines = [Owed(0, 0, 2_000), Owed(1, 0, 14_000)]
    assert granted(lines, busy=[15_000], holds=[Hold(0, 0, 15_000)]) == [2_000, 13_000]


def test_a_hold_on_another_ceiling_than_the_line_helps_whoever_that_ceiling_limits():
    lines = [Owed(0, 1, 5_000), Owed(1, 0, 9_000)]
    assert granted(lines, busy=[15_000, 0], holds=[Hold(0, 0, 15_000)]) == [5_000, 9_000]


def test_a_ceiling_that_changes_in_the_year_limits_each_line_by_that_of_its_day():
    lines = [Owed(0, 0, 20_000, 15_000), Owed(1, 0, 20_000, 30_000), Owed(2, 0, 20_000, 15_000)]
    assert granted(lines) == [15_000, 15_000, 0]


def test_one_key_stands_for_one_person_product_domain_and_year():
    rows = [(1, 5, 1, 2026), (1, 5, 1, 2026), (1, 5, 1, 2027), (1, 5, 2, 2026), (1, 6, 1, 2026), (2, 5, 1, 2026)]
    person = np.zeros((len(rows), 16), np.uint8)
    person[:, 15] = [row[0] for row in rows]
    product, domain, year = (np.array([row[place] for row in rows]) for place in (1, 2, 3))
    first, inverse = _distinct(person, product.astype(np.int32), domain.astype(np.int16), year.astype(np.int16))
    assert len(first) == 5
    assert inverse[0] == inverse[1]
    assert len(set(inverse.tolist())) == 5


LINES = st.lists(st.tuples(st.integers(-1, 2), st.integers(0, 40), st.sampled_from([50, 50, 50, 80])), max_size=12)
HOLDS = st.lists(
    st.tuples(st.integers(0, 11), st.integers(0, 2), st.integers(1, 30)), max_size=4, unique_by=lambda h: h[0]
)


@given(LINES, st.tuples(*[st.integers(0, 60)] * 3), HOLDS, st.integers(0, 12))
def test_a_batch_gives_what_its_lines_give_one_after_the_other(
    drawn: list[tuple[int, int, int]], busy: tuple[int, int, int], held: list[tuple[int, int, int]], cut: int
):
    """The slow oracle: each invoice alone, books written in between. A cut anywhere is then the same too."""
    lines = [Owed(row, key, due, most) for row, (key, due, most) in enumerate(drawn)]
    holds = [Hold(*each) for each in held if each[0] < len(lines)]
    start = [busy[key] + sum(hold.cents for hold in holds if hold.key == key) for key in range(3)]

    def in_parts(parts: list[list[Owed]]) -> list[int]:
        now, result = list(start), []
        for part in parts:
            rows = {line.invoice for line in part}
            own = [hold for hold in holds if hold.invoice in rows]
            given_now = granted(part, now, own)
            for line, cents in zip(part, given_now, strict=True):
                if line.key >= 0:
                    now[line.key] += cents
            for hold in own:
                now[hold.key] -= hold.cents
            result += given_now
        return result

    whole = in_parts([lines])
    assert whole == in_parts([[line] for line in lines])
    assert whole == in_parts([lines[:cut], lines[cut:]])
    for key in range(3):
        mine = [cents for line, cents in zip(lines, whole, strict=True) if line.key == key]
        assert not any(mine) or busy[key] + sum(mine) <= 80


# ---------------------------------------------------------------------------------------------- whose turn a promise is


@given(st.lists(st.integers(-1, 4), max_size=40))
def test_no_turn_states_a_promise_twice_until_the_last(stated: list[int]):
    parts = turns(np.array(stated, np.int64))
    assert len(parts) <= TURNS_MAX
    rows = [np.flatnonzero(part).tolist() for part in parts]
    assert [row for part in rows for row in part] == list(range(len(stated))), "in their order, each once"
    for part in rows[: TURNS_MAX - 1]:
        numbers = [stated[row] for row in part if stated[row] > 0]
        assert len(set(numbers)) == len(numbers)
