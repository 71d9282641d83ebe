"""Files of JSON lines: their lines, and where one of them is wrong."""

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
PATH = re.compile(r"`\$?\.?([^`]*)`\s*$")
MISSING = re.compile(r"missing required field `(\w+)`")


def rows(path: Path) -> Iterator[tuple[int, bytes]]:
    """The lines that say something, with their numbers from 1. Memory does not follow the file."""
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            row = (line.removeprefix(BYTE_ORDER_MARK) if number == 1 else line).strip()
            if row:
                yield number, row


def field_of(wrong: msgspec.ValidationError) -> str:
    """Where a line is wrong. The words of the defect are left out: they may repeat what was sent."""
    words = str(wrong)
    path = PATH.search(words)
    if missing := MISSING.search(words):
        return f"{path.group(1)}.{missing.group(1)}".lstrip(".") if path and " at `" in words else missing.group(1)
    return path.group(1) if path and " at `" in words else "line"
