"""A NOEMIE return ties each transfer to its invoices line by line, adds up, and names no person."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from cloison.errors import Misuse
from cloison.gateways.files import noemie
from cloison.gateways.files.columns import Array
from cloison.gateways.files.noemie_layout import LAYOUTS, PERSONAL

DOCUMENTED = {
    "000": 128, "010": 14, "020": 21, "040": 21, "070": 12, "071": 86, "080": 15, "081": 22, "100": 15, "102": 40,
    "103": 152, "110": 88, "120": 57, "150": 8, "160": 23, "198": 24, "199": 49, "210": 118, "220": 118, "250": 47,
    "261": 19, "262": 134, "290": 98, "294": 153, "295": 135, "990": 43, "999": 128,
}  # fmt: skip
DAY = np.datetime64("2026-11-20")
LETTERHEAD = noemie.Letterhead(sender="00000999000001", created=date(2026, 11, 21), file_id="R00001")
PRACTICES = np.array([b"751234567", b"750712184"])


def contents() -> noemie.Contents:
    """The doctor: a transfer of two invoices, one reduced, and a rejected invoice. The pharmacy: a transfer."""
    return noemie.Contents(
        noemie.Transfers.blank(
            3, practice=[0, 0, 1], date=DAY, label_1=[b"CLOISON 0001", b"", b"CLOISON 0003"],
            label_2=b"75004407", amc_number=[b"0075004407", b"0075004407", b"1234567890"], amount=[1390, 0, 500],
        ),
        noemie.ReturnedInvoices.blank(
            4, transfer=[0, 0, 1, 2], invoice_number=[b"000000011", b"000000012", b"000000013", b"000000011"],
            batch=[b"001", b"001", b"001", b"002"], batch_date=DAY, invoice_date=DAY - 1, amo_asked=1855,
            amc_asked=[795, 795, 795, 500], amc_paid=[795, 595, 0, 500], amc_state=[b"P", b"P", b"R", b"P"],
            amc_number=[b"0075004407", b"0075004407", b"0075004407", b"1234567890"],
        ),
        noemie.ReturnedLines.blank(
            5, invoice=[0, 1, 2, 3, 3], line=[1, 1, 1, 1, 2], start_date=DAY - 2, end_date=DAY - 2, unit_price=2650,
            base=2650, rate=70, reimbursed=1855, code=[b"G", b"G", b"CS", b"PH7", b"ABCDE"], quantity=1,
            coefficient=100, expense=3000, amc_rate=30, amc_amount=[795, 595, 0, 200, 300], amc_base=2650, mt=b"07",
        ),
        noemie.Rejects.blank(
            2, invoice=[1, 2], line=[1, -1], code=[b"L410", b"F201"],
            label=noemie.latin(["Au-dessus du tarif", "Droits fermés à cette date"], 86), line_number=[1, 0], rank=1,
        ),
        noemie.Deductions.blank(0),
    )  # fmt: skip


def rendered(given: noemie.Contents | None = None) -> list[bytes]:
    returns = noemie.render(LETTERHEAD, PRACTICES, given or contents())
    return [returns.of(practice) for practice in range(len(returns))]


def codes(found: noemie.Return) -> str:
    return " ".join(entity.code for entity in found.entities)


def test_an_entity_has_its_documented_length():
    assert {layout.code: layout.length for layout in LAYOUTS} == DOCUMENTED
    assert all(sum(item.width for item in layout.fields) == layout.length for layout in LAYOUTS)


def test_a_return_is_one_file_per_practice_in_the_order_of_its_levels():
    doctor, pharmacy = (noemie.read(data) for data in rendered())

    assert codes(doctor) == (
        "010 040 071 081 102 198 199 210 990 102 198 199 210 294 990 990 010 040 070 081 102 198 199 294 210 990 990"
    )
    assert codes(pharmacy) == "010 040 071 081 102 198 199 210 210 990 990"
    assert doctor.defects == pharmacy.defects == ()


def test_fields_stand_at_their_documented_positions():
    doctor, _ = rendered()
    transfer = doctor[128 + 14 + 21 :]
    part = transfer[86 + 22 + 40 + 24 :]
    line = part[49:]
    reject = doctor[doctor.index(b"29404L410") :]

    assert doctor[:61] == b"000OT00000999000001CLOISOTP00000751234567      NOR00001261121"
    assert doctor[128:142] == b"0100175004407@"
    assert transfer[:86] == b"07102261120" + b"CLOISON 0001".ljust(32) + b"75004407".ljust(32) + b"0075004407@"
    assert part[:49] == b"1990300000795P00000795P0075004407" + b" " * 15 + b"@"
    assert line[21:49] == b"261118261118" + b"0000265000002650"
    assert line[49:61] == b"07000001855P"
    assert line[61:66] == b"G    "
    assert line[98:118] == b"0300000079500002650@"
    assert reject[95:97] == b"LC"
    assert reject[117:122] == b"00101"
    assert doctor[-128:][55:63] == b"00000029"
    assert doctor[-128:][82:97] == b"00200000001390P"


def test_each_level_is_closed_by_the_count_and_sum_of_the_one_below():
    doctor = noemie.read(rendered()[0])

    closings = [
        (entity.text("level_id"), entity.number("counter"), entity.signed("sum"))
        for entity in doctor.entities
        if entity.code == "990"
    ]

    assert closings == [
        ("03001000000011", 1, 795), ("03001000000012", 1, 595), ("02CLOISON 0001", 2, 1390),
        ("03001000000013", 1, 0), ("02", 1, 0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b"0000000100000000795P@", b"0000000200000000795P@", "noemie.control_count"),
        (b"0000000100000000795P@", b"0000000100000000796P@", "noemie.control_sum"),
        (b"00000001390P" + b"0" * 11, b"00000001390N" + b"0" * 11, "noemie.total"),
        (b"00000029 ", b"00000030 ", "noemie.record_count"),
        (b"@21004", b"@2X004", "noemie.entity"),
        (b"@21004", b"#21004", "noemie.entity"),
        (b"000OT", b"00XOT", "noemie.header"),
        (b"999OT", b"99XOT", "noemie.trailer"),
        (b"07000001855P", b"0700000185OP", "noemie.field"),
    ],
)
def test_a_damaged_return_says_so_and_keeps_every_byte(old: bytes, new: bytes, code: str):
    doctor = rendered()[0]
    assert old in doctor

    damaged = doctor.replace(old, new, 1)
    found = noemie.read(damaged, "return")

    assert code in [defect.reason.code for defect in found.defects]
    assert found.raw == damaged


def test_reading_resumes_after_an_unknown_entity():
    doctor = rendered()[0]
    at = doctor.index(b"10203")

    found = noemie.read(doctor[:at] + b"77703 anything @" + doctor[at:])

    unknown = [entity for entity in found.entities if entity.layout is None]
    assert [entity.raw for entity in unknown] == [b"77703 anything @"]
    assert codes(found).count("102") == 3


def test_a_return_names_the_invoice_and_no_person():
    written = {entity.code for data in rendered() for entity in noemie.read(data).entities}

    assert written.isdisjoint({"103", "110", "120", "262"})
    for data in rendered():
        for entity in noemie.read(data).entities:
            assert entity.layout is not None
            assert not any(entity.text(name) for name in PERSONAL if name in entity.layout)


def test_persons_of_a_foreign_return_are_read_but_fill_no_column():
    doctor = rendered()[0]
    at = doctor.index(b"19803")
    person = b"11003" + b"2530720730043" + b"12" + b"M" + b"SURNAME".ljust(25) + b" " * 26 + b"GIVEN".ljust(15) + b"@"

    found = noemie.read(doctor[:at] + person + doctor[at:])

    insured = next(entity for entity in found.entities if entity.code == "110")
    assert insured.text("name") == "SURNAME"
    assert "SURNAME" not in repr(insured)
    assert not any(b"SURNAME" in getattr(noemie.contents_of(found).invoices, name).tobytes()
                   for name in noemie.ReturnedInvoices.SHAPES)  # fmt: skip


def test_a_code_of_five_characters_keeps_its_complement():
    pharmacy = noemie.contents_of(noemie.read(rendered()[1]))

    assert pharmacy.lines.code.tolist() == [b"PH7", b"ABCDE"]


def test_a_clawback_is_a_negative_amount_with_its_sign_apart():
    given = contents()
    lines = replace(given.lines, amc_amount=np.array([-795, 595, 0, 200, 300]), reimbursed=np.array([0] * 5))
    invoices = replace(given.invoices, amc_paid=np.array([-795, 595, 0, 500]))
    transfers = replace(given.transfers, amount=np.array([-200, 0, 500]))

    found = noemie.read(rendered(replace(given, lines=lines, invoices=invoices, transfers=transfers))[0])

    assert found.defects == ()
    assert noemie.contents_of(found).lines.amc_amount.tolist() == [-795, 595, 0]
    assert noemie.contents_of(found).invoices.amc_paid.tolist() == [-795, 595, 0]
    assert noemie.contents_of(found).transfers.amount.tolist() == [-200, 0]


def test_a_deduction_is_part_of_its_transfer():
    given = contents()
    taken = noemie.Deductions.blank(1, transfer=0, reference=b"IND0000042", date=DAY, debt=b"IND", operation=b"RPR",
                                    amount=-390, balance=0)  # fmt: skip
    transfers = replace(given.transfers, amount=np.array([1000, 0, 500]))

    doctor = noemie.read(rendered(replace(given, deductions=taken, transfers=transfers))[0])

    assert codes(doctor).startswith("010 040 071 081 250 102")
    assert doctor.defects == ()
    assert noemie.contents_of(doctor).deductions.amount.tolist() == [-390]


def test_a_label_cannot_end_its_entity():
    given = contents()
    label = noemie.latin(["a@b", "c"], 86)

    found = noemie.read(rendered(replace(given, rejects=replace(given.rejects, label=label)))[0])

    assert found.defects == ()
    assert [entity.text("label") for entity in found.entities if entity.code == "294"] == ["a b", "c"]


def test_beyond_99_lines_the_number_is_not_stated_and_the_amounts_are():
    given = contents()
    many = noemie.ReturnedLines.blank(
        120, invoice=0, line=np.arange(1, 121), amc_amount=1, code=b"B", coefficient=10**6
    )
    invoices = replace(given.invoices, amc_paid=np.array([120, 0, 0, 0]))
    transfers = replace(given.transfers, amount=np.array([120, 0, 0]))
    empty = noemie.Rejects.blank(0)

    found = noemie.read(rendered(replace(given, lines=many, invoices=invoices, transfers=transfers, rejects=empty))[0])

    assert found.defects == ()
    lines = noemie.contents_of(found).lines
    assert lines.line.tolist() == [*range(1, 100), *[0] * 21]
    assert lines.coefficient.tolist() == [0] * 120
    assert lines.amc_amount.sum() == 120


@pytest.mark.parametrize(
    ("part", "column", "values"),
    [
        ("lines", "amc_amount", [794, 595, 0, 200, 300]),
        ("invoices", "amc_paid", [795, 596, 0, 500]),
        ("transfers", "amount", [1390, 1, 500]),
        ("lines", "reimbursed", [-1, 1, 1, 1, 1]),
    ],
)
def test_a_return_that_does_not_add_up_is_not_written(part: str, column: str, values: list[int]):
    given = contents()
    wrong = replace(getattr(given, part), **{column: np.array(values)})

    with pytest.raises(Misuse, match=r"write\.unbalanced"):
        rendered(replace(given, **{part: wrong}))


@pytest.mark.parametrize(
    ("part", "column", "values"),
    [
        ("lines", "invoice", np.array([0, 2, 1, 3, 3])),
        ("invoices", "transfer", np.array([0, 0, 1, 3])),
        ("transfers", "practice", np.array([0, 0, 2])),
        ("rejects", "line", np.array([2, -1])),
    ],
)
def test_rows_out_of_order_are_not_written(part: str, column: str, values: Array):
    given = contents()
    wrong = replace(getattr(given, part), **{column: values})

    with pytest.raises(Misuse, match=r"write\.disorder"):
        rendered(replace(given, **{part: wrong}))


@pytest.mark.parametrize(
    ("part", "column", "value"),
    [
        ("lines", "expense", 10**8),
        ("lines", "base", -1),
        ("invoices", "amc_asked", 10**8),
        ("invoices", "batch", b"1234"),
    ],
)
def test_an_amount_that_does_not_fit_is_never_truncated(part: str, column: str, value: int | bytes):
    given = contents()
    rows = len(getattr(given, part))
    wrong = replace(getattr(given, part), **{column: np.array([value] * rows)})

    with pytest.raises(Misuse, match=r"write\.overflow"):
        rendered(replace(given, **{part: wrong}))


def test_no_practice_is_no_return():
    empty = noemie.Contents(
        noemie.Transfers.blank(0), noemie.ReturnedInvoices.blank(0), noemie.ReturnedLines.blank(0),
        noemie.Rejects.blank(0), noemie.Deductions.blank(0),
    )  # fmt: skip

    assert len(noemie.render(LETTERHEAD, np.array([], "S9"), empty)) == 0
    assert [len(data) for data in rendered(empty)] == [256, 256]
