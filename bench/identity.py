"""What knowing a caller costs, per request, on one core: machines on the hot path, proofs, and what lies below them.

    python bench/identity.py [--quick]

A machine that presents a certificate is known from memory. One that proves a key signs each request: the cost is one
P-256 verification, and its identifier is written once for all processes; concurrent requests share the statement.
"""

import argparse
import asyncio
import hashlib
import secrets
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc.jwk import ECKey

from cloison.identity import Channel, Registration, clients, compact, register
from cloison.identity.authenticate import Gate, Presented
from cloison.identity.clients import Terms
from cloison.identity.realm import Realm
from cloison.identity.replays import Remembered, Replays
from cloison.identity.store.machines import KeyRow
from cloison.identity.tokens import ASSERTION_TYPE, Granted
from cloison.storage.database import Database, locate
from cloison.storage.keys_file import FileKeys
from cloison.storage.migrate import migrate
from cloison.storage.roles import Role

REALM = Realm("https://cloison.example", "https://portail.cloison.example")
URL = f"{REALM.issuer}/fhir/CoverageEligibilityRequest"
AT_ONCE = 64
NAME = "bench"
NOW = datetime.now(UTC)


def signed(key: ECKey, url: str, token: str = "", nonce: str = "") -> str:
    claims: dict[str, object] = {"htm": "POST", "htu": url, "iat": int(NOW.timestamp()), "jti": secrets.token_hex(16)}
    if token:
        claims["ath"] = compact.encode(hashlib.sha256(token.encode()).digest())
    header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": key.as_dict(private=False)}
    return compact.sign(header, {**claims, "nonce": nonce}, key)


async def prepared(database: Database, key: ECKey, certificate: bytes) -> None:
    async with database.transaction(Role.OFFICE) as work:
        await register(work, [Registration("750000001", "pharmacie", "Du Port", "75", "Paris", 0, False, 0)])
    days = timedelta(days=30)
    terms = Terms(
        Channel.MACHINE, frozenset({1}), frozenset({"practice:eligibility:ask"}), 500, NOW.date(), (NOW + days).date()
    )
    rows = [
        KeyRow("certificate", certificate, None, NOW - days, NOW + days),
        clients.jwk_row(key, NOW - days, NOW + days),
    ]
    async with database.transaction(Role.IDENTITY) as work:
        await clients.add(work, NAME, terms, rows, NOW)


async def token_of(gate: Gate, key: ECKey, **shown: object) -> str:
    seconds = int(NOW.timestamp())
    claims = {"iss": NAME, "sub": NAME, "aud": REALM.token_endpoint, "exp": seconds + 240, "jti": str(uuid4())}
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": compact.sign({"alg": "ES256"}, claims, key),
    }
    granted = await gate.token(form, Presented("POST", REALM.token_endpoint, **shown), NOW)  # pyright: ignore[reportArgumentType]
    assert isinstance(granted, Granted), granted
    return granted.access_token


def one_by_one(gate: Gate, requests: list[Presented]) -> Callable[[], Awaitable[None]]:
    async def run() -> None:
        for request in requests:
            assert not hasattr(await gate.authenticate(request, NOW), "code")

    return run


def many_at_once(gate: Gate, requests: list[Presented]) -> Callable[[], Awaitable[None]]:
    async def caller(mine: list[Presented]) -> None:
        for request in mine:
            assert not hasattr(await gate.authenticate(request, NOW), "code")

    async def run() -> None:
        await asyncio.gather(*(caller(requests[first::AT_ONCE]) for first in range(AT_ONCE)))

    return run


async def timed(what: str, times: int, run: Callable[[], Awaitable[None]]) -> None:
    started = time.perf_counter()
    await run()
    taken = time.perf_counter() - started
    print(f"  {what:<58} {taken / times * 1e6:8.1f} µs   {times / taken:9.0f} /s")


async def bench(database: Database, folder: Path, times: int) -> None:
    key, certificate = ECKey.generate_key("P-256", private=True), hashlib.sha256(b"bench").digest()
    await prepared(database, key, certificate)
    provider = FileKeys(folder / "keys.json", "for a bench").open()

    async def gate(replays: Replays | None = None) -> Gate:
        return await Gate.opened(REALM, database, provider, NOW, replays)

    here = await gate()
    bearer = f"Bearer {await token_of(here, key, certificate=certificate)}"
    by_certificate = [Presented("POST", URL, bearer, certificate=certificate)] * times * 10
    await timed("certificate, token seen before", len(by_certificate), one_by_one(here, by_certificate))

    async def first_seen() -> None:
        for _ in range(times):
            here._tokens.clear()  # as if each token were new
            assert not hasattr(await here.authenticate(by_certificate[0], NOW), "code")

    await timed("certificate, token never seen", times, first_seen)
    token = await token_of(here, key, proof=signed(key, REALM.token_endpoint, nonce=here.nonce(NOW)))

    def proven() -> list[Presented]:
        nonce = here.nonce(NOW)
        return [Presented("POST", URL, f"DPoP {token}", signed(key, URL, token, nonce)) for _ in range(times)]

    await timed("proof, used ones in memory", times, one_by_one(await gate(Remembered()), proven()))
    await timed("proof, used ones in the database, one at a time", times, one_by_one(here, proven()))
    await timed(f"proof, used ones in the database, {AT_ONCE} at a time", times, many_at_once(here, proven()))
    private = ec.generate_private_key(ec.SECP256R1())
    public, message = private.public_key(), b"x" * 400
    signature = private.sign(message, ec.ECDSA(hashes.SHA256()))

    async def floor() -> None:
        for _ in range(times):
            public.verify(signature, message, ec.ECDSA(hashes.SHA256()))

    await timed("below all of these: one P-256 verification", times, floor)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    times = 2_000 if parser.parse_args().quick else 20_000
    with tempfile.TemporaryDirectory(prefix="cloison-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        address = locate(Path(folder))

        async def run() -> None:
            await migrate(address)
            async with Database(address) as database:
                await bench(database, Path(folder), times)

        asyncio.run(run())


if __name__ == "__main__":
    main()
