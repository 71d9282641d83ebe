"""A live server under abuse: slow, huge, malformed, repeated, broken off, many at once.

The right error each, no bug, no word of what was sent in any log, and the next honest caller is served.
"""

import asyncio
import json
import ssl
import struct
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from tests.flow.day import Ask, Day, Guarantee, Person
from tests.flow.fhir import eligibility
from tests.flow.http_gate import question
from tests.security.leak_scan import Persons, Scanner
from tests.security.live import HOST, Live, live
from tests.security.test_error_leaks import server_log

from cloison.gateways.http import protocol
from cloison.gateways.http.protocol import HEAD_BYTES_MAX
from cloison.gateways.http.rim import Bounds
from cloison.storage.keys import KeyProvider

PATH = "/v1/eligibility"
SECONDS = 1.0
PATIENCE = Bounds(seconds=SECONDS)


@pytest.fixture(scope="module")
async def anne(shared_day: Day) -> Person:
    await shared_day.insurer(guarantees=[Guarantee("MED")])
    return await shared_day.enrol()


@pytest.fixture(scope="module")
async def server(
    anne: Person, shared_day: Day, day_keys: KeyProvider, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Live]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(protocol, "HEAD_SECONDS", SECONDS)
        async with live(shared_day, day_keys, tmp_path_factory.mktemp("home"), PATIENCE) as opened:
            yield opened


@pytest.fixture(autouse=True)
async def afterwards(server: Live, anne: Person) -> AsyncIterator[None]:
    """Whatever a test did: nothing was a bug, and an honest caller is served."""
    before = len(server.written())
    yield
    answer = await honest(server, anne)
    assert answer.status_code == 200, answer.text
    statuses = [json.loads(line)["status"] for line in server.written()[before:].splitlines()]
    assert 500 not in statuses
    assert server.faults == []


async def honest(server: Live, anne: Person) -> httpx.Response:
    async with server.client(authorization=f"Bearer {await server.token()}") as client:
        while (answer := await client.post(PATH, json=question(anne))).status_code == 503:
            await asyncio.sleep(0.2)
        return answer


# ---------------------------------------------------------------------------------------------------------- sockets


async def said(server: Live, *words: bytes, pause: float = 0.0, patience: float = 3.0, shut: bool = False) -> bytes:
    """Send words over TLS, and hear meanwhile and afterwards, until the server closes or is silent."""
    context = server.trusting()
    reader, writer = await asyncio.open_connection(HOST, server.port, ssl=context, server_hostname="localhost")

    async def hear() -> bytes:
        heard = b""
        with suppress(TimeoutError, ConnectionError, ssl.SSLError):
            while piece := await asyncio.wait_for(reader.read(65536), patience + pause * len(words)):
                heard += piece
        return heard

    hearing = asyncio.ensure_future(hear())
    with suppress(ConnectionError, ssl.SSLError):
        for word in words:
            writer.write(word)
            await writer.drain()
            await asyncio.sleep(pause)
        if shut and writer.can_write_eof():
            writer.write_eof()
    heard = await hearing
    writer.close()
    return heard


async def head(server: Live, path: str = PATH, method: str = "POST", **more: str) -> bytes:
    """The lines before a body, of the honest client."""
    headers = {
        "host": "localhost",
        "authorization": f"Bearer {await server.token()}",
        "content-type": "application/json",
    }
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in (headers | more).items())]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"


def told(heard: bytes) -> tuple[int, str]:
    """Status and code of the first answer on a connection."""
    top, _, body = heard.partition(b"\r\n\r\n")
    assert top.startswith(b"HTTP/1.1 "), heard[:200]
    problem = json.JSONDecoder().raw_decode(body.decode())[0]
    return int(top.split()[1]), problem.get("code", "")


async def test_a_body_that_trickles_is_not_waited_for(server: Live) -> None:
    started = asyncio.get_running_loop().time()
    start = await head(server, **{"content-length": "1000"})
    heard = await said(server, start, *[b"{"] * 30, pause=0.1, patience=SECONDS)
    assert told(heard) == (503, "http.timed_out")
    assert asyncio.get_running_loop().time() - started < 6


async def test_a_head_that_trickles_is_not_waited_for(server: Live) -> None:
    heard = await said(server, b"POST /v1/eligibility HTTP/1.1\r\n", *[b"a: b\r\n"] * 15, pause=0.1)
    assert told(heard) == (408, "http.too_slow")


