"""The account of one act: the same rules, the same cents, with the values they used."""

import numpy as np
from tests.spec.tables import acts

from cloison.rules import TariffBook, price
from cloison.rules.order import COLUMNS, LAW_NUMBERS, LAWS
from cloison.rules.trace import Language, explain

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


def told(drawn: str, row: int, language: Language) -> list[str]:
    """The lines of an account without their sources, texts and doubts."""
    lines = explain(price(acts(drawn), TariffBook.standard()), row).lines(language)
    return [line.partition(" (")[0].partition(" [")[0] for line in lines if not line.startswith("      ")]


def test_a_trip_is_accounted_for_line_by_line():
    assert told(BATCH, 2, "en") == [
        "Base of reimbursement EUR 35.60: Taxi: tariff of the national convention",
        "    taxi.forfait = EUR 13.00 since 2025-11-01",
        "    taxi.km[01] = EUR 1.13 since 2025-11-01",
        "    taxi.km_inclus = 4 km since 2025-11-01",
        "    taxi.retour_a_vide_loin = 50 km since 2025-11-01",
        "    taxi.retour_a_vide_taux_proche = 25 % since 2025-11-01",
        "    taxi.retour_a_vide = A since 2025-11-01",
        "    taxi.abattement_trajet_long = non since 2025-11-01",
        "Compulsory rate 55 %: Rate of the general scheme",
        "    taux.transport = 55 % since 2023-10-15",
        "Compulsory share EUR 19.58: Compulsory share: base x rate, rounded to the cent",
        "Complementary share EUR 16.02: Guarantee in % of the ticket moderateur",
        "    guarantee = 100 % TM",
        "Franchise EUR 4.00: Franchise per transport",
        "    franchise.transport = EUR 4.00 since 2024-03-31",
        "Charged",
        "The empty return is counted by a reading of the text that remains to be confirmed.",
        "    For the third-party payment operator: See the reading chosen in the taxi tariff.",
    ]


def test_a_consultation_is_accounted_for_line_by_line_in_french():
    assert told(BATCH, 0, "fr") == [
        "Base de remboursement 30,00\u00a0€ : Tarif de la consultation selon le secteur du médecin",
        "    consultation.opposable.G = 30,00\u00a0€ depuis le 22/12/2024",
        "Taux obligatoire 70 % : Taux de remboursement du régime général",
        "    taux.medecin = 70 % depuis le 01/01/2019",
        "Part obligatoire 21,00\u00a0€ : Part obligatoire : base x taux, arrondie au centime",
        "Part complémentaire 9,00\u00a0€ : Garantie en % du ticket modérateur",
        "    garantie = 100 % TM",
        "Participation forfaitaire 2,00\u00a0€ : Participation forfaitaire",
        "    participation_forfaitaire.montant = 2,00\u00a0€ depuis le 15/05/2024",
        "Facturé 30,00\u00a0€ = part obligatoire 21,00\u00a0€ + part complémentaire 9,00\u00a0€"
        " + reste à l'assuré 0,00\u00a0€",
    ]


def test_a_share_lowered_twice_is_accounted_for_line_by_line():
    assert told(BATCH, 1, "en") == [
        "Base of reimbursement EUR 23.00: Price of the consultation by the doctor's sector",
        "    consultation.secteur_2.G = EUR 23.00 since 2019-01-01",
        "Compulsory rate 70 %: Rate of the general scheme",
        "    taux.medecin = 70 % since 2019-01-01",
        "Compulsory rate 30 %: Increase of the participation outside the coordinated care pathway",
        "    hors_parcours.majoration.medecin = 40 points since 2019-01-01",
        "Compulsory share EUR 6.90: Compulsory share: base x rate, rounded to the cent",
        "Complementary share EUR 27.60: Guarantee in % of the base, AMO share included",
        "    guarantee = 150 % BR",
        "Complementary share EUR 18.40: The increase outside the pathway stays with the insured",
        "    hors_parcours.majoration.medecin = 40 points since 2019-01-01",
        "Flat participation EUR 2.00: Flat participation",
        "    participation_forfaitaire.montant = EUR 2.00 since 2024-05-15",
        "Complementary share EUR 3.00: Ceiling shared by several acts",
        "    left of the ceiling before these acts = EUR 12.00",
        "Charged",
        "The complementary share is limited by what is left of the ceiling.",
        "    For the insured: The rest is due by the insured.",
        "A contrat responsable does not pay back the increase due outside the care pathway.",
        "    For the insured: The increase is due by the insured.",
    ]


def test_caps_other_insurers_and_odd_rates_are_told():
    drawn = """
        code | charged | declared | told_amo | regime | guarantee | cap  | other ||
        -----+---------+----------+----------+--------+-----------+------+-------++
        PH7  |   20.00 |    20.00 |          |      1 | 33.33% BRC | 2.00 | 1.00  ||
        PH7  |   20.00 |    20.00 |    13.00 |     55 | 90% FR    |      |       ||
    """
    first, second = (told(drawn, row, "en") for row in (0, 1))
    assert "    guarantee = 33.33 % BRC" in first
    assert "    cap per act = EUR 2.00" in first
    assert first[-5].startswith(
        "Charged EUR 20.00 = compulsory share EUR 13.00 + other insurer EUR 1.00 + complementary"
    )
    assert "Compulsory rate -: Special scheme whose rates are not loaded" in second
    assert "    guarantee = 90 % FR" in second
