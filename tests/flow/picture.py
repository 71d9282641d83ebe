"""What the books of an operator show, but for the numbers that differ from run to run; and what must always hold.

Two homes with the same keys that received the same files have the same picture, whatever happened on the way.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import asyncpg
from lxml import etree

from cloison.gateways.files import b2
from cloison.ops import disclosures, payments
from cloison.storage.database import Database, administer

Picture = dict[str, Counter[tuple[object, ...]]]

WHO = "(select array_agg(o.token order by o.token) from vault.online_index o where o.person = {}.person)"
RIGHTS = {
    "coverages": f"""select i.amc, {WHO.format("c")}, c.contract, p.code, c.quality, c.ordre, c.valid_from, c.valid_to,
                            c.known_to = 'infinity' from rights.coverage c join rights.insurer i using (tenant)
                            join rights.product p using (product)""",
    "identities": f"select tenant, {WHO.format('v')}, record_mark, dek is null from vault.identity v",
    "tokens": "select tenant, token from vault.online_index",
    "families": "select tenant, nir_token, birth_mark from vault.batch_index",
    "movement files": """select name, state, reason, lines, added, amended, ended, unchanged, quarantined
                         from rights.movement_file""",
    "refused lines": """select f.name, q.line, q.reason, q.state
                        from rights.quarantine q join rights.movement_file f using (file)""",
    "known coverages": "select amc, coverages from rights.insurer",
}
WHICH = "f.digest, i.record"
CLAIMS = {
    "files": "select digest, state, invoices, reason from claims.file",
    "invoices": f"""select {WHICH}, i.batch, i.tenant, i.practice, i.number, i.person, i.care_from, i.care_to, i.nature,
                           i.engagement, i.charged_cents, i.amc_asked_cents, i.lines
                    from claims.invoice i join claims.file f using (file)""",
    "decisions": f"""select {WHICH}, d.kind, d.state, d.reason, d.base_cents, d.amo_cents, d.amc_cents, d.own_cents
                     from claims.decision d join claims.invoice i using (invoice) join claims.file f using (file)""",
    "lines": f"""select {WHICH}, l.line, l.code, l.care_date, l.charged_cents, x.product, x.amo_cents, x.amc_cents,
                        x.reason
                 from claims.line_decision x join claims.decision d using (decision)
                 join claims.line l on l.invoice = d.invoice and l.line = x.line
                 join claims.invoice i on i.invoice = d.invoice join claims.file f using (file)""",
    "kept aside": """select f.digest, q.record, q.reason, q.state
                     from claims.quarantine q join claims.file f using (file)""",
    "resent": f"""select g.digest, r.record, {WHICH} from claims.resend r join claims.file g using (file)
                  join claims.invoice i using (invoice) join claims.file f on f.file = i.file""",
    "dues": f"""select {WHICH}, t.amount_cents, t.debit_account, t.credit_account
                from payments.transfer t join claims.invoice i on i.invoice = t.reference
                join claims.file f using (file)
                where t.kind = 1""",
    "ceilings": "select person, product, domain, year, used_cents, held_cents from rights.ceiling",
    "promises used": f"""select e.engagement, e.kind, {WHICH} from rights.engagement_end e
                         left join claims.invoice i using (invoice) left join claims.file f on f.file = i.file""",
}
PAYMENTS = {
    "runs": "select execution_date, rank from payments.run",
    "orders": "select tenant, part, payments, amount_cents from payments.payment_order",
    "paid": "select tenant, practice, amount_cents, lines from payments.payment",
    "told": """select f.digest, i.record from claims.told t join claims.decision d using (decision)
               join claims.invoice i using (invoice) join claims.file f using (file)""",
    "written": """select o.tenant, o.part, f.size_bytes
                  from payments.payment_order_file f join payments.payment_order o using (payment_order)""",
}
LOST_READINGS = """
select count(*) from claims.invoice i where i.person is not null and not exists (
    select from disclosure.entry e join vault.batch_index b on b.nir_token = e.token and b.tenant = e.tenant
    where b.person = i.person and e.practice = i.practice and e.care_date = i.care_from and e.purpose = 3)