async def test_hundreds_who_trickle_do_not_keep_an_honest_caller_waiting(server: Live, anne: Person) -> None:
    """Slow heads, slow bodies and silence, on 300 connections, while one asks."""
    start = await head(server, **{"content-length": "1000"})
    words = ([b"POST /v1/"], [start, b"{"], [])
    crowd = [asyncio.ensure_future(said(server, *words[number % 3], pause=0.2)) for number in range(300)]
    await asyncio.sleep(0.5)
    answers = [await honest(server, anne) for _ in range(5)]
    assert {answer.status_code for answer in answers} == {200}
    assert max(answer.elapsed.total_seconds() for answer in answers) < 10 * SECONDS, "this process plays them all"
    heard = await asyncio.gather(*crowd)
    assert all(each == b"" or told(each)[0] in (408, 503) for each in heard)


@pytest.mark.parametrize("size", [1 << 20, 64 << 20])
async def test_a_huge_body_is_refused_by_what_it_announces_and_by_what_comes(server: Live, size: int) -> None:
    announced = await said(server, await head(server, **{"content-length": str(size + 1)}), b"x")
    assert told(announced) == (413, "http.body_too_large")
    chunk = b"%x\r\n" % (1 << 16) + b"x" * (1 << 16) + b"\r\n"
    heard = await said(server, await head(server, **{"transfer-encoding": "chunked"}), *[chunk] * 20, patience=2)
    assert told(heard) == (413, "http.body_too_large")


