"""A real browser with a virtual device: what Chromium signs opens a session, what it refuses to sign never comes."""

import functools
import http.server
import json
import shutil
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Browser, CDPSession, Page, async_playwright
from tests.flow.person import ISSUER, PRACTICES, Person
from tests.unit.paper_tokens import NOW

from cloison.errors import Reason
from cloison.identity import compact, dpop, oidc
from cloison.identity.actor import Actor
from cloison.identity.authenticate import Gate, Presented
from cloison.identity.passkeys import LoggedIn, Passkeys
from cloison.identity.people import Welcome, welcome
from cloison.identity.realm import Realm
from cloison.identity.reasons import CHALLENGE_SPENT, PASSKEY_REFUSED, PASSKEY_UNSUITABLE, PROOF_INVALID
from cloison.identity.sessions import Found
from cloison.identity.store.passkeys import Passkey
from cloison.storage.database import Database
from cloison.storage.keys import KeyProvider
from cloison.world.provider import Professional, Provider

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")

KEY_OF_THE_PAGE = """
async () => {
  window.pair = await crypto.subtle.generateKey({name: "ECDSA", namedCurve: "P-256"}, false, ["sign"]);
  const jwk = await crypto.subtle.exportKey("jwk", pair.publicKey);
  window.jwk = {kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y};
  return crypto.subtle.exportKey("jwk", pair.privateKey).then(() => "given away", error => error.name);
}
"""
PROOF = """
async ([method, url, bound, iat]) => {
  const text = new TextEncoder();
  const b64 = bytes => btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const claims = {htm: method, htu: url, iat, jti: crypto.randomUUID()};
  if (bound) claims.ath = b64(await crypto.subtle.digest("SHA-256", text.encode(bound)));
  const written = [{typ: "dpop+jwt", alg: "ES256", jwk}, claims].map(each => b64(text.encode(JSON.stringify(each))));
  const message = text.encode(written.join("."));
  const signed = await crypto.subtle.sign({name: "ECDSA", hash: "SHA-256"}, pair.privateKey, message);
  return [...written, b64(signed)].join(".");
}
"""
CREATE = """
async options => {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  return navigator.credentials.create({publicKey}).then(made => made.toJSON(), error => error.name);
}
"""
GET = """
async options => {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  return navigator.credentials.get({publicKey}).then(made => made.toJSON(), error => error.name);
}
"""


