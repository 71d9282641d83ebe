"""No identifier shows itself unless it is asked to."""

import copy
import dataclasses
import json
import logging
import pickle
import pprint
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloison.errors import Defect, Misuse
from cloison.identifiers import Adeli, Amc, Bic, BirthDate, Finess, Iban, Nir, Rpps, Siren, Siret
from cloison.identifiers.hidden import Hidden

VALUES = [
    Nir("253072B07300470"),
    BirthDate("19530712"),
    Finess("750712184"),
    Rpps("10000123459"),
    Adeli("2A1234567"),
    Amc("75004407"),
    Siren("732829320"),
    Siret("73282932000074"),
    Iban("FR7630006000011234567890189"),
    Bic("AGRIFRPPXXX"),
]
KINDS = [type(value) for value in VALUES]
each_value = pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)


@dataclasses.dataclass(frozen=True)
class Holder:
    """Somebody's record, as a careless developer would log it."""

    name: str
    number: Hidden


def log_of(value: object) -> str:
    record = logging.LogRecord("x", logging.INFO, "x.py", 1, "person %s, again %r", (value, value), None)
    return logging.Formatter().format(record)


def trace_of(value: object) -> str:
    try:
        raise ValueError(value)
    except ValueError as error:
        return "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())


SHOWN: dict[str, Callable[[Hidden], str]] = {
    "repr": repr,
    "str": str,
    "f-string": lambda value: f"{value} {value!r} {value!s:>40} {value:^60}",
    "percent": lambda value: "%s %r" % (value, value),  # noqa: UP031  an old style that must not show it either
    "list": lambda value: str([value, {"k": value}, (value,)]),
    "dataclass": lambda value: repr(Holder("x", value)),
    "asdict": lambda value: str(dataclasses.asdict(Holder("x", value))),
    "pprint": lambda value: pprint.pformat({"k": Holder("x", value)}),
    "json": lambda value: json.dumps({"k": value}, default=str),
    "log": log_of,
    "traceback": trace_of,
    "copy": lambda value: repr([copy.copy(value), copy.deepcopy(value)]),
    "parts": lambda value: repr(value.parts) if isinstance(value, Nir) else "",
}


def pieces(text: str) -> list[str]:
    """Runs of four characters: enough to recognise a number by."""
    return [text[start : start + 4] for start in range(len(text) - 3)]


@each_value
@pytest.mark.parametrize("way", SHOWN)
def test_an_identifier_shows_nothing_by(way: str, value: Hidden):
    shown = SHOWN[way](value).replace(Path(__file__).as_posix(), "").replace(type(value).__name__, "")
    assert [piece for piece in pieces(value.reveal()) if piece in shown] == []


@each_value
def test_an_identifier_does_not_become_bytes(value: Hidden):
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(TypeError, match="bytes do not hide"):
            pickle.dumps([value], protocol)
    with pytest.raises(TypeError, match="bytes do not hide"):
        value.__getstate__()
    with pytest.raises(TypeError):
        vars(value)


@each_value
def test_an_identifier_is_frozen(value: Hidden):
    for change in (
        lambda: setattr(value, "_plain", "x"),
        lambda: setattr(value, "x", 1),
        lambda: delattr(value, "_plain"),
    ):
        with pytest.raises(AttributeError, match="frozen"):
            change()


@each_value
def test_an_identifier_is_equal_to_its_like_and_to_nothing_else(value: Hidden):
    same = type(value)(value.reveal())
    assert (value, hash(value)) == (same, hash(same))
    assert value != value.reveal()
    assert [other for other in VALUES if other == value] == [value]


def test_the_same_digits_may_name_two_things():
    assert Finess("750712184") != Siren("750712184")


@given(st.sampled_from(KINDS), st.text("0123456789ABFR", min_size=5, max_size=40))
def test_a_text_that_is_refused_is_not_repeated(kind: type[Hidden], text: str):
    found = kind.parse(text)
    if isinstance(found, Defect):
        assert text not in f"{found!r} {found.cause} {found.place}"
        with pytest.raises(Misuse) as caught:
            kind(text)
        assert text not in f"{caught.value!r} {caught.value}"


@given(st.sampled_from(KINDS), st.text(max_size=60))
def test_no_text_makes_a_parse_raise(kind: type[Hidden], text: str):
    assert isinstance(kind.parse(text), kind | Defect)
    assert (kind.check(text) is None) == isinstance(kind.parse(text), kind)


@pytest.mark.parametrize("kind", KINDS)
def test_no_naughty_string_makes_a_parse_raise(kind: type[Hidden], shared_data: Path):
    for text in json.loads((shared_data / "strings" / "blns.json").read_text(encoding="utf-8")):
        assert isinstance(kind.parse(text), kind | Defect)


@given(st.sampled_from(VALUES), st.integers(0, 30), st.sampled_from(" .-/\t\u00a0"))
def test_a_separator_anywhere_changes_nothing(value: Hidden, position: int, separator: str):
    text = value.reveal()
    assert type(value).parse(text[:position] + separator + text[position:]) == value
