"""Answers of a bank written by hand: pain.002, camt.053 and camt.054. They share nothing with the code they test."""

from collections.abc import Sequence
from dataclasses import dataclass

IBAN = "FR7630006000011234567890189"
SPACE = "urn:iso:std:iso:20022:tech:xsd:"


@dataclass
class Entry:
    amount: str
    label: str = ""
    debit: bool = True
    reference: str = "R1"
    block: str = ""
    returned: str = ""
    status: str = "BOOK"
    currency: str = "EUR"
    day: str = "2026-11-24"
    details: Sequence[tuple[str, str]] = ()

    def text(self, version: str) -> str:
        side = "DBIT" if self.debit else "CRDT"
        status = self.status if version in ("02", "03") else f"<Cd>{self.status}</Cd>"
        back = f"<RtrInf><Rsn><Cd>{self.returned}</Cd></Rsn></RtrInf>" if self.returned else ""
        block = f"<Btch><PmtInfId>{self.block}</PmtInfId></Btch>" if self.block else ""
        inside = [(self.label, self.amount)] if self.label else list(self.details)
        transfers = "".join(
            f"<TxDtls><Refs><EndToEndId>{label}</EndToEndId></Refs>"
            f"<AmtDtls><TxAmt><Amt Ccy='{self.currency}'>{amount}</Amt></TxAmt></AmtDtls>{back}</TxDtls>"
            for label, amount in inside
        )
        reference = f"<AcctSvcrRef>{self.reference}</AcctSvcrRef>" if self.reference else ""
        return (
            f"<Ntry><Amt Ccy='{self.currency}'>{self.amount}</Amt><CdtDbtInd>{side}</CdtDbtInd><Sts>{status}</Sts>"
            f"<BookgDt><Dt>{self.day}</Dt></BookgDt>{reference}"
            f"<NtryDtls>{block}{transfers}</NtryDtls></Ntry>"
        )


def statement(
    *entries: Entry, kind: str = "053", version: str = "08", iban: str = IBAN, number: str = "S1", balances: str = ""
) -> bytes:
    root, report = {"053": ("BkToCstmrStmt", "Stmt"), "054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn")}[kind]
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{SPACE}camt.{kind}.001.{version}"><{root}>'
        f"<GrpHdr><MsgId>{number}</MsgId><CreDtTm>2026-11-24T20:00:00</CreDtTm></GrpHdr>"
        f"<{report}><Id>{number}</Id><Acct><Id><IBAN>{iban}</IBAN></Id></Acct>{balances}"
        f"{''.join(entry.text(version) for entry in entries)}</{report}></{root}></Document>"
    ).encode()


def balance(code: str, amount: str, credit: bool = True) -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy='EUR'>{amount}</Amt>"
        f"<CdtDbtInd>{'CRDT' if credit else 'DBIT'}</CdtDbtInd><Dt><Dt>2026-11-24</Dt></Dt></Bal>"
    )


def report(
    message: str,
    *transfers: tuple[str, str],
    group: str = "PART",
    block: str = "",
    version: str = "10",
    number: str = "Q1",
) -> bytes:
    """A pain.002: `transfers` are (EndToEndId, status), `group` and `block` the wider statuses."""
    inside = "".join(
        f"<TxInfAndSts><OrgnlEndToEndId>{label}</OrgnlEndToEndId><TxSts>{status}</TxSts>"
        f"<StsRsnInf><Rsn><Cd>AC04</Cd></Rsn></StsRsnInf></TxInfAndSts>"
        for label, status in transfers
    )
    whole = f"<GrpSts>{group}</GrpSts>" if group else ""
    status = f"<PmtInfSts>{block}</PmtInfSts>" if block else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{SPACE}pain.002.001.{version}"><CstmrPmtStsRpt>'
        f"<GrpHdr><MsgId>{number}</MsgId><CreDtTm>2026-11-24T07:00:00</CreDtTm></GrpHdr>"
        f"<OrgnlGrpInfAndSts><OrgnlMsgId>{message}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>{whole}"
        f"</OrgnlGrpInfAndSts><OrgnlPmtInfAndSts><OrgnlPmtInfId>{message}</OrgnlPmtInfId>{status}{inside}"
        "</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>"
    ).encode()