"""
NOT_SWEPT = """
select count(*) from disclosure.entry e left join disclosure.settlement s using (reservation, question)
where s.kind is null or (s.result = 0 and s.fields <> e.fields)
"""
STATES = "select state, count(*), sum(amount_cents)::int8 from payments.payment_now group by state"


async def drawn(connection: asyncpg.Connection, queries: dict[str, str]) -> Picture:
    """The picture that these queries give."""
    return {
        name: Counter(tuple(_plain(value) for value in row.values()) for row in await connection.fetch(query))
        for name, query in queries.items()
    }


def _plain(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def differences(found: Picture, wanted: Picture) -> list[str]:
    """What two pictures do not share, in words without values."""
    told: list[str] = []
    for name, rows in wanted.items():
        lost, twice = (rows - found[name]).total(), (found[name] - rows).total()
        if lost or twice:
            told.append(f"{name}: {lost} lost, {twice} that should not be there")
    return told


def records_of(paths: Iterable[Path]) -> dict[bytes, set[int]]:
    """The place of every invoice of B2 files, by digest of the file; of a file that nobody can read, none."""
    found: dict[bytes, set[int]] = {}
    for path in paths:
        survey = b2.survey(path)
        records: set[int] = set()
        if survey.refused is None:
            for chunk in b2.read(path, 10_000, survey):
                records.update(chunk.invoices.record.tolist())
        found[hashlib.sha256(path.read_bytes()).digest()] = records
    return found


def accounted(found: Picture, files: dict[bytes, set[int]]) -> list[str]:
    """Whether every invoice of these files is in the books, kept aside or known to repeat, and in one of them only."""
    places: Counter[tuple[object, ...]] = Counter()
    for name in ("invoices", "kept aside", "resent"):
        places.update(row[:2] for row in found[name].elements())
    wanted = {(digest, record) for digest, records in files.items() for record in records}
    told = [f"{len(wanted - places.keys())} invoices lost"] * bool(wanted - places.keys())
    told += [f"{len(places.keys() - wanted)} invoices from nowhere"] * bool(places.keys() - wanted)
    twice = sum(count > 1 for count in places.values())
    return told + [f"{twice} invoices in two places"] * bool(twice)


async def disclosed(database: Database, readings: Path) -> list[str]:
    """Whether every reading was on record first, and whatever nobody settled counts in full after the sweep."""
    connection = await administer(database.address)
    try:
        told: list[str] = []
        noted = {int(line) for line in readings.read_text().split()} if readings.exists() else set[int]()
        known = {row[0] for row in await connection.fetch("select reservation from disclosure.reservation")}
        told += [f"{len(noted - known)} readings not on record"] * bool(noted - known)
        lost = await connection.fetchval(LOST_READINGS)
        told += [f"{lost} decided invoices without a disclosure"] * bool(lost)
        await disclosures.sweep(database, timedelta(0))
        unswept = await connection.fetchval(NOT_SWEPT)
        return told + [f"{unswept} disclosures neither settled nor swept in full"] * bool(unswept)
    finally:
        await connection.close()


def instructions(folder: Path) -> Counter[str]:
    """Every EndToEndId in the order files of a folder."""
    labels: Counter[str] = Counter()
    for path in folder.glob("*.xml"):
        labels.update(str(element.text) for element in etree.fromstring(path.read_bytes()).iter("{*}EndToEndId"))
    return labels


def left_in_clear(folder: Path, secrets: Iterable[bytes]) -> list[str]:
    """The files under a folder that hold one of these secrets, and temporary files that were not taken away."""
    words = list(secrets)
    told: list[str] = []
    for path in folder.rglob("*"):
        if path.is_symlink() or not path.is_file():
            continue
        if path.suffix in (".part", ".draft") or (folder / "tmp") in path.parents:
            told.append(f"left behind: {path.relative_to(folder)}")
        content = path.read_bytes()
        if any(word in content for word in words):
            told.append(f"in clear: {path.relative_to(folder)}")
    return told


def strays(home: Path, known: set[str]) -> list[str]:
    """Sealed files that nothing names, or that are named and lost."""
    found = {path.stem for path in (home / "spool").glob("*.sealed")}
    told = [f"{len(found - known)} sealed files that nothing names"] * bool(found - known)
    return told + [f"{len(known - found)} sealed files lost"] * bool(known - found)


async def spooled(connection: asyncpg.Connection) -> set[str]:
    """The sealed files that the books name."""
    rows = await connection.fetch(
        "select spool::uuid from claims.file union all select spool from rights.movement_file"
    )
    return {row[0].hex for row in rows}


async def audited(database: Database) -> None:
    """Raises when a balance is not the sum of its transfers, or the books do not sum to zero."""
    await payments.audit(database)
