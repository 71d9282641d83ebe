"""POST /oauth/token (RFC 6749, 4.4: client_credentials only) and the keys that tokens are verified with.

A refusal is the one error object with the member `error` of RFC 6749 beside it.
"""

from typing import Annotated
from urllib.parse import parse_qsl

import msgspec
from msgspec import Meta, Struct
from starlette.types import Receive, Scope

from cloison.errors import Misuse, Reason
from cloison.gateways.http import body
from cloison.gateways.http.negotiation import header, media_type
from cloison.gateways.http.reasons import MALFORMED, UNSUPPORTED_MEDIA_TYPE
from cloison.gateways.http.rim import OK_JSON, Endpoint, Sent
from cloison.gateways.http.service import Services
from cloison.identity.tokens import ASSERTION_TYPE

TOKEN, KEYS, METADATA = "/oauth/token", "/.well-known/jwks.json", "/.well-known/oauth-authorization-server"
FORM = "application/x-www-form-urlencoded"
FORM_BYTES_MAX = 16 * 1024
FIELDS_MAX = 16


class TokenForm(Struct, frozen=True, omit_defaults=True):
    """What a client posts. Without an assertion, its certificate says who it is."""

    grant_type: Annotated[str, Meta(description="client_credentials")]
    client_id: Annotated[str, Meta(description="needed without an assertion")] = ""
    client_assertion_type: Annotated[str, Meta(description=ASSERTION_TYPE)] = ""
    client_assertion: Annotated[str, Meta(description="a JWT signed with a registered key")] = ""
    scope: Annotated[str, Meta(description="fewer than the contract gives; separated by spaces")] = ""


class Token(Struct, frozen=True):
    """An access token, of use only with the certificate or key that it is bound to."""

    access_token: str
    token_type: str
    expires_in: int
    scope: str

    def __repr__(self) -> str:
        return "Token()"


class KeySet(Struct, frozen=True):
    """JWKS (RFC 7517): public keys only."""

    keys: list[dict[str, str]]


class Metadata(Struct, frozen=True):
    """RFC 8414: where tokens come from, and how clients show who they are."""

    issuer: str
    token_endpoint: str
    jwks_uri: str
    grant_types_supported: tuple[str, ...] = ("client_credentials",)
    response_types_supported: tuple[str, ...] = ()
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("private_key_jwt", "tls_client_auth")
    token_endpoint_auth_signing_alg_values_supported: tuple[str, ...] = ("ES256",)
    dpop_signing_alg_values_supported: tuple[str, ...] = ("ES256",)
    tls_client_certificate_bound_access_tokens: bool = True


def token_endpoint(services: Services) -> Endpoint:
    """What gives tokens."""

    async def answer(scope: Scope, receive: Receive) -> Sent:
        if media_type(header(scope["headers"], b"content-type")) != FORM:
            raise Misuse(UNSUPPORTED_MEDIA_TYPE, cause=FORM)
        granted = await services.token(scope, _form(await body.read(scope, receive, FORM_BYTES_MAX)))
        if isinstance(granted, Reason):
            raise Misuse(granted)
        given = Token(granted.access_token, granted.token_type, granted.expires_in, granted.scope)
        return 200, OK_JSON, msgspec.json.encode(given)

    return answer


def keys_endpoint(services: Services) -> Endpoint:
    """The public keys of now."""

    async def answer(_scope: Scope, _receive: Receive) -> Sent:
        return 200, OK_JSON, msgspec.json.encode(services.keys())

    return answer


def metadata_endpoint(services: Services) -> Endpoint:
    """What a client that knows only our address reads first."""
    site = services.site
    whole = msgspec.json.encode(Metadata(site, site + TOKEN, site + KEYS))

    async def answer(_scope: Scope, _receive: Receive) -> Sent:
        return 200, OK_JSON, whole

    return answer


def _form(content: bytes) -> dict[str, str]:
    """The fields of a form; a field given twice could be read in two ways, so it is refused."""
    try:
        pairs = parse_qsl(
            content.decode("ascii"), strict_parsing=True, max_num_fields=FIELDS_MAX, keep_blank_values=True
        )
    except (ValueError, UnicodeDecodeError):
        raise Misuse(MALFORMED, cause="this is not a form") from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise Misuse(MALFORMED, cause="a field is given twice")
    return fields
