"""Who a request is about: the resources beside it, the person, the card, the insurer and the practice they name.

A request is a bare resource, or inside Parameters (`resource`), or the first of its type in a collection Bundle. What
it names is found in `contained`, in the same Bundle, or in the identifier of the reference itself. An answer repeats no
identity: it says "the person of the request".
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar, cast

from cloison.disclosure import Proof
from cloison.errors import Misuse, Place, Reason
from cloison.gateways.fhir import r4, reading, systems
from cloison.gateways.fhir.ask_reasons import (
    AMC_MISSING,
    BIRTH_MISSING,
    NOTHING_ASKED,
    PERSON_UNNAMED,
    PROOF_UNKNOWN,
)
from cloison.gateways.fhir.rest_reasons import REFERENCE_UNRESOLVED
from cloison.identifiers.nir import Nir

R = TypeVar("R", bound=r4.DomainResource)
T = TypeVar("T", bound=r4.Resource)
PROOFS = {"typed": Proof.TYPED, "code": Proof.CODE, "card": Proof.CARD}
AMC = re.compile(r"[0-9]{1,10}")
ADHERENT = re.compile(r"[!-~]{1,16}")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
NIR_LENGTH = 13


@dataclass(frozen=True, slots=True)
class Request(Generic[R]):
    """What is asked, with the resources beside it by the addresses that it may name them by."""

    asked: R
    beside: dict[str, r4.Resource] = field(repr=False)

    def named(self, reference: r4.Reference | None, kind: type[T], place: str) -> T | None:
        """The resource of a type that a reference names. None: there is no reference, or it has an identifier alone.

        Raises Misuse when it names one that is not beside the request.
        """
        if reference is None or reference.reference is None:
            return None
        found = self.beside.get(reference.reference)
        if not isinstance(found, kind):
            raise wrong(REFERENCE_UNRESOLVED, place, kind.__name__)
        return found


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a request is about, as the practice knows them: `adherent` (the card), `nir` (13 characters), or both."""

    amc: str = field(repr=False)
    adherent: str = field(repr=False)
    nir: str = field(repr=False)
    birth: str = field(repr=False)
    rank: str = field(repr=False)


def request(body: bytes, kind: type[R]) -> Request[R]:
    """Read a request. Raises Unreadable when it is not FHIR, Misuse when it asks for nothing of this type."""
    carrier = reading.demand(body, kind, r4.Parameters, r4.Bundle)
    if isinstance(carrier, kind):
        return Request(carrier, dict(_contained(carrier)))
    if isinstance(carrier, r4.Parameters):
        inside = next((each.resource for each in carrier.parameter or () if each.name == "resource"), None)
        if isinstance(inside, kind):
            return Request(inside, dict(_contained(inside)))
        raise wrong(NOTHING_ASKED, "Parameters.parameter", kind.__name__)
    bundle = cast("r4.Bundle", carrier)
    beside: dict[str, r4.Resource] = {}
    for entry in bundle.entry or ():
        if isinstance(entry.resource, r4.Resource):
            if entry.full_url:
                beside[entry.full_url] = entry.resource
            if entry.resource.id:
                beside[f"{type(entry.resource).__name__}/{entry.resource.id}"] = entry.resource
    first = next((each.resource for each in bundle.entry or () if isinstance(each.resource, kind)), None)
    if first is None:
        raise wrong(NOTHING_ASKED, "Bundle.entry", kind.__name__)
    return Request(first, beside | dict(_contained(first)))


def person(asked: Request[R], patient: r4.Reference, coverage: r4.Reference, insurer: r4.Reference | None) -> Person:
    """Whom the references of a request are about. Raises Misuse naming what is missing."""
    name = type(asked.asked).__name__
    who = asked.named(patient, r4.Patient, f"{name}.patient")
    card = asked.named(coverage, r4.Coverage, f"{name}.insurance.coverage")
    adherent = (card.subscriber_id if card else None) or _value(_of_coverage(card, coverage), (systems.ADHERENT,))
    nir = _value(_identifiers(who, patient), systems.NIR)
    if not adherent and not nir:
        raise wrong(PERSON_UNNAMED, f"{name}.patient")
    if adherent and not ADHERENT.fullmatch(adherent):
        raise wrong(PERSON_UNNAMED, "Coverage.subscriberId")
    if nir and (refused := Nir.refusal(nir) if len(nir) != NIR_LENGTH else None) is not None:
        raise wrong(refused, "Patient.identifier")
    if who is None or not who.birth_date or not DAY.fullmatch(who.birth_date):
        raise wrong(BIRTH_MISSING, "Patient.birthDate")
    return Person(
        amc=_amc(asked, card, coverage, insurer, name),
        adherent=adherent,
        nir=nir[:NIR_LENGTH],
        birth=who.birth_date.replace("-", ""),
        rank=str(who.multiple_birth_integer or 1),
    )


def practice_number(asked: Request[R], provider: r4.Reference | None) -> str:
    """The number of the practice that a reference names; empty when it names none that this server knows by."""
    if provider is None:
        return ""
    found = asked.beside.get(provider.reference or "")
    identifiers: list[r4.Identifier] = []
    if isinstance(found, r4.Organization):
        identifiers.extend(found.identifier or ())
    elif isinstance(found, r4.PractitionerRole):
        identifiers.extend(found.identifier or ())
        if found.organization is not None and found.organization.identifier is not None:
            identifiers.append(found.organization.identifier)
    own = [provider.identifier] if provider.identifier else []
    return _value([*identifiers, *own], systems.PRACTICE)


def proof(resource: r4.DomainResource) -> Proof:
    """How the practice says that it knows the person: an extension of the request; typed when it says nothing."""
    said = next((each.value_code for each in resource.extension or () if each.url == systems.PROOF), "typed")
    if said not in PROOFS:
        raise wrong(PROOF_UNKNOWN, f"{type(resource).__name__}.extension", "typed, code or card")
    return PROOFS[said]


def wrong(reason: Reason, place: str, cause: str = "") -> Misuse:
    """A refusal at an element of the request."""
    return Misuse(reason, cause=cause, place=Place("body", 0, place))


def _amc(
    asked: Request[R], card: r4.Coverage | None, coverage: r4.Reference, insurer: r4.Reference | None, name: str
) -> str:
    payors = list(card.payor) if card else []
    found = ""
    for reference in (insurer, *payors):
        if reference is None:
            continue
        body = asked.beside.get(reference.reference or "")
        own = [reference.identifier] if reference.identifier else []
        listed = list(body.identifier or ()) if isinstance(body, r4.Organization) else []
        found = found or _value([*own, *listed], (systems.AMC,))
    found = found or _value(_of_coverage(card, coverage), (systems.AMC,))
    if not AMC.fullmatch(found):
        raise wrong(AMC_MISSING, f"{name}.insurer")
    return found


def _contained(resource: r4.DomainResource) -> Iterator[tuple[str, r4.Resource]]:
    for inside in resource.contained or ():
        if isinstance(inside, r4.Resource) and inside.id:
            yield f"#{inside.id}", inside


def _identifiers(who: r4.Patient | None, reference: r4.Reference) -> list[r4.Identifier]:
    own = [reference.identifier] if reference.identifier else []
    return [*(who.identifier or () if who else ()), *own]


def _of_coverage(card: r4.Coverage | None, reference: r4.Reference) -> list[r4.Identifier]:
    own = [reference.identifier] if reference.identifier else []
    return [*(card.identifier or () if card else ()), *own]


def _value(identifiers: Iterable[r4.Identifier], wanted: tuple[str, ...]) -> str:
    return next((each.value or "" for each in identifiers if each.system in wanted), "")
