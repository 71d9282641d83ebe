"""Where this service lives, as everybody who signs something for it must write it: one issuer, one origin."""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

SKEW = timedelta(seconds=60)
"""How far the clock of somebody else may be off."""


@dataclass(frozen=True, slots=True)
class Realm:
    """The public addresses. `issuer` signs tokens and is their audience; `origin` is that of the pages, exactly."""

    issuer: str
    origin: str
    name: str = "Cloison"

    def __post_init__(self) -> None:
        for address in (self.issuer, self.origin):
            parts = urlsplit(address)
            local = parts.hostname in ("localhost", "127.0.0.1", "::1")
            assert parts.scheme == "https" or (parts.scheme == "http" and local), "https, but on this machine itself"
            assert parts.hostname and not parts.path and not parts.query, "an origin has no path"

    @property
    def token_endpoint(self) -> str:
        return f"{self.issuer}/oauth/token"

    @property
    def relying_party(self) -> str:
        """The RP-ID of passkeys: the host of the pages, and no domain above it."""
        return urlsplit(self.origin).hostname or ""
