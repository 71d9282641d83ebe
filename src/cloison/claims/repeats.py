"""The same care is paid once: same practice, person, day, act, coefficient and amount on another invoice.

Two transports of one person on one day are a way there and a way back, so a second one is let through.
"""

import numpy as np
from numpy.typing import NDArray

from cloison.claims import store
from cloison.claims.claim import ClaimBatch
from cloison.rights.eligibility import Answers
from cloison.rules import Domain
from cloison.rules.acts import code_ids, domains
from cloison.storage.transaction import Transaction

PAID_ONCE = 1
THERE_AND_BACK = 2


async def same_care(
    work: Transaction,
    batch: ClaimBatch,
    covered: Answers,
    payable: NDArray[np.bool_],
    practice: NDArray[np.int32],
    apart: NDArray[np.int64],
) -> NDArray[np.bool_]:
    """True on the lines whose care another invoice already bills. The practices are locked by this transaction.

    A line that is not payable bills nothing: its correction is no repeat. `apart`: invoices in the books that do not
    count, because it is them that are decided again.
    """
    lines = batch.lines
    (at,) = np.nonzero(payable & (lines.asked > 0))
    result = np.zeros(len(lines), np.bool_)
    if not len(at):
        return result
    before = await store.care_billed_before(work, batch, at, covered.person, practice, apart)
    allowed = np.where(domains(code_ids(lines.code[at])) == Domain.TRAN, THERE_AND_BACK, PAID_ONCE)
    care = _care_keys(batch, covered, practice, at)
    result[at] = before + _earlier_invoices(care, lines.invoice[at]) >= allowed
    return result


def _care_keys(
    batch: ClaimBatch, covered: Answers, practice: NDArray[np.int32], at: NDArray[np.intp]
) -> NDArray[np.intp]:
    """The same number for lines of the same care."""
    lines = batch.lines
    numbers = (
        practice[lines.invoice[at]].astype(np.int64),
        code_ids(lines.code[at]).astype(np.int64),
        lines.care_date[at].astype(np.int64),
        lines.coefficient[at],
        lines.charged[at],
    )
    key = np.empty((len(at), 16 + 8 * len(numbers)), np.uint8)
    key[:, :16] = covered.person[at]
    for place, column in enumerate(numbers):
        key[:, 16 + 8 * place : 24 + 8 * place] = column.view(np.uint8).reshape(len(at), 8)
    return np.unique(key.view(f"V{key.shape[1]}").reshape(-1), return_inverse=True)[1]


def _earlier_invoices(care: NDArray[np.intp], invoice: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each line, how many earlier invoices of the batch bill the same care."""
    order = np.lexsort((invoice, care))
    care, invoice_in_order = care[order], invoice[order]
    new_care = np.concatenate([[True], care[1:] != care[:-1]])
    new_invoice = new_care | np.concatenate([[True], invoice_in_order[1:] != invoice_in_order[:-1]])
    rank = np.cumsum(new_invoice)
    start = np.maximum.accumulate(np.where(new_care, rank, 0))
    result = np.empty(len(care), np.int64)
    result[order] = rank - start
    return result
