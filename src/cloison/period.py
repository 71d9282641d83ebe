"""Half-open ranges of days, [start, end): the end day is the first day outside.

Columns of days are numpy `datetime64[D]`, scalars `datetime.date`. A period without an end uses FOREVER, which
PostgreSQL stores as 'infinity' and this module keeps apart from any real day.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

Days: TypeAlias = NDArray[np.datetime64]

FOREVER = date.max
EARLIEST = date(1900, 1, 1)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Days from `start`, included, to `end`, excluded."""

    start: date
    end: date = FOREVER

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise ValueError(f"a period starts before it ends: {self.start} is not before {self.end}")

    @classmethod
    def through(cls, first: date, last: date) -> Self:
        """The period whose first and last day are both inside, as people write it."""
        return cls(first, last if last == FOREVER else last + timedelta(days=1))

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    def overlaps(self, other: "Period") -> bool:
        return self.start < other.end and other.start < self.end

    def common(self, other: "Period") -> "Period | None":
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Period(start, end) if start < end else None


def within(days: Days, starts: Days, ends: Days) -> NDArray[np.bool_]:
    """True where starts <= day < ends. Shapes: (n,) each."""
    return (starts <= days) & (days < ends)
