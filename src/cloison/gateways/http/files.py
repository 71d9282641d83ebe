"""Files over the wire: sent whole or in pieces, and followed until what became of them is known.

    POST  /v1/files/{kind}       a file, or with `Upload-Complete: ?0` its beginning (or nothing yet)
    PATCH /v1/files/{id}         a piece that starts at `Upload-Offset`
    GET   /v1/files/{id}         state, SHA-256, report; HEAD tells `Upload-Offset`, to go on after a break
    GET   /v1/files              those of the caller, newest first

The headers are those of the IETF draft "Resumable Uploads for HTTP". The same bytes are the same file.
"""

import hashlib
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, TypeAlias
from uuid import UUID

import msgspec
from msgspec import Meta, Struct
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from cloison.deliveries import Upload
from cloison.errors import Misuse, Reason
from cloison.gateways.http.body import Gone
from cloison.gateways.http.negotiation import JSON
from cloison.gateways.http.openapi import Operation, Parameter
from cloison.gateways.http.reasons import (
    DIGEST_WRONG,
    FILE_NAME_WRONG,
    MALFORMED,
    NOT_FOUND,
    OFFSET_WRONG,
    UPLOAD_OVER,
)
from cloison.gateways.http.rim import Bounds, actor_of
from cloison.identity import Actor

FILES = "/v1/files"
BOUNDS = Bounds(body_bytes=1 << 30, seconds=1800.0, inside=256)
PIECE_BYTES = 4 << 20
"""What is held in memory of a file on its way in."""
PAGE = 100
NAME = re.compile(r'filename="?([A-Za-z0-9](?:[A-Za-z0-9._-]{0,99}))"?\s*$')
LIKE_A_NIR = re.compile(r"[1-478][0-9]{4}(?:[0-9]{2}|2[AB])[0-9]{6}")
DIGEST = re.compile(r"sha-256=:([A-Za-z0-9+/]{43}=):")
WHOLE, IN_PIECES = "?1", "?0"


class File(Struct, frozen=True, omit_defaults=True):
    """A file and what became of it: receiving, received, taken or refused."""

    id: UUID
    kind: str
    name: str
    state: str
    size: int
    created_at: datetime
    href: str
    sha256: Annotated[str, Meta(description="hexadecimal, once the file is whole")] = ""
    number: Annotated[int, Meta(description="its number in the books")] = 0
    report: dict[str, Any] | None = None  # JSON


class FileList(Struct, frozen=True, omit_defaults=True):
    """Files of the caller, newest first."""

    files: list[File]
    next: str = ""


Begin: TypeAlias = Callable[[Actor, str, str], Awaitable[Upload | Reason]]
Find: TypeAlias = Callable[[Actor, UUID], Awaitable[Upload | Reason | None]]
Listed: TypeAlias = Callable[[Actor, UUID | None, int], Awaitable[Sequence[Upload] | Reason]]
Add: TypeAlias = Callable[[Upload, int, bytes], Awaitable[Upload | None]]
Abandon: TypeAlias = Callable[[Upload], Awaitable[None]]
Complete: TypeAlias = Callable[[Upload], Awaitable[tuple[Upload, bool]]]


@dataclass(frozen=True, slots=True)
class FileServices:
    """What the routes of files call. Each looks at what the actor may do, and at files of its own only."""

    begin: Begin
    find: Find
    listed: Listed
    add: Add
    complete: Complete
    abandon: Abandon


KIND = Parameter("kind", "path", "kind of the file", {"type": "string", "enum": ["b2", "movements"]})
FILE_ID = Parameter("id", "path", "id of the file", {"type": "string", "format": "uuid"})
FILE_NAME = Parameter("Content-Disposition", "header", 'attachment; filename="..."')
IS_WHOLE = Parameter("Upload-Complete", "header", "?1 when nothing more comes (default), ?0 otherwise", required=False)
OFFSET = Parameter("Upload-Offset", "header", "where this piece starts", {"type": "integer", "minimum": 0})
CHECKSUM = Parameter("Content-Digest", "header", "sha-256=:base64: of this body, to be checked", required=False)
BYTES = "application/octet-stream"
OPERATIONS = (
    Operation(
        "POST",
        f"{FILES}/{{kind}}",
        "Send a file, or begin to. 201: new; 200: the same bytes came before.",
        {200: File, 201: File},
        request_type=BYTES,
        parameters=(KIND, FILE_NAME, IS_WHOLE, CHECKSUM),
        problems=(404, 408, 413, 422),
        permission="practice:file:send or insurer:movement:send",
    ),
    Operation(
        "PATCH",
        f"{FILES}/{{id}}",
        "Send a piece of a file.",
        {200: File},
        request_type=BYTES,
        parameters=(FILE_ID, OFFSET, IS_WHOLE, CHECKSUM),
        problems=(404, 409, 413, 422),
    ),
    Operation("GET", f"{FILES}/{{id}}", "What became of a file.", {200: File}, parameters=(FILE_ID,), problems=(404,)),
    Operation(
        "GET",
        FILES,
        "The files of the caller, newest first.",
        {200: FileList},
        parameters=(
            Parameter(
                "before",
                "query",
                "only files older than this one",
                {"type": "string", "format": "uuid"},
                required=False,
            ),
        ),
        problems=(422,),
    ),
)


