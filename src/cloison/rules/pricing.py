"""How a batch goes through the rules: block by block where acts stand alone, then whole where they share a limit."""

from collections.abc import Iterator, Mapping
from enum import IntEnum
from itertools import groupby

import numpy as np

from cloison.errors import Misuse
from cloison.money import AMOUNT_CENTS_MAX
from cloison.rules.acts import Acts
from cloison.rules.bill import Bill, Mask, Sheet
from cloison.rules.codes import ACT_CODES
from cloison.rules.contradictions import contradictory
from cloison.rules.law import Law, Only
from cloison.rules.order import COLUMNS, LAW_NUMBERS, ORDER, Selector, Step
from cloison.rules.priced import Priced, Trace
from cloison.rules.reasons import FIRST_REDUCTION, reason
from cloison.rules.tariff_book import TariffBook
from cloison.rules.vocabulary import (
    DEPARTMENTS,
    Agreement,
    Correction,
    Exoneration,
    Formula,
    Pathway,
    Protection,
    Sector,
)

QUANTITY_MAX = 9_999
COEFFICIENT_MAX = 9_999_99
RATE_BP_MAX = 1_000_000
"""Bounds beyond anything plausible (the claim has 4, 6 and 4 digits): products of them stay within int64."""
ANY_MAX = int(np.iinfo(np.int32).max)

PLAUSIBLE = {
    "quantity": (1, QUANTITY_MAX),
    "coefficient": (0, COEFFICIENT_MAX),
    "charged": (0, AMOUNT_CENTS_MAX),
    "paid_by_other": (0, AMOUNT_CENTS_MAX),
    "declared_base": (-1, AMOUNT_CENTS_MAX),
    "declared_amo": (-1, AMOUNT_CENTS_MAX),
}
STATED = {"exoneration": (0, len(Exoneration)), "protection": (0, len(Protection)), "regime": (0, ANY_MAX)}
READABLE = {
    "formula": (0, len(Formula)),
    "rate_bp": (0, RATE_BP_MAX),
    "act_cap": (-1, AMOUNT_CENTS_MAX),
}

PHASES = tuple((whole, tuple(steps)) for whole, steps in groupby(ORDER, lambda step: step.whole))
"""The order, cut where acts that stand alone and acts that share a limit take turns."""


def price(acts: Acts, tariff: TariffBook) -> Priced:
    """What each act costs and who pays it, by the law of its day of care."""
    _check_vocabularies(acts)
    sheet = blank(len(acts))
    dates = tariff.dates(acts.care_date)

    batch = Bill(acts, sheet, dates)
    batch.refuse(contradictory(acts), "combination_impossible")
    blocks = [block for _, block in batch.blocks()]
    for number, (whole, steps) in enumerate(PHASES):
        for bill in [batch] if whole else blocks:
            if number == 0:
                admit(bill)
            apply(steps, bill, tariff)
            if whole:
                bill.strike(_refused(bill))
            else:
                settle_refusals(bill)
    for bill in blocks:
        compare(bill)
    return _priced(batch, acts, tariff, sheet)


def apply(steps: tuple[Step, ...], bill: Bill, tariff: TariffBook) -> None:
    """Run rules in their order over a bill; each sees the acts it is about, on the days it holds for."""
    for step, version, acts in in_turn(steps, bill):
        decide(step, version, acts, tariff)


def in_turn(steps: tuple[Step, ...], bill: Bill) -> Iterator[tuple[Step, Law, Bill]]:
    """Each rule version that applies to something, with the acts it applies to."""
    shown: dict[int, Bill | None] = {}
    for step in steps:
        if id(step.acts) not in shown:
            shown[id(step.acts)] = _selected(bill, step.acts)
        if (about := shown[id(step.acts)]) is None:
            continue
        for version in step.versions:
            if (dated := _in_force_on(about, version)) is not None:
                yield step, version, dated


def decide(step: Step, version: Law, acts: Bill, tariff: TariffBook) -> None:
    """Let one rule set its column for the acts it applies to."""
    value = version(acts, tariff)
    if isinstance(value, Only):
        if value.where.any():
            acts.decide_where(step.column, value.where, value.value, LAW_NUMBERS[version], value.packed)
    else:
        acts.decide(step.column, value, LAW_NUMBERS[version])
    if acts.care_date.missing is not None:
        acts.refuse(acts.care_date.missing, "care_date_outside_rules")


def _selected(bill: Bill, selector: Selector | None) -> Bill | None:
    return bill if selector is None else bill.among(selector.column, selector.marked)


