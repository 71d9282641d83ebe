"""Laboratory acts: a declared base, 60 %, a flat participation per act."""

from datetime import date

from tests.spec.tables import check

from cloison.rules import TariffBook
from cloison.rules.releases import History, Release


def test_a_laboratory_act_is_paid_at_60_percent_of_its_declared_base():
    """The nomenclature gives a coefficient, the letter B its value, which is not in our documents: the base is declared."""
    check("""
        code | coef | charged | declared | guarantee || base  | rate | amo   | amc  | own  | reason         | remarks
        -----+------+---------+----------+-----------++-------+------+-------+------+------+----------------+--------------
        B    |   80 |   21.60 |    21.60 | 100% TM   || 21.60 | 60%  | 12.96 | 8.64 | 0.00 |                | base_declared
        B    |   80 |   25.00 |    21.60 | 100% TM   || 21.60 | 60%  | 12.96 | 8.64 | 3.40 |                | base_declared
        B    |   80 |   21.60 |          | 100% TM   ||  0.00 | 0%   |  0.00 | 0.00 | 0.00 | base_not_known |
    """)


def test_a_laboratory_act_owes_the_flat_participation():
    """2 euros from 15 May 2024, 1 before; at most 4 acts a day with the same laboratory; never more than the share."""
    check("""
        date       | code | qty | charged | declared | person | doctor | minor || amo   | participation
        -----------+------+-----+---------+----------+--------+--------+-------++-------+--------------
        2024-05-14 | B    |   1 |   20.00 |    20.00 | a      | l      |       || 12.00 |          1.00
        2024-05-15 | B    |   1 |   20.00 |    20.00 | a      | l      |       || 12.00 |          2.00
        2026-03-02 | B    |   3 |   20.00 |    20.00 | a      | l      |       || 12.00 |          6.00
        2026-03-02 | B    |   3 |   20.00 |    20.00 | a      | l      |       || 12.00 |          2.00
        2026-03-02 | B    |   1 |   20.00 |    20.00 | a      | m      |       || 12.00 |          2.00
        2026-03-02 | B    |   1 |    1.00 |     1.00 | b      | l      |       ||  0.60 |          0.60
        2026-03-02 | B    |   1 |   20.00 |    20.00 | c      | l      | T     || 12.00 |          0.00
    """)


def test_a_test_that_the_law_pays_in_full_is_declared_as_an_exonerated_act():
    """HIV and hepatitis C tests, national screening: the act itself owes no participation (CSS R160-8)."""
    check("""
        code | charged | declared | exempt || rate | amo   | own
        -----+---------+----------+--------++------+-------+-----
        B    |   20.00 |    20.00 | act    || 100% | 20.00 | 0.00
        B    |   20.00 |    20.00 | ald    || 100% | 20.00 | 0.00
    """)


def test_a_coefficient_is_compared_with_the_nomenclature_where_it_is_loaded():
    """Act 0559 at B 30. A difference is said; the base is still the declared one, as the letter has no value here."""
    release = Release.of("nabm", "2026", date(2026, 1, 1), {"0559": (3000,)}, ("coefficient",), ())
    check(
        """
        code | official | coef | charged | declared || base | amo  | reason              | remarks
        -----+----------+------+---------+----------++------+------+---------------------+--------------
        B    | 0559     |   30 |    8.10 |     8.10 || 8.10 | 4.86 |                     | base_declared
        B    | 0559     |   40 |   10.80 |    10.80 || 10.80 | 6.48 | coefficient_differs | base_declared
        B    | 9999     |   40 |   10.80 |    10.80 || 10.80 | 6.48 |                     | base_declared
        B    |          |   40 |   10.80 |    10.80 || 10.80 | 6.48 |                     | base_declared
        """,
        TariffBook.standard().with_official(History.first(release)),
    )
