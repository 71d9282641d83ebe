"""Remittance advice: one payment told to a practice, invoice by invoice, as a PDF to read and a CSV to open.

The label of the transfer comes first, because it is what the practice sees on its bank statement. What is refused is
told with its reason, who must act and what to do. No insured person is named: an invoice is a number and a day of care.
"""

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files
from io import StringIO
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

import typst

from cloison.errors import Actor, Reason, Text
from cloison.money import euros, montant

Language: TypeAlias = Literal["fr", "en"]

WORDS: Final = {
    "title": Text("Bordereau de règlement", "Remittance advice"),
    "label": Text("Libellé du virement", "Label of the transfer"),
    "label_help": Text(
        "C’est ce que montre votre relevé bancaire.", "This is what your bank statement shows."
    ),
    "insurer": Text("Organisme payeur", "Paying insurer"),
    "payee": Text("Bénéficiaire", "Payee"),
    "date": Text("Date du virement", "Date of the transfer"),
    "paid": Text("Montant viré", "Amount transferred"),
    "invoices": Text("Factures payées", "Invoices paid"),
    "deductions": Text("Sommes reprises", "Sums taken back"),
    "refusals": Text("Factures non payées", "Invoices not paid"),
    "number": Text("Facture", "Invoice"),
    "care": Text("Soins du", "Care on"),
    "lines": Text("Lignes", "Lines"),
    "charged": Text("Facturé", "Charged"),
    "amo": Text("Part obligatoire", "Compulsory share"),
    "amc": Text("Part payée", "Share paid"),
    "asked": Text("Demandé", "Asked"),
    "taken": Text("Repris", "Taken back"),
    "why": Text("Motif", "Reason"),
    "who": Text("Qui doit agir", "Who must act"),
    "what": Text("Que faire", "What to do"),
    "total": Text("Total", "Total"),
    "page": Text("Page", "Page"),
    "of": Text("sur", "of"),
    "no_person": Text(
        "Ce document ne nomme aucun assuré.", "This document names no insured person."
    ),
}  # fmt: skip
WHO: Final = {
    Actor.PROFESSIONAL: Text("Vous", "You"),
    Actor.INSURED: Text("L’assuré", "The insured person"),
    Actor.INSURER: Text("L’organisme payeur", "The insurer"),
    Actor.OPERATOR: Text("L’opérateur", "The operator"),
    Actor.BANK: Text("La banque", "The bank"),
    Actor.NOBODY: Text("Personne", "Nobody"),
}
FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
COLUMNS: Final = (
    "libelle_virement", "date_virement", "organisme", "nature", "facture", "date_soins", "lignes", "facture_montant",
    "part_obligatoire", "part_complementaire", "motif", "acteur", "action",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PaidInvoice:
    """One invoice that the payment pays."""

    number: str
    care_date: date
    lines: int
    charged_cents: int
    amo_cents: int
    amc_cents: int


@dataclass(frozen=True, slots=True)
class TakenBack:
    """One invoice that was paid before and is deducted; `amount_cents` is above zero."""

    number: str
    care_date: date
    amount_cents: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Refused:
    """One invoice that is not paid."""

    number: str
    care_date: date
    asked_cents: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Advice:
    """One payment and what it is made of. Raises ValueError unless its parts make its amount to the cent."""

    label: str
    execution_date: date
    insurer: str
    practice_number: str
    practice_name: str = field(repr=False)
    paid_cents: int
    invoices: Sequence[PaidInvoice]
    deductions: Sequence[TakenBack] = ()
    refusals: Sequence[Refused] = ()

    def __post_init__(self) -> None:
        made = sum(each.amc_cents for each in self.invoices) - sum(each.amount_cents for each in self.deductions)
        if made != self.paid_cents:
            raise ValueError(f"{self.label}: the invoices make {made} cents, the transfer {self.paid_cents}")


def to_csv(advice: Advice, language: Language = "fr") -> bytes:
    """Semicolons, a byte order mark and decimal commas: a French spreadsheet opens it as it is."""
    file = StringIO(newline="")
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    head = (advice.label, advice.execution_date.isoformat(), advice.insurer)
    for paid in advice.invoices:
        amounts = [_amount(cents, language) for cents in (paid.charged_cents, paid.amo_cents, paid.amc_cents)]
        day = paid.care_date.isoformat()
        writer.writerow(map(_inert, (*head, "payee", paid.number, day, str(paid.lines), *amounts, "", "", "")))
    for taken in advice.deductions:
        amount = _amount(taken.amount_cents, language)
        day = taken.care_date.isoformat()
        told = _told(taken.reason, language)
        writer.writerow(map(_inert, (*head, "reprise", taken.number, day, "", "", "", amount, *told)))
    for refused in advice.refusals:
        amount = _amount(refused.asked_cents, language)
        day = refused.care_date.isoformat()
        told = _told(refused.reason, language)
        writer.writerow(map(_inert, (*head, "non_payee", refused.number, day, "", "", "", amount, *told)))
    return file.getvalue().encode("utf-8-sig")


def _amount(cents: int, language: Language) -> str:
    return euros(cents).replace(".", ",") if language == "fr" else euros(cents)


def _inert(cell: str) -> str:
    """A spreadsheet runs what begins like a formula: what comes from outside must not."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell


def _told(reason: Reason, language: Language) -> tuple[str, str, str]:
    return tuple(getattr(text, language) for text in (reason.message, WHO[reason.actor], reason.action))


def to_pdf(advice: Advice, language: Language = "fr") -> bytes:
    """A tagged PDF that a screen reader can read (PDF/UA-1); the same advice gives the same bytes."""
    return _compiled(advice, language, "pdf")[0]


def to_png(advice: Advice, language: Language = "fr") -> list[bytes]:
    """The same pages as pictures, to look at them."""
    return _compiled(advice, language, "png")


def _compiled(advice: Advice, language: Language, form: Literal["pdf", "png"]) -> list[bytes]:
    midnight = datetime(advice.execution_date.year, advice.execution_date.month, advice.execution_date.day, tzinfo=UTC)
    pages = _compiler().compile(
        format=form,
        sys_inputs={"advice": json.dumps(_content(advice, language), ensure_ascii=False)},
        pdf_standards=["ua-1"] if form == "pdf" else [],
        timestamp=midnight,
    )
    assert pages is not None, "a compilation without an output file gives bytes"
    return pages if isinstance(pages, list) else [pages]


@cache
def _compiler() -> typst.Compiler:
    """One per process: making it costs more than using it. It reads its template again each time, hence a path."""
    template = Path(str(files("cloison.payments").joinpath("templates", "advice.typ")))
    return typst.Compiler(template, root=template.parent, ignore_system_fonts=True)


def _content(advice: Advice, language: Language) -> dict[str, Any]:  # Any: the shape is that of the template
    def money(cents: int) -> str:
        return montant(cents) if language == "fr" else f"€{cents // 100:,}.{cents % 100:02d}"

    def day(each: date) -> str:
        return f"{each:%d/%m/%Y}" if language == "fr" else each.isoformat()

    return {
        "language": language,
        "words": {name: getattr(text, language) for name, text in WORDS.items()},
        "label": advice.label,
        "date": day(advice.execution_date),
        "insurer": advice.insurer,
        "payee": f"{advice.practice_name} ({advice.practice_number})",
        "paid": money(advice.paid_cents),
        "invoices": [
            [each.number, day(each.care_date), str(each.lines), money(each.charged_cents), money(each.amo_cents),
             money(each.amc_cents)]
            for each in advice.invoices
        ],
        "totals": [
            str(sum(each.lines for each in advice.invoices)),
            money(sum(each.charged_cents for each in advice.invoices)),
            money(sum(each.amo_cents for each in advice.invoices)),
            money(sum(each.amc_cents for each in advice.invoices)),
        ],
        "taken": money(sum(each.amount_cents for each in advice.deductions)),
        "deductions": [
            [each.number, day(each.care_date), money(each.amount_cents), *_told(each.reason, language)]
            for each in advice.deductions
        ],
        "refusals": [
            [each.number, day(each.care_date), money(each.asked_cents), *_told(each.reason, language)]
            for each in advice.refusals
        ],
    }  # fmt: skip
