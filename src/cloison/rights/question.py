"""One question and one answer as rows: what a gate that serves one caller at a time holds of a batch.

Gates make an `Enquiry` of a request; questions of many callers are gathered into the columns that the desk answers, and
the columns it returns are dealt out again as rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from cloison.disclosure import Proof, Result
from cloison.errors import Reason
from cloison.period import FOREVER
from cloison.rights import refusals
from cloison.rights.engagement import formatted
from cloison.rights.enquiry import Enquiries, Replies
from cloison.rules.vocabulary import Domain

NIR_DIGITS = 13
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Enquiry:
    """One question: either `adherent` (the card) or `nir` (13 characters) is filled. `birth` is YYYYMMDD, text.

    `routing` asks which product answers, to know how to bill it."""

    account: int
    practice: int
    proof: Proof
    care_date: date
    domain: Domain
    amc: str = field(repr=False)
    adherent: str = field(repr=False)
    nir: str = field(repr=False)
    birth: str = field(repr=False)
    rank: str = field(repr=False)
    engage: bool = False
    wanted_cents: int = 0
    routing: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
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
    """The questions of several callers as columns."""
    return Enquiries(
        account=np.array([each.account for each in asked], np.int64),
        practice=np.array([each.practice for each in asked], np.int32),
        proof=np.array([each.proof for each in asked], np.int16),
        care_date=np.array([each.care_date for each in asked], "datetime64[D]"),
        domain=np.array([each.domain for each in asked], np.int16),
        amc=np.array([each.amc for each in asked], "S10"),
        adherent=np.array([each.adherent for each in asked], "S16"),
        nir=np.array([each.nir for each in asked], f"S{NIR_DIGITS}"),
        birth=np.array([each.birth for each in asked], "S8"),
        rank=np.array([each.rank for each in asked], "S1"),
        engage=np.array([each.engage for each in asked], np.bool_),
        wanted_cents=np.array([each.wanted_cents for each in asked], np.int64),
        routing=np.array([each.routing for each in asked], np.bool_),
    )


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
        return Reply(Result(result), refusals.CATALOGUE[reason] if reason else None, "", None, None, 0, 0)
    words = number.decode() if engagement > 0 else ""
    last = None if end == FOREVER else end - DAY
    return Reply(Result.COVERED, None, words, first, last, ordre, held, product)
