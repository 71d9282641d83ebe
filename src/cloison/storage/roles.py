"""The database roles: one per channel, one per service, each with its own password.

A channel's role owns no table privilege on personal data: it may only execute the functions of the
disclosure part. A service's role writes what its part decides. Passwords are drawn once per home, kept in a file
of mode 0600, and never shown: not even to the server, which could write them in its log. It gets what verifies them.
"""

import base64
import hashlib
import hmac
import json
import os
import re
import secrets
from enum import StrEnum
from pathlib import Path


class Role(StrEnum):
    """Who a connection is. The names are the PostgreSQL role names."""

    OWNER = "cloison_owner"
    PORTAL = "c_portal"
    API = "c_api"
    CARD = "c_card"
    MACHINE = "c_machine"
    BATCH = "c_batch"
    INSURER = "c_insurer"
    OFFICE = "c_office"
    CITIZEN = "c_citizen"
    EXPORT = "c_export"
    PAY = "c_pay"
    RIGHTS = "s_rights"
    CLAIMS = "s_claims"
    IDENTITY = "s_identity"


SCRAM_ITERATIONS = 4096
"""What PostgreSQL itself uses. The passwords have 192 bits of chance: more would protect nothing."""

CHANNELS = tuple(role for role in Role if role.value.startswith("c_"))


SCRAM = re.compile(r"SCRAM-SHA-256\$(?P<iterations>[0-9]+):(?P<salt>[0-9A-Za-z+/=]+)\$[0-9A-Za-z+/=]+:[0-9A-Za-z+/=]+")


class Passwords:
    """The password of each role; hides itself."""

    def __init__(self, by_role: dict[str, str]) -> None:
        self._by_role = by_role

    def __repr__(self) -> str:
        return "Passwords(***)"

    def of(self, role: str) -> str:
        return self._by_role[role]

    def verifier(self, role: str) -> str:
        """What lets the server check this password without learning it (RFC 5803, in the form of PostgreSQL)."""
        salt = secrets.token_bytes(16)
        return _scram(self._by_role[role], salt, SCRAM_ITERATIONS)

    def opens(self, role: str, verifier: str | None) -> bool:
        """Whether this is a verifier of this role's password."""
        found = SCRAM.fullmatch(verifier or "")
        if found is None:
            return False
        made = _scram(self._by_role[role], base64.b64decode(found["salt"]), int(found["iterations"]))
        return hmac.compare_digest(made, found[0])

    @classmethod
    def kept_in(cls, path: Path) -> "Passwords":
        """Read the file, or draw the passwords that it lacks and write it with mode 0600."""
        known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        wanted = ("postgres", *Role)
        missing = [str(name) for name in wanted if name not in known]
        if missing:
            known.update({name: secrets.token_urlsafe(24) for name in missing})
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft = path.with_suffix(f".{os.getpid()}")
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                json.dump(known, file)
            draft.rename(path)
        return cls(known)


def _scram(password: str, salt: bytes, iterations: int) -> str:
    salted = hashlib.pbkdf2_hmac("sha256", password.encode("ascii"), salt, iterations)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    salt64, stored64, server64 = (base64.b64encode(each).decode() for each in (salt, stored, server))
    return f"SCRAM-SHA-256${iterations}:{salt64}${stored64}:{server64}"
