"""The same care in one batch: which line of which invoice repeats another."""

from datetime import date

import numpy as np
from tests.flow.day import Bill, Item, batch_of
from tests.unit.test_claims_adjudicate import SOMEBODY

from cloison.claims.repeats import _care_keys, _earlier_invoices
from cloison.rights.eligibility import Answers


def repeats(*bills: list[Item]) -> list[int]:
    """For each line, how many earlier invoices of the batch bill the same care."""
    batch = batch_of(1, 0, [Bill(SOMEBODY, items, number=row) for row, items in enumerate(bills, 1)], "751000001")
    at = np.arange(len(batch.lines))
    covered = object.__new__(Answers)
    object.__setattr__(covered, "person", np.ones((len(at), 16), np.uint8))
    keys = _care_keys(batch, covered, np.ones(len(batch), np.int32), at)
    return _earlier_invoices(keys, batch.lines.invoice).tolist()


def test_the_same_act_on_another_invoice_is_a_repeat():
    assert repeats([Item("G", 3000, 900)], [Item("G", 3000, 900)], [Item("G", 3000, 900)]) == [0, 1, 2]


def test_two_lines_of_one_invoice_are_no_repeat_of_each_other():
    assert repeats([Item("AMI", 630, 252), Item("AMI", 630, 252)]) == [0, 0]
    assert repeats([Item("AMI", 630, 252), Item("AMI", 630, 252)], [Item("AMI", 630, 252)]) == [0, 0, 1]


def test_what_is_asked_of_the_insurer_does_not_make_it_another_care():
    assert repeats([Item("G", 3000, 900)], [Item("G", 3000, 100)]) == [0, 1]


def test_another_act_day_coefficient_or_amount_is_another_care():
    other = [
        Item("CS", 3000, 900), Item("G", 3000, 900, coefficient=200), Item("G", 3100, 900),
        Item("G", 3000, 900, day=date(2026, 11, 19)),
    ]  # fmt: skip
    assert repeats([Item("G", 3000, 900)], other) == [0] * 5
