"""The products of the insurers as columns: what each guarantees, per family of care and day. Nothing personal.

A guarantee is found by product, domain and day in one vectorised search over a table sorted by the three.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cloison.money import Cents
from cloison.period import Days

DOMAIN_BITS = 6
DAY_BITS = 20
DAY_ZERO = np.datetime64("1900-01-01", "D")
NO_GUARANTEE = -1


@dataclass(frozen=True, slots=True)
class Products:
    """The products, sorted by number: p rows."""

    product: NDArray[np.int32]
    tenant: NDArray[np.int32]
    responsable: NDArray[np.bool_]
    convention: NDArray[np.bytes_]
    csr: NDArray[np.bytes_]
    code: NDArray[np.bytes_]

    def rows(self, product: NDArray[np.int32]) -> NDArray[np.intp]:
        """The row of each product, which must exist."""
        found = np.searchsorted(self.product, product)
        assert (self.product[np.minimum(found, len(self.product) - 1)] == product).all(), (
            "coverages name known products"
        )
        return found


@dataclass(frozen=True, slots=True)
class Guarantees:
    """What products guarantee: g rows sorted by (product, domain, valid_from). -1 means none."""

    product: NDArray[np.int32]
    domain: NDArray[np.int16]
    valid_from: Days
    valid_to: Days
    formula: NDArray[np.int16]
    rate_bp: NDArray[np.int32]
    amount_cents: Cents
    act_cap_cents: Cents
    annual_ceiling_cents: Cents
    waiting_days: NDArray[np.int32]
    key: NDArray[np.int64] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", _key(self.product, self.domain, self.valid_from))

    def find(self, product: NDArray[np.int32], domain: NDArray[np.int16], day: Days) -> NDArray[np.intp]:
        """The row in force that day, or NO_GUARANTEE. Shapes (n,)."""
        if not len(self.product):
            return np.full(len(product), NO_GUARANTEE, np.intp)
        row = np.searchsorted(self.key, _key(product, domain, day), "right") - 1
        at = np.maximum(row, 0)
        found = (
            (row >= 0)
            & (self.product[at] == product)
            & (self.domain[at] == domain)
            & (self.valid_from[at] <= day)
            & (day < self.valid_to[at])
            & (self.formula[at] > 0)
        )
        return np.where(found, row, NO_GUARANTEE)


@dataclass(frozen=True, slots=True)
class ProductBook:
    """Products and guarantees of all insurers, as read at one moment."""

    products: Products
    guarantees: Guarantees


def _key(product: NDArray[np.int32], domain: NDArray[np.int16], day: Days) -> NDArray[np.int64]:
    days = np.minimum(np.maximum((day - DAY_ZERO).astype(np.int64), 0), (1 << DAY_BITS) - 1)
    return (product.astype(np.int64) << (DOMAIN_BITS + DAY_BITS)) | (domain.astype(np.int64) << DAY_BITS) | days
