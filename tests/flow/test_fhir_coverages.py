"""Coverage: the rights of who is described, asked for in a body, kept, and the same as long as nothing changes."""

from collections.abc import AsyncIterator, Callable
from datetime import date
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from tests.flow.day import TODAY, Day, Guarantee, Person
from tests.flow.fhir import Fhir, codes, server

from cloison.gateways.fhir.french import AMC_EXTENDED
from cloison.ops import disclosures

NAME = "Coverage"
OTHER = "750000002"
NIR = "urn:oid:1.2.250.1.213.1.4.8"


@pytest.fixture
async def fhir(lone_day: Day) -> AsyncIterator[Fhir]:
    await lone_day.insurer("75004407", guarantees=[Guarantee("MED"), Guarantee("OPTI")])
    await lone_day.owner.execute("update rights.product set csr = 'C12'")
    await lone_day.practice(OTHER)
    async with server(lone_day) as opened:
        yield opened


def described(person: Person, by_card: bool = True, **changes: str) -> dict[str, str]:
    """A person as the practice describes them in the body of a search."""
    birth = person.birth
    named = {"identifier": f"urn:cloison:adherent|{person.adherent}"} if by_card else {
        "patient:identifier": f"{NIR}|{person.nir}"}  # fmt: skip
    return named | {
        "birthdate": f"{birth[:4]}-{birth[4:6]}-{birth[6:]}",
        "birth-rank": person.rank,
        "payor:identifier": f"urn:cloison:amc|{person.amc}",
        "proof": "card",
        "day": TODAY.isoformat(),
    } | changes  # fmt: skip


async def ask(caller: Fhir, parameters: dict[str, str], **headers: str) -> httpx.Response:
    form = {"content_type": "application/x-www-form-urlencoded"} | headers
    return await caller.post(f"{NAME}/_search", urlencode(parameters).encode(), **form)


def only(answer: httpx.Response) -> Any:
    assert answer.status_code == 200, answer.text
    (entry,) = answer.json()["entry"]
    return entry["resource"]


async def test_the_rights_of_who_is_described_are_told_with_how_to_bill_them(
    fhir: Fhir, validated: Callable[[bytes], bytes]
) -> None:
    anne = await fhir.day.enrol(start=date(2026, 1, 1), end=date(2027, 1, 1))
    answer = await ask(fhir, described(anne))
    validated(answer.content)
    coverage = only(answer)
    assert (coverage["status"], coverage["order"]) == ("active", 1)
    assert coverage["type"]["coding"][0]["code"] == "EHCPOL"
    assert coverage["period"] == {"start": "2026-01-01", "end": "2026-12-31"}
    assert coverage["payor"][0]["identifier"]["value"] == "75004407"
    assert [(each["type"]["coding"][0]["code"], each["value"]) for each in coverage["class"]] == [
        ("csr", "C12"), ("convention", "M"),
    ]  # fmt: skip
    (extended,) = [each for each in coverage["extension"] if each["url"] == AMC_EXTENDED]
    csr, convention = extended["extension"]
    assert csr == {"url": "codeCSR", "valueCode": "C12"}
    assert convention["extension"] == [
        {"url": "codeConvention", "valueCode": "M"},
        {"url": "domaine", "valueCode": "MED"},
        {"url": "domaine", "valueCode": "OPTI"},
        {"url": "tousDomaines", "valueBoolean": False},
    ]
    assert all(secret not in answer.text for secret in (anne.nir[:13], anne.adherent, anne.birth, str(anne.pseudonym)))


async def test_every_family_of_care_is_on_the_record_of_the_person(fhir: Fhir) -> None:
    anne = await fhir.day.enrol()
    await ask(fhir, described(anne))
    await fhir.parts.desks.close()
    lines = await disclosures.of(fhir.parts.house, fhir.day.database, anne.amc, anne.nir, anne.birth, anne.rank)
    asked = [each for each in lines if each.channel == "api"]
    assert len(asked) == 10
    assert sorted({each.fields for each in asked}) == ["covered", "covered, validity, domains, routing, order"]


async def test_unchanged_rights_are_the_same_version_and_are_not_sent_again(fhir: Fhir) -> None:
    anne = await fhir.day.enrol()
    first = await ask(fhir, described(anne))
    again = await ask(fhir, described(anne))
    assert only(first) == only(again)
    assert first.headers["etag"] == 'W/"1"'
    same = await ask(fhir, described(anne), if_none_match=first.headers["etag"])
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", 'W/"1"')
    path = f"{NAME}/{only(first)['id']}"
    read = await fhir.get(path)
    assert read.json() == only(first)
    assert (await fhir.get(path, if_none_match=read.headers["etag"])).status_code == 304
    assert (await fhir.get(f"{path}/_history/1")).json() == read.json()


async def test_rights_that_change_are_a_new_version_and_the_old_one_stays(
    fhir: Fhir, validated: Callable[[bytes], bytes]
) -> None:
    anne = await fhir.day.enrol()
    before = await ask(fhir, described(anne))
    await fhir.day.end(anne, on=date(2027, 1, 1))
    after = await ask(fhir, described(anne), if_none_match=before.headers["etag"])
    assert only(before)["id"] == only(after)["id"]
    assert "end" not in only(before)["period"]
    assert (only(after)["period"]["end"], after.headers["etag"]) == ("2026-12-31", 'W/"2"')
    path = f"{NAME}/{only(after)['id']}"
    assert (await fhir.get(f"{path}/_history/1")).json() == only(before)
    history = await fhir.get(f"{path}/_history")
    validated(history.content)
    assert history.json()["total"] == 2


