"""Journeys of movement files on PostgreSQL: what a file does to what is known, and what it leaves alone."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.flow.paper_movements import AMC, NOW, OTHER_AMC, Office, administered, line, nir_of, office

from cloison.errors import Misuse, Unavailable
from cloison.gateways.files.movements import write_csv
from cloison.rights.movement_reasons import (
    COVERAGE_EXISTS,
    COVERAGE_UNKNOWN,
    INSURER_DIFFERS,
    INSURER_UNKNOWN,
    INTERRUPTED,
    NIR,
    NOTHING_TO_ROLL_BACK,
    OTHER_INSURER,
    PRODUCT_UNKNOWN,
    STATE_REFUSES,
    TOO_MANY_ENDS,
    TRUNCATED,
)
from cloison.storage.database import Database
from cloison.storage.roles import Role

EVER = "infinity"


@pytest.fixture
async def desk(tmp_path: Path, database: Database) -> AsyncIterator[Office]:
    async with office(tmp_path, database) as opened:
        yield opened


async def test_a_creation_makes_a_person_and_a_coverage(desk: Office):
    report = await desk.loaded(line(1), line(2, qualite="E", ordre="2", date_fin="2026-12-31"))

    assert (report.counts.lines, report.counts.added, report.counts.quarantined) == (2, 2, 0)
    assert await desk.known() == [
        ("CONF2", "1", "1", "2026-01-01", EVER),
        ("CONF2", "3", "2", "2026-01-01", "2027-01-01"),
    ]
    assert await desk.count("vault.online_index") == 4
    assert await desk.count("vault.batch_index") == 2
    assert await desk.fetch("select coverages from rights.insurer where amc = $1", AMC) == [(2,)]


async def test_the_same_file_again_does_nothing(desk: Office):
    path = desk.file([line(1), line(2)])
    first = await desk.loader.load(path, NOW)
    again = await desk.loader.load(path, NOW + timedelta(days=1))

    assert (first.repeated, again.repeated, again.file) == (False, True, first.file)
    assert len(await desk.known()) == 2
    assert len(list((desk.folder / "spool").iterdir())) == 1


async def test_the_same_lines_in_another_file_change_nothing(desk: Office):
    await desk.loaded(line(1), line(2))
    before = (
        await desk.fetch("select * from rights.coverage order by 1"),
        await desk.fetch("select record_mark from vault.identity"),
    )

    report = await desk.loaded(line(2), line(1))

    assert (report.counts.unchanged, report.counts.added) == (2, 0)
    assert before == (
        await desk.fetch("select * from rights.coverage order by 1"),
        await desk.fetch("select record_mark from vault.identity"),
    )


async def test_a_modification_keeps_the_days_before_it(desk: Office):
    await desk.loaded(line(1))
    report = await desk.loaded(line(1, mouvement="M", produit="ESS1", date_debut="2026-07-01"))

    assert report.counts.amended == 1
    assert await desk.known() == [
        ("CONF2", "1", "1", "2026-01-01", "2026-07-01"),
        ("ESS1", "1", "1", "2026-07-01", EVER),
    ]


async def test_a_correction_is_told_in_known_time_and_nothing_is_erased(desk: Office):
    await desk.loaded(line(1))
    later = NOW + timedelta(days=3)
    await desk.loaded(line(1, mouvement="F", date_fin="2026-06-30"), now=later)

    rows = await desk.fetch(
        """select valid_to::text, known_from, known_to = 'infinity', file_in, file_out
           from rights.coverage order by coverage"""
    )
    assert rows == [(EVER, NOW, False, 1, 2), ("2026-07-01", later, True, 2, 0)]
    [(closed_at,)] = await desk.fetch("select known_to from rights.coverage where file_out = 2")
    assert closed_at == later


@pytest.mark.parametrize(
    ("end", "left"),
    [
        ("2026-06-30", [("CONF2", "1", "1", "2026-01-01", "2026-07-01")]),
        ("2026-01-01", [("CONF2", "1", "1", "2026-01-01", "2026-01-02")]),
        ("2025-12-31", []),
    ],
)
async def test_an_end_is_the_last_day_inside_and_the_eve_of_the_start_cancels(
    desk: Office, end: str, left: list[tuple[str, ...]]
):
    await desk.loaded(line(1))
    report = await desk.loaded(line(1, mouvement="F", date_fin=end))

    assert report.counts.ended == 1
    assert await desk.known() == left


async def test_ending_again_on_the_same_day_changes_nothing(desk: Office):
    await desk.loaded(line(1))
    end = line(1, mouvement="F", date_fin="2026-06-30")
    await desk.loaded(end)
    report = await desk.loaded(end, line(2))

    assert (report.counts.unchanged, report.counts.added) == (1, 1)


async def test_lines_of_one_contract_take_effect_in_the_order_of_the_file(desk: Office):
    report = await desk.loaded(
        line(1),
        line(1, mouvement="M", produit="ESS1", date_debut="2026-03-01"),
        line(1, mouvement="F", date_fin="2026-08-31"),
        line(1, date_debut="2026-10-01"),
    )

    assert (report.counts.added, report.counts.amended, report.counts.ended) == (2, 1, 1)
    assert await desk.known() == [
        ("CONF2", "1", "1", "2026-01-01", "2026-03-01"),
        ("ESS1", "1", "1", "2026-03-01", "2026-09-01"),
        ("CONF2", "1", "1", "2026-10-01", EVER),
    ]
    assert await desk.count("rights.coverage") == 3, "what one file made and unmade was never known"


async def test_lines_that_contradict_what_is_known_are_quarantined_with_their_reason(desk: Office):
    await desk.loaded(line(1), line(2))
    report = await desk.load(
        [
            line(1, date_debut="2026-02-01"),
            line(3, mouvement="M"),
            line(4, mouvement="F", date_fin="2026-05-05"),
            line(5, nir=nir_of(1), adherent="A000002", date_naissance=line(2)["date_naissance"]),
            line(1, nir=nir_of(2)[:13] + "99"),
            line(6, produit="ZZZ9"),
            line(7, amc=OTHER_AMC),
            line(8),
        ]
    )

    assert report.state == "loaded"
    assert report.counts.added in (1, 2)
    assert set(report.by_reason) >= {
        COVERAGE_EXISTS.number, COVERAGE_UNKNOWN.number, NIR.number, PRODUCT_UNKNOWN.number, OTHER_INSURER.number,
    }  # fmt: skip
    waiting = await desk.loader.quarantine(report.file)
    assert [(defect.place.line, defect.reason) for defect in waiting][:3] == [
        (2, COVERAGE_EXISTS), (3, COVERAGE_UNKNOWN), (4, COVERAGE_UNKNOWN),
    ]  # fmt: skip
    assert all(defect.place.field for defect in waiting)
    assert report.counts.quarantined == len(waiting) == await desk.count("rights.quarantine")


async def test_refused_lines_are_kept_as_received_and_leave_when_resubmitted(desk: Office):
    bad = line(2, nir=nir_of(2)[:13] + "00")
    report = await desk.load([line(1), bad, line(3, produit="ZZZ9")])
    raw = {number: text async for number, text in desk.loader.refused_lines(report.file)}
    assert raw == {
        number: write_csv([sent]).splitlines()[1] for number, sent in ((3, bad), (4, line(3, produit="ZZZ9")))
    }

    again = write_csv([line(2)]).splitlines()
    corrected = b"ligne;" + again[0] + b"\n3;" + again[1] + b"\n"
    second = await desk.load(corrected, corrects=report.file)

    assert (second.state, second.counts.added) == ("loaded", 1)
    assert [defect.place.line for defect in await desk.loader.quarantine(report.file)] == [4]
    assert await desk.fetch("select line, state from rights.quarantine order by line") == [
        (3, "resubmitted"),
        (4, "open"),
    ]


async def test_a_file_that_ends_too_many_rights_waits_and_can_be_confirmed_or_declined(desk: Office):
    await desk.loaded(*(line(person) for person in range(1, 41)))
    ends = [line(person, mouvement="F", date_fin="2026-06-30") for person in (1, 2, 3)]

    waits = await desk.load(ends)
    assert (waits.state, waits.counts.ended, waits.defects[0].reason) == ("awaiting_confirmation", 3, TOO_MANY_ENDS)
    assert all(row[4] == EVER for row in await desk.known())
    confirmed = await desk.loader.confirm(waits.file, NOW)
    assert (confirmed.state, confirmed.counts.ended) == ("loaded", 3)
    assert sum(row[4] != EVER for row in await desk.known()) == 3

    more = [line(person, mouvement="F", date_fin="2026-06-30") for person in (4, 5, 6)]
    waits = await desk.load(more)
    declined = await desk.loader.decline(waits.file, NOW)
    assert declined.state == "refused"
    with pytest.raises(Misuse) as refused:
        await desk.loader.confirm(waits.file, NOW)
    assert refused.value.reason is STATE_REFUSES
    assert sum(row[4] != EVER for row in await desk.known()) == 3


async def test_a_file_within_the_share_of_its_insurer_does_not_wait(desk: Office):
    await desk.loaded(*(line(person) for person in range(1, 41)))
    assert (await desk.load([line(1, mouvement="F", date_fin="2026-06-30")])).state == "loaded"

    async with desk.database.session(Role.RIGHTS) as connection:
        await connection.execute("update rights.insurer set ended_share_max_bp = 0 where amc = $1", AMC)
    assert (await desk.load([line(2, mouvement="F", date_fin="2026-06-30")])).state == "awaiting_confirmation"


async def test_a_check_says_what_a_file_would_change_and_changes_nothing(desk: Office):
    await desk.loaded(line(1), line(2))
    before = await desk.fetch("select * from rights.coverage order by 1")
    path = desk.file(
        [
            line(1),
            line(2, mouvement="M", produit="ESS1", date_debut="2026-05-01"),
            line(3),
            line(4, produit="ESS1"),
            line(2, mouvement="F", date_fin="2026-08-31"),
            line(9, nir="1"),
        ]
    )
    report = await desk.loader.check(path)

    assert report.state == "checked"
    assert [(p.product, p.added, p.amended, p.ended, p.unchanged) for p in report.products] == [
        ("CONF2", 1, 0, 1, 1),
        ("ESS1", 1, 1, 0, 0),
    ]
    assert report.by_reason == {NIR.number: 1}
    assert before == await desk.fetch("select * from rights.coverage order by 1")
    assert await desk.count("rights.movement_file") == 1
    assert await desk.count("vault.identity") == 2
    assert len(list((desk.folder / "spool").iterdir())) == 1


async def test_the_last_files_are_rolled_back_in_known_time(desk: Office):
    async def now_known() -> list[tuple[object, ...]]:
        return await desk.fetch(
            """select person, contract, product, valid_from, valid_to, file_in from rights.coverage
               where known_to = 'infinity' order by 1, 2, 4"""
        )

    first = await desk.loaded(line(1), line(2))
    state_1 = await now_known()
    second = await desk.loaded(line(1, mouvement="M", produit="ESS1", date_debut="2026-03-01"), line(3))
    state_2 = await now_known()
    third = await desk.loaded(
        line(1, mouvement="F", date_fin="2026-09-30"), line(2, mouvement="F", date_fin="2025-12-31")
    )

    with pytest.raises(Misuse) as refused:
        await desk.loader.rollback(second.file, NOW)
    assert refused.value.reason is STATE_REFUSES

    later = NOW + timedelta(days=1)
    assert (await desk.loader.rollback(third.file, later)).state == "rolled_back"
    assert await now_known() == state_2
    await desk.loader.rollback(second.file, later)
    assert await now_known() == state_1
    await desk.loader.rollback(first.file, later)
    assert await now_known() == []
    with pytest.raises(Misuse) as refused:
        await desk.loader.rollback(first.file, later)
    assert refused.value.reason is NOTHING_TO_ROLL_BACK
    assert await desk.fetch("select coverages from rights.insurer where amc = $1", AMC) == [(0,)]
    [(ever,)] = await desk.fetch("select count(*) from rights.coverage")
    assert ever > len(state_2), "every version stays"

    again = await desk.loaded(line(1), line(2))
    assert (again.repeated, again.counts.added) == (False, 2)


async def test_files_of_the_wrong_insurer_are_refused_before_anything(desk: Office):
    for content, amc, reason in (
        ([line(1, amc=OTHER_AMC)], AMC, INSURER_DIFFERS),
        ([line(1, amc="12345678")], "12345678", INSURER_UNKNOWN),
    ):
        report = await desk.loader.load(desk.file(content, amc), NOW)
        assert (report.state, [defect.reason for defect in report.defects]) == ("refused", [reason])
    assert await desk.count("rights.movement_file") == 0
    assert list((desk.folder / "spool").iterdir()) == []


async def test_a_cut_file_loads_nothing_and_may_come_again_whole(desk: Office):
    whole = write_csv([line(person) for person in range(1, 5)])
    path = desk.file(whole[:-30])
    report = await desk.loader.load(path, NOW)
    assert (report.state, report.defects[0].reason) == ("refused", TRUNCATED)
    assert await desk.known() == []
    assert await desk.fetch("select state, reason from rights.movement_file") == [("refused", TRUNCATED.number)]

    path.write_bytes(whole)
    assert (await desk.loader.load(path, NOW)).counts.added == 4


async def test_csv_and_parquet_say_the_same(desk: Office):
    lines = [line(1), line(2, date_fin="2026-06-30", nom_usage='Ö\'SULLIVAN; "BOB"'), line(3, nir="1")]
    await desk.load(lines[:1] + lines[2:])
    known = await desk.known()
    table = pa.table({name: [row[name] or None for row in lines] for name in lines[0]})
    path = desk.folder / f"mvt_{AMC}_20261122_900.parquet"
    pq.write_table(table, path)

    report = await desk.loader.load(path, NOW)

    assert (report.counts.unchanged, report.counts.added, report.by_reason) == (1, 1, {NIR.number: 1})
    assert len(await desk.known()) == len(known) + 1
    raw = [text async for _, text in desk.loader.refused_lines(report.file)]
    assert raw == [write_csv([lines[2]]).splitlines()[1]]


async def test_quoted_values_and_windows_line_ends_are_read(desk: Office):
    content = write_csv([line(1, nom_usage='D"ARC; JEANNE'), line(2)]).replace(b"\n", b"\r\n")
    assert (await desk.load(b"\xef\xbb\xbf" + content)).counts.added == 2


async def test_a_file_whose_every_line_is_wrong_loads_nothing_and_keeps_all(desk: Office):
    report = await desk.load([line(1, nir="1"), line(2, sexe="?")])
    assert (report.state, report.counts.added, report.counts.quarantined) == ("loaded", 0, 2)
    assert (await desk.load(write_csv([]) + b"x;y\n")).counts.quarantined == 1


async def test_an_insurer_without_products_or_a_file_without_lines_is_no_accident(desk: Office):
    report = await desk.load(write_csv([]))
    assert (report.state, report.counts.lines) == ("loaded", 0)


async def test_the_status_says_how_fresh_each_insurer_is(desk: Office):
    report = await desk.load([line(1), line(2, nir="1")])
    [mine, other] = await desk.loader.status()

    assert (mine.amc, mine.coverages, mine.last_file, mine.loaded_at, mine.waiting, mine.quarantined) == (
        AMC, 1, report.name, NOW, 0, 1,
    )  # fmt: skip
    assert (other.amc, other.last_file, other.loaded_at) == (OTHER_AMC, "", None)


async def test_a_database_that_fails_in_the_middle_is_said_without_its_words(desk: Office):
    async with administered(desk) as connection:
        await connection.execute("alter table rights.coverage add constraint broken check (ordre = 2)")
    path = desk.file([line(1)])
    with pytest.raises(Unavailable) as failed:
        await desk.loader.load(path, NOW)

    assert (failed.value.reason, failed.value.cause, failed.value.__cause__) == (
        INTERRUPTED,
        "CheckViolationError",
        None,
    )
    assert await desk.count("rights.coverage") == 0
    async with administered(desk) as connection:
        await connection.execute("alter table rights.coverage drop constraint broken")
    assert [report.counts.added for report in await desk.loader.resume(NOW)] == [1]
    assert await desk.count("vault.identity") == 1


async def test_files_of_one_insurer_are_loaded_in_order_beside_those_of_others(desk: Office):
    paths = [
        desk.file([line(1)]),
        desk.file([line(1, amc=OTHER_AMC)], OTHER_AMC),
        desk.file([line(1, mouvement="M", produit="ESS1", date_debut="2026-03-01")]),
        desk.file(b"not a file of movements"),
        desk.file([line(1, mouvement="M", date_debut="2026-05-01")]),
    ]
    heard: list[str] = []
    reports = await desk.loader.load_all(paths, NOW, lambda report: heard.append(report.name))

    assert [report.name for report in reports] == [path.name for path in paths]
    assert sorted(heard) == sorted(path.name for path in paths)
    assert [(r.counts.added, r.counts.amended, r.state) for r in reports] == [
        (1, 0, "loaded"), (1, 0, "loaded"), (0, 1, "loaded"), (0, 0, "refused"), (0, 1, "loaded"),
    ]  # fmt: skip


async def test_worker_processes_give_what_one_process_gives(tmp_path: Path, database: Database):
    lines = [line(person % 30_000, contrat=f"K{person:06d}") for person in range(40_000)]
    lines[17] = line(17, nir="1")
    async with office(tmp_path, database, processes=2) as desk:
        report = await desk.load(lines)
        assert (report.counts.added, report.counts.quarantined) == (39_999, 1)
        assert await desk.count("vault.identity") == 30_000
        assert await desk.fetch("select count(*), count(distinct person) from rights.coverage") == [(39_999, 30_000)]
