"""ExplanationOfBenefit: what was decided for the care of a person, in their words and to the cent.

One for each decided invoice of the persons of the caller's account. Its amounts are those of the decision: what the
professional reads in their remittance is the same line.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from cloison.claims.benefits import Benefit, BenefitLine, BenefitSearch
from cloison.errors import Misuse, Reason, Text
from cloison.gateways.fhir import plain, r4, reading, systems
from cloison.gateways.fhir.eligibility import euros
from cloison.gateways.fhir.interaction import Answer, Call, instant, named
from cloison.gateways.fhir.organizations import insurer_id, practice_id
from cloison.gateways.fhir.outcome import Language, said
from cloison.gateways.fhir.payments import NUMBER
from cloison.gateways.fhir.rest_reasons import NOT_FOUND, PARAMETER_WRONG
from cloison.gateways.fhir.search import Kind, Match, Page, Query
from cloison.identity import Actor
from cloison.rules.vocabulary import Domain

NAME = "ExplanationOfBenefit"
PARAMETERS = {"identifier": Kind.TOKEN, "created": Kind.DATE}
ADJUDICATION = "http://terminology.hl7.org/CodeSystem/adjudication"
CLAIM_TYPES = "http://terminology.hl7.org/CodeSystem/claim-type"
PART = "urn:cloison:part"
"""Shares that HL7's list of adjudications does not have: amo, and what is left to the person."""
TYPES = {Domain.PHAR: "pharmacy", Domain.OPTI: "vision", Domain.DENT: "oral", Domain.HOSP: "institutional"}
STATES = {2: plain.PAID_FOR_YOU, 3: plain.NOTHING_LEFT, 4: plain.TAKEN_BACK, 1: plain.REFUSED}
CANCELLED = 4
DIGITS_MAX = 18


@dataclass(frozen=True, slots=True)
class Acts:
    """What is said of codes of acts: their family of care and their name."""

    domain: Callable[[str], Domain | None]
    name: Callable[[str], Text | None]


