"""The SQL of rights that enquiries and claims need. The loading of movement files has its own module."""

from collections.abc import Sequence
from datetime import date

import asyncpg
import numpy as np
from numpy.typing import NDArray

from cloison.disclosure.reader import uuids
from cloison.rights.engagement import Engagements
from cloison.rights.guarantees import Networks, ProductBook, Products
from cloison.rules.shelf import Rows, Shelf
from cloison.storage import bulk
from cloison.storage.database import Connection, connection_of
from cloison.storage.roles import Role
from cloison.storage.transaction import Storage, Transaction

GUARANTEE_COLUMNS = {
    "product": "int32",
    "domain": "int16",
    "family": "int16",
    "optam": "int16",
    "network": "bool",
    "valid_from": "date",
    "valid_to": "date",
    "formula": "int16",
    "rate_bp": "int32",
    "amount_cents": "int64",
    "act_cap_cents": "int64",
    "day_cap_cents": "int64",
    "pair_cap_cents": "int64",
    "tooth_cap_cents": "int64",
    "annual_ceiling_cents": "int64",
    "waiting_days": "int32",
}
GUARANTEES = f"select {', '.join(GUARANTEE_COLUMNS)} from rights.guarantee"  # noqa: S608  names of this module

CAP_LOCK = 1668246638  # a class of advisory locks of its own

ENGAGEMENTS = """
select engagement, tenant, person, practice, coverage, product, domain, valid_from,
       coalesce(extended.valid_to, e.valid_to) as valid_to, ceiling_year,
       case ends when 0 then held_cents else 0 end, ends
from rights.engagement e
     cross join lateral (select max(x.valid_to) as valid_to from rights.engagement_extension x
                         where x.engagement = e.engagement) as extended
     cross join lateral (select count(*)::int2 as ends from rights.engagement_end x
                         where x.engagement = e.engagement) as ended
where engagement = any ($1)
  and not exists (select from rights.engagement_end x
                  where x.engagement = e.engagement
                    and (x.kind = 2 or x.kind = 1 and x.invoice <> all ($2::int8[])))
order by engagement"""
ENGAGEMENT_COLUMNS = {
    "engagement": "int64",
    "tenant": "int32",
    "person": "uuid",
    "practice": "int32",
    "coverage": "int64",
    "product": "int32",
    "domain": "int16",
    "valid_from": "date",
    "valid_to": "date",
    "ceiling_year": "int16",
    "held_cents": "int64",
    "ends": "int16",
}


async def product_book(database: Storage, role: Role) -> ProductBook:
    """Products, guarantees and networks of every insurer."""
    async with database.session(role) as connection:
        rows = await connection.fetch(
            "select product, tenant, responsable, convention, csr, code from rights.product order by product"
        )
        guarantees = await bulk.fetch(connection, GUARANTEES, columns=GUARANTEE_COLUMNS)
        members = await bulk.fetch(
            connection,
            "select tenant, practice, valid_from, valid_to from rights.network_member",
            columns={"tenant": "int32", "practice": "S9", "valid_from": "date", "valid_to": "date"},
        )
    return ProductBook(
        Products(
            product=np.array([row["product"] for row in rows], np.int32),
            tenant=np.array([row["tenant"] for row in rows], np.int32),
            responsable=np.array([row["responsable"] for row in rows], np.bool_),
            convention=np.array([row["convention"].encode() for row in rows], np.bytes_),
            csr=np.array([row["csr"].encode() for row in rows], np.bytes_),
            code=np.array([row["code"].encode() for row in rows], np.bytes_),
        ),
        Shelf(Rows(**guarantees)),  # pyright: ignore[reportArgumentType]  the types are those of GUARANTEE_COLUMNS
        Networks(members["tenant"], members["practice"], members["valid_from"], members["valid_to"]),  # pyright: ignore[reportArgumentType]  as just above
    )


async def insurers(database: Storage, role: Role) -> list[asyncpg.Record]:
    """tenant, amc, name of each insurer, and whether it ever sent a right (`loaded`)."""
    async with database.session(role) as connection:
        return await connection.fetch(
            """select i.tenant, i.amc, i.name, i.tenant in (select rights.loaded_insurers()) as loaded
               from rights.insurer i order by i.amc"""
        )


