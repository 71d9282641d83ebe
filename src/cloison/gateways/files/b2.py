"""B2: the 128-byte claim format of the French health insurance. The door: what other rooms import.

    survey(path)            structure of a whole file, and what refuses it or one of its batches
    read(path)              its invoices, sound or refused each on its own, as columns
    write(path, ...)        the same columns as a file; `totalled` computes records 5 and 6 first
    raw_of, write_rejected  the bytes of refused invoices, to keep, correct and resubmit

Positions are in `b2_layout`, the words of every refusal in `reasons`, the documentation in `docs/formats/b2.md`.
"""

from cloison.gateways.files.b2_columns import (
    Batches,
    Chunk,
    Extras,
    Header,
    Invoices,
    Lines,
    MedicalActs,
    Products,
)
from cloison.gateways.files.b2_read import read
from cloison.gateways.files.b2_survey import Survey, survey
from cloison.gateways.files.b2_write import raw_of, render, totalled, write, write_rejected
from cloison.gateways.files.defects import Defects

__all__ = [
    "Batches",
    "Chunk",
    "Defects",
    "Extras",
    "Header",
    "Invoices",
    "Lines",
    "MedicalActs",
    "Products",
    "Survey",
    "raw_of",
    "read",
    "render",
    "survey",
    "totalled",
    "write",
    "write_rejected",
]
