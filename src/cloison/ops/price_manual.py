"""The manual of `cloison price`, made from the columns it reads and writes and from the reasons it gives.

`docs/formats/price.md` holds them between two marks; a test keeps both equal to the code. To bring the page up to date:
`python -m cloison.ops.price_manual docs/formats`.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from cloison.errors import Reason
from cloison.ops.acts_sheet import REPEATED
from cloison.ops.reasons import FILE_MISSING
from cloison.ops.tariff_reasons import ARGUMENT_MISSING, FILE_UNREADABLE, FILE_UNWRITTEN, TABLE_DAMAGED
from cloison.rules import FAULTS, REASONS
from cloison.rules.listing import GROUPS, PRICED_COLUMNS
from cloison.rules.reasons import FIRST_REDUCTION

PAGE_NAME = "price.md"
MARK = "<!-- {name}: made by cloison.ops.price_manual -->"
END = "<!-- end of {name} -->"
OF_THE_FILE = (FILE_MISSING, ARGUMENT_MISSING, FILE_UNREADABLE, FILE_UNWRITTEN, TABLE_DAMAGED)
OF_ITS_CELLS = ("rules.columns_missing", "rules.columns_wrong", "rules.cell_wrong")


def columns() -> Iterator[str]:
    """What an act must say, column by column, in its groups."""
    yield "| Group | Column | Content |"
    yield "|---|---|---|"
    for group, fields in GROUPS.items():
        yield from (f"| {group} | `{field.name}` | {field.says} |" for field in fields)


def prices() -> Iterator[str]:
    """What a line of prices says."""
    yield "| Column | Content |"
    yield "|---|---|"
    yield "| `line` | line of the act in the file of acts; the header is line 1 |"
    yield from (f"| `{name}` | as it was given |" for name in REPEATED)
    yield from (f"| `{name}` | {says} |" for name, says in PRICED_COLUMNS.items())


def reasons() -> Iterator[str]:
    """Every reason the command can give, in both languages: what it stops, who must act and what to do."""
    yield "| Code | Stops | Motif | Reason | À faire / To do | Acteur / Actor |"
    yield "|---|---|---|---|---|---|"
    yield from (_row(reason, "the file") for reason in OF_THE_FILE)
    for code in OF_ITS_CELLS:
        yield _row(FAULTS[code], "the act" if code == "rules.cell_wrong" else "the file")
    yield from (_row(reason, "the act" if reason.number < FIRST_REDUCTION else "nothing") for reason in REASONS)


def _row(reason: Reason, stops: str) -> str:
    said = f"| `{reason.code}` | {stops} | {reason.message.fr} | {reason.message.en} "
    return f"{said}| {reason.action.fr} / {reason.action.en} | {reason.actor} |"


CONTENTS: Mapping[str, Callable[[], Iterator[str]]] = {"columns": columns, "prices": prices, "reasons": reasons}


def refreshed(text: str) -> str:
    """The page with its tables as the code has them now."""
    for part, made in CONTENTS.items():
        mark, end = MARK.format(name=part), END.format(name=part)
        before, found, rest = text.partition(mark)
        _, closed, after = rest.partition(end)
        assert found and closed, f"the page has a place for {part}"
        table = "\n".join(made())
        text = f"{before}{mark}\n{table}\n{end}{after}"
    return text


def main(folder: Path) -> None:
    """Rewrite the page of a folder."""
    page = folder / PAGE_NAME
    page.write_text(refreshed(page.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
