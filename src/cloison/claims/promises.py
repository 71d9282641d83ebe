"""A right that was guaranteed is a payment that is made: promises bind the lines they were given for."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cloison.claims.claim import ClaimBatch
from cloison.disclosure import Result
from cloison.money import Cents
from cloison.rights import refusals, store
from cloison.rights.eligibility import Answers
from cloison.rights.engagement import Engagements
from cloison.rights.guarantees import NO_GUARANTEE, ProductBook
from cloison.rules.acts import code_ids, domains
from cloison.storage.transaction import Transaction

TURNS_MAX = 16


@dataclass(frozen=True, slots=True)
class Promises:
    """The promise that binds each invoice: its number (0 none), what it holds, its row in `found`; and which lines."""

    engagement: NDArray[np.int64]
    held_cents: Cents
    row: NDArray[np.intp]
    decides: NDArray[np.bool_]
    found: Engagements

    def used(self, batch: ClaimBatch, payable: NDArray[np.bool_]) -> "Promises":
        """Only those that decide a payable line. The others are not used up: a corrected invoice may state them."""
        serves = np.zeros(len(batch), np.bool_)
        serves[batch.lines.invoice[self.decides & payable]] = True
        return replace(
            self,
            engagement=np.where(serves, self.engagement, 0),
            held_cents=np.where(serves, self.held_cents, 0),
            decides=self.decides & payable,
        )

    async def end(self, work: Transaction, batch: ClaimBatch) -> None:
        """They are used by these invoices; what they held is given back when the ceilings are written."""
        (bound,) = np.nonzero(self.engagement > 0)
        if len(bound):
            ends = self.found.ends[self.row[bound]]
            await store.end_engagements(work, self.engagement[bound], batch.invoice_ids()[bound], ends)


def turns(stated: NDArray[np.int64]) -> list[NDArray[np.bool_]]:
    """The invoices of a batch cut so that none states a promise that one before it states: it may be used up by then.

    Nearly always one turn. Beyond TURNS_MAX the last takes what is left: the first that fits then has the promise.
    """
    numbers = stated[stated > 0]
    if len(np.unique(numbers)) == len(numbers):
        return [np.ones(len(stated), np.bool_)]
    starts, seen = [0], set[int]()
    for row in np.flatnonzero(stated > 0).tolist():
        if stated[row] in seen and len(starts) < TURNS_MAX:
            starts.append(row)
            seen.clear()
        seen.add(int(stated[row]))
    turn = np.searchsorted(starts, np.arange(len(stated)), "right")
    return [turn == number for number in range(1, len(starts) + 1)]


def bind(
    batch: ClaimBatch,
    covered: Answers,
    found: Engagements,
    tenant: NDArray[np.int32],
    practice: NDArray[np.int32],
    book: ProductBook,
) -> tuple[Promises, Answers]:
    """Let promises decide the lines that they fit, whatever ended since; a misfit explains a line that is not covered.

    One promise serves one invoice: the first of those that it fits.
    """
    stated = batch.invoices.engagement
    row = np.minimum(np.searchsorted(found.engagement, stated), max(len(found) - 1, 0))
    known = (stated > 0) & (found.engagement[row] == stated) if len(found) else np.zeros(len(batch), np.bool_)
    of = batch.lines.invoice
    why = np.full(len(of), 0, np.int16)
    why[(stated[of] != 0) & ~known[of]] = refusals.ENGAGEMENT_UNKNOWN.number
    fits = np.zeros(len(of), np.bool_)
    (at,) = np.nonzero(known[of])
    if len(at):
        fits[at], why[at] = _fits(batch, covered, found, row[of[at]], at, tenant, practice, book)
        first = np.zeros(len(batch), np.bool_)
        (fitted,) = np.nonzero(fits)
        first[of[fitted[np.unique(stated[of[fitted]], return_index=True)[1]]]] = True
        why[fits & ~first[of]] = refusals.ENGAGEMENT_UNKNOWN.number
        fits &= first[of]
    bound = np.zeros(len(batch), np.bool_)
    bound[of[fits]] = True
    promises = Promises(
        engagement=np.where(bound, stated, 0),
        held_cents=np.where(bound, found.held_cents[row], 0) if len(found) else np.zeros(len(batch), np.int64),
        row=row,
        decides=fits,
        found=found,
    )
    return promises, _with_promises(covered, found, row[of], fits, why, batch, book)


def _fits(
    batch: ClaimBatch,
    covered: Answers,
    found: Engagements,
    promise: NDArray[np.intp],
    at: NDArray[np.intp],
    tenant: NDArray[np.int32],
    practice: NDArray[np.int32],
    book: ProductBook,
) -> tuple[NDArray[np.bool_], NDArray[np.int16]]:
    of = batch.lines.invoice[at]
    day = batch.lines.care_date[at]
    same = (
        (found.tenant[promise] == tenant[of])
        & (found.practice[promise] == practice[of])
        & covered.found[at]
        & (found.person[promise] == covered.person[at]).all(axis=1)
    )
    in_time = (found.valid_from[promise] <= day) & (day < found.valid_to[promise])
    domain = _domains(batch)[at]
    same_care = found.domain[promise] == domain
    guaranteed = book.guarantees.find(found.product[promise], domain, day) != NO_GUARANTEE
    why = np.select(
        [~same | ~same_care, ~in_time],
        [refusals.ENGAGEMENT_OF_ANOTHER.number, refusals.ENGAGEMENT_OUT_OF_TIME.number],
        0,
    )
    return same & same_care & in_time & guaranteed, why.astype(np.int16)


def _with_promises(
    covered: Answers,
    found: Engagements,
    promise: NDArray[np.intp],
    fits: NDArray[np.bool_],
    why: NDArray[np.int16],
    batch: ClaimBatch,
    book: ProductBook,
) -> Answers:
    misfit = (why > 0) & (covered.reason > 0) & (covered.reason != refusals.INSURER_NOT_LOADED.number)
    reason = np.where(fits, 0, np.where(misfit, why, covered.reason)).astype(np.int16)
    if not fits.any():
        return replace(covered, reason=reason)
    product = np.where(fits, found.product[promise], covered.product).astype(np.int32)
    guarantee = covered.guarantee.copy()
    (at,) = np.nonzero(fits)
    guarantee[at] = book.guarantees.find(product[at], _domains(batch)[at], batch.lines.care_date[at])
    return replace(
        covered,
        result=np.where(fits, Result.COVERED, covered.result).astype(np.int16),
        reason=reason,
        coverage=np.where(fits, found.coverage[promise], covered.coverage),
        product=product,
        guarantee=guarantee,
    )


def _domains(batch: ClaimBatch) -> NDArray[np.int16]:
    return domains(code_ids(batch.lines.code)).astype(np.int16)
