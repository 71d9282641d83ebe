"""The shape of the code: sizes, names, docstrings, and what may not lie in the repository."""

import ast
import re
from collections.abc import Sequence
from pathlib import Path

from tests.house.sources import Source

MODULE_LINES_MAX = 500
GENERATED = {"src/cloison/gateways/fhir/r4.py"}  # written from HL7's definitions, which are as long as they are
FUNCTION_LINES_MAX = 70
BANNED_NAMES = {"common", "utils", "util", "core", "models", "helpers", "helper", "manager", "managers", "misc"}
SPEAKING = ("src/cloison/ops/cli.py", "bench/")
READS_A_CLOCK = re.compile(r"\.(today|now|utcnow|time_ns|monotonic|perf_counter)\(")

# Spelled in pieces, so that this file does not contain what it looks for.
LEFT_TO_DO = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b|\bNotImplemented" + r"Error\b")
MACHINE_PATH = re.compile(
    r"(?<![\w.$}])/(?:ho" + r"me/\w|wo" + r"rk/\w|ro" + r"ot/[\w.]|Us" + r"ers/\w|opt/wh" + r"eels)"
)
INDEX_ADDRESS = re.compile(
    r"(?:index-url|find-links|registry|resolved|trusted-host)[\"']?\s*[:= ]\s*[\"']?(?:https?|file):/" + r"/"
    r"|https?://(?:pypi\.org|files\.python" + r"hosted\.org|registry\.npm" + r"js\.org)"
)


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from the def to the end, without its decorators and its docstring."""
    start = function.lineno
    if ast.get_docstring(function) is not None and len(function.body) > 1:
        docstring = function.body[0]
        return (function.end_lineno or start) - start + 1 - ((docstring.end_lineno or 0) - docstring.lineno + 1)
    return (function.end_lineno or start) - start + 1


def functions_of(source: Source) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [node for node in ast.walk(source.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def text_of(path: Path) -> str:
    """The text of a file, empty for a binary one."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def test_a_module_fits_in_500_lines(everything: Sequence[Source]):
    long = {source.name: len(source.text.splitlines()) for source in everything if source.name not in GENERATED}
    assert {name: lines for name, lines in long.items() if lines > MODULE_LINES_MAX} == {}


def test_a_function_fits_on_a_screen(everything: Sequence[Source]):
    long = {
        f"{source.name}:{function.lineno} {function.name}": lines_of(function)
        for source in everything
        for function in functions_of(source)
        if lines_of(function) > FUNCTION_LINES_MAX and source.name not in GENERATED
    }
    assert long == {}


def test_a_module_is_a_noun_of_the_trade(product: Sequence[Source]):
    banned = [source.name for source in product if BANNED_NAMES & set(Path(source.name).with_suffix("").parts)]
    assert banned == []


def test_a_module_says_what_it_knows(everything: Sequence[Source]):
    mute = [source.name for source in everything if source.text.strip() and not ast.get_docstring(source.tree)]
    assert mute == []


def test_only_the_command_line_and_benches_print(everything: Sequence[Source]):
    printing = [
        f"{source.name}:{node.lineno}"
        for source in everything
        if not source.name.startswith(SPEAKING)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert printing == []


def test_nothing_is_left_to_do_in_the_code(everything: Sequence[Source]):
    left = [
        f"{source.name}:{number}"
        for source in everything
        for number, line in enumerate(source.text.splitlines(), start=1)
        if LEFT_TO_DO.search(line)
    ]
    assert left == []


def test_any_has_its_excuse_on_the_line(product: Sequence[Source]):
    bare = [
        f"{source.name}:{number} {line.strip()}"
        for source in product
        for number, line in enumerate(source.text.splitlines(), start=1)
        if source.name not in GENERATED
        and re.search(r"\bAny\b", line.partition("#")[0])
        and not line.lstrip().startswith(("from typing", "import"))
        and '"""' not in line
        and "#" not in line
    ]
    assert bare == []


def test_no_clock_is_read_where_now_is_an_argument(product: Sequence[Source]):
    """Only ops holds the clock; everybody else is told the time."""
    told = ("identifiers", "rules", "rights", "payments", "claims", "identity", "disclosure", "world", "gateways")
    reading = [
        f"{source.name}:{number} {line.strip()}"
        for source in product
        if source.part in told
        for number, line in enumerate(source.text.splitlines(), start=1)
        if READS_A_CLOCK.search(line.partition("#")[0])
    ]
    assert reading == []


def test_a_decision_has_a_number_and_stands_in_the_index(root: Path):
    decisions = sorted(path.name for path in (root / "docs" / "decisions").glob("*.md") if path.name != "README.md")
    numbers = [name[:4] for name in decisions]
    index = (root / "docs" / "decisions" / "README.md").read_text(encoding="utf-8")

    assert [name for name in decisions if not re.fullmatch(r"\d{4}-[a-z0-9-]+\.md", name)] == []
    assert numbers == [f"{number:04d}" for number in range(1, len(numbers) + 1)], "numbers follow each other"
    assert [name for name in decisions if f"({name})" not in index] == []


def test_no_path_of_a_machine_is_tracked(tracked: Sequence[Path], root: Path):
    found = [str(path.relative_to(root)) for path in tracked if MACHINE_PATH.search(text_of(path))]
    assert found == []


def test_no_package_index_is_named(tracked: Sequence[Path], root: Path):
    found = [str(path.relative_to(root)) for path in tracked if INDEX_ADDRESS.search(text_of(path))]
    assert found == []


def test_a_page_points_at_pages_that_exist(tracked: Sequence[Path], root: Path):
    broken = [
        f"{page.relative_to(root)}: {link}"
        for page in tracked
        if page.suffix == ".md"
        for link in re.findall(r"\]\(([^)#\s]+)", text_of(page))
        if "://" not in link and not (page.parent / link).exists()
    ]
    assert broken == []
