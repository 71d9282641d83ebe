"""The spool: every file received, as it was received, sealed on disk.

Raw files carry NIRs in clear, so they touch the disk encrypted only. A file has its own key, wrapped under the
`spool` key; its content is cut in chunks, each sealed by AES-256-GCM and bound to the file, its number and
whether it is the last: a chunk changed, moved, lost or added does not open. A file is complete or it is not there.
"""

import hashlib
import io
import os
import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cloison.errors import Corruption, Misuse
from cloison.storage.keys import KEY_BYTES, NONCE_BYTES, TAG_BYTES, WRAPPED_KEY_BYTES, Buffer, KeyProvider
from cloison.storage.keys_reasons import SPOOL_DAMAGED, SPOOL_MISSING

KEY_ID: Final = "spool"
MAGIC: Final = b"CLSP\x01"
CHUNK_BYTES: Final = 2**20
HEADER_BYTES: Final = len(MAGIC) + WRAPPED_KEY_BYTES
STRIDE_BYTES: Final = CHUNK_BYTES + TAG_BYTES
SUFFIX: Final = ".sealed"
DRAFT: Final = ".draft"


@dataclass(frozen=True, slots=True)
class Kept:
    """A file in the spool: its identifier, and what its content was."""

    spool_id: UUID
    sha256: bytes
    size: int


class Spool:
    """A folder of sealed files."""

    def __init__(self, folder: Path, keys: KeyProvider) -> None:
        self._folder = folder
        self._keys = keys
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for draft in folder.glob(f"*{DRAFT}"):  # of a process that was killed while it received
            if not Path(f"/proc/{draft.name.split('.')[1]}").exists():
                draft.unlink(missing_ok=True)
        keys.create([KEY_ID])

    def __repr__(self) -> str:
        return f"Spool({self._folder.name})"

    def keep(self, source: Path | BinaryIO) -> Kept:
        """Seal a copy of a file, durable when this returns."""
        if isinstance(source, Path):
            with source.open("rb") as file:
                return self.keep(file)
        spool_id = UUID(bytes=secrets.token_bytes(16))
        key = secrets.token_bytes(KEY_BYTES)
        digest, size = hashlib.sha256(), 0
        draft = self._folder / f"{spool_id.hex}.{os.getpid()}{DRAFT}"
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as sealed:
                sealed.write(MAGIC + self._keys.wrap(KEY_ID, [key], [spool_id.bytes])[0])
                cipher, number, chunk = AESGCM(key), 0, _chunk(source)
                while True:
                    ahead = _chunk(source) if len(chunk) == CHUNK_BYTES else b""
                    digest.update(chunk)
                    size += len(chunk)
                    sealed.write(cipher.encrypt(_nonce(number), chunk, _aad(spool_id, number, last=not ahead)))
                    if not ahead:
                        break
                    number, chunk = number + 1, ahead
                sealed.flush()
                os.fsync(sealed.fileno())
            draft.rename(self._path(spool_id))
        finally:
            draft.unlink(missing_ok=True)
        self._settle()
        return Kept(spool_id, digest.digest(), size)

    def open(self, spool_id: UUID) -> "SpoolFile":
        """A file to read and seek in; nothing of it is written in clear. Raises Misuse when it is not there."""
        try:
            sealed = self._path(spool_id).open("rb")
        except FileNotFoundError as absent:
            raise Misuse(SPOOL_MISSING, cause=str(spool_id)) from absent
        try:
            head = sealed.read(HEADER_BYTES)
            if len(head) != HEADER_BYTES or not head.startswith(MAGIC):
                raise Corruption(SPOOL_DAMAGED, cause=str(spool_id))
            key = self._keys.unwrap(KEY_ID, [head[len(MAGIC) :]], [spool_id.bytes])[0]
            return SpoolFile(sealed, spool_id, AESGCM(key))
        except BaseException:
            sealed.close()
            raise

    def read(self, spool_id: UUID) -> bytes:
        """The whole content, for files that fit in memory."""
        with self.open(spool_id) as file:
            return file.read()

    def cut(self, spool_id: UUID, ranges: Iterable[tuple[int, int]]) -> list[bytes]:
        """The bytes of each half-open range [start, end), as received."""
        with self.open(spool_id) as file:
            return [file.between(start, end) for start, end in ranges]

    def destroy(self, spool_id: UUID) -> None:
        """Remove a file, key and content. Absent already is done already."""
        self._path(spool_id).unlink(missing_ok=True)
        self._settle()

    def forget_strays(self, known: Collection[UUID], before: datetime) -> int:
        """Remove the files that no book names, sealed before an instant; returns how many.

        A process that is killed between sealing a file and naming it in the books leaves one. `before` must be
        old enough for whoever may still be about to name his.
        """
        names = {spool_id.hex for spool_id in known}
        removed = 0
        for path in list(self._folder.iterdir()):
            if path.suffix == SUFFIX and path.stem not in names and path.stat().st_mtime < before.timestamp():
                path.unlink(missing_ok=True)
                removed += 1
        self._settle()
        return removed

    def _path(self, spool_id: UUID) -> Path:
        return self._folder / f"{spool_id.hex}{SUFFIX}"

    def _settle(self) -> None:
        """A rename lasts only once its folder is on disk."""
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


