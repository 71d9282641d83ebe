"""Insurers, their products and guarantees, and what a professional may expect of them for one act.

Names and numbers are drawn. No public list of insurers is at hand, so nothing proves that a number belongs to nobody.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from cloison.world.banks import accounts
from cloison.world.chance import Subject, generator
from cloison.world.text import Bools, Ints, Texts, table

DOMAINS = ("MED", "PHAR", "LABO", "AUXM", "TRAN", "RADL", "HOSP", "OPTI", "DENT", "AUDI")
CARE_DOMAINS = DOMAINS[:5]
"""Domains of the invoices of a day; of the others, some are quoted before care (`quotes`)."""

_FIRST_NAMES = ("Mutuelle", "Prevoyance", "Entraide", "Solidarite", "Union", "Alliance", "Garantie", "Concorde")
_SECOND_NAMES = (
    "Cerisiers", "Tilleuls", "Falaises", "Moulins", "Bruyeres", "Cevennes", "Remparts", "Lavandes", "Peupliers",
    "Ardoises", "Genets", "Vergers", "Estuaires", "Causses", "Salines", "Alizes", "Sources", "Clochers", "Glycines",
    "Mesanges", "Pinedes",
)  # fmt: skip


class Formula(IntEnum):
    """How a guarantee counts; NONE where the domain is not covered."""

    NONE = 0
    TM = 1
    BR = 2
    BRC = 3
    FR = 4
    EUR = 5


@dataclass(frozen=True, slots=True)
class Guarantee:
    """What a product gives in one domain, or for a family of its acts, or by some doctors."""

    domain: str
    formula: str
    rate_bp: int | None = None
    amount_cents: int | None = None
    family: str | None = None
    optam: bool | None = None
    pair_cap_cents: int | None = None
    annual_ceiling_cents: int | None = None
    waiting_days: int = 0

    @property
    def general(self) -> bool:
        """It speaks of the whole domain, for doctors in OPTAM and of sector 1 at least."""
        return self.family is None and self.optam is not False


@dataclass(frozen=True, slots=True)
class Product:
    """One contract that an insurer sells."""

    code: str
    label: str
    responsable: bool
    guarantees: tuple[Guarantee, ...]


@dataclass(frozen=True, slots=True)
class Insurer:
    """A complementary insurer, invented."""

    amc: str
    name: str
    iban: str
    bic: str
    parquet: bool
    products: tuple[Product, ...]


def _ticket(*domains: str) -> tuple[Guarantee, ...]:
    return tuple(Guarantee(domain, "TM", rate_bp=10_000) for domain in domains)


def _doctors(rate_bp: int) -> tuple[Guarantee, ...]:
    """A rate of the base, and less outside OPTAM: 20 % of the base less, and never more than twice the base."""
    outside = min(rate_bp - 2_000, 20_000)
    return (Guarantee("MED", "BR", rate_bp=rate_bp), Guarantee("MED", "BR", rate_bp=outside, optam=False))


_BASKETS = (
    Guarantee("OPTI", "FR", rate_bp=10_000, family="lunettes_classe_a"),
    Guarantee("DENT", "FR", rate_bp=10_000, family="protheses_panier_0"),
    Guarantee("AUDI", "FR", rate_bp=10_000, family="aides_auditives_1"),
)
"""100 % sante: what every contrat responsable pays in full."""
_DEARER = (
    *_ticket("OPTI", "AUDI"),
    Guarantee("OPTI", "FR", rate_bp=10_000, family="lunettes_classe_b", pair_cap_cents=30_000),
    Guarantee("DENT", "BR", rate_bp=15_000),
    Guarantee("DENT", "BR", rate_bp=25_000, family="protheses", annual_ceiling_cents=120_000),
    Guarantee("AUDI", "BR", rate_bp=30_000, family="aides_auditives_2"),
    *_BASKETS,
)

PRODUCTS = (
    Product("ESS1", "Essentielle", True, (*_ticket(*DOMAINS), *_BASKETS)),
    Product(
        "CONF2", "Confort", True,
        (*_doctors(15_000), *_ticket("PHAR", "LABO", "AUXM", "TRAN", "RADL", "HOSP"), *_DEARER),
    ),
    Product(
        "PREM3", "Premium", True,
        (*_doctors(20_000), Guarantee("AUXM", "BR", rate_bp=12_500),
         *_ticket("PHAR", "LABO", "TRAN", "RADL", "HOSP"), *_DEARER),
    ),
    # Without transport, or with a ceiling on it, a contract is not responsable (CSS R871-2 1).
    Product(
        "JEUN4", "Jeune actif, sans transport", False,
        (*_ticket("MED", "PHAR", "LABO", "RADL", "HOSP"),
         Guarantee("AUXM", "TM", rate_bp=10_000, annual_ceiling_cents=15_000)),
    ),
    Product(
        "SENI5", "Senior, transport plafonne", False,
        (*_ticket("MED", "PHAR", "LABO", "AUXM", "HOSP"),
         Guarantee("TRAN", "TM", rate_bp=10_000, annual_ceiling_cents=40_000),
         Guarantee("OPTI", "EUR", amount_cents=12_000, waiting_days=180)),
    ),
    Product(
        "ECOP6", "Eco, la moitie du ticket", False,
        (Guarantee("MED", "TM", rate_bp=8_000), Guarantee("PHAR", "TM", rate_bp=5_000),
         Guarantee("LABO", "TM", rate_bp=10_000, waiting_days=90), Guarantee("HOSP", "TM", rate_bp=10_000)),
    ),
)  # fmt: skip
SECOND = Product(
    "SURC7", "Surcomplementaire", False,
    (Guarantee("MED", "BRC", rate_bp=5_000), Guarantee("LABO", "BRC", rate_bp=1_000),
     Guarantee("DENT", "BRC", rate_bp=10_000), Guarantee("OPTI", "EUR", amount_cents=10_000)),
)  # fmt: skip


def make_insurers(seed: int, count: int, parquet_every: int = 0) -> tuple[Insurer, ...]:
    """Invent `count` insurers; the first is the largest. One in `parquet_every` sends Parquet (0: none)."""
    rng = generator(seed, 0, Subject.INSURERS)
    iban, bic = accounts(np.arange(count, dtype=np.int64) + 90_000_000_000)
    departments = rng.integers(1, 96, count)
    result: list[Insurer] = []
    for index in range(count):
        number = f"{departments[index]:02d}9{index * 101 % 100_000:05d}"
        name = f"{_FIRST_NAMES[index % len(_FIRST_NAMES)]} des {_SECOND_NAMES[index % len(_SECOND_NAMES)]}"
        if index >= len(_FIRST_NAMES) * len(_SECOND_NAMES):
            name += f" {index}"
        size = int(rng.integers(2, 6))
        chosen = np.sort(rng.permutation(len(PRODUCTS))[:size])
        products = (*(PRODUCTS[int(choice)] for choice in chosen), SECOND)
        in_parquet = parquet_every > 0 and index % parquet_every == parquet_every - 1
        result.append(Insurer(number, name, iban[index].decode(), bic[index].decode(), in_parquet, products))
    return tuple(result)


def weights(count: int) -> NDArray[np.float64]:
    """Shares of the market: Zipf's law, flattened at the top."""
    return 1.0 / (np.arange(count, dtype=np.float64) + 3.0)


