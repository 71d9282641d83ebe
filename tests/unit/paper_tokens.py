"""What clients write in tests: proofs, assertions and keys, right or wrong in one place each."""

import hashlib
import uuid
from datetime import UTC, datetime

from joserfc.jwk import ECKey

from cloison.identity import compact
from cloison.identity.realm import Realm

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
REALM = Realm("https://cloison.example", "https://portail.cloison.example")


def new_key() -> ECKey:
    return ECKey.generate_key("P-256", private=True)


def proof(
    key: ECKey,
    method: str,
    url: str,
    bound: str = "",
    now: datetime = NOW,
    nonce: str = "",
    header: dict[str, object] | None = None,
    **claims: object,
) -> str:
    """A DPoP proof; `header` and `claims` replace what is right in it, None leaves out."""
    said: dict[str, object] = {"htm": method, "htu": url, "iat": int(now.timestamp()), "jti": str(uuid.uuid4())}
    if bound:
        said["ath"] = compact.encode(hashlib.sha256(bound.encode()).digest())
    if nonce:
        said["nonce"] = nonce
    said.update(claims)
    top: dict[str, object] = {"typ": "dpop+jwt", "alg": "ES256", "jwk": key.as_dict(private=False)}
    top.update(header or {})
    return compact.sign(top, {name: value for name, value in said.items() if value is not None}, key)


def assertion(client: str, key: ECKey, now: datetime = NOW, audience: object = None, **claims: object) -> str:
    """A client assertion; `claims` replace what is right in it, None leaves out."""
    seconds = int(now.timestamp())
    said: dict[str, object] = {
        "iss": client,
        "sub": client,
        "aud": audience or REALM.token_endpoint,
        "iat": seconds,
        "exp": seconds + 240,
        "jti": str(uuid.uuid4()),
    }
    said.update(claims)
    return compact.sign(
        {"alg": "ES256", "typ": "JWT"}, {name: value for name, value in said.items() if value is not None}, key
    )
