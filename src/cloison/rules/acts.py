"""The columns that a rule reads: what was done, for whom, by whom, what is guaranteed, what was already used.

Every column must be given: nothing that has a meaning in law has a default. `Acts.of(...)` repeats a scalar over the
rows, so that "this batch has no second insurer" is one word, but it is said. Amounts are int64 cents, lengths and
coefficients int64 hundredths, days datetime64[D]; -1 means "not stated" or "no limit" where a column says so.

What only some acts have lies in detail tables that point at their act by its row (`Trips.act`).
"""

from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cloison.errors import Misuse
from cloison.money import Cents
from cloison.period import Days
from cloison.rules.codes import ACT_CODES, DOMAIN_OF, code_ids
from cloison.rules.reasons import reason
from cloison.rules.vocabulary import (
    DEPARTMENTS,
    Agreement,
    Domain,
    Exoneration,
    Formula,
    Pathway,
    Protection,
    Sector,
    department_ids,
    pathway_ids,
    sector_ids,
)

__all__ = [
    "ACT_CODES",
    "DEPARTMENTS",
    "Acts",
    "Agreement",
    "Domain",
    "Exoneration",
    "Formula",
    "Pathway",
    "Protection",
    "Sector",
    "Trips",
    "code_ids",
    "department_ids",
    "domains",
    "pathway_ids",
    "sector_ids",
]

Flags = NDArray[np.bool_]
Small = NDArray[np.int8]
Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Trips:
    """What a transport act has and others have not. At most one row per act, in the order of the acts."""

    act: Rows
    """Row of the act in `Acts`, increasing."""
    km: NDArray[np.int64]
    """Hundredths of a kilometre, driven with the patient."""
    patients: Small
    """People carried together, from 1."""
    night: Flags
    """Between 20:00 and 08:00, Saturday from 12:00, Sunday or holiday."""
    big_city: Flags
    """Picked up or set down in a city of the supplement, or at a listed establishment."""
    tpmr: Flags
    """A vehicle for people with reduced mobility."""
    hospital_empty_return: Flags
    """Entry to or exit from hospital, with the return run empty."""
    drom: Flags
    """In an overseas departement."""
    urgent: Flags
    """Urgent transport: no franchise (CSS L160-13 III)."""
    tolls: Cents
    """Tolls of the whole run, before they are shared."""
    department: NDArray[np.int16]
    """Index in DEPARTMENTS of the taxi's licence (ADS); -1 unknown."""
    agreement: Small
    """`Agreement` of the compulsory scheme."""

    def __post_init__(self) -> None:
        _check_columns(self)
        if len(self.act) and (int(self.act[0]) < 0 or bool(np.any(np.diff(self.act) <= 0))):
            raise Misuse(reason("columns_wrong"), "Trips.act: rows of acts must increase")

    def __len__(self) -> int:
        return len(self.act)

    @classmethod
    def of(cls, **columns: ArrayLike) -> Self:
        """Build from arrays and scalars; a scalar is repeated over the rows of `act`."""
        return cls(**_columns_of(cls, columns))

    @classmethod
    def none(cls) -> Self:
        """No trip: a batch without transport."""
        return cls.of(**{field.name: np.empty(0, _TYPES[field.name]) for field in fields(cls)})

    def take(self, rows: NDArray[np.integer]) -> Self:
        """The trips of `rows` of the acts, pointing at positions in `rows`."""
        last = max(int(rows.max(initial=-1)), int(self.act.max(initial=-1)))
        trip_of = np.full(last + 1, -1, np.intp)
        trip_of[self.act] = np.arange(len(self))
        chosen = trip_of[rows]
        (at,) = np.nonzero(chosen >= 0)
        rest = {f.name: getattr(self, f.name)[chosen[at]] for f in fields(self) if f.name != "act"}
        return type(self)(act=at, **rest)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Acts:
    """Acts of care to price, one row each. See each column for what it must say."""

    # What was done
    care_date: Days
    code: NDArray[np.int16]
    """Number in ACT_CODES (`code_ids`); -1 unknown: refused."""
    quantity: NDArray[np.int32]
    coefficient: NDArray[np.int64]
    """Hundredths; 100 for a code without coefficient."""
    charged: Cents
    """Claimed for the whole line, quantity included."""
    declared_base: Cents
    """Base of the whole line as the professional declares it; -1 not declared. Used where we hold no official price."""
    declared_amo: Cents
    """AMO share of the line as declared; -1 not declared. Compared with ours (reason amo_share_differs); it is taken as
    the share only where our tables hold no rate for the regime (remark amo_share_declared)."""

    # By whom
    pathway: Small
    """`Pathway`; -1 not stated, refused where the act knows a pathway."""
    sector: Small
    """`Sector`; -1 not stated, refused for doctors' acts with an official price."""
    specialty: NDArray[np.int16]
    """Two-digit specialty of who performed the act; 0 none."""

    # For whom
    exoneration: Small
    """`Exoneration` of this act."""
    protection: Small
    """`Protection` of the person on that day: CSS, AME or none."""
    regime: NDArray[np.int16]
    """Grand regime, two digits."""
    alsace_moselle: Flags
    minor: Flags
    """Under 18 on the day of care: no flat sum, no franchise."""

    # Already used, before this batch. Within the batch the kernel counts by itself, in the order of `sequence`.
    person_key: NDArray[np.int64]
    """Same number for the same person within the batch; -1: this act counts alone."""
    provider_key: NDArray[np.int64]
    """Same number for the same professional within the batch."""
    sequence: NDArray[np.int64]
    """Order in which shared limits are used up (for instance the order of reception); rows may come in any order."""
    consultations_day: NDArray[np.int32]
    """Flat sums already withheld from this person that day for this professional (a number of acts)."""
    participation_year: Cents
    """Participation forfaitaire already withheld from this person in the calendar year of care."""
    franchise_day: Cents
    """Franchise already withheld that day, of the same kind (paramedical, or transport)."""
    franchise_year: Cents
    """Franchise already withheld in the calendar year of care, all kinds."""

    # What the insurer guarantees for this act (the row of its product for the domain, joined before pricing)
    formula: Small
    """`Formula`; NONE when the product guarantees nothing here."""
    rate_bp: NDArray[np.int32]
    amount_cents: Cents
    """Per act, for the formula EUR."""
    act_cap: Cents
    """Most that is paid per act (times quantity); -1 none."""
    ceiling_key: NDArray[np.int64]
    """Same number for acts that share one ceiling (person x guarantee x year); -1 none."""
    ceiling_left: Cents
    """What is left of that ceiling before this batch, the same on each row of a key; read where the key is not -1."""
    responsable: Flags
    """The contract is a contrat responsable (CSS L871-1)."""
    paid_by_other: Cents
    """Already paid for this line by another complementary insurer that comes first; 0 when this one comes first."""

    # Details of some acts
    trips: Trips

    def __post_init__(self) -> None:
        _check_columns(self)
        if len(self.trips) and int(self.trips.act[-1]) >= len(self):
            raise Misuse(reason("columns_wrong"), "Trips.act: a row beyond the acts")

    def __len__(self) -> int:
        return len(self.care_date)

    @classmethod
    def of(cls, *, trips: Trips, **columns: ArrayLike) -> Self:
        """Build from arrays and scalars; a scalar is repeated over the rows (without copies)."""
        return cls(trips=trips, **_columns_of(cls, columns))

    def take(self, rows: NDArray[np.integer]) -> Self:
        """These rows, in this order, with their details."""
        columns = {f.name: getattr(self, f.name)[rows] for f in fields(self) if f.name != "trips"}
        return type(self)(trips=self.trips.take(rows), **columns)

    @property
    def domain(self) -> Small:
        return domains(self.code)


