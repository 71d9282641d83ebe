"""Which reader reads which message of a bank."""

import re
from typing import Final

from cloison.errors import Defect, Place
from cloison.payments import statement, status
from cloison.payments.bankfile import BankFile, Reading, Unreadable, elements, fingerprint, require_safe, root_of
from cloison.payments.reasons import MESSAGE_UNKNOWN, NAMESPACE_MISSING

MESSAGES: Final = {"CstmrPmtStsRpt": "pain.002", "BkToCstmrStmt": "camt.053", "BkToCstmrDbtCdtNtfctn": "camt.054"}
NAMESPACE: Final = re.compile(r"urn:iso:std:iso:20022:tech:xsd:((?:pain\.002|camt\.05[34])\.001\.\d\d)")


def read(name: str, content: bytes) -> BankFile:
    """One file of a bank; what cannot be read comes back as defects, never as an exception."""
    reading = Reading(name, content)
    try:
        require_safe(name, content)
        return _read(reading)
    except Unreadable as trouble:
        return BankFile(name, fingerprint(content), defects=(trouble.defect,), remarks=tuple(reading.remarks))


def _read(reading: Reading) -> BankFile:
    namespace, local = root_of(reading)
    kind = MESSAGES.get(local)
    known = NAMESPACE.fullmatch(namespace)
    if kind is None:
        raise Unreadable(Defect(MESSAGE_UNKNOWN, Place(reading.name, field="Document"), "another message"))
    if namespace and (known is None or not known.group(1).startswith(kind)):
        raise Unreadable(Defect(MESSAGE_UNKNOWN, Place(reading.name, field="Document"), "another namespace"))
    reading.prefix = f"{{{namespace}}}" if namespace else ""
    if known is None:
        # Some banks send pain.002 without a namespace: readable, and theirs to correct.
        reading.remark(NAMESPACE_MISSING, None, "Document")
    statuses = status.read(reading) if kind == "pain.002" else ()
    statements = () if kind == "pain.002" else statement.read(reading)
    return BankFile(
        name=reading.name,
        sha256=fingerprint(reading.content),
        message=known.group(1) if known else kind,
        identification=_identification(reading),
        statements=statements,
        statuses=statuses,
        remarks=tuple(reading.remarks),
    )


def _identification(reading: Reading) -> str:
    for element in elements(reading, "GrpHdr"):
        return reading.required(element, "MsgId")
    return ""
