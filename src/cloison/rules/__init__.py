"""What the law says an act costs, and to whom: pure, columnar, dated. `price(acts, tariff)` is the only door, and
`explain(priced, row)` tells what went through it."""

from cloison.rules.acts import (
    ACT_CODES,
    Acts,
    Equipment,
    Items,
    Trips,
    code_ids,
    department_ids,
    pathway_ids,
    sector_ids,
)
from cloison.rules.details import Teeth
from cloison.rules.fault_reasons import FAULTS
from cloison.rules.priced import Priced
from cloison.rules.pricing import price
from cloison.rules.reasons import REASONS
from cloison.rules.tariff_book import TariffBook
from cloison.rules.trace import Explanation, explain
from cloison.rules.vocabulary import Agreement, Correction, Domain, Exoneration, Formula, Pathway, Protection, Sector

__all__ = [
    "ACT_CODES",
    "FAULTS",
    "REASONS",
    "Acts",
    "Agreement",
    "Correction",
    "Domain",
    "Equipment",
    "Exoneration",
    "Explanation",
    "Formula",
    "Items",
    "Pathway",
    "Priced",
    "Protection",
    "Sector",
    "TariffBook",
    "Teeth",
    "Trips",
    "code_ids",
    "department_ids",
    "explain",
    "pathway_ids",
    "price",
    "sector_ids",
]
