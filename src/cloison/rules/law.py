"""How a rule of law is written: a function over columns, the texts it carries out, and the days it holds for.

    @law("CSS L160-13 II", since=date(2005, 1, 1), fr="...", en="...")
    def participation_forfaitaire(acts: Bill, tariff: TariffBook) -> Cents: ...

A rule gives the value of one column for the rows it is shown; `order` says which column, which rows, and when. An
exception to a rule gives `Only(where, value)`: the rows it is about, the others keep what they had. When the words of
a text change, the new words are a new function, and `in_force(old, new)` hands each act to the one of its day of
care. A new number is not a new rule: it is a line of `tariff/*.toml`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cloison.errors import Text
from cloison.period import FOREVER
from cloison.rules.bill import Bill
from cloison.rules.tariff_book import TariffBook

_EPOCH = date(1970, 1, 1).toordinal()

Column: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Only:
    """A value for some rows; the others keep theirs."""

    where: NDArray[np.bool_]
    value: Column | int
    """One entry per row of the bill; when packed, per row concerned."""
    packed: bool = False

    @classmethod
    def among(cls, where: NDArray[np.bool_], lowered: NDArray[np.bool_], value: Column) -> Self:
        """Of the rows concerned, those that were lowered, to `value`. Shapes: (n,), then (k,) for k rows concerned."""
        rows = np.zeros(len(where), np.bool_)
        rows[where] = lowered
        return cls(rows, value[lowered], packed=True)


Rule: TypeAlias = Callable[[Bill, TariffBook], Column | Only]


@dataclass(frozen=True, slots=True, eq=False)
class Law:
    """One version of a rule, in force from `since` until the day before `until`."""

    name: str
    texts: tuple[str, ...]
    says: Text
    since: date
    rule: Rule
    until: date = FOREVER

    @property
    def days(self) -> tuple[int, int]:
        """`since` and `until` as days since 1970."""
        return self.since.toordinal() - _EPOCH, self.until.toordinal() - _EPOCH

    def __call__(self, acts: Bill, tariff: TariffBook) -> Column | Only:
        return self.rule(acts, tariff)

    @property
    def words(self) -> str:
        """The docstring: the words of the articles beside the variables that carry them."""
        return self.rule.__doc__ or ""


def law(*texts: str, since: date, fr: str, en: str) -> Callable[[Rule], Law]:
    """Mark a function as a rule of law. A rule without a text is not a rule."""
    assert texts, "a rule names the text it carries out"

    def mark(rule: Rule) -> Law:
        return Law(rule.__name__, texts, Text(fr, en), since, rule)

    return mark


def in_force(*versions: Law) -> tuple[Law, ...]:
    """The versions of one rule, oldest first, each until the next one starts."""
    starts = [version.since for version in versions]
    assert starts == sorted(set(starts)), "versions follow each other"
    ends = [*starts[1:], FOREVER]
    return tuple(replace(version, until=end) for version, end in zip(versions, ends, strict=True))
