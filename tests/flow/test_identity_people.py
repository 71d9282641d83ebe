"""Organisations and their people, on PostgreSQL: two administrators on every day, two persons for an invitation."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest
from tests.flow.person import A_DAY, Person
from tests.unit.paper_tokens import new_key

from cloison.errors import Misuse, Reason
from cloison.identity import Duty, compact, delegations, people
from cloison.identity.actor import Actor, ActorKind, Channel
from cloison.identity.administration_reasons import (
    DELEGATION_UNKNOWN,
    DUTY_WRONG,
    INVITATION_REFUSED,
    NOT_ADMINISTRATOR,
    SECOND_PERSON,
    TWO_ADMINISTRATORS,
)
from cloison.identity.authenticate import Gate
from cloison.identity.passkeys import LoggedIn
from cloison.identity.people import Invitation, Welcome
from cloison.identity.posts import Place
from cloison.identity.store import people as store
from cloison.identity.store.passkeys import Passkey
from cloison.storage.database import Database
from cloison.storage.roles import Role

MOMENT = datetime.now(UTC)
"""The database itself counts administrators, from its own day on: so these tests live today."""
TODAY = MOMENT.date()


class House:
    """An organisation with its administrators, Alice and Bob, and three others who are staff."""

    def __init__(self, database: Database, organisation: int, accounts: list[int]) -> None:
        self.database = database
        self.organisation = organisation
        self.alice, self.bob, self.carol, self.dan, self.eve = accounts

    async def give(
        self, giver: int, account: int, duty: Duty, until: date = date.max, practice: int = 0
    ) -> int | Reason:
        async with self.database.transaction(Role.IDENTITY) as work:
            place = Place(self.organisation, practice)
            return await delegations.give(work, giver, account, place, duty, TODAY, until, TODAY)

    async def end(self, by: int, number: int, last: date = TODAY) -> Reason | None:
        async with self.database.transaction(Role.IDENTITY) as work:
            return await delegations.end(work, by, number, last, TODAY)

    async def number_of(self, account: int) -> int:
        async with self.database.transaction(Role.IDENTITY) as work:
            held = await store.delegations(work, self.organisation)
        return next(each.number for each in held if each.account == account and each.in_force(TODAY))

    async def invite(self, asker: int, account: int) -> Invitation | Reason:
        async with self.database.transaction(Role.IDENTITY) as work:
            return await people.invite(work, asker, account, self.organisation, MOMENT)

    async def approve(self, approver: int, number: int) -> Reason | None:
        async with self.database.transaction(Role.IDENTITY) as work:
            return await people.approve_invitation(work, approver, number, self.organisation, MOMENT)


async def opened(database: Database, kind: str = "establishment", tenant: int | None = None) -> House:
    actor = ActorKind.INSURER if kind == "insurer" else ActorKind.STAFF
    mark = uuid4().hex[:8]
    async with database.transaction(Role.IDENTITY) as work:
        accounts = [await people.register_account(work, f"{mark}-{name}", actor, MOMENT) for name in "abcde"]
        organisation = await delegations.found_organisation(work, f"house {mark}", kind, tenant, accounts[:2], TODAY)
    return House(database, organisation, accounts)


@pytest.fixture
async def house(gate: Gate, shared_database: Database) -> House:
    assert gate
    return await opened(shared_database)


async def test_an_organisation_is_founded_by_two(shared_database: Database, house: House) -> None:
    for administrators in ([house.alice], [house.alice, house.alice], []):
        with pytest.raises(Misuse, match=r"identity\.two_administrators"):
            async with shared_database.transaction(Role.IDENTITY) as work:
                await delegations.found_organisation(work, "alone", "establishment", None, administrators, TODAY)
    pair = [house.alice, house.bob]
    for kind, tenant in (("club", None), ("insurer", None), ("establishment", 3)):
        with pytest.raises(Misuse, match=r"identity\.duty_wrong"):
            async with shared_database.transaction(Role.IDENTITY) as work:
                await delegations.found_organisation(work, "odd", kind, tenant, pair, TODAY)


async def test_the_last_two_administrators_cannot_be_removed(house: House) -> None:
    first, second = await house.number_of(house.alice), await house.number_of(house.bob)
    assert await house.end(house.alice, second) is TWO_ADMINISTRATORS
    assert await house.end(house.alice, first) is TWO_ADMINISTRATORS, "not even oneself"
    assert await house.end(house.alice, second, TODAY + timedelta(days=30)) is TWO_ADMINISTRATORS, "nor later"

    assert isinstance(await house.give(house.alice, house.carol, Duty.ADMINISTRATOR, TODAY + timedelta(days=9)), int)
    assert await house.end(house.alice, second) is TWO_ADMINISTRATORS, "the third one's term ends"
    assert isinstance(await house.give(house.alice, house.dan, Duty.ADMINISTRATOR), int)
    assert await house.end(house.alice, second) is None
    assert await house.end(house.alice, second) is DELEGATION_UNKNOWN


async def test_two_administrators_who_remove_each_other_do_not_both_succeed(house: House) -> None:
    third = await house.give(house.alice, house.carol, Duty.ADMINISTRATOR)
    assert isinstance(third, int)
    numbers = [await house.number_of(account) for account in (house.alice, house.bob, house.carol)]
    answers = await asyncio.gather(
        house.end(house.alice, numbers[1]), house.end(house.bob, numbers[2]), house.end(house.carol, numbers[0])
    )
    assert sum(answer is None for answer in answers) == 1


async def test_the_database_itself_keeps_two(house: House, shared_database: Database) -> None:
    """Whatever code asks: the service's own role cannot commit an organisation with one."""
    number = await house.number_of(house.alice)
    async with shared_database.session(Role.IDENTITY) as connection:
        for change in (
            "update identity.delegation set valid_to = current_date where delegation = $1",
            "update identity.delegation set valid_to = current_date + 40 where delegation = $1",
        ):
            with pytest.raises(asyncpg.PostgresError, match="keeps two administrators"):
                await connection.execute(change, number)
        with pytest.raises(asyncpg.PostgresError, match="keeps two administrators"):
            await connection.execute("insert into identity.organisation (name, kind) values ('x', 'establishment')")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("delete from identity.delegation where delegation = $1", number)


