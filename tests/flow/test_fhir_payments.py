"""Payments over FHIR: each opens to its invoices to the cent, and belongs to one practice."""

from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.flow.day import Bill, Day, Guarantee, Item
from tests.flow.fhir import Fhir, codes, server
from tests.flow.payment_books import iban

from cloison.ops import payments as pay
from cloison.ops.house import House
from cloison.payments.details import Holder, record
from cloison.payments.sepa import BankDetails
from cloison.storage.roles import Role

NAME, NOTICE = "PaymentReconciliation", "PaymentNotice"
OTHER = "750000002"


@pytest.fixture
async def fhir(lone_day: Day, tmp_path: Path) -> AsyncIterator[Fhir]:
    day = lone_day
    await day.insurer("75004407", guarantees=[Guarantee("MED")])
    await day.practice(OTHER)
    async with server(day) as opened:
        tenant = await day.owner.fetchval("select tenant from rights.insurer")
        async with day.database.transaction(Role.PAY) as work:
            await record(work, day.keys, Holder.INSURER, [tenant], [BankDetails(iban(900), "", "MUTUELLE")])
            for practice in opened.practices.values():
                await record(work, day.keys, Holder.PRACTICE, [practice], [BankDetails(iban(practice), "", "CABINET")])
        yield opened


async def paid(fhir: Fhir, folder: Path, rank: int = 1) -> None:
    house: House = fhir.parts.house
    await pay.pay(house, fhir.day.database, date(2026, 11, 24), rank, folder)


def exact(content: bytes) -> Any:
    return msgspec.json.Decoder(float_hook=Decimal).decode(content)


async def test_a_payment_opens_to_its_invoices_to_the_cent(fhir: Fhir, tmp_path: Path) -> None:
    anne, paul = await fhir.day.enrol(), await fhir.day.enrol()
    await fhir.day.bill(Bill(anne, [Item("G", 3000, asked=900)], number=11))
    await fhir.day.bill(Bill(paul, [Item("G", 3000, asked=900)], number=12))
    await fhir.day.bill(Bill(paul, [Item("G", 3000, asked=900)], number=13, practice=OTHER))
    await paid(fhir, tmp_path)
    answer = await fhir.get(NAME)
    assert answer.status_code == 200, answer.text
    (entry,) = exact(answer.content)["entry"]
    payment = entry["resource"]
    details = {each["identifier"]["value"]: each["amount"]["value"] for each in payment["detail"]}
    assert details == {"000000011": Decimal("9.00"), "000000012": Decimal("9.00")}
    assert sum(details.values()) == payment["paymentAmount"]["value"] == Decimal("18.00")
    assert payment["paymentIdentifier"]["value"].startswith("CLO261124")
    assert (payment["outcome"], payment["status"]) == ("queued", "active")
    assert all(person.nir[:13] not in answer.text for person in (anne, paul))
    read = await fhir.get(f"{NAME}/{payment['id']}")
    assert exact(read.content) == payment
    assert (await fhir.get(f"{NAME}/{payment['id']}", if_none_match=read.headers["etag"])).status_code == 304
    label = payment["paymentIdentifier"]["value"]
    assert len((await fhir.get(f"{NAME}?identifier={label}")).json()["entry"]) == 1
    other = fhir.speaking_for(OTHER)
    assert (await other.get(f"{NAME}/{payment['id']}")).status_code == 404
    assert [each["resource"]["id"] for each in (await other.get(NAME)).json()["entry"]] != [payment["id"]]


async def test_what_is_taken_back_is_seen_as_such(fhir: Fhir, tmp_path: Path) -> None:
    anne = await fhir.day.enrol()
    await fhir.day.bill(Bill(anne, [Item("G", 3000, asked=900)], number=11))
    await paid(fhir, tmp_path)
    await fhir.day.cancel(11)
    for number in (12, 13):
        await fhir.day.bill(Bill(await fhir.day.enrol(), [Item("G", 3000, asked=900)], number=number))
    await paid(fhir, tmp_path, rank=2)
    newest = exact((await fhir.get(f"{NAME}?_count=1")).content)["entry"][0]["resource"]
    seen = sorted((each["type"]["coding"][0]["code"], each["amount"]["value"]) for each in newest["detail"])
    assert seen == [("adjustment", Decimal("-9.00")), ("payment", Decimal("9.00")), ("payment", Decimal("9.00"))]
    assert {each["identifier"]["value"] for each in newest["detail"]} == {"000000011", "000000012", "000000013"}
    assert newest["paymentAmount"]["value"] == Decimal("9.00")


async def test_payments_come_in_pages(fhir: Fhir, tmp_path: Path) -> None:
    for rank in (1, 2, 3):
        await fhir.day.bill(Bill(await fhir.day.enrol(), [Item("G", 3000, asked=900)], number=rank))
        await paid(fhir, tmp_path, rank)
    page = (await fhir.get(f"{NAME}?_count=2&_total=accurate")).json()
    seen = [each["resource"]["id"] for each in page["entry"]]
    following = next(each["url"] for each in page["link"] if each["relation"] == "next")
    rest = (await fhir.get(following.partition("/fhir/")[2])).json()
    assert (page["total"], len({*seen, *(each["resource"]["id"] for each in rest["entry"])})) == (3, 3)


async def test_a_notice_says_that_a_payment_was_received(fhir: Fhir, tmp_path: Path) -> None:
    await fhir.day.bill(Bill(await fhir.day.enrol(), [Item("G", 3000, asked=900)], number=11))
    await paid(fhir, tmp_path)
    payment = (await fhir.get(NAME)).json()["entry"][0]["resource"]
    notice = {
        "resourceType": NOTICE,
        "identifier": [{"system": "urn:test:notices", "value": "N-1"}],
        "status": "active",
        "created": "2026-11-26",
        "payment": {"reference": f"{NAME}/{payment['id']}"},
        "recipient": {"display": "the practice"},
        "amount": {"value": 9.00, "currency": "EUR"},
    }
    made = await fhir.post(NOTICE, notice)
    assert made.status_code == 201, made.text
    assert (await fhir.post(NOTICE, notice)).json()["id"] == made.json()["id"]
    wrong = await fhir.post(NOTICE, notice | {"amount": {"value": 9.01, "currency": "EUR"}})
    assert (wrong.status_code, codes(wrong.json())) == (422, ["fhir.amount_differs"])
    theirs = await fhir.speaking_for(OTHER).post(NOTICE, notice)
    assert (theirs.status_code, codes(theirs.json())) == (422, ["fhir.payment_unknown"])
