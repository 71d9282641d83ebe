"""Where a base comes from that is not computed: an official table when one is loaded, else what is declared, marked."""

import numpy as np
from numpy.typing import NDArray

from cloison.money import Cents
from cloison.rules.bill import Bill
from cloison.rules.tariff_book import TariffBook
from cloison.rules.vocabulary import MISSING


def declared_base(acts: Bill) -> Cents:
    """The declared base; an act without one is refused, never priced at zero or guessed."""
    declared = acts.declared_base
    acts.refuse(declared < 0, "base_not_known")
    acts.remark(declared >= 0, "base_declared")
    return declared


def official_price(acts: Bill, tariff: TariffBook, table: str, name: str) -> NDArray[np.int64]:
    """The price of the line in an official table, below zero where the table or the act's name in it is missing."""
    price = official_value(acts, tariff, table, name)
    return np.where(price >= 0, price * acts.quantity, MISSING)


def official_value(acts: Bill, tariff: TariffBook, table: str, name: str) -> NDArray[np.int64]:
    """What an official table says of one act, below zero where the table or the act's name in it is missing."""
    named = acts.has("items")
    if table not in tariff.official or not named.any():
        return np.full(len(acts), MISSING, np.int64)
    value = tariff.official[table].on(name, acts.official, acts.care_date.days.view("datetime64[D]"))
    return np.where(named & (value >= 0), value, MISSING)


def official_base(acts: Bill, official: NDArray[np.int64], binding: bool) -> Cents:
    """The official price of the line where there is one (not below zero), else the declared base.

    A binding price prevails over what is declared. One that is not (supplements may be added to it) serves where
    nothing is declared, and a difference is said.
    """
    declared = acts.declared_base
    known = official >= 0
    use = known if binding else known & (declared < 0)
    acts.refuse(~use & (declared < 0), "base_not_known")
    acts.remark(~use & (declared >= 0) & ~known, "base_declared")
    acts.remark(~use & known & (declared != official), "base_differs")
    return np.where(use, official, declared)
