"""A client certificate told in a header counts only from where the operator said."""

import base64
import hashlib
from datetime import UTC, datetime
from typing import Any

import pytest

from cloison.errors import Misuse
from cloison.gateways.http.reasons import TERMINATOR_REFUSED
from cloison.gateways.http.terminator import Terminator, signature

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECOND = int(NOW.timestamp())
KEY = b"between us"
DER = b"a certificate"
TOLD = f":{base64.b64encode(DER).decode()}:"


def request(client: str = "127.0.0.1", path: str = "/v1/eligibility", **headers: str) -> dict[str, Any]:
    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"method": "POST", "path": path, "headers": named, "client": (client, 5000)}


def signed(second: int = SECOND, path: str = "/v1/eligibility", told: str = TOLD, key: bytes = KEY) -> str:
    return f"t={second},v1={signature(key, second, 'POST', path, told)}"


def refused(terminator: Terminator, scope: dict[str, Any]) -> bool:
    with pytest.raises(Misuse) as raised:
        terminator.certificate(scope, NOW)
    return raised.value.reason is TERMINATOR_REFUSED


def test_without_a_header_there_is_no_certificate() -> None:
    for mode in ("off", "loopback", "signed"):
        assert Terminator(mode, KEY).certificate(request(), NOW) == b""


def test_unless_it_is_configured_a_header_is_refused() -> None:
    assert refused(Terminator(), request(client_cert=TOLD))
    assert refused(Terminator("off", KEY), request(client_cert=TOLD, client_cert_signature=signed()))


def test_a_relay_on_this_machine_is_believed_and_nobody_elsewhere() -> None:
    relay = Terminator("loopback")
    assert relay.certificate(request(client_cert=TOLD), NOW) == hashlib.sha256(DER).digest()
    assert relay.certificate(request("::1", client_cert=TOLD), NOW) == hashlib.sha256(DER).digest()
    assert refused(relay, request("10.0.0.7", client_cert=TOLD))
    assert refused(relay, request("name", client_cert=TOLD))


def test_a_relay_elsewhere_is_believed_by_its_signature() -> None:
    relay = Terminator("signed", KEY)
    sound = request("10.0.0.7", client_cert=TOLD, client_cert_signature=signed())
    assert relay.certificate(sound, NOW) == hashlib.sha256(DER).digest()


@pytest.mark.parametrize(
    "mark",
    [
        "",
        "t=1,v1=0",
        signed(SECOND - 61),
        signed(SECOND + 61),
        signed(path="/v1/files"),
        signed(told=":YQ==:"),
        signed(key=b"another"),
        signed().replace(f"t={SECOND}", f"t={SECOND - 1}"),
        signed().upper(),
    ],
)
def test_a_signature_that_is_old_or_of_something_else_is_refused(mark: str) -> None:
    assert refused(Terminator("signed", KEY), request(client_cert=TOLD, client_cert_signature=mark))


@pytest.mark.parametrize("told", ["YQ==", ":!:", "::", ":YQ=", ":YQ==:, :YQ==:", ":Y:"])
def test_what_is_not_a_certificate_in_a_structured_field_is_refused(told: str) -> None:
    assert refused(Terminator("loopback"), request(client_cert=told))
