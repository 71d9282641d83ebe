"""A birth date as the register holds it: eight digits that may name a day no calendar has.

Records that came incomplete from abroad carry a month such as 13 or a day such as 00 ("lunar" dates). The text is the
identity: it is kept, compared and exchanged as it stands, and never parsed into a date and back. `civil_day` is for
computing an age, and is None when there is no such day; what then holds is for the rule that asks to say.
"""

from datetime import date
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from cloison.errors import Reason
from cloison.identifiers.hidden import Hidden, is_digits
from cloison.identifiers.reasons import BIRTH_DATE_FORMAT, BIRTH_DATE_YEAR
from cloison.period import Days

YEAR_MIN, YEAR_MAX = 1850, 2199
"""Bounds against a year typed wrong, not against an age: no clock is read here."""


class BirthDate(Hidden):
    """YYYYMMDD, possibly no day of any calendar."""

    __slots__ = ()
    FIELD: ClassVar[str] = "date_naissance"
    GROUPS: ClassVar[tuple[int, ...]] = (4, 2, 2)

    @classmethod
    def refusal(cls, plain: str) -> Reason | None:
        if len(plain) != 8 or not is_digits(plain):
            return BIRTH_DATE_FORMAT
        if not YEAR_MIN <= int(plain[:4]) <= YEAR_MAX:
            return BIRTH_DATE_YEAR
        return None

    @property
    def civil_day(self) -> date | None:
        try:
            return date(int(self._plain[:4]), int(self._plain[4:6]), int(self._plain[6:]))
        except ValueError:
            return None

    @property
    def lunar(self) -> bool:
        """True when no calendar has this day."""
        return self.civil_day is None


def check_columns(texts: NDArray[np.bytes_]) -> NDArray[np.bool_]:
    """True where `BirthDate` accepts the text. Shapes: (n,) S8, result (n,)."""
    digits = _digits(texts)
    year = _year(digits)
    return (digits.max(axis=1, initial=0) < 10) & (year >= YEAR_MIN) & (year <= YEAR_MAX)


def civil_days(texts: NDArray[np.bytes_]) -> Days:
    """The day each text names, NaT where the text is not acceptable or no calendar has that day. Shapes: (n,)."""
    digits = _digits(texts).astype(np.int64)
    year, month, day = _year(digits), digits[:, 4] * 10 + digits[:, 5], digits[:, 6] * 10 + digits[:, 7]
    plausible = check_columns(texts) & (month >= 1) & (month <= 12)

    months = np.where(plausible, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + np.where(plausible, day - 1, 0)
    real = plausible & (days.astype("datetime64[M]") == months)  # 31 April falls in May, 0 April in March
    return np.where(real, days, np.datetime64("NaT", "D"))


def _digits(texts: NDArray[np.bytes_]) -> NDArray[np.uint8]:
    assert texts.dtype == np.dtype("S8"), f"a column of {texts.dtype} where S8 is needed"
    return np.ascontiguousarray(texts).view(np.uint8).reshape(len(texts), 8) - np.uint8(ord("0"))


def _year(digits: NDArray[np.uint8] | NDArray[np.int64]) -> NDArray[np.int64]:
    thousands, hundreds, tens, units = digits[:, :4].T.astype(np.int64)
    return thousands * 1000 + hundreds * 100 + tens * 10 + units
