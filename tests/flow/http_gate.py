"""The HTTP gates over a tiny insured world, called without a network; callers are known by the word they present."""

import io
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
from starlette.applications import Starlette
from tests.flow.day import Day, Person
from tests.flow.http_whole import Whole, served

from cloison.disclosure import Channel
from cloison.errors import Reason
from cloison.identity import Actor, ActorKind, Means
from cloison.identity.authenticate import Presented
from cloison.identity.permissions import Permission
from cloison.identity.reasons import CLIENT_REFUSED, NOTHING_PRESENTED, TOKEN_INVALID
from cloison.identity.tokens import Granted
from cloison.ops.app import Parts, build
from cloison.ops.batcher import POLICIES, Policy
from cloison.ops.config import Settings
from cloison.ops.house import House
from cloison.storage.keys import KeyProvider
from cloison.storage.spool import Spool
from cloison.storage.vault import Vault

SITE = "http://127.0.0.1:8340"


@dataclass
class Badges:
    """Who presents which word is which actor; `seen` keeps what was presented."""

    actors: dict[str, Actor] = field(default_factory=dict)
    seen: list[Presented] = field(default_factory=list)

    async def authenticate(self, request: Presented, now: datetime) -> Actor | Reason:
        self.seen.append(request)
        if not request.authorization:
            return NOTHING_PRESENTED
        return self.actors.get(request.authorization.removeprefix("Bearer "), TOKEN_INVALID)

    async def token(self, form: Mapping[str, str], request: Presented, now: datetime) -> Granted | Reason:
        if form.get("client_id") != "pharmacy":
            return CLIENT_REFUSED
        return Granted("a.b.c", "Bearer", 300, form.get("scope", ""))

    def nonce(self, now: datetime) -> str:
        return "nonce-of-now"

    def published_keys(self) -> dict[str, object]:
        return {"keys": []}


@dataclass
class Opened:
    """The gates, open."""

    app: Starlette
    parts: Parts
    client: httpx.AsyncClient
    badges: Badges
    log: io.BytesIO

    def admit(self, word: str, actor: Actor) -> dict[str, str]:
        """The header under which an actor comes from now on."""
        self.badges.actors[word] = actor
        return {"authorization": f"Bearer {word}"}

    def lines(self) -> list[dict[str, Any]]:
        """The log so far."""
        self.parts.log.flush()
        return [json.loads(line) for line in self.log.getvalue().splitlines()]


def machine(practice: int, **changes: Any) -> Actor:
    """The software of a practice, known by its certificate."""
    actor = Actor(
        account=1,
        kind=ActorKind.MACHINE,
        channel=Channel.API,
        means=Means.CERTIFICATE,
        organisation=7,
        practice=practice,
        practices=frozenset({practice}),
        scopes=frozenset(map(str, Permission)),
    )
    return replace(actor, **changes)


def house_of(day: Day, keys: KeyProvider, home: Path) -> House:
    """The house of a tiny world."""
    vault, spool = Vault(keys, day.index), Spool(home / "spool", keys)
    return House(Settings(home=home), day.database.address, keys, day.index, vault, spool)


@asynccontextmanager
async def gates(
    day: Day, keys: KeyProvider, home: Path, policy: Policy = POLICIES["postgresql"]
) -> AsyncGenerator[Opened]:
    """The application as `cloison serve` builds it."""
    badges, log = Badges(), io.BytesIO()
    async with Parts.opened(house_of(day, keys, home), day.database, badges, SITE, log, policy) as parts:
        app = build(parts)
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=SITE) as client:
            yield Opened(app, parts, client, badges, log)


def question(person: Person, **changes: Any) -> dict[str, Any]:
    """A question by card, as JSON."""
    asked = {
        "amc": person.amc,
        "adherent": person.adherent,
        "birth_date": person.birth,
        "birth_rank": int(person.rank),
        "care_date": "2026-11-20",
        "domain": "MED",
        "proof": "card",
    }
    return {name: value for name, value in (asked | changes).items() if value is not None}


MESSAGES, WHOLE = "in messages", "whole"


@asynccontextmanager
async def over(path: str, opened: Opened) -> AsyncGenerator[Opened]:
    """The same gates, called in the messages of ASGI, or over a socket where the hottest routes need none."""
    if path == MESSAGES:
        yield opened
        return
    async with (
        served(opened.app) as port,
        httpx.AsyncClient(transport=Whole(port), base_url=SITE) as client,
    ):
        yield replace(opened, client=client)
