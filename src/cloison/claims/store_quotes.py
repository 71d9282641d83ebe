"""The SQL of quotes. What a channel does goes through functions bound to a committed reservation (migration 0031)."""

import json
from collections.abc import Sequence
from datetime import date
from typing import TypeAlias

import asyncpg
import numpy as np
from numpy.typing import NDArray

from cloison.claims.quote import Terms
from cloison.storage.bulk import fetch
from cloison.storage.database import connection_of
from cloison.storage.roles import Role
from cloison.storage.transaction import Storage, Transaction

Row: TypeAlias = asyncpg.Record

AGAIN = (
    asyncpg.UniqueViolationError,
    asyncpg.CheckViolationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
)
"""Somebody else took the ceiling, or wrote the same reference or event, first: look again."""


async def acting(database: Storage, role: Role, account: Sequence[int], practice: Sequence[int]) -> NDArray[np.bool_]:
    """Whether each account acts for each practice."""
    async with database.session(role) as connection:
        rows = await connection.fetch(
            """select identity.acts_for(a, p) as acts
               from unnest($1::int8[], $2::int4[]) with ordinality as x (a, p, n) order by n""",
            account,
            practice,
        )
    return np.array([row["acts"] for row in rows], np.bool_)


async def terms(database: Storage, role: Role) -> dict[tuple[int, int], Terms]:
    """How a prise en charge is answered, by product and domain, where an insurer's contract says so."""
    async with database.session(role) as connection:
        rows = await connection.fetch(
            "select product, domain, by_insurer, validity_days, tolerance_days, days_max from rights.quote_terms"
        )
    return {
        (row["product"], row["domain"]): Terms(
            row["by_insurer"], row["validity_days"], row["tolerance_days"], row["days_max"]
        )
        for row in rows
    }


async def set_terms(database: Storage, amc: str, product: str, domain: int, agreed: Terms) -> bool:
    """Write what an insurer's contract says of a family of care; false when there is no such product."""
    async with database.session(Role.OFFICE) as connection:
        written = await connection.fetchval(
            """insert into rights.quote_terms
               select i.tenant, p.product, $3, $4, $5, $6, $7 from rights.insurer i join rights.product p using (tenant)
               where i.amc = $1 and p.code = $2
               on conflict (tenant, product, domain) do update
                   set by_insurer = excluded.by_insurer, validity_days = excluded.validity_days,
                       tolerance_days = excluded.tolerance_days, days_max = excluded.days_max
               returning 1""",
            amc.lstrip("0"),
            product,
            domain,
            agreed.by_insurer,
            agreed.validity_days,
            agreed.tolerance_days,
            agreed.days_max,
        )
    return bool(written)


# ------------------------------------------------------------------------------------- what a channel reads and writes


async def before(work: Transaction, reservation: int, question: Sequence[int], reference: Sequence[str]) -> list[Row]:
    """What was asked before under the same references: the columns of `claims.quotes_before`."""
    return await connection_of(work).fetch(
        "select * from claims.quotes_before($1, $2, $3)", reservation, question, reference
    )


async def busy(
    work: Transaction,
    reservation: int,
    question: Sequence[int],
    coverage: Sequence[int],
    account: Sequence[int],
    *,
    lock: bool,
) -> dict[tuple[int, int], int]:
    """Used and held cents of ceilings, by question and account of the ceiling; none for one that nobody touched yet."""
    rows = await connection_of(work).fetch(
        "select * from rights.ceilings_busy($1, $2, $3, $4, $5)", reservation, question, coverage, account, lock
    )
    return {(row["question"], row["account"]): row["busy_cents"] for row in rows}


async def caps_busy(
    work: Transaction,
    reservation: int,
    question: Sequence[int],
    coverage: Sequence[int],
    account: Sequence[int],
    kind: Sequence[int],
    what: Sequence[int],
) -> NDArray[np.int64]:
    """Used cents of shared caps, in their order."""
    rows = await connection_of(work).fetch(
        "select * from rights.caps_busy($1, $2, $3, $4, $5, $6)", reservation, question, coverage, account, kind, what
    )
    result = np.zeros(len(question), np.int64)
    for row in rows:
        result[row["n"] - 1] = row["busy_cents"]
    return result


