"""The file by which the operator declares insurers, their products and guarantees (JSON, docs/formats/movements.md)."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any, cast

from cloison.errors import Misuse, Place
from cloison.identifiers.amc import Amc
from cloison.period import FOREVER, Period
from cloison.rights.insurers import DOMAINS, FORMULAS, NONE, Guarantee, Insurer, Product
from cloison.rights.movement_reasons import INSURERS_UNREADABLE

CODE_BYTES_MAX = 20
NUMBERS = ("rate_bp", "amount_cents", "act_cap_cents", "annual_ceiling_cents", "waiting_days")


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

    def whole(self) -> int:
        """A whole number from 0, or NONE for null."""
        if self._value is None:
            return NONE
        if not isinstance(self._value, int) or isinstance(self._value, bool) or self._value < 0:
            raise self.wrong("a whole number is expected, or null")
        return self._value

    def day(self, missing: date | None = None) -> date:
        if self._value is None and missing is not None:
            return missing
        try:
            return date.fromisoformat(self.text())
        except ValueError as broken:
            raise self.wrong("a day YYYY-MM-DD is expected") from broken

    def among(self, choices: Mapping[str, int]) -> int:
        value = self.text()
        if value not in choices:
            raise self.wrong(f"one of {', '.join(choices)} is expected")
        return choices[value]


def _insurer(node: _Node) -> Insurer:
    amc = node.at("amc").text()
    if Amc.refusal(amc) is not None:
        raise node.at("amc").wrong("an AMC number is expected")
    return Insurer(
        amc=amc.lstrip("0"),
        name=node.at("name").text(),
        iban=node.at("iban").text(empty=True),
        bic=node.at("bic").text(empty=True),
        products=tuple(_product(product) for product in node.at("products").each()),
    )


def _product(node: _Node) -> Product:
    code = node.at("code").text()
    if len(code.encode()) > CODE_BYTES_MAX or not code.isascii():
        raise node.at("code").wrong(f"at most {CODE_BYTES_MAX} ASCII characters")
    return Product(
        code=code,
        label=node.at("label").text(),
        responsable=node.at("responsable").flag(),
        convention=node.at("convention").text(empty=True),
        csr=node.at("csr").text(empty=True),
        guarantees=tuple(_guarantee(guarantee) for guarantee in node.at("guarantees").each()),
    )


def _guarantee(node: _Node) -> Guarantee:
    values: dict[str, Any] = {name: node.at(name).whole() for name in NUMBERS}  # whole numbers, by keyword
    valid_from, last = node.at("from").day(), node.at("to").day(FOREVER)
    if last < valid_from:
        raise node.at("to").wrong("the guarantee would end before it begins")
    return Guarantee(
        domain=node.at("domain").among(DOMAINS),
        formula=node.at("formula").among(FORMULAS),
        valid_from=valid_from,
        valid_to=Period.through(valid_from, last).end,
        **values,
    )
