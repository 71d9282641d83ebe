"""The SQL of claims."""

from uuid import UUID

import asyncpg
import numpy as np
from numpy.typing import NDArray

from cloison.claims.adjudicate import CANCELLED, Decisions
from cloison.claims.claim import ClaimBatch
from cloison.claims.promises import Promises
from cloison.disclosure.reader import uuids
from cloison.rights.eligibility import Answers
from cloison.storage.bulk import Column, Nullable, copy, fetch
from cloison.storage.database import connection_of
from cloison.storage.roles import Role
from cloison.storage.transaction import Storage, Transaction

AGAIN = (asyncpg.UniqueViolationError, asyncpg.DeadlockDetectedError, asyncpg.SerializationError)
"""Another process recorded the same invoices first, or waits for us: look again, and decide again."""
FIRST, CANCELLATION, CORRECTION = 1, 2, 3
PRACTICE_LOCK = 1668246629  # a class of advisory locks of its own


async def chunk_done(database: Storage, file: int, chunk: int) -> bool:
    async with database.session(Role.CLAIMS) as connection:
        return bool(await connection.fetchval("select 1 from claims.chunk where file = $1 and chunk = $2", file, chunk))


async def mark_chunk(work: Transaction, batch: ClaimBatch) -> bool:
    """Write that this chunk is decided; false when another process already did."""
    marked = await connection_of(work).fetchval(
        "insert into claims.chunk (file, chunk, invoices) values ($1, $2, $3) on conflict do nothing returning 1",
        batch.file,
        batch.chunk,
        len(batch),
    )
    return bool(marked)


async def lock_practices(work: Transaction, practice: NDArray[np.int32]) -> None:
    """One at a time per practice, in one order for everybody: two invoices for the same care cannot miss each other."""
    await connection_of(work).execute(
        "select pg_advisory_xact_lock($1, p) from (select p from unnest($2::int4[]) p order by p) as ordered",
        PRACTICE_LOCK,
        np.unique(practice).tolist(),
    )


async def received_before(work: Transaction, batch: ClaimBatch, practice: NDArray[np.int32]) -> NDArray[np.int64]:
    """The invoice in the books, or earlier in this batch, with the same practice, number and first day; 0 if none."""
    number, care_from = batch.invoices.number.astype("S9"), batch.care_from()
    rows = await connection_of(work).fetch(
        """select a.n, i.invoice
           from unnest($1::int4[], $2::text[], $3::date[]) with ordinality as a (p, number, day, n)
           join claims.invoice i on i.practice = a.p and i.number = a.number::char(9) and i.care_from = a.day""",
        practice.tolist(),
        [each.decode("latin-1") for each in number.tolist()],
        care_from.tolist(),
    )
    found = np.zeros(len(batch), np.int64)
    key = np.empty(len(batch), [("practice", "i4"), ("number", "S9"), ("day", "M8[D]")])
    key["practice"], key["number"], key["day"] = practice, number, care_from
    if len(batch):
        _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
        repeated = first[inverse] != np.arange(len(batch))
        found[repeated] = batch.invoice_ids()[first[inverse][repeated]]
    for row in rows:
        found[row["n"] - 1] = row["invoice"]
    return found


async def care_billed_before(
    work: Transaction,
    batch: ClaimBatch,
    at: NDArray[np.intp],
    person: NDArray[np.uint8],
    practice: NDArray[np.int32],
    apart: NDArray[np.int64],
) -> NDArray[np.int64]:
    """For each of these lines, how many invoices in the books, but those `apart`, bill the same care and still count:
    neither cancelled, nor refused on that line."""
    lines = batch.lines
    _, first = np.unique(lines.invoice[at], return_index=True)
    persons = uuids(person[at[first]])
    known = await connection_of(work).fetch(
        """select distinct i.person, i.practice from unnest($1::uuid[], $2::int4[]) as a (person, practice)
           join claims.invoice i on i.person = a.person and i.practice = a.practice
                                and i.invoice <> all ($3::int8[])""",
        persons,
        practice[lines.invoice[at[first]]].tolist(),
        apart.tolist(),
    )
    result = np.zeros(len(at), np.int64)
    if not known:
        return result
    seen = {(row["person"], row["practice"]) for row in known}
    some = [
        place
        for place, line in enumerate(at.tolist())
        if (UUID(bytes=person[line].tobytes()), int(practice[lines.invoice[line]])) in seen
    ]
    chosen = at[some]
    rows = await connection_of(work).fetch(
        """select a.n, count(distinct i.invoice) as invoices
           from unnest($1::uuid[], $2::int4[], $3::text[], $4::date[], $5::int4[], $6::int8[]) with ordinality
                as a (person, practice, code, day, coefficient, charged, n)
           join claims.invoice i on i.person = a.person and i.practice = a.practice and i.invoice <> all ($7::int8[])
           join claims.line l on l.invoice = i.invoice and l.code = a.code::char(5) and l.care_date = a.day
                              and l.coefficient = a.coefficient and l.charged_cents = a.charged and l.asked_cents > 0
           join claims.decision d on d.invoice = i.invoice and d.state <> 4
                              and not exists (select from claims.decision x where x.replaces = d.decision)
           join claims.line_decision ld on ld.decision = d.decision and ld.line = l.line
                              and not (ld.reason between 200 and 249 or ld.reason between 300 and 339
                                       or ld.reason = 410)
           group by a.n""",
        uuids(person[chosen]),
        practice[lines.invoice[chosen]].tolist(),
        [code.decode("latin-1") for code in lines.code[chosen].tolist()],
        lines.care_date[chosen].tolist(),
        lines.coefficient[chosen].tolist(),
        lines.charged[chosen].tolist(),
        apart.tolist(),
    )
    for row in rows:
        result[some[row["n"] - 1]] = row["invoices"]
    return result


