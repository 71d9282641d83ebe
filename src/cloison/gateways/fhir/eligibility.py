"""CoverageEligibilityRequest and its answer: is this person covered for this care on this day?

Each item asks about one family of care. `auth-requirements` among the purposes asks for a guarantee number; the amount
of an item then asks to hold that much of a yearly ceiling. Three answers exist and are never mixed: in force, not in
force (with why, and what to do), and not known because the insurer did not answer (outcome `error`).
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from cloison.disclosure import Result
from cloison.errors import Misuse, Problem, Reason
from cloison.gateways.fhir import r4, reading, systems
from cloison.gateways.fhir.ask_reasons import AMOUNT_WRONG, CARE_UNSAID, DAY_UNSAID
from cloison.gateways.fhir.asking import Person, Request, person, practice_number, proof, request, wrong
from cloison.gateways.fhir.interaction import Answer, Call, instant
from cloison.gateways.fhir.outcome import Language, said
from cloison.identity import Actor
from cloison.rights.question import Enquiry, Reply
from cloison.rules.vocabulary import Domain

NAME = "CoverageEligibilityRequest"
CENTS_MAX = 100_000_000
Ask = Callable[[Actor, Sequence[Enquiry]], Awaitable[Sequence[Reply] | Reason]]
PracticeOf = Callable[[Actor, str], int | Reason]
DomainOf = Callable[[str], Domain | None]
"""The family of care of an act code; None when nobody knows the code."""


@dataclass(frozen=True, slots=True)
class Questions:
    """What a request asks, ready to be answered: one enquiry per family of care, with the items it answers."""

    request: Request[r4.CoverageEligibilityRequest] = field(repr=False)
    enquiries: tuple[Enquiry, ...] = field(repr=False)
    person: Person = field(repr=False)


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Answers requests for eligibility."""

    ask: Ask
    practice_of: PracticeOf
    domain_of: DomainOf

    async def submit(self, call: Call) -> Answer:
        """`$submit`: the answer at once, and nothing kept but the line in the log of disclosures."""
        questions = self.read(call)
        return Answer(200, reading.write(await self.answer(call, questions)))

    def read(self, call: Call) -> Questions:
        """What a call asks. Raises Misuse naming the element that is missing or impossible."""
        asked = request(call.body, r4.CoverageEligibilityRequest)
        resource = asked.asked
        if not resource.insurance:
            raise wrong(CARE_UNSAID, f"{NAME}.insurance")
        who = person(asked, resource.patient, resource.insurance[0].coverage, resource.insurer)
        practice = self.practice_of(call.actor, practice_number(asked, resource.provider))
        if isinstance(practice, Reason):
            raise wrong(practice, f"{NAME}.provider")
        day = _day(resource)
        engage = "auth-requirements" in resource.purpose
        wanted = self._wanted(resource)
        how = proof(resource)
        enquiries = tuple(
            Enquiry(
                call.actor.account, practice, how, day, domain, who.amc, who.adherent,
                "" if who.adherent else who.nir, who.birth, who.rank, engage, cents,
            )
            for domain, cents in wanted.items()
        )  # fmt: skip
        return Questions(asked, enquiries, who)

    async def answer(self, call: Call, questions: Questions, address: str = "") -> r4.CoverageEligibilityResponse:
        """The answer to what was asked, by the address of the request where it has one. Raises Misuse when the channel
        is closed."""
        replies = await self.ask(call.actor, questions.enquiries)
        if isinstance(replies, Reason):
            raise Misuse(replies)
        return response(call, questions, replies, address)

    def _wanted(self, resource: r4.CoverageEligibilityRequest) -> dict[Domain, int]:
        """The families of care that the items ask about, with the cents to hold for each."""
        wanted: dict[Domain, int] = {}
        for at, item in enumerate(resource.item or ()):
            place = f"{NAME}.item[{at}]"
            domain = self._domain(item)
            if domain is None:
                raise wrong(CARE_UNSAID, place)
            quantity = item.quantity.value if item.quantity and item.quantity.value is not None else Decimal(1)
            cents = 0 if item.unit_price is None else cents_of(item.unit_price, f"{place}.unitPrice", quantity)
            wanted[domain] = wanted.get(domain, 0) + cents
        if not wanted:
            raise wrong(CARE_UNSAID, f"{NAME}.item")
        return wanted

    def _domain(self, item: r4.CoverageEligibilityRequestItem) -> Domain | None:
        for coding in (item.category.coding or ()) if item.category else ():
            if coding.system == systems.DOMAIN and coding.code and coding.code in Domain.__members__:
                return Domain[coding.code]
        for coding in (item.product_or_service.coding or ()) if item.product_or_service else ():
            if coding.system == systems.ACT and coding.code:
                return self.domain_of(coding.code)
        return None


