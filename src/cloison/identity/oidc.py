"""OpenID Connect, for Pro Sante Connect: who a professional is and where they practise, as their provider says.

    code flow       PKCE S256; `state` works once, and only in the browser that holds it in a cookie
    id_token        one of ES256, PS256, RS256, by a key of the provider; exact `iss`, `aud`, `nonce` and `acr`
    clocks          sixty seconds apart at most
    userinfo        of the same `sub`; SubjectNameID is the number in the RPPS, SubjectRole what they are allowed to be

Addresses are read in the provider's own document, whose issuer must be the expected one. How this service shows who it
is to the provider is in the HTTP client it is given (a TLS certificate), or in an assertion signed with `key`.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

import httpx
import msgspec
from joserfc.jwk import ECKey

from cloison.errors import Reason
from cloison.identity import compact
from cloison.identity.realm import SKEW, Realm
from cloison.identity.reasons import (
    ASSURANCE_TOO_LOW,
    LOGIN_UNKNOWN,
    NO_PRACTICE,
    PROVIDER_ANSWER_INVALID,
    PROVIDER_UNREACHABLE,
)
from cloison.identity.store import once
from cloison.identity.store.once import Waiting
from cloison.identity.tokens import ASSERTION_TYPE
from cloison.storage.transaction import Storage

COOKIE = "__Host-cloison-login"
LOGIN_LASTS = timedelta(minutes=10)
ALGORITHMS = ("ES256", "PS256", "RS256")
RETURN_PATH = "/login/return"
BYTES_MAX = 64 * 1024
DOCUMENT_LASTS = timedelta(minutes=10)
KEYS_AGAIN = timedelta(seconds=10)
"""A key that we do not know makes us read the provider's keys again, but no more often than this."""


@dataclass(frozen=True, slots=True)
class Provider:
    """An identity provider as our contract with it says. `discovery` is the address of its document."""

    name: str
    issuer: str
    discovery: str
    client_id: str
    acr: str = "eidas1"
    scope: str = "openid scope_all"
    key: ECKey | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Started:
    """A login on its way: where the browser goes, and the value of the cookie `COOKIE` that it takes along."""

    url: str
    state: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Vouched:
    """What the provider says of somebody. `establishments` are numbers of places, as files carry them."""

    provider: str
    subject: str
    acr: str
    active: bool
    establishments: tuple[str, ...]
    key_thumbprint: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Document:
    """What the provider publishes of itself."""

    authorize: str
    token: str
    userinfo: str
    jwks: str
    names_issuer: bool
    read_at: datetime


def set_cookie(started: Started) -> str:
    """The Set-Cookie header of a login: Lax, because the browser comes back from elsewhere."""
    seconds = int(LOGIN_LASTS.total_seconds())
    return f"{COOKIE}={started.state}; Max-Age={seconds}; Path=/; Secure; HttpOnly; SameSite=Lax"


