"""A session is bound to a key, ends by itself, and executes what its holder confirmed."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

from tests.flow.person import A_DAY, PRACTICES, URL, Person
from tests.unit.paper_passkey import UP, Device
from tests.unit.paper_tokens import NOW, REALM, new_key, proof

from cloison.errors import Reason
from cloison.identity.actor import Actor
from cloison.identity.passkeys import LoggedIn
from cloison.identity.people import Welcome
from cloison.identity.posts import Place
from cloison.identity.reasons import (
    COOLING_OFF,
    NO_PRACTICE,
    PASSKEY_REFUSED,
    PROOF_INVALID,
    PROOF_MISSING,
    PROOF_REPLAYED,
    SESSION_OVER,
    STEP_UP_NEEDED,
    STEP_UP_REFUSED,
)
from cloison.identity.sessions import Opened
from cloison.identity.step_up import Confirmed, Request
from cloison.identity.store.passkeys import Passkey


async def test_a_stolen_cookie_is_of_no_use_without_the_key(somebody: Person) -> None:
    await somebody.is_in()
    thief, now = new_key(), somebody.now
    right = proof(somebody.key, "POST", URL, somebody.cookie, now)
    assert await somebody.asks(proof="") is PROOF_MISSING
    assert await somebody.asks(proof=proof(thief, "POST", URL, somebody.cookie, now)) is PROOF_INVALID
    assert await somebody.asks(proof=proof(somebody.key, "POST", URL, "another", now)) is PROOF_INVALID
    assert await somebody.asks(proof=proof(somebody.key, "GET", URL, somebody.cookie, now)) is PROOF_INVALID
    assert isinstance(await somebody.asks(proof=right), Actor)
    assert await somebody.asks(proof=right) is PROOF_REPLAYED
    assert await somebody.asks(cookie="x", proof=proof(somebody.key, "POST", URL, "x", now)) is SESSION_OVER


async def test_a_session_ends_when_idle_for_a_quarter_and_after_four_hours(somebody: Person) -> None:
    await somebody.is_in()
    opened_at = somebody.now
    while somebody.now + timedelta(minutes=14) < opened_at + timedelta(hours=4):
        somebody.now += timedelta(minutes=14)
        assert isinstance(await somebody.asks(), Actor)
    somebody.now = opened_at + timedelta(hours=4)
    assert await somebody.asks() is SESSION_OVER
    assert isinstance(await somebody.enters(), LoggedIn)
    somebody.now += timedelta(minutes=15)
    assert await somebody.asks() is SESSION_OVER


async def test_a_session_moves_between_places_with_another_cookie_and_ends_when_asked(somebody: Person) -> None:
    somebody.works_at(*PRACTICES)
    await somebody.is_in()
    old = somebody.cookie
    actor = await somebody.asks()
    assert isinstance(actor, Actor)
    assert (actor.practice, actor.scopes) == (0, frozenset())
    assert await somebody.gate.sessions.act_for(await somebody.found(), Place(0, 99), somebody.now) is NO_PRACTICE
    moved = await somebody.gate.sessions.act_for(await somebody.found(), Place(0, 2), somebody.now)
    assert isinstance(moved, Opened)
    somebody.cookie = old
    assert await somebody.asks() is SESSION_OVER
    somebody.cookie = moved.cookie
    actor = await somebody.asks()
    assert isinstance(actor, Actor)
    assert actor.practice == 2
    await somebody.gate.sessions.end(await somebody.found(), somebody.now)
    assert await somebody.asks() is SESSION_OVER


async def test_being_vouched_for_opens_nothing_but_the_registration(somebody: Person) -> None:
    assert isinstance(await somebody.welcome(), Welcome)
    assert await somebody.asks() is SESSION_OVER
    step = await somebody.step_up.options(await somebody.found(), Request("POST", URL), NOW)
    assert step is SESSION_OVER


async def test_the_request_that_was_confirmed_is_the_one_that_is_executed_once(somebody: Person) -> None:
    await somebody.is_in()
    request = Request("POST", f"{REALM.origin}/api/bank?practice=1", b'{"iban":"..."}')
    found, old = await somebody.found(), somebody.cookie

    async def confirm(executed: Request = request, seconds: float = 0, **lies: Any) -> Confirmed | Reason:
        options = await somebody.step_up.options(found, request, somebody.now)
        assert not isinstance(options, Reason)
        later = somebody.now + timedelta(seconds=seconds)
        return await somebody.step_up.confirmed(found, executed, somebody.device.sign(options, **lies), later)

    assert await confirm(replace(request, body=b'{"iban":"other"}')) is STEP_UP_REFUSED
    assert await confirm(replace(request, url=request.url + "2")) is STEP_UP_REFUSED
    assert await confirm(replace(request, method="PUT")) is STEP_UP_REFUSED
    assert await confirm(seconds=60) is STEP_UP_REFUSED
    assert await confirm(flags=UP) is PASSKEY_REFUSED

    options = await somebody.step_up.options(found, request, somebody.now)
    assert not isinstance(options, Reason)
    response = somebody.device.sign(options)
    answers = await asyncio.gather(
        *(somebody.step_up.confirmed(found, request, response, somebody.now) for _ in range(6))
    )
    [done] = [answer for answer in answers if isinstance(answer, Confirmed)]
    assert all(answer is STEP_UP_REFUSED for answer in answers if not isinstance(answer, Confirmed))
    assert done.actor.stepped_up
    assert done.opened.cookie != old
    assert await somebody.asks() is SESSION_OVER, "the cookie changed"
    somebody.cookie = done.opened.cookie
    actor = await somebody.asks()
    assert isinstance(actor, Actor)
    assert not actor.stepped_up, "only the request that was confirmed"


async def test_a_confirmation_is_of_the_same_session_and_not_a_login(somebody: Person) -> None:
    await somebody.is_in()
    request, first = Request("POST", URL), await somebody.found()
    assert isinstance(await somebody.enters(), LoggedIn)
    second = await somebody.found()
    options = await somebody.step_up.options(first, request, somebody.now)
    assert not isinstance(options, Reason)
    signed = somebody.device.sign(options)
    assert await somebody.step_up.confirmed(second, request, signed, somebody.now) is STEP_UP_REFUSED
    login = await somebody.passkeys.login_options(somebody.proof(), somebody.now)
    signed = somebody.device.sign(login)
    assert await somebody.step_up.confirmed(second, request, signed, somebody.now) is STEP_UP_REFUSED


async def test_a_second_passkey_is_added_by_a_confirmed_request(somebody: Person) -> None:
    await somebody.is_in()
    found, other = await somebody.found(), Device()
    assert await somebody.passkeys.registration_options(found, somebody.now) is STEP_UP_NEEDED
    options = await somebody.passkeys.registration_options(found, somebody.now, confirmed=True)
    assert not isinstance(options, Reason)
    response = other.make(options)
    assert await somebody.passkeys.register(found, response, somebody.now) is STEP_UP_NEEDED
    added = await somebody.passkeys.register(found, response, somebody.now, confirmed=True)
    assert isinstance(added, Passkey)
    assert added.usable_from == somebody.now + A_DAY
    assert isinstance(await somebody.enters(), LoggedIn)
    somebody.device = other
    assert await somebody.enters() is COOLING_OFF


async def test_a_confirmation_by_somebody_elses_passkey_is_none(somebody: Person) -> None:
    other = replace(somebody, who=replace(somebody.who, rpps=somebody.who.rpps[::-1]), key=new_key(), device=Device())
    somebody.provider.people = [somebody.who, other.who]
    await somebody.is_in()
    await other.is_in()
    request = Request("POST", URL)
    found = await somebody.found()
    options = await somebody.step_up.options(found, request, somebody.now)
    assert not isinstance(options, Reason)
    signed = other.device.sign(options)
    assert await somebody.step_up.confirmed(found, request, signed, somebody.now) is STEP_UP_REFUSED
