"""What holds for every batch: shares add up, no share is negative, order and cuts change nothing."""

from dataclasses import fields, replace
from datetime import date
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.oracle.draws import draw
from tests.oracle.payer import FRAMES_A, LENSES_A, TECHNICAL

from cloison.period import FOREVER
from cloison.rules import ACT_CODES, Acts, Priced, TariffBook, Trips, price
from cloison.rules.acts import DETAILS
from cloison.rules.bill import BLOCK_ROWS, Bill
from cloison.rules.pricing import blank
from cloison.rules.reasons import bit
from cloison.rules.tariff_book import Parameter, Value

AMOUNTS = (
    "base",
    "amo_rate_bp",
    "amo_share",
    "amc_share",
    "own_share",
    "overrun",
    "participation_forfaitaire",
    "franchise",
    "reason",
    "remarks",
)
BOOK = TariffBook.standard()
CHANGES = date(2031, 1, 1)


def _changed(parameter: Parameter) -> Parameter:
    """The parameter with another value from a day that no drawn act reaches."""
    last = parameter.values[-1]
    if last.last != FOREVER or parameter.choices:
        return parameter
    changed = last.value + 7 if isinstance(last.value, int) else {key: amount + 7 for key, amount in last.value.items()}
    return replace(parameter, values=(*parameter.values, Value(CHANGES, changed, "a text to come")))


LATER = TariffBook([_changed(parameter) for parameter in BOOK.parameters.values()])
batches = st.builds(draw, st.integers(0, 2**32), st.integers(1, 300))


@given(batches)
def test_shares_add_up_to_what_is_charged_and_none_is_negative(acts: Acts):
    priced = price(acts, BOOK)
    kept = ~priced.refused & ((priced.remarks & np.uint32(bit("other_paid_more"))) == 0)
    assert ((priced.amc_share == 0) & (priced.own_share == 0))[~priced.refused & ~kept].all()
    shares = priced.amo_share + priced.amc_share + priced.own_share + acts.paid_by_other
    assert (shares[kept] == acts.charged[kept]).all()
    for name in ("base", "amo_share", "amc_share", "own_share", "overrun", "participation_forfaitaire", "franchise"):
        assert (getattr(priced, name) >= 0).all(), name


@given(batches)
def test_no_payer_goes_beyond_its_bound(acts: Acts):
    priced = price(acts, BOOK)
    kept = ~priced.refused
    assert (priced.base[kept] <= acts.charged[kept]).all()
    assert (priced.amo_share[kept] <= acts.charged[kept]).all()
    left = np.maximum(acts.charged - priced.amo_share - acts.paid_by_other, 0)
    assert (priced.amc_share[kept] <= left[kept]).all()
    assert (priced.participation_forfaitaire + priced.franchise <= priced.amo_share).all()


@given(batches)
def test_a_refused_act_has_no_amount_and_one_reason(acts: Acts):
    priced = price(acts, BOOK)
    for name in AMOUNTS[:8]:
        assert not getattr(priced, name)[priced.refused].any(), name
    assert (priced.remarks[priced.refused] == 0).all()


