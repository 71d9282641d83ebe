"""Quotes as JSON lines: the project's own documented profile (docs/formats/quotes.md), read and written side by side.

One message a line: `simulate`, `calculate`, `request`, `extend` or `cancel`. Each line gets at least one answer, in the
order of the lines; one that cannot be read is answered by the field that is wrong, and the others go on.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta, Struct

from cloison.claims.paper import Care, Lines, Person, Practice
from cloison.claims.quote import LineReply, Reply, promise_number, quote_number
from cloison.claims.quote_refusals import FILE_UNREADABLE, MESSAGE_WRONG
from cloison.errors import Catalogue, Defect, Misuse, Place, Reason
from cloison.gateways.files.json_lines import field_of
from cloison.gateways.files.quotes_words import FAMILIES

Number: TypeAlias = Annotated[str, Meta(pattern=r"^[EQ][0-9A-Z]{14}$", description="Of a promise (E) or a quote (Q).")]
Login: TypeAlias = Annotated[
    str,
    Meta(pattern=r"^(?!.*[1-478][0-9]{4}([0-9]{2}|2[AB])[0-9]{6})[A-Za-z0-9._@+-]{1,64}$", description="A login."),
]
Identifier: TypeAlias = Annotated[str, Meta(min_length=1, max_length=40, description="The sender's own, sent back.")]
Family: TypeAlias = Literal["MED", "PHAR", "LABO", "AUXM", "TRAN", "RADL", "HOSP", "OPTI", "DENT", "AUDI"]
CHANNELS = ("portal", "api", "card", "machine")
Channel: TypeAlias = Literal["portal", "api", "card", "machine"]
Proof: TypeAlias = Literal["P1", "P2", "P3"]
DAY = timedelta(days=1)


class _Asked(Struct, kw_only=True, forbid_unknown_fields=True, tag_field="message"):
    id: Identifier
    channel: Channel
    account: Login


class _Quote(_Asked, kw_only=True, forbid_unknown_fields=True):
    practice: Practice
    proof: Proof
    person: Person
    care: Care
    lines: Lines
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
            defects.append(Defect(MESSAGE_WRONG, Place(path.name, line, field_of(wrong))))
        except msgspec.DecodeError:
            defects.append(Defect(MESSAGE_WRONG, Place(path.name, line), "not JSON"))
    return found, defects


def schema() -> bytes:
    """The JSON Schema of a message."""
    found = msgspec.json.schema(Message)
    return msgspec.json.format(msgspec.json.encode(found, order="sorted"), indent=1) + b"\n"


# ------------------------------------------------------------------------------------------------- answers


def reply_line(source: Read, reply: Reply, reasons: Catalogue) -> dict[str, object]:
    """One answer about one family of care of a quote."""
    return {
        "id": source.message.id,
        "line": source.line,
        "family": FAMILIES.get(reply.domain, ""),
        "state": reply.state.name.lower(),
        "quote": quote_number(reply.quote),
        "number": promise_number(reply.engagement),
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
