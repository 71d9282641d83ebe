"""The FINESS number of a place of care: 9 characters.

Luhn held on each of the 17 real numeric numbers we met; how Corsican letters count is not published. So a check digit
that does not hold is a doubt that goes with the number, never a refusal.
"""

from typing import ClassVar

from stdnum import luhn

from cloison.errors import Reason
from cloison.identifiers.hidden import Hidden, is_capitals, is_digits
from cloison.identifiers.reasons import FINESS_DOUBTFUL, FINESS_FORMAT


class Finess(Hidden):
    """The number of an establishment, geographic or legal."""

    __slots__ = ()
    FIELD: ClassVar[str] = "finess"
    GROUPS: ClassVar[tuple[int, ...]] = (2, 6, 1)

    @classmethod
    def refusal(cls, plain: str) -> Reason | None:
        return None if len(plain) == 9 and is_capitals(plain) else FINESS_FORMAT

    @property
    def doubt(self) -> Reason | None:
        """A reason to look at the number twice; None for the letters of Corsica, which nothing can check."""
        return FINESS_DOUBTFUL if is_digits(self._plain) and not luhn.is_valid(self._plain) else None
