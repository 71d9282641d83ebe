"""A request whose meaning is modified in a way that nobody here understands is not acted upon, by whatever door."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.flow.day import TODAY, Ask, Day, Guarantee
from tests.flow.fhir import Fhir, codes, eligibility, server

MODIFIED = {"modifierExtension": [{"url": "urn:other", "valueBoolean": True}]}
REFUSED = ["fhir.modifier_unknown"]


@pytest.fixture
async def fhir(lone_day: Day) -> AsyncIterator[Fhir]:
    await lone_day.insurer("75004407", guarantees=[Guarantee("MED")])
    async with server(lone_day) as opened:
        yield opened


async def doors(fhir: Fhir) -> list[tuple[str, str, str]]:
    """Method, path and type of resource of all that the server says it acts upon for professionals."""
    stated = (await fhir.get("metadata")).json()
    found: list[tuple[str, str, str]] = []
    for each in stated["rest"][0]["resource"]:
        kind, offered = each["type"], {one["code"] for one in each.get("interaction", ())}
        found += [("POST", kind, kind)] if "create" in offered else []
        found += [("PUT", f"{kind}/1", kind)] if "update" in offered else []
        found += [("POST", f"{kind}/${one['name'].lstrip('$')}", kind) for one in each.get("operation", ())]
    return found


async def test_every_door_that_acts_refuses_it(fhir: Fhir) -> None:
    met = await doors(fhir)
    assert {("POST", "Claim"), ("PUT", "Claim/1"), ("POST", "PaymentNotice")} <= {each[:2] for each in met}
    for method, path, kind in met:
        answer = await fhir.request(method, path, {"resourceType": kind, "id": "1"} | MODIFIED)
        assert (answer.status_code, codes(answer.json())) == (422, REFUSED), f"{method} {path}: {answer.text}"


async def test_an_entry_of_a_batch_is_refused_alone_and_a_transaction_whole(fhir: Fhir) -> None:
    anne = await fhir.day.enrol()
    good = eligibility(Ask(anne, day=TODAY), identifier="Q-1")
    bad: dict[str, Any] = eligibility(Ask(anne, day=TODAY), identifier="Q-2") | MODIFIED
    asked = {"method": "POST", "url": "CoverageEligibilityRequest"}
    entries = [{"resource": each, "request": asked} for each in (good, bad)]
    batch = await fhir.post("", {"resourceType": "Bundle", "type": "batch", "entry": entries})
    assert [each["response"]["status"][:3] for each in batch.json()["entry"]] == ["201", "422"], batch.text
    whole = await fhir.post("", {"resourceType": "Bundle", "type": "transaction", "entry": entries})
    assert (whole.status_code, codes(whole.json())) == (422, REFUSED)
    modified = [entries[0] | MODIFIED, entries[0]]
    own = await fhir.post("", {"resourceType": "Bundle", "type": "batch", "entry": modified})
    assert (own.status_code, codes(own.json())) == (422, REFUSED)
