"""What the server says that it does, it does, and nothing else; and for whom: every type, every kind of caller.

OWN_TYPES has a row for each type: a type that is added without one fails here.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from tests.flow.day import Ask, Bill, Day, Guarantee, Item, Person, consultation
from tests.flow.fhir import Fhir, claim, codes, eligibility, server
from tests.flow.fhir_callers import bound, insurer
from tests.flow.payment_books import iban

from cloison.identity import ActorKind, Channel, Means
from cloison.ops import payments as pay
from cloison.payments.details import Holder, record
from cloison.payments.sepa import BankDetails
from cloison.storage.roles import Role

OTHER, HERS, THEIRS = "750000002", "75004407", "75009999"
ABSENT = "00000000-0000-4000-8000-000000000000"
HIDDEN, FOREIGN, REFUSED = "fhir.unknown_type", "fhir.not_found", "fhir.interaction_unsupported"
PRACTICE, PERSON, INSURER = "practice", "person", "insurer"
AUDIENCE: Mapping[str, frozenset[str]] = {
    "AuditEvent": frozenset({PERSON}),
    "Claim": frozenset({PRACTICE}),
    "ClaimResponse": frozenset({PRACTICE}),
    "Coverage": frozenset({PRACTICE}),
    "CoverageEligibilityRequest": frozenset({PRACTICE}),
    "CoverageEligibilityResponse": frozenset({PRACTICE}),
    "ExplanationOfBenefit": frozenset({PERSON}),
    "Organization": frozenset({PRACTICE, PERSON, INSURER}),
    "PaymentNotice": frozenset({PRACTICE}),
    "PaymentReconciliation": frozenset({PRACTICE, INSURER}),
    "PractitionerRole": frozenset({PRACTICE, PERSON}),
    "Task": frozenset({PRACTICE}),
}
"""For whom each type exists. To the others it is a type that nobody has."""
PUBLIC = {"Organization", "PractitionerRole"}
CANCEL = "http://terminology.hl7.org/CodeSystem/financialtaskcode"


@dataclass
class Scene:
    """Two practices, two insurers and two persons, each with something of its own."""

    fhir: Fhir
    callers: dict[str, Fhir]
    others: dict[str, Fhir]
    strangers: dict[str, Fhir]
    """Callers who hold everything, and are of a kind or channel for which nothing exists here, or of nobody."""

    def of(self, kind: str) -> tuple[Fhir, Fhir]:
        """A caller for whom a type exists, and another of the same kind."""
        name = min(AUDIENCE[kind], key=(PRACTICE, INSURER, PERSON).index)
        return self.callers[name], self.others[name]


@pytest.fixture
async def scene(lone_day: Day, tmp_path: Path) -> AsyncIterator[Scene]:
    day = lone_day
    for amc in (HERS, THEIRS):
        await day.insurer(amc, guarantees=[Guarantee("MED")])
    await day.practice(OTHER)
    anne, paul = await day.enrol(HERS), await day.enrol(THEIRS)
    async with server(day) as fhir:
        await _bills(fhir, anne, paul, tmp_path)
        other = fhir.speaking_for(OTHER)
        for caller, person in ((fhir, anne), (other, paul)):
            await _says(caller, person)
        everything = frozenset(
            {f"practice:{each}" for each in ("eligibility:ask", "claim:read", "claim:submit", "payment:read")}
            | {"person:statement:read", "person:reimbursement:read", "insurer:payment:read"}
        )
        yield Scene(
            fhir,
            {PRACTICE: fhir, PERSON: await bound(fhir, anne), INSURER: await insurer(fhir, HERS)},
            {PRACTICE: other, PERSON: await bound(fhir, paul), INSURER: await insurer(fhir, THEIRS)},
            {
                "nobody": Fhir(fhir.client, fhir.parts, day, fhir.doorman, {}),
                "insurer's machine": fhir.speaking_for(
                    OTHER, tenant=day.tenants[HERS], channel=Channel.MACHINE, scopes=everything
                ),
                "insurer's user elsewhere": fhir.speaking_for(
                    OTHER, kind=ActorKind.INSURER, tenant=day.tenants[HERS], means=Means.PASSKEY, scopes=everything
                ),
            },
        )


async def _bills(fhir: Fhir, anne: Person, paul: Person, folder: Path) -> None:
    """An invoice of each practice, paid by the insurer of each person."""
    day = fhir.day
    await day.bill(Bill(anne, [Item("G", 3000, asked=900)], number=11))
    await day.bill(Bill(paul, [Item("G", 3000, asked=900)], number=12, practice=OTHER))
    async with day.database.transaction(Role.PAY) as work:
        for at, tenant in enumerate(day.tenants.values()):
            await record(work, day.keys, Holder.INSURER, [tenant], [BankDetails(iban(900 + at), "", "MUTUELLE")])
        for practice in fhir.practices.values():
            await record(work, day.keys, Holder.PRACTICE, [practice], [BankDetails(iban(practice), "", "CABINET")])
    await pay.pay(fhir.parts.house, day.database, date(2026, 11, 24), 1, folder)


async def _says(caller: Fhir, person: Person) -> None:
    """One document of each kind that a practice creates."""
    birth = person.birth
    described = {
        "identifier": f"urn:cloison:adherent|{person.adherent}",
        "birthdate": f"{birth[:4]}-{birth[4:6]}-{birth[6:]}",
        "payor:identifier": f"urn:cloison:amc|{person.amc}",
        "proof": "card",
    }
    form = "application/x-www-form-urlencoded"
    payment = (await caller.get("PaymentReconciliation")).json()["entry"][0]["resource"]
    made = [
        await caller.post("CoverageEligibilityRequest", eligibility(Ask(person))),
        await caller.post("Coverage/_search", urlencode(described).encode(), content_type=form),
        await caller.post("Claim", claim(person, consultation(day=date(2026, 11, 19)), identifier="C-1")),
        await caller.post(
            "PaymentNotice",
            {
                "resourceType": "PaymentNotice", "status": "active", "created": "2026-11-26",
                "payment": {"reference": f"PaymentReconciliation/{payment['id']}"},
                "recipient": {"display": "the practice"}, "amount": payment["paymentAmount"],
            },
        ),
    ]  # fmt: skip
    assert [each.status_code for each in made] == [201, 200, 201, 201], [each.text for each in made]
    sent = made[2].json()
    task = {
        "resourceType": "Task", "status": "requested", "intent": "order",
        "code": {"coding": [{"system": CANCEL, "code": "cancel"}]},
        "focus": {"reference": f"Claim/{sent['id']}"},
    }  # fmt: skip
    cancelled = await caller.post("Task", task)
    assert cancelled.status_code == 201, cancelled.text


def described(statement: Any) -> dict[str, Any]:
    return {each["type"]: each for each in statement["rest"][0]["resource"]}


async def capability(caller: Fhir) -> dict[str, Any]:
    return described((await caller.get("metadata")).json())


def told(answer: httpx.Response) -> str:
    """The first code of a refusal; empty when it was not refused."""
    if answer.status_code < 400:
        return ""
    return codes(answer.json())[0]


# ------------------------------------------------------------------ what is declared, and what is done

Probe = Callable[[Fhir, str], Awaitable[httpx.Response]]
PROBES: Mapping[str, Probe] = {
    "read": lambda caller, kind: caller.get(f"{kind}/{ABSENT}"),
    "vread": lambda caller, kind: caller.get(f"{kind}/{ABSENT}/_history/1"),
    "history-instance": lambda caller, kind: caller.get(f"{kind}/{ABSENT}/_history"),
    "search-type": lambda caller, kind: caller.get(kind),
    "create": lambda caller, kind: caller.post(kind, {"resourceType": kind}),
    "update": lambda caller, kind: caller.put(f"{kind}/{ABSENT}", {"resourceType": kind, "id": ABSENT}),
    "patch": lambda caller, kind: caller.request("PATCH", f"{kind}/{ABSENT}", []),
    "delete": lambda caller, kind: caller.request("DELETE", f"{kind}/{ABSENT}"),
    "delete-type": lambda caller, kind: caller.request("DELETE", kind),
    "update-type": lambda caller, kind: caller.put(kind, {"resourceType": kind}),
    "$everything": lambda caller, kind: caller.post(f"{kind}/$everything", {"resourceType": kind}),
    "$submit": lambda caller, kind: caller.post(f"{kind}/$submit", {"resourceType": kind}),
}
UNDONE = {REFUSED, HIDDEN, "fhir.unknown_operation"}


async def test_every_interaction_that_is_declared_is_done_and_no_other(
    scene: Scene, validated: Callable[[bytes], bytes]
) -> None:
    statement = await scene.fhir.get("metadata")
    validated(statement.content)
    types = described(statement.json())
    assert types.keys() == AUDIENCE.keys()
    for kind, said in types.items():
        caller, _ = scene.of(kind)
        declared = {each["code"] for each in said.get("interaction", ())}
        declared |= {f"${each['name']}" for each in said.get("operation", ())}
        assert declared <= PROBES.keys(), kind
        done = {name for name, probe in PROBES.items() if told(await probe(caller, kind)) not in UNDONE}
        assert done == declared, kind


async def test_every_search_parameter_that_is_declared_is_used_and_no_other(scene: Scene) -> None:
    values = {"token": "x", "date": "2026-11-20", "string": "x", "reference": "Organization/x"}
    form = {"content_type": "application/x-www-form-urlencoded", "prefer": "handling=strict"}
    for kind, said in (await capability(scene.fhir)).items():
        caller, _ = scene.of(kind)
        for parameter in said["searchParam"]:
            sent = urlencode({parameter["name"]: values[parameter["type"]]}).encode()
            answer = await caller.post(f"{kind}/_search", sent, **form)
            assert told(answer) != "fhir.parameter_unknown", (kind, parameter["name"])
        for name in ("name-of-nothing", "_has:Patient:x:y", "_text"):
            answer = await caller.post(f"{kind}/_search", urlencode({name: "x"}).encode(), **form)
            assert told(answer) == "fhir.parameter_unknown", (kind, name)


async def test_conditional_reads_are_as_declared(scene: Scene) -> None:
    for kind, said in (await capability(scene.fhir)).items():
        caller, _ = scene.of(kind)
        found = (await caller.get(kind)).json().get("entry")
        if not found:
            continue
        path = f"{kind}/{found[0]['resource']['id']}"
        read = await caller.get(path)
        unchanged = await caller.get(path, if_none_match=read.headers["etag"])
        later = await caller.get(path, if_modified_since="Fri, 01 Jan 2100 00:00:00 GMT")
        assert (said["conditionalRead"], unchanged.status_code) in {("full-support", 304), ("not-match", 304)}, kind
        assert later.status_code == (304 if said["conditionalRead"] == "full-support" else 200), kind


# ------------------------------------------------------------------ every type, every kind of caller, own and foreign


async def test_a_type_exists_for_its_callers_and_for_nobody_else(scene: Scene) -> None:
    for kind, audience in AUDIENCE.items():
        for name, caller in scene.callers.items():
            answers = [await PROBES[each](caller, kind) for each in ("search-type", "read")]
            if name in audience:
                assert [told(each) for each in answers] == ["", FOREIGN], (kind, name)
            else:
                assert {told(each) for each in answers} == {HIDDEN}, (kind, name)


async def test_what_is_ones_own_is_read_and_what_is_anothers_is_as_if_it_were_not(
    scene: Scene, validated: Callable[[bytes], bytes]
) -> None:
    for kind, audience in AUDIENCE.items():
        for name in audience:
            caller, other = scene.callers[name], scene.others[name]
            page = await caller.get(f"{kind}?_count=200")
            validated(page.content)
            own = [each["resource"]["id"] for each in page.json().get("entry", ())]
            assert own, (kind, name)
            foreign = [
                each["resource"]["id"] for each in (await other.get(f"{kind}?_count=200")).json().get("entry", ())
            ]
            if kind in PUBLIC:
                assert own == foreign, kind
                continue
            assert not {*own} & {*foreign}, (kind, name)
            for document in own:
                mine = await caller.get(f"{kind}/{document}")
                assert mine.status_code == 200, (kind, name)
                validated(mine.content)
                for path in (document, f"{document}/_history", f"{document}/_history/1"):
                    assert told(await other.get(f"{kind}/{path}")) in (FOREIGN, REFUSED), (kind, name, path)
                named = await other.get(f"{kind}?_id={document}")
                assert "entry" not in named.json(), (kind, name)


async def test_who_holds_every_scope_and_is_nobody_here_finds_nothing(scene: Scene) -> None:
    for kind in AUDIENCE:
        for name, caller in scene.strangers.items():
            refused = told(await caller.get(kind))
            if name == "nobody":
                assert refused in ("identity.nothing_presented", "identity.token_invalid"), kind
            elif kind == "Organization":
                assert refused == "", name
            else:
                assert refused, (kind, name)


async def test_without_its_scope_a_caller_reads_nothing_of_its_own(scene: Scene) -> None:
    for kind, audience in AUDIENCE.items():
        for name in audience if kind not in PUBLIC else ():
            caller = scene.callers[name]
            actor = caller.doorman.actors[caller.token]
            bare = caller.speaking_for(
                account=actor.account, kind=actor.kind, channel=actor.channel, means=actor.means, tenant=actor.tenant,
                scopes=frozenset(),
            )  # fmt: skip
            assert told(await bare.get(kind)) == "permission.not_given", (kind, name)


async def test_an_insurer_sees_whom_it_paid_and_nothing_of_the_care(
    scene: Scene, validated: Callable[[bytes], bytes]
) -> None:
    answer = await scene.callers[INSURER].get("PaymentReconciliation")
    validated(answer.content)
    (entry,) = answer.json()["entry"]
    payment = entry["resource"]
    (detail,) = payment["detail"]
    assert detail["payee"]["identifier"]["value"] == scene.fhir.day.doctor
    assert detail["amount"] == payment["paymentAmount"]
    assert "identifier" not in detail, "no invoice is named"
