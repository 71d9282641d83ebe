"""Annual ceilings: read and locked before pricing, written after it, in the transaction that records the decisions."""

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
from cloison.rules.acts import code_ids, domains
from cloison.storage.transaction import Transaction

NO_CEILING = -1


@dataclass(frozen=True, slots=True)
class Ceilings:
    """`key` and `left` per line (-1: no ceiling); then, per distinct ceiling, who, what, when, and what promises held."""

    key: NDArray[np.int64]
    left: Cents
    person: NDArray[np.uint8]
    product: NDArray[np.int32]
    domain: NDArray[np.int16]
    year: NDArray[np.int16]
    freed: Cents

    @classmethod
    async def locked(
        cls,
        work: Transaction,
        batch: ClaimBatch,
        covered: Answers,
        promises: Promises,
        paid_before: NDArray[np.bool_],
        book: ProductBook,
    ) -> Self:
        """Lock the ceilings that these lines can touch. What a promise held for its own invoice counts as left."""
        lines = batch.lines
        ceiling = np.full(len(lines), NO_CEILING, np.int64)
        (at,) = np.nonzero((covered.reason == 0) & ~paid_before)
        if len(at):
            ceiling[at] = book.guarantees.annual_ceiling_cents[covered.guarantee[at]]
        (at,) = np.nonzero(ceiling >= 0)
        key = np.full(len(lines), NO_CEILING, np.int64)
        left = np.zeros(len(lines), np.int64)
        domain = domains(code_ids(lines.code)).astype(np.int16)
        year = (lines.care_date.astype("datetime64[Y]").astype(np.int64) + 1970).astype(np.int16)
        distinct, first, inverse = _distinct(covered.person[at], covered.product[at], domain[at], year[at])
        if not len(at):
            return cls(key, left, distinct, covered.product[:0], domain[:0], year[:0], left[:0])
        chosen = at[first]
        used, held = await store.lock_ceilings(
            work, covered.person[chosen], covered.product[chosen], domain[chosen], year[chosen], ceiling[chosen]
        )
        freed = _freed(batch, promises, at, inverse, len(first))
        key[at] = inverse
        left[at] = np.maximum(ceiling[chosen] - used - held + freed, 0)[inverse]
        return cls(key, left, covered.person[chosen], covered.product[chosen], domain[chosen], year[chosen], freed)

    async def use(self, work: Transaction, paid: Cents) -> None:
        """Write what these lines used, and give back what their promises held."""
        if not len(self.product):
            return
        (at,) = np.nonzero(self.key >= 0)
        used = summed(paid[at], self.key[at], len(self.product))
        await store.use_ceilings(work, self.person, self.product, self.domain, self.year, used, self.freed)


def _distinct(
    person: NDArray[np.uint8], product: NDArray[np.int32], domain: NDArray[np.int16], year: NDArray[np.int16]
) -> tuple[NDArray[np.uint8], NDArray[np.intp], NDArray[np.intp]]:
    """Rows of the first of each distinct ceiling, and which ceiling each row is."""
    key = np.empty((len(person), 24), np.uint8)
    key[:, :16] = person
    numbers = (product.astype(np.int64) << 32) | (domain.astype(np.int64) << 16) | year.astype(np.int64)
    key[:, 16:] = numbers.astype(">i8").view(np.uint8).reshape(len(person), 8)
    _, first, inverse = np.unique(key.view("V24").reshape(-1), return_index=True, return_inverse=True)
    return person[first], first, inverse


def _freed(batch: ClaimBatch, promises: Promises, at: NDArray[np.intp], ceiling: NDArray[np.intp], count: int) -> Cents:
    """What bound promises held of each ceiling: counted once per invoice."""
    invoice = batch.lines.invoice[at]
    held = promises.held_cents[invoice]
    pairs = np.unique(np.stack([invoice[held > 0], ceiling[held > 0]], axis=1), axis=0)
    _, first = np.unique(pairs[:, 0], return_index=True)
    pairs = pairs[first]
    return summed(promises.held_cents[pairs[:, 0]], pairs[:, 1], count)
