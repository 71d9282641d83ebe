"""The files by which insurers declare rights: a first file that creates, a second one a day later that changes.

Some lines carry an honest mistake. A right whose only line is wrong is not loaded, and the truth of the world knows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise
from typing import TypeAlias

import numpy as np
import pyarrow as pa

from cloison.world.chance import happens, mistakes
from cloison.world.contracts import QUALITIES, Contracts, Rights
from cloison.world.families import NOBODY
from cloison.world.insurers import Market
from cloison.world.people import People
from cloison.world.text import (
    NO_DAY,
    Bools,
    Bytes,
    Days,
    Ints,
    Texts,
    cells_of,
    csv_cells,
    digits,
    frame,
    iso_days,
    ranks,
    repeat,
    table,
)

COLUMNS = (
    "mouvement", "amc", "adherent", "contrat", "produit", "nir", "date_naissance", "rang_naissance", "nom_naissance",
    "nom_usage", "prenoms", "sexe", "qualite", "ordre", "date_debut", "date_fin",
)  # fmt: skip

_MISTAKEN = 0.002
_CHANGED = 0.01
_ENDED_AMONG_CHANGED = 0.35
_ENDED_IN_THE_PAST = 0.4
_RENAMED_AMONG_CHANGED = 0.85
_CREATION, _MODIFICATION, _END = 0, 1, 2
_KINDS = table(["C", "M", "F"])

Sheet: TypeAlias = Bytes | pa.Table
"""Lines for one insurer: padded cells that become CSV, or a table for those who send Parquet."""


class Mistake(IntEnum):
    """What is wrong with a line of movements."""

    NONE = 0
    NIR_KEY = 1
    IMPOSSIBLE_DATE = 2
    MISSING_FIELD = 3
    UNKNOWN_PRODUCT = 4
    OVERLAP = 5
    DUPLICATE_LINE = 6


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of movements: the right each is about, and what it says of it."""

    right: Ints
    kind: Ints
    start: Days
    end: Days
    mistake: Ints

    def only(self, chosen: Bools | Ints) -> "Lines":
        return Lines(self.right[chosen], self.kind[chosen], self.start[chosen], self.end[chosen], self.mistake[chosen])


@dataclass(frozen=True, slots=True)
class Movements:
    """Both days of movements of a block and what they leave: `known` rights are loaded, `last_end` is final."""

    first: Lines
    second: Lines
    known: Bools
    start: Days
    last_end: Days
    ended_since: Bools
    """Ended by the second day, from a day before the day of care: known only afterwards."""
    renamed: Bools


def make_movements(
    rng: np.random.Generator, contracts: Contracts, rights: Rights, birth_day: Days, day: np.datetime64
) -> Movements:
    """Decide what insurers will declare about the rights of a block."""
    contract = rights.contract
    size = contract.size
    mistake = mistakes(rng, _MISTAKEN, len(Mistake) - 1, size)
    fatal = (mistake != Mistake.NONE) & (mistake < Mistake.OVERLAP)
    everyone = np.arange(size)
    start = np.maximum(contracts.start[contract], birth_day[rights.person])
    creations = Lines(everyone, np.full(size, _CREATION), start, contracts.end[contract], mistake)
    born_later = (contracts.end[contract] < start) & (contracts.end[contract] != NO_DAY)
    resumed = np.flatnonzero((contracts.resume[contract] != NO_DAY) & ~born_later)
    resumptions = Lines(
        resumed, np.full(resumed.size, _CREATION), np.maximum(contracts.resume[contract], start)[resumed],
        np.full(resumed.size, NO_DAY), np.zeros(resumed.size, np.int64),
    )  # fmt: skip
    again = np.flatnonzero(mistake >= Mistake.OVERLAP)
    overlapping = mistake[again] == Mistake.OVERLAP
    repeated = Lines(
        again, np.full(again.size, _CREATION), creations.start[again] + np.where(overlapping, 1, 0),
        creations.end[again], mistake[again],
    )  # fmt: skip
    mistake[again] = Mistake.NONE
    first = _together(creations, resumptions, repeated)
    first = first.only(~born_later[first.right] | (first.start < first.end))

    active = ~fatal & (contracts.end[contract] == NO_DAY) & (contracts.start[contract] < day - 40)
    changed = active & happens(rng, _CHANGED / 0.9, contracts.insurer.size)[contract]
    fate = rng.random(contracts.insurer.size)[contract]
    ended = changed & (fate < _ENDED_AMONG_CHANGED)
    renamed = changed & ~ended & (fate < _RENAMED_AMONG_CHANGED)
    leaves = (
        day
        + np.where(
            happens(rng, _ENDED_IN_THE_PAST, contracts.insurer.size),
            rng.integers(-20, -9, contracts.insurer.size),
            rng.integers(0, 45, contracts.insurer.size),
        )[contract]
    )
    last_end = np.where(ended, leaves, contracts.end[contract])
    touched = np.flatnonzero(changed)
    second = Lines(
        touched, np.where(ended, _END, _MODIFICATION)[touched], start[touched],
        last_end[touched], np.zeros(touched.size, np.int64),
    )  # fmt: skip
    return Movements(first, second, ~fatal & ~born_later, start, last_end, ended & (last_end < day), renamed)


