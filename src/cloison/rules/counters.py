"""Limits that several acts share: counted once over a whole batch, before anything splits it by date.

`granted` hands out what is left of a limit in the order of `sequence`. It gives the same result for a batch in any
order, and for a batch cut anywhere along that order when what the first part used is taken off what is left for the
second.

Nearly no limit binds. A `Tally` sums what is wanted per hashed key, block by block, to tell the acts whose limit might
bind: the others get what they want, and only these few are sorted.
"""

import numpy as np
from numpy.typing import NDArray

from cloison.money import Cents

Keys = tuple[NDArray[np.integer], ...]

ALONE = -1
"""A first key that is shared with no other row."""

_BUCKETS_MIN = 1 << 10
_ROOM = 4
_MIX, _HALF = np.uint64(0x9E3779B97F4A7C15), np.uint64(32)


def granted(keys: Keys, sequence: NDArray[np.int64], wanted: Cents, left: Cents) -> Cents:
    """How much of `wanted` each row gets when rows with the same keys share `left`, first come first served.

    `left` is the same on each row of a key; below zero it is nothing. A first key of -1 shares with nobody.
    """
    available = np.maximum(left, 0)
    order, first = _grouped(keys, sequence)
    running = np.cumsum(wanted[order])
    before = running - wanted[order]
    shared = np.empty(len(order), np.int64)
    shared[order] = before - before[first]
    earlier = np.where(keys[0] == ALONE, 0, shared)
    return np.clip(available - earlier, 0, wanted)


class Tally:
    """What is wanted of a limit, summed per hashed key: a collision only looks at a few rows too many."""

    def __init__(self, rows: int) -> None:
        self._rows = rows
        self._total = np.zeros(0, np.int64)
        self._shift = np.uint64(0)
        self._seen: list[tuple[NDArray[np.intp], Cents, NDArray[np.bool_]]] = []

    def add(self, keys: Keys, wanted: Cents, left: Cents) -> None:
        """Count some rows."""
        if not len(self._total):
            self._open(wanted, left)
        bucket: NDArray[np.intp] = (_mixed(keys) >> self._shift).view(np.intp)
        np.add.at(self._total, bucket, np.where(keys[0] == ALONE, 0, wanted))
        self._seen.append((bucket, left, wanted > left))

    def may_bind(self) -> list[NDArray[np.bool_]]:
        """For each block that was added, the rows whose key may want more than is left: never one too few."""
        return [(self._total[bucket] > left) | more for bucket, left, more in self._seen]

    def _open(self, wanted: Cents, left: Cents) -> None:
        """Buckets are as many as keep their sums well below the limit, going by the first block: a small table stays
        in the cache."""
        asked = int(wanted.sum()) * self._rows // len(wanted)
        enough = min(_ROOM * asked // max(int(left.max()), 1), 2 * self._rows)
        bits = max(_BUCKETS_MIN, enough).bit_length()
        self._total = np.zeros(1 << bits, np.int64)
        self._shift = np.uint64(64 - bits)


def _mixed(keys: Keys) -> NDArray[np.uint64]:
    """Keys as one number, whose high bits depend on all of them."""
    first, *others = (key.astype(np.int64, copy=False).view(np.uint64) for key in keys)
    mixed = first * _MIX
    for key in others:
        mixed = (mixed ^ (mixed >> _HALF) ^ key) * _MIX
    return mixed


def _grouped(keys: Keys, sequence: NDArray[np.int64]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The rows sorted by keys then sequence, and for each place the place where its group starts."""
    order = np.lexsort((sequence, *keys))
    starts = np.zeros(len(order), np.bool_)
    starts[:1] = True
    for key in keys:
        ordered = key[order]
        starts[1:] |= ordered[1:] != ordered[:-1]
    first = np.maximum.accumulate(np.where(starts, np.arange(len(order)), 0))
    return order, first
