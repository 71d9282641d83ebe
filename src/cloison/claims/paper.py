"""What a practice writes of care, whatever carries it: who, in which situation, which acts, at what price.

The neutral paper of quotes and invoices. A gate reads its own format into these structures; this module makes of them
the columns that are decided. Identifiers stay in them: they show nothing in a `repr`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Literal, Protocol, Self, TypeAlias

import numpy as np
from msgspec import Meta, Struct
from numpy.typing import NDArray

from cloison.claims.claim import ClaimBatch, ClaimInvoices, ClaimLines
from cloison.claims.quote import Quotes
from cloison.disclosure import Proof
from cloison.rights.engagement import LENGTH, parsed
from cloison.rules import Equipment, Items, Teeth, Trips
from cloison.rules.acts import Agreement
from cloison.rules.vocabulary import Correction, Exoneration, Pathway, Protection

ILLNESS, MATERNITY, WORK_ACCIDENT = 10, 30, 41
"""Nature of the insurance, as invoices and returns write it (domain.md 5)."""
NEVER = np.datetime64("NaT", "D")
LINES_MAX = 99
NIR_LENGTH = 13
NUMBER_LENGTH = 9

Cents: TypeAlias = Annotated[int, Meta(ge=0, le=9_999_999_999, description="Cents of euro.")]
Practice: TypeAlias = Annotated[str, Meta(pattern=r"^[0-9A-Z]{9}$", description="FINESS or ADELI, 9 characters.")]
Number: TypeAlias = Annotated[str, Meta(pattern=r"^[0-9A-Z]{1,9}$", description="Of an invoice, the practice's own.")]


class Person(Struct, kw_only=True, forbid_unknown_fields=True, repr_omit_defaults=True):
    """Who the care is for: the card (`adherent`) or the NIR, with birth date, rank and insurer."""

    amc: Annotated[str, Meta(pattern=r"^[0-9A-Z]{1,10}$")]
    birth: Annotated[str, Meta(pattern=r"^[0-9]{8}$", description="YYYYMMDD, text: lunar dates exist.")]
    rank: Annotated[str, Meta(pattern=r"^[0-9]$")]
    adherent: Annotated[str, Meta(pattern=r"^[\x20-\x7e]{0,16}$")] = ""
    nir: Annotated[str, Meta(pattern=r"^([0-9]{5}([0-9]{2}|2[AB])[0-9]{6}([0-9]{2})?)?$")] = ""

    def __repr__(self) -> str:
        return "Person(***)"


class Care(Struct, kw_only=True, forbid_unknown_fields=True):
    """What the compulsory scheme must know of the person that day; nothing of it defaults."""

    regime: Annotated[str, Meta(pattern=r"^[0-9]{2}$")]
    alsace_moselle: bool
    minor: bool
    exoneration: Literal["none", "ald", "maternity", "work_accident", "act", "invalidity", "newborn"]
    protection: Literal["none", "css", "ame"]
    pathway: Literal["not_concerned", "in", "out", "excluded"] | None = None


class Device(Struct, kw_only=True, forbid_unknown_fields=True):
    """What a frame, a lens or a hearing aid has."""

    pair: Annotated[int, Meta(ge=1, le=99, description="Same number for one pair of glasses, or for one ear.")]
    correction: Literal[
        "not_concerned",
        "simple",
        "simple_and_complex",
        "complex",
        "simple_and_very_complex",
        "complex_and_very_complex",
        "very_complex",
    ]
    last_delivery: date | None
    overseas: bool
    paid_cents: Cents = 0


class Trip(Struct, kw_only=True, forbid_unknown_fields=True):
    """What a transport has. `km` in hundredths of a kilometre, with the patient; `tolls_cents` of the whole run."""

    km: Annotated[int, Meta(ge=0, le=9_999_999)]
    patients: Annotated[int, Meta(ge=1, le=8)]
    night: bool
    big_city: bool
    tpmr: bool
    hospital_empty_return: bool
    overseas: bool
    urgent: bool
    tolls_cents: Cents = 0


class Line(Struct, kw_only=True, forbid_unknown_fields=True):
    """One act. `coefficient` in hundredths; amounts for the whole line; null is "not stated"."""

    code: Annotated[str, Meta(pattern=r"^[A-Z0-9]{1,5}$")]
    date: date
    charged_cents: Cents
    quantity: Annotated[int, Meta(ge=1, le=9_999)] = 1
    coefficient: Annotated[int, Meta(ge=0, le=999_999)] = 100
    base_cents: Cents | None = None
    amo_cents: Cents | None = None
    asked_cents: Cents | None = None
    paid_by_other_cents: Cents | None = None
    official: Annotated[str, Meta(pattern=r"^[A-Z0-9 ]{0,16}$")] = ""
    tooth: Annotated[int, Meta(ge=11, le=85)] | None = None
    device: Device | None = None
    trip: Trip | None = None


Lines: TypeAlias = Annotated[list[Line], Meta(min_length=1, max_length=LINES_MAX)]


class Invoice(Struct, kw_only=True, forbid_unknown_fields=True):
    """One invoice. `guarantee` is the number of the promise that it uses."""

    number: Number
    practice: Practice
    person: Person
    care: Care
    lines: Lines
    guarantee: Annotated[str, Meta(pattern=r"^(E[0-9A-Z]{14})?$")] = ""


class Quote(Struct, kw_only=True, forbid_unknown_fields=True):
    """What a practice says it will do and charge. `reference` is the practice's own."""

    practice: Practice
    person: Person
    care: Care
    lines: Lines
    reference: str = ""


