"""The columnar rules against a clerk with the texts on the desk."""

import os

import numpy as np
import pytest
from tests.oracle.draws import draw, pile
from tests.oracle.payer import Act, settle

from cloison.rules import ACT_CODES, TariffBook, price

ACTS = int(os.environ.get("CLOISON_ORACLE_ACTS", "24000"))
"""How many acts to draw; a million is the figure to reach before a release."""
ROUNDS = 4

AMOUNTS = {
    "base": "base",
    "amo": "amo_share",
    "amc": "amc_share",
    "own": "own_share",
    "overrun": "overrun",
    "participation": "participation_forfaitaire",
    "franchise": "franchise",
}


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_the_rules_agree_with_the_clerk_on_every_drawn_act(seed: int):
    acts = draw(seed, ACTS // ROUNDS)
    priced = price(acts, TariffBook.standard())
    order = np.argsort(acts.sequence)
    in_words = pile(acts)
    bills = settle(in_words)

    refused = np.array([bill.refused for bill in bills])
    _agree("refused", in_words, refused, priced.refused[order])
    for word, column in AMOUNTS.items():
        told = np.array([getattr(bill, word) for bill in bills])
        _agree(word, in_words, told, getattr(priced, column)[order])


def test_a_draw_meets_every_code_and_every_amount():
    """A draw that never withholds, caps or refuses would prove nothing."""
    acts = draw(0, 40_000)
    priced = price(acts, TariffBook.standard())
    assert set(np.unique(acts.code[~priced.refused]).tolist()) == set(range(len(ACT_CODES))) - {ACT_CODES.index("ABA")}
    for column in AMOUNTS.values():
        assert np.count_nonzero(getattr(priced, column)) > 150, column
    assert {300, 302, 303, 304, 305, 306, 307, 308, 309, 310, 311, 313, 314, 315, 316, 317, 318, 319} <= set(
        np.unique(priced.reason).tolist()
    )


def _agree(what: str, in_words: list[Act], told: np.ndarray, found: np.ndarray) -> None:
    (wrong,) = np.nonzero(told != found)
    assert len(wrong) == 0, f"{len(wrong)} x {what}: {told[wrong[0]]}, not {found[wrong[0]]}: {in_words[wrong[0]]}"
