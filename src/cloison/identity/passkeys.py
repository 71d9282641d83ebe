"""Passkeys (WebAuthn): registered after a proof of identity, used with their holder verified, known by a public key.

    origin and RP-ID    exactly those of the realm, never a subdomain, never inside a page of somebody else
    challenge           kept here by its digest, taken at its first use whatever comes of it: a replay finds nothing
    sign counter        noted and never trusted: passkeys that exist on several devices say 0
    new                 of no use for a day, under watch for seven: a stranger's is seen before it opens anything
    ten failures        lock the access; a new proof of identity unlocks it, under watch again

Which key the browser signs its requests with is settled before the challenge is signed, so that whoever sits in between
cannot bind the session to a key of their own.
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias
from uuid import UUID, uuid4

import msgspec
import webauthn
from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AuthenticatorSelectionCriteria,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from cloison.errors import Reason
from cloison.identity import compact, sessions
from cloison.identity.dpop import Proof
from cloison.identity.posts import NOWHERE, Place, places
from cloison.identity.realm import Realm
from cloison.identity.reasons import (
    ACCESS_LOCKED,
    CHALLENGE_SPENT,
    COOLING_OFF,
    ENROLMENT_CLOSED,
    NO_PRACTICE,
    PASSKEY_REFUSED,
    PASSKEY_UNSUITABLE,
    RECHECK_DUE,
    STEP_UP_NEEDED,
)
from cloison.identity.sessions import VOUCHED_LASTS, Found, Opened
from cloison.identity.store import journal, once, people
from cloison.identity.store import passkeys as store
from cloison.identity.store.once import Waiting
from cloison.identity.store.passkeys import Passkey
from cloison.storage.roles import Role
from cloison.storage.transaction import Storage

Response: TypeAlias = Mapping[str, object]
"""What `navigator.credentials` gives, in JSON."""

CHALLENGE_LASTS = timedelta(minutes=2)
COOL_OFF = timedelta(hours=24)
PROBATION = timedelta(days=7)
RECHECK = timedelta(hours=24)
FAILURES_MAX = 10
ALGORITHMS = [
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
]
TIMEOUT_MS = 60_000


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """An open session, and the places that its holder may choose among when it acts for none yet."""

    opened: Opened
    places: tuple[Place, ...]


class Passkeys:
    """The two ceremonies."""

    def __init__(self, realm: Realm, database: Storage) -> None:
        self._realm = realm
        self._database = database

    # -------------------------------------------------------------- registration

    async def registration_options(self, found: Found, now: datetime, confirmed: bool = False) -> Response | Reason:
        """What the browser needs to make a passkey; `confirmed` when the request was, by a passkey that exists."""
        if refused := _may_register(found, now, confirmed):
            return refused
        challenge = secrets.token_bytes(32)
        row = found.row
        waiting = Waiting(now, now + CHALLENGE_LASTS, account=row.account, session=row.session)
        await once.give(self._database, hashlib.sha256(challenge).digest(), "register", waiting)
        known = await store.of_account(self._database, row.account)
        options = webauthn.generate_registration_options(
            rp_id=self._realm.relying_party,
            rp_name=self._realm.name,
            user_id=handle(row.account),
            user_name=self._realm.name,
            user_display_name=self._realm.name,
            challenge=challenge,
            timeout=TIMEOUT_MS,
            attestation=AttestationConveyancePreference.NONE,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                require_resident_key=True,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=each.credential) for each in known],
            supported_pub_key_algs=ALGORITHMS,
        )
        return plain(options)

    async def register(
        self, found: Found, response: Response, now: datetime, confirmed: bool = False
    ) -> Passkey | Reason:
        """Keep a new passkey of this session's account. It is of use after a day."""
        if refused := _may_register(found, now, confirmed):
            return refused
        challenge = await self._taken(response, "register", now)
        if challenge is None or challenge[1].session != found.row.session:
            return CHALLENGE_SPENT
        try:
            verified = webauthn.verify_registration_response(
                credential={**response},
                expected_challenge=challenge[0],
                expected_rp_id=self._realm.relying_party,
                expected_origin=self._realm.origin,
                require_user_verification=True,
                supported_pub_key_algs=ALGORITHMS,
            )
        except (WebAuthnException, ValueError, TypeError, KeyError):
            return PASSKEY_UNSUITABLE
        passkey = Passkey(
            uuid4(),
            found.row.account,
            verified.credential_id,
            verified.credential_public_key,
            UUID(verified.aaguid),
            verified.credential_device_type is CredentialDeviceType.MULTI_DEVICE,
            now,
            now + COOL_OFF,
            now + PROBATION,
            None,
        )
        async with self._database.transaction(Role.IDENTITY) as work:
            vouched = "provider" if found.row.account_kind == "professional" else "invitation"
            means = "passkey" if found.row.kind == "open" else vouched
            if not await store.add(work, passkey, verified.sign_count, means):
                return PASSKEY_UNSUITABLE
            await journal.note(work, "enrolled", passkey.account, now, f"{passkey.passkey} {passkey.aaguid}")
            await journal.tell(work, passkey.account, "passkey_enrolled", now)
        return passkey

    async def revoke(self, found: Found, passkey: UUID, now: datetime) -> bool:
        """End one's own passkey, and every session that it opened. Whether there was one."""
        async with self._database.transaction(Role.IDENTITY) as work:
            done = await store.revoke(work, found.row.account, passkey, now)
            if done:
                await journal.note(work, "passkey_revoked", found.row.account, now, str(passkey))
                await journal.tell(work, found.row.account, "passkey_revoked", now)
        return done

    # -------------------------------------------------------------- login

    async def login_options(self, proof: Proof, now: datetime) -> Response:
        """What the browser needs to ask for a passkey; the session will be bound to the key of this proof."""
        challenge = secrets.token_bytes(32)
        waiting = Waiting(now, now + CHALLENGE_LASTS, key_thumbprint=proof.key_thumbprint)
        await once.give(self._database, hashlib.sha256(challenge).digest(), "login", waiting)
        options = webauthn.generate_authentication_options(
            rp_id=self._realm.relying_party,
            challenge=challenge,
            timeout=TIMEOUT_MS,
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return plain(options)

    async def login(self, response: Response, proof: Proof, now: datetime, place: Place = NOWHERE) -> LoggedIn | Reason:
        """Open a session. `place` is whom to act for; it may be left open when there are several."""
        challenge = await self._taken(response, "login", now)
        if challenge is None:
            return CHALLENGE_SPENT
        if challenge[1].key_thumbprint != proof.key_thumbprint:
            return PASSKEY_REFUSED
        passkey = await self.verified(response, challenge[0], now)
        if isinstance(passkey, Reason):
            return passkey
        return await self._admitted(passkey, proof, now, place)

    async def verified(self, response: Response, challenge: bytes, now: datetime) -> Passkey | Reason:
        """The passkey that signed this challenge with its holder verified, or why there is none; failures count."""
        credential = _credential(response)
        passkey = await store.of_credential(self._database, credential) if credential else None
        if passkey is None:
            return PASSKEY_REFUSED
        signed = self._signed(response, challenge, passkey)
        async with self._database.transaction(Role.IDENTITY) as work:
            if signed is None:
                failures = await people.failed(work, passkey.account, now)
                await journal.note(work, "login_refused", passkey.account, now, str(passkey.passkey))
                if failures == FAILURES_MAX:
                    await people.set_standing(work, passkey.account, "locked", "failures", now)
                    await journal.note(work, "locked", passkey.account, now)
                    await journal.tell(work, passkey.account, "access_locked", now)
                return PASSKEY_REFUSED
            await store.used(work, passkey.passkey, signed.new_sign_count, now)
            standing = await people.standing_within(work, passkey.account)
            if standing.state == "active":
                await people.succeeded(work, passkey.account, now)
        if standing.state == "locked":
            return ACCESS_LOCKED
        if standing.state == "off":
            return PASSKEY_REFUSED
        return COOLING_OFF if now < passkey.usable_from else passkey

    def _signed(self, response: Response, challenge: bytes, passkey: Passkey) -> VerifiedAuthentication | None:
        inner = response.get("response")
        named = inner.get("userHandle") if isinstance(inner, dict) else None  # pyright: ignore[reportUnknownVariableType]  from outside
        if named not in (None, "", compact.encode(handle(passkey.account))):
            return None
        try:
            return webauthn.verify_authentication_response(
                credential={**response},
                expected_challenge=challenge,
                expected_rp_id=self._realm.relying_party,
                expected_origin=self._realm.origin,
                credential_public_key=passkey.public_key,
                credential_current_sign_count=0,
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError, TypeError, KeyError):
            return None

    async def _admitted(self, passkey: Passkey, proof: Proof, now: datetime, place: Place) -> LoggedIn | Reason:
        account = passkey.account
        standing = await people.standing(self._database, account)
        if standing.kind == "professional":
            vouched_at = await people.vouched_at(self._database, account)
            if vouched_at is None or now - vouched_at >= RECHECK:
                return RECHECK_DUE
        delegations, runs = await people.posts(self._database, account, now.date())
        choices = places(delegations, runs, now.date())
        if place == NOWHERE and len(choices) == 1:
            place = choices[0]
        if (place != NOWHERE and place not in choices) or (not choices and standing.kind != "insured"):
            return NO_PRACTICE
        async with self._database.transaction(Role.IDENTITY) as work:
            opened = await sessions.start(work, account, "open", proof.key_thumbprint, now, place, passkey.passkey)
            await journal.note(work, "login", account, now, str(passkey.passkey), opened.session)
        return LoggedIn(opened, choices)

    async def _taken(self, response: Response, use: str, now: datetime) -> tuple[bytes, Waiting] | None:
        """The challenge that the browser signed, which is gone by then; None when it was not given, or too long ago."""
        challenge = challenge_of(response)
        if challenge is None:
            return None
        waiting = await once.take(self._database, hashlib.sha256(challenge).digest(), use)
        return (challenge, waiting) if waiting is not None and now < waiting.expires_at else None


def handle(account: int) -> bytes:
    """What a device keeps to name an account: it says nothing to whoever reads it there."""
    return hashlib.sha256(b"cloison account" + account.to_bytes(8, "big")).digest()


def challenge_of(response: Response) -> bytes | None:
    """The challenge that a response says it signed; None when there is none, or the page was inside another's."""
    inner = response.get("response")
    written = inner.get("clientDataJSON") if isinstance(inner, dict) else None  # pyright: ignore[reportUnknownVariableType]  from outside
    if not isinstance(written, str) or len(written) > compact.BYTES_MAX:
        return None
    try:
        said = msgspec.json.decode(compact.decode(written), type=dict[str, object])
        return None if said.get("crossOrigin") is True else compact.decode(compact.text(said, "challenge")) or None
    except (ValueError, msgspec.DecodeError):
        return None


def _credential(response: Response) -> bytes | None:
    try:
        return compact.decode(compact.text(response, "rawId")) or None
    except ValueError:
        return None


def _may_register(found: Found, now: datetime, confirmed: bool) -> Reason | None:
    if found.row.kind == "open":
        return None if confirmed else STEP_UP_NEEDED
    return None if now - found.row.opened_at < VOUCHED_LASTS else ENROLMENT_CLOSED


def plain(options: object) -> Response:
    """The options as JSON has them."""
    return msgspec.json.decode(webauthn.options_to_json(options), type=dict[str, object])  # pyright: ignore[reportArgumentType]  either kind of options
