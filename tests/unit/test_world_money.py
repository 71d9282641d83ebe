"""Amounts and accounts of the world: taxi tariff, bank accounts, numbers of professionals."""

from datetime import date

import numpy as np
import pytest
from schwifty import BIC, IBAN
from stdnum import luhn

from cloison.world.banks import accounts
from cloison.world.care import CODES, make_lines, make_visits
from cloison.world.chance import Subject, generator
from cloison.world.insurers import DOMAINS, insurers_json, make_insurers
from cloison.world.professionals import Kind, Practices, make_practices
from cloison.world.pyramid import DEPARTMENT_CODES
from cloison.world.taxi import Trips

DAY = np.datetime64("2026-11-20")


@pytest.mark.parametrize(
    ("department", "km", "night", "city", "tpmr", "patients", "cents"),
    [
        ("01", 6, False, False, False, 1, 1526),
        ("01", 10, False, False, False, 1, 1978),
        ("01", 10, False, False, False, 2, 1523),
        ("33", 4, True, False, False, 1, 1950),
        ("75", 20, False, True, False, 1, 4752),
        ("75", 20, True, True, True, 3, 7633),
        ("974", 4, False, False, False, 1, 1600),
    ],
)
def test_a_taxi_trip_costs_what_the_convention_says(
    department: str, km: int, night: bool, city: bool, tpmr: bool, patients: int, cents: int
):
    trips = Trips(
        np.array([DEPARTMENT_CODES.index(department)]), np.array([km * 100]), np.array([night]), np.array([city]),
        np.array([tpmr]), np.array([patients]), np.array([0]), np.array([False]),
    )  # fmt: skip
    assert trips.amount().tolist() == [cents]


def test_tolls_are_shared_among_patients():
    def trip(tolls: int) -> int:
        return int(
            Trips(np.array([0]), np.array([400]), np.array([False]), np.array([False]), np.array([False]),
                  np.array([2]), np.array([tolls]), np.array([False])).amount()[0]
        )  # fmt: skip

    assert trip(1000) - trip(0) == 500


def test_a_hospital_return_raises_the_kilometres():
    def trip(km: int, empty_return: bool) -> int:
        none = np.array([False])
        ain = np.array([DEPARTMENT_CODES.index("01")])
        return int(
            Trips(
                ain, np.array([km * 100]), none, none, none, np.array([1]), np.array([0]), np.array([empty_return])
            ).amount()[0]
        )

    # Ain, 40 km: 53.68, and 63.85 with an empty return.
    assert (trip(40, False), trip(40, True)) == (5368, 6385)
    assert trip(50, True) - 1300 == (trip(50, False) - 1300) * 3 // 2


def test_each_account_is_right_in_form_and_invented():
    iban, bic = accounts(np.arange(300))
    for number, code in zip(iban, bic, strict=True):
        checked = IBAN(number.decode(), validate_bban=True)
        assert checked.country_code == "FR"
        assert checked.bank is None, "no real bank has this code"
        assert not BIC(code.decode()).exists
    assert np.unique(iban).size == 300


@pytest.fixture(scope="module")
def practices() -> Practices:
    return make_practices(generator(1, 0, Subject.PROFESSIONALS), 0, 5_652)


def test_each_practice_has_a_number_that_passes_luhn(practices: Practices):
    assert all(luhn.is_valid(number.decode()) for number in practices.number)
    assert np.unique(practices.number).size == practices.number.size


def test_caseloads_are_skewed_around_twenty(practices: Practices):
    doctors = practices.invoices[practices.kind == Kind.GENERALISTE]
    assert 16 < practices.invoices.mean() < 24
    assert np.median(doctors) < doctors.mean()
    assert practices.invoices[practices.kind == Kind.PHARMACIE].mean() > 2 * doctors.mean()
    assert practices.invoices.max() < 999


def test_an_invoice_has_three_lines_on_average(practices: Practices):
    visits = make_visits(generator(1, 0, Subject.CARE), practices, DAY)
    lines = make_lines(generator(1, 1, Subject.CARE), visits, practices, visits.kind < 0)
    assert 2.6 < lines.code.size / visits.kind.size < 3.4
    assert set(CODES) - {"ZZZ"} == {CODES[code] for code in np.unique(lines.code)}
    assert (lines.total[~lines.detail] > 0).all()
    assert (lines.total[lines.detail] == 0).all()
    assert (lines.base <= lines.total).all()


def test_insurers_are_invented_and_distinct():
    insurers = make_insurers(1, 84)
    assert len({insurer.amc for insurer in insurers}) == len({insurer.name for insurer in insurers}) == 84
    for insurer in insurers:
        IBAN(insurer.iban, validate_bban=True)
        assert insurer.amc.isdigit()
        assert 3 <= len(insurer.products) <= 6
        domains = {guarantee.domain for product in insurer.products for guarantee in product.guarantees}
        assert domains <= set(DOMAINS)


def test_insurers_are_written_alike_for_one_seed():
    day = date(2026, 11, 20)
    assert insurers_json(make_insurers(1, 84), day) == insurers_json(make_insurers(1, 84), day)
    assert insurers_json(make_insurers(1, 84), day) != insurers_json(make_insurers(2, 84), day)