async def engage(
    database: Storage, role: Role, reservation: int, columns: Sequence[Sequence[object]]
) -> dict[int, int]:
    """Write promises for questions of a committed reservation; returns question -> cents really held."""
    async with database.session(role) as connection:
        return await _engaged(connection, reservation, columns)


async def engage_within(work: Transaction, reservation: int, columns: Sequence[Sequence[object]]) -> dict[int, int]:
    """The same, in a transaction of the channel that writes more."""
    return await _engaged(connection_of(work), reservation, columns)


async def _engaged(connection: Connection, reservation: int, columns: Sequence[Sequence[object]]) -> dict[int, int]:
    rows = await connection.fetch("select * from rights.engage($1,$2,$3,$4,$5,$6,$7)", reservation, *columns)
    return {row["question"]: row["held_cents"] for row in rows}


async def engagements(work: Transaction, numbers: NDArray[np.int64], apart: NDArray[np.int64]) -> Engagements:
    """The promises behind these numbers that an invoice may use: neither released nor used, but by invoices `apart`.

    A promise whose hold has expired, or was used, still binds; it holds nothing.
    """
    found = await bulk.fetch(
        connection_of(work),
        ENGAGEMENTS,
        np.unique(numbers).tolist(),
        apart.tolist(),
        columns=ENGAGEMENT_COLUMNS,
    )
    return Engagements(**found)  # pyright: ignore[reportArgumentType]  the types are those of ENGAGEMENT_COLUMNS


