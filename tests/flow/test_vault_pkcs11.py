"""A file of movements loaded with keys that never leave the security module."""

from pathlib import Path

import pytest
from tests.flow.paper_movements import line, office
from tests.flow.test_vault_rotation import opened
from tests.unit.softhsm import shared_token

from cloison.storage.database import Database


@pytest.mark.pkcs11
async def test_rights_are_loaded_and_opened_with_keys_of_the_module(tmp_path: Path, database: Database):
    async with office(tmp_path, database, keys=shared_token()) as desk:
        report = await desk.loaded(*(line(person) for person in range(1, 6)))

        assert report.counts.added == 5
        assert sorted(await opened(desk)) == sorted(line(person)["nir"].encode() for person in range(1, 6))
        assert (await desk.loaded(line(1))).counts.unchanged == 1
