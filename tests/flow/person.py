"""A professional at their browser: what the tests of persons share."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from joserfc.jwk import ECKey
from tests.unit.paper_passkey import Device
from tests.unit.paper_tokens import NOW, REALM, new_key, proof

from cloison.errors import Reason
from cloison.identity import compact, dpop, oidc, people
from cloison.identity.actor import Actor
from cloison.identity.authenticate import Gate, Presented
from cloison.identity.oidc import Login, Vouched
from cloison.identity.passkeys import LoggedIn, Passkeys
from cloison.identity.people import Welcome
from cloison.identity.posts import NOWHERE, Place
from cloison.identity.sessions import Found
from cloison.identity.step_up import StepUp
from cloison.identity.store.passkeys import Passkey
from cloison.storage.database import Database
from cloison.world.provider import Professional, Provider

ISSUER = "https://psc.example"
URL = f"{REALM.origin}/api/eligibility"
PRACTICES = ("750000001", "750000002")
A_DAY = timedelta(days=1)


@dataclass
class Person:
    """A professional with a browser, a device and a clock, in front of the pages and of their provider."""

    gate: Gate
    database: Database
    provider: Provider
    who: Professional
    now: datetime = NOW
    key: ECKey = field(default_factory=new_key)
    device: Device = field(default_factory=Device)
    cookie: str = ""

    @property
    def passkeys(self) -> Passkeys:
        return Passkeys(REALM, self.database)

    @property
    def step_up(self) -> StepUp:
        return StepUp(REALM, self.database)

    def proof(self, bound: str = "") -> dpop.Proof:
        found = dpop.check(proof(self.key, "POST", URL, bound, self.now), "POST", URL, bound, self.now, dpop.Keys())
        assert isinstance(found, dpop.Proof)
        return found

    def login(self) -> Login:
        self.provider.clock = lambda: self.now
        transport = httpx.ASGITransport(self.provider.app())
        known = oidc.Provider("psc", ISSUER, f"{ISSUER}/.well-known/wallet-openid-configuration", "cloison")
        return Login(REALM, known, self.database, httpx.AsyncClient(transport=transport))

    async def vouched(self, login: Login | None = None) -> Vouched | Reason:
        """Through the provider and back."""
        login = login or self.login()
        started = await login.start(compact.thumbprint(self.key), self.now)
        if isinstance(started, Reason):
            return started
        return await login.finish(await self.visits(started.url), started.state, self.now)

    async def visits(self, url: str) -> dict[str, str]:
        """What the provider sends back in the address."""
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self.provider.app())) as browser:
            answer = await browser.get(f"{url}&person={self.who.rpps}")
        return {name: value[0] for name, value in parse_qs(urlsplit(answer.headers["location"]).query).items()}

    async def welcome(self) -> Welcome | Reason:
        vouched = await self.vouched()
        assert isinstance(vouched, Vouched)
        welcome = await people.welcome(self.database, vouched, self.now)
        if isinstance(welcome, Welcome):
            self.cookie = welcome.opened.cookie
        return welcome

    async def found(self, cookie: str = "") -> Found:
        found = await self.gate.sessions.find(cookie or self.cookie, self.proof(cookie or self.cookie), self.now)
        assert isinstance(found, Found)
        return found

    async def registers(self, device: Device | None = None, **lies: Any) -> Passkey | Reason:
        found = await self.found()
        options = await self.passkeys.registration_options(found, self.now)
        if isinstance(options, Reason):
            return options
        return await self.passkeys.register(found, (device or self.device).make(options, **lies), self.now)

    async def enters(self, place: Place = NOWHERE, **lies: Any) -> LoggedIn | Reason:
        """Log in with the passkey."""
        options = await self.passkeys.login_options(self.proof(), self.now)
        found = await self.passkeys.login(self.device.sign(options, **lies), self.proof(), self.now, place)
        if isinstance(found, LoggedIn):
            self.cookie = found.opened.cookie
        return found

    async def asks(self, **shown: Any) -> Actor | Reason:
        request = {"cookie": self.cookie, "proof": proof(self.key, "POST", URL, self.cookie, self.now), **shown}
        return await self.gate.authenticate(replace(Presented("POST", URL), **request), self.now)

    def works_at(self, *places: str, role: str = "SM26") -> None:
        """What the register says from now on."""
        self.who = replace(self.who, places=places, role=role)
        self.provider.people = [self.who]

    async def is_enrolled(self) -> "Person":
        """The day after the passkey was registered, vouched for again."""
        assert isinstance(await self.welcome(), Welcome)
        assert isinstance(await self.registers(), Passkey)
        self.now += A_DAY
        assert isinstance(await self.welcome(), Welcome)
        return self

    async def is_in(self) -> "Person":
        await self.is_enrolled()
        assert isinstance(await self.enters(), LoggedIn)
        return self
