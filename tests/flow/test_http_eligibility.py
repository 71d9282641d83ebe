"""Eligibility over HTTP, from the request to the record on disk."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from tests.flow.day import AMC, TODAY, Day, Guarantee, days
from tests.flow.http_gate import MESSAGES, WHOLE, Opened, gates, machine, over, question

from cloison.disclosure import Channel
from cloison.ops import disclosures
from cloison.storage.keys import KeyProvider

PATH = "/v1/eligibility"
LAST_MONTH = TODAY - days(30)


@pytest.fixture(scope="module")
async def insured(shared_day: Day) -> Day:
    await shared_day.insurer(guarantees=[Guarantee("MED"), Guarantee("DENT", waiting=90)])
    return shared_day


@pytest.fixture(scope="module", params=[MESSAGES, WHOLE])
async def gate(
    request: pytest.FixtureRequest, insured: Day, day_keys: KeyProvider, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Opened]:
    home = tmp_path_factory.mktemp("home")
    async with gates(insured, day_keys, home) as opened, over(request.param, opened) as called:
        yield called


@pytest.fixture
async def software(gate: Opened, insured: Day) -> dict[str, str]:
    practice = await insured.owner.fetchval("select practice from identity.practice where number = $1", insured.doctor)
    return gate.admit("software", machine(practice))


@pytest.fixture(scope="module")
async def another(insured: Day) -> tuple[int, str]:
    return await insured.practice("754000009"), "754000009"


async def recorded(day: Day) -> int:
    return await day.owner.fetchval("select count(*) from disclosure.entry")


async def test_it_answers_yes_until_when_and_no_more(gate: Opened, software: dict[str, str], insured: Day) -> None:
    anne = await insured.enrol()
    answer = await gate.client.post(PATH, json=question(anne), headers=software)
    assert answer.status_code == 200
    assert answer.json() == {"result": "covered", "valid_from": "2020-01-01", "domain": "MED", "order": 1}


async def test_each_answer_is_on_record_for_the_channel_and_account_that_asked(
    gate: Opened, software: dict[str, str], insured: Day
) -> None:
    anne = await insured.enrol()
    before = await recorded(insured)
    await gate.client.post(PATH, json=question(anne), headers=software)
    assert await recorded(insured) == before + 1
    row = await insured.owner.fetchrow(
        """select account, channel from disclosure.entry join disclosure.reservation using (reservation)
           order by reservation desc limit 1"""
    )
    assert row is not None
    assert (row["account"], row["channel"]) == (1, Channel.API)


async def test_it_gives_a_guarantee_number_where_one_is_asked_for(
    gate: Opened, software: dict[str, str], insured: Day
) -> None:
    anne = await insured.enrol()
    answer = (await gate.client.post(PATH, json=question(anne, engage=True), headers=software)).json()
    assert answer["result"] == "covered"
    assert len(answer["engagement"]) == 15


async def test_several_questions_are_answered_in_their_order(
    gate: Opened, software: dict[str, str], insured: Day
) -> None:
    anne, late = await insured.enrol(), await insured.enrol(end=LAST_MONTH)
    asked = {"questions": [question(late), question(anne), question(anne, domain="OPTI")]}
    answer = await gate.client.post(PATH, json=asked, headers=software)
    results = [(each["result"], each.get("reason", {}).get("code")) for each in answer.json()["answers"]]
    assert results == [
        ("not_covered", "rights.closed"),
        ("covered", None),
        ("not_covered", "rights.domain_not_covered"),
    ]


async def test_a_refusal_is_an_answer_with_the_one_error_object(
    gate: Opened, software: dict[str, str], insured: Day
) -> None:
    late = await insured.enrol(end=LAST_MONTH)
    answer = await gate.client.post(PATH, json=question(late), headers=software)
    reason = answer.json()["reason"]
    assert answer.status_code == 200
    assert set(reason) == {"code", "message", "action", "actor", "retry", "doc_url"}
    assert reason["doc_url"].endswith("/errors/rights.closed")


async def test_a_typed_question_gets_one_refusal_for_every_cause(
    gate: Opened, software: dict[str, str], insured: Day
) -> None:
    late = await insured.enrol(end=LAST_MONTH)
    bodies = [
        question(late, proof="typed"),
        question(late, proof="typed", adherent="NOBODY"),
        question(late, proof="typed", domain="OPTI"),
    ]
    answers = [(await gate.client.post(PATH, json=each, headers=software)).content for each in bodies]
    assert len(set(answers)) == 1
    assert b"rights.no_right_shown" in answers[0]


async def test_a_question_by_nir_names_the_person_in_the_body_only(
    gate: Opened, software: dict[str, str], insured: Day
) -> None:
    anne = await insured.enrol()
    asked = question(anne, adherent=None, nir=anne.nir)
    answer = await gate.client.post(PATH, json=asked, headers=software)
    assert answer.json()["result"] == "covered"
    assert anne.nir not in answer.text
    assert anne.nir not in gate.log.getvalue().decode()


async def test_callers_at_the_same_time_share_batches(gate: Opened, software: dict[str, str], insured: Day) -> None:
    persons = [await insured.enrol() for _ in range(20)]
    counts = gate.parts.desks.batchers[Channel.API].counts
    before = counts.batches
    answers = await asyncio.gather(
        *(gate.client.post(PATH, json=question(each), headers=software) for each in persons * 3)
    )
    assert {each.json()["result"] for each in answers} == {"covered"}
    assert counts.batches - before < 20


async def test_a_frozen_channel_says_so_and_the_others_go_on(
    gate: Opened, software: dict[str, str], insured: Day
) -> None:
    anne = await insured.enrol()
    practice = gate.badges.actors["software"].practice
    card = gate.admit("card", machine(practice, channel=Channel.CARD))
    await disclosures.freeze(insured.database, "api", True, "test")
    try:
        refused = await gate.client.post(PATH, json=question(anne), headers=software)
        answered = await gate.client.post(PATH, json=question(anne), headers=card)
    finally:
        await disclosures.freeze(insured.database, "api", False, "test")
    assert (refused.status_code, refused.json()["code"]) == (503, "disclosure.channel_frozen")
    assert refused.headers["retry-after"] == "30"
    assert answered.json()["result"] == "covered"


async def test_who_was_not_given_the_permission_learns_nothing_and_nothing_is_reserved(
    gate: Opened, insured: Day
) -> None:
    anne = await insured.enrol()
    practice = await insured.owner.fetchval("select practice from identity.practice limit 1")
    headers = gate.admit("poor", machine(practice, scopes=frozenset()))
    before = await recorded(insured)
    answer = await gate.client.post(PATH, json=question(anne), headers=headers)
    assert answer.status_code == 403
    assert answer.json()["code"].startswith("permission.")
    assert await recorded(insured) == before


async def test_a_client_of_another_insurer_is_refused(gate: Opened, insured: Day) -> None:
    anne = await insured.enrol()
    practice = await insured.owner.fetchval("select practice from identity.practice limit 1")
    headers = gate.admit("elsewhere", machine(practice, tenants=frozenset({insured.tenants[AMC] + 1000})))
    assert (await gate.client.post(PATH, json=question(anne), headers=headers)).status_code == 403


async def test_a_machine_of_several_practices_names_one_of_its_own(
    gate: Opened, insured: Day, another: tuple[int, str]
) -> None:
    anne = await insured.enrol()
    first = await insured.owner.fetchval("select practice from identity.practice where number = $1", insured.doctor)
    second, number_of_second = another
    await gate.parts.desks.refresh()
    headers = gate.admit("group", machine(0, practices=frozenset({first, second})))
    statuses = {
        number: (await gate.client.post(PATH, json=question(anne, practice=number), headers=headers)).status_code
        for number in (insured.doctor, number_of_second, "", "759999999")
    }
    assert statuses == {insured.doctor: 200, number_of_second: 200, "": 422, "759999999": 422}


WRONG = [
    ({"amc": "12ab"}, "amc"),
    ({"birth_date": "1980-01-01"}, "birth_date"),
    ({"birth_rank": 0}, "birth_rank"),
    ({"care_date": "2026-02-30"}, "care_date"),
    ({"domain": "CATS"}, "domain"),
    ({"proof": "trust me"}, "proof"),
    ({"adherent": "ŒŒ"}, "adherent"),
    ({"nir": "1" * 15}, "adherent"),
    ({"adherent": None}, "adherent"),
    ({"adherent": None, "nir": "195109912611199"}, "nir"),
    ({"wanted_cents": -1}, "wanted_cents"),
    ({"surprise": 1}, ""),
    ({"amc": None}, "amc"),
]


@pytest.mark.parametrize(("changes", "field"), WRONG, ids=[str(field) + str(list(each)) for each, field in WRONG])
async def test_a_wrong_field_is_named_and_its_value_is_not_repeated(
    changes: dict[str, object], field: str, gate: Opened, software: dict[str, str], insured: Day
) -> None:
    anne = await insured.enrol()
    answer = await gate.client.post(PATH, json=question(anne, **changes), headers=software)
    told = answer.json()
    assert answer.status_code == 422
    assert told.get("place", {}).get("field", "") == field
    assert not any(str(value) in answer.text for value in changes.values() if isinstance(value, str))
    many = await gate.client.post(
        PATH, json={"questions": [question(anne), question(anne, **changes)]}, headers=software
    )
    place = many.json().get("place", {}).get("field", "")
    assert place.replace("[...]", "[1]") in (f"questions[1].{field}", "questions[1]")
