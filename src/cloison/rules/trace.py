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

from cloison.errors import Actor, Reason, Text
from cloison.money import euros, montant
from cloison.rules.acts import Acts
from cloison.rules.bill import Bill
from cloison.rules.citations import cited, unread
from cloison.rules.law import Law
from cloison.rules.order import LAW_NUMBERS, ORDER, Decided, Step
from cloison.rules.priced import Priced
from cloison.rules.pricing import admit, blank, decide, in_turn
from cloison.rules.tariff_book import Heard
from cloison.rules.vocabulary import Formula

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
        yield f"    {name} = {self.worth(language)} {since} {_day(self.since, language)} ({self.source})"
        if self.doubt:
            yield f"      {doubt} {_said(self.doubt, language)}"
        elif articles := ", ".join(unread(self.source)):
            yield f"      {doubt} {articles}"

    def worth(self, language: Language) -> str:
        """The value in the words of its unit."""
        if self.choice:
            return self.choice
        if self.unit.startswith("cents"):
            return _money(self.value, language)
        if self.unit.startswith("basis points taken off"):
            return f"{self.value // 100} points"
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
    guarantee: Text | None = None
    """What the product gave to a rule about guarantees."""

    def lines(self, language: Language) -> Iterator[str]:
        """The amount, the rule and its texts; then each value it used, with its doubt."""
        colon = " :" if language == "fr" else ":"
        label, texts = LABELS[self.column][language], cited(self.law.texts, language)
        if self._nothing_withheld:
            yield f"{label} {self._amount(language)}{colon} {_said(NOTHING_WITHHELD, language)} [{texts}]"
            return
        yield f"{label} {self._amount(language)}{colon} {_said(self.law.says, language)} [{texts}]"
        if self.guarantee:
            yield f"    {_said(self.guarantee, language)}"
        for reading in self.readings:
            yield from reading.lines(language)

    @property
    def _nothing_withheld(self) -> bool:
        return self.column in ("participation_forfaitaire", "franchise") and self.before == self.after == 0

    def _amount(self, language: Language) -> str:
        if self.column == "amo_rate_bp":
            return f"{self.after // 100} %" if self.after >= 0 else "-"
        return _money(self.after, language)


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
    shares: tuple[tuple[Text, int], ...]
    """What is charged, then who pays how much of it: the compulsory scheme, the insurers, the insured."""

    def lines(self, language: Language) -> Iterator[str]:
        """The account in words: decisions with the values they used, then what to know, who must act, what to do."""
        for decision in self.decisions:
            yield from decision.lines(language)
        if self.shares:
            charged, *paid = [f"{_said(what, language)} {_money(worth, language)}" for what, worth in self.shares]
            yield f"{charged} = {' + '.join(paid)}"
        for reason in self.reasons:
            yield from _reason_lines(reason, language)


def _reason_lines(reason: Reason, language: Language) -> Iterator[str]:
    """A refusal, a reduction or a remark: why, by which text, who must act and what to do."""
    semicolon = " ;" if language == "fr" else ";"
    yield f"{_said(reason.message, language)} [{reason.code}{semicolon} {cited([reason.basis], language)}]"
    if reason.actor is not Actor.NOBODY:
        colon = " :" if language == "fr" else ":"
        yield f"    {_said(WHO_ACTS[reason.actor], language)}{colon} {_said(reason.action, language)}"


WHO_ACTS = {
    Actor.PROFESSIONAL: Text("Au professionnel de santé", "For the professional"),
    Actor.INSURED: Text("À l'assuré", "For the insured"),
    Actor.INSURER: Text("À l'assureur complémentaire", "For the complementary insurer"),
    Actor.OPERATOR: Text("À l'opérateur de tiers payant", "For the third-party payment operator"),
    Actor.BANK: Text("À la banque", "For the bank"),
}
NOTHING_WITHHELD = Text(
    "rien n'est retenu (mineur, maternité, CSS, AME, transport urgent, ou part obligatoire nulle)",
    "nothing is withheld (minor, maternity, CSS, AME, urgent transport, or no compulsory share)",
)


def explain(priced: Priced, row: int) -> Explanation:
    """Tell how one act of a batch was priced."""
    reasons = tuple(priced.reasons(row))
    if bool(priced.refused[row]):
        return Explanation((), reasons, ())

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
            decisions.append(
                Decision(step.column, before, after, version, _readings(heard, day), _guarantee(version, act))
            )
    return Explanation(tuple(decisions), reasons, _shares(priced, row))


def _shares(priced: Priced, row: int) -> tuple[tuple[Text, int], ...]:
    """Who pays what is charged, to the cent. Another insurer and an overrun are named where there is one."""
    overrun, other = int(priced.overrun[row]), int(priced.acts.paid_by_other[row])
    charged = Text("Facturé", "Charged")
    if overrun:
        charged = Text(
            f"Facturé (dont {montant(overrun)} au-delà de la base)", f"Charged (EUR {euros(overrun)} above the base)"
        )
    shares = [
        (charged, int(priced.acts.charged[row])),
        (Text("part obligatoire", "compulsory share"), int(priced.amo_share[row])),
        (Text("part complémentaire", "complementary share"), int(priced.amc_share[row])),
        (Text("reste à l'assuré", "left to the insured"), int(priced.own_share[row])),
    ]
    if other:
        shares.insert(2, (Text("autre complémentaire", "other insurer"), other))
    return tuple(shares)


def _guarantee(version: Law, act: Acts) -> Text | None:
    """What the product promises for this act, for the rules that carry it out."""
    row, formula = 0, int(act.formula[0])
    if version.name in ("ticket_moderateur", "base_comprise", "base_en_plus", "frais_reels"):
        rate = int(act.rate_bp[row])
        promised = f"{rate // 100} %" if rate % 100 == 0 else f"{euros(rate)} %"
        return Text(f"garantie = {promised} {Formula(formula).name}", f"guarantee = {promised} {Formula(formula).name}")
    column = {"forfait": act.amount_cents, "plafond_par_acte": act.act_cap, "plafond_partage": act.ceiling_left}
    if version.name not in column:
        return None
    amount = int(column[version.name][row])
    fr, en = {
        "forfait": ("garantie par acte", "guarantee per act"),
        "plafond_par_acte": ("plafond par acte", "cap per act"),
        "plafond_partage": ("reste du plafond avant ces actes", "left of the ceiling before these acts"),
    }[version.name]
    return Text(f"{fr} = {montant(amount)}", f"{en} = EUR {euros(amount)}")


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


def _money(amount_cents: int, language: Language) -> str:
    return montant(amount_cents) if language == "fr" else f"EUR {euros(amount_cents)}"


def _day(day: date, language: Language) -> str:
    return f"{day:%d/%m/%Y}" if language == "fr" else str(day)


def _said(text: Text, language: Language) -> str:
    return text.fr if language == "fr" else text.en