@dataclass(frozen=True, slots=True)
class Benefits:
    """The explanations of the persons of each caller. `insurer` gives the AMC number of one, `reason` one by number."""

    find_own: Callable[[Actor, BenefitSearch], Awaitable[list[Benefit]]]
    insurer: Callable[[int], str]
    reason: Callable[[int], Reason | None]
    acts: Acts

    async def read(self, call: Call, text: str, version: str = "") -> Answer:
        """One explanation, as it stands."""
        found = await self.find_own(call.actor, BenefitSearch(invoices=(number_of(text),), count=1))
        if not found:
            raise Misuse(NOT_FOUND)
        benefit = found[0]
        if call.knows(benefit.version, benefit.decided_at):
            return Answer(304, version=benefit.version, updated=benefit.decided_at)
        return Answer(200, self.body(call, benefit), benefit.version, benefit.decided_at)

    async def find(self, call: Call, query: Query) -> Page:
        """One page, the last received first."""
        if query.count_only:
            raise Misuse(PARAMETER_WRONG, cause="_summary=count, _count=0: what a person has is not counted")
        names = query.tokens.get("identifier", ())
        created = query.dates.get("created")
        found = await self.find_own(
            call.actor,
            BenefitSearch(
                invoices=tuple(number_of(each.code) for each in query.tokens.get("_id", ())),
                number=names[0].code if names else None,
                since=created.start if created else None,
                until=created.end if created else None,
                up_to=query.up_to,
                before=query.before,
                count=query.count + 1,
            ),
        )
        page = found[: query.count]
        up_to = query.up_to if query.up_to is not None else (page[0].invoice if page else None)
        matches = [Match(NAME, str(each.invoice), self.body(call, each)) for each in page]
        return Page(matches, None, up_to, page[-1].invoice if len(found) > query.count else None)

    def body(self, call: Call, benefit: Benefit) -> bytes:
        """An explanation in the language of the caller."""
        resource = self._resource(benefit, "en" if call.language == "en" else "fr")
        return named(reading.write(resource), str(benefit.invoice), benefit.version, benefit.decided_at)

    def _resource(self, benefit: Benefit, language: Language) -> r4.ExplanationOfBenefit:
        amc = self.insurer(benefit.tenant)
        why = self.reason(benefit.reason)
        words = [said(STATES[benefit.state], language), *([said(why.message, language)] if why else [])]
        return r4.ExplanationOfBenefit(
            language=language,
            identifier=[r4.Identifier(system=NUMBER, value=benefit.number)],
            status="cancelled" if benefit.state == CANCELLED else "active",
            type=r4.CodeableConcept(coding=[r4.Coding(system=CLAIM_TYPES, code=self._type(benefit))]),
            use="claim",
            patient=r4.Reference(type="Patient", display=said(plain.YOU, language)),
            billable_period=r4.Period(start=benefit.care_from.isoformat(), end=benefit.care_to.isoformat()),
            created=instant(benefit.first_decided_at),
            insurer=r4.Reference(
                reference=f"Organization/{insurer_id(amc)}", identifier=r4.Identifier(system=systems.AMC, value=amc)
            ),
            provider=r4.Reference(
                reference=f"Organization/{practice_id(benefit.practice)}", display=benefit.practice_name or None
            ),
            outcome="complete",
            disposition=" ".join(words),
            insurance=[
                r4.ExplanationOfBenefitInsurance(
                    focal=True, coverage=r4.Reference(type="Coverage", display=said(plain.YOUR_CONTRACT, language))
                )
            ],
            item=[self._item(line, language) for line in benefit.lines],
            total=[
                r4.ExplanationOfBenefitTotal(category=_category(*each[:3], language), amount=euros(each[3]))
                for each in _shares(benefit)
            ],
            payment=_payment(benefit),
        )

    def _type(self, benefit: Benefit) -> str:
        domain = self.acts.domain(benefit.lines[0].code)
        return TYPES.get(domain, "professional") if domain else "professional"

    def _item(self, line: BenefitLine, language: Language) -> r4.ExplanationOfBenefitItem:
        domain, why = self.acts.domain(line.code), self.reason(line.reason)
        name = self.acts.name(line.code) or plain.OTHER_ACT
        reason = _category(systems.REASON, why.code, why.message, language) if why else None
        return r4.ExplanationOfBenefitItem(
            sequence=line.line + 1,
            category=_category(systems.DOMAIN, domain.name, plain.DOMAINS[domain], language) if domain else None,
            product_or_service=_category(systems.ACT, line.code, name, language),
            serviced_date=line.care_date.isoformat(),
            quantity=r4.Quantity(value=Decimal(line.quantity)),
            net=euros(line.charged_cents),
            adjudication=[
                r4.ExplanationOfBenefitItemAdjudication(
                    category=_category(system, code, words, language),
                    reason=reason if code == "benefit" else None,
                    amount=euros(cents),
                )
                for system, code, words, cents in _shares(line)
            ],
        )


def number_of(text: str) -> int:
    """The number of an invoice; one that cannot be ours is that of none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= DIGITS_MAX else -1


def _shares(of: Benefit | BenefitLine) -> Sequence[tuple[str, str, Text, int]]:
    """The amounts that add up: what was charged is the three shares together, but for what the law withholds."""
    base = [(ADJUDICATION, "eligible", plain.BASE, of.base_cents)] if isinstance(of, BenefitLine) else []
    return [
        (ADJUDICATION, "submitted", plain.CHARGED, of.charged_cents),
        *base,
        (PART, "amo", plain.AMO_SHARE, of.amo_cents),
        (ADJUDICATION, "benefit", plain.AMC_SHARE, of.amc_cents),
        (PART, "own", plain.OWN_SHARE, of.own_cents),
    ]


def _category(system: str, code: str, words: Text, language: Language) -> r4.CodeableConcept:
    return r4.CodeableConcept(coding=[r4.Coding(system=system, code=code)], text=said(words, language))


def _payment(benefit: Benefit) -> r4.ExplanationOfBenefitPayment | None:
    """The payment to the practice that holds the amount; None until it is in one."""
    if benefit.paid_on is None:
        return None
    return r4.ExplanationOfBenefitPayment(date=benefit.paid_on.isoformat(), amount=euros(benefit.amc_cents))
