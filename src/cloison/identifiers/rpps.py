"""The numbers of professionals: RPPS, 11 digits for life; ADELI, 9 characters per place of practice, being replaced.

Only lengths are certain. Luhn on RPPS is weakly sourced: a failure is a doubt, never a refusal. An ADELI number starts
with the department, 2A and 2B included (general knowledge, to verify).
"""

import re
from typing import ClassVar

from stdnum import luhn

from cloison.errors import Reason
from cloison.identifiers.hidden import Hidden, is_digits
from cloison.identifiers.reasons import ADELI_FORMAT, RPPS_DOUBTFUL, RPPS_FORMAT

ADELI_SHAPE = re.compile(r"(?:[0-9]{2}|2[AB])[0-9]{7}", re.ASCII)


class Rpps(Hidden):
    """The number of a professional in the shared directory."""

    __slots__ = ()
    FIELD: ClassVar[str] = "rpps"

    @classmethod
    def refusal(cls, plain: str) -> Reason | None:
        return None if len(plain) == 11 and is_digits(plain) else RPPS_FORMAT

    @property
    def doubt(self) -> Reason | None:
        return None if luhn.is_valid(self._plain) else RPPS_DOUBTFUL


class Adeli(Hidden):
    """The number of a professional in one department."""

    __slots__ = ()
    FIELD: ClassVar[str] = "adeli"
    GROUPS: ClassVar[tuple[int, ...]] = (2, 1, 5, 1)

    @classmethod
    def refusal(cls, plain: str) -> Reason | None:
        return None if ADELI_SHAPE.fullmatch(plain) else ADELI_FORMAT
