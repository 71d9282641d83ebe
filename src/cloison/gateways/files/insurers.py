"""The file by which the operator declares insurers, their products and guarantees (JSON, docs/formats/insurers.md)."""

import json
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from enum import IntEnum
from typing import Any, Self, TypeVar, cast

from cloison.errors import Misuse, Place
from cloison.identifiers.amc import Amc
from cloison.period import FOREVER, Period
from cloison.rights.insurers import Insurer, Member, Sold
from cloison.rights.movement_reasons import INSURERS_UNREADABLE
from cloison.rules.produits import Guarantee, Product, in_turn
from cloison.rules.vocabulary import Domain, Formula

CODE_BYTES_MAX = 20
PRACTICE_CHARS = 9
CAPS = ("act_cap_cents", "day_cap_cents", "pair_cap_cents", "tooth_cap_cents", "annual_ceiling_cents")
NUMBERS = ("rate_bp", "amount_cents", "waiting_days")
FIELDS = {
    "insurer": ("amc", "name", "iban", "bic", "products", "networks"),
    "product": ("code", "label", "responsable", "convention", "csr", "guarantees"),
    "guarantee": ("domain", "family", "optam", "network", "formula", *NUMBERS, *CAPS, "from", "to"),
    "network": ("code", "practices"),
    "practice": ("numero", "from", "to"),
}
"""Every field that the file may have. Another one is a word that nobody would read."""
Choice = TypeVar("Choice", bound=IntEnum)


def read_insurers(data: bytes, name: str) -> list[Insurer]:
    """Every insurer of the file. Raises Misuse at the first thing that is not as expected, with its place."""
    try:
        document: object = json.loads(data.decode("utf-8-sig"))
    except ValueError as broken:
        raise Misuse(INSURERS_UNREADABLE, "not JSON in UTF-8", Place(name)) from broken
    insurers = _Node(document, name, "").each()
    return [_insurer(node) for node in insurers]


class _Node:
    """One value of the document, which knows where it stands."""

    def __init__(self, value: object, source: str, path: str) -> None:
        self._value = value
        self._source = source
        self._path = path

    def wrong(self, cause: str) -> Misuse:
        return Misuse(INSURERS_UNREADABLE, cause, Place(self._source, 0, self._path))

    def each(self) -> "list[_Node]":
        if not isinstance(self._value, list):
            raise self.wrong("a list is expected")
        values = cast("list[object]", self._value)
        return [_Node(value, self._source, f"{self._path}[{at}]") for at, value in enumerate(values)]

    def each_if_any(self) -> "list[_Node]":
        return [] if self._value is None else self.each()

    @contextmanager
    def placed(self) -> Generator[None]:
        """What the rules refuse inside is told with this place."""
        try:
            yield
        except Misuse as wrong:
            raise Misuse(wrong.reason, wrong.cause, Place(self._source, 0, self._path)) from None

    def at(self, key: str) -> "_Node":
        """A field; an absent one is null."""
        if not isinstance(self._value, dict):
            raise self.wrong("an object is expected")
        fields = cast("Mapping[str, object]", self._value)
        return _Node(fields.get(key), self._source, f"{self._path}.{key}".lstrip("."))

    def text(self, *, empty: bool = False) -> str:
        if self._value is None and empty:
            return ""
        if not isinstance(self._value, str) or not (self._value or empty):
            raise self.wrong("a text is expected")
        return self._value

    def flag(self) -> bool:
        if not isinstance(self._value, bool):
            raise self.wrong("true or false is expected")
        return self._value

    def optional_flag(self) -> bool | None:
        return None if self._value is None else self.flag()

    def known(self, what: str) -> Self:
        """An object that has no other field than those of its kind."""
        if not isinstance(self._value, dict):
            raise self.wrong("an object is expected")
        fields = cast("Mapping[str, object]", self._value)
        if unknown := [name for name in fields if name not in FIELDS[what]]:
            raise self.at(unknown[0]).wrong(f"no such field; {what} has {', '.join(FIELDS[what])}")
        return self

    def whole(self) -> int | None:
        """A whole number from 0, or null."""
        if self._value is None:
            return None
        if not isinstance(self._value, int) or isinstance(self._value, bool) or self._value < 0:
            raise self.wrong("a whole number is expected, or null")
        return self._value

    def whole_or_zero(self) -> int:
        return self.whole() or 0

    def day(self, missing: date | None = None) -> date:
        if self._value is None and missing is not None:
            return missing
        try:
            return date.fromisoformat(self.text())
        except ValueError as broken:
            raise self.wrong("a day YYYY-MM-DD is expected") from broken

    def among(self, choices: type[Choice]) -> Choice:
        value = self.text()
        if value not in choices.__members__:
            raise self.wrong(f"one of {', '.join(choices.__members__)} is expected")
        return choices[value]

    def period(self, missing: date | None = None) -> Period:
        """From one day to another, both inside; no last day: for ever."""
        first, last = self.at("from").day(missing), self.at("to").day(FOREVER)
        if last < first:
            raise self.at("to").wrong("it would end before it begins")
        return Period.through(first, last)


def _insurer(node: _Node) -> Insurer:
    amc = node.known("insurer").at("amc").text()
    if Amc.refusal(amc) is not None:
        raise node.at("amc").wrong("an AMC number is expected")
    return Insurer(
        amc=amc.lstrip("0"),
        name=node.at("name").text(),
        iban=node.at("iban").text(empty=True),
        bic=node.at("bic").text(empty=True),
        products=tuple(_product(product) for product in node.at("products").each()),
        members=tuple(member for network in node.at("networks").each_if_any() for member in _members(network)),
    )


def _product(node: _Node) -> Sold:
    code = node.known("product").at("code").text()
    if len(code.encode()) > CODE_BYTES_MAX or not code.isascii():
        raise node.at("code").wrong(f"at most {CODE_BYTES_MAX} ASCII characters")
    label, responsable = node.at("label").text(), node.at("responsable").flag()
    rows = in_turn([_guarantee(guarantee) for guarantee in node.at("guarantees").each()])
    with node.placed():
        product = Product(code, label, responsable, rows)
    return Sold(product, node.at("convention").text(empty=True), node.at("csr").text(empty=True))


def _guarantee(node: _Node) -> Guarantee:
    formula = node.known("guarantee").at("formula").among(Formula)
    needed = {Formula.NONE: None, Formula.EUR: "amount_cents"}.get(formula, "rate_bp")
    if needed is not None and node.at(needed).whole() is None:
        raise node.at(needed).wrong(f"the formula {formula.name} needs it")
    domain, held = node.at("domain").among(Domain), node.period()
    family, optam = node.at("family").text(empty=True), node.at("optam").optional_flag()
    network = node.at("network").optional_flag() or False
    numbers = {name: node.at(name).whole_or_zero() for name in NUMBERS}
    caps: dict[str, Any] = {name: node.at(name).whole() for name in CAPS}  # Any: by name, whole numbers or null
    with node.placed():
        return Guarantee(
            domain=domain,
            formula=formula,
            family=family,
            optam=optam,
            network=network,
            start=held.start,
            end=held.end,
            **numbers,
            **caps,
        )


def _members(node: _Node) -> Iterator[Member]:
    """The practices of one network."""
    code = node.known("network").at("code").text()
    for practice in node.at("practices").each():
        number, held = practice.known("practice").at("numero").text(), practice.period()
        if len(number) != PRACTICE_CHARS or not number.isascii() or not number.isalnum():
            raise practice.at("numero").wrong(f"{PRACTICE_CHARS} letters and digits are expected")
        yield Member(code, number, held.start, held.end)
