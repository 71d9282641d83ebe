"""Figures across parts, for the table of a day: what no part knows alone. Read with every right, by operations only."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from cloison.storage.database import Address, Database, administer
from cloison.storage.roles import Role

FILE_LOCK = 1668246635


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts and sums, each read from the tables of one part."""

    decisions: list[asyncpg.Record]
    refused: list[asyncpg.Record]
    due_cents: int
    executed_cents: int
    disclosures: int
    unsettled: int
    guaranteed_refused: int
    quotes_paid: int
    """Invoices of quotes of which each promised cent is paid."""
    quotes_paid_cents: int


async def day_figures(address: Address) -> Figures:
    """The figures of everything in this database."""
    connection = await administer(address)
    try:
        quotes = await connection.fetchrow(
            """select count(*) filter (where d.amc_cents = p.promised) as kept,
                      coalesce(sum(d.amc_cents), 0)::int8 as paid
               from claims.quote_number n join claims.invoice i on i.engagement = n.engagement
               join claims.decision d using (invoice)
               cross join lateral (select sum(x.promised_cents) as promised from claims.quote_promise x
                                   where x.tenant = n.tenant and x.quote = n.quote) as p"""
        )
        assert quotes is not None, "a sum has one row"
        return Figures(
            decisions=await connection.fetch(
                """select s.name, count(*) as decisions, sum(d.amc_cents)::int8 as amc_cents
                   from claims.decision d join claims.state s using (state) group by s.name"""
            ),
            refused=await connection.fetch(
                """select reason, count(*) as decisions from claims.decision where state = 1
                   group by reason order by 2 desc, 1"""
            ),
            due_cents=await connection.fetchval(
                "select coalesce(sum(amount_cents), 0)::int8 from payments.transfer where kind = 1"
            ),
            executed_cents=await connection.fetchval(
                """select coalesce(sum(case kind when 3 then amount_cents else -amount_cents end), 0)::int8
                   from payments.transfer where (kind = 3 and phase = 2) or kind = 4"""
            ),
            disclosures=await connection.fetchval("select count(*) from disclosure.entry"),
            unsettled=await connection.fetchval(
                """select count(*) from disclosure.entry e where not exists (
                       select from disclosure.settlement s
                       where s.reservation = e.reservation and s.question = e.question)"""
            ),
            guaranteed_refused=await connection.fetchval(
                """select count(*) from claims.decision d join claims.invoice i using (invoice)
                   where i.engagement is not null and d.state = 1 and d.reason between 200 and 249"""
            ),
            quotes_paid=quotes["kept"],
            quotes_paid_cents=quotes["paid"],
        )
    finally:
        await connection.close()


async def spooled(database: Database) -> set[UUID]:
    """Every sealed file that a book names."""
    async with database.session(Role.CLAIMS) as claims, database.session(Role.RIGHTS) as rights:
        rows = [
            *await claims.fetch("select spool::uuid from claims.file"),
            *await claims.fetch("select spool from deliveries.upload where spool is not null"),
            *await claims.fetch("select spool from deliveries.part"),
            *await rights.fetch("select spool from rights.movement_file"),
        ]
    return {row[0] for row in rows}


@asynccontextmanager
async def alone_with_file(database: Database, file: int) -> AsyncGenerator[int]:
    """Wait until no other process decides this file of invoices; gives its state then."""
    async with database.session(Role.CLAIMS) as connection:
        await connection.execute("select pg_advisory_lock($1, $2)", FILE_LOCK, file)
        try:
            yield await connection.fetchval("select state from claims.file where file = $1", file)
        finally:
            await connection.execute("select pg_advisory_unlock($1, $2)", FILE_LOCK, file)
