"""What a person reads of themselves: their invoices to the cent and who asked about them, and of nobody else."""

from collections.abc import AsyncIterator, Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.flow.day import Ask, Bill, Day, Guarantee, Item, consultation
from tests.flow.fhir import Fhir, amounts, claim, codes, server
from tests.flow.fhir_callers import bind, bound, insured
from tests.flow.payment_books import iban

from cloison.disclosure import Channel, Proof
from cloison.disclosure.purpose import Fields, Purpose
from cloison.disclosure.reasons import TOO_MANY_TRIES
from cloison.ops import payments as pay
from cloison.payments.details import Holder, record
from cloison.payments.sepa import BankDetails
from cloison.storage.roles import Role

BENEFIT, AUDIT, PAYMENT = "ExplanationOfBenefit", "AuditEvent", "PaymentReconciliation"


@pytest.fixture
async def fhir(lone_day: Day) -> AsyncIterator[Fhir]:
    day = lone_day
    await day.insurer("75004407", guarantees=[Guarantee("MED")])
    async with server(day) as opened:
        yield opened


def exact(answer: Any) -> Any:
    assert answer.status_code == 200, answer.text
    return msgspec.json.Decoder(float_hook=Decimal).decode(answer.content)


async def resources(caller: Fhir, path: str) -> list[Any]:
    return [each["resource"] for each in exact(await caller.get(path)).get("entry", ())]


def total(benefit: Any, code: str) -> Decimal:
    (found,) = [each for each in benefit["total"] if each["category"]["coding"][0]["code"] == code]
    return found["amount"]["value"]


async def paid(fhir: Fhir, folder: Path) -> None:
    tenant = fhir.day.tenants["75004407"]
    async with fhir.day.database.transaction(Role.PAY) as work:
        await record(work, fhir.day.keys, Holder.INSURER, [tenant], [BankDetails(iban(900), "", "MUTUELLE")])
        for practice in fhir.practices.values():
            await record(work, fhir.day.keys, Holder.PRACTICE, [practice], [BankDetails(iban(practice), "", "CABINET")])
    await pay.pay(fhir.parts.house, fhir.day.database, date(2026, 11, 24), 1, folder)


# ------------------------------------------------------------------ the binding


async def test_an_account_reads_nothing_until_it_is_bound(fhir: Fhir) -> None:
    anne = await fhir.day.enrol()
    await fhir.day.bill(Bill(anne, [Item("G", 3000, asked=900)], number=11))
    caller = await insured(fhir)
    assert await resources(caller, BENEFIT) == []
    assert await resources(caller, AUDIT) == []
    assert await bind(caller, anne) is True
    assert len(await resources(caller, BENEFIT)) == 1
    assert await bind(caller, anne) is True, "again, and once"
    assert await fhir.day.owner.fetchval("select count(*) from identity.insured") == 1


@pytest.mark.parametrize("typed", [{"adherent": "ADH999999999"}, {"birth": "19010101"}, {"rank": "2"}])
async def test_an_account_is_bound_by_what_is_on_the_card_alone(fhir: Fhir, typed: dict[str, str]) -> None:
    anne = await fhir.day.enrol()
    caller = await insured(fhir)
    assert await bind(caller, anne, **typed) is False
    assert await fhir.day.owner.fetchval("select count(*) from identity.insured") == 0


async def test_an_account_that_tries_card_after_card_is_stopped_for_the_day(fhir: Fhir) -> None:
    anne = await fhir.day.enrol()
    caller = await insured(fhir)
    for number in range(5):
        assert await bind(caller, anne, adherent=f"ADH{number:09d}9") is False
    assert await bind(caller, anne) is TOO_MANY_TRIES
    assert await bind(await insured(fhir, "another"), anne) is True


async def test_each_try_is_on_the_statement_of_whom_it_found(fhir: Fhir) -> None:
    anne = await fhir.day.enrol()
    caller = await bound(fhir, anne)
    events = await resources(caller, AUDIT)
    assert [(each["purposeOfEvent"][0]["coding"][0]["code"], _detail(each, "proof")) for each in events] == [
        ("statement", "own_record"),
        ("statement", "typed"),
    ]


