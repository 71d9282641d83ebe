"""Every route of the application, asked by every post through every channel, at home and elsewhere.

The table below says who is let in, by post and channel; all others are refused in the words of the permissions. Whoever
is let in elsewhere (another practice, another insurer) finds nothing of what was made here. A route that has no row
fails, and so does a row without a route.
"""

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.routing import Route
from tests.flow.day import Ask as CardAsk
from tests.flow.day import Bill, Day, Guarantee, Item, Person, consultation
from tests.flow.fhir import claim, eligibility
from tests.flow.http_gate import Opened, gates, question
from tests.flow.payment_books import iban

from cloison.disclosure import Proof
from cloison.identity import Actor, ActorKind, Channel, Means
from cloison.identity.duties import POSTS, Duty, scopes
from cloison.identity.permissions import Permission
from cloison.ops import payments as pay
from cloison.payments.details import Holder, record
from cloison.payments.sepa import BankDetails
from cloison.storage.keys import KeyProvider
from cloison.storage.roles import Role

HOME, ELSEWHERE = "here", "elsewhere"
OTHER_PRACTICE, OTHER_AMC = "751000002", "87654321"
INSURERS = (Duty.INSURER_USER, Duty.INSURER_ADMINISTRATOR, Duty.INSURER_SOFTWARE)
PRACTICES = (Duty.PROFESSIONAL, Duty.DELEGATE, Duty.STAFF, Duty.ADMINISTRATOR, Duty.SOFTWARE)
PORTAL, API, CARD, MACHINE, BATCH, INSURER = (
    Channel.PORTAL, Channel.API, Channel.CARD, Channel.MACHINE, Channel.BATCH, Channel.INSURER,
)  # fmt: skip
MEANS = {
    Channel.PORTAL: Means.PASSKEY, Channel.INSURER: Means.PASSKEY, Channel.CITIZEN: Means.PASSKEY,
    Channel.OFFICE: Means.OPERATOR, Channel.EXPORT: Means.OPERATOR,
}  # fmt: skip
FHIR_JSON = {"content-type": "application/fhir+json"}
_numbers = itertools.count(1)


# --------------------------------------------------------------------------------------------------------- callers


@dataclass(frozen=True)
class Caller:
    """Somebody of a post, through a channel, here or elsewhere. `greedy`: by mistake given every scope there is."""

    duty: Duty
    channel: Channel
    where: str = HOME
    greedy: bool = False

    def __str__(self) -> str:
        return f"{self.duty} {self.channel.name.lower()} {self.where}{' greedy' if self.greedy else ''}"

    @property
    def of_insurer(self) -> bool:
        return self.duty in INSURERS


CALLERS = tuple(
    Caller(duty, channel, where)
    for duty, post in POSTS.items()
    for channel in post.channels
    for where in ((HOME, ELSEWHERE) if duty in PRACTICES + INSURERS else (HOME,))
)
GREEDY = tuple(
    {
        (POSTS[each.duty].kind, each.channel, each.of_insurer): Caller(each.duty, each.channel, ELSEWHERE, greedy=True)
        for each in CALLERS
    }.values()
)


