"""Doctors in town: consultations, the care pathway, the participation forfaitaire."""

from tests.spec.tables import check


def test_a_consultation_is_paid_on_the_price_of_its_day():
    """General practitioner: 25, then 26.50, then 30 euros; specialist: 25, then 26.50 (service-public.fr F1069)."""
    check("""
        date       | code | charged || base  | rate | amo   | own
        -----------+------+---------++-------+------+-------+------
        2020-03-10 | G    |   25.00 || 25.00 |  70% | 17.50 |  7.50
        2023-10-31 | G    |   26.50 || 25.00 |  70% | 17.50 |  9.00
        2023-11-01 | G    |   26.50 || 26.50 |  70% | 18.55 |  7.95
        2024-12-21 | G    |   30.00 || 26.50 |  70% | 18.55 | 11.45
        2024-12-22 | G    |   30.00 || 30.00 |  70% | 21.00 |  9.00
        2024-12-22 | GS   |   30.00 || 30.00 |  70% | 21.00 |  9.00
        2024-12-22 | CS   |   30.00 || 26.50 |  70% | 18.55 | 11.45
    """)


def test_the_sector_of_the_doctor_decides_the_base():
    """Sector 2 without OPTAM is reimbursed on 23 euros, a doctor without agreement on the tarif d'autorite."""
    check("""
        date       | code | sector | charged || base  | amo   | overrun | participation | reason
        -----------+------+--------+---------++-------+-------+---------+---------------+---------------
        2024-12-22 | G    | 1      |   30.00 || 30.00 | 21.00 |    0.00 |          2.00 |
        2024-12-22 | G    | optam  |   45.00 || 30.00 | 21.00 |   15.00 |          2.00 |
        2024-12-22 | G    | 2      |   60.00 || 23.00 | 16.10 |   37.00 |          2.00 |
        2019-09-16 | G    | none   |   60.00 ||  0.61 |  0.43 |   59.39 |          0.00 |
        2019-09-16 | CS   | none   |   60.00 ||  1.22 |  0.85 |   58.78 |          0.00 |
        2024-12-22 | G    | ?      |   30.00 ||  0.00 |  0.00 |    0.00 |          0.00 | sector_missing
        2024-12-22 | G    | -      |   30.00 ||  0.00 |  0.00 |    0.00 |          0.00 | sector_missing
    """)


def test_outside_the_pathway_70_percent_becomes_30():
    """Not for minors, nor after a work accident (CSS L162-5-3)."""
    check("""
        date       | code | pathway  | minor | exempt        | charged || rate | amo   | reason
        -----------+------+----------+-------+---------------+---------++------+-------+----------------
        2020-07-23 | G    | in       |       |               |   25.00 ||  70% | 17.50 |
        2020-07-23 | G    | out      |       |               |   25.00 ||  30% |  7.50 |
        2020-07-23 | G    | excluded |       |               |   25.00 ||  70% | 17.50 |
        2020-07-23 | G    | out      | T     |               |   25.00 ||  70% | 17.50 |
        2020-07-23 | G    | out      |       | work_accident |   25.00 || 100% | 25.00 |
        2020-07-23 | G    | ?        |       |               |   25.00 ||   0% |  0.00 | pathway_missing
        2020-07-23 | G    | ?        | T     |               |   25.00 ||  70% | 17.50 |
    """)


def test_the_increase_on_an_exonerated_act_or_in_alsace_moselle_is_marked():
    """The same points come off 100 % and off 90 %: our reading, which no published example shows."""
    check("""
        date       | code | pathway | exempt | alsace | charged || rate | amo   | remarks
        -----------+------+---------+--------+--------+---------++------+-------+----------------
        2020-07-23 | G    | out     | ald    |        |   25.00 ||  60% | 15.00 | value_to_verify
        2020-07-23 | G    | out     |        | T      |   25.00 ||  50% | 12.50 | value_to_verify
    """)


def test_participation_follows_the_care_date():
    """1 euro, then 2 from 15 May 2024; not minors, not maternity, not under CSS or AME."""
    check("""
        date       | code | charged | minor | exempt    | protection || participation
        -----------+------+---------+-------+-----------+------------++--------------
        2024-05-14 | G    |   26.50 |       |           |            ||          1.00
        2024-05-15 | G    |   26.50 |       |           |            ||          2.00
        2024-05-15 | G    |   26.50 | T     |           |            ||          0.00
        2024-05-15 | G    |   26.50 |       | maternity |            ||          0.00
        2024-05-15 | G    |   26.50 |       | ald       |            ||          2.00
        2024-05-15 | G    |   26.50 |       |           | css        ||          0.00
        2024-05-15 | G    |   26.50 |       |           | ame        ||          0.00
        2024-05-15 | G    |    2.00 |       |           |            ||          1.40
    """)


