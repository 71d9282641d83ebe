"""What an act costs and who pays it: the columns that `price` returns.

For an act that is priced: amo_share + amc_share + own_share + paid_by_other == charged, each >= 0. For an act that is
refused (`refused`) every amount is zero and means nothing: neither "free" nor "due by the patient".
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cloison.errors import Reason
from cloison.money import Cents
from cloison.rules.acts import Acts
from cloison.rules.reasons import FIRST_REDUCTION, LAST_REMARK, REASONS
from cloison.rules.tariff_book import TariffBook


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Trace:
    """For each act, the number in `order.LAWS` of the rule that set each column; -1 when no rule did."""

    base: NDArray[np.int16]
    amo_rate_bp: NDArray[np.int16]
    amo_share: NDArray[np.int16]
    amc_share: NDArray[np.int16]
    participation_forfaitaire: NDArray[np.int16]
    franchise: NDArray[np.int16]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Priced:
    """The decided amounts of a batch of acts, row by row."""

    base: Cents
    """Base of reimbursement of the line (BR), never above what is charged."""
    amo_rate_bp: Cents
    """Rate of the compulsory scheme in basis points; -1 when its share is a declared amount."""
    amo_share: Cents
    amc_share: Cents
    own_share: Cents
    overrun: Cents
    """Charged above the base."""
    participation_forfaitaire: Cents
    """Withheld by the compulsory scheme from what it pays the insured. Informative: in no share (domain 7.3, step
    5)."""
    franchise: Cents
    """Likewise."""
    participation_acts: NDArray[np.int32]
    """Acts of the line that count towards the daily number: what `Acts.consultations_day` must carry to the next batch.
    `participation_year`, `franchise_day`, `franchise_year` and `ceiling_left` carry the amounts themselves."""
    reason: NDArray[np.int16]
    """0, or the number in REASONS of the refusal, else of the first reduction or difference."""
    remarks: NDArray[np.uint32]
    """Bits of everything else to know: see `reasons.bit`."""
    trace: Trace
    acts: Acts
    tariff: TariffBook

    def __len__(self) -> int:
        return len(self.base)

    @property
    def refused(self) -> NDArray[np.bool_]:
        """True where the act could not be priced."""
        return (self.reason > 0) & (self.reason < FIRST_REDUCTION)

    def reasons(self, row: int) -> Iterator[Reason]:
        """Every reason that applies to one act, most important first."""
        number, bits = int(self.reason[row]), int(self.remarks[row])
        if 0 < number < FIRST_REDUCTION:
            yield REASONS[number]
        for candidate in range(FIRST_REDUCTION, LAST_REMARK + 1):
            if bits >> (candidate - FIRST_REDUCTION) & 1:
                yield REASONS[candidate]