def domains(code: NDArray[np.int16]) -> Small:
    """The `Domain` of each code number; 0 for an unknown code."""
    return np.where(code >= 0, DOMAIN_OF[code], np.int8(0))


_TYPES: dict[str, str] = {
    "care_date": "datetime64[D]",
    **dict.fromkeys(("code", "specialty", "regime", "department"), "int16"),
    **dict.fromkeys(("quantity", "consultations_day", "rate_bp"), "int32"),
    **dict.fromkeys(("pathway", "sector", "exoneration", "protection", "formula", "patients", "agreement"), "int8"),
    **dict.fromkeys(("alsace_moselle", "minor", "responsable"), "bool"),
    **dict.fromkeys(("night", "big_city", "tpmr", "hospital_empty_return", "drom", "urgent"), "bool"),
    **dict.fromkeys(("coefficient", "charged", "declared_base", "declared_amo", "km", "tolls"), "int64"),
    **dict.fromkeys(("person_key", "provider_key", "sequence", "ceiling_key"), "int64"),
    **dict.fromkeys(("participation_year", "franchise_day", "franchise_year"), "int64"),
    **dict.fromkeys(("amount_cents", "act_cap", "ceiling_left", "paid_by_other"), "int64"),
    "act": "intp",
}


def _column_names(cls: type) -> list[str]:
    return [field.name for field in fields(cls) if field.name in _TYPES]


def _columns_of(cls: type, given: dict[str, ArrayLike]) -> dict[str, Any]:  # Any: one type per column, checked by name
    """Arrays of the right types, scalars repeated. Names the columns that are missing or unknown."""
    names = _column_names(cls)
    if missing := [name for name in names if name not in given]:
        raise Misuse(reason("columns_missing"), f"{cls.__name__}: {', '.join(missing)}")
    if unknown := [name for name in given if name not in names]:
        raise Misuse(reason("columns_wrong"), f"{cls.__name__} has no column {', '.join(unknown)}")
    arrays = {name: _typed(name, given[name]) for name in names}
    lengths = {len(array) for array in arrays.values() if array.ndim}
    if len(lengths) > 1:
        raise Misuse(reason("columns_wrong"), f"{cls.__name__}: columns of different lengths")
    size = lengths.pop() if lengths else 1
    return {name: np.broadcast_to(array, size) if array.ndim == 0 else array for name, array in arrays.items()}


def _typed(name: str, value: ArrayLike) -> NDArray[Any]:  # Any: the type is the column's
    """`value` as the type of its column. A float, or a number too large for the column, is refused, never rounded."""
    array, wanted = np.asarray(value), np.dtype(_TYPES[name])
    if array.dtype == wanted:
        return array
    if array.dtype.kind not in {"i": "iub", "b": "b", "M": "MUSO"}[wanted.kind] and array.size:
        raise Misuse(reason("columns_wrong"), f"{name}: {array.dtype} instead of {wanted}")
    if wanted.kind == "i" and array.size and array.dtype.kind != "b":
        bounds = np.iinfo(wanted)
        if int(array.min()) < bounds.min or int(array.max()) > bounds.max:
            raise Misuse(reason("columns_wrong"), f"{name}: a value does not fit {wanted}")
    return array.astype(wanted)


def _check_columns(table: "Acts | Trips") -> None:
    names = _column_names(type(table))
    arrays = {name: getattr(table, name) for name in names}
    size = len(arrays[names[0]])
    for name, array in arrays.items():
        if array.dtype != np.dtype(_TYPES[name]) or array.shape != (size,):
            raise Misuse(reason("columns_wrong"), f"{name}: {_TYPES[name]} of length {size} wanted, not {array.dtype}")
