"""A server that just started answers the first document of each type as it will answer the thousandth."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.unit.paper_fhir import DOCUMENTS

PROGRAM = """
import json, sys, time
start = time.process_time()
from cloison.gateways.fhir import explain, parse, r4
imported = time.process_time() - start
from msgspec import inspect
asked = []
for name in ("type_info", "multi_type_info"):
    def counted(*given, real=getattr(inspect, name)):
        asked.append(given)
        return real(*given)
    setattr(inspect, name, counted)
explain.warm()
warmed, asked[:] = len(asked), []
told = []
for line in sys.stdin:
    raw = json.loads(line).encode()
    start = time.process_time()
    wrong = isinstance(parse(raw), list)
    told.append([wrong, time.process_time() - start])
found = {"imported": imported, "warmed": warmed, "asked": len(asked), "told": told, "types": len(r4.RESOURCES)}
print(json.dumps(found))
"""


def started(documents: list[str]) -> dict[str, Any]:
    """What a fresh process tells of its first documents: whether each is wrong, and its seconds of processor."""
    lines = "".join(json.dumps(each) + "\n" for each in documents)
    done = subprocess.run([sys.executable, "-c", PROGRAM], input=lines, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_first_document_of_each_type_waits_for_nothing_that_is_made_once(shared_data: Path):
    kinds: dict[str, str] = {document["resourceType"]: json.dumps(document) for document in DOCUMENTS}
    for path in sorted((shared_data / "fhir" / "r4-examples").glob("*.json")):
        kinds.setdefault(path.name.partition("-")[0], path.read_text())
    right = [text for kind, text in kinds.items() if kind not in NOT_OURS]
    wrong = [text.replace('"resourceType"', '"zzz":1,"resourceType"', 1) for text in right]
    told = started([*right, *wrong])
    assert len(right) == told["types"]
    assert [each[0] for each in told["told"]] == [False] * len(right) + [True] * len(wrong)
    assert told["warmed"] > 0, "the count counts"
    assert told["asked"] == 0, "definitions are read again for a document"
    # Importing takes a sixth of a second of processor, a first document a few thousandths: half a minute once.
    assert max(each[1] for each in told["told"]) < told["imported"]


NOT_OURS = {"Consent", "EnrollmentRequest", "InsurancePlan", "Provenance", "Subscription"}
"""Types of HL7's examples that this server does not speak."""
