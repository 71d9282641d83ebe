"""A proof of possession fits one request, is fresh, and is told apart from every other."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.unit.paper_tokens import NOW, new_key, proof

from cloison.errors import Reason
from cloison.identity import compact, dpop, replays
from cloison.identity.reasons import NONCE_NEEDED, PROOF_INVALID, PROOF_MISSING, PROOF_STALE

URL = "https://cloison.example/fhir/Claim"
KEY = new_key()
OTHER = new_key()
PRIVATE, ANOTHER = KEY.as_dict(private=True), OTHER.as_dict(private=False)
TOKEN = "a-token"
NONCES = dpop.Nonces(b"old" * 8, b"new" * 8)


def check(written: str, **more: object) -> dpop.Proof | Reason:
    asked = {"method": "POST", "url": URL, "bound": TOKEN, "now": NOW, "keys": dpop.Keys(), **more}
    return dpop.check(written, **asked)  # pyright: ignore[reportArgumentType]


def test_the_proof_of_the_rfc_is_recognised():
    """RFC 9449 7.1: a proof for a protected resource, its key and its access token."""
    written = (
        "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJo"
        "RjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJq"
        "dGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWRyZXNvdX"
        "JjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRqzhrt"
        "NP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA"
    )
    token = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU"
    at = datetime.fromtimestamp(1562262618, UTC)
    found = dpop.check(written, "GET", "https://resource.example.org/protectedresource", token, at, dpop.Keys())
    assert isinstance(found, dpop.Proof)
    assert compact.encode(found.key_thumbprint) == "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"


@pytest.mark.parametrize(
    ("what", "written", "reason"),
    [
        ("none at all", "", PROOF_MISSING),
        ("not a token", "x.y.z", PROOF_INVALID),
        ("another type", proof(KEY, "POST", URL, TOKEN, header={"typ": "JWT"}), PROOF_INVALID),
        ("a private key in it", proof(KEY, "POST", URL, TOKEN, header={"jwk": PRIVATE}), PROOF_INVALID),
        ("another key in it", proof(KEY, "POST", URL, TOKEN, header={"jwk": ANOTHER}), PROOF_INVALID),
        ("no key in it", proof(KEY, "POST", URL, TOKEN, header={"jwk": None}), PROOF_INVALID),
        ("another method", proof(KEY, "GET", URL, TOKEN), PROOF_INVALID),
        ("another address", proof(KEY, "POST", URL + "/1", TOKEN), PROOF_INVALID),
        ("another host", proof(KEY, "POST", URL.replace("cloison.", "evil."), TOKEN), PROOF_INVALID),
        ("plain http", proof(KEY, "POST", URL.replace("https", "http"), TOKEN), PROOF_INVALID),
        ("a name in the address", proof(KEY, "POST", URL.replace("//", "//cloison.example@"), TOKEN), PROOF_INVALID),
        ("another token", proof(KEY, "POST", URL, "another"), PROOF_INVALID),
        ("no token", proof(KEY, "POST", URL), PROOF_INVALID),
        ("no identifier", proof(KEY, "POST", URL, TOKEN, jti=None), PROOF_INVALID),
        ("a short identifier", proof(KEY, "POST", URL, TOKEN, jti="1"), PROOF_INVALID),
        ("a huge identifier", proof(KEY, "POST", URL, TOKEN, jti="1" * 200), PROOF_INVALID),
        ("a minute late", proof(KEY, "POST", URL, TOKEN, now=NOW - timedelta(seconds=61)), PROOF_STALE),
        ("a minute early", proof(KEY, "POST", URL, TOKEN, now=NOW + timedelta(seconds=61)), PROOF_STALE),
        ("no time", proof(KEY, "POST", URL, TOKEN, iat=None), PROOF_STALE),
        ("a time in words", proof(KEY, "POST", URL, TOKEN, iat="now"), PROOF_STALE),
    ],
)  # fmt: skip
def test_a_proof_that_does_not_fit_is_refused(what: str, written: str, reason: Reason):
    assert check(written) is reason, what


def test_a_proof_within_a_minute_and_with_a_query_fits():
    for seconds in (-60, 0, 60):
        written = proof(KEY, "POST", URL, TOKEN, now=NOW + timedelta(seconds=seconds))
        assert isinstance(check(written), dpop.Proof)
    assert isinstance(check(proof(KEY, "POST", URL, TOKEN), url=URL + "?a=1"), dpop.Proof)
    assert isinstance(check(proof(KEY, "POST", "HTTPS://Cloison.Example:443/fhir/Claim", TOKEN)), dpop.Proof)


def test_a_proof_by_another_key_than_the_bound_one_is_refused():
    assert check(proof(OTHER, "POST", URL, TOKEN), key_thumbprint=compact.thumbprint(KEY)) is PROOF_INVALID
    assert isinstance(check(proof(KEY, "POST", URL, TOKEN), key_thumbprint=compact.thumbprint(KEY)), dpop.Proof)


def test_a_nonce_is_ours_recent_and_good_under_an_older_secret():
    assert check(proof(KEY, "POST", URL, TOKEN), nonces=NONCES) is NONCE_NEEDED
    for nonce, good in (
        (NONCES.at(NOW), True),
        (dpop.Nonces(b"old" * 8).at(NOW), True),
        (dpop.Nonces(b"foe" * 8).at(NOW), False),
        (NONCES.at(NOW - timedelta(minutes=7)), False),
        (NONCES.at(NOW + timedelta(minutes=7)), False),
        ("%", False),
        ("", False),
    ):
        found = check(proof(KEY, "POST", URL, TOKEN, nonce=nonce), nonces=NONCES)
        assert isinstance(found, dpop.Proof) if good else found is NONCE_NEEDED


async def test_a_used_proof_is_refused_until_it_is_too_old_anyhow():
    window, seen = replays.Remembered(), proof(KEY, "POST", URL, TOKEN)
    found = check(seen)
    assert isinstance(found, dpop.Proof)
    assert await window.first(found.replay, found.until, NOW)
    assert not await window.first(found.replay, found.until, NOW + timedelta(seconds=119))
    assert found.until - NOW >= timedelta(seconds=120), "a proof dated a minute ahead lives two"
    later = NOW + timedelta(minutes=5)
    assert await window.first(b"another", later, later)
    assert len(window._until) == 1, "what is too old is forgotten"
