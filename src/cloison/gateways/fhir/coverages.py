"""Coverage: the rights of a person, asked for by what the caller holds, one question per family of care.

POST Coverage/_search with the member number or the NIR, the birth date and rank, and the insurer: never in an address.
The answer is one Coverage for each contract that is open, kept, so that it can be read again; asked again, it is the
same resource, in the same version as long as nothing has changed. When nothing is open any more it is `cancelled`.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TypeAlias
from uuid import UUID

from cloison.disclosure import Result
from cloison.errors import Misuse, Problem, Reason
from cloison.exchanges import Draft, Exchanges, Search
from cloison.exchanges.exchange import Filed
from cloison.gateways.fhir import french, r4, reading, systems
from cloison.gateways.fhir.ask_reasons import AMC_MISSING, BIRTH_MISSING, DAY_UNSAID, PERSON_UNNAMED, PROOF_UNKNOWN
from cloison.gateways.fhir.asking import ADHERENT, AMC, NIR_LENGTH, PROOFS, wrong
from cloison.gateways.fhir.eligibility import Ask, PracticeOf
from cloison.gateways.fhir.interaction import Call, named
from cloison.gateways.fhir.organizations import insurer_id
from cloison.gateways.fhir.outcome import outcomes
from cloison.gateways.fhir.search import OUTCOME, Kind, Match, Page, Query, Span, Token
from cloison.gateways.fhir.stored import Stored
from cloison.identifiers.nir import Nir
from cloison.rights.question import Enquiry, Reply
from cloison.rules.vocabulary import Domain

NAME = "Coverage"
PARAMETERS = {
    "identifier": Kind.TOKEN, "beneficiary": Kind.REFERENCE, "patient": Kind.REFERENCE, "payor": Kind.REFERENCE,
    "birthdate": Kind.DATE, "birth-rank": Kind.TOKEN, "day": Kind.DATE, "proof": Kind.TOKEN, "status": Kind.TOKEN,
}  # fmt: skip
"""birthdate, birth-rank, day and proof are this server's own: HL7 has no names for them."""
COVERAGE_TYPES = "http://terminology.hl7.org/CodeSystem/coverage-type"
CLASS = "urn:cloison:classe"
CSR, CONVENTION = "csr", "convention"
RANK = re.compile(r"[1-9]")
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Billing:
    """How a product is billed: its convention and its secondary criterion of routing."""

    convention: str
    csr: str


TokenOf: TypeAlias = Callable[[Enquiry], tuple[UUID, int]]
"""The blind index of whom a question is about, and the insurer (0: none has this number)."""


