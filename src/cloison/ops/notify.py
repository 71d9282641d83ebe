"""Delivering notices: each due message is signed, sent once, and its answer noted; what fails is tried again later."""

import asyncio
from datetime import datetime

import httpx

from cloison.deliveries import Due, Notices
from cloison.gateways.http.webhooks import message
from cloison.ops.house import House
from cloison.ops.webhook_address import acceptable
from cloison.storage.database import Database
from cloison.storage.keys import KeyProvider

SIGNING_KEY = "sign/webhooks"
SECONDS = 10.0


def public_key(keys: KeyProvider) -> bytes:
    """The key that messages are verified with."""
    keys.create([SIGNING_KEY])
    return keys.public_key(SIGNING_KEY)


async def deliver(house: House, database: Database, site: str, now: datetime, client: httpx.AsyncClient) -> int:
    """Send every notice that is due; returns how many."""
    notices = Notices(database)
    due = await notices.due(now)
    if due:
        house.keys.create([SIGNING_KEY])
        await asyncio.gather(*(_attempt(house, notices, each, site, now, client) for each in due))
    return len(due)


async def _attempt(
    house: House, notices: Notices, due: Due, site: str, now: datetime, client: httpx.AsyncClient
) -> None:
    """The answer is a status; its words, and where a redirection points to, are nobody's business here."""
    if not await acceptable(due.url, development=house.settings.environment == "development"):
        await notices.attempted(due, now, 0, "address refused")
        return
    headers, content = message(due, site, now, lambda data: house.keys.sign(SIGNING_KEY, [data])[0])
    try:
        async with client.stream("POST", due.url, headers=headers, content=content) as answer:
            await notices.attempted(due, now, answer.status_code)
    except (httpx.HTTPError, OSError) as failure:
        await notices.attempted(due, now, 0, type(failure).__name__)


def new_client() -> httpx.AsyncClient:
    """What messages are sent with: no redirections, no proxies of the environment, little patience."""
    return httpx.AsyncClient(timeout=SECONDS, follow_redirects=False, trust_env=False)
