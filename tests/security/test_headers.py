"""Headers of every answer, whatever was asked by whomever: browsers may guess, embed, cache and follow nothing."""

from collections.abc import AsyncIterator

import httpx
import pytest
from tests.flow.day import Day, Guarantee
from tests.flow.http_gate import Opened, gates, machine
from tests.security.live import Live, live
from tests.security.test_abuse import said
from tests.security.test_routes import PUBLIC

from cloison.storage.keys import KeyProvider

PAGES = [
    ("GET", path.partition(" ")[2].replace("{code}", "http.not_found")) for path in sorted(PUBLIC) if "GET" in path
]
ASKS = [
    *PAGES, ("GET", "/fhir/metadata"), ("POST", "/oauth/token"), ("GET", "/nowhere"), ("GET", "/errors/nothing"),
    ("POST", "/v1/eligibility"), ("GET", "/v1/files"), ("GET", "/v1/eligibility"), ("POST", "/fhir"), ("OPTIONS", "/"),
    ("GET", "/fhir/CoverageEligibilityRequest"), ("GET", "/fhir/Nothing"), ("DELETE", "/v1/webhooks/x"),
    ("HEAD", "/errors"), ("TRACE", "/v1/files"), ("PUT", "/healthz"),
]  # fmt: skip
POLICY = {"default-src 'none'", "object-src 'none'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"}


@pytest.fixture(scope="module")
async def gate(
    shared_day: Day, day_keys: KeyProvider, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Opened]:
    await shared_day.insurer(guarantees=[Guarantee("MED")])
    async with gates(shared_day, day_keys, tmp_path_factory.mktemp("home")) as opened:
        practice = await shared_day.owner.fetchval("select practice from identity.practice limit 1")
        opened.admit("software", machine(practice))
        yield opened


@pytest.fixture(scope="module")
async def server(
    shared_day: Day, day_keys: KeyProvider, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Live]:
    async with live(shared_day, day_keys, tmp_path_factory.mktemp("home")) as opened:
        yield opened


def protected(headers: httpx.Headers) -> None:
    age, *more = (part.strip() for part in headers["strict-transport-security"].split(";"))
    assert int(age.removeprefix("max-age=")) >= 365 * 24 * 3600
    assert "includeSubDomains" in more
    assert {part.strip() for part in headers["content-security-policy"].split(";")} >= POLICY
    assert "unsafe-eval" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "server" not in headers
    assert "x-powered-by" not in headers


@pytest.mark.parametrize(("method", "path"), ASKS)
@pytest.mark.parametrize("word", ["", "software", "nobody"])
async def test_every_answer_has_the_headers_that_protect(gate: Opened, method: str, path: str, word: str) -> None:
    headers = {"authorization": f"Bearer {word}", "accept": "text/html"} if word else {}
    answer = await gate.client.request(method, path, headers=headers)
    protected(answer.headers)
    assert answer.headers["cache-control"] == "no-store" or f"{method} {path}" in PUBLIC or "/errors" in path


@pytest.mark.parametrize("what", [b"no HTTP\r\n\r\n", b"GET / HTTP/1.1\r\nx: " + b"a" * 40_000 + b"\r\n\r\n"])
async def test_what_is_no_http_is_answered_with_them_too(server: Live, what: bytes) -> None:
    head = (await said(server, what)).partition(b"\r\n\r\n")[0].decode()
    protected(httpx.Headers([line.split(": ", 1) for line in head.split("\r\n")[1:]]))  # pyright: ignore[reportArgumentType]  pairs


@pytest.mark.parametrize(("method", "path"), [*ASKS, ("OPTIONS", "/v1/eligibility"), ("OPTIONS", "/fhir/Claim")])
async def test_no_origin_is_told_that_it_may_read(gate: Opened, method: str, path: str) -> None:
    for origin in ("https://thief.invalid", "null", "http://127.0.0.1:8340"):
        told = {"origin": origin, "access-control-request-method": "POST", "authorization": "Bearer software",
                "access-control-request-headers": "authorization, dpop, content-type"}  # fmt: skip
        answer = await gate.client.request(method, path, headers=told)
        assert not [name for name in answer.headers if name.startswith("access-control-")]
        assert method != "OPTIONS" or answer.status_code in (401, 404, 405)


@pytest.mark.parametrize(("method", "path"), ASKS)
async def test_a_body_says_what_it_is(gate: Opened, method: str, path: str) -> None:
    for accept in ("application/json", "text/html", "*/*"):
        answer = await gate.client.request(method, path, headers={"accept": accept, "authorization": "Bearer software"})
        kind = answer.headers.get("content-type", "")
        if not answer.content:
            continue
        if kind.startswith("text/"):
            assert kind.endswith("charset=utf-8")
            answer.content.decode("utf-8")
        else:
            assert kind.partition(";")[0] in ("application/json", "application/problem+json", "application/fhir+json")
            answer.json()


@pytest.mark.parametrize(
    ("method", "path"), [*ASKS, ("GET", "/errors/"), ("GET", "/v1/files/"), ("GET", "//thief.invalid")]
)
async def test_nothing_is_redirected(gate: Opened, method: str, path: str) -> None:
    answer = await gate.client.request(method, path, headers={"authorization": "Bearer software"})
    assert not 300 <= answer.status_code < 400
    assert "thief.invalid" not in answer.headers.get("location", "")


async def test_trace_is_not_done(gate: Opened) -> None:
    for path in ("/", "/v1/files", "/healthz", "/fhir", "/oauth/token"):
        answer = await gate.client.request("TRACE", path, headers={"authorization": "Bearer software", "x-a": "QZ01"})
        assert answer.status_code in (404, 405, 501)
        assert "QZ01" not in answer.text


async def test_a_cookie_is_never_set_by_the_gates_of_machines(gate: Opened) -> None:
    for method, path in ASKS:
        assert "set-cookie" not in (await gate.client.request(method, path)).headers