@dataclass(frozen=True, slots=True)
class Contract:
    """What is open of one contract: equal contracts answer several families of care."""

    product: int
    order: int
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Coverages:
    """Answers searches for rights."""

    ask: Ask
    practice_of: PracticeOf
    token_of: TokenOf
    billing: Callable[[int], Billing]
    stored: Stored
    exchanges: Exchanges

    async def find(self, call: Call, query: Query) -> Page:
        """The rights of who is described; or the coverages that were found before, when nobody is."""
        if not asks(call):
            if _describes(query):
                raise wrong(BIRTH_MISSING, "birthdate")
            return await self.stored.find(call, query)
        asked = self._enquiries(call, query)
        replies = await self.ask(call.actor, asked)
        if isinstance(replies, Reason):
            raise Misuse(replies)
        token, tenant = self.token_of(asked[0])
        filing = Filing(call, self.exchanges, asked[0].practice, token, tenant)
        contracts = _contracts(asked, replies)
        if not contracts:
            reasons = list(dict.fromkeys(each.reason for each in replies if each.reason is not None))
            if all(each.result is not Result.UNDETERMINED for each in replies):
                await filing.close(_closed(filing.patient, asked[0].amc))
            problems = [Problem.of(each, call.request_id) for each in reasons]
            return Page([Match(OUTCOME, "", outcomes(problems, call.language))], 0 if query.total else None)
        kept = [
            await filing.keep(contract, self._body(filing.patient, asked[0].amc, contract, domains))
            for contract, domains in contracts.items()
        ]
        await filing.close(_closed(filing.patient, asked[0].amc), {each.document for each, _ in kept})
        matches = [Match(NAME, str(filed.document), body) for filed, body in kept]
        page = Page(matches, len(matches) if query.total else None)
        if len(kept) == 1:
            return replace(page, version=kept[0][0].version, updated=kept[0][0].recorded_at)
        return page

    def _enquiries(self, call: Call, query: Query) -> list[Enquiry]:
        """One question for each family of care. Raises Misuse naming the parameter that is missing or wrong."""
        practice = self.practice_of(call.actor, "")
        if isinstance(practice, Reason):
            raise Misuse(practice)
        adherent = _code(query.tokens.get("identifier", ()), (systems.ADHERENT,))
        nir = _code([*query.tokens.get("beneficiary", ()), *query.tokens.get("patient", ())], systems.NIR)
        if not (adherent or nir) or (adherent and not ADHERENT.fullmatch(adherent)):
            raise wrong(PERSON_UNNAMED, "identifier")
        if nir and (refused := Nir.refusal(nir) if len(nir) != NIR_LENGTH else None) is not None:
            raise wrong(refused, "beneficiary:identifier")
        rank = _code(query.tokens.get("birth-rank", ()), ("",)) or "1"
        amc = _code(query.tokens.get("payor", ()), (systems.AMC, ""))
        proof = _code(query.tokens.get("proof", ()), ("",)) or "typed"
        if not AMC.fullmatch(amc):
            raise wrong(AMC_MISSING, "payor:identifier")
        if not RANK.fullmatch(rank):
            raise wrong(BIRTH_MISSING, "birth-rank")
        if proof not in PROOFS:
            raise wrong(PROOF_UNKNOWN, "proof", ", ".join(PROOFS))
        birth = _day(query.dates.get("birthdate"))
        if birth is None:
            raise wrong(BIRTH_MISSING, "birthdate")
        day = call.now.date() if "day" not in query.dates else _day(query.dates["day"])
        if day is None:
            raise wrong(DAY_UNSAID, "day")
        return [
            Enquiry(
                call.actor.account, practice, PROOFS[proof], day, domain, amc, adherent,
                "" if adherent else nir[:NIR_LENGTH], birth.strftime("%Y%m%d"), rank, routing=True,
            )
            for domain in Domain
        ]  # fmt: skip

    def _body(self, patient: UUID, amc: str, contract: Contract, domains: Sequence[Domain]) -> r4.Coverage:
        """An open contract. What names the person is a handle that opens nothing elsewhere."""
        billing = self.billing(contract.product)
        extended = french.amc_extended(billing.csr, billing.convention, domains)
        own = [r4.Extension(url=systems.DOMAIN, value_code=each.name) for each in domains]
        return r4.Coverage(
            extension=[*([extended] if extended else []), *own],
            status="active",
            type=_type(),
            beneficiary=_patient(patient),
            period=r4.Period(
                start=contract.valid_from.isoformat() if contract.valid_from else None,
                end=contract.valid_to.isoformat() if contract.valid_to else None,
            ),
            payor=[_payor(amc)],
            class_=_classes(billing),
            order=contract.order or None,
        )


