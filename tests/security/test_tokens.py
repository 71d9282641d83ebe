"""Tokens, proofs and certificates that are off in one way each, at a live server: refused for the reason that it is."""

import base64
import hmac
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import httpx
import pytest
from tests.flow.day import Day, Guarantee, Person
from tests.flow.http_gate import question
from tests.security.live import LEAVE_OUT, Live, live
from tests.unit.paper_tokens import assertion, new_key, proof

from cloison.identity import compact
from cloison.identity.tokens import ASSERTION_TYPE
from cloison.storage.keys import KeyProvider

PATH = "/v1/eligibility"
Make = Callable[[Live], Awaitable[str]]
NO_ALGORITHM = compact.encode(b'{"alg":"none","typ":"at+jwt"}')


def deep(name: str) -> str:
    """A header that nests thousands of lists."""
    return compact.encode(b'{"typ":"dpop+jwt","%s":%s%s}' % (name.encode(), b"[" * 5_500, b"]" * 5_500))


@pytest.fixture(scope="module")
async def anne(shared_day: Day) -> Person:
    await shared_day.insurer(guarantees=[Guarantee("MED")])
    return await shared_day.enrol()


@pytest.fixture(scope="module")
async def server(
    anne: Person, shared_day: Day, day_keys: KeyProvider, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Live]:
    async with live(shared_day, day_keys, tmp_path_factory.mktemp("home")) as opened:
        yield opened


async def asked(server: Live, anne: Person, certificate: str = "client", **headers: str) -> httpx.Response:
    async with server.client(certificate) as client:
        return await client.post(PATH, json=question(anne), headers=headers)


def code(answer: httpx.Response) -> str:
    """The code of a refusal; its shape is that of every other."""
    told: dict[str, Any] = answer.json()
    assert told["status"] == answer.status_code == 401
    assert answer.headers["www-authenticate"]
    return told["code"]


# ------------------------------------------------------------------------------------------------ access tokens


def changed(**changes: object) -> Make:
    async def make(server: Live) -> str:
        return await server.token(None, **changes)

    return make


def aged(seconds: int, **changes: object) -> Make:
    async def make(server: Live) -> str:
        return await server.token(datetime.now(UTC) + timedelta(seconds=seconds), **changes)

    return make


async def unsigned(server: Live) -> str:
    _, body, _ = (await server.token()).split(".")
    return f"{NO_ALGORITHM}.{body}."


async def unsigned_but_for_its_tail(server: Live) -> str:
    _, body, tail = (await server.token()).split(".")
    return f"{NO_ALGORITHM}.{body}.{tail}"


async def sealed_with_the_public_key(server: Live) -> str:
    """The classical confusion: the published key taken for a shared secret."""
    kid, key = server.gate._known.keys.signing(datetime.now(UTC))
    _, body, _ = (await server.token()).split(".")
    head = compact.encode(b'{"alg":"HS256","typ":"at+jwt","kid":"%s"}' % kid.encode())
    tail = hmac.digest(key.as_pem(private=False), f"{head}.{body}".encode(), "sha256")
    return f"{head}.{body}.{compact.encode(tail)}"


async def signed_by_another(server: Live) -> str:
    kid, _ = server.gate._known.keys.signing(datetime.now(UTC))
    return server.forged(new_key(), datetime.now(UTC), kid=kid)


async def signed_by_a_key_that_it_brings(server: Live) -> str:
    key = new_key()
    return server.forged(key, datetime.now(UTC), kid="mine", jwk=key.as_dict(private=False))


async def signed_by_a_key_elsewhere(server: Live) -> str:
    return server.forged(new_key(), datetime.now(UTC), kid="mine", jku="https://thief.invalid/keys")


async def one_bit_off(server: Live) -> str:
    head, body, tail = (await server.token()).split(".")
    raw = bytearray(compact.decode(body))
    raw[raw.index(b"practice:claim:read") + 10] ^= 1
    return f"{head}.{compact.encode(bytes(raw))}.{tail}"


async def nested(_server: Live) -> str:
    return f"{deep('alg')}.e30.AAAA"


