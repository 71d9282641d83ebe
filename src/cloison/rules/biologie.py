"""Laboratory acts: the nomenclature gives a coefficient, the letter B its value."""

from datetime import date

from cloison.money import Cents
from cloison.rules.bill import Bill
from cloison.rules.declaration import declared_base, official_value
from cloison.rules.law import law
from cloison.rules.tariff_book import TariffBook


@law(
    "CSS L162-13-1",
    "CSS L162-14",
    since=date(2005, 1, 1),
    fr="Base déclarée par le laboratoire",
    en="Base declared by the laboratory",
)
def cotation_de_biologie(acts: Bill, tariff: TariffBook) -> Cents:
    """Coefficient times the letter B. The value of the letter is not in our documents: the declared base is taken.

    CSS L162-14  the coefficient of the act in the nomenclature    official, coefficient

    Where the nomenclature is loaded and the act is named, another coefficient than its own is said.
    """
    coefficient = official_value(acts, tariff, "nabm", "coefficient")
    acts.remark((coefficient >= 0) & (acts.coefficient != coefficient), "coefficient_differs")
    return declared_base(acts)
