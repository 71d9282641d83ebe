"""The rim of the HTTP gates: everything that is true of every request, whatever it asks.

It has a number, a maker, bounds of size and time, headers that protect, one line in the log without personal data, and
an answer: what fails inside becomes the one error object, in the format of the gate that was asked. Routes that are
not declared public need a maker. The hottest routes are found here, by their path, before the router; a protocol that
holds the whole of such a request asks for its `answer` without the messages of ASGI, and all of this stays true.

A request finds in `scope["state"]`: `request_id`, `actor` (None on public routes), and `headers`, a list to which
whatever belongs on the answer, be it a problem, can be added.
"""

import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import TypeAlias

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cloison.errors import Fault, Misuse, Problem, Reason
from cloison.gateways.http import negotiation, problems
from cloison.gateways.http.body import Gone
from cloison.gateways.http.deadlines import Deadlines, Within
from cloison.gateways.http.problems import Renderer
from cloison.gateways.http.reasons import BODY_TOO_LARGE, BUG, OVERLOADED, TIMED_OUT
from cloison.identity import Actor

HeaderList: TypeAlias = list[tuple[bytes, bytes]]
Sent: TypeAlias = tuple[int, HeaderList, bytes]
Endpoint: TypeAlias = Callable[[Scope, Receive], Awaitable[Sent]]
"""A route without a framework: status, headers and body."""
Authenticate: TypeAlias = Callable[[Scope], Awaitable[Actor | Reason]]
Log: TypeAlias = Callable[[str, str, str, int, int, int], None]
"""Request number, method, route, status, microseconds, account number."""

