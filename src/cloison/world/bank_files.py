"""The two messages of the bank, element by element: `pain.002.001.10` and `camt.053.001.08`.

References come from order files, so every text is escaped; amounts are written from whole cents.
"""

from dataclasses import dataclass
from datetime import date
from xml.sax.saxutils import escape

from cloison.money import euros

_NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


@dataclass(frozen=True, slots=True)
class Head:
    """What a block of orders says before its transfers."""

    message: str
    created: str
    block: str
    execution: str
    iban: str
    bic: str

    @property
    def day(self) -> date:
        return date.fromisoformat(self.execution)


@dataclass(frozen=True, slots=True)
class Transfer:
    """One transfer of an order."""

    reference: str
    cents: int


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a statement; `returned` is the reason why a transfer came back."""

    cents: int
    debit: bool
    block: str
    reference: str
    returned: str = ""
    transfers: int = 0
    details: bytes = b""

    @property
    def signed_cents(self) -> int:
        return -self.cents if self.debit else self.cents

    def detail(self) -> bytes:
        """The transfer inside a line."""
        block = f"<PmtInfId>{escape(self.block)}</PmtInfId>" if self.block else ""
        reason = f"<RtrInf><Rsn><Cd>{self.returned}</Cd></Rsn></RtrInf>" if self.returned else ""
        return (
            f"<TxDtls><Refs>{block}<EndToEndId>{escape(self.reference)}</EndToEndId></Refs>"
            f'<Amt Ccy="EUR">{euros(self.cents)}</Amt><CdtDbtInd>{_side(self.debit)}</CdtDbtInd>{reason}</TxDtls>'
        ).encode()


def _side(debit: bool) -> str:
    return "DBIT" if debit else "CRDT"


def report_start(head: Head, count: int, cents: int, refused: int) -> bytes:
    """A status report up to the refused transfers."""
    status = "ACCP" if refused == 0 else "RJCT" if refused == count else "PART"
    sums = f"<OrgnlNbOfTxs>{count}</OrgnlNbOfTxs><OrgnlCtrlSum>{euros(cents)}</OrgnlCtrlSum>"
    return (
        f'{_DECLARATION}<Document xmlns="{_NAMESPACE}pain.002.001.10"><CstmrPmtStsRpt>'
        f"<GrpHdr><MsgId>{escape(('ACQ' + head.message)[:35])}</MsgId>"
        f"<CreDtTm>{head.execution}T07:00:00</CreDtTm></GrpHdr>"
        f"<OrgnlGrpInfAndSts><OrgnlMsgId>{escape(head.message)}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>"
        f"{sums}<GrpSts>{status}</GrpSts></OrgnlGrpInfAndSts>\n"
        f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{escape(head.block)}</OrgnlPmtInfId>{sums}<PmtInfSts>{status}</PmtInfSts>"
    ).encode()


def report_refusal(transfer: Transfer, reason: str) -> bytes:
    """One refused transfer of a status report."""
    return (
        f"\n<TxInfAndSts><OrgnlEndToEndId>{escape(transfer.reference)}</OrgnlEndToEndId><TxSts>RJCT</TxSts>"
        f"<StsRsnInf><Rsn><Cd>{reason}</Cd></Rsn></StsRsnInf></TxInfAndSts>"
    ).encode()


def report_end() -> bytes:
    """The end of a status report."""
    return b"</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>\n"


def statement_start(identification: str, iban: str, bic: str, day: date, opening: int, closing: int) -> bytes:
    """A statement up to its lines."""
    agent = f"<Svcr><FinInstnId><BICFI>{escape(bic)}</BICFI></FinInstnId></Svcr>" if bic else ""
    return (
        f'{_DECLARATION}<Document xmlns="{_NAMESPACE}camt.053.001.08"><BkToCstmrStmt>'
        f"<GrpHdr><MsgId>{identification}</MsgId><CreDtTm>{day}T20:00:00</CreDtTm></GrpHdr>"
        f"<Stmt><Id>{identification}</Id><CreDtTm>{day}T20:00:00</CreDtTm>"
        f"<Acct><Id><IBAN>{escape(iban)}</IBAN></Id><Ccy>EUR</Ccy>{agent}</Acct>"
        f"{_balance('OPBD', opening, day)}{_balance('CLBD', closing, day)}"
    ).encode()


def _balance(code: str, cents: int, day: date) -> str:
    return (
        f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{euros(abs(cents))}</Amt>'
        f"<CdtDbtInd>{_side(cents < 0)}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
    )


def entry(line: Line, reference: str, day: date) -> bytes:
    """One booked line of a statement; `reference` is the bank's."""
    family = "ICDT</Cd><SubFmlyCd>RRTN" if line.returned else "ICDT</Cd><SubFmlyCd>ESCT"
    if not line.debit and not line.returned:
        family = "RCDT</Cd><SubFmlyCd>ESCT"
    batch = f"<Btch><PmtInfId>{escape(line.block)}</PmtInfId><NbOfTxs>{line.transfers}</NbOfTxs></Btch>"
    details = batch.encode() + line.details if line.transfers else line.detail()
    return (
        f'\n<Ntry><Amt Ccy="EUR">{euros(line.cents)}</Amt><CdtDbtInd>{_side(line.debit)}</CdtDbtInd>'
        f"<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt>"
        f"<AcctSvcrRef>{reference}</AcctSvcrRef>"
        f"<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>{family}</SubFmlyCd></Fmly></Domn></BkTxCd><NtryDtls>"
    ).encode() + details + b"</NtryDtls></Ntry>"  # fmt: skip


def statement_end() -> bytes:
    """The end of a statement."""
    return b"</Stmt></BkToCstmrStmt></Document>\n"
