"""Requests that nobody thought of: drawn by schemathesis from our own description, and by us from the trade.

For each operation of /openapi.json, requests that fit its description and requests that do not; questions made of NIR,
dates and numbers that are nearly right; and visits: chains of requests in which each uses what the ones before gave.
Nothing is a bug, every refusal is the one error object, every answer fits what was described, and what was made is
found again by its maker and by nobody else.

    python -m pytest tests/security/test_fuzz.py --hypothesis-profile long      # 2,000 examples of each
"""

import json
import string
from collections.abc import AsyncIterator
from typing import Any

import httpx
import jsonschema_rs
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.core import NotSet
from tests.flow.day import Ask, Day, Guarantee, Person
from tests.flow.fhir import eligibility
from tests.flow.http_gate import Opened, gates, machine, question

from cloison import __version__
from cloison.gateways.http import openapi
from cloison.gateways.http.routes import OPERATIONS
from cloison.identity import ActorKind, Channel, Means
from cloison.storage.keys import KeyProvider

LONG = settings.get_current_profile_name() == "long"
FEW = settings(
    max_examples=2_000 if LONG else 12,
    deadline=None,
    derandomize=not LONG,
    database=None,
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
DESCRIBED: dict[str, Any] = json.loads(json.dumps(openapi.document(OPERATIONS, __version__), default=str))
OPERATIONS_OF = {
    found.ok().label: found.ok()  # pyright: ignore[reportAttributeAccessIssue]  our own description is right
    for found in schemathesis.openapi.from_dict(DESCRIBED).get_all_operations()
}
FHIR = {"content-type": "application/fhir+json"}
BUSY = (502, 503, 504)


@pytest.fixture(scope="module")
async def anne(shared_day: Day) -> Person:
    await shared_day.insurer(guarantees=[Guarantee("MED")])
    await shared_day.practice("751000009")
    return await shared_day.enrol()


@pytest.fixture(scope="module")
async def gate(
    anne: Person, shared_day: Day, day_keys: KeyProvider, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Opened]:
    async with gates(shared_day, day_keys, tmp_path_factory.mktemp("home")) as opened:
        rows = await shared_day.owner.fetch("select practice from identity.practice order by practice")
        for word, row in zip(("mine", "theirs"), rows, strict=True):
            opened.admit(word, machine(row["practice"]))
            person = {"kind": ActorKind.PROFESSIONAL, "channel": Channel.PORTAL, "means": Means.PASSKEY}
            opened.admit(f"person-{word}", machine(row["practice"], stepped_up=True, **person))
        yield opened


# ------------------------------------------------------------------------------------------------------- judgement


def judged(answer: httpx.Response) -> httpx.Response:
    """An answer that no bug made: a refusal is the one error object."""
    assert answer.status_code < 500 or answer.status_code in BUSY, answer.text
    if answer.status_code < 400 or answer.request.method == "HEAD":
        return answer
    told: dict[str, Any] = answer.json()
    if told.get("resourceType") == "OperationOutcome":
        assert all(issue["details"]["coding"][0]["code"] for issue in told["issue"])
    else:
        assert answer.headers["content-type"] == "application/problem+json"
        fits("ProblemBody", told)
    assert answer.status_code not in BUSY or int(answer.headers["retry-after"]) > 0
    return answer


def fits(name: str, value: object) -> None:
    schema = {"$ref": f"#/components/schemas/{name}", "components": DESCRIBED["components"]}
    jsonschema_rs.validator_for(schema).validate(value)


def fits_description(label: str, answer: httpx.Response) -> None:
    """The status is one of those described, and the body has the form that stands there."""
    method, _, path = label.partition(" ")
    responses = DESCRIBED["paths"][path][method.lower()]["responses"]
    described = responses.get(str(answer.status_code), responses["default"] if answer.is_error else None)
    assert described is not None, f"{label} answers {answer.status_code}, which is not described"
    kind = answer.headers.get("content-type", "").partition(";")[0]
    content = described.get("content", {})
    if answer.content and kind.endswith("json"):
        assert kind in content, f"{label} answers {kind}"
        whole = {**content[kind]["schema"], "components": DESCRIBED["components"]}
        jsonschema_rs.validator_for(whole).validate(answer.json())


# ------------------------------------------------------------------------------------------- from our description


MODES = {"fitting": GenerationMode.POSITIVE, "unfitting": GenerationMode.NEGATIVE}
DRAWN = {
    f"{label} {name}": operation.as_strategy(generation_mode=mode)
    for label, operation in OPERATIONS_OF.items()
    for name, mode in MODES.items()
    if mode is GenerationMode.POSITIVE or operation.body or operation.query or operation.headers
}
"""What is sent to each operation. Where there is nothing to fill in, nothing is unfitting."""


@pytest.mark.parametrize("what", DRAWN)
@FEW
@given(data=st.data())
async def test_an_operation_answers_what_it_describes(gate: Opened, what: str, data: st.DataObject) -> None:
    label = what.rpartition(" ")[0]
    operation, case = OPERATIONS_OF[label], data.draw(DRAWN[what])
    body = case.body if isinstance(case.body, bytes) else json.dumps(case.body, default=str).encode()
    sent = not isinstance(case.body, NotSet)
    headers = {name: str(value) for name, value in (case.headers or {}).items() if _sendable(name, str(value))}
    word = "person-mine" if "webhooks" in label else "mine"
    headers |= {"authorization": f"Bearer {word}"} | ({"content-type": case.media_type} if case.media_type else {})
    query = {name: str(value) for name, value in (case.query or {}).items()}
    answer = await gate.client.request(
        case.method, case.formatted_path, params=query, headers=headers, content=body if sent else None
    )
    judged(answer)
    if answer.request.url.path.count("/") == operation.path.count("/") and answer.status_code != 405:
        fits_description(label, answer)


def _sendable(name: str, value: str) -> bool:
    return all(character in string.printable[:95] for character in f"{name}{value}") and name.isascii()


# -------------------------------------------------------------------------------------------------- from the trade


def nirs(person: Person) -> st.SearchStrategy[str]:
    """Right ones, nearly right ones, Corsican ones, and what only looks like one."""
    digits = st.text("0123456789", min_size=13, max_size=13)
    keyed = digits.map(lambda nir: nir + f"{97 - int(nir) % 97:02}")
    corsican = st.tuples(st.sampled_from("12"), st.sampled_from(["2A", "2B"]), digits).map(
        lambda parts: f"{parts[0]}{parts[2][:4]}{parts[1]}{parts[2][:6]}11"
    )
    return st.sampled_from([person.nir, person.nir[:13], person.nir[::-1]]) | keyed | corsican | st.text(max_size=16)


DAYS = st.dates().map(str) | st.sampled_from(
    ["2026-02-30", "2026-11-20", "2026-11-20T00:00:00Z", "26-1-1", "", "0000-00-00"]
)
BIRTHS = st.dates().map(lambda day: f"{day:%Y%m%d}") | st.sampled_from(["19800230", "19801399", "00000000", "1980"])
AMCS = st.sampled_from(["75004407", "0075004407", "99999999", "", "7500440A"]) | st.text("0123456789", max_size=12)
MEMBERS = st.text(string.ascii_uppercase + string.digits, max_size=20) | st.text(max_size=20)


@FEW
@given(data=st.data())
async def test_a_question_made_of_what_is_nearly_right_is_answered_or_refused(
    gate: Opened, anne: Person, data: st.DataObject
) -> None:
    fields: dict[str, st.SearchStrategy[Any]] = {
        "amc": AMCS, "adherent": MEMBERS | st.just(anne.adherent), "nir": nirs(anne),
        "birth_date": BIRTHS | st.just(anne.birth), "birth_rank": st.integers(-1, 12), "care_date": DAYS,
        "domain": st.sampled_from(["MED", "PHAR", "OPTI", "x", ""]),
        "proof": st.sampled_from(["card", "typed", "code", "none"]), "practice": st.text("0123456789", max_size=10),
        "engage": st.booleans(), "amount_cents": st.integers(-(10**20), 10**20),
    }  # fmt: skip
    changed = data.draw(st.lists(st.sampled_from(sorted(fields)), unique=True, max_size=4))
    asked = question(anne) | {name: data.draw(fields[name]) for name in changed}
    answer = judged(await gate.client.post("/v1/eligibility", json=asked, headers={"authorization": "Bearer mine"}))
    fits_description("POST /v1/eligibility", answer)
    if not changed and answer.status_code not in BUSY:
        assert answer.json()["result"] == "covered"


# --------------------------------------------------------------------------------------------------------- visits


class Visit:
    """A caller that remembers what it was given, and the model of what should then be true."""

    def __init__(self, gate: Opened, anne: Person, data: st.DataObject) -> None:
        self.gate, self.anne, self.data = gate, anne, data
        self.documents: dict[str, str] = {}
        self.names: dict[str, str] = {}
        self.files: dict[str, int] = {}
        self.webhooks: set[str] = set()

    async def ask(self, method: str, path: str, word: str = "mine", **more: Any) -> httpx.Response:
        headers = {"authorization": f"Bearer {word}"} | more.pop("headers", {})
        return judged(await self.gate.client.request(method, path, headers=headers, **more))

    async def create(self) -> None:
        """The same name with the same content is the same document."""
        name = self.data.draw(st.sampled_from("abcdef"))
        kind = "CoverageEligibilityRequest"
        made = await self.ask("POST", f"/fhir/{kind}", headers=FHIR, json=eligibility(Ask(self.anne), identifier=name))
        if made.status_code in BUSY:
            return
        assert made.status_code in (200, 201), made.text
        document = made.json()["id"]
        assert self.names.setdefault(name, document) == document
        self.documents[document] = kind

    async def read(self) -> None:
        if not self.documents:
            return
        document = self.data.draw(st.sampled_from(sorted(self.documents)))
        path = self.data.draw(st.sampled_from(["", "/_history", "/_history/1"]))
        address = f"/fhir/{self.documents[document]}/{document}{path}"
        assert (await self.ask("GET", address)).status_code in (200, *BUSY)
        assert (await self.ask("GET", address, "theirs")).status_code == 404
        other = self.data.draw(st.sampled_from(["Claim", "CoverageEligibilityResponse", "PaymentNotice"]))
        assert (await self.ask("GET", f"/fhir/{other}/{document}{path}")).status_code == 404

    async def search(self) -> None:
        """Pages hold each document once, whatever their size."""
        count = self.data.draw(st.integers(1, 5))
        seen: list[str] = []
        path = f"/fhir/CoverageEligibilityRequest?_count={count}"
        while path:
            answer = await self.ask("GET", path)
            if answer.status_code in BUSY:
                return
            body = answer.json()
            seen += [entry["resource"]["id"] for entry in body.get("entry", ())]
            following = [link["url"] for link in body["link"] if link["relation"] == "next"]
            path = following[0] if following else ""
        assert len(seen) == len(set(seen))
        assert set(self.documents) <= set(seen)
        theirs = (await self.ask("GET", "/fhir/CoverageEligibilityRequest?_count=200", "theirs")).text
        assert not any(document in theirs for document in self.documents)

    async def batch(self) -> None:
        entries: list[dict[str, Any]] = [
            {"request": {"method": "GET", "url": f"CoverageEligibilityRequest/{document}"}}
            for document in [*self.documents, "00000000-0000-4000-8000-000000000000"]
        ]
        kind = self.data.draw(st.sampled_from(["batch", "transaction", "history"]))
        body = {"resourceType": "Bundle", "type": kind, "entry": entries}
        answer = await self.ask("POST", "/fhir", headers=FHIR, json=body)
        if kind == "batch" and answer.status_code == 200:
            statuses = [entry["response"]["status"][:3] for entry in answer.json()["entry"]]
            assert statuses[-1] == "404"
            assert set(statuses[:-1]) <= {"200", "503"}

    async def begin(self) -> None:
        content = self.data.draw(st.binary(max_size=40))
        headers = {"content-disposition": 'attachment; filename="a.b2"', "upload-complete": "?0"}
        begun = await self.ask("POST", "/v1/files/b2", headers=headers, content=content)
        assert begun.status_code in (201, *BUSY), begun.text
        if begun.status_code == 201:
            self.files[begun.json()["id"]] = len(content)

    async def go_on(self) -> None:
        """A piece is taken where the last one ended, and nowhere else."""
        if not self.files:
            return
        file = self.data.draw(st.sampled_from(sorted(self.files)))
        offset = self.data.draw(st.integers(0, 60) | st.just(self.files[file]))
        piece = self.data.draw(st.binary(min_size=1, max_size=20))
        headers = {"upload-offset": str(offset), "upload-complete": "?0"}
        sent = await self.ask("PATCH", f"/v1/files/{file}", headers=headers, content=piece)
        if sent.status_code in BUSY:
            return
        assert sent.status_code == (200 if offset == self.files[file] else 409)
        self.files[file] += len(piece) if sent.status_code == 200 else 0
        told = await self.ask("GET", f"/v1/files/{file}")
        assert told.json()["size"] == self.files[file]
        assert (await self.ask("GET", f"/v1/files/{file}", "theirs")).status_code == 404

    async def subscribe(self) -> None:
        made = await self.ask("POST", "/v1/webhooks", "person-mine", json={"url": "http://127.0.0.1:9/"})
        if made.status_code == 201:
            self.webhooks.add(made.json()["id"])
        listed = await self.ask("GET", "/v1/webhooks", "person-mine")
        assert self.webhooks <= {each["id"] for each in listed.json()["webhooks"]}

    async def unsubscribe(self) -> None:
        if not self.webhooks:
            return
        webhook = self.data.draw(st.sampled_from(sorted(self.webhooks)))
        assert (await self.ask("DELETE", f"/v1/webhooks/{webhook}", "person-theirs")).status_code == 404
        assert (await self.ask("DELETE", f"/v1/webhooks/{webhook}", "person-mine")).status_code == 204
        assert (await self.ask("DELETE", f"/v1/webhooks/{webhook}", "person-mine")).status_code == 404
        self.webhooks.remove(webhook)


STEPS = ("create", "read", "search", "batch", "begin", "go_on", "subscribe", "unsubscribe")


@FEW
@given(steps=st.lists(st.sampled_from(STEPS), min_size=3, max_size=15), data=st.data())
async def test_a_visit_finds_what_it_made_and_nobody_else_does(
    gate: Opened, anne: Person, steps: list[str], data: st.DataObject
) -> None:
    visit = Visit(gate, anne, data)
    for step in steps:
        await getattr(visit, step)()
    for webhook in visit.webhooks:  # an owner has ten at most
        await visit.ask("DELETE", f"/v1/webhooks/{webhook}", "person-mine")
