"""The small routes of every service: is it alive, is it ready, which version is it."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from cloison.errors import Problem
from cloison.gateways.http import problems
from cloison.gateways.http.negotiation import JSON
from cloison.gateways.http.reasons import NOT_READY
from cloison.gateways.http.service import Services

HEALTH, READY, VERSION = "/healthz", "/readyz", "/version"


class Alive(msgspec.Struct, frozen=True):
    """This process answers."""

    alive: bool = True


class Readiness(msgspec.Struct, frozen=True):
    """Which parts answer."""

    ready: bool
    parts: dict[str, bool]


class Version(msgspec.Struct, frozen=True):
    """What runs."""

    name: str
    version: str


def routes(services: Services) -> list[Route]:
    """Public: they say nothing of anybody."""

    async def alive(_request: Request) -> Response:
        return Response(msgspec.json.encode(Alive()), media_type=JSON)

    async def ready(request: Request) -> Response:
        parts = dict(await services.ready())
        if all(parts.values()):
            return Response(msgspec.json.encode(Readiness(True, parts)), media_type=JSON)
        silent = ", ".join(name for name, answers in parts.items() if not answers)
        problem = Problem(NOT_READY, silent, request_id=request.state.request_id, site=services.site)
        kind, body = problems.rendered(problem)
        headers = {"retry-after": str(problem.retry_after), "content-type": kind.decode()}
        return Response(body, status_code=problem.status, headers=headers)

    async def version(_request: Request) -> Response:
        return Response(msgspec.json.encode(Version("cloison", services.version)), media_type=JSON)

    return [Route(HEALTH, alive), Route(READY, ready), Route(VERSION, version)]
