"""A sender learns what became of each invoice, why, and what to do."""

import csv
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.unit import paper_b2 as paper

from cloison.errors import Actor, Catalogue, Reason, Text
from cloison.gateways.files import b2
from cloison.gateways.files.acknowledge import COLUMNS, Acknowledgement

NOW = datetime(2026, 11, 21, 6, 30, tzinfo=UTC)


def acknowledged(
    folder: Path, records: list[bytearray], decided: list[int] | None = None, catalogue: Catalogue | None = None
) -> tuple[dict[str, Any], list[dict[str, str]]]:
    path = folder / "day.b2"
    path.write_bytes(b"".join(records))
    found = b2.survey(path)
    json_path, csv_path = folder / "day.json", folder / "day.csv"
    with Acknowledgement(json_path, csv_path, found, NOW) as acknowledgement:
        for chunk in b2.read(path, known=found) if found.refused is None else ():
            acknowledgement.add(chunk, None if decided is None else np.array(decided), catalogue)
    with csv_path.open(encoding="utf-8", newline="") as file:
        return json.loads(json_path.read_text(encoding="utf-8")), list(csv.DictReader(file, delimiter=";"))


def test_a_sound_file_is_accepted_in_one_word(tmp_path: Path):
    told, rows = acknowledged(tmp_path, paper.sample())

    assert told["state"] == "accepted"
    assert (told["invoices"], told["invoices_accepted"], told["invoices_refused"]) == (3, 3, 0)
    assert (told["charged_cents"], told["charged_accepted_cents"]) == (12000, 12000)
    assert told["received_at"] == "2026-11-21T06:30:00+00:00"
    assert told["entries"] == rows == []


def test_a_refused_invoice_has_its_line_field_reason_remedy_and_actor(tmp_path: Path):
    records = paper.sample()
    paper.put(records, paper.FIRST_LINE, 115, "-0003000")

    told, rows = acknowledged(tmp_path, records)

    assert told["state"] == "partial"
    assert (told["invoices_accepted"], told["invoices_refused"], told["defects"]) == (2, 1, {"field.negative": 1})
    (entry,) = told["entries"]
    assert entry["line"] == 5
    assert (entry["practice"], entry["batch"], entry["invoice"]) == ("751234567", "001", "000000011")
    assert entry["field"] == "4 [115-122] montant total / total amount"
    assert entry["message"]["fr"] == "Le champ est négatif."
    assert entry["action"]["en"].startswith("Correct this invoice")
    assert entry["actor"] == "professional"
    assert tuple(rows[0]) == COLUMNS
    assert (rows[0]["ligne"], rows[0]["code"], rows[0]["motif"]) == ("5", "field.negative", "Le champ est négatif.")


def test_a_refused_batch_tells_itself_and_each_of_its_invoices(tmp_path: Path):
    records = paper.sample()
    paper.put(records, paper.BATCH_TOTAL, 25, "000006001")

    told, _ = acknowledged(tmp_path, records)

    assert (told["state"], told["batches_refused"]) == ("partial", 1)
    assert [(entry["code"], entry["invoice"]) for entry in told["entries"]] == [
        ("batch.total", ""), ("batch.total", "000000011"), ("batch.total", "000000012"),
    ]  # fmt: skip
    assert told["entries"][0]["cause"] == "expected 6000, found 6001"


def test_a_refused_file_says_why_and_accepts_nothing(tmp_path: Path):
    told, rows = acknowledged(tmp_path, paper.sample()[:-1])

    assert told["state"] == "refused"
    assert (told["invoices"], told["invoices_accepted"], told["invoices_refused"]) == (3, 0, 3)
    assert [row["code"] for row in rows] == ["file.no_trailer"]


def test_a_decision_of_another_part_is_told_in_its_words(tmp_path: Path):
    closed = Reason(201, "rights.closed", Text("Droits fermés.", "Rights closed."), Text("a", "b"), Actor.INSURED)

    told, _ = acknowledged(tmp_path, paper.sample(), [0, 201, 0], Catalogue(closed))

    assert (told["invoices_accepted"], told["invoices_refused"]) == (2, 1)
    (entry,) = told["entries"]
    assert (entry["code"], entry["invoice"], entry["actor"]) == ("rights.closed", "000000012", "insured")


def test_a_storm_in_one_invoice_is_counted_and_not_repeated(tmp_path: Path):
    lines = [paper.Line() for _ in range(500)]
    records = paper.whole([paper.batch("751234567", 1, [paper.Invoice(1, lines), paper.Invoice(2)])])
    for at in range(4, 504):
        paper.put(records, at, 115, "-0003000")

    told, rows = acknowledged(tmp_path, records)

    assert told["defects"] == {"field.negative": 500}
    assert len(rows) == 20
    assert told["defects_not_told"] == 480


def test_what_is_no_number_is_not_repeated(tmp_path: Path):
    records = paper.sample()
    paper.put(records, paper.FIRST, 30, "=cmd|'1'!")

    told, rows = acknowledged(tmp_path, records)

    assert {entry["invoice"] for entry in told["entries"]} == {"?"}
    assert "cmd" not in json.dumps(told) + str(rows)


def test_an_acknowledgement_that_fails_leaves_nothing(tmp_path: Path):
    path = tmp_path / "day.b2"
    path.write_bytes(b"".join(paper.sample()))

    with pytest.raises(KeyboardInterrupt), Acknowledgement(tmp_path / "a", tmp_path / "b", b2.survey(path), NOW):
        raise KeyboardInterrupt

    assert sorted(item.name for item in tmp_path.iterdir()) == ["day.b2"]


def test_no_identity_is_told(tmp_path: Path):
    records = paper.sample()
    paper.put(records, paper.FIRST, 12, "0530720730043")

    told, rows = acknowledged(tmp_path, records)

    assert told["entries"][0]["code"] == "invoice.nir_shape"
    assert "0530720730043" not in json.dumps(told) + str(rows)
    assert "801301" not in json.dumps(told) + str(rows)
