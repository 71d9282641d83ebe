"""Organization and PractitionerRole: the public register of practices, and the insurers.

Everybody who is known may read it. A practice is an organization that gives care and the role under which it bills;
nothing says who works there. The id is the number that everybody already writes on paper.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zlib import crc32

from cloison.errors import Misuse
from cloison.gateways.fhir import r4, reading, systems
from cloison.gateways.fhir.interaction import Answer, Call, named
from cloison.gateways.fhir.rest_reasons import NOT_FOUND
from cloison.gateways.fhir.search import Kind, Match, Page, Query
from cloison.identity.registry import Listed, Lookup

NAME, ROLE = "Organization", "PractitionerRole"
PARAMETERS = {
    "identifier": Kind.TOKEN, "name": Kind.STRING, "address-city": Kind.STRING, "type": Kind.TOKEN,
    "active": Kind.TOKEN,
}  # fmt: skip
ROLE_PARAMETERS = {
    "identifier": Kind.TOKEN, "organization": Kind.REFERENCE, "specialty": Kind.TOKEN, "role": Kind.TOKEN,
    "active": Kind.TOKEN,
}  # fmt: skip
PRACTICE_ID, INSURER_ID = "ps-", "amc-"
TYPES = "http://terminology.hl7.org/CodeSystem/organization-type"
PROVIDER, PAYER = "prov", "ins"
WITH_FINESS = frozenset({"pharmacie", "laboratoire"})
"""Categories whose number is a FINESS; the others bill under a number of the Assurance maladie."""
INSURERS_FROM = 1 << 40
"""Insurers come first in a list: their places are above those of all practices."""


@dataclass(frozen=True, slots=True)
class Insurer:
    """An insurer as everybody knows it."""

    tenant: int
    amc: str
    name: str


@dataclass(frozen=True, slots=True)
class Register:
    """What the register is read with. Practices are read through the compartment of the caller."""

    practices: Callable[[Call, Lookup], Awaitable[list[Listed]]]
    count: Callable[[Call, Lookup], Awaitable[int]]
    insurers: Callable[[], Sequence[Insurer]]


@dataclass(frozen=True, slots=True)
class Organizations:
    """Reads and finds organizations: practices and insurers."""

    register: Register

    async def read(self, call: Call, text: str, version: str = "") -> Answer:
        """One organization."""
        if text.startswith(INSURER_ID):
            amc = text.removeprefix(INSURER_ID)
            for insurer in self.register.insurers():
                if insurer.amc == amc:
                    return _answer(call, insurer_resource(insurer), insurer_id(amc), None)
        elif practice := await _practice(self.register, call, text):
            return _answer(call, practice_resource(practice), text, practice.since)
        raise Misuse(NOT_FOUND)

    async def find(self, call: Call, query: Query) -> Page:
        """One page: insurers first, then practices, last registered first."""
        wanted = {each.code for each in query.tokens.get("type", ())}
        insurers = self._insurers(query) if not wanted or PAYER in wanted else []
        lookup = _lookup(query, _numbers(query), wanted - {PAYER, PROVIDER}) if wanted != {PAYER} else None
        total = None
        if query.total or query.count_only:
            total = len(insurers) + (await self.register.count(call, lookup) if lookup else 0)
        if query.count_only:
            return Page((), total)
        ahead = [each for each in insurers if query.before is None or INSURERS_FROM + each.tenant < query.before]
        found = [(INSURERS_FROM + each.tenant, _insurer_match(each)) for each in ahead[: query.count + 1]]
        if lookup is not None and len(found) <= query.count:
            rows = await self.register.practices(call, replace(lookup, count=query.count + 1 - len(found)))
            found += [(each.practice, _practice_match(each)) for each in rows]
        return _page(query, found, total)

    def _insurers(self, query: Query) -> list[Insurer]:
        """The insurers that fit, last known first."""
        ids = [each.code for each in query.tokens.get("_id", ())]
        numbers = query.tokens.get("identifier", ())
        names = [each.lower() for each in query.strings.get("name", ())]
        if query.strings.get("address-city") or not _active(query):
            return []
        return [
            each
            for each in sorted(self.register.insurers(), key=lambda each: -each.tenant)
            if (not ids or insurer_id(each.amc) in ids)
            and (not numbers or any(t.system in ("", systems.AMC) and t.code.lstrip("0") == each.amc for t in numbers))
            and (not names or any(each.name.lower().startswith(name) for name in names))
        ]


@dataclass(frozen=True, slots=True)
class Roles:
    """Reads and finds the roles under which practices bill."""

    register: Register

    async def read(self, call: Call, text: str, version: str = "") -> Answer:
        """One role."""
        practice = await _practice(self.register, call, text)
        if practice is None:
            raise Misuse(NOT_FOUND)
        return _answer(call, role_resource(practice), text, practice.since)

    async def find(self, call: Call, query: Query) -> Page:
        """One page of roles, last registered first."""
        numbers = (*_numbers(query), *_ids(query.references.get("organization", ())))
        lookup = _lookup(query, numbers, {each.code for each in query.tokens.get("role", ())})
        total = None
        if query.total or query.count_only:
            total = await self.register.count(call, lookup) if lookup else 0
        if query.count_only or lookup is None:
            return Page((), total)
        rows = await self.register.practices(call, replace(lookup, count=query.count + 1))
        found = [(each.practice, _role_match(each)) for each in rows]
        return _page(query, found, total)


# ------------------------------------------------------------------ resources


def practice_id(number: str) -> str:
    """The id of a practice with this number, as organization and as role."""
    return f"{PRACTICE_ID}{number}"


def insurer_id(amc: str) -> str:
    """The id of an insurer with this number."""
    return f"{INSURER_ID}{amc}"


def practice_resource(practice: Listed) -> r4.Organization:
    """A practice as an organization."""
    address = r4.Address(city=practice.town or None, district=practice.departement or None, country="FR")
    return r4.Organization(
        identifier=_identifiers(practice),
        active=True,
        type=[_type(PROVIDER), _category(practice)],
        name=practice.name or practice.number,
        address=[address] if practice.town or practice.departement else None,
    )


def insurer_resource(insurer: Insurer) -> r4.Organization:
    """An insurer as an organization."""
    return r4.Organization(
        identifier=[r4.Identifier(use="official", system=systems.AMC, value=insurer.amc)],
        active=True,
        type=[_type(PAYER)],
        name=insurer.name,
    )


def role_resource(practice: Listed) -> r4.PractitionerRole:
    """The role under which a practice bills: nobody is named in it."""
    specialty = r4.CodeableConcept(coding=[r4.Coding(system=systems.SPECIALTY, code=f"{practice.specialty:02d}")])
    return r4.PractitionerRole(
        identifier=_identifiers(practice),
        active=True,
        period=r4.Period(start=practice.since.date().isoformat()),
        organization=r4.Reference(reference=f"{NAME}/{practice_id(practice.number)}", display=practice.name or None),
        code=[_category(practice)],
        specialty=[specialty] if practice.specialty else None,
    )


def _identifiers(practice: Listed) -> list[r4.Identifier]:
    own = r4.Identifier(use="official", system=systems.PRACTICE[-1], value=practice.number)
    if practice.category not in WITH_FINESS:
        return [own]
    kind = r4.CodeableConcept(coding=[r4.Coding(system=systems.IDENTIFIER_TYPES, code="FINEG")])
    return [r4.Identifier(use="official", type=kind, system=systems.FINESS, value=practice.number), own]


def _type(code: str) -> r4.CodeableConcept:
    return r4.CodeableConcept(coding=[r4.Coding(system=TYPES, code=code)])


def _category(practice: Listed) -> r4.CodeableConcept:
    return r4.CodeableConcept(coding=[r4.Coding(system=systems.CATEGORY, code=practice.category)])


# ------------------------------------------------------------------ from calls, to pages


async def _practice(register: Register, call: Call, text: str) -> Listed | None:
    numbers = _ids((text,))
    rows = await register.practices(call, Lookup(numbers=numbers, count=1)) if numbers else []
    return rows[0] if rows else None


def _ids(texts: Sequence[str]) -> tuple[str, ...]:
    """The numbers in ids of practices; what is none of them names nobody."""
    return tuple(each.removeprefix(PRACTICE_ID) for each in texts if each.startswith(PRACTICE_ID))


def _numbers(query: Query) -> tuple[str, ...]:
    named_so = tuple(each.code for each in query.tokens.get("identifier", ()) if each.system in ("", *systems.PRACTICE))
    return (*named_so, *_ids([each.code for each in query.tokens.get("_id", ())]))


def _lookup(query: Query, numbers: tuple[str, ...], categories: set[str]) -> Lookup | None:
    """The practices that a search is about; None when none can fit."""
    asked = any(query.tokens.get(name) for name in ("identifier", "_id")) or "organization" in query.references
    specialties = [each.code for each in query.tokens.get("specialty", ())]
    if (asked and not numbers) or not _active(query) or any(not _is_small(each) for each in specialties):
        return None
    return Lookup(
        numbers=numbers,
        names=query.strings.get("name", ()),
        towns=query.strings.get("address-city", ()),
        categories=tuple(categories),
        specialties=tuple(int(each) for each in specialties),
        up_to=query.up_to if query.up_to is not None and query.up_to < INSURERS_FROM else None,
        before=query.before if query.before is not None and query.before < INSURERS_FROM else None,
    )


def _is_small(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 2


def _active(query: Query) -> bool:
    """Whether what is registered fits: a practice that closes leaves the register with its delegations, not here."""
    wanted = {each.code for each in query.tokens.get("active", ())}
    return not wanted or "true" in wanted


def _answer(call: Call, resource: r4.DomainResource, document: str, since: datetime | None) -> Answer:
    """A resource whose version is its content's: the register keeps no history."""
    text = reading.write(resource)
    number = crc32(text)
    if call.knows(number, None):
        return Answer(304, version=number)
    return Answer(200, named(text, document, number, since), number, since)


def _insurer_match(insurer: Insurer) -> Match:
    text, document = reading.write(insurer_resource(insurer)), insurer_id(insurer.amc)
    return Match(NAME, document, named(text, document, crc32(text), None))


def _practice_match(practice: Listed) -> Match:
    text, document = reading.write(practice_resource(practice)), practice_id(practice.number)
    return Match(NAME, document, named(text, document, crc32(text), practice.since))


def _role_match(practice: Listed) -> Match:
    text, document = reading.write(role_resource(practice)), practice_id(practice.number)
    return Match(ROLE, document, named(text, document, crc32(text), practice.since))


def _page(query: Query, found: Sequence[tuple[int, Match]], total: int | None) -> Page:
    page = found[: query.count]
    up_to = query.up_to if query.up_to is not None else (page[0][0] if page else None)
    return Page([match for _, match in page], total, up_to, page[-1][0] if len(found) > query.count else None)
