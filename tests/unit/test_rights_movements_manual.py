"""The manual and the schema of movement files say what the code does."""

import json
import re
from pathlib import Path

import pytest
from tests.flow.paper_movements import line

from cloison.gateways.files.movement_checks import COLUMNS_OF_THE_FORMAT
from cloison.gateways.files.movement_manual import PAGE_NAME, PATTERNS, SCHEMA_NAME, refreshed, schema

FORMATS = Path(__file__).resolve().parents[2] / "docs" / "formats"


def test_the_schema_is_the_one_the_code_checks_by():
    assert (FORMATS / SCHEMA_NAME).read_text(encoding="utf-8") == schema()


def test_the_manual_has_the_columns_and_reasons_of_the_code():
    text = (FORMATS / PAGE_NAME).read_text(encoding="utf-8")
    assert refreshed(text) == text, "python -m cloison.gateways.files.movement_manual docs/formats"


@pytest.mark.parametrize("name", PATTERNS)
def test_a_right_line_fits_the_patterns_of_the_schema(name: str):
    for person in range(200):
        assert re.fullmatch(PATTERNS[name], line(person).get(name, ""))


def test_the_schema_names_every_column_once():
    fields = [field["name"] for field in json.loads(schema())["fields"]]
    assert fields == list(COLUMNS_OF_THE_FORMAT)
