"""What a use case may hold of the database: a transaction to pass on, never to query.

Only `store.py` modules, the disclosure reader and operations turn it back into a connection,
with `storage.database.connection_of`.
"""

from typing import TYPE_CHECKING

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
