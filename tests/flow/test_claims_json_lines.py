"""Files of invoices as JSON lines: decided, kept aside, resubmitted, decided anew and exported like B2."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from tests.flow.day import TODAY, Day, Guarantee, Person

from cloison.ops import claims
from cloison.ops.config import Settings
from cloison.ops.house import House
from cloison.storage.spool import Spool
from cloison.storage.vault import Vault


@dataclass
class Desk:
    """Where such files arrive."""

    day: Day
    house: House
    sent: int = field(default=0)

    async def send(self, *lines: dict[str, Any] | str) -> claims.Arrival:
        self.sent += 1
        path = self.house.home / f"file-{self.sent}.jsonl"
        path.write_text("\n".join(each if isinstance(each, str) else json.dumps(each) for each in lines))
        (arrival,) = await claims.receive(self.house, self.day.database, [path])
        await claims.decide(self.house, self.day.database, TODAY, workers=1)
        return arrival

    def acknowledged(self, arrival: claims.Arrival) -> list[dict[str, Any]]:
        (path,) = (self.house.home / "acknowledgements").glob(f"{arrival.file:06d}-*")
        return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture
async def desk(lone_day: Day, tmp_path: Path) -> Desk:
    day = lone_day
    await day.insurer(guarantees=[Guarantee("MED"), Guarantee("TRAN")])
    spool = Spool(tmp_path / "spool", day.keys)
    vault = Vault(day.keys, day.index)
    return Desk(day, House(Settings(tmp_path), day.database.address, day.keys, day.index, vault, spool))


def invoice(person: Person, number: str, practice: str = "751000001", **line: Any) -> dict[str, Any]:
    return {
        "number": number,
        "practice": practice,
        "person": {"amc": person.amc, "nir": person.nir, "birth": person.birth, "rank": person.rank},
        "care": {
            "regime": "01", "alsace_moselle": False, "minor": False, "exoneration": "none", "protection": "none",
            "pathway": "in",
        },
        "lines": [{"code": "G", "date": TODAY.isoformat(), "charged_cents": 3000, "asked_cents": 900} | line],
    }  # fmt: skip


async def test_each_line_is_decided_and_one_that_cannot_be_read_is_kept_alone(desk: Desk) -> None:
    anne = await desk.day.enrol()
    nameless = invoice(anne, "3")
    nameless["person"] |= {"nir": ""}
    arrival = await desk.send(invoice(anne, "1"), "", '{"number": "2"', nameless, invoice(anne, "4", asked_cents="9"))
    assert (arrival.invoices, [each.place.line for each in arrival.defects]) == (4, [3, 4, 5])
    assert [each.place.field for each in arrival.defects] == ["line", "person.nir", "lines[0].asked_cents"]
    assert await desk.day.due() == 900
    *kept, summary = desk.acknowledged(arrival)
    assert [(each["line"], each["code"]) for each in kept] == [(each, "invoice.line_wrong") for each in (3, 4, 5)]
    assert (summary["invoices"], summary["invoices_accepted"]) == (4, 1)
    assert anne.nir not in json.dumps(kept)


async def test_a_file_without_a_line_is_refused_whole(desk: Desk) -> None:
    arrival = await desk.send("", "")
    assert (arrival.refused, arrival.invoices) == (True, 0)


async def test_what_was_kept_aside_is_decided_once_its_reason_is_over(desk: Desk) -> None:
    anne = await desk.day.enrol()
    arrival = await desk.send(invoice(anne, "1", practice="750000002"), invoice(anne, "2"))
    (kept, _) = desk.acknowledged(arrival)
    assert (kept["practice"], kept["code"]) == ("750000002", "claims.practice_unknown")
    await desk.day.practice("750000002")
    assert await claims.resubmit(desk.house, desk.day.database, TODAY) == (1, 0)
    assert await desk.day.due() == 1800


async def test_an_invoice_is_read_again_to_be_decided_anew(desk: Desk) -> None:
    anne = await desk.day.enrol()
    await desk.send(invoice(anne, "1"), invoice(anne, "2", date="2026-11-19"))
    await desk.day.end(anne, TODAY)
    replaced = await claims.redecide(desk.house, desk.day.database, "751000001", "000000001", TODAY)
    assert (replaced.before_cents, replaced.after_cents) == (900, 0)


async def test_kept_invoices_are_exported_in_their_own_format(desk: Desk, tmp_path: Path) -> None:
    anne = await desk.day.enrol()
    wrong = invoice(anne, "1", asked_cents=-1)
    arrival = await desk.send(invoice(anne, "2"), wrong)
    kept = await claims.kept_aside(desk.day.database)
    await claims.write_kept(desk.house, desk.day.database, kept, tmp_path / "out")
    (written,) = (tmp_path / "out").iterdir()
    assert written.name == f"kept-{arrival.file:06d}.jsonl"
    assert [json.loads(line) for line in written.read_text().splitlines()] == [wrong]
    assert written.stat().st_mode & 0o777 == 0o600


async def test_a_transport_is_priced_by_its_trip(desk: Desk) -> None:
    anne = await desk.day.enrol()
    await desk.day.practice("759000003", "taxi", 0)
    trip = {
        "km": 1500, "patients": 1, "night": False, "big_city": True, "tpmr": False, "hospital_empty_return": False,
        "overseas": False, "urgent": False,
    }  # fmt: skip
    ride = {"code": "TXI", "charged_cents": 4000, "asked_cents": 2000, "coefficient": 1500}
    await desk.send(invoice(anne, "1", "759000003", **ride, trip=trip), invoice(anne, "2", "759000003", **ride))
    told = await desk.day.owner.fetch(
        "select trim(number) as number, d.state from claims.decision d join claims.invoice using (invoice) order by 1"
    )
    assert [(row["number"], row["state"]) for row in told] == [("000000001", 2), ("000000002", 1)]
