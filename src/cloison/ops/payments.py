"""Paying what was decided: bank details in, a run, its orders, what the banks answered."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cloison.errors import Defect, Place
from cloison.gateways.files.counter import Payee
from cloison.identity import Practices
from cloison.money import montant
from cloison.ops.house import House
from cloison.payments import answers, details, ledger, payables, reconcile
from cloison.payments.details import Holder
from cloison.payments.payables import OrderFile, Run
from cloison.payments.reconcile import Outcome
from cloison.rights.insurers import Insurer
from cloison.rights.reference import Reference
from cloison.storage.database import Database
from cloison.storage.roles import Role

INITIATOR = "CLOISON"
CLERK_ACCOUNT = 3
"""The account `payments` of migration 0002: commands of the finance clerk act under it."""
PAYEES_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Paid:
    """A run with the files of its orders."""

    run: Run
    files: list[OrderFile]


async def record_payees(house: House, database: Database, payees: Sequence[Payee]) -> list[Defect]:
    """Seal where practices are paid. A practice that is not registered, or details that are wrong, are listed."""
    practices = await Practices.read(database, Role.PAY)
    known = dict(zip(practices.number.tolist(), practices.practice.tolist(), strict=True))
    numbers: list[int] = []
    sound: list[details.BankDetails] = []
    defects: list[Defect] = []
    for line, payee in enumerate(payees, 2):
        number = known.get(payee.number.encode())
        read = details.read(payee.iban, payee.bic, payee.name, Place("practices", line))
        if isinstance(read, Defect):
            defects.append(read)
        elif number is not None:
            numbers.append(number)
            sound.append(read)
    for start in range(0, len(numbers), PAYEES_AT_ONCE):
        part = slice(start, start + PAYEES_AT_ONCE)
        async with database.transaction(Role.OFFICE) as work:
            await details.record(work, house.keys, Holder.PRACTICE, numbers[part], sound[part])
    return defects


async def record_payers(house: House, database: Database, insurers: Sequence[Insurer], source: str) -> list[Defect]:
    """Seal each insurer's own account: the one that its payments are ordered on."""
    reference = await Reference.read(database, Role.CLAIMS)
    tenants = dict(zip(reference.insurers.amc.tolist(), reference.insurers.tenant.tolist(), strict=True))
    numbers: list[int] = []
    sound: list[details.BankDetails] = []
    defects: list[Defect] = []
    for rank, insurer in enumerate(insurers, 1):
        read = details.read(insurer.iban, insurer.bic, insurer.name, Place(source, rank))
        if isinstance(read, Defect):
            defects.append(read)
        else:
            numbers.append(tenants[insurer.amc.lstrip("0").encode()])
            sound.append(read)
    async with database.transaction(Role.OFFICE) as work:
        await details.record(work, house.keys, Holder.INSURER, numbers, sound)
    return defects


async def pay(house: House, database: Database, day: date, rank: int, folder: Path) -> Paid:
    """Order what is due and write the orders. The same day and rank give the same run and the same bytes."""
    async with database.transaction(Role.PAY) as work:
        run = await payables.run(work, day, rank)
    async with database.transaction(Role.PAY) as work:
        files = await payables.order_files(work, house.keys, run.run, folder, INITIATOR)
    return Paid(run, files)


async def read_answers(house: House, database: Database, paths: Iterable[Path]) -> list[Outcome]:
    """Make true in the books what banks answered, each file in a transaction of its own."""
    outcomes: list[Outcome] = []
    for path in paths:
        file = answers.read(path.name, path.read_bytes())
        async with database.transaction(Role.PAY) as work:
            outcomes.extend(await reconcile.reconcile(work, house.keys, [file]))
    return outcomes


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an insurer stands, with its name."""

    name: str
    decided: int
    to_order: int
    ordered: int
    paid: int
    suspense: int


async def positions(database: Database) -> list[Standing]:
    """The position of every insurer that decided anything, as its book says."""
    insurers = (await Reference.read(database, Role.CLAIMS)).insurers
    standings: list[Standing] = []
    async with database.transaction(Role.PAY) as work:
        for tenant in sorted(insurers.tenant.tolist()):
            where = await ledger.position(work, tenant)
            decided = where.charged_cents - where.cancelled_cents
            paid = where.paid_cents - where.returned_cents
            if any((decided, where.due_cents, where.ordered_cents, paid, where.suspense_cents)):
                standings.append(
                    Standing(
                        insurers.named(tenant),
                        decided,
                        where.due_cents,
                        where.ordered_cents,
                        paid,
                        where.suspense_cents,
                    )
                )
    return standings


async def suspended(database: Database) -> list[tuple[str, ...]]:
    """The bank lines that wait for somebody, as rows to show."""
    async with database.transaction(Role.PAY) as work:
        waiting = await reconcile.suspense(work)
    return [
        (str(each.bank_line), str(each.booking_date), montant(each.amount_cents), each.file, each.reason.message.fr,
         each.owner)
        for each in waiting
    ]  # fmt: skip


async def audit(database: Database) -> None:
    """Recompute the books from every transfer. Raises Corruption when they do not agree."""
    async with database.transaction(Role.PAY) as work:
        await ledger.audit(work)


async def explain(database: Database, bank_line: int, note: str) -> int:
    """Take a bank line out of suspense with the words of who looked; returns the transfer that says so."""
    async with database.transaction(Role.PAY) as work:
        return await reconcile.explain(work, bank_line, CLERK_ACCOUNT, note)


async def unpaid(database: Database) -> list[tuple[str, ...]]:
    """What stands in the way of paying what is due, as rows to show."""
    insurers = (await Reference.read(database, Role.CLAIMS)).insurers
    practices = await Practices.read(database, Role.PAY)
    numbers = dict(zip(practices.practice.tolist(), practices.number.tolist(), strict=True))
    async with database.transaction(Role.PAY) as work:
        waiting = await payables.unpaid(work)
    return [
        (
            insurers.named(each.tenant),
            numbers[each.practice].decode(),
            montant(each.amount_cents),
            each.reason.message.fr,
        )
        for each in waiting
    ]