def test_participation_is_limited_to_four_acts_a_day_with_one_professional():
    """Six acts on one day at 1 euro: 4 withheld (service-public.fr F165). Another professional, another count."""
    check("""
        date       | code | charged | person | doctor | acts_today || participation
        -----------+------+---------+--------+--------+------------++--------------
        2020-07-23 | G    |   25.00 | p      | d      |            ||          1.00
        2020-07-23 | G    |   25.00 | p      | d      |            ||          1.00
        2020-07-23 | G    |   25.00 | p      | d      |            ||          1.00
        2020-07-23 | G    |   25.00 | p      | d      |            ||          1.00
        2020-07-23 | G    |   25.00 | p      | d      |            ||          0.00
        2020-07-23 | G    |   25.00 | p      | d      |            ||          0.00
        2020-07-23 | G    |   25.00 | p      | e      |            ||          1.00
        2020-07-24 | G    |   25.00 | p      | d      |            ||          1.00
        2020-07-23 | G    |   25.00 | q      | d      |          3 ||          1.00
        2020-07-23 | G    |   25.00 | q      | d      |          3 ||          0.00
        2020-07-23 | G    |   25.00 | r      | d      |          4 ||          0.00
    """)


def test_participation_is_limited_to_50_euros_a_year():
    """The limit is in euros and does not restart when the sum doubles; it does with the calendar year."""
    check("""
        date       | code | charged | person | doctor | pf_year || participation
        -----------+------+---------+--------+--------+---------++--------------
        2024-05-14 | G    |   26.50 | p      | a      |   46.50 ||          1.00
        2024-05-15 | G    |   26.50 | p      | b      |   46.50 ||          2.00
        2024-05-16 | G    |   26.50 | p      | c      |   46.50 ||          0.50
        2024-12-31 | G    |   30.00 | p      | c      |   46.50 ||          0.00
        2025-01-01 | G    |   30.00 | p      | c      |         ||          2.00
    """)


def test_an_amount_charged_below_the_tariff_becomes_the_base():
    check("""
        date       | code | charged || base  | amo   | own  | remarks
        -----------+------+---------++-------+-------+------+-------------------
        2026-03-02 | G    |   20.00 || 20.00 | 14.00 | 6.00 | charged_below_base
        2026-03-02 | G    |    0.00 ||  0.00 |  0.00 | 0.00 | charged_below_base
    """)


def test_an_act_outside_our_tables_is_paid_on_the_declared_base_or_refused():
    check("""
        date       | code | charged | declared || base  | amo   | reason         | remarks
        -----------+------+---------+----------++-------+-------+----------------+--------------
        2026-03-02 | APC  |   60.00 |    60.00 || 60.00 | 42.00 |                | base_declared
        2026-03-02 | APC  |   60.00 |          ||  0.00 |  0.00 | base_not_known |
        2026-03-02 | G    |   35.00 |    35.00 || 30.00 | 21.00 |                | base_differs
    """)


def test_dentists_and_doctors_without_agreement_withhold_no_participation():
    check("""
        date       | code | sector | specialty | charged | declared || participation
        -----------+------+--------+-----------+---------+----------++--------------
        2026-03-02 | G    | 1      |         1 |   30.00 |          ||          2.00
        2026-03-02 | G    | none   |         1 |   30.00 |          ||          0.00
        2026-03-02 | ATM  | 1      |         1 |   30.00 |    30.00 ||          2.00
        2026-03-02 | ATM  | 1      |        19 |   30.00 |    30.00 ||          0.00
        2026-03-02 | ATM  | 1      |        36 |   30.00 |    30.00 ||          0.00
        2026-03-02 | ATM  | 1      |        37 |   30.00 |    30.00 ||          2.00
        2026-03-02 | ATM  | 1      |        53 |   30.00 |    30.00 ||          0.00
        2026-03-02 | ATM  | 1      |        54 |   30.00 |    30.00 ||          0.00
        2026-03-02 | ATM  | 1      |        55 |   30.00 |    30.00 ||          2.00
    """)
