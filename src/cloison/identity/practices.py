"""The practices: where care is given and billed, found by the number that files carry."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cloison.identity.store import practices as store
from cloison.storage.roles import Role
from cloison.storage.transaction import Storage, Transaction

UNKNOWN = 0


@dataclass(frozen=True, slots=True)
class Registration:
    """One practice to register, as its file says. `sector` 0 where it has no meaning."""

    number: str
    category: str
    name: str
    departement: str
    town: str
    sector: int
    optam: bool
    specialty: int


@dataclass(frozen=True, slots=True)
class Practices:
    """All practices, sorted by number."""

    number: NDArray[np.bytes_]
    practice: NDArray[np.int32]
    category: NDArray[np.bytes_]
    departement: NDArray[np.bytes_]
    sector: NDArray[np.int16]
    optam: NDArray[np.bool_]
    specialty: NDArray[np.int16]
    name: tuple[str, ...]

    @classmethod
    async def read(cls, database: Storage, role: Role) -> Self:
        rows = sorted(await store.practices(database, role), key=lambda row: row["number"])
        return cls(
            number=np.array([row["number"].encode() for row in rows], "S9"),
            practice=np.array([row["practice"] for row in rows], np.int32),
            category=np.array([row["category"].encode() for row in rows], "S32"),
            departement=np.array([row["departement"].encode() for row in rows], "S3"),
            sector=np.array([row["sector"] for row in rows], np.int16),
            optam=np.array([row["optam"] for row in rows], np.bool_),
            specialty=np.array([row["specialty"] for row in rows], np.int16),
            name=tuple(row["name"] for row in rows),
        )

    def rows(self, number: NDArray[np.bytes_]) -> NDArray[np.intp]:
        """The row of each number, -1 where it is not registered. Shapes (n,)."""
        if not len(self.number):
            return np.full(len(number), -1, np.intp)
        at = np.minimum(np.searchsorted(self.number, number), len(self.number) - 1)
        return np.where(self.number[at] == number, at, -1)


async def register(work: Transaction, registrations: list[Registration]) -> int:
    """Write the practices that are not known yet, and say how many were new."""
    return await store.register(work, registrations)


async def accounts(database: Storage, names: list[tuple[str, str, int | None]]) -> dict[str, int]:
    """The account of each (name, channel, practice), made at its first use."""
    return await store.accounts(database, names)
