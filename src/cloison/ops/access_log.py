"""The log of requests: one line of JSON each, written a few times a second, without a word of what was asked.

{"at": "2026-11-22T11:00:00.123Z", "request": "...", "method": "POST", "route": "/v1/eligibility", "status": 200,
 "us": 5120, "account": 17}
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import BinaryIO

import msgspec

LINES_MAX = 10_000
"""Beyond, a blocked reader of the log costs lines, never requests."""
EVERY_SECONDS = 0.25


class Line(msgspec.Struct, frozen=True, gc=False):
    """One request."""

    at: datetime
    request: str
    method: str
    route: str
    status: int
    us: int
    account: int


class AccessLog:
    """Lines that wait to be written. Writing never waits for a request, nor a request for writing."""

    def __init__(self, out: BinaryIO | None, now: Callable[[], datetime]) -> None:
        self._out = out
        self._now = now
        self._lines: list[Line] = []
        self._encode = msgspec.json.Encoder().encode_lines
        self.lost = 0

    def __call__(self, request: str, method: str, route: str, status: int, us: int, account: int) -> None:
        if self._out is None:
            return
        if len(self._lines) >= LINES_MAX:
            self.lost += 1
            return
        self._lines.append(Line(self._now(), request, method, route, status, us, account))

    def flush(self) -> None:
        """Write what waits."""
        lines, self._lines = self._lines, []
        if lines and self._out is not None:
            self._out.write(self._encode(lines))
            self._out.flush()

    async def keep(self) -> None:
        """Write from time to time, until cancelled."""
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            await asyncio.to_thread(self.flush)
