"""The products of all insurers as columns: which row of a product counts for an act, or for a family of care, on a day.

An act is answered by the row that says most about it: `Product.on` for one act is the plain reading of the same rule. A
question about a whole domain is answered by the row in force that opens soonest: some care of that domain is covered.
What no day can change is worked out once, when the shelf is made; then most acts are found by looking in a table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cloison.money import Cents
from cloison.period import FOREVER, Days
from cloison.rules.codes import ACT_TABLE, FAMILIES
from cloison.rules.produits import ANY_DOCTOR, NONE, WHOLE_DOMAIN, Product, family_number
from cloison.rules.vocabulary import Domain, Sector

EPOCH = np.datetime64("1850-01-01", "D").astype(np.int64)
DAY_BITS = 22
LAST_DAY = (1 << DAY_BITS) - 1
KINDS = 4
"""In or out of OPTAM, times in or out of the network of the insurer."""
DOMAIN_SLOTS = max(Domain) + 1
FAMILY_ACCOUNTS = np.int16(100)
"""Annual ceilings of families have accounts of their own, numbered from here."""
FAMILY_OF = np.array([FAMILIES.index(act.family) for act in ACT_TABLE], np.int64)
DOMAIN_OF_FAMILY = np.array(
    [next(act.domain for act in ACT_TABLE if act.family == family) for family in FAMILIES], np.int16
)


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """What products guarantee: g rows in any order. -1 is "none"; `valid_to` is the first day outside."""

    product: NDArray[np.int32]
    domain: NDArray[np.int16]
    family: NDArray[np.int16]
    """The number of a family (`produits.family_number`); WHOLE_DOMAIN for all of them."""
    optam: NDArray[np.int16]
    """1 for doctors in OPTAM (sector 1 included), 0 for the others, ANY_DOCTOR."""
    network: NDArray[np.bool_]
    """Only with practices of the insurer's network."""
    valid_from: Days
    valid_to: Days
    formula: NDArray[np.int16]
    rate_bp: NDArray[np.int32]
    amount_cents: Cents
    act_cap_cents: Cents
    day_cap_cents: Cents
    pair_cap_cents: Cents
    tooth_cap_cents: Cents
    annual_ceiling_cents: Cents
    waiting_days: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.product)

    def account(self, row: NDArray[np.intp]) -> NDArray[np.int16]:
        """The account of the annual ceiling of each row: its domain, or FAMILY_ACCOUNTS and the number of its family.

        Variants of a row (OPTAM, network) draw on one account, each up to its own ceiling.
        """
        return np.where(self.family[row] == WHOLE_DOMAIN, self.domain[row], FAMILY_ACCOUNTS + self.family[row])

    @classmethod
    def of(cls, products: Sequence[Product]) -> Self:
        """The rows of products numbered by their place."""
        rows = [(number, row) for number, product in enumerate(products) for row in product.guarantees]
        given = [row for _, row in rows]

        def column(kind: str, values: Sequence[int | date]) -> np.ndarray:
            return np.array(values, kind) if len(values) else np.empty(0, kind)

        def cents(name: str) -> Cents:
            return column("int64", [NONE if (most := getattr(row, name)) is None else most for row in given])

        return cls(
            product=column("int32", [number for number, _ in rows]),
            domain=column("int16", [row.domain for row in given]),
            family=column("int16", [family_number(row.family) for row in given]),
            optam=column("int16", [ANY_DOCTOR if row.optam is None else row.optam for row in given]),
            network=column("bool", [row.network for row in given]),
            valid_from=column("datetime64[D]", [row.start for row in given]),
            valid_to=column("datetime64[D]", [row.end for row in given]),
            formula=column("int16", [row.formula for row in given]),
            rate_bp=column("int32", [row.rate_bp for row in given]),
            amount_cents=cents("amount_cents"),
            act_cap_cents=cents("act_cap_cents"),
            day_cap_cents=cents("day_cap_cents"),
            pair_cap_cents=cents("pair_cap_cents"),
            tooth_cap_cents=cents("tooth_cap_cents"),
            annual_ceiling_cents=cents("annual_ceiling_cents"),
            waiting_days=column("int32", [row.waiting_days for row in given]),
        )


