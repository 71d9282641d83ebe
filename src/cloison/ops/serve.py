"""Folders that work, for `cloison serve`. Files dropped in the inbox are read, their results appear in the outbox.

    inbox/movements   insurers' movement files      outbox/reports      what each file did, as JSON
    inbox/questions   questions of a counter        outbox/answers      answers, in the order of the questions
    inbox/quotes      quotes, prises en charge      outbox/quotes       answers, in the order of the messages
    inbox/b2          professionals' invoices       outbox/acknowledgements
    inbox/bank        pain.002, camt.053, camt.054  outbox/reports

A file is taken when it has not grown for a moment and does not end in `.part`; it moves to `done` or, when nothing of
it could be read, to `refused` beside a report that says why. Between files, what nobody settled is settled, and holds
whose time is over are given back.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import httpx

from cloison.claims import store_quotes
from cloison.errors import Fault, Problem
from cloison.gateways.http.problems import told
from cloison.ops import claims, counter, disclosures, notify, payments, quotes, rights, screen, wire
from cloison.ops.house import House
from cloison.rights import store
from cloison.storage.database import Database

QUIET_SECONDS = 1.0
POLL_SECONDS = 1.0
HOUSEKEEPING_SECONDS = 60
SETTLED_AFTER = timedelta(minutes=11)
"""Longer than any channel may take to reveal what it reserved."""


@dataclass(frozen=True, slots=True)
class Folders:
    """The inbox and outbox under one folder."""

    root: Path

    def make(self) -> None:
        """Create every folder. Only this user may look inside: files arrive in clear."""
        for name in ("movements", "questions", "quotes", "b2", "bank"):
            (self.root / "inbox" / name).mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in ("outbox/answers", "outbox/quotes", "outbox/reports", "outbox/acknowledgements", "done", "refused"):
            (self.root / name).mkdir(mode=0o700, parents=True, exist_ok=True)

    def arrived(self, kind: str, now: datetime) -> list[Path]:
        """The files of a kind that have not changed for a moment, oldest name first."""
        waiting = sorted((self.root / "inbox" / kind).iterdir())
        return [
            path
            for path in waiting
            if path.is_file() and path.suffix != ".part" and now.timestamp() - path.stat().st_mtime > QUIET_SECONDS
        ]

    def report(self, path: Path, facts: object) -> None:
        """Say what a file did, beside its name."""
        text = json.dumps(facts, ensure_ascii=False, indent=1, default=str)
        (self.root / "outbox" / "reports" / f"{path.name}.json").write_text(text + "\n", encoding="utf-8")

    def put_away(self, path: Path, *, refused: bool) -> None:
        path.replace(self.root / ("refused" if refused else "done") / path.name)


async def work_on(house: House, database: Database, folders: Folders, site: str, once: bool = False) -> None:
    """Take files until cancelled; `once`: until none is left. `site`: the address that notices point to."""
    async with notify.new_client() as client:
        await _rounds(house, database, folders, site, client, once)


async def _rounds(
    house: House, database: Database, folders: Folders, site: str, client: httpx.AsyncClient, once: bool
) -> None:
    rounds = 0
    while True:
        now = screen.now()
        taken = await one_round(house, database, folders, now)
        taken += await wire.take(house, database, now)
        await notify.deliver(house, database, site, now, client)
        if rounds % HOUSEKEEPING_SECONDS == 0:
            await housekeeping(database, now.date())
            await wire.forget_abandoned(house, database, now)
        rounds += 1
        if once and not taken:
            return
        await asyncio.sleep(0 if taken else POLL_SECONDS)


async def housekeeping(database: Database, today: date) -> None:
    """What time brings: open reservations are settled in full, late holds are given back."""
    await disclosures.sweep(database, SETTLED_AFTER)
    await store.expire_now(database, today)
    await store_quotes.expire_now(database, today)


async def one_round(house: House, database: Database, folders: Folders, now: datetime) -> int:
    """Take every file that has arrived; returns how many. A file that fails is put aside with its reason."""
    hands: dict[str, Callable[[Path], Awaitable[bool]]] = {
        "movements": lambda path: _movements(house, database, folders, path, now),
        "questions": lambda path: _questions(house, database, folders, path),
        "quotes": lambda path: _quotes(house, database, folders, path, now),
        "b2": lambda path: _invoices(house, database, folders, path, now),
        "bank": lambda path: _bank(house, database, folders, path),
    }
    taken = 0
    for kind, hand in hands.items():
        for path in folders.arrived(kind, now):
            try:
                refused = await hand(path)
            except Fault as fault:
                folders.report(path, told(Problem.of(fault)))
                refused = True
            folders.put_away(path, refused=refused)
            screen.console.print(f"{'[red]✗[/]' if refused else '[green]✓[/]'} {kind} {screen.quoted(path.name)}")
            taken += 1
    return taken


async def _movements(house: House, database: Database, folders: Folders, path: Path, now: datetime) -> bool:
    report = (await rights.process(house, database, "load", [path], now))[0]
    folders.report(path, rights.plain(report))
    return report.state == "refused"


async def _questions(house: House, database: Database, folders: Folders, path: Path) -> bool:
    answered = await counter.ask(house, database, path, folders.root / "outbox" / "answers" / path.name)
    defects = [told(Problem.of(each)) for each in answered.defects]
    closed = [{"channel": channel.name.lower(), "code": reason.code} for channel, reason in answered.closed]
    folders.report(path, {"asked": answered.asked, **answered.replies, "defects": defects, "closed": closed})
    return False


async def _quotes(house: House, database: Database, folders: Folders, path: Path, now: datetime) -> bool:
    done = await quotes.ask(house, database, path, folders.root / "outbox" / "quotes" / path.name, now.date())
    defects = [told(Problem.of(each)) for each in done.defects]
    folders.report(path, {"messages": done.messages, **done.states, "defects": defects})
    return False


async def _invoices(house: House, database: Database, folders: Folders, path: Path, now: datetime) -> bool:
    arrival = (await claims.receive(house, database, [path]))[0]
    if not arrival.refused:
        await claims.decide(house, database, now.date())
    for paper in (house.home / "acknowledgements").glob(f"{arrival.file:06d}-*"):
        (folders.root / "outbox" / "acknowledgements" / paper.name).write_bytes(paper.read_bytes())
    defects = [told(Problem.of(each)) for each in arrival.defects]
    folders.report(path, {"file": arrival.file, "new": arrival.new, "invoices": arrival.invoices, "defects": defects})
    return arrival.refused


async def _bank(house: House, database: Database, folders: Folders, path: Path) -> bool:
    outcome = (await payments.read_answers(house, database, [path]))[0]
    defects = [told(Problem.of(each)) for each in outcome.defects]
    names = ("read_before", "accepted", "rejected", "executed", "returned", "confirmed", "suspended", "anomalies")
    folders.report(path, {name: getattr(outcome, name) for name in names} | {"defects": defects})
    return bool(outcome.defects)
