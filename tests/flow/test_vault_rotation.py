"""A rotated insurer key: every person's key is wrapped anew, nothing else moves; and a destroyed key opens nothing."""

from pathlib import Path

import numpy as np
import pytest
from tests.flow.paper_movements import Office, line, office

from cloison.errors import Misuse
from cloison.storage import vault_store
from cloison.storage.database import Database, administer
from cloison.storage.vault import Vault, kek


async def opened(desk: Office) -> list[bytes]:
    """The NIR of every person, as the vault opens it."""
    connection = await administer(desk.database.address)
    try:
        rows = await connection.fetch("select person, dek, sealed from vault.identity where dek is not null order by 1")
    finally:
        await connection.close()
    persons = np.frombuffer(b"".join(row["person"].bytes for row in rows), np.uint8).reshape(-1, 16)
    clear = Vault(desk.keys.open()).open(1, persons, [row["dek"] for row in rows], [row["sealed"] for row in rows])
    return clear.column("nir").tolist()


async def test_a_rotation_wraps_the_keys_of_persons_anew_and_moves_nothing_else(
    tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(vault_store, "ROWS_AT_ONCE", 3)
    async with office(tmp_path, database) as desk:
        await desk.loaded(*(line(person) for person in range(1, 9)))
        before, keys = await opened(desk), desk.keys.open()
        assert await vault_store.rewrap(database, keys, 1) == 0

        assert keys.rotate(kek(1)) == 2

        assert await vault_store.rewrap(database, keys, 1) == 8
        assert await vault_store.rewrap(database, keys, 1) == 0
        assert await desk.fetch("select distinct key_epoch from vault.identity") == [(2,)]
        assert await opened(desk) == before
        await desk.loaded(line(20))
        assert len(await opened(desk)) == 9


async def test_a_destroyed_insurer_key_and_a_shredded_person_open_no_more(tmp_path: Path, database: Database):
    async with office(tmp_path, database) as desk:
        await desk.loaded(line(1), line(2))
        [(first,), _] = await desk.fetch("select person from vault.identity order by 1")
        assert await vault_store.shred(database, [first]) == 1
        assert len(await opened(desk)) == 1

        desk.keys.open().destroy(kek(1))
        with pytest.raises(Misuse):
            await opened(desk)


async def test_a_shredded_person_declared_again_is_a_new_person(tmp_path: Path, database: Database):
    async with office(tmp_path, database) as desk:
        await desk.loaded(line(1))
        [(first,)] = await desk.fetch("select person from vault.identity")
        await vault_store.shred(database, [first])

        await desk.loaded(line(1, contrat="NEW"))

        persons = await desk.fetch("select person from vault.identity where dek is not null")
        assert len(persons) == 1
        assert persons != [(first,)]
