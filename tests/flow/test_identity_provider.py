"""A professional is vouched for by their national provider, and by nothing that only looks like it."""

from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest
from tests.flow.person import ISSUER, PRACTICES, Person
from tests.unit.paper_tokens import NOW, REALM

from cloison.errors import Reason
from cloison.identity import compact, oidc, people
from cloison.identity.actor import Actor
from cloison.identity.oidc import Login, Vouched
from cloison.identity.passkeys import LoggedIn
from cloison.identity.people import Welcome
from cloison.identity.posts import NOWHERE, Place
from cloison.identity.reasons import (
    ASSURANCE_TOO_LOW,
    LOGIN_UNKNOWN,
    NO_PRACTICE,
    PASSKEY_REFUSED,
    PROVIDER_ANSWER_INVALID,
    PROVIDER_UNREACHABLE,
    SESSION_OVER,
)
from cloison.storage.roles import Role
from cloison.world.provider import Claims


async def test_a_professional_is_known_by_their_national_number_at_each_place_they_practise(somebody: Person) -> None:
    somebody.works_at(*PRACTICES, "999999999")
    vouched = await somebody.vouched()
    assert isinstance(vouched, Vouched)
    assert (vouched.subject, vouched.active) == (somebody.who.rpps, True)
    assert vouched.establishments == (*PRACTICES, "999999999")
    await somebody.is_enrolled()
    entered = await somebody.enters()
    assert isinstance(entered, LoggedIn)
    assert [place.practice for place in entered.places] == [1, 2], "the two that are registered here"
    assert entered.opened.place == NOWHERE, "nobody chose"


def spoiled(**changed: object) -> Callable[[Claims, Claims], None]:
    def spoil(_header: Claims, claims: Claims) -> None:
        claims.update(changed)

    return spoil


def unsigned(header: Claims, _claims: Claims) -> None:
    header["alg"] = "none"


def unknown_key(header: Claims, _claims: Claims) -> None:
    header["kid"] = "unknown"


@pytest.mark.parametrize(
    ("what", "spoil", "reason"),
    [
        ("a lower assurance", spoiled(acr="eidas0"), ASSURANCE_TOO_LOW),
        ("no assurance", spoiled(acr=None), ASSURANCE_TOO_LOW),
        ("a similar assurance", spoiled(acr="eidas1 "), ASSURANCE_TOO_LOW),
        ("another nonce", spoiled(nonce="x"), PROVIDER_ANSWER_INVALID),
        ("no nonce", spoiled(nonce=None), PROVIDER_ANSWER_INVALID),
        ("another issuer", spoiled(iss=ISSUER + "/"), PROVIDER_ANSWER_INVALID),
        ("another client", spoiled(aud="other"), PROVIDER_ANSWER_INVALID),
        ("another party", spoiled(azp="other"), PROVIDER_ANSWER_INVALID),
        ("several clients and no party", spoiled(aud=["cloison", "other"], azp=None), PROVIDER_ANSWER_INVALID),
        ("over for a minute", spoiled(exp=int(NOW.timestamp()) - 60), PROVIDER_ANSWER_INVALID),
        ("made in a minute", spoiled(iat=int(NOW.timestamp()) + 61), PROVIDER_ANSWER_INVALID),
        ("without end", spoiled(exp=None), PROVIDER_ANSWER_INVALID),
        ("of another token", spoiled(at_hash="x"), PROVIDER_ANSWER_INVALID),
        ("of another person", spoiled(sub="f:somebody"), PROVIDER_ANSWER_INVALID),
        ("unsigned", unsigned, PROVIDER_ANSWER_INVALID),
        ("by a key nobody published", unknown_key, PROVIDER_ANSWER_INVALID),
    ],
)
async def test_an_answer_of_the_provider_that_is_off_is_refused(
    somebody: Person, what: str, spoil: Callable[[Claims, Claims], None], reason: Reason
) -> None:
    somebody.provider.spoil = spoil
    assert await somebody.vouched() is reason, what


async def test_clocks_a_minute_apart_still_agree(somebody: Person) -> None:
    for seconds in (-59, 59):
        somebody.provider.spoil = spoiled(iat=int(NOW.timestamp()) + seconds, exp=int(NOW.timestamp()) + seconds)
        assert isinstance(await somebody.vouched(), Vouched)


async def test_a_login_comes_back_once_in_its_own_browser_and_in_time(somebody: Person) -> None:
    login = somebody.login()
    started = await login.start(compact.thumbprint(somebody.key), NOW)
    assert not isinstance(started, Reason)
    query = await somebody.visits(started.url)
    assert await login.finish(query, "", NOW) is LOGIN_UNKNOWN, "in another browser"
    assert await login.finish(query, "another", NOW) is LOGIN_UNKNOWN
    assert await login.finish({**query, "state": "x"}, "x", NOW) is LOGIN_UNKNOWN
    assert isinstance(await login.finish(query, started.state, NOW), Vouched)
    assert await login.finish(query, started.state, NOW) is LOGIN_UNKNOWN, "a second time"

    late = await login.start(compact.thumbprint(somebody.key), NOW)
    assert not isinstance(late, Reason)
    query = await somebody.visits(late.url)
    assert await login.finish(query, late.state, NOW + timedelta(minutes=10)) is LOGIN_UNKNOWN


