"""Who learned what about whom: what the person and the office are told, and what is written before it is told."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.flow.day import AMC, TODAY, Ask, Bill, Day, Guarantee, Person, consultation

from cloison.disclosure import Channel, Door, Proof
from cloison.disclosure.reader import BatchReader
from cloison.errors import Misuse, Reason, Unavailable
from cloison.ops import disclosures
from cloison.ops.config import Settings
from cloison.ops.house import House
from cloison.rights.enquiry import Desk, needs
from cloison.rights.reference import Reference
from cloison.storage.roles import Role
from cloison.storage.spool import Spool
from cloison.storage.vault import Vault

LONG_AGO, SOON = (datetime.now(UTC) + timedelta(days=days) for days in (-1, 1))


@pytest.fixture
async def day(lone_day: Day) -> Day:
    await lone_day.insurer(guarantees=[Guarantee("MED")])
    await lone_day.owner.execute(
        "insert into identity.account (name, channel, practice) values ('dr-a', 'portal', 1), ('dr-b', 'card', 1)"
    )
    return lone_day


@pytest.fixture
def house(day: Day, tmp_path: Path) -> House:
    spool = Spool(tmp_path / "spool", day.keys)
    vault = Vault(day.keys, day.index)
    return House(Settings(tmp_path), day.database.address, day.keys, day.index, vault, spool)


async def account(day: Day, name: str) -> int:
    return int(str(await day.value("select account from identity.account where name = $1", name)))


async def about(house: House, day: Day, person: Person) -> list[disclosures.Line]:
    return await disclosures.of(house, day.database, AMC, person.nir, person.birth, person.rank)


async def learned(house: House, day: Day, name: str) -> list[disclosures.Learned]:
    return await disclosures.by(house, day.database, name, "a drill", LONG_AGO, SOON)


async def test_a_person_sees_who_asked_by_which_proof_and_what_was_told(house: House, day: Day):
    anne, marc = await day.enrol(), await day.enrol()
    asker = await account(day, "dr-a")
    await day.ask(Ask(anne, account=asker, proof=Proof.TYPED), channel=Channel.PORTAL)
    await day.ask(Ask(anne, engage=True), Ask(marc))
    await day.decide(Bill(anne, [consultation()]))
    lines = await about(house, day, anne)
    assert [(line.channel, line.proof, line.result) for line in lines][:3] == [
        ("portal", "typed", "covered"),
        ("card", "card", "covered"),
        ("batch", "file", "covered"),
    ]
    assert [line.fields for line in lines][:3] == [
        "covered, validity, domains, order",
        "covered, validity, domains, order, engagement",
        "covered, validity, amount",
    ]
    assert all(line.practice == day.doctor for line in lines[:3])
    assert [line.when for line in lines] == sorted(line.when for line in lines)


async def test_questions_by_card_and_by_nir_are_told_alike(house: House, day: Day):
    anne = await day.enrol()
    await day.ask(Ask(anne, by_card=True), Ask(anne, by_card=False))
    assert len([line for line in await about(house, day, anne) if line.channel == "card"]) == 2


async def test_the_question_about_oneself_is_on_record_too(house: House, day: Day):
    """The inquiry is reserved before it is answered: the next statement tells it."""
    anne = await day.enrol()
    first = await about(house, day, anne)
    second = await about(house, day, anne)
    assert [len(first), len(second)] == [1, 2]
    assert {line.channel for line in second} == {"office"}


async def test_a_refusal_discloses_that_it_is_one_and_nothing_more(house: House, day: Day):
    anne = await day.enrol(end=TODAY)
    await day.ask(Ask(anne))
    (line, *_) = await about(house, day, anne)
    assert (line.fields, line.result) == ("covered", "not_covered")


async def test_what_nobody_settled_counts_as_told_in_full(house: House, day: Day):
    """The process died after reading: the person is told the widest that could have been learned."""
    anne = await day.enrol()
    door = Door(day.database, Channel.CARD)
    asked = await day.enquiries(Ask(anne, engage=True, account=await account(day, "dr-a")))
    reference = await Reference.read(day.database, Role.CARD)
    reader = await door.reserve(needs(asked, reference.insurers.tenants(asked.amc), day.index))
    assert not isinstance(reader, Reason)
    await reader.rights()
    widest = "covered, validity, domains, routing, order, engagement, ceiling"
    (line, _) = [line for line in await about(house, day, anne) if line.channel in ("card", "office")]
    assert (line.fields, line.result) == (widest, "unsettled")
    (row,) = await learned(house, day, "dr-a")
    assert (row.person, row.fields) == (str(anne.pseudonym), widest)
    assert await disclosures.sweep(day.database, timedelta(0)) >= 1
    (row,) = await learned(house, day, "dr-a")
    assert (row.person, row.times, row.fields) == (str(anne.pseudonym), 1, widest)


async def test_a_batch_that_was_read_and_never_settled_counts_too(
    house: House, day: Day, monkeypatch: pytest.MonkeyPatch
):
    """Killed between the reading of rights and the settlement of their disclosure."""
    anne = await day.enrol()

    async def killed(*_: object) -> None:
        raise ConnectionResetError

    with monkeypatch.context() as blow:
        blow.setattr(BatchReader, "settle", killed)
        with pytest.raises(ConnectionResetError):
            await day.bill(Bill(anne, [consultation()]))
    (line, *_) = await about(house, day, anne)
    assert (line.channel, line.result, line.fields) == ("batch", "unsettled", "covered, validity, amount")


async def test_an_account_is_told_person_by_person_in_pseudonyms(house: House, day: Day):
    anne, marc = await day.enrol(), await day.enrol()
    asker = await account(day, "dr-a")
    other = await account(day, "dr-b")
    await day.ask(*[Ask(anne, account=asker)] * 3, Ask(marc, account=asker), Ask(marc, account=other))
    rows = await learned(house, day, "dr-a")
    assert [(row.person, row.times) for row in rows] == [(str(anne.pseudonym), 3), (str(marc.pseudonym), 1)]
    assert {row.insurer for row in rows} == {f"MUTUELLE {AMC}"}
    assert await disclosures.by(house, day.database, "dr-a", "a drill", SOON, SOON + timedelta(days=1)) == []


async def test_a_question_that_found_nobody_is_counted_without_a_person(house: House, day: Day):
    anne = await day.enrol()
    asker = await account(day, "dr-a")
    await day.ask(Ask(anne, account=asker, amc="99999999"), Ask(anne, account=asker))
    rows = await learned(house, day, "dr-a")
    assert sorted((row.insurer, row.times) for row in rows) == [("?", 1), (f"MUTUELLE {AMC}", 1)]


async def test_an_inquiry_about_an_account_is_written_first_with_its_reason(house: House, day: Day):
    await learned(house, day, "dr-a")
    row = await day.owner.fetchrow("select kind, account, detail from disclosure.event order by event desc limit 1")
    assert row is not None
    assert tuple(row) == ("ADMIN", disclosures.OPERATOR_ACCOUNT, "by dr-a: a drill")
    with pytest.raises(Misuse):
        await learned(house, day, "nobody")


async def test_an_insurer_that_nobody_knows_is_said(house: House, day: Day):
    anne = await day.enrol()
    with pytest.raises(Misuse) as refused:
        await disclosures.of(house, day.database, "12345678", anne.nir, anne.birth, anne.rank)
    assert refused.value.reason.code == "rights.insurer_unknown"


async def test_a_closed_channel_reads_nothing_and_the_others_go_on(day: Day):
    anne = await day.enrol()
    await disclosures.freeze(day.database, "portal", True, "a drill")
    door = Door(day.database, Channel.PORTAL)
    desk = Desk(day.database, door, day.index, await Reference.read(day.database, Role.PORTAL))
    refusal = await desk.answer(await day.enquiries(Ask(anne)))
    assert isinstance(refusal, Reason)
    assert refusal.code == "disclosure.channel_frozen"
    assert (await day.ask(Ask(anne))).result.tolist() == [1]
    await disclosures.freeze(day.database, "batch", True, "a drill")
    with pytest.raises(Unavailable):
        await day.bill(Bill(anne, [consultation()]))
    assert await day.due() == 0
    with pytest.raises(Misuse):
        await disclosures.freeze(day.database, "nowhere", True, "a drill")


async def test_no_identifier_is_in_the_log_nor_in_a_repr(house: House, day: Day):
    anne = await day.enrol()
    asked = Ask(anne, engage=True, by_card=False)
    replies = await day.ask(asked)
    enquiries = await day.enquiries(asked)
    reference = await Reference.read(day.database, Role.CARD)
    wanted = needs(enquiries, reference.insurers.tenants(enquiries.amc), day.index)
    door = Door(day.database, Channel.CARD)
    reader = await door.reserve(wanted)
    batch = await day.batch(Bill(anne, [consultation()]))
    lines = await about(house, day, anne)
    shown = [repr(each) for each in (replies, replies.answers, enquiries, wanted, reader, door, batch, lines, house)]
    for table in ("entry", "settlement", "reservation"):
        shown += [row[0] for row in await day.owner.fetch(f"select t::text from disclosure.{table} t")]
    for text in shown:
        for secret in (anne.nir, anne.adherent, anne.birth, anne.birth[2:]):
            assert secret not in text