@dataclass
class Scene:
    """The application, and one practice and one insurer with another of each."""

    gate: Opened
    day: Day
    anne: Person
    practices: dict[str, int]
    tenants: dict[str, int]
    kept: dict[tuple[str, bool], str]
    """What was made here already, by kind and by who made it."""

    def headers(self, caller: Caller) -> dict[str, str]:
        return self.gate.admit(str(caller), self.actor(caller))

    def actor(self, caller: Caller) -> Actor:
        post, elsewhere = POSTS[caller.duty], caller.where == ELSEWHERE
        practice = self.practices[OTHER_PRACTICE if elsewhere else self.day.doctor] if caller.duty in PRACTICES else 0
        tenant = self.tenants[OTHER_AMC if elsewhere else self.anne.amc] if caller.of_insurer else 0
        return Actor(
            account=101 if elsewhere else 100, kind=post.kind, channel=caller.channel,
            means=MEANS.get(caller.channel, Means.CERTIFICATE), organisation=8 if elsewhere else 7, practice=practice,
            tenant=tenant, scopes=frozenset(map(str, Permission)) if caller.greedy else scopes(caller.duty),
            stepped_up=True, practices=frozenset({practice} - {0}),
        )  # fmt: skip

    def owner(self, caller: Caller, administers: bool = False) -> dict[str, str]:
        """Somebody here who makes what the caller asks for: of an insurer when the caller is."""
        if caller.of_insurer:
            return self.headers(Caller(Duty.INSURER_ADMINISTRATOR if administers else Duty.INSURER_USER, INSURER))
        return self.headers(Caller(Duty.ADMINISTRATOR, PORTAL) if administers else Caller(Duty.SOFTWARE, API))

    async def made(self, method: str, path: str, headers: Mapping[str, str], **body: Any) -> dict[str, Any]:
        answer = await self.ask(Asked(method, path, body), headers)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    async def ask(self, asked: "Asked", headers: Mapping[str, str]) -> httpx.Response:
        """One request; asked again while the machine is busy, as the refusal says."""
        more: dict[str, Any] = dict(asked.more) | {"headers": dict(headers) | dict(asked.more.get("headers", {}))}
        while (answer := await self.gate.client.request(asked.method, asked.path, **more)).status_code == 503:
            pass
        return answer

    async def once(self, kind: str, caller: Caller, make: "Callable[[Scene, Caller], Awaitable[str]]") -> str:
        """What is only read is made once."""
        if (kind, caller.of_insurer) not in self.kept:
            self.kept[kind, caller.of_insurer] = await make(self, caller)
        return self.kept[kind, caller.of_insurer]


@pytest.fixture(scope="module")
async def scene(
    shared_day: Day, day_keys: KeyProvider, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Scene]:
    await shared_day.insurer(guarantees=[Guarantee("MED")])
    await shared_day.insurer(OTHER_AMC)
    await shared_day.practice(OTHER_PRACTICE)
    anne = await shared_day.enrol()
    rows = await shared_day.owner.fetch("select number, practice from identity.practice")
    practices = {row["number"]: row["practice"] for row in rows}
    home = tmp_path_factory.mktemp("home")
    async with gates(shared_day, day_keys, home) as gate:
        await paid(shared_day, gate, anne, practices, home)
        await shared_day.owner.execute(
            "insert into identity.account (account, name, channel, kind) overriding system value "
            "values (100, 'somebody', 'citizen', 'insured'), (101, 'somebody else', 'citizen', 'insured')"
        )
        yield Scene(gate, shared_day, anne, practices, shared_day.tenants, {})


async def paid(day: Day, gate: Opened, anne: Person, practices: Mapping[str, int], folder: Path) -> None:
    """The practice here was paid an invoice."""
    await day.bill(Bill(anne, [Item("G", 3000, asked=900)], number=11))
    async with day.database.transaction(Role.PAY) as work:
        for tenant in day.tenants.values():
            await record(work, day.keys, Holder.INSURER, [tenant], [BankDetails(iban(900 + tenant), "", "MUTUELLE")])
        for practice in practices.values():
            await record(work, day.keys, Holder.PRACTICE, [practice], [BankDetails(iban(practice), "", "CABINET")])
    await pay.pay(gate.parts.house, day.database, date(2026, 11, 24), 1, folder)


# -------------------------------------------------------------------------------------------------------- requests


@dataclass(frozen=True)
class Asked:
    """One request, and by which words its answer would show what was made here."""

    method: str
    path: str
    more: Mapping[str, Any]
    mark: str = ""


Ask = Callable[[Scene, Caller], Awaitable[Asked]]


async def ask_eligibility(scene: Scene, _caller: Caller) -> Asked:
    return Asked("POST", "/v1/eligibility", {"json": question(scene.anne)})


async def send_file(scene: Scene, caller: Caller) -> Asked:
    """A file of the kind that this caller would send; for insurers elsewhere, in the name of theirs."""
    return Asked("POST", f"/v1/files/{kind_of(caller)}", file_of(scene, caller, caller.where))


async def list_files(scene: Scene, caller: Caller) -> Asked:
    return Asked("GET", "/v1/files", {}, await scene.once("file", caller, a_file))


async def read_file(scene: Scene, caller: Caller) -> Asked:
    file = await scene.once("file", caller, a_file)
    return Asked("GET", f"/v1/files/{file}", {}, file)


