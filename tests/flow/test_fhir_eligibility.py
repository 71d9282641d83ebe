"""Eligibility over FHIR: asked at once or kept as a resource, three answers that are never mixed, no identity told."""

from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from tests.flow.day import Ask, Day, Guarantee
from tests.flow.fhir import Fhir, codes, eligibility, server

from cloison.disclosure import Proof

REQUEST, ANSWER = "CoverageEligibilityRequest", "CoverageEligibilityResponse"


@pytest.fixture
async def fhir(lone_day: Day) -> AsyncIterator[Fhir]:
    await lone_day.insurer("75004407", guarantees=[Guarantee("MED"), Guarantee("OPTI", ceiling=40_000)])
    await lone_day.practice("750000002")
    async with server(lone_day) as opened:
        yield opened


async def test_a_right_in_force_is_said_with_its_period(fhir: Fhir, validated: Callable[[bytes], object]) -> None:
    anne = await fhir.day.enrol()
    answer = await fhir.post(f"{REQUEST}/$submit", eligibility(Ask(anne)))
    assert answer.status_code == 200, answer.text
    validated(answer.content)
    assert answer.headers["content-type"] == "application/fhir+json; charset=utf-8"
    body = answer.json()
    assert (body["outcome"], body["insurance"][0]["inforce"]) == ("complete", True)
    assert body["insurance"][0]["item"][0]["excluded"] is False
    assert anne.nir[:13] not in answer.text
    assert anne.adherent not in answer.text


async def test_a_guarantee_is_given_where_it_is_asked_for(fhir: Fhir) -> None:
    anne = await fhir.day.enrol()
    asked = eligibility(Ask(anne, domain="OPTI", engage=True, wanted=15_000))
    body = (await fhir.post(f"{REQUEST}/$submit", asked)).json()
    assert body["preAuthRef"].startswith("E")
    (item,) = body["insurance"][0]["item"]
    assert item["benefit"][0]["allowedMoney"] == {"value": 150.0, "currency": "EUR"}


async def test_what_is_not_covered_says_why_and_what_to_do(fhir: Fhir, validated: Callable[[bytes], object]) -> None:
    anne = await fhir.day.enrol()
    asked = eligibility(Ask(anne, domain="DENT", proof=Proof.CARD))
    for language, word in (("fr", "couvre"), ("en", "cover")):
        answer = await fhir.post(f"{REQUEST}/$submit", asked, accept_language=language)
        validated(answer.content)
        body = answer.json()
        assert body["insurance"][0]["inforce"] is False
        (item,) = body["insurance"][0]["item"]
        why = item["extension"][0]["valueCodeableConcept"]
        assert why["coding"][0]["code"] == "rights.domain_not_covered"
        assert {each["url"].rpartition(":")[2] for each in why["extension"]} == {"action", "actor", "retry", "doc_url"}
        assert word in why["text"].lower()


async def test_an_insurer_that_nobody_knows_is_neither_open_nor_closed(fhir: Fhir) -> None:
    anne = await fhir.day.enrol()
    body = (await fhir.post(f"{REQUEST}/$submit", eligibility(Ask(anne, amc="99999999")))).json()
    assert body["outcome"] == "error"
    assert "inforce" not in body["insurance"][0]
    assert body["error"][0]["code"]["coding"][0]["code"] == "rights.insurer_unknown"


@pytest.mark.parametrize(
    ("change", "code", "place"),
    [
        ({"servicedDate": "2026-11"}, "fhir.day_unsaid", "servicedDate"),
        ({"item": None}, "fhir.care_unsaid", "item"),
        ({"contained": None}, "fhir.reference_broken", "patient"),
        ({"status": "bad"}, "fhir.bad_code", "status"),
        ({"extra": 1}, "fhir.unknown_element", REQUEST),
        ({"item": [{"category": {"coding": [{"system": "urn:cloison:domaine", "code": "NONE"}]}}]}, "fhir.care_unsaid",
         "item[0]"),
        ({"item": [{"category": {"coding": [{"system": "urn:cloison:domaine", "code": "MED"}]},
                    "unitPrice": {"value": 1.005, "currency": "EUR"}}]}, "fhir.amount_wrong", "item[0].unitPrice"),
    ],
)  # fmt: skip
async def test_what_is_wrong_is_named_with_its_place(
    fhir: Fhir, change: dict[str, object], code: str, place: str
) -> None:
    anne = await fhir.day.enrol()
    asked = {name: value for name, value in (eligibility(Ask(anne)) | change).items() if value is not None}
    answer = await fhir.post(f"{REQUEST}/$submit", asked)
    assert answer.status_code == 422, answer.text
    assert code in codes(answer.json())
    assert any(place in found for issue in answer.json()["issue"] for found in issue.get("expression", ()))
    assert anne.nir[:13] not in answer.text


