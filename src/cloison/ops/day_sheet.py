"""The table of a day, and the sums that must agree: each figure is read where it lives and compared with another."""

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from lxml import etree

from cloison.claims import store as claims_store
from cloison.errors import Corruption
from cloison.gateways.files import noemie
from cloison.identity import Practices
from cloison.money import cents_of, montant
from cloison.ops import payments, store
from cloison.ops.catalogue import REASONS
from cloison.ops.claims import Arrival
from cloison.ops.counter import Answered
from cloison.ops.house import House
from cloison.ops.payments import Outcome, Paid, Standing
from cloison.ops.quotes import Told
from cloison.ops.returns import Written
from cloison.payments import payables
from cloison.rights.loading import Report
from cloison.storage.database import Database
from cloison.storage.roles import Role
from cloison.world.bank import BankReport
from cloison.world.build import Manifest
from cloison.world.quotes import QuoteBills


@dataclass(frozen=True, slots=True)
class Day:
    """What a day produced up to the decisions."""

    out: Path
    world: Manifest
    rights: list[Report]
    answered: Answered
    arrivals: list[Arrival]
    quoted: Told
    billed: QuoteBills


@dataclass(frozen=True, slots=True)
class Check:
    """Two figures that must be the same."""

    what: str
    found: object
    wanted: object

    @property
    def right(self) -> bool:
        return self.found == self.wanted


@dataclass(frozen=True, slots=True)
class Sheet:
    """The day in figures."""

    asked: Answered
    quoted: Told
    rights_lines: int
    rights_quarantined: int
    invoices: int
    decided: Counter[str]
    kept: int
    resent: int
    due_cents: int
    paid: Paid
    outcomes: Counter[str]
    returns: Written
    disclosures: int
    unsettled: int
    refused: list[tuple[str, int, str]]
    positions: list[Standing]
    checks: list[Check] = field(default_factory=list[Check])

    def rows(self) -> list[tuple[str, str, str]]:
        """The table of the day."""
        run = self.paid.run
        return [
            ("droits chargés / rights loaded", _n(self.rights_lines), f"{self.rights_quarantined} en quarantaine"),
            (
                "questions posées / asked",
                _n(self.asked.asked),
                f"{self.asked.replies.get('covered', 0)} droits ouverts",
            ),
            ("garanties données / guaranteed", _n(self.asked.engaged), ""),
            (
                "devis / quotes",
                _n(self.quoted.messages),
                f"{self.quoted.states.get('accepted', 0)} promis, {self.quoted.states.get('draft', 0)} simulés",
            ),
            ("factures reçues / invoiced", _n(self.invoices), f"{self.kept} gardées, {self.resent} déjà reçues"),
            ("acceptées / accepted", _n(self.decided["accepted"]), montant(self.due_cents)),
            ("refusées / refused", _n(self.decided["refused"]), ""),
            ("rien à payer / nothing due", _n(self.decided["nothing_due"]), ""),
            ("virements / transfers", _n(run.payments), montant(run.amount_cents)),
            ("exécutés / executed", _n(self.outcomes["executed"]), f"{self.outcomes['rejected']} rejetés"),
            ("revenus / returned", _n(self.outcomes["returned"]), f"{self.outcomes['suspended']} en suspens"),
            ("retours NOEMIE / returns", _n(self.returns.files), ""),
            ("accès enregistrés / disclosures", _n(self.disclosures), f"{self.unsettled} sans suite"),
        ]

    @staticmethod
    def files(out: Path) -> list[tuple[str, Path]]:
        """Where each produced file lies."""
        return [
            ("le monde / the world", out / "world"),
            ("réponses / answers", out / "answers.csv"),
            ("factures B2 / invoices", out / "b2"),
            ("ordres pain.001 / orders", out / "orders"),
            ("retours NOEMIE / returns", out / "noemie"),
            ("avis de paiement / advices", out / "advices"),
            ("réponses des banques / bank", out / "bank"),
        ]