async def go_on_with_file(scene: Scene, caller: Caller) -> Asked:
    file = await a_file(scene, caller, "?0")
    return Asked("PATCH", f"/v1/files/{file}", {"headers": {"upload-offset": "4"}, "content": b"more"})


async def list_webhooks(scene: Scene, caller: Caller) -> Asked:
    return Asked("GET", "/v1/webhooks", {}, await a_webhook(scene, caller))


async def add_webhook(scene: Scene, _caller: Caller) -> Asked:
    await scene.day.owner.execute("delete from deliveries.subscriber")
    return Asked("POST", "/v1/webhooks", {"json": {"url": "http://127.0.0.1:9/"}})


async def remove_webhook(scene: Scene, caller: Caller) -> Asked:
    return Asked("DELETE", f"/v1/webhooks/{await a_webhook(scene, caller)}", {})


async def read_log(_scene: Scene, _caller: Caller) -> Asked:
    return Asked("GET", "/v1/webhooks/log", {})


async def list_payments(scene: Scene, _caller: Caller) -> Asked:
    return Asked("GET", "/v1/payments", {}, f'"payment":{await a_payment(scene)}')


async def read_advice(scene: Scene, _caller: Caller) -> Asked:
    return Asked("GET", f"/v1/payments/{await a_payment(scene)}/advice.csv", {})


async def list_returns(_scene: Scene, _caller: Caller) -> Asked:
    return Asked("GET", "/v1/returns", {}, '"run":')


async def read_return(_scene: Scene, _caller: Caller) -> Asked:
    return Asked("GET", "/v1/returns/1.noe", {})


async def read_statement(_scene: Scene, _caller: Caller) -> Asked:
    return Asked("GET", "/v1/statement.csv?from=2026-11-01&to=2026-11-30", {}, "000000011")


def kind_of(caller: Caller) -> str:
    return "movements" if caller.of_insurer else "b2"


def file_of(scene: Scene, caller: Caller, where: str, whole: str = "?1") -> dict[str, Any]:
    amc = OTHER_AMC if where == ELSEWHERE else scene.anne.amc
    name = f"mvt_{amc}_20261120_001.csv" if caller.of_insurer else "a.b2"
    headers = {"content-disposition": f'attachment; filename="{name}"', "upload-complete": whole}
    return {"headers": headers, "content": b"%04d" % next(_numbers)}


async def a_file(scene: Scene, caller: Caller, whole: str = "?1") -> str:
    sent = file_of(scene, caller, HOME, whole)
    owner = scene.owner(caller) | sent.pop("headers")
    return (await scene.made("POST", f"/v1/files/{kind_of(caller)}", owner, **sent))["id"]


async def a_webhook(scene: Scene, caller: Caller) -> str:
    await scene.day.owner.execute("delete from deliveries.subscriber")
    owner = scene.owner(caller, administers=True)
    return (await scene.made("POST", "/v1/webhooks", owner, json={"url": "http://127.0.0.1:9/"}))["id"]


async def a_question(scene: Scene) -> str:
    """Something that the practice here said over FHIR."""
    software = scene.headers(Caller(Duty.SOFTWARE, API))
    asked = eligibility_of(scene, f"R-{next(_numbers)}")
    return (await scene.made("POST", "/fhir/CoverageEligibilityRequest", software | FHIR_JSON, json=asked))["id"]


async def an_answer(scene: Scene) -> str:
    """What it heard."""
    software = scene.headers(Caller(Duty.SOFTWARE, API))
    asked = await a_question(scene)
    path = f"/fhir/CoverageEligibilityResponse?request=CoverageEligibilityRequest/{asked}"
    return (await scene.made("GET", path, software))["entry"][0]["resource"]["id"]


async def a_payment(scene: Scene) -> str:
    software = scene.headers(Caller(Duty.SOFTWARE, API))
    return (await scene.made("GET", "/fhir/PaymentReconciliation", software))["entry"][0]["resource"]["id"]


async def a_notice(scene: Scene) -> str:
    software = scene.headers(Caller(Duty.SOFTWARE, API))
    return (await scene.made("POST", "/fhir/PaymentNotice", software | FHIR_JSON, json=await notice_of(scene)))["id"]


