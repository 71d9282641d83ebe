"""Hospital: flat sums of 2025 and 2026, stays, heavy acts."""

from tests.spec.tables import check


def test_the_daily_charge_rose_on_1_march_2026():
    """20 euros a day, 23 from 1 March 2026; 15 then 17 in psychiatry. A contrat responsable pays it without limit."""
    check("""
        date       | code | qty | charged | guarantee || base  | amo  | amc   | own
        -----------+------+-----+---------+-----------++-------+------+-------+-----
        2026-02-28 | FJ   |   3 |   60.00 | 100% TM   || 60.00 | 0.00 | 60.00 | 0.00
        2026-03-01 | FJ   |   3 |   69.00 | 100% TM   || 69.00 | 0.00 | 69.00 | 0.00
        2026-02-28 | FJP  |   2 |   30.00 | 100% TM   || 30.00 | 0.00 | 30.00 | 0.00
        2026-03-01 | FJP  |   2 |   34.00 | 100% TM   || 34.00 | 0.00 | 34.00 | 0.00
        2026-03-01 | FJ   |   1 |   30.00 | 100% TM   || 23.00 | 0.00 | 23.00 | 7.00
    """)


def test_the_emergency_charge_and_the_participation_in_heavy_acts():
    """FPU 19.61 then 23; reduced 8.49 then 9.96; heavy acts 24 then 32 (1 or 22 April 2026: the earlier is kept)."""
    check("""
        date       | code | charged | guarantee || base  | amc   | reason
        -----------+------+---------+-----------++-------+-------+------------------------
        2021-12-31 | FPU  |   19.61 | 100% TM   ||  0.00 |  0.00 | care_date_outside_rules
        2026-02-28 | FPU  |   19.61 | 100% TM   || 19.61 | 19.61 |
        2026-03-01 | FPU  |   23.00 | 100% TM   || 23.00 | 23.00 |
        2026-02-28 | FPR  |    8.49 | 100% TM   ||  8.49 |  8.49 |
        2026-03-01 | FPR  |    9.96 | 100% TM   ||  9.96 |  9.96 |
        2026-03-31 | PAV  |   24.00 | 100% TM   || 24.00 | 24.00 |
        2026-04-01 | PAV  |   32.00 | 100% TM   || 32.00 | 32.00 |
    """)


def test_who_is_exempt_leaves_the_flat_sum_to_the_compulsory_scheme():
    """Daily charge: maternity, newborns of thirty days, work accidents, CSS, AME; and, declared as an exonerated act:
    home hospitalisation, disabled children, military pensions, organ donors, victims of terrorism. Heavy acts: long
    illness and pensions of invalidity or of a work accident too. Open doubt, 22 November 2026: who owes no emergency
    charge is not in our documents; it is read as for the daily charge."""
    check("""
        date       | code | charged | exempt        | minor | protection || amo   | own
        -----------+------+---------+---------------+-------+------------++-------+------
        2026-03-01 | FJ   |   23.00 |               |       |            ||  0.00 | 23.00
        2026-03-01 | FJ   |   23.00 | ald           |       |            ||  0.00 | 23.00
        2026-03-01 | FJ   |   23.00 | invalidity    |       |            ||  0.00 | 23.00
        2026-03-01 | FJ   |   23.00 |               | T     |            ||  0.00 | 23.00
        2026-03-01 | FJ   |   23.00 | maternity     |       |            || 23.00 |  0.00
        2026-03-01 | FJ   |   23.00 | newborn       | T     |            || 23.00 |  0.00
        2026-03-01 | FJ   |   23.00 | work_accident |       |            || 23.00 |  0.00
        2026-03-01 | FJ   |   23.00 | act           |       |            || 23.00 |  0.00
        2026-03-01 | FJ   |   23.00 |               |       | css        || 23.00 |  0.00
        2026-03-01 | FJ   |   23.00 |               |       | ame        || 23.00 |  0.00
        2026-03-01 | FJP  |   17.00 | maternity     |       |            || 17.00 |  0.00
        2026-03-01 | FPU  |   23.00 | maternity     |       |            || 23.00 |  0.00
        2026-03-31 | PAV  |   24.00 |               |       |            ||  0.00 | 24.00
        2026-03-31 | PAV  |   24.00 | ald           |       |            || 24.00 |  0.00
        2026-03-31 | PAV  |   24.00 | invalidity    |       |            || 24.00 |  0.00
        2026-03-31 | PAV  |   24.00 | maternity     |       |            || 24.00 |  0.00
        2026-03-31 | PAV  |   24.00 | newborn       | T     |            || 24.00 |  0.00
    """)


def test_a_stay_is_paid_at_80_percent():
    check("""
        code | charged | declared | exempt | guarantee || amo     | amc
        -----+---------+----------+--------+-----------++---------+-------
        GHS  | 1000.00 |  1000.00 |        | 100% TM   ||  800.00 | 200.00
        PJ   |  800.00 |   700.00 |        | 100% TM   ||  560.00 | 140.00
        GHS  | 1000.00 |  1000.00 | act    | 100% TM   || 1000.00 |   0.00
    """)


def test_a_heavy_act_owes_a_flat_sum_once_instead_of_the_ticket_moderateur():
    """From 120 euros an act: 24 euros, then 32, once per person, professional and day."""
    check("""
        date       | code | charged | declared | person | doctor | exempt | guarantee || amo    | amc   | own
        -----------+------+---------+----------+--------+--------+--------+-----------++--------+-------+-----
        2026-03-31 | ADC  |  119.99 |   119.99 | a      | d      |        | 100% TM   ||  83.99 | 36.00 | 0.00
        2026-03-31 | ADC  |  120.00 |   120.00 | a      | d      |        | 100% TM   ||  96.00 | 24.00 | 0.00
        2026-03-31 | ADC  |  300.00 |   300.00 | a      | d      |        | 100% TM   || 300.00 |  0.00 | 0.00
        2026-03-31 | ADC  |  300.00 |   300.00 | a      | e      |        | 100% TM   || 276.00 | 24.00 | 0.00
        2026-04-01 | ADC  |  300.00 |   300.00 | a      | d      |        | 100% TM   || 268.00 | 32.00 | 0.00
        2026-04-01 | ADC  |  300.00 |   300.00 | b      | d      | ald    | 100% TM   || 300.00 |  0.00 | 0.00
        2026-04-01 | ADI  |  300.00 |   300.00 | b      | d      |        | 100% TM   || 210.00 | 90.00 | 0.00
    """)
    check("""
        date       | code | qty | charged | declared | told_amo | regime | pathway | protection | alsace || amo
        -----------+------+-----+---------+----------+----------+--------+---------+------------+--------++-------
        2026-03-31 | ADC  |   2 |  239.99 |   239.99 |          |      1 | in      |            |        || 167.99
        2026-03-31 | ADC  |   2 |  240.00 |   240.00 |          |      1 | in      |            |        || 216.00
        2026-03-31 | ADC  |   1 |  200.00 |   200.00 |   150.00 |     55 | in      |            |        || 150.00
        2026-03-31 | ADC  |   1 |  200.00 |   200.00 |          |      1 | out     |            |        || 140.00
        2026-03-31 | ADC  |   1 |  200.00 |   200.00 |          |      1 | in      | css        |        || 176.00
        2026-03-31 | ADC  |   1 |  200.00 |   200.00 |          |      1 | in      | ame        |        || 200.00
        2026-03-31 | ADC  |   1 |  200.00 |   150.00 |          |      1 | in      |            |        || 126.00
    """)
