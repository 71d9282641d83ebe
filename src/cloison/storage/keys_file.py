"""Keys in one file under a passphrase: for development, and nowhere else.

The file has mode 0600; its content is sealed by AES-256-GCM under scrypt of the passphrase. This provider refuses
to start in production or behind a listener that the network can reach, and the envelopes it makes are refused
by every other provider.
"""

import fcntl
import hashlib
import json
import os
import secrets
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import TypedDict

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cloison.errors import Corruption, Misuse
from cloison.storage.keys import KEY_BYTES, NONCE_BYTES, Buffer, Health, Use, bound, header, opened, require_use, use_of
from cloison.storage.keys_reasons import (
    KEY_UNKNOWN,
    KEYS_LOCKED,
    KEYS_NOT_FOR_PRODUCTION,
    KEYS_READABLE_BY_OTHERS,
    SEAL_BROKEN,
)

MARK = ord("F")
BANNER = "DEVELOPMENT KEYS: everything sealed here is refused in production."
SCRYPT_COST = 2**15
SCRYPT_MEMORY_BYTES = 64 * 2**20
INNER_PAD = bytes(byte ^ 0x36 for byte in range(256))
OUTER_PAD = bytes(byte ^ 0x5C for byte in range(256))


class Content(TypedDict):
    """The file: how the passphrase becomes a key, and the sealed keys."""

    format: int
    salt: str
    sealed: str


@dataclass(frozen=True, slots=True)
class FileKeys:
    """Where the development keys are, and what this process is. `open` gives the provider."""

    path: Path
    passphrase: str = field(repr=False)
    environment: str = "development"
    listeners: tuple[str, ...] = ()

    def open(self) -> "FileProvider":
        """Raises Misuse in production, behind an open listener, or with another passphrase."""
        _refuse_production(self.environment, self.listeners)
        return FileProvider(self.path, self.passphrase)