def response(
    call: Call, questions: Questions, replies: Sequence[Reply], address: str = ""
) -> r4.CoverageEligibilityResponse:
    """The answer as FHIR says it: no field of identity in it."""
    asked = questions.request.asked
    covered = [reply for reply in replies if reply.result is Result.COVERED]
    unknown = [reply for reply in replies if reply.result is Result.UNDETERMINED]
    refusals = [reply.reason for reply in replies if reply.reason is not None]
    numbers = [reply.engagement for reply in covered if reply.engagement]
    first = next(iter(covered), None)
    return r4.CoverageEligibilityResponse(
        status="active",
        purpose=asked.purpose,
        patient=r4.Reference(type="Patient", display="person of the request"),
        serviced_date=asked.serviced_date,
        serviced_period=asked.serviced_period,
        created=instant(call.now),
        request=r4.Reference(reference=address) if address else _of_request(asked),
        outcome="error" if len(unknown) == len(replies) else "partial" if unknown else "complete",
        disposition=" ".join(dict.fromkeys(said(each.message, _spoken(call)) for each in refusals)) or None,
        insurer=_insurer(questions.person.amc),
        insurance=[
            r4.CoverageEligibilityResponseInsurance(
                coverage=r4.Reference(type="Coverage", display="coverage of the request"),
                inforce=None if len(unknown) == len(replies) else bool(covered),
                benefit_period=_period(first),
                item=[_item(call, reply, each) for reply, each in zip(replies, questions.enquiries, strict=True)],
            )
        ],
        pre_auth_ref=numbers[0] if len(numbers) == 1 else None,
        error=[_error(call, each) for each in dict.fromkeys(reply.reason for reply in unknown) if each] or None,
    )


def cents_of(money: r4.Money, place: str, times: Decimal = Decimal(1)) -> int:
    """Euros as whole cents. Raises Misuse when they are not, or are another currency."""
    value = (money.value if money.value is not None else Decimal(0)) * times * 100
    if money.currency not in (None, systems.EURO) or value != int(value) or not 0 <= value <= CENTS_MAX:
        raise wrong(AMOUNT_WRONG, place)
    return int(value)


def euros(cents: int) -> r4.Money:
    """Cents as euros with two decimals."""
    return r4.Money(value=Decimal(cents).scaleb(-2), currency=systems.EURO)


def refusal(call: Call, reason: Reason) -> r4.CodeableConcept:
    """A refusal in words and code, with what to do, who must act, and whether to send again."""
    problem, language = Problem.of(reason), _spoken(call)
    return r4.CodeableConcept(
        extension=[
            r4.Extension(url=f"{systems.MESSAGE}action", value_string=said(reason.action, language)),
            r4.Extension(url=f"{systems.MESSAGE}actor", value_code=reason.actor.value),
            r4.Extension(url=f"{systems.MESSAGE}retry", value_code=reason.retry.value),
            r4.Extension(url=f"{systems.MESSAGE}doc_url", value_uri=problem.doc_url),
        ],
        coding=[r4.Coding(system=systems.REASON, code=reason.code)],
        text=said(reason.message, language),
    )


def _item(call: Call, reply: Reply, enquiry: Enquiry) -> r4.CoverageEligibilityResponseInsuranceItem:
    category = r4.CodeableConcept(coding=[r4.Coding(system=systems.DOMAIN, code=enquiry.domain.name)])
    if reply.result is Result.UNDETERMINED:
        return r4.CoverageEligibilityResponseInsuranceItem(category=category)
    if reply.result is not Result.COVERED:
        why = reply.reason
        return r4.CoverageEligibilityResponseInsuranceItem(
            extension=[r4.Extension(url=f"{systems.MESSAGE}reason", value_codeable_concept=refusal(call, why))]
            if why
            else None,
            category=category,
            excluded=True,
        )
    held = [
        r4.CoverageEligibilityResponseInsuranceItemBenefit(
            type=r4.CodeableConcept(coding=[r4.Coding(system="urn:cloison:benefit", code="held")]),
            allowed_money=euros(reply.held_cents),
        )
    ]
    number = [r4.Extension(url=systems.ENGAGEMENT, value_string=reply.engagement)] if reply.engagement else None
    return r4.CoverageEligibilityResponseInsuranceItem(
        extension=number, category=category, excluded=False, benefit=held if reply.held_cents else None
    )


def _error(call: Call, reason: Reason) -> r4.CoverageEligibilityResponseError:
    return r4.CoverageEligibilityResponseError(code=refusal(call, reason))


def _of_request(asked: r4.CoverageEligibilityRequest) -> r4.Reference:
    """The request by its own identifier, or in words when it has none."""
    if asked.identifier:
        return r4.Reference(type=NAME, identifier=asked.identifier[0])
    return r4.Reference(type=NAME, display="this request")


def _insurer(amc: str) -> r4.Reference:
    return r4.Reference(type="Organization", identifier=r4.Identifier(system=systems.AMC, value=amc))


def _period(reply: Reply | None) -> r4.Period | None:
    if reply is None or reply.valid_from is None:
        return None
    return r4.Period(start=reply.valid_from.isoformat(), end=reply.valid_to.isoformat() if reply.valid_to else None)


def _day(resource: r4.CoverageEligibilityRequest) -> date:
    """The day of care: the day given, or the first of the period."""
    text = resource.serviced_date or (resource.serviced_period.start if resource.serviced_period else None) or ""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise wrong(DAY_UNSAID, f"{NAME}.servicedDate") from None


def _spoken(call: Call) -> Language:
    return "en" if call.language == "en" else "fr"
