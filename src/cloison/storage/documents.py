"""Documents of any length, each sealed under a key of its own that the key of an insurer wraps.

A document is bound to its place (the parts that its owner gives): moved elsewhere, it does not open. Names and contents
are compared by keyed digests: equal for equal bytes of one owner, and for no other.
"""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cloison.errors import Corruption
from cloison.storage.keys import KEY_BYTES, NONCE_BYTES, Buffer, KeyProvider
from cloison.storage.keys_reasons import SEAL_BROKEN
from cloison.storage.vault import aad_of, kek

NOBODY: Final = 0
"""The number of no insurer: its keys seal what concerns none of those we know."""
DIGESTS: Final = f"index/{NOBODY}/document/1"


@dataclass(frozen=True, slots=True)
class SealedDocument:
    """What is kept of a document: its own key, wrapped, and its bytes, sealed."""

    dek: bytes = field(repr=False)
    sealed: bytes = field(repr=False)


class Documents:
    """Seals and opens documents with the keys of a provider."""

    def __init__(self, keys: KeyProvider) -> None:
        self._keys = keys
        keys.create([kek(NOBODY), DIGESTS])

    def __repr__(self) -> str:
        return "Documents()"

    def seal(self, tenant: int, place: Sequence[bytes], plain: Buffer) -> SealedDocument:
        """Seal a document of an insurer, at a place."""
        aad, key, nonce = aad_of(*place), os.urandom(KEY_BYTES), os.urandom(NONCE_BYTES)
        dek = self._keys.wrap(kek(tenant), [key], [aad])[0]
        return SealedDocument(dek, nonce + AESGCM(key).encrypt(nonce, plain, aad))

    def open(self, tenant: int, place: Sequence[bytes], document: SealedDocument) -> bytes:
        """Open a document. Raises Corruption when it was altered, or stands at another place."""
        aad = aad_of(*place)
        key = self._keys.unwrap(kek(tenant), [document.dek], [aad])[0]
        nonce, body = document.sealed[:NONCE_BYTES], document.sealed[NONCE_BYTES:]
        try:
            return AESGCM(key).decrypt(nonce, body, aad)
        except InvalidTag as broken:
            raise Corruption(SEAL_BROKEN, cause="document") from broken

    def digest(self, *parts: Buffer) -> bytes:
        """A keyed digest of 32 bytes: tells equal parts from different ones, and nothing to whoever has no key."""
        message = b"".join(hashlib.sha256(part).digest() for part in parts)
        return self._keys.hmac(DIGESTS, [message])[0]
