"""Remittance advice: what a practice reads of one payment, on paper and in a spreadsheet."""

import csv
from datetime import date
from io import StringIO

import pytest

from cloison.errors import Actor
from cloison.money import montant
from cloison.payments.reasons import CATALOGUE, NO_BANK_DETAILS, PRACTICE_OWES
from cloison.payments.remittance import (
    COLUMNS,
    WHO,
    WORDS,
    Advice,
    Language,
    PaidInvoice,
    Refused,
    TakenBack,
    to_csv,
    to_pdf,
    to_png,
)

DAY = date(2026, 11, 24)


def advice(invoices: int = 3, name: str = "PHARMACIE DU PORT") -> Advice:
    paid = [PaidInvoice(f"{n:09d}", DAY, 2, 2650, 1855, 795) for n in range(invoices)]
    return Advice(
        label="CLO2611240000000007",
        execution_date=DAY,
        insurer="MUTUELLE DE L'ECLUSE",
        practice_number="750712184",
        practice_name=name,
        paid_cents=795 * invoices - 500,
        invoices=paid,
        deductions=[TakenBack("000000900", DAY, 500, PRACTICE_OWES)],
        refusals=[Refused("000000901", DAY, 1234, NO_BANK_DETAILS)],
    )


def rows(document: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(document.decode("utf-8-sig")), delimiter=";"))


def cents(text: str) -> int:
    return int(text.replace(",", "").replace(".", ""))


def test_its_rows_make_the_transfer_to_the_cent():
    told = rows(to_csv(advice()))
    paid = sum(cents(row["part_complementaire"]) for row in told if row["nature"] == "payee")
    taken = sum(cents(row["part_complementaire"]) for row in told if row["nature"] == "reprise")
    assert paid - taken == advice().paid_cents
    assert {row["libelle_virement"] for row in told} == {"CLO2611240000000007"}
    assert list(told[0]) == list(COLUMNS)


def test_a_sum_that_its_invoices_do_not_make_is_not_written():
    good = advice()
    with pytest.raises(ValueError, match="cents"):
        Advice("CLO1", DAY, "M", "1", "P", good.paid_cents + 1, good.invoices, good.deductions)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_is_refused_says_why_who_and_what(language: Language):
    [refused] = [row for row in rows(to_csv(advice(), language)) if row["nature"] == "non_payee"]
    assert refused["motif"] == getattr(NO_BANK_DETAILS.message, language)
    assert refused["acteur"] == {"fr": "Vous", "en": "You"}[language]
    assert refused["action"] == getattr(NO_BANK_DETAILS.action, language)


@pytest.mark.parametrize("number", ["=1+1", "+1", "-1", "@sum", "\tx"])
def test_a_cell_that_begins_like_a_formula_is_inert(number: str):
    paid = [PaidInvoice(number, DAY, 1, 100, 50, 50)]
    [row] = rows(to_csv(Advice("CLO1", DAY, "M", "1", "P", 50, paid)))
    assert row["facture"] == f"'{number}"


def test_a_separator_in_a_name_stays_in_its_cell():
    paid = [PaidInvoice('1;"2', DAY, 1, 100, 50, 50)]
    [row] = rows(to_csv(Advice("CLO1", DAY, "M", "1", "P", 50, paid)))
    assert row["facture"] == '1;"2'


@pytest.mark.parametrize("language", ["fr", "en"])
def test_it_is_a_tagged_pdf_in_its_language(language: Language):
    document = to_pdf(advice(), language)
    assert document.startswith(b"%PDF-")
    assert b"/Lang (%s" % language.encode() in document or b"/Lang(%s" % language.encode() in document
    assert b"/MarkInfo" in document
    assert b"pdfuaid" in document


def test_the_same_advice_gives_the_same_bytes():
    assert to_pdf(advice()) == to_pdf(advice())


def test_a_long_payment_takes_several_pages():
    assert len(to_png(advice(invoices=3))) == 1
    assert len(to_png(advice(invoices=120))) > 1


def test_markup_in_a_name_stays_text():
    hostile = '#panic("no") $x$ [*bold*] \\ "quoted" <label> `raw` //comment'
    assert to_pdf(advice(name=hostile)).startswith(b"%PDF-")


def test_every_actor_has_a_name_and_every_word_two_languages():
    assert set(WHO) == set(Actor)
    assert all(text.fr and text.en for text in (*WHO.values(), *WORDS.values()))
    assert all(reason.actor in WHO for reason in CATALOGUE)


def test_it_does_not_show_the_payee():
    assert "PORT" not in repr(advice())


def test_an_amount_reads_as_in_a_sentence():
    assert montant(123450) == "1\u202f234,50\u00a0€"
