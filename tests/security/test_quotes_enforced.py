"""A hijacked channel learns no ceiling and moves no promise of others, whatever it sends to the functions of quotes."""

import json
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date

import asyncpg
import pytest

from cloison.disclosure import Fields, Purpose
from cloison.disclosure.purpose import WIDEST
from cloison.disclosure.reader import RESERVE
from cloison.storage.database import Address, administer, connect
from cloison.storage.roles import CHANNELS, Role

TOKEN, PERSON = uuid.UUID(int=7), uuid.UUID(int=70)
TODAY = date(2026, 11, 20)
DENTAL, COVERAGE, QUOTE, PROMISE = 9, 1, 501, 601
TABLES = ("rights.ceiling", "rights.cap_use", "rights.engagement_hold", "rights.engagement_extension", "claims.quote",
          "claims.quote_line", "claims.quote_number", "claims.quote_promise", "claims.quote_event")  # fmt: skip
BUSY = "select * from rights.ceilings_busy($1, '{0}', array[1]::int8[], array[9]::int2[], $2)"


@dataclass
class Scene:
    """Two practices with a login each; the first has a quote, promised and holding 200.00 of a ceiling."""

    address: Address
    owner: asyncpg.Connection
    mine: int
    other: int
    practice: int
    practice_of_other: int

    async def reserve(
        self,
        connection: asyncpg.Connection,
        purpose: Purpose = Purpose.QUOTE,
        account: int = 0,
        practice: int = 0,
        fields: Fields | None = None,
    ) -> int:
        place = 1 << 32 | (practice or self.practice)
        about = int(purpose) << 56 | DENTAL << 48 | 3 << 40 | int(WIDEST[purpose] if fields is None else fields)
        arguments = [[place], [account or self.mine], [about], [TOKEN], [TODAY], [uuid.UUID(int=1)], [], [], [], [], []]
        return await connection.fetchval(RESERVE, *arguments)


@pytest.fixture
async def scene(address: Address) -> AsyncIterator[Scene]:
    owner = await administer(address)
    await owner.execute("insert into rights.insurer (tenant, amc, name) values (1, '123', 'A')")
    await owner.execute(
        "insert into rights.product (product, tenant, code, label, responsable, convention, csr) "
        "values (5, 1, 'P', 'P', true, '', '')"
    )
    await owner.execute("insert into vault.online_index values ($1, 1, $2)", TOKEN, PERSON)
    await owner.execute(
        "insert into rights.coverage (tenant, person, contract, product, quality, ordre, valid_from, known_from, "
        "file_in) values (1, $1, $2, 5, 1, 1, '2026-01-01', now(), 1)",
        PERSON,
        uuid.uuid4(),
    )
    numbers = [
        await owner.fetchval(
            "insert into identity.practice (number, category, name) values ($1, 'dentiste', $1) returning practice",
            name,
        )
        for name in ("750000001", "750000002")
    ]
    logins = [
        await owner.fetchval(
            "insert into identity.account (name, practice, channel) values ($1, $2, 'card') returning account",
            f"login-{number}",
            number,
        )
        for number in numbers
    ]
    await owner.execute(
        """insert into rights.guarantee (product, domain, formula, rate_bp, amount_cents, act_cap_cents,
               annual_ceiling_cents, waiting_days, valid_from)
           values (5, 9, 2, 30000, -1, -1, 60000, -1, '2020-01-01')"""
    )
    await owner.execute("insert into rights.ceiling values ($1, 5, 9, 2026, 60000, 10000, 20000)", PERSON)
    await owner.execute(
        """insert into rights.engagement (engagement, tenant, person, practice, coverage, product, domain, valid_from,
               valid_to, ceiling_year, hold_until, reservation, question)
           values ($1, 1, $2, $3, 1, 5, 9, '2026-11-20', '2026-12-20', 2026, '2027-02-20', 999, 0)""",
        PROMISE,
        PERSON,
        numbers[0],
    )
    await owner.execute("insert into rights.engagement_hold values ($1, 9, 20000)", PROMISE)
    await owner.execute(
        """insert into claims.quote (tenant, quote, kind, practice, account, reference, person, coverage, product,
               domain, care_from, care_to, charged_cents, base_cents, amo_cents, amc_cents, own_cents, reason, tariff,
               reservation, question)
           values (1, $1, 2, $2, $3, 'R-1', $4, 1, 5, 9, '2026-11-20', '2026-11-20', 50000, 12000, 7200, 20000, 22800,
                   0, 't', 999, 0)""",
        QUOTE,
        numbers[0],
        logins[0],
        PERSON,
    )
    await owner.execute("insert into claims.quote_number values (1, $1, $2)", QUOTE, PROMISE)
    for rank, state in ((1, 1), (2, 3)):
        await owner.execute(
            """insert into claims.quote_event (tenant, quote, rank, state, hold_until)
               values (1, $1, $2, $3, '2027-02-20')""",
            QUOTE,
            rank,
            state,
        )
    yield Scene(address, owner, *logins, *numbers)
    await owner.close()


