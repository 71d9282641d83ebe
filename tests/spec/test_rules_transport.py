"""Medical transport: taxis, light medical vehicles, ambulances."""

from dataclasses import replace

import pytest
from tests.spec.tables import check

from cloison.rules import TariffBook


def test_a_taxi_trip_follows_the_national_tariff():
    """Forfait of 13 euros with the first 4 kilometres, then the rate of the licence's departement.

    The 15.26 of Ain over 6 km is published; the others follow the same text, computed by hand.
    """
    check("""
        code | charged | km | dep | patients | night | city | tpmr || base  | amo   | own
        -----+---------+----+-----+----------+-------+------+------++-------+-------+------
        TXI  |  100.00 |  6 | 01  |        1 |       |      |      || 15.26 |  8.39 | 91.61
        TXI  |  100.00 | 10 | 01  |        1 |       |      |      || 19.78 | 10.88 | 89.12
        TXI  |  100.00 | 10 | 01  |        2 |       |      |      || 15.23 |  8.38 | 91.62
        TXI  |  100.00 |  4 | 2B  |        1 | T     |      |      || 19.50 | 10.73 | 89.27
        TXI  |  100.00 | 20 | 75  |        1 |       | T    |      || 47.52 | 26.14 | 73.86
        TXI  |  100.00 | 20 | 75  |        3 | T     | T    | T    || 76.33 | 41.98 | 58.02
    """)


def test_each_departement_of_the_licence_has_its_rate_per_kilometre_01_to_49():
    """Ten kilometres beyond the forfait: 13 euros and ten times the rate."""
    check("""
        code | charged | km | dep || base
        -----+---------+----+-----++------
        TXI  |  100.00 | 14 | 01  || 24.30
        TXI  |  100.00 | 14 | 02  || 25.00
        TXI  |  100.00 | 14 | 03  || 24.90
        TXI  |  100.00 | 14 | 04  || 24.40
        TXI  |  100.00 | 14 | 05  || 24.80
        TXI  |  100.00 | 14 | 06  || 25.70
        TXI  |  100.00 | 14 | 07  || 24.70
        TXI  |  100.00 | 14 | 08  || 24.70
        TXI  |  100.00 | 14 | 09  || 24.50
        TXI  |  100.00 | 14 | 10  || 24.30
        TXI  |  100.00 | 14 | 11  || 23.80
        TXI  |  100.00 | 14 | 12  || 24.60
        TXI  |  100.00 | 14 | 13  || 24.00
        TXI  |  100.00 | 14 | 14  || 23.70
        TXI  |  100.00 | 14 | 15  || 24.30
        TXI  |  100.00 | 14 | 16  || 24.20
        TXI  |  100.00 | 14 | 17  || 24.00
        TXI  |  100.00 | 14 | 18  || 25.60
        TXI  |  100.00 | 14 | 19  || 24.60
        TXI  |  100.00 | 14 | 21  || 24.20
        TXI  |  100.00 | 14 | 22  || 24.30
        TXI  |  100.00 | 14 | 23  || 24.80
        TXI  |  100.00 | 14 | 24  || 24.10
        TXI  |  100.00 | 14 | 25  || 23.80
        TXI  |  100.00 | 14 | 26  || 24.60
        TXI  |  100.00 | 14 | 27  || 25.10
        TXI  |  100.00 | 14 | 28  || 24.90
        TXI  |  100.00 | 14 | 29  || 23.70
        TXI  |  100.00 | 14 | 2A  || 25.70
        TXI  |  100.00 | 14 | 2B  || 25.70
        TXI  |  100.00 | 14 | 30  || 23.80
        TXI  |  100.00 | 14 | 31  || 24.00
        TXI  |  100.00 | 14 | 32  || 24.90
        TXI  |  100.00 | 14 | 33  || 23.70
        TXI  |  100.00 | 14 | 34  || 23.70
        TXI  |  100.00 | 14 | 35  || 23.70
        TXI  |  100.00 | 14 | 36  || 25.50
        TXI  |  100.00 | 14 | 37  || 24.80
        TXI  |  100.00 | 14 | 38  || 25.20
        TXI  |  100.00 | 14 | 39  || 24.10
        TXI  |  100.00 | 14 | 40  || 24.30
        TXI  |  100.00 | 14 | 41  || 24.30
        TXI  |  100.00 | 14 | 42  || 23.80
        TXI  |  100.00 | 14 | 43  || 25.40
        TXI  |  100.00 | 14 | 44  || 23.80
        TXI  |  100.00 | 14 | 45  || 23.70
        TXI  |  100.00 | 14 | 46  || 24.30
        TXI  |  100.00 | 14 | 47  || 24.10
        TXI  |  100.00 | 14 | 48  || 25.50
        TXI  |  100.00 | 14 | 49  || 23.80
    """)


