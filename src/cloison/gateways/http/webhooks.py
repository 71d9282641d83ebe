"""Signed webhooks, so that nobody polls: who is told, what a message holds, and how its reader knows that it is ours.

A message has the headers of Standard Webhooks: `webhook-id`, `webhook-timestamp`, and `webhook-signature`: "v1a," and
the Ed25519 signature of "id.timestamp.body". The public key is at /v1/webhooks/key: nothing secret is shared. A reader
refuses a message whose time is more than five minutes off its own, and an id that it has seen. The body says what
happened and where to read it, and never whom it concerns.

    POST   /v1/webhooks          tell this address from now on
    GET    /v1/webhooks          who is told
    DELETE /v1/webhooks/{id}     tell it no more
    GET    /v1/webhooks/log      each attempt, newest first
    GET    /v1/webhooks/key      the key that messages are verified with
"""

import base64
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, TypeAlias, TypeVar
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from cloison.deliveries import Due, Subscriber
from cloison.errors import Misuse, Reason
from cloison.gateways.http import body
from cloison.gateways.http.negotiation import JSON
from cloison.gateways.http.openapi import Operation, Parameter
from cloison.gateways.http.reasons import NOT_FOUND
from cloison.gateways.http.rim import actor_of
from cloison.identity import Actor

WEBHOOKS = "/v1/webhooks"
KEY = f"{WEBHOOKS}/key"
WINDOW = timedelta(minutes=5)
PREFIX = "whpk_"
Outcome = TypeVar("Outcome")


class Subscription(Struct, frozen=True, forbid_unknown_fields=True):
    """Where to tell."""

    url: Annotated[str, Meta(pattern="^https?://[!-~]{1,490}$", description="https; http on this machine in a demo")]


class Subscribed(Struct, frozen=True):
    """Who is told."""

    id: UUID
    url: str
    created_at: datetime


class SubscribedList(Struct, frozen=True):
    """Everybody who is told what happens to the files of the caller."""

    webhooks: list[Subscribed]


class DeliveryLog(Struct, frozen=True):
    """Each attempt to tell, newest first: what, to whom, and what was answered."""

    attempts: list[dict[str, Any]]  # JSON


class VerificationKey(Struct, frozen=True):
    """The public key that messages are verified with."""

    algorithm: str
    key: Annotated[str, Meta(description="whpk_ and the 32 bytes of an Ed25519 key in base64")]


class Message(Struct, frozen=True):
    """The body of a message."""

    type: str
    timestamp: datetime
    data: dict[str, str]


@dataclass(frozen=True, slots=True)
class WebhookServices:
    """What the routes of webhooks call."""

    subscribe: "Callable[[Actor, str], Awaitable[Subscriber | Reason]]"
    subscribers: "Callable[[Actor], Awaitable[Sequence[Subscriber] | Reason]]"
    unsubscribe: "Callable[[Actor, UUID], Awaitable[bool | Reason]]"
    log: "Callable[[Actor], Awaitable[Sequence[dict[str, Any]] | Reason]]"  # JSON
    public_key: Callable[[], bytes]


Sign: TypeAlias = Callable[[bytes], bytes]
"""An Ed25519 signature."""


def message(due: Due, site: str, now: datetime, sign: Sign) -> tuple[dict[str, str], bytes]:
    """Headers and body of a notice, signed at this moment."""
    content = msgspec.json.encode(Message(due.event, due.created_at, {"link": f"{site}{due.link}"}))
    number, second = f"msg_{due.notice.hex}", str(int(now.timestamp()))
    signature = base64.b64encode(sign(f"{number}.{second}.".encode() + content)).decode()
    headers = {
        "content-type": JSON,
        "user-agent": "cloison-webhook",
        "webhook-id": number,
        "webhook-timestamp": second,
        "webhook-signature": f"v1a,{signature}",
    }
    return headers, content


def genuine(headers: Mapping[str, str], content: bytes, public_key: bytes, now: datetime) -> bool:
    """What a reader does: the signature is ours, and the time is now. It also keeps the ids that it has seen."""
    number, second = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not second.isdigit() or abs(now.timestamp() - int(second)) > WINDOW.total_seconds():
        return False
    key = Ed25519PublicKey.from_public_bytes(public_key)
    for each in headers.get("webhook-signature", "").split():
        version, _, signature = each.partition(",")
        if version != "v1a":
            continue
        try:
            key.verify(base64.b64decode(signature, validate=True), f"{number}.{second}.".encode() + content)
        except (InvalidSignature, ValueError):
            continue
        return True
    return False


OPERATIONS = (
    Operation(
        "POST",
        WEBHOOKS,
        "Tell this address what happens to the caller's files.",
        {201: Subscribed},
        request=(Subscription,),
        problems=(400, 409, 415, 422),
        permission="organisation:webhook:manage",
    ),
    Operation("GET", WEBHOOKS, "Who is told.", {200: SubscribedList}, permission="organisation:webhook:manage"),
    Operation(
        "DELETE",
        f"{WEBHOOKS}/{{id}}",
        "Tell it no more.",
        {204: None},
        parameters=(Parameter("id", "path", "id of the webhook", {"type": "string", "format": "uuid"}),),
        problems=(404,),
        permission="organisation:webhook:manage",
    ),
    Operation("GET", f"{WEBHOOKS}/log", "The log of deliveries.", {200: DeliveryLog}),
    Operation("GET", KEY, "The key that messages are verified with.", {200: VerificationKey}, public=True),
)


def routes(services: WebhookServices) -> list[Route]:
    """The routes of webhooks."""
    decoder = msgspec.json.Decoder(Subscription)

    async def subscribe(request: Request) -> Response:
        body.require_json(request.scope)
        wanted = body.decoded(decoder, await request.body())
        made = allowed(await services.subscribe(actor_of(request.scope), wanted.url))
        return Response(msgspec.json.encode(told(made)), 201, media_type=JSON)

    async def listing(request: Request) -> Response:
        found = allowed(await services.subscribers(actor_of(request.scope)))
        return Response(msgspec.json.encode(SubscribedList([told(each) for each in found])), media_type=JSON)

    async def unsubscribe(request: Request) -> Response:
        if not allowed(await services.unsubscribe(actor_of(request.scope), request.path_params["id"])):
            raise Misuse(NOT_FOUND)
        return Response(status_code=204)

    async def log(request: Request) -> Response:
        attempts = allowed(await services.log(actor_of(request.scope)))
        return Response(msgspec.json.encode(DeliveryLog(list(attempts))), media_type=JSON)

    async def key(_request: Request) -> Response:
        public = PREFIX + base64.b64encode(services.public_key()).decode()
        return Response(msgspec.json.encode(VerificationKey("Ed25519", public)), media_type=JSON)

    return [
        Route(WEBHOOKS, subscribe, methods=["POST"]),
        Route(WEBHOOKS, listing, methods=["GET"]),
        Route(f"{WEBHOOKS}/log", log, methods=["GET"]),
        Route(KEY, key, methods=["GET"]),
        Route(f"{WEBHOOKS}/{{id:uuid}}", unsubscribe, methods=["DELETE"]),
    ]


def allowed(outcome: Outcome | Reason) -> Outcome:
    """What a use case gave, unless it refused."""
    if isinstance(outcome, Reason):
        raise Misuse(outcome)
    return outcome


def told(subscriber: Subscriber) -> Subscribed:
    return Subscribed(subscriber.subscriber, subscriber.url, subscriber.created_at)