async def users(work: Transaction, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """The invoices that used these promises."""
    found = await connection_of(work).fetchval(
        """select array_agg(distinct invoice) from rights.engagement_end
           where kind = 1 and engagement = any ($1::int8[])""",
        numbers.tolist(),
    )
    return np.array(found or [], np.int64)


async def lock_ceilings(
    work: Transaction,
    person: NDArray[np.uint8],
    product: NDArray[np.int32],
    domain: NDArray[np.int16],
    year: NDArray[np.int16],
    ceiling_cents: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Used and held cents of k distinct ceilings, locked until the transaction ends, in one order for everybody.

    A ceiling met for the first time is created with nothing used; one that a later guarantee made higher rises.
    """
    connection = connection_of(work)
    columns = (uuids(person), product.tolist(), domain.tolist(), year.tolist())
    await connection.execute(
        """insert into rights.ceiling as known (person, product, domain, year, ceiling_cents)
           select * from unnest($1::uuid[], $2::int4[], $3::int2[], $4::int2[], $5::int8[]) as a (p, r, d, y, c)
           order by 1, 2, 3, 4
           on conflict (person, product, domain, year) do update set ceiling_cents = excluded.ceiling_cents
               where known.ceiling_cents < excluded.ceiling_cents""",
        *columns,
        ceiling_cents.tolist(),
    )
    rows = await connection.fetch(
        """select a.n, c.used_cents, c.held_cents
           from unnest($1::uuid[], $2::int4[], $3::int2[], $4::int2[]) with ordinality as a (p, r, d, y, n)
           join rights.ceiling c on c.person = a.p and c.product = a.r and c.domain = a.d and c.year = a.y
           order by c.person, c.product, c.domain, c.year for update of c""",
        *columns,
    )
    used = np.zeros(len(person), np.int64)
    held = np.zeros(len(person), np.int64)
    for row in rows:
        used[row["n"] - 1], held[row["n"] - 1] = row["used_cents"], row["held_cents"]
    return used, held


async def use_ceilings(
    work: Transaction,
    person: NDArray[np.uint8],
    product: NDArray[np.int32],
    domain: NDArray[np.int16],
    year: NDArray[np.int16],
    used_cents: NDArray[np.int64],
    freed_cents: NDArray[np.int64],
) -> None:
    """Add to what is used, and take from what is held, of ceilings locked in this transaction."""
    await connection_of(work).execute(
        """update rights.ceiling c set used_cents = c.used_cents + a.u, held_cents = c.held_cents - a.h
           from unnest($1::uuid[], $2::int4[], $3::int2[], $4::int2[], $5::int8[], $6::int8[]) as a (p, r, d, y, u, h)
           where c.person = a.p and c.product = a.r and c.domain = a.d and c.year = a.y and (a.u <> 0 or a.h <> 0)""",
        uuids(person),
        product.tolist(),
        domain.tolist(),
        year.tolist(),
        used_cents.tolist(),
        freed_cents.tolist(),
    )


async def lock_caps(
    work: Transaction,
    person: NDArray[np.uint8],
    product: NDArray[np.int32],
    account: NDArray[np.int16],
    kind: NDArray[np.int16],
    what: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Used cents of k distinct shared caps; whoever decides on the same persons waits until the transaction ends."""
    connection = connection_of(work)
    persons = uuids(person)
    await connection.execute(
        """select pg_advisory_xact_lock($1, mine) from
           (select distinct hashtext(p::text) as mine from unnest($2::uuid[]) as p order by 1) as in_order""",
        CAP_LOCK,
        persons,
    )
    rows = await connection.fetch(
        """select a.n, sum(case when u.takes_back then -u.cents else u.cents end)::int8 as used_cents
           from unnest($1::uuid[], $2::int4[], $3::int2[], $4::int2[], $5::int8[]) with ordinality
                as a (person, product, account, kind, what, n)
           join rights.cap_use u using (person, product, account, kind, what) group by a.n""",
        persons,
        product.tolist(),
        account.tolist(),
        kind.tolist(),
        what.tolist(),
    )
    used = np.zeros(len(person), np.int64)
    for row in rows:
        used[row["n"] - 1] = row["used_cents"]
    return used


async def use_caps(
    work: Transaction,
    person: NDArray[np.uint8],
    product: NDArray[np.int32],
    account: NDArray[np.int16],
    kind: NDArray[np.int16],
    what: NDArray[np.int64],
    decision: NDArray[np.int64],
    cents: NDArray[np.int64],
) -> None:
    """Write what decisions used of shared caps."""
    await connection_of(work).execute(
        """insert into rights.cap_use (person, product, account, kind, what, decision, cents)
           select * from unnest($1::uuid[], $2::int4[], $3::int2[], $4::int2[], $5::int8[], $6::int8[], $7::int8[])""",
        uuids(person),
        product.tolist(),
        account.tolist(),
        kind.tolist(),
        what.tolist(),
        decision.tolist(),
        cents.tolist(),
    )


async def give_back_caps(work: Transaction, decision: NDArray[np.int64]) -> None:
    """What these decisions, which are taken back, used of shared caps is free again."""
    await connection_of(work).execute(
        """insert into rights.cap_use (person, product, account, kind, what, decision, takes_back, cents)
           select person, product, account, kind, what, decision, true, cents from rights.cap_use
           where decision = any ($1::int8[]) and not takes_back""",
        decision.tolist(),
    )


async def end_engagements(
    work: Transaction, engagement: NDArray[np.int64], invoice: NDArray[np.int64], ends: NDArray[np.int16]
) -> None:
    """These promises are used by these invoices. `ends`: how often each had ended when it was read.

    One that somebody else ended meanwhile is a unique violation: its hold must not be given back twice.
    """
    await connection_of(work).execute(
        """insert into rights.engagement_end (engagement, rank, kind, invoice)
           select e, 1 + n, 1, i from unnest($1::int8[], $2::int8[], $3::int2[]) as a (e, i, n)
           where not exists (select from rights.engagement_end x where x.engagement = a.e and x.invoice = a.i)""",
        engagement.tolist(),
        invoice.tolist(),
        ends.tolist(),
    )


async def expire(work: Transaction, today: object) -> int:
    """Give back the holds whose time is over; returns how many."""
    return await connection_of(work).fetchval("select rights.expire_engagements($1)", today)


async def give_back(work: Transaction, given: dict[tuple[object, int, int, int], int]) -> None:
    """Ceilings (person, product, domain, year) get back what a decision that is taken back had used of them."""
    await connection_of(work).executemany(
        """update rights.ceiling set used_cents = used_cents - $5
           where person = $1 and product = $2 and domain = $3 and year = $4""",
        [(*ceiling, cents) for ceiling, cents in sorted(given.items(), key=lambda item: str(item[0]))],
    )


async def release(database: Storage, engagement: int, account: int) -> bool:
    """End a promise that the practice of this account gives back; false when it has none still to give back."""
    async with database.session(Role.OFFICE) as connection:
        return await connection.fetchval("select rights.release_engagement($1, $2)", engagement, account)


async def expire_now(database: Storage, today: date) -> int:
    """Give back the holds whose time is over, in a transaction of its own; returns how many."""
    async with database.session(Role.OFFICE) as connection:
        return await connection.fetchval("select rights.expire_engagements($1)", today)
