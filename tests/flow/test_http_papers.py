"""What a practice fetches of its payments over the wire: its own papers, the same as those written in folders."""

import csv
from collections.abc import AsyncIterator
from datetime import date
from io import StringIO
from pathlib import Path

import httpx
import pytest
from tests.flow.day import Bill, Day, Guarantee, Item
from tests.flow.fhir import Fhir, server
from tests.flow.payment_books import iban

from cloison.ops import payments as pay
from cloison.ops import returns
from cloison.payments.details import Holder, record
from cloison.payments.sepa import BankDetails
from cloison.storage.roles import Role

OTHER = "750000002"
DAY = date(2026, 11, 24)


@pytest.fixture
async def gate(lone_day: Day, tmp_path: Path) -> AsyncIterator[Fhir]:
    """A day that was decided, paid and told: two invoices paid and one refused here, one paid elsewhere."""
    day = lone_day
    await day.insurer("75004407", guarantees=[Guarantee("MED")])
    await day.practice(OTHER)
    async with server(day) as opened:
        tenant = await day.owner.fetchval("select tenant from rights.insurer")
        async with day.database.transaction(Role.PAY) as work:
            await record(work, day.keys, Holder.INSURER, [tenant], [BankDetails(iban(900), "", "MUTUELLE")])
            for practice in opened.practices.values():
                await record(work, day.keys, Holder.PRACTICE, [practice], [BankDetails(iban(practice), "", "CABINET")])
        for number in (11, 12):
            await day.bill(Bill(await day.enrol(), [Item("G", 3000, asked=900)], number=number))
        await day.bill(Bill(await day.enrol(), [Item("SDE", 5000, asked=900)], number=13))
        await day.bill(Bill(await day.enrol(), [Item("G", 3000, asked=900)], number=14, practice=OTHER))
        paid = await pay.pay(opened.parts.house, day.database, DAY, 1, tmp_path / "sepa")
        await returns.write(day.database, paid.run.run, tmp_path / "noemie", DAY)
        yield opened


async def fetch(gate: Fhir, path: str, **headers: str) -> httpx.Response:
    return await gate.client.get(path, headers={"authorization": f"Bearer {gate.token}"} | headers)


async def test_payments_are_listed_with_the_invoices_that_make_them(gate: Fhir) -> None:
    answer = await fetch(gate, "/v1/payments")
    assert answer.status_code == 200, answer.text
    (payment,) = answer.json()["payments"]
    assert (payment["amount_cents"], payment["state"], payment["insurer"]) == (1800, "ordered", "75004407")
    assert {line["invoice"]: line["amount_cents"] for line in payment["lines"]} == {"000000011": 900, "000000012": 900}


async def test_the_return_of_a_run_is_the_file_that_was_written(gate: Fhir, tmp_path: Path) -> None:
    (run,) = (await fetch(gate, "/v1/returns")).json()["returns"]
    answer = await fetch(gate, f"/v1/returns/{run['run']}.noe")
    assert answer.status_code == 200, answer.text
    assert answer.content == (tmp_path / "noemie" / f"{gate.day.doctor}.noe").read_bytes()
    other = gate.speaking_for(OTHER)
    assert (await fetch(other, f"/v1/returns/{run['run']}.noe")).content == (
        tmp_path / "noemie" / f"{OTHER}.noe"
    ).read_bytes()
    assert (await fetch(gate, "/v1/returns/999.noe")).status_code == 404


async def test_the_advice_is_the_one_that_was_written_and_only_its_practices(gate: Fhir, tmp_path: Path) -> None:
    (payment,) = (await fetch(gate, "/v1/payments")).json()["payments"]
    run = (await fetch(gate, "/v1/returns")).json()["returns"][0]["run"]
    written = await returns.advise(gate.day.database, run, gate.day.doctor, tmp_path / "advice", "fr")
    for path in written:
        answer = await fetch(gate, f"/v1/payments/{payment['payment']}/advice{path.suffix}")
        assert answer.status_code == 200, answer.text
        if path.suffix == ".csv":
            assert answer.content == path.read_bytes()
            assert b"000000013" in answer.content  # what the same insurer refused is told beside
        else:
            assert answer.content.startswith(b"%PDF")
    english = await fetch(gate, f"/v1/payments/{payment['payment']}/advice.csv", **{"accept-language": "en"})
    assert english.content != written[1].read_bytes()
    other = gate.speaking_for(OTHER)
    for form in ("pdf", "csv", "txt"):
        assert (await fetch(other, f"/v1/payments/{payment['payment']}/advice.{form}")).status_code == 404


async def test_a_statement_adds_up_to_the_payments_of_its_period(gate: Fhir) -> None:
    answer = await fetch(gate, "/v1/statement.csv?from=2026-11-01&to=2026-11-30")
    assert answer.status_code == 200, answer.text
    rows = list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert [(row["facture"], row["montant_centimes"]) for row in rows] == [("000000011", "900"), ("000000012", "900")]
    assert (await fetch(gate, "/v1/statement.csv?from=2026-12-01&to=2026-12-02")).text.count("\r\n") == 1


@pytest.mark.parametrize(
    "path",
    ["/v1/payments?before=x", "/v1/statement.csv", "/v1/statement.csv?from=2026-11-30&to=2026-11-01",
     "/v1/statement.csv?from=2020-01-01&to=2026-11-01", "/v1/returns?before=-1"],
)  # fmt: skip
async def test_what_cannot_be_asked_is_named(gate: Fhir, path: str) -> None:
    answer = await fetch(gate, path)
    assert answer.status_code == 422
    assert (answer.json()["code"], bool(answer.json()["place"]["field"])) == ("http.value_wrong", True)


async def test_papers_need_the_permission_to_read_payments(gate: Fhir) -> None:
    clerk = gate.speaking_for(scopes=frozenset({"practice:eligibility:ask"}))
    for path in ("/v1/payments", "/v1/returns", "/v1/returns/1.noe", "/v1/payments/1/advice.pdf",
                 "/v1/statement.csv?from=2026-11-01&to=2026-11-30"):  # fmt: skip
        answer = await fetch(clerk, path)
        assert answer.status_code == 403, path
