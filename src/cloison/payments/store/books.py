"""SQL of the ledger: transfers by COPY, balances read, the whole recomputed."""

from collections.abc import Sequence

import numpy as np

from cloison.payments.chart import Numbers
from cloison.payments.store import Row, writing
from cloison.storage.bulk import Column, copy
from cloison.storage.database import connection_of
from cloison.storage.transaction import Transaction

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
    async with writing(work) as connection:
        missing = await connection.fetchval(MISSING_ACCOUNTS, accounts.tolist())
        if missing:
            await connection.execute(OPEN_BOOKS, missing)
            await connection.execute(OPEN_ACCOUNTS, missing)


async def lock(work: Transaction, tenants: Sequence[int]) -> None:
    """Take these books, in the order that everybody does; nobody else writes in them before this transaction ends."""
    await connection_of(work).execute("select payments.lock_books($1)", list(tenants))


async def new_transfers(work: Transaction, count: int) -> Numbers:
    """Numbers of transfers that nobody else will get."""
    numbers = await connection_of(work).fetchval(
        "select array_agg(nextval('payments.transfer_number')) from generate_series(1, $1)", count
    )
    return np.array(numbers or [], np.int64)


async def add_transfers(work: Transaction, columns: dict[str, Column]) -> None:
    """COPY transfers into the ledger. Raises Misuse when the ledger refuses them; none is then written."""
    async with writing(work) as connection:
        await copy(connection, "payments", "transfer", columns)


async def transfers(work: Transaction, numbers: Numbers) -> list[Row]:
    """The rows of these transfers, in their order of numbers."""
    return await connection_of(work).fetch(
        "select * from payments.transfer where transfer = any($1::int8[]) order by transfer", numbers.tolist()
    )


TOTALS = """
select kind, phase, sum(amount_cents)::int8 as amount_cents from payments.total where tenant = $1 group by kind, phase
"""
BALANCES = """
select (account >> 32 & 15)::int2 as kind,
       sum(credits_posted - debits_posted)::int8 as posted_cents,
       sum(credits_pending - debits_pending)::int8 as pending_cents
from payments.balance where account >= $1::int8 << 36 and account < ($1::int8 + 1) << 36 group by 1
"""
AUDIT = """
with side as (
    select debit_account as account, -amount_cents as posted, phase from payments.transfer
    union all
    select credit_account, amount_cents, phase from payments.transfer
), recomputed as (
    select account, coalesce(sum(posted) filter (where phase in (0, 2)), 0) as posted,
           coalesce(sum(case phase when 1 then posted else -posted end) filter (where phase > 0), 0) as pending
    from side group by account
), payable as (
    select account, sum(amount_cents) as open_cents from payments.open_line group by account
), compared as (
    select account, coalesce(r.posted, 0) as posted, coalesce(r.pending, 0) as pending,
           b.credits_posted - b.debits_posted as kept, b.credits_pending - b.debits_pending as kept_pending,
           coalesce(o.open_cents, 0) as open_cents
    from payments.balance b full join recomputed r using (account) full join payable o using (account)
)
select coalesce(sum(kept), 0)::int8 as kept, coalesce(sum(kept_pending), 0)::int8 as kept_pending,
       count(*) filter (where posted <> kept or pending <> kept_pending or kept is null)::int8 as differing,
       count(*) filter (where (account >> 32 & 15) = 2 and open_cents <> kept + kept_pending)::int8 as lines_differing
from compared
"""


async def totals(work: Transaction, tenant: int) -> tuple[list[Row], list[Row]]:
    """What moved in one insurer's book by kind and phase, and what its accounts hold by kind."""
    connection = connection_of(work)
    return await connection.fetch(TOTALS, tenant), await connection.fetch(BALANCES, tenant)


async def audit(work: Transaction) -> Row:
    """Every balance recomputed from every transfer, in one reading."""
    row = await connection_of(work).fetchrow(AUDIT)
    assert row is not None, "an aggregate always has a row"
    return row


async def dues_of(work: Transaction, references: Numbers) -> list[Row]:
    """The dues of these decisions that were not taken back: `transfer` and `reference`."""
    return await connection_of(work).fetch(
        """select t.transfer, t.reference from payments.transfer t
           where t.kind = 1 and t.reference = any ($1::int8[])
             and not exists (select from payments.transfer b where b.earlier_transfer = t.transfer and b.kind = 2)
           order by t.reference""",
        references.tolist(),
    )
