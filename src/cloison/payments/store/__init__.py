"""All the SQL of payments: `books` (the ledger), `runs` (orders and bank details), `bank` (what banks answered)."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TypeAlias

import asyncpg

from cloison.errors import Misuse
from cloison.payments.reasons import LEDGER_REFUSED
from cloison.storage.database import Connection, connection_of
from cloison.storage.transaction import Transaction

Row: TypeAlias = asyncpg.Record

REFUSED = frozenset({"PAY00", "23505", "23514"})
"""What the ledger's triggers raise, a second answer to one transfer, and a row that contradicts itself."""


@asynccontextmanager
async def writing(work: Transaction) -> AsyncGenerator[Connection]:
    """A connection whose refusals become ours; the transaction must then be given up."""
    try:
        yield connection_of(work)
    except asyncpg.PostgresError as failure:
        if failure.sqlstate not in REFUSED:
            raise
        cause = failure.constraint_name if failure.sqlstate != "PAY00" else str(failure)
        raise Misuse(LEDGER_REFUSED, cause=cause or "a row contradicts itself") from None
