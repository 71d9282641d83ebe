"""What a sealed identity withstands: any move to another cell, any altered byte."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloison.errors import Corruption, Misuse
from cloison.storage.keys_file import FileKeys
from cloison.storage.vault import RECORD, RECORD_BYTES, SEALED_BYTES, Identities, Vault, aad_of, new_persons

TENANTS = (1, 2, 84)


@pytest.fixture(scope="module")
def vault() -> Iterator[Vault]:
    with tempfile.TemporaryDirectory() as folder:
        vault = Vault(FileKeys(Path(folder) / "keys", "for tests").open())
        vault.provision(TENANTS)
        yield vault


def identities(names: list[str]) -> Identities:
    count = len(names)
    same = {
        "nir": b"295109912611193", "birth": b"19951017", "rank": b"1", "sexe": b"F",
        "adherent": b"A123", "contract": b"C9", "nom_usage": b"", "prenoms": b"ANNE",
    }  # fmt: skip
    columns = {field: np.full(count, value, RECORD[field]) for field, value in same.items()}
    return Identities.of(**columns, nom_naissance=np.array([name.encode() for name in names], "S65"))


names = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=16)


@given(st.lists(names, min_size=1, max_size=5), st.sampled_from(TENANTS))
def test_what_is_sealed_opens_as_it_was(vault: Vault, people: list[str], tenant: int):
    persons, clear = new_persons(len(people)), identities(people)

    sealed = vault.seal(tenant, persons, clear)
    opened = vault.open(tenant, persons, list(map(bytes, sealed.deks)), list(map(bytes, sealed.bodies)))

    assert (opened.plain == clear.plain).all()
    assert sealed.bodies.shape == (len(people), SEALED_BYTES)


@given(st.sampled_from(["tenant", "person", "dek", "body", "both"]), st.sampled_from(TENANTS))
def test_a_cell_moved_to_another_row_or_insurer_does_not_open(vault: Vault, moved: str, tenant: int):
    persons = new_persons(2)
    sealed = vault.seal(tenant, persons, identities(["ANNE", "PAUL"]))
    deks, bodies = list(map(bytes, sealed.deks)), list(map(bytes, sealed.bodies))
    where, who = tenant, persons[:1]
    if moved == "tenant":
        where = TENANTS[(TENANTS.index(tenant) + 1) % len(TENANTS)]
    elif moved == "person":
        who = new_persons(1)
    source = {"dek": (1, 0), "body": (0, 1), "both": (1, 1)}.get(moved, (0, 0))

    with pytest.raises(Corruption):
        vault.open(where, who, [deks[source[0]]], [bodies[source[1]]])


@given(st.integers(0, SEALED_BYTES - 1), st.integers(1, 255))
def test_an_altered_byte_of_a_sealed_identity_is_refused(vault: Vault, position: int, change: int):
    persons = new_persons(1)
    sealed = vault.seal(1, persons, identities(["ANNE"]))
    body = bytearray(bytes(sealed.bodies[0]))
    body[position] ^= change

    with pytest.raises((Corruption, Misuse)):
        vault.open(1, persons, [bytes(sealed.deks[0])], [body])


def test_a_wrapped_key_does_not_open_as_another_field(vault: Vault):
    """The dek of a person, put where the identity is, and the reverse: neither opens."""
    persons = new_persons(1)
    sealed = vault.seal(1, persons, identities(["ANNE"]))

    with pytest.raises((Corruption, Misuse)):
        vault.open(1, persons, [bytes(sealed.bodies[0])], [bytes(sealed.deks[0])])


@given(st.lists(st.binary(max_size=5), max_size=4), st.lists(st.binary(max_size=5), max_size=4))
def test_two_lists_of_parts_never_give_one_aad(one: list[bytes], other: list[bytes]):
    assert (aad_of(*one) == aad_of(*other)) is (one == other)


def test_the_sealed_size_does_not_tell_the_length_of_a_name(vault: Vault):
    sealed = vault.seal(1, new_persons(2), identities(["A", "DE LA ROCHEFOUCAULD"]))
    assert sealed.bodies.shape == (2, SEALED_BYTES)
    assert RECORD_BYTES == 256


def test_the_same_person_sealed_twice_looks_different(vault: Vault):
    persons = np.repeat(new_persons(1), 2, axis=0)
    sealed = vault.seal(1, persons, identities(["ANNE", "ANNE"]))
    assert (sealed.bodies[0] != sealed.bodies[1]).any()
    assert (sealed.deks[0] != sealed.deks[1]).any()


@settings(max_examples=20)
@given(st.integers(1, 3))
def test_a_rewrapped_key_still_opens_its_identity(vault: Vault, count: int):
    persons, clear = new_persons(count), identities(["ANNE"] * count)
    sealed = vault.seal(2, persons, clear)

    deks = vault.rewrap(2, persons, list(map(bytes, sealed.deks)))

    assert (vault.open(2, persons, deks, list(map(bytes, sealed.bodies))).plain == clear.plain).all()


def test_identities_show_nothing(vault: Vault):
    clear = identities(["ROCHEFOUCAULD"])
    sealed = vault.seal(1, new_persons(1), clear)
    for shown in (repr(clear), str(clear), f"{clear}", repr(sealed), repr([clear])):
        assert "ROCHE" not in shown
        assert "29510" not in shown


def test_a_name_that_is_too_long_is_refused_not_cut():
    with pytest.raises(ValueError, match="nom_naissance"):
        Identities.of(
            **{field: np.array([b""], RECORD[field]) for field in RECORD.names or () if field != "nom_naissance"},
            nom_naissance=np.array([b"A" * 66]),
        )
