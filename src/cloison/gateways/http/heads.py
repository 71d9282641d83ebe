"""Heads of requests that were read before: software that asks all day sends the same head again and again.

The head is read by the same parser as any other, once; the same bytes mean the same head. Only ordinary heads are kept:
HTTP/1.1 on a connection that stays, an announced length and nothing else that says how the body comes. The rest takes
the ordinary path, where it gets the ordinary answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import httptools

HEADS_MAX = 16
BYTES_MAX = 8 * 1024
BODY_BYTES_MAX = 32 * 1024
CHANGING = b"dpop"
"""A head that holds a proof of possession never comes again."""


@dataclass(frozen=True, slots=True)
class Head:
    """An ordinary head."""

    method: str
    path: str
    headers: list[tuple[bytes, bytes]] = field(repr=False)
    body_size: int


class Heads:
    """The heads of one connection: what it showed ends with it."""

    def __init__(self) -> None:
        self._known: dict[bytes, Head] = {}

    def find(self, raw: bytes) -> Head | None:
        """What a head says; None when it is not ordinary."""
        head = self._known.get(raw)
        if head is not None or len(raw) > BYTES_MAX:
            return head
        head = _read(raw)
        if head is not None and not any(name == CHANGING for name, _ in head.headers):
            if len(self._known) >= HEADS_MAX:
                self._known.clear()
            self._known[raw] = head
        return head


class _Reading:
    """What the parser tells."""

    def __init__(self) -> None:
        self.url = b""
        self.headers: list[tuple[bytes, bytes]] = []
        self.complete = False

    def on_url(self, url: bytes) -> None:
        self.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        self.complete = True


def _read(raw: bytes) -> Head | None:
    reading = _Reading()
    parser = httptools.HttpRequestParser(reading)
    try:
        parser.feed_data(raw)
    except (httptools.HttpParserError, httptools.HttpParserUpgrade):
        return None
    sizes = _values(reading.headers, b"content-length")
    ordinary = (
        reading.complete
        and parser.get_http_version() == "1.1"
        and parser.should_keep_alive()
        and not parser.should_upgrade()
        and not _values(reading.headers, b"transfer-encoding")
        and not _values(reading.headers, b"expect")
        and len(sizes) == 1
        and sizes[0].isdigit()
        and 0 < int(sizes[0]) <= BODY_BYTES_MAX
    )
    if not ordinary:
        return None
    return Head(parser.get_method().decode(), reading.url.decode(), reading.headers, int(sizes[0]))


def _values(headers: Sequence[tuple[bytes, bytes]], name: bytes) -> list[bytes]:
    return [value for key, value in headers if key == name]
