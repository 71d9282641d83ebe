"""What a quote promised is paid: which lines of an invoice are those of its quote, and what each of them was promised.

A line of an invoice is a line of the quote when it bills the same act with the same coefficient: one of the same charge
and quantity first, then one of the nearest price. A quantity may be billed in several lines: each gets its part of the
promise, to the cent. Acts beyond those of the quote are decided as if there were no promise.
"""

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cloison.claims import store_quotes
from cloison.claims.claim import ClaimBatch
from cloison.money import Cents
from cloison.rules import Priced
from cloison.storage.transaction import Transaction


@dataclass(frozen=True, slots=True)
class QuotedLines:
    """m lines of the quotes behind some promises, sorted by promise; and what the promises hold, k rows."""

    engagement: NDArray[np.int64]
    code: NDArray[np.bytes_]
    quantity: NDArray[np.int32]
    coefficient: NDArray[np.int32]
    charged_cents: Cents
    promised_cents: Cents
    hold_engagement: NDArray[np.int64]
    hold_account: NDArray[np.int16]
    held_cents: Cents

    @classmethod
    def none(cls) -> Self:
        number, short = np.empty(0, np.int64), np.empty(0, np.int32)
        return cls(number, np.empty(0, "S5"), short, short, number, number, number, np.empty(0, np.int16), number)

    @classmethod
    async def read(cls, work: Transaction, engagement: NDArray[np.int64]) -> Self:
        """The quotes behind these promises: most promises have none."""
        if not len(engagement):
            return cls.none()
        lines = await store_quotes.promised(work, engagement)
        if not len(lines["engagement"]):
            return cls.none()
        lines.pop("line")
        held = await store_quotes.holds(work, engagement)
        columns = {**lines, "hold_engagement": held["engagement"], "hold_account": held["account"]}
        return cls(**columns, held_cents=held["held_cents"])  # pyright: ignore[reportArgumentType]  the types of the store

    def promise(self, engagement: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether each of these promises was given for the lines of a quote."""
        return np.isin(engagement, self.engagement)


@dataclass(frozen=True, slots=True)
class Kept:
    """Per line of a batch: whether a quote promised it, how much, and whether every unit of it."""

    quoted: NDArray[np.bool_]
    whole: NDArray[np.bool_]
    promised: Cents

    @classmethod
    def nothing(cls, lines: int) -> Self:
        never = np.zeros(lines, np.bool_)
        return cls(never, never, np.zeros(lines, np.int64))

    def only(self, kept: NDArray[np.bool_]) -> "Kept":
        """The same for these lines alone."""
        return replace(
            self, quoted=self.quoted & kept, whole=self.whole & kept, promised=np.where(kept, self.promised, 0)
        )

    def owed(self, batch: ClaimBatch, bill: Priced, right_open: NDArray[np.bool_], due: Cents) -> tuple[Cents, Cents]:
        """What is due for each line when promises are kept, and how much of it a promise gives.

        A line of the quote gets what was promised, neither more nor less, within what was asked and what is left of its
        charge. A line with more units gets at least that, and the ordinary price where the right is open.
        """
        if not self.quoted.any():
            return due, np.zeros(len(due), np.int64)
        lines = batch.lines
        room = np.maximum(lines.charged - bill.amo_share - np.maximum(lines.paid_by_other, 0), 0)
        kept = np.minimum(np.minimum(self.promised, np.maximum(lines.asked, 0)), room)
        kept = np.where(self.quoted, kept, 0)
        ordinary = np.where(right_open, due, 0)
        return np.where(self.whole, kept, np.where(self.quoted, np.maximum(ordinary, kept), due)), kept


@dataclass(slots=True)
class _Left:
    """What is not billed yet of one line of a quote."""

    quantity: int
    charged: int
    promised: int
    billed: int = 0

    @property
    def left(self) -> int:
        """Units that are not billed yet."""
        return self.quantity - self.billed

    def bill(self, units: int) -> tuple[int, int]:
        """Bill so many units: how many the quote has left, and their part of the promise."""
        taken = min(units, self.left)
        before = self.promised * self.billed // self.quantity
        self.billed += taken
        return taken, self.promised * self.billed // self.quantity - before


def match(batch: ClaimBatch, candidate: NDArray[np.bool_], quoted: QuotedLines) -> Kept:
    """Which of the `candidate` lines (whose invoice states the promise of a quote) are lines of that quote."""
    (at,) = np.nonzero(candidate)
    if not len(at):
        return Kept.nothing(len(candidate))
    lines, stated = batch.lines, batch.invoices.engagement
    left = defaultdict[tuple[int, bytes, int], list[_Left]](list)
    columns = (quoted.engagement, quoted.code, quoted.coefficient, quoted.quantity, quoted.charged_cents)
    for number, code, coefficient, quantity, charged, promised in zip(
        *(column.tolist() for column in columns), quoted.promised_cents.tolist(), strict=True
    ):
        left[number, code.rstrip(), coefficient].append(_Left(quantity, charged, promised))
    result = Kept(
        np.zeros(len(candidate), np.bool_), np.zeros(len(candidate), np.bool_), np.zeros(len(candidate), np.int64)
    )
    for same in (True, False):  # the same charge first, then the nearest price: each crown keeps its own promise
        rest: list[int] = at[~result.quoted[at]].tolist()
        for line in rest:
            number = int(stated[lines.invoice[line]])
            key = (number, bytes(lines.code[line]).rstrip(), int(lines.coefficient[line]))
            quantity, charged = int(lines.quantity[line]), int(lines.charged[line])
            of_quote = sorted(left[key], key=lambda each: abs(each.charged * quantity - charged * each.quantity))
            if same:
                of_quote = [each for each in of_quote if (each.charged, each.left) == (charged, quantity)]
            _bill(result, line, quantity, of_quote)
    return result


def _bill(result: Kept, line: int, quantity: int, of_quote: list[_Left]) -> None:
    """Give a line its units from what is left of the quote."""
    units = 0
    for each in of_quote:
        taken, promised = each.bill(quantity - units)
        units += taken
        result.promised[line] += promised
    result.quoted[line] = units > 0
    result.whole[line] = units == quantity
