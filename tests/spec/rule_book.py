"""Writes the rule book, docs/rules/, from what runs: the rules, their tariffs, and the tables that test them.

    python -m tests.spec.rule_book

A test checks that the pages are what this module writes, so the book cannot say what the rules do not do.
"""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.spec.tables import INPUTS, read

from cloison.money import euros
from cloison.period import FOREVER
from cloison.rules import TariffBook
from cloison.rules.citations import cited, unread
from cloison.rules.codes import ACT_TABLE
from cloison.rules.doubts import references_to_verify
from cloison.rules.fault_reasons import FAULTS
from cloison.rules.law import Law
from cloison.rules.listing import GROUPS, PRICED_COLUMNS
from cloison.rules.order import ORDER
from cloison.rules.reasons import REASONS
from cloison.rules.tariff_book import Parameter, Value

ROOT = Path(__file__).resolve().parents[2]
BOOK = ROOT / "docs" / "rules"
BY_HAND = "mutation.md"
"""The one page that is not written from here."""


@dataclass(frozen=True)
class Chapter:
    """A page: the test module that draws its tables, the modules of its rules, the tariffs it uses."""

    page: str
    rules: tuple[str, ...]
    tariffs: tuple[str, ...]

    @property
    def tests(self) -> Path:
        return ROOT / "tests" / "spec" / f"test_rules_{self.page}.py"


CHAPTERS = (
    Chapter("part_obligatoire", ("part_obligatoire",), ("taux", "alsace_moselle", "regimes")),
    Chapter("soins_de_ville", ("soins_de_ville",), ("consultation", "hors_parcours", "participation_forfaitaire")),
    Chapter("auxiliaires", ("auxiliaires",), ("lettres", "taux.auxiliaire")),
    Chapter("biologie", ("biologie",), ("taux.biologie", "participation_forfaitaire")),
    Chapter(
        "pharmacie",
        ("pharmacie",),
        (*(f"taux.medicament_{rate}" for rate in (100, 65, 30, 15)), "franchise.medicament"),
    ),
    Chapter("dispositifs", ("dispositifs",), ("taux.lpp",)),
    Chapter("franchises", ("franchises",), ("franchise",)),
    Chapter("transport", ("transport", "ambulances"), ("taxi", "transport", "vsl", "taux.transport")),
    Chapter("hospitalisation", ("hospitalisation",), ("hospitalisation",)),
    Chapter("dentaire", ("dentaire",), ("taux.dentaire",)),
    Chapter("optique", ("optique",), ("optique",)),
    Chapter("audiologie", ("audiologie",), ("audiologie",)),
    Chapter("garanties", ("garanties", "contrat_responsable"), ("contrat_responsable",)),
    Chapter("conformite", (), ("contrat_responsable", "optique", "audiologie")),
    Chapter("official", (), ()),
    Chapter("refusals", (), ()),
)


def pages() -> dict[str, str]:
    """Every page by file name."""
    return {"README.md": contents(), **{f"{chapter.page}.md": page(chapter) for chapter in CHAPTERS}}


def contents() -> str:
    return "\n".join([*_opening(), *_order(), *_codes(), *_columns(), *_reasons(), *_doubts(), ""])


def _opening() -> Iterator[str]:
    yield "# The rule book"
    yield ""
    yield "What an act of care costs and who pays it, as Cloison computes it. These pages are written by"
    yield "`python -m tests.spec.rule_book` from the rules, their dated tariffs and the tables that test them: each example"
    yield "below is run at each change."
    yield ""
    yield "In a table, what is left of `||` in the tests is the act, what is right of it the result; here the results are in"
    yield "**bold**. A column that a table leaves out says: an adult of the general scheme, in the care pathway, a sector 1"
    yield "doctor, one act, coefficient 1, nothing declared, nothing used before, no complementary guarantee, on"
    yield f"{INPUTS['date']}."
    yield ""
    yield f"How much of the rules these tests hold is measured by changing the code: [mutation]({BY_HAND})."
    yield ""
    yield "| Chapter | What it is about |"
    yield "|---|---|"
    for chapter in CHAPTERS:
        yield f"| [{chapter.page}]({chapter.page}.md) | {_about(chapter)} |"
    yield ""


