"""Official tables as this operator keeps them: one Parquet file per table under the home, with all its releases.

    tariffs/ccam.parquet   key, start, a column per value; in the metadata the day, label, digest, rows of each release
    tariffs/.lock          held while a release is taken in: two imports follow each other

A release is taken in whole or not at all: the new file is written beside the old one, flushed, then renamed over it. A
row that is there stays as it is; a later release only adds rows from its own day on, and that is checked before the
file takes the name.
"""

import fcntl
import gzip
import hashlib
import io
import json
import os
import secrets
import zlib
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal, TypeAlias, cast

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from cloison.errors import Corruption, Defect, Misuse, Place
from cloison.ops.reasons import FILE_MISSING
from cloison.ops.tariff_reasons import (
    FILE_UNWRITTEN,
    RELEASE_DAY_DIFFERS,
    RELEASE_DAY_MISSING,
    RELEASE_SHRUNK,
    TABLE_DAMAGED,
)
from cloison.rules import FAULTS, TariffBook
from cloison.rules.official import read_ccam, read_devices, read_laboratory, read_presentations
from cloison.rules.releases import NOT_PRICED, Change, History, Release

Table: TypeAlias = Literal["ccam", "bdpm", "lpp", "nabm"]
TABLES: tuple[Table, ...] = ("ccam", "bdpm", "lpp", "nabm")
SOURCE_BYTES_MAX = 256 << 20
"""More than any official table, unpacked: a file that swells beyond is not one."""
GONE_ONE_IN = 20
"""A release that drops more of its keys than this is probably cut short."""
_METADATA = b"cloison.releases"
_VALUE = "value."
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a release that was taken in comes from."""

    start: date
    label: str
    sha256: str
    """Digest of the file as it was given."""
    rows: int
    defects: int


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """A table as it is kept: its history, and the source of each release."""

    history: History
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Taken:
    """What an import did: the release, and what it changes from its day on (nothing for the first one)."""

    source: Source
    first: bool
    repeated: bool
    changes: tuple[Change, ...]
    defects: tuple[Defect, ...]


def import_release(
    home: Path, table: Table, file: Path, start: date | None, *, dry: bool = False, accept_gone: bool = False
) -> Taken:
    """Take in a release of a table; `dry` only says what it would change. The same bytes again change nothing."""
    content = _content(file)
    digest = hashlib.sha256(content).hexdigest()
    with _alone(home):
        kept = read(home, table)
        same = next((known for known in kept.sources if known.sha256 == digest), None) if kept else None
        if same is not None and start in (None, same.start):
            return Taken(same, first=False, repeated=True, changes=(), defects=())
        release = _parsed(table, file.name, _text(content, file.name), start)
        source = Source(release.start, release.label, digest, len(release.keys), len(release.defects))
        changes = tuple(kept.history.changes(release)) if kept else ()
        if not dry:
            if not accept_gone:
                _whole(file.name, kept, changes)
            _take_in(home, kept, release, source)
    return Taken(source, first=kept is None, repeated=False, changes=changes, defects=release.defects)


def read(home: Path, table: Table) -> Kept | None:
    """A table that was imported, or None. Raises Corruption when its file is not as it was written."""
    path = _path(home, table)
    if not path.exists():
        return None
    try:
        columns: pa.Table = pq.read_table(path, page_checksum_verification=True)
        metadata = cast("Mapping[bytes, bytes]", columns.schema.metadata)
        known = cast("list[dict[str, Any]]", json.loads(metadata[_METADATA]))  # Any: JSON of ours, named just below
        sources = tuple(Source(start=date.fromisoformat(each.pop("start")), **each) for each in known)
        return Kept(_history(table, columns, sources), sources)
    except (OSError, pa.ArrowException, KeyError, ValueError, TypeError) as broken:
        raise Corruption(TABLE_DAMAGED, place=Place(path.name)) from broken


def book(home: Path) -> TariffBook:
    """The packaged values of the law with every official table that was imported."""
    return in_force(home)[0]


def in_force(home: Path) -> tuple[TariffBook, str]:
    """The book, and the names of its releases: table, last day, and the first digits of the digest of all its files."""
    tariff, names = TariffBook.standard(), list[str]()
    for table in TABLES:
        if kept := read(home, table):
            tariff = tariff.with_official(kept.history)
            digest = hashlib.sha256("".join(source.sha256 for source in kept.sources).encode()).hexdigest()
            names.append(f"{table}:{kept.sources[-1].start}:{digest[:8]}")
    return tariff, " ".join(names)


def changes_of(kept: Kept, start: date) -> list[Change]:
    """What the release of a day changed, told from the rows that are kept; the first release changed nothing."""
    history = kept.history
    if start == kept.sources[0].start:
        return []
    keys = history.keys[history.starts == np.datetime64(start)]
    day = np.full(len(keys), np.datetime64(start), "datetime64[D]")
    found: list[Change] = []
    for name in history.values:
        before, after = history.on(name, keys, day - 1), history.on(name, keys, day)
        rows = np.flatnonzero(before != after).tolist()
        found.extend(Change(keys[row].decode(), name, int(before[row]), int(after[row])) for row in rows)
    return sorted(found, key=lambda change: (change.key, change.name))


# Reading what is given


def _content(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            content = opened.read(SOURCE_BYTES_MAX + 1)
    except OSError as missing:
        raise Misuse(FILE_MISSING, cause=file.name) from missing
    if len(content) > SOURCE_BYTES_MAX:
        raise Misuse(FAULTS["rules.release_wrong"], "larger than any official table", Place(file.name))
    return content


def _text(content: bytes, name: str) -> str:
    """The text of a table, unpacked when it is a .gz. Older publications are in Latin-1; keys and prices are ASCII."""
    if content.startswith(_GZIP):
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(content)) as packed:
                content = packed.read(SOURCE_BYTES_MAX + 1)
        except (OSError, EOFError, zlib.error) as broken:
            raise Misuse(FAULTS["rules.release_wrong"], "a damaged gzip file", Place(name)) from broken
        if len(content) > SOURCE_BYTES_MAX:
            raise Misuse(FAULTS["rules.release_wrong"], "larger than any official table", Place(name))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _parsed(table: Table, name: str, text: str, start: date | None) -> Release:
    lines = text.splitlines(keepends=True)
    if table != "ccam":
        if start is None:
            raise Misuse(RELEASE_DAY_MISSING, place=Place(name))
        return _UNDATED[table](name, lines, start)
    release = read_ccam(name, lines)
    if start not in (None, release.start):
        raise Misuse(RELEASE_DAY_DIFFERS, f"{start} / {release.start}", Place(name, 1))
    return release


_UNDATED: Mapping[Table, Callable[[str, Sequence[str], date], Release]] = {
    "bdpm": read_presentations,
    "lpp": read_devices,
    "nabm": read_laboratory,
}
"""Readers of the tables that do not say themselves from which day they apply."""


def _whole(name: str, kept: Kept | None, changes: Sequence[Change]) -> None:
    """A file cut short reads well and lacks many prices: it is not taken in unless somebody says that it is whole."""
    gone = len({change.key for change in changes if change.after == NOT_PRICED})
    if kept is not None and gone * GONE_ONE_IN > kept.sources[-1].rows:
        raise Misuse(RELEASE_SHRUNK, f"{gone} / {kept.sources[-1].rows}", Place(name))


# Keeping it


def _take_in(home: Path, kept: Kept | None, release: Release, source: Source) -> None:
    history = kept.history.extended(release) if kept else History.first(release)
    if kept is not None:
        _past_unchanged(kept.history, history)
    sources = (*kept.sources, source) if kept else (source,)
    columns = {
        "key": pa.array([key.decode() for key in history.keys.tolist()], pa.string()),
        "start": pa.array(history.starts, pa.date32()),
        **{f"{_VALUE}{name}": pa.array(column, pa.int64()) for name, column in history.values.items()},
    }
    said = [{"start": each.start.isoformat(), "label": each.label, "sha256": each.sha256, "rows": each.rows,
             "defects": each.defects} for each in sources]  # fmt: skip
    written: pa.Table = pa.table(columns).replace_schema_metadata({_METADATA: json.dumps(said).encode()})

    def write(draft: Path) -> None:
        pq.write_table(written, draft, compression="zstd", write_page_checksum=True)

    replace(_path(home, history.table), write)


def _past_unchanged(before: History, after: History) -> None:
    """Each row of the former history stands in the new one, and what is new starts after all of it."""
    old = after.starts <= np.datetime64(before.releases[-1][0])
    same = bool((after.keys[old] == before.keys).all() and (after.starts[old] == before.starts).all())
    assert same, "a release changed rows of the past"
    assert all((after.values[name][old] == before.values[name]).all() for name in before.values), "a past price moved"


def _history(table: str, columns: pa.Table, sources: tuple[Source, ...]) -> History:
    """The history from its columns; raises ValueError when they contradict what is said of them."""
    keys = np.array([str(key).encode() for key in columns["key"].to_pylist()], np.bytes_)
    starts = np.asarray(columns["start"].to_numpy(), "datetime64[D]")
    values = {
        name.removeprefix(_VALUE): np.asarray(columns[name].to_numpy(), np.int64)
        for name in columns.column_names
        if name.startswith(_VALUE)
    }
    days = [np.datetime64(source.start) for source in sources]
    if not len(keys) or not values or days != sorted(set(days)) or not np.isin(starts, days).all():
        raise ValueError("rows and releases do not agree")
    if any(int(column.min()) < NOT_PRICED for column in values.values()):
        raise ValueError("a price below zero")
    return History(table, tuple((source.start, source.label) for source in sources), keys, starts, values)


def replace(path: Path, write: Callable[[Path], None]) -> None:
    """Write a file whole: stopped anywhere, the name holds the former file or the new one."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            write(draft)
            _flush(draft)
            draft.replace(path)
            _flush(path.parent)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as refused:
        raise Misuse(FILE_UNWRITTEN, f"{path.name}: {refused.strerror}") from refused


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _path(home: Path, table: str) -> Path:
    return home / "tariffs" / f"{table}.parquet"


@contextmanager
def _alone(home: Path) -> Generator[None]:
    """One import at a time; the lock goes with the process that held it."""
    folder = home / "tariffs"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
