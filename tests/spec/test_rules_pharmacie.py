"""Medicines: the price of the boxes, a rate by benefit, a franchise per box."""

from tests.spec.tables import check
from tests.spec.test_rules_official import book


def test_a_medicine_is_paid_at_the_rate_of_its_benefit():
    """100 % irreplaceable, 65 % major, 30 % moderate, 15 % low. A contrat responsable may leave out the last two."""
    check("""
        code | charged | declared | guarantee || rate | amo   | amc   | own
        -----+---------+----------+-----------++------+-------+-------+------
        PHC  |   20.00 |    20.00 | 100% TM   || 100% | 20.00 |  0.00 | 0.00
        PH7  |   20.00 |    20.00 | 100% TM   || 65%  | 13.00 |  7.00 | 0.00
        PH4  |   20.00 |    20.00 | 100% TM   || 30%  |  6.00 | 14.00 | 0.00
        PH1  |   20.00 |    20.00 | 100% TM   || 15%  |  3.00 | 17.00 | 0.00
        PH4  |   20.00 |    20.00 |           || 30%  |  6.00 |  0.00 | 14.00
        PH1  |   20.00 |    20.00 |           || 15%  |  3.00 |  0.00 | 17.00
    """)


def test_a_line_of_boxes_is_rounded_once_and_owes_a_franchise_per_box():
    """Three boxes at 3.33: 9.99 x 65 % = 6.4935, rounded to 6.49; the franchise is information and lowers no share."""
    check("""
        date       | code | qty | charged | declared || amo  | own  | franchise
        -----------+------+-----+---------+----------++------+------+----------
        2026-03-02 | PH7  |   1 |    3.33 |     3.33 || 2.16 | 1.17 |      1.00
        2026-03-02 | PH7  |   3 |    9.99 |     9.99 || 6.49 | 3.50 |      3.00
        2024-03-30 | PH7  |   3 |    9.99 |     9.99 || 6.49 | 3.50 |      1.50
        2026-03-02 | PH1  |   1 |    1.00 |     1.00 || 0.15 | 0.85 |      0.15
    """)


def test_the_public_price_binds_where_the_medicines_database_is_loaded():
    """A box that falls from 10 to 9 euros on 1 July 2026; what is charged above the price is left to the insured."""
    check(
        """
        date       | code | official      | qty | charged | declared | guarantee || base  | amo   | amc  | own  | remarks
        -----------+------+---------------+-----+---------+----------+-----------++-------+-------+------+------+-------------
        2026-06-30 | PH7  | 3400949497294 |   2 |   20.00 |    20.00 | 100% TM   || 20.00 | 13.00 | 7.00 | 0.00 |
        2026-07-01 | PH7  | 3400949497294 |   2 |   20.00 |    20.00 | 100% TM   || 18.00 | 11.70 | 6.30 | 2.00 | base_differs
        2026-07-01 | PH7  | 3400949497294 |   2 |   16.00 |          | 100% TM   || 16.00 | 10.40 | 5.60 | 0.00 | charged_below_base
        """,
        book(),
    )


def test_a_medicine_of_a_long_illness_is_paid_in_full_and_still_owes_its_franchise():
    check("""
        code | charged | declared | exempt    | protection | minor || amo   | franchise
        -----+---------+----------+-----------+------------+-------++-------+----------
        PH7  |   20.00 |    20.00 | ald       |            |       || 20.00 |      1.00
        PH7  |   20.00 |    20.00 | maternity |            |       || 20.00 |      0.00
        PH7  |   20.00 |    20.00 |           | css        |       || 13.00 |      0.00
        PH7  |   20.00 |    20.00 |           |            | T     || 13.00 |      0.00
    """)


def test_without_a_price_in_the_database_and_without_a_declared_one_nothing_is_guessed():
    """Open doubt, 22 November 2026: what a refused generic changes (a price limited to that of the generics) is not in
    our documents; the price of the box that was delivered counts, generic or not."""
    check("""
        code | charged | declared || base  | reason         | remarks
        -----+---------+----------++-------+----------------+--------------
        PH7  |   20.00 |    20.00 || 20.00 |                | base_declared
        PH7  |   20.00 |          ||  0.00 | base_not_known |
    """)