async def hold(
    work: Transaction,
    reservation: int,
    question: Sequence[int],
    account: Sequence[int],
    cents: Sequence[int],
) -> int:
    """Hold parts of ceilings for promises given in this transaction; a ceiling that would be exceeded raises."""
    return await connection_of(work).fetchval(
        "select rights.hold_ceilings($1, $2, $3, $4)", reservation, question, account, cents
    )


async def record(
    work: Transaction, reservation: int, quotes: Sequence[dict[str, object]], lines: Sequence[dict[str, object]]
) -> int:
    """Write quotes, lines and first events; returns how many quotes."""
    return await connection_of(work).fetchval(
        "select claims.record_quotes($1, $2::jsonb, $3::jsonb)",
        reservation,
        json.dumps(quotes, default=str),
        json.dumps(lines, default=str),
    )


async def extend(
    database: Storage,
    role: Role,
    reservation: int,
    question: Sequence[int],
    number: Sequence[int],
    coverage: Sequence[int],
    agreed: Terms,
) -> dict[int, date]:
    """The new first day without promise of each promise that could be extended, by question."""
    async with database.session(role) as connection:
        rows = await connection.fetch(
            "select * from claims.extend_quotes($1, $2, $3, $4, $5, $6)",
            reservation,
            question,
            number,
            coverage,
            agreed.days_max,
            agreed.tolerance_days,
        )
    return {row["question"]: row["valid_to"] for row in rows}


async def cancel(database: Storage, role: Role, number: int, account: int) -> int:
    """Withdraw a quote; returns its state afterwards, 0 when no practice of this account has it."""
    async with database.session(role) as connection:
        return await connection.fetchval("select claims.cancel_quote($1, $2)", number, account)


# ---------------------------------------------------------------------------------------- what the service keeps

PROMISED = {
    "engagement": "int64",
    "line": "int16",
    "code": "S5",
    "quantity": "int32",
    "coefficient": "int32",
    "charged_cents": "int64",
    "promised_cents": "int64",
}
HOLDS = {"engagement": "int64", "account": "int16", "held_cents": "int64"}


async def promised(work: Transaction, engagement: NDArray[np.int64]) -> dict[str, NDArray[np.generic]]:
    """The lines of the quotes behind these promises, sorted by promise and line: the columns of PROMISED."""
    return await fetch(
        connection_of(work),
        """select n.engagement, l.line, l.code, l.quantity, l.coefficient, l.charged_cents, p.promised_cents
           from claims.quote_number n
           join claims.quote_promise p on p.tenant = n.tenant and p.quote = n.quote
           join claims.quote_line l on l.tenant = p.tenant and l.quote = p.quote and l.line = p.line
           where n.engagement = any ($1::int8[]) order by n.engagement, l.line""",
        engagement.tolist(),
        columns=PROMISED,
    )


async def holds(work: Transaction, engagement: NDArray[np.int64]) -> dict[str, NDArray[np.generic]]:
    """What these promises still hold beside the ceiling of their domain: the columns of HOLDS."""
    return await fetch(
        connection_of(work),
        """select h.engagement, h.account, h.held_cents from rights.engagement_hold h
           where h.engagement = any ($1::int8[])
             and not exists (select from rights.engagement_end x where x.engagement = h.engagement)
           order by h.engagement, h.account""",
        engagement.tolist(),
        columns=HOLDS,
    )


