"""A payment run killed without warning, at any point, many times: each instruction leaves once, the books hold."""

import multiprocessing
import random
import time
from pathlib import Path

import pytest
from lxml import etree
from tests.flow.payment_books import PASSPHRASE, Books, pay_everything

from cloison.storage.database import Address, Database
from cloison.storage.keys_file import FileProvider

KILLS = 16


@pytest.mark.slow
async def test_a_run_killed_anywhere_pays_each_due_once(address: Address, database: Database, tmp_path: Path):
    keys = tmp_path / "keys.json"
    books = Books(database, FileProvider(keys, PASSPHRASE), tmp_path / "orders")
    await books.open(tenants=3, practices=40)
    chance = random.Random(20261124)
    spawn = multiprocessing.get_context("spawn")
    due = 0
    for attempt in range(1, KILLS + 1):
        rows = [(1 + n % 3, 1 + n % 40, chance.randint(1, 5000)) for n in range(240)]
        await books.due(*rows)
        due += sum(cents for _, _, cents in rows)
        ready = spawn.Event()
        process = spawn.Process(target=pay_everything, args=(address, keys, books.folder, attempt, ready))
        process.start()
        ready.wait(30)
        time.sleep(chance.uniform(0, 0.25))
        process.kill()
        process.join()
        await books.audit()

    runs = [await books.pay(rank) for rank in range(1, KILLS + 2)]
    for run in runs:
        await books.files(run)
    assert sum(run.amount_cents for run in runs) == due
    labels: list[str] = []
    cents = 0
    for path in books.folder.glob("*.xml"):
        root = etree.fromstring(path.read_bytes())
        labels += [str(element.text) for element in root.iterfind(".//{*}EndToEndId")]
        cents += sum(int(str(element.text).replace(".", "")) for element in root.iterfind(".//{*}InstdAmt"))
    assert len(labels) == len(set(labels)) == sum(run.payments for run in runs)
    assert cents == due
    assert await books.unpaid() == []
    await books.audit()
