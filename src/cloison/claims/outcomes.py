"""What became of invoices, as it stands: read from the books, so that everybody who asks is told the same.

An answer that was lost is told again from here; only the account of each cent is told from the decision itself, while
it is made.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from cloison.claims import store_outcomes as store
from cloison.claims.accounts import ACCOUNTS
from cloison.claims.settle import Settlement
from cloison.rules.trace import Explanation
from cloison.storage.roles import Role
from cloison.storage.transaction import Storage, Transaction

WHOLE_REFUSALS = ((200, 249), (300, 339), (410, 410))
"""Reasons that refuse a line as a whole: the right, an act that cannot be priced, care paid before."""


@dataclass(frozen=True, slots=True)
class DecidedLine:
    """One line of an invoice: who pays what of it, and why less than asked (`reason` 0: nothing to say)."""

    line: int
    code: str
    care_date: date
    quantity: int
    coefficient: int
    charged_cents: int
    asked_cents: int
    paid_by_other_cents: int
    base_cents: int
    rate_bp: int
    amo_cents: int
    amc_cents: int
    own_cents: int
    reason: int
    account: Explanation | None = None
    """Each rule that set a cent; None where the decision was not just made."""

    @property
    def refused(self) -> bool:
        """Whether nothing of the line is paid, for a reason of its own."""
        return any(first <= self.reason <= last for first, last in WHOLE_REFUSALS)


@dataclass(frozen=True, slots=True)
class Decided:
    """An invoice with the decision in force. A cancelled one has no lines."""

    invoice: int
    practice: int
    tenant: int
    number: str
    decision: int
    state: int
    reason: int
    charged_cents: int
    base_cents: int
    amo_cents: int
    amc_cents: int
    own_cents: int
    decided_at: datetime
    lines: tuple[DecidedLine, ...] = field(repr=False)
    place: int = 0
    """Where it was received: the number of the invoice, unless an earlier sending of it was decided."""

    @property
    def sent_before(self) -> bool:
        return self.place != self.invoice


@dataclass(frozen=True, slots=True)
class KeptAside:
    """An invoice that waits for somebody: it is decided when `reason` is over."""

    place: int
    reason: int


async def of_file(database: Storage, file: int, settlement: Settlement) -> list[Decided | KeptAside]:
    """What became of each invoice of a batch, in its order."""
    records = settlement.batch.invoices.record.tolist()
    accounts = _accounts(settlement)
    async with database.transaction(Role.CLAIMS) as work:
        places = await store.places(work, file, records)
        known = await _decided(work, [row["invoice"] for row in places if row["invoice"]], accounts)
    return [_found(row, (file << 32) | row["record"], known) for row in places]


async def of_place(database: Storage, place: int) -> Decided | KeptAside:
    """What stands of the invoice that was received at a place: its file, and its record there."""
    file, record = place >> 32, place & 0xFFFFFFFF
    async with database.transaction(Role.CLAIMS) as work:
        (row,) = await store.places(work, file, [record])
        known = await _decided(work, [row["invoice"]] if row["invoice"] else [], {})
    return _found(row, place, known)


async def _decided(
    work: Transaction, invoices: Sequence[int], accounts: dict[tuple[int, int], Explanation]
) -> dict[int, Decided]:
    if not invoices:
        return {}
    heads = await store.standing(work, invoices)
    rows = await store.lines(work, [row["decision"] for row in heads], invoices)
    lines: dict[int, list[DecidedLine]] = {}
    for row in rows:
        told = {name: row[name] for name in DecidedLine.__slots__ if name != "account"}
        account = accounts.get((row["invoice"], row["line"]))
        lines.setdefault(row["invoice"], []).append(DecidedLine(**told, account=account))
    return {row["invoice"]: Decided(**row, lines=tuple(lines.get(row["invoice"], ()))) for row in heads}


def _found(row: store.Row, place: int, known: dict[int, Decided]) -> Decided | KeptAside:
    if not row["invoice"]:
        return KeptAside(place, row["kept"])
    return replace(known[row["invoice"]], place=place)


def _accounts(settlement: Settlement) -> dict[tuple[int, int], Explanation]:
    """The account of each line that was just decided, by invoice and line."""
    found: dict[tuple[int, int], Explanation] = {}
    ids = settlement.batch.invoice_ids()
    rows = iter(settlement.decided.tolist())
    for bill in settlement.bills:
        at = 0
        while at < len(bill.refused):
            invoice = next(rows)
            for line in range(int(settlement.batch.invoices.line_count[invoice])):
                found[int(ids[invoice]), line + 1] = ACCOUNTS.of(bill, at)
                at += 1
    return found
