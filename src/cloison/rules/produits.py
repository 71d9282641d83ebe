"""A product as a clerk writes it: rows that say what is paid, for a domain or some of its acts, from when to when.

    MED                        100 % TM
    MED   consultations        220 % BR  for doctors in OPTAM, 200 % BR for the others
    OPTI  lunettes_classe_a    100 % FR
    OPTI  lunettes_classe_b    100 % FR  in the network, at most 420 euros a pair
    DENT  protheses            300 % BR  at most 1 200 euros a year, after 90 days

The row that says most about an act is the one that counts: its family before the whole domain, then the network before
any practice, then its kind of doctor before all doctors. `shelf.Shelf` holds many products as columns, and finds the
row of each act of a batch.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from cloison.errors import Misuse
from cloison.period import FOREVER
from cloison.rules.codes import ACT_TABLE, FAMILIES
from cloison.rules.reasons import reason
from cloison.rules.vocabulary import Domain, Formula

NONE = -1
"""No row, or a limit that a row does not have."""
ANY_DOCTOR = -1
WHOLE_DOMAIN = 0
RATE_BP_MAX = 100_000
WAITING_DAYS_MAX = 3_660
"""Ten years: more is a mistake of writing."""
SHARED_CAPS = ("day_cap_cents", "pair_cap_cents", "tooth_cap_cents")
WITH_PAIRS = (Domain.OPTI, Domain.AUDI)


@dataclass(frozen=True, slots=True)
class Guarantee:
    """One row of a product. `family` and `optam` empty: every act, every doctor.

    A cap per day, per pair (or ear) or per tooth is shared by the acts of one invoice that this row pays for; a cap per
    act is for each act alone, and a ceiling for a calendar year.
    """

    domain: Domain
    formula: Formula
    rate_bp: int = 0
    amount_cents: int = 0
    family: str = ""
    optam: bool | None = None
    network: bool = False
    """Only with practices of a network of the insurer: what was negotiated with them."""
    act_cap_cents: int | None = None
    day_cap_cents: int | None = None
    pair_cap_cents: int | None = None
    tooth_cap_cents: int | None = None
    annual_ceiling_cents: int | None = None
    waiting_days: int = 0
    start: date = date(1970, 1, 1)
    end: date = FOREVER
    """First day on which it no longer holds."""

    def __post_init__(self) -> None:
        if self.family and self.family not in {act.family for act in ACT_TABLE if act.domain == self.domain}:
            raise Misuse(reason("product_wrong"), f"{self.domain.name} has no family {self.family}")
        amounts = (self.amount_cents, *(cents for cents in self.caps if cents is not None))
        waits = 0 <= self.waiting_days <= WAITING_DAYS_MAX
        if not 0 <= self.rate_bp <= RATE_BP_MAX or min(amounts) < 0 or not waits:
            raise Misuse(reason("product_wrong"), f"{self.domain.name}: a rate, an amount or a delay out of bounds")
        if sum(getattr(self, name) is not None for name in SHARED_CAPS) > 1:
            raise Misuse(reason("product_wrong"), f"{self.domain.name}: one cap per day, pair or tooth, not several")
        if self.pair_cap_cents is not None and self.domain not in WITH_PAIRS:
            raise Misuse(reason("product_wrong"), f"{self.domain.name} knows no pair and no ear")
        if self.tooth_cap_cents is not None and self.domain != Domain.DENT:
            raise Misuse(reason("product_wrong"), f"{self.domain.name} knows no tooth")
        if self.start >= self.end:
            raise Misuse(reason("product_wrong"), f"{self.domain.name}: a guarantee starts before it ends")

    @property
    def about(self) -> tuple[Domain, str, bool | None, bool]:
        """Which acts, by whom: two rows about the same never hold on the same day."""
        return self.domain, self.family, self.optam, self.network

    @property
    def caps(self) -> tuple[int | None, ...]:
        """Every limit in cents that it may have."""
        return (self.act_cap_cents, *(getattr(self, name) for name in SHARED_CAPS), self.annual_ceiling_cents)

    @property
    def detail(self) -> int:
        """How much a row says: family first, then the network, then the kind of doctor."""
        return 4 * bool(self.family) + 2 * self.network + (self.optam is not None)

    def concerns(self, code: int, optam: bool, network: bool = False) -> bool:
        """Whether it speaks of this act by this kind of doctor, in the network or not."""
        act = ACT_TABLE[code]
        return (
            act.domain == self.domain
            and self.family in ("", act.family)
            and (self.optam is None or self.optam == optam)
            and (network or not self.network)
        )

    def words(self) -> str:
        """The row as the clerk reads it."""
        kind = {None: "", True: " (OPTAM)", False: " (hors OPTAM)"}[self.optam] + self.network * " (réseau)"
        what = f"{self.domain.name} {self.family}".strip() + kind
        if self.formula == Formula.EUR:
            return f"{what}: {self.amount_cents // 100}.{self.amount_cents % 100:02d} EUR"
        return f"{what}: {self.rate_bp // 100} % {self.formula.name}"


@dataclass(frozen=True, slots=True)
class Product:
    """What an insurer sells: its rows, and whether it is a contrat responsable."""

    code: str
    label: str
    responsable: bool
    guarantees: tuple[Guarantee, ...]

    def __post_init__(self) -> None:
        rows = sorted(self.guarantees, key=lambda row: (str(row.about), row.start))
        for row, following in pairwise(rows):
            if row.about == following.about and following.start < row.end:
                raise Misuse(reason("product_wrong"), f"{self.code}: two rows for {row.words()} on {following.start}")

    def on(self, day: date, code: int, optam: bool, network: bool = False) -> Guarantee | None:
        """The row that counts for an act on a day."""
        rows = [row for row in self.guarantees if row.start <= day < row.end and row.concerns(code, optam, network)]
        return max(rows, key=lambda row: row.detail) if rows else None


def in_turn(rows: Sequence[Guarantee]) -> tuple[Guarantee, ...]:
    """Rows without a last day end on the eve of the next row about the same acts, doctors and network."""
    return tuple(
        replace(row, end=min(later))
        if row.end == FOREVER
        and (later := [each.start for each in rows if each.about == row.about and each.start > row.start])
        else row
        for row in rows
    )


def family_domains() -> dict[str, Domain]:
    """Each family of acts with its domain."""
    return {family: next(act.domain for act in ACT_TABLE if act.family == family) for family in FAMILIES}


def family_number(family: str) -> int:
    """The number by which a family is stored: families are added at the end of the table of acts, never moved."""
    return FAMILIES.index(family) + 1 if family else WHOLE_DOMAIN


def family_named(number: int) -> str:
    """The family of a number; empty for the whole domain."""
    return "" if number == WHOLE_DOMAIN else FAMILIES[number - 1]
