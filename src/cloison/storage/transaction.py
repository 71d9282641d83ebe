"""What use cases may hold of the database: a transaction to pass on, or the means to open one; never to query.

Only stores, the disclosure reader and operations turn them into a connection: `storage.database.connection_of` for a
transaction, `session` for single statements.
"""

from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Protocol

from cloison.storage.roles import Role

if TYPE_CHECKING:
    from cloison.storage.database import Connection


class Transaction:
    """One open database transaction of one role. Whoever receives it may write with it, all or nothing."""

    __slots__ = ("_connection", "role")

    def __init__(self, connection: "Connection", role: str) -> None:
        self._connection = connection
        self.role = role

    def __repr__(self) -> str:
        return f"Transaction({self.role})"


class Storage(Protocol):
    """The database as a use case holds it: it opens transactions, and hands the rest to the stores of the parts."""

    def transaction(
        self, role: Role, *, tenant: int = 0, organisation: int = 0, practice: int = 0
    ) -> AbstractAsyncContextManager[Transaction]:
        """One transaction: committed when the block ends, rolled back when it raises.

        Row security confines it to the insurer, organisation or practice named here.
        """
        ...

    def session(self, role: Role) -> "AbstractAsyncContextManager[Connection]":
        """For stores: a connection outside any transaction."""
        ...
