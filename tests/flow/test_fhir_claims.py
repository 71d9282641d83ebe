"""Invoices over FHIR: decided at once, told line by line, once whoever sends them and however often."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from tests.flow.day import TODAY, Day, Guarantee, Item, consultation
from tests.flow.fhir import Fhir, amounts, claim, codes, money, server

from cloison.ops import claims

CLAIM, ANSWER = "Claim", "ClaimResponse"
Validated = Callable[[bytes], None]


@pytest.fixture
async def fhir(lone_day: Day) -> AsyncIterator[Fhir]:
    await lone_day.insurer("75004407", guarantees=[Guarantee("MED"), Guarantee("PHAR")])
    await lone_day.practice("750000002")
    async with server(lone_day) as opened:
        yield opened


async def test_an_invoice_is_decided_at_once_and_due(fhir: Fhir, validated: Validated) -> None:
    anne = await fhir.day.enrol()
    answer = await fhir.post(f"{CLAIM}/$submit", claim(anne, consultation(), identifier="F-1"))
    assert answer.status_code == 200, answer.text
    validated(answer.content)
    body = answer.json()
    assert (body["resourceType"], body["outcome"], body["status"], body["use"]) == (
        ANSWER,
        "complete",
        "active",
        "claim",
    )
    (line,) = body["item"]
    assert line["itemSequence"] == 1
    assert amounts(line) == {
        "submitted": 3000, "eligible": 3000, "amo": 2100, "asked": 900, "benefit": 900, "own": 0
    }  # fmt: skip
    assert amounts(body["total"])["benefit"] == 900
    assert "Part complémentaire" in body["processNote"][0]["text"]
    assert await fhir.day.due() == 900
    assert anne.nir not in answer.text
    assert anne.adherent not in answer.text


async def test_sent_again_it_gives_the_same_answer_and_pays_once(fhir: Fhir) -> None:
    anne = await fhir.day.enrol()
    sent = claim(anne, consultation(), identifier="F-1")
    first = await fhir.post(f"{CLAIM}/$submit", sent)
    again = await fhir.post(f"{CLAIM}/$submit", sent)
    assert again.status_code == 200, again.text
    assert again.json() == first.json()
    assert await fhir.day.due() == 900


def in_parameters(sent: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Parameters", "parameter": [{"name": "resource", "resource": sent}]}


def in_collection(sent: dict[str, Any]) -> dict[str, Any]:
    """The person and the card beside the Claim."""
    who, card = (dict(each) for each in sent["contained"])
    address = {"patient": f"urn:uuid:{uuid4()}", "coverage": "https://practice.invalid/Coverage/1"}
    card["beneficiary"] = {"reference": address["patient"]}
    alone = {name: value for name, value in sent.items() if name != "contained"}
    alone |= {"patient": {"reference": address["patient"]}}
    alone["insurance"] = [{**sent["insurance"][0], "coverage": {"reference": address["coverage"]}}]
    entries = [(f"urn:uuid:{uuid4()}", alone), (address["patient"], who), (address["coverage"], card)]
    return {
        "resourceType": "Bundle", "type": "collection",
        "entry": [{"fullUrl": url, "resource": resource} for url, resource in entries],
    }  # fmt: skip


@pytest.mark.parametrize("carried", [in_parameters, in_collection])
async def test_whatever_carries_it_what_is_kept_is_the_claim(
    fhir: Fhir, carried: Callable[[dict[str, Any]], dict[str, Any]], validated: Validated
) -> None:
    anne = await fhir.day.enrol()
    sent = carried(claim(anne, consultation(), identifier="F-1"))
    told = await fhir.post(f"{CLAIM}/$submit", sent)
    assert told.status_code == 200, told.text
    assert (await fhir.post(f"{CLAIM}/$submit", sent)).json()["id"] == told.json()["id"]
    kept = await fhir.get(told.json()["request"]["reference"])
    validated(kept.content)
    assert kept.json()["resourceType"] == CLAIM
    assert {each["resourceType"] for each in kept.json()["contained"]} == {"Patient", "Coverage"}
    done = await fhir.put(told.json()["request"]["reference"], kept.json() | {"status": "cancelled"}, if_match='W/"1"')
    assert done.status_code == 200, done.text
    assert await fhir.day.due() == 0


async def test_twenty_senders_at_once_make_one_invoice(fhir: Fhir) -> None:
    anne = await fhir.day.enrol()
    sent = claim(anne, consultation(), identifier="F-1")
    answers = await asyncio.gather(*[fhir.post(f"{CLAIM}/$submit", sent) for _ in range(20)])
    assert {each.status_code for each in answers} == {200}, [each.text for each in answers if each.status_code != 200]
    assert len({each.json()["id"] for each in answers}) == 1
    assert await fhir.day.value("select count(*) from claims.invoice") == 1
    assert await fhir.day.due() == 900


async def test_another_content_under_the_same_identifier_is_refused(fhir: Fhir) -> None:
    anne = await fhir.day.enrol()
    await fhir.post(f"{CLAIM}/$submit", claim(anne, consultation(), identifier="F-1"))
    other = await fhir.post(f"{CLAIM}/$submit", claim(anne, consultation(asked=800), identifier="F-1"))
    assert (other.status_code, codes(other.json())) == (409, ["fhir.identifier_reused"])
    assert await fhir.day.due() == 900


async def test_a_number_that_served_for_other_lines_is_told_so(fhir: Fhir) -> None:
    anne = await fhir.day.enrol()
    number = [{"system": "urn:cloison:facture", "value": "77"}]
    first = claim(anne, consultation(), identifier="F-1")
    first["identifier"] += number
    second = claim(anne, consultation(asked=800), identifier="F-2")
    second["identifier"] += number
    assert (await fhir.post(f"{CLAIM}/$submit", first)).json()["outcome"] == "complete"
    body = (await fhir.post(f"{CLAIM}/$submit", second)).json()
    assert body["error"][0]["code"]["coding"][0]["code"] == "fhir.invoice_number_reused"


async def test_a_claim_is_created_read_and_found_with_its_answer(fhir: Fhir, validated: Validated) -> None:
    anne = await fhir.day.enrol()
    made = await fhir.post(
        CLAIM, claim(anne, consultation(), identifier="F-1"), if_none_exist="identifier=urn:test:claims|F-1"
    )
    assert made.status_code == 201, made.text
    assert (made.headers["etag"], made.json()["status"]) == ('W/"1"', "active")
    document = made.json()["id"]
    assert made.headers["location"].endswith(f"/Claim/{document}/_history/1")
    there = await fhir.post(
        CLAIM, claim(anne, consultation(), identifier="F-1"), if_none_exist="identifier=urn:test:claims|F-1"
    )
    assert (there.status_code, there.json()["id"]) == (200, document)
    read = await fhir.get(f"{CLAIM}/{document}")
    assert (read.status_code, read.json()["item"]) == (200, made.json()["item"])
    assert (await fhir.get(f"{CLAIM}/{document}", if_none_match='W/"1"')).status_code == 304
    found = await fhir.get(
        f"{ANSWER}?request=Claim/{document}&use=claim&outcome=complete&_include=ClaimResponse:request"
    )
    validated(found.content)
    kinds = [each["resource"]["resourceType"] for each in found.json()["entry"]]
    assert sorted(kinds) == [CLAIM, ANSWER]
    assert (await fhir.get(f"{CLAIM}?identifier=urn:test:claims%7CF-1")).json()["entry"][0]["resource"][
        "id"
    ] == document
    other = fhir.speaking_for("750000002")
    assert (await other.get(f"{CLAIM}/{document}")).status_code == 404
    assert "entry" not in (await other.get(f"{ANSWER}?request=Claim/{document}")).json()


async def test_an_answer_is_never_changed(fhir: Fhir) -> None:
    anne = await fhir.day.enrol()
    told = (await fhir.post(f"{CLAIM}/$submit", claim(anne, consultation(), identifier="F-1"))).json()
    changed = await fhir.put(f"{ANSWER}/{told['id']}", told | {"disposition": "paid"}, if_match='W/"1"')
    assert changed.status_code == 405, changed.text
    document = told["request"]["reference"].rpartition("/")[2]
    kept = (await fhir.get(f"{CLAIM}/{document}")).json()
    kept["item"][0]["net"]["value"] = 20
    refused = await fhir.put(f"{CLAIM}/{document}", kept, if_match='W/"1"')
    assert (refused.status_code, codes(refused.json())) == (409, ["fhir.immutable"])


async def by_status(fhir: Fhir, document: str) -> None:
    kept = (await fhir.get(f"{CLAIM}/{document}")).json()
    assert (await fhir.put(f"{CLAIM}/{document}", kept | {"status": "cancelled"})).status_code == 428
    assert (await fhir.put(f"{CLAIM}/{document}", kept | {"status": "cancelled"}, if_match='W/"3"')).status_code == 412
    done = await fhir.put(f"{CLAIM}/{document}", kept | {"status": "cancelled"}, if_match='W/"1"')
    assert (done.status_code, done.json()["status"], done.headers["etag"]) == (200, "cancelled", 'W/"2"'), done.text


async def by_relation(fhir: Fhir, document: str) -> None:
    relation = {
        "claim": {"reference": f"Claim/{document}"},
        "relationship": {"coding": [{"system": "urn:cloison:relation", "code": "cancel"}]},
    }
    kept = (await fhir.get(f"{CLAIM}/{document}")).json()
    taken = {name: value for name, value in kept.items() if name not in ("item", "meta", "id")}
    taken |= {"identifier": [{"system": "urn:test:claims", "value": "A-1"}], "related": [relation]}
    for _ in range(2):
        done = await fhir.post(f"{CLAIM}/$submit", taken)
        assert (done.status_code, done.json()["outcome"]) == (200, "complete"), done.text


async def by_task(fhir: Fhir, document: str) -> None:
    task = {
        "resourceType": "Task", "status": "requested", "intent": "order",
        "identifier": [{"system": "urn:test:tasks", "value": "T-1"}],
        "code": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/financialtaskcode", "code": "cancel"}]},
        "focus": {"reference": f"Claim/{document}"},
    }  # fmt: skip
    done = await fhir.post("Task", task)
    assert (done.status_code, done.json()["status"]) == (201, "completed"), done.text
    again = await fhir.post("Task", task)
    assert (again.status_code, again.json()["id"]) == (200, done.json()["id"])


@pytest.mark.parametrize("way", [by_status, by_relation, by_task])
async def test_a_claim_is_taken_back(
    fhir: Fhir, way: Callable[[Fhir, str], Awaitable[None]], validated: Validated
) -> None:
    anne = await fhir.day.enrol()
    told = (await fhir.post(f"{CLAIM}/$submit", claim(anne, consultation(), identifier="F-1"))).json()
    document = told["request"]["reference"].rpartition("/")[2]
    await way(fhir, document)
    assert await fhir.day.due() == 0
    found = await fhir.get(f"{ANSWER}?request=Claim/{document}")
    validated(found.content)
    newest, first = [each["resource"] for each in found.json()["entry"]]
    assert (newest["status"], first["status"]) == ("cancelled", "active")
    assert first["id"] == told["id"]
    history = (await fhir.get(f"{CLAIM}/{document}/_history")).json()["entry"]
    assert [each["resource"]["status"] for each in history] == ["cancelled", "active"]


async def test_a_decision_made_anew_is_a_new_answer(fhir: Fhir) -> None:
    anne = await fhir.day.enrol()
    told = (await fhir.post(f"{CLAIM}/$submit", claim(anne, consultation(), identifier="F-1"))).json()
    document = told["request"]["reference"].rpartition("/")[2]
    number = next(each["value"] for each in told["identifier"] if each["system"] == "urn:cloison:facture")
    await fhir.day.end(anne, TODAY)
    replaced = await claims.redecide(fhir.parts.house, fhir.day.database, fhir.day.doctor, number, TODAY)
    assert (replaced.before_cents, replaced.after_cents) == (900, 0)
    found = await fhir.get(f"{ANSWER}?request=Claim/{document}")
    newest, first = [each["resource"] for each in found.json()["entry"]]
    assert (newest["outcome"], first["outcome"]) == ("error", "complete")
    assert newest["error"][0]["code"]["coding"][0]["code"].startswith("rights.")
    assert len((await fhir.get(f"{ANSWER}?request=Claim/{document}")).json()["entry"]) == 2


async def test_claims_of_a_transaction_are_decided_together_or_not_at_all(fhir: Fhir, validated: Validated) -> None:
    anne = await fhir.day.enrol()
    entries = [
        {"resource": claim(anne, consultation(day=TODAY - timedelta(days=at)), identifier=f"F-{at}"),
         "request": {"method": "POST", "url": CLAIM}}
        for at in range(3)
    ]  # fmt: skip
    wrong = [*entries[:2], {**entries[2], "resource": entries[2]["resource"] | {"total": money(1)}}]
    refused = await fhir.post("", {"resourceType": "Bundle", "type": "transaction", "entry": wrong})
    assert (refused.status_code, codes(refused.json())) == (422, ["fhir.amounts_differ"])
    assert "entry[2]" in refused.text
    assert await fhir.day.value("select count(*) from claims.invoice") == 0
    done = await fhir.post("", {"resourceType": "Bundle", "type": "transaction", "entry": entries})
    assert done.status_code == 200, done.text
    validated(done.content)
    assert [each["response"]["status"] for each in done.json()["entry"]] == ["201"] * 3
    assert await fhir.day.value("select count(*) from claims.file") == 1
    assert await fhir.day.due() == 2700


async def test_a_refused_invoice_says_why_and_pays_nothing(fhir: Fhir, validated: Validated) -> None:
    stranger = await fhir.day.enrol(covered=False)
    answer = await fhir.post(f"{CLAIM}/$submit", claim(stranger, consultation(), identifier="F-1"))
    validated(answer.content)
    body = answer.json()
    assert (body["outcome"], amounts(body["item"][0])["benefit"]) == ("error", 0)
    (why,) = body["error"]
    assert why["code"]["coding"][0]["code"].startswith("rights.")
    assert body["disposition"]
    assert await fhir.day.due() == 0


def without(name: str) -> Callable[[dict[str, Any]], None]:
    def change(sent: dict[str, Any]) -> None:
        sent["extension"] = [each for each in sent["extension"] if each["url"] != f"urn:cloison:{name}"]

    return change


def line(**changes: Any) -> Callable[[dict[str, Any]], None]:
    def change(sent: dict[str, Any]) -> None:
        sent["item"][0] = {name: value for name, value in (sent["item"][0] | changes).items() if value is not None}

    return change


def top(**changes: Any) -> Callable[[dict[str, Any]], None]:
    return lambda sent: sent.update(changes)


@pytest.mark.parametrize(
    ("change", "code", "place"),
    [
        (without("regime"), "fhir.care_unstated", "urn:cloison:regime"),
        (without("minor"), "fhir.care_unstated", "urn:cloison:minor"),
        (without("exoneration"), "fhir.care_unstated", "urn:cloison:exoneration"),
        (top(identifier=None), "fhir.identifier_missing", "Claim.identifier"),
        (top(status="draft"), "fhir.claim_not_active", "Claim.status"),
        (top(total=money(3001)), "fhir.amounts_differ", "Claim.total"),
        (top(modifierExtension=[{"url": "urn:other", "valueBoolean": True}]), "fhir.modifier_unknown", ""),
        (top(item=None), "fhir.care_unsaid", "Claim.item"),
        (line(net={"value": 30.005, "currency": "EUR"}), "fhir.amount_wrong", "Claim.item[0].net"),
        (line(net={"value": 30, "currency": "USD"}), "fhir.amount_wrong", "Claim.item[0].net"),
        (line(net={"currency": "EUR"}), "fhir.line_amount_unsaid", "Claim.item[0].net"),
        (line(net=None), "fhir.line_amount_unsaid", "Claim.item[0]"),
        (line(unitPrice=money(2900)), "fhir.amounts_differ", "Claim.item[0].net"),
        (line(extension=None), "fhir.line_amount_unsaid", "urn:cloison:asked"),
        (line(servicedDate="2026-11"), "fhir.line_day_unsaid", "Claim.item[0].servicedDate"),
        (line(servicedDate="2999-01-01"), "claims.care_after_reception", ""),
        (line(quantity={"value": 1.5}), "fhir.line_wrong", "Claim.item[0].quantity"),
        (line(factor=1.005), "fhir.line_wrong", "Claim.item[0].factor"),
        (line(productOrService={"text": "consultation"}), "fhir.act_unsaid", "Claim.item[0].productOrService"),
        (line(bodySite={"coding": [{"code": "19"}]}), "fhir.line_wrong", "Claim.item[0].bodySite"),
        (top(insurer={"identifier": {"system": "urn:cloison:amc", "value": "99999999"}}), "rights.insurer_unknown", ""),
    ],
)  # fmt: skip
async def test_what_is_missing_or_wrong_is_named_and_nothing_is_kept(
    fhir: Fhir, change: Callable[[dict[str, Any]], None], code: str, place: str
) -> None:
    anne = await fhir.day.enrol()
    sent = claim(anne, consultation(), identifier="F-1")
    change(sent)
    answer = await fhir.post(f"{CLAIM}/$submit", {name: value for name, value in sent.items() if value is not None})
    assert answer.status_code in (400, 422), answer.text
    assert codes(answer.json()) == [code], answer.text
    assert place in answer.text
    assert anne.nir[:13] not in answer.text
    assert await fhir.day.value("select count(*) from exchanges.document") == 0


async def test_who_may_only_read_sends_no_invoice_and_takes_none_back(fhir: Fhir) -> None:
    anne = await fhir.day.enrol()
    told = (await fhir.post(f"{CLAIM}/$submit", claim(anne, consultation(), identifier="F-1"))).json()
    document = told["request"]["reference"].rpartition("/")[2]
    reader = fhir.speaking_for(scopes=frozenset({"practice:claim:read"}))
    assert (await reader.post(f"{CLAIM}/$submit", claim(anne, consultation(), identifier="F-2"))).status_code == 403
    kept = (await reader.get(f"{CLAIM}/{document}")).json()
    cancelled = await reader.put(f"{CLAIM}/{document}", kept | {"status": "cancelled"}, if_match='W/"1"')
    assert cancelled.status_code == 403
    stranger = fhir.speaking_for("750000002")
    taken = await stranger.put(f"{CLAIM}/{document}", kept | {"status": "cancelled"}, if_match='W/"1"')
    assert taken.status_code == 404
    assert await fhir.day.due() == 900


async def test_what_was_recalled_is_on_the_statement_of_the_person(fhir: Fhir) -> None:
    anne = await fhir.day.enrol()
    told = (await fhir.post(f"{CLAIM}/$submit", claim(anne, consultation(), identifier="F-1"))).json()
    await fhir.get(f"{ANSWER}/{told['id']}")
    recalled = await fhir.day.value(
        """select count(*) from disclosure.entry e join vault.online_index i on i.token = e.token
           where e.purpose = 6 and i.person = $1""",
        anne.pseudonym,
    )
    assert recalled == 1


async def test_lines_keep_their_sequence_and_what_they_are_refused_for(fhir: Fhir) -> None:
    anne = await fhir.day.enrol()
    sent = claim(anne, consultation(), Item("NOPE", 1000, 1000), identifier="F-1")
    sent["item"][0]["sequence"], sent["item"][1]["sequence"] = 7, 3
    body = (await fhir.post(f"{CLAIM}/$submit", sent)).json()
    assert body["outcome"] == "partial"
    assert [each["itemSequence"] for each in body["item"]] == [7, 3]
    why = [each["reason"] for each in body["item"][1]["adjudication"] if "reason" in each]
    assert why[0]["coding"][0]["code"] == "rules.act_unknown"
