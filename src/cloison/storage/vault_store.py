"""The SQL of the vault itself: wrapping every person's key anew after a rotation, and erasing persons.

How persons come in is the business of the part that declares them (`rights.store_movements`).
"""

from collections.abc import Sequence
from io import BytesIO
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from cloison.storage import bulk
from cloison.storage.database import Connection, Database
from cloison.storage.keys import WRAPPED_KEY_BYTES, KeyProvider
from cloison.storage.roles import Role
from cloison.storage.vault import Vault, kek

ROWS_AT_ONCE = 5_000


async def rewrap(database: Database, keys: KeyProvider, tenant: int) -> int:
    """Wrap under the newest key of an insurer the keys still under an older one; what they seal does not move.

    Goes on where an earlier call stopped. Returns how many were wrapped anew.
    """
    vault, newest, done = Vault(keys), keys.epoch(kek(tenant)), 0
    while True:
        async with database.session(Role.RIGHTS) as connection, connection.transaction():
            rows = await connection.fetch(
                """select person, dek from vault.identity
                   where tenant = $1 and key_epoch < $2 and dek is not null order by person limit $3 for update""",
                tenant,
                newest,
                ROWS_AT_ONCE,
            )
            if not rows:
                return done
            persons = np.frombuffer(b"".join(row["person"].bytes for row in rows), np.uint8).reshape(-1, 16)
            deks = b"".join(vault.rewrap(tenant, persons, [row["dek"] for row in rows]))
            await _replace(connection, persons, np.frombuffer(deks, np.uint8).reshape(-1, WRAPPED_KEY_BYTES), newest)
            done += len(rows)


async def shred(database: Database, persons: Sequence[UUID]) -> int:
    """Destroy the keys of persons and the ways to find them, for ever. Returns how many were still there."""
    async with database.session(Role.RIGHTS) as connection:
        return await connection.fetchval("select vault.shred($1)", list(persons))


async def _replace(connection: Connection, persons: NDArray[np.uint8], deks: NDArray[np.uint8], epoch: int) -> None:
    await connection.execute("create temp table rewrapped (person uuid, dek bytea) on commit drop")
    await connection.copy_to_table(
        "rewrapped", source=BytesIO(b"".join(bulk.binary_copy([persons, deks]))), format="binary"
    )
    await connection.execute(
        "update vault.identity v set dek = r.dek, key_epoch = $1 from rewrapped r where r.person = v.person", epoch
    )
