"""What a B2 file says, as columns: its header, its batches, their invoices, their lines.

Conventions of every column here: amounts are int64 cents, days `datetime64[D]` (NaT where the file has zeros),
identifiers fixed bytes exactly as written with the spaces on the right removed, `record` the number of the record in
its file counting from 1, `reason` the number of a reason of `gateways.files.reasons` (0 = sound).
"""

from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from cloison.gateways.files.columns import Columns
from cloison.gateways.files.defects import Defects
from cloison.money import Cents
from cloison.period import Days

Bytes = NDArray[np.bytes_]
Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]
Int16 = NDArray[np.int16]
Int8 = NDArray[np.int8]
Flags = NDArray[np.bool_]
Raw = NDArray[np.uint8]
"""Records as they were written, one row of 128 bytes each."""


@dataclass(frozen=True, slots=True)
class Header:
    """Record 000: who sends what to whom. `created` is None when the date does not exist."""

    sender_type: str = "TE"
    sender: str = ""
    sender_program: str = ""
    receiver_type: str = "OC"
    receiver: str = ""
    receiver_program: str = ""
    exchange: str = "TR"
    file_id: str = ""
    created: date | None = None
    norm: str = "CP"
    message: str = ""
    raw: bytes | None = field(default=None, repr=False)
    raw_trailer: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, repr=False)
class Batches(Columns):
    """Records 1 and 6: one batch (lot) of one practice. Rows are in file order.

    `invoice_count`, `line_count` and `total` are those of record 6 as announced (writer: as computed).
    """

    SHAPES: ClassVar[dict[str, str]] = {
        "first_record": "i8", "last_record": "i8", "practice_number": "S9", "number": "S3", "caisse": "S3",
        "category": "S3", "legal_status": "S2", "tariff_mode": "S2", "name": "S40", "date": "M8[D]", "norm": "S2",
        "invoice_count": "i4", "line_count": "i4", "total": "i8", "reason": "i2",
    }  # fmt: skip

    first_record: Int64
    last_record: Int64
    practice_number: Bytes
    number: Bytes
    caisse: Bytes
    category: Bytes
    legal_status: Bytes
    tariff_mode: Bytes
    name: Bytes
    date: Days
    norm: Bytes
    invoice_count: Int32
    line_count: Int32
    total: Cents
    reason: Int16
    raw_head: Raw | None = None
    raw_total: Raw | None = None


@dataclass(frozen=True, repr=False)
class Invoices(Columns):
    """Records 2, 2S and 5. `first_line` and `line_count` select the rows of `Lines` of the same chunk.

    `batch` is the row in the `Batches` of the whole file. The last nine columns are record 5 as announced.
    """

    SHAPES: ClassVar[dict[str, str]] = {
        "record": "i8", "last_record": "i8", "batch": "i4", "practice_number": "S9", "invoice_number": "S9",
        "nir": "S13", "nir_key": "S2", "birth_date": "S6", "birth_rank": "S1", "rank": "S3", "operation": "S1",
        "patient_file": "S9", "grand_regime": "i2", "caisse": "S3", "centre": "S4", "destination": "S3",
        "nature_assurance": "i2", "exoneration": "S1", "invoice_date": "M8[D]", "start_date": "M8[D]",
        "accident": "S9", "entry_date": "M8[D]", "exit_date": "M8[D]", "contract_type": "i2", "amc_number": "S10",
        "top_mutualiste": "?", "own_nir": "S13", "own_nir_key": "S2", "pathway": "S1", "engagement": "S20",
        "first_line": "i8", "line_count": "i4", "reason": "i2", "announced_lines": "i4", "base_ph": "i8",
        "amo_ph": "i8", "fees": "i8", "amo_fees": "i8", "participation": "i8", "amc_ph": "i8", "amc_fees": "i8",
        "total_ph": "i8",
    }  # fmt: skip

    record: Int64
    last_record: Int64
    batch: Int32
    practice_number: Bytes
    invoice_number: Bytes
    nir: Bytes
    nir_key: Bytes
    birth_date: Bytes
    """YYMMDD as written: lunar dates exist."""
    birth_rank: Bytes
    rank: Bytes
    operation: Bytes
    patient_file: Bytes
    grand_regime: Int16
    caisse: Bytes
    centre: Bytes
    destination: Bytes
    nature_assurance: Int16
    exoneration: Bytes
    invoice_date: Days
    """Position 59."""
    start_date: Days
    """Position 80."""
    accident: Bytes
    entry_date: Days
    exit_date: Days
    contract_type: Int16
    amc_number: Bytes
    """Ten characters, zeros on the left kept; empty where blank."""
    top_mutualiste: Flags
    """Blank AMC number with `M` in position 128."""
    own_nir: Bytes
    own_nir_key: Bytes
    pathway: Bytes
    engagement: Bytes
    first_line: Int64
    line_count: Int32
    reason: Int16
    announced_lines: Int32
    base_ph: Cents
    amo_ph: Cents
    fees: Cents
    amo_fees: Cents
    participation: Cents
    amc_ph: Cents
    amc_fees: Cents
    total_ph: Cents
    raw_head: Raw | None = None
    raw_total: Raw | None = None