async def test_rights_that_closed_say_why_and_what_was_kept_is_cancelled(
    fhir: Fhir, validated: Callable[[bytes], bytes]
) -> None:
    anne = await fhir.day.enrol()
    open_ = only(await ask(fhir, described(anne)))
    await fhir.day.end(anne, on=date(2026, 2, 1))
    answer = await ask(fhir, described(anne))
    validated(answer.content)
    (entry,) = answer.json()["entry"]
    assert entry["search"]["mode"] == "outcome"
    assert "rights.closed" in codes(entry["resource"])
    kept = await fhir.get(f"{NAME}/{open_['id']}")
    validated(kept.content)
    assert (kept.json()["status"], "period" in kept.json(), kept.headers["etag"]) == ("cancelled", False, 'W/"2"')
    assert (await fhir.get(f"{NAME}?status=active")).json().get("entry") is None
    assert len((await fhir.get(f"{NAME}?status=cancelled")).json()["entry"]) == 1
    await fhir.day.cover(anne)
    again = only(await ask(fhir, described(anne)))
    assert (again["id"], again["meta"]["versionId"], again["status"]) == (open_["id"], "3", "active")


async def test_a_typed_description_tells_a_stranger_like_somebody_without_rights(fhir: Fhir) -> None:
    gone, nobody = await fhir.day.enrol(end=date(2026, 1, 1)), await fhir.day.enrol()
    stranger = described(nobody, identifier="urn:cloison:adherent|ADH999999999", proof="typed")
    told = [await ask(fhir, each) for each in (described(gone, proof="typed"), stranger)]
    first, second = ([each["resource"]["issue"][0]["details"] for each in answer.json()["entry"]] for answer in told)
    assert first == second


async def test_an_insurer_that_does_not_answer_closes_nothing(fhir: Fhir) -> None:
    anne = await fhir.day.enrol()
    kept = only(await ask(fhir, described(anne)))
    unknown = await ask(fhir, described(anne) | {"payor:identifier": "urn:cloison:amc|99999999"})
    assert codes(unknown.json()["entry"][0]["resource"]) == ["rights.insurer_unknown"]
    assert (await fhir.get(f"{NAME}/{kept['id']}")).json()["status"] == "active"


@pytest.mark.parametrize("by_card", [True, False])
async def test_who_somebody_is_stands_in_no_address(fhir: Fhir, by_card: bool) -> None:
    anne = await fhir.day.enrol()
    answer = await ask(fhir, described(anne, by_card=by_card))
    assert only(answer)["status"] == "active"
    assert [each["url"].rpartition("/fhir/")[2] for each in answer.json()["link"]] == [NAME]
    for name, value in described(anne, by_card=by_card).items():
        if name in ("identifier", "patient:identifier", "birthdate", "birth-rank"):
            refused = await fhir.get(f"{NAME}?{urlencode({name: value})}")
            assert (refused.status_code, codes(refused.json())) == (400, ["fhir.identity_in_address"]), name
            assert name == "birth-rank" or value.rpartition("|")[2] not in refused.text


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"identifier": "urn:other|X"}, "fhir.person_unnamed"),
        ({"birthdate": "1980"}, "fhir.birth_missing"),
        ({"birthdate": ""}, "fhir.birth_missing"),
        ({"birth-rank": "0"}, "fhir.birth_missing"),
        ({"payor:identifier": ""}, "fhir.amc_missing"),
        ({"proof": "guess"}, "fhir.proof_unknown"),
        ({"day": "2026-11"}, "fhir.day_unsaid"),
    ],
)
async def test_a_description_that_lacks_something_says_what(fhir: Fhir, change: dict[str, str], code: str) -> None:
    anne = await fhir.day.enrol()
    refused = await ask(fhir, described(anne) | change)
    assert (refused.status_code, codes(refused.json())) == (422, [code])


async def test_what_another_practice_was_told_does_not_exist_and_has_another_handle(fhir: Fhir) -> None:
    anne = await fhir.day.enrol()
    other = fhir.speaking_for(OTHER)
    mine, theirs = only(await ask(fhir, described(anne))), only(await ask(other, described(anne)))
    assert mine["id"] != theirs["id"]
    assert mine["beneficiary"] != theirs["beneficiary"]
    for path in (mine["id"], f"{mine['id']}/_history", f"{mine['id']}/_history/1"):
        assert (await other.get(f"{NAME}/{path}")).status_code == 404


async def test_a_caller_who_may_not_ask_is_told_so(fhir: Fhir) -> None:
    anne = await fhir.day.enrol()
    reader = fhir.speaking_for(scopes=frozenset({"practice:claim:read"}))
    refused = await ask(reader, described(anne))
    assert (refused.status_code, codes(refused.json())) == (403, ["permission.not_given"])


async def test_a_list_of_what_was_answered_is_for_who_may_read_it_however_it_is_asked(fhir: Fhir) -> None:
    """A birth date makes a search a question, and a question needs a person: it is no way around the permission."""
    anne = await fhir.day.enrol()
    await ask(fhir, described(anne))
    page = (await fhir.get(f"{NAME}?_count=1")).json()["link"][1]["url"].rpartition("_page=")[2]
    asker = fhir.speaking_for(scopes=frozenset({"practice:eligibility:ask"}))
    assert codes((await asker.get(NAME)).json()) == ["permission.not_given"]
    for form in ({"birthdate": ""}, {"birthdate": "1980-01-01", "_page": page}, {"birthdate": "x"}):
        answer = await ask(asker, form)
        assert answer.status_code in (400, 422), answer.text
    assert only(await ask(asker, described(anne)))["status"] == "active"
