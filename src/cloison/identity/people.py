"""Persons who act: accounts, what vouches for them, and how an access begins again after it was lost or locked.

A professional is vouched for by a national provider; whoever has none (staff, insurers' users, insured persons) by an
invitation that one administrator asks for and another approves, told by hand and good once. No message resets anything.
"""

import secrets
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from cloison.errors import Misuse, Reason
from cloison.identity import compact, sessions
from cloison.identity.actor import ActorKind
from cloison.identity.administration_reasons import (
    ACCOUNT_UNKNOWN,
    INVITATION_REFUSED,
    NAME_TAKEN,
    NOT_ADMINISTRATOR,
    SECOND_PERSON,
)
from cloison.identity.oidc import Vouched
from cloison.identity.passkeys import PROBATION
from cloison.identity.posts import Place, administers
from cloison.identity.reasons import NO_PRACTICE
from cloison.identity.sessions import Opened
from cloison.identity.store import journal, passkeys
from cloison.identity.store import people as store
from cloison.identity.store import sessions as session_store
from cloison.storage.roles import Role
from cloison.storage.transaction import Storage, Transaction

BY_PROVIDER = "provider"
"""Why an access is off that its provider no longer backs: it may back it again. What people closed, people open."""
INVITATION_LASTS = timedelta(hours=24)
CHANNELS = {
    ActorKind.PROFESSIONAL: "portal",
    ActorKind.STAFF: "portal",
    ActorKind.INSURER: "insurer",
    ActorKind.INSURED: "citizen",
}


