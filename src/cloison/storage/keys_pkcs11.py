"""Keys in a security module, through PKCS#11: the provider for production.

Keys are made inside the module, sensitive and not extractable; only their work comes out. python-pkcs11 initialises
the module without locking (`C_Initialize(NULL)`: threads crash SoftHSM), so a process has one session, used by one
thread at a time; more speed comes from more processes. When the module forgets the session or the login, the process
logs in again, once, and the call is made again.
"""

import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pkcs11
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pkcs11 import Attribute, GCMParams, KeyType, Mechanism, ObjectClass

from cloison.errors import Corruption, Misuse, Unavailable
from cloison.storage.keys import (
    KEY_BYTES,
    NONCE_BYTES,
    TAG_BYTES,
    Buffer,
    Health,
    Use,
    bound,
    header,
    opened,
    require_use,
    use_of,
)
from cloison.storage.keys_file import signed_by_any
from cloison.storage.keys_reasons import KEY_UNKNOWN, MODULE_UNREACHABLE, SEAL_BROKEN

MARK = ord("P")
ED25519 = bytes.fromhex("06032b6570")
"""OID 1.3.101.112, the curve's DER name."""
FORGOTTEN = (pkcs11.SessionHandleInvalid, pkcs11.SessionClosed, pkcs11.UserNotLoggedIn, pkcs11.DeviceRemoved)
SECRET = {Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False, Attribute.TOKEN: True}

Result = TypeVar("Result")

_alone = threading.RLock()
_sessions: dict[tuple[int, str, str], Any] = {}  # pkcs11.Session, by process, library and token


@dataclass(frozen=True, slots=True)
class Pkcs11Keys:
    """Which module and token hold the keys. `open` gives the provider."""

    library: str
    token: str
    pin: str = field(repr=False)

    def open(self) -> "Pkcs11Provider":
        """Raises Unavailable when the module does not answer."""
        return Pkcs11Provider(self)


