"""Machines at the door, on PostgreSQL: a token serves whom it was given to; everybody else meets the right reason."""

import asyncio
import hashlib
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import uuid4

import pytest
from joserfc.jwk import ECKey
from tests.unit.paper_tokens import NOW, REALM, assertion, new_key, proof

from cloison.errors import Misuse, Reason, Unavailable
from cloison.identity import Registration, clients, compact, register
from cloison.identity.actor import Actor, ActorKind, Channel, Means
from cloison.identity.authenticate import Gate, Presented
from cloison.identity.clients import Terms
from cloison.identity.reasons import (
    ASSERTION_REPLAYED,
    CERTIFICATE_WRONG,
    CLIENT_REFUSED,
    GRANT_UNSUPPORTED,
    NONCE_NEEDED,
    NOTHING_PRESENTED,
    PROOF_INVALID,
    PROOF_MISSING,
    PROOF_REPLAYED,
    PROOF_STALE,
    SCOPE_REFUSED,
    TOKEN_EXPIRED,
    TOKEN_INVALID,
)
from cloison.identity.store.machines import KeyRow
from cloison.identity.tokens import ASSERTION_TYPE, Granted
from cloison.storage.database import Address, Database
from cloison.storage.keys import KeyProvider
from cloison.storage.roles import Role

URL = f"{REALM.issuer}/fhir/CoverageEligibilityRequest"
ANOTHER = hashlib.sha256(b"of somebody else").digest()
ASK = "practice:eligibility:ask"
TERMS = Terms(
    Channel.MACHINE,
    frozenset({1}),
    frozenset({ASK, "practice:claim:submit"}),
    500,
    NOW.date() - timedelta(days=1),
    NOW.date() + timedelta(days=365),
    tenants=frozenset({3, 4}),
    purposes=frozenset({1}),
)


def certificate_row(thumbprint: bytes) -> KeyRow:
    return KeyRow("certificate", thumbprint, None, NOW - timedelta(days=1), NOW + timedelta(days=90))


@dataclass
class Door:
    """A gate on a database with one client, that has a certificate and a key."""

    gate: Gate
    database: Database
    keys: KeyProvider
    name: str
    certificate: bytes
    key: ECKey

    async def granted(self, form: dict[str, str] | None = None, **request: object) -> Granted | Reason:
        shown = replace(Presented("POST", REALM.token_endpoint), **request)
        return await self.gate.token({"grant_type": "client_credentials", **(form or {})}, shown, NOW)

    async def by_certificate(self) -> str:
        granted = await self.granted({"client_id": self.name}, certificate=self.certificate)
        assert isinstance(granted, Granted)
        assert granted.token_type == "Bearer"
        return granted.access_token

    async def by_key(self) -> str:
        form = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion(self.name, self.key)}
        shown = proof(self.key, "POST", REALM.token_endpoint, nonce=self.gate.nonce(NOW))
        granted = await self.granted(form, proof=shown)
        assert isinstance(granted, Granted)
        assert granted.token_type == "DPoP"
        return granted.access_token

    async def asks(self, authorization: str = "", seconds: float = 0, **request: object) -> Actor | Reason:
        shown = replace(Presented("POST", URL, authorization), **request)
        return await self.gate.authenticate(shown, NOW + timedelta(seconds=seconds))


@pytest.fixture
async def door(shared_database: Database, day_keys: KeyProvider) -> Door:
    async with shared_database.transaction(Role.OFFICE) as work:
        await register(work, [Registration("750000001", "pharmacie", "Du Port", "75", "Paris", 0, False, 0)])
    name, key = f"pharmacy-{uuid4().hex[:8]}", new_key()
    certificate = hashlib.sha256(name.encode()).digest()
    async with shared_database.transaction(Role.IDENTITY) as work:
        row = clients.jwk_row(key, NOW - timedelta(days=1), NOW + timedelta(days=90))
        await clients.add(work, name, TERMS, [certificate_row(certificate), row], NOW)
    return Door(
        await Gate.opened(REALM, shared_database, day_keys, NOW), shared_database, day_keys, name, certificate, key
    )


async def test_a_token_by_certificate_opens_what_the_contract_says(door: Door) -> None:
    actor = await door.asks(f"Bearer {await door.by_certificate()}", certificate=door.certificate)
    assert isinstance(actor, Actor)
    assert (actor.kind, actor.channel, actor.means) == (ActorKind.MACHINE, Channel.MACHINE, Means.CERTIFICATE)
    assert (actor.practice, actor.persons_per_day) == (1, 500)
    assert (actor.tenants, actor.purposes, actor.scopes) == ({3, 4}, {1}, TERMS.scopes)


