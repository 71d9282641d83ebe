"""The number of a complementary insurer (AMC), as cards and files write it.

Sources conflict: 8 digits (department and 6), or 9, in fields of 10 filled with zeros, or of 7 and a key. No check
digit holds on all real numbers. So: text of at most 10 characters, equal when equal without its leading zeros.
"""

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from cloison.errors import Reason
from cloison.identifiers.hidden import Hidden, is_capitals
from cloison.identifiers.reasons import AMC_FORMAT

WIDTH = 10


class Amc(Hidden):
    """The number of one insurer."""

    __slots__ = ()
    FIELD: ClassVar[str] = "amc"

    @classmethod
    def refusal(cls, plain: str) -> Reason | None:
        shaped = len(plain) <= WIDTH and is_capitals(plain)
        return None if shaped and plain.lstrip("0") else AMC_FORMAT

    def reveal_significant(self) -> str:
        """Without leading zeros: what two writings of one number have in common."""
        return self._plain.lstrip("0")

    def reveal_padded(self) -> str:
        """Ten characters, zeros first, as B2 and NOEMIE fields have it."""
        return self._plain.rjust(WIDTH, "0")

    def _sameness(self) -> str:
        return self.reveal_significant()


def significant_columns(numbers: NDArray[np.bytes_]) -> NDArray[np.bytes_]:
    """Each number without its leading zeros, so that columns compare. Shapes: (n,) S10, result (n,) S10."""
    return np.char.lstrip(numbers, b"0").astype(numbers.dtype)