async def held(scene: Scene) -> int:
    return await scene.owner.fetchval("select held_cents from rights.ceiling")


async def test_no_channel_reads_or_writes_a_table_of_quotes_ceilings_or_holds(scene: Scene) -> None:
    for role in CHANNELS:
        channel = await connect(scene.address, role)
        for table in TABLES:
            for statement in (f"select * from {table}", f"select count(*) from {table}", f"delete from {table}",
                              f"insert into {table} default values", f"copy {table} to stdout"):  # fmt: skip
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await channel.execute(statement)
        await channel.close()


async def test_a_ceiling_is_read_under_a_committed_reservation_of_a_quote_alone(scene: Scene) -> None:
    portal, card = await connect(scene.address, Role.PORTAL), await connect(scene.address, Role.CARD)
    reservation = await scene.reserve(portal)
    assert [tuple(row) for row in await portal.fetch(BUSY, reservation, False)] == [(0, 9, 30_000)]
    with pytest.raises(asyncpg.PostgresError, match="no such reservation"):
        await card.fetch(BUSY, reservation, False)
    with pytest.raises(asyncpg.PostgresError, match="no such reservation"):
        await portal.fetch(BUSY, reservation + 1_000, False)
    for purpose in (Purpose.ELIGIBILITY, Purpose.GUARANTEE):
        assert await portal.fetch(BUSY, await scene.reserve(portal, purpose), False) == [], purpose
    modest = await scene.reserve(portal, fields=Fields.COVERED | Fields.AMOUNT)
    assert await portal.fetch(BUSY, modest, False) == [], "it did not announce that it reads ceilings"
    for connection in (portal, card):
        await connection.close()


async def test_a_cap_is_read_under_a_committed_reservation_of_a_quote_and_a_pair_by_its_practice(scene: Scene) -> None:
    portal = await connect(scene.address, Role.PORTAL)
    mine, other = (practice << 24 | 5 << 8 | 1 for practice in (scene.practice, scene.practice_of_other))
    for rank, (kind, what) in enumerate(((3, 202_621), (2, mine), (2, other)), 1):
        await scene.owner.execute(
            "insert into rights.cap_use values ($1, 5, 9, $2, $3, $4, false, 700)", PERSON, kind, what, rank
        )
    await scene.owner.execute("insert into rights.cap_use values ($1, 5, 9, 3, 202621, 1, true, 200)", PERSON)
    busy = "select * from rights.caps_busy($1, '{0,0,0}', '{1,1,1}', '{9,9,9}', '{3,2,2}', $2)"
    what = [202_621, mine, other]
    assert [tuple(row) for row in await portal.fetch(busy, await scene.reserve(portal), what)] == [(1, 500), (2, 700)]
    for purpose in (Purpose.ELIGIBILITY, Purpose.GUARANTEE):
        assert await portal.fetch(busy, await scene.reserve(portal, purpose), what) == [], purpose
    modest = await scene.reserve(portal, fields=Fields.COVERED | Fields.AMOUNT)
    assert await portal.fetch(busy, modest, what) == [], "it did not announce that it reads ceilings"
    await portal.close()


