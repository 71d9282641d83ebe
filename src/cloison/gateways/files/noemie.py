"""NOEMIE-PS: the return that ties each transfer to its invoices, line by line. The door: what other rooms import.

    render(letterhead, practice_numbers, contents)  the returns of many practices at once, cut with `Returns.of`
    read(data)                                      one return, every byte kept, defects beside
    contents_of(found)                              its columns
    latin(words, width)                             texts for labels

No return written here names a person: entities 103, 110 and 120 are read, never written. Positions are in
`noemie_layout`, the documentation in `docs/formats/noemie.md`.
"""

from cloison.gateways.files.noemie_columns import (
    Contents,
    Deductions,
    Letterhead,
    Rejects,
    ReturnedInvoices,
    ReturnedLines,
    Transfers,
)
from cloison.gateways.files.noemie_read import Entity, Return, contents_of, letterhead_of, read
from cloison.gateways.files.noemie_write import Returns, latin, render

__all__ = [
    "Contents",
    "Deductions",
    "Entity",
    "Letterhead",
    "Rejects",
    "Return",
    "ReturnedInvoices",
    "ReturnedLines",
    "Returns",
    "Transfers",
    "contents_of",
    "latin",
    "letterhead_of",
    "read",
    "render",
]
