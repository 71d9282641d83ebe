"""Signed tokens in the compact form of JWS (RFC 7515), read strictly: one way to write each, one algorithm at a time.

joserfc verifies signatures; it also takes base64url whose last character carries stray bits, so that one signature has
several spellings. Here a part that is not written exactly as we would write it is no token, before a key is looked at.
"""

import base64
import binascii
import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import msgspec
from cryptography.exceptions import InvalidSignature
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey
from joserfc.jws import JWSRegistry

Key: TypeAlias = ECKey | RSAKey
Claims: TypeAlias = Mapping[str, object]

BYTES_MAX = 16 * 1024
RSA_BITS_MIN = 2048
CURVES = ("P-256", "P-384")
ALGORITHMS = ("ES256", "ES384", "PS256", "PS384", "RS256", "RS384")
"""What anybody may sign with here. Neither `none` nor a shared secret is an algorithm of this house."""

_verifiers = {name: JWSRegistry(algorithms=[name]).get_alg(name) for name in ALGORITHMS}
_object = msgspec.json.Decoder(dict[str, object])


@dataclass(frozen=True, slots=True)
class Compact:
    """A token taken apart, and believed in nothing yet."""

    header: Claims
    claims: Claims
    signed: bytes
    signature: bytes

    @property
    def algorithm(self) -> str:
        return text(self.header, "alg")


def encode(raw: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(written: str) -> bytes:
    """The bytes of base64url written as `encode` writes it. Raises ValueError on any other spelling."""
    try:
        raw = base64.b64decode(written + "=" * (-len(written) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError) as wrong:
        raise ValueError("not base64url") from wrong
    if encode(raw) != written:
        raise ValueError("not the one way to write it")
    return raw


def read(token: str) -> Compact | None:
    """The parts of a token; None when it is not one, or asks to be understood in a way that we do not know (`crit`)."""
    if len(token) > BYTES_MAX or token.count(".") != 2:
        return None
    head, body, tail = token.split(".")
    try:
        header, claims, signature = _object.decode(decode(head)), _object.decode(decode(body)), decode(tail)
    except (ValueError, msgspec.DecodeError, RecursionError):
        return None
    if "crit" in header or "b64" in header:
        return None
    return Compact(header, claims, f"{head}.{body}".encode(), signature)


def signed_by(token: Compact, key: Key, algorithms: Collection[str] = ALGORITHMS) -> bool:
    """Whether this key signed this token, with one of these algorithms, which is one for this kind of key."""
    verifier = _verifiers.get(token.algorithm) if token.algorithm in algorithms else None
    if verifier is None:
        return False
    try:
        verifier.check_key(key)
        return verifier.verify(token.signed, token.signature, key)
    except (JoseError, ValueError, InvalidSignature):
        return False


def public_key(jwk: object) -> Key | None:
    """The key that a JWK describes; None when it is private, weak, of another kind, or not a key at all."""
    if not isinstance(jwk, dict):
        return None
    members: dict[str, object] = {str(name): value for name, value in jwk.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]  from outside
    if {"d", "p", "q", "k", "oth"} & members.keys():
        return None
    kind = members.get("kty")
    wanted = ("kty", "crv", "x", "y") if kind == "EC" else ("kty", "n", "e")
    values = {name: members.get(name) for name in wanted}
    if not all(isinstance(value, str) for value in values.values()):
        return None
    plain = {name: str(value) for name, value in values.items()}
    try:
        for name in set(wanted) - {"kty", "crv"}:
            decode(plain[name])
        if kind == "EC":
            return ECKey.import_key({**plain}) if plain["crv"] in CURVES else None
        if kind == "RSA":
            strong = int.from_bytes(decode(plain["n"])).bit_length() >= RSA_BITS_MIN
            return RSAKey.import_key({**plain}) if strong else None
    except (JoseError, ValueError):
        return None
    return None


def thumbprint(key: Key) -> bytes:
    """RFC 7638: the SHA-256 that names a public key."""
    return decode(key.thumbprint())


def sign(header: Claims, claims: Claims, key: Key) -> str:
    """A token. The algorithm is the one that the header names."""
    message = f"{encode(msgspec.json.encode(header))}.{encode(msgspec.json.encode(claims))}"
    return f"{message}.{encode(_verifiers[text(header, 'alg')].sign(message.encode(), key))}"


def digest(written: str) -> bytes:
    """What is kept of a value that opens something."""
    return hashlib.sha256(written.encode()).digest()


def text(claims: Claims, name: str) -> str:
    """A claim that is a text; empty when it is absent or anything else."""
    value = claims.get(name)
    return value if isinstance(value, str) else ""


def instant(claims: Claims, name: str) -> float | None:
    """A claim that is a NumericDate; None when it is absent, out of this world or anything else."""
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1 << 36:
        return None
    return float(value)


def audiences(claims: Claims) -> tuple[str, ...]:
    """For whom a token is: `aud` may be one text or several."""
    value = claims.get("aud")
    several: list[object] = list(value) if isinstance(value, list) else [value]  # pyright: ignore[reportUnknownArgumentType]  from outside
    return tuple(each for each in several if isinstance(each, str))
