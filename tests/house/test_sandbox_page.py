"""docs/sandbox.md tells the persons that the sandbox has."""

from pathlib import Path

from cloison.errors import Catalogue
from cloison.ops.catalogue import REASONS
from cloison.ops.manual import sandbox_with_table
from cloison.ops.sandbox import cases


def test_the_table_is_that_of_this_version(root: Path):
    page = (root / "docs" / "sandbox.md").read_text(encoding="utf-8")
    assert sandbox_with_table(page) == page, "write it again: python -m cloison.ops.manual"
    assert all(f"| `{each.name}` |" in page for each in cases())


def test_each_reason_that_is_told_exists():
    known = _codes(REASONS)
    assert {each.code for each in cases() if each.code} <= known


def _codes(reasons: Catalogue) -> set[str]:
    return {each.code for each in reasons}
