"""The sandbox: a home with insurers and persons that behave, machine clients with their keys, and days that pass.

It is a house like any other, with the same gates and the same rules. What it adds is that its persons are known
beforehand (`world.sandbox_cases`), that an insurer can be slow or silent, and that banks and insurers answer on demand.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import numpy as np
from starlette.routing import Route

from cloison.claims import store_quotes
from cloison.claims.quote import State, Terms
from cloison.deliveries import Notices, Owner
from cloison.disclosure import Channel, Proof
from cloison.errors import Misuse, Reason, Unavailable
from cloison.gateways.files.quotes import quote_number
from cloison.gateways.http import sandbox_page
from cloison.gateways.http.reasons import TIMED_OUT, WEBHOOK_ADDRESS
from cloison.identity import Actor, Practices, accounts
from cloison.identity.administration_reasons import CLIENT_UNKNOWN
from cloison.identity.certificates import new_server
from cloison.identity.store import machines
from cloison.ops import claims, disclosures, identity, payments, quotes, returns, rights
from cloison.ops import house as houses
from cloison.ops.batcher import POLICIES
from cloison.ops.config import Settings
from cloison.ops.house import House
from cloison.ops.identity import Asked, Given
from cloison.ops.reasons import CHECK_FAILED, SANDBOX_HOME_IN_USE
from cloison.ops.webhook_address import acceptable
from cloison.payments import own
from cloison.payments.own import PaymentSearch
from cloison.rights.question import Enquiry, Reply, gathered
from cloison.rules.vocabulary import Domain
from cloison.storage.database import Database
from cloison.storage.roles import Role
from cloison.world import sandbox as world
from cloison.world import sandbox_b2
from cloison.world.bank import bank
from cloison.world.sandbox_cases import CASES

HOSTS = ("127.0.0.1", "localhost", "::1")
SERVER_LASTS = timedelta(days=365)
CLIENT_DAYS = 365
PERSONS_A_DAY = 100_000
DELAYS = {world.SLOW: world.SLOW_SECONDS, world.STUCK: POLICIES["postgresql"].patience_seconds}
PEC_FAMILIES = ("DENT", "OPTI", "AUDI", "HOSP")
LOOKED_AT = 1_000
Ask = Callable[[Actor, Sequence[Enquiry]], Awaitable[Sequence[Reply] | Reason]]


@dataclass(frozen=True, slots=True)
class Passed:
    """What a day did."""

    folder: Path
    accepted: int
    refused: int
    payments: int
    amount_cents: int
    executed: int
    returned: int


def is_one(home: Path) -> bool:
    """Whether this home was made to be a sandbox."""
    return (home / "sandbox" / "made").exists()


async def make(house: House, database: Database, out: Path, now: datetime) -> None:
    """Load what the sandbox has, once; then write the clients' keys and the table of cases under `out`."""
    folder = house.home / "sandbox"
    begun, made = folder / "begun", folder / "made"
    if not made.exists():
        if not begun.exists():
            if len((await Practices.read(database, Role.OFFICE)).practice):
                raise Misuse(SANDBOX_HOME_IN_USE)
            folder.mkdir(parents=True, exist_ok=True)
            begun.write_text(now.date().isoformat())
        first = date.fromisoformat(begun.read_text())  # stopped half-way, it goes on with the same files
        await _load(house, database, first, now)
        await _clients(house, database, folder / "keys", now)
        await disclosures.freeze(database, Channel.MACHINE.name.lower(), True, "sandbox")
        made.touch()
    await _exhaust(house, database, now.date())
    _hand_out(house, out, now.date())


def settings(house: House, now: datetime) -> Settings:
    """The settings of a sandbox's server: TLS by its own authority, made anew at each start, which vouches for clients.

    Certificates that the operator sets are used instead.
    """
    if house.settings.tls_certificate is not None:
        return house.settings
    authority = identity.demo_authority(house.settings, now)
    pair = new_server(authority, HOSTS, now, SERVER_LASTS)
    folder = house.home / "secrets"
    key, certificate = folder / "sandbox-server.key.pem", folder / "sandbox-server.pem"
    identity.keep(key, pair.key)
    identity.keep(certificate, pair.certificate)
    return replace(house.settings, tls_certificate=certificate, tls_key=key, tls_clients=folder / "demo-ca.pem")


def cases() -> list[sandbox_page.Case]:
    """How each person behaves, as the gate shows it."""
    return [sandbox_page.Case(**asdict(each)) for each in CASES]


def pages() -> list[Route]:
    """The page of a sandbox."""
    return sandbox_page.routes(cases())


def slowed(ask: Ask) -> Ask:
    """The same answers, with the delays of slow insurers. One that is as slow as our patience gives no answer."""

    async def answer(actor: Actor, enquiries: Sequence[Enquiry]) -> Sequence[Reply] | Reason:
        delay = max((DELAYS.get(each.amc, 0.0) for each in enquiries), default=0.0)
        if delay:
            await asyncio.sleep(delay)
        if delay >= DELAYS[world.STUCK]:
            raise Unavailable(TIMED_OUT)
        return await ask(actor, enquiries)

    return answer