async def test_a_binding_that_ended_reads_nothing(fhir: Fhir) -> None:
    anne = await fhir.day.enrol()
    await fhir.day.bill(Bill(anne, [Item("G", 3000, asked=900)], number=11))
    caller = await bound(fhir, anne)
    await fhir.day.owner.execute("update identity.insured set valid_from = current_date - 9, valid_to = current_date")
    assert await resources(caller, BENEFIT) == []


# ------------------------------------------------------------------ explanations of benefit


async def test_an_explanation_has_the_amounts_of_the_decision_and_of_the_payment(
    fhir: Fhir, tmp_path: Path, validated: Callable[[bytes], bytes]
) -> None:
    anne, paul = await fhir.day.enrol(), await fhir.day.enrol()
    await fhir.day.bill(Bill(anne, [Item("G", 3000, asked=900)], number=11))
    await fhir.day.bill(Bill(paul, [Item("G", 3000, asked=900)], number=12))
    caller = await bound(fhir, anne)
    answer = await caller.get(BENEFIT)
    validated(answer.content)
    (benefit,) = [each["resource"] for each in exact(answer)["entry"]]
    assert "payment" not in benefit
    decision = await fhir.day.owner.fetchrow("select d.* from claims.decision d join claims.invoice i using (invoice) "
                                             "where i.number = '000000011'")  # fmt: skip
    assert decision is not None
    for code, column in (("benefit", "amc_cents"), ("amo", "amo_cents"), ("own", "own_cents")):
        assert total(benefit, code) == Decimal(decision[column]).scaleb(-2)
    assert total(benefit, "submitted") == Decimal("30.00")
    await paid(fhir, tmp_path)
    (payment,) = await resources(fhir, PAYMENT)
    told = {each["identifier"]["value"]: each["amount"]["value"] for each in payment["detail"]}
    (benefit,) = await resources(caller, BENEFIT)
    number = benefit["identifier"][0]["value"]
    assert benefit["payment"] == {"date": "2026-11-24", "amount": {"value": told[number], "currency": "EUR"}}
    assert total(benefit, "benefit") == told[number] == Decimal("9.00")
    validated((await caller.get(f"{BENEFIT}/{benefit['id']}")).content)


async def test_an_explanation_has_the_amounts_of_the_answer_that_the_practice_got(fhir: Fhir) -> None:
    """Line by line and in total: one decision, told to both."""
    anne = await fhir.day.enrol()
    sent = claim(anne, consultation(), Item("CS", 5000, asked=1500), identifier="F-1")
    answer = exact(await fhir.post("Claim/$submit", sent))
    (benefit,) = await resources(await bound(fhir, anne), BENEFIT)
    same = ("submitted", "amo", "benefit", "own")
    told, read = amounts(answer["total"]), amounts(benefit["total"])
    assert {code: told[code] for code in same} == {code: read[code] for code in same}
    assert read["benefit"] > 0
    for theirs, hers in zip(answer["item"], benefit["item"], strict=True):
        told, read = amounts(theirs), amounts(hers)
        assert {code: told[code] for code in (*same, "eligible")} == read


async def test_the_lines_add_up_and_are_said_in_plain_words(fhir: Fhir) -> None:
    anne = await fhir.day.enrol()
    await fhir.day.bill(Bill(anne, [Item("G", 3000, asked=900), Item("CS", 3000, asked=900)], number=11))
    caller = await bound(fhir, anne)
    for language, name in (("fr", "Consultation de généraliste"), ("en", "Consultation of a general practitioner")):
        (benefit,) = [each["resource"] for each in exact(await caller.get(BENEFIT, accept_language=language))["entry"]]
        assert benefit["language"] == language
        assert benefit["item"][0]["productOrService"]["text"] == name
        for code in ("submitted", "amo", "benefit", "own"):
            lines = [
                each["amount"]["value"]
                for item in benefit["item"]
                for each in item["adjudication"]
                if each["category"]["coding"][0]["code"] == code
            ]
            assert sum(lines) == total(benefit, code), code


