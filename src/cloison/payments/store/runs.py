"""SQL of payment runs, of their orders and of sealed bank details: statements over whole sets."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import date

from cloison.payments.store import Row, writing
from cloison.storage.database import Connection, connection_of
from cloison.storage.transaction import Transaction

FILES_LOCK = 1668246636
"""Whoever writes the files of a run does so alone."""
START_RUN = """
insert into payments.run (execution_date, rank) values ($1, $2) on conflict do nothing returning run
"""
PAY = """
with placed as materialized (
    select *, ((row_number() over (partition by tenant order by practice) - 1) / $3)::int4 + 1 as part
    from payments.owed
    where amount_cents > 0 and payer_account is not null and payee_account is not null and tenant = any ($4::int4[])
), orders as materialized (
    select nextval('payments.payment_order_number') as payment_order, o.* from (
        select tenant, part, payer_account, count(*)::int4 as payments, payments.sum_cents(amount_cents) as amount_cents
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
    select payment, tenant, account, payments.banque(tenant), amount_cents, 3, 1 from drafted
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
UNPAID = """
select tenant, practice, amount_cents, payer_account is not null as payer, payee_account is not null as payee
from payments.owed order by tenant, practice
"""
RUN = """
select r.run, r.execution_date, r.rank, r.started_at, coalesce(sum(o.payments), 0)::int8 as payments,
       coalesce(sum(o.amount_cents), 0)::int8 as amount_cents
from payments.run r left join payments.payment_order o using (run) where r.run = $1 group by r.run
"""
ORDERS = """
select o.*, f.digest from payments.payment_order o left join payments.payment_order_file f using (payment_order)
where o.run = $1 order by o.payment_order
"""
PAYMENTS_OF_ORDER = """
select end_to_end_id, amount_cents, payee_account, lines from payments.payment where payment_order = $1 order by payment
"""
FILE_WRITTEN = """
insert into payments.payment_order_file (payment_order, digest, size_bytes) values ($1, $2, $3) on conflict do nothing
"""
BANK_ACCOUNTS = """
select bank_account, holder, number, sealed from payments.bank_account where bank_account = any($1::int8[])
"""
PAYER_ACCOUNTS = """
select bank_account, holder, number, sealed from payments.bank_account where holder = 1
"""
ADD_BANK_ACCOUNTS = """
insert into payments.bank_account (holder, number, sealed, last4)
select $1, * from unnest($2::int4[], $3::bytea[], $4::text[])
"""
RETURNED_PAYMENTS = """
select array_agg(payment) as payment, array_agg(tenant) as tenant, array_agg(practice) as practice,
       array_agg(amount_cents) as amount_cents, array_agg(end_to_end_id) as end_to_end_id,
       array_agg(execution_date - date '1970-01-01') as execution_day
from (select p.* from payments.payment p join payments.payment_order o using (payment_order)
      where o.run = $1 and ($2::int4 is null or p.practice = $2) order by p.payment) p
"""
RETURNED_LINES = """
with recursive part as (
    select p.payment, l.transfer from payments.payment_order o
    join payments.payment p using (payment_order) join payments.payment_line l using (payment)
    where o.run = $1 and ($2::int4 is null or p.practice = $2)
    union all
    select part.payment, l.transfer
    from part
    join payments.transfer t on t.transfer = part.transfer and (t.phase = 3 or t.kind = 4)
    left join payments.transfer posting on t.kind = 4 and posting.transfer = t.earlier_transfer
    join payments.payment_line l on l.payment = coalesce(posting.earlier_transfer, t.earlier_transfer)
)
select array_agg(payment) as payment, array_agg(transfer) as transfer, array_agg(kind) as kind,
       array_agg(reference) as reference, array_agg(amount_cents) as amount_cents
from (select part.payment, t.transfer, t.kind, t.reference,
             case when t.kind = 2 then -t.amount_cents else t.amount_cents end as amount_cents
      from part join payments.transfer t using (transfer) where t.kind in (1, 2)
      order by part.payment, t.reference, t.transfer) lines
"""


@asynccontextmanager
async def _by_hash(connection: Connection) -> AsyncGenerator[None]:
    """The planner takes what was just gathered for a handful of rows: forbid it to compare all with all."""
    await connection.execute("set local enable_nestloop = off")
    yield
    await connection.execute("set local enable_nestloop = on")


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
    async with writing(work) as connection:
        books = await connection.fetchval("select payments.lock_books()")
        async with _by_hash(connection):
            await connection.execute(PAY, run, execution_date, payments_per_order, books)


async def run_summary(work: Transaction, run: int) -> Row | None:
    return await connection_of(work).fetchrow(RUN, run)


async def unpaid(work: Transaction) -> list[Row]:
    connection = connection_of(work)
    async with _by_hash(connection):
        return await connection.fetch(UNPAID)


async def alone_with_run(work: Transaction, run: int) -> None:
    """Wait until nobody else writes the files of this run; until this transaction ends nobody else will."""
    await connection_of(work).execute("select pg_advisory_xact_lock($1, $2)", FILES_LOCK, run)


async def orders(work: Transaction, run: int) -> list[Row]:
    """The orders of a run, with the digest of the file of each that was written."""
    return await connection_of(work).fetch(ORDERS, run)


async def payments_of(work: Transaction, payment_order: int) -> list[Row]:
    return await connection_of(work).fetch(PAYMENTS_OF_ORDER, payment_order)


async def file_written(work: Transaction, payment_order: int, digest: bytes, size_bytes: int) -> None:
    """Remember the file of an order; the first digest stays."""
    await connection_of(work).execute(FILE_WRITTEN, payment_order, digest, size_bytes)


async def returned_columns(work: Transaction, run: int, practice: int | None) -> tuple[Row, Row]:
    """The payments of a run, to one practice or to all, and what each pays, as columns; a payment made again shows what
    it first paid."""
    connection = connection_of(work)
    payments = await connection.fetchrow(RETURNED_PAYMENTS, run, practice)
    lines = await connection.fetchrow(RETURNED_LINES, run, practice)
    assert payments is not None and lines is not None, "an aggregate always has a row"
    return payments, lines


async def sealed_accounts(work: Transaction, bank_accounts: Sequence[int]) -> list[Row]:
    return await connection_of(work).fetch(BANK_ACCOUNTS, list(bank_accounts))


async def sealed_payers(work: Transaction) -> list[Row]:
    """Every account that an insurer ever had: a bank may still report on the one before."""
    return await connection_of(work).fetch(PAYER_ACCOUNTS)


async def add_bank_accounts(
    work: Transaction, holder: int, numbers: Sequence[int], sealed: Sequence[bytes], last4: Sequence[str]
) -> None:
    await connection_of(work).execute(ADD_BANK_ACCOUNTS, holder, list(numbers), list(sealed), list(last4))
