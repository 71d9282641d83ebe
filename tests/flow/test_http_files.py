"""Files over the wire: sent, broken off, resumed, sent twice, taken; and who is told."""

import asyncio
import base64
import hashlib
import itertools
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
from tests.flow.day import AMC, Day, Guarantee
from tests.flow.http_gate import SITE, Opened, gates, machine

from cloison.deliveries import Uploads
from cloison.disclosure import Channel
from cloison.gateways.http.webhooks import PREFIX, WINDOW, genuine
from cloison.identity import ActorKind, Means
from cloison.ops import notify, wire
from cloison.ops.store import spooled
from cloison.ops.webhook_address import acceptable
from cloison.storage.keys import KeyProvider
from cloison.world.build import build

NUMBERS = itertools.count(1)
NOW = datetime(2026, 11, 20, 6, tzinfo=UTC)


@pytest.fixture(scope="module")
async def gate(
    shared_day: Day, day_keys: KeyProvider, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Opened]:
    await shared_day.insurer(guarantees=[Guarantee("MED")])
    async with gates(shared_day, day_keys, tmp_path_factory.mktemp("home")) as opened:
        yield opened


@pytest.fixture(scope="module")
def b2(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A file of invoices of a small nation."""
    world = build(400, tmp_path_factory.mktemp("world"), seed=5, day=date(2026, 11, 20), processes=1)
    return min((path.read_bytes() for path in world.b2), key=len)


@pytest.fixture
async def sender(gate: Opened, shared_day: Day) -> dict[str, str]:
    practice = await shared_day.practice(f"76{next(NUMBERS):07d}")
    return gate.admit(f"sender-{practice}", machine(practice))


def person_of(headers: dict[str, str], gate: Opened) -> dict[str, str]:
    """An administrator of the same practice, at the portal."""
    actor = gate.badges.actors[headers["authorization"].removeprefix("Bearer ")]
    word = f"person-{actor.practice}"
    return gate.admit(
        word,
        machine(
            actor.practice, kind=ActorKind.PROFESSIONAL, channel=Channel.PORTAL, means=Means.PASSKEY, stepped_up=True
        ),
    )


def named(name: str, **more: str) -> dict[str, str]:
    return {"content-disposition": f'attachment; filename="{name}"'} | {
        key.replace("_", "-"): value for key, value in more.items()
    }


async def send(gate: Opened, sender: dict[str, str], content: bytes, name: str = "a.b2", **more: str) -> httpx.Response:
    return await gate.client.post("/v1/files/b2", content=content, headers=sender | named(name, **more))


async def test_a_file_is_kept_once_with_its_digest(gate: Opened, sender: dict[str, str]) -> None:
    first, second = await send(gate, sender, b"invoices"), await send(gate, sender, b"invoices", "b.b2")
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["sha256"] == hashlib.sha256(b"invoices").hexdigest()
    assert (first.json()["state"], first.json()["size"]) == ("received", 8)
    assert first.json()["id"] == second.json()["id"]
    assert first.headers["location"] == f"{SITE}/v1/files/{first.json()['id']}"


async def test_the_same_bytes_at_the_same_time_are_one_file(gate: Opened, sender: dict[str, str]) -> None:
    sent = await asyncio.gather(*(send(gate, sender, b"race") for _ in range(6)))
    assert len({each.json()["id"] for each in sent}) == 1
    assert sorted(each.status_code for each in sent) == [200] * 5 + [201]


async def test_a_file_in_pieces_goes_on_where_it_stopped(gate: Opened, sender: dict[str, str]) -> None:
    content = bytes(range(256)) * 40_000
    begun = await send(gate, sender, content[:100], upload_complete="?0")
    assert (begun.status_code, begun.headers["upload-offset"], begun.headers["upload-complete"]) == (201, "100", "?0")
    where = begun.headers["location"].removeprefix(SITE)
    wrong = await gate.client.patch(where, content=b"x", headers=sender | {"upload-offset": "7"})
    assert (wrong.status_code, wrong.json()["code"]) == (409, "http.offset_wrong")
    assert wrong.headers["upload-offset"] == "100"
    asked = await gate.client.head(where, headers=sender)
    assert asked.headers["upload-offset"] == "100"
    more = {"upload-offset": "100", "upload-complete": "?0"}
    await gate.client.patch(where, content=content[100:5_000_000], headers=sender | more)
    last = await gate.client.patch(where, content=content[5_000_000:], headers=sender | {"upload-offset": "5000000"})
    assert last.json()["sha256"] == hashlib.sha256(content).hexdigest()
    over = await gate.client.patch(where, content=b"", headers=sender | {"upload-offset": str(len(content))})
    assert (over.status_code, over.json()["code"]) == (409, "http.upload_over")


async def test_housekeeping_spares_what_is_still_on_its_way(
    gate: Opened, sender: dict[str, str], shared_day: Day
) -> None:
    """A piece that waits for the next one, and a file that waits to be taken, are named by a book."""
    before = await spooled(shared_day.database)
    await send(gate, sender, b"the beginning", **{"upload-complete": "?0"})
    await send(gate, sender, b"a whole file", "whole.b2")
    assert len(await spooled(shared_day.database) - before) == 2


async def test_what_arrived_before_the_line_broke_is_not_lost(gate: Opened, sender: dict[str, str]) -> None:
    begun = await send(gate, sender, b"", upload_complete="?0")
    where = begun.headers["location"].removeprefix(SITE)
    heard = iter([{"type": "http.request", "body": b"first half", "more_body": True}, {"type": "http.disconnect"}])

    async def receive() -> Any:
        return next(heard)

    async def say(message: Any) -> None:
        assert message["type"] != "http.response.start", "nobody is there to hear"

    headers = [(k.encode(), v.encode()) for k, v in (sender | {"upload-offset": "0"}).items()]
    scope = {"type": "http", "method": "PATCH", "path": where, "headers": headers, "query_string": b"", "app": gate.app}
    await gate.app(scope, receive, say)
    assert (await gate.client.head(where, headers=sender)).headers["upload-offset"] == "10"


async def test_a_digest_that_does_not_fit_refuses_the_bytes(gate: Opened, sender: dict[str, str]) -> None:
    right = base64.b64encode(hashlib.sha256(b"bytes").digest()).decode()
    wrong = await send(gate, sender, b"bites", content_digest=f"sha-256=:{right}:")
    assert (wrong.status_code, wrong.json()["code"]) == (422, "http.digest_wrong")
    assert (await gate.client.get("/v1/files", headers=sender)).json() == {"files": []}
    assert (await send(gate, sender, b"bytes", content_digest=f"sha-256=:{right}:")).status_code == 201


async def test_another_practice_sees_nothing_of_it(gate: Opened, sender: dict[str, str], shared_day: Day) -> None:
    where = (await send(gate, sender, b"mine")).headers["location"].removeprefix(SITE)
    other = gate.admit("other", machine(await shared_day.practice("777000001")))
    for answer in (
        await gate.client.get(where, headers=other),
        await gate.client.patch(where, headers=other | {"upload-offset": "0"}),
        await gate.client.get(f"/v1/files/{'0' * 8}-0000-4000-8000-{'0' * 12}", headers=sender),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "http.not_found")
    assert (await gate.client.get("/v1/files", headers=other)).json() == {"files": []}
    assert (await send(gate, other, b"mine")).status_code == 201


@pytest.mark.parametrize("name", ["", "../etc", "a b.b2", "195109912611193.b2", "x" * 200])
async def test_a_name_that_could_say_something_is_refused(name: str, gate: Opened, sender: dict[str, str]) -> None:
    answer = await send(gate, sender, b"x", name)
    assert (answer.status_code, answer.json()["code"]) == (422, "http.file_name_wrong")


async def test_an_unknown_kind_and_a_foreign_insurer_are_refused(
    gate: Opened, sender: dict[str, str], shared_day: Day
) -> None:
    unknown = await gate.client.post("/v1/files/cats", headers=sender | named("a.b2"))
    assert (unknown.status_code, unknown.json()["code"]) == (404, "http.file_kind_unknown")
    insurer = gate.admit(
        "insurer", machine(0, practices=frozenset(), tenant=shared_day.tenants[AMC], channel=Channel.BATCH)
    )
    for name, status in ((f"mvt_{AMC}_20261120_001.csv", 201), ("mvt_99999999_20261120_001.csv", 403)):
        answer = await gate.client.post("/v1/files/movements", content=b"x", headers=insurer | named(name))
        assert answer.status_code == status
    assert (await gate.client.post("/v1/files/movements", headers=sender | named("mvt_1_.csv"))).status_code == 403


async def test_a_file_is_taken_once_and_its_owner_reads_what_became_of_it(
    gate: Opened, sender: dict[str, str], b2: bytes
) -> None:
    sound, broken = await send(gate, sender, b2, "day.b2"), await send(gate, sender, b"\x00" * 300, "broken.b2")
    house, database = gate.parts.house, gate.parts.database
    await wire.take(house, database, NOW)
    assert await wire.take(house, database, NOW) == 0
    taken = (await gate.client.get(sound.headers["location"].removeprefix(SITE), headers=sender)).json()
    assert (taken["state"], taken["report"]["invoices"] > 0) == ("taken", True)
    refused = (await gate.client.get(broken.headers["location"].removeprefix(SITE), headers=sender)).json()
    assert refused["state"] == "refused"
    assert {"code", "message", "action", "actor"} <= set(refused["report"]["defects"][0])
    listed = (await gate.client.get("/v1/files", headers=sender)).json()["files"]
    assert [each["name"] for each in listed] == ["broken.b2", "day.b2"]
    assert not list((house.home / "spool").glob("*.draft"))


async def test_a_file_that_never_becomes_whole_is_forgotten_with_its_pieces(
    gate: Opened, sender: dict[str, str]
) -> None:
    await send(gate, sender, b"part of it", upload_complete="?0")
    uploads, spool = Uploads(gate.parts.database, gate.parts.house.spool), gate.parts.house.home / "spool"
    before = len(list(spool.glob("*.sealed")))
    assert await uploads.forget_abandoned(datetime.now(UTC) - timedelta(minutes=5)) == 0
    assert await uploads.forget_abandoned(datetime.now(UTC) + timedelta(minutes=5)) >= 1
    assert (await gate.client.get("/v1/files", headers=sender)).json() == {"files": []}
    assert len(list(spool.glob("*.sealed"))) < before


class Reader:
    """A subscriber: it notes what it hears, and answers what the test says."""

    def __init__(self, *answers: int) -> None:
        self.answers = list(answers)
        self.heard: list[tuple[httpx.Headers, bytes]] = []

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.heard.append((request.headers, await request.aread()))
        status = self.answers.pop(0) if self.answers else 200
        if not status:
            raise httpx.ConnectError("gone")
        return httpx.Response(status)

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.MockTransport(self))


async def subscribed(gate: Opened, sender: dict[str, str]) -> dict[str, str]:
    person = person_of(sender, gate)
    made = await gate.client.post("/v1/webhooks", json={"url": "http://127.0.0.1:9/told"}, headers=person)
    assert made.status_code == 201, made.text
    return person


async def test_a_subscriber_is_told_where_to_read_and_can_verify_who_tells(
    gate: Opened, sender: dict[str, str]
) -> None:
    await subscribed(gate, sender)
    where = (await send(gate, sender, b"told")).headers["location"]
    house, database, reader = gate.parts.house, gate.parts.database, Reader()
    await wire.take(house, database, NOW)
    now = datetime.now(UTC) + timedelta(seconds=1)
    async with reader.client() as client:
        await notify.deliver(house, database, SITE, now, client)
        await notify.deliver(house, database, SITE, now, client)
    ((headers, content),) = reader.heard
    told = httpx.Response(200, content=content).json()
    assert (told["type"], told["data"]) == ("file.refused", {"link": where})
    key = (await gate.client.get("/v1/webhooks/key")).json()["key"].removeprefix(PREFIX)
    public = base64.b64decode(key)
    assert genuine(headers, content, public, now)
    assert not genuine(headers, content + b" ", public, now)
    assert not genuine(headers, content, public, now + WINDOW + timedelta(seconds=1))
    assert not genuine(dict(headers) | {"webhook-id": "msg_other"}, content, public, now)
    assert not genuine(dict(headers) | {"webhook-timestamp": str(int(now.timestamp()) + 9)}, content, public, now)
    assert not genuine(headers, content, b"\x01" * 32, now)


async def test_a_subscriber_that_fails_is_told_again_later_and_the_log_says_so(
    gate: Opened, sender: dict[str, str]
) -> None:
    person = await subscribed(gate, sender)
    await send(gate, sender, b"again")
    house, database, reader = gate.parts.house, gate.parts.database, Reader(500, 0, 204)
    await wire.take(house, database, NOW)
    now = datetime.now(UTC) + timedelta(seconds=1)
    async with reader.client() as client:
        for pause in (0, 1, 5, 6, 40):
            await notify.deliver(house, database, SITE, now + timedelta(seconds=pause), client)
    assert len(reader.heard) == 3
    assert len({headers["webhook-id"] for headers, _ in reader.heard}) == 1
    log = (await gate.client.get("/v1/webhooks/log", headers=person)).json()["attempts"]
    assert [(each["attempt"], each["status"], each["cause"]) for each in log] == [
        (3, 204, ""), (2, 0, "ConnectError"), (1, 500, "")
    ]  # fmt: skip
    assert {each["state"] for each in log} == {"delivered"}


async def test_a_subscriber_that_left_is_told_nothing(gate: Opened, sender: dict[str, str]) -> None:
    person = await subscribed(gate, sender)
    ((made,),) = [(await gate.client.get("/v1/webhooks", headers=person)).json()["webhooks"]]
    await send(gate, sender, b"quiet")
    house, database, reader = gate.parts.house, gate.parts.database, Reader()
    await wire.take(house, database, NOW)
    assert (await gate.client.delete(f"/v1/webhooks/{made['id']}", headers=person)).status_code == 204
    assert (await gate.client.delete(f"/v1/webhooks/{made['id']}", headers=person)).status_code == 404
    async with reader.client() as client:
        await notify.deliver(house, database, SITE, datetime.now(UTC) + timedelta(days=1), client)
    assert reader.heard == []


async def test_a_machine_does_not_say_who_is_told(gate: Opened, sender: dict[str, str]) -> None:
    answer = await gate.client.post("/v1/webhooks", json={"url": "https://example.org/"}, headers=sender)
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("url", "production", "development"),
    [
        ("https://127.0.0.1/", False, True),
        ("http://127.0.0.1:8080/x", False, True),
        ("http://[::1]/", False, True),
        ("https://10.0.0.1/", False, False),
        ("https://169.254.169.254/latest", False, False),
        ("https://[fd00::1]/", False, False),
        ("https://user:word@8.8.8.8/", False, False),
        ("https://8.8.8.8/", True, True),
        ("http://8.8.8.8/", False, False),
        ("https://0.0.0.0/", False, False),
        ("https://8.8.8.8:99999/", False, False),
        ("https:///x", False, False),
    ],
)
async def test_a_webhook_never_knocks_inside_our_walls(url: str, production: bool, development: bool) -> None:
    assert await acceptable(url, development=False) == production
    assert await acceptable(url, development=True) == development
