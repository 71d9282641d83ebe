"""The columns that a rule reads: what was done, for whom, by whom, what is guaranteed, what was already used.

Every column must be given: nothing that has a meaning in law has a default. `Acts.of(...)` repeats a scalar over the
rows, so that "this batch has no second insurer" is one word, but it is said. Amounts are int64 cents, lengths and
coefficients int64 hundredths, days datetime64[D]; -1 means "not stated" or "no limit" where a column says so.

What only some acts have lies in detail tables that point at their act by its row (`Trips.act`).
"""

from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cloison.errors import Misuse
from cloison.money import Cents
from cloison.period import Days
from cloison.rules.codes import ACT_CODES, DOMAIN_OF, code_ids
from cloison.rules.details import Equipment, Flags, Items, Small, Trips, check_columns, column_names, columns_of
from cloison.rules.reasons import reason
from cloison.rules.vocabulary import (
    DEPARTMENTS,
    Agreement,
    Correction,
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
    "DETAILS",
    "Acts",
    "Agreement",
    "Correction",
    "Domain",
    "Equipment",
    "Exoneration",
    "Formula",
    "Items",
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

    # Details of some acts. An act that needs a detail and has none is refused.
    trips: Trips
    equipment: Equipment = field(default_factory=Equipment.none)
    items: Items = field(default_factory=Items.none)
    """Where an official table is loaded, it gives the price of these acts."""

    def __post_init__(self) -> None:
        check_columns(self)
        for details in (self.trips, self.equipment, self.items):
            if len(details) and int(details.act[-1]) >= len(self):
                raise Misuse(reason("columns_wrong"), f"{type(details).__name__}.act: a row beyond the acts")

    def __len__(self) -> int:
        return len(self.care_date)

    @classmethod
    def of(
        cls, *, trips: Trips, equipment: Equipment | None = None, items: Items | None = None, **columns: ArrayLike
    ) -> Self:
        """Build from arrays and scalars; a scalar is repeated over the rows (without copies)."""
        details = {"equipment": equipment or Equipment.none(), "items": items or Items.none()}
        return cls(trips=trips, **details, **columns_of(cls, columns))

    def take(self, rows: NDArray[np.integer]) -> Self:
        """These rows, in this order, with their details."""
        columns = {name: getattr(self, name)[rows] for name in column_names(type(self))}
        details = {name: getattr(self, name).take(rows) for name in DETAILS}
        return type(self)(**details, **columns)

    @property
    def domain(self) -> Small:
        return domains(self.code)


DETAILS = ("trips", "equipment", "items")
"""The detail tables of `Acts`."""


def domains(code: NDArray[np.int16]) -> Small:
    """The `Domain` of each code number; 0 for an unknown code."""
    return np.where(code >= 0, DOMAIN_OF[code], np.int8(0))
