"""The settings: environment variables named CLOISON_..., and nothing else.

    CLOISON_HOME             folder of everything this operator keeps (default: the user's data folder)
    CLOISON_DATABASE_URL     a PostgreSQL of yours, 15 or later; without it, an embedded one under the home
    CLOISON_ENV              development (default) or production
    CLOISON_KEYS             file (development only) or pkcs11
    CLOISON_KEYS_PASSPHRASE  of the key file; drawn and kept in the home when not given (development)
    CLOISON_PKCS11_LIBRARY, CLOISON_PKCS11_TOKEN, CLOISON_PKCS11_PIN
    CLOISON_LISTEN           address that a server of this process listens on (default 127.0.0.1)
    CLOISON_PORT             its port (default 8340)
    CLOISON_SITE             public address of this service, as callers write it (default: listen and port)
    CLOISON_TLS_CERTIFICATE, CLOISON_TLS_KEY
                             files of the server's certificate and key; needed behind a public address
    CLOISON_TLS_CLIENTS      file of the authorities whose client certificates are looked at
    CLOISON_TERMINATOR       off (default), loopback: a relay on this machine ends TLS and sends Client-Cert (RFC 9440),
                             or signed: a relay elsewhere, whose Client-Cert carries a signature made with
    CLOISON_TERMINATOR_KEY   this secret (see docs/http.md)

A secret can be given as NAME_FILE, the path of a file that holds it. A variable that is not listed here stops the
start: a misspelt setting must not pass for a default.
"""

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from cloison.errors import Misuse
from cloison.ops.reasons import SETTING_UNKNOWN, SETTING_WRONG

KNOWN = (
    "HOME", "DATABASE_URL", "ENV", "KEYS", "KEYS_PASSPHRASE", "PKCS11_LIBRARY", "PKCS11_TOKEN", "PKCS11_PIN", "LISTEN",
    "PORT", "SITE", "TLS_CERTIFICATE", "TLS_KEY", "TLS_CLIENTS", "TERMINATOR", "TERMINATOR_KEY",
    "TEST_DATABASE_URL",
)  # fmt: skip
SECRETS = ("DATABASE_URL", "KEYS_PASSPHRASE", "PKCS11_PIN", "TERMINATOR_KEY")
PREFIX = "CLOISON_"


@dataclass(frozen=True, slots=True)
class Settings:
    """What this process was told."""

    home: Path
    database_url: str | None = field(default=None, repr=False)
    environment: str = "development"
    keys: str = "file"
    passphrase: str | None = field(default=None, repr=False)
    pkcs11_library: str = ""
    pkcs11_token: str = ""
    pkcs11_pin: str = field(default="", repr=False)
    listen: str = "127.0.0.1"
    port: int = 8340
    site: str = ""
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    tls_clients: Path | None = None
    terminator: str = "off"
    terminator_key: str = field(default="", repr=False)

    @classmethod
    def of(cls, environment: Mapping[str, str], home: Path | None = None) -> "Settings":
        """Read the variables. Raises Misuse on an unknown or impossible one."""
        given = _given(environment)
        kind = given.get("ENV", "development")
        if kind not in ("development", "production"):
            raise Misuse(SETTING_WRONG, cause="CLOISON_ENV is development or production")
        keys = given.get("KEYS", "file")
        if keys not in ("file", "pkcs11"):
            raise Misuse(SETTING_WRONG, cause="CLOISON_KEYS is file or pkcs11")
        terminator = given.get("TERMINATOR", "off")
        if terminator not in ("off", "loopback", "signed") or (terminator == "signed") != ("TERMINATOR_KEY" in given):
            raise Misuse(
                SETTING_WRONG, cause="CLOISON_TERMINATOR: off, loopback, or signed with CLOISON_TERMINATOR_KEY"
            )
        port = given.get("PORT", "8340")
        if not port.isdigit() or int(port) > 65535:
            raise Misuse(SETTING_WRONG, cause="CLOISON_PORT is a number up to 65535")
        if ("TLS_CERTIFICATE" in given) != ("TLS_KEY" in given):
            raise Misuse(SETTING_WRONG, cause="CLOISON_TLS_CERTIFICATE and CLOISON_TLS_KEY go together")
        return cls(
            home=home or Path(given["HOME"] if "HOME" in given else default_home()),
            database_url=given.get("DATABASE_URL"),
            environment=kind,
            keys=keys,
            passphrase=given.get("KEYS_PASSPHRASE"),
            pkcs11_library=given.get("PKCS11_LIBRARY", ""),
            pkcs11_token=given.get("PKCS11_TOKEN", ""),
            pkcs11_pin=given.get("PKCS11_PIN", ""),
            listen=given.get("LISTEN", "127.0.0.1"),
            port=int(port),
            site=given.get("SITE", "").rstrip("/"),
            tls_certificate=_path(given, "TLS_CERTIFICATE"),
            tls_key=_path(given, "TLS_KEY"),
            tls_clients=_path(given, "TLS_CLIENTS"),
            terminator=terminator,
            terminator_key=given.get("TERMINATOR_KEY", ""),
        )


def _path(given: Mapping[str, str], name: str) -> Path | None:
    return Path(given[name]) if name in given else None


def _given(environment: Mapping[str, str]) -> dict[str, str]:
    given: dict[str, str] = {}
    for name, value in environment.items():
        if not name.startswith(PREFIX):
            continue
        key = name.removeprefix(PREFIX)
        if key.endswith("_FILE") and key.removesuffix("_FILE") in SECRETS:
            given[key.removesuffix("_FILE")] = Path(value).read_text().strip()
        elif key in KNOWN:
            given[key] = value
        else:
            raise Misuse(SETTING_UNKNOWN, cause=name)
    return given


def default_home() -> Path:
    """Where the embedded server's own user can go when the command runs as root."""
    if os.geteuid() == 0:
        return Path("/var/lib/cloison")
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "cloison"


def development_passphrase(home: Path) -> str:
    """The passphrase of the development keys, drawn once and kept beside them: it protects a copy of the file alone."""
    path = home / "secrets" / "passphrase"
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_suffix(f".{secrets.token_hex(4)}")  # stopped half-way, this must not pass for the passphrase
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(24))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError, FileNotFoundError):  # another process drew one first: that one counts
            path.hardlink_to(draft)
    for draft in path.parent.glob(f"{path.name}.*"):  # ours, and what a killed process left
        draft.unlink(missing_ok=True)
    return path.read_text()
