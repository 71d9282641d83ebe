"""A request that arrives whole goes straight to the rim; what is unusual takes the ordinary path to the same answer."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from starlette.applications import Starlette
from starlette.types import Receive, Scope
from tests.flow.http_whole import HOST, served

from cloison.errors import Reason
from cloison.gateways.http import body
from cloison.gateways.http.protocol import HEAD_BYTES_MAX
from cloison.gateways.http.rim import OK_JSON, Bounds, Rim, Sent, Surroundings
from cloison.identity import Actor, ActorKind, Channel, Means
from cloison.ops import app as gates

PATH = "/v1/echo"
SOMEBODY = Actor(1, ActorKind.MACHINE, Channel.API, Means.CERTIFICATE)


@dataclass
class Served:
    """An application whose one express route repeats the size of what it gets, and how it was reached."""

    port: int = 0
    whole: int = 0
    lines: list[tuple[str, int]] = field(default_factory=list)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    go: asyncio.Event = field(default_factory=asyncio.Event)

    async def endpoint(self, scope: Scope, receive: Receive) -> Sent:
        content = await body.read(scope, receive)
        self.asked.set()
        if content == b"wait":
            await self.go.wait()
        if content == b"bug":
            raise KeyError(content)
        if content == b"split":
            return 200, [(b"x", b"a\r\nset-cookie: b")], b""
        return 200, OK_JSON, json.dumps({"size": len(content)}).encode()

    async def say(self, *words: bytes, pause: float = 0.02, wait: float = 0.3) -> bytes:
        reader, writer = await asyncio.open_connection(HOST, self.port)
        heard = b""
        try:
            for word in words:
                writer.write(word)
                await writer.drain()
                await asyncio.sleep(pause)
            while piece := await asyncio.wait_for(reader.read(65536), wait):
                heard += piece
        except TimeoutError:
            heard += b"<open>"
        finally:
            writer.close()
        return heard


@pytest.fixture
async def echo(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Served]:
    here = Served()
    ordinary = Rim.answer

    async def counted(self: Rim, scope: Scope, receive: Receive) -> Sent:
        here.whole += 1
        return await ordinary(self, scope, receive)

    async def known(scope: Scope) -> Actor | Reason:
        return SOMEBODY

    def log(_request: str, _method: str, route: str, status: int, _micros: int, _account: int) -> None:
        here.lines.append((route, status))

    monkeypatch.setattr(Rim, "answer", counted)
    around = Surroundings(
        known, log, asyncio.get_running_loop().time, express={("POST", PATH): here.endpoint}, bounds=Bounds(seconds=0.5)
    )
    async with served(gates.Site([], around)) as here.port:
        yield here


def ask(content: bytes = b"abc", *more: bytes, line: bytes = b"POST " + PATH.encode() + b" HTTP/1.1") -> bytes:
    return b"\r\n".join([line, b"host: a", b"content-length: %d" % len(content), *more, b"", content])


async def test_a_whole_request_needs_no_messages_and_the_connection_stays(echo: Served) -> None:
    heard = await echo.say(ask(), ask(b"defg"), ask())
    assert heard.count(b"HTTP/1.1 200 OK\r\n") == 3
    assert [heard.count(b'{"size": %d}' % size) for size in (3, 4)] == [2, 1]
    assert heard.endswith(b"<open>")
    assert echo.whole == 3
    assert echo.lines == [(PATH, 200)] * 3


UNUSUAL = {
    "in pieces": [ask()[:10], ask()[10:]],
    "the body after the head": [ask()[:-3], b"abc"],
    "a body in chunks": [
        b"POST " + PATH.encode() + b" HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
    ],
    "a query": [ask(line=b"POST " + PATH.encode() + b"?a=b HTTP/1.1")],
    "an address in full": [ask(line=b"POST http://a" + PATH.encode() + b" HTTP/1.1")],
    "a connection that closes": [ask(b"abc", b"connection: close")],
    "an expectation": [ask(b"abc", b"expect: 100-continue")],
    "an older version": [ask(line=b"POST " + PATH.encode() + b" HTTP/1.0")],
    "a head beyond what is kept": [ask(b"abc", b"x: " + b"a" * 9000)],
}


@pytest.mark.parametrize("words", UNUSUAL.values(), ids=UNUSUAL.keys())
async def test_what_is_unusual_takes_the_ordinary_path_to_the_same_answer(words: list[bytes], echo: Served) -> None:
    heard = await echo.say(*words)
    assert b"200 OK\r\n" in heard
    assert b'{"size": 3}' in heard
    assert echo.whole == 0


REFUSED = {
    "two lengths": ask(b"abc", b"content-length: 4"),
    "a length and chunks": ask(b"0\r\n\r\n", b"transfer-encoding: chunked"),
    "a length that is not one": ask().replace(b": 3", b": +3"),
    "a negative length": ask().replace(b": 3", b": -3"),
    "a space before the colon": ask(b"abc", b"x : y"),
    "a line that folds": ask(b"abc", b"x: y", b" z"),
    "a bare end of line": ask().replace(b"host: a\r\n", b"host: a\n"),
    "a head beyond the bound": ask(b"abc", b"x: " + b"a" * HEAD_BYTES_MAX),
}


@pytest.mark.parametrize("words", REFUSED.values(), ids=REFUSED.keys())
async def test_what_is_not_sound_http_never_takes_the_short_path(words: bytes, echo: Served) -> None:
    await echo.say(words)
    assert echo.whole == 0


async def test_requests_sent_without_waiting_are_answered_in_their_order(echo: Served) -> None:
    both = asyncio.ensure_future(echo.say(ask(b"wait"), ask(b"12345") + ask(b"123456"), pause=0.05))
    await echo.asked.wait()
    await asyncio.sleep(0.2)
    echo.go.set()
    heard = await both
    sizes = [heard.index(b'{"size": %d}' % size) for size in (4, 5, 6)]
    assert sizes == sorted(sizes)
    assert heard.count(b"HTTP/1.1 200") == 3


async def test_a_failure_gets_the_one_error_object_and_the_connection_stays(echo: Served) -> None:
    heard = await echo.say(ask(b"bug"), ask())
    assert heard.startswith(b"HTTP/1.1 500")
    assert b'"code":"http.bug"' in heard
    assert b"HTTP/1.1 200" in heard
    assert echo.whole == 2


async def test_what_takes_too_long_is_told_so(echo: Served) -> None:
    heard = await echo.say(ask(b"wait"), wait=1.0)
    assert b'"code":"http.timed_out"' in heard
    assert echo.lines == [(PATH, 503)]


async def test_a_header_cannot_hold_the_end_of_its_line(echo: Served) -> None:
    heard = await echo.say(ask(b"split"))
    assert b"set-cookie" not in heard
    assert not heard.endswith(b"<open>")


async def test_who_hangs_up_is_forgotten_and_the_others_are_served(echo: Served) -> None:
    _reader, writer = await asyncio.open_connection(HOST, echo.port)
    writer.write(ask(b"wait"))
    await echo.asked.wait()
    writer.close()
    await asyncio.sleep(0.05)
    echo.go.set()
    assert b'{"size": 3}' in await echo.say(ask())
    assert [status for _, status in echo.lines] == [200, 200]


async def test_a_server_that_stops_answers_what_it_took() -> None:
    here = Served()

    async def known(scope: Scope) -> Actor | Reason:
        return SOMEBODY

    around = Surroundings(
        known, lambda *_: None, asyncio.get_running_loop().time, express={("POST", PATH): here.endpoint}
    )
    app: Starlette = gates.Site([], around)
    async with served(app) as here.port:
        hearing = asyncio.ensure_future(here.say(ask(b"wait"), wait=2.0))
        await here.asked.wait()
        asyncio.get_running_loop().call_later(0.2, here.go.set)
    heard = await hearing
    assert heard.startswith(b"HTTP/1.1 200")
    assert b"connection: close\r\n" in heard
    assert not heard.endswith(b"<open>")
