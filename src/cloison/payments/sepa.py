"""Credit transfers as ISO 20022 `pain.001.001.09`: one file per insurer, execution date and part.

What the schema does not say is kept here: the EPC character set, references that neither begin nor end with a slash
nor hold two in a row, 140 characters of remittance, no address (an unstructured one is refused since 15 November 2026),
control sums. The bytes depend on the order alone: the same order gives the same file, on any day and any machine.
"""

import re
import threading
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache
from importlib.resources import files
from typing import Protocol, cast

from lxml import etree

from cloison.errors import Defect, Place
from cloison.money import euros
from cloison.payments.reasons import ELEMENT_INVALID, FILE_HAS_DTD, MESSAGE_UNKNOWN, ORDER_INVALID

MESSAGE = "pain.001.001.09"
NAMESPACE_ROOT = "urn:iso:std:iso:20022:tech:xsd:"
TRANSFERS_PER_FILE_MAX = 50_000
"""A file stays under 40 MB, and the schema is checked on the whole of it."""

REFERENCE_MAX, NAME_MAX, REMITTANCE_MAX = 35, 70, 140
TRANSFERS_PER_PIECE = 4_096

_REFERENCE = re.compile(r"(?!/)(?!.*//)[A-Za-z0-9/\-?:().,'+ ]{1,35}(?<!/)")
_OUTSIDE_EPC = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]")
_LETTERS = str.maketrans(
    {"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D"}
    | {"ð": "d", "Þ": "Th", "þ": "th", "&": "+", "’": "'", "‘": "'", "«": "'", "»": "'", '"': "'", "_": "-", ";": ","}
    | {"–": "-", "—": "-", "*": ".", "@": "(at)", "€": "EUR", "%": "pc"},
)


@dataclass(frozen=True, slots=True, repr=False)
class BankDetails:
    """One bank account and its holder's name. Hides itself."""

    iban: str
    bic: str
    name: str

    def __repr__(self) -> str:
        return "BankDetails(***)"


@dataclass(frozen=True, slots=True)
class CreditTransfer:
    """One payment to one practice."""

    end_to_end_id: str
    amount_cents: int
    payee: BankDetails
    remittance: str


@dataclass(frozen=True, slots=True)
class Order:
    """What one insurer asks its bank to do on one day. `message_id` also names the only payment block."""

    message_id: str
    created_at: datetime
    initiator: str
    execution_date: date
    payer: BankDetails
    transfers: Sequence[CreditTransfer] = field(repr=False)

    @property
    def total_cents(self) -> int:
        return sum(transfer.amount_cents for transfer in self.transfers)


def written(order: Order) -> bytes:
    """The whole file of one order."""
    return b"".join(pieces(order))


def pieces(order: Order) -> Iterator[bytes]:
    """The file of one order in pieces of bounded size."""
    assert 0 < len(order.transfers) <= TRANSFERS_PER_FILE_MAX, "an order is cut into files before it is written"
    yield _head(order).encode("ascii")
    for start in range(0, len(order.transfers), TRANSFERS_PER_PIECE):
        yield _transfers(order.transfers[start : start + TRANSFERS_PER_PIECE]).encode("ascii")
    yield b"</PmtInf></CstmrCdtTrfInitn></Document>\n"


def _head(order: Order) -> str:
    count, total = len(order.transfers), euros(order.total_cents)
    created = order.created_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    message_id = reference(order.message_id)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<Document xmlns="{NAMESPACE_ROOT}{MESSAGE}"><CstmrCdtTrfInitn>'
        f"<GrpHdr><MsgId>{message_id}</MsgId><CreDtTm>{created}</CreDtTm><NbOfTxs>{count}</NbOfTxs>"
        f"<CtrlSum>{total}</CtrlSum><InitgPty><Nm>{epc(order.initiator, NAME_MAX)}</Nm></InitgPty></GrpHdr>\n"
        f"<PmtInf><PmtInfId>{message_id}</PmtInfId><PmtMtd>TRF</PmtMtd><BtchBookg>true</BtchBookg>"
        f"<NbOfTxs>{count}</NbOfTxs><CtrlSum>{total}</CtrlSum>"
        "<PmtTpInf><SvcLvl><Cd>SEPA</Cd></SvcLvl></PmtTpInf>"
        f"<ReqdExctnDt><Dt>{order.execution_date.isoformat()}</Dt></ReqdExctnDt>"
        f"<Dbtr><Nm>{epc(order.payer.name, NAME_MAX)}</Nm></Dbtr>"
        f"<DbtrAcct><Id><IBAN>{order.payer.iban}</IBAN></Id><Ccy>EUR</Ccy></DbtrAcct>"
        f"<DbtrAgt><FinInstnId>{_bic_or_none(order.payer.bic)}</FinInstnId></DbtrAgt><ChrgBr>SLEV</ChrgBr>"
    )


