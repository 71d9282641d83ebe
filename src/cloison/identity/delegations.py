"""Delegations given and ended by the administrators of an organisation, which keeps two of them on every day."""

from collections.abc import Sequence
from datetime import date

from cloison.errors import Misuse, Reason
from cloison.identity.administration_reasons import (
    DELEGATION_UNKNOWN,
    NOT_ADMINISTRATOR,
    PERSON_EXISTS,
    TWO_ADMINISTRATORS,
)
from cloison.identity.duties import Duty
from cloison.identity.posts import (
    ADMINISTRATORS,
    FEWEST_ADMINISTRATORS,
    Place,
    administers,
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
    if len(set(administrators)) < FEWEST_ADMINISTRATORS:
        raise Misuse(TWO_ADMINISTRATORS, cause=name)
    organisation = await store.add_organisation(work, name, kind, tenant)
    if organisation is None:
        raise Misuse(PERSON_EXISTS, cause=name)
    duty = {"insurer": Duty.INSURER_ADMINISTRATOR, "operator": Duty.OPERATOR_ADMINISTRATOR}.get(
        kind, Duty.ADMINISTRATOR
    )
    for account in administrators:
        await store.add_delegation(work, None, account, Place(organisation), duty, day, date.max)
    return organisation
