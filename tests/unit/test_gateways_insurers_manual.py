"""The page about insurers.json names every field that is read, and its example is read."""

import re
from pathlib import Path

from cloison.gateways.files.insurers import FIELDS, read_insurers

PAGE = Path(__file__).parents[2] / "docs" / "formats" / "insurers.md"


def test_every_field_has_its_line_and_no_other_is_promised():
    lines = re.findall(r"^\| (`.*?) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    said = {name for line in lines for name in re.findall(r"`(\w+)`", line)}
    assert said == {name for fields in FIELDS.values() for name in fields}


def test_the_example_is_read():
    example = re.search(r"```json\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert example is not None
    (insurer,) = read_insurers(example[1].encode(), "insurers.json")
    assert [len(sold.product.guarantees) for sold in insurer.products] == [6]
    assert len(insurer.members) == 1
