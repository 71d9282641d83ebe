"""A product as a clerk writes it: rows that say what is paid, for a domain or some of its acts, from when to when.

    MED                        100 % TM
    MED   consultations        220 % BR  for doctors in OPTAM, 200 % BR for the others
    OPTI  lunettes_classe_a    100 % FR
    DENT  protheses            300 % BR  at most 1 200 euros a year, after 90 days

The row that says most about an act is the one that counts: its family before the whole domain, its kind of doctor
before all doctors. `Shelf` holds many products as one table, and finds the row of each act of a batch.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from cloison.errors import Misuse
from cloison.period import FOREVER, Days
from cloison.rules.codes import ACT_TABLE, FAMILIES
from cloison.rules.reasons import reason
from cloison.rules.vocabulary import Domain, Formula, Sector

NONE = -1
_EPOCH = date(1970, 1, 1).toordinal()
_DAYS = 1 << 24


@dataclass(frozen=True, slots=True)
class Guarantee:
    """One row of a product. `family` and `optam` empty: every act, every doctor."""

    domain: Domain
    formula: Formula
    rate_bp: int = 0
    amount_cents: int = 0
    family: str = ""
    optam: bool | None = None
    act_cap_cents: int | None = None
    annual_ceiling_cents: int | None = None
    waiting_days: int = 0
    start: date = date(1970, 1, 1)
    end: date = FOREVER
    """First day on which it no longer holds."""

    def __post_init__(self) -> None:
        if self.family and self.family not in {act.family for act in ACT_TABLE if act.domain == self.domain}:
            raise Misuse(reason("product_wrong"), f"{self.domain.name} has no family {self.family}")
        if not 0 <= self.rate_bp <= 100_000 or self.amount_cents < 0 or self.waiting_days < 0:
            raise Misuse(reason("product_wrong"), f"{self.domain.name}: a rate, an amount or a delay out of bounds")
        if self.start >= self.end:
            raise Misuse(reason("product_wrong"), f"{self.domain.name}: a guarantee starts before it ends")

    @property
    def detail(self) -> int:
        """How much a row says: family first, then the kind of doctor."""
        return 2 * bool(self.family) + (self.optam is not None)

    def concerns(self, code: int, optam: bool) -> bool:
        """Whether it speaks of this act by this kind of doctor."""
        act = ACT_TABLE[code]
        return (
            act.domain == self.domain
            and self.family in ("", act.family)
            and (self.optam is None or self.optam == optam)
        )

    def words(self) -> str:
        """The row as the clerk reads it."""
        kind = {None: "", True: " (OPTAM)", False: " (hors OPTAM)"}[self.optam]
        what = f"{self.domain.name} {self.family}".strip() + kind
        if self.formula == Formula.EUR:
            return f"{what}: {self.amount_cents // 100}.{self.amount_cents % 100:02d} EUR"
        return f"{what}: {self.rate_bp // 100} % {self.formula.name}"


@dataclass(frozen=True, slots=True)
class Product:
    """What an insurer sells: its rows, and whether it is a contrat responsable."""

    code: str
    label: str
    responsable: bool
    guarantees: tuple[Guarantee, ...]

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Self:  # Any: parsed JSON, each value is checked as it is built
        """From the shared form of a product (`insurers.json`), families and kinds of doctor included when given."""
        try:
            rows = tuple(_row(row) for row in given["guarantees"])
            return cls(str(given["code"]), str(given["label"]), bool(given["responsable"]), rows)
        except (KeyError, TypeError, ValueError) as error:
            raise Misuse(reason("product_wrong"), f"{given.get('code', '')}: {error}") from None

    def on(self, day: date, code: int, optam: bool) -> Guarantee | None:
        """The row that counts for an act on a day."""
        rows = [row for row in self.guarantees if row.start <= day < row.end and row.concerns(code, optam)]
        return max(rows, key=lambda row: row.detail) if rows else None


def _row(row: Mapping[str, Any]) -> Guarantee:  # Any: parsed JSON
    if (row["formula"] == "EUR") == (row.get("amount_cents") is None):
        raise ValueError("the formula EUR has an amount, the others have a rate")
    return Guarantee(
        domain=Domain[row["domain"]],
        formula=Formula[row["formula"]],
        rate_bp=_whole(row.get("rate_bp")) or 0,
        amount_cents=_whole(row.get("amount_cents")) or 0,
        family=row.get("family") or "",
        optam=row.get("optam"),
        act_cap_cents=_whole(row.get("act_cap_cents")),
        annual_ceiling_cents=_whole(row.get("annual_ceiling_cents")),
        waiting_days=_whole(row.get("waiting_days")) or 0,
        start=date.fromisoformat(row["from"]) if row.get("from") else date(1970, 1, 1),
        end=date.fromisoformat(row["to"]) if row.get("to") else FOREVER,
    )


def _whole(value: object) -> int | None:
    if value is None or type(value) is int:
        return value
    raise ValueError(f"{value!r} is not a whole number")


class Shelf:
    """Many products as one sorted table; finds for each act the row that counts, in one search."""

    def __init__(self, products: Sequence[Product]) -> None:
        self.rows = [row for product in products for row in product.guarantees]
        keys: list[tuple[int, int]] = []
        for number, product in enumerate(products):
            for code in range(len(ACT_TABLE)):
                for optam in (False, True):
                    keys.extend(self._spans(number, product, code, optam))
        keys.sort()
        self._keys = np.array([key for key, _ in keys], np.int64)
        self._found = np.array([row for _, row in keys], np.int64)
        slots = self._keys // _DAYS
        size = 2 * len(ACT_TABLE) * len(products)
        self._first = np.searchsorted(slots, np.arange(size))
        self._spans_of = np.bincount(slots, minlength=size)
        self._always = self._keys % _DAYS == 0

    def find(
        self, product: NDArray[np.integer], code: NDArray[np.int16], sector: NDArray[np.int8], day: Days
    ) -> NDArray[np.int64]:
        """The index in `rows` of the guarantee of each act, NONE when the product guarantees nothing. Shapes (n,).

        Most acts have one row that holds for ever: it is found in a table. The others are searched by day.
        """
        optam = (sector == Sector.ONE) | (sector == Sector.TWO_OPTAM)
        slot = (product.astype(np.int64) * len(ACT_TABLE) + np.maximum(code, 0)) * 2 + optam
        spans, first = self._spans_of[slot], self._first[slot]
        at = np.minimum(first, max(len(self._keys) - 1, 0))
        simple = (spans == 1) & self._always[at] if len(self._keys) else np.zeros(len(slot), np.bool_)
        result = np.where(simple & (code >= 0), self._found[at] if len(self._keys) else NONE, NONE)

        (others,) = np.nonzero((spans > 0) & ~simple & (code >= 0))
        if len(others):
            days: NDArray[np.int64] = np.clip(day[others].astype("datetime64[D]").view(np.int64), 0, _DAYS - 1)
            found = np.asarray(np.searchsorted(self._keys, slot[others] * _DAYS + days, "right"), np.int64) - 1
            result[others] = np.where(found >= first[others], self._found[np.maximum(found, 0)], NONE)
        return result

    def _spans(self, number: int, product: Product, code: int, optam: bool) -> list[tuple[int, int]]:
        """(key of the first day, row) for each span of days on which one row counts, and where none does."""
        rows = [row for row in product.guarantees if row.concerns(code, optam)]
        days = sorted({row.start for row in rows} | {row.end for row in rows if row.end != FOREVER})
        slot = (number * len(ACT_TABLE) + code) * 2 + optam
        spans: list[tuple[int, int]] = []
        for day in days:
            counting = product.on(day, code, optam)
            row = NONE if counting is None else next(i for i, other in enumerate(self.rows) if other is counting)
            spans.append((slot * _DAYS + max(day.toordinal() - _EPOCH, 0), row))
        return spans


def family_domains() -> dict[str, Domain]:
    """Each family of acts with its domain."""
    return {family: next(act.domain for act in ACT_TABLE if act.family == family) for family in FAMILIES}