async def a_question_again(scene: Scene) -> dict[str, Any]:
    return eligibility_of(scene, f"R-{next(_numbers)}")


def eligibility_of(scene: Scene, name: str) -> dict[str, Any]:
    return eligibility(CardAsk(scene.anne, proof=Proof.CARD), identifier=name)


async def notice_of(scene: Scene) -> dict[str, Any]:
    """A notice that the payment of the practice here was received."""
    return {
        "resourceType": "PaymentNotice", "status": "active", "created": "2026-11-20",
        "identifier": [{"system": "urn:test:notices", "value": f"N-{next(_numbers)}"}],
        "payment": {"reference": f"PaymentReconciliation/{await a_payment(scene)}"},
        "recipient": {"display": "MUTUELLE"}, "amount": {"value": 9.00, "currency": "EUR"},
    }  # fmt: skip


async def a_coverage(scene: Scene) -> str:
    """The rights of somebody, as the practice here was told of them."""
    anne, software = scene.anne, scene.headers(Caller(Duty.SOFTWARE, API))
    described = {
        "identifier": f"urn:cloison:adherent|{anne.adherent}", "payor:identifier": f"urn:cloison:amc|{anne.amc}",
        "birthdate": f"{anne.birth[:4]}-{anne.birth[4:6]}-{anne.birth[6:]}", "proof": "card",
    }  # fmt: skip
    found = await scene.made("POST", "/fhir/Coverage/_search", software, data=described)
    return found["entry"][0]["resource"]["id"]


async def a_number(scene: Scene) -> str:
    """The practice here, in the public register."""
    return f"ps-{scene.day.doctor}"


async def a_guess(scene: Scene) -> str:
    """The name of something of a person: who has an account here is bound to nobody yet."""
    return "1-1"


REGISTER = ("Organization", "PractitionerRole")


async def a_claim(scene: Scene) -> str:
    """An invoice that the practice here sent."""
    software = scene.headers(Caller(Duty.SOFTWARE, API))
    return (await scene.made("POST", "/fhir/Claim", software | FHIR_JSON, json=await an_invoice(scene)))["id"]


async def a_decision(scene: Scene) -> str:
    software = scene.headers(Caller(Duty.SOFTWARE, API))
    await scene.made("POST", "/fhir/Claim/$submit", software | FHIR_JSON, json=await an_invoice(scene))
    return (await scene.made("GET", "/fhir/ClaimResponse", software))["entry"][0]["resource"]["id"]


async def an_invoice(scene: Scene) -> dict[str, Any]:
    return claim(scene.anne, consultation(), identifier=f"F-{next(_numbers)}")


KEPT: dict[str, Callable[[Scene], Awaitable[str]]] = {
    "Coverage": a_coverage, "Organization": a_number, "PractitionerRole": a_number,
    "ExplanationOfBenefit": a_guess, "AuditEvent": a_guess, "Task": a_guess,
    "CoverageEligibilityRequest": a_question, "CoverageEligibilityResponse": an_answer, "Claim": a_claim,
    "ClaimResponse": a_decision, "PaymentReconciliation": a_payment, "PaymentNotice": a_notice,
}  # fmt: skip
"""How something of each type comes to exist here; its id."""
SENT: dict[str, Callable[[Scene], Awaitable[dict[str, Any]]]] = {
    "CoverageEligibilityRequest": a_question_again, "PaymentNotice": notice_of, "Claim": an_invoice,
}  # fmt: skip
"""What is sent to create something of a type, or to ask at once."""


def over_fhir(kind: str, interaction: str) -> Ask:
    """The request of one interaction of a type."""

    async def ask(scene: Scene, caller: Caller) -> Asked:
        if interaction == "create" or interaction.startswith("$"):
            more = {"json": await SENT[kind](scene), "headers": FHIR_JSON}
            return Asked("POST", f"/fhir/{kind}" + (f"/{interaction}" if interaction != "create" else ""), more)
        made = await scene.once(kind, caller, lambda there, _: KEPT[kind](there))
        path = {
            "read": f"{kind}/{made}",
            "vread": f"{kind}/{made}/_history/1",
            "history-instance": f"{kind}/{made}/_history",
            "search-type": f"{kind}?_count=50",
        }[interaction]
        return Asked("GET", f"/fhir/{path}", {}, "" if kind in REGISTER else f'"id":"{made}"')

    return ask


