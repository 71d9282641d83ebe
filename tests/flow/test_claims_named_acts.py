"""What record 4M of B2 says of a crown decides it as its quote was: the same tooth, the same act of the CCAM."""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest
from tests.flow.day import TODAY, Day, Guarantee
from tests.flow.quote_day import QuoteDay
from tests.unit import paper_b2 as b2_paper

from cloison.claims import Office, paper, settle
from cloison.claims.quotes import simulate
from cloison.disclosure import Proof
from cloison.gateways.files import b2
from cloison.gateways.files.b2_claims import batch_of
from cloison.ops.catalogue import REASONS
from cloison.rules.releases import History, Release

CEILING = 30_000
NIR, BIRTH = "2800675123001", "19801301"
CARE = paper.Care(regime="01", alsace_moselle=False, minor=False, exoneration="none", protection="none", pathway="in")


@dataclass(frozen=True)
class Crown:
    """A ceramic crown of 500.00 on a base of 120.00; `official` and `tooth` as record 4M has them."""

    tooth: int | None = 21
    official: str = "HBLD036 1 0"


@pytest.fixture
async def dental(lone_day: Day) -> Day:
    await lone_day.insurer(guarantees=[Guarantee("DENT", "BR", 30_000, tooth_cap=CEILING)])
    return lone_day


async def priced_by(office: Office) -> Office:
    """The same office with one price of the CCAM: 150.00 for a crown that is declared at 120.00."""
    prices = {"HBLD036 1 0": (15_000, 15_000)}
    release = Release.of("ccam", "version 1", date(2026, 1, 1), prices, ("optam", "other"), [])
    return replace(office, tariff=office.tariff.with_official(History.first(release)))


async def quoted(day: Day, crowns: list[Crown]) -> list[tuple[int, str]]:
    """(share of the insurer, reason) of each crown in a quote."""
    desk = await QuoteDay(day).desk()
    desk = replace(desk, office=await priced_by(desk.office))
    lines = [
        paper.Line(code="PFC", date=TODAY, charged_cents=50_000, base_cents=12_000, asked_cents=42_800,
                   official=each.official, tooth=each.tooth)
        for each in crowns
    ]  # fmt: skip
    asks = _Quote(day.doctor, paper.Person(amc="75004407", birth=BIRTH, rank="1", nir=NIR), CARE, lines)
    replies = await simulate(desk, paper.quotes_of([asks], [await day.account(day.doctor)], [Proof.CARD]), TODAY)
    await desk.door.close()
    assert isinstance(replies, list)
    return [(line.amc_cents, name(line.reason)) for line in replies[0].lines]


@dataclass(frozen=True)
class _Quote:
    practice: str
    person: paper.Person
    care: paper.Care
    lines: list[paper.Line]
    proof: str = "P3"
    reference: str = ""


async def billed(day: Day, crowns: list[Crown], path: Path) -> list[tuple[int, str]]:
    """(share of the insurer, reason) of each crown in an invoice of B2."""
    line = b2_paper.Line(total=50_000, amo=7_200, amc=42_800, base=12_000, code="PFC", day="261120")
    bill = b2_paper.Invoice(1, [line] * len(crowns), nir=NIR + "00", pathway="R")
    records = b2_paper.batch(day.doctor, 1, [bill])
    at = [row for row, record in enumerate(records) if record.startswith(b"4")]
    for row, each in reversed(list(zip(at, crowns, strict=True))):
        code, activity, phase = each.official.split() if each.official else ("", "", "")
        tooth = str(each.tooth or "")
        named = ((39, "M"), (43, code), (57, activity), (58, phase), (71, tooth))
        records.insert(row + 1, b2_paper.record("4", *named))
        records[row + 1][1:38] = records[row][1:38]
    path.write_bytes(b"".join(b2_paper.whole([records])))
    (chunk,) = b2.read(path)
    assert chunk.invoices.reason.tolist() == [0]
    settled = await settle(await priced_by(await day.office()), batch_of(await day.file(), 0, chunk), TODAY)
    assert settled.decisions is not None
    decisions = settled.decisions
    return [
        (amc, name(reason))
        for amc, reason in zip(decisions.line_amc.tolist(), decisions.line_reason.tolist(), strict=True)
    ]


def name(reason: int) -> str:
    return REASONS[reason].code if reason else ""


# 300 % of the base of 120.00, less 72.00: 288.00 a crown; 300.00 for all that one tooth gets.
@pytest.mark.parametrize(
    ("crowns", "paid"),
    [
        ([Crown(21), Crown(21)], [28_800, 1_200]),
        ([Crown(21), Crown(22)], [28_800, 28_800]),
        ([Crown(21), Crown(None), Crown(21)], [28_800, 28_800, 1_200]),
        ([Crown(21, ""), Crown(21)], [28_800, 1_200]),
    ],
    ids=["one tooth", "two teeth", "no tooth is one of its own", "an act without a name"],
)
async def test_a_crown_in_b2_is_decided_as_it_was_quoted(
    dental: Day, tmp_path: Path, crowns: list[Crown], paid: list[int]
):
    await dental.enrol(nir=NIR, birth=BIRTH)
    quote = await quoted(dental, crowns)
    assert [amc for amc, _ in quote] == paid
    assert await billed(dental, crowns, tmp_path / "crowns.b2") == quote
