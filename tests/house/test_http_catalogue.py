"""Every reason that anybody can tell is in the catalogue of errors, and the pages made of it are of this version."""

import importlib
import pkgutil
from pathlib import Path

import cloison
from cloison.errors import Catalogue, Defect, Place, Problem, Reason
from cloison.ops.catalogue import REASONS
from cloison.ops.manual import pages


def every_reason() -> list[Reason]:
    """Every Reason that a module of the product holds, listed or not."""
    names = (module.name for module in pkgutil.walk_packages(cloison.__path__, "cloison."))
    modules = [importlib.import_module(name) for name in names if name.endswith(("reasons", "refusals"))]
    found: dict[int, Reason] = {}
    for module in modules:
        for value in vars(module).values():
            if isinstance(value, Reason):
                found[value.number] = value
            if isinstance(value, Catalogue):
                found.update({reason.number: reason for reason in value})
    return list(found.values())


def test_every_reason_of_the_house_is_in_the_catalogue():
    assert [reason.code for reason in every_reason() if reason.number not in REASONS] == []


def test_every_reason_and_every_defect_of_it_makes_a_problem_with_a_page():
    page = pages()["errors.md"]
    for reason in REASONS:
        for trouble in (reason, Defect(reason, Place("a.b2", 3, "nir"))):
            problem = Problem.of(trouble, "r")
            assert 400 <= problem.status <= 599, reason.code
            assert f"### `{problem.code}`" in page
            assert problem.doc_url == f"/errors/{reason.code}"


def test_a_problem_that_says_later_says_when():
    for reason in REASONS:
        problem = Problem.of(reason)
        assert (problem.retry_after is None) == (problem.status not in (429, 503)), reason.code


def test_the_pages_are_those_of_this_version(root: Path):
    stale = [name for name, text in pages().items() if (root / "docs" / name).read_text(encoding="utf-8") != text]
    assert stale == [], "write them again: python -m cloison.ops.manual"