NOW = """
select q.tenant, q.quote, q.kind, q.practice, q.reference, q.person, q.coverage, q.product, q.domain, q.care_from,
       q.care_to, q.charged_cents, q.base_cents, q.amo_cents, q.amc_cents, q.own_cents, q.reservation, q.question,
       q.asked_at,
       n.engagement, last.rank, last.state, last.happened_at, last.hold_until, given.amount_cents as promised_cents,
       given.valid_to, case when last.reason > 0 then last.reason else q.reason end as reason
from claims.quote q
left join claims.quote_number n on n.tenant = q.tenant and n.quote = q.quote
cross join lateral (select x.* from claims.quote_event x where x.tenant = q.tenant and x.quote = q.quote
                    order by x.rank desc limit 1) as last
left join lateral (select x.amount_cents, x.valid_to from claims.quote_event x
                   where x.tenant = q.tenant and x.quote = q.quote and x.state = 3 order by x.rank desc limit 1)
     as given on true
"""


async def listed(database: Storage, state: int | None, limit: int) -> list[Row]:
    """Quotes as they are now, newest first; those in one state when one is named."""
    async with database.session(Role.CLAIMS) as connection:
        return await connection.fetch(
            f"{NOW} where $1::int2 is null or last.state = $1 order by q.asked_at desc limit $2",
            state,
            limit,
        )


async def waiting(work: Transaction, quote: int, tenant: int) -> Row | None:
    """A quote of this insurer as it is now."""
    return await connection_of(work).fetchrow(f"{NOW} where q.quote = $1 and q.tenant = $2", quote, tenant)


async def lines(work: Transaction, tenant: int, quote: int) -> list[Row]:
    """The lines of a quote, in order."""
    return await connection_of(work).fetch(
        "select * from claims.quote_line where tenant = $1 and quote = $2 order by line", tenant, quote
    )


async def refuse(work: Transaction, quote: Row, account: int, reason: int) -> None:
    """The insurer refuses what waits."""
    await connection_of(work).execute(
        "insert into claims.quote_event (tenant, quote, rank, state, account, reason) values ($1, $2, $3, 4, $4, $5)",
        quote["tenant"],
        quote["quote"],
        quote["rank"] + 1,
        account,
        reason,
    )


async def accept(
    work: Transaction,
    quote: Row,
    account: int,
    engagement: int,
    promised_cents: dict[int, int],
    held: dict[int, int],
    valid_to: date,
    hold_until: date,
) -> None:
    """The insurer accepts what waits: a promise, what it holds, what each line is promised, and the event."""
    connection, row = connection_of(work), quote
    await connection.execute(
        """insert into rights.engagement (engagement, tenant, person, practice, coverage, product, domain, valid_from,
                                          valid_to, held_cents, ceiling_year, hold_until, reservation, question)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, $10, $11, $12, $13)""",
        engagement,
        *(row[name] for name in ("tenant", "person", "practice", "coverage", "product", "domain", "care_from")),
        valid_to,
        row["care_from"].year,
        hold_until,
        row["reservation"],
        row["question"],
    )
    await connection.executemany(
        "insert into rights.engagement_hold (engagement, account, held_cents) values ($1, $2, $3)",
        [(engagement, each, cents) for each, cents in held.items() if cents > 0],
    )
    await connection.execute(
        "insert into claims.quote_number (tenant, quote, engagement) values ($1, $2, $3)",
        row["tenant"],
        row["quote"],
        engagement,
    )
    await connection.executemany(
        "insert into claims.quote_promise (tenant, quote, line, promised_cents) values ($1, $2, $3, $4)",
        [(row["tenant"], row["quote"], line, cents) for line, cents in promised_cents.items()],
    )
    await connection.execute(
        """insert into claims.quote_event (tenant, quote, rank, state, account, amount_cents, valid_to, hold_until)
           values ($1, $2, $3, 3, $4, $5, $6, $7)""",
        row["tenant"],
        row["quote"],
        row["rank"] + 1,
        account,
        sum(promised_cents.values()),
        valid_to,
        hold_until,
    )


async def expire_now(database: Storage, today: date) -> int:
    """Quotes whose day is over and that hold nothing, and requests that nobody answered; returns how many."""
    async with database.session(Role.OFFICE) as connection:
        return await connection.fetchval("select claims.expire_quotes($1)", today)
