"""From what a request presents to who makes it, or why nobody does: the one function that every gate calls.

    Authorization: Bearer + client certificate   a machine, token bound to its certificate (RFC 8705)
    Authorization: DPoP   + DPoP                 a machine, token bound to its key (RFC 9449)
    cookie                + DPoP                 a person, session bound to a key that the browser cannot give away

A machine that presents a certificate costs no round trip: its token is verified with keys in memory, its contract read
in a register that is at most a few seconds old. A proof must be the first of its kind anywhere: the database says so.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Self

from cloison.errors import Reason, Unavailable
from cloison.identity import dpop, tokens
from cloison.identity.actor import Actor, Means
from cloison.identity.clients import Client, Register
from cloison.identity.realm import Realm
from cloison.identity.reasons import (
    ASSERTION_REPLAYED,
    CERTIFICATE_WRONG,
    CLIENT_REFUSED,
    GRANT_UNSUPPORTED,
    NOTHING_PRESENTED,
    PROOF_INVALID,
    PROOF_MISSING,
    PROOF_REPLAYED,
    TOKEN_EXPIRED,
    TOKEN_INVALID,
)
from cloison.identity.replays import Replays, Shared
from cloison.identity.sessions import Found, Sessions
from cloison.identity.signing import TokenKeys
from cloison.identity.store import machines, once
from cloison.identity.tokens import Bound, Granted
from cloison.storage.keys import KeyProvider
from cloison.storage.transaction import Storage

READ_AGAIN = timedelta(seconds=5)
"""How old the register may be: a revoked client is out after this."""
TOO_OLD = timedelta(seconds=30)
"""Without the database for so long, nobody is let in: a client may have been revoked."""
TOKENS_REMEMBERED = 8192


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


@dataclass(frozen=True, slots=True)
class Known:
    """What this process knows of clients and keys, and since when."""

    register: Register
    keys: TokenKeys
    nonces: dpop.Nonces
    mark: tuple[int, ...]
    read_at: datetime


class Gate:
    """Says who makes a request. One per process; `refresh` is called every few seconds, by whoever has a loop."""

    def __init__(self, realm: Realm, database: Storage, provider: KeyProvider, known: Known, replays: Replays) -> None:
        self.realm = realm
        self.sessions = Sessions(database)
        self._database = database
        self._provider = provider
        self._known = known
        self._replays = replays
        self._proof_keys = dpop.Keys()
        self._tokens: OrderedDict[bytes, Bound] = OrderedDict()
        self._actors: dict[tuple[str, Means, frozenset[str]], tuple[Client, Actor]] = {}
        self._reading = asyncio.Lock()

    @classmethod
    async def opened(
        cls, realm: Realm, database: Storage, provider: KeyProvider, now: datetime, replays: Replays | None = None
    ) -> Self:
        """A gate that knows the clients of this database. Used proofs are known to every process by default."""
        known = await _read(database, provider, now)
        return cls(realm, database, provider, known, replays or Shared(database))

    async def refresh(self, now: datetime) -> None:
        """Know the clients and keys of now. Cheap when nothing changed."""
        mark = await machines.mark(self._database)
        known = self._known
        if mark != known.mark or now - known.read_at > timedelta(minutes=10):
            self._known = await _read(self._database, self._provider, now)
        else:
            self._known = Known(known.register, known.keys, known.nonces, mark, now)

    async def sweep(self, now: datetime) -> int:
        """Forget proofs and challenges that are too old to be accepted anyhow. Every minute or so."""
        return await once.sweep(self._database, now)

    def nonce(self, now: datetime) -> str:
        """The value of the DPoP-Nonce header, to be sent with every answer to a request that carries a proof."""
        return self._known.nonces.at(now)

    def published_keys(self) -> dict[str, object]:
        """The JWKS document."""
        return self._known.keys.published()

    # -------------------------------------------------------------- who

    async def authenticate(self, request: Presented, now: datetime) -> Actor | Reason:
        """The maker of this request, or why it is nobody. Raises Unavailable when it cannot be known."""
        scheme, _, token = request.authorization.partition(" ")
        if request.authorization and request.cookie:
            return TOKEN_INVALID  # two makers are none
        if scheme.lower() in ("bearer", "dpop") and token:
            return await self._machine(scheme.lower(), token.strip(), request, now)
        if request.authorization:
            return TOKEN_INVALID
        if request.cookie:
            return await self._person(request, now)
        return NOTHING_PRESENTED

    async def _machine(self, scheme: str, token: str, request: Presented, now: datetime) -> Actor | Reason:
        known = await self._fresh(now)
        bound = self._bound(token, known, now)
        if isinstance(bound, Reason):
            return bound
        client = known.register.by_name.get(bound.client)
        if client is None or not client.in_force(now):
            return TOKEN_EXPIRED
        means = Means.CERTIFICATE
        if bound.certificate is not None and not (
            tokens.fits(bound, request.certificate) and client.presents(request.certificate, now)
        ):
            return CERTIFICATE_WRONG
        if bound.key_thumbprint is not None:
            means = Means.PROOF_OF_POSSESSION
            if scheme != "dpop":
                return PROOF_MISSING
            refused = await self._proven(request, token, bound.key_thumbprint, known.nonces, now)
            if refused is not None:
                return refused
        elif scheme != "bearer":
            return PROOF_INVALID
        return self._actor(client, means, bound.scopes)

    def _actor(self, client: Client, means: Means, scopes: frozenset[str]) -> Actor:
        """The actor of a client; the same one until the register is read again."""
        kept = self._actors.get((client.name, means, scopes))
        if kept is not None and kept[0] is client:
            return kept[1]
        if len(self._actors) >= TOKENS_REMEMBERED:
            self._actors.clear()
        actor = client.actor(means, scopes)
        self._actors[client.name, means, scopes] = (client, actor)
        return actor

    async def _person(self, request: Presented, now: datetime) -> Actor | Reason:
        proof = self.proof(request, now)
        return proof if isinstance(proof, Reason) else await self.sessions.actor(request.cookie, proof, now)

    def proof(self, request: Presented, now: datetime) -> dpop.Proof | Reason:
        """The proof of a browser's key: what a login starts from, before there is a session."""
        return dpop.check(request.proof, request.method, request.url, request.cookie, now, self._proof_keys)

    async def session(self, request: Presented, now: datetime) -> Found | Reason:
        """The session of a request, of either kind: for the ceremonies of passkeys, and to log out."""
        proof = self.proof(request, now)
        if isinstance(proof, Reason):
            return proof
        return await self.sessions.find(request.cookie, proof, now) if request.cookie else NOTHING_PRESENTED

    # -------------------------------------------------------------- tokens

    async def token(self, form: Mapping[str, str], request: Presented, now: datetime) -> Granted | Reason:
        """What the token endpoint answers to a form that a client posted."""
        known = await self._fresh(now)
        if form.get("grant_type") != "client_credentials":
            return GRANT_UNSUPPORTED
        client = known.register.by_name.get(tokens.claimed_client(form))
        if client is None or not client.in_force(now):
            return CLIENT_REFUSED
        certificate = request.certificate if client.presents(request.certificate, now) else None
        if refused := await self._recognised(form, client, certificate, now):
            return refused
        key_thumbprint = None
        if request.proof:
            proof = dpop.check(
                request.proof, request.method, request.url, "", now, self._proof_keys, nonces=known.nonces
            )
            if isinstance(proof, Reason):
                return proof
            if not await self._replays.first(proof.replay, proof.until, now):
                return PROOF_REPLAYED
            key_thumbprint = proof.key_thumbprint
        if certificate is None and key_thumbprint is None:
            return PROOF_MISSING
        scopes = tokens.asked_scopes(client, form.get("scope", ""))
        if isinstance(scopes, Reason):
            return scopes
        return tokens.issue(client, scopes, self.realm, known.keys, now, certificate, key_thumbprint)

    async def _recognised(
        self, form: Mapping[str, str], client: Client, certificate: bytes | None, now: datetime
    ) -> Reason | None:
        if "client_assertion" not in form:
            return None if certificate is not None else CLIENT_REFUSED
        assertion = tokens.check_assertion(form, client, self.realm, now)
        if isinstance(assertion, Reason):
            return assertion
        return None if await self._replays.first(assertion.replay, assertion.until, now) else ASSERTION_REPLAYED

    # -------------------------------------------------------------- steps

    def _bound(self, token: str, known: Known, now: datetime) -> Bound | Reason:
        """What a token says. Verified once: a client sends the same one for minutes."""
        name = sha256(token.encode()).digest()
        bound = self._tokens.get(name)
        if bound is not None:
            return bound if now < bound.expires_at else TOKEN_EXPIRED
        found = tokens.check(token, self.realm, known.keys, now)
        if isinstance(found, Bound):
            self._tokens[name] = found
            if len(self._tokens) > TOKENS_REMEMBERED:
                self._tokens.popitem(last=False)
        return found

    async def _proven(
        self, request: Presented, token: str, key_thumbprint: bytes, nonces: dpop.Nonces, now: datetime
    ) -> Reason | None:
        proof = dpop.check(
            request.proof, request.method, request.url, token, now, self._proof_keys, key_thumbprint, nonces
        )
        if isinstance(proof, Reason):
            return proof
        return None if await self._replays.first(proof.replay, proof.until, now) else PROOF_REPLAYED

    async def _fresh(self, now: datetime) -> Known:
        """What is known, no older than it may be."""
        age = now - self._known.read_at
        if age > READ_AGAIN and (age > TOO_OLD or not self._reading.locked()):
            async with self._reading:
                if now - self._known.read_at > READ_AGAIN:
                    try:
                        await self.refresh(now)
                    except Unavailable:
                        if age > TOO_OLD:
                            raise
        return self._known


async def _read(database: Storage, provider: KeyProvider, now: datetime) -> Known:
    keys = await TokenKeys.read(database, provider, now)
    mark = await machines.mark(database)
    return Known(await Register.read(database), keys, dpop.Nonces(*keys.shared_secrets()), mark, now)
