"""What was said over the wire: recorded once, seen by its practice alone, read again on record only."""

import asyncio
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import asyncpg
import pytest

from cloison.disclosure import inquiry
from cloison.errors import Corruption, Unavailable
from cloison.exchanges import Draft, Exchanges, Search
from cloison.identity import Actor, ActorKind, Channel, Means
from cloison.storage.database import Address, Database, administer, connect
from cloison.storage.documents import Documents, SealedDocument
from cloison.storage.keys_file import FileKeys
from cloison.storage.roles import Role

DAY = date(2026, 11, 20)
MINE, OTHERS = 7, 8


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Documents:
    keys = FileKeys(tmp_path_factory.mktemp("keys") / "keys.json", "for tests").open()
    keys.create(["kek/3"])
    return Documents(keys)


@pytest.fixture
def exchanges(database: Database, documents: Documents) -> Exchanges:
    return Exchanges(database, Role.API, documents)


def actor(practice: int) -> Actor:
    return Actor(5, ActorKind.MACHINE, Channel.API, Means.CERTIFICATE, practice=practice)


def draft(practice: int = MINE, **changes: object) -> Draft:
    given: dict[str, object] = {
        "practice": practice, "account": 5, "kind": "Claim", "body": b'{"resourceType":"Claim"}', "status": "active",
        "day": DAY, "tenant": 3,
    } | changes  # fmt: skip
    return Draft(**given)  # pyright: ignore[reportArgumentType]  the fields of a draft


async def test_a_document_is_read_again_as_it_crossed_the_wire(exchanges: Exchanges) -> None:
    sent = draft(body=b'{"value": 10.10}')
    assert set(await exchanges.record([sent])) == {sent.document}
    (kept,) = await exchanges.recall(actor(MINE), [sent.document])
    assert (kept.document, kept.kind, kept.body) == (sent.document, "Claim", b'{"value": 10.10}')


async def test_reading_again_is_on_record_first_with_the_person_of_the_document(
    exchanges: Exchanges, database: Database, address: Address
) -> None:
    sent = draft(token=uuid4())
    await exchanges.record([sent])
    await exchanges.recall(actor(MINE), [sent.document])
    owner = await administer(address)
    rows = await owner.fetch(
        "select practice, account, tenant, purpose, proof, token, request_hash from disclosure.entry"
    )
    await owner.close()
    assert [tuple(row) for row in rows] == [(MINE, 5, 3, 6, 5, sent.token, sent.document)]


async def test_a_closed_channel_recalls_nothing(exchanges: Exchanges, database: Database) -> None:
    sent = draft()
    await exchanges.record([sent])
    await inquiry.freeze(database, "api", True, 1, "drill")
    with pytest.raises(Unavailable, match="channel_frozen"):
        await exchanges.recall(actor(MINE), [sent.document])


async def test_a_name_is_taken_once_by_twenty_senders_at_the_same_moment(exchanges: Exchanges) -> None:
    sent = [draft(name=b"urn:pharmacy|F-2026-1", body=b"%d" % number) for number in range(20)]
    written = await asyncio.gather(*(exchanges.record([each]) for each in sent))
    assert sum(map(len, written)) == 1
    (filed,) = await exchanges.find(MINE, Search("Claim", name=b"urn:pharmacy|F-2026-1"))
    assert [exchanges.same(each, filed) for each in sent].count(True) == 1


async def test_a_name_belongs_to_a_practice_and_a_kind(exchanges: Exchanges) -> None:
    same = [draft(name=b"1"), draft(OTHERS, name=b"1"), draft(kind="Task", name=b"1"), draft(name=b"2"), draft()]
    assert len(await exchanges.record(same)) == 5


async def test_what_is_another_practices_does_not_exist(exchanges: Exchanges) -> None:
    person = uuid4()
    theirs = draft(OTHERS, name=b"1", token=person)
    await exchanges.record([theirs])
    assert await exchanges.find(MINE, Search("Claim")) == []
    assert await exchanges.find(MINE, Search("Claim", documents=(theirs.document,))) == []
    assert await exchanges.find(MINE, Search("Claim", patient=exchanges.patient(OTHERS, person))) == []
    assert await exchanges.versions(MINE, theirs.document) == []
    assert await exchanges.recall(actor(MINE), [theirs.document]) == []


async def test_a_new_version_is_found_at_the_place_of_the_first(exchanges: Exchanges) -> None:
    first, second = draft(), draft()
    await exchanges.record([first, second])
    later = draft(document=first.document, version=2, status="cancelled", body=b"{}")
    await exchanges.record([later])
    assert await exchanges.record([draft(document=first.document, version=2)]) == {}
    found = await exchanges.find(MINE, Search("Claim"))
    assert [(each.document, each.version, each.status) for each in found] == [
        (second.document, 1, "active"),
        (first.document, 2, "cancelled"),
    ]
    assert [each.version for each in await exchanges.versions(MINE, first.document)] == [2, 1]
    kept = await exchanges.recall(actor(MINE), [first.document])
    assert [each.version for each in kept] == [1, 2]


