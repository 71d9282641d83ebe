"""Annual ceilings: what is owed goes through them last, in the order of reception, in the transaction that records it.

A ceiling is used by payments and held by promises. What a promise held counts for the invoice that states it, and what
this invoice leaves of it counts for those after: cutting a batch anywhere gives the same amounts.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cloison.claims.claim import ClaimBatch, summed
from cloison.claims.promises import Promises
from cloison.money import Cents
from cloison.rights import store
from cloison.rights.eligibility import Answers
from cloison.rights.guarantees import ProductBook
from cloison.storage.transaction import Transaction

NO_CEILING = -1


@dataclass(frozen=True, slots=True)
class Ceilings:
    """Ceilings that a batch can touch, locked until the transaction ends.

    Per line: `invoice`, the ceiling that limits it (`key`, -1 none) and how high that is on its day (`most`).
    Per ceiling: who, what, when, and what was `busy` when it was locked: used or held. `domain` is the account of a row
    of a product: its domain, or its family.
    Per promise that holds: the invoice that states it, its ceiling, and how much it holds.
    """

    invoice: NDArray[np.int64]
    key: NDArray[np.int64]
    most: Cents
    person: NDArray[np.uint8]
    product: NDArray[np.int32]
    domain: NDArray[np.int16]
    year: NDArray[np.int16]
    busy: Cents
    holder: NDArray[np.intp]
    held_key: NDArray[np.int64]
    held_cents: Cents

    def __len__(self) -> int:
        return len(self.product)

    @classmethod
    async def locked(
        cls, work: Transaction, batch: ClaimBatch, covered: Answers, promises: Promises, due: Cents, book: ProductBook
    ) -> Self:
        """Lock the ceilings of the lines for which something is due, and those on which their promises hold."""
        lines, found, rows = batch.lines, promises.found, book.shelf.rows
        most = np.full(len(lines), NO_CEILING, np.int64)
        (at,) = np.nonzero((due > 0) & (covered.guarantee >= 0))
        if len(at):
            most[at] = rows.annual_ceiling_cents[covered.guarantee[at]]
        (at,) = np.nonzero(most >= 0)
        holds = promises.holds()
        holder, row = holds.invoice, holds.row
        year = (lines.care_date[at].astype("datetime64[Y]").astype(np.int64) + 1970).astype(np.int16)
        domain = rows.account(covered.guarantee[at]).astype(np.int16)
        person = np.concatenate([covered.person[at], found.person[row]])
        product = np.concatenate([covered.product[at], found.product[row]])
        domain = np.concatenate([domain, holds.account])
        year = np.concatenate([year, found.ceiling_year[row]])
        first, inverse = _distinct(person, product, domain, year)
        highest = np.zeros(len(first), np.int64)
        np.maximum.at(highest, inverse[: len(at)], most[at])
        person, product, domain, year = person[first], product[first], domain[first], year[first]
        busy = np.zeros(0, np.int64)
        if len(first):
            used, held = await store.lock_ceilings(work, person, product, domain, year, highest)
            busy = used + held
        key = np.full(len(lines), NO_CEILING, np.int64)
        key[at] = inverse[: len(at)]
        held_key, held_cents = inverse[len(at) :], holds.cents
        return cls(lines.invoice, key, most, person, product, domain, year, busy, holder, held_key, held_cents)

    def granted(self, due: Cents, kept: Cents | None = None) -> Cents:
        """What the ceilings leave of what is due, line by line. Pure. `kept` is the part of it that a promise gives: it
        passes as long as the promise holds it, whatever became of the ceiling since."""
        (at,) = np.nonzero(self.key >= 0)
        key = self.key[at]
        wanted = summed(due[at], key, len(self))
        tight = np.zeros(len(self), np.bool_)
        tight[key[self.busy[key] + wanted[key] > self.most[at]]] = True
        result = due.copy()
        if tight.any():  # few ceilings bind: those are used up one line after the other
            self._use_up(result, at[tight[key]], tight, self._held_for(kept))
        return result

    def _held_for(self, kept: Cents | None) -> Cents:
        """The part of each line that its own promise holds on the ceiling that the line uses."""
        if kept is None or not kept.any():
            return np.zeros(len(self.key), np.int64)
        own = np.isin(self.invoice * len(self) + self.key, self.holder * len(self) + self.held_key) & (self.key >= 0)
        return np.where(own, kept, 0)

    def _use_up(self, result: Cents, lines: NDArray[np.intp], tight: NDArray[np.bool_], held: Cents) -> None:
        busy = self.busy.copy()
        (holds,) = np.nonzero(tight[self.held_key])
        waiting = holds[np.argsort(self.holder[holds], kind="stable")].tolist()[::-1]
        for line in lines.tolist():
            key = self.key[line]
            while waiting and self.holder[waiting[-1]] <= self.invoice[line]:
                promise = waiting.pop()
                busy[self.held_key[promise]] -= self.held_cents[promise]
            result[line] = min(result[line], max(self.most[line] - busy[key], held[line], 0))
            busy[key] += result[line]

    def accounts(self) -> NDArray[np.int16]:
        """The account that each line uses up, 0 where none."""
        result = np.zeros(len(self.key), np.int16)
        (at,) = np.nonzero(self.key >= 0)
        result[at] = self.domain[self.key[at]]
        return result

    async def use(self, work: Transaction, paid: Cents) -> None:
        """Write what these lines used, and give back what their promises held."""
        if not len(self):
            return
        (at,) = np.nonzero(self.key >= 0)
        used = summed(paid[at], self.key[at], len(self))
        freed = summed(self.held_cents, self.held_key, len(self))
        await store.use_ceilings(work, self.person, self.product, self.domain, self.year, used, freed)


def _distinct(
    person: NDArray[np.uint8], product: NDArray[np.int32], domain: NDArray[np.int16], year: NDArray[np.int16]
) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    """The first row of each distinct ceiling, and which ceiling each row is."""
    key = np.empty((len(person), 24), np.uint8)
    key[:, :16] = person
    numbers = (product.astype(np.int64) << 32) | (domain.astype(np.int64) << 16) | year.astype(np.int64)
    key[:, 16:] = numbers.astype(">i8").view(np.uint8).reshape(len(person), 8)
    _, first, inverse = np.unique(key.view("V24").reshape(-1), return_index=True, return_inverse=True)
    return first, inverse.astype(np.int64)
