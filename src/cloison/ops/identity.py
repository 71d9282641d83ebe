"""Machine clients and people, as commands handle them: names from outside, files of keys, the sandbox's authority."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import msgspec
import numpy as np

from cloison.errors import Misuse
from cloison.identity import Channel, Duty, Practices, clients, compact, scopes
from cloison.identity.administration_reasons import CONTRACT_WRONG, DEMO_AUTHORITY, KEY_UNREADABLE
from cloison.identity.certificates import Pair, certify, new_authority, new_client, read
from cloison.identity.clients import Terms
from cloison.identity.store.machines import KeyRow
from cloison.ops.config import Settings
from cloison.ops.house import House
from cloison.rights.reference import NOBODY, Reference
from cloison.rights.refusals import INSURER_UNKNOWN
from cloison.storage.database import Database
from cloison.storage.roles import Role

SCOPES = {True: Duty.INSURER_SOFTWARE, False: Duty.SOFTWARE}
"""What a machine may do unless told otherwise: as an insurer's software, or as a practice's."""
CERTIFICATE_LASTS = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Given:
    """What a client brings: nothing (the sandbox makes it), a certificate, a request for one, or a public JWK."""

    certificate: Path | None = None
    request: Path | None = None
    jwk: Path | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A contract as a command asks for it."""

    channel: str
    practices: tuple[str, ...]
    insurers: tuple[str, ...]
    scopes: tuple[str, ...]
    purposes: tuple[int, ...]
    persons_per_day: int
    days: int


async def add_client(
    house: House, database: Database, name: str, asked: Asked, given: Given, out: Path, now: datetime
) -> list[Path]:
    """Register a client, and write what the sandbox made for it; the paths of that. All or nothing."""
    terms = await _terms(database, asked, now)
    made, keys = _keys(house, name, given, now)
    async with database.transaction(Role.IDENTITY) as work:
        await clients.add(work, name, terms, keys, now)
        return _written(out, made)


async def _terms(database: Database, asked: Asked, now: datetime) -> Terms:
    try:
        channel = Channel[asked.channel.upper()]
    except KeyError:
        raise Misuse(CONTRACT_WRONG, cause=f"channel {asked.channel}") from None
    tenants = [await tenant_of(database, amc) for amc in asked.insurers]
    practices = await practices_numbered(database, asked.practices)
    duty = SCOPES[not asked.practices and bool(asked.insurers)]
    return Terms(
        channel,
        frozenset(practices),
        frozenset(asked.scopes) or scopes(duty),
        asked.persons_per_day,
        now.date(),
        now.date() + timedelta(days=asked.days),
        frozenset(tenants),
        frozenset(asked.purposes),
    )


async def tenant_of(database: Database, amc: str) -> int:
    """The insurer of an AMC number. Raises Misuse when there is none."""
    insurers = (await Reference.read(database, Role.OFFICE)).insurers
    [tenant] = insurers.tenants(np.array([amc.encode()], "S10"))
    if tenant == NOBODY:
        raise Misuse(INSURER_UNKNOWN)
    return int(tenant)


async def practices_numbered(database: Database, numbers: Sequence[str]) -> list[int]:
    """The practices of these numbers. Raises Misuse when one is not registered."""
    practices = await Practices.read(database, Role.OFFICE)
    rows = practices.rows(np.array([number.encode() for number in numbers], "S9"))
    if (rows < 0).any():
        raise Misuse(CONTRACT_WRONG, cause="practice")
    return [int(practices.practice[row]) for row in rows]


def day_of(written: str) -> date:
    """A day as it is written on a command line."""
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise Misuse(CONTRACT_WRONG, cause="a day is written YYYY-MM-DD") from None


def _keys(house: House, name: str, given: Given, now: datetime) -> tuple[dict[str, bytes], list[KeyRow]]:
    """The files to write for a client, by name, and the keys to register."""
    if given.jwk is not None:
        try:
            key = compact.public_key(msgspec.json.decode(given.jwk.read_bytes()))
        except msgspec.DecodeError:
            key = None
        if key is None:
            raise Misuse(KEY_UNREADABLE, cause=given.jwk.name)
        return {}, [clients.jwk_row(key, now, now + CERTIFICATE_LASTS)]
    if given.certificate is not None:
        return {}, _rows(given.certificate.read_bytes())
    authority = demo_authority(house.settings, now)
    if given.request is not None:
        pem = certify(authority, given.request.read_bytes(), name, now, CERTIFICATE_LASTS)
        return {f"{name}.crt.pem": pem, "ca.pem": authority.certificate}, _rows(pem)
    pair = new_client(authority, name, now, CERTIFICATE_LASTS)
    files = {f"{name}.key.pem": pair.key, f"{name}.crt.pem": pair.certificate, "ca.pem": authority.certificate}
    return files, _rows(pair.certificate)


def _rows(pem: bytes) -> list[KeyRow]:
    """One key pair is known twice: by its certificate on the connection, and by itself in assertions."""
    found = read(pem)
    return [
        KeyRow("certificate", found.thumbprint, None, found.valid_from, found.valid_to),
        clients.jwk_row(found.key, found.valid_from, found.valid_to),
    ]


def demo_authority(settings: Settings, now: datetime) -> Pair:
    """The authority of this home's sandbox, made at its first use. Raises Misuse in production."""
    if settings.environment == "production":
        raise Misuse(DEMO_AUTHORITY)
    folder = settings.home / "secrets"
    key, certificate = folder / "demo-ca.key.pem", folder / "demo-ca.pem"
    if not certificate.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = new_authority(now)
        keep(key, made.key)
        keep(certificate, made.certificate)
    return Pair(key.read_bytes(), certificate.read_bytes())


def _written(out: Path, files: dict[str, bytes]) -> list[Path]:
    out.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        keep(out / name, content)
    return [out / name for name in files]


def keep(path: Path, content: bytes) -> None:
    """Write a file for its owner's eyes, whole or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    draft.replace(path)


async def revoke_client(database: Database, name: str, why: str, now: datetime) -> None:
    """End a client."""
    await clients.revoke(database, name, why, now)
