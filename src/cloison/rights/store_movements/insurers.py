"""The SQL of insurers, products and guarantees."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import date
from typing import TYPE_CHECKING, Any

from cloison.rules.produits import ANY_DOCTOR, NONE, Guarantee, family_named, family_number
from cloison.rules.vocabulary import Domain, Formula
from cloison.storage.database import Connection, Database
from cloison.storage.roles import Role

if TYPE_CHECKING:
    from cloison.rights.insurers import Member, Sold

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

    async def product(self, tenant: int, sold: "Sold") -> tuple[int, bool]:
        """The number of a product, and whether it is new."""
        code, label, responsable = sold.product.code, sold.product.label, sold.product.responsable
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
                sold.convention,
                sold.csr,
            )
            return known, False
        number = await self._connection.fetchval(
            """insert into rights.product (tenant, code, label, responsable, convention, csr)
               values ($1, $2, $3, $4, $5, $6) returning product""",
            tenant,
            code,
            label,
            responsable,
            sold.convention,
            sold.csr,
        )
        return number, True

    async def guarantees(self, product: int) -> list[Guarantee]:
        query = f"select {', '.join(COLUMNS)} from rights.guarantee where product = $1"  # noqa: S608  names of this module
        rows = await self._connection.fetch(query, product)
        return [_guarantee(dict(row)) for row in rows]

    async def end(self, product: int, ended: Sequence[tuple[Guarantee, date]]) -> None:
        await self._connection.executemany(
            """update rights.guarantee set valid_to = $7
               where (product, domain, family, optam, network, valid_from) = ($1, $2, $3, $4, $5, $6)""",
            [(product, *_columns(row)[:4], row.start, last) for row, last in ended],
        )

    async def add(self, product: int, added: Sequence[Guarantee]) -> None:
        places = ", ".join(f"${place}" for place in range(2, len(COLUMNS) + 2))
        await self._connection.executemany(
            f"insert into rights.guarantee (product, {', '.join(COLUMNS)}) values ($1, {places})",  # noqa: S608  likewise
            [(product, *_columns(row)) for row in added],
        )

    async def member(self, tenant: int, member: "Member") -> bool:
        """Write a practice of a network, or its end; false when that would rewrite what was published."""
        done = await self._connection.fetchval(
            """insert into rights.network_member as known (tenant, network, practice, valid_from, valid_to)
               values ($1, $2, $3, $4, $5)
               on conflict (tenant, network, practice, valid_from) do update set valid_to = excluded.valid_to
                   where known.valid_to = excluded.valid_to or known.valid_to = 'infinity'
               returning true""",
            tenant,
            member.network,
            member.practice,
            member.valid_from,
            member.valid_to,
        )
        return bool(done)


COLUMNS = (
    "domain", "family", "optam", "network", "valid_from", "valid_to", "formula", "rate_bp", "amount_cents",
    "act_cap_cents", "day_cap_cents", "pair_cap_cents", "tooth_cap_cents", "annual_ceiling_cents", "waiting_days",
)  # fmt: skip
CAPS = COLUMNS[9:14]


def _columns(row: Guarantee) -> tuple[object, ...]:
    """A row as its table holds it: numbers for words, -1 for none."""
    caps = (getattr(row, name) for name in CAPS)
    return (
        int(row.domain),
        family_number(row.family),
        ANY_DOCTOR if row.optam is None else int(row.optam),
        row.network,
        row.start,
        row.end,
        int(row.formula),
        row.rate_bp,
        row.amount_cents,
        *(NONE if cap is None else cap for cap in caps),
        row.waiting_days,
    )


def _guarantee(row: dict[str, Any]) -> Guarantee:  # Any: one type per column
    """A row of the table as a value. In older rows -1 is also a rate, an amount or a delay that is not there."""
    return Guarantee(
        domain=Domain(row["domain"]),
        formula=Formula(row["formula"]),
        rate_bp=max(row["rate_bp"], 0),
        amount_cents=max(row["amount_cents"], 0),
        family=family_named(row["family"]),
        optam=None if row["optam"] == ANY_DOCTOR else bool(row["optam"]),
        network=row["network"],
        waiting_days=max(row["waiting_days"], 0),
        start=row["valid_from"],
        end=row["valid_to"],
        **{name: None if row[name] == NONE else row[name] for name in CAPS},
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
