"""The files of the world, written by code that knows nothing of this reader, are read as they were meant."""

from datetime import date
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from cloison.gateways.files import b2
from cloison.gateways.files.reasons import REASONS
from cloison.world import build

SEEN_IN_THE_FILE = {
    "wrong_totals": "invoice.total",
    "impossible_date": "date.impossible",
    "zero_quantity": "line.quantity_zero",
    "duplicate_same_file": "invoice.repeated",
}


def test_honest_mistakes_are_found_and_every_sound_cent_is_read(tmp_path: Path):
    manifest = build(20_000, tmp_path, seed=7, day=date(2026, 11, 20))
    truth = pq.read_table(manifest.truth_invoices).to_pylist()
    meant = {(row["file"], row["position"] - 1): row for row in truth}  # the truth places the record 2S, after the 2
    assert len(meant) == len(truth)

    read = 0
    seen: set[tuple[str, str, str]] = set()
    for path in manifest.b2:
        found = b2.survey(path)
        assert found.refused is None
        assert len(found.defects) == 0
        for chunk in b2.read(path, known=found):
            for row in range(len(chunk.invoices)):
                first = int(chunk.invoices.first_line[row])
                line = slice(first, first + int(chunk.invoices.line_count[row]))
                reason = int(chunk.invoices.reason[row])
                code = REASONS[reason].code if reason else ""
                said = meant[path.name, int(chunk.invoices.record[row])]
                assert chunk.invoices.invoice_number[row].decode() == said["number"]
                assert chunk.invoices.practice_number[row].decode() == said["practice"]
                key = (path.name, said["practice"], said["number"])
                twin = said["mistake"] == "duplicate_same_file" and key not in seen  # the first of the two is sound
                assert code == ("" if twin else SEEN_IN_THE_FILE.get(said["mistake"], "")), said["mistake"]
                seen.add(key)
                if not code:
                    lines = chunk.lines
                    sums = [int(np.sum(column[line])) for column in (lines.total, lines.amo, lines.amc)]
                    assert sums == [said["total_cents"], said["amo_cents"], said["asked_cents"]]
                read += 1
    assert read == len(truth)
