"""Evidence for OWASP ASVS 5.0.0, level 2: docs/security/asvs.csv has a line for each requirement; asvs.md is its page.

    python -m tests.security.asvs

The standard (https://github.com/OWASP/ASVS, CC BY-SA 4.0) is not repeated here: a line has the number of a requirement
and our own words.
"""

import ast
import csv
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "docs" / "security" / "asvs.csv"
PAGE = ROOT / "docs" / "security" / "asvs.md"
MET, APART, OPEN = "met", "not applicable", "not yet"
LEVEL_TWO = {
    "1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2, "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1, "3.2": 2, "3.3": 4,
    "3.4": 6, "3.5": 5, "3.7": 2, "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4, "5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3,
    "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4, "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5,
    "7.5": 2, "7.6": 2, "8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1, "9.1": 3, "9.2": 4, "10.1": 2, "10.2": 2, "10.3": 4,
    "10.4": 11, "10.5": 5, "10.6": 2, "10.7": 3, "11.1": 2, "11.2": 3, "11.3": 3, "11.4": 4, "11.5": 1, "11.6": 1,
    "12.1": 3, "12.2": 2, "12.3": 4, "13.1": 1, "13.2": 5, "13.3": 2, "13.4": 5, "14.1": 2, "14.2": 4, "14.3": 3,
    "15.1": 3, "15.2": 3, "15.3": 7, "16.1": 1, "16.2": 5, "16.3": 4, "16.4": 3, "16.5": 3, "17.1": 1, "17.2": 4,
    "17.3": 2,
}  # fmt: skip
"""How many requirements of levels 1 and 2 each section has: the first ones, without a gap."""
REQUIREMENTS = [f"{section}.{number + 1}" for section, count in LEVEL_TWO.items() for number in range(count)]
CHAPTERS = (
    "Encoding", "Validation and business logic", "Web front end", "API", "Files", "Authentication", "Sessions",
    "Authorization", "Self-contained tokens", "OAuth and OIDC", "Cryptography", "Communication", "Configuration",
    "Data protection", "Coding and architecture", "Logging and errors", "WebRTC",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One requirement: how it stands, why, and what shows it."""

    requirement: str
    status: str
    why: str
    evidence: tuple[str, ...]

    @property
    def chapter(self) -> int:
        return int(self.requirement.partition(".")[0])


def lines(path: Path = TABLE) -> list[Line]:
    """The table as it is written."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Line(row["requirement"], row["status"], row["why"], tuple(row["evidence"].split()))
            for row in csv.DictReader(file, delimiter=";")
        ]


def faults(table: list[Line], root: Path = ROOT) -> list[str]:
    """What is wrong with a table: a requirement without its line, a test or page that does not exist, a bare word."""
    found = [f"{each}: no line" for each in REQUIREMENTS if each not in {line.requirement for line in table}]
    counted = Counter(line.requirement for line in table)
    found += [f"{each}: {times} lines" for each, times in counted.items() if times > 1]
    for line in table:
        if line.requirement not in REQUIREMENTS:
            found.append(f"{line.requirement}: not of level 2")
        if line.status not in (MET, APART, OPEN):
            found.append(f"{line.requirement}: {line.status}?")
        if not line.why:
            found.append(f"{line.requirement}: without a reason")
        if line.status == MET and not line.evidence:
            found.append(f"{line.requirement}: met, and nothing shows it")
        found += [f"{line.requirement}: {each} does not exist" for each in line.evidence if not exists(each, root)]
    return found


def exists(evidence: str, root: Path = ROOT) -> bool:
    """Whether a test, a module of tests or a page is there."""
    name, _, test = evidence.partition("::")
    path = root / name
    return path.exists() and (not test or test in _tests(path))


@cache
def _tests(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def page(table: list[Line]) -> str:
    """The page for people."""
    counted = Counter(line.status for line in table)
    parts = [
        "# ASVS 5.0.0, level 2",
        "",
        "Written by `python -m tests.security.asvs` from [asvs.csv](asvs.csv); a test compares, and fails on",
        "a requirement without a line and on a test or page that does not exist. The words are ours; those of the",
        "requirements are at",
        "[OWASP/ASVS](https://github.com/OWASP/ASVS/tree/v5.0.0/5.0/en). Every test named here runs in `make test`.",
        "",
        f"{len(table)} requirements: {counted[MET]} met, {counted[APART]} not applicable, {counted[OPEN]} not yet.",
        "",
    ]
    for number, title in enumerate(CHAPTERS, 1):
        chapter = [line for line in table if line.chapter == number]
        parts += [f"## V{number} {title}", "", "| | | | shown by |", "|---|---|---|---|"]
        parts += [f"| {line.requirement} | {_mark(line)} | {line.why} | {_links(line)} |" for line in chapter]
        parts.append("")
    return "\n".join(parts)


def _mark(line: Line) -> str:
    return f"**{line.status}**" if line.status == OPEN else line.status


def _links(line: Line) -> str:
    return "<br>".join(
        f"[{each.rpartition('/')[2].replace('::', ' · ').replace('.py', '')}](../../{each.partition('::')[0]})"
        for each in line.evidence
    )


if __name__ == "__main__":
    PAGE.write_text(page(lines()), encoding="utf-8")