@pytest.mark.parametrize("savepoint", [False, True])
async def test_an_uncommitted_reservation_opens_nothing_of_quotes(scene: Scene, savepoint: bool) -> None:
    calls = (
        ("select * from rights.ceilings_busy($1, '{0}', '{1}', '{9}', true)"),
        ("select * from rights.caps_busy($1, '{0}', '{1}', '{9}', '{3}', '{202621}')"),
        ("select rights.hold_ceilings($1, '{0}', '{9}', '{1}')"),
        ("select * from claims.quotes_before($1, '{0}', '{R-1}')"),
        ("select * from rights.engage($1, '{0}', '{77}', '{1}', '{2026-12-20}', '{2027-02-20}', '{5000}')"),
        ("select claims.record_quotes($1, '[]', '[]')"),
        ("select * from claims.extend_quotes($1, '{0}', '{601}', '{1}', 400, 60)"),
    )
    for call in calls:
        portal = await connect(scene.address, Role.PORTAL)
        transaction = portal.transaction()
        await transaction.start()
        inner = portal.transaction() if savepoint else None
        if inner:
            await inner.start()
        reservation = await scene.reserve(portal)
        if inner:
            await inner.commit()
        with pytest.raises(asyncpg.PostgresError, match="not committed"):
            await portal.execute(call.replace("$1", str(reservation)))
        await transaction.rollback()
        await portal.close()


async def test_a_promise_of_another_practice_is_neither_cancelled_nor_released(scene: Scene) -> None:
    for role in (Role.PORTAL, Role.API, Role.CARD, Role.MACHINE, Role.OFFICE):
        channel = await connect(scene.address, role)
        for account in (scene.other, 1, 0, -1):
            assert await channel.fetchval("select rights.release_engagement($1, $2)", PROMISE, account) is False
            for number in (QUOTE, PROMISE):
                assert await channel.fetchval("select claims.cancel_quote($1, $2)", number, account) == 0
        await channel.close()
    assert await held(scene) == 20_000
    card = await connect(scene.address, Role.CARD)
    assert await card.fetchval("select claims.cancel_quote($1, $2)", PROMISE, scene.mine) == 6
    assert await held(scene) == 0
    assert await scene.owner.fetchval("select account from claims.quote_event where state = 6") == scene.mine
    await card.close()


async def test_a_quote_is_not_seen_written_or_extended_for_a_practice_of_others(scene: Scene) -> None:
    card = await connect(scene.address, Role.CARD)
    before = "select count(*) from claims.quotes_before($1, '{0}', '{R-1}')"
    assert await card.fetchval(before, await scene.reserve(card)) == 1
    as_other = await scene.reserve(card, account=scene.other)  # it names the first practice, for which it does not act
    assert await card.fetchval(before, as_other) == 0
    quote = {"question": 0, "quote": 9, "kind": 2, "reference": "X", "coverage": COVERAGE, "care_to": "2026-11-20",
             "charged": 1, "base": 1, "amo": 0, "amc": 1, "own": 0, "reason": 0, "tariff": "t"}  # fmt: skip
    assert await card.fetchval("select claims.record_quotes($1, $2::jsonb, '[]')", as_other, json.dumps([quote])) == 0
    extend = "select count(*) from claims.extend_quotes($1, '{0}', '{601}', '{1}', 400, 60)"
    for account, practice in ((scene.other, scene.practice), (scene.other, scene.practice_of_other)):
        reservation = await scene.reserve(card, account=account, practice=practice)
        assert await card.fetchval(extend, reservation) == 0
    await card.close()


