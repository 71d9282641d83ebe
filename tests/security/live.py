"""A live server on this machine, as `cloison serve` runs it: TLS, client certificates, the real door and database.

async with live(day, keys, folder) as server:
    answer = await server.client().post("/v1/eligibility", json=question(anne))
"""

import asyncio
import io
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import httpx
from cryptography.hazmat.primitives import serialization
from joserfc.jwk import ECKey
from tests.flow.day import Day
from tests.flow.http_gate import house_of
from tests.flow.test_http_server import certificate
from tests.unit.paper_tokens import new_key, proof

from cloison.gateways.http.rim import Bounds, Surroundings
from cloison.identity import clients, compact
from cloison.identity.actor import Channel
from cloison.identity.authenticate import Gate
from cloison.identity.clients import Terms
from cloison.identity.duties import Duty, scopes
from cloison.identity.realm import Realm
from cloison.identity.store.machines import KeyRow
from cloison.ops import app, server
from cloison.ops.app import Parts
from cloison.ops.server import Tls
from cloison.storage.keys import KeyProvider
from cloison.storage.roles import Role

HOST = "127.0.0.1"
LEAVE_OUT = None
USUAL = Bounds()


@dataclass
class Live:
    """The server, the authorities of its callers, and one client of it, who has a certificate and a key."""

    port: int
    folder: Path
    gate: Gate
    parts: Parts
    log: io.BytesIO
    name: str
    certificate: bytes
    key: ECKey
    faults: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    """What the loop was told of that nobody caught."""

    @property
    def site(self) -> str:
        return f"https://localhost:{self.port}"

    def trusting(self, client: str = "client") -> ssl.SSLContext:
        """How a caller sees the server: by its authority, and with a certificate of its own unless it has none."""
        context = ssl.create_default_context(cafile=str(self.folder / "authority.pem"))
        if client:
            context.load_cert_chain(self.folder / f"{client}.pem", self.folder / f"{client}.key")
        return context

    def client(self, certificate: str = "client", **headers: str) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            base_url=self.site, verify=self.trusting(certificate), headers=headers, trust_env=False, timeout=20
        )

    async def token(self, now: datetime | None = None, **changes: object) -> str:
        """A token bound to the client's certificate, signed by the server; `changes` replace what is right in it."""
        moment = now or datetime.now(UTC)
        kid, key = self.gate._known.keys.signing(datetime.now(UTC))
        return self.forged(key, moment, **({"kid": kid} | changes))

    def forged(self, key: ECKey, now: datetime, **changes: object) -> str:
        made_at = int(now.timestamp())
        header: dict[str, object] = {"alg": "ES256", "typ": "at+jwt"}
        claims: dict[str, object] = {
            "iss": self.site, "aud": self.site, "sub": self.name, "client_id": self.name, "iat": made_at,
            "exp": made_at + 300, "jti": str(uuid4()), "scope": " ".join(scopes(Duty.SOFTWARE)),
            "cnf": {"x5t#S256": compact.encode(self.certificate)},
        }  # fmt: skip
        for name, value in changes.items():
            (header if name in ("alg", "typ", "kid", "jwk", "jku", "x5u", "crit") else claims)[name] = value
        kept = {name: value for name, value in claims.items() if value is not LEAVE_OUT}
        return compact.sign({name: value for name, value in header.items() if value is not LEAVE_OUT}, kept, key)

    def proof(self, method: str, path: str, token: str, seconds: float = 0, **claims: object) -> str:
        """A proof of the client's key, made so many seconds from now."""
        now = datetime.now(UTC)
        claims.setdefault("nonce", self.gate.nonce(now))
        return proof(self.key, method, f"{self.site}{path}", token, now + timedelta(seconds=seconds), **claims)  # pyright: ignore[reportArgumentType]  claims are what they are

    def written(self) -> bytes:
        """The access log so far."""
        self.parts.log.flush()
        return self.log.getvalue()


@asynccontextmanager
async def live(day: Day, keys: KeyProvider, folder: Path, bounds: Bounds = USUAL) -> AsyncGenerator[Live]:
    """The server over a tiny world, and a client for the software of its doctor."""
    now, name = datetime.now(UTC), f"software-{uuid4().hex[:8]}"
    authority = certificate(folder, "authority")
    certificate(folder, "server", authority)
    certificate(folder, "thief", authority)
    certificate(folder, "stranger")
    shown = sha256(certificate(folder, "client", authority)[0].public_bytes(serialization.Encoding.DER)).digest()
    key, until = new_key(), now + timedelta(days=30)
    practice: int = await day.owner.fetchval("select practice from identity.practice where number = $1", day.doctor)
    async with day.database.transaction(Role.IDENTITY) as work:
        terms = Terms(
            Channel.API, frozenset({practice}), scopes(Duty.SOFTWARE), 500, now.date() - timedelta(days=1), until.date()
        )
        rows = [KeyRow("certificate", shown, None, now - timedelta(days=1), until)]
        rows.append(clients.jwk_row(key, now - timedelta(days=1), until))
        await clients.add(work, name, terms, rows, now)
    bound = server.listening(HOST, 0)
    port: int = bound.getsockname()[1]
    gate = await Gate.opened(Realm(f"https://localhost:{port}", f"https://localhost:{port}"), day.database, keys, now)
    log, ready = io.BytesIO(), asyncio.Event()
    async with Parts.opened(house_of(day, keys, folder), day.database, gate, f"https://localhost:{port}", log) as parts:
        with patch.object(app, "Surroundings", partial(Surroundings, bounds=bounds)):
            served = app.build(parts)
        tls = Tls(folder / "server.pem", folder / "server.key", folder / "authority.pem")
        opened = Live(port, folder, gate, parts, log, name, shown, key)
        asyncio.get_running_loop().set_exception_handler(lambda _loop, told: opened.faults.append(told))
        serving = asyncio.ensure_future(server.run(served, bound, tls, ready.set))
        await ready.wait()
        try:
            yield opened
        finally:
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)
            bound.close()
            asyncio.get_running_loop().set_exception_handler(None)