TOKENS: dict[str, tuple[Make, str]] = {
    "alg none": (unsigned, "token_invalid"),
    "alg none with a signature": (unsigned_but_for_its_tail, "token_invalid"),
    "the public key as a secret": (sealed_with_the_public_key, "token_invalid"),
    "another key under our name": (signed_by_another, "token_invalid"),
    "a key of its own in the header": (signed_by_a_key_that_it_brings, "token_invalid"),
    "an address of keys in the header": (signed_by_a_key_elsewhere, "token_invalid"),
    "one bit changed": (one_bit_off, "token_invalid"),
    "nested": (nested, "token_invalid"),
    "critical extensions": (changed(crit=["exp"]), "token_invalid"),
    "another type": (changed(typ="JWT"), "token_invalid"),
    "a proof instead": (changed(typ="dpop+jwt"), "token_invalid"),
    "no type": (changed(typ=LEAVE_OUT), "token_invalid"),
    "unknown key": (changed(kid="0"), "token_invalid"),
    "no key": (changed(kid=LEAVE_OUT), "token_invalid"),
    "another issuer": (changed(iss="https://thief.invalid"), "token_invalid"),
    "no issuer": (changed(iss=LEAVE_OUT), "token_invalid"),
    "another audience": (changed(aud="https://thief.invalid"), "token_invalid"),
    "an audience besides ours": (changed(aud=["https://thief.invalid", "https://localhost"]), "token_invalid"),
    "no audience": (changed(aud=LEAVE_OUT), "token_invalid"),
    "expired": (aged(-301), "token_expired"),
    "expired a second ago": (aged(-300), "token_expired"),
    "no end": (changed(exp=LEAVE_OUT), "token_invalid"),
    "an end beyond five minutes": (aged(0, exp=int(datetime.now(UTC).timestamp()) + 86_400), "token_invalid"),
    "an end that is a text": (changed(exp="2099"), "token_invalid"),
    "an end that is true": (changed(exp=True), "token_invalid"),
    "not yet valid": (changed(nbf=int(datetime.now(UTC).timestamp()) + 3600), "token_invalid"),
    "made in the future": (aged(120), "token_invalid"),
    "no confirmation": (changed(cnf=LEAVE_OUT), "token_invalid"),
    "an empty confirmation": (changed(cnf={}), "token_invalid"),
    "a confirmation that is a text": (changed(cnf="x5t#S256"), "token_invalid"),
    "bound to another certificate": (changed(cnf={"x5t#S256": compact.encode(b"1" * 32)}), "certificate_wrong"),
    "bound to a key, with no proof": (changed(cnf={"jkt": compact.encode(b"1" * 32)}), "proof_missing"),
    "of a client that nobody knows": (changed(client_id="nobody"), "token_expired"),
}


@pytest.mark.parametrize("what", TOKENS)
async def test_a_token_that_is_off_in_one_way_is_refused(server: Live, anne: Person, what: str) -> None:
    make, expected = TOKENS[what]
    answer = await asked(server, anne, authorization=f"Bearer {await make(server)}")
    assert code(answer) == f"identity.{expected}"


async def test_the_token_from_which_they_are_made_is_good(server: Live, anne: Person) -> None:
    for seconds in (0, 30, -240):
        token = await server.token(datetime.now(UTC) + timedelta(seconds=seconds))
        answer = await asked(server, anne, authorization=f"Bearer {token}")
        assert answer.status_code == 200, answer.text


async def test_a_token_opens_no_more_than_its_scopes(server: Live, anne: Person) -> None:
    for scope in ("practice:claim:read", "", "practice:eligibility:ask2", "*"):
        answer = await asked(server, anne, authorization=f"Bearer {await server.token(scope=scope)}")
        assert (answer.status_code, answer.json()["code"]) == (403, "permission.not_given")


async def test_a_scope_that_the_contract_does_not_have_is_not_gained_by_a_token(server: Live) -> None:
    token = await server.token(scope="practice:file:read organisation:webhook:manage")
    async with server.client(authorization=f"Bearer {token}") as client:
        assert (await client.get("/v1/webhooks")).status_code == 403


# ------------------------------------------------------------------------------------------------ certificates


async def test_a_stolen_token_is_nothing_without_the_certificate_it_was_made_for(server: Live, anne: Person) -> None:
    token = await server.token()
    for certificate in ("", "thief"):
        answer = await asked(server, anne, certificate, authorization=f"Bearer {token}")
        assert code(answer) == "identity.certificate_wrong"


