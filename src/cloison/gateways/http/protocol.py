"""One connection: what TLS saw of the caller, and bounds on requests that arrive slowly or with huge heads.

uvicorn's protocol, with five additions. The SHA-256 of the client certificate is in
`scope["extensions"]["cloison.certificate"]`: the TLS layer proved that the caller holds its key. A request whose head
does not arrive in time, or is too large, ends the connection.
What cannot be read as HTTP gets the one error object. The head and the body of an answer leave in one system call: each
costs as much as the rest of a small answer.

A request for one of the hottest routes that arrives whole on a connection at rest, with an ordinary head (`heads`),
goes straight to the rim, which treats it as any other, and its answer straight to the socket. Whatever else arrives
takes uvicorn's path; what arrives during such a request waits for its end.
"""

import asyncio
import hashlib
from contextvars import Context
from typing import Any, cast

from starlette.types import Message, Scope
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from cloison.errors import Problem, Reason
from cloison.gateways.http import problems
from cloison.gateways.http.heads import Heads
from cloison.gateways.http.reasons import HEADERS_TOO_LARGE, MALFORMED, TOO_SLOW
from cloison.gateways.http.rim import PROTECTION, HeaderList, Rim

CERTIFICATE = "cloison.certificate"
HEAD_BYTES_MAX = 32 * 1024
HEAD_SECONDS = 10.0


class _Gathered:
    """A transport that sends together what is written in one turn of the loop."""

    __slots__ = ("_loop", "_parts", "_transport")

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._parts: list[bytes] = []

    def __getattr__(self, name: str) -> Any:  # whatever else a transport has
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        if not self._parts:
            self._loop.call_soon(self._send)
        self._parts.append(data)

    def write_whole(self, data: bytes) -> None:
        """A whole answer, which nothing follows in this turn."""
        self._parts.append(data)
        self._send()

    def close(self) -> None:
        self._send()
        self._transport.close()

    def _send(self) -> None:
        parts, self._parts = self._parts, []
        if parts and not self._transport.is_closing():
            self._transport.write(b"".join(parts))


class Protocol(HttpToolsProtocol):
    """uvicorn's protocol on httptools, within bounds."""

    _head_bytes = 0
    _patience: asyncio.TimerHandle | None = None
    _refusal: Reason = MALFORMED
    _extensions: dict[str, Any] | None = None  # ASGI leaves the types of extensions open
    _rim: Rim | None = None
    _resting = True  # the parser is between two messages
    _express: "asyncio.Task[None] | None" = None
    _later = b""  # what arrived during an express request
    _closing = False

    def connection_made(self, transport: asyncio.Transport) -> None:
        self._gathered = _Gathered(transport, self.loop)
        super().connection_made(cast("asyncio.Transport", self._gathered))
        app: Any = self.config.app  # uvicorn leaves its type open
        self._rim = getattr(app, "rim", None)
        self._heads = Heads()
        tls = transport.get_extra_info("ssl_object")
        certificate: bytes | None = tls.getpeercert(binary_form=True) if tls is not None else None
        if certificate:
            self._extensions = {CERTIFICATE: hashlib.sha256(certificate).digest()}
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_arrived()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._express is not None:
            self._later += data
            if len(self._later) > HIGH_WATER_LIMIT:
                self.flow.pause_reading()
        elif self._rim is None or not self._resting or not self._takes_express(data, self._rim):
            super().data_received(data)

    def shutdown(self) -> None:
        if self._express is None:
            super().shutdown()
        else:
            self._closing = True

    def on_message_complete(self) -> None:
        self._resting = True
        super().on_message_complete()

    def on_message_begin(self) -> None:
        self._resting = False
        super().on_message_begin()
        self._head_bytes = 0
        if self._patience is None:
            self._wait_for_head()
        if self._extensions is not None:
            self.scope["extensions"] = self._extensions

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value))
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._head_arrived()
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """What cannot be read ends the connection; why is said in our own words, never in those received."""
        problem = Problem.of(self._refusal)
        kind, body = problems.rendered(problem)
        head = [
            STATUS_LINE[problem.status],
            b"content-type: " + kind + b"\r\n",
            b"content-length: %d\r\n" % len(body),
            *(name + b": " + value + b"\r\n" for name, value in PROTECTION),
            b"connection: close\r\n\r\n",
        ]
        self.transport.write(b"".join(head) + body)
        self.transport.close()

    def _count(self, size: int) -> None:
        self._head_bytes += size
        if self._head_bytes > HEAD_BYTES_MAX:
            self._refusal = HEADERS_TOO_LARGE
            raise ValueError("head too large")  # httptools turns it into a parser error

    def _wait_for_head(self) -> None:
        self._patience = self.loop.call_later(HEAD_SECONDS, self._too_slow)

    def _head_arrived(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _too_slow(self) -> None:
        self._patience = None
        if not self.transport.is_closing():
            self._refusal = TOO_SLOW
            self.send_400_response("")

    # -------------------------------------------------------------- express

    def _takes_express(self, data: bytes, rim: Rim) -> bool:
        """Start what is a whole express request, and nothing but one."""
        if not data.startswith(rim.express) or (self.cycle and not self.cycle.response_complete):
            return False
        end = data.find(b"\r\n\r\n") + 4
        head = self._heads.find(data[:end]) if end > 3 else None
        if head is None or len(data) != end + head.body_size:
            return False
        self._unset_keepalive_if_required()
        self._head_arrived()
        scope: Scope = {
            "type": "http",
            "asgi": {"version": self.asgi_version, "spec_version": "2.3"},
            "http_version": "1.1",
            "server": self.server,
            "client": self.client,
            "scheme": self.scheme,
            "root_path": self.root_path,
            "headers": head.headers,
            "state": self.app_state.copy(),
            "method": head.method,
            "path": head.path,
            "raw_path": head.path.encode(),
            "query_string": b"",
        }
        if self._extensions is not None:
            scope["extensions"] = self._extensions
        self._express = self.loop.create_task(self._answer(rim, scope, data[end:]), context=Context())
        self.tasks.add(self._express)
        return True

    async def _answer(self, rim: Rim, scope: Scope, body: bytes) -> None:
        """Answer an express request, then take what came meanwhile."""

        async def whole() -> Message:
            return {"type": "http.request", "body": body}

        answered = False
        try:
            status, headers, content = await rim.answer(scope, whole)
            if self.flow.write_paused:
                await self.flow.drain()
            if not self.transport.is_closing():
                self._gathered.write_whole(_framed(status, headers, self._closing) + content)
            answered = not self._closing
        finally:
            assert self._express is not None
            self.tasks.discard(self._express)
            self._express = None
            if not answered:
                self.transport.close()
        self.server_state.total_requests += 1
        self._rest()

    def _rest(self) -> None:
        """Between two requests."""
        if self.transport.is_closing():
            return
        later, self._later = self._later, b""
        self.flow.resume_reading()
        if later:
            self.data_received(later)
        else:
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )


def _framed(status: int, headers: HeaderList, closing: bool) -> bytes:
    """The head of an answer. What a header holds can never be read as another."""
    lines = [STATUS_LINE[status]]
    for name, value in headers:
        lines += (name, b": ", value, b"\r\n")
    if closing:
        lines.append(b"connection: close\r\n")
    lines.append(b"\r\n")
    head = b"".join(lines)
    ends = 2 + len(headers) + closing
    if head.count(b"\r") != ends or head.count(b"\n") != ends:
        raise ValueError("a header holds the end of a line")
    return head
