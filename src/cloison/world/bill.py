"""Professionals send their invoices after the answers: guarantee numbers are stamped into the 2S records.

Records have fixed positions, so that stamping is a patch in place on a copy of the file, whatever its size.
"""

import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from cloison.world.b2 import ENGAGEMENT, RECORD
from cloison.world.text import Bools, Ints, Texts, cells_of

_WIDTH = ENGAGEMENT.stop - ENGAGEMENT.start


def bill(world: Path, answers: Path, out: Path) -> int:
    """Copy the B2 files of `world` to `out` with the guarantee numbers of `answers`; returns how many were stamped."""
    out.mkdir(parents=True, exist_ok=True)
    for path in sorted((world / "b2").glob("*.b2")):
        shutil.copyfile(path, out / path.name)
    question, engagement = _promises(answers)
    stamped = 0
    reader = pacsv.open_csv(world / "invoices_questions.csv", parse_options=pacsv.ParseOptions(delimiter=";"))
    for batch in reader:
        asked = np.asarray(batch.column("question"), np.int64)
        found = np.minimum(np.searchsorted(question, asked), max(question.size - 1, 0))
        known = question[found] == asked if question.size else np.zeros(asked.size, np.bool_)
        stamped += _stamp_batch(out, batch, known, engagement, found)
    return stamped


def _promises(answers: Path) -> tuple[Ints, Texts]:
    """Questions that were promised payment, sorted, and the number of each promise, filled with spaces."""
    table = pacsv.read_csv(
        answers,
        parse_options=pacsv.ParseOptions(delimiter=";"),
        convert_options=pacsv.ConvertOptions(
            include_columns=["question", "engagement"],
            column_types={"question": pa.int64(), "engagement": pa.string()},
        ),
    )
    table = table.filter(pc.greater(pc.utf8_length(pc.fill_null(table.column("engagement"), "")), 0))
    question = np.asarray(table.column("question"), np.int64)
    order = np.argsort(question, kind="stable")
    padded = pc.utf8_rpad(table.column("engagement"), _WIDTH, " ")
    numbers = np.array(padded.to_pylist(), f"S{_WIDTH}") if len(padded) else np.zeros(0, f"S{_WIDTH}")
    return question[order], numbers[order]


def _stamp_batch(out: Path, batch: pa.RecordBatch, known: Bools, engagement: Texts, found: Ints) -> int:
    names = batch.column("fichier").dictionary_encode()
    position = np.asarray(batch.column("position"), np.int64)
    code = np.asarray(names.indices, np.int64)
    for index, name in enumerate(names.dictionary.to_pylist()):
        here = np.flatnonzero(known & (code == index))
        if here.size:
            records = np.memmap(out / name, np.uint8, "r+").reshape(-1, RECORD)
            records[position[here] - 1, ENGAGEMENT] = cells_of(engagement[found[here]])
            records.base.flush() if isinstance(records.base, np.memmap) else None
            del records
    return int(known.sum())
