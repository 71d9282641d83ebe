"""The files of this checkout, as the tests of the house read them."""

import ast
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Source:
    """One Python file: where it lies, its text and its tree."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    @property
    def part(self) -> str:
        """`rules` for src/cloison/rules/law.py, `money` for src/cloison/money.py."""
        return self.path.relative_to(ROOT / "src" / "cloison").parts[0].removesuffix(".py")

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.name)


def files() -> list[Path]:
    """Tracked files, and those about to be."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode:  # an archive without history: everything but what tools leave behind
        left_behind = {".venv", ".git", "__pycache__", ".pytest_cache", ".ruff_cache", ".hypothesis"}
        found = (path for path in ROOT.rglob("*") if not left_behind & set(path.relative_to(ROOT).parts))
    else:
        found = (ROOT / name.decode() for name in listed.stdout.split(b"\0") if name)
    return sorted(path for path in found if path.is_file())


def sources(under: str) -> list[Source]:
    return [Source(path) for path in files() if path.suffix == ".py" and path.is_relative_to(ROOT / under)]
