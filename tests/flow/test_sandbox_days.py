"""Days pass in a sandbox: insurers answer, invoices are paid, and the taxi's payments come back."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from tests.flow.live import Sandbox, claim

NOW = datetime.now(UTC).date()
TODAY = NOW.isoformat()
LENS: dict[str, Any] = {
    "productOrService": {"coding": [{"system": "urn:cloison:acte", "code": "M01"}]},
    "net": {"value": 30.0, "currency": "EUR"},
    "extension": [
        {"url": "urn:cloison:base", "valueMoney": {"value": 9.0, "currency": "EUR"}},
        {
            "url": "urn:cloison:device",
            "extension": [
                {"url": "pair", "valuePositiveInt": 1},
                {"url": "correction", "valueCode": "simple"},
                {"url": "overseas", "valueBoolean": False},
            ],
        },
    ],
}
TRIP = {
    "url": "urn:cloison:trip",
    "extension": [
        {"url": "km", "valueDecimal": 20.0},
        {"url": "patients", "valuePositiveInt": 1},
        *(
            {"url": name, "valueBoolean": False}
            for name in ("night", "big_city", "tpmr", "hospital_empty_return", "overseas", "urgent")
        ),
    ],
}


def prise_en_charge(sandbox: Sandbox, name: str) -> dict[str, Any]:
    """A lens for somebody of the table."""
    asked = claim(sandbox.cases[name], TODAY, "preauthorization", str(uuid.uuid4()), "750000022")
    return asked | {"item": [asked["item"][0] | LENS]}


def trip(sandbox: Sandbox, use: str, asked_euros: float | None = None) -> dict[str, Any]:
    """A ride of 20 km."""
    sent = claim(sandbox.cases["open"], TODAY, use, str(uuid.uuid4()), "750000055")
    asked = {"url": "urn:cloison:asked", "valueMoney": {"value": asked_euros, "currency": "EUR"}}
    ride = {
        "productOrService": {"coding": [{"system": "urn:cloison:acte", "code": "TXI"}]},
        "net": {"value": 60.0, "currency": "EUR"},
        "extension": [TRIP] if asked_euros is None else [TRIP, asked],
    }
    return sent | {"item": [sent["item"][0] | ride]}


def sent(client: httpx.Client, document: dict[str, Any]) -> dict[str, Any]:
    """The id of a Claim that is kept, and the answer that stands to it."""
    kept = client.post("/fhir/Claim", json=document)
    assert kept.status_code == 201, kept.text
    return {"id": kept.json()["id"]} | standing(client, kept.json()["id"])


def standing(client: httpx.Client, number: str) -> dict[str, Any]:
    """The newest answer to a Claim."""
    found = client.get("/fhir/ClaimResponse", params={"request": f"Claim/{number}"}).json()["entry"]
    answer: dict[str, Any] = found[0]["resource"]
    return {"outcome": answer["outcome"], "answer": answer}


def test_an_insurer_that_answers_itself_grants_or_refuses_the_next_day(sandbox: Sandbox) -> None:
    with sandbox.client("optician") as optician:
        at_once = sent(optician, prise_en_charge(sandbox, "pec_at_once"))
        granted, refused = (sent(optician, prise_en_charge(sandbox, name)) for name in ("pec_tomorrow", "pec_refused"))
        assert [each["outcome"] for each in (at_once, granted, refused)] == ["complete", "queued", "queued"]
        sandbox.day()
        later = [standing(optician, each["id"]) for each in (granted, refused)]
    assert [each["outcome"] for each in later] == ["complete", "error"]
    assert later[0]["answer"]["preAuthRef"].startswith("E")
    assert "quotes.refused_by_insurer" in str(later[1]["answer"]["error"])


def test_a_payment_to_the_taxi_is_executed_and_comes_back(sandbox: Sandbox) -> None:
    with sandbox.client("taxi") as taxi:
        quote = taxi.post("/fhir/Claim/$submit", json=trip(sandbox, "predetermination")).json()
        totals = {each["category"]["coding"][0]["code"]: each["amount"]["value"] for each in quote["total"]}
        assert totals["benefit"] > 0
        invoice = sent(taxi, trip(sandbox, "claim", totals["benefit"]))
        assert invoice["outcome"] == "complete"
        sandbox.day()
        (payment,) = taxi.get("/v1/payments").json()["payments"]
        told = taxi.get(f"/fhir/PaymentReconciliation/{payment['payment']}").json()
    assert (payment["state"], payment["amount_cents"]) == ("returned", round(totals["benefit"] * 100))
    assert payment["bank_reason"]
    assert told["status"] == "cancelled"


def test_an_invoice_without_a_right_and_care_that_is_paid_already_are_refused_in_words(sandbox: Sandbox) -> None:
    day = str(NOW - timedelta(days=8))
    with sandbox.client() as pharmacy:
        closed = sent(pharmacy, claim(sandbox.cases["claim_refused"], TODAY, "claim", str(uuid.uuid4())))
        first, twice = (
            sent(pharmacy, claim(sandbox.cases["claim_twice"], day, "claim", str(uuid.uuid4()))) for _ in range(2)
        )
        nobody = pharmacy.post(
            "/fhir/Claim",
            json=claim(sandbox.cases["claim_unknown_insurer"], TODAY, "claim", str(uuid.uuid4())),
        )
    assert [each["outcome"] for each in (closed, first, twice)] == ["error", "complete", "error"]
    assert "rights.closed" in str(closed["answer"]["error"])
    assert "claims.same_care_paid" in str(twice["answer"])
    assert nobody.status_code == 422
    assert "rights.insurer_unknown" in nobody.text
