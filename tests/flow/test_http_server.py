"""The server itself, over real sockets: TLS and client certificates, slow and huge requests, a clean end."""

import asyncio
import hashlib
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from tests.flow.http_certificates import certificate

from cloison.gateways.http import protocol
from cloison.gateways.http.protocol import CERTIFICATE, HEAD_BYTES_MAX
from cloison.ops import server
from cloison.ops.server import Tls

HOST = "127.0.0.1"


async def shown(request: Request) -> JSONResponse:
    extensions: dict[str, Any] = request.scope.get("extensions") or {}
    return JSONResponse({"certificate": extensions.get(CERTIFICATE, b"").hex(), "size": len(await request.body())})


APP = Starlette(routes=[Route("/", shown, methods=["GET", "POST"])])


class Running:
    """A server on a free port of this machine."""

    def __init__(self, tls: Tls | None = None) -> None:
        self.bound = server.listening(HOST, 0)
        self.port: int = self.bound.getsockname()[1]
        self.ready = asyncio.Event()
        self.task = asyncio.ensure_future(server.run(APP, self.bound, tls, self.ready.set))

    async def stop(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
        self.bound.close()


@pytest.fixture
async def plain() -> AsyncIterator[Running]:
    running = Running()
    await running.ready.wait()
    yield running
    await running.stop()


async def say(port: int, *words: bytes, tls: ssl.SSLContext | None = None, pause: float = 0.0) -> bytes:
    """Send words on one connection, and hear the answer until the server closes or is silent."""
    name = "localhost" if tls else None
    reader, writer = await asyncio.open_connection(HOST, port, ssl=tls, server_hostname=name)
    heard = b""
    try:
        for word in words:
            writer.write(word)
            await writer.drain()
            await asyncio.sleep(pause)
        while piece := await asyncio.wait_for(reader.read(65536), 1.0):
            heard += piece
    except (TimeoutError, ConnectionError):
        pass
    finally:
        writer.close()
    return heard


ASK = b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"


async def test_the_thumbprint_of_a_client_certificate_reaches_the_application(tmp_path: Path) -> None:
    authority = certificate(tmp_path, "authority")
    certificate(tmp_path, "server", authority)
    client, _ = certificate(tmp_path, "client", authority)
    running = Running(Tls(tmp_path / "server.pem", tmp_path / "server.key", tmp_path / "authority.pem"))
    await running.ready.wait()
    trusting = ssl.create_default_context(cafile=str(tmp_path / "authority.pem"))
    anonymous = await say(running.port, ASK, tls=trusting)
    trusting.load_cert_chain(tmp_path / "client.pem", tmp_path / "client.key")
    known = await say(running.port, ASK, tls=trusting)
    der = client.public_bytes(serialization.Encoding.DER)
    assert b'{"certificate":"","size":0}' in anonymous
    assert hashlib.sha256(der).hexdigest().encode() in known
    certificate(tmp_path, "stranger")
    stranger = ssl.create_default_context(cafile=str(tmp_path / "authority.pem"))
    stranger.load_cert_chain(tmp_path / "stranger.pem", tmp_path / "stranger.key")
    try:
        refused = await say(running.port, ASK, tls=stranger)
    except (ssl.SSLError, ConnectionError):
        refused = b""
    assert refused == b"", "an authority that we do not know vouches for nobody"
    await running.stop()


async def test_a_header_cannot_pretend_to_be_the_tls_layer(plain: Running) -> None:
    heard = await say(plain.port, ASK.replace(b"host", b"cloison.certificate: 00\r\nhost"))
    assert b'"certificate":""' in heard


async def test_what_is_not_http_gets_the_one_error_object_and_none_of_its_words(plain: Running) -> None:
    heard = await say(plain.port, b"QZ0001 what is this\r\n\r\n")
    assert heard.startswith(b"HTTP/1.1 400")
    assert b'"code":"http.malformed"' in heard
    assert b"QZ0001" not in heard


async def test_a_huge_head_ends_the_connection(plain: Running) -> None:
    heard = await say(plain.port, b"GET / HTTP/1.1\r\nx: " + b"a" * (HEAD_BYTES_MAX + 1) + b"\r\n\r\n")
    assert heard.startswith(b"HTTP/1.1 431")
    assert b'"code":"http.headers_too_large"' in heard


async def test_a_long_address_is_a_huge_head(plain: Running) -> None:
    heard = await say(plain.port, b"GET /" + b"a" * (HEAD_BYTES_MAX + 1) + b" HTTP/1.1\r\n\r\n")
    assert heard.startswith(b"HTTP/1.1 431")


async def test_a_head_that_does_not_end_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.2)
    running = Running()
    await running.ready.wait()
    heard = await say(running.port, b"GET / HTTP/1.1\r\n", b"x: y\r\n", pause=0.3)
    assert heard.startswith(b"HTTP/1.1 408")
    assert b'"code":"http.too_slow"' in heard
    silent = await say(running.port, pause=0.3)
    assert silent.startswith(b"HTTP/1.1 408")
    await running.stop()


async def test_a_connection_serves_one_request_after_the_other(plain: Running) -> None:
    ask = b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\nabc"
    heard = await say(plain.port, ask, ask, ask + ASK, pause=0.05)
    assert heard.count(b"HTTP/1.1 200") == 4
    assert heard.count(b'"size":3') == 3


async def test_an_answer_does_not_name_the_software(plain: Running) -> None:
    assert b"server:" not in (await say(plain.port, ASK)).lower()
