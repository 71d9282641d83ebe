"""Every HTTP gate in one application, and what it stands on.

`Parts` opens what serving needs for as long as a server runs; `build` composes the gates over it. A gate exports
`routes(services) -> list[Route]`; here its services are made,
its public paths declared, and its way to write a problem.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from time import perf_counter
from typing import BinaryIO, Protocol

import numpy as np
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Scope

from cloison import __version__
from cloison.errors import Misuse, Reason, Unavailable
from cloison.gateways.http import files, papers, webhooks
from cloison.gateways.http.files import FileServices
from cloison.gateways.http.protocol import CERTIFICATE
from cloison.gateways.http.reasons import BY_STATUS, MALFORMED, NO_PRACTICE
from cloison.gateways.http.rim import Rim, Surroundings
from cloison.gateways.http.routes import PUBLIC, PUBLIC_UNDER, express, routes
from cloison.gateways.http.service import PracticeOf, Ready, Services
from cloison.gateways.http.terminator import CERTIFICATE as CLIENT_CERT
from cloison.gateways.http.terminator import Terminator
from cloison.gateways.http.webhooks import WebhookServices
from cloison.identity import Actor
from cloison.identity.authenticate import Presented
from cloison.identity.tokens import Granted
from cloison.ops import fhir, notify, sandbox, wire
from cloison.ops.access_log import AccessLog
from cloison.ops.batcher import POLICIES, Policy
from cloison.ops.catalogue import PARTS
from cloison.ops.desks import Desks
from cloison.ops.house import House
from cloison.ops.online_claims import OnlineClaims
from cloison.ops.papers import Papers
from cloison.storage.database import Database
from cloison.storage.roles import Role

COOKIE = "__Host-session"


class Doorman(Protocol):
    """Who says who makes a request: `identity.authenticate.Gate`."""

    async def authenticate(self, request: Presented, now: datetime) -> Actor | Reason:
        """The maker of this request, or why it is nobody."""
        ...

    async def token(self, form: Mapping[str, str], request: Presented, now: datetime) -> Granted | Reason:
        """What the token endpoint answers to a form."""
        ...

    def nonce(self, now: datetime) -> str:
        """What a proof must hold next."""
        ...

    def published_keys(self) -> dict[str, object]:
        """The JWKS document."""
        ...


@dataclass(frozen=True, slots=True)
class Parts:
    """What the gates of one process stand on, open."""

    house: House
    database: Database
    doorman: Doorman
    desks: Desks
    log: AccessLog
    site: str
    claims: OnlineClaims
    sandbox: bool = False

    @classmethod
    @asynccontextmanager
    async def opened(
        cls,
        house: House,
        database: Database,
        doorman: Doorman,
        site: str = "",
        log: BinaryIO | None = None,
        policy: Policy = POLICIES["postgresql"],
        sandbox: bool = False,
    ) -> AsyncGenerator["Parts"]:
        """Open the parts, keep them fresh, and close them: what waits is answered, settled and written."""
        desks = Desks(house, database, policy)
        await desks.open()
        claims = OnlineClaims(house, database, desks, policy, _now)
        await claims.open()
        parts = cls(house, database, doorman, desks, AccessLog(log, _now), site, claims, sandbox)
        keepers = [asyncio.create_task(each) for each in (desks.keep(), claims.keep(), parts.log.keep())]
        try:
            yield parts
        finally:
            for keeper in keepers:
                keeper.cancel()
                with suppress(asyncio.CancelledError):
                    await keeper
            await claims.close()
            await desks.close()
            parts.log.flush()


def build(parts: Parts) -> Starlette:
    """The application."""
    doorman, site, settings = parts.doorman, parts.site, parts.house.settings
    terminator = Terminator(settings.terminator, settings.terminator_key.encode())
    services = Services(
        ask=sandbox.slowed(parts.desks.ask) if parts.sandbox else parts.desks.ask,
        practice_of=_practice_of(parts.desks),
        ready=_readiness(parts.database),
        token=lambda scope, form: doorman.token(form, _presented(scope, site, doorman, terminator), _now()),
        keys=doorman.published_keys,
        version=__version__,
        site=site,
    )
    shown = sandbox.pages() if parts.sandbox else []
    around = Surroundings(
        authenticate=lambda scope: doorman.authenticate(_presented(scope, site, doorman, terminator), _now()),
        log=parts.log,
        clock=perf_counter,
        site=site,
        public=PUBLIC | {fhir.METADATA} | {each.path for each in shown},
        public_under=PUBLIC_UNDER,
        express=express(services),
        bounds_under=((files.FILES, files.BOUNDS),),
        renderers=((fhir.BASE, fhir.rendered),),
    )
    counter = wire.Counter(parts.house, parts.database, parts.desks)
    handled = FileServices(counter.begin, counter.find, counter.listed, counter.add, counter.complete, counter.abandon)
    served = [
        *files.routes(handled, site),
        *papers.routes(Papers(parts.database).services(parts.desks.amc), site),
        *papers.routes(Papers(parts.database).services(parts.desks.amc), site),
        *webhooks.routes(
            WebhookServices(
                counter.subscribe,
                counter.subscribers,
                counter.unsubscribe,
                counter.log,
                lambda: notify.public_key(parts.house.keys),
            )
        ),
    ]
    return Site(
        [
            *routes(services, PARTS),
            *shown,
            *served,
            *fhir.routes(parts.house, parts.database, services, parts.desks, parts.claims),
        ],
        around,
    )


class Site(Starlette):
    """The gates inside their rim. Nothing stands around it: it answers every failure itself."""

    def __init__(self, routes: Sequence[BaseRoute], around: Surroundings) -> None:
        super().__init__(routes=routes, exception_handlers={HTTPException: _refused_by_router})
        self.router.redirect_slashes = False  # to an address made of what the caller calls this host
        self.rim = Rim(ExceptionMiddleware(self.router, handlers=self.exception_handlers), around)

    def build_middleware_stack(self) -> ASGIApp:
        return self.rim


async def _refused_by_router(request: Request, refusal: Exception) -> Response:
    """What the router itself refuses, as one of our reasons; the rim writes it."""
    assert isinstance(refusal, HTTPException)
    for name, value in (refusal.headers or {}).items():
        request.state.headers.append((name.lower().encode(), value.encode()))
    raise Misuse(BY_STATUS.get(refusal.status_code, MALFORMED))


def _presented(scope: Scope, site: str, doorman: Doorman, terminator: Terminator) -> Presented:
    """What a request shows of its maker. Who sends a proof is told what the next one must hold."""
    headers: dict[bytes, bytes] = dict(scope["headers"])
    extensions: Mapping[str, bytes] = scope.get("extensions") or {}
    proof = headers.get(b"dpop", b"").decode("latin-1")
    if proof:
        scope["state"]["headers"].append((b"dpop-nonce", doorman.nonce(_now()).encode()))
    return Presented(
        scope["method"],
        f"{site}{scope['path']}",
        headers.get(b"authorization", b"").decode("latin-1"),
        proof,
        _session(headers.get(b"cookie", b"").decode("latin-1")),
        extensions.get(CERTIFICATE) or (terminator.certificate(scope, _now()) if CLIENT_CERT in headers else b""),
    )


def _session(cookies: str) -> str:
    """The value of the cookie of sessions."""
    for each in cookies.split(";"):
        name, _, value = each.strip().partition("=")
        if name == COOKIE:
            return value
    return ""


def _practice_of(desks: Desks) -> PracticeOf:
    def practice_of(actor: Actor, number: str) -> int | Reason:
        if not number:
            return actor.practice or NO_PRACTICE
        practices = desks.practices
        row = int(practices.rows(np.array([number.encode()], "S9"))[0])
        found = int(practices.practice[row]) if row >= 0 else 0
        return found if found and (found == actor.practice or found in actor.practices) else NO_PRACTICE

    return practice_of


def _readiness(database: Database) -> Ready:
    async def ready() -> Mapping[str, bool]:
        try:
            async with database.session(Role.OFFICE) as connection:
                return {"database": await connection.fetchval("select 1") == 1}
        except Unavailable:
            return {"database": False}

    return ready


def _now() -> datetime:
    return datetime.now(UTC)
