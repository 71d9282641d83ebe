"""Two Python clients that nobody here wrote, at the counter of a sandbox, from the capabilities to the payment."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fhirclient import client as smart
from fhirclient.models.claim import Claim
from fhirclient.models.claimresponse import ClaimResponse
from fhirclient.models.coverageeligibilityrequest import CoverageEligibilityRequest
from fhirclient.models.coverageeligibilityresponse import CoverageEligibilityResponse
from fhirclient.models.paymentreconciliation import PaymentReconciliation
from fhirclient.server import FHIRNotFoundException
from fhirpy import SyncFHIRClient
from fhirpy.base.exceptions import OperationOutcome, ResourceNotFound
from tests.flow.live import Sandbox, claim, request_for_eligibility

NOW = datetime.now(UTC).date()
TODAY, EARLIER, BEFORE, LONG_AGO = (str(NOW - timedelta(days=days)) for days in (0, 2, 3, 9))
"""Each client invoices care of a day of its own: the same care is paid once."""


def fhirpy_for(sandbox: Sandbox, name: str = "pharmacy") -> SyncFHIRClient:
    """fhirpy with a certificate and its token."""
    keys = sandbox.keys
    return SyncFHIRClient(
        f"{sandbox.site}/fhir",
        authorization=f"Bearer {sandbox.token(name)}",
        requests_config={
            "cert": (str(keys / f"{name}.crt.pem"), str(keys / f"{name}.key.pem")), "verify": str(keys / "ca.pem"),
        },
    )  # fmt: skip


def fhirclient_for(sandbox: Sandbox, name: str = "pharmacy") -> Any:  # Any: the library is not typed
    """fhirclient, which has no login of machines: its session is given the certificate and the token."""
    known: Any = smart.FHIRClient(settings={"app_id": name, "api_base": f"{sandbox.site}/fhir"})
    session = known.server.session
    session.cert = (str(sandbox.keys / f"{name}.crt.pem"), str(sandbox.keys / f"{name}.key.pem"))
    session.trust_env = False  # what the environment says of authorities would count more than `verify`
    session.verify = str(sandbox.keys / "ca.pem")
    session.headers["Authorization"] = f"Bearer {sandbox.token(name)}"
    return known


def test_fhirpy_reads_what_the_server_can_do(sandbox: Sandbox) -> None:
    told = fhirpy_for(sandbox).execute("metadata", method="get")
    assert told["fhirVersion"] == "4.0.1"
    assert {each["type"] for each in told["rest"][0]["resource"]} >= {"CoverageEligibilityRequest"}


def test_fhirpy_asks_keeps_finds_and_reads_its_question(sandbox: Sandbox) -> None:
    fhir, name = fhirpy_for(sandbox), str(uuid.uuid4())
    asked = fhir.resource(**{
        each: value
        for each, value in request_for_eligibility(sandbox.cases["open"], TODAY, name).items()
        if each != "resourceType"
    }, resource_type="CoverageEligibilityRequest")  # fmt: skip
    asked.save()
    assert asked.id
    found = fhir.resources("CoverageEligibilityRequest").search(identifier=f"urn:example:requests|{name}").fetch_all()
    assert [each.id for each in found] == [asked.id]
    answer = fhir.resources("CoverageEligibilityResponse").search(request=asked.to_reference()).first()
    assert answer is not None
    assert answer.insurance[0]["inforce"] is True
    assert fhir.get("CoverageEligibilityResponse", answer.id)["outcome"] == "complete"


def test_fhirpy_asks_at_once_and_learns_why_not(sandbox: Sandbox) -> None:
    fhir = fhirpy_for(sandbox)
    told = fhir.execute(
        "CoverageEligibilityRequest/$submit", data=request_for_eligibility(sandbox.cases["closed"], TODAY)
    )
    assert told["insurance"][0]["inforce"] is False
    item = told["insurance"][0]["item"][0]
    assert item["excluded"] is True
    assert "rights.closed" in str(item["extension"])


def test_fhirpy_meets_faults_that_it_understands(sandbox: Sandbox) -> None:
    fhir = fhirpy_for(sandbox)
    with pytest.raises(ResourceNotFound):
        fhir.get("CoverageEligibilityResponse", str(uuid.uuid4()))
    with pytest.raises(OperationOutcome) as refused:
        fhir.execute("CoverageEligibilityRequest/$submit", data={"resourceType": "CoverageEligibilityRequest"})
    assert "fhir." in str(refused.value)


def test_fhirclient_reads_asks_and_is_answered(sandbox: Sandbox) -> None:
    server = fhirclient_for(sandbox).server
    assert server.capabilityStatement.fhirVersion == "4.0.1"
    asked = CoverageEligibilityRequest(request_for_eligibility(sandbox.cases["open"], TODAY, str(uuid.uuid4())))
    kept = CoverageEligibilityRequest(asked.create(server))
    assert kept.id
    search: Any = CoverageEligibilityResponse.where({"request": f"CoverageEligibilityRequest/{kept.id}"})
    (answer,) = search.perform_resources_iter(server)
    assert answer.insurance[0].inforce is True
    assert CoverageEligibilityResponse.read(answer.id, server).outcome == "complete"
    with pytest.raises(FHIRNotFoundException):
        CoverageEligibilityResponse.read(str(uuid.uuid4()), server)


def test_fhirpy_quotes_invoices_once_and_is_paid(sandbox: Sandbox) -> None:
    fhir, case, name = fhirpy_for(sandbox), sandbox.cases["open"], str(uuid.uuid4())
    quoted = fhir.execute("Claim/$submit", data=claim(case, EARLIER, "predetermination", name))
    assert benefit(quoted) == 3.5
    sent = claim(case, EARLIER, "claim", name)
    kept, again = fhir.execute("Claim", data=sent), fhir.execute("Claim", data=sent)
    assert kept["id"] == again["id"], "the line broke: the same again is the same invoice"
    answer = fhir.resources("ClaimResponse").search(request=f"Claim/{kept['id']}").get()
    assert (answer.outcome, benefit(answer)) == ("complete", 3.5)
    number = invoice_number(answer)
    sandbox.day()
    found = fhir.resources("PaymentReconciliation").search(status="active").fetch_all()
    paid = [line for each in found for line in each.detail if line.identifier.value == number]
    assert [line.amount.value for line in paid] == [3.5]


def test_fhirpy_takes_an_invoice_back_and_meets_its_number_again(sandbox: Sandbox) -> None:
    fhir, case, name = fhirpy_for(sandbox), sandbox.cases["open"], str(uuid.uuid4())
    kept = fhir.execute("Claim", data=claim(case, LONG_AGO, "claim", name))
    back = claim(case, LONG_AGO, "claim", f"{name}-back") | {
        "related": [
            {
                "claim": {"reference": f"Claim/{kept['id']}"},
                "relationship": {"coding": [{"system": "urn:cloison:relation", "code": "cancel"}]},
            }
        ]
    }
    assert fhir.execute("Claim/$submit", data=back)["outcome"] == "complete"
    assert fhir.get("Claim", kept["id"])["status"] == "cancelled"
    with pytest.raises(OperationOutcome) as refused:  # another content under the same name
        fhir.execute("Claim", data=claim(sandbox.cases["first_of_two"], LONG_AGO, "claim", name))
    assert "fhir.identifier_reused" in str(refused.value)


def test_fhirclient_quotes_invoices_and_is_paid(sandbox: Sandbox) -> None:
    server, case, name = fhirclient_for(sandbox).server, sandbox.cases["open"], str(uuid.uuid4())
    quoted: Any = Claim(claim(case, BEFORE, "predetermination", name)).create(server)
    found: Any = ClaimResponse.where({"request": f"Claim/{quoted['id']}"})
    assert [benefit(each.as_json()) for each in found.perform_resources_iter(server)] == [3.5]
    sent: Any = Claim(claim(case, BEFORE, "claim", str(uuid.uuid4()))).create(server)
    found = ClaimResponse.where({"request": f"Claim/{sent['id']}"})
    (answer,) = found.perform_resources_iter(server)
    assert answer.outcome == "complete"
    sandbox.day()
    payments: Any = PaymentReconciliation.where({"status": "active"}).perform_resources_iter(server)
    numbers = [line.identifier.value for each in payments for line in each.detail]
    assert numbers.count(invoice_number(answer.as_json())) == 1


def benefit(answer: Any) -> float:  # Any: a resource of either library
    """What the complementary insurer pays of the first item."""
    (found,) = [
        each["amount"]["value"]
        for each in answer["item"][0]["adjudication"]
        if each["category"]["coding"][0]["code"] == "benefit"
    ]
    return float(found)


def invoice_number(answer: Any) -> str:  # Any: as above
    """The number under which an invoice is paid."""
    return next(each["value"] for each in answer["identifier"] if each["system"] == "urn:cloison:facture")
