"""How 128-byte records lie in a file, and of which kind each is. Read in blocks: memory does not follow the file.

Records touch each other; line ends after each record are accepted and skipped. Files are read, not mapped: a file cut
while it is read must be a fault, not a killed process.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from cloison.errors import Unavailable
from cloison.gateways.files.b2_columns import Int8, Raw
from cloison.gateways.files.b2_layout import LENGTH
from cloison.gateways.files.reasons import FILE_CHANGED

BLOCK_RECORDS = 32_768
"""Four megabytes: large enough for vectors, small enough for the caches."""

UNKNOWN, HEADER, BATCH, INVOICE, INVOICE_DETAIL, INVOICE_OTHER, LINE, LINE_OTHER, PRODUCT = range(9)
FEE, FEE_OTHER, MEDICAL_ACT, INVOICE_TOTAL, BATCH_TOTAL, TRAILER = range(9, 15)
KINDS = 15


def _kind_table() -> NDArray[np.int8]:
    """The kind of a record from its first byte and its 39th, where complements have a letter. Shape (65 536,)."""
    table = np.full((256, 256), UNKNOWN, np.int8)
    for byte, kind in {
        "0": HEADER, "1": BATCH, "2": INVOICE, "3": LINE, "4": FEE, "5": INVOICE_TOTAL, "6": BATCH_TOTAL, "9": TRAILER,
    }.items():  # fmt: skip
        table[ord(byte)] = kind
    letters = slice(ord("A"), ord("Z") + 1)
    for byte, other, letter, known in (
        ("2", INVOICE_OTHER, "S", INVOICE_DETAIL),
        ("3", LINE_OTHER, "F", PRODUCT),
        ("4", FEE_OTHER, "M", MEDICAL_ACT),
    ):
        table[ord(byte), letters] = other
        table[ord(byte), ord(letter)] = known
    return table.reshape(-1)


_KIND = _kind_table()


def kinds_of(raw: Raw) -> Int8:
    """What each record is. A 0 or a 9 must be 000 or 999. Shapes: raw (n, 128), result (n,)."""
    kinds = _KIND[raw[:, 0].astype(np.intp) * 256 + raw[:, 38]]
    for kind, digit in ((HEADER, ord("0")), (TRAILER, ord("9"))):
        ends = np.flatnonzero(kinds == kind)
        if len(ends):
            kinds[ends[(raw[ends, 1] != digit) | (raw[ends, 2] != digit)]] = UNKNOWN
    return kinds


@dataclass(frozen=True)
class Source:
    """A file and the step between its records. `remainder` bytes after the last whole record belong to none."""

    path: Path
    size: int
    step: int
    separator: bytes
    count: int
    remainder: int
    closing: int
    """Bytes after the last record that are only a line end."""

    @classmethod
    def of(cls, path: Path) -> "Source":
        """Look at the first records and the size; nothing is refused here."""
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(LENGTH + 2)
            separator = next((end for end in (b"\r\n", b"\n") if start[LENGTH:].startswith(end)), b"")
            step = LENGTH + len(separator)
            whole, rest = divmod(size, step)
            if separator and rest == LENGTH:  # the last record has no line end
                return cls(path, size, step, separator, whole + 1, 0, 0)
            file.seek(size - rest)
            tail = file.read(rest)
            closing = rest if tail in (b"\n", b"\r\n", b"\x1a") else 0
        return cls(path, size, step, separator, whole, rest - closing, closing)

    def blocks(self, first: int = 0, end: int | None = None) -> Iterator[tuple[int, Raw]]:
        """Records from position `first` to `end` excluded, counted from 0: (position of the block, its rows)."""
        end = self.count if end is None else end
        with self.path.open("rb", buffering=0) as file:
            file.seek(first * self.step)
            for at in range(first, end, BLOCK_RECORDS):
                yield at, self._rows(file, min(BLOCK_RECORDS, end - at), last=at + BLOCK_RECORDS >= self.count)

    def rows(self, first: int, end: int) -> Raw:
        """Records from position `first` to `end` excluded, at once."""
        with self.path.open("rb", buffering=0) as file:
            file.seek(first * self.step)
            return self._rows(file, end - first, last=end >= self.count)

    def _rows(self, file: BinaryIO, count: int, last: bool) -> Raw:
        size = count * self.step
        flat = np.fromfile(file, np.uint8, size)
        missing = size - len(flat)
        if missing > (len(self.separator) if last else 0):
            raise Unavailable(FILE_CHANGED, self.path.name)
        if missing:
            flat = np.append(flat, np.zeros(missing, np.uint8))
        rows = flat.reshape(count, self.step)
        return rows if not self.separator else np.ascontiguousarray(rows[:, :LENGTH])

    def broken_separators(self) -> int | None:
        """Position of the first record that is not followed by the line end of the others."""
        if not self.separator:
            return None
        expected = np.frombuffer(self.separator, np.uint8)
        with self.path.open("rb", buffering=0) as file:
            for at in range(0, self.count - 1, BLOCK_RECORDS):
                count = min(BLOCK_RECORDS, self.count - 1 - at)
                flat = np.frombuffer(file.read(count * self.step), np.uint8)
                ends = flat[: len(flat) // self.step * self.step].reshape(-1, self.step)[:, LENGTH:]
                wrong = (ends != expected).any(axis=1)
                if wrong.any():
                    return at + int(wrong.argmax())
        return None
