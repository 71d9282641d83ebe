"""What tests of grants share: the empty, migrated database, as its administrator sees it."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
from hypothesis import settings
from tests.flow.conftest import day_keys, lone_day, shared_database, shared_day

from cloison.storage.database import Address, administer

__all__ = ["day_keys", "lone_day", "shared_database", "shared_day"]  # the tiny world of the journeys

settings.register_profile("long", max_examples=2_000)


@pytest.fixture
async def owner(template: Address) -> AsyncIterator[asyncpg.Connection]:
    """A connection with every right; whatever a test changes is rolled back."""
    connection = await administer(template)
    transaction = connection.transaction()
    await transaction.start()
    yield connection
    await transaction.rollback()
    await connection.close()