class Login:
    """The code flow with one provider."""

    def __init__(self, realm: Realm, provider: Provider, database: Storage, http: httpx.AsyncClient) -> None:
        self._provider = provider
        self._database = database
        self._http = http
        self._redirect = realm.origin + RETURN_PATH
        self._document: Document | None = None
        self._keys: dict[str, compact.Key] = {}
        self._keys_read_at: datetime | None = None

    async def start(self, key_thumbprint: bytes, now: datetime) -> Started | Reason:
        """Send a browser to the provider; what comes of it is bound to the key that this browser holds."""
        document = await self._described(now)
        if isinstance(document, Reason):
            return document
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        waiting = Waiting(
            now, now + LOGIN_LASTS, key_thumbprint=key_thumbprint, nonce=nonce.encode(), verifier=verifier
        )
        await once.give(self._database, compact.digest(state), "sign_in", waiting)
        query = {
            "response_type": "code",
            "client_id": self._provider.client_id,
            "redirect_uri": self._redirect,
            "scope": self._provider.scope,
            "acr_values": self._provider.acr,
            "state": state,
            "nonce": nonce,
            "code_challenge": compact.encode(hashlib.sha256(verifier.encode()).digest()),
            "code_challenge_method": "S256",
        }
        return Started(f"{document.authorize}?{urlencode(query)}", state)

    async def finish(self, query: Mapping[str, str], cookie: str, now: datetime) -> Vouched | Reason:
        """What the provider says of whoever comes back with this query and cookie."""
        state = query.get("state", "")
        if not state or not hmac.compare_digest(state.encode(), cookie.encode()):
            return LOGIN_UNKNOWN
        waiting = await once.take(self._database, compact.digest(state), "sign_in")
        if waiting is None or now >= waiting.expires_at:
            return LOGIN_UNKNOWN
        document = await self._described(now)
        if isinstance(document, Reason):
            return document
        named = query.get("iss")
        if (named is None and document.names_issuer) or named not in (None, self._provider.issuer):
            return PROVIDER_ANSWER_INVALID
        if "error" in query or not query.get("code"):
            return PROVIDER_ANSWER_INVALID
        answer = await self._exchange(document, query["code"], waiting.verifier or "", now)
        if isinstance(answer, Reason):
            return answer
        said = await self._id_token(compact.text(answer, "id_token"), answer, waiting.nonce or b"", document, now)
        if isinstance(said, Reason):
            return said
        bearer = {"Authorization": f"Bearer {compact.text(answer, 'access_token')}"}
        person = await self._asked(self._http.build_request("GET", document.userinfo, headers=bearer))
        if isinstance(person, Reason):
            return person
        if not compact.text(said, "sub") or compact.text(person, "sub") != compact.text(said, "sub"):
            return PROVIDER_ANSWER_INVALID
        return self._vouched(person, compact.text(said, "acr"), waiting.key_thumbprint or b"")

    # -------------------------------------------------------------- steps

    async def _exchange(
        self, document: Document, code: str, verifier: str, now: datetime
    ) -> dict[str, object] | Reason:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect,
            "client_id": self._provider.client_id,
            "code_verifier": verifier,
        }
        if self._provider.key is not None:
            made_at, name = int(now.timestamp()), self._provider.client_id
            claims = {"iss": name, "sub": name, "aud": document.token, "iat": made_at, "exp": made_at + 60}
            header = {"alg": "ES256", "typ": "JWT"}
            form["client_assertion_type"] = ASSERTION_TYPE
            form["client_assertion"] = compact.sign(header, {**claims, "jti": str(uuid4())}, self._provider.key)
        return await self._asked(self._http.build_request("POST", document.token, data=form))

    async def _id_token(
        self, written: str, answer: Mapping[str, object], nonce: bytes, document: Document, now: datetime
    ) -> compact.Claims | Reason:
        """OpenID Connect Core 3.1.3.7, each line of it."""
        token = compact.read(written)
        if token is None:
            return PROVIDER_ANSWER_INVALID
        key = await self._key(compact.text(token.header, "kid"), document, now)
        if isinstance(key, Reason):
            return key
        claims, provider = token.claims, self._provider
        if not compact.signed_by(token, key, ALGORITHMS) or compact.text(claims, "iss") != provider.issuer:
            return PROVIDER_ANSWER_INVALID
        audiences, party = compact.audiences(claims), compact.text(claims, "azp")
        if provider.client_id not in audiences or ((party or len(audiences) > 1) and party != provider.client_id):
            return PROVIDER_ANSWER_INVALID
        if not hmac.compare_digest(compact.text(claims, "nonce").encode(), nonce) or not nonce:
            return PROVIDER_ANSWER_INVALID
        ends, made, skew = compact.instant(claims, "exp"), compact.instant(claims, "iat"), SKEW.total_seconds()
        if ends is None or made is None or not made - skew <= now.timestamp() < ends + skew:
            return PROVIDER_ANSWER_INVALID
        half = compact.digest(compact.text(answer, "access_token"))[:16]
        if compact.text(claims, "at_hash") not in ("", compact.encode(half)):
            return PROVIDER_ANSWER_INVALID
        return claims if compact.text(claims, "acr") == provider.acr else ASSURANCE_TOO_LOW

    def _vouched(self, person: Mapping[str, object], acr: str, key_thumbprint: bytes) -> Vouched | Reason:
        subject = compact.text(person, "SubjectNameID")
        if not subject:
            return NO_PRACTICE
        roles = person.get("SubjectRole")
        active = isinstance(roles, list) and any(isinstance(role, str) and role for role in roles)  # pyright: ignore[reportUnknownVariableType]  from outside
        return Vouched(self._provider.name, subject, acr, active, _establishments(person), key_thumbprint)

    # -------------------------------------------------------------- what the provider publishes

    async def _described(self, now: datetime) -> Document | Reason:
        known = self._document
        if known is not None and now - known.read_at < DOCUMENT_LASTS:
            return known
        said = await self._asked(self._http.build_request("GET", self._provider.discovery))
        if isinstance(said, Reason):
            return known or said
        names = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
        addresses = [compact.text(said, name) for name in names]
        if compact.text(said, "issuer") != self._provider.issuer or not all(_safe(each) for each in addresses):
            return PROVIDER_ANSWER_INVALID
        names_issuer = said.get("authorization_response_iss_parameter_supported") is True
        authorize, token, userinfo, jwks = addresses
        self._document = Document(authorize, token, userinfo, jwks, names_issuer, now)
        return self._document

    async def _key(self, kid: str, document: Document, now: datetime) -> compact.Key | Reason:
        """The provider's key of this name. Its keys are read again when the name is new: it may have changed them."""
        if kid not in self._keys and (self._keys_read_at is None or now - self._keys_read_at >= KEYS_AGAIN):
            said = await self._asked(self._http.build_request("GET", document.jwks))
            if isinstance(said, Reason):
                return said
            listed = said.get("keys")
            entries: list[object] = list(listed) if isinstance(listed, list) else []  # pyright: ignore[reportUnknownArgumentType]  from outside
            self._keys = dict(filter(None, (_named(entry) for entry in entries)))
            self._keys_read_at = now
        return self._keys.get(kid, PROVIDER_ANSWER_INVALID)

    async def _asked(self, request: httpx.Request) -> dict[str, object] | Reason:
        try:
            answer = await self._http.send(request, follow_redirects=False)
        except httpx.HTTPError:
            return PROVIDER_UNREACHABLE
        if answer.status_code >= 500:
            return PROVIDER_UNREACHABLE
        if answer.status_code != 200 or len(answer.content) > BYTES_MAX:
            return PROVIDER_ANSWER_INVALID
        try:
            return msgspec.json.decode(answer.content, type=dict[str, object])
        except (ValueError, msgspec.DecodeError):
            return PROVIDER_ANSWER_INVALID


def _safe(address: str) -> bool:
    parts = urlsplit(address)
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost"))
    )


def _named(entry: object) -> tuple[str, compact.Key] | None:
    if not isinstance(entry, dict):
        return None
    said: dict[str, object] = {str(name): value for name, value in entry.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]  from outside
    key = compact.public_key(said)
    return (compact.text(said, "kid"), key) if key is not None and said.get("use", "sig") == "sig" else None


def _establishments(person: Mapping[str, object]) -> tuple[str, ...]:
    """The FINESS of every place of every practice in SubjectRefPro: exercices, then activities."""
    found: list[str] = []
    for practice in _objects(person.get("SubjectRefPro"), "exercices"):
        for activity in _objects(practice, "activities"):
            number = compact.text(activity, "numeroFinessSite")
            if number and number not in found:
                found.append(number)
    return tuple(found)


def _objects(holder: object, name: str) -> list[dict[str, object]]:
    inner: object = holder.get(name) if isinstance(holder, dict) else None  # pyright: ignore[reportUnknownVariableType]  from outside
    several: list[object] = list(inner) if isinstance(inner, list) else []  # pyright: ignore[reportUnknownArgumentType]  from outside
    return [each for each in several if isinstance(each, dict)]
