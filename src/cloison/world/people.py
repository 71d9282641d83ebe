"""People as files know them: names, birth date as text, and a NIR that belongs to nobody else in the world.

A NIR is unique by construction: each block of the world owns a few order numbers within each (sex, month, place), and,
beyond 124 blocks, its own share of the places of birth.
"""

from dataclasses import dataclass

import numpy as np

from cloison.world import names
from cloison.world.chance import happens, pick
from cloison.world.families import MAJORITY, NOBODY, Families, ordinals
from cloison.world.places import ABROAD_SHARE, Places, all_places
from cloison.world.text import Bools, Ints, Texts, beside, cells_of, compact_days, digits, part, table

_ORDERS_PER_BLOCK = 8
_BLOCKS_PER_CLASS = 124
_HOME_DEPARTMENTS = 6
_BORN_AT_HOME = 0.5
_TEMPORARY_SHARE = 0.002
_INCOMPLETE_SHARE = 0.0008
_CORSICA_ONE_DEPARTMENT_UNTIL = 1976
_UNKNOWN_MONTHS = np.array([20, 21, 23, 26, 30, 50], np.int64)
_LUNAR_ENDINGS = table(["0000", "1300", "0231", "1301", "0100"])


@dataclass(frozen=True, slots=True)
class People:
    """Civil status of a block. `nir` has its key; it is empty for those who have none of their own (children)."""

    families: Families
    nir: Texts
    birth_text: Texts
    birth_name: Texts
    used_name: Texts
    first_names: Texts
    sex: Texts