async def test_pages_stay_the_same_while_others_are_recorded(exchanges: Exchanges) -> None:
    await exchanges.record([draft() for _ in range(5)])
    first = await exchanges.find(MINE, Search("Claim", count=2))
    start = first[0].place
    await exchanges.record([draft() for _ in range(3)])
    second = await exchanges.find(MINE, Search("Claim", count=2, up_to=start, before=first[-1].place))
    third = await exchanges.find(MINE, Search("Claim", count=2, up_to=start, before=second[-1].place))
    places = [each.place for each in first + second + third]
    assert places == sorted(places, reverse=True)
    assert len(set(places)) == 5
    assert await exchanges.count(MINE, Search("Claim", up_to=start)) == 5


async def test_a_search_narrows_by_everything_it_says(exchanges: Exchanges) -> None:
    person, request = uuid4(), draft(kind="Claim", use="claim")
    wanted = draft(kind="ClaimResponse", about=request.document, outcome="complete", use="claim", token=person)
    unlike = [
        draft(kind="ClaimResponse", about=uuid4(), outcome="complete", use="claim", token=person),
        draft(kind="ClaimResponse", about=request.document, outcome="error", use="claim", token=person),
        draft(kind="ClaimResponse", about=request.document, outcome="complete", use="preauthorization", token=person),
        draft(kind="ClaimResponse", about=request.document, outcome="complete", use="claim", token=uuid4()),
        draft(kind="ClaimResponse", about=request.document, outcome="complete", use="claim", token=person,
              status="draft"),
        draft(kind="ClaimResponse", about=request.document, outcome="complete", use="claim", token=person,
              day=date(2026, 1, 1)),
    ]  # fmt: skip
    await exchanges.record([request, *unlike, wanted])
    asked = Search(
        "ClaimResponse", about=(request.document,), outcome=("complete",), use=("claim",),
        patient=exchanges.patient(MINE, person), status=("active",), day_from=DAY, day_to=date(2026, 11, 21),
        recorded_from=datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    assert [each.document for each in await exchanges.find(MINE, asked)] == [wanted.document]


async def test_nobody_changes_or_lists_what_was_said(exchanges: Exchanges, address: Address) -> None:
    await exchanges.record([draft(token=uuid4())])
    channel = await connect(address, Role.API)
    with pytest.raises(asyncpg.UndefinedObjectError):  # a query that does not say for whom it asks
        await channel.fetch("select document from exchanges.document")
    await channel.execute("select set_config('cloison.practice', '7', false)")
    for forbidden in (
        "select token from exchanges.document",
        "select sealed from exchanges.document",
        "delete from exchanges.document",
        "update exchanges.document set status = 'x'",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await channel.execute(forbidden)
    await channel.close()
    owner = await administer(address)
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
        await owner.execute("delete from exchanges.document")
    await owner.close()


async def test_a_reservation_that_is_not_committed_reveals_no_document(exchanges: Exchanges, address: Address) -> None:
    sent = draft()
    await exchanges.record([sent])
    channel = await connect(address, Role.API)
    reserve = "select disclosure.reserve_documents($1,$2,$3,$4,$5)"
    async with channel.transaction():
        reservation = await channel.fetchval(reserve, MINE, 5, [sent.document], None, None)
        with pytest.raises(asyncpg.PostgresError, match="not committed"):
            async with channel.transaction():
                await channel.fetch("select * from disclosure.reveal_documents($1)", reservation)
    theirs = await channel.fetchval(reserve, OTHERS, 5, [sent.document], None, None)
    assert await channel.fetch("select * from disclosure.reveal_documents($1)", theirs) == []
    await channel.close()


def test_a_document_moved_elsewhere_does_not_open(documents: Documents) -> None:
    sealed = documents.seal(3, (b"here",), b"what was said")
    assert documents.open(3, (b"here",), sealed) == b"what was said"
    with pytest.raises(Corruption):
        documents.open(3, (b"there",), sealed)
    damaged = SealedDocument(sealed.dek, sealed.sealed[:-1] + bytes([sealed.sealed[-1] ^ 1]))
    with pytest.raises(Corruption):
        documents.open(3, (b"here",), damaged)
    assert UUID(bytes=documents.digest(b"a", b"b")[:16]) != UUID(bytes=documents.digest(b"ab", b"")[:16])
