"""What became of a B2 file: accepted or refused, invoice by invoice, with the place, the reason and the remedy.

The official acknowledgement (ARL) is not public, so this is the project's own: one JSON object for machines and one
CSV for people, both described in `docs/formats/b2.md`. Every refused invoice has at least one entry; of one invoice at
most some defects are told, the rest counted. Entries are written as they come: memory does not follow their number.
Nothing identifies a person: an invoice is named by its issuer, its batch and its number.
"""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cloison.errors import Catalogue, Defect, Place, Reason
from cloison.gateways.files.b2_columns import Batches, Chunk
from cloison.gateways.files.b2_survey import Survey
from cloison.gateways.files.reasons import REASONS

FORMAT = "cloison-acknowledgement/1"
DEFECTS_PER_INVOICE_MAX = 20
STRUCTURE_DEFECTS_MAX = 10_000
"""Of a file and its batches: all of them, unless the file is nonsense."""
COLUMNS = (
    "ligne", "lot", "numero_ps", "facture", "champ", "code", "motif", "reason", "cause", "a_faire", "to_do", "acteur",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One reason at one place. Names are empty where the entry is about something larger."""

    defect: Defect
    batch: str = ""
    practice: str = ""
    invoice: str = ""

    @property
    def reason(self) -> Reason:
        return self.defect.reason

    @property
    def place(self) -> Place:
        return self.defect.place


class Acknowledgement:
    """Both files while they are written. A file that is not closed in order is not there at all."""

    def __init__(self, json_path: Path, csv_path: Path, found: Survey, received_at: datetime) -> None:
        self.found, self.received_at = found, received_at
        self._paths = (json_path, csv_path)
        self._parts = tuple(path.with_name(path.name + ".part") for path in self._paths)
        self._entries = 0
        self.counted: dict[str, int] = {}
        self.left_out = self.accepted = self.refused = self.charged = self.charged_accepted = 0

    def __enter__(self) -> Self:
        self._json = self._parts[0].open("w", encoding="utf-8")
        self._csv = self._parts[1].open("w", encoding="utf-8", newline="")
        self._rows = csv.writer(self._csv, delimiter=";", lineterminator="\n")
        self._rows.writerow(COLUMNS)
        self._json.write('{"entries": [')
        for entry in _of_survey(self.found):
            self._write(entry)
        for number, count in self.found.defects.counted.items():
            self._count(REASONS[number], count)
        self.left_out += max(0, len(self.found.defects) - STRUCTURE_DEFECTS_MAX)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._json.write("\n],\n" + json.dumps(self._summary(), ensure_ascii=False, indent=1)[2:])
            self._json.write("\n")
        self._json.close()
        self._csv.close()
        for part, path in zip(self._parts, self._paths, strict=True):
            if kind is None:
                part.replace(path)
            else:
                part.unlink()

    def add(self, chunk: Chunk, decided: NDArray[np.integer] | None = None, catalogue: Catalogue | None = None) -> None:
        """The invoices of a chunk. `decided` refuses sound ones for a reason of another part's catalogue (0: none)."""
        invoices = chunk.invoices
        later = np.zeros(len(invoices), np.int64) if decided is None else np.where(invoices.reason == 0, decided, 0)
        refused = (invoices.reason != 0) | (later != 0)
        charged = invoices.fees + invoices.total_ph
        self.refused += int(refused.sum())
        self.accepted += int((~refused).sum())
        self.charged += int(charged.sum())
        self.charged_accepted += int(charged[~refused].sum())
        for number, count in chunk.defects.counted.items():
            self._count(REASONS[number], count)
        for entry in self._of_chunk(chunk):
            self._write(entry)
        for row in np.flatnonzero(later):
            assert catalogue is not None, "a decision has a catalogue"
            reason = catalogue[int(later[row])]
            self._count(reason, 1)
            place = Place(self.found.path.name, int(invoices.record[row]))
            self._write(_entry(Defect(reason, place), chunk, int(row)))

    def _of_chunk(self, chunk: Chunk) -> Iterator[Entry]:
        """For each refused invoice its defects, the deciding one first; of a refused batch the batch's reason."""
        name, invoices, defects = self.found.path.name, chunk.invoices, chunk.defects
        first = np.searchsorted(defects.record, invoices.record)
        end = np.searchsorted(defects.record, invoices.last_record, side="right")
        for row in np.flatnonzero(invoices.reason):
            deciding = int(invoices.reason[row])
            of_batch = int(chunk.batches.reason[invoices.batch[row]])
            if deciding == of_batch:
                yield _entry(Defect(REASONS[deciding], Place(name, int(invoices.record[row]))), chunk, int(row))
            told = slice(int(first[row]), min(int(end[row]), int(first[row]) + DEFECTS_PER_INVOICE_MAX))
            self.left_out += int(end[row]) - told.stop
            of_invoice = list(defects.some(told, name))
            for defect in sorted(of_invoice, key=lambda defect: defect.reason.number != deciding):
                yield _entry(defect, chunk, int(row))

    def _count(self, reason: Reason, count: int) -> None:
        self.counted[reason.code] = self.counted.get(reason.code, 0) + count

    def _write(self, entry: Entry) -> None:
        reason, place = entry.reason, entry.place
        self._json.write(",\n" if self._entries else "\n")
        self._entries += 1
        json.dump(
            {
                "line": place.line, "batch": entry.batch, "practice": entry.practice, "invoice": entry.invoice,
                "field": place.field, "code": reason.code, "cause": entry.defect.cause,
                "message": {"fr": reason.message.fr, "en": reason.message.en},
                "action": {"fr": reason.action.fr, "en": reason.action.en},
                "actor": str(reason.actor), "retry": str(reason.retry),
            },
            self._json, ensure_ascii=False,
        )  # fmt: skip
        self._rows.writerow(
            (
                place.line or "", entry.batch, entry.practice, entry.invoice, place.field, reason.code,
                reason.message.fr, reason.message.en, entry.defect.cause, reason.action.fr, reason.action.en,
                str(reason.actor),
            )
        )  # fmt: skip

    @property
    def state(self) -> str:
        if self.found.refused is not None or not self.accepted:
            return "refused"
        return "partial" if self.refused else "accepted"

    def _summary(self) -> dict[str, object]:
        found = self.found
        return {
            "format": FORMAT, "file": found.path.name, "file_id": found.header.file_id, "sender": found.header.sender,
            "created": str(found.header.created or ""), "received_at": self.received_at.isoformat(),
            "state": self.state, "records": found.record_count, "batches": found.batch_count,
            "batches_refused": int(np.count_nonzero(found.batches.reason)),
            "invoices": found.invoice_count, "invoices_accepted": self.accepted,
            "invoices_refused": found.invoice_count - self.accepted, "charged_cents": self.charged,
            "charged_accepted_cents": self.charged_accepted, "defects": self.counted, "defects_not_told": self.left_out,
        }  # fmt: skip


def _of_survey(found: Survey) -> Iterator[Entry]:
    """What is wrong with the file and its batches."""
    batches: Batches = found.batches
    for defect in found.defects.report(found.path.name, STRUCTURE_DEFECTS_MAX):
        row = int(np.searchsorted(batches.first_record, defect.place.line, side="right")) - 1
        if defect.reason.code.startswith("batch.") and row >= 0:
            yield Entry(defect, _shown(batches.number[row]), _shown(batches.practice_number[row]))
        else:
            yield Entry(defect)


def _entry(defect: Defect, chunk: Chunk, row: int) -> Entry:
    invoices, batches = chunk.invoices, chunk.batches
    return Entry(
        defect,
        _shown(batches.number[invoices.batch[row]]),
        _shown(invoices.practice_number[row]),
        _shown(invoices.invoice_number[row]),
    )


def _shown(number: object) -> str:
    """A number of a batch, practice or invoice; what is not one is not repeated: it could be anything."""
    word = number if isinstance(number, bytes) else b""
    return word.decode("ascii") if word.isalnum() and word.isascii() else "?"
