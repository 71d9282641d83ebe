"""The one error object as an OperationOutcome, which validators that nobody here wrote accept."""

import json
from collections.abc import Callable

import pytest

from cloison.errors import Defect, Place, Problem
from cloison.gateways.fhir import outcome, r4, reasons
from cloison.gateways.fhir.reading import demand
from cloison.ops.catalogue import REASONS

WHERE = Defect(reasons.BAD_CODE, Place("body", field="Claim.status"), "active, cancelled")


def issue_of(problem: Problem, language: str = "fr") -> dict[str, object]:
    return json.loads(outcome.outcome(problem, language))["issue"][0]


def test_an_issue_says_where_and_why():
    issue = issue_of(Problem.of(WHERE, "req-1"), "en")
    assert issue["severity"] == "error"
    assert issue["code"] == "code-invalid"
    assert issue["expression"] == ["Claim.status"]
    assert issue["diagnostics"] == "active, cancelled"
    assert issue["details"] == {
        "coding": [{"system": "urn:cloison:reason", "code": "fhir.bad_code"}],
        "text": reasons.BAD_CODE.message.en,
    }


def test_an_issue_speaks_the_language_of_the_caller():
    for language, text in (("fr", reasons.BAD_CODE.message.fr), ("en-GB", reasons.BAD_CODE.message.en)):
        assert issue_of(Problem.of(WHERE), language)["details"] == {
            "coding": [{"system": "urn:cloison:reason", "code": "fhir.bad_code"}],
            "text": text,
        }


def test_what_an_issue_has_no_place_for_is_in_extensions():
    issue = issue_of(Problem.of(WHERE, "req-1", "https://example.org"), "en")
    told = {each["url"].rpartition(":")[2]: [*each.values()][1] for each in issue["extension"]}  # pyright: ignore
    assert told == {
        "action": reasons.BAD_CODE.action.en,
        "actor": "professional",
        "retry": "corrected",
        "doc_url": "https://example.org/errors/fhir.bad_code",
        "request_id": "req-1",
    }


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_reason_of_the_catalogue_makes_an_outcome_that_validators_accept(
    validated: Callable[[bytes], bytes], language: str
):
    written = outcome.outcomes([Problem.of(reason, "r") for reason in REASONS], language)
    assert len(demand(validated(written), r4.OperationOutcome).issue) == len(list(REASONS))


def test_every_reason_of_a_document_has_a_code_of_its_own():
    assert set(outcome.OF_REASON) == {reason.number for reason in reasons.CATALOGUE}