async def test_a_code_that_was_used_or_is_not_ours_or_is_old_gives_nothing(somebody: Person) -> None:
    login = somebody.login()
    first, second = [await login.start(compact.thumbprint(somebody.key), NOW) for _ in range(2)]
    assert not isinstance(first, Reason)
    assert not isinstance(second, Reason)
    used = await somebody.visits(first.url)
    assert isinstance(await login.finish(used, first.state, NOW), Vouched)
    replayed = {**used, "state": second.state}
    assert await login.finish(replayed, second.state, NOW) is PROVIDER_ANSWER_INVALID

    for wrong in ({"code": "x"}, {"error": "access_denied"}, {"iss": "https://evil.example"}):
        started = await login.start(compact.thumbprint(somebody.key), NOW)
        assert not isinstance(started, Reason)
        query = {**await somebody.visits(started.url), **wrong}
        assert await login.finish(query, started.state, NOW) is PROVIDER_ANSWER_INVALID
    mixed = await login.start(compact.thumbprint(somebody.key), NOW)
    assert not isinstance(mixed, Reason)
    injected = {**await somebody.visits(first.url), "state": mixed.state}
    assert await login.finish(injected, mixed.state, NOW) is PROVIDER_ANSWER_INVALID, "another login's code: PKCE"


async def test_the_provider_may_change_its_keys(somebody: Person) -> None:
    login = somebody.login()
    assert isinstance(await somebody.vouched(login), Vouched)
    somebody.provider.rotate()
    assert await somebody.vouched(login) is PROVIDER_ANSWER_INVALID, "read again at most every ten seconds"
    somebody.now += timedelta(seconds=10)
    assert isinstance(await somebody.vouched(login), Vouched)


async def test_another_provider_than_ours_and_one_that_is_silent_vouch_for_nobody(somebody: Person) -> None:
    somebody.provider.issuer = "https://psc.example.evil"
    assert await somebody.vouched() is PROVIDER_ANSWER_INVALID

    def down(_request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    for transport in (httpx.MockTransport(down), httpx.MockTransport(lambda _: httpx.Response(502))):
        known = oidc.Provider("psc", ISSUER, f"{ISSUER}/x", "cloison")
        login = Login(REALM, known, somebody.database, httpx.AsyncClient(transport=transport))
        assert await login.start(b"", NOW) is PROVIDER_UNREACHABLE


async def test_who_practises_nowhere_here_or_no_longer_gets_no_access(somebody: Person) -> None:
    somebody.works_at("999999999")
    assert await somebody.welcome() is NO_PRACTICE
    somebody.works_at(role="")
    assert await somebody.welcome() is NO_PRACTICE


async def test_a_role_that_is_lost_ends_the_access_and_its_sessions(somebody: Person) -> None:
    await somebody.is_in()
    cookie = somebody.cookie
    assert isinstance(await somebody.asks(), Actor)
    somebody.works_at(*PRACTICES, role="")
    assert await somebody.welcome() is NO_PRACTICE
    assert await somebody.asks(cookie=cookie) is SESSION_OVER
    assert await somebody.enters() is PASSKEY_REFUSED

    somebody.works_at(PRACTICES[0])
    assert isinstance(await somebody.welcome(), Welcome)
    assert isinstance(await somebody.enters(), LoggedIn)
    actor = await somebody.asks()
    assert isinstance(actor, Actor)
    assert actor.probation


async def test_an_access_that_people_closed_is_not_opened_by_the_provider(somebody: Person) -> None:
    await somebody.is_in()
    actor = await somebody.asks()
    assert isinstance(actor, Actor)
    async with somebody.database.transaction(Role.IDENTITY) as work:
        await people.close(work, actor.account, "administrator", somebody.now)
    assert await somebody.asks() is SESSION_OVER
    assert await somebody.welcome() is NO_PRACTICE


async def test_a_place_that_is_left_is_no_longer_acted_for(somebody: Person) -> None:
    somebody.works_at(*PRACTICES)
    await somebody.is_enrolled()
    assert isinstance(await somebody.enters(Place(0, 2)), LoggedIn)
    actor = await somebody.asks()
    assert isinstance(actor, Actor)
    assert "practice:eligibility:ask" in actor.scopes
    somebody.works_at(PRACTICES[0])
    cookie = somebody.cookie
    assert isinstance(await somebody.welcome(), Welcome)
    somebody.cookie = cookie
    actor = await somebody.asks()
    assert isinstance(actor, Actor)
    assert actor.scopes == frozenset()
    assert await somebody.enters(Place(0, 2)) is NO_PRACTICE
