"""From what a request presents to who makes it, or why nobody does: the one function that every gate calls.

Authorization: Bearer + client certificate   a machine, token bound to its certificate (RFC 8705)
Authorization: DPoP   + DPoP                 a machine, token bound to its key (RFC 9449)
cookie                + DPoP                 a person, session bound to a key that the browser cannot give away
"""

from dataclasses import dataclass, field
from datetime import datetime

from cloison.errors import Reason
from cloison.identity.actor import Actor
from cloison.identity.reasons import NOTHING_PRESENTED


@dataclass(frozen=True, slots=True)
class Presented:
    """What one request shows of its maker.

    `url` is the address as the caller wrote it (scheme, host, path; a query is ignored); `proof` the DPoP header;
    `cookie` the value of the cookie of sessions; `certificate` the SHA-256 of the client certificate (DER) that the TLS
    layer saw the key of, and empty without one.
    """

    method: str
    url: str
    authorization: str = field(default="", repr=False)
    proof: str = field(default="", repr=False)
    cookie: str = field(default="", repr=False)
    certificate: bytes = b""


class Gate:
    """Says who makes a request."""

    async def authenticate(self, request: Presented, now: datetime) -> Actor | Reason:
        """The maker of this request, or why it is nobody."""
        return NOTHING_PRESENTED
