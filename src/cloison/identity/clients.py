"""Machine clients: what the contract of each allows, and by which keys it is known. All of them, in memory.

A contract names a channel, the practices it acts for, the insurers and purposes it may ask about, its scopes, how many
persons a day, and from when to when. Certificates are known by their SHA-256, keys by their RFC 7638 thumbprint.
"""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Self

import msgspec

from cloison.errors import Misuse
from cloison.identity import compact
from cloison.identity.actor import Actor, ActorKind, Channel, Means
from cloison.identity.administration_reasons import CLIENT_UNKNOWN, CONTRACT_WRONG, NAME_TAKEN
from cloison.identity.store import journal, machines
from cloison.identity.store.machines import KeyRow
from cloison.storage.roles import Role
from cloison.storage.transaction import Storage, Transaction

CHANNELS = (Channel.API, Channel.CARD, Channel.MACHINE, Channel.BATCH, Channel.INSURER)
"""Through which a machine may come."""
NAME = re.compile("[a-z0-9][a-z0-9._-]{1,62}[a-z0-9]")
LASTS_MAX = timedelta(days=3 * 366)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a contract says. No tenant or purpose named means that it is not bounded by them; no practice means none."""

    channel: Channel
    practices: frozenset[int]
    scopes: frozenset[str]
    persons_per_day: int
    valid_from: date
    valid_to: date
    tenants: frozenset[int] = frozenset()
    purposes: frozenset[int] = frozenset()
    organisation: int = 0

    def wrong(self) -> str:
        """What is impossible in it; empty when nothing is."""
        if self.channel not in CHANNELS:
            return "channel"
        if not self.valid_from < self.valid_to <= self.valid_from + LASTS_MAX:
            return "dates"
        if self.persons_per_day < 1:
            return "persons per day"
        if not self.scopes or any(len(scope.split(":")) != 3 for scope in self.scopes):
            return "scopes"
        return ""


@dataclass(frozen=True, slots=True)
class ClientKey:
    """One key of a client and when it may be used; `public` for those that sign assertions."""

    thumbprint: bytes
    valid_from: datetime
    valid_to: datetime
    public: compact.Key | None = field(default=None, repr=False)

    def good(self, now: datetime) -> bool:
        return self.valid_from <= now < self.valid_to


@dataclass(frozen=True, slots=True)
class Client:
    """A machine client as it is known now."""

    number: int
    name: str
    account: int
    terms: Terms
    certificates: tuple[ClientKey, ...] = ()
    keys: tuple[ClientKey, ...] = ()

    def in_force(self, now: datetime) -> bool:
        return self.terms.valid_from <= now.date() < self.terms.valid_to

    def presents(self, certificate: bytes, now: datetime) -> bool:
        """Whether this is a living certificate of this client."""
        return any(each.thumbprint == certificate and each.good(now) for each in self.certificates)

    def actor(self, means: Means, scopes: frozenset[str]) -> Actor:
        terms = self.terms
        one = len(terms.practices) == 1
        return Actor(
            account=self.account,
            kind=ActorKind.MACHINE,
            channel=terms.channel,
            means=means,
            organisation=terms.organisation,
            practice=next(iter(terms.practices)) if one else 0,
            tenant=next(iter(terms.tenants)) if len(terms.tenants) == 1 else 0,
            scopes=scopes & terms.scopes,
            tenants=terms.tenants,
            purposes=terms.purposes,
            practices=terms.practices,
            persons_per_day=terms.persons_per_day,
        )


@dataclass(frozen=True, slots=True)
class Register:
    """Every client that may act, by name, as read at one moment."""

    by_name: dict[str, Client]

    @classmethod
    async def read(cls, database: Storage) -> Self:
        rows, key_rows = await machines.clients(database)
        keys: dict[int, list[tuple[str, ClientKey]]] = {}
        for row in key_rows:
            public = compact.public_key(msgspec.json.decode(row["jwk"])) if row["jwk"] else None
            one = ClientKey(row["thumbprint"], row["valid_from"], row["valid_to"], public)
            keys.setdefault(row["client"], []).append((row["kind"], one))
        found = [
            Client(
                row["client"],
                row["name"],
                row["account"],
                Terms(
                    Channel(row["channel"]),
                    frozenset(row["practices"]),
                    frozenset(row["scopes"]),
                    row["persons_per_day"],
                    row["valid_from"],
                    row["valid_to"],
                    frozenset(row["tenants"]),
                    frozenset(row["purposes"]),
                    row["organisation"],
                ),
                tuple(key for kind, key in keys.get(row["client"], []) if kind == "certificate"),
                tuple(key for kind, key in keys.get(row["client"], []) if kind == "jwk"),
            )
            for row in rows
        ]
        return cls({client.name: client for client in found})


def jwk_row(key: compact.Key, valid_from: datetime, valid_to: datetime) -> KeyRow:
    """A public key to register."""
    written = msgspec.json.encode(key.as_dict(private=False)).decode()
    return KeyRow("jwk", compact.thumbprint(key), written, valid_from, valid_to)


async def add(work: Transaction, name: str, terms: Terms, keys: list[KeyRow], now: datetime) -> int:
    """Register a client with its keys; its number. Raises Misuse when the contract is wrong or the name is taken."""
    if NAME.fullmatch(name) is None:
        raise Misuse(CONTRACT_WRONG, cause="name: lower case, digits, dots, dashes, 3 to 64 characters")
    if wrong := terms.wrong():
        raise Misuse(CONTRACT_WRONG, cause=wrong)
    if not await machines.know_practices(work, sorted(terms.practices)):
        raise Misuse(CONTRACT_WRONG, cause="practice")
    columns = (
        int(terms.channel),
        sorted(terms.practices),
        sorted(terms.tenants),
        sorted(terms.purposes),
        sorted(terms.scopes),
        terms.persons_per_day,
    )
    client = await machines.add(
        work, name, terms.channel.name.lower(), terms.organisation or None, columns, terms.valid_from, terms.valid_to
    )
    if client is None:
        raise Misuse(NAME_TAKEN, cause=name)
    await _add_keys(work, client, name, keys)
    await journal.note(work, "client_added", None, now, name)
    return client


async def add_key(work: Transaction, name: str, key: KeyRow, now: datetime) -> None:
    """Give a client one more key, before the last one ends."""
    client = await machines.client_named(work, name)
    if client is None:
        raise Misuse(CLIENT_UNKNOWN, cause=name)
    await _add_keys(work, client, name, [key])
    await journal.note(work, "client_key_added", None, now, name)


async def _add_keys(work: Transaction, client: int, name: str, keys: list[KeyRow]) -> None:
    for key in keys:
        if not await machines.add_key(work, client, key):
            raise Misuse(NAME_TAKEN, cause=f"{name}: this {key.kind} is registered already")


async def revoke(database: Storage, name: str, why: str, now: datetime) -> None:
    """End a client: its tokens are refused as soon as the registers are read again, within seconds."""
    async with database.transaction(Role.IDENTITY) as work:
        account = await machines.revoke(work, name, why, now)
        if account is None:
            raise Misuse(CLIENT_UNKNOWN, cause=name)
        await journal.note(work, "client_revoked", account, now, why)
