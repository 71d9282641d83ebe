"""One question and one answer as rows: what a gate that serves one caller at a time holds of a batch.

Gates make an `Enquiry` of a request; questions of many callers are gathered into the columns that the desk answers, and
the columns it returns are dealt out again as rows.
"""

import struct
from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
from msgspec import Struct

from cloison.disclosure import Proof, Result
from cloison.errors import Reason
from cloison.period import FOREVER
from cloison.rights import refusals
from cloison.rights.engagement import formatted
from cloison.rights.enquiry import Enquiries, Replies
from cloison.rules.vocabulary import Domain

NIR_DIGITS = 13
DAY = timedelta(days=1)
EPOCH = date(1970, 1, 1).toordinal()
_PACKED = struct.Struct(f"<qihhqq??10s16s{NIR_DIGITS}s8s1s")
_ROW = np.dtype(
    [
        ("account", "<i8"),
        ("practice", "<i4"),
        ("proof", "<i2"),
        ("domain", "<i2"),
        ("care_date", "<M8[D]"),
        ("wanted_cents", "<i8"),
        ("engage", "?"),
        ("routing", "?"),
        ("amc", "S10"),
        ("adherent", "S16"),
        ("nir", f"S{NIR_DIGITS}"),
        ("birth", "S8"),
        ("rank", "S1"),
    ]
)
_NAMES: tuple[str, ...] = _ROW.names or ()
RESULTS = {int(each): each for each in Result}


class Enquiry(Struct, frozen=True, gc=False):
    """One question: either `adherent` (the card) or `nir` (13 characters) is filled. `birth` is YYYYMMDD, text.

    `routing` asks which product answers, to know how to bill it."""

    account: int
    practice: int
    proof: Proof
    care_date: date
    domain: Domain
    amc: str
    adherent: str
    nir: str
    birth: str
    rank: str
    engage: bool = False
    wanted_cents: int = 0
    routing: bool = False

    def __repr__(self) -> str:
        return "Enquiry()"


class Reply(Struct, frozen=True, gc=False):
    """What may be told of one question. Both days are inclusive; `valid_to` None: no end is known. `product` is told to
    who asked for `routing` alone."""

    result: Result
    reason: Reason | None
    engagement: str
    valid_from: date | None
    valid_to: date | None
    ordre: int
    held_cents: int
    product: int = 0


def gathered(asked: Sequence[Enquiry]) -> Enquiries:
    """The questions of several callers as columns: one row of bytes each, read as columns at once."""
    pack = _PACKED.pack
    rows = np.frombuffer(
        b"".join(
            [
                pack(
                    each.account,
                    each.practice,
                    each.proof,
                    each.domain,
                    each.care_date.toordinal() - EPOCH,
                    each.wanted_cents,
                    each.engage,
                    each.routing,
                    each.amc.encode("ascii"),
                    each.adherent.encode("ascii"),
                    each.nir.encode("ascii"),
                    each.birth.encode("ascii"),
                    each.rank.encode("ascii"),
                )
                for each in asked
            ]
        ),
        _ROW,
    )
    return Enquiries(**{name: rows[name] for name in _NAMES})


def dealt(replies: Replies) -> list[Reply]:
    """The answers as rows, in the order of the questions."""
    if replies.engagement.any():
        numbers = formatted(np.maximum(replies.engagement, 0)).tolist()
    else:
        numbers = [b""] * len(replies)
    columns = (
        replies.result.tolist(),
        replies.reason.tolist(),
        replies.engagement.tolist(),
        numbers,
        replies.valid_from.tolist(),
        replies.valid_to.tolist(),
        replies.answers.ordre.tolist(),
        replies.held_cents.tolist(),
        replies.answers.product.tolist(),
    )
    return [_reply(*row) for row in zip(*columns, strict=True)]


def _reply(
    result: int,
    reason: int,
    engagement: int,
    number: bytes,
    first: date,
    end: date,
    ordre: int,
    held: int,
    product: int,
) -> Reply:
    if result != Result.COVERED:
        return Reply(RESULTS[result], refusals.CATALOGUE[reason] if reason else None, "", None, None, 0, 0)
    words = number.decode() if engagement > 0 else ""
    last = None if end == FOREVER else end - DAY
    return Reply(Result.COVERED, None, words, first, last, ordre, held, product)
