"""The keys that sign access tokens: P-256, one for a day, its private half sealed by the key provider.

A key is published a minute before it signs, and verifies as long as a token that it signed may live. When none signs,
which is the first start of a service, one is made that signs at once.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Self

import msgspec
from joserfc.jwk import ECKey

from cloison.identity import compact
from cloison.identity.store import machines
from cloison.identity.store.machines import TokenKeyRow
from cloison.storage.keys import KeyProvider
from cloison.storage.transaction import Storage

ALGORITHM = "ES256"
WRAPPING_KEY = "identity"
SIGNS = timedelta(days=1)
AHEAD = timedelta(hours=1)
PUBLISHED = timedelta(minutes=1)
LIFE_MAX = timedelta(minutes=5)
"""The longest that a token lives."""


@dataclass(frozen=True, slots=True)
class TokenKeys:
    """The keys as one process knows them: every one that verifies, and the one that signs now."""

    verifies: dict[str, compact.Key] = field(repr=False)
    signs: tuple[tuple[datetime, datetime, str, ECKey], ...] = field(repr=False)

    @classmethod
    async def read(cls, database: Storage, provider: KeyProvider, now: datetime) -> Self:
        """The living keys; the next one is made when it is time."""
        provider.create([WRAPPING_KEY])
        rows = await machines.token_keys(database, now - LIFE_MAX)
        begun = [row.signs_to for row in rows if row.signs_from <= now + AHEAD]
        if max(begun, default=now) < now + AHEAD:
            living = any(row.signs_from <= now < row.signs_to for row in rows)
            await machines.add_token_key(database, _made(provider, now + PUBLISHED if living else now))
            rows = await machines.token_keys(database, now - LIFE_MAX)
        verifies: dict[str, compact.Key] = {}
        signs: list[tuple[datetime, datetime, str, ECKey]] = []
        for row in rows:
            public = compact.public_key(msgspec.json.decode(row.public))
            assert public is not None, "a key that we wrote is a key"
            verifies[row.kid] = public
            [private] = provider.unwrap(WRAPPING_KEY, [row.wrapped], [row.kid.encode()])
            signs.append((row.signs_from, row.signs_to, row.kid, ECKey.import_key(private)))
        return cls(verifies, tuple(signs))

    def signing(self, now: datetime) -> tuple[str, ECKey]:
        """The newest key whose time has come."""
        kid, key = next((kid, key) for since, until, kid, key in reversed(self.signs) if since <= now < until)
        return kid, key

    def shared_secrets(self) -> tuple[bytes, ...]:
        """What every process with these keys knows, and nobody else, newest last: nonces are sealed with them."""
        privates = (key.as_bytes(encoding="DER", private=True) for *_, key in self.signs)
        return tuple(sha256(b"cloison nonces" + private).digest() for private in privates)

    def published(self) -> dict[str, object]:
        """The JWKS document: public halves only."""
        return {
            "keys": [
                {**key.as_dict(private=False), "kid": kid, "use": "sig", "alg": ALGORITHM}
                for kid, key in self.verifies.items()
            ]
        }


def _made(provider: KeyProvider, signs_from: datetime) -> TokenKeyRow:
    key = ECKey.generate_key("P-256", private=True)
    kid = compact.encode(compact.thumbprint(key))
    [wrapped] = provider.wrap(WRAPPING_KEY, [key.as_pem(private=True)], [kid.encode()])
    public = msgspec.json.encode(key.as_dict(private=False)).decode()
    return TokenKeyRow(kid, public, wrapped, signs_from, signs_from + SIGNS)
