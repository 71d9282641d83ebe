"""Limits that acts share: first come, first served, in any order of rows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloison.rules.counters import ALONE, Tally, granted

rows = st.lists(st.tuples(st.integers(-1, 6), st.integers(0, 3), st.integers(0, 500)), min_size=1, max_size=60)


def columns(drawn: list[tuple[int, int, int]]) -> tuple[np.ndarray, ...]:
    return tuple(np.array(column, np.int64) for column in zip(*drawn, strict=True))


def by_hand(first: np.ndarray, second: np.ndarray, wanted: np.ndarray, left: np.ndarray) -> list[int]:
    used: dict[tuple[int, int], int] = {}
    got: list[int] = []
    for a, b, want, have in zip(first.tolist(), second.tolist(), wanted.tolist(), left.tolist(), strict=True):
        before = used.get((a, b), 0) if a != ALONE else 0
        share = min(want, max(0, max(0, have) - before))
        used[a, b] = before + share
        got.append(share)
    return got


@given(rows, st.integers(-50, 900))
def test_a_shared_limit_is_handed_out_as_by_hand(drawn: list[tuple[int, int, int]], most: int):
    first, second, wanted = columns(drawn)
    left = most - 70 * first
    sequence = np.arange(len(first))
    assert granted((first, second), sequence, wanted, left).tolist() == by_hand(first, second, wanted, left)


@given(rows, st.integers(0, 900), st.integers(0, 2**32))
def test_the_order_of_rows_changes_nothing_to_a_shared_limit(drawn: list[tuple[int, int, int]], most: int, seed: int):
    first, second, wanted = columns(drawn)
    left, sequence = np.full(len(first), most), np.arange(len(first)) * 10
    mixed = np.random.default_rng(seed).permutation(len(first))
    whole = granted((first, second), sequence, wanted, left)
    shuffled = granted((first[mixed], second[mixed]), sequence[mixed], wanted[mixed], left[mixed])
    assert shuffled.tolist() == whole[mixed].tolist()


@given(rows, st.integers(-50, 900), st.integers(1, 60))
def test_no_act_whose_limit_binds_is_left_out_of_a_tally(drawn: list[tuple[int, int, int]], most: int, cut: int):
    first, second, wanted = columns(drawn)
    left = most - 70 * first
    tally = Tally(len(first))
    for rows in (slice(0, cut), slice(cut, None)):
        if len(first[rows]):
            tally.add((first[rows], second[rows]), wanted[rows], left[rows])
    told = np.concatenate(tally.may_bind())
    bound = granted((first, second), np.arange(len(first)), wanted, left) < wanted
    assert not (bound & ~told).any()


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_tally_leaves_out_acts_whose_limit_does_not_bind(place: int):
    """Nearly all: what is left are collisions, whichever key tells acts apart."""
    keys = [np.full(50_000, 7), np.full(50_000, 7), np.full(50_000, 7)]
    keys[place] = np.arange(50_000)
    tally = Tally(50_000)
    for rows in (slice(0, 30_000), slice(30_000, None)):
        some = tuple(key[rows] for key in keys)
        tally.add(some, np.full(len(some[0]), 300), np.full(len(some[0]), 500))
    assert np.concatenate(tally.may_bind()).mean() < 0.4


def test_a_limit_below_nothing_binds_all_the_same():
    tally = Tally(2)
    tally.add((np.array([1, -1]),), np.array([5, 5]), np.array([-3, 4]))
    assert np.concatenate(tally.may_bind()).tolist() == [True, True]
    assert granted((np.array([1, -1]),), np.array([0, 1]), np.array([5, 5]), np.array([-3, 4])).tolist() == [0, 4]


def test_acts_alone_add_up_to_nothing():
    tally = Tally(2_000)
    tally.add((np.full(2_000, ALONE),), np.full(2_000, 3), np.full(2_000, 4))
    assert not np.concatenate(tally.may_bind()).any()


def test_a_limit_of_many_keys_is_exact():
    """More keys than buckets: collisions only cost time."""
    rng = np.random.default_rng(5)
    person = rng.integers(0, 20_000, 60_000)
    wanted, left = rng.integers(1, 300, 60_000), np.full(60_000, 500)
    sequence = rng.permutation(60_000)
    got = granted((person,), sequence, wanted, left)
    totals = np.zeros(20_000, np.int64)
    np.add.at(totals, person, got)
    asked = np.zeros(20_000, np.int64)
    np.add.at(asked, person, wanted)
    assert (totals == np.minimum(asked, 500)).all()