async def test_a_request_is_created_once_and_read_with_its_answer(fhir: Fhir) -> None:
    anne = await fhir.day.enrol()
    asked = eligibility(Ask(anne, engage=True), identifier="D-1")
    first = await fhir.post(REQUEST, asked)
    assert first.status_code == 201, first.text
    assert first.headers["location"].endswith(f"/{REQUEST}/{first.json()['id']}/_history/1")
    assert (first.headers["etag"], "last-modified" in first.headers) == ('W/"1"', True)
    again = await fhir.post(REQUEST, asked)
    assert (again.status_code, again.json()["id"]) == (200, first.json()["id"])
    other = await fhir.post(REQUEST, asked | {"priority": {"text": "other"}})
    assert (other.status_code, codes(other.json())) == (409, ["fhir.identifier_reused"])
    found = (await fhir.get(f"{ANSWER}?request={REQUEST}/{first.json()['id']}&_include={ANSWER}:request")).json()
    assert [entry["search"]["mode"] for entry in found["entry"]] == ["match", "include"]
    assert found["entry"][0]["resource"]["request"] == {"reference": f"{REQUEST}/{first.json()['id']}"}
    assert found["entry"][0]["resource"]["preAuthRef"].startswith("E")
    assert found["entry"][1]["resource"]["id"] == first.json()["id"]


async def test_what_another_practice_created_does_not_exist(fhir: Fhir) -> None:
    anne = await fhir.day.enrol()
    mine = (await fhir.post(REQUEST, eligibility(Ask(anne), identifier="D-1"))).json()
    other = fhir.speaking_for("750000002")
    absent = await other.get(f"{REQUEST}/00000000-0000-4000-8000-000000000000")
    theirs = await other.get(f"{REQUEST}/{mine['id']}")
    assert (theirs.status_code, absent.status_code) == (404, 404)
    assert _without_number(theirs) == _without_number(absent)
    assert "entry" not in (await other.get(REQUEST)).json()
    assert (await other.post(REQUEST, eligibility(Ask(anne), identifier="D-1"))).status_code == 201


async def test_an_unchanged_resource_is_not_sent_again(fhir: Fhir) -> None:
    anne = await fhir.day.enrol()
    made = await fhir.post(REQUEST, eligibility(Ask(anne)))
    path = f"{REQUEST}/{made.json()['id']}"
    read = await fhir.get(path)
    assert (read.status_code, read.json()["meta"]["versionId"]) == (200, "1")
    assert read.json()["contained"] == made.json()["contained"]
    same = await fhir.get(path, if_none_match=read.headers["etag"])
    assert (same.status_code, same.content) == (304, b"")
    assert (await fhir.get(f"{path}/_history/1")).json() == read.json()
    assert (await fhir.get(f"{path}/_history/2")).status_code == 404
    assert [each["response"]["status"] for each in (await fhir.get(f"{path}/_history")).json()["entry"]] == ["201"]


async def test_a_search_has_pages_that_stay_as_they_were(fhir: Fhir) -> None:
    anne = await fhir.day.enrol()
    for number in range(5):
        await fhir.post(REQUEST, eligibility(Ask(anne), identifier=f"D-{number}"))
    page = (await fhir.get(f"{REQUEST}?_count=2&_total=accurate")).json()
    assert page["total"] == 5
    seen = [entry["resource"]["identifier"][0]["value"] for entry in page["entry"]]
    await fhir.post(REQUEST, eligibility(Ask(anne), identifier="D-new"))
    while following := next((each["url"] for each in page["link"] if each["relation"] == "next"), None):
        page = (await fhir.get(following.partition("/fhir/")[2])).json()
        seen += [entry["resource"]["identifier"][0]["value"] for entry in page["entry"]]
    assert seen == ["D-4", "D-3", "D-2", "D-1", "D-0"]


async def test_a_number_of_a_person_is_refused_in_an_address_and_taken_in_a_body(fhir: Fhir) -> None:
    anne = await fhir.day.enrol()
    await fhir.post(REQUEST, eligibility(Ask(anne), identifier="D-1"))
    refused = await fhir.get(f"{REQUEST}?identifier={anne.nir}")
    assert (refused.status_code, codes(refused.json())) == (400, ["fhir.identity_in_address"])
    form = {"content_type": "application/x-www-form-urlencoded"}
    taken = await fhir.request("POST", f"{REQUEST}/_search", f"identifier={anne.nir}".encode(), **form)
    assert (taken.status_code, "entry" in taken.json()) == (200, False)
    assert anne.nir not in taken.text
    found = await fhir.request("POST", f"{REQUEST}/_search", b"identifier=urn:test:requests%7CD-1", **form)
    assert len(found.json()["entry"]) == 1


async def test_what_a_caller_prefers_is_honoured(fhir: Fhir) -> None:
    anne = await fhir.day.enrol()
    minimal = await fhir.post(REQUEST, eligibility(Ask(anne)), prefer="return=minimal")
    assert (minimal.status_code, minimal.content) == (201, b"")
    told = await fhir.post(REQUEST, eligibility(Ask(anne)), prefer="return=OperationOutcome")
    assert told.json()["resourceType"] == "OperationOutcome"
    strict = await fhir.get(f"{REQUEST}?colour=red", prefer="handling=strict")
    assert (strict.status_code, codes(strict.json())) == (400, ["fhir.parameter_unknown"])
    lenient = (await fhir.get(f"{REQUEST}?colour=red&_count=1")).json()
    assert "colour" not in lenient["link"][0]["url"]


