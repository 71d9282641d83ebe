"""Who lives with whom: ages from the pyramid, couples by close ages, children of mothers of a plausible age.

Each inhabitant of a block is drawn from the pyramid, then families are made among those who exist, so that the
pyramid is exact whatever the families. Everybody is at one position of the block's columns.
"""

from dataclasses import dataclass

import numpy as np

from cloison.world.chance import happens
from cloison.world.pyramid import AGES, SHARES
from cloison.world.text import Bools, Days, Ints, days, ranks

MAJORITY = 18
_STUDENT_AGES = (18, 24)
_STUDENT_SHARE = 0.55
_COUPLE_AGES = (22, 84)
_COUPLE_SHARE = 0.66
_TWIN_SHARE = 0.016
_MOTHERHOOD_AGES = (18, 46)
NOBODY = -1


@dataclass(frozen=True, slots=True)
class Families:
    """People of one block and their ties, as positions in the block; NOBODY where there is none."""

    male: Bools
    age: Ints
    birth_day: Days
    birth_rank: Ints
    partner: Ints
    mother: Ints
    student: Bools

    @property
    def size(self) -> int:
        return self.age.size

    @property
    def dependent(self) -> Bools:
        return self.mother != NOBODY


def make_families(rng: np.random.Generator, size: int, day: np.datetime64) -> Families:
    """Draw `size` people and their families as they are on `day`."""
    cell = rng.choice(SHARES.size, size=size, p=SHARES / SHARES.sum())
    male, age = cell >= AGES, cell % AGES
    birth_day = _birth_days(rng, age, day)

    child = age < MAJORITY
    student = (age >= _STUDENT_AGES[0]) & (age <= _STUDENT_AGES[1]) & happens(rng, _STUDENT_SHARE, size)
    mother = _mothers(rng, age, male, child | student)
    student &= mother != NOBODY
    _make_twins(rng, age, birth_day, mother, child)
    partner = _couples(rng, age, male, (mother == NOBODY) & ~child)
    return Families(male, age, birth_day, _birth_ranks(mother, birth_day), partner, mother, student)


def _birth_days(rng: np.random.Generator, age: Ints, day: np.datetime64) -> Days:
    """A birthday in the year that makes people `age` years old on `day`."""
    year, month, of_month = (int(part) for part in str(day).split("-"))
    anniversary = (year - 1970 - age) * 12 + month - 1
    start = anniversary.astype("datetime64[M]").astype("datetime64[D]") + (min(of_month, 28) - 1)
    return days(start - rng.integers(0, 365, age.size))


def _mothers(rng: np.random.Generator, age: Ints, male: Bools, dependent: Bools) -> Ints:
    """For each dependent, a woman of the block who was of an age to give birth."""
    mother = np.full(age.size, NOBODY, np.int64)
    women = np.flatnonzero(~male & ~dependent & (age >= MAJORITY))
    children = np.flatnonzero(dependent)
    if not women.size or not children.size:
        return mother
    women = women[np.argsort(age[women], kind="stable")]
    at_birth = np.clip(np.rint(rng.normal(30.7, 5.2, children.size)), *_MOTHERHOOD_AGES).astype(np.int64)
    wanted = age[children] + at_birth
    first = ranks(age[women], wanted)
    beyond = ranks(age[women], wanted, "right")
    chosen = first + (rng.random(children.size) * np.maximum(beyond - first, 1)).astype(np.int64)
    mother[children] = women[np.minimum(chosen, women.size - 1)]
    return mother


def _make_twins(rng: np.random.Generator, age: Ints, birth_day: Days, mother: Ints, child: Bools) -> None:
    """Give some children the mother and birthday of the child before them in the block."""
    children = np.flatnonzero(child & (mother != NOBODY))
    elder, younger = children[:-1:2], children[1::2]
    elder = elder[: younger.size]
    chosen = happens(rng, _TWIN_SHARE, younger.size)
    elder, younger = elder[chosen], younger[chosen]
    age[younger], birth_day[younger], mother[younger] = age[elder], birth_day[elder], mother[elder]


def _couples(rng: np.random.Generator, age: Ints, male: Bools, free: Bools) -> Ints:
    """Pair women and men in the order of their ages, a man being two years older on average."""
    partner = np.full(age.size, NOBODY, np.int64)
    ready = free & (age >= _COUPLE_AGES[0]) & (age <= _COUPLE_AGES[1]) & happens(rng, _COUPLE_SHARE, age.size)
    women, men = np.flatnonzero(ready & ~male), np.flatnonzero(ready & male)
    women = women[np.argsort(age[women] + rng.normal(0, 2.5, women.size), kind="stable")]
    men = men[np.argsort(age[men] + rng.normal(-2.2, 2.5, men.size), kind="stable")]
    if women.size > men.size:
        women = np.delete(women, rng.choice(women.size, women.size - men.size, replace=False))
    elif men.size > women.size:
        men = np.delete(men, rng.choice(men.size, men.size - women.size, replace=False))
    partner[women], partner[men] = men, women
    return partner


def _birth_ranks(mother: Ints, birth_day: Days) -> Ints:
    """1 for each birth, 2 for a second child of the same mother on the same day, and so on."""
    rank = np.ones(mother.size, np.int64)
    children = np.flatnonzero(mother != NOBODY)
    if not children.size:
        return rank
    key = mother[children] * 100_000 + birth_day[children].astype(np.int64) + 50_000
    rank[children] = ordinals(key) + 1
    return rank


def ordinals(keys: Ints) -> Ints:
    """For each value, how many equal values stand before it."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1]))) if keys.size else order
    counts = np.diff(np.append(starts, keys.size))
    result = np.empty(keys.size, np.int64)
    result[order] = np.arange(keys.size) - np.repeat(starts, counts)
    return result