def _in_force_on(bill: Bill, version: Law) -> Bill | None:
    """The acts whose day of care falls in the version's days; None when there are none."""
    since, until = version.days
    first, last = bill.care_date.span
    if since <= first and last < until:
        return bill
    if last < since or first >= until:
        return None
    days = bill.care_date.days
    where = (days >= since) & (days < until)
    return bill.only(where) if where.any() else None


def admit(bill: Bill) -> None:
    """Refuse what no rule can price, before any rule looks at it."""
    bill.refuse(bill.code < 0, "act_unknown")
    bill.refuse(np.isnat(bill.care_date.days.view("datetime64[D]")), "care_date_missing")
    bill.refuse(_outside(bill, {"quantity": (1, ANY_MAX)}), "quantity_not_positive")
    bill.refuse(_outside(bill, PLAUSIBLE), "amount_implausible")
    bill.refuse(_outside(bill, STATED), "status_missing")
    unreadable = _outside(bill, READABLE)
    unreadable |= _outside(bill, {"amount_cents": (0, AMOUNT_CENTS_MAX)}) & (bill.formula == Formula.EUR)
    bill.refuse(unreadable, "guarantee_wrong")


def settle_refusals(bill: Bill) -> None:
    """Acts that no rule reached are refused; refused acts have no amounts and use up nothing that is shared."""
    unreached = (bill.traced("base") < 0) | (bill.traced("amo_share") < 0)
    bill.refuse(unreached & ~_refused(bill), "care_date_outside_rules")
    bill.strike(_refused(bill))


def compare(bill: Bill) -> None:
    """Say where what the professional declared differs from what the texts give."""
    priced = ~_refused(bill)
    declared_share = bill.declared_amo
    bill.remark(priced & (declared_share >= 0) & (declared_share != bill.amo_share), "amo_share_differs")
    declared = bill.declared_base
    lowered = bill.remarked("charged_below_base")
    bill.remark(priced & (declared >= 0) & (declared != bill.base) & ~lowered, "base_differs")
    if (other := bill.paid_by_other).any():
        bill.remark(priced & (other > bill.charged - bill.amo_share), "other_paid_more")


def _refused(bill: Bill) -> Mask:
    reasons = bill.reasons()
    return (reasons > 0) & (reasons < FIRST_REDUCTION)


def _outside(bill: Bill, bounds: Mapping[str, tuple[int, int]]) -> Mask:
    """Rows beyond a bound. Nearly none is, so a column is compared row by row only when its extremes are beyond."""
    beyond = np.zeros(len(bill), np.bool_)
    for name, (least, most) in bounds.items():
        column = bill.given(name)
        if int(column.min()) < least or int(column.max()) > most:
            beyond |= (column < least) | (column > most)
    return beyond


def blank(size: int) -> Sheet:
    return Sheet(
        {name: np.zeros(size, np.int64) for name in COLUMNS},
        {name: np.full(size, -1, np.int16) for name in COLUMNS},
        np.zeros(size, np.int32),
        np.zeros(size, np.int16),
        np.zeros(size, np.uint32),
    )


def _priced(batch: Bill, acts: Acts, tariff: TariffBook, sheet: Sheet) -> Priced:
    own_share, overrun = np.empty(len(acts), np.int64), np.empty(len(acts), np.int64)
    for start, block in batch.blocks():
        rows, priced = slice(start, start + len(block)), ~_refused(block)
        left = block.charged - block.amo_share - block.amc_share - block.paid_by_other
        own_share[rows] = np.where(priced, np.maximum(left, 0), 0)
        overrun[rows] = np.where(priced, block.charged - block.base, 0)
    return Priced(
        **sheet.columns,
        own_share=own_share,
        overrun=overrun,
        participation_acts=sheet.participation_acts,
        reason=sheet.reason,
        remarks=sheet.remarks,
        trace=Trace(**sheet.trace),
        acts=acts,
        tariff=tariff,
    )


_WORDS: dict[str, type[IntEnum]] = {
    "pathway": Pathway,
    "sector": Sector,
    "exoneration": Exoneration,
    "protection": Protection,
    "formula": Formula,
}


def _check_vocabularies(acts: Acts) -> None:
    """A number that is in no vocabulary is a mistake of the caller: whoever reads a file writes -1 for the unknown."""
    trips = acts.trips
    columns = [("code", acts.code, len(ACT_CODES)), ("department", trips.department, len(DEPARTMENTS))]
    columns += [("agreement", trips.agreement, len(Agreement))]
    columns += [("correction", acts.equipment.correction, len(Correction))]
    columns += [(name, getattr(acts, name), len(words)) for name, words in _WORDS.items()]
    for name, column, size in columns:
        if len(column) and (int(column.min()) < -1 or int(column.max()) >= size):
            raise Misuse(reason("columns_wrong"), f"{name}: a number outside -1 to {size - 1}")
