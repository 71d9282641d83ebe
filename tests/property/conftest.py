"""Fixtures of the properties that need a database: a tiny insured world, shared by the examples of a module."""

import uuid
from collections.abc import AsyncIterator

import pytest
from tests.flow.day import Day

from cloison.storage.database import Address, Database, administer
from cloison.storage.keys_file import FileKeys
from cloison.storage.migrate import protect


@pytest.fixture(scope="module")
async def insured_day(template: Address, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Day]:
    """A world with one doctor. Each example insures persons of its own."""
    keys = FileKeys(tmp_path_factory.mktemp("keys") / "keys.json", "for tests").open()
    name = f"cloison_property_{uuid.uuid4().hex}"
    owner = await administer(template.named("postgres"))
    await owner.execute(f"create database {name} template {template.database}")
    copy = await administer(template.named(name))
    await protect(copy)
    await copy.close()
    async with Database(template.named(name)) as database:
        opened = await Day.opened(database, keys)
        yield opened
        await opened.close()
    await owner.execute(f"drop database {name} with (force)")
    await owner.close()
