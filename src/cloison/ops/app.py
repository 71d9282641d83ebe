"""Every HTTP gate in one application, and what it stands on.

`Parts` opens what serving needs for as long as a server runs; `build` composes the gates over it. A gate exports
`routes(services) -> list[Route]`; here its services are made,
its public paths declared, and its way to write a problem.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from time import perf_counter
from typing import BinaryIO, Protocol

import numpy as np
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from cloison import __version__
from cloison.errors import Misuse, Reason, Unavailable
from cloison.gateways.http import catalogue_pages, eligibility, house_pages
from cloison.gateways.http.negotiation import header
from cloison.gateways.http.protocol import CERTIFICATE
from cloison.gateways.http.reasons import BY_STATUS, MALFORMED, NO_PRACTICE
from cloison.gateways.http.rim import Authenticate, Rim, Surroundings
from cloison.gateways.http.routes import routes
from cloison.gateways.http.service import PracticeOf, Ready, Services
from cloison.identity import Actor, Practices
from cloison.identity.authenticate import Presented
from cloison.ops.access_log import AccessLog
from cloison.ops.batcher import POLICIES, Policy
from cloison.ops.catalogue import PARTS
from cloison.ops.desks import Desks
from cloison.ops.house import House
from cloison.storage.database import Database
from cloison.storage.roles import Role

PUBLIC = frozenset({house_pages.HEALTH, house_pages.READY, house_pages.VERSION, "/errors", "/openapi.json"})
PUBLIC_UNDER = ("/errors/",)
COOKIE = "__Host-session"


class Doorman(Protocol):
    """Who says who makes a request: `identity.authenticate.Gate`."""

    async def authenticate(self, request: Presented, now: datetime) -> Actor | Reason:
        """The maker of this request, or why it is nobody."""
        ...


@dataclass(frozen=True, slots=True)
class Parts:
    """What the gates of one process stand on, open."""

    house: House
    database: Database
    doorman: Doorman
    desks: Desks
    practices: Practices
    log: AccessLog
    site: str

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
    ) -> AsyncGenerator["Parts"]:
        """Open the parts, keep them fresh, and close them: what waits is answered, settled and written."""
        desks = Desks(house, database, policy)
        await desks.open()
        practices = await Practices.read(database, Role.OFFICE)
        parts = cls(house, database, doorman, desks, practices, AccessLog(log, _now), site)
        keepers = [asyncio.create_task(each) for each in (desks.keep(), parts.log.keep())]
        try:
            yield parts
        finally:
            for keeper in keepers:
                keeper.cancel()
                with suppress(asyncio.CancelledError):
                    await keeper
            await desks.close()
            parts.log.flush()


def build(parts: Parts) -> Starlette:
    """The application."""
    services = Services(
        ask=parts.desks.ask,
        practice_of=_practice_of(parts.practices),
        ready=_readiness(parts.database),
        version=__version__,
        site=parts.site,
    )
    around = Surroundings(
        authenticate=_authenticate(parts.doorman, parts.site),
        log=parts.log,
        clock=perf_counter,
        site=parts.site,
        public=PUBLIC,
        public_under=PUBLIC_UNDER,
        express={("POST", eligibility.PATH): eligibility.endpoint(services)},
    )
    return Starlette(
        routes=[*routes(services), *catalogue_pages.routes(PARTS, parts.site)],
        middleware=[Middleware(Rim, around=around)],
        exception_handlers={HTTPException: _refused_by_router},
    )


async def _refused_by_router(request: Request, refusal: Exception) -> Response:
    """What the router itself refuses, as one of our reasons; the rim writes it."""
    assert isinstance(refusal, HTTPException)
    for name, value in (refusal.headers or {}).items():
        request.state.headers.append((name.lower().encode(), value.encode()))
    raise Misuse(BY_STATUS.get(refusal.status_code, MALFORMED))


def _authenticate(doorman: Doorman, site: str) -> Authenticate:
    async def maker(scope: Scope) -> Actor | Reason:
        headers = scope["headers"]
        extensions: Mapping[str, bytes] = scope.get("extensions") or {}
        shown = Presented(
            scope["method"],
            f"{site}{scope['path']}",
            header(headers, b"authorization"),
            header(headers, b"dpop"),
            _session(header(headers, b"cookie")),
            extensions.get(CERTIFICATE, b""),
        )
        return await doorman.authenticate(shown, _now())

    return maker


def _session(cookies: str) -> str:
    """The value of the cookie of sessions."""
    for each in cookies.split(";"):
        name, _, value = each.strip().partition("=")
        if name == COOKIE:
            return value
    return ""


def _practice_of(practices: Practices) -> PracticeOf:
    def practice_of(actor: Actor, number: str) -> int | Reason:
        if not number:
            return actor.practice or NO_PRACTICE
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
