"""The register of practices as everybody may read it: who bills under which number, where, as what. No person is in it
but professionals under their public number.
"""

from dataclasses import dataclass
from datetime import datetime

from cloison.identity.store import registry as store
from cloison.storage.roles import Role
from cloison.storage.transaction import Storage


@dataclass(frozen=True, slots=True)
class Listed:
    """One practice."""

    practice: int
    number: str
    category: str
    name: str
    departement: str
    town: str
    specialty: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Lookup:
    """Which practices are looked for: all conditions together, last registered first, `before` a number, `up_to` one.

    `names` and `towns` begin so, whatever the case; an empty tuple asks nothing.
    """

    numbers: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    towns: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    specialties: tuple[int, ...] = ()
    up_to: int | None = None
    before: int | None = None
    count: int = 20


async def find(database: Storage, role: Role, lookup: Lookup) -> list[Listed]:
    """The practices that fit, at most `count`."""
    return [Listed(**row) for row in await store.find(database, role, lookup)]


async def total(database: Storage, role: Role, lookup: Lookup) -> int:
    """How many fit, wherever the page is."""
    return await store.total(database, role, lookup)
