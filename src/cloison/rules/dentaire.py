"""Dentists. Their rate changed on 15 October 2023, but for the groups ATM, ADI and ADC; no flat sum is withheld."""

from datetime import date

from cloison.money import Cents
from cloison.rules.bill import Bill
from cloison.rules.hospitalisation import ccam_base
from cloison.rules.law import law
from cloison.rules.tariff_book import TariffBook


@law(
    "CSS L162-9",
    "CSS L162-1-7",
    since=date(2005, 1, 1),
    fr="Tarif de l'acte dentaire (CCAM), ou base déclarée",
    en="Tariff of the dental act (CCAM), or the declared base",
)
def tarif_dentaire(acts: Bill, tariff: TariffBook) -> Cents:
    """The tariff of the CCAM; prices of the baskets without rest and with limited prices are not in our documents."""
    return ccam_base(acts, tariff)
