"""Whatever goes wrong at the rim of the HTTP gates is told as the one error object, and never repeats what was sent."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import jsonschema_rs
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from tests.flow.day import Day, Guarantee
from tests.flow.http_gate import MESSAGES, SITE, WHOLE, Opened, gates, machine, over, question

from cloison.disclosure.reasons import UNAVAILABLE
from cloison.errors import Unavailable
from cloison.gateways.http.rim import PROTECTION
from cloison.ops.catalogue import PARTS, REASONS
from cloison.storage.keys import KeyProvider

SECRET = "QZ0001"
BUG, FAULT, LATE = "/v1/bug", "/v1/fault", "/v1/late"


async def broken(request: Request) -> Response:
    if request.url.path == FAULT:
        raise Unavailable(UNAVAILABLE, cause="OSError")
    if request.url.path == LATE:
        raise TimeoutError(SECRET)
    raise KeyError(SECRET)


@pytest.fixture(scope="module")
async def insured(shared_day: Day) -> Day:
    await shared_day.insurer(guarantees=[Guarantee("MED")])
    return shared_day


@pytest.fixture(scope="module", params=[MESSAGES, WHOLE])
async def gate(
    request: pytest.FixtureRequest, insured: Day, day_keys: KeyProvider, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Opened]:
    home = tmp_path_factory.mktemp("home")
    async with gates(insured, day_keys, home) as opened, over(request.param, opened) as called:
        opened.app.router.routes.extend(Route(path, broken) for path in (BUG, FAULT, LATE))
        yield called


@pytest.fixture
async def software(gate: Opened, shared_day: Day) -> dict[str, str]:
    practice = await shared_day.owner.fetchval(
        "select practice from identity.practice where number = $1", shared_day.doctor
    )
    return gate.admit("software", machine(practice))


def shaped(answer: httpx.Response) -> dict[str, Any]:
    """The error object of an answer, checked in every member."""
    told = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert told["status"] == answer.status_code
    assert {"type", "title", "code", "message", "action", "actor", "retry", "doc_url", "request_id"} <= set(told)
    assert set(told["message"]) == set(told["action"]) == {"fr", "en"}
    assert told["request_id"] == answer.headers["x-request-id"]
    assert told["doc_url"] == told["type"] == f"{SITE}/errors/{told['code']}"
    assert told["code"] in REASONS
    assert SECRET not in answer.text
    for name, value in PROTECTION:
        assert answer.headers[name.decode()] == value.decode()
    return told


ELIGIBILITY = "/v1/eligibility"
JSON = {"content-type": "application/json"}
WRONG: list[tuple[str, str, str, dict[str, Any]]] = [
    ("http.not_found", "GET", f"/{SECRET}", {}),
    ("http.not_found", "GET", f"/errors/{SECRET}", {}),
    ("http.method_not_allowed", "GET", ELIGIBILITY, {}),
    ("http.method_not_allowed", "PUT", "/version", {}),
    (
        "http.unsupported_media_type",
        "POST",
        ELIGIBILITY,
        {"content": SECRET, "headers": {"content-type": "text/plain"}},
    ),
    ("http.unsupported_media_type", "POST", ELIGIBILITY, {"content": SECRET}),
    ("http.malformed", "POST", ELIGIBILITY, {"content": f'{{"amc": {SECRET}', "headers": JSON}),
    ("http.malformed", "POST", ELIGIBILITY, {"content": b"\xff\xfe", "headers": JSON}),
    ("http.malformed", "POST", ELIGIBILITY, {"content": b"", "headers": JSON}),
    ("http.value_wrong", "POST", ELIGIBILITY, {"content": b'{"amc":' * 100_000, "headers": JSON}),
    ("http.value_wrong", "POST", ELIGIBILITY, {"json": [SECRET]}),
    ("http.value_wrong", "POST", ELIGIBILITY, {"json": {SECRET: SECRET}}),
    ("http.value_wrong", "POST", ELIGIBILITY, {"json": {"questions": []}}),
    ("http.body_too_large", "POST", ELIGIBILITY, {"content": SECRET * 200_000, "headers": JSON}),
    ("http.not_acceptable", "GET", "/errors", {"headers": {"accept": "image/png"}}),
    ("http.unsupported_media_type", "POST", "/oauth/token", {"json": {"grant_type": SECRET}}),
    ("http.malformed", "POST", "/oauth/token", {"data": {"client_id": ["a", SECRET]}}),
    ("identity.client_refused", "POST", "/oauth/token", {"data": {"client_id": SECRET}}),
    ("http.bug", "GET", BUG, {}),
    ("http.timed_out", "GET", LATE, {}),
    ("disclosure.unavailable", "GET", FAULT, {}),
]


@pytest.mark.parametrize(
    ("code", "method", "path", "more"), WRONG, ids=[f"{each[0]} {each[1]} {each[2]}" for each in WRONG]
)
async def test_everything_wrong_is_told_in_one_shape(
    code: str, method: str, path: str, more: dict[str, Any], gate: Opened, software: dict[str, str]
) -> None:
    headers = software | more.get("headers", {})
    answer = await gate.client.request(method, path, **(more | {"headers": headers}))
    assert shaped(answer)["code"] == code


@pytest.mark.parametrize("path", [ELIGIBILITY, BUG, f"/{SECRET}", "/v1/files"])
async def test_nobody_learns_anything_without_saying_who_they_are(path: str, gate: Opened) -> None:
    for headers, code in (
        ({}, "identity.nothing_presented"),
        ({"authorization": "Bearer nobody"}, "identity.token_invalid"),
    ):
        answer = await gate.client.post(path, headers=headers)
        assert answer.status_code == 401
        assert shaped(answer)["code"] == code
        assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_a_refused_token_says_the_word_of_the_standard(gate: Opened) -> None:
    answer = await gate.client.post("/oauth/token", data={"client_id": "nobody"})
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert 'error="invalid_client"' in answer.headers["www-authenticate"]


async def test_a_method_that_does_not_exist_here_is_told_those_that_do(gate: Opened, software: dict[str, str]) -> None:
    answer = await gate.client.get(ELIGIBILITY, headers=software)
    assert answer.headers["allow"] == "POST"


async def test_title_and_detail_are_in_the_language_of_the_caller(gate: Opened) -> None:
    for asked, language in (("en-GB,fr;q=0.5", "en"), ("de, fr;q=0.1", "fr"), ("", "fr"), ("en;q=0, *", "fr")):
        answer = await gate.client.get(f"/errors/{SECRET}", headers={"accept-language": asked})
        told = answer.json()
        assert answer.headers["content-language"] == language
        assert told["title"] == told["message"][language]


async def test_a_problem_that_time_solves_says_when(gate: Opened, software: dict[str, str]) -> None:
    answer = await gate.client.get(FAULT, headers=software)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")


async def test_the_log_has_one_line_for_each_request_and_nothing_that_was_sent(
    gate: Opened, software: dict[str, str], shared_day: Day
) -> None:
    anne = await shared_day.enrol()
    before = len(gate.lines())
    await gate.client.post(ELIGIBILITY, json=question(anne), headers=software)
    await gate.client.get(f"/errors/{SECRET}?q={SECRET}", headers=software)
    await gate.client.get(f"/{SECRET}", headers=software)
    await gate.client.get(BUG, headers=software)
    lines = gate.lines()[before:]
    assert [(each["method"], each["route"], each["status"]) for each in lines] == [
        ("POST", ELIGIBILITY, 200),
        ("GET", "/errors/{code}", 404),
        ("GET", "-", 404),
        ("GET", BUG, 500),
    ]
    assert all(set(each) == {"at", "request", "method", "route", "status", "us", "account"} for each in lines)
    assert SECRET not in gate.log.getvalue().decode()
    assert anne.adherent not in gate.log.getvalue().decode()


async def test_who_sends_a_proof_is_told_what_the_next_one_must_hold(gate: Opened) -> None:
    answer = await gate.client.post("/oauth/token", data={"client_id": "pharmacy"}, headers={"dpop": "x.y.z"})
    assert answer.headers["dpop-nonce"] == "nonce-of-now"
    assert answer.json()["token_type"] == "Bearer"
    assert gate.badges.seen == [] or gate.badges.seen[-1].proof in ("", "x.y.z")


async def test_the_catalogue_has_a_page_for_every_reason_in_both_languages(gate: Opened) -> None:
    listed = (await gate.client.get("/errors")).json()["errors"]
    codes = [reason.code for reasons in PARTS.values() for reason in reasons]
    assert [each["code"] for each in listed] == codes
    for code in codes:
        for language in ("fr", "en"):
            page = await gate.client.get(f"/errors/{code}", params={"lang": language}, headers={"accept": "text/html"})
            assert page.status_code == 200
            assert f'<html lang="{language}">' in page.text
            assert f"<h1>{code}</h1>" in page.text
            assert "<script" not in page.text


async def test_the_description_is_valid_and_its_answers_fit_it(
    gate: Opened, software: dict[str, str], shared_day: Day
) -> None:
    described = (await gate.client.get("/openapi.json")).json()
    assert described["openapi"] == "3.1.0"

    def fits(name: str, value: object) -> None:
        schema = {"$ref": f"#/components/schemas/{name}", "components": described["components"]}
        jsonschema_rs.validator_for(schema).validate(value)

    anne = await shared_day.enrol()
    asked = question(anne)
    fits("Question", asked)
    fits("Answer", (await gate.client.post(ELIGIBILITY, json=asked, headers=software)).json())
    fits("ProblemBody", (await gate.client.post(ELIGIBILITY, json={}, headers=software)).json())
    fits("Listing", (await gate.client.get("/errors")).json())
    served = {path for path, route in described["paths"].items() if route}
    assert {ELIGIBILITY, "/oauth/token", "/errors/{code}", "/healthz"} <= served


async def test_a_part_that_does_not_answer_makes_the_process_not_ready(gate: Opened) -> None:
    assert (await gate.client.get("/readyz")).json() == {"ready": True, "parts": {"database": True}}
    assert json.loads((await gate.client.get("/healthz")).content) == {"alive": True}
