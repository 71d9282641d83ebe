"""The routes of this gate and their description: what it exports to ops, which puts the gates together."""

from collections.abc import Awaitable, Callable, Mapping

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from cloison.errors import Catalogue
from cloison.gateways.http import catalogue_pages, eligibility, files, house_pages, oauth, openapi, papers, webhooks
from cloison.gateways.http.negotiation import JSON
from cloison.gateways.http.openapi import Operation, Parameter
from cloison.gateways.http.rim import Endpoint
from cloison.gateways.http.service import Services

OPENAPI = "/openapi.json"
PUBLIC = frozenset(
    {house_pages.HEALTH, house_pages.READY, house_pages.VERSION, catalogue_pages.ERRORS, OPENAPI}
    | {oauth.TOKEN, oauth.KEYS, oauth.METADATA, webhooks.KEY}
)
"""Paths that need no maker: they say nothing of anybody, or are where makers come from."""
PUBLIC_UNDER = (f"{catalogue_pages.ERRORS}/",)
OPERATIONS = (
    Operation(
        "POST",
        eligibility.PATH,
        "Is this person covered for this care on this day? One question, or up to 100.",
        {200: (eligibility.Answer, eligibility.Answers)},
        request=(eligibility.Question, eligibility.Questions),
        problems=(400, 413, 415, 422),
        permission="practice:eligibility:ask",
    ),
    Operation(
        "POST",
        oauth.TOKEN,
        "An access token for a machine client.",
        {200: oauth.Token},
        request=(oauth.TokenForm,),
        request_type=oauth.FORM,
        public=True,
        problems=(400, 401, 413, 415),
    ),
    Operation("GET", oauth.KEYS, "The keys that tokens are verified with.", {200: oauth.KeySet}, public=True),
    Operation("GET", oauth.METADATA, "Where tokens come from (RFC 8414).", {200: oauth.Metadata}, public=True),
    Operation("GET", house_pages.HEALTH, "Is this process alive?", {200: house_pages.Alive}, public=True),
    Operation(
        "GET",
        house_pages.READY,
        "Does what it needs answer?",
        {200: house_pages.Readiness},
        public=True,
        problems=(503,),
    ),
    Operation("GET", house_pages.VERSION, "Which version runs?", {200: house_pages.Version}, public=True),
    Operation(
        "GET",
        catalogue_pages.ERRORS,
        "Everything that can go wrong (also as pages).",
        {200: catalogue_pages.Listing},
        public=True,
        problems=(406,),
    ),
    Operation(
        "GET",
        f"{catalogue_pages.ERRORS}/{{code}}",
        "One error: what it means, who must act, and how.",
        {200: catalogue_pages.Entry},
        parameters=(Parameter("code", "path", "code of the error"),),
        public=True,
        problems=(404, 406),
    ),
    *files.OPERATIONS,
    *webhooks.OPERATIONS,
    *papers.OPERATIONS,
)


def routes(services: Services, parts: Mapping[str, Catalogue]) -> list[Route]:
    """Every route of this gate."""
    described = msgspec.json.encode(openapi.document(OPERATIONS, services.version, services.site))

    async def description(_request: Request) -> Response:
        return Response(described, media_type=JSON)

    return [
        *(Route(path, routed(endpoint), methods=[method]) for (method, path), endpoint in express(services).items()),
        *house_pages.routes(services),
        *catalogue_pages.routes(parts, services.site),
        Route(OPENAPI, description),
    ]


def express(services: Services) -> dict[tuple[str, str], Endpoint]:
    """The routes that the rim finds by itself, by method and path."""
    return {
        ("POST", eligibility.PATH): eligibility.endpoint(services),
        ("POST", oauth.TOKEN): oauth.token_endpoint(services),
        ("GET", oauth.KEYS): oauth.keys_endpoint(services),
        ("GET", oauth.METADATA): oauth.metadata_endpoint(services),
    }


def routed(endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    """An express endpoint as the router takes it: HEAD, and 405 for other methods."""

    async def answer(request: Request) -> Response:
        status, headers, body = await endpoint(request.scope, request.receive)
        return Response(body, status, {name.decode(): value.decode() for name, value in headers})

    return answer