async def test_a_token_by_key_opens_with_a_proof_for_each_request(door: Door) -> None:
    token = await door.by_key()
    for _ in range(2):
        shown = proof(door.key, "POST", URL, token, nonce=door.gate.nonce(NOW))
        actor = await door.asks(f"DPoP {token}", proof=shown)
        assert isinstance(actor, Actor)
        assert actor.means is Means.PROOF_OF_POSSESSION


async def test_a_stolen_token_is_of_no_use_without_the_certificate(door: Door) -> None:
    token = await door.by_certificate()
    assert await door.asks(f"Bearer {token}") is CERTIFICATE_WRONG
    assert await door.asks(f"Bearer {token}", certificate=ANOTHER) is CERTIFICATE_WRONG
    thief = new_key()
    shown = proof(thief, "POST", URL, token, nonce=door.gate.nonce(NOW))
    assert await door.asks(f"DPoP {token}", proof=shown) is CERTIFICATE_WRONG
    assert await door.asks(f"DPoP {token}", proof=shown, certificate=door.certificate) is PROOF_INVALID


async def test_a_stolen_token_is_of_no_use_without_the_key(door: Door) -> None:
    token, thief = await door.by_key(), new_key()
    nonce = door.gate.nonce(NOW)
    right = proof(door.key, "POST", URL, token, nonce=nonce)
    assert await door.asks(f"Bearer {token}") is PROOF_MISSING, "as a token that nothing is bound to"
    assert await door.asks(f"Bearer {token}", certificate=door.certificate) is PROOF_MISSING
    assert await door.asks(f"DPoP {token}") is PROOF_MISSING
    assert await door.asks(f"DPoP {token}", proof=proof(thief, "POST", URL, token, nonce=nonce)) is PROOF_INVALID
    assert await door.asks(f"DPoP {token}", proof=proof(door.key, "GET", URL, token, nonce=nonce)) is PROOF_INVALID
    assert await door.asks(f"DPoP {token}", proof=proof(door.key, "POST", URL, "another", nonce=nonce)) is PROOF_INVALID
    assert await door.asks(f"DPoP {token}", proof=proof(door.key, "POST", URL, token)) is NONCE_NEEDED
    assert await door.asks(f"DPoP {token}", seconds=61, proof=right) is PROOF_STALE
    assert isinstance(await door.asks(f"DPoP {token}", proof=right), Actor)
    assert await door.asks(f"DPoP {token}", proof=right) is PROOF_REPLAYED


async def test_a_proof_used_at_one_process_is_refused_at_every_other(door: Door) -> None:
    elsewhere = replace(door, gate=await Gate.opened(REALM, door.database, door.keys, NOW))
    token = await door.by_key()
    shown = proof(door.key, "POST", URL, token, nonce=door.gate.nonce(NOW))
    answers = await asyncio.gather(
        *(where.asks(f"DPoP {token}", proof=shown) for where in (door, elsewhere) for _ in range(10))
    )
    assert sum(isinstance(answer, Actor) for answer in answers) == 1
    assert all(answer is PROOF_REPLAYED for answer in answers if not isinstance(answer, Actor))


async def test_a_token_ends_after_five_minutes_and_is_not_told_from_garbage_before_its_signature(door: Door) -> None:
    token = await door.by_certificate()
    assert isinstance(await door.asks(f"Bearer {token}", seconds=299, certificate=door.certificate), Actor)
    assert await door.asks(f"Bearer {token}", seconds=300, certificate=door.certificate) is TOKEN_EXPIRED
    head, body, tail = token.split(".")
    forged = compact.sign({"alg": "ES256", "typ": "at+jwt", "kid": "x"}, {"exp": 1}, door.key)
    for wrong in (f"{head}.{body}.{tail[:-2]}AA", f"{body}.{head}.{tail}", forged, "garbage", "é", "a.b.c"):
        assert await door.asks(f"Bearer {wrong}", certificate=door.certificate) is TOKEN_INVALID


