"""Nurses, physiotherapists, speech therapists: a key letter times a coefficient."""

from datetime import date

import numpy as np

from cloison.money import Cents, half_up
from cloison.rules.bill import Bill
from cloison.rules.law import law
from cloison.rules.tariff_book import TariffBook
from cloison.rules.vocabulary import MISSING


@law(
    "CSS L162-14-1",
    "NGAP, arrêté du 27 mars 1972, art. 2",
    since=date(2005, 1, 1),
    fr="Lettre-clé x coefficient, ou base déclarée",
    en="Key letter x coefficient, or the declared base",
)
def lettre_cle(acts: Bill, tariff: TariffBook) -> Cents:
    """The value of an act is its coefficient times the value of its letter.

    NGAP art. 2  coefficient x value of the key letter, per act    lettres, coefficient, quantity

    Our documents give one letter, from a teaching source: the base that the professional declares comes first, the
    letter serves when nothing is declared, and the act is marked.
    """
    letter = tariff.by_code("lettres", "code").on(acts.care_date, acts.code)
    declared = acts.declared_base
    computed = half_up(np.where(letter == MISSING, 0, letter) * acts.coefficient * acts.quantity, 100)

    use_letter = (declared < 0) & (letter != MISSING)
    acts.refuse((declared < 0) & (letter == MISSING), "base_not_known")
    acts.refuse(use_letter & (acts.coefficient <= 0), "amount_implausible")
    acts.remark(use_letter, "value_to_verify")
    acts.remark(declared >= 0, "base_declared")
    return np.where(use_letter, computed, declared)