async def test_a_conditional_creation_makes_one(fhir: Fhir) -> None:
    anne = await fhir.day.enrol()
    asked = eligibility(Ask(anne), identifier="C-1")
    condition = {"if_none_exist": "identifier=urn:test:requests|C-1"}
    made = await fhir.post(REQUEST, asked, **condition)
    again = await fhir.post(REQUEST, asked, **condition)
    assert (made.status_code, again.status_code) == (201, 200)
    assert made.json()["id"] == again.json()["id"]


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "Nothing", {}, 404),
        ("GET", f"{REQUEST}/$everything", {}, 404),
        ("PUT", f"{ANSWER}/1", {}, 405),
        ("DELETE", f"{REQUEST}/1", {}, 405),
        ("GET", REQUEST, {"accept": "text/html"}, 406),
        ("POST", REQUEST, {"content_type": "text/xml"}, 415),
        ("POST", f"{REQUEST}/$submit", {"content_type": "text/xml"}, 415),
        ("GET", f"{REQUEST}?_count=many", {}, 400),
        ("GET", f"{REQUEST}?created=yesterday", {}, 400),
        ("GET", f"{REQUEST}?_page=AAAA", {}, 410),
    ],
)
async def test_what_is_not_done_here_is_told_as_an_outcome(
    fhir: Fhir, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    body = {"resourceType": REQUEST} if method in ("POST", "PUT") else None
    answer = await fhir.request(method, path, body, **headers)
    assert answer.status_code == status, answer.text
    assert answer.json()["resourceType"] == "OperationOutcome"


async def test_everybody_reads_what_the_server_can_do_and_nothing_else(fhir: Fhir) -> None:
    stranger = Fhir(fhir.client, fhir.parts, fhir.day, fhir.doorman, {})
    statement = await stranger.get("metadata")
    assert (statement.status_code, statement.json()["fhirVersion"]) == (200, "4.0.1")
    described = {each["type"]: each for each in statement.json()["rest"][0]["resource"]}
    assert described[REQUEST]["conditionalCreate"] is True
    refused = await stranger.get(REQUEST)
    assert (refused.status_code, refused.json()["resourceType"]) == (401, "OperationOutcome")


async def test_a_batch_answers_each_entry_on_its_own(fhir: Fhir) -> None:
    anne = await fhir.day.enrol()
    bundle = {
        "resourceType": "Bundle",
        "type": "batch",
        "entry": [
            {"resource": eligibility(Ask(anne)), "request": {"method": "POST", "url": REQUEST}},
            {"request": {"method": "GET", "url": f"{REQUEST}/none"}},
            {"resource": {"resourceType": REQUEST, "status": "bad"}, "request": {"method": "POST", "url": REQUEST}},
            {"request": {"method": "GET", "url": f"{REQUEST}?_count=1"}},
        ],
    }
    for path in ("", "/"):
        answer = await fhir.request("POST", path, bundle)
        assert answer.status_code == 200, answer.text
        assert [each["response"]["status"] for each in answer.json()["entry"]] == ["201", "404", "422", "200"]


async def test_a_transaction_is_done_whole_or_not_at_all(fhir: Fhir) -> None:
    anne = await fhir.day.enrol()
    who, card, asked = (
        "urn:uuid:0b6d0a4e-0000-4000-8000-000000000001",
        "urn:uuid:0b6d0a4e-0000-4000-8000-000000000002",
        Ask(anne),
    )
    whole = eligibility(asked)
    patient, coverage = whole.pop("contained")
    whole["patient"], whole["insurance"][0]["coverage"] = {"reference": who}, {"reference": card}
    coverage["beneficiary"] = {"reference": who}
    for described in (patient, coverage):
        described.pop("id")
    entries = [
        {"fullUrl": who, "resource": patient, "request": {"method": "POST", "url": "Patient"}},
        {"fullUrl": card, "resource": coverage, "request": {"method": "POST", "url": "Coverage"}},
        {"resource": whole, "request": {"method": "POST", "url": REQUEST}},
    ]
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
    done = await fhir.post("", bundle)
    assert done.status_code == 200, done.text
    assert [each["response"]["status"] for each in done.json()["entry"]] == ["202", "202", "201"]
    before = len((await fhir.get(REQUEST)).json()["entry"])
    entries.append({"resource": whole | {"item": [{}]}, "request": {"method": "POST", "url": REQUEST}})
    refused = await fhir.post("", bundle)
    assert refused.status_code == 422, refused.text
    assert any("Bundle.entry[3]" in each for issue in refused.json()["issue"] for each in issue.get("expression", ()))
    assert len((await fhir.get(REQUEST)).json()["entry"]) == before


def _without_number(answer: httpx.Response) -> str:
    return answer.text.replace(answer.headers["x-request-id"], "")
