"""Delegations given and ended by the administrators of an organisation, which keeps two of them on every day."""

from collections.abc import Sequence
from datetime import date

from cloison.errors import Misuse, Reason
from cloison.identity.actor import ActorKind
from cloison.identity.administration_reasons import (
    DELEGATION_UNKNOWN,
    DUTY_WRONG,
    NAME_TAKEN,
    NOT_ADMINISTRATOR,
    TWO_ADMINISTRATORS,
)
from cloison.identity.duties import Duty
from cloison.identity.posts import (
    ADMINISTRATORS,
    DUTIES,
    FEWEST_ADMINISTRATORS,
    Place,
    administers,
    fits,
    short_of_administrators,
)
from cloison.identity.store import people as store
from cloison.storage.transaction import Transaction


async def give(
    work: Transaction, giver: int, account: int, place: Place, duty: Duty, valid_from: date, valid_to: date, day: date
) -> int | Reason:
    """Give a duty, as an administrator of the organisation. Its number, or why not."""
    of_organisation = await store.delegations(work, organisation=place.organisation)
    if not administers(of_organisation, giver, day):
        return NOT_ADMINISTRATOR
    kind = await store.organisation_kind(work, place.organisation)
    account_kind = ActorKind((await store.standing_within(work, account)).kind)
    runs = not place.practice or await store.runs(work, place.organisation, place.practice, valid_from)
    if not (fits(duty, kind, account_kind) and runs and day <= valid_from < valid_to):
        return DUTY_WRONG
    return await store.add_delegation(work, giver, account, place, duty, valid_from, valid_to)


async def end(work: Transaction, by: int, number: int, last_day_excluded: date, day: date) -> Reason | None:
    """End a delegation, as an administrator of its organisation; None when it is done."""
    found = await store.delegation(work, number)
    if found is None or not found.in_force(day) or last_day_excluded > found.valid_to:
        return DELEGATION_UNKNOWN
    await store.lock_organisation(work, found.organisation)
    everybody = await store.delegations(work, organisation=found.organisation)
    if not administers(everybody, by, day):
        return NOT_ADMINISTRATOR
    if found.duty in ADMINISTRATORS:
        after = [each for each in everybody if each.number != number]
        if short_of_administrators(after, last_day_excluded) is not None:
            return TWO_ADMINISTRATORS
    await store.end_delegation(work, number, by, last_day_excluded)
    return None


async def found_organisation(
    work: Transaction, name: str, kind: str, tenant: int | None, administrators: Sequence[int], day: date
) -> int:
    """An organisation with its first administrators. Raises Misuse when there are fewer than two."""
    if kind not in DUTIES or (kind == "insurer") is (tenant is None):
        raise Misuse(DUTY_WRONG, cause=kind)
    if len(set(administrators)) < FEWEST_ADMINISTRATORS:
        raise Misuse(TWO_ADMINISTRATORS, cause=name)
    organisation = await store.add_organisation(work, name, kind, tenant)
    if organisation is None:
        raise Misuse(NAME_TAKEN, cause=name)
    [duty] = DUTIES[kind] & ADMINISTRATORS
    for account in administrators:
        if not fits(duty, kind, ActorKind((await store.standing_within(work, account)).kind)):
            raise Misuse(DUTY_WRONG, cause=name)
        await store.add_delegation(work, None, account, Place(organisation), duty, day, date.max)
    return organisation
