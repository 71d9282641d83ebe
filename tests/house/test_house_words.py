"""Every refusal has its words, every tariff value its source, every rule its text; no float comes near an amount."""

import ast
import importlib
import pkgutil
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from tests.house.sources import Source

import cloison
from cloison.errors import Actor, Catalogue, Reason, Retry

RANGES = {
    "gateways": (*range(1, 100), *range(850, 1000)),
    "identifiers": range(100, 200),
    "rights": range(200, 300),
    "rules": range(300, 400),
    "claims": range(400, 500),
    "payments": range(500, 600),
    "identity": range(600, 700),
    "disclosure": range(600, 700),
    "storage": range(700, 800),
    "ops": range(800, 900),
}
EXACT = ("rules", "payments", "money", "claims")


WORDS = ("reasons", "refusals")
"""How the modules are called where the reasons of a part and their Catalogue are written, and nowhere else."""


@cache
def modules() -> dict[str, list[object]]:
    """The values of each module of words."""
    names = (module.name for module in pkgutil.walk_packages(cloison.__path__, "cloison."))
    return {name: list(vars(importlib.import_module(name)).values()) for name in names if name.endswith(WORDS)}


def listed(values: list[object]) -> list[Reason]:
    return [reason for catalogue in values if isinstance(catalogue, Catalogue) for reason in catalogue]


def reasons() -> list[tuple[str, Reason]]:
    """Every Reason in a catalogue, with the part that owns it."""
    return [(name.split(".")[1], reason) for name, values in modules().items() for reason in listed(values)]


