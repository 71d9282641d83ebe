"""Files of invoices from the door to the books: sent twice, half wrong, from a practice nobody knows, corrected."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from tests.flow.day import TODAY, Day, Guarantee, reason_code, shown
from tests.unit.paper_b2 import Invoice, Line, batch, counted, put, whole

from cloison.disclosure import Channel
from cloison.errors import Misuse, Unavailable
from cloison.ops import claims, disclosures
from cloison.ops.config import Settings
from cloison.ops.house import House
from cloison.storage.spool import Spool
from cloison.storage.vault import Vault

DOCTOR, PHARMACY, STRANGER = "751234567", "750712184", "759999999"
ANNE, MARC = "253072B07300470", "189127512501282"
BIRTH = "19801301"  # a lunar date, as the paper writes it


@dataclass
class Counter:
    """The house of this test, and the day it works for."""

    day: Day
    house: House
    folder: Path
    sent: int = 0

    async def send(self, *bills: tuple[str, Sequence[Invoice]], name: str = "") -> claims.Arrival:
        """One file: for each practice, its invoices."""
        self.sent += 1
        return await self.send_records(whole([batch(*lot) for lot in self._lots(bills)]), name)

    async def send_records(self, records: Sequence[bytes | bytearray], name: str = "") -> claims.Arrival:
        path = self.folder / (name or f"file-{self.sent}.b2")
        path.write_bytes(b"".join(bytes(each) for each in records))
        (arrival,) = await claims.receive(self.house, self.day.database, [path])
        await claims.decide(self.house, self.day.database, TODAY, workers=1)
        return arrival

    def _lots(self, bills: Sequence[tuple[str, Sequence[Invoice]]]) -> list[tuple[str, int, Sequence[Invoice]]]:
        return [(practice, row, invoices) for row, (practice, invoices) in enumerate(bills, 1)]

    async def books(self) -> tuple[int, int, int]:
        """(invoices in the books, kept aside and open, resent)."""
        row = await self.day.owner.fetchrow(
            """select (select count(*) from claims.invoice), (select count(*) from claims.quarantine where state = 1),
                      (select count(*) from claims.resend)"""
        )
        assert row is not None
        return row[0], row[1], row[2]


@pytest.fixture
async def counter(lone_day: Day, tmp_path: Path) -> Counter:
    day = lone_day
    await day.insurer(guarantees=[Guarantee("MED"), Guarantee("PHAR")])
    for nir in (ANNE, MARC):
        await day.enrol(nir=nir[:13], birth=BIRTH)
    await day.practice(DOCTOR)
    await day.practice(PHARMACY, "pharmacie", 0)
    settings = Settings(tmp_path)
    spool = Spool(tmp_path / "spool", day.keys)
    house = House(settings, day.database.address, day.keys, day.index, Vault(day.keys, day.index), spool)
    return Counter(day, house, tmp_path)


MEDICINES = [
    Line(1250, 813, 437, 1250, "PH7", fee=False),
    Line(1000, 300, 700, 1000, "PH4", fee=False),
]


async def test_a_file_is_decided_invoice_by_invoice(counter: Counter):
    arrival = await counter.send((DOCTOR, [Invoice(11), Invoice(12, nir=MARC)]), (PHARMACY, [Invoice(11, MEDICINES)]))
    assert (arrival.new, arrival.invoices, arrival.refused) == (True, 3, False)
    assert await counter.day.paid() == [795, 795, 437 + 700]
    assert await counter.day.due() == 795 + 795 + 1137
    assert await counter.day.value("select state from claims.file where file = $1", arrival.file) == 3


async def test_the_same_file_sent_again_does_nothing_under_any_name(counter: Counter):
    first = await counter.send((DOCTOR, [Invoice(11)]))
    for name in ("", "another-name.b2"):
        again = await counter.send((DOCTOR, [Invoice(11)]), name=name)
        assert (again.new, again.file) == (False, first.file)
    assert await counter.books() == (1, 0, 0)
    assert await counter.day.due() == 795
    assert len(list((counter.folder / "spool").iterdir())) == 1, "what came twice is kept once"


async def test_the_same_invoice_in_another_file_is_accounted_for_and_not_paid_twice(counter: Counter):
    await counter.send((DOCTOR, [Invoice(11)]))
    await counter.send((DOCTOR, [Invoice(12, nir=MARC), Invoice(11)]))
    assert await counter.books() == (2, 0, 1)
    assert await counter.day.due() == 2 * 795


async def test_the_same_invoice_with_other_amounts_changes_nothing(counter: Counter):
    """An invoice in the books stays what it was; to change it, it is cancelled and sent under another number."""
    await counter.send((DOCTOR, [Invoice(11)]))
    await counter.send((DOCTOR, [Invoice(11, [Line(amc=900, amo=2100)])]))
    assert await counter.books() == (1, 0, 1)
    assert await counter.day.due() == 795


async def test_one_bad_invoice_is_kept_aside_and_the_others_are_paid(counter: Counter):
    bills = [Invoice(11), Invoice(12, nir=MARC), Invoice(13, [Line(day="261117")])]
    records = whole([batch(DOCTOR, 1, bills)])
    second_total = 9  # header, batch, then four records each: 2 2S 4 5
    assert records[second_total][:1] == b"5"
    put(records, second_total, 58, "00009999")
    arrival = await counter.send_records(counted(records))
    assert not arrival.refused
    assert await counter.books() == (2, 1, 0)
    assert await counter.day.paid() == [795, 795]
    (kept,) = await claims.kept_aside(counter.day.database)
    assert (kept.practice, kept.number, kept.reason.code) == (DOCTOR, "000000012", "invoice.total")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (Line(quantity=0), "line.quantity_zero"),
        (Line(day="261131"), "date.impossible"),
        (Line(day="261121"), "date.future"),
    ],
)
async def test_a_line_that_means_nothing_keeps_its_invoice_aside_alone(counter: Counter, line: Line, why: str):
    await counter.send((DOCTOR, [Invoice(11, [line]), Invoice(12, nir=MARC)]))
    assert await counter.books() == (1, 1, 0)
    (kept,) = await claims.kept_aside(counter.day.database)
    assert (kept.number, kept.reason.code) == ("000000011", why)


async def test_an_invoice_of_a_practice_that_is_registered_later_is_decided_when_resubmitted(counter: Counter):
    await counter.send((DOCTOR, [Invoice(11)]), (STRANGER, [Invoice(12, nir=MARC), Invoice(13, [Line(quantity=0)])]))
    assert await counter.books() == (1, 2, 0)
    assert await claims.resubmit(counter.house, counter.day.database, TODAY) == (0, 1)
    assert await counter.books() == (1, 2, 0), "nothing changed, nothing was taken"
    await counter.day.practice(STRANGER)
    assert await claims.resubmit(counter.house, counter.day.database, TODAY) == (1, 0)
    assert await counter.books() == (2, 1, 0)
    assert await counter.day.due() == 2 * 795
    assert await claims.resubmit(counter.house, counter.day.database, TODAY) == (0, 0)
    (left,) = await claims.kept_aside(counter.day.database)
    assert left.reason.code == "line.quantity_zero"


async def test_an_invoice_that_waited_and_came_again_meanwhile_is_paid_once(counter: Counter):
    await counter.send((STRANGER, [Invoice(12, nir=MARC)]))
    await counter.day.practice(STRANGER)
    await counter.send((STRANGER, [Invoice(12, nir=MARC), Invoice(13)]))
    assert await counter.books() == (2, 1, 0)
    await claims.resubmit(counter.house, counter.day.database, TODAY)
    assert await counter.books() == (2, 0, 1)
    assert await counter.day.due() == 2 * 795


async def test_a_file_whose_invoices_are_all_kept_aside_is_decided_too(counter: Counter):
    arrival = await counter.send((STRANGER, [Invoice(12), Invoice(13)]))
    assert await counter.books() == (0, 2, 0)
    assert await counter.day.value("select state from claims.file where file = $1", arrival.file) == 3


async def test_a_file_that_cannot_be_read_is_kept_with_its_reason_and_stops_nothing(counter: Counter):
    records = whole([batch(DOCTOR, 1, [Invoice(11)])])
    arrival = await counter.send_records([*records[:3], b"short", *records[3:]], "broken.b2")
    assert arrival.refused
    assert arrival.defects
    assert await counter.day.value("select state from claims.file where file = $1", arrival.file) == 4
    await counter.send((DOCTOR, [Invoice(11)]))
    assert await counter.day.due() == 795


async def test_an_invoice_is_decided_again_from_its_sealed_file(counter: Counter):
    await counter.send((DOCTOR, [Invoice(12, nir=MARC), Invoice(11)]))
    product = counter.day.products["75004407", "P1"]
    await counter.day.owner.execute("update rights.guarantee set rate_bp = 5000 where product = $1", product)
    replaced = await claims.redecide(counter.house, counter.day.database, DOCTOR, "000000011", TODAY)
    assert (replaced.before_cents, replaced.after_cents) == (795, 450)
    assert await counter.day.paid() == [450, 795]
    with pytest.raises(Misuse) as refused:
        await claims.redecide(counter.house, counter.day.database, DOCTOR, "000000099", TODAY)
    assert refused.value.reason.code == "claims.not_decided"


async def test_a_promise_given_at_the_counter_is_kept_through_the_file(counter: Counter):
    anne = await counter.day.enrol(nir="1801375001001", birth=BIRTH)
    counter.day.doctor = DOCTOR
    promise = await counter.day.promise(anne, day=date(2026, 11, 18))
    await counter.day.end(anne, date(2026, 1, 1))
    await counter.send((DOCTOR, [Invoice(11, nir="180137500100100", engagement=shown(promise)), Invoice(12, nir=MARC)]))
    assert await counter.day.paid() == [795, 795]


async def test_an_act_that_is_unknown_refuses_its_line_alone(counter: Counter):
    await counter.send((DOCTOR, [Invoice(11, [Line(code="QQQ"), Line()])]))
    rows = await counter.day.owner.fetch("select amc_cents, reason from claims.line_decision order by line")
    assert [(row["amc_cents"], reason_code(row["reason"])) for row in rows] == [(0, "rules.act_unknown"), (795, "")]


async def test_the_channel_of_files_closes_without_losing_any(counter: Counter):
    """A frozen channel: the file waits in the books, sealed, and is decided once the channel opens."""
    database = counter.day.database
    await disclosures.freeze(database, Channel.BATCH.name.lower(), True, "drill")
    with pytest.raises(Unavailable):
        await counter.send((DOCTOR, [Invoice(11)]))
    assert await counter.books() == (0, 0, 0)
    await disclosures.freeze(database, Channel.BATCH.name.lower(), False, "over")
    await claims.decide(counter.house, database, TODAY, workers=1)
    assert await counter.day.due() == 795
