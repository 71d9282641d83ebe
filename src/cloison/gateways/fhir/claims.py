"""Claim: an invoice, a quote, a request for a prise en charge, or the cancellation or extension of one of them.

    use=claim              an invoice: decided, and due
    use=predetermination   the figures; with `urn:cloison:calculate`, under a guarantee number
    use=preauthorization   a prise en charge
    related cancel|extend  (urn:cloison:relation) what this does to another Claim

The insurance that has the focus is the complementary one. What the compulsory scheme knows of the person is said in
extensions of the Claim: each that is missing is named, and nothing is assumed.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, TypeAlias

import msgspec

from cloison.claims.paper import Care, Invoice, Lines, Person, Quote
from cloison.claims.quote import Kind, number_of
from cloison.disclosure import Proof
from cloison.errors import Reason
from cloison.gateways.fhir import r4, systems
from cloison.gateways.fhir.ask_reasons import CARE_UNSAID
from cloison.gateways.fhir.asking import Request, person, practice_number, proof, request, wrong
from cloison.gateways.fhir.claim_lines import Said, line_of, said
from cloison.gateways.fhir.claim_reasons import (
    AMOUNTS_DIFFER,
    CARE_UNSTATED,
    CARE_WRONG,
    IDENTIFIER_MISSING,
    LAST_DAY_UNSAID,
    NIR_MISSING,
    NOT_ACTIVE,
    NUMBER_WRONG,
    RELATION_UNKNOWN,
    SEVERAL_GUARANTEES,
)
from cloison.gateways.fhir.eligibility import cents_of
from cloison.gateways.fhir.interaction import Call
from cloison.identity import Actor
from cloison.rules.vocabulary import Exoneration, Pathway, Protection

NAME = "Claim"
REGIME = re.compile(r"[0-9]{2}")
NUMBER = re.compile(r"[0-9A-Z]{1,9}")
WORDS = {
    "exoneration": [each.name.lower() for each in Exoneration],
    "protection": [each.name.lower() for each in Protection],
    "pathway": [each.name.lower() for each in Pathway],
}
PracticeOf: TypeAlias = Callable[[Actor, str], int | Reason]
NumberOf: TypeAlias = Callable[[int], str]
"""The number that invoices of a practice carry."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a Claim does to another: `document` is that one's id. `last_day` is for an extension."""

    what: Literal["cancel", "extend"]
    document: str
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class Submission:
    """A Claim that was read. `kind` is None for an invoice; `paper` is None for a cancellation."""

    claim: r4.Claim = field(repr=False)
    practice: int
    amc: str
    proof: Proof
    kind: Kind | None
    paper: Invoice | Quote | None = field(repr=False)
    change: Change | None = None
    beside: Mapping[str, r4.Resource] = field(default_factory=dict[str, r4.Resource], repr=False)
    """What came with the Claim, by the references to it."""

    @property
    def identifier(self) -> r4.Identifier | None:
        """What its sender calls it."""
        return self.claim.identifier[0] if self.claim.identifier else None

    @property
    def commits(self) -> bool:
        """Whether an answer to it binds: all but a simulation."""
        return self.kind is not Kind.SIMULATION or self.change is not None


@dataclass(frozen=True, slots=True)
class Reading:
    """Reads Claims."""

    practice_of: PracticeOf
    number_of: NumberOf

    def read(self, call: Call) -> Submission:
        """What a call submits. Raises Misuse naming the element that is missing or impossible."""
        asked = request(call.body, r4.Claim)
        claim = asked.asked
        if claim.status != "active":
            raise wrong(NOT_ACTIVE, f"{NAME}.status")
        practice = self.practice_of(call.actor, practice_number(asked, claim.provider))
        if isinstance(practice, Reason):
            raise wrong(practice, f"{NAME}.provider")
        change = _change(claim)
        if change is not None and change.what == "cancel":
            found = Submission(claim, practice, "", Proof.OWN_RECORD, None, None, change, asked.beside)
        else:
            found = self._with_paper(asked, practice, change)
        if found.commits and not (found.identifier and found.identifier.value):
            raise wrong(IDENTIFIER_MISSING, f"{NAME}.identifier")
        return found

    def _with_paper(self, asked: Request[r4.Claim], practice: int, change: Change | None) -> Submission:
        claim = asked.asked
        focal = next((each for each in claim.insurance if each.focal), claim.insurance[0])
        who = person(asked, claim.patient, focal.coverage, claim.insurer)
        invoice = claim.use == "claim"
        if invoice and not who.nir:
            raise wrong(NIR_MISSING, "Patient.identifier")
        number = self.number_of(practice)
        whose = Person(amc=who.amc, birth=who.birth, rank=who.rank, adherent=who.adherent, nir=who.nir)
        care, lines, guarantee = care_of(claim), _lines(claim, invoice=invoice), _guarantee(focal)
        paper: Invoice | Quote = Quote(practice=number, person=whose, care=care, lines=lines)
        if invoice:
            paper = Invoice(
                number=_number(claim), practice=number, person=whose, care=care, lines=lines, guarantee=guarantee
            )
        return Submission(claim, practice, who.amc, proof(claim), _kind(claim), paper, change, asked.beside)


