"""Behind a relay that ends TLS: the client certificate comes in a header, and only from where the operator said.

off        nobody may send one: a request that does is refused, so that nothing slips in by habit
loopback   a relay on this machine sends `Client-Cert` (RFC 9440), and is the only one who can reach us
signed     a relay elsewhere also sends `Client-Cert-Signature`: "t=<seconds>,v1=<hex>", the HMAC-SHA-256 under the
           shared secret of "<seconds>.<method>.<path>.<Client-Cert>"; a minute old at most

The relay strips these headers from what its own callers send.
"""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from ipaddress import ip_address

from starlette.types import Scope

from cloison.errors import Misuse
from cloison.gateways.http.negotiation import header
from cloison.gateways.http.reasons import TERMINATOR_REFUSED

CERTIFICATE, SIGNATURE = b"client-cert", b"client-cert-signature"
SECONDS_MAX = 60
SHAPE = re.compile(r":([A-Za-z0-9+/]+={0,2}):")
SIGNED = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Terminator:
    """Whose word about client certificates is taken."""

    mode: str = "off"
    key: bytes = field(default=b"", repr=False)

    def certificate(self, scope: Scope, now: datetime) -> bytes:
        """The SHA-256 of the certificate that a relay saw; empty when none is told. Raises Misuse if it may not be."""
        told = header(scope["headers"], CERTIFICATE)
        if not told:
            return b""
        client: tuple[str, int] | None = scope.get("client")
        here = client is not None and _is_here(client[0])
        if self.mode == "off" or not (here if self.mode == "loopback" else self._signed(scope, told, now)):
            raise Misuse(TERMINATOR_REFUSED)
        digest = _digest(told)
        if not digest:
            raise Misuse(TERMINATOR_REFUSED, cause="Client-Cert")
        return digest

    def _signed(self, scope: Scope, told: str, now: datetime) -> bool:
        found = SIGNED.fullmatch(header(scope["headers"], SIGNATURE))
        if found is None or abs(now.timestamp() - int(found[1])) > SECONDS_MAX:
            return False
        return hmac.compare_digest(signature(self.key, int(found[1]), scope["method"], scope["path"], told), found[2])


def signature(key: bytes, second: int, method: str, path: str, told: str) -> str:
    """What a relay signs with the shared secret."""
    return hmac.digest(key, f"{second}.{method}.{path}.{told}".encode(), "sha256").hex()


@lru_cache(maxsize=64)
def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


@lru_cache(maxsize=4096)
def _digest(told: str) -> bytes:
    """The SHA-256 of a DER certificate in a structured field; empty when it is not one."""
    found = SHAPE.fullmatch(told.strip())
    try:
        return hashlib.sha256(base64.b64decode(found[1], validate=True)).digest() if found else b""
    except ValueError:
        return b""