def _transfers(transfers: Sequence[CreditTransfer]) -> str:
    """Plain text joined: no character that XML must escape survives `epc` and `reference`."""
    lines: list[str] = []
    for transfer in transfers:
        cents = transfer.amount_cents
        assert cents > 0, "an order never moves nothing"
        lines.append(
            f"\n<CdtTrfTxInf><PmtId><EndToEndId>{reference(transfer.end_to_end_id)}</EndToEndId></PmtId>"
            f'<Amt><InstdAmt Ccy="EUR">{cents // 100}.{cents % 100:02d}</InstdAmt></Amt>{_payee(transfer.payee)}'
            f"<RmtInf><Ustrd>{epc(transfer.remittance, REMITTANCE_MAX)}</Ustrd></RmtInf></CdtTrfTxInf>"
        )
    return "".join(lines)


@lru_cache(maxsize=65_536)
def _payee(payee: BankDetails) -> str:
    """A practice is paid by many insurers: its part of the text is made once."""
    agent = f"<CdtrAgt><FinInstnId><BICFI>{_bic(payee.bic)}</BICFI></FinInstnId></CdtrAgt>" if payee.bic else ""
    return (
        f"{agent}<Cdtr><Nm>{epc(payee.name, NAME_MAX)}</Nm></Cdtr>"
        f"<CdtrAcct><Id><IBAN>{_plain(payee.iban)}</IBAN></Id></CdtrAcct>"
    )


def _bic_or_none(bic: str) -> str:
    return f"<BICFI>{_bic(bic)}</BICFI>" if bic else "<Othr><Id>NOTPROVIDED</Id></Othr>"


def _bic(bic: str) -> str:
    return _plain(bic)


def _plain(text: str) -> str:
    assert text.isascii() and text.isalnum(), "a bank identifier holds letters and digits"
    return text


def reference(text: str) -> str:
    """A reference as it is, or ValueError: a reference is never altered, since answers are matched on it."""
    if text.isascii() and text.isalnum() and len(text) <= REFERENCE_MAX:
        return text
    if not _REFERENCE.fullmatch(text):
        raise ValueError("a SEPA reference has 1 to 35 characters of the EPC set and no misplaced slash")
    return text


def epc(text: str, length_max: int) -> str:
    """Text in the EPC character set: accents dropped, the rest replaced by a dot, cut to length; never empty."""
    if not (text.isascii() and _OUTSIDE_EPC.search(text) is None):
        decomposed = unicodedata.normalize("NFKD", text.translate(_LETTERS))
        ascii_text = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
        text = _OUTSIDE_EPC.sub(".", ascii_text.translate(_LETTERS))
    return text[:length_max].strip() or "."


class _Schemas(threading.local):
    """The schemas that a thread has parsed: libxml2 neither parses nor applies one in two threads at once."""

    def __init__(self) -> None:
        self.known: dict[str, etree.XMLSchema | None] = {}


_SCHEMAS = _Schemas()
_PARSING = threading.Lock()


def _schema(message: str) -> etree.XMLSchema | None:
    if message not in _SCHEMAS.known:
        source = files("sepaxml").joinpath("schemas", f"{message}.xsd")
        with _PARSING:
            found = etree.XMLSchema(etree.fromstring(source.read_bytes())) if source.is_file() else None
        _SCHEMAS.known[message] = found
    return _SCHEMAS.known[message]


def check(document: bytes, source: str = MESSAGE) -> tuple[Defect, ...]:
    """Every disagreement of a credit-transfer file with the official schema of the version it claims to be."""
    if b"<!DOCTYPE" in document:
        return (Defect(FILE_HAS_DTD, Place(source)),)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
    try:
        root = etree.fromstring(document, parser)
    except etree.XMLSyntaxError as failure:
        return (Defect(ORDER_INVALID, Place(source, failure.lineno or 0), "not well-formed XML"),)
    message = (etree.QName(root).namespace or "").removeprefix(NAMESPACE_ROOT)
    schema = _schema(message) if message.startswith("pain.001.") else None
    if schema is None:
        return (Defect(MESSAGE_UNKNOWN, Place(source, field="Document"), "no schema of this version is at hand"),)
    if schema.validate(root):
        return ()
    log = cast("Iterable[_LogEntry]", schema.error_log)
    return tuple(
        Defect(ELEMENT_INVALID, Place(source, entry.line, _element(entry.message)), _without_values(entry.type_name))
        for entry in log
    )


class _LogEntry(Protocol):
    """What libxml2 says of one disagreement; the message quotes values, so only the element's name is kept of it."""

    line: int
    message: str
    type_name: str


def _element(message: str) -> str:
    """The element that libxml2 names, without the namespace and without its value."""
    found = re.match(r"Element '(?:\{[^}]*\})?([^']+)'", message)
    return found.group(1) if found else ""


def _without_values(type_name: str) -> str:
    return type_name.removeprefix("SCHEMAV_").lower().replace("_", " ")
