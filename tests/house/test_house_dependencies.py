"""What the product stands on: each dependency has its reason, its pin and its hashes, and nothing else is imported."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from tests.house.sources import Source

IMPORTED_AS = {"python-pkcs11": "pkcs11", "python-stdnum": "stdnum"}
EDITABLE_SELF = "cloison"
LOCKS = ("lock.txt", "dev.txt")


def name_of(requirement: str) -> str:
    """`python-stdnum` for `python-stdnum>=2.1`, `pyright` for `pyright[nodejs]>=1.1`."""
    return re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0].lower()


def declared(root: Path, *extras: str) -> list[str]:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *(line for extra in extras for line in project["optional-dependencies"][extra])]
    return [name_of(line) for line in wanted if name_of(line) != EDITABLE_SELF]


def imports_of(source: Source) -> Iterator[tuple[int, str]]:
    """Lines and top names of what a module imports."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name.partition(".")[0]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module.partition(".")[0]


def test_a_dependency_says_why_it_is_here(root: Path):
    lines = (root / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    requirement = re.compile(r'^\s*"[A-Za-z0-9_.\[\]-]+[<>=~!]')
    mute = [line.strip() for line in lines if requirement.match(line) and not re.search(r"#\s*\S+", line)]
    assert mute == []


@pytest.mark.parametrize(("lock", "extras"), [("lock.txt", ("build",)), ("dev.txt", ("build", "dev"))])
def test_a_dependency_is_pinned(root: Path, lock: str, extras: tuple[str, ...]):
    text = (root / "requirements" / lock).read_text(encoding="utf-8")
    pinned = {name.lower() for name in re.findall(r"^([A-Za-z0-9_.-]+)==", text, re.MULTILINE)}
    assert [name for name in declared(root, *extras) if name not in pinned] == [], "make lock"


@pytest.mark.parametrize("lock", LOCKS)
def test_a_pin_has_its_hashes_and_no_address(root: Path, lock: str):
    text = (root / "requirements" / lock).read_text(encoding="utf-8")
    entries = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []
    assert re.findall(r"\S*://\S*|^-\S+", text, re.MULTILINE) == []


def test_both_locks_agree(root: Path):
    pins = [
        set(
            re.findall(
                r"^([A-Za-z0-9_.-]+==\S+)", (root / "requirements" / lock).read_text(encoding="utf-8"), re.MULTILINE
            )
        )
        for lock in LOCKS
    ]
    assert pins[0] <= pins[1]


def test_only_declared_packages_are_imported(product: Sequence[Source], root: Path):
    known = {IMPORTED_AS.get(name, name).replace("-", "_") for name in declared(root)} | {"cloison"}
    strangers = [
        f"{source.name}:{line} {name}"
        for source in product
        for line, name in imports_of(source)
        if name not in known and name not in sys.stdlib_module_names
    ]
    assert strangers == []