class FileProvider:
    """The keys of one file, held in memory. Threads may share it; processes each open their own."""

    mark = MARK

    def __init__(self, path: Path, passphrase: str) -> None:
        self._path = path
        self._passphrase = passphrase.encode()
        self._lock = threading.RLock()
        self._salt: bytes = b""
        self._sealing: bytes = b""
        self._stamp = (0, 0)
        self._keys: dict[str, dict[int, bytes]] = {}
        self._ciphers: dict[tuple[str, int], AESGCM] = {}
        self._digests: dict[str, Callable[[Sequence[Buffer]], list[bytes]]] = {}
        with self._alone():
            self._read()
            if not path.exists():
                self._write()

    def __repr__(self) -> str:
        return f"FileProvider({self._path.name})"

    def hmac(self, key_id: str, messages: Sequence[Buffer]) -> list[bytes]:
        # An index key never changes under its name, which holds its epoch: once known it is not looked up again.
        digest = self._digests.get(key_id)
        if digest is None:
            self._refresh()
            require_use(key_id, Use.INDEX)
            digest = self._digests[key_id] = hmac_sha256(self._newest(key_id)[1])
        return digest(messages)

    def wrap(self, key_id: str, secrets: Sequence[Buffer], aads: Sequence[bytes]) -> list[bytes]:
        require_use(key_id, Use.WRAP)
        epoch, _ = self._newest(key_id)
        seal = self._cipher(key_id, epoch).encrypt
        top = header(MARK, epoch)
        prefix = bound(key_id, top, b"")
        nonces = os.urandom(NONCE_BYTES * len(secrets))
        envelopes: list[bytes] = []
        start = 0
        for secret, aad in zip(secrets, aads, strict=True):
            nonce = nonces[start : start + NONCE_BYTES]
            start += NONCE_BYTES
            envelopes.append(top + nonce + seal(nonce, secret, prefix + aad))
        return envelopes

    def unwrap(self, key_id: str, envelopes: Sequence[Buffer], aads: Sequence[bytes]) -> list[bytes]:
        require_use(key_id, Use.WRAP)
        self._refresh()
        result: list[bytes] = []
        try:
            for envelope, aad in zip(envelopes, aads, strict=True):
                epoch, nonce, sealed = opened(envelope, MARK)
                cipher = self._cipher(key_id, epoch)
                result.append(cipher.decrypt(nonce, sealed, bound(key_id, header(MARK, epoch), aad)))
        except InvalidTag as broken:
            raise Corruption(SEAL_BROKEN, cause=f"{key_id}, item {len(result)} of the batch") from broken
        return result

    def sign(self, key_id: str, messages: Sequence[bytes]) -> list[bytes]:
        require_use(key_id, Use.SIGN)
        private = Ed25519PrivateKey.from_private_bytes(self._newest(key_id)[1])
        return [private.sign(message) for message in messages]

    def verify(self, key_id: str, messages: Sequence[bytes], signatures: Sequence[bytes]) -> list[bool]:
        require_use(key_id, Use.SIGN)
        publics = [Ed25519PrivateKey.from_private_bytes(key).public_key() for key in self._epochs(key_id).values()]
        return [signed_by_any(publics, *pair) for pair in zip(messages, signatures, strict=True)]

    def public_key(self, key_id: str) -> bytes:
        require_use(key_id, Use.SIGN)
        return Ed25519PrivateKey.from_private_bytes(self._newest(key_id)[1]).public_key().public_bytes_raw()

    def create(self, key_ids: Sequence[str]) -> list[str]:
        for key_id in key_ids:
            use_of(key_id)
        with self._alone():
            self._read()
            made = [key_id for key_id in dict.fromkeys(key_ids) if key_id not in self._keys]
            for key_id in made:
                self._keys[key_id] = {1: secrets.token_bytes(KEY_BYTES)}
            if made:
                self._write()
        return made

    def rotate(self, key_id: str) -> int:
        if use_of(key_id) is Use.INDEX:
            require_use(key_id, Use.WRAP)
        with self._alone():
            self._read()
            epoch = self._newest(key_id)[0] + 1
            self._keys[key_id][epoch] = secrets.token_bytes(KEY_BYTES)
            self._write()
        return epoch

    def epoch(self, key_id: str) -> int:
        try:
            return self._newest(key_id)[0]
        except Misuse:
            return 0

    def destroy(self, key_id: str) -> None:
        with self._alone():
            self._read()
            self._keys.pop(key_id, None)
            self._write()

    def health(self) -> Health:
        return Health("file", ready=self._path.exists(), production=False, detail=BANNER)

    def _epochs(self, key_id: str) -> dict[int, bytes]:
        self._refresh()
        if key_id not in self._keys:
            raise Misuse(KEY_UNKNOWN, cause=key_id)
        return self._keys[key_id]

    def _newest(self, key_id: str) -> tuple[int, bytes]:
        epochs = self._epochs(key_id)
        newest = max(epochs)
        return newest, epochs[newest]

    def _cipher(self, key_id: str, epoch: int) -> AESGCM:
        cipher = self._ciphers.get((key_id, epoch))
        if cipher is None:
            key = self._epochs(key_id).get(epoch)
            if key is None:
                raise Misuse(KEY_UNKNOWN, cause=f"{key_id}, epoch {epoch}")
            cipher = self._ciphers[key_id, epoch] = AESGCM(key)
        return cipher

    def _refresh(self) -> None:
        """Another process may have made, rotated or destroyed a key since this one read the file."""
        if self._stamp != self._stamped():
            with self._alone():
                self._read()

    def _stamped(self) -> tuple[int, int]:
        found = self._path.stat()
        return found.st_ino, found.st_mtime_ns

    @contextmanager
    def _alone(self) -> Generator[None]:
        """One process and one thread at a time reads and writes the file."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._lock, self._path.with_suffix(".lock").open("w") as guard:
            fcntl.flock(guard, fcntl.LOCK_EX)
            yield

    def _read(self) -> None:
        if not self._path.exists():
            return
        if self._path.stat().st_mode & 0o077:
            raise Misuse(KEYS_READABLE_BY_OTHERS, cause=str(self._path))
        content: Content = json.loads(self._path.read_text())
        self._derive(bytes.fromhex(content["salt"]))
        sealed = bytes.fromhex(content["sealed"])
        try:
            clear = AESGCM(self._sealing).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], self._salt)
        except InvalidTag as wrong:
            raise Misuse(KEYS_LOCKED, cause=str(self._path)) from wrong
        known: dict[str, dict[str, str]] = json.loads(clear)
        self._keys = {
            key_id: {int(epoch): bytes.fromhex(key) for epoch, key in epochs.items()}
            for key_id, epochs in known.items()
        }
        self._forget()

    def _write(self) -> None:
        if not self._salt:
            self._derive(secrets.token_bytes(16))
        known = {key_id: {epoch: key.hex() for epoch, key in epochs.items()} for key_id, epochs in self._keys.items()}
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = nonce + AESGCM(self._sealing).encrypt(nonce, json.dumps(known).encode(), self._salt)
        content = Content(format=1, salt=self._salt.hex(), sealed=sealed.hex())
        draft = self._path.with_suffix(f".{os.getpid()}.draft")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(content, file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._path)
        self._forget()

    def _forget(self) -> None:
        self._ciphers.clear()
        self._digests.clear()
        self._stamp = self._stamped()

    def _derive(self, salt: bytes) -> None:
        if salt != self._salt:
            self._sealing = hashlib.scrypt(
                self._passphrase, salt=salt, n=SCRYPT_COST, r=8, p=1, maxmem=SCRYPT_MEMORY_BYTES, dklen=KEY_BYTES
            )
            self._salt = salt


def hmac_sha256(key: bytes) -> Callable[[Sequence[Buffer]], list[bytes]]:
    """HMAC-SHA-256 under one key. Both pads are hashed once and copied: a third of the time of `hmac.digest`."""
    block = (key if len(key) <= 64 else hashlib.sha256(key).digest()).ljust(64, b"\0")
    inner = hashlib.sha256(block.translate(INNER_PAD)).copy
    outer = hashlib.sha256(block.translate(OUTER_PAD)).copy

    def digests(messages: Sequence[Buffer]) -> list[bytes]:
        result: list[bytes] = []
        for message in messages:
            first = inner()
            first.update(message)
            second = outer()
            second.update(first.digest())
            result.append(second.digest())
        return result

    return digests


def signed_by_any(publics: Sequence[Ed25519PublicKey], message: bytes, signature: bytes) -> bool:
    """Whether one of these keys made this signature."""
    for public in publics:
        try:
            public.verify(signature, message)
        except InvalidSignature:
            continue
        return True
    return False


def _refuse_production(environment: str, listeners: Sequence[str]) -> None:
    if environment == "production":
        raise Misuse(KEYS_NOT_FOR_PRODUCTION, cause="CLOISON_ENV is production")
    for listener in listeners:
        if not _loopback(listener):
            raise Misuse(KEYS_NOT_FOR_PRODUCTION, cause=f"a listener is open on {listener}")


def _loopback(listener: str) -> bool:
    """Whether `host`, `host:port`, `[v6]:port` or a socket path is reachable from this machine only."""
    if listener.startswith("/"):
        return True
    host = listener[1 : listener.index("]")] if listener.startswith("[") else listener
    if host.count(":") == 1:
        host = host.partition(":")[0]
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
