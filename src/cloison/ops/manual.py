"""Pages made from the program itself: the catalogue of errors and the description of the HTTP gate.

python -m cloison.ops.manual [docs]
"""

import sys
from pathlib import Path

import msgspec

from cloison import __version__
from cloison.gateways.http import openapi
from cloison.gateways.http.catalogue_pages import markdown
from cloison.gateways.http.routes import OPERATIONS
from cloison.ops.catalogue import PARTS


def pages() -> dict[str, str]:
    """Each page by its name under docs/."""
    description = msgspec.json.format(msgspec.json.encode(openapi.document(OPERATIONS, __version__)), indent=1)
    return {"errors.md": markdown(PARTS), "openapi.json": description.decode() + "\n"}


def main() -> None:
    """Write the pages."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "docs")
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
