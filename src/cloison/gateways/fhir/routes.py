"""FHIR over HTTP: one endpoint under the base, which makes a call of a request and a response of an answer."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from cloison.errors import Misuse
from cloison.gateways.fhir.interaction import CONTENT_TYPE, Answer, Call
from cloison.gateways.fhir.rest_reasons import NOT_ACCEPTABLE, UNSUPPORTED_MEDIA_TYPE
from cloison.identity import Actor, ActorKind, Channel, Means

BASE = "/fhir"
JSON_TYPES = frozenset({"application/fhir+json", "application/json", "text/json", "json"})
FORM = "application/x-www-form-urlencoded"
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"]
PUBLIC = Actor(0, ActorKind.MACHINE, Channel.API, Means.CERTIFICATE)
"""Who asks for what everybody may read: nobody. It holds no scope, so nothing else is done for it."""
Do = Callable[[Call], Awaitable[Answer]]


def routes(do: Do, site: str, clock: Callable[[], datetime]) -> list[Route]:
    """The routes of the gate, with and without a slash after the base."""

    async def interact(request: Request) -> Response:
        require_acceptable(request)
        body = await request.body()
        if body:
            require_readable(request)
        call = Call(
            method="GET" if request.method == "HEAD" else request.method,
            path=request.path_params.get("path", "").strip("/"),
            actor=request.state.actor or PUBLIC,
            base=f"{site}{BASE}",
            now=clock(),
            parameters=tuple(request.query_params.multi_items()),
            headers={name.lower(): value for name, value in request.headers.items()},
            body=body,
            request_id=request.state.request_id,
            language=language_of(request),
        )
        answer = await do(call)
        headers = dict(answer.headers())
        if not answer.body:
            return Response(status_code=answer.status, headers=headers)
        return Response(answer.body, answer.status, headers, CONTENT_TYPE)

    return [Route(BASE, interact, methods=METHODS), Route(f"{BASE}/{{path:path}}", interact, methods=METHODS)]


def require_acceptable(request: Request) -> None:
    """Raises Misuse when the caller reads no JSON. `_format` counts more than the header."""
    wanted = request.query_params.get("_format")
    accepted = [wanted] if wanted else request.headers.get("accept", "*/*").split(",")
    for each in accepted:
        kind, *parameters = (part.strip().lower() for part in each.replace(" ", "+").split(";"))
        if kind.strip("+") in JSON_TYPES | {"*/*", "application/*", ""} and "q=0" not in parameters:
            return
    raise Misuse(NOT_ACCEPTABLE)


def require_readable(request: Request) -> None:
    """Raises Misuse when the body is neither JSON nor the form of a search."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    form = request.url.path.endswith("/_search")
    if kind not in JSON_TYPES and not (form and kind == FORM):
        raise Misuse(UNSUPPORTED_MEDIA_TYPE)


def language_of(request: Request) -> str:
    """English when it is preferred to French, else French."""
    accepted = request.headers.get("accept-language", "").lower()
    return next((part.strip()[:2] for part in accepted.split(",") if part.strip()[:2] in ("fr", "en")), "fr")
