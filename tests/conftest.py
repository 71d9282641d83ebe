"""Fixtures that every kind of test may ask for: real parts, and reference data where it is present."""

import asyncio
import itertools
import os
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tests.node.peers import peers, validated

from cloison.storage.database import Address, Database, administer, locate
from cloison.storage.migrate import migrate, protect

__all__ = ["peers", "validated"]  # fixtures of every kind of test: what we emit, seen by validators of others

ROOT = Path(__file__).resolve().parents[1]
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Public reference data beside the checkout. It is not part of the product: without it, the test is skipped."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("needs the reference data in ../shared/data, which is not part of the product")
    return folder


@pytest.fixture(scope="session")
def home() -> Iterator[Path]:
    """A home of its own for this test run, removed at the end."""
    with tempfile.TemporaryDirectory(prefix="cloison-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture(scope="session")
def template(home: Path) -> Address:
    """A migrated, empty database to copy. PostgreSQL is the embedded one, or that of CLOISON_TEST_DATABASE_URL."""
    url = os.environ.get("CLOISON_TEST_DATABASE_URL")
    address = locate(home, url).named(f"cloison_template_{os.getpid()}")
    asyncio.run(migrate(address))
    if not url:
        asyncio.run(_without_waiting_for_the_disk(address))
    return address


async def _without_waiting_for_the_disk(address: Address) -> None:
    """This server's machine is not switched off in a test: what a killed process wrote, the system still holds."""
    connection = await administer(address)
    await connection.execute("alter system set fsync = off")
    await connection.execute("select pg_reload_conf()")
    await connection.close()


@asynccontextmanager
async def copy_of(template: Address) -> AsyncGenerator[Address]:
    """An empty, migrated database, dropped at the end."""
    name = f"cloison_test_{os.getpid()}_{next(_numbers)}"
    connection = await administer(template.named("postgres"))
    try:
        await connection.execute(f"create database {name} template {template.database}")
        copy = await administer(template.named(name))
        await protect(copy)
        await copy.close()
        yield template.named(name)
        await connection.execute(f"drop database {name} with (force)")
    finally:
        await connection.close()


@pytest.fixture
async def address(template: Address) -> AsyncIterator[Address]:
    """An empty, migrated database of this test's own."""
    async with copy_of(template) as copied:
        yield copied


@pytest.fixture
async def database(address: Address) -> AsyncIterator[Database]:
    """The same, with its pools."""
    async with Database(address) as opened:
        yield opened
