"""Dated values: read by day, refused when a file leaves a doubt on what it says."""

from datetime import date

import numpy as np
import pytest

from cloison.errors import Misuse, Place
from cloison.rules import TariffBook
from cloison.rules.tariff_book import Parameter, Value, read_tariff
from cloison.rules.vocabulary import MISSING

HEAD = 'text = "CSS L1"\nchecked = 2026-11-22\n'
SERIES = '[montant]\nunit = "cents"\nvalues = [\n{rows}\n]\n'


def days(*texts: str) -> np.ndarray:
    return np.array(texts, "datetime64[D]")


def book(*rows: str) -> TariffBook:
    return TariffBook(list(read_tariff("t.toml", HEAD + SERIES.format(rows=",\n".join(rows)))))


def value(start: str, amount: int, more: str = "") -> str:
    return f'{{ from = {start}, value = {amount}, source = "CSS L1"{more} }}'


def test_a_value_holds_from_its_day_until_the_next():
    tariff = book(value("2005-01-01", 100), value("2024-05-15", 200))
    batch = tariff.dates(days("2024-05-14", "2024-05-15", "2005-01-01", "2026-01-01"))
    assert tariff["t.montant"].on(batch).tolist() == [100, 200, 100, 200]


def test_a_day_before_the_first_value_raises_and_is_never_zero():
    tariff = book(value("2005-01-01", 100))
    with pytest.raises(Misuse, match="No value is known"):
        tariff["t.montant"].on(days("2004-12-31"))
    batch = tariff.dates(days("2004-12-31", "2005-01-01"))
    tariff["t.montant"].on(batch)
    assert batch.missing is not None
    assert batch.missing.tolist() == [True, False]


def test_a_value_with_a_last_day_ends():
    tariff = book(value("2005-01-01", 100, ", to = 2005-12-31"))
    assert tariff["t.montant"].on(days("2005-12-31")).tolist() == [100]
    with pytest.raises(Misuse):
        tariff["t.montant"].on(days("2006-01-01"))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("x = 1\ny =", "t.toml, line 2"),
        (SERIES.format(rows=value("2005-01-01", 1)), "legal text"),
        (HEAD + "[montant]\nvalues = []\n", "line 3, montant"),
        (HEAD + '[montant]\nunit = "cents"\nvalues = []\n', "at least one value"),
        (HEAD + SERIES.format(rows="{ from = 2005-01-01, value = 1 }"), "no source"),
        (HEAD + SERIES.format(rows='{ value = 1, source = "a" }'), "first day"),
        (HEAD + SERIES.format(rows='{ from = 2005-01-01, value = 1.5, source = "a" }'), "whole number"),
        (HEAD + SERIES.format(rows='{ from = 2005-01-01, value = true, source = "a" }'), "whole number"),
        (HEAD + SERIES.format(rows='{ from = 2005-01-01, value = { ZZ = 1 }, source = "a" }'), "departement"),
        (HEAD + SERIES.format(rows=value("2005-01-01", 1, ', status = "to-verify"')), "with its doubt"),
        (HEAD + SERIES.format(rows=value("2005-01-01", 1, ', doubt = { fr = "?", en = "?" }')), "with its doubt"),
        (
            HEAD + SERIES.format(rows=value("2005-01-01", 1, ', status = "to-verify", doubt = { fr = "?" }')),
            "fr and en",
        ),
        (HEAD + SERIES.format(rows=value("2005-01-01", 1, ', status = "to-verify", doubt = "?"')), "fr and en"),
        (HEAD + SERIES.format(rows=value("2005-01-01", 1, ', note = "?"')), "unknown words: note"),
        (HEAD + SERIES.format(rows=value("2005-01-01", 1, ", to = 2004-01-01")), "not after its last day"),
        (HEAD + SERIES.format(rows=f"{value('2005-01-01', 1)}, {value('2005-01-01', 2)}"), "overlap"),
        (HEAD + SERIES.format(rows=f"{value('2006-01-01', 1)}, {value('2005-01-01', 2)}"), "overlap"),
        (
            HEAD + SERIES.format(rows=f"{value('2005-01-01', 1, ', to = 2006-01-01')}, {value('2006-01-01', 2)}"),
            "overlap",
        ),
        (
            HEAD + SERIES.format(rows=f"{value('2005-01-01', 1, ', to = 2006-01-01')}, {value('2006-01-03', 2)}"),
            "gap: no value from 2006-01-02 to 2006-01-03",
        ),
        (
            HEAD
            + SERIES.format(
                rows='{ from = 2005-01-01, value = { "01" = 1, "02" = 2 }, source = "a" },\n'
                '{ from = 2006-01-01, value = { "01" = 1 }, source = "a" }'
            ),
            "no value for 02 from 2006-01-01 t.toml, line 7, montant",
        ),
        (
            HEAD
            + SERIES.format(
                rows=f'{value("2005-01-01", 1)}, {{ from = 2006-01-01, value = {{ "01" = 1 }}, source = "a" }}'
            ),
            "one value for all, or one per key",
        ),
        (HEAD + '[montant]\nunit = "cents"\nvalues = 3\n', "at least one value"),
        (
            HEAD + SERIES.format(rows=value("2005-01-01", 1)).replace("values", "checked = 3\nvalues"),
            "a day of its own",
        ),
    ],
)
def test_a_file_that_leaves_a_doubt_is_refused_with_its_place(content: str, said: str):
    with pytest.raises(Misuse, match=r"t\.toml") as refused:
        list(read_tariff("t.toml", content))
    assert said in str(refused.value)