async def record(
    work: Transaction,
    batch: ClaimBatch,
    tenant: NDArray[np.int32],
    practice: NDArray[np.int32],
    covered: Answers,
    promises: Promises,
    decisions: Decisions,
    tariff: str,
) -> None:
    """Write invoices, lines and their first decisions. Nothing of it is ever changed."""
    connection = connection_of(work)
    invoices, lines, count = batch.invoices, batch.lines, len(batch)
    if not count:
        return
    identifier = batch.invoice_ids()
    first = invoices.first_line
    line_number = (np.arange(len(lines)) - first[lines.invoice] + 1).astype(np.int16)
    await copy(
        connection,
        "claims",
        "invoice",
        {
            "invoice": identifier,
            "file": np.full(count, batch.file, np.int32),
            "record": invoices.record.astype(np.int32),
            "batch": invoices.batch,
            "tenant": tenant,
            "practice": practice,
            "number": invoices.number,
            "person": Nullable(covered.person[first], ~covered.found[first]),
            "care_from": batch.care_from(),
            "care_to": batch.care_to(),
            "nature": invoices.nature,
            "engagement": Nullable(promises.engagement, promises.engagement == 0),
            "charged_cents": batch.total(lines.charged),
            "amc_asked_cents": batch.total(np.maximum(lines.asked, 0)),
            "lines": invoices.line_count.astype(np.int16),
        },
    )
    await copy(
        connection,
        "claims",
        "line",
        {
            "invoice": identifier[lines.invoice],
            "line": line_number,
            "code": lines.code,
            "care_date": lines.care_date,
            "quantity": lines.quantity,
            "coefficient": lines.coefficient.astype(np.int32),
            "charged_cents": lines.charged,
            "asked_cents": np.maximum(lines.asked, 0),
            "paid_by_other_cents": Nullable(np.maximum(lines.paid_by_other, 0), lines.paid_by_other < 0),
        },
    )
    await record_decisions(work, batch, identifier, covered, decisions, tariff)


async def record_decisions(
    work: Transaction,
    batch: ClaimBatch,
    decision: NDArray[np.int64],
    covered: Answers,
    decisions: Decisions,
    tariff: str,
    replaces: NDArray[np.int64] | None = None,
) -> None:
    """Write decisions and their lines. `replaces`: the decisions that they correct; without it they are the first."""
    count, lines = len(batch), batch.lines
    line_number = (np.arange(len(lines)) - batch.invoices.first_line[lines.invoice] + 1).astype(np.int16)
    earlier = np.zeros(count, np.int64) if replaces is None else replaces
    columns: dict[str, Column] = {
        "decision": decision,
        "invoice": batch.invoice_ids(),
        "kind": np.full(count, FIRST if replaces is None else CORRECTION, np.int16),
        "replaces": Nullable(earlier, earlier == 0),
        "state": decisions.state,
        "reason": decisions.reason,
        "base_cents": decisions.base,
        "amo_cents": decisions.amo,
        "amc_cents": decisions.amc,
        "own_cents": decisions.own,
        "tariff": np.full(count, tariff.encode()),
    }
    await copy(connection_of(work), "claims", "decision", columns)
    await copy(
        connection_of(work),
        "claims",
        "line_decision",
        {
            "decision": decision[lines.invoice],
            "line": line_number,
            "product": np.where(covered.reason == 0, covered.product, 0).astype(np.int32),
            "base_cents": decisions.line_base,
            "rate_bp": decisions.line_rate_bp,
            "amo_cents": decisions.line_amo,
            "amc_cents": decisions.line_amc,
            "own_cents": decisions.line_own,
            "reason": decisions.line_reason,
            "ceiling": decisions.line_ceiling,
        },
    )


