"""The pure parts of quotes: a quote is cut by family, a line keeps its promise, a granted amount is shared out."""

import uuid

import numpy as np
import pytest
from tests.flow.day import Bill, Item, Person, batch_of

from cloison.claims.quote import Quotes, parts_of
from cloison.claims.quote_answers import shared_out
from cloison.claims.quote_promises import QuotedLines, match

ANNE = Person(1, "2840675123456", "19840601", "1", "123", 1, uuid.UUID(int=1))
NUMBER = 77


def table(text: str) -> list[list[str]]:
    """The cells of a table drawn in text, without its header."""
    rows = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    return [row for row in rows[1:] if not row[0].startswith("-")]


def quoted(text: str) -> QuotedLines:
    """The lines of one quote: code, quantity, charged, promised."""
    rows = table(text)
    codes = np.array([code.encode().ljust(5) for code, *_ in rows], "S5")
    quantity, charged, promised = (np.array([int(row[at]) for row in rows], np.int64) for at in (1, 2, 3))
    nothing = np.empty(0, np.int64)
    return QuotedLines(
        np.full(len(rows), NUMBER), codes, quantity.astype(np.int32), np.full(len(rows), 100, np.int32), charged,
        promised, nothing, np.empty(0, np.int16), nothing,
    )  # fmt: skip


def kept(quote: str, invoice: str) -> list[tuple[int, bool]]:
    """(promised, wholly) of each line of an invoice: code, quantity, charged."""
    items = [Item(code, int(charged), 0, quantity=int(quantity)) for code, quantity, charged in table(invoice)]
    batch = batch_of(1, 0, [Bill(ANNE, items, number=1, engagement=NUMBER)], "751000001")
    found = match(batch, np.ones(len(items), np.bool_), quoted(quote))
    return list(zip(found.promised.tolist(), found.whole.tolist(), strict=True))


TWO_CROWNS = """
    code | quantity | charged | promised
    PFC  |        1 |   50000 |    28800
    PFC  |        1 |   70000 |    30000
"""


def test_each_line_keeps_the_promise_of_the_same_charge_in_any_order():
    invoice = """
        code | quantity | charged
        PFC  |        1 |   70000
        PFC  |        1 |   50000
    """
    assert kept(TWO_CROWNS, invoice) == [(30_000, True), (28_800, True)]


def test_a_line_of_another_charge_keeps_the_promise_of_the_nearest_price():
    invoice = """
        code | quantity | charged
        PFC  |        1 |   69000
    """
    assert kept(TWO_CROWNS, invoice) == [(30_000, True)]


def test_an_act_that_was_not_quoted_keeps_nothing_and_takes_nothing():
    invoice = """
        code | quantity | charged
        SDE  |        1 |   50000
        PFC  |        1 |   50000
        PFC  |        1 |   70000
        PFC  |        1 |   70000
    """
    assert kept(TWO_CROWNS, invoice) == [(0, False), (28_800, True), (30_000, True), (0, False)]


@pytest.mark.parametrize("cut", [(3,), (1, 2), (2, 1), (1, 1, 1)])
def test_a_quantity_billed_in_parts_keeps_the_promise_to_the_cent(cut: tuple[int, ...]):
    quote = "code | quantity | charged | promised\nAPA | 3 | 30000 | 10000"
    invoice = "code | quantity | charged\n" + "\n".join(f"APA | {units} | {units * 10_000}" for units in cut)
    found = kept(quote, invoice)
    assert sum(promised for promised, _ in found) == 10_000
    assert all(whole for _, whole in found)


def test_more_units_than_quoted_keep_what_was_promised_and_are_not_wholly_promised():
    quote = "code | quantity | charged | promised\nAPA | 2 | 20000 | 10000"
    assert kept(quote, "code | quantity | charged\nAPA | 3 | 30000") == [(10_000, False)]


def test_a_quote_is_cut_by_family_in_the_order_of_its_lines():
    bills = [
        Bill(ANNE, [Item("G", 1, 0), Item("PFC", 2, 0), Item("GS", 3, 0)], number=1),
        Bill(ANNE, [Item("PFM", 4, 0), Item("ZZZ", 5, 0)], number=2),
    ]
    batch = batch_of(0, 0, bills, "751000001")
    two = np.array([1, 2])
    quotes = Quotes(batch, two, two.astype(np.int16), ("a", "b"), np.array([b"", b""]), np.array([b"", b""]))
    parts = parts_of(quotes)
    assert parts.origin.tolist() == [0, 0, 1, 1]
    assert parts.domain.tolist() == [1, 9, 9, 0]
    assert parts.quotes.claims.lines.charged.tolist() == [1, 3, 2, 4, 5]
    assert parts.place.tolist() == [0, 2, 1, 0, 1]
    assert parts.quotes.claims.invoices.line_count.tolist() == [2, 1, 1, 1]
    assert parts.quotes.reference == ("a", "a", "b", "b")
    some = parts.only(np.array([False, True, False, True]))
    assert some.quotes.claims.lines.charged.tolist() == [2, 5]
    assert some.quotes.claims.lines.invoice.tolist() == [0, 1]
    assert some.place.tolist() == [1, 1]


GRANTED = """
    amount | computed | room      || shared
    -------+----------+-----------++------------
       100 | 60 40    | 100  100  || 60 40
        70 | 60 40    | 100  100  || 60 10
       150 | 60 40    | 100  100  || 100 50
       200 | 60 40    | 100  100  || 100 100
        30 | 0 0      | 20   100  || 20 10
"""


def test_an_amount_granted_follows_the_rules_first_then_the_cost():
    for amount, computed, room, _, shared in table(GRANTED):
        numbers = [[int(each) for each in cell.split()] for cell in (computed, room, shared)]
        assert shared_out(int(amount), numbers[0], numbers[1]) == numbers[2]
