"""Devices of the list of products (LPP): glasses, hearing aids and the others. Where no list is loaded, their tariff is
declared."""

from datetime import date

import numpy as np
from numpy.typing import NDArray

from cloison.money import Cents
from cloison.period import Days
from cloison.rules.bill import Bill, Mask
from cloison.rules.declaration import official_base, official_price
from cloison.rules.law import law
from cloison.rules.tariff_book import TariffBook


@law(
    "CSS L165-1",
    "CSS L165-2",
    since=date(2005, 1, 1),
    fr="Tarif de la liste des produits (LPP), ou tarif déclaré",
    en="Tariff of the list of products (LPP), or the declared tariff",
)
def tarif_lpp(acts: Bill, tariff: TariffBook) -> Cents:
    """The tariff of responsibility of the product; what is charged above it is an overrun.

    CSS L165-2  the tariff of the list, by the code of the product    official, quantity
    CSS L165-1  its highest price, where there is one                 said when the price is above

    A declared tariff is kept, since adjuncts may be billed with a product, and a difference is said.
    """
    limit = official_price(acts, tariff, "lpp", "limit")
    acts.remark((limit >= 0) & (acts.charged > limit), "price_above_limit")
    return official_base(acts, official_price(acts, tariff, "lpp", "tariff"), binding=False)


def too_early(acts: Bill, months: NDArray[np.int64]) -> Mask:
    """Whether the last delivery is less than so many months old; never delivered is never too early."""
    return acts.care_date.days.view("datetime64[D]") < months_after(acts.last_delivery, months)


def months_after(days: Days, months: NDArray[np.int64]) -> Days:
    """The same day of the month, so many months later; a day the month lacks runs into the next one."""
    month = days.astype("datetime64[M]")
    return (month + months.astype("timedelta64[M]")).astype("datetime64[D]") + (days - month.astype("datetime64[D]"))
