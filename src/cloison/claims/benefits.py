"""What a person reads of the care that was billed for them: each invoice as it is decided now, line by line, in cents.

Read through a reservation for the persons of their own account, and nobody else's: see migration 0060.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from cloison.disclosure import Purpose
from cloison.disclosure.reader import reveal_own
from cloison.identity import Actor
from cloison.storage.transaction import Storage

QUERY = "select * from disclosure.reveal_benefits($1,$2,$3,$4,$5,$6,$7,$8)"


@dataclass(frozen=True, slots=True)
class BenefitLine:
    """One act or supply. `reason` 0: nothing was refused of it."""

    line: int
    code: str
    care_date: date
    quantity: int
    charged_cents: int
    base_cents: int
    amo_cents: int
    amc_cents: int
    own_cents: int
    reason: int


@dataclass(frozen=True, slots=True)
class Benefit:
    """One invoice. `version` counts its decisions; `paid_on` is None until its amount is in a payment."""

    invoice: int
    tenant: int
    practice: str
    practice_name: str
    number: str
    care_from: date
    care_to: date
    charged_cents: int
    version: int
    first_decided_at: datetime
    decided_at: datetime
    state: int
    reason: int
    amo_cents: int
    amc_cents: int
    own_cents: int
    paid_on: date | None
    lines: tuple[BenefitLine, ...]


@dataclass(frozen=True, slots=True)
class BenefitSearch:
    """Which invoices are asked for: all conditions together, last received first. `until` is excluded."""

    invoices: tuple[int, ...] = ()
    number: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    up_to: int | None = None
    before: int | None = None
    count: int = 20


async def of_person(database: Storage, actor: Actor, search: BenefitSearch) -> list[Benefit]:
    """The decided invoices of the persons of the actor's account, at most `count`."""
    rows = await reveal_own(
        database, actor, Purpose.REIMBURSEMENT, QUERY, list(search.invoices) or None, search.number,
        search.since, search.until, search.up_to, search.before, search.count,
    )  # fmt: skip
    return [_benefit(list(lines)) for _, lines in groupby(rows, key=lambda row: row["invoice"])]


HEAD = (
    "invoice", "tenant", "practice", "practice_name", "number", "care_from", "care_to", "charged_cents", "version",
    "first_decided_at", "decided_at", "state", "reason", "amo_cents", "amc_cents", "own_cents", "paid_on",
)  # fmt: skip


def _benefit(rows: Sequence[Any]) -> Benefit:  # Any: asyncpg's rows
    """One invoice of the rows of its lines. A cancelled one has no amounts left, on its lines either."""
    head = {name: rows[0][name] for name in HEAD}
    return Benefit(**head, lines=tuple(_line(row) for row in rows))


def _line(row: Any) -> BenefitLine:  # Any: as above
    return BenefitLine(
        line=row["line"],
        code=row["code"],
        care_date=row["care_date"],
        quantity=row["quantity"],
        charged_cents=row["line_charged_cents"],
        base_cents=row["line_base_cents"] or 0,
        amo_cents=row["line_amo_cents"] or 0,
        amc_cents=row["line_amc_cents"] or 0,
        own_cents=row["line_own_cents"] or 0,
        reason=row["line_reason"] or 0,
    )
