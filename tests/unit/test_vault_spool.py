"""What the spool promises about a received file."""

import hashlib
import io
import secrets
from pathlib import Path
from uuid import UUID

import pytest

from cloison.errors import Corruption, Misuse
from cloison.storage.keys_file import FileKeys
from cloison.storage.spool import CHUNK_BYTES, HEADER_BYTES, STRIDE_BYTES, Spool


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool", FileKeys(tmp_path / "keys", "for tests").open())


def sealed_file(tmp_path: Path) -> Path:
    [path] = (tmp_path / "spool").iterdir()
    return path


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES + 77])
def test_a_file_comes_back_as_it_was_received(spool: Spool, tmp_path: Path, size: int):
    content = secrets.token_bytes(size)
    source = tmp_path / "received"
    source.write_bytes(content)

    kept = spool.keep(source)

    assert (kept.size, kept.sha256) == (size, hashlib.sha256(content).digest())
    assert spool.read(kept.spool_id) == content
    with spool.open(kept.spool_id) as file:
        assert file.size == size


def test_nothing_on_disk_is_in_clear_and_no_draft_remains(spool: Spool, tmp_path: Path):
    spool.keep(io.BytesIO(b"295109912611193;DUPONT" * 1000))

    path = sealed_file(tmp_path)
    assert b"DUPONT" not in path.read_bytes()
    assert path.suffix == ".sealed"


def test_a_reader_seeks_and_reads_across_chunks(spool: Spool):
    content = secrets.token_bytes(2 * CHUNK_BYTES + 10)
    kept = spool.keep(io.BytesIO(content))

    with spool.open(kept.spool_id) as file:
        file.seek(CHUNK_BYTES - 5)
        assert file.read(10) == content[CHUNK_BYTES - 5 : CHUNK_BYTES + 5]
        file.seek(-4, io.SEEK_END)
        assert file.read() == content[-4:]
        assert file.read(5) == b""
        file.seek(0)
        assert b"".join(iter(lambda: file.read(65_536), b"")) == content
        buffer = bytearray(7)
        file.seek(3)
        assert file.readinto(buffer) == 7
        assert buffer == content[3:10]


def test_ranges_are_cut_as_received(spool: Spool):
    content = bytes(range(256)) * 8192
    kept = spool.keep(io.BytesIO(content))

    cut = spool.cut(kept.spool_id, [(0, 3), (CHUNK_BYTES - 1, CHUNK_BYTES + 1), (len(content) - 1, len(content) + 9)])

    assert cut == [content[:3], content[CHUNK_BYTES - 1 : CHUNK_BYTES + 1], content[-1:]]


def test_a_changed_byte_is_seen(spool: Spool, tmp_path: Path):
    kept = spool.keep(io.BytesIO(b"x" * 100))
    path = sealed_file(tmp_path)
    for position in (0, 6, HEADER_BYTES, path.stat().st_size - 1):
        good = path.read_bytes()
        path.write_bytes(good[:position] + bytes([good[position] ^ 1]) + good[position + 1 :])
        with pytest.raises((Corruption, Misuse)):
            spool.read(kept.spool_id)
        path.write_bytes(good)
    assert spool.read(kept.spool_id) == b"x" * 100


def test_a_lost_swapped_or_repeated_chunk_is_seen(spool: Spool, tmp_path: Path):
    kept = spool.keep(io.BytesIO(secrets.token_bytes(3 * CHUNK_BYTES)))
    path = sealed_file(tmp_path)
    good = path.read_bytes()
    head, chunks = (
        good[:HEADER_BYTES],
        [good[start : start + STRIDE_BYTES] for start in range(HEADER_BYTES, len(good), STRIDE_BYTES)],
    )
    a, b, c = chunks

    for order in ([a, b], [b, a, c], [a, b, c, c], [a], [a, b, c[:-1]], [a, c]):
        path.write_bytes(head + b"".join(order))
        with pytest.raises(Corruption):
            spool.read(kept.spool_id)


def test_a_file_renamed_to_another_identifier_does_not_open(spool: Spool, tmp_path: Path):
    spool.keep(io.BytesIO(b"content"))
    other = UUID(int=7)
    sealed_file(tmp_path).rename(tmp_path / "spool" / f"{other.hex}.sealed")

    with pytest.raises(Corruption):
        spool.read(other)


def test_an_absent_file_is_the_callers_mistake(spool: Spool):
    with pytest.raises(Misuse):
        spool.open(UUID(int=1))


def test_a_destroyed_file_is_gone(spool: Spool, tmp_path: Path):
    kept = spool.keep(io.BytesIO(b"content"))
    spool.destroy(kept.spool_id)
    spool.destroy(kept.spool_id)

    assert list((tmp_path / "spool").iterdir()) == []


def test_a_reception_that_fails_leaves_nothing(spool: Spool, tmp_path: Path):
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError("the network went away")

    with pytest.raises(OSError, match="network"):
        spool.keep(Broken())
    assert list((tmp_path / "spool").iterdir()) == []
