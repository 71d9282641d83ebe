"""What only some acts have: detail tables that point at their act by its row, at most one row per act.

An act whose detail is missing where a rule needs it is refused by name; an act that needs none carries none.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cloison.errors import Misuse
from cloison.money import Cents
from cloison.period import Days
from cloison.rules.reasons import reason

Flags = NDArray[np.bool_]
Small = NDArray[np.int8]
Rows = NDArray[np.intp]


class Details:
    """What detail tables have in common: built by `of` or `none`, taken along with their acts by `take`."""

    __slots__ = ()
    act: Rows

    def __len__(self) -> int:
        return len(self.act)

    def check(self) -> None:
        """Refuse columns of the wrong type or length, and rows that do not increase."""
        check_columns(self)
        if len(self.act) and (int(self.act[0]) < 0 or bool(np.any(np.diff(self.act) <= 0))):
            raise Misuse(reason("columns_wrong"), f"{type(self).__name__}.act: rows of acts must increase")

    @classmethod
    def of(cls, **columns: ArrayLike) -> Self:
        """Build from arrays and scalars; a scalar is repeated over the rows of `act`."""
        return cls(**columns_of(cls, columns))

    @classmethod
    def none(cls) -> Self:
        """No row: a batch without such acts."""
        return cls.of(**{name: np.empty(0, COLUMN_TYPES[name]) for name in column_names(cls)})

    def take(self, rows: NDArray[np.integer]) -> Self:
        """The details of `rows` of the acts, pointing at positions in `rows`."""
        last = max(int(rows.max(initial=-1)), int(self.act.max(initial=-1)))
        detail_of = np.full(last + 1, -1, np.intp)
        detail_of[self.act] = np.arange(len(self))
        chosen = detail_of[rows]
        (at,) = np.nonzero(chosen >= 0)
        rest = {name: getattr(self, name)[chosen[at]] for name in column_names(type(self)) if name != "act"}
        return type(self)(**{"act": at, **rest})


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Trips(Details):
    """What a transport act has: one row per trip of one patient."""

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
    """Index in DEPARTMENTS of the taxi's licence (ADS), or of the firm; -1 unknown."""
    agreement: Small
    """`Agreement` of the compulsory scheme."""

    def __post_init__(self) -> None:
        self.check()


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Equipment(Details):
    """What a frame, a lens or a hearing aid has."""

    act: Rows
    """Row of the act in `Acts`, increasing."""
    pair: NDArray[np.int64]
    """Same number for the frame and lenses of one pair of glasses, or for what one ear gets."""
    correction: Small
    """`Correction` of both lenses together; NOT_CONCERNED for a hearing aid."""
    last_delivery: Days
    """The day this person last got such equipment (for that ear); NaT when never."""
    drom: Flags
    """Delivered in an overseas departement."""
    paid: Cents
    """Already paid for this pair by the insurer before this batch, class A left out, the same on each row of a pair."""

    def __post_init__(self) -> None:
        self.check()


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Items(Details):
    """The name of an act or a medicine in its official table, where the claim carries it."""

    act: Rows
    """Row of the act in `Acts`, increasing."""
    official: NDArray[np.bytes_]
    """A CIP of 13 digits, or a code of the CCAM with activity and phase ("HHMC005 1 0")."""

    def __post_init__(self) -> None:
        self.check()


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Teeth(Details):
    """The tooth that a dental act is about. The law prices no act by it; a product may cap what it pays per tooth."""

    act: Rows
    """Row of the act in `Acts`, increasing."""
    tooth: Small
    """Two digits of the FDI: quadrant 1-8, then the place from the middle (ISO 3950)."""

    def __post_init__(self) -> None:
        self.check()


COLUMN_TYPES: dict[str, str] = {
    **dict.fromkeys(("care_date", "last_delivery"), "datetime64[D]"),
    **dict.fromkeys(("code", "specialty", "regime", "department"), "int16"),
    **dict.fromkeys(("quantity", "consultations_day", "rate_bp"), "int32"),
    **dict.fromkeys(("pathway", "sector", "exoneration", "protection", "formula"), "int8"),
    **dict.fromkeys(("patients", "agreement", "correction", "tooth"), "int8"),
    **dict.fromkeys(("alsace_moselle", "minor", "responsable"), "bool"),
    **dict.fromkeys(("night", "big_city", "tpmr", "hospital_empty_return", "drom", "urgent"), "bool"),
    **dict.fromkeys(
        ("coefficient", "charged", "declared_base", "declared_amo", "km", "tolls", "pair", "paid"), "int64"
    ),
    **dict.fromkeys(("person_key", "provider_key", "sequence", "ceiling_key"), "int64"),
    **dict.fromkeys(("participation_year", "franchise_day", "franchise_year"), "int64"),
    **dict.fromkeys(("amount_cents", "act_cap", "ceiling_left", "paid_by_other"), "int64"),
    "official": "S16",
    "act": "intp",
}
"""The type of every column, of the acts and of their details."""


def column_names(cls: type) -> list[str]:
    """The names of the columns of a table, in order."""
    return [field.name for field in fields(cls) if field.name in COLUMN_TYPES]


def columns_of(cls: type, given: Mapping[str, ArrayLike]) -> dict[str, Any]:  # Any: one type per column, by name
    """Arrays of the right types, scalars repeated. Names the columns that are missing or unknown."""
    names = column_names(cls)
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
    array, wanted = np.asarray(value), np.dtype(COLUMN_TYPES[name])
    if array.dtype == wanted:
        return array
    if array.dtype.kind not in {"i": "iub", "b": "b", "M": "MUSO", "S": "S"}[wanted.kind] and array.size:
        raise Misuse(reason("columns_wrong"), f"{name}: {array.dtype} instead of {wanted}")
    if wanted.kind == "i" and array.size and array.dtype.kind != "b":
        bounds = np.iinfo(wanted)
        if int(array.min()) < bounds.min or int(array.max()) > bounds.max:
            raise Misuse(reason("columns_wrong"), f"{name}: a value does not fit {wanted}")
    return array.astype(wanted)


def check_columns(table: object) -> None:
    """Refuse columns of the wrong type or length."""
    names = column_names(type(table))
    size = len(getattr(table, names[0]))
    for name in names:
        array = getattr(table, name)
        if array.dtype != np.dtype(COLUMN_TYPES[name]) or array.shape != (size,):
            wanted = f"{COLUMN_TYPES[name]} of length {size} wanted, not {array.dtype}"
            raise Misuse(reason("columns_wrong"), f"{name}: {wanted}")
