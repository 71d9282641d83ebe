"""The manual says what the code does."""

from pathlib import Path

import pytest

from cloison.gateways.files import b2_layout, noemie_layout
from cloison.gateways.files.manual import CONTENTS, refreshed

PAGES = Path(__file__).resolve().parents[2] / "docs" / "formats"


@pytest.mark.parametrize("name", CONTENTS)
def test_a_page_has_the_tables_of_the_code(name: str):
    text = (PAGES / name).read_text(encoding="utf-8")

    assert refreshed(name, text) == text, "python -m cloison.gateways.files.manual docs/formats"


@pytest.mark.parametrize("layouts", [b2_layout.LAYOUTS, noemie_layout.LAYOUTS], ids=["b2", "noemie"])
def test_a_field_has_a_label_in_both_languages_and_its_evidence(layouts: tuple[b2_layout.Layout, ...]):
    for layout in layouts:
        for item in layout.fields:
            assert item.label.fr, f"{layout.code}.{item.name}"
            assert item.label.en, f"{layout.code}.{item.name}"
            assert item.evidence.startswith(("S ", "S2 ", "D", "NF", "profile")), f"{layout.code}.{item.name}"
