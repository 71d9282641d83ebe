"""What a person is told of the log: who learned what about them, newest first. Their asking is on record before.

A line shows what was told and what could have been at most: who settles can say less than was reserved, never more.
"""

from dataclasses import dataclass
from datetime import date, datetime

from cloison.disclosure.purpose import Fields, Proof, Purpose, Result
from cloison.disclosure.reader import reveal_own
from cloison.identity import Actor
from cloison.storage.transaction import Storage

QUERY = "select * from disclosure.reveal_own_statement($1,$2,$3,$4,$5,$6,$7)"


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the log about the person. `own`: they asked themselves; `widest` is what was reserved."""

    place: int
    at: datetime
    channel: str
    own: bool
    practice: str
    practice_name: str
    tenant: int
    purpose: Purpose
    domain: int
    proof: Proof
    care_date: date
    widest: Fields
    fields: Fields
    result: Result
    settled: bool


@dataclass(frozen=True, slots=True)
class StatementSearch:
    """Which lines are asked for: all conditions together. `places` names lines; `until` is excluded."""

    places: tuple[int, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    up_to: int | None = None
    before: int | None = None
    count: int = 20


async def statement(database: Storage, actor: Actor, search: StatementSearch) -> list[Told]:
    """The lines about the persons of the actor's account, at most `count`."""
    rows = await reveal_own(
        database, actor, Purpose.STATEMENT, QUERY,
        list(search.places) or None, search.since, search.until, search.up_to, search.before, search.count,
    )  # fmt: skip
    return [
        Told(
            place=row["place"],
            at=row["reserved_at"],
            channel=row["channel"],
            own=row["own"],
            practice=row["practice"],
            practice_name=row["practice_name"],
            tenant=row["tenant"],
            purpose=Purpose(row["purpose"]),
            domain=row["act_family"],
            proof=Proof(row["proof"]),
            care_date=row["care_date"],
            widest=Fields(row["widest"]),
            fields=Fields(row["fields"]),
            result=Result(row["result"]),
            settled=row["settled"],
        )
        for row in rows
    ]
