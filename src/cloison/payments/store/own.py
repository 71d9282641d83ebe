"""SQL of what a practice, or an insurer, sees of its payments: windows under row security, in a transaction that names
it."""

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
select p.payment, p.tenant, p.practice, p.amount_cents, p.end_to_end_id, p.execution_date,
       coalesce(e.state, 1)::int2 as state, coalesce(e.bank_reason, '') as bank_reason,
       coalesce(e.rank, 0) + 1 as version, t.told_at
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


RUNS = """
select r.run, r.execution_date, count(*)::int4 as payments, payments.sum_cents(p.amount_cents)::int8 as amount_cents
from payments.payment p join payments.payment_order o using (payment_order) join payments.run r using (run)
where p.practice = $1 and ($2::int4 is null or r.run < $2) group by r.run, r.execution_date order by r.run desc limit $3
"""


async def find(database: Storage, role: Role, practice: int, search: "PaymentSearch", tenant: int) -> list[Row]:
    async with database.transaction(role, practice=practice, tenant=tenant) as work:
        return await connection_of(work).fetch(FIND, *_conditions(search), search.before, search.count)


async def total(database: Storage, role: Role, practice: int, search: "PaymentSearch", tenant: int) -> int:
    async with database.transaction(role, practice=practice, tenant=tenant) as work:
        return await connection_of(work).fetchval(f"select count(*) {FITTING}", *_conditions(search))


async def lines(database: Storage, role: Role, practice: int, payments: Sequence[int]) -> list[Row]:
    async with database.transaction(role, practice=practice) as work:
        return await connection_of(work).fetch(LINES, list(payments))


async def runs(database: Storage, practice: int, before: int | None, count: int) -> list[Row]:
    """Orders are no window of a practice: the books are asked, for this practice alone."""
    async with database.transaction(Role.PAY) as work:
        return await connection_of(work).fetch(RUNS, practice, before, count)


async def run_of(database: Storage, practice: int, payment: int) -> int | None:
    async with database.transaction(Role.PAY) as work:
        return await connection_of(work).fetchval(
            """select o.run from payments.payment p join payments.payment_order o using (payment_order)
               where p.payment = $1 and p.practice = $2""",
            payment,
            practice,
        )


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