class Pkcs11Provider:
    """The keys of one token. Threads may share it."""

    mark = MARK

    def __init__(self, where: Pkcs11Keys) -> None:
        self._where = where
        self._keys: dict[tuple[Any, str, int, ObjectClass], Any] = {}  # pkcs11.Key, by session and name
        self._done(self._open)

    def __repr__(self) -> str:
        return f"Pkcs11Provider({self._where.token})"

    def hmac(self, key_id: str, messages: Sequence[Buffer]) -> list[bytes]:
        require_use(key_id, Use.INDEX)

        def work() -> list[bytes]:
            sign = self._newest(key_id, ObjectClass.SECRET_KEY)[1].sign
            return [sign(bytes(message), mechanism=Mechanism.SHA256_HMAC) for message in messages]

        return self._done(work)

    def wrap(self, key_id: str, secrets: Sequence[Buffer], aads: Sequence[bytes]) -> list[bytes]:
        require_use(key_id, Use.WRAP)

        def work() -> list[bytes]:
            epoch, key = self._newest(key_id, ObjectClass.SECRET_KEY)
            top = header(MARK, epoch)
            envelopes: list[bytes] = []
            for secret, aad in zip(secrets, aads, strict=True):
                nonce = os.urandom(NONCE_BYTES)
                parameters = GCMParams(nonce, aad=bound(key_id, top, aad), tag_bits=8 * TAG_BYTES)
                sealed = key.encrypt(bytes(secret), mechanism=Mechanism.AES_GCM, mechanism_param=parameters)
                envelopes.append(top + nonce + sealed)
            return envelopes

        return self._done(work)

    def unwrap(self, key_id: str, envelopes: Sequence[Buffer], aads: Sequence[bytes]) -> list[bytes]:
        require_use(key_id, Use.WRAP)
        return self._done(
            lambda: [self._unwrapped(key_id, *pair) for pair in zip(envelopes, aads, strict=True)],
        )

    def _unwrapped(self, key_id: str, envelope: Buffer, aad: bytes) -> bytes:
        epoch, nonce, sealed = opened(envelope, MARK)
        key = self._key(key_id, epoch, ObjectClass.SECRET_KEY)
        if key is None:
            raise Misuse(KEY_UNKNOWN, cause=f"{key_id}, epoch {epoch}")
        aad = bound(key_id, header(MARK, epoch), aad)
        parameters = GCMParams(bytes(nonce), aad=aad, tag_bits=8 * TAG_BYTES)
        try:
            return key.decrypt(bytes(sealed), mechanism=Mechanism.AES_GCM, mechanism_param=parameters)
        except (pkcs11.GeneralError, pkcs11.EncryptedDataInvalid, pkcs11.EncryptedDataLenRange) as broken:
            raise Corruption(SEAL_BROKEN, cause=key_id) from broken

    def sign(self, key_id: str, messages: Sequence[bytes]) -> list[bytes]:
        require_use(key_id, Use.SIGN)

        def work() -> list[bytes]:
            sign = self._newest(key_id, ObjectClass.PRIVATE_KEY)[1].sign
            return [sign(message, mechanism=Mechanism.EDDSA) for message in messages]

        return self._done(work)

    def verify(self, key_id: str, messages: Sequence[bytes], signatures: Sequence[bytes]) -> list[bool]:
        require_use(key_id, Use.SIGN)
        newest = self._done(lambda: self._newest(key_id, ObjectClass.PUBLIC_KEY)[0])
        publics = [Ed25519PublicKey.from_public_bytes(self._public(key_id, epoch)) for epoch in range(newest, 0, -1)]
        return [signed_by_any(publics, *pair) for pair in zip(messages, signatures, strict=True)]

    def public_key(self, key_id: str) -> bytes:
        require_use(key_id, Use.SIGN)
        return self._public(key_id, self._done(lambda: self._newest(key_id, ObjectClass.PUBLIC_KEY)[0]))

    def _public(self, key_id: str, epoch: int) -> bytes:
        def work() -> bytes:
            point: bytes = self._key(key_id, epoch, ObjectClass.PUBLIC_KEY)[Attribute.EC_POINT]
            return point[-KEY_BYTES:]  # a DER octet string around 32 bytes

        return self._done(work)

    def create(self, key_ids: Sequence[str]) -> list[str]:
        for key_id in key_ids:
            use_of(key_id)
        with _alone:
            made = [key_id for key_id in dict.fromkeys(key_ids) if not self.epoch(key_id)]
            for key_id in made:
                self._done(lambda key_id=key_id: self._make(key_id, 1))
        return made

    def rotate(self, key_id: str) -> int:
        if use_of(key_id) is Use.INDEX:
            require_use(key_id, Use.WRAP)
        with _alone:
            epoch = self.epoch(key_id) + 1
            if epoch == 1:
                raise Misuse(KEY_UNKNOWN, cause=key_id)
            self._done(lambda: self._make(key_id, epoch))
        return epoch

    def epoch(self, key_id: str) -> int:
        kind = ObjectClass.PRIVATE_KEY if use_of(key_id) is Use.SIGN else ObjectClass.SECRET_KEY
        return self._done(lambda: max(self._epochs(key_id, kind), default=0))

    def destroy(self, key_id: str) -> None:
        def work() -> None:
            for found in list(self._open().get_objects({Attribute.LABEL: key_id})):
                found.destroy()
            self._keys.clear()

        self._done(work)

    def health(self) -> Health:
        try:
            self._done(lambda: self._open().generate_random(64))
        except Unavailable as absent:
            return Health("pkcs11", ready=False, production=True, detail=absent.cause)
        return Health("pkcs11", ready=True, production=True, detail=self._where.token)

    def _make(self, key_id: str, epoch: int) -> None:
        session, identifier = self._open(), epoch.to_bytes(2, "big")
        use = use_of(key_id)
        if use is Use.SIGN:
            curve = session.create_domain_parameters(KeyType.EC_EDWARDS, {Attribute.EC_PARAMS: ED25519}, local=True)
            curve.generate_keypair(
                mechanism=Mechanism.EC_EDWARDS_KEY_PAIR_GEN,
                store=True,
                label=key_id,
                id=identifier,
                private_template=SECRET,
            )
            return
        can = {Attribute.SIGN: True} if use is Use.INDEX else {Attribute.ENCRYPT: True, Attribute.DECRYPT: True}
        cannot = {Attribute.ENCRYPT: False, Attribute.DECRYPT: False} if use is Use.INDEX else {Attribute.SIGN: False}
        session.generate_key(
            KeyType.GENERIC_SECRET if use is Use.INDEX else KeyType.AES,
            8 * KEY_BYTES,
            label=key_id,
            id=identifier,
            store=True,
            template={**SECRET, **can, **cannot, Attribute.WRAP: False, Attribute.UNWRAP: False},
        )

    def _newest(self, key_id: str, kind: ObjectClass) -> tuple[int, Any]:  # pkcs11.Key
        epochs = self._epochs(key_id, kind)
        if not epochs:
            raise Misuse(KEY_UNKNOWN, cause=key_id)
        newest = max(epochs)
        return newest, epochs[newest]

    def _epochs(self, key_id: str, kind: ObjectClass) -> dict[int, Any]:  # pkcs11.Key
        """Every epoch of a key. Asked of the module each time: another process may have rotated or destroyed it."""
        wanted = {Attribute.LABEL: key_id, Attribute.CLASS: kind}
        found = list(self._open().get_objects(wanted))
        if not found and self._login():  # a module that forgot the login hides its keys, without an error
            found = list(self._open().get_objects(wanted))
        return {int.from_bytes(key[Attribute.ID], "big"): key for key in found}

    def _key(self, key_id: str, epoch: int, kind: ObjectClass) -> Any:  # pkcs11.Key, or None
        name = (self._open(), key_id, epoch, kind)
        if name not in self._keys:
            key = self._epochs(key_id, kind).get(epoch)
            if key is None:
                return None
            self._keys[name] = key
        return self._keys[name]

    def _open(self) -> Any:  # pkcs11.Session
        """The session of this process."""
        if self._name not in _sessions:
            self._login()
        return _sessions[self._name]

    def _login(self) -> bool:
        """Log this process in unless it is; whether that was needed."""
        try:
            library = pkcs11.lib(self._where.library)
            if any(process != os.getpid() for process, *_ in _sessions):  # a forked child starts anew
                _sessions.clear()
                library.reinitialize()
            token = library.get_token(token_label=self._where.token)
            try:
                _sessions[self._name] = token.open(rw=True, user_pin=self._where.pin)
            except pkcs11.UserAlreadyLoggedIn:
                if self._name in _sessions:
                    return False
                _sessions[self._name] = token.open(rw=True)
        except (pkcs11.PKCS11Error, RuntimeError) as absent:
            raise Unavailable(MODULE_UNREACHABLE, cause=type(absent).__name__) from absent
        self._keys.clear()
        return True

    @property
    def _name(self) -> tuple[int, str, str]:
        return os.getpid(), self._where.library, self._where.token

    def _done(self, work: Callable[[], Result]) -> Result:
        """Do the work, alone in this process; when the module forgot the session, log in and do it once more."""
        with _alone:
            try:
                return work()
            except FORGOTTEN:
                _sessions.pop(self._name, None)
                self._keys.clear()
            try:
                return work()
            except FORGOTTEN as absent:
                raise Unavailable(MODULE_UNREACHABLE, cause=type(absent).__name__) from absent
