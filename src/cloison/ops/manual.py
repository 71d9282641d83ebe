"""Pages made from the program itself: the catalogue of errors, the description of the HTTP gate, the sandbox's table.

python -m cloison.ops.manual [docs]
"""

import re
import sys
from pathlib import Path

import msgspec

from cloison import __version__
from cloison.gateways.http import openapi, sandbox_page
from cloison.gateways.http.catalogue_pages import markdown
from cloison.gateways.http.routes import OPERATIONS
from cloison.ops import sandbox
from cloison.ops.catalogue import PARTS

TABLE = re.compile(r"^\| Case \|.*?\n(?=\n)", re.MULTILINE | re.DOTALL)


def pages() -> dict[str, str]:
    """Each page by its name under docs/."""
    description = msgspec.json.format(msgspec.json.encode(openapi.document(OPERATIONS, __version__)), indent=1)
    return {"errors.md": markdown(PARTS), "openapi.json": description.decode() + "\n"}


def sandbox_with_table(page: str) -> str:
    """docs/sandbox.md with the table of its persons as they are."""
    return TABLE.sub(lambda _: sandbox_page.markdown(sandbox.cases()), page)


def main() -> None:
    """Write the pages."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "docs")
    persons = sandbox_with_table((folder / "sandbox.md").read_text(encoding="utf-8"))
    for name, text in (pages() | {"sandbox.md": persons}).items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
