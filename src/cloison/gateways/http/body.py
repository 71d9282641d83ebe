"""The body of a request: read within its bounds, and decoded without repeating a word of it in an error."""

import re
from typing import TypeVar

import msgspec
from starlette.types import Receive, Scope

from cloison.errors import Misuse, Place
from cloison.gateways.http.negotiation import JSON, header, media_type
from cloison.gateways.http.reasons import BODY_TOO_LARGE, MALFORMED, UNSUPPORTED_MEDIA_TYPE, VALUE_WRONG

BODY_BYTES_MAX = 1 << 20
PATH = re.compile(r" - at `(?:key in )?\$\.?([a-z_0-9.\[\]]*)")
MISSING = re.compile(r"Object missing required field `([a-z_]+)`")
TOLD = re.compile(r"Expected `[^`]*`[a-z0-9 <>=]*(?:, got `[a-z|]+`)?")
"""What msgspec says that holds only words of ours: types and bounds, never a value."""
Shape = TypeVar("Shape")


class Gone(Exception):
    """The caller hung up before its request was complete: nobody is left to answer."""


async def read(scope: Scope, receive: Receive, most: int = BODY_BYTES_MAX) -> bytes:
    """The whole body. Raises Misuse when it is larger than `most`."""
    announced = header(scope["headers"], b"content-length")
    if announced.isdigit() and int(announced) > most:
        raise Misuse(BODY_TOO_LARGE, cause=f"{most} bytes at most")
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body", False):
        whole: bytes = message.get("body", b"")
        if len(whole) > most:
            raise Misuse(BODY_TOO_LARGE, cause=f"{most} bytes at most")
        return whole
    parts: list[bytes] = []
    size = 0
    while message["type"] == "http.request":
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > most:
            raise Misuse(BODY_TOO_LARGE, cause=f"{most} bytes at most")
        if not message.get("more_body", False):
            return b"".join(parts)
        message = await receive()
    raise Gone


def require_json(scope: Scope) -> None:
    """Raises Misuse when the body says that it is something else. `application/json` with any parameter will do."""
    if media_type(header(scope["headers"], b"content-type")) != JSON:
        raise Misuse(UNSUPPORTED_MEDIA_TYPE, cause=JSON)


def decoded(decoder: "msgspec.json.Decoder[Shape]", body: bytes) -> Shape:
    """The value in a body. Raises Misuse that names the field and the rule, never the value."""
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as wrong:
        words = str(wrong)
        missing, where, told = MISSING.match(words), PATH.search(words), TOLD.match(words)
        field = ".".join(filter(None, [where[1] if where else "", missing[1] if missing else ""]))
        cause = "missing" if missing else told[0].replace("`", "") if told else ""
        raise Misuse(VALUE_WRONG, cause=cause, place=Place("body", 0, field)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Misuse(MALFORMED, cause="this is not JSON") from None
