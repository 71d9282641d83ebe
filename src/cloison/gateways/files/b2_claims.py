"""From the records of B2 to the batch that claims decide: names change, nothing is decided.

What the public layout does not say is read by the project's profile (docs/formats/b2.md): the promise and the pathway
in record 2S, a trip as one TXI line followed by lines that detail it, and three readings of coded fields that no public
list explains: exoneration 4 is a long illness, contract types 88 and 89 are the solidarity cover, and a caisse of the
departements 57, 67 and 68 under regime 01 is the local scheme of Alsace-Moselle.

Record 4M names the act of a line in the CCAM, and its teeth. One act and one tooth are told on; a line that names
several, or an act without activity and phase, is decided by what it declares, as if it named none.
"""

import numpy as np
from numpy.typing import NDArray

from cloison.claims import ClaimBatch, ClaimInvoices, ClaimLines
from cloison.gateways.files.b2_columns import Chunk, Lines, MedicalActs
from cloison.period import Days
from cloison.rights.engagement import parsed
from cloison.rules import Agreement, Exoneration, Items, Pathway, Protection, Teeth, Trips
from cloison.rules.acts import pathway_ids

TRIP = b"TXI"
DETAILS = (b"TXN", b"TXV", b"TXP", b"TXH", b"TXS", b"TXR", b"PEA")
MATERNITY, WORK_ACCIDENT = 30, 41
LONG_ILLNESS = b"4"
SOLIDARITY_CONTRACTS = (88, 89)
LOCAL_SCHEME = (b"57", b"67", b"68")
MAJORITY_YEARS = 18
TEETH = 16
PLACES, MILK_PLACES = 8, 5
"""Teeth of one quadrant of the mouth: 1 to 4 are those of adults, 5 to 8 milk teeth."""
NOT_STATED = -1
"""B2 has no place for what another complementary insurer paid (docs/decisions/0006)."""


def batch_of(file: int, number: int, chunk: Chunk) -> ClaimBatch:
    """The invoices of a chunk of a file, as claims read them."""
    lines = chunk.lines
    named = chunk.medical_acts
    return ClaimBatch(
        file, number, _invoices(chunk), _lines(lines), trips_of(lines), items=items_of(named), teeth=teeth_of(named)
    )


def _invoices(chunk: Chunk) -> ClaimInvoices:
    invoices, lines = chunk.invoices, chunk.lines
    lot = chunk.batches.number[invoices.batch]
    count = len(invoices.record)
    reason = invoices.reason.copy()
    (bad,) = np.nonzero(lines.reason)
    bad = bad[::-1]
    sound_head = reason[lines.invoice[bad]] == 0
    reason[lines.invoice[bad[sound_head]]] = lines.reason[bad[sound_head]]
    exoneration = np.full(count, Exoneration.NONE, np.int8)
    exoneration[invoices.exoneration == LONG_ILLNESS] = Exoneration.ALD
    exoneration[invoices.nature_assurance == MATERNITY] = Exoneration.MATERNITY
    exoneration[invoices.nature_assurance == WORK_ACCIDENT] = Exoneration.WORK_ACCIDENT
    solidarity = np.isin(invoices.contract_type, SOLIDARITY_CONTRACTS)
    local = (invoices.grand_regime == 1) & np.isin(invoices.caisse.astype("S2"), LOCAL_SCHEME)
    return ClaimInvoices(
        record=invoices.record,
        records=(invoices.last_record - invoices.record + 1).astype(np.int32),
        batch=np.where(np.char.isdigit(lot), lot, b"0").astype(np.int32),
        practice_number=invoices.practice_number,
        number=invoices.invoice_number,
        amc=invoices.amc_number,
        nir=invoices.nir,
        birth=invoices.birth_date,
        birth_rank=invoices.birth_rank,
        engagement=parsed(invoices.engagement),
        nature=invoices.nature_assurance,
        exoneration=exoneration,
        protection=np.where(solidarity, Protection.CSS, Protection.NONE).astype(np.int8),
        regime=invoices.grand_regime,
        alsace_moselle=local,
        minor=_minors(invoices.birth_date, invoices.invoice_date),
        pathway=_pathways(invoices.pathway),
        first_line=invoices.first_line,
        line_count=invoices.line_count,
        reason=reason,
    )


def _lines(lines: Lines) -> ClaimLines:
    specialty = np.zeros(len(lines.code), np.int16)
    (stated,) = np.nonzero(np.char.isdigit(lines.specialty))
    specialty[stated] = lines.specialty[stated].astype(np.int16)
    return ClaimLines(
        invoice=lines.invoice,
        code=lines.code,
        care_date=lines.start_date,
        quantity=lines.quantity,
        coefficient=lines.coefficient,
        charged=lines.total,
        declared_base=lines.base,
        declared_amo=lines.amo,
        asked=lines.amc,
        paid_by_other=np.full(len(lines.code), NOT_STATED, np.int64),
        specialty=specialty,
    )


