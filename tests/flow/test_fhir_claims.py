"""Invoices over FHIR: decided at once, told line by line, once whoever sends them and however often."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from tests.flow.day import TODAY, Day, Guarantee, Item, consultation
from tests.flow.fhir import Fhir, amounts, claim, codes, server

CLAIM, ANSWER = "Claim", "ClaimResponse"
Validated = Callable[[bytes], None]


@pytest.fixture
async def fhir(lone_day: Day) -> AsyncIterator[Fhir]:
    await lone_day.insurer("75004407", guarantees=[Guarantee("MED"), Guarantee("PHAR")])
    await lone_day.practice("750000002")
    async with server(lone_day) as opened:
        yield opened


async def test_an_invoice_is_decided_at_once_and_due(fhir: Fhir, validated: Validated) -> None:
    anne = await fhir.day.enrol()
    answer = await fhir.post(f"{CLAIM}/$submit", claim(anne, consultation(), identifier="F-1"))
    assert answer.status_code == 200, answer.text
    validated(answer.content)
    body = answer.json()
    assert (body["resourceType"], body["outcome"], body["status"], body["use"]) == (
        ANSWER,
        "complete",
        "active",
        "claim",
    )
    (line,) = body["item"]
    assert line["itemSequence"] == 1
    assert amounts(line) == {
        "submitted": 3000, "eligible": 3000, "amo": 2100, "asked": 900, "benefit": 900, "own": 0
    }  # fmt: skip
    assert amounts(body["total"])["benefit"] == 900
    assert "Part complémentaire" in body["processNote"][0]["text"]
    assert await fhir.day.due() == 900
    assert anne.nir not in answer.text
    assert anne.adherent not in answer.text