async def test_what_happened_to_a_quote_is_never_changed_nor_skipped(scene: Scene) -> None:
    for table in ("quote", "quote_line", "quote_number", "quote_promise", "quote_event"):
        for statement in (f"delete from claims.{table}", f"truncate claims.{table}"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
                await scene.owner.execute(statement)
    for rank, state in ((3, 2), (3, 4), (4, 5), (3, 1)):
        with pytest.raises(asyncpg.CheckViolationError, match="in its state"):
            await scene.owner.execute(
                "insert into claims.quote_event (tenant, quote, rank, state) values (1, $1, $2, $3)", QUOTE, rank, state
            )


async def test_a_hold_never_exceeds_its_ceiling_whatever_a_channel_asks(scene: Scene) -> None:
    card = await connect(scene.address, Role.CARD)
    reservation = await scene.reserve(card)
    promise = "select * from rights.engage($1, '{0}', '{77}', $2, '{2026-12-20}', '{2027-02-20}', '{0}')"
    coverage = await scene.owner.fetchval("select coverage from rights.coverage")
    assert len(await card.fetch(promise, reservation, [coverage])) == 1
    hold = "select rights.hold_ceilings($1, '{0}', '{9}', '{30001}')"
    with pytest.raises(asyncpg.CheckViolationError):
        await card.fetchval(hold, reservation)
    assert await held(scene) == 20_000
    await card.close()


@pytest.mark.parametrize(
    ("rows", "height"),
    [
        ((), 60_000),
        (("0, -1, false, -1, 90000, '2026-11-21'",), 60_000),
        (("0, -1, false, 30, 90000, '2020-01-02'",), 60_000),
        (("0, -1, true, -1, 90000, '2020-01-02'", "0, 1, false, -1, 80000, '2020-01-02'"), 60_000),
        (("0, 1, false, -1, 80000, '2019-01-01'",), 60_000),
    ],
    ids=["one row", "a row of later", "a row that waits", "rows for some", "a row for some, older"],
)
async def test_a_promise_holds_no_more_than_the_product_has_and_makes_no_ceiling(
    scene: Scene, rows: tuple[str, ...], height: int
) -> None:
    for row in rows:
        await scene.owner.execute(
            f"""insert into rights.guarantee (product, domain, formula, rate_bp, amount_cents, act_cap_cents, family,
                    optam, network, waiting_days, annual_ceiling_cents, valid_from)
                values (5, 9, 2, 30000, -1, -1, {row})"""
        )
    coverage = await scene.owner.fetchval("select coverage from rights.coverage")
    card = await connect(scene.address, Role.CARD)
    promise = "select held_cents from rights.engage($1, '{0}', $2, $3, '{2026-12-20}', '{2027-02-20}', $4)"
    greedy, left = await scene.reserve(card, Purpose.GUARANTEE), height - 30_000
    assert await card.fetchval(promise, greedy, [77], [coverage], [10**12]) == left
    again = await scene.reserve(card, Purpose.GUARANTEE)
    assert await card.fetchval(promise, again, [78], [coverage], [1]) == 0, "nothing is left of the ceiling"
    (ceiling,) = await scene.owner.fetch("select ceiling_cents, used_cents, held_cents from rights.ceiling")
    assert tuple(ceiling) == (height, 10_000, 20_000 + left)
    await card.close()


async def test_a_promise_makes_a_ceiling_only_where_the_product_has_one(scene: Scene) -> None:
    await scene.owner.execute("update rights.guarantee set annual_ceiling_cents = -1")
    await scene.owner.execute("delete from rights.ceiling")
    coverage = await scene.owner.fetchval("select coverage from rights.coverage")
    card = await connect(scene.address, Role.CARD)
    promise = "select held_cents from rights.engage($1, '{0}', '{77}', $2, '{2026-12-20}', '{2027-02-20}', '{5000}')"
    assert await card.fetchval(promise, await scene.reserve(card, Purpose.GUARANTEE), [coverage]) == 0
    assert await scene.owner.fetchval("select count(*) from rights.ceiling") == 0
    await card.close()


async def test_who_asked_only_whether_somebody_is_covered_promises_nothing(scene: Scene) -> None:
    coverage = await scene.owner.fetchval("select coverage from rights.coverage")
    card = await connect(scene.address, Role.CARD)
    promise = "select * from rights.engage($1, '{0}', '{77}', $2, '{2026-12-20}', '{2027-02-20}', '{5000}')"
    assert await card.fetch(promise, await scene.reserve(card, Purpose.ELIGIBILITY), [coverage]) == []
    assert await held(scene) == 20_000
    await card.close()
