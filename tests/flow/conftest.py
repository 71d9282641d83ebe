"""Fixtures of the journeys: a tiny insured world, alone in its database or shared by the tests of one module."""

import uuid
from collections.abc import AsyncIterator

import pytest
from tests.flow.day import Day
from tests.flow.live import fresh_sandbox, sandbox
from tests.flow.person import ISSUER, PRACTICES, Person
from tests.unit.paper_tokens import NOW, REALM

from cloison.identity import Registration, oidc, register
from cloison.identity.authenticate import Gate
from cloison.storage.database import Address, Database, administer
from cloison.storage.keys import KeyProvider
from cloison.storage.keys_file import FileKeys
from cloison.storage.migrate import protect
from cloison.storage.roles import Role
from cloison.world.provider import Professional, Provider

__all__ = ["fresh_sandbox", "sandbox"]  # fixtures of several journeys


@pytest.fixture(scope="session")
def day_keys(tmp_path_factory: pytest.TempPathFactory) -> KeyProvider:
    """Keys for tiny worlds. Each world makes those of its insurers, which are the same whatever the world."""
    return FileKeys(tmp_path_factory.mktemp("keys") / "keys.json", "for tests").open()


@pytest.fixture
async def lone_day(database: Database, day_keys: KeyProvider) -> AsyncIterator[Day]:
    """A world with one doctor and nobody insured yet, in a database of its own."""
    opened = await Day.opened(database, day_keys)
    yield opened
    await opened.close()


@pytest.fixture(scope="module")
async def shared_database(template: Address) -> AsyncIterator[Database]:
    """An empty, migrated database for a whole module: each test names things of its own."""
    name = f"cloison_day_{uuid.uuid4().hex}"
    owner = await administer(template.named("postgres"))
    await owner.execute(f"create database {name} template {template.database}")
    copy = await administer(template.named(name))
    await protect(copy)
    await copy.close()
    async with Database(template.named(name)) as database:
        yield database
    await owner.execute(f"drop database {name} with (force)")
    await owner.close()


@pytest.fixture(scope="module")
async def shared_day(shared_database: Database, day_keys: KeyProvider) -> AsyncIterator[Day]:
    """The world for a whole module: each test insures persons of its own."""
    opened = await Day.opened(shared_database, day_keys)
    yield opened
    await opened.close()


@pytest.fixture(scope="module")
async def gate(shared_database: Database, day_keys: KeyProvider) -> Gate:
    async with shared_database.transaction(Role.OFFICE) as work:
        await register(
            work,
            [Registration(number, "pharmacie", "Du Port", "75", "Paris", 0, False, 0) for number in PRACTICES],
        )
    return await Gate.opened(REALM, shared_database, day_keys, NOW)


@pytest.fixture
def somebody(gate: Gate, shared_database: Database) -> Person:
    who = Professional(f"8{uuid.uuid4().int % 10**10:010d}", "MARTIN", "SM26", PRACTICES[:1])
    provider = Provider(ISSUER, "cloison", REALM.origin + oidc.RETURN_PATH, [who], lambda: NOW)
    return Person(gate, shared_database, provider, who)