async def test_a_certificate_of_an_authority_that_we_do_not_know_opens_no_connection(
    server: Live, anne: Person
) -> None:
    with pytest.raises((httpx.TransportError, ssl.SSLError)):
        await asked(server, anne, "stranger", authorization=f"Bearer {await server.token()}")


async def test_a_certificate_named_in_a_header_is_not_looked_at(server: Live, anne: Person) -> None:
    """Nothing but the TLS layer says which certificate was shown, unless the operator has a relay."""
    der = ssl.PEM_cert_to_DER_cert((server.folder / "client.pem").read_text())
    told = {"client-cert": f":{base64.b64encode(der).decode()}:"}
    answer = await asked(server, anne, "", authorization=f"Bearer {await server.token()}", **told)
    assert answer.status_code in (400, 401, 403)
    answer = await asked(server, anne, "", **{"x-client-cert": told["client-cert"], "x-ssl-client-verify": "SUCCESS"})
    assert code(answer) == "identity.nothing_presented"


async def test_another_server_is_not_trusted_by_a_client_of_ours(server: Live) -> None:
    """The other way round: the server shows a certificate that a client can check."""
    with pytest.raises(httpx.ConnectError):
        async with httpx.AsyncClient(trust_env=False) as client:
            await client.get(f"{server.site}/healthz")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
async def test_old_versions_of_tls_are_not_spoken(server: Live, version: ssl.TLSVersion) -> None:
    context = server.trusting()
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        context.minimum_version = context.maximum_version = version
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.raises((httpx.ConnectError, ssl.SSLError)):
        async with httpx.AsyncClient(base_url=server.site, verify=context, trust_env=False) as client:
            await client.get("/healthz")


async def test_weak_ciphers_are_not_spoken(server: Live) -> None:
    for weak in ("AES128-SHA", "AES256-SHA", "DES-CBC3-SHA", "aNULL", "NULL", "AES256-GCM-SHA384"):
        context = server.trusting()
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        try:
            context.set_ciphers(f"{weak}:@SECLEVEL=0")
        except ssl.SSLError:  # this machine does not even know it
            continue
        with pytest.raises((httpx.ConnectError, ssl.SSLError)):
            async with httpx.AsyncClient(base_url=server.site, verify=context, trust_env=False) as client:
                await client.get("/healthz")


# ------------------------------------------------------------------------------------------------ proofs


async def bound_to_key(server: Live) -> str:
    return await server.token(cnf={"jkt": compact.encode(compact.thumbprint(server.key))})


def shown(server: Live, token: str, **changes: object) -> str:
    return server.proof("POST", PATH, token, **changes)  # pyright: ignore[reportArgumentType]  claims are what they are


PROOFS: dict[str, tuple[Callable[[Live, str], str], str]] = {
    "of another method": (lambda server, token: server.proof("GET", PATH, token), "proof_invalid"),
    "of another address": (lambda server, token: server.proof("POST", "/v1/files", token), "proof_invalid"),
    "of another token": (lambda server, _: shown(server, "another"), "proof_invalid"),
    "of no token": (lambda server, _: shown(server, ""), "proof_invalid"),
    "of a clock a minute behind": (lambda server, token: shown(server, token, seconds=-62), "proof_stale"),
    "of a clock a minute ahead": (lambda server, token: shown(server, token, seconds=62), "proof_stale"),
    "without a nonce": (lambda server, token: shown(server, token, nonce=None), "nonce_needed"),
    "with a nonce of somebody's": (lambda server, token: shown(server, token, nonce="AAAA"), "nonce_needed"),
    "without a number": (lambda server, token: shown(server, token, jti=None), "proof_invalid"),
    "with a number too short": (lambda server, token: shown(server, token, jti="1"), "proof_invalid"),
    "by another key": (
        lambda server, token: proof(
            new_key(), "POST", server.site + PATH, token, datetime.now(UTC), server.gate.nonce(datetime.now(UTC))
        ),
        "proof_invalid",
    ),
    "that is no proof": (lambda server, _: "a.b.c", "proof_invalid"),
    "that is a token": (lambda _, token: token, "proof_invalid"),
    "that is nested": (lambda _server, _: f"{deep('jwk')}.e30.AAAA", "proof_invalid"),
}  # fmt: skip


