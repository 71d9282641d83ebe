"""Bank details: checked at the gate, sealed to their holder, never shown."""

from pathlib import Path

import asyncpg
import pytest
from tests.flow.payment_books import PASSPHRASE, iban

from cloison.errors import Corruption, Defect
from cloison.payments import details
from cloison.payments.details import Holder
from cloison.payments.sepa import BankDetails
from cloison.storage.database import Address, Database, administer, connect
from cloison.storage.keys_file import FileProvider
from cloison.storage.roles import Role


@pytest.mark.parametrize(
    ("account", "bic", "name"),
    [
        ("FR7630006000011234567890188", "", "CABINET"),
        ("FR76", "", "CABINET"),
        ("", "", "CABINET"),
        (iban(1), "NOTABIC", "CABINET"),
        (iban(1), "", "  "),
        ("TR330006100519786457841326", "", "OUTSIDE SEPA"),
    ],
)
def test_what_no_bank_would_accept_is_refused_without_being_repeated(account: str, bic: str, name: str):
    refused = details.read(account, bic, name)
    assert isinstance(refused, Defect)
    assert not account or account not in f"{refused}"


def test_what_people_type_is_read():
    read = details.read("fr76 3000 6000 0112 3456 7890 189", "agrifrpp", "Pharmacie de l'Église")
    assert read == BankDetails("FR7630006000011234567890189", "AGRIFRPP", "Pharmacie de l'Eglise")
    assert repr(read) == "BankDetails(***)"


async def test_they_are_opened_as_they_were_sealed(database: Database, address: Address, tmp_path: Path):
    keys = FileProvider(tmp_path / "keys.json", PASSPHRASE)
    long = BankDetails("MT84MALT011000012345MTLCAST001S", "MALTMTMTXXX", "N" * 70)
    known = [BankDetails(iban(1), "", "CABINET 1"), long]
    async with database.transaction(Role.OFFICE) as work:
        await details.record(work, keys, Holder.PRACTICE, [1, 2], known)
    lines = await _lines(address)
    async with database.transaction(Role.PAY) as work:
        assert list((await details.opened(work, keys, lines)).values()) == known
        assert await details.insurers_by_iban(work, keys) == {}
    connection = await connect(address, Role.OFFICE)
    assert await connection.fetchval("select last4 from payments.bank_account where number = 2") == "001S"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.fetchval("select sealed from payments.bank_account")
    await connection.close()


async def test_a_sealed_account_moved_to_another_holder_does_not_open(
    database: Database, address: Address, tmp_path: Path
):
    keys = FileProvider(tmp_path / "keys.json", PASSPHRASE)
    async with database.transaction(Role.PAY) as work:
        await details.record(work, keys, Holder.PRACTICE, [1], [BankDetails(iban(1), "", "CABINET 1")])
    owner = await administer(address)
    await owner.execute(
        "insert into payments.bank_account (holder, number, sealed, last4)"
        " select 2, 7, sealed, last4 from payments.bank_account"
    )
    sizes = await owner.fetch("select distinct length(sealed) from payments.bank_account")
    assert len(sizes) == 1
    await owner.close()
    with pytest.raises(Corruption):
        async with database.transaction(Role.PAY) as work:
            await details.opened(work, keys, (await _lines(address))[1:])


async def _lines(address: Address) -> list[int]:
    """The numbers of the lines, in the order in which they were written."""
    owner = await administer(address)
    lines = await owner.fetch("select bank_account from payments.bank_account order by bank_account")
    await owner.close()
    return [line["bank_account"] for line in lines]
