"""Who a line of movements is about: one person, one pseudonym at one insurer, sealed, and found by those who may."""

from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
from tests.flow.paper_movements import AMC, NOW, OTHER_AMC, Office, administered, line, nir_of, office

from cloison.identifiers.nir import key_of
from cloison.rights.movement_reasons import (
    TWO_PERSONS,
)
from cloison.storage.database import Database
from cloison.storage.vault import Vault

EVER = "infinity"


@pytest.fixture
async def desk(tmp_path: Path, database: Database) -> AsyncIterator[Office]:
    async with office(tmp_path, database) as opened:
        yield opened


async def test_a_person_is_found_by_card_by_identity_and_by_family(desk: Office):
    await desk.loaded(line(1), line(2, nir=nir_of(1), date_naissance="20101301", qualite="E"))
    vault = Vault(desk.keys.open())

    def text(value: str) -> np.ndarray:
        return np.array([value.encode()])

    [card] = vault.index.card(1, text("0075004407"), text(" a000001"), text(line(1)["date_naissance"]), text("1"))
    [ident] = vault.index.identity(1, text(AMC), text(nir_of(1)[:13]), text("20101301"), text("1"))
    [family] = vault.index.batch_nir(1, text(nir_of(1)[:13]))
    [mark] = vault.index.batch_birth(1, text(nir_of(1)[:13]), text("101301"), text("1"))

    online = "select count(*), min(person::text) from vault.online_index where token = $1"
    assert (await desk.fetch(online, str_of(card)))[0][0] == 1
    [(_, child)] = await desk.fetch(online, str_of(ident))
    members = await desk.fetch(
        "select person::text, birth_mark from vault.batch_index where nir_token = $1", str_of(family)
    )
    assert len(members) == 2
    assert (child, int(mark)) in members


def own_nir(text: str) -> str:
    """The NIR of somebody born in its year and month, with its right key."""
    return text[:13] + key_of(text[:13])


def str_of(token: np.ndarray) -> str:
    return bytes(token).hex()


async def test_what_is_sealed_is_what_the_line_said(desk: Office):
    await desk.loaded(line(7, nom_usage="LE GOFF"))
    async with administered(desk) as connection:
        [row] = await connection.fetch("select person, tenant, dek, sealed from vault.identity")

    opened = Vault(desk.keys.open()).open(
        row["tenant"], np.frombuffer(row["person"].bytes, np.uint8).reshape(1, 16), [row["dek"]], [row["sealed"]]
    )
    found = {
        name: opened.column(name)[0].decode() for name in ("nir", "nom_naissance", "nom_usage", "adherent", "birth")
    }
    assert found == {
        "nir": nir_of(7), "nom_naissance": "DUPONT-ÉTIENNE", "nom_usage": "LE GOFF", "adherent": "A000007",
        "birth": line(7)["date_naissance"],
    }  # fmt: skip


async def test_nothing_of_a_person_is_in_clear_in_the_database_or_on_disk(desk: Office):
    await desk.loaded(
        line(1, nom_naissance="ROCHEFOUCAULD"), line(2, nir=nir_of(2)[:13] + "00", nom_naissance="ROCHEFOUCAULD")
    )
    async with administered(desk) as connection:
        for schema, table in await connection.fetch(
            "select schemaname, tablename from pg_tables where schemaname in ('vault', 'rights')"
        ):
            for row in await connection.fetch(f"select t::text from {schema}.{table} t"):
                assert_silent(row[0].encode())
            for row in await connection.fetch(f"select * from {schema}.{table}"):
                for value in row.values():
                    if isinstance(value, bytes):
                        assert_silent(value)
    for path in (desk.folder / "spool").iterdir():
        assert_silent(path.read_bytes())


def assert_silent(content: bytes) -> None:
    for secret in (b"ROCHEFOUCAULD", nir_of(1)[:13].encode(), nir_of(2)[:13].encode(), b"ANNE MARIE"):
        assert secret not in content


