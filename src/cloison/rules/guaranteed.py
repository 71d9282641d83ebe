"""From the row of a product that counts for an act to the columns that the rules read: a join, done before pricing.

A cap per day, per pair of glasses (or per ear) or per tooth is shared by the acts of one invoice that the same row pays
for. An act that names no pair or no tooth is a pair or a tooth of its own, times its quantity.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from cloison.money import Cents
from cloison.period import Days
from cloison.rules.details import Equipment, Teeth
from cloison.rules.produits import NONE
from cloison.rules.shelf import Rows
from cloison.rules.vocabulary import Formula


class CapKind(IntEnum):
    """By what acts share a cap. The numbers are kept in the books."""

    DAY = 1
    PAIR = 2
    TOOTH = 3


ALONE = 0
"""An act that names no pair or no tooth: its cap is its own."""


def guaranteed(rows: Rows, row: NDArray[np.intp]) -> dict[str, NDArray[np.integer]]:
    """The columns of `Acts` that say what is guaranteed, for the row of each act (NONE: nothing is)."""
    if not len(rows):
        nothing = np.zeros(len(row), np.int64)
        rate = nothing.astype(np.int32)
        return {"formula": nothing.astype(np.int8), "rate_bp": rate, "amount_cents": nothing, "act_cap": nothing + NONE}
    some = row != NONE
    return {
        "formula": np.where(some, rows.formula[row], Formula.NONE).astype(np.int8),
        "rate_bp": np.where(some, np.maximum(rows.rate_bp[row], 0), 0).astype(np.int32),
        "amount_cents": np.where(some, np.maximum(rows.amount_cents[row], 0), 0),
        "act_cap": np.where(some, rows.act_cap_cents[row], NONE),
    }


@dataclass(frozen=True, slots=True)
class Capped:
    """Acts whose row has a cap per day, pair or tooth: k rows. `act` is the row of each, `what` the day, pair or tooth
    that shares the cap, or the act itself, `most` the cap, `paid` what was paid of it before, as stated of a pair."""

    act: NDArray[np.intp]
    kind: NDArray[np.int64]
    what: NDArray[np.int64]
    most: Cents
    paid: Cents


def capped(
    rows: Rows,
    row: NDArray[np.intp],
    day: Days,
    quantity: NDArray[np.int32],
    equipment: Equipment,
    teeth: Teeth,
) -> Capped:
    """The acts whose row (NONE: none) has a cap that acts share."""
    if not len(rows):
        nothing = np.empty(0, np.int64)
        return Capped(nothing, nothing, nothing, nothing, nothing)
    caps = np.maximum(np.maximum(rows.day_cap_cents, rows.pair_cap_cents), rows.tooth_cap_cents)
    (at,) = np.nonzero((row != NONE) & (caps[row] >= 0))
    kind, what, paid = _shared_by(rows, row, at, day, equipment, teeth)
    return Capped(at, kind, what, np.where(kind == ALONE, caps[row[at]] * quantity[at], caps[row[at]]), paid)


def shared_caps(
    rows: Rows,
    row: NDArray[np.intp],
    invoice: NDArray[np.int64],
    day: Days,
    quantity: NDArray[np.int32],
    equipment: Equipment,
    teeth: Teeth,
) -> dict[str, Cents]:
    """The columns `ceiling_key` and `ceiling_left` of `Acts` for caps per day, pair and tooth of a list of acts."""
    key, left = np.full(len(row), NONE, np.int64), np.zeros(len(row), np.int64)
    found = capped(rows, row, day, quantity, equipment, teeth)
    if len(found.act):
        columns = np.stack([invoice[found.act], row[found.act], found.kind, found.what])
        _, number = np.unique(columns, axis=1, return_inverse=True)
        key[found.act] = number.reshape(-1)
        left[found.act] = found.most - found.paid
    return {"ceiling_key": key, "ceiling_left": left}


def _shared_by(
    rows: Rows, row: NDArray[np.intp], at: NDArray[np.intp], day: Days, equipment: Equipment, teeth: Teeth
) -> tuple[NDArray[np.int64], NDArray[np.int64], Cents]:
    """What the acts `at` share their cap by: its kind, its number (their own row if they name none), what was paid."""
    pair, tooth, paid = np.full((3, len(row)), NONE, np.int64)
    pair[equipment.act], paid[equipment.act] = equipment.pair, equipment.paid
    tooth[teeth.act] = teeth.tooth
    by_day, by_pair = rows.day_cap_cents[row[at]] >= 0, rows.pair_cap_cents[row[at]] >= 0
    kind = np.where(by_day, CapKind.DAY, np.where(by_pair, CapKind.PAIR, CapKind.TOOTH))
    what = np.where(by_day, day[at].astype("datetime64[D]").astype(np.int64), np.where(by_pair, pair[at], tooth[at]))
    alone = ~by_day & (what == NONE)
    return (
        np.where(alone, ALONE, kind).astype(np.int64),
        np.where(alone, at, what).astype(np.int64),
        np.where(by_pair & ~alone, np.maximum(paid[at], 0), 0).astype(np.int64),
    )
