"""The decision on each line and each invoice. Pure: what was claimed, is covered, was priced -> who pays what."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cloison.claims import refusals
from cloison.claims.claim import ClaimBatch
from cloison.claims.quote_refusals import AS_QUOTED
from cloison.money import Cents
from cloison.rights.eligibility import Answers
from cloison.rules import REASONS, Priced

REFUSED, ACCEPTED, NOTHING_DUE, CANCELLED = 1, 2, 3, 4
ACT_UNKNOWN = REASONS["rules.act_unknown"].number
"""An act that nobody knows belongs to no family of care: the right cannot even be asked."""
CEILING_REACHED = REASONS["rules.ceiling_reached"].number


@dataclass(frozen=True, slots=True)
class Decisions:
    """One row per invoice, and one per line. On a line that is priced, amo + amc + own and what another insurer paid
    are what was charged."""

    state: NDArray[np.int16]
    reason: NDArray[np.int16]
    base: Cents
    amo: Cents
    amc: Cents
    own: Cents
    line_base: Cents
    line_rate_bp: NDArray[np.int32]
    line_amo: Cents
    line_amc: Cents
    line_own: Cents
    line_reason: NDArray[np.int16]
    line_ceiling: NDArray[np.int16]
    """The account of the annual ceiling that the line uses up, 0 none."""

    def __len__(self) -> int:
        return len(self.state)


def joined(parts: Sequence[Decisions]) -> Decisions:
    """The decisions of consecutive parts of a batch as those of the batch."""
    if len(parts) == 1:
        return parts[0]
    return Decisions(*(np.concatenate([getattr(part, name) for part in parts]) for name in Decisions.__slots__))


def entitled(batch: ClaimBatch, priced: Priced, payable: NDArray[np.bool_]) -> Cents:
    """What is owed for each line before annual ceilings: what the guarantee gives, never more than was asked."""
    return np.where(payable, np.minimum(priced.amc_share, np.maximum(batch.lines.asked, 0)), 0)


def adjudicate(
    batch: ClaimBatch,
    covered: Answers,
    priced: Priced,
    paid_before: NDArray[np.bool_],
    due: Cents,
    granted: Cents,
    ceiling: NDArray[np.int16],
    quoted: NDArray[np.bool_] | bool = False,
) -> Decisions:
    """Decide n invoices of m lines. All but `batch` are per line; `paid_before` marks lines whose same care is paid;
    `due` is what they are entitled to, `granted` what annual ceilings leave of it, `ceiling` which one each uses up;
    `quoted` marks lines whose amount a quote promised.

    Precedence on a line: unknown act, not covered, care paid before, not priceable; then what was granted is paid. An
    invoice is refused when nothing of it is paid and a line was refused.
    """
    lines = batch.lines
    open_right = covered.reason == 0
    priceable = ~priced.refused
    asked = np.maximum(lines.asked, 0)
    amc = granted
    amo = np.where(priceable, priced.amo_share, np.maximum(lines.declared_amo, 0))
    amo = np.minimum(amo, lines.charged)
    other = np.minimum(np.maximum(lines.paid_by_other, 0), lines.charged - amo)
    own = lines.charged - amo - other - amc
    refusal = np.select(
        [priced.reason == ACT_UNKNOWN, ~open_right, paid_before, ~priceable],
        [priced.reason, covered.reason, refusals.SAME_CARE_PAID.number, priced.reason],
        0,
    )
    why_less = np.where(priced.reason > 0, priced.reason, refusals.REDUCED_TO_GUARANTEE.number)
    remark = np.select(
        [asked == 0, granted < due, quoted & (due < asked), quoted, priced.amc_share == 0, due < asked],
        [0, CEILING_REACHED, AS_QUOTED.number, 0,
         np.where(priced.reason > 0, priced.reason, refusals.PAID_BY_COMPULSORY.number), why_less],
        0,
    )  # fmt: skip
    line_reason = np.where(refusal > 0, refusal, remark).astype(np.int16)

    total = batch.total(amc)
    asked_total = batch.total(asked)
    first_refusal = _first(refusal.astype(np.int16), batch)
    refused = (total == 0) & (first_refusal > 0)
    state = np.select([refused, total > 0], [REFUSED, ACCEPTED], NOTHING_DUE).astype(np.int16)
    reason = np.select(
        [refused, total == asked_total, total > 0],
        [first_refusal, np.where(total == 0, refusals.NOTHING_ASKED.number, 0), _first(line_reason, batch)],
        _first(line_reason, batch),
    ).astype(np.int16)
    return Decisions(
        state=state,
        reason=reason,
        base=batch.total(np.where(priceable, priced.base, 0)),
        amo=batch.total(amo),
        amc=total,
        own=batch.total(own),
        line_base=np.where(priceable, priced.base, 0),
        line_rate_bp=np.where(priceable, priced.amo_rate_bp, 0).astype(np.int32),
        line_amo=amo,
        line_amc=amc,
        line_own=own,
        line_reason=line_reason,
        line_ceiling=np.where(amc > 0, ceiling, 0).astype(np.int16),
    )


def _first(reason: NDArray[np.int16], batch: ClaimBatch) -> NDArray[np.int16]:
    """The reason of the first line of each invoice that has one; 0 where none has."""
    result = np.zeros(len(batch), np.int16)
    (at,) = np.nonzero(reason)
    result[batch.lines.invoice[at[::-1]]] = reason[at[::-1]]
    return result