# ------------------------------------------------------------------------------------------------------- the table

Who = Mapping[Duty, tuple[Channel, ...]]
COUNTER: Who = {
    Duty.PROFESSIONAL: (PORTAL, API, CARD), Duty.DELEGATE: (PORTAL, API, CARD), Duty.STAFF: (PORTAL, API, CARD),
    Duty.SOFTWARE: (API, CARD, MACHINE),
}  # fmt: skip
FILES: Who = {
    Duty.PROFESSIONAL: (PORTAL, API), Duty.DELEGATE: (PORTAL, API), Duty.SOFTWARE: (API, MACHINE, BATCH),
    Duty.INSURER_USER: (INSURER,), Duty.INSURER_SOFTWARE: (MACHINE, BATCH),
}  # fmt: skip
ADMINISTRATORS: Who = {Duty.ADMINISTRATOR: (PORTAL,), Duty.INSURER_ADMINISTRATOR: (INSURER,)}
READERS: Who = {
    Duty.PROFESSIONAL: (PORTAL, API), Duty.DELEGATE: (PORTAL, API), Duty.STAFF: (PORTAL, API),
    Duty.SOFTWARE: (API, MACHINE, BATCH),
}  # fmt: skip
SENDERS: Who = {
    Duty.PROFESSIONAL: (PORTAL, API), Duty.DELEGATE: (PORTAL, API), Duty.SOFTWARE: (API, MACHINE, BATCH),
}  # fmt: skip
PAYEES: Who = {
    Duty.PROFESSIONAL: (PORTAL, API), Duty.DELEGATE: (PORTAL, API), Duty.ADMINISTRATOR: (PORTAL,),
    Duty.SOFTWARE: (API, MACHINE, BATCH),
}  # fmt: skip
PAYERS: Who = {Duty.INSURER_USER: (INSURER,)}
PERSONS: Who = {Duty.INSURED: (Channel.CITIZEN,)}
EVERYBODY: Who = {
    duty: tuple(each for each in post.channels if each is not Channel.EXPORT) for duty, post in POSTS.items()
}
NO_INSURER: Who = {duty: channels for duty, channels in EVERYBODY.items() if duty not in INSURERS}


@dataclass(frozen=True)
class Row:
    """Who is let in, and the status that they get here and elsewhere."""

    ask: Ask
    who: Who
    here: int
    elsewhere: int
    placeless: int = 403
    """What a caller gets who acts for no practice."""


