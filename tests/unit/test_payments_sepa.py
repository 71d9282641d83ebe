"""Credit transfers against the official schema, an independent generator, and what the schema does not say."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from sepaxml import SepaTransfer

from cloison.payments.sepa import BankDetails, CreditTransfer, Order, check, epc, pieces, reference, written

IBANS = ("FR7630006000011234567890189", "DE89370400440532013000", "BE68539007547034", "MC5811222000010123456789030")
NAMESPACE = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"}
PAYER = BankDetails("FR7630006000011234567890189", "AGRIFRPP", "Mutuelle de l'Été & Cie")


def order(*transfers: CreditTransfer, payer: BankDetails = PAYER) -> Order:
    instant = datetime(2026, 11, 23, 3, 0, 0, 999, UTC)
    return Order("CLO261124R1T1P1", instant, "Cloison", date(2026, 11, 24), payer, transfers)


def transfer(rank: int, cents: int = 1250, name: str = "Pharmacie", bic: str = "") -> CreditTransfer:
    payee = BankDetails(IBANS[rank % len(IBANS)], bic, name)
    return CreditTransfer(f"CLO261124{rank:010d}", cents, payee, f"CLO261124{rank:010d} TIERS PAYANT 3 FACTURE(S)")


def texts(document: bytes, path: str) -> list[str]:
    return [str(element.text) for element in etree.fromstring(document).iterfind(f".{path}", NAMESPACE)]


names = st.text(min_size=1, max_size=90)
orders = st.lists(
    st.tuples(st.integers(1, 99_999_999_999), names, st.sampled_from(["", "AGRIFRPP", "BNPAFRPPXXX"])),
    min_size=1,
    max_size=8,
).map(lambda rows: order(*[transfer(rank, *row) for rank, row in enumerate(rows)]))


@given(orders)
def test_it_fits_the_schema_whatever_the_names(one: Order):
    document = written(one)
    assert check(document) == ()
    assert b"".join(pieces(one)) == document == written(one)


@given(orders)
def test_its_sums_and_counts_are_those_of_its_transfers(one: Order):
    document = written(one)
    cents = [int(amount.replace(".", "")) for amount in texts(document, "//p:InstdAmt")]
    assert cents == [each.amount_cents for each in one.transfers]
    assert [int(each.replace(".", "")) for each in texts(document, "//p:CtrlSum")] == [sum(cents)] * 2
    assert texts(document, "//p:NbOfTxs") == [str(len(cents))] * 2


@given(orders)
def test_its_texts_stay_in_the_epc_character_set(one: Order):
    allowed = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-?:().,'+ ")
    for path, length in (("//p:Nm", 70), ("//p:Ustrd", 140), ("//p:EndToEndId", 35)):
        for text in texts(written(one), path):
            assert set(text) <= allowed
            assert 0 < len(text) <= length


def test_an_independent_generator_agrees():
    rows = [(1, "Pharmacie de l'Église", 1250), (2, "CABINET DUPONT", 79_500), (3, "Taxi Noël", 1)]
    independent = SepaTransfer(
        {"name": "Mutuelle", "IBAN": PAYER.iban, "BIC": PAYER.bic, "batch": True, "currency": "EUR"},
        schema="pain.001.001.09",
    )
    for rank, name, cents in rows:
        one = transfer(rank, cents, name)
        independent.add_payment(
            {
                "name": name,
                "IBAN": one.payee.iban,
                "amount": cents,
                "execution_date": date(2026, 11, 24),
                "description": one.remittance,
                "endtoend_id": one.end_to_end_id,
            }
        )
    theirs = independent.export(validate=False)
    ours = written(
        order(
            *[transfer(rank, cents, name) for rank, name, cents in rows],
            payer=BankDetails(PAYER.iban, PAYER.bic, "Mutuelle"),
        )
    )
    names = "EndToEndId InstdAmt CtrlSum NbOfTxs IBAN Ustrd Cdtr/p:Nm Dbtr/p:Nm ReqdExctnDt/p:Dt BICFI ChrgBr"
    for path in [f"//p:{name}" for name in names.split()]:
        assert texts(ours, path) == texts(theirs, path), path


def test_it_orders_on_the_insurers_own_account():
    document = written(order(transfer(1)))
    assert texts(document, "//p:DbtrAcct/p:Id/p:IBAN") == [PAYER.iban]
    assert texts(document, "//p:PmtInf/p:Dbtr/p:Nm") == ["Mutuelle de l'Ete + Cie"]
    assert texts(document, "//p:CreDtTm") == ["2026-11-23T03:00:00Z"]


def test_it_holds_no_address():
    assert b"PstlAdr" not in written(order(transfer(1)))


@pytest.mark.parametrize("label", ["/A", "A/", "A//B", "", "A" * 36, "é", "A_B", "<A>"])
def test_a_reference_that_banks_would_alter_is_not_written(label: str):
    with pytest.raises(ValueError, match="reference"):
        reference(label)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Pharmacie du Cœur", "Pharmacie du Coeur"),
        ("Straße & Søn", "Strasse + Son"),
        ("Ångström", "Angstrom"),
        ("<script>", ".script."),
        ("日本", ".."),
        ("   ", "."),
        ("L’Orée «verte»", "L'Oree 'verte'"),
        ("12 €", "12 EUR"),
    ],
)
def test_a_name_becomes_what_every_bank_accepts(text: str, kept: str):
    assert epc(text, 70) == kept


def test_bank_details_hide_themselves():
    one = transfer(1, name="PHARMACIE SECRETE")
    assert "FR76" not in repr(one.payee)
    assert "FR76" not in repr(order(one))
    assert "SECRETE" not in repr(one)


def test_a_sample_that_fits_its_schema_is_accepted_and_the_others_are_named(shared_data: Path):
    found = {
        path.name: check(path.read_bytes(), path.name)
        for path in (shared_data / "sepa").glob("samples-*/**/*pain*001*.xml")
    }
    wrong = {name: defects for name, defects in found.items() if defects}
    assert set(wrong) == {"pain_001_ach_credit.xml", "pain_001_rtp_credit.xml"}
    first = wrong["pain_001_ach_credit.xml"][0]
    assert (first.place.line, first.place.field) == (30, "ReqdExctnDt")
    assert all(defect.reason.code == "payments.element_invalid" for defects in wrong.values() for defect in defects)
    assert len(found) == 5


def test_the_published_schema_agrees_with_the_one_we_check_against(shared_data: Path):
    schema = etree.XMLSchema(etree.parse(shared_data / "sepa" / "xsd" / "pain.001.001.09.xsd"))
    assert schema.validate(etree.fromstring(written(order(*[transfer(rank, rank + 1) for rank in range(20)]))))


def test_a_document_type_is_not_looked_at():
    [defect] = check(b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    assert defect.reason.code == "payments.file_has_dtd"