class Shelf:
    """Finds rows; `rows` has what they say."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        numbers = np.unique(rows.product)
        self._place = np.full(int(numbers.max(initial=0)) + 2, NONE, np.int64)
        self._place[numbers] = np.arange(len(numbers))
        self._acts = _of_acts(rows, self._place, len(numbers))
        self._domains = _of_domains(rows, self._place, len(numbers))

    @classmethod
    def of(cls, products: Sequence[Product]) -> Self:
        """Products numbered by their place."""
        return cls(Rows.of(products))

    def find(
        self,
        product: NDArray[np.integer],
        code: NDArray[np.int16],
        sector: NDArray[np.int8],
        network: NDArray[np.bool_],
        day: Days,
    ) -> NDArray[np.intp]:
        """The row that counts for each act, NONE where the product guarantees nothing. Shapes (n,)."""
        optam = (sector == Sector.ONE) | (sector == Sector.TWO_OPTAM)
        place = self._placed(product)
        slot = ((place * len(FAMILIES) + FAMILY_OF[np.maximum(code, 0)]) * 2 + optam) * 2 + network
        return self._acts.find(slot, (place >= 0) & (code >= 0), day)

    def find_domain(
        self,
        product: NDArray[np.integer],
        domain: NDArray[np.integer],
        day: Days,
        network: NDArray[np.bool_] | None = None,
    ) -> NDArray[np.intp]:
        """The row that opens a domain soonest, whichever acts and doctors it is about; NONE where none is in force.

        Rows of a network open nothing for a practice outside; without `network` every practice is inside.
        """
        place = self._placed(product)
        known = (place >= 0) & (domain > 0) & (domain < DOMAIN_SLOTS)
        slot = (place * DOMAIN_SLOTS + np.clip(domain, 0, DOMAIN_SLOTS - 1)) * 2
        return self._domains.find(slot + (1 if network is None else network), known, day)

    def _placed(self, product: NDArray[np.integer]) -> NDArray[np.int64]:
        return self._place[np.minimum(product, len(self._place) - 1)]


class _Spans:
    """For each slot, spans of days and the row that counts in each.

    Most slots have one row, from its first day for ever: it is looked up. The others are searched by day.
    """

    def __init__(
        self, slots: int, slot: NDArray[np.int64], row: NDArray[np.int64], priority: NDArray[np.int64], rows: Rows
    ) -> None:
        start, end = _days(rows.valid_from)[row], _days(rows.valid_to)[row]
        ends = rows.valid_to[row] < np.datetime64(FOREVER, "D")
        keys = np.unique(np.concatenate([slot << DAY_BITS | start, (slot << DAY_BITS | end)[ends]]))
        counts = _winners(keys, slot, start, end, priority, row)
        counts = np.where((counts >= 0) & (rows.formula[counts] > 0), counts, NONE) if len(rows) else counts
        kept = np.ones(len(keys), np.bool_)
        kept[1:] = (counts[1:] != counts[:-1]) | (keys[1:] >> DAY_BITS != keys[:-1] >> DAY_BITS)
        self._key, self._row = keys[kept], counts[kept]
        of = self._key >> DAY_BITS
        number = np.bincount(of, minlength=slots)
        self._several = number > 1
        self._first = np.cumsum(number) - number
        self._only = np.full(slots, NONE, np.int64)
        self._since = np.full(slots, np.datetime64(FOREVER, "D"), "datetime64[D]")
        (one,) = np.nonzero(number == 1)
        self._only[one] = self._row[self._first[one]]
        self._since[one] = (self._key[self._first[one]] & LAST_DAY) + EPOCH

    def find(self, slot: NDArray[np.int64], known: NDArray[np.bool_], day: Days) -> NDArray[np.intp]:
        if not len(self._key):
            return np.full(len(slot), NONE, np.intp)
        slot = np.where(known, slot, 0)
        result = np.where(known & (day >= self._since[slot]), self._only[slot], NONE)
        (several,) = np.nonzero(known & self._several[slot])
        if len(several):
            there = slot[several]
            at = np.searchsorted(self._key, there << DAY_BITS | _days(day[several]), "right") - 1
            result[several] = np.where(at >= self._first[there], self._row[np.maximum(at, 0)], NONE)
        return result


def _of_acts(rows: Rows, place: NDArray[np.int64], products: int) -> _Spans:
    """Slots of (product, family, OPTAM, network). A row stands in each that it speaks of."""
    detail = 4 * (rows.family != WHOLE_DOMAIN) + 2 * rows.network + (rows.optam != ANY_DOCTOR)
    slots: list[NDArray[np.int64]] = []
    found: list[NDArray[np.intp]] = []
    for number in range(len(FAMILIES)):
        (about,) = np.nonzero(
            (rows.domain == DOMAIN_OF_FAMILY[number]) & np.isin(rows.family, (WHOLE_DOMAIN, number + 1))
        )
        for kind in range(KINDS):
            optam, network = divmod(kind, 2)
            here = about[np.isin(rows.optam[about], (ANY_DOCTOR, optam)) & (~rows.network[about] | (network == 1))]
            slots.append((place[rows.product[here]] * len(FAMILIES) + number) * KINDS + kind)
            found.append(here)
    row = np.concatenate(found).astype(np.int64)
    return _Spans(products * len(FAMILIES) * KINDS, np.concatenate(slots), row, detail[row], rows)


def _of_domains(rows: Rows, place: NDArray[np.int64], products: int) -> _Spans:
    """Slots of (product, domain, network): the shortest wait first, then the row that says least."""
    (row,) = np.nonzero(rows.formula > 0)
    detail = 4 * (rows.family != WHOLE_DOMAIN) + 2 * rows.network + (rows.optam != ANY_DOCTOR)
    wait = np.maximum(rows.waiting_days, 0).astype(np.int64)
    priority = (int(wait.max(initial=0)) - wait) * 8 + 7 - detail
    slot = (place[rows.product[row]] * DOMAIN_SLOTS + rows.domain[row]) * 2
    outside = row[~rows.network[row]]
    slot = np.concatenate([slot[~rows.network[row]], slot + 1])
    row = np.concatenate([outside, row]).astype(np.int64)
    return _Spans(products * DOMAIN_SLOTS * 2, slot, row, priority[row], rows)


def _winners(
    keys: NDArray[np.int64],
    slot: NDArray[np.int64],
    start: NDArray[np.int64],
    end: NDArray[np.int64],
    priority: NDArray[np.int64],
    row: NDArray[np.int64],
) -> NDArray[np.int64]:
    """From each key on (a slot and a day), the row in force with the highest priority; NONE where there is none."""
    order = np.argsort(slot, kind="stable")
    of = keys >> DAY_BITS
    first = np.searchsorted(slot[order], of, "left")
    count = np.searchsorted(slot[order], of, "right") - first
    key = np.repeat(np.arange(len(keys)), count)
    candidate = order[np.repeat(first - (np.cumsum(count) - count), count) + np.arange(len(key))]
    day = keys[key] & LAST_DAY
    (held,) = np.nonzero((start[candidate] <= day) & (day < end[candidate]))
    best = np.full(len(keys), NONE, np.int64)
    size = max(len(slot), 1)
    np.maximum.at(best, key[held], priority[candidate[held]] * size + candidate[held])
    return np.where(best >= 0, row[best % size] if len(row) else NONE, NONE)


def _days(day: Days) -> NDArray[np.int64]:
    """Days as small numbers from 0; before the first and after the last they stop there."""
    return np.clip(day.astype("datetime64[D]").astype(np.int64) - EPOCH, 0, LAST_DAY)