async def test_nobody_and_two_makers_are_nobody(door: Door) -> None:
    token = await door.by_certificate()
    assert await door.asks() is NOTHING_PRESENTED
    assert await door.asks(certificate=door.certificate) is NOTHING_PRESENTED
    assert await door.asks("Basic cGhhcm1hY3k6eA==") is TOKEN_INVALID
    assert await door.asks("Bearer ") is TOKEN_INVALID
    assert await door.asks(f"Bearer {token}", certificate=door.certificate, cookie="x") is TOKEN_INVALID


async def test_a_token_of_another_service_is_none_here(door: Door) -> None:
    token = await door.by_certificate()
    gate = await Gate.opened(replace(REALM, issuer="https://other.example"), door.database, door.keys, NOW)
    shown = Presented("POST", URL, f"Bearer {token}", certificate=door.certificate)
    assert await gate.authenticate(shown, NOW) is TOKEN_INVALID


async def test_who_is_not_recognised_is_told_one_thing(door: Door) -> None:
    """Unknown, wrong key, revoked, not yet, no longer: a caller cannot learn which clients exist."""
    wrong = [
        await door.granted({"client_id": "nobody"}, certificate=door.certificate),
        await door.granted({"client_id": door.name}),
        await door.granted({"client_id": door.name}, certificate=ANOTHER),
        await door.granted({"client_id": door.name, "client_secret": "x"}),
        await door.granted(),
    ]
    for written in (
        assertion(door.name, new_key()),
        assertion("nobody", door.key),
        assertion(door.name, door.key, sub="nobody"),
        assertion(door.name, door.key, audience="https://other.example/oauth/token"),
        assertion(door.name, door.key, audience=[REALM.token_endpoint, "https://other.example"]),
        assertion(door.name, door.key, exp=int(NOW.timestamp()) - 61),
        assertion(door.name, door.key, exp=int(NOW.timestamp()) + 3600),
        assertion(door.name, door.key, exp=None),
        assertion(door.name, door.key, iat=int(NOW.timestamp()) + 120),
        assertion(door.name, door.key, jti=None),
        "garbage",
    ):
        form = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": written}
        wrong.append(await door.granted(form, certificate=door.certificate))
    form = {"client_assertion_type": "password", "client_assertion": assertion(door.name, door.key)}
    wrong.append(await door.granted(form, certificate=door.certificate))
    for days in (-2, 400):
        early = replace(Presented("POST", REALM.token_endpoint), certificate=door.certificate)
        asked = {"grant_type": "client_credentials", "client_id": door.name}
        wrong.append(await door.gate.token(asked, early, NOW + timedelta(days=days)))
    assert [reason is CLIENT_REFUSED for reason in wrong] == [True] * len(wrong)


async def test_a_token_is_asked_for_in_ones_own_name_and_within_the_contract(door: Door) -> None:
    form = {"client_id": door.name, "grant_type": "password", "username": "x", "password": "y"}
    assert await door.granted(form, certificate=door.certificate) is GRANT_UNSUPPORTED
    asked = {"client_id": door.name, "scope": f"{ASK} operator:key:operate"}
    granted = await door.granted(asked, certificate=door.certificate)
    assert isinstance(granted, Granted)
    assert granted.scope == ASK
    assert await door.granted({**asked, "scope": "operator:key:operate"}, certificate=door.certificate) is SCOPE_REFUSED


async def test_an_assertion_works_once_and_gives_no_token_that_anybody_could_use(door: Door) -> None:
    form = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion(door.name, door.key)}
    assert await door.granted(form) is PROOF_MISSING
    assert await door.granted(form, certificate=door.certificate) is ASSERTION_REPLAYED
    form["client_assertion"] = assertion(door.name, door.key, audience=REALM.issuer)
    assert isinstance(await door.granted(form, certificate=door.certificate), Granted)


async def test_a_proof_at_the_token_endpoint_is_checked_too(door: Door) -> None:
    def form() -> dict[str, str]:
        return {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion(door.name, door.key)}

    nonce = door.gate.nonce(NOW)
    used = proof(door.key, "POST", REALM.token_endpoint, nonce=nonce)
    assert await door.granted(form(), proof=proof(door.key, "POST", REALM.token_endpoint)) is NONCE_NEEDED
    assert await door.granted(form(), proof=proof(door.key, "POST", URL, nonce=nonce)) is PROOF_INVALID
    assert isinstance(await door.granted(form(), proof=used), Granted)
    assert await door.granted(form(), proof=used) is PROOF_REPLAYED


