"""The routes of this gate: what it exports to ops, which puts the gates together."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from cloison.gateways.http import eligibility, house_pages
from cloison.gateways.http.rim import Endpoint
from cloison.gateways.http.service import Services


def routes(services: Services) -> list[Route]:
    """Every route of this gate that is not a file."""
    return [
        Route(eligibility.PATH, routed(eligibility.endpoint(services)), methods=["POST"]),
        *house_pages.routes(services),
    ]


def routed(endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    """An express endpoint as the router takes it: the same answers, and 405 for other methods."""

    async def answer(request: Request) -> Response:
        status, headers, body = await endpoint(request.scope, request.receive)
        return Response(body, status, {name.decode(): value.decode() for name, value in headers})

    return answer
