"""Organizations and roles: the public register, for whoever is known, with nothing about an insured person."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from tests.flow.day import Day, Guarantee
from tests.flow.fhir import Fhir, codes, server
from tests.flow.fhir_callers import insured, insurer

NAME, ROLE = "Organization", "PractitionerRole"
PHARMACY = "750000002"


@pytest.fixture
async def fhir(lone_day: Day) -> AsyncIterator[Fhir]:
    day = lone_day
    await day.insurer("75004407", guarantees=[Guarantee("MED")])
    await day.practice(PHARMACY, category="pharmacie")
    await day.owner.execute(
        "update identity.practice set name = 'PHARMACIE DU PORT', town = 'Brest' where number = $1", PHARMACY
    )
    async with server(day) as opened:
        yield opened


def found(answer: Any) -> list[str]:
    """The ids of a page."""
    assert answer.status_code == 200, answer.text
    return [each["resource"]["id"] for each in answer.json().get("entry", ())]


async def test_a_practice_and_an_insurer_are_read_by_the_number_on_the_paper(
    fhir: Fhir, validated: Callable[[bytes], bytes]
) -> None:
    pharmacy = await fhir.get(f"{NAME}/ps-{PHARMACY}")
    validated(pharmacy.content)
    body = pharmacy.json()
    assert (body["name"], body["address"][0]["city"], body["active"]) == ("PHARMACIE DU PORT", "Brest", True)
    assert {(each["system"], each["value"]) for each in body["identifier"]} == {
        ("https://finess.esante.gouv.fr", PHARMACY),
        ("urn:cloison:practice", PHARMACY),
    }
    insurer = await fhir.get(f"{NAME}/amc-75004407")
    validated(insurer.content)
    assert insurer.json()["identifier"][0] == {"use": "official", "system": "urn:cloison:amc", "value": "75004407"}
    role = await fhir.get(f"{ROLE}/ps-{fhir.day.doctor}")
    validated(role.content)
    assert role.json()["organization"]["reference"] == f"{NAME}/ps-{fhir.day.doctor}"
    assert role.json()["specialty"][0]["coding"][0]["code"] == "01"
    assert "practitioner" not in role.json(), "nobody is named"


@pytest.mark.parametrize(
    ("search", "ids"),
    [
        (NAME, ["amc-75004407", f"ps-{PHARMACY}", "ps-751000001"]),
        (f"{NAME}?type=ins", ["amc-75004407"]),
        (f"{NAME}?type=prov", [f"ps-{PHARMACY}", "ps-751000001"]),
        (f"{NAME}?type=pharmacie", [f"ps-{PHARMACY}"]),
        (f"{NAME}?name=pharm", [f"ps-{PHARMACY}"]),
        (f"{NAME}?name=mutu", ["amc-75004407"]),
        (f"{NAME}?name=%25", []),
        (f"{NAME}?address-city=brest", [f"ps-{PHARMACY}"]),
        (f"{NAME}?identifier=https://finess.esante.gouv.fr|{PHARMACY}", [f"ps-{PHARMACY}"]),
        (f"{NAME}?identifier=urn:cloison:amc|0075004407", ["amc-75004407"]),
        (f"{NAME}?identifier=urn:other|{PHARMACY}", []),
        (f"{NAME}?_id=ps-{PHARMACY},amc-75004407", ["amc-75004407", f"ps-{PHARMACY}"]),
        (f"{NAME}?active=false", []),
        (f"{ROLE}?specialty=urn:cloison:specialite|01", ["ps-751000001"]),
        (f"{ROLE}?specialty=cardiology", []),
        (f"{ROLE}?organization={NAME}/ps-{PHARMACY}", [f"ps-{PHARMACY}"]),
        (f"{ROLE}?role=pharmacie", [f"ps-{PHARMACY}"]),
        (f"{ROLE}?identifier={PHARMACY}&active=true", [f"ps-{PHARMACY}"]),
    ],
)
async def test_the_register_is_searched(
    fhir: Fhir, validated: Callable[[bytes], bytes], search: str, ids: list[str]
) -> None:
    answer = await fhir.get(search)
    validated(answer.content)
    assert found(answer) == ids


async def test_pages_of_insurers_and_practices_follow_each_other(fhir: Fhir) -> None:
    seen: list[str] = []
    page = (await fhir.get(f"{NAME}?_count=1&_total=accurate")).json()
    assert page["total"] == 3
    while True:
        seen += [each["resource"]["id"] for each in page["entry"]]
        following = next((each["url"] for each in page["link"] if each["relation"] == "next"), None)
        if following is None:
            break
        page = (await fhir.get(following.partition("/fhir/")[2])).json()
    assert seen == ["amc-75004407", f"ps-{PHARMACY}", "ps-751000001"]
    assert (await fhir.get(f"{NAME}?_summary=count")).json()["total"] == 3


async def test_what_has_not_changed_is_not_sent_again_and_what_has_is(fhir: Fhir) -> None:
    for path in (f"{NAME}/ps-{PHARMACY}", f"{NAME}/amc-75004407", f"{ROLE}/ps-{PHARMACY}"):
        read = await fhir.get(path)
        assert (await fhir.get(path, if_none_match=read.headers["etag"])).status_code == 304
    await fhir.day.owner.execute("update rights.insurer set name = 'AUTRE NOM'")
    await fhir.parts.desks.refresh()
    before = read.headers["etag"]
    again = await fhir.get(f"{NAME}/amc-75004407", if_none_match=before)
    assert (again.status_code, again.json()["name"]) == (200, "AUTRE NOM")


async def test_who_is_not_there_is_not_found_and_nothing_is_written(fhir: Fhir) -> None:
    for path in (f"{NAME}/ps-999999999", f"{NAME}/amc-1", f"{NAME}/x", f"{ROLE}/amc-75004407", f"{ROLE}/x"):
        answer = await fhir.get(path)
        assert (answer.status_code, codes(answer.json())) == (404, ["fhir.not_found"]), path
    body = {"resourceType": NAME, "name": "X"}
    assert (await fhir.post(NAME, body)).status_code == 405
    assert (await fhir.put(f"{NAME}/ps-{PHARMACY}", body | {"id": f"ps-{PHARMACY}"})).status_code == 405
    assert (await fhir.get(f"{NAME}/ps-{PHARMACY}/_history")).status_code == 405


async def test_persons_and_insurers_read_the_register_through_their_own_compartment(fhir: Fhir) -> None:
    for caller in (await insured(fhir), await insurer(fhir, "75004407")):
        assert (await caller.get(f"{NAME}/ps-{PHARMACY}")).status_code == 200
        assert len(found(await caller.get(NAME))) == 3
