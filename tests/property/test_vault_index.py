"""What blind indexes find and what they keep apart."""

import hashlib
import hmac
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloison.storage.keys import KeyProvider
from cloison.storage.keys_file import FileKeys
from cloison.storage.vault_index import BlindIndex, Purpose, normal_amc, normal_number


@pytest.fixture(scope="module")
def keys() -> Iterator[KeyProvider]:
    with tempfile.TemporaryDirectory() as folder:
        yield FileKeys(Path(folder) / "keys", "for tests").open()


@pytest.fixture(scope="module")
def index(keys: KeyProvider) -> BlindIndex:
    index = BlindIndex(keys)
    index.provision([1, 2, 3])
    return index


def column(*values: str) -> np.ndarray:
    return np.array([value.encode() for value in values])


def test_a_card_is_found_however_it_is_written(index: BlindIndex):
    tokens = index.card(
        1,
        column("75004407", "0075004407", " 75004407"),
        column("ab12", "AB12 ", "Ab12"),
        column(*["19900230"] * 3),
        column(*["1"] * 3),
    )
    assert tokens.shape == (3, 16)
    assert (tokens == tokens[0]).all()


def test_tokens_differ_by_every_part_and_by_insurer(index: BlindIndex):
    base = ("75004407", "A1", "19900230", "1")
    other = ("75004408", "A2", "19900231", "2")
    rows = [base] + [tuple(other[at] if at == changed else base[at] for at in range(4)) for changed in range(4)]
    columns = [column(*values) for values in zip(*rows, strict=True)]

    tokens = {bytes(token) for tenant in (1, 2) for token in index.card(tenant, *columns)}

    assert len(tokens) == 10


texts = st.text("AB1", max_size=3)


@given(st.tuples(texts, texts), st.tuples(texts, texts))
def test_parts_do_not_run_into_each_other(index: BlindIndex, one: tuple[str, str], other: tuple[str, str]):
    """'AB' + '1' is not 'A' + 'B1'."""
    same = column("19900101", "19900101")
    tokens = index.identity(1, column(*"99"), column(one[0], other[0]), same, column(one[1][:1], other[1][:1]))
    assert (tokens[0] == tokens[1]).all() == (one[0] == other[0] and one[1][:1] == other[1][:1])


def test_a_batch_of_several_insurers_gives_what_each_gives_alone(index: BlindIndex):
    tenants = np.array([1, 2, 3, 1, 2], np.int32)
    nir = column("2951099126111", "1891275125012", "2951099126111", "2951099126111", "2790351215189")

    mixed = index.batch_nir(tenants, nir)

    for row, tenant in enumerate(tenants.tolist()):
        assert (mixed[row] == index.batch_nir(tenant, nir[row : row + 1])[0]).all()
    assert len({bytes(token) for token in mixed}) == 4


def test_the_birth_of_an_invoice_gives_the_mark_of_the_full_date(index: BlindIndex):
    nir, rank = column("2951099126111"), column("1")

    full = index.batch_birth(1, nir, column("19951301"), rank)
    short = index.batch_birth(1, nir, column("951301"), rank)

    assert full.dtype == np.int64
    assert full == short
    assert full != index.batch_birth(1, nir, column("951302"), rank)
    assert full != index.batch_birth(1, column("1891275125012"), column("951301"), rank)


def test_a_token_is_the_documented_hmac(index: BlindIndex, tmp_path: Path):
    """Length on one byte, value, zeros up to the width of the part; first 16 bytes of HMAC-SHA-256."""

    class Plain:
        def hmac(self, key_id: str, messages: list[memoryview]) -> list[bytes]:
            assert key_id == "index/5/batch_nir/1"
            return [hmac.digest(b"k", bytes(message), hashlib.sha256) for message in messages]

    [token] = BlindIndex(Plain()).batch_nir(5, column("295109912611"))  # type: ignore[arg-type]
    assert bytes(token) == hmac.digest(b"k", bytes([12]) + b"295109912611" + bytes(1), hashlib.sha256)[:16]


def test_purposes_share_no_key(index: BlindIndex):
    assert len({index.key_id(1, purpose) for purpose in Purpose}) == len(Purpose)


def test_another_epoch_gives_other_tokens(keys: KeyProvider, index: BlindIndex):
    later = BlindIndex(keys, {1: 2})
    later.provision([1])
    nir = column("2951099126111")
    assert (index.batch_nir(1, nir) != later.batch_nir(1, nir)).any()
    assert (index.batch_nir(2, nir) == later.batch_nir(2, nir)).all()


def test_a_part_that_is_too_long_is_refused_not_cut(index: BlindIndex):
    with pytest.raises(ValueError, match="at most"):
        index.batch_nir(1, column("29510991261119"))


@given(st.lists(st.sampled_from(["2951099126111", "1891275125012", "2790351215189"]), max_size=12))
def test_a_family_standing_together_gives_what_each_gives_alone(index: BlindIndex, numbers: list[str]):
    nir = np.array([number.encode() for number in numbers], "S13")
    together = index.batch_nir(1, nir)
    for row in range(len(numbers)):
        assert (together[row] == index.batch_nir(1, nir[row : row + 1])[0]).all()


def test_an_empty_batch_gives_no_token(index: BlindIndex):
    assert index.batch_nir(1, np.array([], "S13")).shape == (0, 16)
    assert index.batch_birth(1, *(np.array([], f"S{width}") for width in (13, 8, 1))).shape == (0,)


def test_numbers_are_normalised_in_one_way():
    assert normal_amc(column(" 0075004407 ", "000")).tolist() == [b"75004407", b""]
    assert normal_number(column(" 00ab ", "é")).tolist()[0] == b"00AB"