async def test_a_huge_head_is_refused(server: Live) -> None:
    for huge in ({"x": "a" * (HEAD_BYTES_MAX + 1)}, {f"x{n}": "a" for n in range(HEAD_BYTES_MAX // 3)}):
        assert told(await said(server, await head(server, **huge))) == (431, "http.headers_too_large")
    heard = await said(server, await head(server, path="/" + "a" * (HEAD_BYTES_MAX + 1)))
    assert told(heard) == (431, "http.headers_too_large")


CUT = b"POST /v1/eligibility HTTP/1.1\r\nhost: a\r\n"
MALFORMED = {
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "another protocol": b"EHLO localhost\r\n\r\n",
    "HTTP/2 without asking": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/0.9": b"GET /\r\n\r\n",
    "a version of tomorrow": b"GET / HTTP/9.9\r\nhost: a\r\n\r\n",
    "two lengths": CUT + b"content-length: 2\r\ncontent-length: 3\r\n\r\n{}",
    "a length and chunks": CUT + b"content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    "a length that is none": CUT + b"content-length: -1\r\n\r\n",
    "a length beyond all": CUT + b"content-length: 99999999999999999999999\r\n\r\n",
    "chunks that are none": CUT + b"transfer-encoding: chunked\r\n\r\nzz\r\n",
    "a chunk beyond all": CUT + b"transfer-encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
    "another encoding": CUT + b"transfer-encoding: gzip\r\n\r\n{}",
    "a hidden encoding": CUT + b"transfer-encoding: xchunked\r\n\r\n0\r\n\r\n",
    "a space before the colon": CUT + b"content-length : 2\r\n\r\n{}",
    "a folded line": CUT + b"x: a\r\n b: c\r\n\r\n",
    "a nought in a header": CUT + b"x: a\x00b\r\n\r\n",
    "a nought in the address": b"GET /\x00 HTTP/1.1\r\nhost: a\r\n\r\n",
    "a line alone": CUT + b"x: a\rb: c\r\n\r\n",
    "a name that is none": CUT + b"x\xe9: a\r\n\r\n",
    "no name": CUT + b": a\r\n\r\n",
}


@pytest.mark.parametrize("what", MALFORMED)
async def test_what_is_no_http_is_refused_and_none_of_it_repeated(server: Live, what: str) -> None:
    """One answer, or none and the end of the connection; never the answer to a second request hidden in the first."""
    hidden = b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n"
    heard = await said(server, MALFORMED[what] + hidden, patience=2, shut=True)
    if heard:
        assert told(heard)[0] in (400, 401, 411, 431, 501), heard[:200]
        assert b'"alive"' not in heard


@pytest.mark.parametrize(
    "ask",
    [
        b"CONNECT thief.invalid:443 HTTP/1.1\r\nhost: a\r\n\r\n",
        b"TRACE / HTTP/1.1\r\nhost: a\r\nx-secret: QZ0001\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nhost: a\r\n\r\n",
        b"BREW /v1/eligibility HTTP/1.1\r\nhost: a\r\n\r\n",
        b"GET /ws HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n"
        b"sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: a\r\nconnection: upgrade, http2-settings\r\nupgrade: h2c\r\n"
        b"http2-settings: AAA\r\n\r\n",
        b"GET http://thief.invalid/v1/files HTTP/1.1\r\nhost: a\r\n\r\n",
        b"GET //v1/files HTTP/1.1\r\nhost: a\r\n\r\n",
        b"GET /v1/../v1/files HTTP/1.1\r\nhost: a\r\n\r\n",
        b"GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nhost: a\r\n\r\n",
        b"GET /errors/..%2f..%2f..%2fetc%2fpasswd HTTP/1.1\r\nhost: a\r\n\r\n",
    ],
)
async def test_a_method_or_an_address_of_elsewhere_opens_nothing(server: Live, ask: bytes) -> None:
    heard = await said(server, ask.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n", 1))
    if heard:
        status, code = told(heard)
        assert status in (400, 401, 404, 405, 501), heard[:200]
        assert code
        assert b"QZ0001" not in heard
        assert b"root:" not in heard


async def test_a_caller_that_sends_all_and_listens_on_is_answered(server: Live, anne: Person) -> None:
    """Half-closed: TLS has no half, so the answer may be cut off; plain requests that follow are served."""
    body = json.dumps(question(anne)).encode()
    heard = await said(server, await head(server, **{"content-length": str(len(body))}) + body, shut=True)
    assert told(heard)[0] == 200


async def test_callers_that_hang_up_at_any_byte_leave_nothing_behind(server: Live, anne: Person) -> None:
    """A reset, not a farewell, at thirty places of one request."""
    body = json.dumps(question(anne)).encode()
    whole = await head(server, **{"content-length": str(len(body))}) + body
    for place in range(0, len(whole) + 1, len(whole) // 30):
        _, writer = await asyncio.open_connection(HOST, server.port, ssl=server.trusting(), server_hostname="localhost")
        writer.write(whole[:place])
        await writer.drain()
        plain = writer.get_extra_info("socket")
        plain.setsockopt(1, 13, struct.pack("ii", 1, 0))  # SOL_SOCKET, SO_LINGER: a reset
        writer.transport.abort()
    await asyncio.sleep(0.3)
    statuses = {json.loads(line)["status"] for line in server.written().splitlines()}
    assert 500 not in statuses


async def test_requests_in_a_row_on_one_connection_are_answered_in_order(server: Live, anne: Person) -> None:
    right, wrong = json.dumps(question(anne)).encode(), b"{}"
    words = [await head(server, **{"content-length": str(len(body))}) + body for body in (right, wrong) * 10]
    last = await head(server, "/healthz", "GET", connection="close")
    heard = await said(server, b"".join(words) + last)
    statuses = [int(each[:3]) for each in heard.split(b"HTTP/1.1 ")[1:]]
    assert statuses == [200, 422] * 10 + [200]


async def test_a_thousand_connections_that_say_nothing_are_closed_and_an_honest_caller_is_served(
    server: Live, anne: Person
) -> None:
    silent = [await asyncio.open_connection(HOST, server.port) for _ in range(1_000)]  # not even the TLS hello
    assert (await honest(server, anne)).status_code == 200
    for _, writer in silent:
        writer.close()


# ----------------------------------------------------------------------------------------------------------- bodies

DEEP = 200_000
BODIES: dict[str, bytes] = {
    "nothing": b"", "a space": b" ", "a nought": b"\x00", "half": b'{"amc":', "two": b"{}{}", "a comment": b"/**/{}",
    "not JSON": b"<a/>", "a text": b'"a"', "a number": b"1", "null": b"null", "a list": b"[]", "true": b"true",
    "a bomb of lists": b"[" * DEEP + b"]" * DEEP, "a bomb of objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "lists in a field": b'{"amc":' + b"[" * DEEP + b"]" * DEEP + b"}",
    "a number of a megabyte": b'{"birth_rank":' + b"9" * 900_000 + b"}", "beyond all": b'{"birth_rank":1e999999}',
    "not a number": b'{"birth_rank":NaN}', "half a character": b'{"amc":"\\ud800"}', "raw": b'{"amc":"\xff\xfe"}',
    "a mark of order": b'\xef\xbb\xbf{"amc":"1"}', "of 16 bits": '{"amc":"1"}'.encode("utf-16"),
    "a nought in a text": b'{"amc":"7500\\u00004407"}', "twice": b'{"amc":"1","amc":"2"}',
    "a key of a megabyte": b'{"' + b"a" * 900_000 + b'":1}', "packed": b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03",
    "a prototype": b'{"__proto__":{"a":1},"constructor":{"prototype":{}}}',
    "an entity": b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
}  # fmt: skip
TYPES = ("application/json", "application/json; charset=utf-16", "text/plain", "application/xml", "", "a/b;" * 500)
POSTS = (PATH, "/v1/webhooks", "/fhir", "/fhir/CoverageEligibilityRequest", "/fhir/CoverageEligibilityRequest/$submit",
         "/fhir/CoverageEligibilityRequest/_search", "/oauth/token")  # fmt: skip


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("what", BODIES)
async def test_a_body_that_is_off_is_refused_as_the_callers(server: Live, path: str, what: str) -> None:
    token = await server.token()
    async with server.client(authorization=f"Bearer {token}") as client:
        answer = await client.post(path, content=BODIES[what], headers={"content-type": content_type(path)})
    refused_well(answer, (200,) if path.endswith("_search") else ())  # a search leaves out what it does not know


def content_type(path: str) -> str:
    if path == "/oauth/token" or path.endswith("_search"):
        return "application/x-www-form-urlencoded"
    return "application/fhir+json" if path.startswith("/fhir") else "application/json"


def refused_well(answer: httpx.Response, allowed: Sequence[int] = ()) -> None:
    """A refusal that is the caller's to mend, in the one error object of its gate."""
    assert answer.status_code in (400, 401, 403, 404, 405, 406, 409, 410, 412, 413, 415, 422, *allowed), answer.text
    if answer.status_code in allowed:
        return
    body: dict[str, Any] = answer.json()
    if body.get("resourceType") == "OperationOutcome":
        assert body["issue"][0]["details"]["coding"][0]["code"]
    else:
        assert {"code", "message", "action", "actor", "retry", "doc_url", "request_id"} <= body.keys()
    assert "Traceback" not in answer.text
    assert "cloison/" not in answer.text
    assert "asyncpg" not in answer.text


@pytest.mark.parametrize("kind", TYPES)
async def test_another_type_of_content_is_refused(server: Live, anne: Person, kind: str) -> None:
    async with server.client(authorization=f"Bearer {await server.token()}") as client:
        content = json.dumps(question(anne)).encode()
        answer = await client.post(PATH, content=content, headers={"content-type": kind} if kind else {})
        assert answer.status_code == (200 if kind.startswith("application/json") else 415)
        packed = await client.post(PATH, content=b"\x1f\x8b\x08", headers={
            "content-type": "application/json", "content-encoding": "gzip"})  # fmt: skip
        refused_well(packed)


NASTY = ("\x00", "\u0000a", "' or 1=1 --", "\U0001f600" * 100, "a" * 100_000, "\u202e", "{{7*7}}", "${jndi:ldap://x}",
         "%s%n", "../../etc/passwd", "<script>alert(1)</script>", "\r\nset-cookie: a=b", "-1", "1e308", "")  # fmt: skip


@pytest.mark.parametrize("value", NASTY, ids=[f"{number}" for number in range(len(NASTY))])
async def test_a_nasty_text_in_any_field_is_refused_or_meant_nothing(server: Live, anne: Person, value: str) -> None:
    async with server.client(authorization=f"Bearer {await server.token()}") as client:
        for name in question(anne):
            refused_well(await client.post(PATH, json=question(anne) | {name: value}), (200,))
        for name in ("grant_type", "client_id", "client_assertion", "client_assertion_type", "scope"):
            form = {"grant_type": "client_credentials", "client_id": server.name} | {name: value}
            refused_well(await client.post("/oauth/token", data=form), (200,))
        for asked in nasty_documents(anne, value):
            path = "/fhir/CoverageEligibilityRequest"
            refused_well(await client.post(f"{path}/$submit", json=asked, headers=FHIR), (200,))
            refused_well(await client.post(path, json=asked, headers=FHIR), (200, 201))
        refused_well(await client.post("/v1/webhooks", json={"url": value}))
        for name in (
            "_id",
            "identifier",
            "status",
            "created",
            "patient",
            "_lastUpdated",
            "_count",
            "_page",
            "_include",
        ):
            found = await client.get("/fhir/CoverageEligibilityRequest", params={name: value[:5000]})
            refused_well(found, (200, 414, 431))
        refused_well(await client.get("/v1/files", params={"before": value[:5000]}), (200, 431))


FHIR = {"content-type": "application/fhir+json"}


def nasty_documents(anne: Person, value: str) -> list[dict[str, Any]]:
    """A request for eligibility with this text at each place that takes one."""
    made = [eligibility(Ask(anne), identifier=value or "x"), eligibility(Ask(anne, amc=value or "x"))]
    made += [eligibility(Ask(anne)) | {field: value} for field in ("status", "created", "servicedDate")]
    for index, field in ((0, "birthDate"), (1, "subscriberId")):
        whole = eligibility(Ask(anne))
        whole["contained"][index][field] = value
        made.append(whole)
    return made


async def test_the_same_request_at_the_same_time_is_done_once(server: Live, anne: Person) -> None:
    """Duplicated by a nervous client: one document, one answer, twenty callers who read the same."""
    asked = eligibility(Ask(anne), identifier=uuid4().hex)
    async with server.client(authorization=f"Bearer {await server.token()}") as client:

        async def send() -> httpx.Response:
            while (answer := await client.post("/fhir/CoverageEligibilityRequest", json=asked, headers=FHIR)).is_error:
                assert answer.status_code == 503, answer.text
            return answer

        answers = await asyncio.gather(*(send() for _ in range(20)))
    assert {answer.status_code for answer in answers} <= {200, 201}
    assert len({answer.json()["id"] for answer in answers}) == 1


# ------------------------------------------------------------------------------------------------------------ leaks


async def test_no_log_holds_a_person_whatever_field_they_were_sent_in(
    server: Live, anne: Person, shared_day: Day, capfd: pytest.CaptureFixture[str]
) -> None:
    """NIR, names, birth date and card number in every header, address, query, body and form; every log is searched."""
    names = ("QZARTOWSKI", "WILHELMINOU")
    persons = Persons(
        nir=frozenset({anne.nir[:13]}), adherent=frozenset({anne.adherent}), contract=frozenset(),
        name=frozenset(names), person=frozenset({f" {' '.join(names)} "}), birth=frozenset({anne.birth}),
    )  # fmt: skip
    answers: dict[str, bytes] = {}
    async with server.client(authorization=f"Bearer {await server.token()}") as client:
        for value in (anne.nir, anne.nir[:13], anne.adherent, anne.birth, *names):
            for what, request in enumerate(naming(anne, value)):
                answers[f"{what}"] = answers.get(f"{what}", b"") + (await client.request(**request)).content
            answers["no HTTP"] = await said(server, value.encode() + b" / HTTP/1.1\r\nhost: a\r\n\r\n")
    out, err = capfd.readouterr()
    scanner = Scanner(persons)
    logs = answers | {
        "access log": server.written(), "stdout": out.encode(), "stderr": err.encode(),
        "database": server_log(shared_day.database.address),
    }  # fmt: skip
    assert len(server.written().splitlines()) > 300
    assert [leak for where, log in logs.items() for leak in scanner.text(where, log)] == []
    assert scanner.text("planted", anne.nir.encode()), "the search finds what is there"


def naming(anne: Person, value: str) -> list[dict[str, Any]]:
    """Requests that are wrong, with a word about a person somewhere in each."""
    headers = ("x-patient", "accept", "accept-language", "prefer", "if-none-match", "if-none-exist", "dpop", "cookie",
               "content-disposition", "upload-offset", "user-agent", "referer")  # fmt: skip
    gates = (("POST", PATH), ("POST", "/v1/files/b2"), ("GET", "/v1/files"), ("GET", "/fhir/PaymentNotice"),
             ("POST", "/fhir/CoverageEligibilityRequest"), ("GET", "/errors"))  # fmt: skip
    paths = (f"/{value}", f"/errors/{value}", f"/v1/files/{value}", f"/fhir/{value}", f"/fhir/Patient/{value}",
             f"/fhir/PaymentNotice/{value}", f"/v1/eligibility?nir={value}", f"/v1/files?before={value}",
             f"/fhir/PaymentNotice?created={value}", f"/fhir/PaymentNotice?patient:x={value}&{value}=1")  # fmt: skip
    form = {"grant_type": value, "client_id": value, "client_assertion": value}
    return [
        *({"method": method, "url": path, "headers": {name: value}} for name in headers for method, path in gates),
        *({"method": "GET", "url": path} for path in paths),
        *({"method": "POST", "url": PATH, "json": question(anne) | {name: [value]}} for name in question(anne)),
        {"method": "POST", "url": PATH, "json": question(anne) | {value: value}},
        {"method": "POST", "url": "/oauth/token", "data": form},
        *(
            {"method": "POST", "url": f"/fhir/{kind}", "headers": FHIR, "json": asked | {"resourceType": value}}
            for asked in nasty_documents(anne, value)
            for kind in ("CoverageEligibilityRequest", "CoverageEligibilityRequest/$submit", "", value)
        ),
    ]


def test_the_logs_that_are_searched_are_all_there_are() -> None:
    """Nothing in the code of this product writes a log but the access log and what a command prints."""
    source = Path(__file__).resolve().parents[2] / "src" / "cloison"
    users = {path.name for path in source.rglob("*.py") if "logging." in path.read_text(encoding="utf-8")}
    assert users <= {"server.py"}, "server.py silences the logger of uvicorn"
