"""A FHIR server for tests, without a socket: the whole application over a tiny insured world.

async with server(day) as fhir:
    answer = await fhir.post("Claim", {...})
"""

import json
import tempfile
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from tests.flow.day import Ask, Day, Item, Person
from tests.flow.http_gate import Badges, gates

from cloison.identity import Actor, ActorKind, Channel, Means
from cloison.ops.app import Parts

FHIR_JSON = "application/fhir+json"
SCOPES = frozenset(
    {
        "practice:eligibility:ask", "practice:quote:ask", "practice:claim:submit", "practice:claim:read",
        "practice:claim:cancel", "practice:payment:read", "practice:engagement:release", "practice:file:send",
        "practice:file:read",
    }
)  # fmt: skip


@dataclass
class Fhir:
    """A client of the server, which speaks for one caller."""

    client: httpx.AsyncClient
    parts: Parts
    day: Day
    doorman: Badges
    practices: dict[str, int]
    token: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def speaking_for(self, practice: str = "", **changes: Any) -> "Fhir":
        """The same server for another caller: of the practice with this number (the first one when none is named)."""
        number = practice or self.day.doctor
        token = f"token-{len(self.doorman.actors)}"
        given: dict[str, Any] = {
            "account": 1, "kind": ActorKind.MACHINE, "channel": Channel.API, "means": Means.CERTIFICATE,
            "practice": self.practices[number], "scopes": SCOPES,
        } | changes  # fmt: skip
        self.doorman.actors[token] = Actor(**given)
        return Fhir(self.client, self.parts, self.day, self.doorman, self.practices, token, dict(self.headers))

    async def request(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        content = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        sent = {"authorization": f"Bearer {self.token}", "accept": FHIR_JSON} | self.headers
        if content is not None:
            sent["content-type"] = FHIR_JSON
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.request(method, f"/fhir/{path}".rstrip("/"), content=content, headers=sent)

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.request("GET", path, **headers)

    async def post(self, path: str, body: Any, **headers: str) -> httpx.Response:
        return await self.request("POST", path, body, **headers)

    async def put(self, path: str, body: Any, **headers: str) -> httpx.Response:
        return await self.request("PUT", path, body, **headers)


@asynccontextmanager
async def server(day: Day, kept: Path | None = None) -> AsyncGenerator[Fhir]:
    """The application over a world, and a client of its first practice. `kept`: its home, where that outlives it."""
    with tempfile.TemporaryDirectory() as folder:
        async with gates(day, day.keys, kept or Path(folder)) as opened:
            rows = await day.owner.fetch("select number, practice from identity.practice")
            practices = {row["number"]: row["practice"] for row in rows}
            yield Fhir(opened.client, opened.parts, day, opened.badges, practices).speaking_for()


def patient(person: Person, nir: bool = False) -> dict[str, Any]:
    """The person as a practice describes them, to be contained in a request."""
    birth = person.birth
    found: dict[str, Any] = {
        "resourceType": "Patient", "id": "patient", "birthDate": f"{birth[:4]}-{birth[4:6]}-{birth[6:]}",
        "multipleBirthInteger": int(person.rank),
    }  # fmt: skip
    if nir:
        found["identifier"] = [{"system": "urn:oid:1.2.250.1.213.1.4.8", "value": person.nir}]
    return found


def coverage(person: Person, card: bool = True) -> dict[str, Any]:
    """The coverage that the card shows, to be contained in a request."""
    found: dict[str, Any] = {
        "resourceType": "Coverage", "id": "coverage", "status": "active", "beneficiary": {"reference": "#patient"},
        "payor": [{"identifier": {"system": "urn:cloison:amc", "value": person.amc}}],
    }  # fmt: skip
    if card:
        found["subscriberId"] = person.adherent
    return found


def eligibility(asked: Ask, identifier: str = "", **changes: Any) -> dict[str, Any]:
    """A request for eligibility."""
    person = asked.person
    names = {1: "typed", 2: "code", 3: "card"}
    found: dict[str, Any] = {
        "resourceType": "CoverageEligibilityRequest",
        "contained": [patient(person, nir=not asked.by_card), coverage(person, card=asked.by_card)],
        "extension": [{"url": "urn:cloison:proof", "valueCode": names[int(asked.proof)]}],
        "status": "active",
        "purpose": ["benefits", "auth-requirements"] if asked.engage else ["benefits"],
        "patient": {"reference": "#patient"},
        "servicedDate": asked.day.isoformat(),
        "created": asked.day.isoformat(),
        "insurer": {"identifier": {"system": "urn:cloison:amc", "value": asked.amc or person.amc}},
        "insurance": [{"focal": True, "coverage": {"reference": "#coverage"}}],
        "item": [{"category": {"coding": [{"system": "urn:cloison:domaine", "code": asked.domain}]}}],
    }
    if asked.wanted:
        found["item"][0]["unitPrice"] = {"value": asked.wanted / 100, "currency": "EUR"}
    if identifier:
        found["identifier"] = [{"system": "urn:test:requests", "value": identifier}]
    return found | changes


def claim(person: Person, *items: Item, use: str = "claim", identifier: str = "", **changes: Any) -> dict[str, Any]:
    """A Claim: an invoice, or a quote by the card."""
    invoice = use == "claim"
    found: dict[str, Any] = {
        "resourceType": "Claim",
        "contained": [patient(person, nir=invoice), coverage(person)],
        "extension": [
            {"url": "urn:cloison:proof", "valueCode": "card"},
            {"url": "urn:cloison:regime", "valueCode": "01"},
            {"url": "urn:cloison:alsace_moselle", "valueBoolean": False},
            {"url": "urn:cloison:minor", "valueBoolean": False},
            {"url": "urn:cloison:exoneration", "valueCode": "none"},
            {"url": "urn:cloison:protection", "valueCode": "none"},
            {"url": "urn:cloison:pathway", "valueCode": "in"},
        ],
        "status": "active",
        "type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/claim-type", "code": "professional"}]},
        "use": use,
        "patient": {"reference": "#patient"},
        "created": "2026-11-20",
        "insurer": {"identifier": {"system": "urn:cloison:amc", "value": person.amc}},
        "provider": {"display": "practice of the caller"},
        "priority": {"coding": [{"code": "normal"}]},
        "insurance": [{"sequence": 1, "focal": True, "coverage": {"reference": "#coverage"}}],
        "item": [item(at, each, invoice=invoice) for at, each in enumerate(items, 1)],
    }
    if identifier:
        found["identifier"] = [{"system": "urn:test:claims", "value": identifier}]
    return found | changes