async def test_a_revoked_client_is_out_within_seconds_at_every_process(door: Door) -> None:
    token = await door.by_certificate()
    assert isinstance(await door.asks(f"Bearer {token}", certificate=door.certificate), Actor)
    await clients.revoke(door.database, door.name, "key lost", NOW)
    assert await door.asks(f"Bearer {token}", seconds=6, certificate=door.certificate) is TOKEN_EXPIRED
    assert await door.granted({"client_id": door.name}, certificate=door.certificate) is CLIENT_REFUSED
    with pytest.raises(Misuse, match=r"identity\.client_unknown"):
        await clients.revoke(door.database, door.name, "again", NOW)


async def test_a_certificate_that_ends_takes_its_tokens_with_it(door: Door) -> None:
    ending = hashlib.sha256(b"ending" + door.certificate).digest()
    row = KeyRow("certificate", ending, None, NOW - timedelta(days=1), NOW + timedelta(seconds=60))
    async with door.database.transaction(Role.IDENTITY) as work:
        await clients.add_key(work, door.name, row, NOW)
    await door.gate.refresh(NOW)
    granted = await door.granted({"client_id": door.name}, certificate=ending)
    assert isinstance(granted, Granted)
    asked = f"Bearer {granted.access_token}"
    assert isinstance(await door.asks(asked, seconds=59, certificate=ending), Actor)
    assert await door.asks(asked, seconds=60, certificate=ending) is CERTIFICATE_WRONG


async def test_without_the_database_nobody_is_let_in_for_long(template: Address, day_keys: KeyProvider) -> None:
    class Gone:
        def session(self, _role: Role) -> object:
            raise Unavailable(NOTHING_PRESENTED)

    async with Database(template) as database:
        gate = await Gate.opened(REALM, database, day_keys, NOW)
    gate._database = Gone()  # pyright: ignore[reportAttributeAccessIssue]
    shown = Presented("POST", URL, "Bearer x.y.z")
    assert await gate.authenticate(shown, NOW + timedelta(seconds=29)) is TOKEN_INVALID
    with pytest.raises(Unavailable):
        await gate.authenticate(shown, NOW + timedelta(seconds=31))


async def test_the_hot_path_asks_the_database_nothing(door: Door) -> None:
    token = await door.by_certificate()
    door.gate._database = None  # pyright: ignore[reportAttributeAccessIssue]
    for seconds in range(5):
        assert isinstance(await door.asks(f"Bearer {token}", seconds=seconds, certificate=door.certificate), Actor)


async def test_the_next_signing_key_is_published_before_it_signs_and_the_last_one_still_verifies(door: Door) -> None:
    first = {key["kid"] for key in door.gate.published_keys()["keys"]}  # pyright: ignore[reportGeneralTypeIssues]
    soon = NOW + timedelta(hours=23, minutes=30)
    await door.gate.refresh(soon)
    both = {key["kid"] for key in door.gate.published_keys()["keys"]}  # pyright: ignore[reportGeneralTypeIssues]
    assert first < both
    keys = door.gate._known.keys
    assert keys.signing(soon)[0] in first, "still the old one"
    assert keys.signing(soon + timedelta(minutes=1))[0] not in first
    assert not any("d" in key for key in door.gate.published_keys()["keys"])  # pyright: ignore[reportGeneralTypeIssues]


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({"channel": Channel.PORTAL}, "channel"),
        ({"valid_to": TERMS.valid_from}, "dates"),
        ({"valid_to": NOW.date() + timedelta(days=9999)}, "dates"),
        ({"persons_per_day": 0}, "persons per day"),
        ({"scopes": frozenset({"everything"})}, "scopes"),
        ({"scopes": frozenset[str]()}, "scopes"),
        ({"practices": frozenset({999_999})}, "practice"),
    ],
)
async def test_an_impossible_contract_is_not_registered(shared_database: Database, change: dict, cause: str) -> None:
    with pytest.raises(Misuse, match=cause):
        async with shared_database.transaction(Role.IDENTITY) as work:
            await clients.add(work, "impossible", replace(TERMS, **change), [], NOW)


async def test_a_name_and_a_certificate_belong_to_one_client(door: Door) -> None:
    for name, thumbprint in ((door.name, ANOTHER), ("other", door.certificate)):
        with pytest.raises(Misuse, match=r"identity\.name_taken"):
            async with door.database.transaction(Role.IDENTITY) as work:
                await clients.add(work, name, TERMS, [certificate_row(thumbprint)], NOW)