def _order() -> Iterator[str]:
    yield "## The rules, in the order they apply"
    yield ""
    yield "A later rule sees what earlier ones decided; an exception stands below its rule."
    yield ""
    yield "| Amount | Rule | Texts | Since |"
    yield "|---|---|---|---|"
    for step in ORDER:
        for law in step.versions:
            words = f"{law.says.en} / {law.says.fr}"
            yield f"| `{step.column}` | {words} | {cited(law.texts, 'en')} | {law.since} |"
    yield ""


def _codes() -> Iterator[str]:
    yield "## Codes of acts"
    yield ""
    yield "| Code | Act | Domain | Family | Base | Rate |"
    yield "|---|---|---|---|---|---|"
    for act in ACT_TABLE:
        yield (
            f"| {act.code} | {act.en} / {act.fr} | {act.domain.name} | {act.family} | {act.base.name.lower()} | {act.rate} |"
        )
    yield ""


def _columns() -> Iterator[str]:
    yield "## A listing of acts"
    yield ""
    yield "Columns of `acts.csv`. Those of the acts are always needed; a group of details is there as a whole or not at all."
    yield ""
    yield "| Group | Column | What it says |"
    yield "|---|---|---|"
    for group, columns in GROUPS.items():
        for column in columns:
            yield f"| {group} | `{column.name}` | {column.says} |"
    for name, says in PRICED_COLUMNS.items():
        yield f"| **result** | `{name}` | {says} |"
    yield ""


def _reasons() -> Iterator[str]:
    yield "## Refusals, reductions and remarks"
    yield ""
    yield "| Number | Code | Message | What to do | Who | Text |"
    yield "|---|---|---|---|---|---|"
    for reason in [*REASONS, *FAULTS]:
        message = f"{reason.message.en} / {reason.message.fr}"
        todo = f"{reason.action.en} / {reason.action.fr}"
        yield f"| {reason.number} | `{reason.code}` | {message} | {todo} | {reason.actor} | {cited([reason.basis], 'en')} |"
    yield ""


def _doubts() -> Iterator[str]:
    yield "## Open doubts"
    yield ""
    yield "Values that are marked to verify before they drive money."
    yield ""
    yield "| Parameter | From | Source | Doubt |"
    yield "|---|---|---|---|"
    for doubt in TariffBook.standard().doubts():
        yield f"| `{doubt.parameter}` | {doubt.start} | {doubt.source} | {doubt.doubt.en} / {doubt.doubt.fr} |"
    yield ""
    yield "### References to verify"
    yield ""
    yield "These articles, decrees and orders are cited from general knowledge: nobody has read them for this project yet."
    yield "Everywhere in this book and in the accounts of prices they stand behind the words *reference to verify*. What a rule"
    yield "does is shown by its examples; whether this is the article that says so is open."
    yield ""
    yield "| Reference | Cited by |"
    yield "|---|---|"
    for reference, places in references_to_verify(TariffBook.standard()).items():
        yield f"| {reference} | {', '.join(f'`{place}`' for place in places)} |"


def page(chapter: Chapter) -> str:
    title = chapter.page.replace("_", " ").capitalize()
    lines = [f"# {title}", "", _about(chapter), "", "[All chapters](README.md)", ""]
    lines += [*_laws(chapter), *_tariffs(chapter), *_examples(chapter), *_chapter_doubts(chapter)]
    return "\n".join(lines).rstrip() + "\n"


def _laws(chapter: Chapter) -> Iterator[str]:
    laws = [law for step in ORDER for law in step.versions if _module(law) in chapter.rules]
    if laws:
        yield "## Rules"
        yield ""
    for law in laws:
        until = "" if law.until.year == 9999 else f", until {law.until} (excluded)"
        yield f"### {law.says.en}"
        yield ""
        yield f"*{law.says.fr}.* {cited(law.texts, 'en')}. Since {law.since}{until}."
        yield ""
        yield "```text"
        yield from (line.removeprefix("    ") for line in law.words.strip().splitlines())
        yield "```"
        yield ""


def _module(law: Law) -> str:
    return law.rule.__module__.rpartition(".")[2]


