"""A machine at the counter over a real TLS connection: a token, a question, an answer; the same with a key instead."""

import asyncio
import hashlib
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from joserfc.jwk import ECKey
from tests.flow.day import Day, Guarantee
from tests.flow.http_certificates import certificate
from tests.flow.http_gate import house_of, question
from tests.unit.paper_tokens import assertion, new_key, proof

from cloison.disclosure import Channel
from cloison.identity import clients
from cloison.identity.authenticate import Gate
from cloison.identity.clients import Terms
from cloison.identity.permissions import Permission
from cloison.identity.realm import Realm
from cloison.identity.store.machines import KeyRow
from cloison.identity.tokens import ASSERTION_TYPE
from cloison.ops import server
from cloison.ops.app import Parts, build
from cloison.ops.server import Tls
from cloison.storage.keys import KeyProvider
from cloison.storage.roles import Role

PATH, TOKEN = "/v1/eligibility", "/oauth/token"


@dataclass
class Counter:
    """A running server, and a client of it that has a certificate and a key."""

    site: str
    folder: Path
    key: ECKey

    def client(self, name: str = "") -> httpx.AsyncClient:
        """A connection with the certificate of this name, or without one."""
        context = ssl.create_default_context(cafile=str(self.folder / "authority.pem"))
        if name:
            context.load_cert_chain(self.folder / f"{name}.pem", self.folder / f"{name}.key")
        return httpx.AsyncClient(verify=context, base_url=self.site, trust_env=False)


@pytest.fixture(scope="module")
async def counter(
    shared_day: Day, day_keys: KeyProvider, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Counter]:
    await shared_day.insurer(guarantees=[Guarantee("MED")])
    practice = await shared_day.practice("752000007")
    folder, now, key = tmp_path_factory.mktemp("tls"), datetime.now(UTC), new_key()
    authority = certificate(folder, "authority")
    for name in ("server", "pharmacy", "thief"):
        certificate(folder, name, authority)
    terms = Terms(
        Channel.API,
        frozenset({practice}),
        frozenset({Permission.ELIGIBILITY_ASK.value}),
        500,
        now.date() - timedelta(days=1),
        now.date() + timedelta(days=30),
    )
    der = ssl.PEM_cert_to_DER_cert((folder / "pharmacy.pem").read_text())
    row = KeyRow("certificate", hashlib.sha256(der).digest(), None, now - timedelta(days=1), now + timedelta(days=1))
    async with shared_day.database.transaction(Role.IDENTITY) as work:
        rows = [row, clients.jwk_row(key, now - timedelta(days=1), now + timedelta(days=1))]
        await clients.add(work, "pharmacy", terms, rows, now)
    bound = server.listening("127.0.0.1", 0)
    site = f"https://localhost:{bound.getsockname()[1]}"
    tls = Tls(folder / "server.pem", folder / "server.key", folder / "authority.pem")
    house, started = house_of(shared_day, day_keys, tmp_path_factory.mktemp("home")), asyncio.Event()
    doorman = await Gate.opened(Realm(site, site), shared_day.database, day_keys, now)
    async with Parts.opened(house, shared_day.database, doorman, site) as parts:
        running = asyncio.ensure_future(server.run(build(parts), bound, tls, started.set))
        await started.wait()
        yield Counter(site, folder, key)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def token_of(client: httpx.AsyncClient) -> str:
    granted = await client.post(TOKEN, data={"grant_type": "client_credentials", "client_id": "pharmacy"})
    assert granted.status_code == 200, granted.text
    return granted.json()["access_token"]


async def test_a_certificate_gets_a_token_and_the_token_an_answer(counter: Counter, shared_day: Day) -> None:
    anne = await shared_day.enrol()
    async with counter.client("pharmacy") as client:
        headers = {"authorization": f"Bearer {await token_of(client)}"}
        for _ in range(3):
            answer = await client.post(PATH, json=question(anne), headers=headers)
            assert answer.json()["result"] == "covered"


async def test_a_stolen_token_opens_nothing_on_another_connection(counter: Counter, shared_day: Day) -> None:
    anne = await shared_day.enrol()
    async with counter.client("pharmacy") as client:
        headers = {"authorization": f"Bearer {await token_of(client)}"}
    for name in ("thief", ""):
        async with counter.client(name) as client:
            answer = await client.post(PATH, json=question(anne), headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (401, "identity.certificate_wrong")
            assert answer.json()["error"] == "invalid_token"


async def test_nobody_gets_a_token_with_the_certificate_of_another(counter: Counter) -> None:
    for name in ("thief", ""):
        async with counter.client(name) as client:
            refused = await client.post(TOKEN, data={"grant_type": "client_credentials", "client_id": "pharmacy"})
            assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")


async def test_a_key_proves_each_request_with_the_nonce_it_was_told(counter: Counter, shared_day: Day) -> None:
    anne, now = await shared_day.enrol(), datetime.now(UTC)
    async with counter.client() as client:

        def form() -> dict[str, str]:
            said = assertion("pharmacy", counter.key, now, f"{counter.site}{TOKEN}")
            return {
                "grant_type": "client_credentials",
                "client_assertion_type": ASSERTION_TYPE,
                "client_assertion": said,
            }

        first = proof(counter.key, "POST", f"{counter.site}{TOKEN}", now=now)
        told = await client.post(TOKEN, data=form(), headers={"dpop": first})
        assert told.json()["error"] == "use_dpop_nonce"
        nonce = told.headers["dpop-nonce"]
        second = proof(counter.key, "POST", f"{counter.site}{TOKEN}", now=now, nonce=nonce)
        granted = await client.post(TOKEN, data=form(), headers={"dpop": second})
        token = granted.json()["access_token"]
        shown = proof(counter.key, "POST", f"{counter.site}{PATH}", token, now=now, nonce=nonce)
        headers = {"authorization": f"DPoP {token}", "dpop": shown}
        answer = await client.post(PATH, json=question(anne), headers=headers)
        again = await client.post(PATH, json=question(anne), headers=headers)
    assert answer.json()["result"] == "covered"
    assert (again.status_code, again.json()["code"]) == (401, "identity.proof_replayed")


async def test_the_published_keys_verify_and_hold_no_secret(counter: Counter) -> None:
    async with counter.client() as client:
        keys = (await client.get("/.well-known/jwks.json")).json()["keys"]
        metadata = (await client.get("/.well-known/oauth-authorization-server")).json()
    assert keys
    assert all("d" not in key for key in keys)
    assert metadata["issuer"] == counter.site
