"""Two JavaScript clients that nobody here wrote, against the sandbox over TLS, run in Node (tests/node/clients.mjs)."""

import json
import shutil
import subprocess
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.flow.live import Sandbox, claim, request_for_eligibility
from tests.node import peers

NOW = datetime.now(UTC).date()
TODAY = NOW.isoformat()
DAYS = {"kit": str(NOW - timedelta(days=4)), "medplum": str(NOW - timedelta(days=5))}
"""Each client invoices care of a day of its own: the same care is paid once."""
ROOT = Path(__file__).resolve().parents[2]
SECONDS_MAX = 60


def journey(sandbox: Sandbox, client: str) -> dict[str, Any]:
    """What a client heard on its way."""
    folder = peers.installed()
    shutil.copy(ROOT / "tests" / "node" / "clients.mjs", folder / "clients.mjs")
    name = str(uuid.uuid4())
    documents = {
        "client": "pharmacy",
        "name": f"urn:example:requests|{name}",
        "nobody": str(uuid.uuid4()),
        "eligibility": request_for_eligibility(sandbox.cases["open"], TODAY, name),
        "closed": request_for_eligibility(sandbox.cases["closed"], TODAY),
        "quote": claim(sandbox.cases["open"], DAYS[client], "predetermination", name),
        "invoice": claim(sandbox.cases["open"], DAYS[client], "claim", name),
        "transaction": {
            "resourceType": "Bundle",
            "type": "transaction",
            "entry": [
                {
                    "resource": request_for_eligibility(sandbox.cases["open"], TODAY, str(uuid.uuid4())),
                    "request": {"method": "POST", "url": "CoverageEligibilityRequest"},
                }
            ],
        },
    }
    done = subprocess.run(
        ["node", "clients.mjs", client, sandbox.site, str(sandbox.keys), str(ROOT / "examples/javascript/cloison.mjs")],
        cwd=folder,
        env={**peers.environment(), "NODE_EXTRA_CA_CERTS": str(sandbox.keys / "ca.pem")},
        input=json.dumps(documents),
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS_MAX,
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


@pytest.mark.parametrize("client", ["kit", "medplum"])
def test_it_asks_once_is_answered_and_understands_what_it_did_wrong(sandbox: Sandbox, client: str) -> None:
    told = journey(sandbox, client)
    assert told["version"] == "4.0.1"
    assert {"CoverageEligibilityRequest", "PaymentReconciliation"} <= set(told["types"])
    assert told["asked"] == "CoverageEligibilityRequest"
    assert told["once"], "the same identifier again is the same request"
    assert told["inforce"] is True
    assert told["read"] == "complete"
    assert told["closed"] is False
    assert told["missing"] in ([404, "OperationOutcome"], ["not-found", "OperationOutcome"])
    assert told["wrong"][1] == "OperationOutcome"
    assert told["together"] == ["201"] or told["together"][0].startswith("201")
    assert told["quoted"] == 3.5
    assert told["same"], "the same invoice again is the same invoice"
    assert told["decided"] == [["complete", 3.5]], "what was quoted is what is paid"
    assert told["payments"] == "Bundle"
    sandbox.day()
    with sandbox.client() as pharmacy:
        paid = pharmacy.get("/fhir/PaymentReconciliation", params={"_count": 100}).json()["entry"]
    numbers = [line["identifier"]["value"] for each in paid for line in each["resource"]["detail"]]
    assert numbers.count(told["number"]) == 1
