"""Access tokens: JWT (RFC 9068), five minutes at most, and of no use without the certificate or key they are bound to.

A client asks for one with `client_credentials` (RFC 6749 4.4), in its own name, and shows who it is by an assertion
signed with a registered key (`private_key_jwt`, SMART Backend Services) or by a registered certificate (RFC 8705). What
it shows binds the token: `cnf.x5t#S256` for a certificate, `cnf.jkt` for the key of a DPoP proof, both for both.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import uuid4

from cloison.errors import Reason
from cloison.identity import compact
from cloison.identity.clients import Client
from cloison.identity.realm import SKEW, Realm
from cloison.identity.reasons import (
    ASSERTION_REPLAYED,
    CERTIFICATE_WRONG,
    CLIENT_REFUSED,
    GRANT_UNSUPPORTED,
    NONCE_NEEDED,
    PROOF_INVALID,
    PROOF_MISSING,
    PROOF_REPLAYED,
    PROOF_STALE,
    SCOPE_REFUSED,
    TOKEN_EXPIRED,
    TOKEN_INVALID,
)
from cloison.identity.signing import ALGORITHM, LIFE_MAX, TokenKeys

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_LASTS = timedelta(minutes=5)
JTI_CHARACTERS = range(8, 256)

OAUTH_ERRORS = {
    CLIENT_REFUSED: "invalid_client",
    ASSERTION_REPLAYED: "invalid_client",
    GRANT_UNSUPPORTED: "unsupported_grant_type",
    SCOPE_REFUSED: "invalid_scope",
    PROOF_MISSING: "invalid_dpop_proof",
    PROOF_INVALID: "invalid_dpop_proof",
    PROOF_STALE: "invalid_dpop_proof",
    PROOF_REPLAYED: "invalid_dpop_proof",
    NONCE_NEEDED: "use_dpop_nonce",
    TOKEN_INVALID: "invalid_token",
    TOKEN_EXPIRED: "invalid_token",
    CERTIFICATE_WRONG: "invalid_token",
}
"""The word that RFC 6749, 6750 and 9449 have for a reason; it goes in `error` or `WWW-Authenticate`."""


@dataclass(frozen=True, slots=True)
class Granted:
    """What the token endpoint answers."""

    access_token: str = field(repr=False)
    token_type: str
    expires_in: int
    scope: str


@dataclass(frozen=True, slots=True)
class Bound:
    """What a token says, once its signature is good: for which client, which scopes, and what must be shown with it."""

    client: str
    scopes: frozenset[str]
    expires_at: datetime
    certificate: bytes | None
    key_thumbprint: bytes | None


def issue(
    client: Client,
    scopes: frozenset[str],
    realm: Realm,
    keys: TokenKeys,
    now: datetime,
    certificate: bytes | None,
    key_thumbprint: bytes | None,
) -> Granted:
    """A token for this client, bound to what it showed. Bound to nothing, there is none."""
    assert certificate or key_thumbprint, "a token is bound to something"
    confirmation: dict[str, str] = {}
    if certificate:
        confirmation["x5t#S256"] = compact.encode(certificate)
    if key_thumbprint:
        confirmation["jkt"] = compact.encode(key_thumbprint)
    kid, key = keys.signing(now)
    made_at = int(now.timestamp())
    seconds = int(LIFE_MAX.total_seconds())
    written = " ".join(sorted(scopes))
    claims = {
        "iss": realm.issuer,
        "aud": realm.issuer,
        "sub": client.name,
        "client_id": client.name,
        "iat": made_at,
        "exp": made_at + seconds,
        "jti": str(uuid4()),
        "scope": written,
        "cnf": confirmation,
    }
    token = compact.sign({"alg": ALGORITHM, "typ": "at+jwt", "kid": kid}, claims, key)
    return Granted(token, "DPoP" if key_thumbprint else "Bearer", seconds, written)


def check(written: str, realm: Realm, keys: TokenKeys, now: datetime) -> Bound | Reason:
    """What this token says, or why it says nothing."""
    token = compact.read(written)
    if token is None or token.header.get("typ") != "at+jwt":
        return TOKEN_INVALID
    key = keys.verifies.get(compact.text(token.header, "kid"))
    if key is None or not compact.signed_by(token, key, (ALGORITHM,)):
        return TOKEN_INVALID
    claims = token.claims
    if compact.text(claims, "iss") != realm.issuer or compact.audiences(claims) != (realm.issuer,):
        return TOKEN_INVALID
    ends, made = compact.instant(claims, "exp"), compact.instant(claims, "iat")
    confirmation = claims.get("cnf")
    if ends is None or made is None or ends - made > LIFE_MAX.total_seconds() or not isinstance(confirmation, dict):
        return TOKEN_INVALID
    if now.timestamp() >= ends:
        return TOKEN_EXPIRED
    if max(made, compact.instant(claims, "nbf") or made) > now.timestamp() + SKEW.total_seconds():
        return TOKEN_INVALID
    shown: dict[str, object] = {str(name): value for name, value in confirmation.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]  signed by us
    certificate, key_thumbprint = compact.text(shown, "x5t#S256"), compact.text(shown, "jkt")
    if not certificate and not key_thumbprint:
        return TOKEN_INVALID
    return Bound(
        compact.text(claims, "client_id"),
        frozenset(compact.text(claims, "scope").split()),
        datetime.fromtimestamp(ends, now.tzinfo),
        compact.decode(certificate) if certificate else None,
        compact.decode(key_thumbprint) if key_thumbprint else None,
    )


def asked_scopes(client: Client, asked: str) -> frozenset[str] | Reason:
    """The scopes of the contract among those asked for; all of them when none is named."""
    if not asked.strip():
        return client.terms.scopes
    return client.terms.scopes & frozenset(asked.split()) or SCOPE_REFUSED


def claimed_client(form: Mapping[str, str]) -> str:
    """Who a request of a token says it comes from; nothing of it is proven yet."""
    assertion = compact.read(form.get("client_assertion", ""))
    return compact.text(assertion.claims, "iss") if assertion else form.get("client_id", "")


@dataclass(frozen=True, slots=True)
class Assertion:
    """A good assertion. It must still be the first of its `replay`."""

    replay: bytes
    until: datetime


def check_assertion(form: Mapping[str, str], client: Client, realm: Realm, now: datetime) -> Assertion | Reason:
    """RFC 7523 3: whether a registered key of this client signed this, for us, now."""
    token = compact.read(form.get("client_assertion", ""))
    if token is None or form.get("client_assertion_type") != ASSERTION_TYPE:
        return CLIENT_REFUSED
    claims = token.claims
    if form.get("client_id", client.name) != client.name:
        return CLIENT_REFUSED
    if compact.text(claims, "iss") != client.name or compact.text(claims, "sub") != client.name:
        return CLIENT_REFUSED
    if compact.audiences(claims) not in ((realm.token_endpoint,), (realm.issuer,)):
        return CLIENT_REFUSED
    if not any(key.public and key.good(now) and compact.signed_by(token, key.public) for key in client.keys):
        return CLIENT_REFUSED
    ends, since, jti = compact.instant(claims, "exp"), claims.get("nbf", claims.get("iat")), compact.text(claims, "jti")
    skew, instant = SKEW.total_seconds(), now.timestamp()
    if ends is None or not instant - skew < ends <= instant + ASSERTION_LASTS.total_seconds() + skew:
        return CLIENT_REFUSED
    if isinstance(since, int | float) and since > instant + skew:
        return CLIENT_REFUSED
    if len(jti) not in JTI_CHARACTERS:
        return CLIENT_REFUSED
    replay = sha256(f"assertion {client.name} {jti}".encode()).digest()
    return Assertion(replay, datetime.fromtimestamp(ends, now.tzinfo) + SKEW)


def fits(bound: Bound, certificate: bytes) -> bool:
    """Whether the certificate of this connection is the one that the token is bound to."""
    return bound.certificate is None or hmac.compare_digest(bound.certificate, certificate)