async def keep_aside(work: Transaction, batch: ClaimBatch, kept: NDArray[np.int16]) -> None:
    """List the invoices that could not be decided; their bytes stay in the sealed file."""
    (at,) = np.nonzero(kept)
    invoices = batch.invoices
    await copy(
        connection_of(work),
        "claims",
        "quarantine",
        {
            "file": np.full(len(at), batch.file, np.int32),
            "record": invoices.record[at].astype(np.int32),
            "records": invoices.records[at],
            "reason": kept[at],
            "field": np.full(len(at), b""),
            "practice": _numeric(invoices.practice_number[at]),
            "number": _numeric(invoices.number[at]),
        },
    )


def _numeric(numbers: NDArray[np.bytes_]) -> NDArray[np.bytes_]:
    """These numbers (2A, 2B: Corsica), empty where they are none: a record that slipped has a piece of a name there."""
    if not len(numbers):
        return numbers
    digits = np.char.replace(np.char.replace(numbers, b"A", b"0"), b"B", b"0")
    return np.where(np.char.isdigit(digits), numbers, b"").astype(numbers.dtype)


async def note_resends(work: Transaction, sound: ClaimBatch, earlier: NDArray[np.int64]) -> None:
    """Account for the invoices that were already received."""
    (at,) = np.nonzero(earlier)
    await copy(
        connection_of(work),
        "claims",
        "resend",
        {
            "file": np.full(len(at), sound.file, np.int32),
            "record": sound.invoices.record[at].astype(np.int32),
            "invoice": earlier[at],
        },
    )


async def receive(work: Transaction, name: str, digest: bytes, size: int, spool: str, format_: str) -> tuple[int, bool]:
    """The number of a file, and whether it is new: the same bytes are the same file."""
    connection = connection_of(work)
    number = await connection.fetchval(
        """insert into claims.file (name, digest, size_bytes, spool, format) values ($1, $2, $3, $4, $5)
           on conflict (digest) do nothing returning file""",
        name,
        digest,
        size,
        spool,
        format_,
    )
    if number is not None:
        return number, True
    return await connection.fetchval("select file from claims.file where digest = $1", digest), False


async def set_state(work: Transaction, file: int, state: int, invoices: int | None = None, reason: int = 0) -> None:
    """Move a file to a state; the database refuses a move that its table of transitions does not hold."""
    await connection_of(work).execute(
        "update claims.file set state = $2, invoices = coalesce($3, invoices), reason = $4 where file = $1",
        file,
        state,
        invoices,
        reason,
    )


async def waiting(database: Storage) -> list[asyncpg.Record]:
    """The files that are received and not wholly decided."""
    async with database.session(Role.CLAIMS) as connection:
        return await connection.fetch(
            """select file, name, spool, state, invoices, received_at, format from claims.file
               where state in (1, 2) order by file"""
        )


async def decided_so_far(database: Storage) -> int:
    async with database.session(Role.CLAIMS) as connection:
        return await connection.fetchval("select coalesce(sum(invoices), 0) from claims.chunk")


async def files(database: Storage) -> list[asyncpg.Record]:
    """Every file with what became of its invoices."""
    async with database.session(Role.CLAIMS) as connection:
        return await connection.fetch(
            """select f.file, f.name, f.state, f.invoices, f.reason, f.received_at, f.spool,
                      (select count(*) from claims.invoice i where i.file = f.file) as decided,
                      (select count(*) from claims.quarantine q where q.file = f.file) as kept,
                      (select count(*) from claims.resend r where r.file = f.file) as resent
               from claims.file f order by f.file"""
        )


DECIDED = {
    "decision": "int64",
    "invoice": "int64",
    "tenant": "int32",
    "practice": "int32",
    "number": "S9",
    "batch": "int32",
    "care_from": "date",
    "nature": "int16",
    "state": "int16",
    "reason": "int16",
    "amo_cents": "int64",
    "amc_cents": "int64",
    "amc_asked_cents": "int64",
    "charged_cents": "int64",
    "lines": "int16",
}
DECIDED_LINES = {
    "decision": "int64",
    "line": "int16",
    "code": "S5",
    "care_date": "date",
    "quantity": "int32",
    "coefficient": "int32",
    "charged_cents": "int64",
    "base_cents": "int64",
    "rate_bp": "int32",
    "amo_cents": "int64",
    "amc_cents": "int64",
    "reason": "int16",
}


async def decided(work: Transaction, decisions: NDArray[np.int64]) -> dict[str, NDArray[np.generic]]:
    """What these decisions decided, sorted by their number: one row each, the columns of DECIDED."""
    return await fetch(
        connection_of(work),
        f"""select {", ".join(DECIDED)} from claims.decision join claims.invoice using (invoice)
            where decision = any ($1::int8[]) order by decision""",  # noqa: S608  names of this module
        decisions.tolist(),
        columns=DECIDED,
    )


