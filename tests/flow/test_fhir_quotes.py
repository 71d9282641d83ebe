"""Quotes over FHIR: simulated, promised, agreed by the insurer, prolonged, given back, billed."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from tests.flow.day import Day, Guarantee, Item, consultation
from tests.flow.fhir import Fhir, amounts, claim, codes, server
from tests.flow.quote_day import QuoteDay

from cloison.claims.quote import Terms, number_of
from cloison.claims.quote_refusals import PRICE_TOO_HIGH
from cloison.ops import quotes

CLAIM, ANSWER = "Claim", "ClaimResponse"
SOON = datetime.now(UTC).date() + timedelta(days=3)
AMC = "75004407"
Validated = Callable[[bytes], None]


@pytest.fixture
async def fhir(lone_day: Day) -> AsyncIterator[Fhir]:
    await lone_day.insurer(
        AMC, guarantees=[Guarantee("MED"), Guarantee("DENT", "BR", rate_bp=30_000), Guarantee("OPTI")]
    )
    account = await lone_day.account(lone_day.doctor)
    async with server(lone_day) as opened:
        yield opened.speaking_for(account=account)


def visit(day: date = SOON) -> Item:
    return consultation(day=day)


def crown(day: date = SOON) -> Item:
    return Item("PFC", 50_000, -1, day, base=12_000)


def extended(sent: dict[str, Any], **flags: bool) -> dict[str, Any]:
    """A Claim with flags of ours."""
    more = [{"url": f"urn:cloison:{name}", "valueBoolean": value} for name, value in flags.items()]
    return sent | {"extension": [*sent["extension"], *more]}


async def test_a_simulation_tells_the_figures_and_keeps_nothing(fhir: Fhir, validated: Validated) -> None:
    anne = await fhir.day.enrol()
    answer = await fhir.post(f"{CLAIM}/$submit", claim(anne, visit(), visit(), visit(), use="predetermination"))
    assert answer.status_code == 200, answer.text
    validated(answer.content)
    body = answer.json()
    assert (body["outcome"], len(body["item"])) == ("complete", 3)
    assert "preAuthRef" not in body
    assert amounts(body["item"][0]) == {"submitted": 3000, "eligible": 3000, "amo": 2100, "benefit": 900, "own": 0}
    assert await fhir.day.value("select count(*) from exchanges.document") == 0
    assert await fhir.day.value("select count(*) from claims.quote") == 0
    assert await fhir.day.value("select count(*) from disclosure.entry where purpose = 5") == 1


async def test_a_calculation_gives_a_number_that_its_invoice_is_paid_on(fhir: Fhir, validated: Validated) -> None:
    anne = await fhir.day.enrol()
    today = datetime.now(UTC).date()
    sent = extended(claim(anne, visit(today), use="predetermination", identifier="D-1"), calculate=True)
    answer = await fhir.post(f"{CLAIM}/$submit", sent)
    validated(answer.content)
    body = answer.json()
    assert body["outcome"] == "complete", body
    number = body["preAuthRef"]
    assert body["preAuthPeriod"]["start"] == today.isoformat()
    assert (await fhir.post(f"{CLAIM}/$submit", sent)).json() == body
    invoice = claim(anne, visit(today), identifier="F-1")
    invoice["insurance"][0]["preAuthRef"] = [number]
    billed = (await fhir.post(f"{CLAIM}/$submit", invoice)).json()
    assert amounts(billed["total"])["benefit"] == 900
    used = await fhir.day.value("select engagement from claims.invoice")
    assert used == number_of(number)


async def test_a_prise_en_charge_is_given_prolonged_and_given_back(fhir: Fhir, validated: Validated) -> None:
    anne = await fhir.day.enrol()
    answer = await fhir.post(f"{CLAIM}/$submit", claim(anne, crown(), use="preauthorization", identifier="P-1"))
    validated(answer.content)
    body = answer.json()
    assert (body["outcome"], amounts(body["total"])["benefit"]) == ("complete", 28_800), body
    document = body["request"]["reference"].rpartition("/")[2]
    last = date.fromisoformat(body["preAuthPeriod"]["end"]) + timedelta(days=5)
    longer = claim(anne, crown(), use="preauthorization", identifier="P-2")
    longer["related"] = [
        {"claim": {"reference": f"Claim/{document}"},
         "relationship": {"coding": [{"system": "urn:cloison:relation", "code": "extend"}]}}
    ]  # fmt: skip
    longer["billablePeriod"] = {"start": SOON.isoformat(), "end": last.isoformat()}
    longer["insurance"][0]["preAuthRef"] = [body["preAuthRef"]]
    prolonged = await fhir.post(f"{CLAIM}/$submit", longer)
    if last.year == SOON.year:
        assert prolonged.json()["preAuthPeriod"]["end"] == last.isoformat(), prolonged.text
    kept = (await fhir.get(f"{CLAIM}/{document}")).json()
    done = await fhir.put(f"{CLAIM}/{document}", kept | {"status": "cancelled"}, if_match='W/"1"')
    assert (done.status_code, done.json()["status"]) == (200, "cancelled"), done.text
    newest = (await fhir.get(f"{ANSWER}?request=Claim/{document}")).json()["entry"][0]["resource"]
    assert newest["status"] == "cancelled"
    assert "preAuthRef" not in newest
    assert await fhir.day.value("select count(*) from rights.engagement_end where kind = 2") == 1


@pytest.mark.parametrize(
    ("given", "outcome"), [({"amount_cents": 20_000}, "complete"), ({"refusal": PRICE_TOO_HIGH}, "error")]
)
async def test_what_the_insurer_answers_is_a_new_answer(
    fhir: Fhir, given: dict[str, Any], outcome: str, validated: Validated
) -> None:
    await quotes.agree(fhir.day.database, AMC, "P1", "DENT", Terms(by_insurer=True))
    await fhir.parts.claims.refresh()
    anne = await fhir.day.enrol()
    sent = claim(anne, crown(), use="preauthorization", identifier="P-1")
    pended = (await fhir.post(f"{CLAIM}/$submit", sent)).json()
    assert (pended["outcome"], "preAuthRef" in pended) == ("queued", False)
    assert (await fhir.post(f"{CLAIM}/$submit", sent)).json()["id"] == pended["id"]
    document = pended["request"]["reference"].rpartition("/")[2]
    quote = next(each["value"] for each in pended["identifier"] if each["system"] == "urn:cloison:devis")
    await QuoteDay(fhir.day).answer(anne, number_of(quote), **given)
    found = await fhir.get(f"{ANSWER}?request=Claim/{document}")
    validated(found.content)
    newest, first = [each["resource"] for each in found.json()["entry"]]
    assert (newest["outcome"], first["outcome"]) == (outcome, "queued")
    assert ("preAuthRef" in newest) == (outcome == "complete")
    if outcome == "complete":
        assert amounts(newest["total"])["benefit"] == 20_000
    else:
        assert newest["error"][0]["code"]["coding"][0]["code"] == "quotes.price_too_high"


async def test_two_families_of_care_have_two_numbers(fhir: Fhir) -> None:
    anne = await fhir.day.enrol()
    sent = extended(claim(anne, visit(), crown(), use="predetermination", identifier="D-1"), calculate=True)
    body = (await fhir.post(f"{CLAIM}/$submit", sent)).json()
    numbers = [each["valueString"] for each in body["extension"] if each["url"] == "urn:cloison:engagement"]
    assert (len(numbers), "preAuthRef" in body) == (2, False)
    assert [each["itemSequence"] for each in body["item"]] == [1, 2]


async def test_a_quote_needs_its_scope_and_a_code_at_least(fhir: Fhir) -> None:
    anne = await fhir.day.enrol()
    sent = claim(anne, visit(), use="predetermination")
    reader = fhir.speaking_for(scopes=frozenset({"practice:claim:submit"}))
    assert (await reader.post(f"{CLAIM}/$submit", sent)).status_code == 403
    typed = sent | {"extension": [each for each in sent["extension"] if each["url"] != "urn:cloison:proof"]}
    body = (await fhir.post(f"{CLAIM}/$submit", typed)).json()
    assert body["outcome"] == "error"
    assert body["error"][0]["code"]["coding"][0]["code"] == "quotes.proof_too_weak"


async def test_uses_are_not_mixed_in_a_transaction(fhir: Fhir) -> None:
    anne = await fhir.day.enrol()
    today = datetime.now(UTC).date()
    entries = [
        {"resource": each, "request": {"method": "POST", "url": CLAIM}}
        for each in (
            claim(anne, visit(today), identifier="F-1"),
            claim(anne, crown(), use="preauthorization", identifier="P-1"),
        )
    ]
    mixed = await fhir.post("", {"resourceType": "Bundle", "type": "transaction", "entry": entries})
    assert (mixed.status_code, codes(mixed.json())) == (422, ["fhir.uses_mixed"])
    assert await fhir.day.value("select count(*) from exchanges.document") == 0
    apart = await fhir.post("", {"resourceType": "Bundle", "type": "batch", "entry": entries})
    assert [each["response"]["status"] for each in apart.json()["entry"]] == ["201", "201"]


async def test_a_hospital_identifies_simulates_asks_invoices_and_cancels(fhir: Fhir) -> None:
    """The five steps of a hospital's flow (ROC), through the same use cases."""
    anne = await fhir.day.enrol()
    today = datetime.now(UTC).date()
    simulated = (await fhir.post(f"{CLAIM}/$submit", claim(anne, crown(today), use="predetermination"))).json()
    agreed = (
        await fhir.post(f"{CLAIM}/$submit", claim(anne, crown(today), use="preauthorization", identifier="P"))
    ).json()
    expected = amounts(simulated["total"])["benefit"]
    assert amounts(agreed["total"])["benefit"] == expected
    invoice = claim(anne, Item("PFC", 50_000, expected, today, base=12_000), identifier="F")
    invoice["insurance"][0]["preAuthRef"] = [agreed["preAuthRef"]]
    told = (await fhir.post(f"{CLAIM}/$submit", invoice)).json()
    assert amounts(told["total"])["benefit"] == expected
    assert await fhir.day.due() == expected
    document = told["request"]["reference"].rpartition("/")[2]
    kept = (await fhir.get(f"{CLAIM}/{document}")).json()
    await fhir.put(f"{CLAIM}/{document}", kept | {"status": "cancelled"}, if_match='W/"1"')
    assert await fhir.day.due() == 0
