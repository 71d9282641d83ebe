"""Limits that acts share: first come, first served, in any order of rows."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cloison.rules.counters import ALONE, granted, ranks

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
    assert granted((first, second), lambda: sequence, wanted, left).tolist() == by_hand(first, second, wanted, left)


@given(rows, st.integers(0, 900), st.integers(0, 2**32))
def test_the_order_of_rows_changes_nothing_to_a_shared_limit(drawn: list[tuple[int, int, int]], most: int, seed: int):
    first, second, wanted = columns(drawn)
    left, sequence = np.full(len(first), most), np.arange(len(first)) * 10
    mixed = np.random.default_rng(seed).permutation(len(first))
    whole = granted((first, second), lambda: sequence, wanted, left)
    shuffled = granted((first[mixed], second[mixed]), lambda: sequence[mixed], wanted[mixed], left[mixed])
    assert shuffled.tolist() == whole[mixed].tolist()


def test_the_sequence_is_not_asked_for_when_no_limit_binds():
    def refused() -> np.ndarray:
        raise AssertionError("asked")

    keys = (np.array([1, 1, -1]),)
    assert granted(keys, refused, np.array([2, 3, 9]), np.array([5, 5, 4])).tolist() == [2, 3, 4]


def test_a_rank_is_the_place_among_equal_keys():
    person, day = np.array([1, 2, 1, 1, 2]), np.array([0, 0, 0, 1, 0])
    assert ranks((person, day), np.array([9, 1, 3, 2, 0])).tolist() == [2, 2, 1, 1, 1]


def test_a_limit_of_many_keys_is_exact():
    """More keys than buckets: collisions only cost time."""
    rng = np.random.default_rng(5)
    person = rng.integers(0, 20_000, 60_000)
    wanted, left = rng.integers(1, 300, 60_000), np.full(60_000, 500)
    sequence = rng.permutation(60_000)
    got = granted((person,), lambda: sequence, wanted, left)
    totals = np.zeros(20_000, np.int64)
    np.add.at(totals, person, got)
    asked = np.zeros(20_000, np.int64)
    np.add.at(asked, person, wanted)
    assert (totals == np.minimum(asked, 500)).all()
