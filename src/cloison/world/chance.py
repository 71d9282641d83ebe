"""Where chance comes from: one generator per block of the world and per subject.

Two builds with the same seed draw the same numbers, whoever draws first and however blocks are grouped.
"""

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from cloison.world.text import Bools, Ints, ranks


class Subject(IntEnum):
    """What is drawn. A new subject takes a new number, so that the others keep their draws."""

    INSURERS = 1
    FAMILIES = 2
    PEOPLE = 3
    CONTRACTS = 4
    MOVEMENTS = 5
    PROFESSIONALS = 6
    CARE = 7
    QUESTIONS = 8
    MISTAKES = 9
    BANK = 10
    QUOTES = 11


def generator(seed: int, block: int, subject: Subject) -> np.random.Generator:
    """The only door to chance."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, block, int(subject)])))


def pick(rng: np.random.Generator, weights: NDArray[np.float64], size: int) -> Ints:
    """Draw indexes with probability proportional to `weights`."""
    edges = np.cumsum(weights)
    return np.minimum(ranks(edges, rng.random(size) * edges[-1], "right"), weights.size - 1)


def mistakes(rng: np.random.Generator, share: float, kinds: int, size: int) -> Ints:
    """Give a share of `size` rows one of the mistakes 1 to `kinds`, in equal numbers; 0 elsewhere.

    Even a small world has each mistake once, as long as it has fifty rows per kind.
    """
    result = np.zeros(size, np.int64)
    count = max(round(share * size), min(kinds, size // 50))
    chosen = rng.permutation(size)[:count]
    result[chosen] = (np.arange(count) + rng.integers(kinds)) % kinds + 1
    return result


def happens(rng: np.random.Generator, probability: float, size: int) -> Bools:
    """True with the given probability."""
    return rng.random(size) < probability
