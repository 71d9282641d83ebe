"""Which text set which cent of which act, with the value it used and since when.

A batch keeps, per amount, the number of the rule that set it (`Priced.trace`). The full account of one act is told by
running the rules again on that act alone, listening to what they read: the same code, so it cannot tell another
story. What an act got of a limit that it shares with others is taken from the batch.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

import numpy as np

from cloison.errors import Reason, Text
from cloison.money import euros, montant
from cloison.rules.bill import Bill
from cloison.rules.law import Law
from cloison.rules.order import LAW_NUMBERS, ORDER, Decided, Step
from cloison.rules.priced import Priced
from cloison.rules.pricing import admit, blank, decide, in_turn
from cloison.rules.tariff_book import Heard

Language: TypeAlias = Literal["fr", "en"]


@dataclass(frozen=True, slots=True)
class Reading:
    """A parameter that a rule read: its value on the day of care, since when, and who says so."""

    parameter: str
    key: str
    value: int
    unit: str
    choice: str
    since: date
    source: str
    doubt: Text | None

    def lines(self, language: Language) -> Iterator[str]:
        """The value, since when, who says so, and what is doubtful about it."""
        name = f"{self.parameter}[{self.key}]" if self.key else self.parameter
        since, doubt = ("depuis le", "à vérifier :") if language == "fr" else ("since", "to verify:")
        yield f"    {name} = {self.worth(language)} {since} {self.since} ({self.source})"
        if self.doubt:
            yield f"      {doubt} {_said(self.doubt, language)}"

    def worth(self, language: Language) -> str:
        """The value in the words of its unit."""
        if self.choice:
            return self.choice
        if self.unit.startswith("cents"):
            return montant(self.value) if language == "fr" else f"EUR {euros(self.value)}"
        if self.unit.startswith("basis points"):
            return f"{self.value // 100} %"
        if self.unit.startswith("percent"):
            return f"{self.value} %"
        if self.unit.startswith("hundredths of a kilometre"):
            return f"{self.value // 100} km"
        return str(self.value)


@dataclass(frozen=True, slots=True)
class Decision:
    """One rule that set one amount of one act."""

    column: Decided
    before: int
    after: int
    law: Law
    readings: tuple[Reading, ...]

    def lines(self, language: Language) -> Iterator[str]:
        """The amount, the rule and its texts; then each value it used, with its doubt."""
        words = self.law.says.fr if language == "fr" else self.law.says.en
        colon = " :" if language == "fr" else ":"
        label = LABELS[self.column][language]
        yield f"{label} {self._amount(language)}{colon} {words} [{', '.join(self.law.texts)}]"
        for reading in self.readings:
            yield from reading.lines(language)

    def _amount(self, language: Language) -> str:
        if self.column == "amo_rate_bp":
            return f"{self.after // 100} %" if self.after >= 0 else "-"
        return montant(self.after) if language == "fr" else f"EUR {euros(self.after)}"


LABELS: dict[Decided, dict[Language, str]] = {
    "base": {"fr": "Base de remboursement", "en": "Base of reimbursement"},
    "amo_rate_bp": {"fr": "Taux obligatoire", "en": "Compulsory rate"},
    "amo_share": {"fr": "Part obligatoire", "en": "Compulsory share"},
    "amc_share": {"fr": "Part complémentaire", "en": "Complementary share"},
    "participation_forfaitaire": {"fr": "Participation forfaitaire", "en": "Flat participation"},
    "franchise": {"fr": "Franchise", "en": "Franchise"},
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """The account of one act: each rule that set an amount, in order, and every reason that applies."""

    decisions: tuple[Decision, ...]
    reasons: tuple[Reason, ...]
    left: int
    """What stays with the insured."""

    def lines(self, language: Language) -> Iterator[str]:
        """The account in words: decisions with the values they used, then what to know and to do."""
        for decision in self.decisions:
            yield from decision.lines(language)
        if self.decisions:
            yield (
                f"Reste à l'assuré {montant(self.left)}" if language == "fr" else f"Left to pay EUR {euros(self.left)}"
            )
        for reason in self.reasons:
            yield f"{_said(reason.message, language)} {_said(reason.action, language)}"


def explain(priced: Priced, row: int) -> Explanation:
    """Tell how one act of a batch was priced."""
    reasons = tuple(priced.reasons(row))
    if bool(priced.refused[row]):
        return Explanation((), reasons, 0)

    act = priced.acts.take(np.array([row]))
    heard: list[Heard] = []
    sheet = blank(1)
    bill = Bill(act, sheet, priced.tariff.dates(act.care_date, heard))
    admit(bill)
    day: date = act.care_date[0].item()
    decisions: list[Decision] = []
    for step, version, about in in_turn(ORDER, bill):
        heard.clear()
        before = int(sheet.columns[step.column][0])
        sheet.trace[step.column][0] = -1
        decide(step, version, about, priced.tariff)
        if step.whole:
            _as_in_the_batch(step, version, priced, row, bill, before)
        if int(sheet.trace[step.column][0]) == LAW_NUMBERS[version]:
            after = int(sheet.columns[step.column][0])
            decisions.append(Decision(step.column, before, after, version, _readings(heard, day)))
    return Explanation(tuple(decisions), reasons, int(priced.own_share[row]))


def _as_in_the_batch(step: Step, version: Law, priced: Priced, row: int, bill: Bill, before: int) -> None:
    """What the act got of a shared limit, whether it came first or last."""
    final = int(getattr(priced, step.column)[row])
    limited = int(getattr(priced.trace, step.column)[row]) == LAW_NUMBERS[version]
    bill.decide(step.column, final if limited else before, LAW_NUMBERS[version] if limited else -1)


def _readings(heard: list[Heard], day: date) -> tuple[Reading, ...]:
    found: dict[tuple[str, str], Reading] = {}
    for parameter, key in heard:
        dated = parameter.on(day)
        value = None if dated is None else dated.value if isinstance(dated.value, int) else dated.value.get(key)
        if dated is None or value is None:
            continue
        choice = parameter.choices[value] if parameter.choices else ""
        found[parameter.name, key] = Reading(
            parameter.name, key, value, parameter.unit, choice, dated.start, dated.source, dated.doubt
        )
    return tuple(found.values())


def _said(text: Text, language: Language) -> str:
    return text.fr if language == "fr" else text.en
