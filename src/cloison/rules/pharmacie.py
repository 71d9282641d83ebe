"""Medicines: the price of the boxes. Their rates (100, 65, 30, 15 %) follow the code of the act."""

from datetime import date

from cloison.money import Cents
from cloison.rules.bill import Bill
from cloison.rules.declaration import official_base, official_price
from cloison.rules.law import law
from cloison.rules.tariff_book import TariffBook


@law(
    "CSS L162-16-4",
    "CSS L162-16-6",
    since=date(2005, 1, 1),
    fr="Prix public des boîtes, ou prix déclaré",
    en="Public price of the boxes, or the declared price",
)
def prix_des_medicaments(acts: Bill, tariff: TariffBook) -> Cents:
    """The public price of the boxes on the day of care.

    CSS L162-16-4  the price of the official database, per box     official, quantity

    Without the table, or for a box that it does not price, the declared price. A generic group answered for at a lower
    price (tarif forfaitaire de responsabilite) is not in the database: it is not modelled.
    """
    return official_base(acts, official_price(acts, tariff, "bdpm", "public"), binding=True)