async def day(house: House, database: Database, out: Path, now: datetime) -> Passed:
    """Let a day pass: insurers answer, what is due is ordered, banks execute, and returns are written."""
    accepted, refused = await _insurers_answer(house, database)
    await claims.decide(house, database, now.date(), workers=1)
    rank = 1 + len(list(out.glob("day-*")))
    folder = out / f"day-{rank:03d}"
    paid = await payments.pay(house, database, now.date(), rank, folder / "orders")
    if not paid.run.payments:
        return Passed(folder, accepted, refused, 0, 0, 0, 0)
    returned = await _labels(database, world.RETURNED_TO)
    orders = [file.path for file in paid.files]
    report = bank(orders, folder / "bank", seed=1, refused_share=0, returned_share=0, returned=returned,
                  unknown_line=False)  # fmt: skip
    outcomes = await payments.read_answers(house, database, [*report.statuses, *report.statements])
    await returns.write(database, paid.run.run, folder / "noemie", now.date())
    return Passed(
        folder,
        accepted,
        refused,
        paid.run.payments,
        paid.run.amount_cents,
        sum(each.executed for each in outcomes),
        sum(each.returned for each in outcomes),
    )


async def tell(database: Database, client: str, url: str) -> None:
    """Tell an address what happens to the files of a client's practice: what an administrator does with a passkey.

    Raises Misuse when the client is none of the sandbox's, or the address may not be told.
    """
    if client not in {each.client for each in world.PRACTICES}:
        raise Misuse(CLIENT_UNKNOWN)
    if not await acceptable(url, development=True):
        raise Misuse(WEBHOOK_ADDRESS)
    await Notices(database).subscribe(Owner(practice=await _practice(database, client)), url)


async def _load(house: House, database: Database, first: date, now: datetime) -> None:
    """The insurers, practices and rights, through the doors that everybody's files take."""
    with TemporaryDirectory() as folder:
        insurers, practices, movements = world.write(Path(folder), first)
        declared = await rights.load_insurers(house, database, insurers)
        _, defects = await rights.load_practices(house, database, practices)
        async with rights.loader(house, database, processes=0) as loader:
            reports = await loader.load_all(movements, now)
    wrong = [*declared.defects, *defects, *(defect for each in reports for defect in each.defects)]
    if wrong or any(each.state != "loaded" for each in reports):
        raise Misuse(CHECK_FAILED, cause=", ".join(each.reason.code for each in wrong))
    for amc in (world.PATIENT, world.STRICT):
        for family in PEC_FAMILIES:
            await quotes.agree(database, amc, "TOUT", family, Terms(by_insurer=True))


async def _clients(house: House, database: Database, folder: Path, now: datetime) -> None:
    """A client for each practice, and one of the pharmacy whose channel is closed."""
    known = {row["name"] for row in await machines.listed(database)}
    pharmacy = world.PRACTICES[0].number
    clients = [(each.client, each.number, Channel.API) for each in world.PRACTICES]
    for name, practice, channel in [*clients, (world.CONTAINED, pharmacy, Channel.MACHINE)]:
        if name in known:
            continue
        asked = Asked(channel.name.lower(), (practice,), (), (), (), PERSONS_A_DAY, CLIENT_DAYS)
        await identity.add_client(house, database, name, asked, Given(), folder, now)


async def _exhaust(house: House, database: Database, today: date) -> None:
    """Hold whatever is left of the yearly ceiling of the person whose ceiling is reached."""
    practice = await _practice(database, "hospital")
    known = await accounts(database, [("sandbox", "card", practice)])
    who = world.CEILING
    enquiry = Enquiry(
        known["sandbox"], practice, Proof.CARD, today, Domain.AUXM, who.amc, who.adherent, "", who.birth, "1",
        engage=True, wanted_cents=100_000,
    )  # fmt: skip
    desk, door = await houses.desk(house, database, Channel.CARD)
    await desk.answer(gathered([enquiry]))
    await door.close()


def _hand_out(house: House, out: Path, today: date) -> None:
    """What integrators need, in a folder of theirs."""
    out.mkdir(parents=True, exist_ok=True)
    for path in sorted((house.home / "sandbox" / "keys").iterdir()):
        identity.keep(out / path.name, path.read_bytes())
    (out / "invoices.b2").write_bytes(sandbox_b2.invoices(today - timedelta(days=1)))
    (out / "cases.json").write_bytes(msgspec.json.format(msgspec.json.encode(cases()), indent=1) + b"\n")


async def _insurers_answer(house: House, database: Database) -> tuple[int, int]:
    """Answer what waits for an insurer: one grants what its contract gives, the other refuses."""
    accepted = refused = 0
    grants, refuses = [await identity.tenant_of(database, amc) for amc in (world.PATIENT, world.STRICT)]
    for row in await store_quotes.listed(database, State.PENDED, LOOKED_AT):
        number, amount = quote_number(row["quote"]), row["amc_cents"]
        if row["tenant"] == grants and amount > 0:
            await quotes.answer_by_hand(house, database, world.PATIENT, number, amount, None, "")
            accepted += 1
        elif row["tenant"] == refuses:
            await quotes.answer_by_hand(house, database, world.STRICT, number, 0, None, "refused_by_insurer")
            refused += 1
    return accepted, refused


async def _labels(database: Database, client: str) -> frozenset[str]:
    """The labels of the payments to a practice."""
    search = PaymentSearch(count=LOOKED_AT)
    found = await own.find(database, Role.API, await _practice(database, client), search)
    return frozenset(each.end_to_end_id for each in found)


async def _practice(database: Database, client: str) -> int:
    """The practice of a client of the sandbox."""
    practices = await Practices.read(database, Role.OFFICE)
    number = next(each.number for each in world.PRACTICES if each.client == client)
    (row,) = practices.rows(np.array([number.encode()], "S9"))
    return int(practices.practice[row])
