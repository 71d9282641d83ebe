"""Step-up: a passkey signs one request, and that request is executed, once, within a minute.

The challenge is SHA-256(nonce ‖ canonical request): method, address with its query, and the digest of the body, each
with its length. What is executed is what was shown to be signed, or the challenge does not fit. The cookie changes.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import webauthn
from webauthn.helpers.structs import PublicKeyCredentialDescriptor, UserVerificationRequirement

from cloison.errors import Reason
from cloison.identity.actor import Actor
from cloison.identity.passkeys import TIMEOUT_MS, Passkeys, Response, challenge_of, plain
from cloison.identity.realm import Realm
from cloison.identity.reasons import SESSION_OVER, STEP_UP_REFUSED
from cloison.identity.sessions import Found, Opened, actor_of, turn
from cloison.identity.store import journal, once
from cloison.identity.store import passkeys as store
from cloison.identity.store import sessions as session_store
from cloison.identity.store.once import Waiting
from cloison.storage.roles import Role
from cloison.storage.transaction import Storage

LASTS = timedelta(seconds=60)
NONCE_BYTES = 32


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be executed: exactly this."""

    method: str
    url: str
    body: bytes = field(default=b"", repr=False)

    def canonical(self) -> bytes:
        parts = (self.method.encode(), self.url.encode(), hashlib.sha256(self.body).digest())
        return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A request that its maker confirmed: who, and the new value of their cookie."""

    actor: Actor
    opened: Opened


class StepUp:
    """Asks for confirmations and checks them."""

    def __init__(self, realm: Realm, database: Storage) -> None:
        self._realm = realm
        self._database = database
        self._passkeys = Passkeys(realm, database)

    async def options(self, found: Found, request: Request, now: datetime) -> Response | Reason:
        """What the browser needs to confirm this request."""
        if found.row.kind != "open":
            return SESSION_OVER
        nonce = secrets.token_bytes(NONCE_BYTES)
        challenge = _challenge(nonce, request)
        waiting = Waiting(now, now + LASTS, found.row.account, found.row.session, nonce=nonce)
        await once.give(self._database, hashlib.sha256(challenge).digest(), "step_up", waiting)
        known = await store.of_account(self._database, found.row.account)
        options = webauthn.generate_authentication_options(
            rp_id=self._realm.relying_party,
            challenge=challenge,
            timeout=TIMEOUT_MS,
            allow_credentials=[PublicKeyCredentialDescriptor(id=each.credential) for each in known],
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return plain(options)

    async def confirmed(self, found: Found, request: Request, response: Response, now: datetime) -> Confirmed | Reason:
        """Whether this very request was confirmed by the holder of this session, now, for the first time."""
        challenge = challenge_of(response)
        if challenge is None or found.row.kind != "open":
            return STEP_UP_REFUSED
        waiting = await once.take(self._database, hashlib.sha256(challenge).digest(), "step_up")
        if waiting is None or now >= waiting.expires_at or waiting.session != found.row.session:
            return STEP_UP_REFUSED
        if waiting.nonce is None or not hmac.compare_digest(challenge, _challenge(waiting.nonce, request)):
            return STEP_UP_REFUSED
        passkey = await self._passkeys.verified(response, challenge, now)
        if isinstance(passkey, Reason):
            return passkey
        if passkey.account != found.row.account:
            return STEP_UP_REFUSED
        async with self._database.transaction(Role.IDENTITY) as work:
            cookie = await turn(work, found.row.session)
            await session_store.stepped_up(work, found.row.session, now)
            await journal.note(work, "step_up", found.row.account, now, request.method, found.row.session)
        opened = Opened(found.row.session, cookie, found.row.ends_at, found.place)
        return Confirmed(actor_of(found, now, stepped_up=True), opened)


def _challenge(nonce: bytes, request: Request) -> bytes:
    return hashlib.sha256(nonce + request.canonical()).digest()
