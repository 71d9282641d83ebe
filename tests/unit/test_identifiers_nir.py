"""The NIR: which texts are one, what they say, and that columns agree with single values."""

import timeit

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from stdnum.fr import nir as referee

from cloison.errors import Defect, Misuse, Place, Reason
from cloison.identifiers import Nir, nir
from cloison.identifiers import reasons as why

VALID = ["295109912611193", "253072B07300470", "253072A07300443", "189127512501282", "279035121518989"]
REFUSED = [
    # text                  reason
    ("295109912611199", why.NIR_KEY),
    ("253072C07300443", why.NIR_CHARACTERS),
    ("6546546546546703", why.NIR_LENGTH),
    ("170017510112313", why.NIR_KEY),
    ("194052203228988", why.NIR_KEY),
    ("2951099126111", why.NIR_LENGTH),
    ("", why.NIR_LENGTH),
    ("95109912611193", why.NIR_LENGTH),
    ("2951099126111 3a", why.NIR_CHARACTERS),
    ("253071B07300470", why.NIR_CHARACTERS),
    ("2530B2B07300470", why.NIR_CHARACTERS),
    ("²95109912611193", why.NIR_CHARACTERS),
    ("٢95109912611193", why.NIR_CHARACTERS),
    ("29510991261119\x00", why.NIR_CHARACTERS),
]

numbers = st.tuples(
    st.sampled_from("12347801569"),
    st.integers(0, 99).map("{:02d}".format),
    st.integers(0, 99).map("{:02d}".format),
    st.one_of(st.sampled_from(["2A", "2B", "75", "97", "99"]), st.integers(0, 99).map("{:02d}".format)),
    st.integers(0, 999_999).map("{:06d}".format),
).map("".join)
near_numbers = st.one_of(numbers, st.text("0123456789AB2ab:/ \0", max_size=13))


def completed(number: str) -> str:
    """`number` with the key that the referee computes."""
    return number + referee.calc_check_digits(number)


@pytest.mark.parametrize("text", VALID)
def test_a_nir_in_use_is_accepted(text: str):
    value = Nir.parse(text)
    assert isinstance(value, Nir)
    assert value.reveal() == text
    assert Nir(text) == value


@pytest.mark.parametrize(("text", "reason"), REFUSED)
def test_a_nir_is_refused_with_its_reason(text: str, reason: Reason):
    place = Place("mvt.csv", 12, "nir")
    found = Nir.parse(text, place)
    assert isinstance(found, Defect)
    assert (found.reason, found.place) == (reason, place)
    with pytest.raises(Misuse):
        Nir(text)


@pytest.mark.parametrize(
    "typed",
    [
        "2 95 10 99 126 111 93",
        "2-95-10-99-126-111-93",
        " 295109912611193\n",
        "2.95.10.99.126.111.93",
        "2\u00a095\u202f10 99126111 93",
    ],
)
def test_a_nir_is_read_with_the_separators_people_type(typed: str):
    assert Nir.parse(typed) == Nir("295109912611193")


def test_a_corsican_nir_is_read_in_small_letters():
    assert Nir.parse("2 53 07 2b 073 004 70") == Nir("253072B07300470")


def test_a_nir_is_written_in_its_groups():
    assert Nir("295109912611193").reveal_spaced() == "2 95 10 99 126 111 93"


@pytest.mark.parametrize(
    ("number", "sex", "year", "month", "department", "commune"),
    [
        ("2951099126111", "F", 95, 10, "99", "126"),
        ("253072B073004", "F", 53, 7, "2B", "073"),
        ("1850797411001", "M", 85, 7, "974", "11"),
        ("1608898735012", "M", 60, 88, "987", "35"),
        ("7010375056001", "M", 1, 3, "75", "056"),
        ("8010375056001", "F", 1, 3, "75", "056"),
    ],
)
def test_a_nir_says_what_the_register_wrote(
    number: str, sex: str, year: int, month: int, department: str, commune: str
):
    parts = Nir.of_13(number).parts
    assert (parts.sex, parts.year, parts.month, parts.department, parts.commune) == (
        sex,
        year,
        month,
        department,
        commune,
    )


def test_a_provisional_nir_is_accepted_and_flagged():
    flagged = {first: Nir.of_13(first + "951099126111").provisional for first in "123478"}
    assert flagged == {"1": False, "2": False, "3": True, "4": True, "7": True, "8": True}


