"""All the SQL of payments: dues by COPY, runs and reconciliation as statements over whole sets."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime

import asyncpg
import numpy as np
from numpy.typing import NDArray

from cloison.errors import Misuse
from cloison.payments.chart import Numbers
from cloison.payments.reasons import LEDGER_REFUSED
from cloison.storage.bulk import Column, copy
from cloison.storage.database import Connection, connection_of
from cloison.storage.transaction import Transaction

REFUSED = frozenset({"PAY00", "23505", "23514"})
"""What the ledger's triggers raise, a second answer to one transfer, and a row that contradicts itself."""


@asynccontextmanager
async def _ledger(work: Transaction) -> AsyncGenerator[Connection]:
    """A connection whose refusals become ours; the transaction must then be given up."""
    try:
        yield connection_of(work)
    except asyncpg.PostgresError as failure:
        if failure.sqlstate not in REFUSED:
            raise
        cause = failure.constraint_name if failure.sqlstate != "PAY00" else str(failure)
        raise Misuse(LEDGER_REFUSED, cause=cause or "a row contradicts itself") from None


# ------------------------------------------------------------------------------------------------ ledger

MISSING_ACCOUNTS = """
select array_agg(a) from unnest($1::int8[]) a where not exists (select from payments.account where account = a)
"""
OPEN_BOOKS = """
insert into payments.book (tenant) select distinct (a >> 36)::int4 from unnest($1::int8[]) a order by 1
on conflict do nothing
"""
OPEN_ACCOUNTS = """
insert into payments.account (account, tenant, kind, practice)
select a, (a >> 36)::int4, (a >> 32 & 15)::int2, (a & 4294967295)::int4 from unnest($1::int8[]) a order by a
on conflict do nothing
"""


async def open_accounts(work: Transaction, accounts: Numbers) -> None:
    """Open those of these distinct accounts that do not exist yet, and their books."""
    async with _ledger(work) as connection:
        missing = await connection.fetchval(MISSING_ACCOUNTS, accounts.tolist())
        if missing:
            await connection.execute(OPEN_BOOKS, missing)
            await connection.execute(OPEN_ACCOUNTS, missing)


async def new_transfers(work: Transaction, count: int) -> Numbers:
    """Numbers of transfers that nobody else will get."""
    numbers = await connection_of(work).fetchval(
        "select array_agg(nextval('payments.transfer_number')) from generate_series(1, $1)", count
    )
    return np.array(numbers or [], np.int64)


async def add_transfers(work: Transaction, columns: dict[str, Column]) -> None:
    """COPY transfers into the ledger. Raises Misuse when the ledger refuses them; none is then written."""
    async with _ledger(work) as connection:
        await copy(connection, "payments", "transfer", columns)


async def transfers(work: Transaction, numbers: Numbers) -> list[asyncpg.Record]:
    """The rows of these transfers, in their order of numbers."""
    return await connection_of(work).fetch(
        "select * from payments.transfer where transfer = any($1::int8[]) order by transfer", numbers.tolist()
    )


# ------------------------------------------------------------------------------------------------ runs

START_RUN = """
insert into payments.run (execution_date, rank) values ($1, $2) on conflict do nothing returning run
"""
IN_FORCE = """
select distinct on (holder, number) bank_account, holder, number from payments.bank_account
order by holder, number, bank_account desc
"""
OWED = f"""
owed as materialized (
    select account, (account >> 36)::int4 as tenant, (account & 4294967295)::int4 as practice, amount_cents,
           lines
    from (select account, payments.sum_cents(amount_cents) as amount_cents, count(*)::int4 as lines
          from payments.open_line group by account) o
    where amount_cents <> 0
), in_force as materialized ({IN_FORCE})
"""
PAY = f"""
with {OWED}, placed as materialized (
    select o.*, payee.bank_account as payee_account, payer.bank_account as payer_account,
           ((row_number() over (partition by o.tenant order by o.practice) - 1) / $3)::int4 + 1 as part
    from owed o
    join in_force payee on payee.holder = 2 and payee.number = o.practice
    join in_force payer on payer.holder = 1 and payer.number = o.tenant
    where o.amount_cents > 0
), orders as materialized (
    select nextval('payments.payment_order_number') as payment_order, tenant, part, payer_account,
           payments, amount_cents
    from (select tenant, part, payer_account, count(*)::int4 as payments, payments.sum_cents(amount_cents) as amount_cents
          from placed group by tenant, part, payer_account order by tenant, part) o
), drafted as materialized (
    select nextval('payments.transfer_number') as payment, p.account, p.tenant, p.practice, p.amount_cents, p.lines,
           p.payee_account, o.payment_order
    from placed p join orders o using (tenant, part) order by p.tenant, p.practice
), ordered as (
    insert into payments.payment_order
        (payment_order, run, tenant, part, message_id, payer_account, execution_date, payments, amount_cents)
    select payment_order, $1::int4, tenant, part,
           'CLO' || to_char($2::date, 'YYMMDD') || 'R' || $1::int4 || 'T' || tenant || 'P' || part,
           payer_account, $2, payments, amount_cents
    from orders
), held as (
    insert into payments.transfer (transfer, tenant, debit_account, credit_account, amount_cents, kind, phase)
    select payment, tenant, account, payments.account_number(tenant, 3::int2, 0), amount_cents, 3, 1 from drafted
), paid as (
    insert into payments.payment (payment, payment_order, tenant, practice, amount_cents, lines, end_to_end_id,
                                  execution_date, payee_account)
    select payment, payment_order, tenant, practice, amount_cents, lines,
           'CLO' || to_char($2::date, 'YYMMDD') || lpad(payment::text, 10, '0'), $2, payee_account
    from drafted
)
insert into payments.payment_line (transfer, payment, amount_cents)
select l.transfer, d.payment, l.amount_cents from payments.open_line l join drafted d using (account)
"""
UNPAID = f"""
with {OWED}
select o.tenant, o.practice, o.amount_cents,
       case when o.amount_cents < 0 then 1 when payer.number is null then 2 when payee.number is null then 3 else 0 end as cause
from owed o
left join in_force payee on payee.holder = 2 and payee.number = o.practice
left join in_force payer on payer.holder = 1 and payer.number = o.tenant
order by o.tenant, o.practice
"""


async def start_run(work: Transaction, execution_date: date, rank: int) -> tuple[int, bool]:
    """The number of the run of that day and rank, and whether it starts now."""
    connection = connection_of(work)
    run = await connection.fetchval(START_RUN, execution_date, rank)
    if run is not None:
        return run, True
    run = await connection.fetchval(
        "select run from payments.run where execution_date = $1 and rank = $2", execution_date, rank
    )
    return run, False


async def pay(work: Transaction, run: int, execution_date: date, payments_per_order: int) -> None:
    """Orders, payments, their lines and pending transfers of one run, in one statement."""
    async with _ledger(work) as connection:
        await connection.execute("select payments.lock_books()")
        await connection.execute(PAY, run, execution_date, payments_per_order)
