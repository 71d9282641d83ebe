"""Numbers of places, professionals, insurers and companies."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.fr import siren as siren_referee
from stdnum.fr import siret as siret_referee

from cloison.errors import Defect, Reason
from cloison.identifiers import Adeli, Amc, Finess, Rpps, Siren, Siret, amc
from cloison.identifiers import reasons as why
from cloison.identifiers.hidden import Hidden


@pytest.mark.parametrize("text", ["750712184", "750100125", "130786049", "690781810"])
def test_a_finess_in_use_is_accepted_without_a_doubt(text: str):
    assert Finess(text).doubt is None


def test_a_finess_whose_key_fails_is_accepted_with_a_doubt():
    assert Finess("750712185").doubt is why.FINESS_DOUBTFUL


def test_a_corsican_finess_is_accepted_and_not_judged():
    assert Finess("2A0000014").doubt is None
    assert Finess.parse("2a 000001 4") == Finess("2A0000014")


def test_an_rpps_is_judged_by_its_length_and_doubted_by_its_key():
    good = "1000012345" + luhn.calc_check_digit("1000012345")
    wrong = good[:-1] + str((int(good[-1]) + 1) % 10)
    assert Rpps(good).doubt is None
    assert Rpps(wrong).doubt is why.RPPS_DOUBTFUL


@pytest.mark.parametrize("text", ["751234567", "2A1234567", "2B1234567"])
def test_an_adeli_starts_with_its_department(text: str):
    assert Adeli(text).reveal() == text


@pytest.mark.parametrize(
    ("kind", "text", "reason"),
    [
        (Finess, "75071218", why.FINESS_FORMAT),
        (Finess, "7507121844", why.FINESS_FORMAT),
        (Finess, "75071218é", why.FINESS_FORMAT),
        (Finess, "75071218ı", why.FINESS_FORMAT),
        (Rpps, "1000012345", why.RPPS_FORMAT),
        (Rpps, "1000012345A", why.RPPS_FORMAT),
        (Adeli, "2C1234567", why.ADELI_FORMAT),
        (Adeli, "75123456", why.ADELI_FORMAT),
        (Amc, "", why.AMC_FORMAT),
        (Amc, "0000000000", why.AMC_FORMAT),
        (Amc, "12345678901", why.AMC_FORMAT),
        (Siren, "73282932", why.SIREN_FORMAT),
        (Siren, "732829321", why.SIREN_KEY),
        (Siret, "7328293200007", why.SIRET_FORMAT),
        (Siret, "73282932000075", why.SIRET_KEY),
    ],
)
def test_a_number_is_refused_with_its_reason(kind: type[Hidden], text: str, reason: Reason):
    found = kind.parse(text)
    assert isinstance(found, Defect)
    assert found.reason is reason


def test_an_amc_is_the_same_with_or_without_leading_zeros():
    short, long = Amc("75004407"), Amc("0075004407")
    assert short == long
    assert len({short, long}) == 1
    assert short.reveal_padded() == long.reveal_padded() == "0075004407"
    assert long.reveal() == "0075004407", "the text is kept as it came"
    assert short != Amc("750044070")


def test_an_amc_has_no_check_digit():
    assert not luhn.is_valid("75004407")
    assert Amc.check("75004407") is None


@given(st.lists(st.text("0123456789A", max_size=10)))
def test_a_column_of_amc_agrees_with_single_values(rows: list[str]):
    column = np.array([row.encode() for row in rows], "S10")
    assert amc.significant_columns(column).tolist() == [row.lstrip("0").encode() for row in rows]


def test_a_siret_is_its_siren_and_a_place():
    assert Siret("73282932000074").siren == Siren("732829320")
    assert Siret("73282932000074").reveal_spaced() == "732 829 320 00074"


def test_an_establishment_of_la_poste_has_a_siret_of_its_own_kind():
    assert Siret.check("35600000049837") is None


@given(st.text("0123456789", min_size=9, max_size=9))
def test_a_siren_is_the_one_of_the_referee(text: str):
    assert (Siren.check(text) is None) == siren_referee.is_valid(text)
    keyed = text[:8] + luhn.calc_check_digit(text[:8])
    assert Siren.check(keyed) is None


@given(st.text("0123456789", min_size=14, max_size=14))
def test_a_siret_is_the_one_of_the_referee(text: str):
    keyed = text[:8] + luhn.calc_check_digit(text[:8]) + text[9:13]
    keyed += luhn.calc_check_digit(keyed)
    for candidate in (text, keyed):
        assert (Siret.check(candidate) is None) == siret_referee.is_valid(candidate)
