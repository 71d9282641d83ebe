"""The account of one act: the same rules, the same cents, with the values they used."""

import numpy as np
from tests.spec.tables import acts

from cloison.rules import TariffBook, price
from cloison.rules.order import COLUMNS, LAW_NUMBERS, LAWS
from cloison.rules.trace import explain

BATCH = """
    date       | code | sector | pathway | charged | declared | km | empty | exempt | person | guarantee | ceiling ||
    -----------+------+--------+---------+---------+----------+----+-------+--------+--------+-----------+---------++
    2024-12-22 | G    | 1      | in      |   30.00 |          |    |       |        | a      | 100% TM   | k:12.00 ||
    2024-12-22 | G    | 2      | out     |   60.00 |          |    |       |        | a      | 150% BR   | k:12.00 ||
    2025-12-01 | TXI  | -      | in      |   90.00 |          | 20 |   T   |        | a      | 100% TM   |         ||
    2025-12-01 | TXI  | -      | in      |   90.00 |          | 20 |       | ald    | a      | 100% TM   |         ||
    2025-12-01 | TXI  | -      | in      |   90.00 |          | 20 |       |        | a      | 100% TM   |         ||
    2020-03-10 | PH7  | -      | in      |   20.00 |    20.00 |    |       |        | b      | 2 EUR     |         ||
    2020-03-10 | PH7  | -      | in      |   20.00 |          |    |       |        | b      | 2 EUR     |         ||
"""


def test_an_account_ends_on_the_amounts_of_the_batch():
    priced = price(acts(BATCH), TariffBook.standard())
    for row in np.flatnonzero(~priced.refused).tolist():
        account = explain(priced, row)
        for column in COLUMNS:
            told = [decision for decision in account.decisions if decision.column == column]
            assert (told[-1].after if told else 0) == getattr(priced, column)[row], (row, column)
            law = LAW_NUMBERS[told[-1].law] if told else -1
            assert law == getattr(priced.trace, column)[row], (row, column)


def test_an_account_gives_the_value_its_day_and_its_source():
    priced = price(acts(BATCH), TariffBook.standard())
    base = explain(priced, 0).decisions[0]
    assert base.law.name == "tarif_de_consultation"
    assert base.law.texts == ("CSS L162-5", "CSS L162-14-1")
    (reading,) = base.readings
    assert (reading.parameter, reading.value, str(reading.since)) == ("consultation.opposable.G", 3000, "2024-12-22")
    assert "Convention médicale de 2024" in reading.source
    assert reading.doubt


def test_an_account_is_told_in_french_and_in_english():
    priced = price(acts(BATCH), TariffBook.standard())
    french, english = (list(explain(priced, 0).lines(language)) for language in ("fr", "en"))
    assert french[0].startswith("Base de remboursement 30,00\u00a0€ : Tarif de la consultation")
    assert english[0].startswith("Base of reimbursement EUR 30.00: Price of the consultation")
    assert len(french) == len(english)


def test_only_values_that_were_used_are_told():
    priced = price(acts(BATCH), TariffBook.standard())
    trip = explain(priced, 3).decisions[0]
    used = {reading.parameter for reading in trip.readings}
    assert {"taxi.forfait", "taxi.km", "taxi.km_inclus"} <= used
    assert not used & {"taxi.nuit", "taxi.tpmr", "taxi.grande_ville", "taxi.retour_a_vide", "taxi.abattement_2"}


def test_an_account_tells_what_an_act_got_of_a_limit_shared_with_others():
    """The first act took 9 of the 12 euros left, the second is limited to 3."""
    priced = price(acts(BATCH), TariffBook.standard())
    limited = explain(priced, 1).decisions
    shared = next(decision for decision in limited if decision.law.name == "plafond_partage")
    assert shared.after == 300
    assert "rules.ceiling_reached" in [reason.code for reason in explain(priced, 1).reasons]
    assert all(decision.law.name != "plafond_partage" for decision in explain(priced, 0).decisions)


def test_an_act_that_is_refused_has_only_its_reason():
    account = explain(price(acts(BATCH), TariffBook.standard()), 6)
    assert account.decisions == ()
    assert [reason.code for reason in account.reasons] == ["rules.base_not_known"]


def test_a_limit_that_lowers_nothing_is_not_in_the_account():
    priced = price(acts(BATCH), TariffBook.standard())
    limits = {"participation_par_jour", "participation_par_an", "franchise_par_jour", "franchise_par_an"}
    for row in (0, 2, 5):
        assert not limits & {decision.law.name for decision in explain(priced, row).decisions}
    for column in ("participation_forfaitaire", "franchise"):
        names = {LAWS[number].name for number in np.unique(getattr(priced.trace, column)[:3]).tolist() if number >= 0}
        assert not limits & names


def test_an_account_ends_on_what_is_charged_and_who_pays_it():
    priced = price(acts(BATCH), TariffBook.standard())
    for row in np.flatnonzero(~priced.refused).tolist():
        (_, charged), *paid = explain(priced, row).shares
        assert charged == priced.acts.charged[row] == sum(amount for _, amount in paid)
    second = list(explain(priced, 1).lines("en"))
    assert any(line.startswith("Charged (EUR 37.00 above the base) EUR 60.00 = compulsory share") for line in second)


def test_an_account_says_what_the_product_promised():
    priced = price(acts(BATCH), TariffBook.standard())
    french = "\n".join(explain(priced, 1).lines("fr"))
    assert "garantie = 150 % BR" in french
    assert "reste du plafond avant ces actes = 12,00\u00a0€" in french
    assert "guarantee per act = EUR 2.00" in "\n".join(explain(priced, 5).lines("en"))


def test_an_account_says_who_must_act_and_what_to_do():
    priced = price(acts(BATCH), TariffBook.standard())
    french, english = (list(explain(priced, 6).lines(language)) for language in ("fr", "en"))
    assert french[0].startswith(
        "La base de remboursement n'est ni dans nos barèmes ni déclarée. [rules.base_not_known ;"
    )
    assert french[1] == "    Au professionnel de santé : Indiquez la base de remboursement de la ligne."
    assert english[1] == "    For the professional: Give the base of reimbursement of the line."


def test_nothing_withheld_is_said_instead_of_a_value_that_did_not_count():
    drawn = """
        code | charged | protection | person ||
        -----+---------+------------+--------++
        G    |   30.00 | css        | a      ||
    """
    (line,) = [x for x in explain(price(acts(drawn), TariffBook.standard()), 0).lines("en") if "participation" in x]
    assert line.startswith("Flat participation EUR 0.00: nothing is withheld")


def test_a_price_that_did_not_serve_is_not_told():
    """A doctor outside OPTAM has a price of its own; the franchise of a paramedical act its own limit of the day."""
    drawn = """
        code | sector | qty | charged | declared | person ||
        -----+--------+-----+---------+----------+--------++
        G    | 2      |   1 |   30.00 |          | a      ||
        AMI  | -      |   9 |   90.00 |    90.00 | b      ||
    """
    priced = price(acts(drawn), TariffBook.standard())
    told = [{r.parameter for d in explain(priced, row).decisions for r in d.readings} for row in (0, 1)]
    assert "consultation.secteur_2.G" in told[0]
    assert "consultation.opposable.G" not in told[0]
    assert "franchise.paramedical_par_jour" in told[1]
    assert "franchise.transport_par_jour" not in told[1]
