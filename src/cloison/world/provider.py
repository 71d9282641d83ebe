"""A national identity provider of the synthetic nation: Pro Sante Connect as its document describes it, over HTTP.

OpenID Connect code flow with PKCE: a discovery document, keys, codes that work once within a minute, id_token and
userinfo with the claims SubjectNameID, SubjectRole and SubjectRefPro. Whoever comes chooses which professional to be:
nobody has a password here either. `spoil` lets a drill answer wrongly, `rotate` changes the signing key.
"""

import base64
import csv
import hashlib
import html
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

from joserfc import jws
from joserfc.jwk import ECKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CODE_SECONDS = 60
TOKEN_SECONDS = 120
ACR = "eidas1"
Claims = dict[str, object]
Spoil = Callable[[Claims, Claims], None]
"""Changes the header and the claims of an id_token on its way out."""


@dataclass(frozen=True, slots=True)
class Professional:
    """Somebody in the register: a number, a trade, the FINESS of each place of practice. Without role: no longer."""

    rpps: str
    name: str
    role: str
    places: tuple[str, ...] = ()
    profession: str = "10"

    def claims(self) -> Claims:
        """What userinfo says of them."""
        activities = [{"codeModeExercice": "L", "numeroFinessSite": place} for place in self.places]
        practice = {"codeProfession": self.profession, "nomDexercice": self.name, "activities": activities}
        return {
            "sub": f"f:{hashlib.sha256(self.rpps.encode()).hexdigest()[:24]}",
            "SubjectNameID": self.rpps,
            "SubjectRole": [f"{self.profession}^{self.role}"] if self.role else [],
            "SubjectRefPro": {"exercices": [practice] if self.role else []},
            "family_name": self.name,
        }


def register(practices: Path) -> list[Professional]:
    """The professionals of a world: one for each practice of its file, every fifth also at the next one's, and one who
    was struck off."""
    with practices.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    found: list[Professional] = []
    for rank, row in enumerate(rows):
        places = [row["numero"]]
        if rank % 5 == 0 and rank + 1 < len(rows):
            places.append(rows[rank + 1]["numero"])
        found.append(Professional(f"81{rank:09d}", row["raison_sociale"], "SM26", tuple(places)))
    found.append(Professional("81999999999", "RADIE", "", ()))
    return found


@dataclass(slots=True)
class Code:
    """An authorisation on its way, until its code is exchanged."""

    person: Professional
    query: Mapping[str, str]
    given_at: float
    used: bool = False


