"""Caps that care shares: per day, per pair of glasses or per tooth, in an invoice and beyond it.

What is owed goes through them before annual ceilings, in the order of reception. A pair is known by its practice, its
day and its number there; a tooth counts anew each calendar year, as ceilings do. An act that names no pair or no tooth
is one of its own, times its quantity. What a quote promised passes, and counts for those after.
"""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cloison.claims.claim import ClaimBatch, summed
from cloison.money import Cents
from cloison.rights import store
from cloison.rights.eligibility import Answers
from cloison.rights.guarantees import ProductBook
from cloison.rules.guaranteed import ALONE, CapKind, capped
from cloison.storage.transaction import Transaction

NO_CAP = -1


@dataclass(frozen=True, slots=True)
class Caps:
    """Per line: how much the cap of its row gives at `most` (-1 none) and which shared cap that is (`key`, -1 none).
    Per shared cap, k rows: whose, of which account, by what it is shared, and how much of it was `busy` before."""

    key: NDArray[np.int64]
    most: Cents
    line: NDArray[np.intp]
    """A line of each shared cap: whose person, product and coverage it has."""
    person: NDArray[np.uint8]
    product: NDArray[np.int32]
    account: NDArray[np.int16]
    kind: NDArray[np.int16]
    what: NDArray[np.int64]
    busy: Cents

    def __len__(self) -> int:
        return len(self.line)

    @classmethod
    def of(
        cls,
        batch: ClaimBatch,
        covered: Answers,
        practice: NDArray[np.int32],
        due: Cents,
        book: ProductBook,
        *,
        apart: bool = False,
    ) -> Self:
        """The caps of the lines for which something is due, nothing of them used. `practice` is per invoice; `apart`:
        no invoice of the batch counts for another, because they are only quotes."""
        lines, rows = batch.lines, book.shelf.rows
        row = np.where(due > 0, covered.guarantee, -1)
        found = capped(rows, row, lines.care_date, lines.quantity, batch.equipment, batch.teeth)
        most = np.full(len(lines), NO_CAP, np.int64)
        most[found.act] = found.most
        shared = found.kind != ALONE
        at, kind, what = found.act[shared], found.kind[shared], found.what[shared]
        day = lines.care_date[at].astype("datetime64[D]").astype(np.int64)
        year = lines.care_date[at].astype("datetime64[Y]").astype(np.int64) + 1970
        pair = practice[lines.invoice[at]].astype(np.int64) << 24 | (day & 0xFFFF) << 8 | what & 0xFF
        what = np.select([kind == CapKind.PAIR, kind == CapKind.TOOTH], [pair, year * 100 + what], what)
        account = rows.account(row[at]).astype(np.int64) if len(at) else np.empty(0, np.int64)
        whose = np.ascontiguousarray(covered.person[at]).view(np.int64).reshape(len(at), 2)
        group = lines.invoice[at] * apart
        columns = np.stack([group, *whose.T, covered.product[at].astype(np.int64), account, kind, what])
        _, first, inverse = np.unique(columns, axis=1, return_index=True, return_inverse=True)
        key = np.full(len(lines), NO_CAP, np.int64)
        key[at] = inverse.reshape(-1)
        line = at[first]
        stated = np.zeros(len(first), np.int64)
        np.maximum.at(stated, key[at], found.paid[shared])
        return cls(
            key,
            most,
            line,
            covered.person[line],
            covered.product[line],
            account[first].astype(np.int16),
            kind[first].astype(np.int16),
            what[first],
            stated,
        )

    async def locked(self, work: Transaction) -> "Caps":
        """The same with what the books used of them, for this transaction alone until it ends."""
        if not len(self):
            return self
        used = await store.lock_caps(work, self.person, self.product, self.account, self.kind, self.what)
        return self.with_busy(used)

    def with_busy(self, used: Cents) -> "Caps":
        """The same when so much was used: the books may know more than what was stated of a pair."""
        return replace(self, busy=np.maximum(self.busy, used))

    def granted(self, due: Cents, kept: Cents | None = None) -> Cents:
        """What the caps leave of what is due, line by line. Pure. `kept` is the part of it that a promise gives."""
        keep = np.zeros(len(due), np.int64) if kept is None else kept
        alone = (self.most >= 0) & (self.key < 0)
        result = np.where(alone, np.minimum(due, np.maximum(self.most, keep)), due)
        (at,) = np.nonzero(self.key >= 0)
        key = self.key[at]
        tight = np.zeros(len(self), np.bool_)
        tight[key[self.busy[key] + summed(due[at], key, len(self))[key] > self.most[at]]] = True
        busy = self.busy.copy()
        for line in at[tight[key]].tolist():  # few caps bind: those are used up one line after the other
            mine = self.key[line]
            result[line] = min(due[line], max(self.most[line] - busy[mine], keep[line], 0))
            busy[mine] += result[line]
        return result

    async def use(
        self, work: Transaction, decision: NDArray[np.int64], invoice: NDArray[np.int64], paid: Cents
    ) -> None:
        """Write what these lines used. `decision` is per invoice, `invoice` per line."""
        (at,) = np.nonzero((self.key >= 0) & (paid > 0))
        if not len(at):
            return
        pairs = np.stack([decision[invoice[at]], self.key[at]])
        found, inverse = np.unique(pairs, axis=1, return_inverse=True)
        cents = summed(paid[at], inverse.reshape(-1), found.shape[1])
        key = found[1]
        columns = (self.person[key], self.product[key], self.account[key], self.kind[key], self.what[key])
        await store.use_caps(work, *columns, found[0], cents)