async def test_only_an_administrator_in_office_gives_and_ends_and_only_what_fits(house: House) -> None:
    assert await house.give(house.carol, house.dan, Duty.STAFF) is NOT_ADMINISTRATOR
    number = await house.give(house.alice, house.dan, Duty.STAFF)
    assert isinstance(number, int)
    assert await house.end(house.dan, number) is NOT_ADMINISTRATOR
    other = await opened(house.database)
    assert await other.end(other.alice, number) is NOT_ADMINISTRATOR
    assert await house.give(other.alice, house.dan, Duty.ADMINISTRATOR) is NOT_ADMINISTRATOR
    for duty in (Duty.OPERATOR_ADMINISTRATOR, Duty.SECURITY_OFFICER, Duty.INSURER_USER, Duty.PROFESSIONAL):
        assert await house.give(house.alice, house.dan, duty) is DUTY_WRONG, duty
    assert await house.give(house.alice, house.dan, Duty.STAFF, TODAY) is DUTY_WRONG, "no day at all"
    assert await house.give(house.alice, house.dan, Duty.STAFF, practice=1) is DUTY_WRONG, "a practice it does not run"
    assert await house.end(house.alice, number) is None


async def enter(house: House, gate: Gate, code: str) -> Person | Reason:
    """Accept an invitation, register a passkey, and log in a day later."""
    person = Person(gate, house.database, None, None, MOMENT)  # pyright: ignore[reportArgumentType]
    welcome = await people.accept_invitation(house.database, code, compact.thumbprint(person.key), MOMENT)
    if isinstance(welcome, Reason):
        return welcome
    person.cookie = welcome.opened.cookie
    assert isinstance(await person.registers(), Passkey)
    person.now += A_DAY
    assert isinstance(await person.enters(), LoggedIn)
    return person