def test_each_departement_of_the_licence_has_its_rate_per_kilometre_50_to_974():
    """Mayotte (976) has none and is refused."""
    check("""
        code | charged | km | dep || base
        -----+---------+----+-----++------
        TXI  |  100.00 | 14 | 50  || 24.60
        TXI  |  100.00 | 14 | 51  || 24.20
        TXI  |  100.00 | 14 | 52  || 25.60
        TXI  |  100.00 | 14 | 53  || 23.90
        TXI  |  100.00 | 14 | 54  || 23.90
        TXI  |  100.00 | 14 | 55  || 24.20
        TXI  |  100.00 | 14 | 56  || 23.70
        TXI  |  100.00 | 14 | 57  || 24.40
        TXI  |  100.00 | 14 | 58  || 25.70
        TXI  |  100.00 | 14 | 59  || 25.00
        TXI  |  100.00 | 14 | 60  || 25.00
        TXI  |  100.00 | 14 | 61  || 24.70
        TXI  |  100.00 | 14 | 62  || 25.00
        TXI  |  100.00 | 14 | 63  || 23.80
        TXI  |  100.00 | 14 | 64  || 24.40
        TXI  |  100.00 | 14 | 65  || 23.70
        TXI  |  100.00 | 14 | 66  || 24.80
        TXI  |  100.00 | 14 | 67  || 23.70
        TXI  |  100.00 | 14 | 68  || 23.70
        TXI  |  100.00 | 14 | 69  || 23.70
        TXI  |  100.00 | 14 | 70  || 23.80
        TXI  |  100.00 | 14 | 71  || 24.00
        TXI  |  100.00 | 14 | 72  || 23.70
        TXI  |  100.00 | 14 | 73  || 24.50
        TXI  |  100.00 | 14 | 74  || 25.20
        TXI  |  100.00 | 14 | 75  || 25.20
        TXI  |  100.00 | 14 | 76  || 24.80
        TXI  |  100.00 | 14 | 77  || 23.70
        TXI  |  100.00 | 14 | 78  || 23.70
        TXI  |  100.00 | 14 | 79  || 23.80
        TXI  |  100.00 | 14 | 80  || 24.50
        TXI  |  100.00 | 14 | 81  || 23.70
        TXI  |  100.00 | 14 | 82  || 23.70
        TXI  |  100.00 | 14 | 83  || 24.60
        TXI  |  100.00 | 14 | 84  || 25.00
        TXI  |  100.00 | 14 | 85  || 23.70
        TXI  |  100.00 | 14 | 86  || 24.10
        TXI  |  100.00 | 14 | 87  || 24.00
        TXI  |  100.00 | 14 | 88  || 24.00
        TXI  |  100.00 | 14 | 89  || 24.10
        TXI  |  100.00 | 14 | 90  || 23.80
        TXI  |  100.00 | 14 | 91  || 23.70
        TXI  |  100.00 | 14 | 92  || 23.70
        TXI  |  100.00 | 14 | 93  || 23.70
        TXI  |  100.00 | 14 | 94  || 23.70
        TXI  |  100.00 | 14 | 95  || 23.70
        TXI  |  100.00 | 14 | 971 || 23.70
        TXI  |  100.00 | 14 | 972 || 25.00
        TXI  |  100.00 | 14 | 973 || 24.00
        TXI  |  100.00 | 14 | 974 || 25.20
    """)


def test_supplements_of_a_taxi_stand_outside_the_abatement():
    """TPMR, overseas and tolls are neither abated nor increased; tolls are divided by the patients."""
    check("""
        code | charged | km | dep | patients | night | tpmr | drom | tolls || base
        -----+---------+----+-----+----------+-------+------+------+-------++------
        TXI  |  100.00 |  4 | 974 |        1 |       |      | T    |       || 16.00
        TXI  |  100.00 |  4 | 974 |        4 | T     |      | T    |       || 15.29
        TXI  |  100.00 |  4 |  01 |        2 |       |      |      |  9.00 || 14.51
        TXI  |  100.00 |  4 |  01 |        3 |       | T    |      | 10.00 || 41.78
    """)


