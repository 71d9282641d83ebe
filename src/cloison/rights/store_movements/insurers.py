"""The SQL of insurers, products and guarantees."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import date
from typing import TYPE_CHECKING

from cloison.storage.database import Connection, Database
from cloison.storage.roles import Role

if TYPE_CHECKING:
    from cloison.rights.insurers import Guarantee

LOCK = 1668246634
"""One declaration at a time."""


class Record:
    """One declaration being written."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.refused = False

    def refuse(self) -> None:
        """Keep nothing of it."""
        self.refused = True

    async def insurer(self, amc: str, name: str) -> tuple[int, bool]:
        """The number of an insurer, and whether it is new."""
        known = await self._connection.fetchrow("select tenant, name from rights.insurer where amc = $1", amc)
        if known is None:
            query = "insert into rights.insurer (amc, name) values ($1, $2) returning tenant"
            return await self._connection.fetchval(query, amc, name), True
        if known["name"] != name:
            await self._connection.execute("update rights.insurer set name = $2 where amc = $1", amc, name)
        return known["tenant"], False

    async def product(
        self, tenant: int, code: str, label: str, responsable: bool, convention: str, csr: str
    ) -> tuple[int, bool]:
        """The number of a product, and whether it is new."""
        known = await self._connection.fetchval(
            "select product from rights.product where tenant = $1 and code = $2", tenant, code
        )
        if known is not None:
            await self._connection.execute(
                """update rights.product set label = $2, responsable = $3, convention = $4, csr = $5
                   where product = $1 and (label, responsable, convention, csr) is distinct from ($2, $3, $4, $5)""",
                known,
                label,
                responsable,
                convention,
                csr,
            )
            return known, False
        number = await self._connection.fetchval(
            """insert into rights.product (tenant, code, label, responsable, convention, csr)
               values ($1, $2, $3, $4, $5, $6) returning product""",
            tenant,
            code,
            label,
            responsable,
            convention,
            csr,
        )
        return number, True

    async def guarantees(self, product: int) -> "list[Guarantee]":
        from cloison.rights.insurers import Guarantee  # noqa: PLC0415  values above, SQL below

        rows = await self._connection.fetch(
            """select domain, valid_from, valid_to, formula, rate_bp, amount_cents, act_cap_cents, annual_ceiling_cents,
                      waiting_days from rights.guarantee where product = $1""",
            product,
        )
        return [Guarantee(*row) for row in rows]

    async def end(self, product: int, ended: Sequence[tuple[int, date, date]]) -> None:
        await self._connection.executemany(
            "update rights.guarantee set valid_to = $4 where product = $1 and domain = $2 and valid_from = $3",
            [(product, *one) for one in ended],
        )

    async def add(self, product: int, added: "Sequence[Guarantee]") -> None:
        await self._connection.executemany(
            """insert into rights.guarantee (product, domain, valid_from, valid_to, formula, rate_bp, amount_cents,
                                             act_cap_cents, annual_ceiling_cents, waiting_days)
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)""",
            [(product, one.domain, one.valid_from, one.valid_to, *one.values) for one in added],
        )


@asynccontextmanager
async def recording(database: Database) -> AsyncGenerator[Record]:
    """One declaration, committed at the end unless it was refused."""
    async with database.session(Role.RIGHTS) as connection:
        transaction = connection.transaction()
        await transaction.start()
        try:
            await connection.execute("select pg_advisory_xact_lock($1)", LOCK)
            record = Record(connection)
            yield record
        except BaseException:
            await transaction.rollback()
            raise
        if record.refused:
            await transaction.rollback()
        else:
            await transaction.commit()