ROUTES = {
    "POST /v1/eligibility": Row(ask_eligibility, COUNTER, 200, 200, 422),
    "POST /v1/files/{kind}": Row(send_file, FILES, 201, 201),
    "GET /v1/files": Row(list_files, FILES, 200, 200),
    "GET /v1/files/{id:uuid}": Row(read_file, FILES, 200, 404),
    "PATCH /v1/files/{id:uuid}": Row(go_on_with_file, FILES, 200, 404),
    "GET /v1/webhooks": Row(list_webhooks, ADMINISTRATORS, 200, 200),
    "POST /v1/webhooks": Row(add_webhook, ADMINISTRATORS, 201, 201),
    "DELETE /v1/webhooks/{id:uuid}": Row(remove_webhook, ADMINISTRATORS, 204, 404),
    "GET /v1/webhooks/log": Row(read_log, FILES, 200, 200),
    "GET /v1/payments": Row(list_payments, PAYEES, 200, 200),
    "GET /v1/payments/{payment}/advice.{form}": Row(read_advice, PAYEES, 200, 404),
    "GET /v1/returns": Row(list_returns, PAYEES, 200, 200),
    "GET /v1/returns/{run}.noe": Row(read_return, PAYEES, 200, 404),
    "GET /v1/statement.csv": Row(read_statement, PAYEES, 200, 200),
}
PUBLIC = {
    "POST /oauth/token", "GET /.well-known/jwks.json", "GET /.well-known/oauth-authorization-server", "GET /healthz",
    "GET /readyz", "GET /version", "GET /errors", "GET /errors/{code}", "GET /openapi.json", "GET /v1/webhooks/key",
}  # fmt: skip
"""What everybody may ask: tests/flow/test_http_problems.py shows that nothing else is."""
FHIR = {"GET", "POST", "PUT", "PATCH", "DELETE"}
FOUND, LISTED, NOTED = (200, 404), (200, 200), (201, 422)
ASKED, ANSWERED, MADE, GONE = (201, 201, 422), (200, 200, 422), (201, 201, 422), (404, 404)
INTERACTIONS: dict[str, Row] = {
    f"{kind} {interaction}": Row(over_fhir(kind, interaction), who, *statuses)
    for kind, interaction, who, statuses in (
        ("CoverageEligibilityRequest", "read", READERS, FOUND),
        ("CoverageEligibilityRequest", "vread", READERS, FOUND),
        ("CoverageEligibilityRequest", "history-instance", READERS, FOUND),
        ("CoverageEligibilityRequest", "search-type", READERS, LISTED),
        ("CoverageEligibilityRequest", "create", COUNTER, ASKED),
        ("CoverageEligibilityRequest", "$submit", COUNTER, ANSWERED),
        ("CoverageEligibilityResponse", "read", READERS, FOUND),
        ("CoverageEligibilityResponse", "vread", READERS, FOUND),
        ("CoverageEligibilityResponse", "history-instance", READERS, FOUND),
        ("CoverageEligibilityResponse", "search-type", READERS, LISTED),
        ("PaymentReconciliation", "read", {**PAYEES, **PAYERS}, FOUND),
        ("PaymentReconciliation", "search-type", {**PAYEES, **PAYERS}, LISTED),
        ("Coverage", "read", READERS, FOUND),
        ("Coverage", "vread", READERS, FOUND),
        ("Coverage", "history-instance", READERS, FOUND),
        ("Coverage", "search-type", READERS, LISTED),
        ("Organization", "read", EVERYBODY, LISTED),
        ("Organization", "search-type", EVERYBODY, LISTED),
        ("PractitionerRole", "read", NO_INSURER, LISTED),
        ("PractitionerRole", "search-type", NO_INSURER, LISTED),
        ("ExplanationOfBenefit", "read", PERSONS, (404, 404)),
        ("ExplanationOfBenefit", "search-type", PERSONS, LISTED),
        ("AuditEvent", "read", PERSONS, (404, 404)),
        ("AuditEvent", "search-type", PERSONS, LISTED),
        ("PaymentNotice", "read", PAYEES, FOUND),
        ("PaymentNotice", "vread", PAYEES, FOUND),
        ("PaymentNotice", "history-instance", PAYEES, FOUND),
        ("PaymentNotice", "search-type", PAYEES, LISTED),
        ("PaymentNotice", "create", PAYEES, NOTED),
        ("Claim", "read", READERS, FOUND),
        ("Claim", "vread", READERS, FOUND),
        ("Claim", "history-instance", READERS, FOUND),
        ("Claim", "search-type", READERS, LISTED),
        ("ClaimResponse", "read", READERS, FOUND),
        ("ClaimResponse", "vread", READERS, FOUND),
        ("ClaimResponse", "history-instance", READERS, FOUND),
        ("ClaimResponse", "search-type", READERS, LISTED),
        ("Claim", "create", SENDERS, MADE),
        ("Claim", "$submit", SENDERS, ANSWERED),
        ("Task", "read", READERS, GONE),
        ("Task", "vread", READERS, GONE),
        ("Task", "history-instance", READERS, GONE),
        ("Task", "search-type", READERS, LISTED),
    )
}
ELSEWHERE_SHOWN = {"Claim update", "Task create"}
"""What tests/flow/test_fhir_claims.py and test_fhir_quotes.py go through."""
TABLE = ROUTES | INTERACTIONS


REFUSED = 403


def expected(row: Row, caller: Caller) -> int:
    if caller.channel not in row.who.get(caller.duty, ()):
        return REFUSED
    return row.here if caller.where == HOME else row.elsewhere


def verdict(row: Row, answer: httpx.Response) -> int:
    """The status; a type that does not exist for the caller, and a practice that it does not have, are refusals."""
    if answer.status_code == 404 and "fhir.unknown_type" in answer.text:
        return REFUSED
    return REFUSED if answer.status_code == row.placeless else answer.status_code