async def test_somebody_whom_no_provider_knows_begins_by_an_invitation_of_two_persons(house: House, gate: Gate) -> None:
    assert isinstance(await house.give(house.alice, house.carol, Duty.DELEGATE), int)
    invitation = await house.invite(house.alice, house.carol)
    assert isinstance(invitation, Invitation)
    assert await enter(house, gate, invitation.code) is INVITATION_REFUSED, "not approved"
    assert await house.approve(house.alice, invitation.number) is SECOND_PERSON
    assert await house.approve(house.carol, invitation.number) is NOT_ADMINISTRATOR
    assert await house.approve(house.bob, invitation.number) is None
    assert await house.approve(house.bob, invitation.number) is INVITATION_REFUSED
    person = await enter(house, gate, invitation.code)
    assert isinstance(person, Person)
    assert await enter(house, gate, invitation.code) is INVITATION_REFUSED, "a second time"
    actor = await person.asks()
    assert isinstance(actor, Actor)
    assert (actor.kind, actor.channel) == (ActorKind.STAFF, Channel.PORTAL)
    assert actor.organisation == house.organisation
    assert actor.probation


async def test_an_invitation_reaches_nobody_of_another_organisation_and_no_professional(
    house: House, somebody: Person
) -> None:
    other = await opened(house.database)
    assert await house.invite(house.alice, other.bob) is NOT_ADMINISTRATOR
    assert await house.invite(house.alice, 1) is NOT_ADMINISTRATOR, "the operator's own account"
    assert await house.invite(house.alice, house.carol) is NOT_ADMINISTRATOR, "who has no duty yet"
    assert await house.invite(house.alice, house.alice) is SECOND_PERSON
    assert await house.invite(house.carol, house.bob) is NOT_ADMINISTRATOR
    welcome = await somebody.welcome()
    assert isinstance(welcome, Welcome)
    assert await house.give(house.alice, welcome.account, Duty.DELEGATE) not in (DUTY_WRONG, NOT_ADMINISTRATOR)
    assert await house.invite(house.alice, welcome.account) is NOT_ADMINISTRATOR, "whom the provider vouches for"


async def test_an_invitation_lasts_a_day(house: House) -> None:
    assert isinstance(await house.give(house.alice, house.carol, Duty.STAFF), int)
    invitation = await house.invite(house.alice, house.carol)
    assert isinstance(invitation, Invitation)
    assert await house.approve(house.bob, invitation.number) is None
    late = await people.accept_invitation(
        house.database, invitation.code, compact.thumbprint(new_key()), MOMENT + A_DAY
    )
    assert late is INVITATION_REFUSED
    assert invitation.code not in repr(invitation)


async def test_an_insurers_user_acts_for_that_insurer_alone_and_invites_its_own_insured(
    gate: Gate, shared_database: Database
) -> None:
    house = await opened(shared_database, "insurer", 41)
    assert isinstance(await house.give(house.alice, house.carol, Duty.INSURER_USER), int)
    invitation = await house.invite(house.alice, house.carol)
    assert isinstance(invitation, Invitation)
    assert await house.approve(house.bob, invitation.number) is None
    person = await enter(house, gate, invitation.code)
    assert isinstance(person, Person)
    actor = await person.asks()
    assert isinstance(actor, Actor)
    assert (actor.channel, actor.tenant, actor.tenants) == (Channel.INSURER, 41, {41})
    assert "insurer:movement:send" in actor.scopes

    async with shared_database.transaction(Role.IDENTITY) as work:
        insured = [await people.register_account(work, uuid4().hex, ActorKind.INSURED, MOMENT) for _ in range(2)]
        await people.bind_insured(work, insured[0], 41, UUID(int=1), MOMENT)
        await people.bind_insured(work, insured[1], 42, UUID(int=2), MOMENT)
    assert await house.invite(house.alice, insured[1]) is NOT_ADMINISTRATOR, "another insurer's"
    invitation = await house.invite(house.alice, insured[0])
    assert isinstance(invitation, Invitation)
    assert await house.approve(house.bob, invitation.number) is None
    person = await enter(house, gate, invitation.code)
    assert isinstance(person, Person)
    actor = await person.asks()
    assert isinstance(actor, Actor)
    assert (actor.kind, actor.channel, actor.practice) == (ActorKind.INSURED, Channel.CITIZEN, 0)
    assert await store.insured_of(shared_database, actor.account, MOMENT.date()) == [(41, UUID(int=1))]
