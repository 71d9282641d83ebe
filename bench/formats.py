"""How fast the formats are: B2 written, surveyed and read, NOEMIE returns written, on one core.

    python bench/formats.py [--quick]

The yardstick is numpy reading the same bytes from the same file (np.fromfile), in the same run. The last line is one
line of JSON about the reading of B2, the figure with a target.
"""

import argparse
import json
import resource
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np

from cloison.gateways.files import b2, noemie

TARGET = 1_000_000
"""Records of B2 per second and core."""
PRACTICES_PER_FILE = 999
DAY = np.datetime64("2026-11-20")


def columns(batches: int, invoices: int) -> tuple[b2.Header, b2.Batches, b2.Invoices, b2.Lines]:
    """One file of `batches` practices with `invoices` invoices each, three lines per invoice on average."""
    rng = np.random.default_rng(1)
    count = batches * invoices
    batch = np.repeat(np.arange(batches), invoices)
    lines_of = rng.integers(1, 6, count)
    size = int(lines_of.sum())
    number = np.char.zfill((np.arange(batches) + 100_000_000).astype("S9"), 9)
    kind = rng.choice([3, 4], size)
    amo = rng.integers(0, 5000, size)
    nir = np.char.zfill((rng.integers(1, 3, count) * 10**12 + rng.integers(0, 10**12, count)).astype("S13"), 13)
    lots = b2.Batches.blank(
        batches, practice_number=number, number=np.char.zfill((np.arange(batches) % 999 + 1).astype("S3"), 3),
        caisse=b"751", category=b"189", legal_status=b"60", tariff_mode=b"05", name=b"CABINET", norm=b"CP", date=DAY,
    )  # fmt: skip
    bills = b2.Invoices.blank(
        count, batch=batch, practice_number=number[batch], nir=nir, nir_key=b"12", birth_date=b"801301",
        invoice_number=np.char.zfill((np.arange(count) + 1).astype("S9"), 9), birth_rank=b"1", rank=b"000",
        operation=b"1", patient_file=b"000000000", caisse=b"751", centre=b"0000", destination=b"751",
        nature_assurance=10, exoneration=b"0", grand_regime=1, contract_type=1, accident=b"000000000",
        invoice_date=DAY - rng.integers(0, 30, count), start_date=DAY, amc_number=b"0075004407", pathway=b"T",
        first_line=np.cumsum(lines_of) - lines_of, line_count=lines_of,
    )  # fmt: skip
    rows = b2.Lines.blank(
        size, invoice=np.repeat(np.arange(count), lines_of), kind=kind, start_date=DAY - 40, end_date=DAY - 40,
        code=rng.choice([b"G", b"AMI", b"TXI"], size), quantity=1, coefficient=100, unit_price=2650, base=2650,
        rate=70, amo=amo, total=amo + 500, amc=rng.integers(0, 500, size), mt=b"07", dmt=b"000", exoneration=b"0",
        specialty=np.where(kind == 4, b"01", b""),
    )  # fmt: skip
    header = b2.Header(sender="00000123456789", receiver="00000999000001", file_id="BENCH1", created=date(2026, 11, 20))
    return header, *b2.totalled(lots, bills, rows), rows


def returns_of(bills: b2.Invoices, rows: b2.Lines, practices: int) -> noemie.Contents:
    """The same day paid: one transfer per practice."""
    paid = np.zeros(len(bills), np.int64)
    np.add.at(paid, rows.invoice, rows.amc)
    practice = np.arange(len(bills)) * practices // len(bills)
    total = np.zeros(practices, np.int64)
    np.add.at(total, practice, paid)
    return noemie.Contents(
        noemie.Transfers.blank(practices, practice=np.arange(practices), date=DAY, label_1=b"CLOISON",
                               amc_number=b"0075004407", amount=total),
        noemie.ReturnedInvoices.blank(len(bills), transfer=practice, invoice_number=bills.invoice_number, batch=b"001",
                                      batch_date=DAY, invoice_date=bills.invoice_date, amc_asked=paid, amc_paid=paid,
                                      amc_state=b"P", amc_number=bills.amc_number),
        noemie.ReturnedLines.blank(len(rows), invoice=rows.invoice, line=1, start_date=rows.start_date,
                                   end_date=rows.end_date, unit_price=rows.unit_price, base=rows.base, rate=rows.rate,
                                   reimbursed=rows.amo, code=rows.code, quantity=rows.quantity, expense=rows.total,
                                   coefficient=rows.coefficient, amc_rate=30, amc_amount=rows.amc, amc_base=rows.base),
        noemie.Rejects.blank(0),
        noemie.Deductions.blank(0),
    )  # fmt: skip


def best(work: Callable[[], object], times: int) -> float:
    """Seconds of the quickest of some runs."""
    durations: list[float] = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        durations.append(time.perf_counter() - start)
    return min(durations)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="60,000 invoices instead of 345,000")
    quick = parser.parse_args().quick
    per_batch, practices, times = (60, 3_000, 2) if quick else (345, 17_000, 3)
    header, lots, bills, rows = columns(PRACTICES_PER_FILE, per_batch)
    contents = returns_of(bills, rows, practices)
    numbers = (np.arange(practices) + 100_000_000).astype("S9")
    letterhead = noemie.Letterhead(sender="00000999000001", created=date(2026, 11, 21))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.b2"
        written = best(lambda: b2.write(path, header, lots, bills, rows), times)
        records = path.stat().st_size // 128
        found = b2.survey(path)
        surveyed = best(lambda: b2.survey(path), times)
        refused = 0

        def read_all() -> None:
            nonlocal refused
            refused = sum(int((chunk.invoices.reason != 0).sum()) for chunk in b2.read(path, known=found))

        read = best(read_all, times)
        copied = best(lambda: np.fromfile(path, np.uint8), times)
        assert found.refused is None
        assert refused == 0
    rendered = best(lambda: noemie.render(letterhead, numbers, contents), times)
    both = surveyed + read
    print(f"{len(bills):,} invoices, {records:,} records, {records * 128 / 1e6:.0f} MB, one core")
    for what, seconds in (("written", written), ("surveyed", surveyed), ("read", read), ("numpy.fromfile", copied)):
        print(f"  B2 {what:15} {seconds:7.3f} s  {records / seconds / 1e6:7.2f} M records/s")
    print(f"  NOEMIE written     {rendered:7.3f} s  {len(bills) / rendered:,.0f} invoices/s, {practices:,} returns")
    print(f"  peak memory        {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:.0f} MB, all columns held")
    print(
        json.dumps(
            {
                "figure": "B2 surveyed and read", "value": round(records / both), "unit": "records/s",
                "against": "numpy.fromfile of the same file", "ratio": round(copied / both, 3), "target": TARGET,
                "met": records / both >= TARGET,
            }
        )
    )  # fmt: skip


if __name__ == "__main__":
    main()