@given(batches, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(acts: Acts, chance: Random):
    order = np.random.default_rng(chance.getrandbits(32)).permutation(len(acts))
    whole, shuffled = price(acts, BOOK), price(acts.take(order), BOOK)
    for name in AMOUNTS:
        assert (getattr(whole, name)[order] == getattr(shuffled, name)).all(), name


@given(batches, st.integers(0, 300))
@settings(max_examples=60)
def test_a_batch_cut_anywhere_gives_what_it_gives_whole(acts: Acts, cut: int):
    """Cut along the order in which limits are used up; what the first part used is carried to the second.

    The participation in heavy acts is owed once per consultation, which no batch cuts: such acts count alone here.
    """
    technical = np.isin(acts.code, [ACT_CODES.index(code) for code in TECHNICAL])
    acts = replace(acts, person_key=np.where(technical, -1, acts.person_key))
    order = np.argsort(acts.sequence)
    first, second = order[:cut], order[cut:]
    whole = price(acts, BOOK)
    before = price(acts.take(first), BOOK)
    after = price(carried(before, acts.take(second)), BOOK)
    for name in AMOUNTS:
        apart = np.concatenate([getattr(before, name), getattr(after, name)])
        assert (apart == getattr(whole, name)[order]).all(), name


@given(batches)
def test_pricing_the_past_again_gives_the_past(acts: Acts):
    """With the book of a later day too, in which every value has changed since."""
    once = price(acts, BOOK)
    for book in (BOOK, LATER):
        again = price(acts, book)
        for name in AMOUNTS:
            assert (getattr(once, name) == getattr(again, name)).all(), name


def test_a_later_book_prices_a_later_day_otherwise():
    """What the test above compares with is another book: the same consultation costs more in it."""
    acts = draw(4, 400)
    later = replace(acts, care_date=np.full(len(acts), np.datetime64(CHANGES, "D")))
    assert (price(later, BOOK).base != price(later, LATER).base).any()


def test_no_float_reaches_an_amount():
    priced = price(draw(1, 500), BOOK)
    for name in AMOUNTS:
        assert getattr(priced, name).dtype.kind in "iu", name
    for table in (Acts, Trips):
        for field in fields(table):
            column = getattr(priced.acts if table is Acts else priced.acts.trips, field.name)
            assert field.name in DETAILS or column.dtype.kind in "iubM", field.name
    for parameter in BOOK.parameters.values():
        for value in parameter.values:
            amounts = value.value.values() if not isinstance(value.value, int) else [value.value]
            assert all(type(amount) is int for amount in amounts)


def test_a_float_is_refused_before_it_reaches_an_amount():
    """A column of cents would take 12.9 as 12: the rule that gives it is stopped instead."""
    acts = draw(2, 5)
    bill = Bill(acts, blank(5), BOOK.dates(acts.care_date))
    with pytest.raises(AssertionError, match="float64 is not a whole number"):
        bill.decide("base", np.full(5, 12.9), 0)
    for packed, size in ((False, 5), (True, 2)):
        with pytest.raises(AssertionError, match="float64 is not a whole number"):
            bill.decide_where(
                "base", np.array([True, False, True, False, False]), np.full(size, 12.9), 0, packed=packed
            )


def test_blocks_leave_no_seam():
    """Each act alone and in blocks: the same, so the size of a block is only a matter of speed."""
    acts = draw(3, BLOCK_ROWS + 500)
    seam = np.arange(BLOCK_ROWS - 250, BLOCK_ROWS + 250)
    whole, part = price(acts, BOOK), price(acts.take(seam), BOOK)
    alone = (acts.ceiling_key[seam] < 0) | part.refused
    for name in ("base", "amo_share", "amo_rate_bp"):
        assert (getattr(whole, name)[seam] == getattr(part, name)).all(), name
    assert (whole.amc_share[seam][alone] == part.amc_share[alone]).all()


@pytest.mark.parametrize(("people", "days"), [(20, 10), (4_000, 3), (400, 400)])
def test_a_limit_is_shared_across_blocks(people: int, days: int):
    """The same acts in another order lie in other blocks, and each limit still holds for all of them: few or many
    people, who come to the same five professionals all day or now and then."""
    acts = draw(4, BLOCK_ROWS + 2_000)
    care_date = np.datetime64("2026-03-01") + acts.sequence % days
    nothing = dict.fromkeys(("participation_year", "franchise_day", "franchise_year"), np.zeros(len(acts), np.int64))
    acts = replace(
        acts,
        person_key=acts.person_key % people,
        care_date=care_date,
        consultations_day=np.zeros(len(acts), np.int32),
        **nothing,
    )
    order = np.random.default_rng(4).permutation(len(acts))
    whole, shuffled = price(acts, BOOK), price(acts.take(order), BOOK)
    for name in (*AMOUNTS, "participation_acts"):
        assert (getattr(whole, name)[order] == getattr(shuffled, name)).all(), name


def carried(before: Priced, acts: Acts) -> Acts:
    """The second part of a cut batch, with what the first part used taken into its counters."""
    first, refused = before.acts, before.refused
    columns: dict[str, Any] = {f.name: getattr(acts, f.name) for f in fields(Acts)}
    days, first_days = (a.care_date.astype(np.int64) for a in (acts, first))
    years, first_years = (a.care_date.astype("datetime64[Y]").astype(np.int64) for a in (acts, first))
    known = first.person_key >= 0

    def used(amounts: np.ndarray, which: np.ndarray, *keys: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
        totals: dict[tuple[int, ...], int] = {}
        for row in np.flatnonzero(which).tolist():
            key = tuple(int(there[row]) for _, there in keys)
            totals[key] = totals.get(key, 0) + int(amounts[row])
        here = zip(*(here.tolist() for here, _ in keys), strict=True)
        return np.array([totals.get(tuple(key), 0) for key in here], np.int64).reshape(len(acts))

    person = (acts.person_key, first.person_key)
    kinds = (acts.domain, first.domain)
    doctor = (acts.provider_key, first.provider_key)
    columns["consultations_day"] = columns["consultations_day"] + used(
        before.participation_acts, known, person, doctor, (days, first_days)
    ).astype(np.int32)
    columns["participation_year"] = columns["participation_year"] + used(
        before.participation_forfaitaire, known, person, (years, first_years)
    )
    columns["franchise_day"] = columns["franchise_day"] + used(
        before.franchise, known, person, kinds, (days, first_days)
    )
    columns["franchise_year"] = columns["franchise_year"] + used(before.franchise, known, person, (years, first_years))
    limited = (first.ceiling_key >= 0) & ~refused
    columns["ceiling_left"] = np.maximum(columns["ceiling_left"], 0) - used(
        before.amc_share, limited, (acts.ceiling_key, first.ceiling_key)
    )
    glasses, sold = acts.equipment, first.equipment
    totals: dict[int, int] = {}
    for row, pair in zip(sold.act.tolist(), sold.pair.tolist(), strict=True):
        if ACT_CODES[first.code[row]] not in (*FRAMES_A, *LENSES_A):
            totals[pair] = totals.get(pair, 0) + int(before.amc_share[row])
    paid = glasses.paid + np.array([totals.get(pair, 0) for pair in glasses.pair.tolist()], np.int64)
    columns["equipment"] = replace(glasses, paid=paid)
    return Acts(**columns)