class SpoolFile(io.BufferedIOBase):
    """One sealed file, opened chunk by chunk as it is read. Seekable; one chunk in memory."""

    def __init__(self, sealed: BinaryIO, spool_id: UUID, cipher: AESGCM) -> None:
        self._sealed = sealed
        self._spool_id = spool_id
        self._cipher = cipher
        body = os.fstat(sealed.fileno()).st_size - HEADER_BYTES
        self._chunks = max(1, -(-body // STRIDE_BYTES))
        self.size = body - self._chunks * TAG_BYTES
        if self.size < 0:
            raise Corruption(SPOOL_DAMAGED, cause=str(spool_id))
        self._position = 0
        self._number = -1
        self._chunk = b""

    def __repr__(self) -> str:
        return f"SpoolFile({self._spool_id})"

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self.size}[whence]
        self._position = max(0, start + offset)
        return self._position

    def read(self, size: int | None = -1) -> bytes:
        end = self.size if size is None or size < 0 else min(self.size, self._position + size)
        content = self.between(self._position, end)
        self._position += len(content)
        return content

    def read1(self, size: int = -1) -> bytes:
        return self.read(CHUNK_BYTES if size < 0 else size)

    def readinto(self, buffer: Buffer) -> int:  # type: ignore[override]  narrower than Python's own, on purpose
        content = self.read(len(buffer))
        memoryview(buffer)[: len(content)] = content
        return len(content)

    def between(self, start: int, end: int) -> bytes:
        """The bytes [start, end) of the content, without moving. Raises Corruption when a chunk does not open."""
        end = min(end, self.size)
        if start >= end:
            if self._number < 0:
                self._load(0)  # even an empty file proves itself
            return b""
        pieces: list[bytes] = []
        while start < end:
            number, offset = divmod(start, CHUNK_BYTES)
            self._load(number)
            piece = self._chunk[offset : offset + end - start]
            pieces.append(piece)
            start += len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def close(self) -> None:
        self._sealed.close()
        super().close()

    def _load(self, number: int) -> None:
        if number == self._number:
            return
        self._sealed.seek(HEADER_BYTES + number * STRIDE_BYTES)
        aad = _aad(self._spool_id, number, last=number == self._chunks - 1)
        try:
            self._chunk = self._cipher.decrypt(_nonce(number), self._sealed.read(STRIDE_BYTES), aad)
        except (InvalidTag, ValueError) as broken:
            raise Corruption(SPOOL_DAMAGED, cause=f"{self._spool_id}, chunk {number}") from broken
        self._number = number


def _chunk(source: BinaryIO) -> bytes:
    """The next chunk, full unless the source ends."""
    pieces: list[bytes] = []
    wanted = CHUNK_BYTES
    while wanted:
        piece = source.read(wanted)
        if not piece:
            break
        pieces.append(piece)
        wanted -= len(piece)
    return b"".join(pieces)


def _nonce(number: int) -> bytes:
    """A counter: the key serves one file, written once."""
    return number.to_bytes(NONCE_BYTES, "big")


def _aad(spool_id: UUID, number: int, *, last: bool) -> bytes:
    return spool_id.bytes + number.to_bytes(8, "big") + bytes((last,))