async def test_a_cancelled_invoice_says_so_and_has_nothing_left_to_pay(
    fhir: Fhir, validated: Callable[[bytes], bytes]
) -> None:
    anne = await fhir.day.enrol()
    await fhir.day.bill(Bill(anne, [Item("G", 3000, asked=900)], number=11))
    caller = await bound(fhir, anne)
    (before,) = await resources(caller, BENEFIT)
    read = await caller.get(f"{BENEFIT}/{before['id']}")
    await fhir.day.cancel(11)
    again = await caller.get(f"{BENEFIT}/{before['id']}", if_none_match=read.headers["etag"])
    validated(again.content)
    after = exact(again)
    assert (before["status"], after["status"], total(after, "benefit")) == ("active", "cancelled", Decimal("0.00"))
    assert (read.headers["etag"], again.headers["etag"]) == ('W/"1"', 'W/"2"')
    same = await caller.get(f"{BENEFIT}/{before['id']}", if_none_match=again.headers["etag"])
    assert same.status_code == 304


async def test_a_refused_invoice_says_why(fhir: Fhir) -> None:
    anne = await fhir.day.enrol(end=date(2026, 1, 1))
    await fhir.day.bill(Bill(anne, [Item("G", 3000, asked=900)], number=11))
    (benefit,) = await resources(await bound(fhir, anne), BENEFIT)
    assert total(benefit, "benefit") == 0
    reasons = [each["reason"]["coding"][0]["code"] for item in benefit["item"] for each in item["adjudication"]
               if "reason" in each]  # fmt: skip
    assert reasons == ["rights.closed"]


async def test_a_person_reads_their_own_and_nobody_elses(fhir: Fhir) -> None:
    anne, paul = await fhir.day.enrol(), await fhir.day.enrol()
    await fhir.day.bill(Bill(anne, [Item("G", 3000, asked=900)], number=11))
    await fhir.day.bill(Bill(paul, [Item("G", 3000, asked=900)], number=12))
    hers, his = await bound(fhir, anne), await bound(fhir, paul)
    (benefit,), (event, *_) = await resources(hers, BENEFIT), await resources(hers, AUDIT)
    for path in (f"{BENEFIT}/{benefit['id']}", f"{AUDIT}/{event['id']}"):
        theirs, absent = await his.get(path), await his.get(f"{path.partition('/')[0]}/1-1")
        assert (theirs.status_code, codes(theirs.json())) == (404, ["fhir.not_found"])
        assert codes(absent.json()) == ["fhir.not_found"]
    for kind, document in ((BENEFIT, benefit["id"]), (AUDIT, event["id"])):
        assert await resources(his, f"{kind}?_id={document}") == []
    assert [each["identifier"][0]["value"] for each in await resources(his, BENEFIT)] == ["000000012"]


async def test_explanations_are_searched_and_come_in_pages(fhir: Fhir) -> None:
    anne = await fhir.day.enrol()
    for number in (11, 12, 13):
        await fhir.day.bill(Bill(anne, [Item("G", 3000, asked=900)], number=number))
    caller = await bound(fhir, anne)
    assert len(await resources(caller, f"{BENEFIT}?identifier=000000012")) == 1
    assert await resources(caller, f"{BENEFIT}?created=lt2020-01-01") == []
    assert len(await resources(caller, f"{BENEFIT}?created=ge2020-01-01")) == 3
    page = exact(await caller.get(f"{BENEFIT}?_count=2"))
    following = next(each["url"] for each in page["link"] if each["relation"] == "next")
    rest = exact(await caller.get(following.partition("/fhir/")[2]))
    numbers = [each["resource"]["identifier"][0]["value"] for each in (*page["entry"], *rest["entry"])]
    assert numbers == ["000000013", "000000012", "000000011"]


# ------------------------------------------------------------------ who learned what


def _detail(event: Any, name: str) -> str:
    return next((each["valueString"] for each in event["entity"][0]["detail"] if each["type"] == name), "")


