"""Medicines: the price of the boxes. Their rates (100, 65, 30, 15 %) follow the code of the act."""

from datetime import date

from cloison.money import Cents
from cloison.rules.bill import Bill
from cloison.rules.declaration import declared_base
from cloison.rules.law import law
from cloison.rules.tariff_book import TariffBook


@law(
    "CSS L162-16-4",
    "CSS L162-16-6",
    since=date(2005, 1, 1),
    fr="Prix des boîtes, déclaré par le pharmacien",
    en="Price of the boxes, declared by the pharmacist",
)
def prix_des_medicaments(acts: Bill, tariff: TariffBook) -> Cents:
    """The regulated price of the boxes, or the price that a generic group answers for: declared, until a table is
    loaded."""
    return declared_base(acts)
