"""Pools of connections, one per role, to the embedded server or to the one that a URL names."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic
from typing import TypeAlias, TypeVar
from urllib.parse import unquote, urlsplit

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from cloison.errors import Misuse, Unavailable
from cloison.storage import server
from cloison.storage.reasons import DATABASE_TOO_OLD, DATABASE_UNREACHABLE
from cloison.storage.roles import Passwords, Role
from cloison.storage.transaction import Transaction

Connection: TypeAlias = "asyncpg.Connection | PoolConnectionProxy"
Connected = TypeVar("Connected")

VERSION_MIN = 15
POOL_SIZE_MAX = 8
STARTING_SECONDS = 30.0
NAME = "cloison"
UNREACHABLE = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InvalidAuthorizationSpecificationError,
)
"""The server is not there, starts, stops, or does not take our password."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the database is, and the password of each role. `host` is a name or the folder of a socket."""

    host: str
    port: int
    database: str
    passwords: Passwords = field(repr=False)
    administrator: str = "postgres"
    administrator_password: str | None = field(default=None, repr=False)

    def named(self, database: str) -> "Address":
        return replace(self, database=database)


def locate(home: Path, url: str | None = None) -> Address:
    """The address of this home's database: of `url` when given, else of the embedded server, started if needed.

    Blocking, and not to be called from a running event loop. Raises Misuse when the home cannot hold a server.
    """
    passwords = Passwords.kept_in(home / "secrets" / "database.json")
    if url:
        parts = urlsplit(url)
        return Address(
            host=parts.hostname or "localhost",
            port=parts.port or 5432,
            database=parts.path.lstrip("/") or NAME,
            passwords=passwords,
            administrator=unquote(parts.username or "postgres"),
            administrator_password=unquote(parts.password) if parts.password else None,
        )
    socket = server.start(home, passwords)
    return Address(
        host=str(socket),
        port=5432,
        database=NAME,
        passwords=passwords,
        administrator_password=passwords.of("postgres"),
    )


async def administer(address: Address) -> asyncpg.Connection:
    """One connection with every right, for migrations and for operations by hand. The caller closes it."""
    return await _connect(address, address.administrator, address.administrator_password)


async def connect(address: Address, role: Role) -> asyncpg.Connection:
    """One connection of its own for a role. The caller closes it."""
    return await _connect(address, role.value, address.passwords.of(role))


async def _connect(address: Address, user: str, password: str | None) -> asyncpg.Connection:
    def connecting() -> Awaitable[asyncpg.Connection]:
        return asyncpg.connect(
            host=address.host, port=address.port, database=address.database, user=user, password=password
        )

    return await _patiently(connecting)


async def _patiently(connecting: Callable[[], Awaitable[Connected]]) -> Connected:
    """Connect, waiting for a server on its way up: after a crash it first replays what was committed."""
    until = monotonic() + STARTING_SECONDS
    while True:
        try:
            return await connecting()
        except UNREACHABLE as failure:
            if not isinstance(failure, asyncpg.CannotConnectNowError) or monotonic() > until:
                raise Unavailable(DATABASE_UNREACHABLE, cause=type(failure).__name__) from failure
        await asyncio.sleep(0.1)


class Database:
    """The database as one process sees it. Pools open at their first use and close with it."""

    def __init__(self, address: Address, pool_size: int = POOL_SIZE_MAX) -> None:
        self.address = address
        self._pool_size = pool_size
        self._pools: dict[Role, asyncpg.Pool] = {}
        self._opening = asyncio.Lock()

    async def __aenter__(self) -> "Database":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        pools, self._pools = self._pools, {}
        for pool in pools.values():
            await pool.close()

    async def pool(self, role: Role) -> asyncpg.Pool:
        """The pool of one role. Raises Unavailable when the server does not answer."""
        if role not in self._pools:
            async with self._opening:
                if role not in self._pools:
                    self._pools[role] = await self._open(role)
        return self._pools[role]

    async def _open(self, role: Role) -> asyncpg.Pool:
        where = self.address

        def connecting() -> Awaitable[asyncpg.Pool | None]:
            return asyncpg.create_pool(
                host=where.host,
                port=where.port,
                database=where.database,
                user=role.value,
                password=where.passwords.of(role),
                min_size=1,
                max_size=self._pool_size,
                reset=_as_it_is,
            )

        pool = await _patiently(connecting)
        assert pool is not None
        return pool

    @asynccontextmanager
    async def session(self, role: Role) -> AsyncGenerator[Connection]:
        """A connection outside any transaction: each statement commits by itself.

        Raises Unavailable when the server ends under it: whatever was not committed then is not there.
        """
        pool = await self.pool(role)
        connection = await _patiently(pool.acquire)
        try:
            yield connection
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError) as failure:
            if _is_gone(connection):
                raise Unavailable(DATABASE_UNREACHABLE, cause=type(failure).__name__) from failure
            raise
        finally:
            await pool.release(connection)

    @asynccontextmanager
    async def transaction(
        self, role: Role, *, tenant: int = 0, organisation: int = 0, practice: int = 0
    ) -> AsyncGenerator[Transaction]:
        """One transaction: committed when the block ends, rolled back when it raises.

        It sees the rows of the insurer, organisation or practice named here; a table confined by one that is not named
        raises. The names end with the transaction, so a connection never carries them to the next caller.
        """
        async with self.session(role) as connection, connection.transaction():
            if tenant or organisation or practice:
                await _confine(connection, tenant, organisation, practice)
            yield Transaction(connection, role)


async def _confine(connection: Connection, tenant: int, organisation: int, practice: int) -> None:
    """Say to row security for whom this transaction reads: three settings that end with it."""
    await connection.execute(
        """select set_config('cloison.tenant', $1, true), set_config('cloison.organisation', $2, true),
                  set_config('cloison.practice', $3, true)""",
        *(str(each) if each else "" for each in (tenant, organisation, practice)),
    )


def _is_gone(connection: PoolConnectionProxy) -> bool:
    try:
        return connection.is_closed()
    except asyncpg.InterfaceError:  # the pool took a broken connection back by itself
        return True


async def _as_it_is(_connection: asyncpg.Connection) -> None:
    """Nothing here sets anything for a session, so a connection goes back as it came, without a round trip to say so.

    A transaction left open by an error is ended by its own block, before the connection is given back.
    """


def connection_of(work: Transaction) -> Connection:
    """For the modules that write SQL: the connection behind a transaction."""
    return work._connection  # pyright: ignore[reportPrivateUsage]  the one place that opens it


async def require_version(connection: asyncpg.Connection) -> None:
    """Raises Misuse when the server is older than what the SQL of the parts needs."""
    major = connection.get_server_version().major
    if major < VERSION_MIN:
        raise Misuse(DATABASE_TOO_OLD, cause=f"version {major}")
