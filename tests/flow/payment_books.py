"""An operator's books for tests: insurers and practices with bank details, dues in cents, answers of banks."""

import asyncio
from dataclasses import dataclass, field
from datetime import date
from multiprocessing.synchronize import Event
from pathlib import Path

import numpy as np

from cloison.payments import answers, ledger, payables, reconcile
from cloison.payments.details import Holder, record
from cloison.payments.ledger import Dues
from cloison.payments.payables import Run
from cloison.payments.reconcile import Outcome
from cloison.payments.sepa import BankDetails
from cloison.storage.database import Address, Database
from cloison.storage.keys import KeyProvider
from cloison.storage.keys_file import FileProvider
from cloison.storage.roles import Role

DAY = date(2026, 11, 24)
PASSPHRASE = "a passphrase for tests"


def iban(number: int) -> str:
    """A French account number whose keys are right, of a bank that does not exist."""
    account = f"99001{number % 100000:05d}{number:011d}"
    account += f"{97 - int(account + '00') % 97:02d}"
    return f"FR{98 - int(account + '152700') % 97:02d}{account}"


@dataclass
class Books:
    database: Database
    keys: KeyProvider
    folder: Path
    decisions: int = 0
    sent: int = 0
    names: dict[int, str] = field(default_factory=dict)

    async def open(self, tenants: int = 2, practices: int = 5) -> None:
        async with self.database.transaction(Role.PAY) as work:
            insurers = [BankDetails(iban(900 + tenant), "", f"MUTUELLE {tenant}") for tenant in range(1, tenants + 1)]
            await record(work, self.keys, Holder.INSURER, range(1, tenants + 1), insurers)
            payees = [BankDetails(iban(practice), "", f"CABINET {practice}") for practice in range(1, practices + 1)]
            await record(work, self.keys, Holder.PRACTICE, range(1, practices + 1), payees)

    async def due(self, *rows: tuple[int, int, int]) -> list[int]:
        """(insurer, practice, cents) each; the transfers' numbers."""
        columns = np.array(rows, np.int64).reshape(-1, 3)
        references = np.arange(self.decisions + 1, self.decisions + len(rows) + 1)
        self.decisions += len(rows)
        dues = Dues(columns[:, 0].astype(np.int32), columns[:, 1].astype(np.int32), columns[:, 2], references)
        async with self.database.transaction(Role.CLAIMS) as work:
            return (await ledger.record_dues(work, dues)).tolist()

    async def cancel(self, *transfers: int) -> list[int]:
        references = np.arange(self.decisions + 1, self.decisions + len(transfers) + 1)
        self.decisions += len(transfers)
        async with self.database.transaction(Role.CLAIMS) as work:
            return (await ledger.reverse_dues(work, np.array(transfers), references)).tolist()

    async def pay(self, rank: int = 1, day: date = DAY) -> Run:
        async with self.database.transaction(Role.PAY) as work:
            return await payables.run(work, day, rank)

    async def files(self, run: Run) -> list[payables.OrderFile]:
        async with self.database.transaction(Role.PAY) as work:
            return await payables.order_files(work, self.keys, run.run, self.folder, "CLOISON")

    async def returns(self, run: Run) -> payables.Returns:
        async with self.database.transaction(Role.PAY) as work:
            return await payables.returns_data(work, run.run)

    async def labels(self, run: Run) -> dict[tuple[int, int], str]:
        """The EndToEndId of each payment of a run, by insurer and practice."""
        data = await self.returns(run)
        keys = zip(data.tenant.tolist(), data.practice.tolist(), strict=True)
        return {key: label.decode() for key, label in zip(keys, data.label.tolist(), strict=True)}

    async def hear(self, *documents: bytes) -> list[Outcome]:
        """Read the bank's answers and apply them."""
        files = []
        for document in documents:
            self.sent += 1
            files.append(answers.read(f"bank-{self.sent}.xml", document))
        async with self.database.transaction(Role.PAY) as work:
            return await reconcile.reconcile(work, self.keys, files)

    async def position(self, tenant: int) -> ledger.Position:
        async with self.database.transaction(Role.PAY) as work:
            return await ledger.position(work, tenant)

    async def suspense(self, tenant: int | None = None) -> list[reconcile.Suspended]:
        async with self.database.transaction(Role.PAY) as work:
            return await reconcile.suspense(work, tenant)

    async def unpaid(self) -> list[tuple[int, int, int, str]]:
        async with self.database.transaction(Role.PAY) as work:
            return [(u.tenant, u.practice, u.amount_cents, u.reason.code) for u in await payables.unpaid(work)]

    async def audit(self) -> None:
        async with self.database.transaction(Role.PAY) as work:
            await ledger.audit(work)


def pay_everything(address: Address, keys: Path, folder: Path, ranks: int, ready: Event) -> None:
    """In a process of its own: every run up to `ranks`, each with its files, whatever was done before."""

    async def work() -> None:
        async with Database(address) as database:
            books = Books(database, FileProvider(keys, PASSPHRASE), folder)
            await database.pool(Role.PAY)
            ready.set()
            for rank in range(1, ranks + 1):
                await books.files(await books.pay(rank))

    asyncio.run(work())
