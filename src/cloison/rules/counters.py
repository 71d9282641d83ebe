"""Limits that several acts share: counted once over a whole batch, before anything splits it by date.

`granted` hands out what is left of a limit in the order of `sequence`. It gives the same result for a batch in any
order, and for a batch cut anywhere along that order when what the first part used is taken off what is left for the
second.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from cloison.money import Cents

Keys = tuple[NDArray[np.integer], ...]

ALONE = -1
"""A key that is shared with no other row."""

_BUCKETS_MIN = 1 << 10
_ROOM = 8
_CHUNK = 1 << 14
_MIX = np.uint64(0x9E3779B97F4A7C15)


def ranks(keys: Keys, sequence: NDArray[np.int64]) -> NDArray[np.int64]:
    """The place, from 1, of each row among the rows with the same keys, in the order of `sequence`."""
    order, first = _grouped(keys, sequence)
    places = np.arange(1, len(order) + 1)
    result = np.empty(len(order), np.int64)
    result[order] = places - (places[first] - 1)
    return result


def granted(keys: Keys, sequence: Callable[[], NDArray[np.int64]], wanted: Cents, left: Cents) -> Cents:
    """How much of `wanted` each row gets when rows with the same keys share `left`, first come first served.

    `left` is the same on each row of a key; below zero it is nothing. A first key of -1 shares with nobody. Nearly no
    limit binds, so the rows whose limit might are found first, by summing over hashed keys (a collision only looks at a
    few rows too many), and sorted alone: `sequence` is only asked for when there are any.
    """
    available = np.maximum(left, 0)
    result = np.minimum(wanted, available)
    (sharing,) = np.nonzero(keys[0] != ALONE)
    if not len(sharing):
        return result
    if len(sharing) < len(wanted):
        keys = tuple(key[sharing] for key in keys)
        wanted, available = wanted[sharing], available[sharing]

    suspects = _over_the_limit(keys, wanted, available)
    if len(suspects):
        order, first = _grouped(tuple(key[suspects] for key in keys), sequence()[sharing[suspects]])
        chosen = suspects[order]
        running = np.cumsum(wanted[chosen])
        before = running - wanted[chosen]
        before = before - before[first]
        result[sharing[chosen]] = np.clip(available[chosen] - before, 0, wanted[chosen])
    return result


def _over_the_limit(keys: Keys, wanted: Cents, available: Cents) -> NDArray[np.intp]:
    """Rows whose key may want more than is left: never one too few.

    Buckets are as many as keep their sums well below the limit, so that the table stays in the cache when it can.
    """
    buckets = _BUCKETS_MIN
    enough = min(_ROOM * int(wanted.sum()) // max(int(available.max()), 1), 2 * len(wanted))
    while buckets < enough:
        buckets *= 2
    shift = np.uint64(65 - buckets.bit_length())
    bucket = np.empty(len(wanted), np.int32)
    total = np.zeros(buckets, np.int64)
    for start in range(0, len(wanted), _CHUNK):
        here = slice(start, start + _CHUNK)
        bucket[here] = (_mixed(tuple(key[here] for key in keys)) >> shift).view(np.int64)
        np.add.at(total, bucket[here], wanted[here])
    (rows,) = np.nonzero(total[bucket] > available)
    return rows


def _mixed(keys: Keys) -> NDArray[np.uint64]:
    mixed = keys[0].astype(np.int64).view(np.uint64) * _MIX
    for key in keys[1:]:
        mixed = (mixed ^ key.astype(np.int64).view(np.uint64)) * _MIX
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