@pytest.mark.parametrize("what", PROOFS)
async def test_a_proof_that_is_off_in_one_way_is_refused(server: Live, anne: Person, what: str) -> None:
    make, expected = PROOFS[what]
    token = await bound_to_key(server)
    answer = await asked(server, anne, "", authorization=f"DPoP {token}", dpop=make(server, token))
    assert code(answer) == f"identity.{expected}"
    assert answer.headers["dpop-nonce"]


async def test_a_proof_is_good_once_and_within_a_minute(server: Live, anne: Person) -> None:
    token = await bound_to_key(server)
    for seconds in (0, -57, 57):
        right = shown(server, token, seconds=seconds)
        first = await asked(server, anne, "", authorization=f"DPoP {token}", dpop=right)
        assert first.status_code == 200, first.text
        assert (
            code(await asked(server, anne, "", authorization=f"DPoP {token}", dpop=right)) == "identity.proof_replayed"
        )


async def test_a_token_bound_to_a_key_is_not_one_that_anybody_bears(server: Live, anne: Person) -> None:
    token = await bound_to_key(server)
    for certificate in ("", "client"):
        answer = await asked(server, anne, certificate, authorization=f"Bearer {token}")
        assert code(answer) == "identity.proof_missing"


# ------------------------------------------------------------------------------------------------ the token endpoint


@pytest.mark.parametrize(
    ("certificate", "form", "expected"),
    [
        ("", {}, "identity.client_refused"),
        ("thief", {}, "identity.client_refused"),
        ("client", {"client_id": "nobody"}, "identity.client_refused"),
        ("client", {"grant_type": "password", "username": "a", "password": "b"}, "identity.grant_unsupported"),
        ("client", {"grant_type": "authorization_code", "code": "x"}, "identity.grant_unsupported"),
        ("client", {"grant_type": "refresh_token", "refresh_token": "x"}, "identity.grant_unsupported"),
        ("client", {"scope": "operator:key:operate"}, "identity.scope_refused"),
    ],
)
async def test_a_token_is_given_to_nobody_else_and_for_nothing_else(
    server: Live, certificate: str, form: dict[str, str], expected: str
) -> None:
    whole = {"grant_type": "client_credentials", "client_id": server.name} | form
    async with server.client(certificate) as client:
        answer = await client.post("/oauth/token", data=whole)
    assert answer.json()["code"] == expected
    assert "access_token" not in answer.text


async def test_a_token_that_was_given_works_and_says_for_whom(server: Live, anne: Person) -> None:
    async with server.client() as client:
        form = {"grant_type": "client_credentials", "client_id": server.name}
        granted = await client.post("/oauth/token", data=form)
        assert granted.status_code == 200, granted.text
        assert granted.headers["cache-control"] == "no-store"
        token = granted.json()["access_token"]
        answer = await client.post(PATH, json=question(anne), headers={"authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    held = compact.read(token)
    assert held is not None
    assert compact.audiences(held.claims) == (server.site,)
    assert held.claims["cnf"] == {"x5t#S256": compact.encode(server.certificate)}
    assert held.claims["exp"] - held.claims["iat"] <= 300  # pyright: ignore[reportOperatorIssue]  numbers of ours


async def test_an_assertion_is_good_once(server: Live) -> None:
    now = datetime.now(UTC)
    written = assertion(server.name, server.key, now, f"{server.site}/oauth/token")
    form = {
        "grant_type": "client_credentials", "client_assertion_type": ASSERTION_TYPE, "client_assertion": written,
    }  # fmt: skip
    async with server.client("") as client:
        answers = [
            await client.post("/oauth/token", data=form, headers={"dpop": server.proof("POST", "/oauth/token", "")})
            for _ in range(2)
        ]
    assert [answer.status_code for answer in answers] == [200, 401]
    assert answers[1].json()["code"] == "identity.assertion_replayed"


async def test_what_a_client_cannot_have_been_told_is_not_found_by_its_keys(server: Live) -> None:
    """The published keys are the public halves, and none of them is the thumbprint of a certificate."""
    async with server.client("") as client:
        published = await client.get("/.well-known/jwks.json")
    assert all(set(key) <= {"kty", "crv", "x", "y", "kid", "use", "alg"} for key in published.json()["keys"])
    assert sha256(server.certificate).hexdigest() not in published.text
