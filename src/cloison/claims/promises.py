"""A right that was guaranteed is a payment that is made: promises bind the lines they were given for."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cloison.claims import quote_refusals
from cloison.claims.claim import ClaimBatch
from cloison.claims.quote_promises import Kept, QuotedLines, match
from cloison.disclosure import Result
from cloison.money import Cents
from cloison.rights import refusals, store
from cloison.rights.eligibility import Answers, Questions, answering_rows
from cloison.rights.engagement import Engagements
from cloison.rights.guarantees import NO_GUARANTEE, ProductBook
from cloison.storage.transaction import Transaction

TURNS_MAX = 16


@dataclass(frozen=True, slots=True)
class Holds:
    """What promises hold: the invoice that states each, its row in `found`, the account of a ceiling, how much."""

    invoice: NDArray[np.intp]
    row: NDArray[np.intp]
    account: NDArray[np.int16]
    cents: Cents


@dataclass(frozen=True, slots=True)
class Promises:
    """The promise that binds each invoice: its number (0 none) and its row in `found`; which lines it decides, which of
    them are lines of a quote (`kept`), and for which the right was open without it."""

    engagement: NDArray[np.int64]
    row: NDArray[np.intp]
    decides: NDArray[np.bool_]
    found: Engagements
    quoted: QuotedLines
    kept: Kept
    right_open: NDArray[np.bool_]

    def used(self, batch: ClaimBatch, payable: NDArray[np.bool_]) -> "Promises":
        """Only those that decide a payable line. The others are not used up: a corrected invoice may state them."""
        serves = np.zeros(len(batch), np.bool_)
        serves[batch.lines.invoice[self.decides & payable]] = True
        return replace(
            self,
            engagement=np.where(serves, self.engagement, 0),
            decides=self.decides & payable,
            kept=self.kept.only(payable),
        )

    def holds(self) -> Holds:
        """What these promises still hold: on the ceiling of their domain, and on those of the acts of their quote."""
        (of_domain,) = np.nonzero(self.engagement > 0)
        row = self.row[of_domain]
        holding = self.found.held_cents[row] > 0 if len(row) else np.zeros(0, np.bool_)
        of_domain, row = of_domain[holding], row[holding]
        quoted, invoice_of = self.quoted, np.argsort(self.engagement, kind="stable")
        place = np.searchsorted(self.engagement, quoted.hold_engagement, sorter=invoice_of)
        invoice = invoice_of[np.minimum(place, len(invoice_of) - 1)] if len(invoice_of) else np.empty(0, np.intp)
        mine = self.engagement[invoice] == quoted.hold_engagement if len(invoice) else np.zeros(len(place), np.bool_)
        invoice = invoice[mine]
        return Holds(
            np.concatenate([of_domain, invoice]),
            np.concatenate([row, self.row[invoice]]),
            np.concatenate([self.found.domain[row], quoted.hold_account[mine]]),
            np.concatenate([self.found.held_cents[row], quoted.held_cents[mine]]),
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
    questions: Questions,
    covered: Answers,
    found: Engagements,
    quoted: QuotedLines,
    practice: NDArray[np.int32],
    book: ProductBook,
) -> tuple[Promises, Answers]:
    """Let promises decide the lines that they fit, whatever ended since; a misfit explains a line that is not covered.

    `questions` and `covered` are per line, `practice` per invoice. One promise serves one invoice: the first of those
    that it fits. A promise of a quote decides the lines of that quote, as the product was when it was given.
    """
    stated = batch.invoices.engagement
    row = np.minimum(np.searchsorted(found.engagement, stated), max(len(found) - 1, 0))
    known = (stated > 0) & (found.engagement[row] == stated) if len(found) else np.zeros(len(batch), np.bool_)
    of = batch.lines.invoice
    why = np.full(len(of), 0, np.int16)
    why[(stated[of] != 0) & ~known[of]] = refusals.ENGAGEMENT_UNKNOWN.number
    fits, of_quote = np.zeros((2, len(of)), np.bool_)
    guarantee = covered.guarantee.copy()
    (at,) = np.nonzero(known[of])
    if len(at):
        product, priced = found.product[row[of[at]]], quoted.promise(stated[of[at]])
        day = questions.care_date.copy()
        day[at[priced]] = found.valid_from[row[of[at[priced]]]]
        guarantee[at] = answering_rows(book, product, replace(questions, care_date=day), at)
        fits[at], why[at] = _fits(questions, covered, found, row[of[at]], at, practice[of[at]])
        fits[at] &= priced | _opened(book, product, questions, covered, guarantee[at], at)
        first = np.zeros(len(batch), np.bool_)
        (fitted,) = np.nonzero(fits)
        first[of[fitted[np.unique(stated[of[fitted]], return_index=True)[1]]]] = True
        why[fits & ~first[of]] = refusals.ENGAGEMENT_UNKNOWN.number
        fits &= first[of]
        of_quote[at] = fits[at] & priced
    kept = match(batch, of_quote, quoted)
    why[of_quote & ~kept.quoted] = quote_refusals.NOT_IN_QUOTE.number
    fits &= ~of_quote | kept.quoted
    right_open = covered.reason == 0
    bound = np.zeros(len(batch), np.bool_)
    bound[of[fits]] = True
    promises = Promises(
        engagement=np.where(bound, stated, 0),
        row=row,
        decides=fits,
        found=found,
        quoted=quoted,
        kept=kept,
        right_open=right_open,
    )
    more_than_quoted = kept.quoted & ~kept.whole & right_open  # priced as usual, by the right that is open
    return promises, _with_promises(covered, found, row[of], fits & ~more_than_quoted, why, guarantee)


def _fits(
    questions: Questions,
    covered: Answers,
    found: Engagements,
    promise: NDArray[np.intp],
    at: NDArray[np.intp],
    practice: NDArray[np.int32],
) -> tuple[NDArray[np.bool_], NDArray[np.int16]]:
    """Whether promises were given for the lines `at`, and why not."""
    day = questions.care_date[at]
    same = (
        (found.tenant[promise] == questions.tenant[at])
        & (found.practice[promise] == practice)
        & covered.found[at]
        & (found.person[promise] == covered.person[at]).all(axis=1)
    )
    in_time = (found.valid_from[promise] <= day) & (day < found.valid_to[promise])
    same_care = found.domain[promise] == questions.domain[at]
    why = np.select(
        [~same | ~same_care, ~in_time],
        [refusals.ENGAGEMENT_OF_ANOTHER.number, refusals.ENGAGEMENT_OUT_OF_TIME.number],
        0,
    )
    return same & same_care & in_time, why.astype(np.int16)


def _opened(
    book: ProductBook,
    product: NDArray[np.int32],
    questions: Questions,
    covered: Answers,
    guarantee: NDArray[np.intp],
    at: NDArray[np.intp],
) -> NDArray[np.bool_]:
    """Whether the promise of a domain opened these acts of it: the product pays for them, and none still waits.

    An act with a longer waiting period than its domain was not promised while that period runs.
    """
    opened = guarantee != NO_GUARANTEE
    (waiting,) = np.nonzero(opened & (covered.reason[at] == refusals.WAITING_PERIOD.number))
    if len(waiting):
        wait, line = book.shelf.rows.waiting_days, at[waiting]
        network = None if questions.care is None else questions.care.network[line]
        domain = book.shelf.find_domain(product[waiting], questions.domain[line], questions.care_date[line], network)
        opened[waiting] = wait[guarantee[waiting]] <= np.maximum(wait[domain], 0)
    return opened


def _with_promises(
    covered: Answers,
    found: Engagements,
    promise: NDArray[np.intp],
    fits: NDArray[np.bool_],
    why: NDArray[np.int16],
    guarantee: NDArray[np.intp],
) -> Answers:
    misfit = (why > 0) & (covered.reason > 0) & (covered.reason != refusals.INSURER_NOT_LOADED.number)
    reason = np.where(fits, 0, np.where(misfit, why, covered.reason)).astype(np.int16)
    if not fits.any():
        return replace(covered, reason=reason)
    return replace(
        covered,
        result=np.where(fits, Result.COVERED, covered.result).astype(np.int16),
        reason=reason,
        coverage=np.where(fits, found.coverage[promise], covered.coverage),
        product=np.where(fits, found.product[promise], covered.product).astype(np.int32),
        guarantee=np.where(fits, guarantee, covered.guarantee),
    )
