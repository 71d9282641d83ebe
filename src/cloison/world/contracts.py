"""Who is insured by whom: contracts held by some people of a block, and the rights they open for their families.

A contract belongs to its holder; a right is one person under one contract. The order of a right is 2 when the person
already has another complementary insurer.
"""

from dataclasses import dataclass

import numpy as np

from cloison.world.chance import happens, pick
from cloison.world.families import NOBODY, Families
from cloison.world.insurers import Market
from cloison.world.text import NO_DAY, Bools, Days, Ints, Texts, beside, days, digits, repeat

_SPOUSE_ON_THE_SAME = 0.6
_CHILD_WITH_TWO = 0.15
_SURCOMPLEMENTAIRE = 0.02
_ENDED, _FUTURE, _SUSPENDED = 0.02, 0.005, 0.01
_SERIALS, _NUMBERS = 100_000_000, 100_000_000_000
_MIXER = 38_571_429_553
"""Coprime with _NUMBERS: member numbers look like chance and never meet."""

HOLDER, SPOUSE, CHILD = 0, 1, 2
QUALITIES = np.array([b"A", b"C", b"E"], np.bytes_)


@dataclass(frozen=True, slots=True)
class Contracts:
    """One contract per potential holder (position in the block), then one second contract per holder."""

    insurer: Ints
    product: Ints
    start: Days
    end: Days
    resume: Days
    adherent: Texts
    number: Texts


@dataclass(frozen=True, slots=True)
class Rights:
    """One row per person and contract. `opener` is the person whose NIR opens the right."""

    person: Ints
    opener: Ints
    contract: Ints
    quality: Ints
    order: Ints


def make_contracts(
    rng: np.random.Generator, families: Families, market: Market, first_number: int, day: np.datetime64
) -> Contracts:
    """Contracts of each possible holder: rows [0, n) ordinary ones, rows [n, 2n) second ones."""
    size = 2 * families.size
    ordinary = np.arange(size) < families.size
    insurer = pick(rng, market.share, size)
    same = ~ordinary & (insurer == np.roll(insurer, families.size))
    insurer = np.where(same, (insurer + 1) % market.share.size, insurer)
    rank = (rng.random(size) * market.ordinary_products[insurer]).astype(np.int64)
    rank = np.where(ordinary, rank, market.ordinary_products[insurer])

    start = _starts(rng, size, day)
    end = np.full(size, NO_DAY)
    resume = np.full(size, NO_DAY)
    fate = rng.random(size)
    ago = rng.integers(20, 400, size)
    ended = fate < _ENDED
    end[ended] = np.maximum(day - ago[ended], start[ended] + 1)
    future = (fate >= _ENDED) & (fate < _ENDED + _FUTURE)
    start[future] = day + 1 + ago[future] % 60
    suspended = (fate >= 1 - _SUSPENDED) & (start < day - 420)
    end[suspended] = day - ago[suspended]
    resume[suspended] = end[suspended] + 31 + ago[suspended] % 300

    serial = first_number + np.arange(size)
    assert first_number + size < _SERIALS, "more contracts than member numbers"
    return Contracts(
        insurer,
        market.first_product[insurer] + rank,
        start,
        end,
        resume,
        digits(serial * _MIXER % _NUMBERS, 11),
        beside(repeat("K", size), digits(serial, 11)),
    )


def _starts(rng: np.random.Generator, size: int, day: np.datetime64) -> Days:
    """Half of the contracts begin on a first of January, the others on the first of a month, up to ten years ago."""
    months = (day.astype("datetime64[M]") - rng.integers(0, 120, size)).astype("datetime64[M]")
    january = happens(rng, 0.5, size)
    years = months.astype("datetime64[Y]").astype("datetime64[M]")
    months[january] = years[january]
    return days(months)


def make_rights(rng: np.random.Generator, families: Families, contracts: Contracts) -> Rights:
    """Open rights: each person under one contract, some children under both parents', some adults with a second."""
    size = families.size
    everybody = np.arange(size)
    coupled = families.partner != NOBODY
    # Of each couple the one with the smaller position decides, so that both read the same decision.
    decider = np.where(coupled, np.minimum(everybody, families.partner), everybody)
    leads = happens(rng, 0.5, size)[decider]
    together = (rng.random(size) < _SPOUSE_ON_THE_SAME)[decider] & coupled
    leader = np.where(coupled, np.where(leads, decider, families.partner[decider]), everybody)

    dependent: Bools = families.dependent
    parent = np.where(dependent, families.mother, everybody)
    head = np.where(dependent, leader[parent], everybody)
    spouse = together & (leader != everybody) & ~dependent
    holder = np.where(spouse, leader, head)
    quality = np.where(dependent, CHILD, np.where(spouse, SPOUSE, HOLDER))
    opener = np.where(dependent & ~families.student, holder, everybody)

    other = np.where(families.partner[holder] != NOBODY, families.partner[holder], holder)
    apart = (other != holder) & ~together[holder] & (contracts.insurer[other] != contracts.insurer[holder])
    twice = dependent & apart & happens(rng, _CHILD_WITH_TWO, size)
    more = ~dependent & happens(rng, _SURCOMPLEMENTAIRE, size)
    return Rights(
        np.concatenate((everybody, everybody[twice], everybody[more])),
        np.concatenate((opener, opener[twice], everybody[more])),
        np.concatenate((holder, other[twice], size + everybody[more])),
        np.concatenate((quality, quality[twice], np.full(int(more.sum()), HOLDER))),
        np.concatenate((np.full(size, 1), np.full(int(twice.sum()), 2), np.full(int(more.sum()), 2))),
    )
