"""The one error object as FHIR says it: an OperationOutcome, one issue for each problem.

Severity and code are of HL7's required lists; our own code, which the catalogue explains, is in `details.coding`. What
a problem has and an issue has not (what to do, who, whether to send again, where to read more) is in extensions.
"""

from collections.abc import Iterable
from typing import Literal

from cloison.errors import Problem, Text
from cloison.gateways.fhir import r4
from cloison.gateways.fhir import reasons as why
from cloison.gateways.fhir.reading import write

Language = Literal["fr", "en"]
SYSTEM = "urn:cloison:reason"
EXTENSION = "urn:cloison:problem:"

OF_REASON: dict[int, r4.IssueTypeCode] = {
    why.TOO_LARGE.number: "too-long",
    why.NOT_JSON.number: "structure",
    why.TOO_DEEP.number: "structure",
    why.DUPLICATE_KEY.number: "structure",
    why.RESOURCE_TYPE.number: "not-supported",
    why.UNKNOWN_ELEMENT.number: "structure",
    why.ELEMENT_MISSING.number: "required",
    why.CARDINALITY.number: "structure",
    why.WRONG_TYPE.number: "structure",
    why.BAD_FORMAT.number: "value",
    why.BAD_CODE.number: "code-invalid",
    why.EMPTY.number: "structure",
    why.CHOICE.number: "structure",
    why.REFERENCE_TARGET.number: "value",
    why.REFERENCE_BROKEN.number: "value",
    why.CURRENCY.number: "code-invalid",
    why.INVARIANT.number: "invariant",
    why.NUMBER.number: "value",
    why.NARRATIVE.number: "invariant",
    why.MODIFIER.number: "extension",
}
OF_STATUS: dict[int, r4.IssueTypeCode] = {
    400: "invalid",
    401: "login",
    403: "forbidden",
    404: "not-found",
    405: "not-supported",
    406: "not-supported",
    408: "timeout",
    409: "conflict",
    410: "deleted",
    412: "conflict",
    413: "too-long",
    415: "not-supported",
    422: "business-rule",
    428: "required",
    429: "throttled",
    503: "transient",
    504: "timeout",
}


def outcome(problem: Problem, language: str = "fr") -> bytes:
    """One problem, as an OperationOutcome."""
    return outcomes((problem,), language)


def outcomes(problems: Iterable[Problem], language: str = "fr") -> bytes:
    """Several problems of one request; there is at least one."""
    spoken: Language = "en" if language.startswith("en") else "fr"
    return write(r4.OperationOutcome(language=spoken, issue=[issue(problem, spoken) for problem in problems]))


def issue(problem: Problem, language: Language) -> r4.OperationOutcomeIssue:
    """One problem. `diagnostics` is its cause, which names things and never persons."""
    place = problem.place.field if problem.place is not None else ""
    return r4.OperationOutcomeIssue(
        extension=list(_extensions(problem, language)),
        severity="fatal" if problem.status == 500 else "error",
        code=OF_REASON.get(problem.reason.number) or OF_STATUS.get(problem.status, "exception"),
        details=r4.CodeableConcept(
            coding=[r4.Coding(system=SYSTEM, code=problem.code)],
            text=said(problem.message, language),
        ),
        diagnostics=problem.cause or None,
        expression=[place] if place else None,
    )


def _extensions(problem: Problem, language: Language) -> Iterable[r4.Extension]:
    yield r4.Extension(url=f"{EXTENSION}action", value_string=said(problem.action, language))
    yield r4.Extension(url=f"{EXTENSION}actor", value_code=problem.actor.value)
    yield r4.Extension(url=f"{EXTENSION}retry", value_code=problem.retry.value)
    yield r4.Extension(url=f"{EXTENSION}doc_url", value_uri=problem.doc_url)
    if problem.request_id:
        yield r4.Extension(url=f"{EXTENSION}request_id", value_string=problem.request_id)


def said(text: Text, language: Language) -> str:
    return text.en if language == "en" else text.fr
