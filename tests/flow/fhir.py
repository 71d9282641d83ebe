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
from tests.flow.day import Ask, Day, Person
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
async def server(day: Day) -> AsyncGenerator[Fhir]:
    """The application over a world, and a client that speaks for its first practice."""
    with tempfile.TemporaryDirectory() as folder:
        async with gates(day, day.keys, Path(folder)) as opened:
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


def codes(body: Mapping[str, Any]) -> list[str]:
    """Our codes in an OperationOutcome."""
    return [coding["code"] for issue in body["issue"] for coding in issue["details"]["coding"]]