@dataclass(frozen=True, slots=True)
class Cradle:
    """Which part of the numbering a block owns."""

    places: Places
    first_order: int

    @classmethod
    def of(cls, block: int, blocks: int) -> "Cradle":
        places = all_places()
        classes = -(-blocks // _BLOCKS_PER_CLASS)
        mine = np.arange(places.code.size) % classes == (block // _BLOCKS_PER_CLASS) % classes
        owned = places.only(mine)
        # A class of places holds few countries: their weights are raised so that as many people come from abroad.
        abroad = owned.department == b"99"
        weight = owned.weight.copy()
        weight[abroad] *= ABROAD_SHARE / weight[abroad].sum()
        weight[~abroad] *= (1 - ABROAD_SHARE) / weight[~abroad].sum()
        return cls(
            Places(owned.code, owned.number, weight, owned.department),
            1 + _ORDERS_PER_BLOCK * (block % _BLOCKS_PER_CLASS),
        )


def make_people(rng: np.random.Generator, families: Families, cradle: Cradle) -> People:
    """Name and number the people of a block."""
    size = families.size
    birth_text = compact_days(families.birth_day)
    adult = families.age >= MAJORITY
    incomplete = adult & happens(rng, _INCOMPLETE_SHARE, size)
    lunar = beside(part(birth_text, 0, 4), _LUNAR_ENDINGS[rng.integers(0, _LUNAR_ENDINGS.size, size)])
    birth_text = np.where(incomplete, lunar, birth_text)

    birth_name, used_name = _surnames(rng, families)
    return People(
        families,
        np.where(adult, _nirs(rng, families, birth_text, incomplete, cradle), np.bytes_(b"")),
        birth_text,
        birth_name,
        used_name,
        _first_names(rng, families),
        np.where(families.male, np.bytes_(b"M"), np.bytes_(b"F")),
    )


def _surnames(rng: np.random.Generator, families: Families) -> tuple[Texts, Texts]:
    size = families.size
    own = _skewed(rng, names.SURNAMES.size, size)
    second = rng.integers(0, names.SURNAMES.size, size)
    doubled = happens(rng, 0.03, size)
    with_partner = families.partner != NOBODY
    parent = np.where(families.dependent, families.mother, np.arange(size))
    father = np.where(families.partner[parent] != NOBODY, families.partner[parent], parent)
    source = np.where(families.dependent, father, np.arange(size))

    single = names.SURNAMES[own]
    double = np.char.add(np.char.add(single[doubled], b"-"), names.SURNAMES[second[doubled]])
    names_of = np.zeros(size, f"S{max(single.dtype.itemsize, double.dtype.itemsize)}")
    names_of[:] = single
    names_of[doubled] = double
    birth_name = names_of[source]
    married = with_partner & ~families.male & happens(rng, 0.68, size)
    used_name = np.where(married, birth_name[np.where(with_partner, families.partner, 0)], np.bytes_(b""))
    return birth_name, used_name


def _first_names(rng: np.random.Generator, families: Families) -> Texts:
    size = families.size
    women = names.WOMEN[_skewed(rng, names.WOMEN.size, size)]
    men = names.MEN[_skewed(rng, names.MEN.size, size)]
    first = np.where(families.male, men, women)
    several = happens(rng, 0.25, size)
    second = np.where(families.male, names.MEN[rng.integers(0, names.MEN.size, size)],
                      names.WOMEN[rng.integers(0, names.WOMEN.size, size)])  # fmt: skip
    both = np.char.add(np.char.add(first[several], b" "), second[several])
    result = np.zeros(size, f"S{first.dtype.itemsize + second.dtype.itemsize + 1}")
    result[:] = first
    result[several] = both
    return result


def _skewed(rng: np.random.Generator, count: int, size: int) -> Ints:
    """Common words first: the density falls linearly along the list."""
    return (count * (1 - np.sqrt(rng.random(size)))).astype(np.int64)


def _nirs(rng: np.random.Generator, families: Families, birth_text: Texts, incomplete: Bools, cradle: Cradle) -> Texts:
    size = families.size
    year = families.birth_day.astype("datetime64[Y]").astype(np.int64) + 1970
    month = families.birth_day.astype("datetime64[M]").astype(np.int64) % 12 + 1
    month = np.where(incomplete, _UNKNOWN_MONTHS[rng.integers(0, _UNKNOWN_MONTHS.size, size)], month)
    temporary = happens(rng, _TEMPORARY_SHARE, size)
    sex = np.where(families.male, 1, 2) + np.where(temporary, 6, 0)
    who = (sex * 100 + year % 100) * 100 + month

    place = _birth_places(rng, families, cradle.places)
    order = ordinals(who * 10_000 + place)
    for _ in range(60):
        crowded = np.flatnonzero(order >= _ORDERS_PER_BLOCK)
        if not crowded.size:
            break
        place[crowded] = rng.integers(0, cradle.places.code.size, crowded.size)
        order = ordinals(who * 10_000 + place)
    assert not (order >= _ORDERS_PER_BLOCK).any(), "a block holds more people than its part of the numbering"
    return number(who, place, year, order + cradle.first_order, cradle.places)


def number(who: Ints, place: Ints, year: Ints, order: Ints, places: Places) -> Texts:
    """Put a NIR together: sex, year and month, place, order, key."""
    code, in_key = places.code[place], places.number[place]
    corsican = (in_key // 1000 == 19) & (cells_of(code)[:, 1] == ord("A")) | (in_key // 1000 == 18) & (
        cells_of(code)[:, 1] == ord("B")
    )
    undivided = corsican & (year < _CORSICA_ONE_DEPARTMENT_UNTIL)
    in_key = np.where(undivided, 20_000 + in_key % 1000, in_key)
    value = (who * 100_000 + in_key) * 1000 + order
    written = beside(digits(value, 13), digits(97 - value % 97, 2))
    cells = cells_of(written).copy()
    lettered = corsican & ~undivided
    cells[lettered, 6] = cells_of(code)[lettered, 1]
    cells[lettered, 5] = ord("2")
    return cells.view("S15").reshape(-1)


def _birth_places(rng: np.random.Generator, families: Families, places: Places) -> Ints:
    """Half of the people are born in one of the few departments where the block lives, the others anywhere."""
    size = families.size
    place = pick(rng, places.weight, size)
    homes = places.department[pick(rng, places.weight, _HOME_DEPARTMENTS)]
    home = rng.integers(0, _HOME_DEPARTMENTS, size)
    at_home = happens(rng, _BORN_AT_HOME, size)
    for index in range(_HOME_DEPARTMENTS):
        there = np.flatnonzero(places.department == homes[index])
        here = np.flatnonzero(at_home & (home == index))
        place[here] = there[pick(rng, places.weight[there], here.size)]
    return place
