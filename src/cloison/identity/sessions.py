"""Sessions of persons: a cookie that is of no use without the key that the browser keeps and cannot give away.

Fifteen minutes without a request, or four hours in all, and it is over. The value of the cookie changes when what it
allows does: another place, a confirmation. Here only digests of it are kept. A session is of one of two kinds:

    vouched  an identity provider or an invitation just said who it is: five minutes to register a passkey, nothing else
    open     a passkey with its holder verified
"""

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from cloison.errors import Reason
from cloison.identity import compact
from cloison.identity.actor import Actor, ActorKind, Channel, Means
from cloison.identity.dpop import Proof
from cloison.identity.duties import scopes
from cloison.identity.posts import NOWHERE, Delegation, Place, duties_at, places
from cloison.identity.reasons import ENROLMENT_CLOSED, NO_PRACTICE, PROOF_INVALID, PROOF_REPLAYED, SESSION_OVER
from cloison.identity.store import journal
from cloison.identity.store import sessions as store
from cloison.identity.store.sessions import Row
from cloison.storage.roles import Role
from cloison.storage.transaction import Storage, Transaction

COOKIE = "__Host-cloison"
IDLE = timedelta(minutes=15)
LASTS = timedelta(hours=4)
VOUCHED_LASTS = timedelta(minutes=5)
SEEN_EVERY = timedelta(minutes=1)
"""How often being seen is written down: a session may end up to a minute early, never late."""
CHANNELS = {"operator": Channel.OFFICE, "insurer": Channel.INSURER}


@dataclass(frozen=True, slots=True)
class Opened:
    """A session and the value that opens it, told once."""

    session: UUID
    cookie: str = field(repr=False)
    ends_at: datetime
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Found:
    """A living session whose proof is good, and whom its holder may act for."""

    row: Row
    delegations: tuple[Delegation, ...]
    places: tuple[Place, ...]

    @property
    def place(self) -> Place:
        return Place(self.row.organisation, self.row.practice)


def set_cookie(opened: Opened, now: datetime) -> str:
    """The Set-Cookie header of a session."""
    seconds = int((opened.ends_at - now).total_seconds())
    return f"{COOKIE}={opened.cookie}; Max-Age={seconds}; Path=/; Secure; HttpOnly; SameSite=Strict"


def clear_cookie() -> str:
    """The Set-Cookie header that ends it in the browser."""
    return f"{COOKIE}=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Strict"


class Sessions:
    """Opens, finds, rotates and ends sessions."""

    def __init__(self, database: Storage) -> None:
        self._database = database

    async def find(self, cookie: str, proof: Proof, now: datetime) -> Found | Reason:
        """The session that this cookie opens, with this proof by its key, which is used by that."""
        found = await store.present(self._database, compact.digest(cookie), proof.replay, proof.until, now.date())
        if found is None:
            return SESSION_OVER
        row, delegations, runs = found
        if not hmac.compare_digest(row.key_thumbprint, proof.key_thumbprint):
            return PROOF_INVALID
        if not row.first:
            return PROOF_REPLAYED
        if now >= row.ends_at or now - row.seen_at >= IDLE or row.state == "off" or row.passkey_revoked_at is not None:
            return SESSION_OVER
        if now - row.seen_at >= SEEN_EVERY:
            await store.seen(self._database, row.session, now)
        return Found(row, tuple(delegations), places(delegations, runs, now.date()))

    async def actor(self, cookie: str, proof: Proof, now: datetime) -> Actor | Reason:
        """Who makes a request with this cookie and proof."""
        found = await self.find(cookie, proof, now)
        if isinstance(found, Reason):
            return found
        return actor_of(found, now) if found.row.kind == "open" else SESSION_OVER

    async def vouched(self, cookie: str, proof: Proof, now: datetime) -> Found | Reason:
        """The session in which a passkey may be registered: vouched for less than five minutes ago."""
        found = await self.find(cookie, proof, now)
        if isinstance(found, Reason):
            return found
        fresh = found.row.kind == "vouched" and now - found.row.opened_at < VOUCHED_LASTS
        return found if fresh else ENROLMENT_CLOSED

    async def act_for(self, found: Found, place: Place, now: datetime) -> Opened | Reason:
        """Act for another place where this person has duties; the cookie changes."""
        if place not in found.places or found.row.kind != "open":
            return NO_PRACTICE
        async with self._database.transaction(Role.IDENTITY) as work:
            await store.move(work, found.row.session, place)
            cookie = await turn(work, found.row.session)
            await journal.note(work, "place_changed", found.row.account, now, session=found.row.session)
        return Opened(found.row.session, cookie, found.row.ends_at, place)

    async def end(self, found: Found, now: datetime) -> None:
        """Log out."""
        async with self._database.transaction(Role.IDENTITY) as work:
            await store.end(work, found.row.session, now)
            await journal.note(work, "logout", found.row.account, now, session=found.row.session)


async def start(
    work: Transaction,
    account: int,
    kind: str,
    key_thumbprint: bytes,
    now: datetime,
    place: Place = NOWHERE,
    passkey: UUID | None = None,
) -> Opened:
    """A new session: whatever was open in this browser before is of no use with it."""
    session, cookie = uuid4(), secrets.token_urlsafe(32)
    ends_at = now + (LASTS if kind == "open" else VOUCHED_LASTS)
    await store.add(work, session, compact.digest(cookie), key_thumbprint, account, kind, place, passkey, now, ends_at)
    return Opened(session, cookie, ends_at, place)


async def turn(work: Transaction, session: UUID) -> str:
    """Another value opens this session; the one before no longer does."""
    cookie = secrets.token_urlsafe(32)
    await store.rotate(work, session, compact.digest(cookie))
    return cookie


def actor_of(found: Found, now: datetime, stepped_up: bool = False) -> Actor:
    """The holder of a session, with the duties of today at the place it acts for."""
    row = found.row
    duties = duties_at(found.delegations, found.place, now.date())
    kind = ActorKind(row.account_kind)
    channel = Channel.CITIZEN if kind is ActorKind.INSURED else CHANNELS.get(row.organisation_kind, Channel.PORTAL)
    return Actor(
        account=row.account,
        kind=kind,
        channel=channel,
        means=Means.PASSKEY,
        organisation=row.organisation,
        practice=row.practice,
        tenant=row.tenant,
        scopes=scopes(*duties),
        tenants=frozenset({row.tenant} - {0}),
        session=row.session,
        authenticator=row.passkey,
        stepped_up=stepped_up,
        practices=frozenset({row.practice} - {0}),
        probation=row.probation_until is not None and now < row.probation_until,
    )
