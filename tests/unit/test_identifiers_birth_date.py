"""Birth dates as text: kept as written, a day only when a calendar has it."""

from datetime import date

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cloison.errors import Defect
from cloison.identifiers import BirthDate, birth_date
from cloison.identifiers import reasons as why

texts = st.one_of(
    st.integers(0, 99_999_999).map("{:08d}".format),
    st.dates(date(1850, 1, 1), date(2199, 12, 31)).map("{:%Y%m%d}".format),
    st.tuples(st.integers(1850, 2199), st.integers(0, 14), st.integers(0, 33)).map(
        lambda t: "{:04d}{:02d}{:02d}".format(*t)
    ),
    st.text("0123456789 aé", max_size=8).filter(lambda text: len(text.encode("latin-1")) <= 8),
)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("19530712", date(1953, 7, 12)),
        ("20240229", date(2024, 2, 29)),
        ("19000229", None),
        ("19531312", None),
        ("19530000", None),
        ("19530631", None),
        ("19539999", None),
    ],
)
def test_a_birth_date_is_a_day_only_if_the_calendar_has_it(text: str, day: date | None):
    value = BirthDate(text)
    assert value.civil_day == day
    assert value.lunar == (day is None)
    assert value.reveal() == text


@pytest.mark.parametrize("text", ["", "1953071", "195307120", "1953O712", "１９５３0712", "19530712\x00"])
def test_a_birth_date_that_is_not_eight_digits_is_refused(text: str):
    found = BirthDate.parse(text)
    assert isinstance(found, Defect)
    assert found.reason is why.BIRTH_DATE_FORMAT


@pytest.mark.parametrize("text", ["00000000", "12071953", "18491231", "22000101"])
def test_a_year_that_nobody_is_born_in_is_refused(text: str):
    assert BirthDate.check(text) is why.BIRTH_DATE_YEAR


def test_a_birth_date_is_read_with_dashes():
    assert BirthDate.parse("1953-07-12") == BirthDate("19530712")


@given(st.lists(texts, max_size=50))
@example(["19531312", "19530631", "20240229", "19000229", "", "19530"])
def test_a_column_agrees_with_single_values(rows: list[str]):
    column = np.array([row.encode("latin-1") for row in rows], "S8")
    accepted = [BirthDate.refusal(row) is None for row in rows]
    days = [BirthDate(row).civil_day if ok else None for row, ok in zip(rows, accepted, strict=True)]

    assert birth_date.check_columns(column).tolist() == accepted
    assert birth_date.civil_days(column).tolist() == days