def insurers_json(insurers: Sequence[Insurer], day: date) -> bytes:
    """The file by which the operator learns insurers and products."""
    since = date(day.year - 12, 1, 1).isoformat()
    document = [
        {
            "amc": insurer.amc,
            "name": insurer.name,
            "iban": insurer.iban,
            "bic": insurer.bic,
            "products": [_product_json(product, since) for product in insurer.products],
        }
        for insurer in insurers
    ]
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _product_json(product: Product, since: str) -> dict[str, object]:
    return {
        "code": product.code,
        "label": product.label,
        "responsable": product.responsable,
        "convention": "CLOISON",
        "csr": "",
        "guarantees": [
            {
                "domain": guarantee.domain,
                "formula": guarantee.formula,
                "rate_bp": guarantee.rate_bp,
                "amount_cents": guarantee.amount_cents,
                "family": guarantee.family,
                "optam": guarantee.optam,
                "pair_cap_cents": guarantee.pair_cap_cents,
                "annual_ceiling_cents": guarantee.annual_ceiling_cents,
                "waiting_days": guarantee.waiting_days,
                "from": since,
                "to": None,
            }
            for guarantee in product.guarantees
        ],
    }


@dataclass(frozen=True, slots=True)
class Market:
    """Insurers and products as columns: product p of insurer i stands at `first_product[i] + p`."""

    insurers: tuple[Insurer, ...]
    share: NDArray[np.float64]
    amc: Texts
    first_product: Ints
    ordinary_products: Ints
    product_code: Texts
    responsable: Bools
    formula: Ints
    rate_bp: Ints
    waiting_days: Ints

    @classmethod
    def of(cls, insurers: tuple[Insurer, ...]) -> "Market":
        products = [product for insurer in insurers for product in insurer.products]
        counts = np.array([len(insurer.products) for insurer in insurers], np.int64)
        formula = np.zeros((len(products), len(CARE_DOMAINS)), np.int64)
        rate_bp, waiting = np.zeros_like(formula), np.zeros_like(formula)
        for row, product in enumerate(products):
            for guarantee in product.guarantees:
                if guarantee.domain in CARE_DOMAINS and guarantee.general:
                    column = CARE_DOMAINS.index(guarantee.domain)
                    formula[row, column] = Formula[guarantee.formula]
                    rate_bp[row, column] = guarantee.rate_bp or 0
                    waiting[row, column] = guarantee.waiting_days
        return cls(
            insurers,
            weights(len(insurers)),
            table([insurer.amc for insurer in insurers]),
            np.cumsum(counts) - counts,
            counts - 1,
            table([product.code for product in products]),
            np.array([product.responsable for product in products]),
            formula,
            rate_bp,
            waiting,
        )