@dataclass(frozen=True, slots=True)
class Welcome:
    """Somebody who was vouched for: a session of five minutes to register a passkey in, or to log in with one."""

    opened: Opened
    account: int
    passkeys: int


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation that waits for its approval; the code is told once, to who asked."""

    number: int
    code: str = field(repr=False)


async def welcome(database: Storage, vouched: Vouched, now: datetime) -> Welcome | Reason:
    """Take a professional as their provider says they are now. An access that the provider no longer backs ends."""
    async with database.transaction(Role.IDENTITY) as work:
        account = await store.account_of(work, vouched.provider, vouched.subject)
        practices = await store.practices_numbered(work, list(vouched.establishments)) if vouched.active else []
        if account is None:
            account = await _first_time(work, vouched, bool(practices))
        if account is None:
            return NO_PRACTICE
        await store.set_activities(work, account, practices, now.date())
        delegated = await store.has_delegation(work, account, now.date())
        standing = await store.standing_within(work, account)
        if not vouched.active or not (practices or delegated):
            if standing.state != "off":
                await close(work, account, BY_PROVIDER, now)
            return NO_PRACTICE
        if standing.state == "off" and standing.cause != BY_PROVIDER:
            return NO_PRACTICE
        if standing.state != "active":
            await _recover(work, account, standing.state, now)
        await store.vouch(work, account, vouched.provider, vouched.acr, now)
        opened = await sessions.start(work, account, "vouched", vouched.key_thumbprint, now)
        await journal.note(work, "vouched", account, now, vouched.provider, opened.session)
    return Welcome(opened, account, len(await passkeys.of_account(database, account)))


async def _first_time(work: Transaction, vouched: Vouched, practises: bool) -> int | None:
    """An account for a professional who practises at an establishment registered here."""
    if not practises:
        return None
    account = await store.add_account(work, f"{vouched.provider}:{vouched.subject}", "professional", "portal")
    if account is not None:
        await store.link(work, vouched.provider, vouched.subject, account)
    return account


async def _recover(work: Transaction, account: int, from_state: str, now: datetime) -> None:
    """An access that was locked or off opens again, under watch."""
    await store.set_standing(work, account, "active", "recovered", now, now + PROBATION)
    await store.succeeded(work, account, now)
    await journal.note(work, "recovered", account, now, from_state)
    await journal.tell(work, account, "access_recovered", now)


async def close(work: Transaction, account: int, cause: str, now: datetime) -> None:
    """Put an access off, with every session that it has open."""
    await store.set_standing(work, account, "off", cause, now)
    await session_store.end_all(work, account, now)
    await journal.note(work, "off", account, now, cause)
    await journal.tell(work, account, "access_off", now)


# ------------------------------------------------------------------ accounts made by hand


async def register_account(work: Transaction, name: str, kind: ActorKind, now: datetime) -> int:
    """An account for somebody whom no provider knows. It opens nothing until an invitation is accepted."""
    account = await store.add_account(work, name, kind.value, CHANNELS[kind])
    if account is None:
        raise Misuse(NAME_TAKEN, cause=name)
    await journal.note(work, "account_added", account, now)
    return account


async def account_named(work: Transaction, name: str) -> int:
    """The account of this name. Raises Misuse when there is none."""
    account = await store.account_named(work, name)
    if account is None:
        raise Misuse(ACCOUNT_UNKNOWN, cause=name)
    return account


async def organisation_named(work: Transaction, name: str) -> int:
    """The organisation of this name. Raises Misuse when there is none."""
    organisation = await store.organisation_named(work, name)
    if organisation is None:
        raise Misuse(ACCOUNT_UNKNOWN, cause=name)
    return organisation


async def attach(work: Transaction, place: Place, valid_from: date) -> None:
    """Say that an organisation runs a practice, from a day on."""
    await store.add_establishment(work, place, valid_from, date.max)


async def bind_insured(work: Transaction, account: int, tenant: int, person: UUID, now: datetime) -> None:
    """Say whose statement an insured account reads."""
    await store.bind_insured(work, account, tenant, person, now.date())


# ------------------------------------------------------------------ invitations: two persons


async def invite(work: Transaction, asker: int, account: int, organisation: int, now: datetime) -> Invitation | Reason:
    """Ask for an invitation, as an administrator of the one organisation that this account belongs to."""
    if not administers(await store.delegations(work, organisation), asker, now.date()):
        return NOT_ADMINISTRATOR
    if not await store.belongs(work, account, organisation, now.date()):
        return NOT_ADMINISTRATOR
    if asker == account:
        return SECOND_PERSON
    code = secrets.token_urlsafe(24)
    number = await passkeys.invite(work, compact.digest(code), account, asker, now + INVITATION_LASTS)
    await journal.note(work, "invitation_asked", account, now, str(number))
    return Invitation(number, code)


async def approve_invitation(
    work: Transaction, approver: int, number: int, organisation: int, now: datetime
) -> Reason | None:
    """Approve an invitation, as another administrator of the organisation; None when it is done."""
    if not administers(await store.delegations(work, organisation), approver, now.date()):
        return NOT_ADMINISTRATOR
    waiting = await passkeys.invitation(work, number)
    if waiting is None:
        return INVITATION_REFUSED
    if approver in waiting:
        return SECOND_PERSON
    await passkeys.approve(work, number, approver, now + INVITATION_LASTS)
    await journal.note(work, "invitation_approved", waiting[0], now, str(number))
    return None


async def accept_invitation(database: Storage, code: str, key_thumbprint: bytes, now: datetime) -> Welcome | Reason:
    """Begin, or begin again, with an approved invitation: five minutes to register a passkey."""
    async with database.transaction(Role.IDENTITY) as work:
        account = await passkeys.accept(work, compact.digest(code), now)
        if account is None:
            return INVITATION_REFUSED
        standing = await store.standing_within(work, account)
        if standing.state != "active":
            await _recover(work, account, standing.state, now)
        opened = await sessions.start(work, account, "vouched", key_thumbprint, now)
        await journal.note(work, "invitation_accepted", account, now, session=opened.session)
        await journal.tell(work, account, "invitation_accepted", now)
    return Welcome(opened, account, len(await passkeys.of_account(database, account)))
