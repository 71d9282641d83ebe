"""The HTTP server: uvicorn on uvloop and httptools, TLS with client certificates, one process.

Contexts are reset between requests: on this version of asyncio a request may else start with the context variables of
the one before (the audited actor is in the scope of its request, never in a context variable).
"""

import asyncio
import gc
import logging
import signal
import socket
import ssl
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
import uvloop
from starlette.applications import Starlette

from cloison.gateways.http.protocol import Protocol

KEEP_ALIVE_SECONDS = 75
SHUTDOWN_SECONDS = 10
BACKLOG = 1024
COLLECT_AFTER = 50_000
"""Objects made and kept between two young collections. Python's 700 walk through the requests of the moment again and
again, none of which is garbage."""
SIGNALS = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True, slots=True)
class Tls:
    """The certificate of this server, and the authorities whose client certificates are looked at."""

    certificate: Path
    key: Path
    client_authorities: Path | None = None

    def context(self) -> ssl.SSLContext:
        """TLS 1.2 or later. A client may come without a certificate: then a proof of possession is asked of it."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(self.certificate, self.key)
        if self.client_authorities is not None:
            context.load_verify_locations(self.client_authorities)
            context.verify_mode = ssl.CERT_OPTIONAL
        return context


def listening(host: str, port: int) -> socket.socket:
    """A socket that is bound already, so that a port in use is known before anything starts. Port 0: any free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind((host, port))
    bound.listen(BACKLOG)
    bound.setblocking(False)
    return bound


async def run(app: Starlette, bound: socket.socket, tls: Tls | None, started: Callable[[], None]) -> None:
    """Serve until cancelled or told to stop by a signal. Requests on their way are answered first."""
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)  # its words may repeat what somebody sent
    config = uvicorn.Config(
        app,
        http=Protocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        reset_contextvars=True,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )
    config.load()
    config.ssl = tls.context() if tls else None
    server = _Server(config, started)
    try:
        with _settled_memory():
            await server.serve(sockets=[bound])
    except asyncio.CancelledError:
        await server.shutdown(sockets=[bound])
        raise


def new_loop() -> asyncio.AbstractEventLoop:
    """The loop to serve on."""
    return uvloop.new_event_loop()


@contextmanager
def _settled_memory() -> Generator[None]:
    """What stands before the first request stands until the end: the collector passes it over."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


class _Server(uvicorn.Server):
    """Tells when it takes requests."""

    def __init__(self, config: uvicorn.Config, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._tell = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._tell()

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """A signal ends the serving, not the process: what waits is settled afterwards. uvicorn raises it again."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in SIGNALS:
                loop.remove_signal_handler(number)
