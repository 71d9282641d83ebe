"""What products give, as a test says it in few words, written where the loader of insurers.json would write it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import asyncpg

from cloison.period import FOREVER
from cloison.rules import Domain, Formula
from cloison.rules.produits import ANY_DOCTOR, family_number

ALWAYS = date(2020, 1, 1)


@dataclass(frozen=True)
class Guarantee:
    """One row of a product; -1 is no limit."""

    domain: str
    formula: str = "TM"
    rate_bp: int = 10_000
    amount: int = -1
    cap: int = -1
    ceiling: int = -1
    waiting: int = -1
    start: date = ALWAYS
    end: date = FOREVER
    family: str = ""
    optam: bool | None = None
    network: bool = False
    day_cap: int = -1
    pair_cap: int = -1
    tooth_cap: int = -1


async def record(owner: asyncpg.Connection, product: int, guarantees: Sequence[Guarantee]) -> None:
    """Write the rows of a product."""
    await owner.executemany(
        """insert into rights.guarantee (product, domain, formula, rate_bp, amount_cents, act_cap_cents,
                                         annual_ceiling_cents, waiting_days, valid_from, valid_to, family, optam,
                                         network, day_cap_cents, pair_cap_cents, tooth_cap_cents)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)""",
        [
            (product, Domain[each.domain], Formula[each.formula], each.rate_bp, each.amount, each.cap,
             each.ceiling, each.waiting, each.start, each.end, family_number(each.family),
             ANY_DOCTOR if each.optam is None else int(each.optam), each.network, each.day_cap, each.pair_cap,
             each.tooth_cap)
            for each in guarantees
        ],
    )  # fmt: skip
