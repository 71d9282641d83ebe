"""Invoices of a day: who was cared for, whose insurer is asked, and the honest mistakes of real life."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from cloison.world.care import CODE, Lines, Visits
from cloison.world.chance import happens, mistakes
from cloison.world.contracts import Contracts, Rights
from cloison.world.insurers import Formula, Market
from cloison.world.movements import Movements
from cloison.world.people import People
from cloison.world.professionals import DOMAIN_OF_KIND, Kind, Practices
from cloison.world.text import NO_DAY, Bools, Ints, Texts, beside, cells_of, digits, part, ranks, repeat, short_days

FLAWED_SHARE = 0.01
_OUTSIDE_PATHWAY = 0.03
_SURPRISED_SHARE = 0.002
_WINDOW_DAYS = 25
"""A right is open for all of these days, or closed for all of them: the truth is never a matter of hours."""


class Flaw(IntEnum):
    """What is wrong with an invoice, on purpose."""

    NONE = 0
    DUPLICATE_SAME_FILE = 1
    DUPLICATE_NEXT_FILE = 2
    WRONG_BIRTH_DATE = 3
    WRONG_AMC = 4
    CLOSED_RIGHT = 5
    WRONG_TOTALS = 6
    IMPOSSIBLE_DATE = 7
    ZERO_QUANTITY = 8
    OVER_TARIFF = 9
    NIR_KEY = 10
    UNKNOWN_ACT = 11


_REGULATED = np.array([Kind.GENERALISTE, Kind.TAXI])
"""Those whose price no declaration can raise."""


@dataclass(frozen=True, slots=True)
class Invoices:
    """One row per invoice, as the professional writes it.

    `uncovered`: the product does not guarantee this care. `ended_since`: the second day of movements ends the right
    before the day of care; a question answered before that promised payment.
    """

    visits: Visits
    right: Ints
    person: Ints
    opener: Ints
    nir: Texts
    own_nir: Texts
    birth: Texts
    birth_rank: Texts
    amc: Texts
    number: Texts
    outside: Bools
    flaw: Ints
    uncovered: Bools
    ended_since: Bools


def open_rights(contracts: Contracts, rights: Rights, movements: Movements, day: np.datetime64) -> tuple[Ints, Ints]:
    """First-order rights that were open, then those that were closed, during the whole window before `day`."""
    end, resume = movements.last_end, contracts.resume[rights.contract]
    since = day - _WINDOW_DAYS
    running = (movements.start <= since) & (end >= day)
    resumed = (resume != NO_DAY) & (np.maximum(resume, movements.start) <= since)
    over = (end < since) & ((resume == NO_DAY) | (resume > day))
    first = (rights.order == 1) & movements.known
    alone = np.bincount(rights.person, minlength=int(rights.person.max(initial=0)) + 1)[rights.person] == 1
    return np.flatnonzero(first & (running | resumed)), np.flatnonzero(first & over & alone)


def make_invoices(
    rng: np.random.Generator, visits: Visits, practices: Practices, people: People, contracts: Contracts,
    rights: Rights, movements: Movements, market: Market, day: np.datetime64,
) -> Invoices:  # fmt: skip
    """Choose patients among open rights and plant mistakes."""
    size = visits.practice.size
    opened, closed = open_rights(contracts, rights, movements, day)
    right = _patients(rng, visits, opened, people.families.age[rights.person])
    flaw = _flaws(rng, visits.kind, closed.size > 0)
    lapsed = np.flatnonzero(flaw == Flaw.CLOSED_RIGHT)
    right[lapsed] = closed[rng.integers(0, max(closed.size, 1), lapsed.size)] if lapsed.size else 0

    surprised = _surprised(rng, flaw, rights, movements)
    right[surprised.invoices] = surprised.rights

    contract = rights.contract[right]
    product, domain = contracts.product[contract], DOMAIN_OF_KIND[visits.kind]
    waiting = movements.start[right] + market.waiting_days[product, domain] > visits.day - _WINDOW_DAYS
    uncovered = (market.formula[product, domain] == Formula.NONE) | (
        waiting & (market.waiting_days[product, domain] > 0)
    )
    serial = practices.serial[visits.practice]
    first = np.cumsum(practices.invoices) - practices.invoices
    rank = np.arange(size) - first[visits.practice]
    person, opener = rights.person[right], rights.opener[right]
    own = np.where(people.nir[person] == b"", np.bytes_(b" " * 15), people.nir[person])
    return Invoices(
        visits,
        right,
        person,
        opener,
        _with_wrong_keys(people.nir[opener], flaw == Flaw.NIR_KEY),
        own,
        _births(people, person, flaw),
        digits(people.families.birth_rank[person], 1),
        _amc_numbers(market, contracts.insurer[contract], flaw),
        beside(digits(serial % 100_000, 5), digits(rank + 1, 4)),
        _outside(rng, visits.kind, people.families.age[person]),
        flaw,
        uncovered,
        movements.ended_since[right],
    )


@dataclass(frozen=True, slots=True)
class _Surprised:
    """Invoices for people whose right will turn out to have ended."""

    invoices: Ints
    rights: Ints


def _surprised(rng: np.random.Generator, flaw: Ints, rights: Rights, movements: Movements) -> _Surprised:
    ended = rng.permutation(np.flatnonzero(movements.ended_since & movements.known & (rights.order == 1)))
    sound = rng.permutation(np.flatnonzero(flaw == Flaw.NONE))
    count = min(ended.size, sound.size, round(_SURPRISED_SHARE * flaw.size))
    return _Surprised(sound[:count], ended[:count])


def _flaws(rng: np.random.Generator, kind: Ints, some_closed: bool) -> Ints:
    """One mistake in a hundred invoices; a price above the tariff only where the tariff is one amount."""
    flaw = mistakes(rng, FLAWED_SHARE, len(Flaw) - 1, kind.size)
    regulated = np.isin(kind, _REGULATED)
    misplaced = np.flatnonzero((flaw == Flaw.OVER_TARIFF) & ~regulated)
    flaw[misplaced] = Flaw.NONE
    free = rng.permutation(np.flatnonzero(regulated & (flaw == Flaw.NONE)))
    flaw[free[: misplaced.size]] = Flaw.OVER_TARIFF
    if not some_closed:
        flaw[flaw == Flaw.CLOSED_RIGHT] = Flaw.NONE
    return flaw


def _patients(rng: np.random.Generator, visits: Visits, opened: Ints, age_of_right: Ints) -> Ints:
    """The old see nurses and taxis, children speech therapists, everybody the others, the old more often."""
    right = np.zeros(visits.kind.size, np.int64)
    age = age_of_right[opened]
    usual = 0.5 + (age / 45.0) ** 1.5
    frail = 0.1 + (age / 60.0) ** 4
    young = np.where((age >= 4) & (age <= 14), 8.0, 0.3)
    for kind in Kind:
        here = np.flatnonzero(visits.kind == kind)
        weight: NDArray[np.float64] = (
            young if kind == Kind.ORTHOPHONISTE else frail if kind in (Kind.INFIRMIER, Kind.TAXI) else usual
        )
        edges = np.cumsum(weight)
        drawn = ranks(edges, rng.random(here.size) * edges[-1], "right")
        right[here] = opened[np.minimum(drawn, opened.size - 1)]
    return right


def _outside(rng: np.random.Generator, kind: Ints, age: Ints) -> Bools:
    """Some adults consult outside the coordinated care pathway; around 18 and 100 a two-digit year tells no age."""
    consulting = (kind == Kind.GENERALISTE) | (kind == Kind.SPECIALISTE)
    return consulting & (age > 19) & (age < 96) & happens(rng, _OUTSIDE_PATHWAY, kind.size)


def _with_wrong_keys(nir: Texts, wrong: Bools) -> Texts:
    cells = cells_of(nir).copy()
    cells[wrong, 14] = ord("0") + (cells[wrong, 14] - ord("0") + 3) % 10
    return cells.view("S15").reshape(-1)


def _births(people: People, person: Ints, flaw: Ints) -> Texts:
    """YYMMDD as people say it; a wrong one is another day of the same month."""
    births = part(people.birth_text[person], 2, 8)
    other = people.families.birth_day[person].astype("datetime64[M]").astype("datetime64[D]")
    other = np.where(other == people.families.birth_day[person], other + 1, other)
    return np.where(flaw == Flaw.WRONG_BIRTH_DATE, short_days(other), births)


def _amc_numbers(market: Market, insurer: Ints, flaw: Ints) -> Texts:
    """Ten digits, zero-filled; a wrong one is that of another insurer."""
    width = market.amc.dtype.itemsize
    amc = beside(repeat("0" * (10 - width), market.amc.size), market.amc)
    return amc[np.where(flaw == Flaw.WRONG_AMC, (insurer + 1) % market.amc.size, insurer)]


def spoil(lines: Lines, invoices: Invoices) -> tuple[Lines, Bools]:
    """Apply the mistakes that sit on lines. Also returns which lines have a date that does not exist."""
    flaw = invoices.flaw[lines.invoice]
    first = np.concatenate(([True], lines.invoice[1:] != lines.invoice[:-1])) if lines.invoice.size else flaw > 0
    over = (flaw == Flaw.OVER_TARIFF) & ~lines.detail
    raised = np.where(over, lines.base * 7 // 5, lines.base)
    spoiled = Lines(
        lines.invoice,
        np.where(first & (flaw == Flaw.UNKNOWN_ACT), CODE["ZZZ"], lines.code),
        lines.day,
        np.where(first & (flaw == Flaw.ZERO_QUANTITY), 0, lines.quantity),
        lines.coefficient,
        np.where(over, lines.unit * 7 // 5, lines.unit),
        raised,
        lines.rate,
        np.where(over, np.maximum(raised, lines.total), lines.total),
        lines.detail,
    )
    return spoiled, first & (flaw == Flaw.IMPOSSIBLE_DATE)