async def test_a_new_name_is_sealed_again_and_the_person_stays(desk: Office):
    await desk.loaded(line(1), line(2))
    before = dict(await desk.fetch("select person, record_mark from vault.identity"))
    report = await desk.loaded(line(1, mouvement="M", nom_usage="LE GOFF"), line(2, mouvement="M"))
    assert (report.counts.amended, report.counts.unchanged) == (1, 1)
    after = dict(await desk.fetch("select person, record_mark from vault.identity"))

    assert before.keys() == after.keys()
    assert sum(before[person] != after[person] for person in before) == 1
    assert await desk.count("vault.online_index") == 4


async def test_a_new_adherent_number_finds_the_same_person(desk: Office):
    await desk.loaded(line(1))
    await desk.loaded(line(1, mouvement="M", adherent="NEW1"))

    assert await desk.count("vault.identity") == 1
    assert await desk.fetch("select count(*), count(distinct person) from vault.online_index") == [(3, 1)]


async def test_a_corrected_nir_finds_the_same_person_by_card(desk: Office):
    await desk.loaded(line(1))
    await desk.loaded(line(1, mouvement="M", nir=nir_of(500)))

    assert await desk.count("vault.identity") == 1
    assert await desk.count("vault.batch_index") == 2


async def test_one_person_under_two_contracts_or_two_parents_is_one_person(desk: Office):
    await desk.loaded(
        line(1),
        line(1, contrat="SURC", ordre="2"),
        line(9, nir=nir_of(1), adherent="FAM", date_naissance="20150405", contrat="X1", qualite="E"),
        line(9, nir=nir_of(2), adherent="FAM", date_naissance="20150405", contrat="X2", qualite="E"),
    )

    assert await desk.count("vault.identity") == 2
    assert await desk.fetch("select count(distinct person) from rights.coverage") == [(2,)]


async def test_spouses_born_on_one_day_are_two_persons_who_share_a_card(desk: Office):
    born = {"date_naissance": "19730903", "adherent": "COUPLE", "contrat": "K1"}
    him = line(1, nir=own_nir("173097406500137"), sexe="M", **born)
    her = line(2, nir=own_nir("273097718600159"), sexe="F", qualite="C", **born)

    assert (await desk.loaded(him, her)).counts.added == 2
    assert await desk.fetch("select count(*), count(distinct token) from vault.online_index") == [(4, 3)]
    report = await desk.loaded(her | {"mouvement": "M", "date_debut": "2026-06-01", "produit": "ESS1"}, him)
    assert (report.counts.amended, report.counts.unchanged, report.counts.quarantined) == (1, 1, 0)
    assert await desk.count("vault.identity") == 2


async def test_a_spouse_born_on_the_same_day_may_join_later(desk: Office):
    born = {"date_naissance": "19730903", "adherent": "COUPLE", "contrat": "K1"}
    await desk.loaded(line(1, nir=own_nir("173097406500137"), sexe="M", **born))
    await desk.loaded(line(2, nir=own_nir("273097718600159"), sexe="F", qualite="C", **born))

    assert await desk.count("vault.identity") == 2
    assert len(await desk.known()) == 2


async def test_two_insurers_know_one_human_under_two_pseudonyms(desk: Office):
    await desk.loaded(line(1))
    path = desk.file([line(1, amc=OTHER_AMC)], OTHER_AMC)
    assert (await desk.loader.load(path, NOW)).state == "loaded"

    assert await desk.fetch("select count(distinct person), count(distinct contract) from rights.coverage") == [(2, 2)]
    assert await desk.fetch("select count(distinct nir_token) from vault.batch_index") == [(2,)]


async def test_a_line_that_names_two_known_persons_is_quarantined(desk: Office):
    """NIR, birth and rank of one, adherent, birth and rank of the other: same birth date, twins by mistake."""
    same = line(1)["date_naissance"]
    await desk.loaded(line(1), line(2, date_naissance=same))
    report = await desk.load([line(1, adherent="A000002", contrat="K9")])

    assert report.by_reason == {TWO_PERSONS.number: 1}
    assert await desk.count("rights.coverage") == 2
