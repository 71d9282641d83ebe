"""Every route of the application, asked by every post through every channel, at home and elsewhere.

The table below says who is let in, by post and channel; all others are refused in the words of the permissions. Whoever
is let in elsewhere (another practice, another insurer) finds nothing of what was made here. A route that has no row
fails, and so does a row without a route.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest
from starlette.routing import Route
from tests.security.visitors import (
    API,
    BATCH,
    CALLERS,
    CARD,
    ELSEWHERE,
    GREEDY,
    HOME,
    INSURER,
    INSURERS,
    MACHINE,
    PORTAL,
    Ask,
    Asked,
    Caller,
    Scene,
    add_webhook,
    ask_eligibility,
    go_on_with_file,
    list_files,
    list_payments,
    list_returns,
    list_webhooks,
    over_fhir,
    read_advice,
    read_file,
    read_log,
    read_return,
    read_statement,
    remove_webhook,
    scene,
    send_file,
)

from cloison.identity import ActorKind, Channel, Means
from cloison.identity.duties import POSTS, Duty

__all__ = ["scene"]  # a fixture


# ------------------------------------------------------------------------------------------------------- the table

Who = Mapping[Duty, tuple[Channel, ...]]
COUNTER: Who = {
    Duty.PROFESSIONAL: (PORTAL, API, CARD), Duty.DELEGATE: (PORTAL, API, CARD), Duty.STAFF: (PORTAL, API, CARD),
    Duty.SOFTWARE: (API, CARD, MACHINE),
}  # fmt: skip
FILES: Who = {
    Duty.PROFESSIONAL: (PORTAL, API), Duty.DELEGATE: (PORTAL, API), Duty.SOFTWARE: (API, MACHINE, BATCH),
    Duty.INSURER_USER: (INSURER,), Duty.INSURER_SOFTWARE: (MACHINE, BATCH),
}  # fmt: skip
ADMINISTRATORS: Who = {Duty.ADMINISTRATOR: (PORTAL,), Duty.INSURER_ADMINISTRATOR: (INSURER,)}
READERS: Who = {
    Duty.PROFESSIONAL: (PORTAL, API), Duty.DELEGATE: (PORTAL, API), Duty.STAFF: (PORTAL, API),
    Duty.SOFTWARE: (API, MACHINE, BATCH),
}  # fmt: skip
SENDERS: Who = {
    Duty.PROFESSIONAL: (PORTAL, API), Duty.DELEGATE: (PORTAL, API), Duty.SOFTWARE: (API, MACHINE, BATCH),
}  # fmt: skip
PAYEES: Who = {
    Duty.PROFESSIONAL: (PORTAL, API), Duty.DELEGATE: (PORTAL, API), Duty.ADMINISTRATOR: (PORTAL,),
    Duty.SOFTWARE: (API, MACHINE, BATCH),
}  # fmt: skip
PAYERS: Who = {Duty.INSURER_USER: (INSURER,)}
PERSONS: Who = {Duty.INSURED: (Channel.CITIZEN,)}
EVERYBODY: Who = {
    duty: tuple(each for each in post.channels if each is not Channel.EXPORT) for duty, post in POSTS.items()
}
NO_INSURER: Who = {duty: channels for duty, channels in EVERYBODY.items() if duty not in INSURERS}


@dataclass(frozen=True)
class Row:
    """Who is let in, and the status that they get here and elsewhere."""

    ask: Ask
    who: Who
    here: int
    elsewhere: int
    placeless: int = 403
    """What a caller gets who acts for no practice."""


ROUTES = {
    "POST /v1/eligibility": Row(ask_eligibility, COUNTER, 200, 200, 422),
    "POST /v1/files/{kind}": Row(send_file, FILES, 201, 201),
    "GET /v1/files": Row(list_files, FILES, 200, 200),
    "GET /v1/files/{id:uuid}": Row(read_file, FILES, 200, 404),
    "PATCH /v1/files/{id:uuid}": Row(go_on_with_file, FILES, 200, 404),
    "GET /v1/webhooks": Row(list_webhooks, ADMINISTRATORS, 200, 200),
    "POST /v1/webhooks": Row(add_webhook, ADMINISTRATORS, 201, 201),
    "DELETE /v1/webhooks/{id:uuid}": Row(remove_webhook, ADMINISTRATORS, 204, 404),
    "GET /v1/webhooks/log": Row(read_log, FILES, 200, 200),
    "GET /v1/payments": Row(list_payments, PAYEES, 200, 200),
    "GET /v1/payments/{payment}/advice.{form}": Row(read_advice, PAYEES, 200, 404),
    "GET /v1/returns": Row(list_returns, PAYEES, 200, 200),
    "GET /v1/returns/{run}.noe": Row(read_return, PAYEES, 200, 404),
    "GET /v1/statement.csv": Row(read_statement, PAYEES, 200, 200),
}
PUBLIC = {
    "POST /oauth/token", "GET /.well-known/jwks.json", "GET /.well-known/oauth-authorization-server", "GET /healthz",
    "GET /readyz", "GET /version", "GET /errors", "GET /errors/{code}", "GET /openapi.json", "GET /v1/webhooks/key",
}  # fmt: skip
"""What everybody may ask: tests/flow/test_http_problems.py shows that nothing else is."""
FHIR = {"GET", "POST", "PUT", "PATCH", "DELETE"}
FOUND, LISTED, NOTED = (200, 404), (200, 200), (201, 422)
ASKED, ANSWERED, MADE, GONE = (201, 201, 422), (200, 200, 422), (201, 201, 422), (404, 404)
INTERACTIONS: dict[str, Row] = {
    f"{kind} {interaction}": Row(over_fhir(kind, interaction), who, *statuses)
    for kind, interaction, who, statuses in (
        ("CoverageEligibilityRequest", "read", READERS, FOUND),
        ("CoverageEligibilityRequest", "vread", READERS, FOUND),
        ("CoverageEligibilityRequest", "history-instance", READERS, FOUND),
        ("CoverageEligibilityRequest", "search-type", READERS, LISTED),
        ("CoverageEligibilityRequest", "create", COUNTER, ASKED),
        ("CoverageEligibilityRequest", "$submit", COUNTER, ANSWERED),
        ("CoverageEligibilityResponse", "read", READERS, FOUND),
        ("CoverageEligibilityResponse", "vread", READERS, FOUND),
        ("CoverageEligibilityResponse", "history-instance", READERS, FOUND),
        ("CoverageEligibilityResponse", "search-type", READERS, LISTED),
        ("PaymentReconciliation", "read", {**PAYEES, **PAYERS}, FOUND),
        ("PaymentReconciliation", "search-type", {**PAYEES, **PAYERS}, LISTED),
        ("Coverage", "read", READERS, FOUND),
        ("Coverage", "vread", READERS, FOUND),
        ("Coverage", "history-instance", READERS, FOUND),
        ("Coverage", "search-type", READERS, LISTED),
        ("Organization", "read", EVERYBODY, LISTED),
        ("Organization", "search-type", EVERYBODY, LISTED),
        ("PractitionerRole", "read", NO_INSURER, LISTED),
        ("PractitionerRole", "search-type", NO_INSURER, LISTED),
        ("ExplanationOfBenefit", "read", PERSONS, (404, 404)),
        ("ExplanationOfBenefit", "search-type", PERSONS, LISTED),
        ("AuditEvent", "read", PERSONS, (404, 404)),
        ("AuditEvent", "search-type", PERSONS, LISTED),
        ("PaymentNotice", "read", PAYEES, FOUND),
        ("PaymentNotice", "vread", PAYEES, FOUND),
        ("PaymentNotice", "history-instance", PAYEES, FOUND),
        ("PaymentNotice", "search-type", PAYEES, LISTED),
        ("PaymentNotice", "create", PAYEES, NOTED),
        ("Claim", "read", READERS, FOUND),
        ("Claim", "vread", READERS, FOUND),
        ("Claim", "history-instance", READERS, FOUND),
        ("Claim", "search-type", READERS, LISTED),
        ("ClaimResponse", "read", READERS, FOUND),
        ("ClaimResponse", "vread", READERS, FOUND),
        ("ClaimResponse", "history-instance", READERS, FOUND),
        ("ClaimResponse", "search-type", READERS, LISTED),
        ("Claim", "create", SENDERS, MADE),
        ("Claim", "$submit", SENDERS, ANSWERED),
        ("Task", "read", READERS, GONE),
        ("Task", "vread", READERS, GONE),
        ("Task", "history-instance", READERS, GONE),
        ("Task", "search-type", READERS, LISTED),
    )
}
ELSEWHERE_SHOWN = {"Claim update", "Task create"}
"""What tests/flow/test_fhir_claims.py and test_fhir_quotes.py go through."""
TABLE = ROUTES | INTERACTIONS


REFUSED = 403


def expected(row: Row, caller: Caller) -> int:
    if caller.channel not in row.who.get(caller.duty, ()):
        return REFUSED
    return row.here if caller.where == HOME else row.elsewhere


def verdict(row: Row, answer: httpx.Response) -> int:
    """The status; a type that does not exist for the caller, and a practice that it does not have, are refusals."""
    if answer.status_code == 404 and "fhir.unknown_type" in answer.text:
        return REFUSED
    return REFUSED if answer.status_code == row.placeless else answer.status_code


async def answer_to(scene: Scene, row: Row, caller: Caller | None) -> tuple[Asked, httpx.Response]:
    asked = await row.ask(scene, caller or Caller(Duty.SOFTWARE, API))
    return asked, await scene.ask(asked, scene.headers(caller) if caller else {})


# ------------------------------------------------------------------------------------------------------- the tests


async def test_every_route_has_its_row(scene: Scene) -> None:
    served = {
        f"{method} {route.path}"
        for route in scene.gate.app.routes
        if isinstance(route, Route)
        for method in (route.methods or set()) - {"HEAD"}
    }
    gate_of_fhir = {f"{method} {path}" for method in FHIR for path in ("/fhir", "/fhir/{path:path}")}
    assert served == ROUTES.keys() | PUBLIC | gate_of_fhir


async def test_every_interaction_of_fhir_has_its_row(scene: Scene) -> None:
    (rest,) = (await scene.gate.client.get("/fhir/metadata")).json()["rest"]
    done = {f"{each['type']} {code['code']}" for each in rest["resource"] for code in each.get("interaction", ())}
    done |= {f"{each['type']} ${one['name']}" for each in rest["resource"] for one in each.get("operation", ())}
    assert done == INTERACTIONS.keys() | ELSEWHERE_SHOWN


@pytest.mark.parametrize("name", TABLE)
async def test_each_post_gets_in_where_it_should_and_nowhere_else(scene: Scene, name: str) -> None:
    row = TABLE[name]
    got = {str(caller): verdict(row, (await answer_to(scene, row, caller))[1]) for caller in CALLERS}
    assert got == {str(caller): expected(row, caller) for caller in CALLERS}


@pytest.mark.parametrize("name", TABLE)
async def test_nobody_elsewhere_sees_what_is_here_whatever_they_were_given(scene: Scene, name: str) -> None:
    """Each caller elsewhere holds every scope there is: only whose the thing is stands between."""
    row = TABLE[name]
    for caller in GREEDY:
        asked, answer = await answer_to(scene, row, caller)
        assert answer.status_code in (row.elsewhere, 403, 404, 422), caller
        assert not asked.mark or asked.mark not in answer.text, caller


@pytest.mark.parametrize("name", TABLE)
async def test_nobody_is_let_in_without_saying_who_they_are(scene: Scene, name: str) -> None:
    _, answer = await answer_to(scene, TABLE[name], None)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("name", [name for name, row in TABLE.items() if (row.here, row.elsewhere) == (200, 404)])
async def test_what_is_somebody_elses_is_refused_in_the_words_of_what_does_not_exist(scene: Scene, name: str) -> None:
    row = TABLE[name]
    caller = next(each for each in CALLERS if each.where == ELSEWHERE and expected(row, each) == 404)
    asked, theirs = await answer_to(scene, row, caller)
    made = next(each for each in asked.path.split("/")[3:] if each[:1].isdigit() or "-" in each)
    absent = asked.path.replace(made, "00000000-0000-4000-8000-000000000000" if "-" in made else "987654321")
    none = await scene.ask(replace(asked, path=absent), scene.headers(caller))
    assert theirs.status_code == none.status_code == 404
    assert _words(theirs) == _words(none)


def _words(answer: httpx.Response) -> object:
    """A refusal, less its own number."""
    return answer.text.replace(answer.headers["x-request-id"], "")


@pytest.mark.parametrize(
    "change",
    [
        {"kind": ActorKind.INSURED}, {"channel": Channel.CITIZEN}, {"means": Means.PASSKEY}, {"practice": 0},
        {"tenants": frozenset({999})}, {"purposes": frozenset({4})}, {"scopes": frozenset[str]()},
        {"practices": frozenset({999})},
    ],
)  # fmt: skip
async def test_one_thing_that_is_wrong_about_a_caller_is_enough(scene: Scene, change: dict[str, Any]) -> None:
    """A question is refused when any one of these differs from what its caller may have."""
    right = scene.actor(Caller(Duty.SOFTWARE, API))
    headers = scene.gate.admit("changed", replace(right, **change))
    asked = await ask_eligibility(scene, Caller(Duty.SOFTWARE, API))
    assert (await scene.ask(asked, headers)).status_code in (403, 422)
