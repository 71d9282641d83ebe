"""Signed tokens are read strictly: one spelling, the algorithms of the house, keys that are public and strong."""

import base64
import hmac

import pytest
from joserfc.jwk import ECKey, RSAKey
from tests.unit.paper_tokens import new_key

from cloison.identity import compact

KEY = new_key()
TOKEN = compact.sign({"alg": "ES256"}, {"sub": "x"}, KEY)


def test_a_token_is_read_and_its_signature_holds():
    token = compact.read(TOKEN)
    assert token is not None
    assert token.claims == {"sub": "x"}
    assert compact.signed_by(token, KEY)
    assert not compact.signed_by(token, new_key())


def test_a_second_spelling_of_the_same_signature_is_no_token():
    """The last character of 64 bytes carries four bits that mean nothing: joserfc takes all sixteen spellings."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    last = alphabet.index(TOKEN[-1])
    spellings = {TOKEN[:-1] + alphabet[last & 0b110000 | stray] for stray in range(16)}
    assert [spelling for spelling in spellings if compact.read(spelling)] == [TOKEN]


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "a.b",
        "a.b.c.d",
        TOKEN + "=",
        TOKEN + "\n",
        " " + TOKEN,
        TOKEN + "+",
        "é.é.é",
        TOKEN + ".",
        "..",
        "A" * 20_000,
    ],
)
def test_what_is_not_written_as_a_token_is_none(wrong: str):
    assert compact.read(wrong) is None


def test_a_header_that_asks_to_be_understood_otherwise_is_refused():
    for more in ({"crit": ["exp"]}, {"b64": False}):
        assert compact.read(compact.sign({"alg": "ES256", **more}, {}, KEY)) is None


def test_no_algorithm_and_shared_secrets_are_not_algorithms():
    public = base64.urlsafe_b64encode(KEY.as_pem(private=False)).decode().rstrip("=")
    head = compact.encode(b'{"alg":"HS256"}')
    tail = compact.encode(hmac.digest(KEY.as_pem(private=False), f"{head}.e30".encode(), "sha256"))
    confused = compact.read(f"{head}.e30.{tail}")
    unsigned = compact.encode(b'{"alg":"none"}')
    nothing = compact.read(f"{unsigned}.e30.")
    assert confused is not None
    assert nothing is not None
    assert not compact.signed_by(confused, KEY)
    assert not compact.signed_by(nothing, KEY)
    assert compact.public_key({"kty": "oct", "k": public}) is None


def test_an_algorithm_goes_with_its_own_curve():
    large = ECKey.generate_key("P-384", private=True)
    token = compact.read(compact.sign({"alg": "ES384"}, {}, large))
    assert token is not None
    assert compact.signed_by(token, large)
    assert not compact.signed_by(token, KEY)
    assert not compact.signed_by(token, large, ("ES256",))


def test_a_key_is_public_strong_and_of_a_known_kind():
    known = KEY.as_dict(private=False)
    assert compact.public_key(known) is not None
    assert compact.public_key(RSAKey.generate_key(2048).as_dict(private=False)) is not None
    refused = (
        KEY.as_dict(private=True),
        {"kty": "RSA", "e": "AQAB", "n": compact.encode(b"\x99" * 128)},
        ECKey.generate_key("P-521").as_dict(private=False),
        ECKey.generate_key("secp256k1").as_dict(private=False),
        {**known, "x": known["y"]},
        {**known, "x": 7},
        {"kty": "EC"},
        None,
        "P-256",
    )
    assert [each for each in refused if compact.public_key(each) is not None] == []


def test_a_thumbprint_is_that_of_rfc_7638():
    """The example of RFC 7638 3.1."""
    modulus = (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3ok"
        "njhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu"
        "6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8aw"
        "apJzKnqDKgw"
    )
    key = compact.public_key({"kty": "RSA", "n": modulus, "e": "AQAB", "alg": "RS256", "kid": "2011-04-29"})
    assert key is not None
    assert compact.encode(compact.thumbprint(key)) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


def test_a_date_is_a_number_of_this_world():
    assert compact.instant({"exp": 1e9}, "exp") == 1e9
    for wrong in (True, "1", -1, 0, 1e30, None, float("nan"), float("inf")):
        assert compact.instant({"exp": wrong}, "exp") is None
