"""Professionals send their invoices after the answers: guarantee numbers are stamped into the 2S records.

Records have fixed positions, so that stamping is a patch in place on a copy of the file, whatever its size.
"""

import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from cloison.world.b2 import ENGAGEMENT, RECORD
from cloison.world.text import Bools, Bytes, Ints, Texts, cells_of, ints, ranks

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
        asked = _whole(batch, "question")
        found = np.minimum(ranks(question, asked), max(question.size - 1, 0))
        known = question[found] == asked if question.size else np.zeros(asked.size, np.bool_)
        stamped += _stamp_batch(out, batch, known, engagement, found)
    return stamped


def _promises(answers: Path) -> tuple[Ints, Bytes]:
    """Questions that were promised payment, sorted, and the bytes of each promise, filled with spaces."""
    reader = pacsv.open_csv(
        answers,
        parse_options=pacsv.ParseOptions(delimiter=";"),
        convert_options=pacsv.ConvertOptions(
            include_columns=["question", "engagement"],
            column_types={"question": pa.int64(), "engagement": pa.string()},
        ),
    )
    questions, numbers = [np.zeros(0, np.int64)], [np.zeros((0, _WIDTH), np.uint8)]
    for batch in reader:
        written = np.array(batch.column("engagement").to_pylist(), np.bytes_)
        promised = written != b""
        questions.append(_whole(batch, "question")[promised])
        numbers.append(_padded(written[promised]))
    question = np.concatenate(questions)
    order = np.argsort(question, kind="stable")
    return question[order], np.concatenate(numbers)[order]


def _padded(numbers: Texts) -> Bytes:
    if numbers.dtype.itemsize > _WIDTH:
        raise ValueError(f"a guarantee number has at most {_WIDTH} characters")
    cells = np.full((numbers.size, _WIDTH), ord(" "), np.uint8)
    written = cells_of(numbers)
    cells[:, : written.shape[1]] = np.where(written == 0, ord(" "), written)
    return cells


def _stamp_batch(out: Path, batch: pa.RecordBatch, known: Bools, engagement: Bytes, found: Ints) -> int:
    files = np.array(batch.column("fichier").to_pylist(), np.str_)
    position = _whole(batch, "position")
    for name in np.unique(files).tolist():
        here = np.flatnonzero(known & (files == name))
        if here.size:
            whole = np.memmap(out / name, np.uint8, "r+")
            whole.reshape(-1, RECORD)[position[here] - 1, ENGAGEMENT] = engagement[found[here]]
            whole.flush()
    return int(known.sum())


def _whole(rows: pa.RecordBatch, name: str) -> Ints:
    return ints(rows.column(name))  # pyright: ignore[reportUnknownArgumentType] (stubs do not know what a column holds)
