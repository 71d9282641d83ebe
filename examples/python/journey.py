"""The counter in Python: token, eligibility, quote, invoice, payment.

python examples/python/journey.py SITE FOLDER [YYYY-MM-DD]        the day of care; today without it
"""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cloison_client import ByCertificate, ByDpop, Problem

AMC, CARD, BIRTH, NIR = "75900001", "OUVERT", "1951-02-15", "251027505600132"
"""Somebody of the sandbox whose right is open (docs/sandbox.md)."""
ACT, NET, BASE, AMO, ASKED = "PH7", 10.00, 10.00, 6.50, 3.50
"""A box of a medicine at 65 %."""


def about(day: str) -> dict[str, Any]:
    """Whom it is about, as the practice knows them."""
    insurer = {"identifier": {"system": "urn:cloison:amc", "value": AMC}}
    return {
        "contained": [
            {
                "resourceType": "Patient",
                "id": "patient",
                "birthDate": BIRTH,
                "identifier": [{"system": "urn:oid:1.2.250.1.213.1.4.8", "value": NIR}],
            },
            {
                "resourceType": "Coverage",
                "id": "card",
                "status": "active",
                "subscriberId": CARD,
                "beneficiary": {"reference": "#patient"},
                "payor": [insurer],
            },
        ],
        "status": "active",
        "patient": {"reference": "#patient"},
        "created": day,
        "insurer": insurer,
    }


def claim(use: str, day: str, name: str) -> dict[str, Any]:
    """A quote (`predetermination`) or an invoice (`claim`)."""
    codes = {"proof": "card", "regime": "01", "exoneration": "none", "protection": "none"}
    flags = {"alsace_moselle": False, "minor": False}
    amounts = {"base": BASE, "amo": AMO, "asked": ASKED}
    return {
        "resourceType": "Claim",
        "identifier": [{"system": "urn:example:claims", "value": name}],
        "use": use,
        **about(day),
        "extension": [
            *({"url": f"urn:cloison:{each}", "valueCode": value} for each, value in codes.items()),
            *({"url": f"urn:cloison:{each}", "valueBoolean": value} for each, value in flags.items()),
        ],
        "type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/claim-type", "code": "pharmacy"}]},
        "provider": {"identifier": {"system": "urn:cloison:practice", "value": "750000011"}},
        "priority": {"coding": [{"code": "normal"}]},
        "insurance": [{"sequence": 1, "focal": True, "coverage": {"reference": "#card"}}],
        "item": [
            {
                "sequence": 1,
                "servicedDate": day,
                "productOrService": {"coding": [{"system": "urn:cloison:acte", "code": ACT}]},
                "net": {"value": NET, "currency": "EUR"},
                "extension": [
                    {"url": f"urn:cloison:{each}", "valueMoney": {"value": value, "currency": "EUR"}}
                    for each, value in amounts.items()
                ],
            }
        ],
    }


def benefit(answer: dict[str, Any]) -> float:
    """What the complementary insurer pays, in euros."""
    named = [each for each in answer["total"] if each["category"]["coding"][0]["code"] == "benefit"]
    return float(named[0]["amount"]["value"])


def journey(pharmacy: ByCertificate | ByDpop, day: str, name: str) -> dict[str, Any]:
    """What the pharmacy learns on its way."""
    question = {"amc": AMC, "adherent": CARD, "birth_date": BIRTH.replace("-", ""), "domain": "PHAR", "proof": "card"}
    covered = pharmacy.send("POST", "/v1/eligibility", {**question, "care_date": day})
    quote = pharmacy.send("POST", "/fhir/Claim/$submit", claim("predetermination", day, name))
    invoice = pharmacy.send("POST", "/fhir/Claim", claim("claim", day, name))
    found = pharmacy.send("GET", f"/fhir/ClaimResponse?request=Claim/{invoice['id']}")
    answer = found["entry"][0]["resource"]
    payments = pharmacy.send("GET", "/v1/payments")["payments"]
    try:
        pharmacy.send("POST", "/v1/eligibility", {"amc": AMC})
        refused = ""
    except Problem as problem:
        refused = problem.told["code"]
    return {
        "covered": covered["result"],
        "quoted": benefit(quote),
        "outcome": answer["outcome"],
        "decided": benefit(answer),
        "payments": [each["state"] for each in payments],
        "refused": refused,
    }


def main() -> None:
    """The journey by certificate, then by DPoP: the invoice is the same, and so is its answer."""
    site, folder = sys.argv[1], Path(sys.argv[2])
    day = sys.argv[3] if len(sys.argv) > 3 else datetime.now(UTC).date().isoformat()
    for way in (ByCertificate, ByDpop):
        told = journey(way(site, folder, "pharmacy"), day, f"python-{day}")
        sys.stdout.write(f"{json.dumps({'way': way.__name__, **told})}\n")


if __name__ == "__main__":
    main()
