"""Status reports, `pain.002`: what the bank accepted or refused, for a file, a block or one transfer."""

from typing import Final

from cloison.payments.bankfile import Element, Reading, Status, Verdict, elements
from cloison.payments.reasons import ELEMENT_INVALID, ELEMENT_MISSING

VERDICTS: Final = {
    "ACTC": Verdict.ACCEPTED,
    "ACCP": Verdict.ACCEPTED,
    "ACFC": Verdict.ACCEPTED,
    "ACSP": Verdict.ACCEPTED,
    "ACWC": Verdict.ACCEPTED,
    "ACSC": Verdict.ACCEPTED,
    "ACCC": Verdict.ACCEPTED,
    "RJCT": Verdict.REJECTED,
    "CANC": Verdict.REJECTED,
    "RCVD": Verdict.NOTED,
    "PDNG": Verdict.NOTED,
    "PART": Verdict.NOTED,
}
"""External status codes of ISO 20022. PART says nothing by itself: the transfers inside say it."""


def read(reading: Reading) -> tuple[Status, ...]:
    """The statuses of one report, from the widest to the narrowest: a later one overrides an earlier one."""
    message_id = ""
    whole: list[Status] = []
    blocks: list[Status] = []
    transfers: list[Status] = []
    inside: list[Status] = []
    for element in elements(reading, "OrgnlGrpInfAndSts", "TxInfAndSts", "OrgnlPmtInfAndSts"):
        name = reading.local(element)
        if name == "OrgnlGrpInfAndSts":
            message_id = reading.required(element, "OrgnlMsgId")
            whole += _status(reading, element, "GrpSts", message_id, "", "")
        elif name == "TxInfAndSts":
            end_to_end_id = reading.text(element, "OrgnlEndToEndId")
            if not end_to_end_id:
                reading.remark(ELEMENT_MISSING, element, "OrgnlEndToEndId")
            else:
                inside += _status(reading, element, "TxSts", message_id, "", end_to_end_id)
            element.clear()
        else:
            block = reading.text(element, "OrgnlPmtInfId")
            blocks += _status(reading, element, "PmtInfSts", message_id, block, "")
            transfers += inside
            inside = []
            element.clear()
    return tuple(whole + blocks + transfers + inside)


def _status(
    reading: Reading, element: Element, name: str, message_id: str, batch_id: str, end_to_end_id: str
) -> list[Status]:
    code = reading.text(element, name)
    if not code:
        return []
    verdict = VERDICTS.get(code)
    if verdict is None:
        reading.remark(ELEMENT_INVALID, element, name, "a status code that no list holds")
        return []
    reason = reading.text(element, "StsRsnInf", "Rsn", "Cd")[:4]
    return [Status(message_id, batch_id, end_to_end_id, verdict, reason)]
