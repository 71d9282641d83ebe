"""The bank of the world: what it refuses, books and returns, and the messages that say so."""

from datetime import date
from pathlib import Path

import pytest
from lxml import etree

from cloison.world.bank import REFUSALS, RETURNS, bank, transfers_of
from cloison.world.bank_files import Line, entry

SPACES = {"c": "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08", "p": "urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"}
ACCOUNTS = ("FR7699001001001234567890189", "FR7699002001371235304768863", "FR7699003001741236041647537")


def write_order(folder: Path, number: int, account: str, count: int, day: date = date(2026, 11, 24)) -> Path:
    """A `pain.001.001.09` of `count` transfers of 1.00, 1.01 ... euros."""
    transfers = "".join(
        f"<CdtTrfTxInf><PmtId><EndToEndId>E{number:03d}-{rank:06d}</EndToEndId></PmtId>"
        f'<Amt><InstdAmt Ccy="EUR">{1 + rank // 100}.{rank % 100:02d}</InstdAmt></Amt>'
        "<Cdtr><Nm>CABINET</Nm></Cdtr><CdtrAcct><Id><IBAN>FR7699001001001234567890189</IBAN></Id></CdtrAcct>"
        "</CdtTrfTxInf>"
        for rank in range(count)
    )
    path = folder / f"order_{number:03d}.xml"
    path.write_text(
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"><CstmrCdtTrfInitn>'
        f"<GrpHdr><MsgId>M{number:03d}</MsgId><CreDtTm>2026-11-23T03:00:00</CreDtTm></GrpHdr>"
        f"<PmtInf><PmtInfId>B{number:03d}</PmtInfId><ReqdExctnDt><Dt>{day}</Dt></ReqdExctnDt>"
        f"<DbtrAcct><Id><IBAN>{account}</IBAN></Id></DbtrAcct>"
        f"<DbtrAgt><FinInstnId><BICFI>ZZAAFRP1</BICFI></FinInstnId></DbtrAgt>{transfers}</PmtInf>"
        "</CstmrCdtTrfInitn></Document>",
        encoding="utf-8",
    )
    return path


@pytest.fixture
def orders(tmp_path: Path) -> list[Path]:
    return [write_order(tmp_path, rank + 1, ACCOUNTS[rank % 3], 200) for rank in range(6)]


def cents(element: etree._Element, name: str) -> int:
    return int((element.findtext(name, "", SPACES)).replace(".", ""))


def moved(statement: Path) -> int:
    """What the lines of a statement move, in cents."""
    root = etree.parse(str(statement))
    return sum(
        cents(line, "c:Amt") * (1 if line.findtext("c:CdtDbtInd", "", SPACES) == "CRDT" else -1)
        for line in root.iterfind(".//c:Ntry", SPACES)
    )


def balance(statement: Path, code: str) -> int:
    root = etree.parse(str(statement))
    found = next(one for one in root.iterfind(".//c:Bal", SPACES) if one.findtext(".//c:Cd", "", SPACES) == code)
    return cents(found, "c:Amt") * (1 if found.findtext("c:CdtDbtInd", "", SPACES) == "CRDT" else -1)


def test_every_cent_ordered_is_refused_or_booked(orders: list[Path], tmp_path: Path):
    report = bank(orders, tmp_path / "out", seed=1)
    assert report.transfers == 1200
    assert report.refused == 2
    assert report.returned == 4
    assert sum(map(moved, report.statements)) == -(report.ordered_cents - report.refused_cents) + (
        report.returned_cents + report.unknown_cents
    )


def test_balances_follow_from_one_statement_to_the_next(orders: list[Path], tmp_path: Path):
    closing: dict[str, int] = {}
    for path in bank(orders, tmp_path / "out", seed=1).statements:
        account = path.name.split("_")[1]
        assert balance(path, "OPBD") == closing.get(account, balance(path, "OPBD"))
        closing[account] = balance(path, "CLBD")
        assert closing[account] == balance(path, "OPBD") + moved(path)


def test_a_refusal_and_a_return_give_their_reason(orders: list[Path], tmp_path: Path):
    report = bank(orders, tmp_path / "out", seed=1)
    refusals = [
        code.text
        for path in report.statuses
        for code in etree.parse(str(path)).iterfind(".//p:TxInfAndSts/p:StsRsnInf/p:Rsn/p:Cd", SPACES)
    ]
    returns = [
        code.text
        for path in report.statements
        for code in etree.parse(str(path)).iterfind(".//c:RtrInf/c:Rsn/c:Cd", SPACES)
    ]
    assert len(refusals) == report.refused
    assert len(returns) == report.returned
    assert set(refusals) <= set(REFUSALS)
    assert set(returns) <= set(RETURNS)