def values_of(table: object, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Tables of a tariff file that hold dated values, however deep, with their dotted name."""
    if isinstance(table, dict):
        if isinstance(table.get("values"), list):
            yield path, table
        for key, inner in table.items():
            yield from values_of(inner, f"{path}.{key}".lstrip("."))
    elif isinstance(table, list):
        for position, inner in enumerate(table):
            yield from values_of(inner, f"{path}[{position}]")


def tariffs(tracked: Sequence[Path]) -> dict[str, dict[str, Any]]:
    return {
        path.name: tomllib.loads(path.read_text(encoding="utf-8"))
        for path in tracked
        if path.suffix == ".toml" and path.parent.name == "tariff"
    }


def numbers_of(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Every leaf of a parsed TOML file with its dotted name."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from numbers_of(inner, f"{path}.{key}".lstrip("."))
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from numbers_of(inner, f"{path}[{position}]")
    else:
        yield path, value


def decorators_of(function: ast.FunctionDef) -> dict[str, ast.Call]:
    calls = [node for node in function.decorator_list if isinstance(node, ast.Call)]
    return {call.func.id: call for call in calls if isinstance(call.func, ast.Name)}


def rules_of(source: Source) -> Iterator[ast.FunctionDef]:
    """Functions of acts and tariff that return cents, and all that claim to be law."""
    for node in source.tree.body:
        if isinstance(node, ast.FunctionDef):
            signature = [ast.unparse(argument.annotation) for argument in node.args.args if argument.annotation]
            returns = ast.unparse(node.returns) if node.returns else ""
            public = not node.name.startswith("_")
            if "law" in decorators_of(node) or (
                public and signature[:2] == ["Acts", "TariffBook"] and "Cents" in returns
            ):
                yield node


def test_a_reason_has_its_words_in_both_languages():
    for _, reason in reasons():
        for text in (reason.message, reason.action):
            assert text.fr.strip(), reason.code
            assert text.en.strip(), reason.code
            assert text.fr != text.en, f"{reason.code}: one language twice"
            assert text.fr.rstrip()[-1] in ".!?", f"{reason.code}: a sentence ends"
            assert text.en.rstrip()[-1] in ".!?", f"{reason.code}: a sentence ends"
        assert isinstance(reason.actor, Actor), reason.code
        assert isinstance(reason.retry, Retry), reason.code


def test_a_reason_has_its_number_in_the_range_of_its_part():
    strays = [(reason.code, reason.number) for part, reason in reasons() if reason.number not in RANGES.get(part, ())]
    assert strays == []


def test_a_number_and_a_code_name_one_reason_in_the_whole_house():
    numbers = Counter(reason.number for _, reason in reasons())
    codes = Counter(reason.code for _, reason in reasons())
    assert [number for number, times in numbers.items() if times > 1] == []
    assert [code for code, times in codes.items() if times > 1] == []


def test_a_reason_stands_in_the_catalogue_of_its_module():
    forgotten = [
        f"{name}: {value.code}"
        for name, values in modules().items()
        for value in values
        if isinstance(value, Reason) and value not in listed(values)
    ]
    assert forgotten == []


def test_a_reason_is_written_with_the_others_of_its_part(product: Sequence[Source]):
    elsewhere = [
        f"{source.name}:{node.lineno}"
        for source in product
        if not source.path.stem.endswith((*WORDS, "errors"))
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"Reason", "Catalogue"}
    ]
    assert elsewhere == []


def test_a_tariff_value_has_its_source_its_date_and_its_unit(tracked: Sequence[Path]):
    faults: list[str] = []
    for name, tariff in tariffs(tracked).items():
        if not isinstance(tariff.get("checked"), date):
            faults.append(f"{name}: no day on which a person last checked it (checked = 2026-11-22)")
        if not str(tariff.get("text", "")).strip():
            faults.append(f"{name}: no legal text (text = ...)")
        for path, table in values_of(tariff):
            if not str(table.get("unit", "")).strip():
                faults.append(f"{name} {path}: no unit")
            starts = [value.get("from") for value in table["values"]]
            if not all(isinstance(start, date) for start in starts) or starts != sorted(set(starts)):
                faults.append(f"{name} {path}: values are dated and in order, each day once")
            faults.extend(
                f"{name} {path} from {value.get('from')}: no source"
                for value in table["values"]
                if not str(value.get("source", table.get("source", ""))).strip()
            )
    assert faults == []


def test_a_tariff_holds_no_float(tracked: Sequence[Path]):
    floats = [
        f"{name} {path} = {value}"
        for name, tariff in tariffs(tracked).items()
        for path, value in numbers_of(tariff)
        if isinstance(value, float)
    ]
    assert floats == [], "cents, basis points and hundredths are whole"


def test_a_rule_cites_its_text_and_its_first_day(product: Sequence[Source]):
    faults: list[str] = []
    for source in product:
        for rule in rules_of(source) if source.part == "rules" else ():
            law = decorators_of(rule).get("law")
            where = f"{source.name}:{rule.lineno} {rule.name}"
            if law is None or not law.args:
                faults.append(f"{where}: cites no text, @law(...)")
            elif "since" not in {keyword.arg for keyword in law.keywords}:
                faults.append(f"{where}: has no first day, @law(..., since=...)")
            if not ast.get_docstring(rule):
                faults.append(f"{where}: does not carry the words of its text")
    assert faults == []


def test_no_float_comes_near_an_amount(product: Sequence[Source]):
    floats = [
        f"{source.name}:{node.lineno} {ast.unparse(node)}"
        for source in product
        if source.part in EXACT
        for node in ast.walk(source.tree)
        if isinstance(node, ast.expr | ast.AugAssign) and is_float(node)
    ]
    assert floats == []


@pytest.mark.parametrize(
    "code",
    ["x = 1.5", "x = 1e3", "float(a)", "a.astype(np.float64)", 'a.astype("f8")', "np.zeros(3, dtype=float)",
     "x = amount * rate / 10_000", "amount /= 2", "np.true_divide(a, b)", "np.mean(a)", "a.mean()"],
)  # fmt: skip
def test_each_way_a_float_comes_in_is_seen(code: str):
    assert any(is_float(node) for node in ast.walk(ast.parse(code)) if isinstance(node, ast.expr | ast.AugAssign))


@pytest.mark.parametrize(
    "code", ["x = 15", "a // b", "half_up(a * b, 10_000)", 'folder / "name.xml"', "folder / f'{a}.xml'"]
)
def test_whole_numbers_and_paths_are_no_floats(code: str):
    assert not any(is_float(node) for node in ast.walk(ast.parse(code)) if isinstance(node, ast.expr | ast.AugAssign))


FLOAT_NAMES = {"float", "float16", "float32", "float64", "floating", "f2", "f4", "f8", "<f4", "<f8"}
FLOAT_MAKERS = {"true_divide", "divide", "mean", "average", "median", "std", "var"}


def is_float(node: ast.expr | ast.AugAssign) -> bool:
    """A float literal or type, a division that leaves whole numbers, or a function that does. A path is no number."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, float) or (isinstance(node.value, str) and node.value in FLOAT_NAMES)
    if isinstance(node, ast.Name):
        return node.id == "float"
    if isinstance(node, ast.Attribute):
        return node.attr in FLOAT_NAMES | FLOAT_MAKERS
    if isinstance(node, ast.AugAssign):
        return isinstance(node.op, ast.Div)
    return (
        isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and not (is_text(node.left) or is_text(node.right))
    )


def is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))
