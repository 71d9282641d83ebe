"""The SQL of what practices were told without being paid: each decision once, with a run."""

import numpy as np
from numpy.typing import NDArray

from cloison.storage.bulk import fetch
from cloison.storage.database import connection_of
from cloison.storage.transaction import Transaction


async def tell_without_payment(work: Transaction, run: int) -> NDArray[np.int64]:
    """The decisions that pay nothing, told with this run: those not told before, and those it told the first time."""
    connection = connection_of(work)
    await connection.execute(
        """insert into claims.told (decision, run)
           select decision, $1 from claims.decision d
           where state in (1, 3) and not exists (select from claims.told t where t.decision = d.decision)
             and not exists (select from claims.decision x where x.replaces = d.decision)""",
        run,
    )
    found = await fetch(
        connection, "select decision from claims.told where run = $1 order by 1", run, columns={"decision": "int64"}
    )
    return found["decision"].astype(np.int64)


async def told_without_payment(work: Transaction, run: int, practice: int) -> NDArray[np.int64]:
    """The decisions of one practice that pay nothing and were told with this run."""
    found = await fetch(
        connection_of(work),
        """select t.decision from claims.told t
           join claims.decision d using (decision) join claims.invoice i using (invoice)
           where t.run = $1 and i.practice = $2 order by 1""",
        run,
        practice,
        columns={"decision": "int64"},
    )
    return found["decision"].astype(np.int64)