def routes(services: FileServices, site: str) -> list[Route]:
    """The routes of files."""
    door = _Door(services, site)
    return [
        Route(FILES, door.listing, methods=["GET"]),
        Route(f"{FILES}/{{id:uuid}}", door.state, methods=["GET"]),
        Route(f"{FILES}/{{id:uuid}}", door.go_on, methods=["PATCH"]),
        Route(f"{FILES}/{{kind}}", door.send, methods=["POST"]),
    ]


class _Door:
    """What each route does."""

    def __init__(self, services: FileServices, site: str) -> None:
        self._services = services
        self._site = site

    async def send(self, request: Request) -> Response:
        name = _name(request)
        upload = await self._services.begin(actor_of(request.scope), request.path_params["kind"], name)
        if isinstance(upload, Reason):
            raise Misuse(upload)
        return await self._receive(request, upload, 201)

    async def go_on(self, request: Request) -> Response:
        upload = await self._found(request)
        if upload.state != "receiving":
            raise Misuse(UPLOAD_OVER)
        starts = request.headers.get("upload-offset", "")
        if not (starts.isascii() and starts.isdigit() and len(starts) < 19):
            raise Misuse(MALFORMED, cause="Upload-Offset")
        if int(starts) != upload.size_bytes:
            _tell_offset(request, upload)
            raise Misuse(OFFSET_WRONG)
        return await self._receive(request, upload, 200)

    async def state(self, request: Request) -> Response:
        return self._answer(await self._found(request), 200)

    async def listing(self, request: Request) -> Response:
        before = request.query_params.get("before", "")
        try:
            place = UUID(before) if before else None
        except ValueError:
            raise Misuse(MALFORMED, cause="before") from None
        uploads = await self._services.listed(actor_of(request.scope), place, PAGE)
        if isinstance(uploads, Reason):
            raise Misuse(uploads)
        following = f"{self._site}{FILES}?before={uploads[-1].upload}" if len(uploads) == PAGE else ""
        listed = FileList([self._told(each) for each in uploads], following)
        return Response(msgspec.json.encode(listed), media_type=JSON)

    async def _receive(self, request: Request, upload: Upload, status: int) -> Response:
        """Seal what comes, piece by piece. What is sealed counts, even when the caller goes away."""
        whole, digest, piece = _whole(request), hashlib.sha256(), bytearray()
        try:
            async for chunk in request.stream():
                piece += chunk
                digest.update(chunk)
                if len(piece) >= PIECE_BYTES:
                    upload = await self._sealed(upload, piece)
        except ClientDisconnect:
            await self._sealed(upload, piece)
            raise Gone from None
        announced = DIGEST.fullmatch(request.headers.get("content-digest", ""))
        if announced and announced[1] != _base64(digest.digest()):
            await self._services.abandon(upload)
            raise Misuse(DIGEST_WRONG)
        upload = await self._sealed(upload, piece)
        if not whole:
            return self._answer(upload, status)
        upload, new = await self._services.complete(upload)
        return self._answer(upload, status if new else 200)

    async def _sealed(self, upload: Upload, piece: bytearray) -> Upload:
        """The upload with one more piece, which is emptied."""
        added = await self._services.add(upload, upload.size_bytes, bytes(piece))
        if added is None:  # somebody else sent a piece at the same time
            raise Misuse(OFFSET_WRONG)
        piece.clear()
        return added

    async def _found(self, request: Request) -> Upload:
        upload = await self._services.find(actor_of(request.scope), request.path_params["id"])
        if isinstance(upload, Reason):
            raise Misuse(upload)
        if upload is None:
            raise Misuse(NOT_FOUND)
        return upload

    def _told(self, upload: Upload) -> File:
        return File(
            id=upload.upload,
            kind=upload.kind,
            name=upload.name,
            state=upload.state,
            size=upload.size_bytes,
            created_at=upload.created_at,
            href=f"{self._site}{FILES}/{upload.upload}",
            sha256=upload.digest.hex() if upload.digest else "",
            number=upload.file or 0,
            report=upload.report,
        )

    def _answer(self, upload: Upload, status: int) -> Response:
        headers = {
            "location": f"{self._site}{FILES}/{upload.upload}",
            "upload-offset": str(upload.size_bytes),
            "upload-complete": IN_PIECES if upload.state == "receiving" else WHOLE,
        }
        return Response(msgspec.json.encode(self._told(upload)), status, headers, JSON)


def _tell_offset(request: Request, upload: Upload) -> None:
    request.state.headers.append((b"upload-offset", str(upload.size_bytes).encode()))


def _name(request: Request) -> str:
    found = NAME.search(request.headers.get("content-disposition", ""))
    if found is None or LIKE_A_NIR.search(found[1]):
        raise Misuse(FILE_NAME_WRONG)
    return found[1]


def _whole(request: Request) -> bool:
    said = request.headers.get("upload-complete", WHOLE)
    if said not in (WHOLE, IN_PIECES):
        raise Misuse(MALFORMED, cause="Upload-Complete")
    return said == WHOLE


def _base64(digest: bytes) -> str:
    return msgspec.json.encode(digest).decode().strip('"')
