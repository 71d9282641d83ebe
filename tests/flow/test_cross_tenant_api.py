"""The HTTP gate, asked by a practice for what another said and heard, and by an insurer's software about other persons.

The forger knows every number of the others: of documents, of requests, of cards. It is a client of bench.probes.Prober.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from random import Random

import httpx
import pytest
from tests.flow.day import Ask, Day, Person
from tests.flow.fhir import Fhir, codes, eligibility, server

from cloison.disclosure import Proof

REQUEST, ANSWER = "CoverageEligibilityRequest", "CoverageEligibilityResponse"
KINDS = (REQUEST, ANSWER, "Claim", "ClaimResponse")
OTHER = "750000002"
COUNT = 120


@dataclass
class Said:
    """What one practice said and heard."""

    documents: list[tuple[str, str]]
    names: list[str]


@dataclass
class Forger:
    """Asks for what is somebody else's, in every way that the gate has."""

    fhir: Fhir
    said: Said

    async def __call__(self, random: Random, count: int) -> tuple[int, int]:
        """How many forged questions were asked, and how many were answered with a document of the others."""
        rows = 0
        for _ in range(count):
            rows += self.found(await self.ask(random))
        return count, rows

    async def ask(self, random: Random) -> httpx.Response:
        kind, document = random.choice(self.said.documents)
        name = random.choice(self.said.names)
        form = {"content_type": "application/x-www-form-urlencoded"}
        path = random.choice(
            [
                f"{kind}/{document}",
                f"{random.choice(KINDS)}/{document}",
                f"{kind}/{document}/_history",
                f"{kind}/{document}/_history/1",
                f"{kind}?_id={document}",
                f"{ANSWER}?request={REQUEST}/{document}",
                f"{ANSWER}?request={REQUEST}/{document}&_include={ANSWER}:request",
                f"{REQUEST}?identifier=urn:test:requests%7C{name}",
                f"{kind}?_count=50",
                "",
            ]
        )
        if path:
            return await self.fhir.get(path)
        body = f"identifier=urn:test:requests%7C{name}".encode()
        return await self.fhir.request("POST", f"{REQUEST}/_search", body, **form)

    def found(self, answer: httpx.Response) -> int:
        """How many documents of the others an answer holds: by their numbers, whatever it looks like."""
        assert answer.status_code in (200, 400, 404, 503), answer.text
        if answer.status_code != 200:
            return 0
        body = answer.json()
        held = [entry["resource"]["id"] for entry in body.get("entry", ())] or [body.get("id", "")]
        return sum(document in held for _, document in self.said.documents)


@pytest.fixture
async def fhir(lone_day: Day) -> AsyncIterator[Fhir]:
    await lone_day.insurer("75004407")
    await lone_day.insurer("87654321")
    await lone_day.practice(OTHER)
    async with server(lone_day) as opened:
        yield opened


async def talk(fhir: Fhir, person: Person) -> Said:
    """A practice asks, and keeps what it heard."""
    said = Said([], [])
    for number in range(6):
        name = f"D-{number}"
        asked = eligibility(Ask(person), identifier=name)
        made = await fhir.post(REQUEST, asked)
        while made.status_code == 503:  # a busy machine: send the same again, as the refusal says
            made = await fhir.post(REQUEST, asked)
        assert made.status_code in (200, 201), made.text
        said.documents.append((REQUEST, made.json()["id"]))
        said.names.append(name)
    heard = (await fhir.get(f"{ANSWER}?_count=50")).json()
    said.documents += [(ANSWER, entry["resource"]["id"]) for entry in heard["entry"]]
    return said


async def test_no_practice_finds_what_another_said_or_heard(fhir: Fhir) -> None:
    said = await talk(fhir, await fhir.day.enrol())
    asked, rows = await Forger(fhir.speaking_for(OTHER), said)(Random(3), COUNT)
    assert (asked, rows) == (COUNT, 0)


async def test_the_same_questions_find_ones_own(fhir: Fhir) -> None:
    said = await talk(fhir, await fhir.day.enrol())
    _, rows = await Forger(fhir, said)(Random(3), COUNT)
    assert rows > COUNT // 2


async def test_a_document_of_others_is_refused_in_the_words_of_one_that_does_not_exist(fhir: Fhir) -> None:
    said = await talk(fhir, await fhir.day.enrol())
    other = fhir.speaking_for(OTHER)
    absent = await other.get(f"{REQUEST}/00000000-0000-4000-8000-000000000000")
    theirs = await other.get(f"{REQUEST}/{said.documents[0][1]}")
    assert (theirs.status_code, codes(theirs.json())) == (absent.status_code, codes(absent.json()))


async def test_software_of_one_insurer_asks_nothing_about_another(fhir: Fhir) -> None:
    anne = await fhir.day.enrol()
    tenant = await fhir.day.owner.fetchval(
        "select tenant from rights.insurer where amc <> $1 limit 1", anne.amc.lstrip("0")
    )
    bound = fhir.speaking_for(tenants=frozenset({tenant}))
    refused = await bound.post(f"{REQUEST}/$submit", eligibility(Ask(anne, proof=Proof.CARD)))
    assert refused.status_code == 403, refused.text
    assert codes(refused.json()) == ["permission.outside_contract"]


async def test_a_card_shown_as_another_insurers_is_a_card_that_nobody_knows(fhir: Fhir) -> None:
    anne = await fhir.day.enrol()
    numbers = await fhir.day.owner.fetch("select amc from rights.insurer")
    (other,) = [row["amc"] for row in numbers if row["amc"] != anne.amc.lstrip("0")]
    swapped = (await fhir.post(f"{REQUEST}/$submit", eligibility(Ask(anne, amc=other)))).json()
    assert "inforce" not in swapped["insurance"][0] or swapped["insurance"][0]["inforce"] is False
