"""A passkey is registered by whom it belongs to, and opens a session for nobody else."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.flow.person import A_DAY, Person
from tests.unit.paper_passkey import BE, UP, Device
from tests.unit.paper_tokens import NOW, REALM, new_key

from cloison.errors import Reason
from cloison.identity.actor import Actor, ActorKind, Channel, Means
from cloison.identity.authenticate import Gate
from cloison.identity.passkeys import LoggedIn
from cloison.identity.people import Welcome
from cloison.identity.reasons import (
    ACCESS_LOCKED,
    CHALLENGE_SPENT,
    COOLING_OFF,
    ENROLMENT_CLOSED,
    PASSKEY_REFUSED,
    PASSKEY_UNSUITABLE,
    RECHECK_DUE,
    SESSION_OVER,
)
from cloison.identity.store.passkeys import Passkey
from cloison.storage.roles import Role


async def test_a_passkey_is_registered_within_five_minutes_of_being_vouched_for(somebody: Person) -> None:
    assert isinstance(await somebody.welcome(), Welcome)
    somebody.now += timedelta(minutes=4, seconds=59)
    assert isinstance(await somebody.registers(), Passkey)
    assert isinstance(await somebody.welcome(), Welcome)
    found = await somebody.found()
    options = await somebody.passkeys.registration_options(found, somebody.now)
    assert not isinstance(options, Reason)
    late = somebody.now + timedelta(minutes=5)
    assert await somebody.passkeys.registration_options(found, late) is ENROLMENT_CLOSED
    assert await somebody.passkeys.register(found, Device().make(options), late) is ENROLMENT_CLOSED


async def test_a_passkey_says_its_make_and_starts_under_watch(somebody: Person) -> None:
    assert isinstance(await somebody.welcome(), Welcome)
    made = await somebody.registers()
    assert isinstance(made, Passkey)
    assert str(made.aaguid) == "adce0002-35bc-c60a-648b-0b25f1f05503"
    assert made.synced
    assert (made.usable_from, made.probation_until) == (NOW + A_DAY, NOW + 7 * A_DAY)
    async with somebody.database.session(Role.IDENTITY) as connection:
        rows = await connection.fetch(
            "select kind, way from identity.notice where account = $1 order by way", made.account
        )
    assert [tuple(row) for row in rows] == [
        ("passkey_enrolled", "administrators"),
        ("passkey_enrolled", "portal"),
    ], "told on two ways"


@pytest.mark.parametrize(
    "lies",
    [
        {"flags": UP | BE},
        {"origin": "https://evil.example"},
        {"origin": "https://www.portail.cloison.example"},
        {"origin": "http://portail.cloison.example"},
        {"origin": REALM.origin + ":8443"},
        {"rp_id": "cloison.example"},
        {"rp_id": "evil.example"},
        {"type": "webauthn.get"},
    ],
)
async def test_a_passkey_that_does_not_verify_its_holder_or_lives_elsewhere_is_not_kept(
    somebody: Person, lies: dict[str, Any]
) -> None:
    assert isinstance(await somebody.welcome(), Welcome)
    assert await somebody.registers(**lies) is PASSKEY_UNSUITABLE
    assert isinstance(await somebody.registers(), Passkey)


async def test_a_registration_is_not_repeated_nor_moved_to_another_session(somebody: Person, gate: Gate) -> None:
    assert isinstance(await somebody.welcome(), Welcome)
    found = await somebody.found()
    options = await somebody.passkeys.registration_options(found, NOW)
    assert not isinstance(options, Reason)
    response = somebody.device.make(options)
    assert isinstance(await somebody.passkeys.register(found, response, NOW), Passkey)
    assert await somebody.passkeys.register(found, response, NOW) is CHALLENGE_SPENT

    stranger = replace(somebody, who=replace(somebody.who, rpps="89999999999"), key=new_key(), device=Device())
    somebody.provider.people = [somebody.who, stranger.who]
    assert isinstance(await stranger.welcome(), Welcome)
    options = await somebody.passkeys.registration_options(found, NOW)
    assert not isinstance(options, Reason)
    moved = await stranger.passkeys.register(await stranger.found(), stranger.device.make(options), NOW)
    assert moved is CHALLENGE_SPENT
    assert await stranger.registers(somebody.device) is PASSKEY_UNSUITABLE, "a device's credential has one account"


async def test_a_new_passkey_waits_for_a_day(somebody: Person) -> None:
    """A stranger who was vouched for by mistake opens nothing while the notice travels."""
    assert isinstance(await somebody.welcome(), Welcome)
    assert isinstance(await somebody.registers(), Passkey)
    somebody.now += A_DAY - timedelta(seconds=1)
    assert isinstance(await somebody.welcome(), Welcome)
    assert await somebody.enters() is COOLING_OFF
    somebody.now += timedelta(seconds=1)
    assert isinstance(await somebody.enters(), LoggedIn)


async def test_who_enters_is_known_with_place_means_and_probation(somebody: Person) -> None:
    await somebody.is_in()
    actor = await somebody.asks()
    assert isinstance(actor, Actor)
    assert (actor.kind, actor.channel, actor.means) == (ActorKind.PROFESSIONAL, Channel.PORTAL, Means.PASSKEY)
    assert (actor.practice, actor.probation, actor.stepped_up) == (1, True, False)
    assert "practice:claim:submit" in actor.scopes
    assert actor.session
    assert actor.authenticator
    somebody.now += 6 * A_DAY
    assert isinstance(await somebody.welcome(), Welcome)
    assert isinstance(await somebody.enters(), LoggedIn)
    actor = await somebody.asks()
    assert isinstance(actor, Actor)
    assert not actor.probation


@pytest.mark.parametrize("counter", [0, 1])
async def test_a_replayed_login_is_refused_by_the_challenge_that_is_gone(somebody: Person, counter: int) -> None:
    await somebody.is_enrolled()
    somebody.device.count = counter
    options = await somebody.passkeys.login_options(somebody.proof(), somebody.now)
    response = somebody.device.sign(options)
    answers = await asyncio.gather(
        *(somebody.passkeys.login(response, somebody.proof(), somebody.now) for _ in range(8))
    )
    assert sum(isinstance(answer, LoggedIn) for answer in answers) == 1
    assert all(answer is CHALLENGE_SPENT for answer in answers if not isinstance(answer, LoggedIn))


async def test_a_login_that_is_off_is_refused_and_its_challenge_is_spent(somebody: Person) -> None:
    await somebody.is_enrolled()
    wrongs: tuple[dict[str, Any], ...] = (
        {"flags": UP},
        {"origin": "https://evil.example"},
        {"origin": "https://www.portail.cloison.example"},
        {"rp_id": "cloison.example"},
        {"type": "webauthn.create"},
        {"user": b"somebody else"},
    )
    for lies in wrongs:
        options = await somebody.passkeys.login_options(somebody.proof(), somebody.now)
        wrong = somebody.device.sign(options, **lies)
        assert await somebody.passkeys.login(wrong, somebody.proof(), somebody.now) is PASSKEY_REFUSED, lies
        right = somebody.device.sign(options)
        assert await somebody.passkeys.login(right, somebody.proof(), somebody.now) is CHALLENGE_SPENT, lies
    wrongs = ({"cross_origin": True}, {"challenge": "AAAA"}, {"challenge": 7}, {"challenge": "%"})
    for lies in wrongs:
        assert await somebody.enters(**lies) is CHALLENGE_SPENT, lies
    options = await somebody.passkeys.login_options(somebody.proof(), somebody.now)
    late = somebody.now + timedelta(minutes=2)
    assert await somebody.passkeys.login(somebody.device.sign(options), somebody.proof(), late) is CHALLENGE_SPENT
    for garbage in ({}, {"response": 1}, {"response": {"clientDataJSON": "e30"}}, {"rawId": "%", "response": {}}):
        assert await somebody.passkeys.login(garbage, somebody.proof(), somebody.now) is CHALLENGE_SPENT


async def test_whoever_sits_in_between_cannot_bind_the_session_to_their_own_key(somebody: Person) -> None:
    await somebody.is_enrolled()
    options = await somebody.passkeys.login_options(somebody.proof(), somebody.now)
    response = somebody.device.sign(options)
    between = replace(somebody, key=new_key())
    assert await somebody.passkeys.login(response, between.proof(), somebody.now) is PASSKEY_REFUSED


async def test_unknown_revoked_and_foreign_passkeys_are_one_refusal(somebody: Person) -> None:
    await somebody.is_enrolled()
    unknown = Device(user=somebody.device.user)
    options = await somebody.passkeys.login_options(somebody.proof(), somebody.now)
    signed = unknown.sign(options)
    assert await somebody.passkeys.login(signed, somebody.proof(), somebody.now) is PASSKEY_REFUSED
    assert isinstance(await somebody.enters(), LoggedIn)
    found = await somebody.found()
    assert found.row.passkey is not None
    assert await somebody.passkeys.revoke(found, found.row.passkey, somebody.now)
    assert await somebody.asks() is SESSION_OVER, "what it opened is closed"
    assert await somebody.enters() is PASSKEY_REFUSED


async def test_ten_failures_lock_and_a_proof_of_identity_unlocks_under_watch(somebody: Person) -> None:
    await somebody.is_enrolled()
    somebody.now += 7 * A_DAY
    assert isinstance(await somebody.welcome(), Welcome)
    for _ in range(9):
        assert await somebody.enters(flags=UP) is PASSKEY_REFUSED
    assert isinstance(await somebody.enters(), LoggedIn), "nine are forgotten by a success"
    for _ in range(10):
        assert await somebody.enters(flags=UP) is PASSKEY_REFUSED
    assert await somebody.enters() is ACCESS_LOCKED
    assert isinstance(await somebody.welcome(), Welcome)
    assert isinstance(await somebody.enters(), LoggedIn)
    actor = await somebody.asks()
    assert isinstance(actor, Actor)
    assert actor.probation


async def test_identity_is_proven_again_every_day(somebody: Person) -> None:
    await somebody.is_in()
    somebody.now += A_DAY - timedelta(seconds=1)
    assert isinstance(await somebody.enters(), LoggedIn)
    somebody.now += timedelta(seconds=1)
    assert await somebody.enters() is RECHECK_DUE
