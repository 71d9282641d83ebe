"""Who acts for whom on a day: duties have dates and places, and an organisation is never short of administrators."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloison.identity import Duty
from cloison.identity.actor import ActorKind
from cloison.identity.posts import DUTIES, Delegation, Place, duties_at, fits, places, short_of_administrators

DAY = date(2026, 11, 22)
ALICE, BOB, CAROL = 1, 2, 3


def post(
    account: int, duty: Duty, organisation: int = 1, practice: int = 0, since: int = -10, until: int | None = None
) -> Delegation:
    """A duty from so many days after today until so many, excluded."""
    ends = date.max if until is None else DAY + timedelta(days=until)
    return Delegation(0, account, organisation, practice, duty, DAY + timedelta(days=since), ends)


def administrator(account: int, since: int = -10, until: int | None = None) -> Delegation:
    return post(account, Duty.ADMINISTRATOR, since=since, until=until)


def test_a_delegation_holds_from_its_first_day_to_the_day_before_its_last():
    one = post(ALICE, Duty.STAFF, since=0, until=2)
    assert [one.in_force(DAY + timedelta(days=day)) for day in (-1, 0, 1, 2)] == [False, True, True, False]


def test_a_delegation_of_an_organisation_covers_the_practices_it_runs():
    runs = [Place(1, 7), Place(1, 8), Place(2, 9)]
    assert places([post(ALICE, Duty.STAFF)], runs, DAY) == (Place(1, 7), Place(1, 8))
    assert places([post(ALICE, Duty.STAFF, practice=8)], runs, DAY) == (Place(1, 8),)
    assert places([administrator(ALICE)], runs, DAY) == (Place(1),)
    assert places([post(ALICE, Duty.INSURER_USER, organisation=5)], [], DAY) == (Place(5),)
    assert places([post(ALICE, Duty.STAFF, until=0)], runs, DAY) == ()


def test_a_professional_acts_where_they_practise_within_the_organisation_that_runs_it():
    practises = post(ALICE, Duty.PROFESSIONAL, organisation=0, practice=7)
    assert places([practises], [], DAY) == (Place(0, 7),)
    assert places([practises], [Place(1, 7)], DAY) == (Place(1, 7),)
    assert duties_at([practises], Place(1, 7), DAY) == {Duty.PROFESSIONAL}
    assert duties_at([practises], Place(1, 8), DAY) == frozenset()


def test_duties_at_a_place_are_those_that_cover_it():
    held = [administrator(ALICE), post(ALICE, Duty.DELEGATE, practice=7), post(ALICE, Duty.STAFF, organisation=2)]
    assert duties_at(held, Place(1, 7), DAY) == {Duty.ADMINISTRATOR, Duty.DELEGATE}
    assert duties_at(held, Place(1), DAY) == {Duty.ADMINISTRATOR}
    assert duties_at(held, Place(2, 9), DAY) == {Duty.STAFF}
    assert duties_at(held, Place(3, 9), DAY) == frozenset()
    assert duties_at(held, Place(), DAY) == frozenset()


@pytest.mark.parametrize(
    ("held", "short"),
    [
        ([administrator(ALICE), administrator(BOB)], None),
        ([administrator(ALICE)], 0),
        ([administrator(ALICE), administrator(ALICE)], 0),
        ([administrator(ALICE), post(BOB, Duty.STAFF)], 0),
        ([administrator(ALICE), administrator(BOB, until=5)], 5),
        ([administrator(ALICE), administrator(BOB, until=5), administrator(CAROL, since=5)], None),
        ([administrator(ALICE), administrator(BOB, until=5), administrator(CAROL, since=6)], 5),
        ([administrator(ALICE), administrator(BOB, since=1)], 0),
    ],
)
def test_the_first_day_with_fewer_than_two_administrators_is_found(held: list[Delegation], short: int | None):
    found = short_of_administrators(held, DAY)
    assert found == (None if short is None else DAY + timedelta(days=short))


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(-5, 20), st.integers(0, 20) | st.none()), max_size=8))
def test_no_day_is_shorter_than_the_one_that_is_found(drawn: list[tuple[int, int, int | None]]):
    """Against the slow and obvious way: count on every day of a month."""
    held = [administrator(who, since, until) for who, since, until in drawn if until is None or until > since]
    days = [DAY + timedelta(days=day) for day in range(45)]
    short = [day for day in days if len({each.account for each in held if each.in_force(day)}) < 2]
    assert short_of_administrators(held, DAY) == (short[0] if short else None)


def test_an_organisation_gives_the_duties_of_its_kind_to_accounts_of_theirs():
    assert fits(Duty.DELEGATE, "establishment", ActorKind.STAFF)
    assert fits(Duty.ADMINISTRATOR, "establishment", ActorKind.PROFESSIONAL), "a pharmacist runs the pharmacy"
    assert not fits(Duty.PROFESSIONAL, "establishment", ActorKind.STAFF)
    assert not fits(Duty.INSURER_USER, "insurer", ActorKind.STAFF)
    for kind in ("establishment", "insurer", "partner"):
        assert not any(fits(Duty.OPERATOR_ADMINISTRATOR, kind, each) for each in ActorKind)
        assert not any(fits(Duty.SECURITY_OFFICER, kind, each) for each in ActorKind)
    assert all(any(duty.endswith("administrator") for duty in given) for given in DUTIES.values())
