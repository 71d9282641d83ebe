"""What a provider of keys can do, how keys are named, and what an envelope looks like.

Names say the use, and a key serves no other:

    kek/<tenant>                        wraps the keys of that insurer's persons
    index/<tenant>/<purpose>/<epoch>    HMAC only: blind indexes
    sign/<purpose>                      Ed25519: checkpoints, cards, packs
    spool, bank, identity               wrap the keys of received files, of bank data, and those that sign access tokens

An envelope is `provider (1 byte), epoch (2), nonce (12), sealed secret, tag (16)`: a provider refuses the
envelopes of another, so development data cannot enter production. Every call takes a batch: one request is a
batch of one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeAlias

from cloison.errors import Misuse
from cloison.storage.keys_reasons import ENVELOPE_FOREIGN, KEY_WRONG_USE, SEAL_BROKEN

Buffer: TypeAlias = bytes | bytearray | memoryview

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
HEADER_BYTES = 1 + 2
ENVELOPE_BYTES_MORE = HEADER_BYTES + NONCE_BYTES + TAG_BYTES
"""How much longer an envelope is than the secret inside."""
WRAPPED_KEY_BYTES = KEY_BYTES + ENVELOPE_BYTES_MORE


class Use(StrEnum):
    """What a key may do."""

    WRAP = "wrap"
    INDEX = "index"
    SIGN = "sign"


@dataclass(frozen=True, slots=True)
class Health:
    """Whether a provider answers, and what it is."""

    provider: str
    ready: bool
    production: bool
    detail: str = ""


class KeyProvider(Protocol):
    """Keys that do their work without being seen."""

    @property
    def mark(self) -> int:
        """The byte that opens every envelope of this provider."""
        ...

    def hmac(self, key_id: str, messages: Sequence[Buffer]) -> list[bytes]:
        """HMAC-SHA-256 of each message under an index key, 32 bytes each."""
        ...

    def wrap(self, key_id: str, secrets: Sequence[Buffer], aads: Sequence[bytes]) -> list[bytes]:
        """Seal each secret, bound to its aad, under the newest epoch of a wrapping key."""
        ...

    def unwrap(self, key_id: str, envelopes: Sequence[Buffer], aads: Sequence[bytes]) -> list[bytes]:
        """Open envelopes of any living epoch. Raises Misuse on a foreign one, Corruption on a broken seal."""
        ...

    def sign(self, key_id: str, messages: Sequence[bytes]) -> list[bytes]:
        """Ed25519 signatures, 64 bytes each, under the newest epoch."""
        ...

    def verify(self, key_id: str, messages: Sequence[bytes], signatures: Sequence[bytes]) -> list[bool]:
        """Whether each signature was made by any living epoch of this key."""
        ...

    def public_key(self, key_id: str) -> bytes:
        """The 32 public bytes of the newest epoch of a signing key."""
        ...

    def create(self, key_ids: Sequence[str]) -> list[str]:
        """Make the keys that do not exist yet; returns the names of those made."""
        ...

    def rotate(self, key_id: str) -> int:
        """Add an epoch to a wrapping or signing key and return its number. What older epochs sealed still opens."""
        ...

    def epoch(self, key_id: str) -> int:
        """The newest epoch of a key; 0 when there is no such key."""
        ...

    def destroy(self, key_id: str) -> None:
        """Forget every epoch of a key: what it sealed is lost for ever."""
        ...

    def health(self) -> Health:
        """Whether this provider can work now. Never raises."""
        ...


class KeySource(Protocol):
    """How a process of its own opens the same keys: small, picklable, hides its secrets."""

    def open(self) -> KeyProvider: ...


def use_of(key_id: str) -> Use:
    """The use that a key's name states. Raises Misuse on a name outside the grammar."""
    head, *rest = key_id.split("/")
    if head == "index" and len(rest) == 3 and rest[0].isdigit() and rest[2].isdigit():
        return Use.INDEX
    if head == "kek" and len(rest) == 1 and rest[0].isdigit():
        return Use.WRAP
    if head in ("spool", "bank", "identity") and not rest:
        return Use.WRAP
    if head == "sign" and len(rest) == 1:
        return Use.SIGN
    raise Misuse(KEY_WRONG_USE, cause=key_id)


def require_use(key_id: str, use: Use) -> None:
    if use_of(key_id) is not use:
        raise Misuse(KEY_WRONG_USE, cause=f"{key_id} to {use}")


def header(mark: int, epoch: int) -> bytes:
    return bytes((mark,)) + epoch.to_bytes(2, "big")


def opened(envelope: Buffer, mark: int) -> tuple[int, Buffer, Buffer]:
    """The epoch, nonce and sealed bytes of an envelope. Raises Misuse when another provider made it."""
    if len(envelope) < ENVELOPE_BYTES_MORE:
        raise Misuse(SEAL_BROKEN, cause="an envelope is too short")
    if envelope[0] != mark:
        raise Misuse(ENVELOPE_FOREIGN, cause=f"provider {envelope[0]}")
    nonce_end = HEADER_BYTES + NONCE_BYTES
    return int.from_bytes(envelope[1:HEADER_BYTES], "big"), envelope[HEADER_BYTES:nonce_end], envelope[nonce_end:]


def bound(key_id: str, top: bytes, aad: bytes) -> bytes:
    """The aad that the cipher sees: the key's own name and the envelope's header, then the caller's."""
    name = key_id.encode()
    return len(name).to_bytes(2, "big") + name + top + aad