class Blank(http.server.BaseHTTPRequestHandler):
    """An empty page, at any address."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>.</title>")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  its name there
        """Say nothing."""


@pytest.fixture(scope="module")
def ports() -> Iterator[tuple[int, int]]:
    """Two origins of one host."""
    servers = [http.server.ThreadingHTTPServer(("127.0.0.1", 0), Blank) for _ in range(2)]
    for server in servers:
        threading.Thread(target=functools.partial(server.serve_forever, poll_interval=0.05), daemon=True).start()
    yield servers[0].server_address[1], servers[1].server_address[1]
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        await browser.close()


@dataclass
class Window:
    """A page of the portal in a browser whose device is virtual, and the professional in front of it."""

    page: Page
    device: CDPSession
    authenticator: str
    realm: Realm
    gate: Gate
    person: Person

    @property
    def passkeys(self) -> Passkeys:
        return Passkeys(self.realm, self.person.database)

    async def verifies(self, answer: bool) -> None:
        told = {"authenticatorId": self.authenticator, "isUserVerified": answer}
        await self.device.send("WebAuthn.setUserVerified", told)

    async def written(self, bound: str = "") -> str:
        url, iat = f"{self.realm.origin}/x", int(self.person.now.timestamp())
        return await self.page.evaluate(PROOF, ["POST", url, bound, iat])

    async def presented(self, cookie: str = "") -> Presented:
        return Presented("POST", f"{self.realm.origin}/x", proof=await self.written(cookie), cookie=cookie)

    async def proof(self) -> dpop.Proof:
        found = self.gate.proof(await self.presented(), self.person.now)
        assert isinstance(found, dpop.Proof)
        return found

    async def found(self) -> Found:
        """Vouched for by the provider, in this browser."""
        vouched = await self.person.vouched()
        assert not isinstance(vouched, Reason)
        mine = replace(vouched, key_thumbprint=(await self.proof()).key_thumbprint)
        welcomed = await welcome(self.person.database, mine, self.person.now)
        assert isinstance(welcomed, Welcome)
        found = await self.gate.session(await self.presented(welcomed.opened.cookie), self.person.now)
        assert isinstance(found, Found)
        return found

    async def makes(self, found: Found) -> Any:
        return await self.page.evaluate(CREATE, await self.passkeys.registration_options(found, self.person.now))

    async def signs(self) -> Any:
        return await self.page.evaluate(GET, await self.passkeys.login_options(await self.proof(), self.person.now))

    async def login(self, response: dict[str, Any]) -> LoggedIn | Reason:
        return await self.passkeys.login(response, await self.proof(), self.person.now)


@pytest.fixture
async def window(
    chromium: Browser, ports: tuple[int, int], gate: Gate, shared_database: Database, day_keys: KeyProvider
) -> AsyncIterator[Window]:
    assert gate, "the practices are registered"
    origin = f"http://localhost:{ports[0]}"
    realm = Realm("https://cloison.example", origin)
    context = await chromium.new_context()
    page = await context.new_page()
    await page.goto(origin)
    device = await context.new_cdp_session(page)
    await device.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = await device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    assert await page.evaluate(KEY_OF_THE_PAGE) == "InvalidAccessError", "the key of the page cannot be given away"
    who = Professional(f"8{abs(hash(origin + str(id(page)))) % 10**10:010d}", "MARTIN", "SM26", PRACTICES[:1])
    provider = Provider(ISSUER, "cloison", "https://portail.cloison.example" + oidc.RETURN_PATH, [who], lambda: NOW)
    here = await Gate.opened(realm, shared_database, day_keys, NOW)
    person = Person(here, shared_database, provider, who)
    yield Window(page, device, made["authenticatorId"], realm, here, person)
    await context.close()


async def test_a_passkey_of_the_browser_opens_a_session_bound_to_a_key_that_the_page_cannot_give_away(
    window: Window,
) -> None:
    found = await window.found()
    made = await window.passkeys.register(found, await window.makes(found), NOW)
    assert isinstance(made, Passkey)
    window.person.now += timedelta(days=1)
    await window.found()
    response = await window.signs()
    entered = await window.login(response)
    assert isinstance(entered, LoggedIn)
    assert await window.login(response) is CHALLENGE_SPENT, "a replay"
    request = await window.presented(entered.opened.cookie)
    assert isinstance(await window.gate.authenticate(request, window.person.now), Actor)
    elsewhere = await window.page.context.new_page()
    await elsewhere.goto(window.realm.origin)
    await elsewhere.evaluate(KEY_OF_THE_PAGE)
    stolen = replace(window, page=elsewhere)
    request = await stolen.presented(entered.opened.cookie)
    assert await window.gate.authenticate(request, window.person.now) is PROOF_INVALID, "the cookie without the key"


async def test_a_holder_who_is_not_verified_signs_nothing(window: Window) -> None:
    found = await window.found()
    await window.verifies(False)
    assert await window.makes(found) == "NotAllowedError"
    await window.verifies(True)
    assert isinstance(await window.passkeys.register(found, await window.makes(found), NOW), Passkey)
    await window.verifies(False)
    assert await window.signs() == "NotAllowedError"


async def test_another_host_gets_no_signature_and_another_origin_of_the_host_gets_one_that_is_refused(
    window: Window, ports: tuple[int, int]
) -> None:
    found = await window.found()
    assert isinstance(await window.passkeys.register(found, await window.makes(found), NOW), Passkey)
    window.person.now += timedelta(days=1)
    login = await window.passkeys.login_options(await window.proof(), window.person.now)
    fresh = await window.found()
    registration = await window.passkeys.registration_options(fresh, window.person.now)
    assert not isinstance(registration, Reason)
    proof = await window.proof()
    await window.page.goto(f"http://127.0.0.1:{ports[0]}")
    assert await window.page.evaluate(GET, login) == "SecurityError"
    await window.page.goto(f"http://localhost:{ports[1]}")
    response = await window.page.evaluate(GET, login)
    assert json.loads(_decoded(response))["origin"].endswith(str(ports[1]))
    assert await window.passkeys.login(response, proof, window.person.now) is PASSKEY_REFUSED
    made = await window.page.evaluate(CREATE, {**registration, "excludeCredentials": []})
    assert await window.passkeys.register(fresh, made, window.person.now) is PASSKEY_UNSUITABLE


def _decoded(response: dict[str, Any]) -> bytes:
    return compact.decode(response["response"]["clientDataJSON"])
