"""Requests over a real socket, each written whole, as the software of a counter does that asks all day."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httptools
import httpx
from starlette.applications import Starlette

from cloison.ops import server

HOST = "127.0.0.1"


class _Answer:
    def __init__(self) -> None:
        self.headers: list[tuple[bytes, bytes]] = []
        self.body = b""
        self.complete = False

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name, value))

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        self.complete = True


class Whole(httpx.AsyncBaseTransport):
    """Writes head and body at once, on a connection of its own for each request."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body = await request.aread()
        lines = [b"%s %s HTTP/1.1" % (request.method.encode(), request.url.raw_path)]
        lines += [name + b": " + value for name, value in request.headers.raw if name.lower() != b"connection"]
        reader, writer = await asyncio.open_connection(HOST, self._port)
        try:
            writer.write(b"\r\n".join([*lines, b"", body]))
            answer = _Answer()
            parser = httptools.HttpResponseParser(answer)
            while not answer.complete:
                heard = await reader.read(65536)
                assert heard, "the server hung up"
                parser.feed_data(heard)
        finally:
            writer.close()
        return httpx.Response(parser.get_status_code(), headers=answer.headers, content=answer.body)


@asynccontextmanager
async def served(app: Starlette) -> AsyncGenerator[int]:
    """The application on a free port of this machine."""
    bound = server.listening(HOST, 0)
    ready = asyncio.Event()
    serving = asyncio.ensure_future(server.run(app, bound, None, ready.set))
    await ready.wait()
    try:
        yield bound.getsockname()[1]
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        bound.close()
