"""What is cited without having been read, in one list: for who starts a production system, and for the rule book."""

from cloison.rules.citations import unread
from cloison.rules.fault_reasons import FAULTS
from cloison.rules.order import LAWS
from cloison.rules.reasons import REASONS
from cloison.rules.tariff_book import TariffBook


def references_to_verify(tariff: TariffBook) -> dict[str, tuple[str, ...]]:
    """Each reference that nobody has read for this project, with the rules, values and reasons that cite it."""
    cites = [(law.name, text) for law in LAWS for text in law.texts]
    for parameter in tariff.parameters.values():
        cites += [(parameter.name, text) for text in (parameter.text, *(value.source for value in parameter.values))]
    cites += [(reason.code, reason.basis) for reason in [*REASONS, *FAULTS]]
    found: dict[str, dict[str, None]] = {}
    for place, text in cites:
        for reference in unread(text):
            found.setdefault(reference, {})[place] = None
    return {reference: tuple(places) for reference, places in sorted(found.items())}
