"""The manual of movement files, made from the columns and reasons the code checks by.

`docs/formats/movements.schema.json` is a Frictionless table schema; `docs/formats/movements.md` holds the same columns
and every reason between two marks. A test keeps both equal to the code; to bring them up to date:
`python -m cloison.gateways.files.movement_manual docs/formats`.
"""

import json
import sys
from pathlib import Path

from cloison.gateways.files.movement_checks import COLUMNS_OF_THE_FORMAT, NAMES_OF_PEOPLE
from cloison.rights.movement_reasons import CATALOGUE
from cloison.rights.movements import ORIGIN_FIELD

SCHEMA_NAME = "movements.schema.json"
PAGE_NAME = "movements.md"
MARK = "<!-- {name}: made by cloison.gateways.files.movement_manual -->"
END = "<!-- end of {name} -->"
PATTERNS = {
    "amc": "^[0-9A-Za-z]{1,10}$",
    "adherent": "^[0-9A-Za-z _./-]{1,16}$",
    "contrat": "^[0-9A-Za-z _./-]{1,20}$",
    "nir": "^[1-478][0-9]{4}([0-9]{2}|2[AB])[0-9]{8}$",
    "date_naissance": "^[0-9]{8}$",
    ORIGIN_FIELD: "^[0-9]{0,9}$",
}


def schema() -> str:
    """The format for machines."""
    fields: list[dict[str, object]] = []
    for name, column in COLUMNS_OF_THE_FORMAT.items():
        constraints: dict[str, object] = {"maxLength": column.width}
        if name != ORIGIN_FIELD:
            constraints["required"] = column.required
        if column.codes:
            constraints["enum"] = list(column.codes)
        if name in PATTERNS:
            constraints["pattern"] = PATTERNS[name]
        kind = "date" if name in ("date_debut", "date_fin") else "string"
        fields.append({"name": name, "type": kind, "description": column.meaning, "constraints": constraints})
    document = {
        "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
        "name": "movements",
        "title": "Movements of rights, one insurer per file",
        "fieldsMatch": "subset",
        "missingValues": [""],
        "fields": fields,
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def columns() -> str:
    rows = ["| Column | Bytes | Filled | Content |", "|---|---|---|---|"]
    for name, column in COLUMNS_OF_THE_FORMAT.items():
        width = f"{column.width} (UTF-8)" if name in NAMES_OF_PEOPLE else str(column.width)
        rows.append(f"| `{name}` | {width} | {'always' if column.required else 'if any'} | {column.meaning} |")
    return "\n".join([*rows, ""])


def refusals() -> str:
    rows = ["| No. | Code | Motif / Reason | À faire / To do | Acteur / Actor |", "|---|---|---|---|---|"]
    rows += [
        f"| {reason.number} | `{reason.code}` | {reason.message.fr} / {reason.message.en} "
        f"| {reason.action.fr} / {reason.action.en} | {reason.actor} |"
        for reason in CATALOGUE
    ]
    return "\n".join([*rows, ""])


def refreshed(text: str) -> str:
    """A page with its tables made anew."""
    for name, table in (("columns", columns()), ("reasons", refusals())):
        before, _, rest = text.partition(MARK.format(name=name))
        _, _, after = rest.partition(END.format(name=name))
        text = f"{before}{MARK.format(name=name)}\n{table}{END.format(name=name)}{after}"
    return text


def main(folder: Path) -> None:
    (folder / SCHEMA_NAME).write_text(schema(), encoding="utf-8")
    page = folder / PAGE_NAME
    page.write_text(refreshed(page.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
