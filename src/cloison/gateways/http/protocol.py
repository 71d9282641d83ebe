"""One connection: what TLS saw of the caller, and bounds on requests that arrive slowly or with huge heads.

uvicorn's protocol, with four additions. The SHA-256 of the client certificate is in
`scope["extensions"]["cloison.certificate"]`: the TLS layer proved that the caller holds its key. A request whose head
does not arrive in time, or is too large, ends the connection.
What cannot be read as HTTP gets the one error object. The head and the body of an answer leave in one system call: each
costs as much as the rest of a small answer.
"""

import asyncio
import hashlib
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from cloison.errors import Problem, Reason
from cloison.gateways.http import problems
from cloison.gateways.http.reasons import HEADERS_TOO_LARGE, MALFORMED, TOO_SLOW

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

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(cast("asyncio.Transport", _Gathered(transport, self.loop)))
        tls = transport.get_extra_info("ssl_object")
        certificate: bytes | None = tls.getpeercert(binary_form=True) if tls is not None else None
        if certificate:
            self._extensions = {CERTIFICATE: hashlib.sha256(certificate).digest()}
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_arrived()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
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
            b"cache-control: no-store\r\nx-content-type-options: nosniff\r\nconnection: close\r\n\r\n",
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