def test_an_empty_return_is_read_one_way_or_the_other_and_marked():
    """25 % under 50 km, 50 % from 50 km. Reading A raises the rate of the kilometres, reading B bills the empty leg."""
    drawn = """
        code | charged | km    | dep | empty || base   | remarks
        -----+---------+-------+-----+-------++--------+-------------------
        TXI  |  300.00 |    40 |  01 |       || 53.68  |
        TXI  |  300.00 |    40 |  01 | T     || {near} | empty_return_doubt
        TXI  |  300.00 | 49.99 |  01 | T     || {edge} | empty_return_doubt
        TXI  |  300.00 |    50 |  01 | T     || {far}  | empty_return_doubt
    """
    check(drawn.format(near="63.85", edge="77.96", far="90.97"))
    reading_b = TariffBook.standard().with_choice("taxi.retour_a_vide", "B")
    check(drawn.format(near="110.18", edge="135.58", far="149.73"), reading_b)


def test_a_long_run_alone_is_abated_only_by_choice():
    """One engine takes 5 % off a patient alone from 30 km; no text read says so: a choice, off."""
    drawn = """
        code | charged | km | dep | patients || base
        -----+---------+----+-----+----------++--------
        TXI  |  300.00 | 30 |  01 |        1 || {alone}
        TXI  |  300.00 | 29 |  01 |        1 || 41.25
        TXI  |  300.00 | 30 |  01 |        2 || 32.63
    """
    check(drawn.format(alone="42.38"))
    check(drawn.format(alone="40.26"), TariffBook.standard().with_choice("taxi.abattement_trajet_long", "oui"))


def test_a_taxi_before_the_national_tariff_is_paid_on_its_declared_base():
    """Each departement had its own convention until 31 October 2025; none is loaded."""
    check("""
        date       | code | charged | declared | km | dep || base  | reason         | remarks
        -----------+------+---------+----------+----+-----++-------+----------------+--------------
        2025-10-31 | TXI  |   42.00 |    40.00 | 10 |  01 || 40.00 |                | base_declared
        2025-10-31 | TXI  |   42.00 |          | 10 |  01 ||  0.00 | base_not_known |
        2025-11-01 | TXI  |   42.00 |          | 10 |  01 || 19.78 |                |
        2025-11-01 | TXI  |   42.00 |    40.00 | 10 |  01 || 19.78 |                | base_differs
    """)


def test_a_trip_that_is_not_described_or_impossible_is_refused():
    check("""
        code | charged | km      | dep | patients | qty | tolls  || amc  | reason
        -----+---------+---------+-----+----------+-----+--------++------+----------------------
        TXI  |   20.00 |         |     |          |   1 |        || 0.00 | trip_missing
        TXI  |   20.00 |       0 |  01 |        1 |   1 |        || 0.00 | trip_impossible
        TXI  |   20.00 |      -3 |  01 |        1 |   1 |        || 0.00 | trip_impossible
        TXI  |   20.00 | 1000.00 |  01 |        1 |   1 |        || 0.00 | trip_impossible
        TXI  |   20.00 |      10 |  01 |        0 |   1 |        || 0.00 | trip_impossible
        TXI  |   20.00 |      10 |  01 |        9 |   1 |        || 0.00 | trip_impossible
        TXI  |   20.00 |      10 |  01 |        1 |   2 |        || 0.00 | trip_impossible
        TXI  |   20.00 |      10 |  01 |        1 |   1 |  -1.00 || 0.00 | trip_impossible
        TXI  |   20.00 |      10 |  01 |        1 |   1 | 1000.0 || 0.00 | trip_impossible
        TXI  |  900.00 |  999.99 |  01 |        8 |   1 | 999.99 || 0.00 |
        TXI  |   20.00 |      10 |  20 |        1 |   1 |        || 0.00 | department_not_priced
        TXI  |   20.00 |      10 | 976 |        1 |   1 |        || 0.00 | department_not_priced
    """)


def test_a_long_transport_needs_prior_agreement():
    """Above 150 km one way. A refusal refuses; an answer that is not stated is marked."""
    check("""
        code | charged | km     | agreement || reason            | remarks
        -----+---------+--------+-----------++-------------------+-------------------
        TXI  |  400.00 |    150 |           ||                   |
        TXI  |  400.00 | 150.01 |           ||                   | agreement_to_check
        TXI  |  400.00 |    200 | granted   ||                   |
        TXI  |  400.00 |    200 | tacit     ||                   |
        TXI  |  400.00 |    200 | refused   || agreement_refused |
    """)