def test_a_file_with_a_refusal_is_partly_accepted(orders: list[Path], tmp_path: Path):
    statuses = [
        etree.parse(str(path)).findtext(".//p:GrpSts", "", SPACES)
        for path in bank(orders, tmp_path / "out", seed=1).statuses
    ]
    assert set(statuses) == {"ACCP", "PART"}


def test_the_order_of_the_files_changes_nothing(orders: list[Path], tmp_path: Path):
    one = bank(orders, tmp_path / "one", seed=1)
    two = bank(orders[::-1], tmp_path / "two", seed=1)
    assert [path.read_bytes() for path in one.statements] == [path.read_bytes() for path in two.statements]
    assert [path.read_bytes() for path in one.statuses] == [path.read_bytes() for path in two.statuses]


def test_another_seed_refuses_others(orders: list[Path], tmp_path: Path):
    one, two = bank(orders, tmp_path / "one", seed=1), bank(orders, tmp_path / "two", seed=2)
    assert [path.read_bytes() for path in one.statuses] != [path.read_bytes() for path in two.statuses]


def test_a_bank_never_gives_a_reference_twice(orders: list[Path], tmp_path: Path):
    later = [write_order(tmp_path, rank + 7, ACCOUNTS[rank % 3], 200) for rank in range(6)]
    reports = [bank(orders, tmp_path / "one", seed=1), bank(later, tmp_path / "two", seed=1, unknown_line=False)]
    roots = [etree.parse(str(path)) for report in reports for path in report.statements]
    lines = [line.text for root in roots for line in root.iterfind(".//c:AcctSvcrRef", SPACES)]
    names = [name.text for root in roots for name in root.iterfind(".//c:Stmt/c:Id", SPACES)]
    assert len(set(lines)) == len(lines)
    assert len(set(names)) == len(names)


def test_a_bank_told_to_refuse_nothing_refuses_nothing(orders: list[Path], tmp_path: Path):
    report = bank(orders, tmp_path / "out", seed=1, refused_share=0, returned_share=0, unknown_line=False)
    assert (report.refused, report.returned, report.unknown) == (0, 0, 0)
    assert sum(map(moved, report.statements)) == -report.ordered_cents


def test_a_bank_that_refuses_everything_books_nothing(orders: list[Path], tmp_path: Path):
    report = bank(orders, tmp_path / "out", seed=1, refused_share=1, returned_share=0)
    assert report.refused == report.transfers
    assert report.statements == ()


def test_messages_fit_their_schemas(orders: list[Path], tmp_path: Path, shared_data: Path):
    report = bank(orders, tmp_path / "out", seed=1)
    statement = etree.XMLSchema(file=str(shared_data / "sepa/xsd/camt.053.001.08.xsd"))
    # The schema of version 10 is not at hand; what the bank writes is the same in version 14.
    status = etree.XMLSchema(file=str(shared_data / "sepa/xsd/pain.002.001.14.xsd"))
    for path in report.statements:
        statement.assertValid(etree.parse(str(path)))
    for path in report.statuses:
        status.assertValid(etree.fromstring(path.read_bytes().replace(b"pain.002.001.10", b"pain.002.001.14")))


def test_a_reference_cannot_break_the_file():
    written = entry(Line(100, True, "B<1>", "E&1"), "BQ1", date(2026, 11, 24))
    assert etree.fromstring(written).findtext(".//EndToEndId") == "E&1"


def test_an_order_is_read_with_any_prefix(tmp_path: Path):
    path = write_order(tmp_path, 1, ACCOUNTS[0], 3)
    text = path.read_text(encoding="utf-8").replace("<Document xmlns=", "<Document xmlns:x=")
    text = text.replace("</", "<\0").replace("<", "<x:").replace("<x:\0", "</x:")
    path.write_text(text, encoding="utf-8")
    assert [transfer.cents for _, transfer in transfers_of(path)] == [100, 101, 102]


def test_an_order_without_transfers_is_named(tmp_path: Path):
    with pytest.raises(ValueError, match=r"order_001\.xml orders no transfer"):
        bank([write_order(tmp_path, 1, ACCOUNTS[0], 0)], tmp_path / "out", seed=1)
