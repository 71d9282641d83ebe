"""The SQL of what became of invoices: read again from the books, where they are the same for whoever asks."""

from collections.abc import Sequence
from typing import TypeAlias

import asyncpg

from cloison.storage.database import connection_of
from cloison.storage.transaction import Transaction

Row: TypeAlias = asyncpg.Record


async def places(work: Transaction, file: int, records: Sequence[int]) -> list[Row]:
    """For each record of a file, its invoice in the books (0: none) and why it is kept aside (0: it is not)."""
    return await connection_of(work).fetch(
        """select a.record, coalesce(i.invoice, s.invoice, 0) as invoice, coalesce(q.reason, 0)::int2 as kept
           from unnest($2::int4[]) with ordinality as a (record, n)
           left join claims.invoice i on i.invoice = ($1::int8 << 32) | a.record
           left join claims.resend s on s.file = $1 and s.record = a.record
           left join claims.quarantine q on q.file = $1 and q.record = a.record and q.state = 1
           order by a.n""",
        file,
        records,
    )


async def standing(work: Transaction, invoices: Sequence[int]) -> list[Row]:
    """The decision in force of each of these invoices."""
    return await connection_of(work).fetch(
        """select i.invoice, i.practice, i.tenant, trim(i.number) as number, i.charged_cents, d.decision, d.state,
                  d.reason, d.base_cents, d.amo_cents, d.amc_cents, d.own_cents, d.decided_at
           from claims.invoice i join claims.decision d using (invoice)
           where i.invoice = any ($1::int8[])
             and not exists (select from claims.decision x where x.replaces = d.decision)""",
        invoices,
    )


async def lines(work: Transaction, decisions: Sequence[int], invoices: Sequence[int]) -> list[Row]:
    """The lines of these invoices as these decisions have them; a cancellation has none."""
    return await connection_of(work).fetch(
        """select l.invoice, l.line, trim(l.code) as code, l.care_date, l.quantity, l.coefficient, l.charged_cents,
                  l.asked_cents, coalesce(l.paid_by_other_cents, 0) as paid_by_other_cents, d.base_cents, d.rate_bp,
                  d.amo_cents, d.amc_cents, d.own_cents, d.reason
           from claims.line l join claims.line_decision d on d.line = l.line and d.decision = any ($1::int8[])
           join claims.decision e on e.decision = d.decision and e.invoice = l.invoice
           where l.invoice = any ($2::int8[]) order by l.invoice, l.line""",
        decisions,
        invoices,
    )