@dataclass(frozen=True, slots=True)
class Filing:
    """The coverages that one practice keeps of one person."""

    call: Call
    exchanges: Exchanges
    practice: int
    token: UUID = field(repr=False)
    tenant: int

    @property
    def patient(self) -> UUID:
        """What this practice may call the person."""
        return self.exchanges.patient(self.practice, self.token)

    async def keep(self, contract: Contract, resource: r4.Coverage) -> tuple[Filed, bytes]:
        """Keep a contract as it stands, and give it with its id: a new version where it has changed, else the last."""
        body = reading.write(resource)
        draft = self._draft(body, "active", name=self.token.bytes + f"{contract.product}|{contract.order}".encode())
        while True:
            filed = await self._newest(draft)
            if filed is not None and self.exchanges.same(draft, filed):
                return filed, named(body, str(filed.document), filed.version, filed.recorded_at)
            if filed is not None:
                draft = replace(draft, document=filed.document, version=filed.version + 1)
            await self.exchanges.record(
                [draft]
            )  # another may have, at the same moment: what is there is looked at again

    async def close(self, resource: r4.Coverage, but: frozenset[UUID] | set[UUID] = frozenset()) -> None:
        """Say of the coverages kept before, but of these, that they are open no more."""
        search = Search(NAME, patient=self.patient, status=("active",), count=200)
        body = reading.write(resource)
        for filed in await self.exchanges.find(self.practice, search):
            if filed.document not in but:
                draft = self._draft(body, "cancelled", document=filed.document, version=filed.version + 1)
                await self.exchanges.record([draft])

    async def _newest(self, draft: Draft) -> Filed | None:
        found = await self.exchanges.find(self.practice, Search(NAME, name=draft.name, count=1))
        return (await self.exchanges.versions(self.practice, found[0].document))[0] if found else None

    def _draft(self, body: bytes, status: str, **more: object) -> Draft:
        return Draft(
            practice=self.practice, account=self.call.actor.account, kind=NAME, body=body, status=status,
            day=self.call.now.date(), tenant=self.tenant, token=self.token, **more,  # pyright: ignore[reportArgumentType]
        )  # fmt: skip


def asks(call: Call) -> bool:
    """Whether a search is a question about somebody, and not a list of what was answered before."""
    return any(name == "birthdate" for name, _ in call.parameters)


def _describes(query: Query) -> bool:
    """Whether a search names somebody."""
    tokens = [each for name in ("identifier", "beneficiary", "patient") for each in query.tokens.get(name, ())]
    return any(each.system in (systems.ADHERENT, *systems.NIR) for each in tokens)


def _contracts(asked: Sequence[Enquiry], replies: Sequence[Reply]) -> dict[Contract, list[Domain]]:
    """The contracts that are open, with the families of care that each answers."""
    found: dict[Contract, list[Domain]] = {}
    for enquiry, reply in zip(asked, replies, strict=True):
        if reply.result is Result.COVERED:
            contract = Contract(reply.product, reply.ordre, reply.valid_from, reply.valid_to)
            found.setdefault(contract, []).append(enquiry.domain)
    return found


def _closed(patient: UUID, amc: str) -> r4.Coverage:
    """What is told of a contract that is open no more: nothing but that."""
    return r4.Coverage(status="cancelled", type=_type(), beneficiary=_patient(patient), payor=[_payor(amc)])


def _type() -> r4.CodeableConcept:
    return r4.CodeableConcept(coding=[r4.Coding(system=COVERAGE_TYPES, code="EHCPOL")])


def _patient(patient: UUID) -> r4.Reference:
    return r4.Reference(type="Patient", identifier=r4.Identifier(system=systems.PATIENT, value=str(patient)))


def _payor(amc: str) -> r4.Reference:
    number = amc.lstrip("0")
    return r4.Reference(
        reference=f"Organization/{insurer_id(number)}", identifier=r4.Identifier(system=systems.AMC, value=number)
    )


def _classes(billing: Billing) -> list[r4.CoverageClass] | None:
    said = [(CSR, billing.csr), (CONVENTION, billing.convention)]
    return [
        r4.CoverageClass(type=r4.CodeableConcept(coding=[r4.Coding(system=CLASS, code=code)]), value=value)
        for code, value in said
        if value
    ] or None


def _code(tokens: Sequence[Token], of: Sequence[str]) -> str:
    """The code of the first token of these systems."""
    return next((each.code for each in tokens if each.system in of), "")


def _day(span: Span | None) -> date | None:
    """The day that a date names; None when it is no single day."""
    if span is None or span.start is None or span.end is None or span.end - span.start != ONE_DAY:
        return None
    return span.start.date()
