"""The one error object as application/problem+json (RFC 9457), and the headers that go with it.

type, instance        the page of the code; the number of this request
status, title, detail as RFC 9457 has them; title and detail in the language that the caller prefers
code, message, cause, action, actor, retry, doc_url, request_id, place
                      the members of `errors.Problem`; message and action in both languages
    error                 the word of RFC 6749, 6750 or 9449, where they have one
"""

from collections.abc import Callable
from typing import Any, TypeAlias

import msgspec

from cloison.errors import Problem, Text
from cloison.gateways.http.negotiation import Headers
from cloison.identity.tokens import OAUTH_ERRORS

PROBLEM_JSON = b"application/problem+json"
Rendered: TypeAlias = tuple[bytes, bytes]
"""A content type and a body."""
Renderer: TypeAlias = Callable[[Problem, str], Rendered]
"""How a gate writes a problem, in a language."""


class Words(msgspec.Struct, frozen=True):
    """A text in both languages."""

    fr: str
    en: str


class Where(msgspec.Struct, frozen=True, omit_defaults=True):
    """The field, and the line of a file, that is wrong."""

    field: str = ""
    line: int = 0


class ProblemBody(msgspec.Struct, frozen=True, omit_defaults=True):
    """What could not be done, why, and what to do about it."""

    type: str
    status: int
    title: str
    code: str
    message: Words
    action: Words
    actor: str
    retry: str
    doc_url: str
    detail: str = ""
    cause: str = ""
    place: Where | None = None
    instance: str = ""
    request_id: str = ""
    error: str = ""


_encoder = msgspec.json.Encoder()


def body_of(problem: Problem, language: str = "fr") -> ProblemBody:
    """The members of a problem."""
    title: str = getattr(problem.message, language)
    action: str = getattr(problem.action, language)
    place = Where(problem.place.field, problem.place.line) if problem.place else None
    return ProblemBody(
        type=problem.doc_url,
        status=problem.status,
        title=title,
        detail=" ".join(filter(None, [problem.cause and f"{problem.cause}.", action])),
        code=problem.code,
        message=_words(problem.message),
        cause=problem.cause,
        place=place,
        action=_words(problem.action),
        actor=problem.actor.value,
        retry=problem.retry.value,
        doc_url=problem.doc_url,
        instance=f"urn:cloison:request:{problem.request_id}" if problem.request_id else "",
        request_id=problem.request_id,
        error=OAUTH_ERRORS.get(problem.reason, ""),
    )


def rendered(problem: Problem, language: str = "fr") -> Rendered:
    """A problem as it is sent."""
    return PROBLEM_JSON, _encoder.encode(body_of(problem, language))


def headers_of(problem: Problem, language: str) -> Headers:
    """The headers that the status of a problem asks for."""
    found = [(b"content-language", language.encode())]
    if problem.retry_after is not None:
        found.append((b"retry-after", str(problem.retry_after).encode()))
    if problem.status in (400, 408, 413, 431):  # what is left of the request is not read
        found.append((b"connection", b"close"))
    if problem.status == 401:
        word = OAUTH_ERRORS.get(problem.reason)
        error = f' error="{word}",' if word else ""
        found.append((b"www-authenticate", f'Bearer{error.rstrip(",")}, DPoP{error} algs="ES256"'.encode()))
    return found


def told(problem: Problem) -> dict[str, Any]:  # JSON
    """A problem as reports carry it."""
    return msgspec.to_builtins(body_of(problem))


def _words(text: Text) -> Words:
    return Words(text.fr, text.en)
