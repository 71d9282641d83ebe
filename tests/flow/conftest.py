"""Fixtures of the journeys: keys, and a tiny insured world."""

from collections.abc import AsyncIterator

import pytest
from tests.flow.day import Day

from cloison.storage.database import Database
from cloison.storage.keys import KeyProvider
from cloison.storage.keys_file import FileKeys


@pytest.fixture(scope="session")
def day_keys(tmp_path_factory: pytest.TempPathFactory) -> KeyProvider:
    """Keys for tiny worlds. Each world makes those of its insurers, which are the same whatever the world."""
    return FileKeys(tmp_path_factory.mktemp("keys") / "keys.json", "for tests").open()


@pytest.fixture
async def day(database: Database, day_keys: KeyProvider) -> AsyncIterator[Day]:
    """A world with one doctor, and nobody insured yet."""
    opened = await Day.opened(database, day_keys)
    yield opened
    await opened.close()