async def decided_lines(work: Transaction, decisions: NDArray[np.int64]) -> dict[str, NDArray[np.generic]]:
    """The lines of these decisions, sorted by decision and line: the columns of DECIDED_LINES."""
    return await fetch(
        connection_of(work),
        """select d.decision, d.line, l.code, l.care_date, l.quantity, l.coefficient, l.charged_cents, d.base_cents,
                  d.rate_bp, d.amo_cents, d.amc_cents, d.reason
           from claims.line_decision d join claims.decision e using (decision)
           join claims.line l on l.invoice = e.invoice and l.line = d.line
           where d.decision = any ($1::int8[]) order by d.decision, d.line""",
        decisions.tolist(),
        columns=DECIDED_LINES,
    )


async def standing(work: Transaction, invoices: NDArray[np.int64]) -> list[asyncpg.Record]:
    """The decision in force of each of these invoices: invoice, decision, state, practice, tenant, person."""
    return await connection_of(work).fetch(
        """select i.invoice, d.decision, d.state, i.practice, i.tenant, i.person, i.file, i.record, d.amc_cents
           from claims.invoice i join claims.decision d using (invoice)
           where i.invoice = any ($1::int8[])
             and not exists (select from claims.decision x where x.replaces = d.decision)
           order by i.invoice""",
        invoices.tolist(),
    )


async def cancelled(work: Transaction, invoices: NDArray[np.int64]) -> NDArray[np.int64]:
    """Those of these invoices that stand cancelled."""
    rows = await standing(work, invoices)
    return np.array([row["invoice"] for row in rows if row["state"] == CANCELLED], np.int64)


async def find(work: Transaction, practice_number: str, number: str) -> list[asyncpg.Record]:
    """The invoices with this practice number and invoice number, latest care first."""
    return await connection_of(work).fetch(
        """select i.invoice, i.practice, i.care_from, i.file, i.record from claims.invoice i
           join identity.practice p on p.practice = i.practice
           where p.number = $1 and i.number = $2::char(9) order by i.care_from desc""",
        practice_number,
        number,
    )


async def later_decisions(work: Transaction, count: int) -> NDArray[np.int64]:
    """Numbers for decisions that replace others."""
    numbers = await connection_of(work).fetchval(
        "select array_agg(nextval('claims.later_decision')) from generate_series(1, $1)", count
    )
    return np.array(numbers or [], np.int64)


async def cancel(work: Transaction, decision: int, invoice: int, replaces: int, tariff: str) -> None:
    """Write the decision that takes another back."""
    await connection_of(work).execute(
        """insert into claims.decision (decision, invoice, kind, replaces, state, reason, base_cents, amo_cents,
                                        amc_cents, own_cents, tariff)
           values ($1, $2, 2, $3, 4, 0, 0, 0, 0, 0, $4)""",
        decision,
        invoice,
        replaces,
        tariff,
    )


async def ceilings_used(work: Transaction, decisions: NDArray[np.int64]) -> list[asyncpg.Record]:
    """What these decisions paid, by person, product, act code, ceiling and year. An old decision names no ceiling."""
    return await connection_of(work).fetch(
        """select i.person, d.product, l.code, d.ceiling, extract(year from l.care_date)::int2 as year,
                  sum(d.amc_cents)::int8 as cents
           from claims.line_decision d join claims.decision e using (decision)
           join claims.invoice i on i.invoice = e.invoice
           join claims.line l on l.invoice = e.invoice and l.line = d.line
           where d.decision = any ($1::int8[]) and d.amc_cents > 0 and d.product > 0 group by 1, 2, 3, 4, 5""",
        decisions.tolist(),
    )


async def kept_aside(database: Storage) -> list[asyncpg.Record]:
    """The invoices kept aside and still open, with where they are."""
    async with database.session(Role.CLAIMS) as connection:
        return await connection.fetch(
            """select q.quarantine, q.file, f.spool, f.name, q.record, q.records, q.practice, q.number, q.reason,
                      f.format
               from claims.quarantine q join claims.file f using (file) where q.state = 1 order by q.quarantine"""
        )


async def taken_from_quarantine(work: Transaction, file: int, records: NDArray[np.int64]) -> NDArray[np.bool_]:
    """These invoices are to be decided after all; true for those that nobody else took."""
    taken = await connection_of(work).fetch(
        """update claims.quarantine set state = 2 where file = $1 and record = any ($2::int4[]) and state = 1
           returning record""",
        file,
        records.tolist(),
    )
    return np.isin(records, [row["record"] for row in taken])


async def file_of(database: Storage, file: int) -> asyncpg.Record:
    """Where the bytes of a file are."""
    async with database.session(Role.CLAIMS) as connection:
        row = await connection.fetchrow("select file, name, spool, format from claims.file where file = $1", file)
    assert row is not None, "an invoice names its file"
    return row
