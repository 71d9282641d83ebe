"""Products of an insurers file as the rules read them, and what a contrat responsable among them breaks."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import cast

from cloison.errors import Misuse, Place
from cloison.gateways.files.insurers import read_insurers
from cloison.ops.reasons import FILE_MISSING
from cloison.rights import insurers as rights
from cloison.rules import FAULTS, Domain, Formula, TariffBook
from cloison.rules.conformite import Breach, breaches
from cloison.rules.produits import Guarantee, Product

_FORMULAS = {number: Formula[name] for name, number in rights.FORMULAS.items()}
_DOMAINS = {number: Domain[name] for name, number in rights.DOMAINS.items()}


@dataclass(frozen=True, slots=True)
class Checked:
    """One product of one insurer, and each article that it breaks."""

    amc: str
    product: Product
    breaches: tuple[Breach, ...]


def check(file: Path, day: date, tariff: TariffBook) -> list[Checked]:
    """Every product of the file with its breaches on a day. A file or a row that cannot be read raises Misuse."""
    return [
        Checked(amc, product, tuple(breaches(product, day, tariff)))
        for amc, products in read_products(file)
        for product in products
    ]


def read_products(file: Path) -> list[tuple[str, list[Product]]]:
    """The products of each insurer, with `family` and `optam` of each row, which the rights part does not need."""
    try:
        data = file.read_bytes()
    except OSError as missing:
        raise Misuse(FILE_MISSING, cause=file.name) from missing
    declared = read_insurers(data, file.name)
    given = cast("Sequence[_Given]", json.loads(data.decode("utf-8-sig")))
    found: list[tuple[str, list[Product]]] = []
    for at, (insurer, raw) in enumerate(zip(declared, given, strict=True)):
        products: list[Product] = []
        for number, (product, raw_product) in enumerate(zip(insurer.products, _list(raw, "products"), strict=True)):
            place = Place(file.name, 0, f"[{at}].products[{number}]")
            rows = zip(product.guarantees, _list(raw_product, "guarantees"), strict=True)
            guarantees = tuple(_guarantee(row, more, place, index) for index, (row, more) in enumerate(rows))
            products.append(Product(product.code, product.label, product.responsable, guarantees))
        found.append((insurer.amc, products))
    return found


_Given = Mapping[str, object]


def _list(node: _Given, key: str) -> Sequence[_Given]:
    """A list whose shape `read_insurers` has checked."""
    return cast("Sequence[_Given]", node[key])


def _guarantee(row: rights.Guarantee, more: _Given, product: Place, index: int) -> Guarantee:
    place = Place(product.source, 0, f"{product.field}.guarantees[{index}]")
    formula, family, optam = _FORMULAS[row.formula], more.get("family") or "", more.get("optam")
    if not isinstance(family, str) or not (optam is None or isinstance(optam, bool)):
        raise _wrong("family is a text, optam is true, false or null", place)
    if formula == Formula.EUR and row.amount_cents == rights.NONE:
        raise _wrong("the formula EUR needs amount_cents", place)
    if formula not in (Formula.EUR, Formula.NONE) and row.rate_bp == rights.NONE:
        raise _wrong(f"the formula {formula.name} needs rate_bp", place)
    try:
        return Guarantee(
            domain=_DOMAINS[row.domain],
            formula=formula,
            rate_bp=max(row.rate_bp, 0),
            amount_cents=max(row.amount_cents, 0),
            family=family,
            optam=optam,
            act_cap_cents=_or_none(row.act_cap_cents),
            annual_ceiling_cents=_or_none(row.annual_ceiling_cents),
            waiting_days=max(row.waiting_days, 0),
            start=row.valid_from,
            end=row.valid_to,
        )
    except Misuse as wrong:
        raise Misuse(wrong.reason, wrong.cause, place) from None


def _or_none(value: int) -> int | None:
    return None if value == rights.NONE else value


def _wrong(cause: str, place: Place) -> Misuse:
    return Misuse(FAULTS["rules.product_wrong"], cause, place)