async def add_up(
    house: House,
    database: Database,
    day: Day,
    paid: Paid,
    returns: Written,
    report: BankReport,
    outcomes: list[Outcome],
) -> Sheet:
    """Read the figures of the day where they live, and compare each with another place that must say the same."""
    files = [dict(row) for row in await claims_store.files(database)]
    figures = await store.day_figures(house.address)
    told = Counter[str]()
    for outcome in outcomes:
        for name in ("accepted", "rejected", "executed", "returned", "confirmed", "suspended", "anomalies"):
            told[name] += getattr(outcome, name)
    positions = sorted(await payments.positions(database), key=lambda each: -each.decided)
    sheet = Sheet(
        asked=day.answered,
        quoted=day.quoted,
        rights_lines=sum(report.counts.lines for report in day.rights),
        rights_quarantined=sum(report.counts.quarantined for report in day.rights),
        invoices=sum(arrival.invoices for arrival in day.arrivals),
        decided=Counter({row["name"]: row["decisions"] for row in figures.decisions}),
        kept=sum(int(row["kept"]) for row in files),
        resent=sum(int(row["resent"]) for row in files),
        due_cents=sum(row["amc_cents"] for row in figures.decisions),
        paid=paid,
        outcomes=told,
        returns=returns,
        disclosures=figures.disclosures,
        unsettled=figures.unsettled,
        refused=[
            (REASONS[row["reason"]].code, row["decisions"], REASONS[row["reason"]].action.fr) for row in figures.refused
        ],
        positions=positions,
    )
    sheet.checks.extend(await _checks(database, day, sheet, report, figures))
    return sheet


async def _checks(
    database: Database, day: Day, sheet: Sheet, report: BankReport, figures: store.Figures
) -> list[Check]:
    decided = sum(sheet.decided.values())
    run = sheet.paid.run
    truth = json.loads(day.world.truth.read_text())
    return [
        Check(
            "chaque facture a un sort / every invoice accounted for",
            decided + sheet.kept + sheet.resent,
            sheet.invoices,
        ),
        Check(
            "factures écrites par le monde / invoices written",
            sheet.invoices,
            truth["amounts_written"]["invoices_written"] + truth["quotes"]["billed"],
        ),
        Check("le grand livre dit ce qui est décidé / ledger = decisions", figures.due_cents, sheet.due_cents),
        Check("tout ce qui est dû est ordonné / ordered = due", run.amount_cents, sheet.due_cents),
        Check("somme des fichiers pain.001 / order files", _ordered(sheet.paid), run.amount_cents),
        Check("somme des retours NOEMIE / returns", _returned(day.out / "noemie"), run.amount_cents),
        Check("la banque a tout vu / bank saw all", report.transfers, run.payments),
        Check(
            "exécutés + rejetés / executed + rejected",
            sheet.outcomes["executed"] + sheet.outcomes["rejected"],
            run.payments,
        ),
        Check("rejets de la banque / bank rejections", sheet.outcomes["rejected"], report.refused),
        Check("retours de la banque / bank returns", sheet.outcomes["returned"], report.returned),
        Check("payé = exécuté − revenu / paid", sum(each.paid for each in sheet.positions), figures.executed_cents),
        Check("comptes justes / books balance", await _balanced(database), True),
        Check("garanti puis refusé faute de droit / guaranteed, then refused", figures.guaranteed_refused, 0),
        Check("devis tenus / quotes paid as promised", figures.quotes_paid, day.billed.stamped),
        Check("devis : payé = promis / paid = promised", figures.quotes_paid_cents, day.billed.promised_cents),
        Check(
            "accès : un par question et facture / disclosures",
            figures.disclosures,
            sheet.asked.asked + sheet.quoted.messages + decided + sheet.resent,
        ),
        Check("accès sans suite / unsettled", sheet.unsettled, 0),
    ]


async def largest_payees(database: Database, run: int, count: int) -> list[str]:
    """The practices with the most payments in a run, for which an advice is worth reading."""
    practices = await Practices.read(database, Role.PAY)
    async with database.transaction(Role.PAY) as work:
        data = await payables.returns_data(work, run)
    numbers = dict(zip(practices.practice.tolist(), practices.number.tolist(), strict=True))
    practice, times = np.unique(data.practice[data.payment_of_line], return_counts=True)
    most = practice[np.argsort(-times, kind="stable")[:count]]
    return [numbers[each].decode() for each in most.tolist()]


async def _balanced(database: Database) -> bool:
    try:
        await payments.audit(database)
    except Corruption:
        return False
    return True


def _ordered(paid: Paid) -> int:
    """The control sums that the order files announce, as a bank reads them."""
    total = 0
    for file in paid.files:
        root = etree.parse(file.path).getroot()
        total += cents_of(root.findtext(".//{*}GrpHdr/{*}CtrlSum") or "0")
    return total


def _returned(folder: Path) -> int:
    """What the returns say was paid, read back from the files."""
    total = 0
    for path in folder.iterdir():
        found = noemie.contents_of(noemie.read(path.read_bytes()))
        total += int(found.transfers.amount.sum())
    return total


def _n(count: int) -> str:
    return f"{count:,}".replace(",", "\u202f")
