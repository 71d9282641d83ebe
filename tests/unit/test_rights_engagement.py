"""The number of a guarantee: what it looks like, and which slips of the pen it sees."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloison.rights.engagement import ALPHABET, INVALID, LENGTH, draw, formatted, parsed

NUMBERS = st.integers(1, 2**62 - 1)


def read(*texts: str) -> list[int]:
    return parsed(np.array([text.encode() for text in texts], "S20")).tolist()


def write(*numbers: int) -> list[str]:
    return [text.decode() for text in formatted(np.array(numbers, np.int64)).tolist()]


@given(st.lists(NUMBERS, min_size=1, max_size=50))
def test_what_is_written_is_read_back(numbers: list[int]):
    texts = write(*numbers)
    assert all(len(text) == LENGTH and text.startswith("E") for text in texts)
    assert read(*texts) == numbers
    assert read(*(f" {text} " for text in texts)) == numbers, "spaces around a field of twenty are no part of it"


def test_numbers_keep_their_form_for_ever():
    assert write(1, 2**62 - 1, 123456789012345678) == ["E0000000000001W", "E3ZZZZZZZZZZZZK", "E03DMV9EK31WTEY"]


def test_an_empty_field_states_no_number_and_what_is_no_number_of_ours_is_invalid():
    assert read("", "   ", "E", "ENG0001", "é", "X0000000000001W", "E0000000000001", "E0000000000001W0") == [
        0, 0, *[INVALID] * 6
    ]  # fmt: skip
    assert read("E0000000000001U", "e0000000000001W", "E00000000 0001W", "E4000000000000G") == [INVALID] * 4


def test_every_wrong_sign_and_every_exchange_of_two_signs_is_seen():
    """All 14 x 31 single slips and all 91 exchanges, of 200 numbers: none is taken for another number."""
    slipped = 0
    for text in write(*draw(200).tolist()):
        wrong = [
            text[:place] + chr(sign) + text[place + 1 :]
            for place in range(1, LENGTH)
            for sign in ALPHABET
            if chr(sign) != text[place]
        ]
        for one, two in combinations(range(1, LENGTH), 2):
            signs = list(text)
            signs[one], signs[two] = signs[two], signs[one]
            if signs[one] != signs[two]:
                wrong.append("".join(signs))
        assert set(read(*wrong)) == {INVALID}
        slipped += len(wrong)
    assert slipped > 200 * (14 * 31 + 60)


def test_of_two_wrong_signs_about_one_in_thirty_two_is_missed():
    """Measured, so that nobody claims more: one check sign of 32 cannot see every double slip."""
    rng = np.random.default_rng(7)
    texts = np.array(write(*draw(20_000).tolist()), "S20")
    signs = texts.view(np.uint8).reshape(-1, 20).copy()
    alphabet = np.frombuffer(ALPHABET, np.uint8)
    rows = np.arange(len(signs))
    one = rng.integers(2, LENGTH, len(signs))
    two = (one - 2 + rng.integers(1, LENGTH - 2, len(signs))) % (LENGTH - 2) + 2
    for place in (one, two):
        old = np.searchsorted(alphabet, signs[rows, place])
        signs[rows, place] = alphabet[(old + rng.integers(1, 32, len(signs))) % 32]
    missed = (parsed(signs.view("S20").reshape(-1)) != INVALID).mean()
    assert missed == pytest.approx(1 / 32, abs=0.01)


def test_numbers_are_drawn_at_random_from_all_sixty_two_bits():
    numbers = draw(20_000)
    assert len(np.unique(numbers)) == len(numbers)
    assert (numbers > 0).all()
    bits = (numbers[:, None] >> np.arange(64)) & 1
    share = bits.mean(axis=0)
    assert np.abs(share[:62] - 0.5).max() < 0.02
    assert (share[62:] == 0).all()