def trips_of(lines: Lines) -> Trips:
    """One trip per TXI line. A detail line belongs to the trip above it, in the same invoice."""
    (act,) = np.nonzero(lines.code == TRIP)
    if not len(act):
        return Trips.none()
    (detail,) = np.nonzero(np.isin(lines.code, DETAILS))
    trip = np.searchsorted(act, detail) - 1
    inside = (trip >= 0) & (lines.invoice[act[np.maximum(trip, 0)]] == lines.invoice[detail])
    detail, trip = detail[inside], trip[inside]
    codes = lines.code[detail]

    def stated(code: bytes) -> NDArray[np.bool_]:
        flags = np.zeros(len(act), np.bool_)
        flags[trip[codes == code]] = True
        return flags

    patients = np.ones(len(act), np.int8)
    shared = codes == b"TXS"
    patients[trip[shared]] = np.minimum(lines.quantity[detail[shared]], 127)
    tolls = np.zeros(len(act), np.int64)
    tolled = codes == b"PEA"
    np.add.at(tolls, trip[tolled], lines.unit_price[detail[tolled]] * lines.quantity[detail[tolled]])
    return Trips.of(
        act=act,
        km=lines.coefficient[act],
        patients=patients,
        night=stated(b"TXN"),
        big_city=stated(b"TXV"),
        tpmr=stated(b"TXP"),
        hospital_empty_return=stated(b"TXH"),
        drom=stated(b"TXR"),
        urgent=False,
        tolls=tolls,
        department=np.int16(-1),
        agreement=Agreement.NOT_ASKED,
    )


def items_of(named: MedicalActs) -> Items:
    """The act of the CCAM that each line names, as the official table does: "HBLD036 1 0"."""
    (at,) = np.nonzero((named.code != b"") & (named.line >= 0))
    line, first, count = np.unique(named.line[at], return_index=True, return_counts=True)
    at = at[first]
    single = (count == 1) & (named.activity[at] != b"") & (named.phase[at] != b"")
    line, at = line[single], at[single]
    official = named.code[at]
    for part in (named.activity[at], named.phase[at]):
        official = np.char.add(np.char.add(official, b" "), part)
    return Items.of(act=line.astype(np.intp), official=official.astype("S16"))


def teeth_of(named: MedicalActs) -> Teeth:
    """The tooth that each line is about, where it names exactly one. Blanks and zeros are no tooth."""
    slots = np.ascontiguousarray(named.teeth.astype("S32")).view("S2").reshape(len(named.line), TEETH)
    act, slot = np.nonzero(np.char.isdigit(slots) & (named.line >= 0)[:, None])
    tooth = slots[act, slot].astype(np.int16)
    quadrant, place = tooth // 10, tooth % 10
    exists = (quadrant >= 1) & (quadrant <= PLACES) & (place >= 1)
    exists &= place <= np.where(quadrant > PLACES // 2, MILK_PLACES, PLACES)
    pairs = np.unique(np.stack([named.line[act[exists]], tooth[exists].astype(np.int64)]), axis=1)
    line, first, count = np.unique(pairs[0], return_index=True, return_counts=True)
    one = count == 1
    return Teeth.of(act=line[one].astype(np.intp), tooth=pairs[1][first[one]].astype(np.int8))


def _pathways(letters: NDArray[np.bytes_]) -> NDArray[np.int8]:
    """A blank letter is an act that knows no pathway, which the rules refuse where the act knows one."""
    return np.where(letters == b"", np.int8(Pathway.NOT_CONCERNED), pathway_ids(letters)).astype(np.int8)


def _minors(birth: NDArray[np.bytes_], invoice_date: Days) -> NDArray[np.bool_]:
    """Under 18 at the invoice. The birth has a two-digit year: the latest that is not in the future.

    A lunar date counts as past in its year: nobody is taken for younger than the digits say.
    """
    digits = np.char.isdigit(birth) & (np.char.str_len(birth) == 6)
    born = np.zeros(len(birth), np.int64)
    (at,) = np.nonzero(digits)
    born[at] = birth[at].astype(np.int64)
    year, in_year = born // 10_000, born % 10_000
    today = np.where(np.isnat(invoice_date), np.datetime64("2000-01-01", "D"), invoice_date)
    months = today.astype("datetime64[M]")
    this_year, month = months.astype(np.int64) // 12 + 1970, months.astype(np.int64) % 12 + 1
    day = (today - months.astype("datetime64[D]")).astype(np.int64) + 1
    to_come = (in_year > 100 * month + day) & (in_year < 1300)
    age = (this_year - year - to_come) % 100
    return digits & (age < MAJORITY_YEARS)
