"""What the operator declares of insurers: their products and guarantees, dated. Loaded again, only differences count.

A guarantee once published keeps its values: a change has a first day of its own, and the one before ends there. So the
enquiry of last month keeps its answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from cloison.errors import Defect, Place
from cloison.period import FOREVER
from cloison.rights.movement_reasons import GUARANTEE_REWRITTEN
from cloison.rights.store_movements.insurers import Database, recording
from cloison.storage.keys import KeyProvider
from cloison.storage.vault import Vault

DOMAINS = {
    "MED": 1, "PHAR": 2, "LABO": 3, "AUXM": 4, "TRAN": 5, "RADL": 6, "HOSP": 7, "OPTI": 8, "DENT": 9, "AUDI": 10,
}  # fmt: skip
FORMULAS = {"NONE": 0, "TM": 1, "BR": 2, "BRC": 3, "FR": 4, "EUR": 5}
NONE = -1
"""An amount, rate or delay that the guarantee does not have."""


@dataclass(frozen=True, slots=True, order=True)
class Guarantee:
    """What a product gives in one domain, from a day."""

    domain: int
    valid_from: date
    valid_to: date = FOREVER
    formula: int = 0
    rate_bp: int = NONE
    amount_cents: int = NONE
    act_cap_cents: int = NONE
    annual_ceiling_cents: int = NONE
    waiting_days: int = NONE

    @property
    def values(self) -> tuple[int, ...]:
        return (
            self.formula,
            self.rate_bp,
            self.amount_cents,
            self.act_cap_cents,
            self.annual_ceiling_cents,
            self.waiting_days,
        )


@dataclass(frozen=True, slots=True)
class Product:
    """One contract that an insurer sells."""

    code: str
    label: str
    responsable: bool
    convention: str
    csr: str
    guarantees: tuple[Guarantee, ...]


@dataclass(frozen=True, slots=True)
class Insurer:
    """A complementary insurer. Its account is for the payments part; rights keep no bank data."""

    amc: str
    name: str
    iban: str = field(repr=False)
    bic: str
    products: tuple[Product, ...]


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
            for product in insurer.products:
                number, new = await record.product(
                    tenant, product.code, product.label, product.responsable, product.convention, product.csr
                )
                added[1] += new
                known = await record.guarantees(number)
                changes = compare(product.guarantees, known)
                if changes is None:
                    defects.append(Defect(GUARANTEE_REWRITTEN, Place(source, 0, f"{insurer.amc} {product.code}")))
                    continue
                await record.end(number, changes.ended)
                await record.add(number, changes.added)
                added[2] += len(changes.added)
                added[3] += len(changes.ended)
        if defects:
            record.refuse()
            return InsurersReport(0, 0, 0, 0, tuple(defects))
        Vault(keys).provision(tenants)
    return InsurersReport(added[0], added[1], added[2], added[3], ())


@dataclass(frozen=True, slots=True)
class Changes:
    """Guarantees to add, and those that end: (domain, first day, day of the end)."""

    added: tuple[Guarantee, ...]
    ended: tuple[tuple[int, date, date], ...]


def compare(declared: Sequence[Guarantee], known: Sequence[Guarantee]) -> Changes | None:
    """What a declaration changes of one product; None when it would rewrite the past."""
    by_start = {(guarantee.domain, guarantee.valid_from): guarantee for guarantee in known}
    added: list[Guarantee] = []
    ends: dict[tuple[int, date], date] = {}
    for guarantee in sorted(declared):
        start = (guarantee.domain, guarantee.valid_from)
        before = by_start.get(start)
        if before is not None:
            if before.values != guarantee.values:
                return None
            if before.valid_to == FOREVER and guarantee.valid_to != FOREVER:
                ends[start] = guarantee.valid_to
            continue
        for other in known:
            if other.domain != guarantee.domain or other.valid_to <= guarantee.valid_from:
                continue
            if other.valid_from < guarantee.valid_from and other.valid_to == FOREVER:
                ends.setdefault((other.domain, other.valid_from), guarantee.valid_from)
            elif other.valid_from < guarantee.valid_to:
                return None
        added.append(guarantee)
    return Changes(tuple(added), tuple((domain, start, end) for (domain, start), end in ends.items()))
