"""How a rule hands out a limit that acts of a batch share: what each act asks of it, and which acts get less."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cloison.money import Cents
from cloison.rules.bill import Bill, Mask
from cloison.rules.counters import Keys, Tally, granted
from cloison.rules.law import Only


@dataclass(frozen=True, slots=True, eq=False)
class Demand:
    """What acts want of a limit: acts with the same keys share what is left of it."""

    keys: Keys
    wanted: NDArray[np.int64]
    left: NDArray[np.int64]

    def granted(self, sequence: NDArray[np.int64]) -> Cents:
        """What each act gets, in the order in which the limit is used up."""
        return granted(self.keys, sequence, self.wanted, self.left)


Concerned = Callable[[Bill], Mask]
Asking = Callable[[Bill], Demand]


def limited(acts: Bill, concerned: Concerned, asking: Asking) -> Only:
    """Of the acts concerned, those that get less than they want, and what they get."""
    where = may_bind(acts, concerned, asking)
    some = acts.only(where)
    demand = asking(some)
    kept = demand.granted(some.sequence)
    return Only.among(where, kept < demand.wanted, kept)


def may_bind(acts: Bill, concerned: Concerned, asking: Asking) -> Mask:
    """The acts whose limit may bind, found block by block. Their order, and all else, is only asked of these."""
    tally = Tally(len(acts))
    places: list[NDArray[np.intp]] = []
    for start, block in acts.blocks():
        (rows,) = np.nonzero(concerned(block))
        if len(rows):
            demand = asking(block.at(rows))
            tally.add(demand.keys, demand.wanted, demand.left)
            places.append(rows + start)
    where = np.zeros(len(acts), np.bool_)
    for rows, binding in zip(places, tally.may_bind(), strict=True):
        where[rows[binding]] = True
    return where
