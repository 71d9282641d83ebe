"""Prices of official tables: medicines bind, technical acts serve where nothing is declared."""

from datetime import date

from tests.spec.tables import check

from cloison.rules import TariffBook
from cloison.rules.releases import NOT_PRICED, History, Release


def book() -> TariffBook:
    """A medicine at 10 euros that falls to 9 on 1 July 2026, and an act of 350.03 euros, 267.78 outside OPTAM."""

    def medicines(start: date, public: int) -> Release:
        rows = {"3400949497294": (public, 0, 0, 6500), "3400949497300": (NOT_PRICED, 0, 0, NOT_PRICED)}
        return Release.of("bdpm", str(start), start, rows, ("public", "without_fee", "fee", "rate_bp"), ())

    acts = Release.of("ccam", "81", date(2026, 1, 1), {"HHMC005 1 0": (35003, 26778)}, ("optam", "other"), ())
    history = History.first(medicines(date(2026, 1, 1), 1000)).extended(medicines(date(2026, 7, 1), 900))
    return TariffBook.standard().with_official(history).with_official(History.first(acts))


def test_the_price_of_a_medicine_is_the_one_of_its_day():
    """Per box; before the first release, or without a price in the table, the declared one."""
    check(
        """
        date       | code | official      | qty | charged | declared || base  | amo   | reason         | remarks
        -----------+------+---------------+-----+---------+----------++-------+-------+----------------+--------------
        2026-06-30 | PH7  | 3400949497294 |   1 |   10.00 |          || 10.00 |  6.50 |                |
        2026-07-01 | PH7  | 3400949497294 |   1 |   10.00 |          ||  9.00 |  5.85 |                |
        2026-07-01 | PH7  | 3400949497294 |   3 |   27.00 |    27.00 || 27.00 | 17.55 |                |
        2026-07-01 | PH7  | 3400949497294 |   1 |   10.00 |    10.00 ||  9.00 |  5.85 |                | base_differs
        2025-12-31 | PH7  | 3400949497294 |   1 |   10.00 |    10.00 || 10.00 |  6.50 |                | base_declared
        2026-07-01 | PH7  | 3400949497300 |   1 |   10.00 |     8.00 ||  8.00 |  5.20 |                | base_declared
        2026-07-01 | PH7  | 3400949497300 |   1 |   10.00 |          ||  0.00 |  0.00 | base_not_known |
        2026-07-01 | PH7  | 3400000000000 |   1 |   10.00 |          ||  0.00 |  0.00 | base_not_known |
        2026-07-01 | PH7  |               |   1 |   10.00 |          ||  0.00 |  0.00 | base_not_known |
        """,
        book(),
    )


def test_a_technical_act_has_one_price_for_optam_and_another_for_the_others():
    """A declared base is kept, since modifiers change it, and a difference is said."""
    check(
        """
        date       | code | official    | sector | charged | declared || base   | remarks
        -----------+------+-------------+--------+---------+----------++--------+--------------
        2026-03-02 | ADC  | HHMC005 1 0 | 1      |  400.00 |          || 350.03 |
        2026-03-02 | ADC  | HHMC005 1 0 | optam  |  400.00 |          || 350.03 |
        2026-03-02 | ADC  | HHMC005 1 0 | 2      |  400.00 |          || 267.78 |
        2026-03-02 | ADC  | HHMC005 1 0 | 2      |  400.00 |   267.78 || 267.78 |
        2026-03-02 | ADC  | HHMC005 1 0 | 1      |  400.00 |   380.00 || 380.00 | base_differs
        2026-03-02 | ADC  | HHMC005 4 0 | 1      |  400.00 |   380.00 || 380.00 | base_declared
        """,
        book(),
    )
