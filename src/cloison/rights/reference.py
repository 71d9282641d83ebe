"""Facts that answers need and that concern nobody: insurers and their products, read once and shared."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cloison.identity import Practices
from cloison.period import Days
from cloison.rights import store
from cloison.rights.guarantees import ProductBook
from cloison.storage.roles import Role
from cloison.storage.transaction import Storage
from cloison.storage.vault_index import normal_amc

NOBODY = 0
"""The tenant of an AMC number that no insurer has."""


@dataclass(frozen=True, slots=True)
class Insurers:
    """The insurers, sorted by AMC number as it is compared (no leading zeros)."""

    amc: NDArray[np.bytes_]
    tenant: NDArray[np.int32]
    name: tuple[str, ...]
    loaded: NDArray[np.int32]

    def tenants(self, amc: NDArray[np.bytes_]) -> NDArray[np.int32]:
        """The insurer of each AMC number, NOBODY where there is none. Shapes (n,)."""
        wanted = normal_amc(amc)
        if not len(self.amc):
            return np.full(len(amc), NOBODY, np.int32)
        at = np.minimum(np.searchsorted(self.amc, wanted), len(self.amc) - 1)
        return np.where(self.amc[at] == wanted, self.tenant[at], NOBODY).astype(np.int32)

    def named(self, tenant: int) -> str:
        return self.name[int(np.flatnonzero(self.tenant == tenant)[0])]

    def amc_of(self, tenant: int) -> str:
        return self.amc[int(np.flatnonzero(self.tenant == tenant)[0])].decode()


@dataclass(frozen=True, slots=True)
class Reference:
    """Insurers and products, as read at one moment."""

    insurers: Insurers
    book: ProductBook
    practice_number: NDArray[np.bytes_]
    """The number of each practice, at its place; empty where there is none, or no network at all."""

    def in_network(self, tenant: NDArray[np.int32], practice: NDArray[np.int32], day: Days) -> NDArray[np.bool_] | None:
        """Whether each practice is in a network of each insurer that day; None where no insurer has any."""
        if not len(self.practice_number):
            return None
        known = (practice >= 0) & (practice < len(self.practice_number))
        number = np.where(known, self.practice_number[np.where(known, practice, 0)], b"")
        return self.book.networks.include(tenant, number.astype("S9"), day)

    @classmethod
    async def read(cls, database: Storage, role: Role) -> Self:
        rows = await store.insurers(database, role)
        rows = sorted(rows, key=lambda row: row["amc"])
        amc = np.array([row["amc"].encode() for row in rows], np.bytes_)
        insurers = Insurers(
            amc=amc,
            tenant=np.array([row["tenant"] for row in rows], np.int32),
            name=tuple(row["name"] for row in rows),
            loaded=np.array([row["tenant"] for row in rows if row["loaded"]], np.int32),
        )
        book = await store.product_book(database, role)
        return cls(insurers, book, await _numbers(database, role) if len(book.networks) else np.empty(0, "S9"))


async def _numbers(database: Storage, role: Role) -> NDArray[np.bytes_]:
    practices = await Practices.read(database, role)
    result = np.zeros(int(practices.practice.max(initial=0)) + 1, "S9")
    result[practices.practice] = practices.number
    return result
