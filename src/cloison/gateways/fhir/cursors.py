"""The names of pages: opaque, sealed, of one practice, insurer or person, for an hour.

An address never shows what was searched by.
"""

import base64
import binascii
import os
from dataclasses import dataclass, field

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cloison.errors import Misuse
from cloison.gateways.fhir.interaction import Call
from cloison.gateways.fhir.rest_reasons import CURSOR_EXPIRED

KEPT_SECONDS = 3600
NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class Cursor:
    """A page of a search: what was searched by, the place it started from, and where this page goes on."""

    kind: str
    used: tuple[tuple[str, str], ...] = field(repr=False)
    up_to: int
    before: int | None


class Cursors:
    """Writes and reads the names of pages, under one key of 32 bytes that all processes share."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def write(self, cursor: Cursor, call: Call) -> str:
        """The name of a page, for the practice of this caller: its insurer or itself when it has none."""
        until = int(call.now.timestamp()) + KEPT_SECONDS
        body = msgspec.json.encode((cursor.kind, cursor.used, cursor.up_to, cursor.before, until))
        nonce = os.urandom(NONCE_BYTES)
        sealed = nonce + self._cipher.encrypt(nonce, body, _aad(call))
        return base64.urlsafe_b64encode(sealed).decode().rstrip("=")

    def read(self, text: str, kind: str, call: Call) -> Cursor:
        """The page behind a name. Raises Misuse when it is not ours, another practice's, of another type or too old."""
        try:
            raw = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
            body = self._cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], _aad(call))
        except (binascii.Error, ValueError, InvalidTag):
            raise Misuse(CURSOR_EXPIRED) from None
        said = msgspec.json.decode(body, type=tuple[str, tuple[tuple[str, str], ...], int, int | None, int])
        if said[0] != kind or said[4] < call.now.timestamp():
            raise Misuse(CURSOR_EXPIRED)
        return Cursor(*said[:4])


def _aad(call: Call) -> bytes:
    actor = call.actor
    whose = (actor.practice, actor.tenant, 0 if actor.practice or actor.tenant else actor.account)
    return b"fhir page" + b"".join(each.to_bytes(8, "big") for each in whose)
