"""The tables of the manual, made from the tables the code reads and writes by.

`docs/formats/*.md` hold them between two marks; a test keeps both equal. To bring the manual up to date:
`python -m cloison.gateways.files.manual docs/formats`.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

from cloison.errors import Reason
from cloison.gateways.files import b2_layout, noemie_layout
from cloison.gateways.files.layout import Kind, Layout
from cloison.gateways.files.reasons import REASONS

MARK = "<!-- {name}: made by cloison.gateways.files.manual -->"
END = "<!-- end of {name} -->"


def positions(layouts: Iterable[Layout]) -> str:
    """One table per record or entity."""
    return "\n".join(_table(layout) for layout in layouts)


def refusals(reasons: Iterable[Reason]) -> str:
    """Every reason in both languages, with who acts."""
    rows = [
        f"| {reason.number} | `{reason.code}` | {reason.message.fr} | {reason.message.en} "
        f"| {reason.action.fr} / {reason.action.en} | {reason.actor} |"
        for reason in reasons
    ]
    head = ["| No. | Code | Motif | Reason | À faire / To do | Acteur / Actor |", "|---|---|---|---|---|---|"]
    return "\n".join([*head, *rows, ""])


def _table(layout: Layout) -> str:
    rows = [
        f"| {item.positions} | {item.width} | {item.kind} | `{item.name}` | {item.label.fr} | {item.label.en} "
        f"| {_default(item.default, item.kind)} | {item.evidence} |"
        for item in layout.fields
    ]
    return "\n".join(
        [
            f"#### {layout.code}: {layout.label.fr} / {layout.label.en} ({layout.length})",
            "",
            "| Pos. | W | T | Name | Libellé | Label | Default | Evidence |",
            "|---|---|---|---|---|---|---|---|",
            *rows,
            "",
        ]
    )


def _default(written: bytes, kind: Kind) -> str:
    """What stands in the field without a value, unless it is the usual zeros or spaces."""
    usual = b" " if kind is Kind.TEXT else b"0"
    return f"`{written.decode().rstrip()}`" if written.strip(usual) else ""


CONTENTS = {
    "b2.md": {
        "positions": lambda: positions(b2_layout.LAYOUTS),
        "refusals": lambda: refusals(reason for reason in REASONS if reason.number < 70 or reason.number >= 90),
    },
    "noemie.md": {
        "positions": lambda: positions(noemie_layout.LAYOUTS),
        "refusals": lambda: refusals(reason for reason in REASONS if 70 <= reason.number < 80),
    },
    "invoices.md": {"refusals": lambda: refusals(reason for reason in REASONS if 80 <= reason.number < 90)},
}


def refreshed(name: str, text: str) -> str:
    """The page `name` with its tables as the code has them now."""
    for part, made in CONTENTS[name].items():
        mark, end = MARK.format(name=part), END.format(name=part)
        before, found, rest = text.partition(mark)
        _, closed, after = rest.partition(end)
        assert found and closed, f"{name} has a place for {part}"
        text = f"{before}{mark}\n\n{made()}\n{end}{after}"
    return text


def main(folder: Path) -> None:
    """Rewrite the pages of a folder."""
    for name in CONTENTS:
        page = folder / name
        page.write_text(refreshed(name, page.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
