"""A client of Cloison in Python, with httpx and cryptography: tokens, requests, webhooks.

Two ways to show who one is, whichever suits:
    certificate  a client certificate on the connection; the token is of use only with it (RFC 8705)
    DPoP         a signature over each request; the token is of use only with its key (RFC 9449)
"""

import base64
import hashlib
import json
import ssl
import time
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
EARLY_SECONDS = 30
WEBHOOK_SECONDS = 300
TIMEOUT_SECONDS = 15


class Problem(Exception):
    """What went wrong, as Cloison tells it: code, message, action, actor, retry, doc_url, request_id."""

    def __init__(self, status: int, told: Any) -> None:
        super().__init__(f"{status} {code_of(told)}")
        self.status = status
        self.told = told


class ByCertificate:
    """A machine client that shows its certificate. Asks for a token when it has none that lasts."""

    def __init__(self, site: str, folder: Path, name: str) -> None:
        context = ssl.create_default_context(cafile=str(folder / "ca.pem"))
        context.load_cert_chain(folder / f"{name}.crt.pem", folder / f"{name}.key.pem")
        self.http = httpx.Client(base_url=site, verify=context, timeout=TIMEOUT_SECONDS)
        self.name = name
        self._token, self._until = "", 0.0

    def token(self) -> str:
        if time.time() > self._until - EARLY_SECONDS:
            form = {"grant_type": "client_credentials", "client_id": self.name}
            given = answered(self.http.post("/oauth/token", data=form))
            self._token, self._until = given["access_token"], time.time() + given["expires_in"]
        return self._token

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Send a request, and give the JSON of its answer. Raises Problem."""
        headers["authorization"] = f"Bearer {self.token()}"
        return answered(self.http.request(method, path, json=body, headers=headers))


class ByDpop:
    """A machine client that signs each request, for where client certificates do not reach the server."""

    def __init__(self, site: str, folder: Path, name: str) -> None:
        key = serialization.load_pem_private_key((folder / f"{name}.key.pem").read_bytes(), None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise TypeError("a key on the curve P-256 is wanted")
        self.key = key
        context = ssl.create_default_context(cafile=str(folder / "ca.pem"))
        self.http = httpx.Client(base_url=site, verify=context, timeout=TIMEOUT_SECONDS)
        self.site, self.name = site, name
        self._token, self._until, self._nonce = "", 0.0, ""

    def proof(self, method: str, url: str, token: str = "") -> str:
        """The proof for one request; `token` when it goes with one."""
        claims = {"htm": method, "htu": url.partition("?")[0], "iat": int(time.time()), "jti": str(uuid.uuid4())}
        if token:
            claims["ath"] = plain(hashlib.sha256(token.encode()).digest())
        if self._nonce:
            claims["nonce"] = self._nonce
        return signed({"typ": "dpop+jwt", "alg": "ES256", "jwk": public_jwk(self.key)}, claims, self.key)

    def token(self) -> str:
        if time.time() > self._until - EARLY_SECONDS:
            given = self._retried("POST", "/oauth/token", "", lambda: {"data": self._form()})
            self._token, self._until = given["access_token"], time.time() + given["expires_in"]
        return self._token

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Send a request, and give the JSON of its answer. Raises Problem."""
        token = self.token()
        headers["authorization"] = f"DPoP {token}"
        return self._retried(method, path, token, lambda: {"json": body, "headers": headers})

    def _form(self) -> dict[str, str]:
        """Who we are, signed with our registered key (private_key_jwt, RFC 7523)."""
        now = int(time.time())
        claims = {"iss": self.name, "sub": self.name, "aud": f"{self.site}/oauth/token", "jti": str(uuid.uuid4())}
        assertion = signed({"typ": "JWT", "alg": "ES256"}, {**claims, "iat": now, "exp": now + 60}, self.key)
        return {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION,
            "client_assertion": assertion,
        }

    def _retried(self, method: str, path: str, token: str, sent: Callable[[], dict[str, Any]]) -> Any:
        """The server gives a nonce with its first answer; a request without one is sent again with it."""
        for attempt in (1, 2):
            parts = sent()
            headers = {**parts.pop("headers", {}), "dpop": self.proof(method, f"{self.site}{path}", token)}
            answer = self.http.request(method, path, headers=headers, **parts)
            before, self._nonce = self._nonce, answer.headers.get("dpop-nonce", self._nonce)
            if answer.status_code != 401 or self._nonce == before or attempt == 2:
                return answered(answer)
        raise AssertionError("the second attempt returns or raises")


def genuine(headers: Mapping[str, str], body: bytes, key: str, now: float | None = None) -> bool:
    """Whether a webhook is from Cloison, and of now. `key` is the member `key` of GET /v1/webhooks/key."""
    number, at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not at.isdigit() or abs((time.time() if now is None else now) - int(at)) > WEBHOOK_SECONDS:
        return False
    known = Ed25519PublicKey.from_public_bytes(base64.b64decode(key.removeprefix("whpk_")))
    for each in headers.get("webhook-signature", "").split():
        version, _, signature = each.partition(",")
        try:
            if version == "v1a":
                known.verify(base64.b64decode(signature), f"{number}.{at}.".encode() + body)
                return True
        except (InvalidSignature, ValueError):
            continue
    return False


def answered(answer: httpx.Response) -> Any:
    """The JSON of an answer. Raises Problem when it is a refusal."""
    told = answer.json() if answer.content else None
    if answer.status_code >= 400:
        raise Problem(answer.status_code, told)
    return told


def code_of(told: Any) -> str:
    """The code of a problem, in problem+json or in an OperationOutcome."""
    if told and "issue" in told:
        return str(told["issue"][0]["details"]["coding"][0]["code"])
    return str(told["code"]) if told and "code" in told else ""


def signed(header: Mapping[str, Any], claims: Mapping[str, Any], key: ec.EllipticCurvePrivateKey) -> str:
    """A JWT signed with ES256."""
    text = f"{plain(json.dumps(header).encode())}.{plain(json.dumps(claims).encode())}"
    r, s = decode_dss_signature(key.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{text}.{plain(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def public_jwk(key: ec.EllipticCurvePrivateKey) -> dict[str, str]:
    """The public half of a key, as proofs carry it."""
    numbers = key.public_key().public_numbers()
    x, y = (plain(value.to_bytes(32, "big")) for value in (numbers.x, numbers.y))
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y}


def plain(raw: bytes) -> str:
    """Base64 for addresses, without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