def item(sequence: int, line: Item, invoice: bool = True) -> dict[str, Any]:
    """One line of a Claim."""
    stated = {"base": line.base, "asked": line.asked if invoice else -1, "other": line.paid_by_other}
    found: dict[str, Any] = {
        "extension": [
            {"url": f"urn:cloison:{name}", "valueMoney": money(cents)} for name, cents in stated.items() if cents >= 0
        ],
        "sequence": sequence,
        "productOrService": {"coding": [{"system": "urn:cloison:acte", "code": line.code}]},
        "servicedDate": line.day.isoformat(),
        "quantity": {"value": line.quantity},
        "net": money(line.charged),
    }
    if line.coefficient != 100:
        found["factor"] = line.coefficient / 100
    if not found["extension"]:
        del found["extension"]
    return found


def money(cents: int) -> dict[str, Any]:
    """An amount as FHIR writes it."""
    return {"value": cents / 100, "currency": "EUR"}


def amounts(line: Mapping[str, Any]) -> dict[str, int]:
    """The amounts of a line of a ClaimResponse, or of its totals, in cents."""
    found = line if isinstance(line, list) else line["adjudication"]
    return {
        each["category"]["coding"][0]["code"]: round(each["amount"]["value"] * 100)
        for each in found
        if "amount" in each
    }


def codes(body: Mapping[str, Any]) -> list[str]:
    """Our codes in an OperationOutcome."""
    return [coding["code"] for issue in body["issue"] for coding in issue["details"]["coding"]]
