"""Whole guarantees through adjudication: the row of the act and of who performed it, its caps, its ceiling, its
network; and a second insurer, which pays after the first and never above the cost."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from tests.flow.day import ALWAYS, TODAY, Ask, Bill, Day, Guarantee, Item, Person, reason_code

from cloison.claims import ClaimBatch, settle
from cloison.claims.adjudicate import Decisions
from cloison.disclosure import Result
from cloison.ops import house as houses
from cloison.ops import tariffs
from cloison.ops.config import Settings
from cloison.ops.house import House
from cloison.rules import Correction, Equipment, Items, Teeth
from cloison.storage.spool import Spool
from cloison.storage.vault import Vault

DENTIST = "754000001"
CROWN = Item("PFC", 50_000, 50_000, base=12_000)
"""A crown of 500 euros: 120 of base, of which the compulsory scheme pays 72."""
CROWN_AMO = 7_200


async def decided(day: Day, batch: ClaimBatch) -> Decisions:
    (settlement,) = await day.settle(batch)
    assert settlement.decisions is not None
    return settlement.decisions


async def paid(day: Day, person: Person, *items: Item, practice: str = "") -> list[tuple[int, str]]:
    """What is paid for each line of one invoice, and why less than was asked."""
    found = await decided(day, await day.batch(Bill(person, items, practice)))
    return [(int(amc), reason_code(why)) for amc, why in zip(found.line_amc, found.line_reason, strict=True)]


def glasses(*pairs: int, last: date | None = None) -> Equipment:
    """Frames or lenses of these pairs, line after line."""
    never = np.datetime64("NaT" if last is None else last, "D")
    act = np.arange(len(pairs))
    return Equipment.of(
        act=act, pair=np.array(pairs), correction=Correction.SIMPLE, last_delivery=never, drom=False, paid=0
    )


async def test_the_row_of_the_act_and_of_the_doctor_decides(lone_day: Day):
    day = lone_day
    rows = [Guarantee("MED"), Guarantee("MED", "BR", 15_000, family="consultations", optam=True)]
    await day.insurer(guarantees=[*rows, Guarantee("RADL")])
    await day.practice("752000001", sector=2)
    anne = await day.enrol()
    visit = Item("G", 4_000, 1_900)
    assert await paid(day, anne, visit) == [(1_900, "")], "150 % of 30 euros, 21 paid by the compulsory scheme"
    assert await paid(day, anne, visit, practice="752000001") == [(690, "claims.reduced_to_guarantee")]


async def test_each_family_has_its_own_annual_ceiling_and_a_decision_gives_back_the_one_it_used(lone_day: Day):
    day = lone_day
    await day.insurer(
        guarantees=[
            Guarantee("DENT"),
            Guarantee("DENT", "FR", family="protheses", ceiling=60_000),
            Guarantee("DENT", "FR", family="orthodontie", ceiling=10_000),
        ]
    )
    anne = await day.enrol()
    braces, care = Item("TO", 30_000, 30_000, base=10_000), Item("BDC", 3_000, 3_000, base=3_000)
    first = await paid(day, anne, CROWN, braces, care)
    assert first == [
        (42_800, "claims.reduced_to_guarantee"),
        (10_000, "rules.ceiling_reached"),
        (1_200, "claims.reduced_to_guarantee"),
    ]
    assert await paid(day, anne, replace(CROWN, charged=49_000)) == [(17_200, "rules.ceiling_reached")]
    assert await day.ceilings() == [(60_000, 0), (10_000, 0)]
    again = await day.redecide()
    assert [each.after_cents for each in again] == [17_200]
    assert await day.ceilings() == [(60_000, 0), (10_000, 0)]


async def test_a_network_pays_more_with_its_practices_on_its_days(lone_day: Day):
    day = lone_day
    await day.insurer(guarantees=[Guarantee("DENT"), Guarantee("DENT", "FR", network=True)])
    await day.practice(DENTIST, "dentiste", 1)
    await day.owner.execute(
        "insert into rights.network_member values ($1, 'SOURIRE', $2, $3, $4)",
        next(iter(day.tenants.values())),
        DENTIST,
        TODAY - timedelta(days=10),
        TODAY,
    )
    anne = await day.enrol()
    inside, outside = (replace(CROWN, day=TODAY - timedelta(days=days)) for days in (1, 0))
    assert await paid(day, anne, inside, practice=DENTIST) == [(42_800, "claims.reduced_to_guarantee")]
    assert await paid(day, anne, inside) == [(4_800, "claims.reduced_to_guarantee")]
    assert await paid(day, anne, outside, practice=DENTIST) == [(4_800, "claims.reduced_to_guarantee")]


async def test_a_domain_of_a_network_is_covered_and_promised_with_its_practices_on_its_days(lone_day: Day):
    day, inside = lone_day, "752000009"
    await day.insurer(guarantees=[Guarantee("OPTI", network=True, ceiling=30_000)])
    await day.practice(inside, "opticien", 0)
    await day.owner.execute(
        "insert into rights.network_member values ($1, 'KALIX', $2, $3, $4)",
        next(iter(day.tenants.values())),
        inside,
        TODAY - timedelta(days=10),
        TODAY,
    )
    anne, eve = await day.enrol(), TODAY - timedelta(days=1)
    replies = await day.ask(
        Ask(anne, "OPTI", eve, practice=inside, engage=True, wanted=5_000),
        Ask(anne, "OPTI", TODAY, practice=inside, engage=True),
        Ask(anne, "OPTI", eve, engage=True, wanted=5_000),
    )
    assert replies.result.tolist() == [Result.COVERED, Result.NOT_COVERED, Result.NOT_COVERED]
    assert [reason_code(each) for each in replies.reason] == ["", *["rights.domain_not_covered"] * 2]
    assert (replies.engagement > 0).tolist() == [True, False, False]
    assert replies.held_cents.tolist() == [5_000, 0, 0]


@pytest.mark.parametrize(
    ("row", "teeth", "days", "given"),
    [
        (Guarantee("DENT", "FR", tooth_cap=50_000), (14, 14, 15), (0, 0, 0), [42_800, 7_200, 42_800]),
        (Guarantee("DENT", "FR", tooth_cap=50_000), (), (0, 0, 0), [42_800, 42_800, 42_800]),
        (Guarantee("DENT", "FR", day_cap=50_000), (14, 15, 16), (1, 1, 0), [42_800, 7_200, 42_800]),
        (Guarantee("DENT", "FR", cap=30_000), (14, 14, 15), (0, 0, 0), [30_000, 30_000, 30_000]),
    ],
)
async def test_a_cap_is_shared_by_what_it_is_about(
    lone_day: Day, row: Guarantee, teeth: Sequence[int], days: Sequence[int], given: list[int]
):
    day = lone_day
    await day.insurer(guarantees=[row])
    anne = await day.enrol()
    items = [replace(CROWN, day=TODAY - timedelta(days=ago), coefficient=100 + row) for row, ago in enumerate(days)]
    batch = await day.batch(Bill(anne, items))
    rows = np.arange(len(teeth))
    found = await decided(day, replace(batch, teeth=Teeth.of(act=rows, tooth=np.array(teeth, np.int8))))
    assert found.line_amc.tolist() == given


async def test_a_pair_of_glasses_shares_its_cap_and_two_pairs_do_not(lone_day: Day):
    day = lone_day
    await day.insurer(guarantees=[Guarantee("OPTI", "FR", family="lunettes_classe_b", pair_cap=30_000)])
    anne = await day.enrol()
    items = [Item(code, 20_000, 20_000, base=5) for code in ("M03", "VU1", "VU2")]
    batch = await day.batch(Bill(anne, items), Bill(anne, [replace(items[0], charged=20_001)]))
    equipment = Equipment.of(
        act=np.arange(4), pair=np.array([1, 1, 2, 1]), correction=Correction.SIMPLE,
        last_delivery=np.datetime64("NaT", "D"), drom=False, paid=0,
    )  # fmt: skip
    found = await decided(day, replace(batch, equipment=equipment))
    # The invoice after it names the first pair again: the same practice, day and number.
    assert found.line_amc.tolist() == [19_997, 10_003, 19_997, 0]


async def test_glasses_are_limited_and_renewed_as_a_contrat_responsable_may(lone_day: Day):
    """Without a description nothing is guessed; a frame is limited to 100 euros; a year later nothing is paid."""
    day = lone_day
    product = await day.insurer(guarantees=[Guarantee("OPTI", "FR")])
    await day.owner.execute("update rights.product set responsable = true where product = $1", product)
    frame = Item("M03", 20_000, 20_000, base=5)
    person = [await day.enrol() for _ in range(3)]
    assert await paid(day, person[0], frame) == [(0, "rules.equipment_missing")]
    for one, last, given in (
        (person[1], None, (10_000, "rules.equipment_limited")),
        (person[2], TODAY - timedelta(days=365), (0, "rules.renewal_too_early")),
    ):
        batch = replace(await day.batch(Bill(one, [frame])), equipment=glasses(1, last=last))
        found = await decided(day, batch)
        assert (int(found.line_amc[0]), reason_code(found.line_reason[0])) == given


async def test_a_second_insurer_pays_after_the_first_and_never_above_the_cost(lone_day: Day):
    day = lone_day
    await day.insurer(guarantees=[Guarantee("MED", "BRC")])
    anne = await day.enrol(ordre=2)
    visit = Item("G", 5_000, 2_900)
    assert await paid(day, anne, visit) == [(0, "rights.second_insurer")]
    for first, given in ((900, 2_000), (0, 2_900), (2_500, 400), (9_000, 0)):
        day_of = TODAY - timedelta(days=first // 100 + 1)
        found = await decided(day, await day.batch(Bill(anne, [replace(visit, paid_by_other=first, day=day_of)])))
        assert found.line_amc.tolist() == [given]
        stated = min(first, 2_900)
        assert found.line_own.tolist() == [5_000 - 2_100 - stated - given]
    known = await day.value(
        "select array_agg(paid_by_other_cents order by charged_cents, paid_by_other_cents) from claims.line"
    )
    assert known == [0, 900, 2_500, 9_000, None]


async def test_a_promise_of_a_domain_opens_it_and_not_the_acts_that_still_wait(lone_day: Day):
    """Dental care is open from the first day, prostheses after ninety days: a promise of the domain changes neither."""
    day = lone_day
    rows = [Guarantee("DENT"), Guarantee("DENT", "FR", family="protheses", waiting=90)]
    await day.insurer(guarantees=[*rows, Guarantee("DENT", "NONE", family="orthodontie")])
    anne = await day.enrol(start=TODAY - timedelta(days=30))
    (reply,) = (await day.ask(Ask(anne, "DENT"))).result
    assert reply == Result.COVERED
    number = await day.promise(anne, "DENT")
    items = [Item("BDC", 3_000, 1_200, base=3_000), CROWN, Item("TO", 9_000, 9_000, base=9_000)]
    found = await decided(day, await day.batch(Bill(anne, items, engagement=number)))
    assert found.line_amc.tolist() == [1_200, 0, 0]
    reasons = [reason_code(why) for why in found.line_reason]
    assert reasons == ["", "rights.waiting_period", "rights.domain_not_covered"]


async def test_claims_are_decided_by_the_official_tables_that_were_imported_and_say_so(lone_day: Day, tmp_path: Path):
    day = lone_day
    await day.insurer(guarantees=[Guarantee("PHAR")])
    await day.practice("750712184", "pharmacie", 0)
    anne = await day.enrol(start=ALWAYS)
    box = "3400000000001"
    table = tmp_path / "presentations.txt"
    table.write_text(f"6\t1\tboîte\tactive\td\t01/01/2020\t{box}\toui\t65%\t10,00\t10,00\t1,02\t\n", encoding="utf-8")
    tariffs.import_release(tmp_path, "bdpm", table, date(2026, 1, 1))
    spool = Spool(tmp_path / "spool", day.keys)
    house = House(Settings(tmp_path), day.database.address, day.keys, day.index, Vault(day.keys, day.index), spool)
    office = await houses.office(house, day.database)
    batch = await day.batch(Bill(anne, [Item("PH7", 1_500, 900, base=1_500)], "750712184"))
    named = Items.of(act=np.array([0]), official=np.array([box.encode()], "S16"))
    settlement = await settle(office, replace(batch, items=named), TODAY)
    assert settlement.decisions is not None
    assert settlement.decisions.line_base.tolist() == [1_000]
    tables, releases = str(await day.value("select tariff from claims.decision")).split(" ")
    assert tables == houses.tariff_version()
    assert releases.startswith("bdpm:2026-01-01:")
