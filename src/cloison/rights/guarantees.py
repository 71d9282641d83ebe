"""The products of the insurers as columns: what each guarantees, and who is in an insurer's network. Nothing personal.

Rows of guarantees are the rules' own (`rules.shelf`): what the enquiry answers, what an invoice is paid and what a
list of acts is priced by are the same rows, found by the same search.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cloison.period import Days, within
from cloison.rules.shelf import Shelf

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
class Networks:
    """Which practices have agreed prices with which insurer, and when: n rows, in any order."""

    tenant: NDArray[np.int32]
    practice_number: NDArray[np.bytes_]
    valid_from: Days
    valid_to: Days
    _key: NDArray[np.void] = field(init=False, repr=False)
    _order: NDArray[np.intp] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        key = _key(self.tenant, self.practice_number)
        order = np.argsort(key, kind="stable")
        object.__setattr__(self, "_order", order)
        object.__setattr__(self, "_key", key[order])

    def __len__(self) -> int:
        return len(self.tenant)

    def include(self, tenant: NDArray[np.int32], practice_number: NDArray[np.bytes_], day: Days) -> NDArray[np.bool_]:
        """Whether each practice is in a network of each insurer on each day. Shapes (n,)."""
        result = np.zeros(len(tenant), np.bool_)
        if not len(self._key) or not len(tenant):
            return result
        wanted = _key(tenant, practice_number)
        first = np.searchsorted(self._key, wanted, "left")
        count = np.searchsorted(self._key, wanted, "right") - first
        asked = np.repeat(np.arange(len(wanted)), count)
        member = self._order[np.repeat(first - (np.cumsum(count) - count), count) + np.arange(len(asked))]
        result[asked[within(day[asked], self.valid_from[member], self.valid_to[member])]] = True
        return result


@dataclass(frozen=True, slots=True)
class ProductBook:
    """Products, guarantees and networks of all insurers, as read at one moment."""

    products: Products
    shelf: Shelf
    networks: Networks


def _key(tenant: NDArray[np.int32], practice_number: NDArray[np.bytes_]) -> NDArray[np.void]:
    key = np.zeros(len(tenant), [("tenant", ">u4"), ("number", "S9")])
    key["tenant"], key["number"] = tenant, practice_number
    return key.view("V13")