@dataclass(slots=True)
class Provider:
    """The provider: who is in its register, which client may ask, and what it has given out."""

    issuer: str
    client_id: str
    redirect_uri: str
    people: Sequence[Professional]
    clock: Callable[[], datetime]
    spoil: Spoil | None = None
    acr: str = ACR
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", private=True))
    kid: str = "1"
    codes: dict[str, Code] = field(default_factory=dict[str, Code])
    tokens: dict[str, Code] = field(default_factory=dict[str, Code])

    def rotate(self) -> None:
        """Another key signs; the old one is not published any more."""
        self.key, self.kid = ECKey.generate_key("P-256", private=True), str(int(self.kid) + 1)

    def app(self) -> Starlette:
        """The provider as an HTTP server."""
        return Starlette(
            routes=[
                Route("/.well-known/wallet-openid-configuration", self.discovery),
                Route("/auth", self.authorize),
                Route("/token", self.exchange, methods=["POST"]),
                Route("/userinfo", self.userinfo),
                Route("/jwks", self.published),
            ]
        )

    async def discovery(self, _request: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/auth",
                "token_endpoint": f"{self.issuer}/token",
                "userinfo_endpoint": f"{self.issuer}/userinfo",
                "jwks_uri": f"{self.issuer}/jwks",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["ES256"],
                "code_challenge_methods_supported": ["S256"],
                "acr_values_supported": [ACR],
                "authorization_response_iss_parameter_supported": True,
            }
        )

    async def published(self, _request: Request) -> Response:
        return JSONResponse({"keys": [{**self.key.as_dict(private=False), "kid": self.kid, "use": "sig"}]})

    async def authorize(self, request: Request) -> Response:
        """The page on which somebody says who they are; with `person` it is said already."""
        query = dict(request.query_params)
        if query.get("client_id") != self.client_id or query.get("redirect_uri") != self.redirect_uri:
            return Response("unknown client or address", 400)
        if query.get("response_type") != "code" or query.get("code_challenge_method") != "S256":
            return self._back(query, error="invalid_request")
        if "openid" not in query.get("scope", "").split() or not all(map(query.get, ("nonce", "state"))):
            return self._back(query, error="invalid_request")
        if "person" not in query:
            return HTMLResponse(self._page(query))
        person = next((each for each in self.people if each.rpps == query["person"]), None)
        if person is None:
            return self._back(query, error="access_denied")
        code = secrets.token_urlsafe(24)
        self.codes[code] = Code(person, query, self.clock().timestamp())
        return self._back(query, code=code)

    def _back(self, query: Mapping[str, str], **answer: str) -> Response:
        more = {**answer, "state": query.get("state", ""), "iss": self.issuer}
        return RedirectResponse(f"{self.redirect_uri}?{urlencode(more)}", 302)

    def _page(self, query: Mapping[str, str]) -> str:
        lines = "".join(
            f'<li><a href="/auth?{html.escape(urlencode({**query, "person": each.rpps}))}">'
            f"{html.escape(each.name)} ({html.escape(each.rpps)})</a></li>"
            for each in self.people
        )
        title = "Fournisseur d'identité de démonstration"
        return f'<!doctype html><html lang="fr"><title>{title}</title><h1>{title}</h1><ul>{lines}</ul></html>'

    async def exchange(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode("ascii", "replace")))
        code = self.codes.get(form.get("code", ""))
        if code is None or form.get("grant_type") != "authorization_code":
            return JSONResponse({"error": "invalid_grant"}, 400)
        if code.used:  # somebody else may have it: what it gave is withdrawn
            self.tokens = {token: given for token, given in self.tokens.items() if given is not code}
            return JSONResponse({"error": "invalid_grant"}, 400)
        code.used = True
        challenge = _base64url(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        mine = form.get("client_id") == self.client_id and form.get("redirect_uri") == self.redirect_uri
        late = self.clock().timestamp() - code.given_at > CODE_SECONDS
        if not mine or late or challenge != code.query["code_challenge"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        token = secrets.token_urlsafe(24)
        self.tokens[token] = code
        said = {"access_token": token, "token_type": "Bearer", "expires_in": TOKEN_SECONDS}
        return JSONResponse({**said, "id_token": self._id_token(code, token)}, headers={"Cache-Control": "no-store"})

    def _id_token(self, code: Code, token: str) -> str:
        made_at = int(self.clock().timestamp())
        header: Claims = {"alg": "ES256", "kid": self.kid, "typ": "JWT"}
        claims: Claims = {
            "iss": self.issuer,
            "sub": code.person.claims()["sub"],
            "aud": self.client_id,
            "azp": self.client_id,
            "iat": made_at,
            "exp": made_at + TOKEN_SECONDS,
            "nonce": code.query["nonce"],
            "acr": self.acr,
            "at_hash": _base64url(hashlib.sha256(token.encode()).digest()[:16]),
        }
        if self.spoil is not None:
            self.spoil(header, claims)
        if header["alg"] == "none":
            return f"{_base64url(json.dumps(header).encode())}.{_base64url(json.dumps(claims).encode())}."
        return jws.serialize_compact(header, json.dumps(claims).encode(), self.key, algorithms=["ES256"])

    async def userinfo(self, request: Request) -> Response:
        code = self.tokens.get(request.headers.get("authorization", "").removeprefix("Bearer "))
        if code is None:
            return JSONResponse({"error": "invalid_token"}, 401)
        return JSONResponse(code.person.claims())


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