@pytest.mark.parametrize("first", list("0569"))
def test_a_first_digit_that_nobody_gives_out_is_refused(first: str):
    assert Nir.check(completed(first + "951099126111")) is why.NIR_SEX


def test_a_month_is_of_the_calendar_or_of_an_incomplete_record():
    accepted = [month for month in range(100) if Nir.check(completed(f"295{month:02d}99126111")) is None]
    assert accepted == [*range(1, 13), *range(20, 43), *range(50, 100)]
    complete = [month for month in accepted if Nir(completed(f"295{month:02d}99126111")).birth_record_complete]
    assert complete == [*range(1, 13)]


@given(numbers)
@example("253072A073004")
@example("253072B073004")
@example("1000000000000")
def test_a_key_is_the_one_of_the_referee(number: str):
    assert nir.key_of(number) == referee.calc_check_digits(number)


@given(near_numbers, st.text("0123456789", max_size=2))
def test_a_nir_accepted_here_is_accepted_by_the_referee(number: str, key: str):
    text = number + key
    if Nir.check(text) is None:
        assert referee.is_valid(text)
    elif len(text) == 15 and referee.is_valid(text):  # stricter only on the first digit and the month
        assert Nir.check(text) in (why.NIR_SEX, why.NIR_MONTH)


@given(st.lists(st.tuples(near_numbers, st.one_of(st.none(), st.text("0123456789 :A", max_size=2))), max_size=40))
def test_a_column_agrees_with_single_values(rows: list[tuple[str, str | None]]):
    shaped = [nir.SHAPE.fullmatch(number + "00") is not None for number, _ in rows]
    keys = [
        key if key is not None else nir.key_of(number) if ok else "00"
        for (number, key), ok in zip(rows, shaped, strict=True)
    ]
    nir13 = np.array([number.encode() for number, _ in rows], "S13")
    key = np.array([key.encode() for key in keys], "S2")

    expected = [Nir.refusal(number + key) is None for (number, _), key in zip(rows, keys, strict=True)]
    assert nir.check_columns(nir13, key).tolist() == expected

    computed = [nir.key_of(number).encode() if ok else b"" for (number, _), ok in zip(rows, shaped, strict=True)]
    assert nir.key_columns(nir13).tolist() == computed


@pytest.mark.parametrize("position", range(15))
def test_a_column_agrees_on_each_character_at_each_position(position: int):
    rows = [text[:position] + chr(code) + text[position + 1 :] for text in VALID for code in range(128)]
    number, key = nir.split_columns(np.array([row.encode() for row in rows], "S15"))
    assert nir.check_columns(number, key).tolist() == [Nir.refusal(row) is None for row in rows]


@pytest.mark.parametrize("text", VALID)
def test_a_key_that_only_sums_to_the_right_number_is_refused(text: str):
    tens, units = int(text[13]), int(text[14])
    key = f"{tens - 1}{chr(ord('0') + units + 10)}"
    assert not nir.check_columns(np.array([text[:13].encode()], "S13"), np.array([key.encode()], "S2"))[0]


def test_a_column_of_15_is_cut_into_number_and_key():
    number, key = nir.split_columns(np.array(VALID, "S15"))
    assert number.tolist() == [text[:13].encode() for text in VALID]
    assert key.tolist() == [text[13:].encode() for text in VALID]
    assert nir.check_columns(number, key).all()


def test_a_column_is_checked_across_its_blocks_and_strides():
    rows = 2 * nir.ROWS_AT_ONCE + 3
    number = np.resize(np.array([text[:13] for text in VALID], "S13"), rows)
    key = nir.key_columns(number)
    key[-1] = b"00"
    assert np.flatnonzero(~nir.check_columns(number, key)).tolist() == [rows - 1]
    assert nir.check_columns(number[::3], key[::3]).sum() == len(number[::3])


def test_an_empty_column_is_checked():
    assert nir.check_columns(np.empty(0, "S13"), np.empty(0, "S2")).tolist() == []
    assert nir.key_columns(np.empty(0, "S13")).tolist() == []


def test_a_column_of_another_width_is_a_bug():
    with pytest.raises(AssertionError, match="S13"):
        nir.check_columns(np.array([b"1"], "S14"), np.array([b"1"], "S2"))


def test_a_column_is_checked_at_two_million_a_second():
    number = np.resize(np.array([text[:13] for text in VALID], "S13"), 200_000)
    key = nir.key_columns(number)
    assert min(timeit.repeat(lambda: nir.check_columns(number, key), number=1, repeat=5)) < 0.1
