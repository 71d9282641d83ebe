"""Callers of every post through every channel, here and elsewhere, and requests for what was made here."""

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.flow.day import Ask as CardAsk
from tests.flow.day import Bill, Day, Guarantee, Item, Person, consultation
from tests.flow.fhir import claim, eligibility
from tests.flow.http_gate import Opened, gates, question
from tests.flow.payment_books import iban

from cloison.disclosure import Proof
from cloison.identity import Actor, Channel, Means
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
