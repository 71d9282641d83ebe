"""Official tables of prices, release after release: what was worth what from which day, and what a new release changes.

A release is one publication of a table (CCAM, medicines), whole. A `History` holds what each key was worth from each
day. A new release is taken in from its own day on and never touches a day before it; one that does not read as it
should is refused.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from cloison.errors import Defect, Misuse
from cloison.period import Days
from cloison.rules.reasons import reason
from cloison.rules.vocabulary import MISSING

NOT_PRICED = -1
"""The key is not listed that day, or listed without a price."""
DEFECTS_ONE_IN = 1_000
"""A release with more bad rows than this is not the table it claims to be."""
_EPOCH = np.datetime64("1970-01-01", "D")


@dataclass(frozen=True, slots=True, eq=False)
class Release:
    """One publication: keys in order, their values by name in cents or basis points, rows that could not be read."""

    table: str
    label: str
    start: date
    keys: NDArray[np.bytes_]
    values: Mapping[str, NDArray[np.int64]]
    defects: tuple[Defect, ...] = ()

    @classmethod
    def of(
        cls,
        table: str,
        label: str,
        start: date,
        rows: Mapping[str, Sequence[int]],
        names: Sequence[str],
        defects: Sequence[Defect],
    ) -> Self:
        """From rows by key. Too many bad rows, or none at all that is good, refuse the release."""
        if not rows or len(defects) * DEFECTS_ONE_IN > len(rows):
            what = f"{table}: {len(rows)} rows read, {len(defects)} not"
            raise Misuse(reason("release_wrong"), what, defects[0].place if defects else None)
        keys = np.array(sorted(key.encode() for key in rows))
        table_values = np.array([rows[key.decode()] for key in keys.tolist()], np.int64)
        values = {name: np.ascontiguousarray(table_values[:, i]) for i, name in enumerate(names)}
        return cls(table, label, start, keys, values, tuple(defects))


@dataclass(frozen=True, slots=True)
class Change:
    """One value that a release gives another price than the day before it. NOT_PRICED: not there."""

    key: str
    name: str
    before: int
    after: int


@dataclass(frozen=True, eq=False)
class History:
    """What each key was worth from each day: rows sorted by key then day."""

    table: str
    releases: tuple[tuple[date, str], ...]
    """Day and label of each release taken in, oldest first."""
    keys: NDArray[np.bytes_]
    starts: Days
    values: Mapping[str, NDArray[np.int64]]

    @classmethod
    def first(cls, release: Release) -> Self:
        """A history that begins with a release."""
        starts = np.full(len(release.keys), np.datetime64(release.start), "datetime64[D]")
        return cls(release.table, ((release.start, release.label),), release.keys, starts, dict(release.values))

    def on(self, name: str, keys: NDArray[np.bytes_], days: Days) -> NDArray[np.int64]:
        """The value of each key on each day; NOT_PRICED when it has none, MISSING before the first release."""
        known, at, ends = self._index
        place = np.minimum(np.searchsorted(known, keys), len(known) - 1)
        listed = known[place] == keys
        row = _last_not_after(self.starts, at[place], ends[place], days)
        found = listed & (row >= at[place])
        result = np.where(found, self.values[name][np.maximum(row, 0)], NOT_PRICED)
        return np.where(days < np.datetime64(self.releases[0][0]), MISSING, result)

    @cached_property
    def _index(self) -> tuple[NDArray[np.bytes_], NDArray[np.intp], NDArray[np.intp]]:
        """Each key once, with its first row and the row after its last."""
        known, first = np.unique(self.keys, return_index=True)
        return known, first, np.append(first[1:], len(self.keys))

    def changes(self, release: Release) -> list[Change]:
        """What a release changes from its day on, by key."""
        self._check(release)
        every = np.union1d(self.keys, release.keys)
        day = np.full(len(every), np.datetime64(release.start), "datetime64[D]")
        found: list[Change] = []
        for name in release.values:
            before, after = self.on(name, every, day), _looked_up(release, name, every)
            found.extend(
                Change(every[row].decode(), name, int(before[row]), int(after[row]))
                for row in np.flatnonzero(before != after).tolist()
            )
        return sorted(found, key=lambda change: (change.key, change.name))

    def extended(self, release: Release) -> "History":
        """The history with a later release. Keys that changed nothing get no row; keys that are gone end."""
        changed = np.array(sorted({change.key.encode() for change in self.changes(release)}), self.keys.dtype)
        new = {name: _looked_up(release, name, changed) for name in release.values}
        keys = np.concatenate([self.keys, changed])
        starts = np.concatenate([self.starts, np.full(len(changed), np.datetime64(release.start), "datetime64[D]")])
        order = np.lexsort((starts, keys))
        values = {name: np.concatenate([self.values[name], new[name]])[order] for name in self.values}
        releases = (*self.releases, (release.start, release.label))
        return History(self.table, releases, keys[order], starts[order], values)

    def dump(self) -> dict[str, NDArray[Any]]:  # Any: one type per column
        """The history as columns without objects, which `load` reads back: whoever stores them chooses the file."""
        return {
            "table": np.array([self.table.encode()]),
            "days": np.array([day.isoformat().encode() for day, _ in self.releases]),
            "labels": np.array([label.encode() for _, label in self.releases]),
            "keys": self.keys,
            "starts": (self.starts - _EPOCH).astype(np.int64),
            **{f"value.{name}": column for name, column in self.values.items()},
        }

    @classmethod
    def load(cls, stored: Mapping[str, NDArray[Any]]) -> Self:  # Any: one type per column
        """A history from its columns."""
        days = [date.fromisoformat(day.decode()) for day in stored["days"].tolist()]
        labels = [label.decode() for label in stored["labels"].tolist()]
        return cls(
            stored["table"][0].decode(),
            tuple(zip(days, labels, strict=True)),
            stored["keys"],
            _EPOCH + stored["starts"].astype("timedelta64[D]"),
            {name.removeprefix("value."): column for name, column in stored.items() if name.startswith("value.")},
        )

    def _check(self, release: Release) -> None:
        last = self.releases[-1][0]
        if release.table != self.table or set(release.values) != set(self.values):
            raise Misuse(reason("release_wrong"), f"{release.table} is not {self.table}")
        if release.start <= last:
            raise Misuse(reason("release_not_later"), f"{self.table}: {release.start}, after {last} is needed")


def _looked_up(release: Release, name: str, keys: NDArray[np.bytes_]) -> NDArray[np.int64]:
    at = np.minimum(np.searchsorted(release.keys, keys), len(release.keys) - 1)
    return np.where(release.keys[at] == keys, release.values[name][at], NOT_PRICED)


def _last_not_after(starts: Days, first: NDArray[np.intp], end: NDArray[np.intp], days: Days) -> NDArray[np.intp]:
    """Per row, the last place in [first, end) whose start is not after the day; first - 1 when there is none."""
    low, high = first - 1, end - 1
    while (low < high).any():
        middle = (low + high + 1) // 2
        fits = starts[np.maximum(middle, 0)] <= days
        low, high = np.where(fits & (low < high), middle, low), np.where(~fits & (low < high), middle - 1, high)
    return low