@dataclass(frozen=True, slots=True)
class AskedQuote:
    """One quote of one caller, with how the practice knows the person."""

    paper: Quote = field(repr=False)
    account: int
    proof: Proof


class Stated(Protocol):
    """What quotes and invoices have in common."""

    @property
    def practice(self) -> str:
        """The number of the practice."""
        ...

    @property
    def person(self) -> Person:
        """Who the care is for."""
        ...

    @property
    def care(self) -> Care:
        """In which situation."""
        ...

    @property
    def lines(self) -> list[Line]:
        """Which acts."""
        ...


class Quoted(Stated, Protocol):
    """A quote, on whatever paper."""

    @property
    def reference(self) -> str:
        """The practice's own."""
        ...


def quotes_of(papers: Sequence[Quoted], accounts: Sequence[int], proofs: Sequence[int]) -> Quotes:
    """Papers as quotes, in their order, each with who asks and by which proof."""
    return Quotes(
        claims=_batch(papers, 0, 0, np.arange(len(papers), dtype=np.int64), _Heads.of_quotes(len(papers))),
        account=np.array(accounts, np.int64),
        proof=np.array(proofs, np.int16),
        reference=tuple(each.reference for each in papers),
        adherent=texts([each.person.adherent for each in papers], 16),
        birth=texts([each.person.birth for each in papers], 8),
    )


def claims_of(
    file: int, chunk: int, papers: Sequence[Invoice], records: Sequence[int], reasons: Sequence[int] = ()
) -> ClaimBatch:
    """Papers as the invoices of a file at these records. `reasons`: why one cannot be decided, 0 where it can."""
    heads = _Heads(
        number=texts([each.number.rjust(NUMBER_LENGTH, "0") for each in papers], NUMBER_LENGTH),
        engagement=parsed(texts([each.guarantee for each in papers], LENGTH)),
        reason=np.array(reasons or [0] * len(papers), np.int16),
    )
    return _batch(papers, file, chunk, np.array(records, np.int64), heads)


@dataclass(frozen=True, slots=True)
class _Heads:
    """What an invoice says and a quote does not."""

    number: NDArray[np.bytes_]
    engagement: NDArray[np.int64]
    reason: NDArray[np.int16]

    @classmethod
    def of_quotes(cls, count: int) -> Self:
        return cls(np.full(count, b"", f"S{NUMBER_LENGTH}"), np.zeros(count, np.int64), np.zeros(count, np.int16))


