"""What was planted: counts in truth.json, one row per invoice in truth_invoices.parquet.

Tests and demonstrations compare the outcome with the intention; the platform never reads these files.
"""

import json
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from cloison.world.invoices import Flaw
from cloison.world.professionals import Kind
from cloison.world.text import Ints

_NAMES = pa.string()
SCHEMA = pa.schema([
    ("file", _NAMES), ("position", pa.int64()), ("question", pa.int64()), ("practice", _NAMES), ("number", _NAMES),
    ("kind", _NAMES), ("mistake", _NAMES), ("uncovered", pa.bool_()), ("total_cents", pa.int64()),
    ("amo_cents", pa.int64()), ("asked_cents", pa.int64()),
])  # fmt: skip


class Truth:
    """Gathers counts and rows while a world is built."""

    def __init__(self, out: Path, stack: ExitStack) -> None:
        self._path = out / "truth.json"
        self._counts: dict[str, Counter[str]] = {}
        self._amounts: Counter[str] = Counter()
        self._rows = stack.enter_context(pq.ParquetWriter(out / "truth_invoices.parquet", SCHEMA, compression="zstd"))

    def count(self, counts: Mapping[str, Mapping[str, int]]) -> None:
        """Add the counts of one block."""
        for subject, values in counts.items():
            self._counts.setdefault(subject, Counter()).update(values)

    def add(self, name: str, positions: Ints, asked: Ints, columns: Mapping[str, Ints], chosen: Ints) -> None:
        """Add rows: the invoices `chosen` among the block's `columns`, written in file `name`."""
        kinds = pa.array([kind.name.lower() for kind in Kind])
        flaws = pa.array([flaw.name.lower() for flaw in Flaw])
        taken = {key: column[chosen] for key, column in columns.items()}
        self._rows.write_table(pa.table([
            pa.array([name]).take(pa.array(np.zeros(chosen.size, np.int64))),
            pa.array(positions),
            pa.array(asked, mask=asked == 0),
            _zero_filled(taken["practice"]),
            _zero_filled(taken["number"]),
            kinds.take(pa.array(taken["kind"])),
            flaws.take(pa.array(taken["mistake"])),
            pa.array(taken["uncovered"] == 1),
            pa.array(taken["total_cents"]),
            pa.array(taken["amo_cents"]),
            pa.array(taken["asked_cents"]),
        ], SCHEMA))  # fmt: skip
        self._amounts.update({key: int(taken[key].sum()) for key in ("total_cents", "amo_cents", "asked_cents")})
        self._amounts["invoices_written"] += int(chosen.size)

    def finish(self, recipe: Mapping[str, object]) -> None:
        """Write truth.json."""
        document = {
            "recipe": dict(recipe),
            **{subject: dict(values) for subject, values in self._counts.items()},
            "amounts_written": dict(self._amounts),
        }
        self._path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def _zero_filled(values: Ints) -> pa.Array:
    return pa.array([f"{value:09d}" for value in values.tolist()], _NAMES)
