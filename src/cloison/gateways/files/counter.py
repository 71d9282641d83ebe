"""The files of a counter: practices to register, questions of a day, and the answers to them.

CSV, UTF-8, `;`, one header line. A line that cannot be read is a defect with line, field and remedy; the others go on.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cloison.disclosure import Channel, Proof, Result
from cloison.errors import Defect, Misuse, Place, Text
from cloison.gateways.files.counter_reasons import COLUMN_MISSING, FILE_UNREADABLE, VALUE_WRONG
from cloison.identity import Practices, Registration
from cloison.period import FOREVER
from cloison.rights import refusals
from cloison.rights.engagement import formatted
from cloison.rights.enquiry import Enquiries, Replies
from cloison.rules.vocabulary import Domain

PRACTICES = (
    "numero",
    "categorie",
    "raison_sociale",
    "departement",
    "ville",
    "secteur",
    "optam",
    "specialite",
    "iban",
    "bic",
)
QUESTIONS = (
    "question", "canal", "numero_ps", "compte", "preuve", "date_soins", "domaine", "amc", "adherent", "nir",
    "date_naissance", "rang_naissance", "engagement",
)  # fmt: skip
ANSWERS = (
    "question", "reponse", "engagement", "valable_du", "valable_au", "domaines", "ordre", "motif", "message", "action",
    "acteur",
)  # fmt: skip
COUNTERS = ("PORTAL", "API", "CARD", "MACHINE")
ACCOUNT = re.compile(r"(?!.*[1-478][0-9]{4}(?:[0-9]{2}|2[AB])[0-9]{6})[A-Za-z0-9._@+-]{1,64}")
"""A login, kept in clear: in columns that have slipped it would be anything, a NIR for one."""
PROOFS = {"P1": Proof.TYPED, "P2": Proof.CODE, "P3": Proof.CARD}
REPLIES = {Result.COVERED: "covered", Result.NOT_COVERED: "not_covered", Result.UNDETERMINED: "undetermined"}


@dataclass(frozen=True, slots=True)
class Payee:
    """Where a practice is paid. Hides itself."""

    number: str
    name: str
    iban: str = field(repr=False)
    bic: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Asked:
    """Questions of one channel: the enquiries, and how the file names each."""

    channel: Channel
    names: tuple[str, ...]
    enquiries: Enquiries


def read_practices(path: Path) -> tuple[list[Registration], list[Payee], list[Defect]]:
    """Practices to register and where they are paid."""
    registrations: list[Registration] = []
    payees: list[Payee] = []
    defects: list[Defect] = []
    for line, row in _rows(path, PRACTICES):
        try:
            registrations.append(
                Registration(
                    number=row["numero"],
                    category=row["categorie"],
                    name=row["raison_sociale"],
                    departement=row["departement"],
                    town=row["ville"],
                    sector=int(row["secteur"] or 0),
                    optam=row["optam"] == "O",
                    specialty=int(row["specialite"] or 0),
                )
            )
        except ValueError:
            defects.append(Defect(VALUE_WRONG, Place(path.name, line, "secteur, specialite"), "digits are wanted"))
            continue
        payees.append(Payee(row["numero"], row["raison_sociale"], row["iban"], row["bic"]))
    return registrations, payees, defects


def read_questions(path: Path, practices: Practices, accounts: dict[str, int]) -> tuple[list[Asked], list[Defect]]:
    """The questions of a file, gathered by channel."""
    by_channel: dict[Channel, list[dict[str, str]]] = {}
    defects: list[Defect] = []
    for line, row in _rows(path, QUESTIONS):
        field_wrong = _wrong_field(row, practices)
        if field_wrong:
            defects.append(Defect(VALUE_WRONG, Place(path.name, line, field_wrong)))
        else:
            by_channel.setdefault(Channel[row["canal"].upper()], []).append(row)
    asked = [
        Asked(channel, tuple(row["question"] for row in rows), _enquiries(rows, practices, accounts))
        for channel, rows in sorted(by_channel.items())
    ]
    return asked, defects


def account_names(path: Path, practices: Practices) -> list[tuple[str, str, str]]:
    """The accounts that the sound questions of a file name, with their channel and practice: they are kept in clear."""
    rows = (row for _, row in _rows(path, QUESTIONS) if not _wrong_field(row, practices))
    return sorted({(row["compte"], row["canal"], row["numero_ps"]) for row in rows})


def _wrong_field(row: dict[str, str], practices: Practices) -> str:
    """The first field of a question that cannot be read, or nothing."""
    if row["canal"].upper() not in COUNTERS:
        return "canal"
    if not ACCOUNT.fullmatch(row["compte"]):
        return "compte"
    if row["preuve"] not in PROOFS:
        return "preuve"
    if row["domaine"] not in Domain.__members__:
        return "domaine"
    if not row["adherent"] and not row["nir"]:
        return "adherent, nir"
    if not (row["date_naissance"].isascii() and len(row["date_naissance"]) == 8):
        return "date_naissance"
    if len(row["rang_naissance"]) != 1 or not row["rang_naissance"].isdigit():
        return "rang_naissance"
    if not all(row[name].isascii() for name in ("amc", "adherent", "nir")) or len(row["amc"]) > 10:
        return "amc, adherent, nir"
    if len(row["adherent"]) > 16 or len(row["nir"]) > 15:
        return "adherent, nir"
    if practices.rows(np.array([row["numero_ps"].encode("ascii", "replace")], "S9"))[0] < 0:
        return "numero_ps"
    try:
        date.fromisoformat(row["date_soins"])
    except ValueError:
        return "date_soins"
    return ""


def _enquiries(rows: list[dict[str, str]], practices: Practices, accounts: dict[str, int]) -> Enquiries:
    def column(name: str, kind: str) -> NDArray[np.bytes_]:
        return np.array([row[name].encode() for row in rows], kind)

    return Enquiries(
        account=np.array([accounts[row["compte"]] for row in rows], np.int64),
        practice=practices.practice[practices.rows(column("numero_ps", "S9"))],
        proof=np.array([PROOFS[row["preuve"]] for row in rows], np.int16),
        care_date=np.array([row["date_soins"] for row in rows], "datetime64[D]"),
        domain=np.array([Domain[row["domaine"]] for row in rows], np.int16),
        amc=column("amc", "S10"),
        adherent=column("adherent", "S16"),
        nir=column("nir", "S13"),
        birth=column("date_naissance", "S8"),
        rank=column("rang_naissance", "S1"),
        engage=np.array([row["engagement"] == "O" for row in rows], np.bool_),
        wanted_cents=np.zeros(len(rows), np.int64),
    )


def answer_lines(asked: Asked, replies: Replies) -> Iterator[list[str]]:
    """The answers as lines of a file, in the order of the questions."""
    numbers = formatted(np.maximum(replies.engagement, 0))
    for row, name in enumerate(asked.names):
        result, reason = Result(int(replies.result[row])), int(replies.reason[row])
        covered = result is Result.COVERED
        words = refusals.CATALOGUE[reason] if reason else None
        until = replies.valid_to[row].astype(date)
        yield [
            name,
            REPLIES[result],
            numbers[row].decode() if replies.engagement[row] > 0 else "",
            str(replies.valid_from[row]) if covered else "",
            "" if not covered or until == FOREVER else str(replies.valid_to[row] - np.timedelta64(1, "D")),
            Domain(int(asked.enquiries.domain[row])).name if covered else "",
            str(replies.answers.ordre[row]) if covered else "",
            words.code if words else "",
            (words.message if words else Text("Droit ouvert.", "Open right.")).fr,
            words.action.fr if words else "",
            words.actor.value if words else "",
        ]


def write_answers(path: Path, lines: Iterator[list[str]]) -> int:
    """Write an answers file; returns how many answers it holds."""
    rows = list(lines)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\n")
        writer.writerow(ANSWERS)
        writer.writerows(rows)
    return len(rows)


def _rows(path: Path, wanted: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    """The lines of a file with their number. Raises Misuse when it is not such a file at all."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file, delimiter=";", restval="")
            missing = [name for name in wanted if name not in (reader.fieldnames or ())]
            if missing:
                raise Misuse(COLUMN_MISSING, cause=", ".join(missing), place=Place(path.name, 1))
            for line, row in enumerate(reader, 2):
                yield line, {name: (row[name] or "").strip() for name in wanted}
    except (UnicodeDecodeError, csv.Error) as failure:
        raise Misuse(FILE_UNREADABLE, cause=type(failure).__name__, place=Place(path.name)) from None
