"""From messages of the file of quotes to the columns of quotes."""

from collections.abc import Sequence

import numpy as np

from cloison.claims import ClaimBatch, ClaimInvoices, ClaimLines
from cloison.claims.quote import Quotes
from cloison.claims.quote_answers import Extensions
from cloison.gateways.files import quotes_words as words
from cloison.gateways.files.quotes import Extend, Line, Quoted, number_of
from cloison.identity import Practices
from cloison.rules import Equipment, Items, Teeth, Trips

NATURE = 10
"""Of care in town, as invoices write it: no decision reads it on a quote."""
NEVER = np.datetime64("NaT", "D")


def quotes_of(messages: Sequence[Quoted], accounts: dict[str, int]) -> Quotes:
    """Messages as quotes, in their order."""
    return Quotes(
        claims=_claims(messages),
        account=np.array([accounts[each.account] for each in messages], np.int64),
        proof=np.array([words.PROOFS[each.proof] for each in messages], np.int16),
        reference=tuple(each.reference for each in messages),
        adherent=_texts([each.person.adherent for each in messages], 16),
        birth=_texts([each.person.birth for each in messages], 8),
    )


def _claims(messages: Sequence[Quoted]) -> ClaimBatch:
    lines = [line for each in messages for line in each.lines]
    counts = np.array([len(each.lines) for each in messages], np.int32)
    care, count = [each.care for each in messages], len(messages)
    invoices = ClaimInvoices(
        record=np.arange(count, dtype=np.int64),
        records=np.ones(count, np.int32),
        batch=np.ones(count, np.int32),
        practice_number=_texts([each.practice for each in messages], 9),
        number=np.full(count, b"", "S9"),
        amc=_texts([each.person.amc for each in messages], 10),
        nir=_texts([each.person.nir[:13] for each in messages], 13),
        birth=_texts([each.person.birth[2:] for each in messages], 6),
        birth_rank=_texts([each.person.rank for each in messages], 1),
        engagement=np.zeros(count, np.int64),
        nature=np.full(count, NATURE, np.int16),
        exoneration=np.array([words.exoneration(each.exoneration) for each in care], np.int8),
        protection=np.array([words.protection(each.protection) for each in care], np.int8),
        regime=np.array([int(each.regime) for each in care], np.int16),
        alsace_moselle=np.array([each.alsace_moselle for each in care], np.bool_),
        minor=np.array([each.minor for each in care], np.bool_),
        pathway=np.array([words.pathway(each.pathway) for each in care], np.int8),
        first_line=(np.cumsum(counts) - counts).astype(np.int64),
        line_count=counts,
        reason=np.zeros(count, np.int16),
    )
    return ClaimBatch(
        0,
        0,
        invoices,
        ClaimLines(
            invoice=np.repeat(np.arange(count, dtype=np.int64), counts),
            code=_texts([line.code for line in lines], 5),
            care_date=np.array([line.date for line in lines], "datetime64[D]"),
            quantity=np.array([line.quantity for line in lines], np.int32),
            coefficient=np.array([line.coefficient for line in lines], np.int64),
            charged=np.array([line.charged_cents for line in lines], np.int64),
            declared_base=_stated([line.base_cents for line in lines]),
            declared_amo=_stated([line.amo_cents for line in lines]),
            asked=_stated([line.asked_cents for line in lines]),
            paid_by_other=_stated([line.paid_by_other_cents for line in lines]),
            specialty=np.zeros(len(lines), np.int16),
        ),
        Trips.none(),
        _devices(lines),
        _named(lines),
        _teeth(lines),
    )


def _devices(lines: Sequence[Line]) -> Equipment:
    described = [(row, line.device) for row, line in enumerate(lines) if line.device]
    if not described:
        return Equipment.none()
    return Equipment.of(
        act=np.array([row for row, _ in described], np.intp),
        pair=np.array([device.pair for _, device in described], np.int64),
        correction=np.array([words.correction(device.correction) for _, device in described], np.int8),
        last_delivery=np.array([device.last_delivery or NEVER for _, device in described], "datetime64[D]"),
        drom=np.array([device.overseas for _, device in described], np.bool_),
        paid=np.array([device.paid_cents for _, device in described], np.int64),
    )


def _named(lines: Sequence[Line]) -> Items:
    named = [(row, line.official) for row, line in enumerate(lines) if line.official]
    if not named:
        return Items.none()
    return Items.of(act=np.array([row for row, _ in named], np.intp), official=_texts([name for _, name in named], 16))


def _teeth(lines: Sequence[Line]) -> Teeth:
    known = [(row, line.tooth) for row, line in enumerate(lines) if line.tooth is not None]
    if not known:
        return Teeth.none()
    return Teeth.of(
        act=np.array([row for row, _ in known], np.intp), tooth=np.array([tooth for _, tooth in known], np.int8)
    )


def extensions_of(messages: Sequence[Extend], accounts: dict[str, int], practices: Practices) -> Extensions:
    """Messages as extensions, in their order. Practices that nobody registered are 0: no account acts for them."""
    row = practices.rows(_texts([each.practice for each in messages], 9))
    practice = practices.practice[row] if len(practices.practice) else np.zeros(len(row), np.int32)
    return Extensions(
        account=np.array([accounts[each.account] for each in messages], np.int64),
        practice=np.where(row >= 0, practice, 0).astype(np.int32),
        proof=np.array([words.PROOFS[each.proof] for each in messages], np.int16),
        engagement=np.array([number_of(each.number) for each in messages], np.int64),
        domain=np.array([words.family(each.family) for each in messages], np.int16),
        last_day=np.array([each.last_day for each in messages], "datetime64[D]"),
        amc=_texts([each.person.amc for each in messages], 10),
        adherent=_texts([each.person.adherent for each in messages], 16),
        nir=_texts([each.person.nir[:13] for each in messages], 13),
        birth=_texts([each.person.birth for each in messages], 8),
        rank=_texts([each.person.rank for each in messages], 1),
    )


def _stated(amounts: Sequence[int | None]) -> np.ndarray:
    return np.array([-1 if amount is None else amount for amount in amounts], np.int64)


def _texts(values: Sequence[str], width: int) -> np.ndarray:
    return np.array([value.encode("ascii", "replace") for value in values], f"S{width}")