async def test_who_asked_when_why_and_what_was_told_is_read_at_once(
    fhir: Fhir, validated: Callable[[bytes], bytes]
) -> None:
    anne = await fhir.day.enrol()
    caller = await bound(fhir, anne)
    await fhir.day.ask(Ask(anne, engage=True))
    await fhir.day.ask(Ask(anne, proof=Proof.TYPED), channel=Channel.PORTAL)
    await fhir.day.bill(Bill(anne, [Item("G", 3000, asked=900)], number=11))
    answer = await caller.get(AUDIT)
    validated(answer.content)
    mine, batch, portal, card, _ = [each["resource"] for each in exact(answer)["entry"]]
    assert [each["subtype"][0]["code"] for each in (mine, batch, portal, card)] == [
        "citizen",
        "batch",
        "portal",
        "card",
    ]
    assert card["agent"][0]["who"]["identifier"] == {"system": "urn:cloison:practice", "value": fhir.day.doctor}
    assert card["purposeOfEvent"][0]["coding"][0]["code"] == Purpose.GUARANTEE.name.lower()
    assert card["purposeOfEvent"][0]["text"] == Purpose.GUARANTEE.basis.fr
    assert _detail(card, "fields") == "covered validity domains order engagement"
    assert (_detail(card, "proof"), _detail(portal, "proof"), _detail(batch, "proof")) == ("card", "typed", "file")
    assert _detail(card, "family-of-care") == "MED"
    assert mine["agent"][0]["who"]["display"] == "vous"
    assert all(secret not in answer.text for secret in (anne.nir[:13], anne.adherent, str(anne.pseudonym)))
    validated((await caller.get(f"{AUDIT}/{card['id']}")).content)


async def test_what_nobody_settled_is_told_in_full(fhir: Fhir) -> None:
    anne = await fhir.day.enrol()
    caller = await bound(fhir, anne)
    await fhir.day.ask(Ask(anne))
    await fhir.day.owner.execute("alter table disclosure.settlement disable trigger all")
    await fhir.day.owner.execute("delete from disclosure.settlement s using disclosure.entry e "
                                 "where e.reservation = s.reservation and e.purpose = 1")  # fmt: skip
    event = next(each for each in await resources(caller, AUDIT) if each["subtype"][0]["code"] == "card")
    assert _detail(event, "fields") == _detail(event, "fields-at-most") == "covered validity domains routing order"
    assert event["outcomeDesc"] == "tout ce qui pouvait l'être"


@pytest.mark.parametrize("claims", ["nobody", "another"])
async def test_a_process_that_settles_falsely_hides_nothing_from_the_person(fhir: Fhir, claims: str) -> None:
    """It reads Anne, and says that it found nobody, or Paul."""
    anne, paul = await fhir.day.enrol(), await fhir.day.enrol()
    hers, his = await bound(fhir, anne), await bound(fhir, paul)
    token = await fhir.day.owner.fetchval("select token from identity.insured where person = $1", anne.pseudonym)
    async with fhir.day.database.session(Role.PORTAL) as portal:
        reservation = await portal.fetchval(
            "select disclosure.reserve($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11)",
            [anne.tenant << 32 | 1], [1], [1 << 56 | 1 << 48 | 1 << 40 | 31], [token], [date(2026, 11, 20)], [token],
            [], [], [], [], [],
        )  # fmt: skip
        said = [None] if claims == "nobody" else [paul.pseudonym]
        await portal.fetchval("select disclosure.settle($1,$2,$3)", [reservation], [3 << 32 | 1], said)
    found = [each for each in await resources(hers, AUDIT) if each["subtype"][0]["code"] == "portal"]
    assert len(found) == 1
    assert _detail(found[0], "fields-at-most") == "covered validity domains routing order"
    assert not [each for each in await resources(his, AUDIT) if each["subtype"][0]["code"] == "portal"]


async def test_events_are_found_by_day_and_come_in_pages_that_stay(fhir: Fhir) -> None:
    anne = await fhir.day.enrol()
    caller = await bound(fhir, anne)
    for _ in range(3):
        await fhir.day.ask(Ask(anne))
    assert await resources(caller, f"{AUDIT}?date=lt2020-01-01") == []
    page = exact(await caller.get(f"{AUDIT}?_count=2"))
    seen = [each["resource"]["id"] for each in page["entry"]]
    while following := next((each["url"] for each in page["link"] if each["relation"] == "next"), None):
        page = exact(await caller.get(following.partition("/fhir/")[2]))
        seen += [each["resource"]["id"] for each in page["entry"]]
    assert len(seen) == len(set(seen)) == 6, "three questions, a binding, and two readings of the statement before"


async def test_the_fields_that_the_database_announces_are_those_of_the_purpose() -> None:
    assert Fields.AMOUNT | Fields.CARE == 576
    assert Fields.STATEMENT == 256
