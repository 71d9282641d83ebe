"""Who may act for which organisation and practice, with which duties, on a day.

A delegation runs from a day to another, excluded; it is ended, never erased. It covers one practice, or all those that
the organisation runs on that day. A professional also acts where their identity provider says that they practise: that
is a delegation by no organisation.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from cloison.identity.actor import ActorKind
from cloison.identity.duties import POSTS, Duty

ADMINISTRATORS = frozenset({Duty.ADMINISTRATOR, Duty.INSURER_ADMINISTRATOR, Duty.OPERATOR_ADMINISTRATOR})
FEWEST_ADMINISTRATORS = 2
DUTIES = {
    "establishment": frozenset({Duty.PROFESSIONAL, Duty.DELEGATE, Duty.STAFF, Duty.ADMINISTRATOR}),
    "insurer": frozenset({Duty.INSURER_USER, Duty.INSURER_ADMINISTRATOR}),
    "operator": frozenset(
        {Duty.SECURITY_OFFICER, Duty.DATA_PROTECTION_OFFICER, Duty.FINANCE_CLERK, Duty.OPERATOR_ADMINISTRATOR}
    ),
    "partner": frozenset({Duty.ADMINISTRATOR}),
}
"""What an organisation of each kind can give: administrators of a practice make nobody an officer of the operator."""


@dataclass(frozen=True, slots=True)
class Delegation:
    """One duty of one account. `practice` 0: every practice of the organisation; `organisation` 0: of none."""

    number: int
    account: int
    organisation: int
    practice: int
    duty: Duty
    valid_from: date
    valid_to: date

    def in_force(self, day: date) -> bool:
        return self.valid_from <= day < self.valid_to


@dataclass(frozen=True, slots=True)
class Place:
    """For whom somebody acts: an organisation, a practice, or a practice of an organisation. Zero: none."""

    organisation: int = 0
    practice: int = 0


NOWHERE = Place()


def fits(duty: Duty, organisation: str, account: ActorKind) -> bool:
    """Whether an organisation of this kind may give this duty to an account of that kind."""
    wanted = POSTS[duty].kind
    helps = account is ActorKind.PROFESSIONAL and wanted is ActorKind.STAFF
    return duty in DUTIES[organisation] and (account is wanted or helps)


def places(delegations: Iterable[Delegation], runs: Iterable[Place], day: date) -> tuple[Place, ...]:
    """Where these delegations allow to act on a day. `runs` says which organisation runs which practice then."""
    runs = tuple(runs)
    found: set[Place] = set()
    for each in delegations:
        if each.in_force(day):
            within = [place for place in runs if place.organisation == each.organisation]
            if each.practice:
                known = [place for place in runs if place.practice == each.practice]
                found.add(known[0] if known and not each.organisation else Place(each.organisation, each.practice))
            elif each.duty in ADMINISTRATORS or not within:
                found.add(Place(each.organisation))
            else:
                found.update(within)
    return tuple(sorted(found, key=lambda place: (place.organisation, place.practice)))


def duties_at(delegations: Iterable[Delegation], place: Place, day: date) -> frozenset[Duty]:
    """The duties that somebody has at a place on a day."""
    return frozenset(
        each.duty
        for each in delegations
        if each.in_force(day)
        and (
            (each.organisation == place.organisation and each.practice in (0, place.practice))
            or (not each.organisation and each.practice == place.practice != 0)
        )
    )


def short_of_administrators(delegations: Sequence[Delegation], since: date) -> date | None:
    """The first day from `since` on which an organisation has fewer than two administrators; None: never."""
    administrators = [each for each in delegations if each.duty in ADMINISTRATORS]
    changes = {since, *(each.valid_to for each in administrators if since < each.valid_to < date.max)}
    for day in sorted(changes):
        if len({each.account for each in administrators if each.in_force(day)}) < FEWEST_ADMINISTRATORS:
            return day
    return None


def administers(delegations: Iterable[Delegation], account: int, day: date) -> bool:
    """Whether an account is among the administrators in office of these delegations."""
    return any(each.account == account and each.duty in ADMINISTRATORS and each.in_force(day) for each in delegations)
