"""SQL of what a practice sees of its payments: windows under row security, in a transaction that names it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cloison.payments.store import Row
from cloison.storage.database import connection_of
from cloison.storage.roles import Role
from cloison.storage.transaction import Storage

if TYPE_CHECKING:
    from cloison.payments.own import PaymentSearch

FITTING = """
from payments.own_payment p
left join lateral (select e.state, e.rank, e.bank_reason, e.recorded_at from payments.own_payment_event e
                   where e.payment = p.payment order by e.rank desc limit 1) e on true
cross join lateral (select coalesce(e.recorded_at, p.execution_date::timestamp at time zone 'UTC') as told_at) t
where ($1::int8[] is null or p.payment = any ($1)) and ($2::text is null or p.end_to_end_id = $2)
  and ($3::date is null or p.execution_date >= $3) and ($4::date is null or p.execution_date < $4)
  and ($5::timestamptz is null or t.told_at >= $5) and ($6::timestamptz is null or t.told_at < $6)
  and ($7::bool is null or (coalesce(e.state, 1) in (1, 2, 4)) = $7) and ($8::int8 is null or p.payment <= $8)
"""
FIND = f"""
select p.payment, p.tenant, p.amount_cents, p.end_to_end_id, p.execution_date, coalesce(e.state, 1)::int2 as state,
       coalesce(e.bank_reason, '') as bank_reason, coalesce(e.rank, 0) + 1 as version, t.told_at
{FITTING} and ($9::int8 is null or p.payment < $9) order by p.payment desc limit $10
"""
# What a line pays is named by its transfer: of a decision, which is of an invoice.
LINES = """
select l.payment, l.transfer, t.kind, l.amount_cents, coalesce(d.invoice, 0) as invoice,
       coalesce(trim(i.number), '') as number, d.decided_at
from payments.own_payment_line l
join payments.own_transfer t on t.transfer = l.transfer
left join claims.own_decision d on d.decision = t.reference
left join claims.own_invoice i on i.invoice = d.invoice
where l.payment = any ($1) order by l.payment, l.transfer
"""


async def find(database: Storage, role: Role, practice: int, search: "PaymentSearch") -> list[Row]:
    async with database.transaction(role, practice=practice) as work:
        return await connection_of(work).fetch(FIND, *_conditions(search), search.before, search.count)


async def total(database: Storage, role: Role, practice: int, search: "PaymentSearch") -> int:
    async with database.transaction(role, practice=practice) as work:
        return await connection_of(work).fetchval(f"select count(*) {FITTING}", *_conditions(search))


async def lines(database: Storage, role: Role, practice: int, payments: Sequence[int]) -> list[Row]:
    async with database.transaction(role, practice=practice) as work:
        return await connection_of(work).fetch(LINES, list(payments))


def _conditions(search: "PaymentSearch") -> tuple[object, ...]:
    return (
        list(search.payments) or None,
        search.label,
        search.day_from,
        search.day_to,
        search.told_from,
        search.told_to,
        search.standing,
        search.up_to,
    )
