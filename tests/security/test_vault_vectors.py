"""Wycheproof: the primitives under the vault do what their standards say, invalid vectors included."""

import hmac
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cloison.storage.keys import NONCE_BYTES, TAG_BYTES
from cloison.storage.keys_file import hmac_sha256, signed_by_any


def vectors(shared_data: Path, name: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    path = shared_data / "crypto" / "wycheproof" / name
    if not path.exists():
        pytest.skip(f"needs the Wycheproof vectors {name}")
    groups = json.loads(path.read_text())["testGroups"]
    return [(group, test) for group in groups for test in group["tests"]]


def test_the_index_hmac_agrees_with_wycheproof(shared_data: Path):
    checked = 0
    for group, test in vectors(shared_data, "hmac_sha256_test.json"):
        key, message, tag = (bytes.fromhex(test[field]) for field in ("key", "msg", "tag"))
        [ours] = hmac_sha256(key)([message])
        assert ours == hmac.digest(key, message, "sha256")
        assert (ours[: group["tagSize"] // 8] == tag) is (test["result"] == "valid"), test["tcId"]
        checked += 1
    assert checked == 174


def test_the_seal_agrees_with_wycheproof(shared_data: Path):
    checked = 0
    for group, test in vectors(shared_data, "aes_gcm_test.json"):
        if group["keySize"] != 256 or group["ivSize"] != 8 * NONCE_BYTES or group["tagSize"] != 8 * TAG_BYTES:
            continue  # sizes that the vault never makes
        key, nonce, message, sealed, tag, aad = (
            bytes.fromhex(test[field]) for field in ("key", "iv", "msg", "ct", "tag", "aad")
        )
        if test["result"] == "valid":
            assert AESGCM(key).encrypt(nonce, message, aad) == sealed + tag, test["tcId"]
            assert AESGCM(key).decrypt(nonce, sealed + tag, aad) == message, test["tcId"]
        else:
            with pytest.raises(InvalidTag):
                AESGCM(key).decrypt(nonce, sealed + tag, aad)
        checked += 1
    assert checked > 50


def test_signatures_agree_with_wycheproof(shared_data: Path):
    checked = 0
    for group, test in vectors(shared_data, "ed25519_test.json"):
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(group["publicKey"]["pk"]))
        message, signature = bytes.fromhex(test["msg"]), bytes.fromhex(test["sig"])
        assert signed_by_any([public], message, signature) is (test["result"] == "valid"), test["tcId"]
        checked += 1
    assert checked == 151