def _batch(papers: Sequence[Stated], file: int, chunk: int, record: NDArray[np.int64], heads: _Heads) -> ClaimBatch:
    lines = [line for each in papers for line in each.lines]
    counts = np.array([len(each.lines) for each in papers], np.int32)
    care, count = [each.care for each in papers], len(papers)
    exoneration = np.array([Exoneration[each.exoneration.upper()] for each in care], np.int8)
    nature = [exoneration == Exoneration.MATERNITY, exoneration == Exoneration.WORK_ACCIDENT]
    invoices = ClaimInvoices(
        record=record,
        records=np.ones(count, np.int32),
        batch=np.ones(count, np.int32),
        practice_number=texts([each.practice for each in papers], 9),
        number=heads.number,
        amc=texts([each.person.amc for each in papers], 10),
        nir=texts([each.person.nir[:NIR_LENGTH] for each in papers], NIR_LENGTH),
        birth=texts([each.person.birth[2:] for each in papers], 6),
        birth_rank=texts([each.person.rank for each in papers], 1),
        engagement=heads.engagement,
        nature=np.select(nature, [MATERNITY, WORK_ACCIDENT], ILLNESS).astype(np.int16),
        exoneration=exoneration,
        protection=np.array([Protection[each.protection.upper()] for each in care], np.int8),
        regime=np.array([int(each.regime) for each in care], np.int16),
        alsace_moselle=np.array([each.alsace_moselle for each in care], np.bool_),
        minor=np.array([each.minor for each in care], np.bool_),
        pathway=np.array([_pathway(each.pathway) for each in care], np.int8),
        first_line=(np.cumsum(counts) - counts).astype(np.int64),
        line_count=counts,
        reason=heads.reason,
    )
    columns = ClaimLines(
        invoice=np.repeat(np.arange(count, dtype=np.int64), counts),
        code=texts([line.code for line in lines], 5),
        care_date=np.array([line.date for line in lines], "datetime64[D]"),
        quantity=np.array([line.quantity for line in lines], np.int32),
        coefficient=np.array([line.coefficient for line in lines], np.int64),
        charged=np.array([line.charged_cents for line in lines], np.int64),
        declared_base=_stated([line.base_cents for line in lines]),
        declared_amo=_stated([line.amo_cents for line in lines]),
        asked=_stated([line.asked_cents for line in lines]),
        paid_by_other=_stated([line.paid_by_other_cents for line in lines]),
        specialty=np.zeros(len(lines), np.int16),
    )
    return ClaimBatch(file, chunk, invoices, columns, _trips(lines), _devices(lines), _named(lines), _teeth(lines))


def _pathway(word: str | None) -> int:
    """The number of a place in the care pathway, -1 where none is stated."""
    return -1 if word is None else int(Pathway[word.upper()])


def _trips(lines: Sequence[Line]) -> Trips:
    """The department of the licence is filled in by the office."""
    driven = [(row, line.trip) for row, line in enumerate(lines) if line.trip]
    if not driven:
        return Trips.none()
    trips = [trip for _, trip in driven]
    return Trips.of(
        act=np.array([row for row, _ in driven], np.intp),
        km=np.array([trip.km for trip in trips], np.int64),
        patients=np.array([trip.patients for trip in trips], np.int8),
        night=np.array([trip.night for trip in trips], np.bool_),
        big_city=np.array([trip.big_city for trip in trips], np.bool_),
        tpmr=np.array([trip.tpmr for trip in trips], np.bool_),
        hospital_empty_return=np.array([trip.hospital_empty_return for trip in trips], np.bool_),
        drom=np.array([trip.overseas for trip in trips], np.bool_),
        urgent=np.array([trip.urgent for trip in trips], np.bool_),
        tolls=np.array([trip.tolls_cents for trip in trips], np.int64),
        department=np.int16(-1),
        agreement=Agreement.NOT_ASKED,
    )


def _devices(lines: Sequence[Line]) -> Equipment:
    described = [(row, line.device) for row, line in enumerate(lines) if line.device]
    if not described:
        return Equipment.none()
    return Equipment.of(
        act=np.array([row for row, _ in described], np.intp),
        pair=np.array([device.pair for _, device in described], np.int64),
        correction=np.array([Correction[device.correction.upper()] for _, device in described], np.int8),
        last_delivery=np.array([device.last_delivery or NEVER for _, device in described], "datetime64[D]"),
        drom=np.array([device.overseas for _, device in described], np.bool_),
        paid=np.array([device.paid_cents for _, device in described], np.int64),
    )


def _named(lines: Sequence[Line]) -> Items:
    named = [(row, line.official) for row, line in enumerate(lines) if line.official]
    if not named:
        return Items.none()
    return Items.of(act=np.array([row for row, _ in named], np.intp), official=texts([name for _, name in named], 16))


def _teeth(lines: Sequence[Line]) -> Teeth:
    known = [(row, line.tooth) for row, line in enumerate(lines) if line.tooth is not None]
    if not known:
        return Teeth.none()
    return Teeth.of(
        act=np.array([row for row, _ in known], np.intp), tooth=np.array([tooth for _, tooth in known], np.int8)
    )


def _stated(amounts: Sequence[int | None]) -> NDArray[np.int64]:
    return np.array([-1 if amount is None else amount for amount in amounts], np.int64)


def texts(values: Sequence[str], width: int) -> NDArray[np.bytes_]:
    """A column of short texts."""
    return np.array([value.encode("ascii", "replace") for value in values], f"S{width}")
