"""A software authenticator: what a device and a browser do together, with every lie that a test wants to tell."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from tests.unit.paper_tokens import REALM

from cloison.identity import compact

UP, UV, BE, BS, AT = 0x01, 0x04, 0x08, 0x10, 0x40
AAGUID = bytes.fromhex("adce000235bcc60a648b0b25f1f05503")


@dataclass
class Device:
    """One passkey on one device; `count` is what its counter says, 0 for one that is synced."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    user: bytes = b""
    count: int = 0

    def make(self, options: Mapping, flags: int = UP | UV | BE | BS, **lies: Any) -> dict:
        """Answer `navigator.credentials.create`."""
        self.user = compact.decode(options["user"]["id"])
        numbers = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        attested = AAGUID + len(self.credential).to_bytes(2, "big") + self.credential + cbor2.dumps(public)
        data = self._data(flags | AT, lies) + attested
        told = {
            "clientDataJSON": compact.encode(self._client("webauthn.create", options, lies)),
            "attestationObject": compact.encode(cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})),
        }
        return self._answer(told)

    def sign(self, options: Mapping, flags: int = UP | UV | BE | BS, **lies: Any) -> dict:
        """Answer `navigator.credentials.get`."""
        client, data = self._client("webauthn.get", options, lies), self._data(flags, lies)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        told = {
            "clientDataJSON": compact.encode(client),
            "authenticatorData": compact.encode(data),
            "signature": compact.encode(signature),
            "userHandle": compact.encode(lies.get("user", self.user)),
        }
        return self._answer(told)

    def _answer(self, response: dict) -> dict:
        name = compact.encode(self.credential)
        return {"id": name, "rawId": name, "type": "public-key", "clientExtensionResults": {}, "response": response}

    def _data(self, flags: int, lies: dict[str, Any]) -> bytes:
        host = lies.get("rp_id", REALM.relying_party)
        return hashlib.sha256(host.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _client(self, kind: str, options: Mapping, lies: dict[str, Any]) -> bytes:
        said = {
            "type": lies.get("type", kind),
            "challenge": lies.get("challenge", options["challenge"]),
            "origin": lies.get("origin", REALM.origin),
            "crossOrigin": lies.get("cross_origin", False),
        }
        return json.dumps(said).encode()