def care_of(claim: r4.Claim) -> Care:
    """What the compulsory scheme knows of the person that day. Raises Misuse naming what is not stated."""
    extensions = said(claim.extension)
    regime = _code(extensions, "regime")
    if not REGIME.fullmatch(regime):
        raise wrong(CARE_WRONG, f"{NAME}.extension", f"{systems.CARE['regime']}: two digits")
    stated = {
        "regime": regime,
        "alsace_moselle": _flag(extensions, "alsace_moselle"),
        "minor": _flag(extensions, "minor"),
        "exoneration": _word(extensions, "exoneration"),
        "protection": _word(extensions, "protection"),
        "pathway": _word(extensions, "pathway") if systems.CARE["pathway"] in extensions else None,
    }
    return msgspec.convert(stated, Care)


def guarantee_of(submission: Submission) -> int:
    """The promise that a Claim names, 0 when it names none."""
    focal = next((each for each in submission.claim.insurance if each.focal), submission.claim.insurance[0])
    text = _guarantee(focal)
    return number_of(text) if text else 0


def _kind(claim: r4.Claim) -> Kind | None:
    if claim.use == "claim":
        return None
    if claim.use == "preauthorization":
        return Kind.PRISE_EN_CHARGE
    calculate = said(claim.extension).get(systems.CALCULATE)
    return Kind.CALCULATION if calculate is not None and calculate.value_boolean else Kind.SIMULATION


def _change(claim: r4.Claim) -> Change | None:
    for at, each in enumerate(claim.related or ()):
        place = f"{NAME}.related[{at}]"
        codings = each.relationship.coding or () if each.relationship else ()
        code = next((coding.code for coding in codings if coding.system == systems.RELATION), None)
        if code not in ("cancel", "extend"):
            raise wrong(RELATION_UNKNOWN, f"{place}.relationship")
        document = ((each.claim.reference if each.claim else None) or "").rpartition("Claim/")[2]
        last = (claim.billable_period.end if claim.billable_period else None) or ""
        if code == "extend" and len(last) < len("2026-01-01"):
            raise wrong(LAST_DAY_UNSAID, f"{NAME}.billablePeriod.end")
        return Change(code, document, date.fromisoformat(last[:10]) if code == "extend" else None)
    return None


def _lines(claim: r4.Claim, *, invoice: bool) -> Lines:
    items = claim.item or []
    if not items:
        raise wrong(CARE_UNSAID, f"{NAME}.item")
    lines = [line_of(item, f"{NAME}.item[{at}]", invoice=invoice) for at, item in enumerate(items)]
    total = sum(line.charged_cents for line in lines)
    if claim.total is not None and cents_of(claim.total, f"{NAME}.total") != total:
        raise wrong(AMOUNTS_DIFFER, f"{NAME}.total", "the sum of item.net")
    return lines


def _number(claim: r4.Claim) -> str:
    """The number of the invoice where its sender gives one, else empty: the server gives one."""
    for at, each in enumerate(claim.identifier or ()):
        if each.system == systems.INVOICE:
            if not NUMBER.fullmatch(each.value or ""):
                raise wrong(NUMBER_WRONG, f"{NAME}.identifier[{at}].value")
            return each.value or ""
    return ""


def _guarantee(insurance: r4.ClaimInsurance) -> str:
    numbers = [each for each in insurance.pre_auth_ref or () if each]
    if len(numbers) > 1:
        raise wrong(SEVERAL_GUARANTEES, f"{NAME}.insurance.preAuthRef")
    if numbers and number_of(numbers[0]) <= 0:
        raise wrong(NUMBER_WRONG, f"{NAME}.insurance.preAuthRef")
    return numbers[0] if numbers else ""


def _code(extensions: Said, name: str) -> str:
    found = extensions.get(systems.CARE[name])
    if found is None or not found.value_code:
        raise wrong(CARE_UNSTATED, f"{NAME}.extension", systems.CARE[name])
    return found.value_code


def _word(extensions: Said, name: str) -> str:
    word = _code(extensions, name)
    if word not in WORDS[name]:
        raise wrong(CARE_WRONG, f"{NAME}.extension", f"{systems.CARE[name]}: {', '.join(WORDS[name])}")
    return word


def _flag(extensions: Said, name: str) -> bool:
    found = extensions.get(systems.CARE[name])
    if found is None or found.value_boolean is None:
        raise wrong(CARE_UNSTATED, f"{NAME}.extension", systems.CARE[name])
    return found.value_boolean
