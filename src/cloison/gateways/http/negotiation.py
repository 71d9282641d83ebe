"""Which format and which language a caller reads (RFC 9110, section 12), and which format it sent."""

from collections.abc import Sequence
from functools import lru_cache

LANGUAGES = ("fr", "en")
JSON = "application/json"
Headers = Sequence[tuple[bytes, bytes]]


def header(headers: Headers, name: bytes) -> str:
    """One header of the scope of a request; `name` in lower case. Empty when it is not there."""
    for key, value in headers:
        if key == name:
            return value.decode("latin-1")
    return ""


@lru_cache(maxsize=1024)
def preferred(accept: str, offered: tuple[str, ...]) -> str | None:
    """The format offered that the Accept header prefers, the first one when it does not say; None: none of them."""
    best, best_quality = None, 0.0
    for kind in offered:
        quality = _quality(accept, kind) if accept.strip() else 1.0
        if quality > best_quality:
            best, best_quality = kind, quality
    return best


@lru_cache(maxsize=1024)
def language(accept_language: str) -> str:
    """fr or en, as the caller prefers; French when it does not say."""
    best, best_quality = LANGUAGES[0], 0.0
    for part in accept_language.split(","):
        tag, quality = _weighted(part)
        name = tag.split("-")[0]
        if name in LANGUAGES and quality > best_quality:
            best, best_quality = name, quality
    return best


@lru_cache(maxsize=1024)
def media_type(content_type: str) -> str:
    """The type of a Content-Type header, without its parameters."""
    return content_type.partition(";")[0].strip().lower()


def _quality(accept: str, kind: str) -> float:
    """How much a caller wants one format: what is most specific counts."""
    main = kind.partition("/")[0]
    ranks = {"*/*": 0, f"{main}/*": 1, kind: 2}
    found = [(ranks[name], quality) for name, quality in map(_weighted, accept.split(",")) if name in ranks]
    return max(found)[1] if found else 0.0


def _weighted(part: str) -> tuple[str, float]:
    name, *parameters = (each.strip().lower() for each in part.split(";"))
    for each in parameters:
        if each.startswith("q="):
            try:
                return name, min(1.0, max(0.0, float(each[2:])))
            except ValueError:
                return name, 0.0
    return name, 1.0
