"""A bank's answer as one value, whatever the message, its version or the bank; and how to open one safely.

A file from outside is hostile until read: it must be UTF-8 and of bounded size, it declares no DTD and no entity, and
nothing in it reaches the network or the disk. A `defect` means that nothing of the file may be used; a `remark`
is something to tell the bank about, and the rest stays usable. Neither quotes a value of the file.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum
from io import BytesIO
from typing import Final, TypeAlias

from lxml import etree

from cloison.errors import Defect, Place, Reason
from cloison.payments.reasons import (
    ELEMENT_INVALID,
    ELEMENT_MISSING,
    FILE_BROKEN,
    FILE_EMPTY,
    FILE_HAS_DTD,
    FILE_NOT_UTF8,
    FILE_TOO_LARGE,
)

SIZE_MAX: Final = 512 * 2**20
AMOUNT_DIGITS_MAX: Final = 13
REMARKS_MAX: Final = 100
TEXT_LENGTHS: Final = {"EndToEndId": 35, "AcctSvcrRef": 35, "NtryRef": 35, "PmtInfId": 35, "MsgId": 35, "Ustrd": 140}
OTHER_ENTITY: Final = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos);)[A-Za-z_][\w.-]*;")
"""An entity that only a DTD could declare."""
Element: TypeAlias = etree._Element  # pyright: ignore[reportPrivateUsage]  lxml names its class so


class Direction(IntEnum):
    """Seen from the account: DEBIT leaves it."""

    DEBIT = 1
    CREDIT = 2


class Verdict(IntEnum):
    """What a status report says of an order. Money moves on a booked entry only, never on a verdict."""

    NOTED = 0
    ACCEPTED = 1
    REJECTED = 2


@dataclass(frozen=True, slots=True)
class Booking:
    """One movement of an account. `reference` is the bank's; `batch_id` names the block of orders it stands for."""

    reference: str
    end_to_end_id: str
    batch_id: str
    direction: Direction
    amount_cents: int
    booking_date: date
    returned: bool
    bank_reason: str
    transfers: int = 1


@dataclass(frozen=True, slots=True)
class Statement:
    """The movements of one account in one report."""

    iban: str = field(repr=False)
    identification: str
    bookings: tuple[Booking, ...] = field(repr=False)
    opening_cents: int | None = None
    closing_cents: int | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """What the bank says of a whole file, of a block (`batch_id`) or of one transfer (`end_to_end_id`)."""

    message_id: str
    batch_id: str
    end_to_end_id: str
    verdict: Verdict
    bank_reason: str


@dataclass(frozen=True, slots=True)
class BankFile:
    """One file as read. `message` is for instance camt.053.001.08."""

    name: str
    sha256: bytes = field(repr=False)
    message: str = ""
    identification: str = ""
    statements: tuple[Statement, ...] = field(default=(), repr=False)
    statuses: tuple[Status, ...] = field(default=(), repr=False)
    defects: tuple[Defect, ...] = ()
    remarks: tuple[Defect, ...] = ()


class Unreadable(Exception):
    """The file cannot be used; carries the defect to report."""

    def __init__(self, defect: Defect) -> None:
        self.defect = defect
        super().__init__(str(defect.place))


