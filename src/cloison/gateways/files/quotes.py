"""Quotes as JSON lines: the project's own documented profile (docs/formats/quotes.md), read and written side by side.

One message a line: `simulate`, `calculate`, `request`, `extend` or `cancel`. Each line gets at least one answer, in the
order of the lines; one that cannot be read is answered by the field that is wrong, and the others go on.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import msgspec
import numpy as np
from msgspec import Meta, Struct

from cloison.claims.quote import LineReply, Reply
from cloison.claims.quote_refusals import FILE_UNREADABLE, MESSAGE_WRONG
from cloison.errors import Catalogue, Defect, Misuse, Place, Reason
from cloison.gateways.files.quotes_words import FAMILIES
from cloison.rights.engagement import LENGTH, formatted, parsed

Cents: TypeAlias = Annotated[int, Meta(ge=0, le=9_999_999_999, description="Cents of euro.")]
Number: TypeAlias = Annotated[str, Meta(pattern=r"^[EQ][0-9A-Z]{14}$", description="Of a promise (E) or a quote (Q).")]
Login: TypeAlias = Annotated[
    str,
    Meta(pattern=r"^(?!.*[1-478][0-9]{4}([0-9]{2}|2[AB])[0-9]{6})[A-Za-z0-9._@+-]{1,64}$", description="A login."),
]
Practice: TypeAlias = Annotated[str, Meta(pattern=r"^[0-9A-Z]{9}$", description="FINESS or ADELI, 9 characters.")]
Identifier: TypeAlias = Annotated[str, Meta(min_length=1, max_length=40, description="The sender's own, sent back.")]
Family: TypeAlias = Literal["MED", "PHAR", "LABO", "AUXM", "TRAN", "RADL", "HOSP", "OPTI", "DENT", "AUDI"]
CHANNELS = ("portal", "api", "card", "machine")
Channel: TypeAlias = Literal["portal", "api", "card", "machine"]
Proof: TypeAlias = Literal["P1", "P2", "P3"]
DAY = timedelta(days=1)
PATH = re.compile(r"`\$?\.?([^`]*)`\s*$")


class Person(Struct, kw_only=True, forbid_unknown_fields=True, repr_omit_defaults=True):
    """Who the care is for: the card (`adherent`) or the NIR, with birth date, rank and insurer."""

    amc: Annotated[str, Meta(pattern=r"^[0-9A-Z]{1,10}$")]
    birth: Annotated[str, Meta(pattern=r"^[0-9]{8}$", description="YYYYMMDD, text: lunar dates exist.")]
    rank: Annotated[str, Meta(pattern=r"^[0-9]$")]
    adherent: Annotated[str, Meta(pattern=r"^[\x20-\x7e]{0,16}$")] = ""
    nir: Annotated[str, Meta(pattern=r"^([0-9]{5}([0-9]{2}|2[AB])[0-9]{6}([0-9]{2})?)?$")] = ""

    def __repr__(self) -> str:
        return "Person(***)"


class Care(Struct, kw_only=True, forbid_unknown_fields=True):
    """What the compulsory scheme must know of the person that day; nothing of it defaults."""

    regime: Annotated[str, Meta(pattern=r"^[0-9]{2}$")]
    alsace_moselle: bool
    minor: bool
    exoneration: Literal["none", "ald", "maternity", "work_accident", "act", "invalidity", "newborn"]
    protection: Literal["none", "css", "ame"]
    pathway: Literal["not_concerned", "in", "out", "excluded"] | None = None


class Device(Struct, kw_only=True, forbid_unknown_fields=True):
    """What a frame, a lens or a hearing aid has."""

    pair: Annotated[int, Meta(ge=1, le=99, description="Same number for one pair of glasses, or for one ear.")]
    correction: Literal[
        "not_concerned",
        "simple",
        "simple_and_complex",
        "complex",
        "simple_and_very_complex",
        "complex_and_very_complex",
        "very_complex",
    ]
    last_delivery: date | None
    overseas: bool
    paid_cents: Cents = 0


class Line(Struct, kw_only=True, forbid_unknown_fields=True):
    """One act. `coefficient` in hundredths; amounts for the whole line; null is "not stated"."""

    code: Annotated[str, Meta(pattern=r"^[A-Z0-9]{1,5}$")]
    date: date
    charged_cents: Cents
    quantity: Annotated[int, Meta(ge=1, le=9_999)] = 1
    coefficient: Annotated[int, Meta(ge=0, le=999_999)] = 100
    base_cents: Cents | None = None
    amo_cents: Cents | None = None
    asked_cents: Cents | None = None
    paid_by_other_cents: Cents | None = None
    official: Annotated[str, Meta(pattern=r"^[A-Z0-9 ]{0,16}$")] = ""
    tooth: Annotated[int, Meta(ge=11, le=85)] | None = None
    device: Device | None = None


class _Asked(Struct, kw_only=True, forbid_unknown_fields=True, tag_field="message"):
    id: Identifier
    channel: Channel
    account: Login


class _Quote(_Asked, kw_only=True, forbid_unknown_fields=True):
    practice: Practice
    proof: Proof
    person: Person
    care: Care
    lines: Annotated[list[Line], Meta(min_length=1, max_length=99)]
    reference: str = ""


class Simulate(_Quote, tag="simulate"):
    """SIM: the figures, nothing promised."""


class Calculate(_Quote, tag="calculate"):
    """CLC: the figures with a guarantee number."""


class Request(_Quote, tag="request"):
    """PEC: a prise en charge."""


class Extend(_Asked, kw_only=True, forbid_unknown_fields=True, tag="extend"):
    """Prolong a promise to a last day (included)."""

    practice: Practice
    proof: Proof
    person: Person
    family: Family
    number: Number
    last_day: date


class Cancel(_Asked, kw_only=True, forbid_unknown_fields=True, tag="cancel"):
    """DEL: withdraw a request or give a promise back."""

    number: Number


Quoted: TypeAlias = Simulate | Calculate | Request
Message: TypeAlias = Simulate | Calculate | Request | Extend | Cancel


@dataclass(frozen=True, slots=True)
class Read:
    """A message at its line."""

    line: int
    message: Message


def read(path: Path) -> tuple[list[Read], list[Defect]]:
    """The messages of a file and the lines that cannot be read. Raises Misuse when it is not text in UTF-8."""
    try:
        rows = path.read_bytes().decode("utf-8-sig").split("\n")
    except UnicodeDecodeError as broken:
        raise Misuse(FILE_UNREADABLE, cause="not UTF-8", place=Place(path.name)) from broken
    decoder = msgspec.json.Decoder(Message)
    found: list[Read] = []
    defects: list[Defect] = []
    for line, row in enumerate(rows, 1):
        if not row.strip():
            continue
        try:
            message = decoder.decode(row)
            if not isinstance(message, Cancel) and not (message.person.adherent or message.person.nir):
                defects.append(Defect(MESSAGE_WRONG, Place(path.name, line, "person.adherent, person.nir")))
                continue
            found.append(Read(line, message))
        except msgspec.ValidationError as wrong:
            defects.append(Defect(MESSAGE_WRONG, Place(path.name, line, _field(wrong))))
        except msgspec.DecodeError:
            defects.append(Defect(MESSAGE_WRONG, Place(path.name, line), "not JSON"))
    return found, defects


def _field(wrong: msgspec.ValidationError) -> str:
    """Where the message is wrong. Its words are left out: they may repeat what was sent."""
    words = str(wrong)
    if missing := re.search(r"missing required field `(\w+)`", words):
        path = PATH.search(words)
        return f"{path.group(1)}.{missing.group(1)}".lstrip(".") if path and " at `" in words else missing.group(1)
    path = PATH.search(words)
    return path.group(1) if path and " at `" in words else "message"


def schema() -> bytes:
    """The JSON Schema of a message."""
    found = msgspec.json.schema(Message)
    return msgspec.json.format(msgspec.json.encode(found, order="sorted"), indent=1) + b"\n"


# ------------------------------------------------------------------------------------------------- answers


def quote_number(quote: int) -> str:
    """The number of a quote as files carry it: like that of a promise, with another first letter."""
    return f"Q{shown(quote)[1:]}" if quote > 0 else ""


def shown(engagement: int) -> str:
    """The number of a promise as files carry it."""
    return formatted(np.array([engagement], np.int64))[0].decode() if engagement > 0 else ""


def number_of(text: str) -> int:
    """The quote or promise behind a number; not positive where none of ours can be."""
    return int(parsed(np.array([f"E{text[1:LENGTH]}".encode("ascii", "replace")], f"S{LENGTH}"))[0])


def reply_line(source: Read, reply: Reply, reasons: Catalogue) -> dict[str, object]:
    """One answer about one family of care of a quote."""
    return {
        "id": source.message.id,
        "line": source.line,
        "family": FAMILIES.get(reply.domain, ""),
        "state": reply.state.name.lower(),
        "quote": quote_number(reply.quote),
        "number": shown(reply.engagement),
        "charged_cents": reply.charged_cents,
        "base_cents": reply.base_cents,
        "amo_cents": reply.amo_cents,
        "amc_cents": reply.amc_cents,
        "own_cents": reply.own_cents,
        "valid_from": reply.valid_from,
        "last_day": reply.valid_to - DAY if reply.valid_to else None,
        "until": reply.until - DAY if reply.until else None,
        "sent_before": reply.sent_before,
        "reason": explained(reasons[reply.reason]) if reply.reason else None,
        "acts": [_act(each, reasons) for each in reply.lines],
    }


def _act(line: LineReply, reasons: Catalogue) -> dict[str, object]:
    told = line.account
    return {
        "act": line.line + 1,
        "code": line.code,
        "charged_cents": line.charged_cents,
        "base_cents": line.base_cents,
        "rate_bp": line.rate_bp,
        "amo_cents": line.amo_cents,
        "amc_cents": line.amc_cents,
        "own_cents": line.own_cents,
        "reason": explained(reasons[line.reason]) if line.reason else None,
        "account": {"fr": list(told.lines("fr")), "en": list(told.lines("en"))} if told else None,
    }


def explained(reason: Reason) -> dict[str, object]:
    """A reason in both languages, with who must act."""
    return {
        "code": reason.code,
        "message": {"fr": reason.message.fr, "en": reason.message.en},
        "action": {"fr": reason.action.fr, "en": reason.action.en},
        "actor": reason.actor.value,
    }


def defect_line(defect: Defect) -> dict[str, object]:
    """The answer to a line that cannot be read."""
    return {
        "line": defect.place.line,
        "state": "unreadable",
        "field": defect.place.field,
        "reason": explained(defect.reason),
    }


def write(path: Path, answers: Iterator[dict[str, object]]) -> int:
    """Write answers, one a line; returns how many."""
    lines = [msgspec.json.encode(answer) + b"\n" for answer in answers]
    path.write_bytes(b"".join(lines))
    return len(lines)
