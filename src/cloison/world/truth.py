"""What was planted: counts in truth.json, one row per invoice in truth_invoices.parquet.

Tests and demonstrations compare the outcome with the intention; the platform never reads these files.
"""

import json
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from cloison.world.invoices import Flaw
from cloison.world.professionals import Kind
from cloison.world.text import Ints, digits, frame, repeat, table

_TEXT, _WHOLE = pa.string(), pa.int64()
SCHEMA = pa.schema([
    ("file", _TEXT), ("position", _WHOLE), ("question", _WHOLE), ("practice", _TEXT), ("number", _TEXT),
    ("kind", _TEXT), ("mistake", _TEXT), ("uncovered", pa.bool_()), ("ended_since", pa.bool_()),
    ("total_cents", _WHOLE), ("amo_cents", _WHOLE), ("asked_cents", _WHOLE),
])  # fmt: skip
"""`position` is that of the 2S record, from 1; `question` is 0 where the invoice was not preceded by one."""

_ROWS_AT_ONCE = 50_000
_KINDS = table([kind.name.lower() for kind in Kind])
_FLAWS = table([flaw.name.lower() for flaw in Flaw])


class Truth:
    """Gathers counts and rows while a world is built."""

    def __init__(self, out: Path, stack: ExitStack) -> None:
        self._path = out / "truth.json"
        self._counts: dict[str, Counter[str]] = {}
        self._amounts: Counter[str] = Counter()
        self._waiting: list[pa.Table] = []
        self._rows = stack.enter_context(pq.ParquetWriter(out / "truth_invoices.parquet", SCHEMA, compression="zstd"))

    def count(self, counts: Mapping[str, Mapping[str, int]]) -> None:
        """Add the counts of one block."""
        for subject, values in counts.items():
            self._counts.setdefault(subject, Counter()).update(values)

    def add(self, name: str, positions: Ints, asked: Ints, columns: Mapping[str, Ints], chosen: Ints) -> None:
        """Add rows: the invoices `chosen` among the block's `columns`, written in file `name`."""
        taken = {key: column[chosen] for key, column in columns.items()}
        self._waiting.append(frame({
            "file": repeat(name, chosen.size),
            "position": positions,
            "question": asked,
            "practice": digits(taken["practice"], 9),
            "number": digits(taken["number"], 9),
            "kind": _KINDS[taken["kind"]],
            "mistake": _FLAWS[taken["mistake"]],
            "uncovered": taken["uncovered"] == 1,
            "ended_since": taken["ended_since"] == 1,
            "total_cents": taken["total_cents"],
            "amo_cents": taken["amo_cents"],
            "asked_cents": taken["asked_cents"],
        }))  # fmt: skip
        self._amounts.update({key: int(taken[key].sum()) for key in ("total_cents", "amo_cents", "asked_cents")})
        self._amounts["invoices_written"] += int(chosen.size)
        if sum(table.num_rows for table in self._waiting) >= _ROWS_AT_ONCE:
            self._flush()

    def _flush(self) -> None:
        if self._waiting:
            self._rows.write_table(pa.concat_tables(self._waiting).combine_chunks())
            self._waiting.clear()

    def finish(self, recipe: Mapping[str, object]) -> None:
        """Write what waits, and truth.json."""
        self._flush()
        document = {
            "recipe": dict(recipe),
            **{subject: dict(values) for subject, values in self._counts.items()},
            "amounts_written": dict(self._amounts),
        }
        self._path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