@dataclass(slots=True)
class Reading:
    """One file being read: where it comes from, what its tags begin with, and what was remarked on the way."""

    name: str
    content: bytes
    prefix: str = ""
    remarks: list[Defect] = field(default_factory=list[Defect])

    def local(self, element: Element) -> str:
        return element.tag[len(self.prefix) :]

    def find(self, element: Element, *names: str) -> Element | None:
        """The first element down these local names. Children are walked: a path language costs five times as much."""
        for name in names:
            wanted = self.prefix + name
            for child in element:
                if child.tag == wanted:
                    element = child
                    break
            else:
                return None
        return element

    def defect(self, reason: Reason, element: Element | None, field_name: str, cause: str = "") -> Defect:
        line = 0 if element is None else element.sourceline or 0
        return Defect(reason, Place(self.name, line, field_name), cause)

    def remark(self, reason: Reason, element: Element | None, field_name: str, cause: str = "") -> None:
        if len(self.remarks) < REMARKS_MAX:
            self.remarks.append(self.defect(reason, element, field_name, cause))

    def text(self, element: Element, *names: str) -> str:
        """The text there, or nothing. A text longer than its schema allows is kept and remarked."""
        found = self.find(element, *names)
        if found is None or found.text is None:
            return ""
        text = found.text.strip()
        length = TEXT_LENGTHS.get(names[-1])
        if length is not None and len(text) > length:
            self.remark(ELEMENT_INVALID, found, names[-1], f"{len(text)} characters, {length} allowed")
        return text

    def required(self, element: Element, *names: str) -> str:
        text = self.text(element, *names)
        if not text:
            raise Unreadable(self.defect(ELEMENT_MISSING, element, names[-1]))
        return text

    def cents(self, element: Element) -> int:
        """An amount of ISO 20022 in whole cents; trailing zeros beyond the cent are dropped, nothing else."""
        whole, _, fraction = (element.text or "").strip().partition(".")
        fraction = fraction.rstrip("0").ljust(2, "0")
        digits = whole + fraction
        if not (whole and digits.isascii() and digits.isdigit() and len(fraction) == 2):
            raise Unreadable(self.defect(ELEMENT_INVALID, element, self.local(element), "not an amount in cents"))
        if len(whole) > AMOUNT_DIGITS_MAX:
            raise Unreadable(self.defect(ELEMENT_INVALID, element, self.local(element), "beyond any amount"))
        return int(digits)

    def day(self, element: Element, *names: str) -> date:
        """A date, or the day of a date and time, as the bank writes it."""
        text = self.required(element, *names)
        try:
            return date.fromisoformat(text[:10])
        except ValueError:
            raise Unreadable(self.defect(ELEMENT_INVALID, element, names[0], "not a date")) from None


def fingerprint(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def require_safe(name: str, content: bytes) -> None:
    """Raises Unreadable for a file that must not even be parsed."""
    place = Place(name)
    if not content.strip():
        raise Unreadable(Defect(FILE_EMPTY, place))
    if len(content) > SIZE_MAX:
        raise Unreadable(Defect(FILE_TOO_LARGE, place, f"{len(content)} bytes, {SIZE_MAX} allowed"))
    declaration = content[:200].split(b"?>", 1)[0].lower()
    if b"encoding" in declaration and b"utf-8" not in declaration:
        raise Unreadable(Defect(FILE_NOT_UTF8, place, "another encoding is declared"))
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as failure:
        line = content.count(b"\n", 0, failure.start) + 1
        raise Unreadable(Defect(FILE_NOT_UTF8, Place(name, line), f"byte {failure.start}")) from None
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content or OTHER_ENTITY.search(content):
        raise Unreadable(Defect(FILE_HAS_DTD, place))


def root_of(reading: Reading) -> tuple[str, str]:
    """The namespace of the document and the local name of its message. Raises Unreadable when it is not XML."""
    names: list[str] = []
    for element in _elements(reading, ("start",), None):
        names.append(str(element.tag))
        if len(names) == 2:
            break
    if len(names) < 2:
        raise Unreadable(Defect(ELEMENT_MISSING, Place(reading.name, field="Document"), "no message inside"))
    root, message = (etree.QName(name) for name in names)
    return root.namespace or "", message.localname


def elements(reading: Reading, *names: str) -> Iterator[Element]:
    """The elements of these local names, each once complete. The caller clears the large ones."""
    return _elements(reading, ("end",), [reading.prefix + name for name in names])


def _elements(reading: Reading, events: tuple[str, ...], tags: list[str] | None) -> Iterator[Element]:
    source = BytesIO(reading.content)
    parser = etree.iterparse(
        source,
        events=events,
        tag=tags,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        for _, element in parser:
            yield element
    except etree.XMLSyntaxError as failure:
        cause = "the document ends too early" if _is_cut(reading.content) else "not well-formed"
        place = Place(reading.name, failure.lineno or 0, _last_element(reading.content))
        raise Unreadable(Defect(FILE_BROKEN, place, cause)) from None


def _is_cut(content: bytes) -> bool:
    return not content.rstrip().endswith((b"Document>", b"/>"))


def _last_element(content: bytes) -> str:
    """The last element that a tolerant reader still recognises, to tell people where to look."""
    parser = etree.XMLParser(
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        last: Element | None = etree.fromstring(content, parser)
    except etree.XMLSyntaxError:
        return ""
    while last is not None and len(last):
        last = last[-1]
    return "" if last is None else etree.QName(last).localname
