"""The house opened for one command: database, keys, vault, spool, and the facts that concern nobody."""

import hashlib
import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

from cloison.claims import Office
from cloison.disclosure import Channel, Door
from cloison.identity import Practices
from cloison.ops import tariffs
from cloison.ops.config import Settings, development_passphrase
from cloison.rights.enquiry import Desk
from cloison.rights.reference import Reference
from cloison.storage.database import Address, Database, locate
from cloison.storage.keys import KeyProvider, KeySource
from cloison.storage.keys_file import FileKeys
from cloison.storage.keys_pkcs11 import Pkcs11Keys
from cloison.storage.roles import Role
from cloison.storage.spool import Spool, SpoolFile
from cloison.storage.vault import Vault
from cloison.storage.vault_index import BlindIndex

BATCH_ACCOUNT = 2
"""The account under which the files of the night are read: `batch`, made by migration 0002."""


@dataclass(frozen=True, slots=True)
class House:
    """What every command needs. Cheap to make in a worker process from the same settings and address."""

    settings: Settings
    address: Address
    keys: KeyProvider
    index: BlindIndex
    vault: Vault
    spool: Spool

    @property
    def home(self) -> Path:
        return self.settings.home

    @property
    def key_source(self) -> KeySource:
        return key_source(self.settings)

    def database(self) -> Database:
        return Database(self.address)


def opened(settings: Settings, address: Address | None = None) -> House:
    """Open the house; the embedded server starts when no address is given and no URL is set. Blocking."""
    keys = key_source(settings).open()
    where = address or locate(settings.home, settings.database_url)
    index = BlindIndex(keys)
    return House(settings, where, keys, index, Vault(keys, index), Spool(settings.home / "spool", keys))


def key_source(settings: Settings) -> KeySource:
    """The keys that the settings name, as a process of its own opens them."""
    if settings.keys == "pkcs11":
        return Pkcs11Keys(settings.pkcs11_library, settings.pkcs11_token, settings.pkcs11_pin)
    passphrase = settings.passphrase or development_passphrase(settings.home)
    path = settings.home / "secrets" / "keys.json"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return FileKeys(path, passphrase, settings.environment, (settings.listen,))


async def office(house: House, database: Database) -> Office:
    """What deciding claims needs, as it is known now."""
    tariff, releases = tariffs.in_force(house.home)
    return Office(
        database=database,
        index=house.index,
        reference=await Reference.read(database, Role.CLAIMS),
        practices=await Practices.read(database, Role.CLAIMS),
        tariff=tariff,
        tariff_version=tariff_version(releases),
        account=BATCH_ACCOUNT,
    )


async def desk(house: House, database: Database, channel: Channel) -> tuple[Desk, Door]:
    """What answering the enquiries of one channel needs. The door is to be closed, so that it settles."""
    door = Door(database, channel)
    role = {Channel.PORTAL: Role.PORTAL, Channel.API: Role.API, Channel.CARD: Role.CARD}.get(channel, Role.MACHINE)
    return Desk(database, door, house.index, await Reference.read(database, role)), door


def tariff_version(releases: str = "") -> str:
    """What decided: the first digits of the digest of all tariff files, then the official releases imported."""
    digest = hashlib.sha256()
    for file in sorted(files("cloison.rules").joinpath("tariff").iterdir(), key=lambda each: each.name):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return f"{digest.hexdigest()[:16]} {releases}".strip()


@contextmanager
def in_memory(source: SpoolFile, name: str) -> Generator[Path]:
    """A path called `name` to the bytes of `source`, in memory only: what is sealed is never on a disk in clear."""
    descriptor = os.memfd_create("cloison")
    with os.fdopen(descriptor, "w+b") as copy, TemporaryDirectory() as folder:
        shutil.copyfileobj(source, copy, 1 << 20)
        copy.flush()
        path = Path(folder) / name
        path.symlink_to(f"/proc/{os.getpid()}/fd/{descriptor}")
        yield path
