"""Proofs of possession (RFC 9449): a signature over the method and address of one request, by the key of its maker.

    jti    never used before            see `replays`
    htm    the method                   htu   the address, without query and fragment
    iat    at most 60 s from now        ath   digest of the token or cookie that it goes with
    nonce  what this service gave: a proof made in advance on a stolen moment of somebody's key does not keep

Nonces are not stored. One is the time at which it was given and its keyed digest, so that every process of this service
that shares the secret recognises it.
"""

import hashlib
import hmac
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from cloison.errors import Reason
from cloison.identity import compact
from cloison.identity.realm import SKEW
from cloison.identity.reasons import NONCE_NEEDED, PROOF_INVALID, PROOF_MISSING, PROOF_STALE

ALGORITHMS = ("ES256",)
JTI_CHARACTERS = range(8, 129)
NONCE_LASTS = timedelta(minutes=5)
NONCE_BYTES = 16
KEYS_REMEMBERED = 4096
DEFAULT_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof that fits its request. It must still be the first of its `replay`."""

    key_thumbprint: bytes
    replay: bytes
    until: datetime


class Nonces:
    """The numbers that proofs must hold: sealed with the newest secret, and good under any that is still known."""

    def __init__(self, *secrets: bytes) -> None:
        self._secrets = secrets

    def at(self, now: datetime) -> str:
        """The nonce to give now."""
        minute = int(now.timestamp()) // 60 * 60
        stamp = minute.to_bytes(8, "big")
        return compact.encode(stamp + _seal(self._secrets[-1], stamp))

    def good(self, nonce: str, now: datetime) -> bool:
        try:
            raw = compact.decode(nonce)
        except ValueError:
            return False
        stamp, seal = raw[:8], raw[8:]
        if not any(hmac.compare_digest(seal, _seal(secret, stamp)) for secret in self._secrets):
            return False
        age = now.timestamp() - int.from_bytes(stamp, "big")
        return -SKEW.total_seconds() <= age <= NONCE_LASTS.total_seconds()


class Keys:
    """Public keys as proofs carry them, with their thumbprints: a client uses one key for days."""

    def __init__(self) -> None:
        self._known: OrderedDict[bytes, tuple[compact.Key, bytes]] = OrderedDict()

    def of(self, jwk: object) -> tuple[compact.Key, bytes] | None:
        if not isinstance(jwk, dict):
            return None
        members: dict[str, object] = {str(name): value for name, value in jwk.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]  from outside
        plain = {name: value if isinstance(value, str) else "" for name, value in members.items()}
        name = compact.digest(repr(sorted(plain.items())))  # what is no text is no part of a key, and may be any depth
        known = self._known.get(name)
        if known is None:
            key = compact.public_key(members)
            if key is None:
                return None
            known = self._known[name] = key, compact.thumbprint(key)
            if len(self._known) > KEYS_REMEMBERED:
                self._known.popitem(last=False)
        return known


def check(
    written: str,
    method: str,
    url: str,
    bound: str,
    now: datetime,
    keys: Keys,
    key_thumbprint: bytes | None = None,
    nonces: Nonces | None = None,
) -> Proof | Reason:
    """Whether this is a proof for this request. `bound` is the token or cookie it goes with, empty without one."""
    if not written:
        return PROOF_MISSING
    token = compact.read(written)
    if token is None or token.header.get("typ") != "dpop+jwt":
        return PROOF_INVALID
    found = keys.of(token.header.get("jwk"))
    if found is None or not compact.signed_by(token, found[0], ALGORITHMS):
        return PROOF_INVALID
    mine = found[1]
    claims = token.claims
    jti = compact.text(claims, "jti")
    if compact.text(claims, "htm") != method or not same_address(compact.text(claims, "htu"), url):
        return PROOF_INVALID
    if len(jti) not in JTI_CHARACTERS or compact.text(claims, "ath") != (of_token(bound) if bound else ""):
        return PROOF_INVALID
    if key_thumbprint is not None and not hmac.compare_digest(mine, key_thumbprint):
        return PROOF_INVALID
    made_at = compact.instant(claims, "iat")
    if made_at is None or abs(now.timestamp() - made_at) > SKEW.total_seconds():
        return PROOF_STALE
    if nonces is not None and not nonces.good(compact.text(claims, "nonce"), now):
        return NONCE_NEEDED
    return Proof(mine, hashlib.sha256(mine + jti.encode()).digest(), now + 2 * SKEW)


def of_token(bound: str) -> str:
    """`ath`: which token a proof goes with."""
    return compact.encode(compact.digest(bound))


def same_address(claimed: str, asked: str) -> bool:
    """RFC 9449 4.3: equal after the normal forms of scheme, host and port, without query and fragment."""
    wanted = _normal(asked)
    return wanted is not None and _normal(claimed) == wanted


def _seal(secret: bytes, stamp: bytes) -> bytes:
    return hmac.digest(secret, b"dpop nonce" + stamp, "sha256")[:NONCE_BYTES]


def _normal(url: str) -> tuple[str, str, int, str] | None:
    try:
        parts = urlsplit(url)
        port = parts.port or DEFAULT_PORTS.get(parts.scheme.lower(), 0)
    except ValueError:
        return None
    if not parts.hostname or parts.username is not None:
        return None
    return parts.scheme.lower(), parts.hostname.lower(), port, parts.path or "/"