async def answer_to(scene: Scene, row: Row, caller: Caller | None) -> tuple[Asked, httpx.Response]:
    asked = await row.ask(scene, caller or Caller(Duty.SOFTWARE, API))
    return asked, await scene.ask(asked, scene.headers(caller) if caller else {})


# ------------------------------------------------------------------------------------------------------- the tests


async def test_every_route_has_its_row(scene: Scene) -> None:
    served = {
        f"{method} {route.path}"
        for route in scene.gate.app.routes
        if isinstance(route, Route)
        for method in (route.methods or set()) - {"HEAD"}
    }
    gate_of_fhir = {f"{method} {path}" for method in FHIR for path in ("/fhir", "/fhir/{path:path}")}
    assert served == ROUTES.keys() | PUBLIC | gate_of_fhir


async def test_every_interaction_of_fhir_has_its_row(scene: Scene) -> None:
    (rest,) = (await scene.gate.client.get("/fhir/metadata")).json()["rest"]
    done = {f"{each['type']} {code['code']}" for each in rest["resource"] for code in each.get("interaction", ())}
    done |= {f"{each['type']} ${one['name']}" for each in rest["resource"] for one in each.get("operation", ())}
    assert done == INTERACTIONS.keys() | ELSEWHERE_SHOWN


@pytest.mark.parametrize("name", TABLE)
async def test_each_post_gets_in_where_it_should_and_nowhere_else(scene: Scene, name: str) -> None:
    row = TABLE[name]
    got = {str(caller): verdict(row, (await answer_to(scene, row, caller))[1]) for caller in CALLERS}
    assert got == {str(caller): expected(row, caller) for caller in CALLERS}


@pytest.mark.parametrize("name", TABLE)
async def test_nobody_elsewhere_sees_what_is_here_whatever_they_were_given(scene: Scene, name: str) -> None:
    """Each caller elsewhere holds every scope there is: only whose the thing is stands between."""
    row = TABLE[name]
    for caller in GREEDY:
        asked, answer = await answer_to(scene, row, caller)
        assert answer.status_code in (row.elsewhere, 403, 404, 422), caller
        assert not asked.mark or asked.mark not in answer.text, caller


@pytest.mark.parametrize("name", TABLE)
async def test_nobody_is_let_in_without_saying_who_they_are(scene: Scene, name: str) -> None:
    _, answer = await answer_to(scene, TABLE[name], None)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("name", [name for name, row in TABLE.items() if (row.here, row.elsewhere) == (200, 404)])
async def test_what_is_somebody_elses_is_refused_in_the_words_of_what_does_not_exist(scene: Scene, name: str) -> None:
    row = TABLE[name]
    caller = next(each for each in CALLERS if each.where == ELSEWHERE and expected(row, each) == 404)
    asked, theirs = await answer_to(scene, row, caller)
    made = next(each for each in asked.path.split("/")[3:] if each[:1].isdigit() or "-" in each)
    absent = asked.path.replace(made, "00000000-0000-4000-8000-000000000000" if "-" in made else "987654321")
    none = await scene.ask(replace(asked, path=absent), scene.headers(caller))
    assert theirs.status_code == none.status_code == 404
    assert _words(theirs) == _words(none)


def _words(answer: httpx.Response) -> object:
    """A refusal, less its own number."""
    return answer.text.replace(answer.headers["x-request-id"], "")


@pytest.mark.parametrize(
    "change",
    [
        {"kind": ActorKind.INSURED}, {"channel": Channel.CITIZEN}, {"means": Means.PASSKEY}, {"practice": 0},
        {"tenants": frozenset({999})}, {"purposes": frozenset({4})}, {"scopes": frozenset[str]()},
        {"practices": frozenset({999})},
    ],
)  # fmt: skip
async def test_one_thing_that_is_wrong_about_a_caller_is_enough(scene: Scene, change: dict[str, Any]) -> None:
    """A question is refused when any one of these differs from what its caller may have."""
    right = scene.actor(Caller(Duty.SOFTWARE, API))
    headers = scene.gate.admit("changed", replace(right, **change))
    asked = await ask_eligibility(scene, Caller(Duty.SOFTWARE, API))
    assert (await scene.ask(asked, headers)).status_code in (403, 422)
