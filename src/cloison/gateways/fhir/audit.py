"""AuditEvent: who learned what about a person, when, why and on which proof, as the log of disclosures has it.

One for each line about the persons of the caller's account, their own readings included. It shows what was told, and
what could have been told at most: the first is the word of whoever read, the second is what the database gave.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from cloison.disclosure import Fields, Result
from cloison.disclosure.own import StatementSearch, Told
from cloison.errors import Misuse, Text
from cloison.gateways.fhir import plain, r4, reading, systems
from cloison.gateways.fhir.interaction import Answer, Call, instant, named
from cloison.gateways.fhir.organizations import insurer_id, practice_id
from cloison.gateways.fhir.outcome import Language, said
from cloison.gateways.fhir.rest_reasons import NOT_FOUND, PARAMETER_WRONG
from cloison.gateways.fhir.search import Kind, Match, Page, Query
from cloison.identity import Actor
from cloison.rules.vocabulary import Domain

NAME = "AuditEvent"
PARAMETERS = {"date": Kind.DATE}
EVENT_TYPES = "http://dicom.nema.org/resources/ontology/DCM"
ACT_REASON = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
PURPOSE, CHANNEL, FIELD, PROOF = (f"urn:cloison:{name}" for name in ("finalite", "canal", "champ", "preuve"))
PERSON = ("http://terminology.hl7.org/CodeSystem/audit-entity-type", "1")
PATIENT = ("http://terminology.hl7.org/CodeSystem/object-role", "1")
QUESTIONS = 1 << 24
"""A line is named by its reservation and its question in it: see migration 0060."""
DIGITS_MAX = 18


@dataclass(frozen=True, slots=True)
class Audit:
    """The events about the persons of each caller. `insurer` gives the AMC number of an insurer."""

    find_own: Callable[[Actor, StatementSearch], Awaitable[list[Told]]]
    insurer: Callable[[int], str]

    async def read(self, call: Call, text: str, version: str = "") -> Answer:
        """One event."""
        found = await self.find_own(call.actor, StatementSearch(places=(place_of(text),), count=1))
        if not found:
            raise Misuse(NOT_FOUND)
        told = found[0]
        number = _version(told)
        if call.knows(number, None):
            return Answer(304, version=number)
        return Answer(200, self.body(call, told), number, told.at)

    async def find(self, call: Call, query: Query) -> Page:
        """One page, the last first."""
        if query.count_only:
            raise Misuse(PARAMETER_WRONG, cause="_summary=count, _count=0: what a person has is not counted")
        when = query.dates.get("date") or query.dates.get("_lastUpdated")
        found = await self.find_own(
            call.actor,
            StatementSearch(
                places=tuple(place_of(each.code) for each in query.tokens.get("_id", ())),
                since=when.start if when else None,
                until=when.end if when else None,
                up_to=query.up_to,
                before=query.before,
                count=query.count + 1,
            ),
        )
        page = found[: query.count]
        up_to = query.up_to if query.up_to is not None else (page[0].place if page else None)
        matches = [Match(NAME, id_of(each), self.body(call, each)) for each in page]
        return Page(matches, None, up_to, page[-1].place if len(found) > query.count else None)

    def body(self, call: Call, told: Told) -> bytes:
        """An event in the language of the caller."""
        resource = self._resource(told, "en" if call.language == "en" else "fr")
        return named(reading.write(resource), id_of(told), _version(told), told.at)

    def _resource(self, told: Told, language: Language) -> r4.AuditEvent:
        amc = self.insurer(told.tenant)
        return r4.AuditEvent(
            language=language,
            type=r4.Coding(system=EVENT_TYPES, code="110112", display="Query"),
            subtype=[r4.Coding(system=CHANNEL, code=told.channel)],
            action="E",
            recorded=instant(told.at),
            outcome="0",
            outcome_desc=said(plain.RESULTS[told.result], language),
            purpose_of_event=[
                r4.CodeableConcept(
                    coding=[
                        r4.Coding(system=PURPOSE, code=told.purpose.name.lower()),
                        r4.Coding(system=ACT_REASON, code=plain.ACT_REASONS[told.purpose]),
                    ],
                    text=said(told.purpose.basis, language),
                )
            ],
            agent=[
                r4.AuditEventAgent(
                    who=_who(told, language), requestor=True, name=None if told.own else told.practice_name or None
                )
            ],
            source=r4.AuditEventSource(
                observer=r4.Reference(
                    reference=f"Organization/{insurer_id(amc)}" if amc else None,
                    display=None if amc else said(plain.OPERATOR, language),
                )
            ),
            entity=[
                r4.AuditEventEntity(
                    what=r4.Reference(type="Patient", display=said(plain.YOU, language)),
                    type=r4.Coding(system=PERSON[0], code=PERSON[1]),
                    role=r4.Coding(system=PATIENT[0], code=PATIENT[1]),
                    detail=_details(told, language),
                )
            ],
        )


def id_of(told: Told) -> str:
    """What a line is called."""
    return f"{told.place // QUESTIONS}-{told.place % QUESTIONS}"


def place_of(text: str) -> int:
    """The line of a name; one that cannot be ours is none."""
    reservation, dash, question = text.partition("-")
    numbers = [each for each in (reservation, question) if each.isascii() and each.isdigit() and len(each) <= 11]
    return int(reservation) * QUESTIONS + int(question) if dash and len(numbers) == 2 else -1


def _version(told: Told) -> int:
    """A line is said to be told in full until it is settled: that is its one change."""
    return 1 + (told.settled and told.result is not Result.UNSETTLED)


def _who(told: Told, language: Language) -> r4.Reference:
    if told.own:
        return r4.Reference(type="Patient", display=said(plain.YOU, language))
    if not told.practice:
        return r4.Reference(type="Organization", display=said(plain.OPERATOR, language))
    number = r4.Identifier(system=systems.PRACTICE[-1], value=told.practice)
    return r4.Reference(reference=f"Organization/{practice_id(told.practice)}", identifier=number)


def _details(told: Told, language: Language) -> list[r4.AuditEventEntityDetail]:
    """What was told, and on which proof; `fields` and `fields-at-most` are names of a closed list, then in words."""
    details = [
        ("fields", _names(told.fields)),
        ("fields-in-words", ", ".join(said(each, language) for each in plain.fields(told.fields))),
        ("fields-at-most", _names(told.widest)),
        ("proof", told.proof.name.lower()),
        ("proof-in-words", said(plain.PROOFS[told.proof], language)),
        ("result", told.result.name.lower()),
    ]
    domain: Text | None = plain.domain(told.domain)
    if domain is not None:
        details += [
            ("care-date", told.care_date.isoformat()),
            ("family-of-care", Domain(told.domain).name),
            ("family-of-care-in-words", said(domain, language)),
        ]
    return [r4.AuditEventEntityDetail(type=name, value_string=value) for name, value in details if value]


def _names(fields: Fields) -> str:
    return " ".join(each.name.lower() for each in Fields if each in fields and each.name)
