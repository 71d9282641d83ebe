"""What was claimed, as columns: invoices, their lines, and what some lines say beyond that: a trip, a pair of glasses.

The same shape for one invoice typed at a counter and for twenty thousand of a night file. A gate builds it; from here
on nobody knows which format it came from. Identifiers stay in the batch and go nowhere else.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cloison.money import Cents
from cloison.period import Days
from cloison.rules import Equipment, Items, Teeth, Trips
from cloison.rules.acts import DETAILS

RESUBMITTED = -1
"""The chunk of invoices that were kept aside and are decided after all."""


@dataclass(frozen=True, slots=True)
class ClaimInvoices:
    """n invoices. `record` and `records` place them in their file; `reason` is why one cannot be read (0: sound)."""

    record: NDArray[np.int64]
    records: NDArray[np.int32]
    batch: NDArray[np.int32]
    practice_number: NDArray[np.bytes_]
    number: NDArray[np.bytes_]
    amc: NDArray[np.bytes_] = field(repr=False)
    nir: NDArray[np.bytes_] = field(repr=False)
    birth: NDArray[np.bytes_] = field(repr=False)
    birth_rank: NDArray[np.bytes_] = field(repr=False)
    engagement: NDArray[np.int64]
    """0 none stated, -1 a text that no number of ours can be."""
    nature: NDArray[np.int16]
    exoneration: NDArray[np.int8]
    protection: NDArray[np.int8]
    regime: NDArray[np.int16]
    alsace_moselle: NDArray[np.bool_]
    minor: NDArray[np.bool_]
    pathway: NDArray[np.int8]
    first_line: NDArray[np.int64]
    line_count: NDArray[np.int32]
    reason: NDArray[np.int16]

    def __len__(self) -> int:
        return len(self.record)


@dataclass(frozen=True, slots=True)
class ClaimLines:
    """m lines; `invoice` is the row of their invoice, increasing. -1 where an amount is not stated."""

    invoice: NDArray[np.int64]
    code: NDArray[np.bytes_]
    care_date: Days
    quantity: NDArray[np.int32]
    coefficient: NDArray[np.int64]
    charged: Cents
    declared_base: Cents
    declared_amo: Cents
    asked: Cents
    paid_by_other: Cents
    """Paid for the line by the complementary insurer that comes first; -1 when no return of it is stated."""
    specialty: NDArray[np.int16]

    def __len__(self) -> int:
        return len(self.invoice)


@dataclass(frozen=True, slots=True)
class ClaimBatch:
    """Some invoices of one file, with the details that its gate knows: their `act` points at lines.

    The department of a taxi is filled in by the office. A line whose rule needs a detail that is not given is refused.
    """

    file: int
    chunk: int
    invoices: ClaimInvoices
    lines: ClaimLines
    trips: Trips
    equipment: Equipment = field(default_factory=Equipment.none)
    items: Items = field(default_factory=Items.none)
    teeth: Teeth = field(default_factory=Teeth.none)

    def __len__(self) -> int:
        return len(self.invoices)

    def invoice_ids(self) -> NDArray[np.int64]:
        """Each invoice's number for ever: its file and its place there, so a second run gives the same."""
        return (np.int64(self.file) << 32) | self.invoices.record

    def care_from(self) -> Days:
        return _reduced(np.minimum, self.lines.care_date, self.invoices)

    def care_to(self) -> Days:
        return _reduced(np.maximum, self.lines.care_date, self.invoices)

    def total(self, amounts: Cents) -> Cents:
        """Sum of a column of the lines, per invoice."""
        return summed(amounts, self.lines.invoice, len(self.invoices))

    def only(self, kept: NDArray[np.bool_]) -> "ClaimBatch":
        """The same batch with only these invoices."""
        rows = np.flatnonzero(kept)
        new_row = np.cumsum(kept) - 1
        line_rows = np.flatnonzero(kept[self.lines.invoice])
        lines = ClaimLines(**{name: getattr(self.lines, name)[line_rows] for name in ClaimLines.__slots__})
        invoices = ClaimInvoices(**{name: getattr(self.invoices, name)[rows] for name in ClaimInvoices.__slots__})
        object.__setattr__(lines, "invoice", new_row[lines.invoice])
        first = np.cumsum(invoices.line_count, dtype=np.int64) - invoices.line_count
        object.__setattr__(invoices, "first_line", first)
        details = {name: getattr(self, name).take(line_rows) for name in (*DETAILS, "teeth")}
        return ClaimBatch(self.file, self.chunk, invoices, lines, **details)


def summed(amounts: Cents, group: NDArray[np.int64], groups: int) -> Cents:
    """Exact sums of int64 by group (bincount would go through floats)."""
    totals = np.zeros(groups, np.int64)
    np.add.at(totals, group, amounts)
    return totals


def _reduced(what: np.ufunc, days: Days, invoices: ClaimInvoices) -> Days:
    if not len(invoices):
        return np.empty(0, "datetime64[D]")
    return what.reduceat(days.astype(np.int64), invoices.first_line).astype("datetime64[D]")