OK_JSON: HeaderList = [(b"content-type", b"application/json")]
PROTECTION: tuple[tuple[bytes, bytes], ...] = (
    (b"cache-control", b"no-store"),
    (
        b"content-security-policy",
        b"default-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"strict-transport-security", b"max-age=63072000; includeSubDomains"),
)
"""On every answer that does not set its own. Browsers ignore the last one where there is no TLS."""
NO_ROUTE = "-"


@dataclass(frozen=True, slots=True)
class Bounds:
    """How large and how long a request may be, and how many may be inside at once."""

    body_bytes: int = 1 << 20
    seconds: float = 30.0
    inside: int = 4096


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the rim is given: who can tell makers, log lines and time, and how each part of the site behaves."""

    authenticate: Authenticate
    log: Log
    clock: Callable[[], float]
    site: str = ""
    public: frozenset[str] = frozenset()
    public_under: tuple[str, ...] = ()
    express: Mapping[tuple[str, str], Endpoint] = field(default_factory=dict[tuple[str, str], Endpoint])
    renderers: Sequence[tuple[str, Renderer]] = ()
    bounds: Bounds = Bounds()
    bounds_under: Sequence[tuple[str, Bounds]] = ()


def actor_of(scope: Scope) -> Actor:
    """The maker of this request; only routes that are not public may ask."""
    actor = scope["state"]["actor"]
    assert isinstance(actor, Actor), "a public route asks for an actor"
    return actor


class Rim:
    """The outermost of our layers: pure ASGI."""

    def __init__(self, app: ASGIApp, around: Surroundings) -> None:
        self._app = app
        self._around = around
        self._inside = 0
        self._prefix = os.urandom(6).hex()
        self._numbers = count(1)
        self._general = (around.bounds, Deadlines(around.bounds.seconds))
        self._under = [(prefix, each, Deadlines(each.seconds)) for prefix, each in around.bounds_under]
        self.express = tuple(
            f"{method} {path} HTTP/1.1\r\n".encode() for method, path in around.express if method == "POST"
        )
        """How a request begins that `answer` may be asked about."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        await self._run(scope, receive, _Exchange(scope, send, f"{self._prefix}{next(self._numbers):x}"))

    async def answer(self, scope: Scope, receive: Receive) -> Sent:
        """The whole answer to a request for an express route, for a protocol that writes it by itself."""
        assert (scope["method"], scope["path"]) in self._around.express, "other routes answer in messages"
        exchange = _Exchange(scope, None, f"{self._prefix}{next(self._numbers):x}")
        await self._run(scope, receive, exchange)
        return exchange.status, exchange.headers, exchange.body

    async def _run(self, scope: Scope, receive: Receive, exchange: "_Exchange") -> None:
        around = self._around
        started = around.clock()
        self._inside += 1
        try:
            await self._serve(scope, receive, exchange)
        except Exception as failure:  # noqa: BLE001  the rim: every failure has an answer
            await self._fail(exchange, failure)
        finally:
            self._inside -= 1
            micros = int((around.clock() - started) * 1e6)
            actor = scope["state"]["actor"]
            account = actor.account if actor else 0
            around.log(exchange.request_id, scope["method"], _route(scope), exchange.status, micros, account)

    async def _serve(self, scope: Scope, receive: Receive, exchange: "_Exchange") -> None:
        around, path = self._around, scope["path"]
        bounds, deadlines = self._general
        for prefix, narrower, others in self._under:
            if path.startswith(prefix):
                bounds, deadlines = narrower, others
                break
        if self._inside > bounds.inside:
            raise Misuse(OVERLOADED)
        with Within(deadlines):
            endpoint = around.express.get((scope["method"], path))
            if endpoint is not None:
                scope["state"]["route"] = path
            if path not in around.public and not path.startswith(around.public_under):
                actor = await around.authenticate(scope)
                if isinstance(actor, Reason):
                    raise Misuse(actor)
                scope["state"]["actor"] = actor
            if endpoint is None:
                await self._app(scope, _bounded(scope, receive, bounds.body_bytes), exchange.send)
                return
            status, headers, body = await endpoint(scope, receive)
            await exchange.answer(status, headers, body)

    async def _fail(self, exchange: "_Exchange", failure: Exception) -> None:
        """Answer a failure, unless an answer is already on its way or nobody is left."""
        if exchange.status or isinstance(failure, Gone):
            if exchange.status:
                raise failure
            exchange.status = 499
            return
        around, path = self._around, exchange.scope["path"]
        problem = Problem.of(trouble_of(failure), exchange.request_id, around.site)
        language = negotiation.language(negotiation.header(exchange.scope["headers"], b"accept-language"))
        render = next((each for prefix, each in around.renderers if path.startswith(prefix)), problems.rendered)
        kind, body = render(problem, language)
        headers = [(b"content-type", kind), *problems.headers_of(problem, language)]
        await exchange.answer(problem.status, headers, body)


def trouble_of(failure: Exception) -> Fault | Reason:
    """What a failure is to the caller: a bug is told without its words, which may repeat what somebody sent."""
    if isinstance(failure, Fault):
        return failure
    return TIMED_OUT if isinstance(failure, TimeoutError) else BUG


class _Exchange:
    """One request and what was sent back, or is to be sent by who asked for it as a whole."""

    __slots__ = ("_send", "body", "headers", "request_id", "scope", "status")

    def __init__(self, scope: Scope, send: Send | None, request_id: str) -> None:
        self.scope = scope
        self._send = send
        self.request_id = request_id
        self.status = 0
        self.headers: HeaderList = []
        self.body = b""
        state = scope.setdefault("state", {})
        state["request_id"] = request_id
        state["actor"] = None
        state["headers"] = []

    async def send(self, message: Message) -> None:
        """What the application sends, with the headers that it did not set itself."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers: HeaderList = list(message.get("headers", ()))
            present = {name for name, _ in headers}
            headers.extend(each for each in PROTECTION if each[0] not in present)
            headers.append((b"x-request-id", self.request_id.encode()))
            headers.extend(self.scope["state"]["headers"])
            message["headers"] = headers
        assert self._send is not None, "a whole answer is asked of express routes only"
        await self._send(message)

    async def answer(self, status: int, headers: HeaderList, body: bytes) -> None:
        """A whole answer."""
        self.status = status
        length = (b"content-length", b"%d" % len(body))
        extra: HeaderList = self.scope["state"]["headers"]
        framed = [*headers, length, *PROTECTION, (b"x-request-id", self.request_id.encode()), *extra]
        if self._send is None:
            self.headers, self.body = framed, body
            return
        await self._send({"type": "http.response.start", "status": status, "headers": framed})
        await self._send({"type": "http.response.body", "body": body})


def _bounded(scope: Scope, receive: Receive, most: int) -> Receive:
    """The body, cut off with a problem when it goes beyond its bound."""
    announced = negotiation.header(scope["headers"], b"content-length")
    if announced.isdigit() and int(announced) > most:
        raise Misuse(BODY_TOO_LARGE, cause=f"{most} bytes at most")
    taken = 0

    async def counted() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > most:
            raise Misuse(BODY_TOO_LARGE, cause=f"{most} bytes at most")
        return message

    return counted


def _route(scope: Scope) -> str:
    """The template of the route, so that the log never holds what somebody wrote in an address."""
    found: str | None = scope["state"].get("route")
    return found or getattr(scope.get("route"), "path", NO_ROUTE)