def test_transport_is_paid_at_55_percent_and_100_when_exonerated():
    check("""
        date       | code | charged | declared | km | exempt        || rate | amo   | franchise
        -----------+------+---------+----------+----+---------------++------+-------+----------
        2023-10-14 | TXI  |   40.00 |    40.00 | 20 |               ||  65% | 26.00 |      2.00
        2023-10-15 | TXI  |   40.00 |    40.00 | 20 |               ||  55% | 22.00 |      2.00
        2024-03-31 | TXI  |   40.00 |    40.00 | 20 |               ||  55% | 22.00 |      4.00
        2024-03-31 | TXI  |   40.00 |    40.00 | 20 | ald           || 100% | 40.00 |      4.00
        2024-03-31 | TXI  |   40.00 |    40.00 | 20 | maternity     || 100% | 40.00 |      0.00
        2024-03-31 | TXI  |   40.00 |    40.00 | 20 | work_accident || 100% | 40.00 |      4.00
    """)


def test_urgent_transport_owes_no_franchise_and_a_day_owes_two():
    """4 euros per trip, at most 8 a day, whatever was withheld before the batch included."""
    check("""
        code | charged | km | urgent | person | franchise_today || franchise
        -----+---------+----+--------+--------+-----------------++----------
        TXI  |   30.00 | 20 | T      | a      |                 ||      0.00
        TXI  |   30.00 | 20 |        | a      |                 ||      4.00
        TXI  |   30.00 | 20 |        | a      |                 ||      4.00
        TXI  |   30.00 | 20 |        | a      |                 ||      0.00
        TXI  |   30.00 | 20 |        | b      |            6.00 ||      2.00
    """)


@pytest.mark.parametrize("code", ["TXN", "TXV", "TXP", "TXH", "TXS", "TXR", "PEA"])
def test_a_detail_line_carries_no_amount(code: str):
    check(f"""
        code   | charged || base | reason
        -------+---------++------+-------------------
        {code} |    0.00 || 0.00 |
        {code} |    1.00 || 0.00 | detail_with_amount
    """)


def test_a_light_vehicle_is_paid_on_its_declared_base_while_its_group_is_unknown():
    check("""
        date       | code | charged | declared | km | agreement || base  | franchise | reason         | remarks
        -----------+------+---------+----------+----+-----------++-------+-----------+----------------+--------------
        2021-03-07 | VSL  |   30.00 |    28.00 | 10 |           || 28.00 |      2.00 |                | base_declared
        2021-03-08 | VSL  |   30.00 |    28.00 | 10 |           || 28.00 |      2.00 |                | base_declared
        2021-03-08 | VSL  |   30.00 |          | 10 |           ||  0.00 |      0.00 | base_not_known |
        2021-03-08 | VSL  |   30.00 |    28.00 |    |           ||  0.00 |      0.00 | trip_missing   |
    """)


def test_a_light_vehicle_follows_its_tariff_where_its_group_is_loaded():
    """Forfait of the group with 3 kilometres, 1.02 a kilometre, a bonus up to 18 km, shared runs abated as a whole."""
    book = TariffBook.standard()
    groups = replace(book.parameters["vsl.groupe"].values[0], value={"01": 1, "75": 2, "59": 3, "2A": 4})
    with_groups = {**book.parameters, "vsl.groupe": replace(book.parameters["vsl.groupe"], values=(groups,))}
    check(
        """
        date       | code | charged | km   | dep | patients | tolls || base
        -----------+------+---------+------+-----+----------+-------++------
        2022-01-03 | VSL  |   90.00 |    2 | 01  |        1 |       || 20.42
        2022-01-03 | VSL  |   90.00 |    7 | 01  |        1 |       || 24.50
        2022-01-03 | VSL  |   90.00 | 7.01 | 01  |        1 |       || 24.29
        2022-01-03 | VSL  |   90.00 |   18 | 75  |        1 |       || 29.62
        2022-01-03 | VSL  |   90.00 |   20 | 59  |        1 |       || 29.94
        2022-01-03 | VSL  |   90.00 |   20 | 2A  |        2 |       || 21.98
        2022-01-03 | VSL  |   90.00 |   20 | 2A  |        3 |  3.00 || 18.59
        """,
        TariffBook(list(with_groups.values())),
    )


def test_an_ambulance_is_refused_until_a_tariff_is_loaded():
    check("""
        code | charged | declared | km || reason
        -----+---------+----------+----++------------------
        ABA  |  100.00 |   100.00 | 20 || tariff_not_loaded
    """)
