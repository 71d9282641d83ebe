"""What banks send: every version read by the names of its elements, every damage told by element and remedy."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from tests.unit.paper_bank import IBAN, SPACE, Entry, balance, report, statement

from cloison.payments import answers, bankfile
from cloison.payments.bankfile import BankFile, Booking, Direction, Verdict


def read(content: bytes) -> BankFile:
    return answers.read("bank.xml", content)


def booked(content: bytes) -> tuple[Booking, ...]:
    file = read(content)
    assert file.defects == ()
    return file.statements[0].bookings


@pytest.mark.parametrize(
    ("kind", "version"), [("053", "02"), ("053", "03"), ("053", "08"), ("054", "02"), ("054", "04"), ("054", "08")]
)
def test_a_booked_debit_reads_the_same_in_every_version(kind: str, version: str):
    content = statement(Entry("12.50", "CLO1"), kind=kind, version=version)
    [booking] = booked(content)
    assert booking == Booking("R1", "CLO1", "", Direction.DEBIT, 1250, date(2026, 11, 24), False, "")
    assert read(content).message == f"camt.{kind}.001.{version}"
    assert read(content).statements[0].iban == IBAN


@pytest.mark.parametrize("version", ["03", "10", "14"])
def test_a_status_report_reads_the_same_in_every_version(version: str):
    file = read(report("M1", ("CLO1", "RJCT"), ("CLO2", "ACSC"), ("CLO3", "PDNG"), group="PART", version=version))
    said = [(status.message_id, status.end_to_end_id, status.verdict) for status in file.statuses]
    assert said == [
        ("M1", "", Verdict.NOTED),
        ("M1", "CLO1", Verdict.REJECTED),
        ("M1", "CLO2", Verdict.ACCEPTED),
        ("M1", "CLO3", Verdict.NOTED),
    ]
    assert file.statuses[1].bank_reason == "AC04"


def test_an_entry_that_details_its_transfers_becomes_one_booking_each():
    bookings = booked(statement(Entry("20.45", details=[("CLO1", "12.50"), ("CLO2", "7.95")])))
    assert [(each.end_to_end_id, each.amount_cents) for each in bookings] == [("CLO1", 1250), ("CLO2", 795)]
    assert len({each.reference for each in bookings}) == 2


def test_details_that_do_not_add_up_are_not_believed():
    file = read(statement(Entry("20.00", details=[("CLO1", "12.50"), ("CLO2", "7.95")])))
    [booking] = file.statements[0].bookings
    assert (booking.end_to_end_id, booking.amount_cents) == ("", 2000)
    assert [remark.reason.code for remark in file.remarks] == ["payments.details_do_not_add_up"]


def test_a_block_booked_at_once_names_its_orders():
    [booking] = booked(statement(Entry("20.45", block="CLO261124R1T1P1")))
    assert (booking.batch_id, booking.end_to_end_id) == ("CLO261124R1T1P1", "")


def test_a_return_is_a_credit_with_its_reason():
    [booking] = booked(statement(Entry("7.95", "CLO2", debit=False, returned="AC04")))
    assert (booking.direction, booking.returned, booking.bank_reason) == (Direction.CREDIT, True, "AC04")


def test_what_is_not_booked_yet_moves_nothing():
    assert booked(statement(Entry("12.50", "CLO1", status="PDNG"))) == ()


def test_another_currency_is_told_and_left_aside():
    file = read(statement(Entry("12.50", "CLO1", currency="USD")))
    assert file.statements[0].bookings == ()
    assert [remark.reason.code for remark in file.remarks] == ["payments.currency_not_euro"]


@pytest.mark.parametrize("label", ["NOTPROVIDED", "NONREF", ""])
def test_a_reference_that_says_nothing_is_no_reference(label: str):
    assert booked(statement(Entry("1.00", details=[(label, "1.00")])))[0].end_to_end_id == ""


def test_a_bank_that_numbers_no_movement_still_has_distinct_ones():
    bookings = booked(statement(Entry("1.00", "A", reference=""), Entry("1.00", "A", reference="")))
    assert bookings[0].reference != bookings[1].reference


def test_balances_that_do_not_follow_are_told():
    right = balance("OPBD", "100.00") + balance("CLBD", "87.50")
    wrong = balance("OPBD", "100.00") + balance("CLBD", "88.50")
    assert read(statement(Entry("12.50", "CLO1"), balances=right)).remarks == ()
    [remark] = read(statement(Entry("12.50", "CLO1"), balances=wrong)).remarks
    assert remark.reason.code == "payments.balance_does_not_follow"


@pytest.mark.parametrize(
    ("written", "cents"), [("12.5", 1250), ("12", 1200), ("12.500", 1250), ("0.01", 1), ("5.0100", 501)]
)
def test_an_amount_is_read_to_the_cent(written: str, cents: int):
    assert booked(statement(Entry(written, "CLO1")))[0].amount_cents == cents


GOOD = statement(Entry("12.50", "CLO1"))
BILLION_LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol">'
    + b"".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">'.encode() for n in range(9))
    + b"]><Document>&j;</Document>"
)
DAMAGED = {
    "nothing": (b"", "file_empty", 0, ""),
    "spaces": (b"  \n ", "file_empty", 0, ""),
    "billion_laughs": (BILLION_LAUGHS, "file_has_dtd", 0, ""),
    "external_entity": (b'<!DOCTYPE a SYSTEM "http://127.0.0.1/a"><a/>', "file_has_dtd", 0, ""),
    "latin_1_declared": (GOOD.replace(b"UTF-8", b"ISO-8859-1"), "file_not_utf8", 0, ""),
    "utf_16": (GOOD.decode().encode("utf-16"), "file_not_utf8", 1, ""),
    "a_latin_1_letter": (GOOD.replace(b"CLO1", "été".encode("latin-1")), "file_not_utf8", 2, ""),
    "cut": (GOOD[: len(GOOD) // 2], "file_broken", 2, "Amt"),
    "cut_at_the_last_element": (GOOD[:-3], "file_broken", 2, None),
    "a_nul": (GOOD.replace(b"CLO1", b"C\0O1"), "file_broken", 2, None),
    "two_roots": (GOOD + b"<a/>", "file_broken", 2, None),
    "an_undeclared_entity": (GOOD.replace(b"CLO1", b"&boom;"), "file_has_dtd", 0, None),
    "no_xml": (b"IBAN;AMOUNT\nFR76;12\n", "file_broken", 1, ""),
    "another_document": (b"<a><b/></a>", "message_unknown", 0, "Document"),
    "a_payment_order": (GOOD.replace(b"BkToCstmrStmt", b"CstmrCdtTrfInitn"), "message_unknown", 0, "Document"),
    "another_namespace": (GOOD.replace(b"urn:iso", b"urn:other"), "message_unknown", 0, "Document"),
    "the_namespace_of_another_message": (GOOD.replace(b"camt.053", b"pain.002"), "message_unknown", 0, "Document"),
    "an_empty_document": (b"<Document/>", "element_missing", 0, "Document"),
    "no_statement": (GOOD.replace(b"<Stmt>", b"<Etat>").replace(b"</Stmt>", b"</Etat>"), "element_missing", 0, None),
    "no_account": (GOOD.replace(b"Acct>", b"Compte>"), "element_missing", 2, "Acct"),
    "no_amount": (GOOD.replace(b"<Amt Ccy='EUR'>12.50</Amt><CdtDbtInd>", b"<CdtDbtInd>"), "element_missing", 2, "Amt"),
    "no_side": (GOOD.replace(b"<CdtDbtInd>DBIT</CdtDbtInd>", b""), "element_missing", 2, "CdtDbtInd"),
    "an_unknown_side": (GOOD.replace(b"DBIT", b"BOTH"), "element_invalid", 2, "CdtDbtInd"),
    "no_status": (GOOD.replace(b"<Cd>BOOK</Cd>", b""), "element_missing", 2, "Sts"),
    "no_date": (GOOD.replace(b"BookgDt", b"Bookg"), "element_missing", 2, "BookgDt"),
    "a_day_that_does_not_exist": (GOOD.replace(b"2026-11-24<", b"2026-02-30<"), "element_invalid", 2, "BookgDt"),
    "a_negative_amount": (GOOD.replace(b"12.50", b"-12.50"), "element_invalid", 2, "Amt"),
    "a_tenth_of_a_cent": (GOOD.replace(b"12.50", b"12.505"), "element_invalid", 2, "Amt"),
    "an_amount_in_words": (GOOD.replace(b"12.50", b"12,50"), "element_invalid", 2, "Amt"),
    "an_amount_beyond_reason": (GOOD.replace(b"12.50", b"9" * 40), "element_invalid", 2, "Amt"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "code", "line", "element"), DAMAGED.values(), ids=DAMAGED.keys())
def test_a_damaged_file_is_told_by_element_and_remedy(content: bytes, code: str, line: int, element: str | None):
    file = read(content)
    [defect] = file.defects
    assert defect.reason.code == f"payments.{code}"
    assert defect.reason.action.fr
    assert defect.place.source == "bank.xml"
    assert (line == 0) == (defect.place.line == 0)
    assert element is None or defect.place.field == element
    assert file.statements == file.statuses == ()


def test_a_file_without_namespace_is_read_and_told():
    file = read(report("M1", ("CLO1", "RJCT")).replace(f' xmlns="{SPACE}pain.002.001.10"'.encode(), b""))
    assert len(file.statuses) == 2
    assert [remark.reason.code for remark in file.remarks] == ["payments.namespace_missing"]


def test_a_file_beyond_its_bound_is_not_opened(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bankfile, "SIZE_MAX", 100)
    [defect] = read(GOOD).defects
    assert defect.reason.code == "payments.file_too_large"


def test_a_storm_of_remarks_is_bounded():
    file = read(statement(*[Entry("1.00", f"C{n}", currency="USD") for n in range(500)]))
    assert len(file.remarks) == bankfile.REMARKS_MAX


@given(st.integers(0, len(GOOD)), st.binary(max_size=12))
def test_no_damage_raises(place: int, noise: bytes):
    file = read(GOOD[:place] + noise + GOOD[place + len(noise) :])
    assert file.defects or file.statements


@given(st.binary(max_size=300))
def test_no_bytes_raise(content: bytes):
    assert read(content).defects


@given(st.lists(st.tuples(st.integers(1, 10**9), st.booleans()), max_size=30))
def test_every_booked_cent_is_read(rows: list[tuple[int, bool]]):
    entries = [
        Entry(f"{cents // 100}.{cents % 100:02d}", f"CLO{n}", debit=debit, reference=f"R{n}")
        for n, (cents, debit) in enumerate(rows)
    ]
    bookings = booked(statement(*entries))
    assert [(each.amount_cents, each.direction is Direction.DEBIT) for each in bookings] == rows


def test_bank_details_do_not_show():
    file = read(GOOD)
    assert IBAN not in repr(file) + repr(file.statements[0])


def test_public_samples_are_read_or_refused_by_name(shared_data: Path):
    seen: dict[str, BankFile] = {}
    paths: dict[str, Path] = {}
    for path in (shared_data / "sepa").glob("samples-*/**/*.xml"):
        file = answers.read(path.name, path.read_bytes())
        if path.parent.name == "samples-camt" or path.name.startswith(("pain_002", "camt_")):
            name = f"{path.parent.name}/{path.name}"
            seen[name], paths[name] = file, path
        if "052" in path.name or "pain_001" in path.name or path.parent.name == "samples-pain":
            assert [defect.reason.code for defect in file.defects] == ["payments.message_unknown"], path.name
        else:
            assert file.defects == (), path.name
    for name, file in seen.items():
        entries = [
            int(Decimal(str(amount.text)) * 100)
            for amount in etree.parse(paths[name]).iterfind(".//{*}Ntry/{*}Amt")
            if amount.get("Ccy") == "EUR"
        ]
        read_cents = [booking.amount_cents for each in file.statements for booking in each.bookings]
        assert sum(read_cents) == sum(entries), name
    reports = {name: len(file.statuses) for name, file in seen.items() if "pain_002" in name}
    assert len(reports) == 5
    assert all(count > 0 for count in reports.values())


def test_a_sample_that_does_not_fit_its_schema_is_said_to(shared_data: Path):
    path = shared_data / "sepa" / "samples-iso20022js" / "abn_amro" / "example_camt.xml"
    file = answers.read(path.name, path.read_bytes())
    assert len(file.statements[0].bookings) > 10
    told = {(remark.reason.code, remark.place.field, remark.place.line) for remark in file.remarks}
    assert ("payments.element_invalid", "Ustrd", 1391) in told
