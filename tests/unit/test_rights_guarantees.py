"""Which guarantee holds for a product, a family of care and a day."""

from datetime import date, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.test_rights_eligibility import book

from cloison.rights.guarantees import NO_GUARANTEE
from cloison.rules import Domain

LAST = date.max
DATED = [
    (1, "MED", date(2024, 1, 1), date(2025, 7, 1), 1, -1),
    (1, "MED", date(2025, 7, 1), date(2026, 1, 1), 2, -1),
    (1, "MED", date(2026, 3, 1), LAST, 3, -1),
    (1, "DENT", date(2025, 1, 1), LAST, 0, -1),
    (3, "MED", date(1900, 1, 1), LAST, 4, -1),
]


def formula(product: int, domain: str, when: date) -> int | None:
    shelf = book(DATED).shelf
    row = shelf.find_domain(
        np.array([product], np.int32), np.array([Domain[domain]], np.int16), np.array([when], "datetime64[D]")
    )[0]
    return None if row == NO_GUARANTEE else int(shelf.rows.formula[row])


def test_a_guarantee_holds_from_its_first_day_to_the_day_before_the_next():
    assert formula(1, "MED", date(2023, 12, 31)) is None
    assert formula(1, "MED", date(2024, 1, 1)) == 1
    assert formula(1, "MED", date(2025, 6, 30)) == 1
    assert formula(1, "MED", date(2025, 7, 1)) == 2


def test_between_two_guarantees_nothing_is_guaranteed():
    assert formula(1, "MED", date(2025, 12, 31)) == 2
    assert formula(1, "MED", date(2026, 1, 1)) is None
    assert formula(1, "MED", date(2026, 2, 28)) is None
    assert formula(1, "MED", date(2026, 3, 1)) == 3


def test_a_line_without_a_formula_guarantees_nothing():
    assert formula(1, "DENT", date(2025, 6, 1)) is None


def test_another_product_or_family_of_care_is_not_taken_for_it():
    assert formula(2, "MED", date(2025, 6, 1)) is None
    assert formula(1, "OPTI", date(2025, 6, 1)) is None
    assert formula(3, "PHAR", date(2025, 6, 1)) is None
    assert formula(3, "MED", date(1900, 1, 1)) == 4
    assert formula(0, "MED", date(2025, 6, 1)) is None


def test_a_book_without_guarantees_finds_none():
    empty = book([]).shelf
    found = empty.find_domain(
        np.array([1, 2], np.int32), np.array([1, 1], np.int16), np.array(["2026-01-01"] * 2, "M8[D]")
    )
    assert found.tolist() == [NO_GUARANTEE, NO_GUARANTEE]


DAYS = st.dates(date(2024, 1, 1), date(2024, 3, 1))
SPANS = st.lists(st.tuples(st.integers(1, 3), st.sampled_from(["MED", "AUDI"]), DAYS, st.integers(1, 30)), max_size=12)


@given(SPANS, st.lists(st.tuples(st.integers(0, 4), st.sampled_from(["MED", "AUDI", "OPTI"]), DAYS), max_size=20))
def test_columns_find_what_a_search_line_by_line_finds(spans: list, asked: list):
    rows: list[tuple[int, str, date, date, int, int]] = []
    for product, domain, start, length in spans:
        row = (product, domain, start, start + timedelta(days=length), len(rows) + 1, -1)
        if all(row[3] <= other[2] or other[3] <= row[2] or row[:2] != other[:2] for other in rows):
            rows.append(row)
    shelf = book(rows).shelf
    found = shelf.find_domain(
        np.array([product for product, _, _ in asked], np.int32),
        np.array([Domain[domain] for _, domain, _ in asked], np.int16),
        np.array([when for _, _, when in asked], "datetime64[D]"),
    )
    for row, (product, domain, when) in zip(found.tolist(), asked, strict=True):
        in_force = [each[4] for each in rows if each[:2] == (product, domain) and each[2] <= when < each[3]]
        assert ([] if row == NO_GUARANTEE else [int(shelf.rows.formula[row])]) == in_force
