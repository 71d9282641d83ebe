"""What the operator declares of insurers: their products and guarantees, dated. Loaded again, only differences count.

A guarantee once published keeps its values: a change has a first day of its own, and the one before ends there. So the
enquiry of last month keeps its answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from cloison.errors import Defect, Place
from cloison.period import FOREVER
from cloison.rights.movement_reasons import GUARANTEE_REWRITTEN, MEMBER_REWRITTEN
from cloison.rights.store_movements.insurers import Database, recording
from cloison.rules.produits import Guarantee, Product
from cloison.storage.keys import KeyProvider
from cloison.storage.vault import Vault


@dataclass(frozen=True, slots=True)
class Sold:
    """A product as its insurer sells it: what it guarantees, and under which convention and CSR it is billed."""

    product: Product
    convention: str
    csr: str


@dataclass(frozen=True, slots=True, order=True)
class Member:
    """A practice in a network of the insurer, from a day to the eve of another."""

    network: str
    practice: str
    valid_from: date
    valid_to: date = FOREVER


@dataclass(frozen=True, slots=True)
class Insurer:
    """A complementary insurer. Its account is for the payments part; rights keep no bank data."""

    amc: str
    name: str
    iban: str = field(repr=False)
    bic: str
    products: tuple[Sold, ...]
    members: tuple[Member, ...] = ()


@dataclass(frozen=True, slots=True)
class InsurersReport:
    """What a declaration changed."""

    insurers: int
    products: int
    guarantees: int
    ended: int
    defects: tuple[Defect, ...]


async def load(database: Database, keys: KeyProvider, declared: Sequence[Insurer], source: str) -> InsurersReport:
    """Record insurers, products and guarantees, all or nothing. A rewritten guarantee refuses the whole declaration."""
    async with recording(database) as record:
        added = [0, 0, 0, 0]
        defects: list[Defect] = []
        tenants: list[int] = []
        for insurer in declared:
            tenant, new = await record.insurer(insurer.amc, insurer.name)
            tenants.append(tenant)
            added[0] += new
            for sold in insurer.products:
                product = sold.product
                number, new = await record.product(tenant, sold)
                added[1] += new
                changes = compare(product.guarantees, await record.guarantees(number))
                if changes is None:
                    defects.append(Defect(GUARANTEE_REWRITTEN, Place(source, 0, f"{insurer.amc} {product.code}")))
                    continue
                await record.end(number, changes.ended)
                await record.add(number, changes.added)
                added[2] += len(changes.added)
                added[3] += len(changes.ended)
            for member in insurer.members:
                if not await record.member(tenant, member):
                    place = Place(source, 0, f"{insurer.amc} {member.network} {member.practice}")
                    defects.append(Defect(MEMBER_REWRITTEN, place))
        if defects:
            record.refuse()
            return InsurersReport(0, 0, 0, 0, tuple(defects))
        Vault(keys).provision(tenants)
    return InsurersReport(added[0], added[1], added[2], added[3], ())


@dataclass(frozen=True, slots=True)
class Changes:
    """Guarantees to add, and those that end, with the day of their end."""

    added: tuple[Guarantee, ...]
    ended: tuple[tuple[Guarantee, date], ...]


def compare(declared: Sequence[Guarantee], known: Sequence[Guarantee]) -> Changes | None:
    """What a declaration changes of one product; None when it would rewrite the past.

    A row takes the place of the one that speaks of the same acts, doctors and network: that one ends on its eve.
    """
    by_start = {(row.about, row.start): row for row in known}
    added: list[Guarantee] = []
    ends: dict[Guarantee, date] = {}
    for row in sorted(declared, key=lambda row: row.start):
        before = by_start.get((row.about, row.start))
        if before is not None:
            if replace(before, end=row.end) != row:
                return None
            if before.end == FOREVER and row.end != FOREVER:
                ends[before] = row.end
            continue
        for other in known:
            if other.about != row.about or other.end <= row.start:
                continue
            if other.start < row.start and other.end == FOREVER:
                ends.setdefault(other, row.start)
            elif other.start < row.end:
                return None
        added.append(row)
    return Changes(tuple(added), tuple(ends.items()))