@dataclass(frozen=True, repr=False)
class Lines(Columns):
    """Records 3 and 4, in file order. `invoice` is the row in `Invoices` of the same chunk."""

    SHAPES: ClassVar[dict[str, str]] = {
        "invoice": "i8", "record": "i8", "kind": "i1", "start_date": "M8[D]", "end_date": "M8[D]", "code": "S5",
        "quantity": "i4", "coefficient": "i8", "unit_price": "i8", "base": "i8", "rate": "i4", "amo": "i8",
        "total": "i8", "amc": "i8", "exoneration": "S1", "specialty": "S2", "mt": "S2", "dmt": "S3",
        "count": "i4", "reason": "i2",
    }  # fmt: skip

    invoice: Int64
    record: Int64
    kind: Int8
    """3 (establishments, pharmacy, transport) or 4 (fees)."""
    start_date: Days
    end_date: Days
    """Same as `start_date` for a record 4."""
    code: Bytes
    quantity: Int32
    coefficient: Int64
    """Hundredths."""
    unit_price: Cents
    base: Cents
    rate: Int32
    """Percent, as written (070 = 70)."""
    amo: Cents
    total: Cents
    amc: Cents
    exoneration: Bytes
    specialty: Bytes
    """Record 4 only."""
    mt: Bytes
    dmt: Bytes
    count: Int32
    """Record 4, denombrement."""
    reason: Int16
    raw: Raw | None = None


@dataclass(frozen=True, repr=False)
class Products(Columns):
    """Records 3F: products and appliances of a record 3. `line` is the row in `Lines` of the same chunk."""

    SHAPES: ClassVar[dict[str, str]] = {
        "line": "i8", "record": "i8", "code": "S13", "quantity": "i4", "tariff": "i8", "total": "i8",
        "purchase_price": "i8", "unit_gap": "i8", "total_gap": "i8",
    }  # fmt: skip

    line: Int64
    record: Int64
    code: Bytes
    quantity: Int32
    tariff: Cents
    total: Cents
    purchase_price: Cents
    unit_gap: Cents
    total_gap: Cents
    raw: Raw | None = None


@dataclass(frozen=True, repr=False)
class MedicalActs(Columns):
    """Records 4M: the CCAM act of a record 4. `line` is the row in `Lines` of the same chunk."""

    SHAPES: ClassVar[dict[str, str]] = {
        "line": "i8", "record": "i8", "code": "S13", "extension": "S1", "activity": "S1", "phase": "S1",
        "modifiers": "S4", "association": "S1", "conditional": "S1", "teeth": "S32",
    }  # fmt: skip

    line: Int64
    record: Int64
    code: Bytes
    extension: Bytes
    activity: Bytes
    phase: Bytes
    modifiers: Bytes
    association: Bytes
    conditional: Bytes
    teeth: Bytes
    raw: Raw | None = None


@dataclass(frozen=True, repr=False)
class Extras(Columns):
    """Sub-records kept as bytes when asked: 2S, 2B, 2C and letters that this house does not read.

    `record` places them between the others. Without raw they are not kept: a 2B or 2C says where a person lives.
    """

    SHAPES: ClassVar[dict[str, str]] = {"record": "i8"}

    record: Int64
    raw: Raw | None = None


@dataclass(frozen=True)
class Chunk:
    """Some consecutive invoices of one file, whole. `batches` are those of the whole file."""

    batches: Batches
    invoices: Invoices
    lines: Lines
    products: Products
    medical_acts: MedicalActs
    defects: Defects
    extras: Extras | None = None
    """None unless raw records were asked for."""