def _tariffs(chapter: Chapter) -> Iterator[str]:
    parameters = _parameters(chapter)
    if parameters:
        yield "## Values"
        yield ""
        yield "| Parameter | From | Value | Unit | Text | Source | Checked |"
        yield "|---|---|---|---|---|---|---|"
    for parameter in parameters:
        for value in parameter.values:
            articles = ", ".join(unread(value.source))
            doubt = f" **Reference to verify:** {articles}." if articles else ""
            doubt += f" **To verify:** {value.doubt.en}" if value.doubt else ""
            worth, last = _worth(parameter, value), "" if value.last == FOREVER else f" to {value.last}"
            text = cited([parameter.text], "en")
            yield (
                f"| `{parameter.name}` | {value.start}{last} | {worth} | {parameter.unit} | {text} "
                f"| {value.source}.{doubt} | {parameter.checked} |"
            )
    if parameters:
        yield ""


def _parameters(chapter: Chapter) -> list[Parameter]:
    """The parameters that a chapter names: whole files, or one by one."""
    return [
        parameter
        for parameter in TariffBook.standard().parameters.values()
        if parameter.name in chapter.tariffs or parameter.name.partition(".")[0] in chapter.tariffs
    ]


def _chapter_doubts(chapter: Chapter) -> Iterator[str]:
    """What is open in a chapter, in both languages: its values to verify, once for each doubt."""
    by_doubt: dict[tuple[str, str], list[str]] = {}
    for parameter in _parameters(chapter):
        for value in parameter.values:
            if value.doubt:
                by_doubt.setdefault((value.doubt.fr, value.doubt.en), []).append(f"`{parameter.name}` ({value.start})")
    if by_doubt:
        yield "## Open doubts"
        yield ""
    for (fr, en), places in by_doubt.items():
        yield f"- {', '.join(places)}: {en} / *{fr}*"


def _worth(parameter: Parameter, value: Value) -> str:
    if not isinstance(value.value, int):
        by_value: dict[int, list[str]] = {}
        for key, amount in value.value.items():
            by_value.setdefault(amount, []).append(key)
        return "; ".join(f"{amount}: {' '.join(keys)}" for amount, keys in sorted(by_value.items())) or "none loaded"
    if parameter.choices:
        return parameter.choices[value.value]
    if parameter.unit.startswith("cents"):
        return f"{euros(value.value)} EUR"
    if parameter.unit.startswith("basis points taken off"):
        return f"{value.value // 100} points"
    if parameter.unit.startswith("basis points"):
        return f"{value.value // 100} %"
    if parameter.unit.startswith("percent"):
        return f"{value.value} %"
    return str(value.value)


def _examples(chapter: Chapter) -> Iterator[str]:
    yield "## Examples"
    yield ""
    for test in _tests(chapter):
        yield f"### {_sentence(test.name)}"
        yield ""
        if words := ast.get_docstring(test):
            yield words
            yield ""
        for drawn in _drawn(test):
            table = read(drawn, free=chapter.page == "conformite")
            yield "| " + " | ".join([*table.inputs, *(f"**{name}**" for name in table.expected)]) + " |"
            yield "|" + "---|" * (len(table.inputs) + len(table.expected))
            for row in table.rows:
                cells = [*(row[name] for name in table.inputs), *(_bold(row[name]) for name in table.expected)]
                yield "| " + " | ".join(cells) + " |"
            yield ""


def _bold(cell: str) -> str:
    return f"**{cell}**" if cell else ""


def _sentence(name: str) -> str:
    words = name.removeprefix("test_").replace("_", " ")
    return words[0].upper() + words[1:]


def _about(chapter: Chapter) -> str:
    return (ast.get_docstring(_tree(chapter)) or "").partition("\n")[0]


def _tests(chapter: Chapter) -> list[ast.FunctionDef]:
    return [node for node in _tree(chapter).body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]


def _tree(chapter: Chapter) -> ast.Module:
    return ast.parse(chapter.tests.read_text("utf-8"))


def _drawn(test: ast.FunctionDef) -> Iterator[str]:
    """The tables that a test gives to `check` as they stand."""
    for node in ast.walk(test):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("check", "judged"):
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value


def write() -> None:
    """Write every page, and remove those that no chapter has."""
    BOOK.mkdir(parents=True, exist_ok=True)
    wanted = pages()
    for stale in set(BOOK.glob("*.md")) - {BOOK / name for name in (*wanted, BY_HAND)}:
        stale.unlink()
    for name, text in wanted.items():
        (BOOK / name).write_text(text, "utf-8")


if __name__ == "__main__":
    write()
    sys.exit(0)
