"""What is wrong in a file, as columns: a million wrong lines are a few bytes each, and words only when shown.

A defect is a reason, the record where it was found, the field, and at most two numbers: what was expected and what
was found. Numbers only, and never those of an identifier: a report of defects holds no personal data.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from cloison.errors import Defect, Place
from cloison.gateways.files.reasons import REASONS

STORED_MAX = 1_000_000
"""Beyond, defects are counted by reason and no longer placed: 30 bytes each, so 30 MB at most."""
NO_NUMBER = np.iinfo(np.int64).min
"""In `expected` and `found`: nothing to say."""

Int64 = NDArray[np.int64]
FieldName: TypeAlias = Callable[[int], str]
"""How a format names a field, from the number it gave it."""


@dataclass(frozen=True, repr=False)
class Defects:
    """Defects in the order they were found. `counted` holds the exact number by reason, stored or not."""

    reason: NDArray[np.int16]
    record: Int64
    field: NDArray[np.int32]
    expected: Int64
    found: Int64
    counted: dict[int, int]
    field_name: FieldName

    def __len__(self) -> int:
        """How many defects there are, those no longer placed included."""
        return sum(self.counted.values())

    def __repr__(self) -> str:
        return f"Defects({len(self)}, {len(self.reason)} placed)"

    @property
    def left_out(self) -> int:
        """How many are counted and no longer placed."""
        return len(self) - len(self.reason)

    def report(self, source: str, limit: int | None = 100) -> Iterator[Defect]:
        """The first `limit` defects in words."""
        return self.some(slice(0, limit), source)

    def some(self, rows: slice, source: str) -> Iterator[Defect]:
        """Some defects in words."""
        for row in range(*rows.indices(len(self.reason))):
            place = Place(source, int(self.record[row]), self.field_name(int(self.field[row])))
            yield Defect(REASONS[int(self.reason[row])], place, _cause(int(self.expected[row]), int(self.found[row])))

    def joined(self, other: "Defects") -> "Defects":
        """These, then the others, within the same bound."""
        counted = dict(self.counted)
        for number, count in other.counted.items():
            counted[number] = counted.get(number, 0) + count
        room = max(0, STORED_MAX - len(self.reason))
        return Defects(
            np.concatenate([self.reason, other.reason[:room]]),
            np.concatenate([self.record, other.record[:room]]),
            np.concatenate([self.field, other.field[:room]]),
            np.concatenate([self.expected, other.expected[:room]]),
            np.concatenate([self.found, other.found[:room]]),
            counted,
            self.field_name,
        )


def _cause(expected: int, found: int) -> str:
    if expected == NO_NUMBER and found == NO_NUMBER:
        return ""
    if expected == NO_NUMBER:
        return f"found {found}"
    return f"expected {expected}, found {found}" if found != NO_NUMBER else f"expected {expected}"


class DefectLog:
    """Where a reader writes what it finds, column by column."""

    def __init__(self, field_name: FieldName) -> None:
        self.field_name = field_name
        self.counted: dict[int, int] = {}
        self._parts: list[tuple[NDArray[np.int16], Int64, NDArray[np.int32], Int64, Int64]] = []
        self._stored = 0

    def add(
        self,
        reason: int,
        records: Int64 | int,
        field_id: int = 0,
        expected: Int64 | int = NO_NUMBER,
        found: Int64 | int = NO_NUMBER,
    ) -> None:
        """The same reason at one record or at many; `expected` and `found` follow the records."""
        where = np.atleast_1d(np.asarray(records, np.int64))
        if not len(where):
            return
        self.counted[reason] = self.counted.get(reason, 0) + len(where)
        kept = where[: max(0, STORED_MAX - self._stored)]
        self._stored += len(kept)
        if not len(kept):
            return
        count = len(kept)
        self._parts.append(
            (
                np.full(count, reason, np.int16),
                kept,
                np.full(count, field_id, np.int32),
                np.broadcast_to(np.asarray(expected, np.int64), len(where))[:count].copy(),
                np.broadcast_to(np.asarray(found, np.int64), len(where))[:count].copy(),
            )
        )

    def closed(self) -> Defects:
        """What was written, ordered by record; at one record, the order of precedence."""
        if not self._parts:
            return nothing(self.field_name)
        reason, record, fields, expected, found = (np.concatenate(column) for column in zip(*self._parts, strict=True))
        order = np.lexsort((reason, record))
        return Defects(
            reason[order], record[order], fields[order], expected[order], found[order], dict(self.counted),
            self.field_name,
        )  # fmt: skip


def nothing(field_name: FieldName) -> Defects:
    """No defect."""
    empty = np.empty(0, np.int64)
    return Defects(empty.astype(np.int16), empty, empty.astype(np.int32), empty, empty, {}, field_name)
