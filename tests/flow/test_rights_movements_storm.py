"""A file of a million faults: a clear report, every line kept, and memory that does not grow with the file."""

import resource
from pathlib import Path

import pytest
from tests.flow.paper_movements import NOW, Office, line, office

from cloison.gateways.files.movements import write_csv
from cloison.rights.loading_flow import DEFECTS_SHOWN
from cloison.rights.movement_reasons import COLUMNS, NIR
from cloison.storage.database import Database

LINES = 1_000_000
MEMORY_KB_MAX = 400 * 1024


@pytest.mark.slow
async def test_a_million_wrong_lines_are_kept_in_bounded_memory(tmp_path: Path, database: Database):
    async with office(tmp_path, database) as desk:
        header, right, wrong = write_csv([line(1), line(2, nir="1")]).splitlines()
        storm = b"\n".join(
            [header, right, *[b"x;y"] * (LINES - 20_002), *[wrong] * 20_000, right.replace(b"K000001", b"K2")]
        )
        path = desk.file(storm + b"\n")
        del storm
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

        report = await desk.loader.load(path, NOW)

        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        assert (report.state, report.counts.lines, report.counts.added) == ("loaded", LINES, 2)
        assert report.by_reason == {COLUMNS.number: LINES - 20_002, NIR.number: 20_000}
        assert len(report.defects) == DEFECTS_SHOWN
        assert grown < MEMORY_KB_MAX
        assert await desk.count("rights.quarantine") == LINES - 2
        assert await _raw_of_last(desk, report.file) == wrong


async def _raw_of_last(desk: Office, file: int) -> bytes:
    [(last,)] = await desk.fetch("select max(line) from rights.quarantine where file = $1", file)
    defects = await desk.loader.quarantine(file, after_line=last - 1)
    assert [defect.place.line for defect in defects] == [last]
    return [raw async for _, raw in desk.loader.refused_lines(file, after_line=last - 1)][-1]
