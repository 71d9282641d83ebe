"""The formats of files of invoices, each with the same verbs: look at it, decide it chunk by chunk, take some again.

A file says which format it has when it is received; from then on the books say it (`claims.file.format`).
"""

from collections.abc import Awaitable, Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol, TypeAlias

import numpy as np

from cloison.claims import ClaimBatch, Settlement
from cloison.claims.refusals import CARE_AFTER_RECEPTION, PRACTICE_UNKNOWN
from cloison.errors import Defect, Reason
from cloison.gateways.files import acknowledge, b2, invoices
from cloison.gateways.files.b2_claims import batch_of
from cloison.ops.catalogue import REASONS
from cloison.rights.refusals import INSURER_UNKNOWN

INVOICES_PER_CHUNK = 20_000
"""Invoices decided in one transaction. The number of a chunk is written with it: keep this while files are waiting."""
DEFECTS_SHOWN = 20
KEPT_ASIDE = REASONS.only(PRACTICE_UNKNOWN, INSURER_UNKNOWN, CARE_AFTER_RECEPTION)
"""Why an invoice that can be read is kept aside instead of being decided."""
B2, INVOICES = "b2", "invoices"
Settle: TypeAlias = Callable[[ClaimBatch], Awaitable[Settlement]]


class ClaimFile(Protocol):
    """A file that was looked at. `refused`: why it cannot be read at all."""

    @property
    def refused(self) -> Reason | None:
        """The reason, or none."""
        ...

    @property
    def invoice_count(self) -> int:
        """Invoices that it holds, readable or not."""
        ...

    @property
    def suffix(self) -> str:
        """How the names of such files end."""
        ...

    def defects(self) -> tuple[Defect, ...]:
        """The first defects, in words."""
        ...

    async def decide(self, file: int, papers: Path, received_at: datetime, settle: Settle) -> None:
        """Decide every chunk and write the acknowledgement at `papers`, to which its suffix is added."""
        ...

    def batches(self, file: int, records: Collection[int]) -> Iterator[ClaimBatch]:
        """Some invoices, chunk by chunk, as they were received."""
        ...

    def write_some(self, out: Path, records: Collection[int]) -> None:
        """Write some invoices in the same format, to be corrected and sent again."""
        ...


@dataclass(frozen=True, slots=True)
class B2File:
    """Records of B2."""

    path: Path
    survey: b2.Survey

    @property
    def refused(self) -> Reason | None:
        """Why it cannot be read at all."""
        return self.survey.refused

    @property
    def invoice_count(self) -> int:
        """Invoices that it holds."""
        return self.survey.invoice_count

    @property
    def suffix(self) -> str:
        """How the names of such files end."""
        return ".b2"

    def defects(self) -> tuple[Defect, ...]:
        """The first defects, in words."""
        return tuple(self.survey.defects.report(self.path.name, DEFECTS_SHOWN))

    async def decide(self, file: int, papers: Path, received_at: datetime, settle: Settle) -> None:
        """Decide every chunk; the acknowledgement is JSON for machines and CSV for people."""
        machines, people = papers.with_name(f"{papers.name}.json"), papers.with_name(f"{papers.name}.csv")
        with acknowledge.Acknowledgement(machines, people, self.survey, received_at) as acknowledgement:
            for number, chunk in enumerate(b2.read(self.path, INVOICES_PER_CHUNK, self.survey)):
                settlement = await settle(batch_of(file, number, chunk))
                acknowledgement.add(chunk, settlement.kept, KEPT_ASIDE)

    def batches(self, file: int, records: Collection[int]) -> Iterator[ClaimBatch]:
        """Some invoices, chunk by chunk."""
        wanted = np.array(sorted(records), np.int64)
        for number, chunk in enumerate(b2.read(self.path, INVOICES_PER_CHUNK, self.survey)):
            mine = np.isin(chunk.invoices.record, wanted)
            if mine.any():
                yield batch_of(file, number, chunk).only(mine)

    def write_some(self, out: Path, records: Collection[int]) -> None:
        """Write some invoices as a B2 file."""
        b2.write_rejected(out, self.survey, np.array(sorted(records), np.int64))


@dataclass(frozen=True, slots=True)
class InvoiceFile:
    """Lines of JSON."""

    path: Path
    survey: invoices.Survey

    @property
    def refused(self) -> Reason | None:
        """Why it cannot be read at all."""
        return self.survey.refused

    @property
    def invoice_count(self) -> int:
        """Lines that it holds."""
        return self.survey.invoice_count

    @property
    def suffix(self) -> str:
        """How the names of such files end."""
        return invoices.SUFFIX

    def defects(self) -> tuple[Defect, ...]:
        """The first defects, in words."""
        return self.survey.defects[:DEFECTS_SHOWN]

    async def decide(self, file: int, papers: Path, received_at: datetime, settle: Settle) -> None:
        """Decide every chunk; the acknowledgement is JSON lines."""
        path = papers.with_name(f"{papers.name}{invoices.SUFFIX}")
        with invoices.Acknowledgement(path, self.survey, received_at) as acknowledgement:
            for number, chunk in enumerate(invoices.read(self.path, INVOICES_PER_CHUNK)):
                settlement = await settle(chunk.batch(file, number))
                acknowledgement.add(chunk, settlement.kept, KEPT_ASIDE)

    def batches(self, file: int, records: Collection[int]) -> Iterator[ClaimBatch]:
        """Some invoices, chunk by chunk."""
        wanted = np.array(sorted(records), np.int64)
        for number, chunk in enumerate(invoices.read(self.path, INVOICES_PER_CHUNK)):
            batch = chunk.batch(file, number)
            mine = np.isin(batch.invoices.record, wanted)
            if mine.any():
                yield batch.only(mine)

    def write_some(self, out: Path, records: Collection[int]) -> None:
        """Write some lines as they came."""
        invoices.write_rejected(out, self.path, records)


def format_of(path: Path) -> str:
    """The format of a file that arrives, by its name."""
    return INVOICES if path.suffix == invoices.SUFFIX else B2


def looked_at(path: Path, format_: str) -> ClaimFile:
    """Look at a file of a format."""
    return InvoiceFile(path, invoices.survey(path)) if format_ == INVOICES else B2File(path, b2.survey(path))
