"""How much of the rules room its tests hold: small faults are put into the code, one at a time, and tests must fail.

    nice -n 19 python bench/mutation.py [--sample 300] [--seed 1] [--every] [--quick] [--module NAME] [--out FILE]

A mutant is the package `cloison.rules` with one expression changed: a comparison, an arithmetic or boolean operator, a
number, a condition, a choice of `np.where`, a least for a most, a statement left out, a value not returned. Words are
left as they are, and so are annotations, assertions (they say what cannot be) and the catalogues of reasons (data).
mutmut 3 leaves decorated functions out, and every rule of law is one: hence a mutator of our own.

Each mutant is drawn by chance (the same for a seed), compiled in memory and run in a forked process against the fast
tests of a copy of the tree, up to the first that fails: spec, unit, oracle, and properties with few examples. The copy
is thrown away. The score is the share of mutants that a test (or the time limit) stops; its interval
is Wilson's at 95 %, as only a sample runs.
"""

import argparse
import ast
import contextlib
import importlib
import importlib.util
import json
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.metadata import entry_points
from pathlib import Path
from types import CodeType, FrameType, ModuleType
from typing import Any

import pytest
from hypothesis import Phase, settings

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "cloison.rules"
TESTS = ("tests/spec", "tests/unit/test_rules_*.py", "tests/property/test_rules_price.py", "tests/oracle")
BOOK = "test_rules_book.py"
"""The generated rule book kills what it prints; such kills are counted apart."""
TARGET = 0.85
LIMIT_SECONDS = 30
MEMORY_BYTES_MAX = 6 << 30
EXAMPLES = 12
FIRST_TESTS = 25
"""Run alone first: most mutants go no further."""

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult, ast.Mod: ast.FloorDiv,
    ast.LShift: ast.RShift, ast.RShift: ast.LShift, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitAnd,
}  # fmt: skip
OPPOSITES = {"minimum": "maximum", "maximum": "minimum", "min": "max", "max": "min", "any": "all", "all": "any"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: in which module and function, of which kind, and the number of its place in the walk."""

    module: str
    function: str
    """Qualified name of the outermost function or method; "" for what runs when the module is imported."""
    line: int
    kind: str
    number: int
    before: str
    after: str

    def words(self) -> str:
        where = f"{self.module}.py:{self.line} {self.function}".rstrip()
        return f"{where} [{self.kind}] {self.before} -> {self.after}"


class Mutator(ast.NodeTransformer):
    """Walks a module in its order; lists every place to change, or changes the one with the number asked for."""

    def __init__(self, module: str, wanted: int | None = None) -> None:
        self.module = module
        self.wanted = wanted
        self.found: list[Mutant] = []
        self._scope: list[str] = []
        self._inside = 0
        self._line = 0

    def _place(self, kind: str, node: ast.AST, changed: ast.AST) -> bool:
        """Enter a place; whether it is the one to change."""
        number = len(self.found)
        words = [" ".join(ast.unparse(ast.fix_missing_locations(tree)).split()) for tree in (node, changed)]
        function = ".".join(self._scope) if self._inside else ""
        self.found.append(Mutant(self.module, function, self._line, kind, number, *words))
        return number == self.wanted

    def _changed(self, kind: str, node: ast.AST, changed: ast.AST) -> ast.AST:
        return ast.copy_location(changed, node) if self._place(kind, node, changed) else node

    def visit(self, node: ast.AST) -> Any:  # Any: what NodeTransformer gives back
        self._line = getattr(node, "lineno", self._line)
        return super().visit(node)

    def visit_Assert(self, node: ast.Assert) -> ast.AST:
        return node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        if node.value is not None and "TypeAlias" not in ast.unparse(node.annotation):
            node.value = self.visit(node.value)
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        self._scope.append(node.name)
        node.body = [self.visit(child) for child in node.body]
        self._scope.pop()
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.decorator_list = [self.visit(decorator) for decorator in node.decorator_list]
        node.args.defaults = [self.visit(default) for default in node.args.defaults]
        if not self._inside:
            self._scope.append(node.name)
        self._inside += 1
        node.body = [self.visit(child) for child in node.body]
        self._inside -= 1
        if not self._inside:
            self._scope.pop()
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        for at, operator in enumerate(node.ops):
            ops = [*node.ops[:at], COMPARISONS[type(operator)](), *node.ops[at + 1 :]]
            if self._place("comparison", node, ast.Compare(node.left, ops, node.comparators)):
                node.ops = ops
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if (other := OPERATORS.get(type(node.op))) is None:
            return node
        return self._changed("operator", node, ast.BinOp(node.left, other(), node.right))

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        node.value = self.visit(node.value)
        if (other := OPERATORS.get(type(node.op))) is None:
            return node
        return self._changed("operator", node, ast.AugAssign(node.target, other(), node.value))

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        if isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
            return self._changed("number", node, node.operand)
        self.generic_visit(node)
        return self._changed("negation", node, node.operand)

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        self.generic_visit(node)
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        return self._changed("boolean", node, ast.BoolOp(other, node.values))

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if isinstance(node.value, bool):
            return self._changed("boolean", node, ast.Constant(not node.value))
        if isinstance(node.value, int):
            return self._changed("number", node, ast.Constant(node.value + 1))
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        function = node.func
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        if name == "where" and len(node.args) == 3:
            test, one, other = node.args
            return self._changed("choice", node, ast.Call(function, [test, other, one], []))
        if name in OPPOSITES:
            other = OPPOSITES[name]
            renamed = (
                ast.Attribute(function.value, other, ast.Load())
                if isinstance(function, ast.Attribute)
                else ast.Name(other, ast.Load())
            )
            return self._changed("choice", node, ast.Call(renamed, node.args, node.keywords))
        return node

    def _conditional(self, node: Any) -> ast.AST:  # Any: If, IfExp or While, which have a test
        self.generic_visit(node)
        negated = ast.UnaryOp(ast.Not(), node.test)
        if self._place("condition", node.test, negated):
            node.test = negated
        return node

    def visit_If(self, node: ast.If) -> ast.AST:
        return self._conditional(node)

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        return self._conditional(node)

    def visit_While(self, node: ast.While) -> ast.AST:
        return self._conditional(node)

    def visit_Return(self, node: ast.Return) -> ast.AST:
        self.generic_visit(node)
        if node.value is None or (isinstance(node.value, ast.Constant) and node.value.value is None):
            return node
        return self._changed("return", node, ast.Return(ast.Constant(None)))

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        if isinstance(node.value, ast.Constant):
            return node
        self.generic_visit(node)
        return self._changed("statement", node, ast.Pass()) if isinstance(node.value, ast.Call) else node


def mutants_of(source: str, module: str) -> list[Mutant]:
    """Every place of a module that can be changed."""
    mutator = Mutator(module)
    mutator.visit(ast.parse(source))
    return mutator.found


def mutated(source: str, mutant: Mutant, path: str) -> CodeType:
    """The module with one change, compiled."""
    tree = Mutator(mutant.module, mutant.number).visit(ast.parse(source))
    return compile(ast.fix_missing_locations(tree), path, "exec")


class Planted(MetaPathFinder, Loader):
    """An importer that gives the mutated code instead of the module's own."""

    def __init__(self, name: str, code: CodeType) -> None:
        self.name = name
        self.code = code

    def find_spec(self, fullname: str, path: object, target: object = None) -> ModuleSpec | None:
        if fullname != self.name:
            return None
        return importlib.util.spec_from_file_location(fullname, self.code.co_filename, loader=self)

    def create_module(self, spec: ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        exec(self.code, module.__dict__)


class Listener:
    """A pytest plugin: which functions of the room each test runs, and how long it takes."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.reached: dict[str, set[str]] = {}
        self.seconds: dict[str, float] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        reached = self.reached.setdefault(item.nodeid, set[str]())

        def heard(frame: FrameType, event: str, _: object) -> None:
            if event == "call" and frame.f_code.co_filename.startswith(self.folder):
                module = Path(frame.f_code.co_filename).stem
                reached.add(f"{module}:{frame.f_code.co_qualname.partition('.<locals>')[0]}")

        start = time.perf_counter()
        sys.setprofile(heard)
        try:
            return (yield)
        finally:
            sys.setprofile(None)
            self.seconds[item.nodeid] = time.perf_counter() - start


class Verdicts:
    """A pytest plugin: whether anything failed, and where first."""

    def __init__(self) -> None:
        self.failed = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed = self.failed or report.nodeid

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.failed = self.failed or report.nodeid or "collection"


def run_tests(tests: Sequence[str], plugin: object) -> int:
    """Run tests in this process, quietly, up to the first failure."""
    quiet = ["-x", "-q", "--no-header", "--tb=no", "-p", "no:cacheprovider", "--hypothesis-profile=mutation"]
    quiet += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # hypothesis is imported before the fork
    with (
        Path(os.devnull).open("w") as nowhere,
        contextlib.redirect_stdout(nowhere),
        contextlib.redirect_stderr(nowhere),
    ):
        return int(pytest.main([*quiet, *tests], plugins=[plugin]))


def in_child(work: Any, seconds: int) -> Any:  # Any: what a function without arguments gives, as JSON
    """Run something in a forked process and give its answer; None when it ran out of time or died."""
    reading, writing = os.pipe()
    if (child := os.fork()) == 0:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))  # of the processor: others may be using it
        signal.alarm(10 * seconds)
        try:
            with os.fdopen(writing, "w") as pipe:
                json.dump(work(), pipe)
        finally:
            os._exit(0)  # a child cleans up nothing of its parent's; without an answer it has failed
    os.close(writing)
    with os.fdopen(reading) as pipe:
        told = pipe.read()
    _, status = os.waitpid(child, 0)
    return json.loads(told) if told and status == 0 else None


@dataclass(frozen=True, slots=True)
class Suite:
    """The tests of a copy of the tree, and which of them reach a function."""

    folder: Path
    seconds: dict[str, float]
    reached: dict[str, set[str]]

    @classmethod
    def listened(cls, folder: Path) -> "Suite":
        """Run every test once on the code as it is: all must pass."""
        files = [str(path.relative_to(folder)) for pattern in TESTS for path in sorted(folder.glob(pattern))]

        def work() -> dict[str, Any]:
            listener = Listener(str(folder / "src/cloison/rules"))
            code = run_tests(files, listener)
            return {
                "code": code,
                "seconds": listener.seconds,
                "reached": {test: sorted(names) for test, names in listener.reached.items()},
            }

        told = in_child(work, 10 * LIMIT_SECONDS)
        assert told, "the tests end in time"
        assert told["code"] == 0, "the tests pass on the code as it is"
        return cls(folder, told["seconds"], {test: set(names) for test, names in told["reached"].items()})

    def in_turn(self, mutant: Mutant) -> list[str]:
        """All tests: those seen to reach the function first, the quick before the slow, the rule book last. The others
        follow, as a function that runs once, at import or behind a cache, is seen by one test and concerns many."""
        place = f"{mutant.module}:{mutant.function}"
        return sorted(
            self.seconds, key=lambda test: (BOOK in test, place not in self.reached[test], self.seconds[test])
        )

    def judge(self, mutant: Mutant) -> str:
        """The test that stops a mutant; "timeout", or "" when it survives."""
        tests = self.in_turn(mutant)
        path = self.folder / "src/cloison/rules" / f"{mutant.module}.py"
        name = PACKAGE if mutant.module == "__init__" else f"{PACKAGE}.{mutant.module}"
        code = mutated(path.read_text("utf-8"), mutant, str(path))

        def work(some: list[str]) -> str:
            sys.meta_path.insert(0, Planted(name, code))
            verdicts = Verdicts()
            # A mutant that does not even let the tests be collected is stopped too.
            return verdicts.failed or "start" if run_tests(some, verdicts) else ""

        for some in (tests[:FIRST_TESTS], tests[FIRST_TESTS:]):
            told = in_child(partial(work, some), LIMIT_SECONDS)
            if told != "":
                return "timeout" if told is None else str(told)
        return ""


def copied(where: Path) -> Path:
    """A copy of the tree to run in, with the reference data beside it as it is beside the tree."""
    folder = where / "tree"
    for part in ("src", "tests", "docs", "bench"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
    for name in ("pyproject.toml", "Makefile"):
        shutil.copy(ROOT / name, folder / name)
    (folder / "tests/property/conftest.py").unlink()  # a database: not for the properties of the rules
    if (ROOT.parent / "shared").is_dir():
        (where / "shared").symlink_to(ROOT.parent / "shared")
    return folder


def prepare(folder: Path) -> None:
    """Import, once for all children, what the tests need and no mutant touches."""
    os.chdir(folder)
    sys.path[:1] = [str(folder / "src"), str(folder)]  # and no longer this folder, whose names are common words
    settings.register_profile(
        "mutation", max_examples=EXAMPLES, derandomize=True, database=None, deadline=None,
        phases=(Phase.explicit, Phase.generate),
    )  # fmt: skip
    for plugin in entry_points(group="pytest11"):
        plugin.load()
    for name in ("numpy", "hypothesis.strategies", "cloison.errors", "cloison.money", "cloison.storage.migrate"):
        importlib.import_module(name)
    imported = [name for name in sys.modules if name.startswith(PACKAGE)]
    assert not imported, f"the rules are imported by each child: {imported}"


def wilson(killed: int, total: int) -> tuple[float, float]:
    """The interval of a share at 95 %."""
    z, share = 1.96, killed / total
    middle = (share + z * z / (2 * total)) / (1 + z * z / total)
    reach = z * ((share * (1 - share) + z * z / (4 * total)) / total) ** 0.5 / (1 + z * z / total)
    return middle - reach, middle + reach


def chosen(folder: Path, module: str, sample: int, seed: int) -> tuple[list[Mutant], int]:
    """Mutants drawn from every module of the room but the catalogues of reasons, and how many there are."""
    places: list[Mutant] = []
    for path in sorted((folder / "src/cloison/rules").glob("*.py")):
        if not path.stem.endswith("reasons") and module in ("", path.stem):
            places += mutants_of(path.read_text("utf-8"), path.stem)
    drawn = random.Random(seed).sample(places, min(sample or len(places), len(places)))
    return sorted(drawn, key=lambda mutant: (mutant.module, mutant.number)), len(places)


def report(verdicts: dict[Mutant, str], places: int, out: str) -> None:
    """The score, by kind, and who survived."""
    survivors = [mutant for mutant, verdict in verdicts.items() if not verdict]
    kinds, alive = Counter(m.kind for m in verdicts), Counter(m.kind for m in survivors)
    total, killed = len(verdicts), len(verdicts) - len(survivors)
    low, high = wilson(killed, total)
    book, late = sum(BOOK in v for v in verdicts.values()), sum(v == "timeout" for v in verdicts.values())
    lines = [mutant.words() for mutant in survivors]
    print(*lines, sep="\n")
    if out:
        Path(out).write_text("\n".join(lines) + "\n", "utf-8")
    for kind, number in sorted(kinds.items()):
        print(f"{kind:12} {number - alive[kind]:4} of {number:4} killed")
    print(f"{total} mutants of {places}: {killed} killed ({book} by the rule book alone, {late} by the time limit)")
    print(f"score {100 * killed / total:.1f} %, from {100 * low:.1f} to {100 * high:.1f} % at 95 %")
    line = {
        "figure": "mutation score of the rules room",
        "value": round(100 * killed / total, 1),
        "unit": "% of mutants killed",
        "target": 100 * TARGET,
        "met": killed / total >= TARGET,
    }
    print(json.dumps(line))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sample", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", action="store_true", help="all mutants instead of a sample")
    parser.add_argument("--module", default="", help="one module of the room, by its name")
    parser.add_argument("--out", default="", help="a file for the list of survivors")
    parser.add_argument("--quick", action="store_true", help="forty mutants: a look, not a figure")
    options = parser.parse_args()
    sample = 40 if options.quick else 0 if options.every else options.sample
    with tempfile.TemporaryDirectory(prefix="cloison-mutation-") as where:
        folder = copied(Path(where))
        drawn, places = chosen(folder, options.module, sample, options.seed)
        prepare(folder)
        suite = Suite.listened(folder)
        verdicts: dict[Mutant, str] = {}
        for mutant in drawn:
            verdicts[mutant] = suite.judge(mutant)
            print(f"{len(verdicts)}/{len(drawn)} {verdicts[mutant] or 'SURVIVED'}: {mutant.words()}", file=sys.stderr)
        os.chdir(ROOT)
        report(verdicts, places, options.out)


if __name__ == "__main__":
    main()
