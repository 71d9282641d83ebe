"""The manual of the file of quotes says what the code reads."""

import json
from pathlib import Path

import jsonschema_rs

from cloison.gateways.files import quotes

FORMATS = Path(__file__).resolve().parents[2] / "docs" / "formats"


def examples() -> list[str]:
    """The messages that the manual shows."""
    lines = (FORMATS / "quotes.md").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.startswith('{"message"')]


def test_the_schema_of_the_manual_is_that_of_the_code():
    assert (FORMATS / "quotes.schema.json").read_bytes() == quotes.schema()


def test_the_messages_of_the_manual_are_read_and_fit_its_schema(tmp_path: Path):
    shown = examples()
    assert len(shown) == 4
    (tmp_path / "shown.jsonl").write_text("\n".join(shown), encoding="utf-8")
    found, defects = quotes.read(tmp_path / "shown.jsonl")
    assert defects == []
    assert [type(each.message).__name__ for each in found] == ["Request", "Simulate", "Extend", "Cancel"]
    validator = jsonschema_rs.validator_for(json.loads(quotes.schema()))
    for line in shown:
        assert list(validator.iter_errors(json.loads(line))) == []


def test_a_person_of_a_message_hides_itself(tmp_path: Path):
    (tmp_path / "shown.jsonl").write_text(examples()[0], encoding="utf-8")
    (found,), _ = quotes.read(tmp_path / "shown.jsonl")
    assert "19500412" not in repr(found)
    assert "ADH000000001" not in repr(found)