def _together(*parts: Lines) -> Lines:
    """Lines of one right stand together, in the order given."""
    whole = Lines(
        np.concatenate([part.right for part in parts]),
        np.concatenate([part.kind for part in parts]),
        np.concatenate([part.start for part in parts]),
        np.concatenate([part.end for part in parts]),
        np.concatenate([part.mistake for part in parts]),
    )
    return whole.only(np.argsort(whole.right, kind="stable"))


def files(
    lines: Lines, movements: Movements, people: People, contracts: Contracts, rights: Rights, market: Market
) -> dict[int, Sheet]:
    """The lines of each insurer that has some, by index of the insurer."""
    insurer = contracts.insurer[rights.contract[lines.right]]
    order = np.lexsort((lines.right, rights.contract[lines.right], insurer))
    lines, insurer = lines.only(order), insurer[order]
    columns = columns_of(lines, movements, people, contracts, rights, market)
    cells = csv_cells(columns)
    edges = ranks(insurer, np.arange(len(market.insurers) + 1))
    return {
        index: _sheet([column[start:end] for column in columns]) if market.insurers[index].parquet else cells[start:end]
        for index, (start, end) in enumerate(pairwise(edges.tolist()))
        if start < end
    }


def _sheet(columns: Sequence[Texts]) -> pa.Table:
    return frame(dict(zip(COLUMNS, columns, strict=True)))


def columns_of(
    lines: Lines, movements: Movements, people: People, contracts: Contracts, rights: Rights, market: Market
) -> list[Texts]:
    """The columns of the file, in the order of COLUMNS, mistakes included."""
    right, mistake = lines.right, lines.mistake
    contract, person = rights.contract[right], rights.person[right]
    nir = people.nir[rights.opener[right]].copy()
    wrong = mistake == Mistake.NIR_KEY
    cells_of(nir)[wrong, 14] = ord("0") + (cells_of(nir)[wrong, 14] - ord("0") + 3) % 10
    product = market.product_code[contracts.product[contract]]
    birth_name = np.where(mistake == Mistake.MISSING_FIELD, np.bytes_(b""), people.birth_name[person])
    used_name = people.used_name[person]
    changed = (lines.kind != _CREATION) & movements.renamed[right] & (people.families.partner[person] != NOBODY)
    spouse_name = people.birth_name[np.maximum(people.families.partner[person], 0)]
    start = iso_days(lines.start)
    return [
        _KINDS[lines.kind],
        market.amc[contracts.insurer[contract]],
        contracts.adherent[contract],
        contracts.number[contract],
        np.where(mistake == Mistake.UNKNOWN_PRODUCT, np.bytes_(b"ZZZ9"), product),
        nir,
        people.birth_text[person],
        digits(people.families.birth_rank[person], 1),
        birth_name,
        np.where(changed, spouse_name, used_name),
        people.first_names[person],
        people.sex[person],
        QUALITIES[rights.quality[right]],
        digits(rights.order[right], 1),
        np.where(mistake == Mistake.IMPOSSIBLE_DATE, repeat("2026-02-30", right.size), start),
        iso_days(lines.end),
    ]