def test_two_values_that_meet_leave_no_gap():
    tariff = book(value("2005-01-01", 1, ", to = 2006-01-01"), value("2006-01-02", 2))
    assert tariff["t.montant"].on(days("2006-01-01", "2006-01-02")).tolist() == [1, 2]


def test_a_parameter_given_twice_is_refused():
    once = Parameter("a.b", "CSS", "cents", date(2026, 1, 1), (Value(date(2005, 1, 1), 1, "CSS"),), Place("a"))
    with pytest.raises(Misuse, match="twice"):
        TariffBook([once, once])


def test_an_unknown_parameter_raises():
    with pytest.raises(Misuse, match=r"taxi\.forfeit"):
        TariffBook.standard()["taxi.forfeit"]


def test_the_packaged_book_names_its_doubts():
    doubts = TariffBook.standard().doubts()
    assert {"taxi.retour_a_vide", "taux.biologie", "taux.medicament_15"} <= {doubt.parameter for doubt in doubts}
    assert all(doubt.doubt.fr != doubt.doubt.en for doubt in doubts)


def test_the_packaged_book_says_when_it_was_checked():
    book = TariffBook.standard()
    assert book.stale(date(2026, 11, 22)) == []
    stale = book.stale(date(2026, 11, 23))
    assert len(stale) == len(book.parameters)
    assert "taxi.toml, line 4, forfait" in [str(defect.place) for defect in stale]


def test_every_departement_but_mayotte_has_its_rate_per_kilometre():
    book = TariffBook.standard()
    batch = book.dates(np.full(101, np.datetime64("2025-11-01"), "datetime64[D]"))
    rates = book.by_department("taxi.km").on(batch, np.arange(101))
    assert np.flatnonzero(rates == MISSING).tolist() == [100]
    assert (rates[:100].min(), rates[:100].max()) == (107, 127)


def test_a_reading_that_is_no_choice_is_refused():
    with pytest.raises(Misuse):
        TariffBook.standard().with_choice("taxi.retour_a_vide", "C")


def test_a_day_that_does_not_exist_lies_before_everything():
    tariff = book(value("2005-01-01", 100))
    batch = tariff.dates(days("NaT", "2026-01-01"))
    assert tariff["t.montant"].on(batch).tolist()[1] == 100
