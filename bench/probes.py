"""Forged questions across insurers and practices, by the credentials of each channel: none may be answered with a row.

The prober knows every number there is: invoices, payments, tokens of persons, promises. It asks about those of others,
in every way that a role has: what it may read, and what it may execute. One forged thing in one question is one probe;
many travel in a statement. Before, the same questions about its own must find rows, else nothing would be proven.

`python -m bench.probes --count 1000000` makes a server and a small nation of its own. Its last line is one of JSON.
"""

import argparse
import asyncio
import json
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from random import Random
from uuid import UUID, uuid4

import asyncpg

from cloison.storage.database import Address, Connection, Database, administer, connection_of, locate
from cloison.storage.migrate import migrate
from cloison.storage.roles import Role

COUNTER = (Role.PORTAL, Role.API, Role.CARD, Role.MACHINE)
SPEAKERS = (Role.PORTAL, Role.API, Role.MACHINE)
BLOCK = 1_000
TODAY, LATER = date(2026, 11, 22), date(2026, 12, 1)

OF_PRACTICE, OF_INSURER = "practice", "tenant"
WINDOWS: dict[str, tuple[str, str]] = {
    "claims.own_invoice": ("invoice", "select invoice, practice, tenant from claims.invoice"),
    "claims.own_decision": (
        "decision",
        "select d.decision, i.practice, i.tenant from claims.decision d join claims.invoice i using (invoice)",
    ),
    "payments.own_payment": ("payment", "select payment, practice, tenant from payments.payment"),
    "payments.own_payment_line": (
        "payment",
        "select l.payment, p.practice, p.tenant from payments.payment_line l join payments.payment p using (payment)",
    ),
    "payments.own_payment_event": (
        "payment",
        "select e.payment, p.practice, p.tenant from payments.payment_event e join payments.payment p using (payment)",
    ),
    "payments.own_transfer": (
        "transfer",
        """select transfer, (case kind when 1 then credit_account else debit_account end & 4294967295)::int4, tenant
           from payments.transfer where kind in (1, 2)""",
    ),
    "payments.own_order": ("payment_order", "select payment_order, 0, tenant from payments.payment_order"),
    "rights.own_movement_file": ("file", "select file, 0, tenant from rights.movement_file"),
    "rights.own_quarantine": (
        "file",
        "select q.file, 0, f.tenant from rights.quarantine q join rights.movement_file f using (file)",
    ),
    "exchanges.document": ("document", "select document, practice, tenant from exchanges.document"),
}
"""Each table under row security: the column it is asked by, and whose each value is."""

PROBED = {
    "disclosure.reserve", "disclosure.reveal_rights", "disclosure.open_reservation", "disclosure.reveal_rights_batch",
    "disclosure.reserve_documents", "disclosure.reveal_documents", "rights.engage",
    "disclosure.reserve_own", "disclosure.reveal_own_statement", "disclosure.reveal_benefits",
    "rights.release_engagement", "rights.ceilings_busy", "rights.caps_busy", "rights.hold_ceilings",
    "claims.quotes_before", "claims.record_quotes", "claims.extend_quotes", "claims.cancel_quote", "identity.acts_for",
}  # fmt: skip
"""The functions that the probes go through. tests/security/test_cross_tenant.py says why others are not among them."""

SEED = """
set session_replication_role = replica;
insert into identity.practice (number, category, name)
    select 'P' || to_char(n, 'FM00000000'), 'pharmacie', 'x' from generate_series(1, {practices}) n;
insert into identity.account (name, practice, channel)
    select 'a' || practice, practice, 'portal' from identity.practice;
insert into rights.insurer (amc, name) select 'A' || n, 'x' from generate_series(1, {tenants}) n;
insert into rights.product (tenant, code, label, responsable, convention, csr)
    select tenant, 'P', 'x', true, 'x', 'x' from rights.insurer;
insert into vault.online_index (token, tenant, person)
    select gen_random_uuid(), tenant, gen_random_uuid() from rights.insurer, generate_series(1, {persons});
insert into vault.batch_index (nir_token, birth_mark, tenant, person)
    select gen_random_uuid(), 1, tenant, person from vault.online_index;
insert into rights.coverage (tenant, person, contract, product, quality, ordre, valid_from, known_from, file_in)
    select i.tenant, person, gen_random_uuid(), product, 1, 1, '2020-01-01', now(), 1
    from vault.online_index i join rights.product using (tenant);
insert into rights.engagement (engagement, tenant, person, practice, coverage, product, domain, valid_from, valid_to,
                               ceiling_year, hold_until, reservation, question)
    select row_number() over (), c.tenant, c.person, 1 + (c.coverage % {practices}), c.coverage, c.product, 1,
           '2026-01-01', '2027-01-01', 2026, '2027-01-01', c.coverage, 0 from rights.coverage c;
insert into claims.invoice (invoice, file, record, batch, tenant, practice, number, care_from, care_to, nature,
                            charged_cents, amc_asked_cents, lines)
    select row_number() over (), 1, n, 1, tenant, practice, to_char(n * 1000 + tenant, 'FM000000000'), '2026-01-01',
           '2026-01-01', 1, 100, 10, 1
    from identity.practice, rights.insurer, generate_series(1, 5) n;
insert into claims.decision (decision, invoice, kind, state, reason, base_cents, amo_cents, amc_cents, own_cents,
                             tariff)
    select invoice, invoice, 1, 2, 0, 100, 70, 30, 0, 'x' from claims.invoice;
insert into payments.payment_order (payment_order, run, tenant, part, message_id, payer_account, execution_date,
                                    payments, amount_cents)
    select tenant, 1, tenant, 1, 'm' || tenant, 1, '2026-01-02', 1, 1 from rights.insurer;
insert into payments.payment (payment, payment_order, tenant, practice, amount_cents, lines, end_to_end_id,
                              execution_date, payee_account)
    select row_number() over (), tenant, tenant, practice, 30, 1, 'e' || tenant || 'x' || practice, '2026-01-02', 1
    from identity.practice, rights.insurer;
insert into payments.transfer (transfer, tenant, debit_account, credit_account, amount_cents, kind, reference)
    select invoice, tenant, payments.account_number(tenant, 1::int2, 0), payments.du(tenant, practice), 30, 1, invoice
    from claims.invoice;
insert into payments.transfer (transfer, tenant, debit_account, credit_account, amount_cents, kind, earlier_transfer)
    select transfer + 1000000, tenant, credit_account, debit_account, 30, 2, transfer
    from payments.transfer where transfer % 7 = 0;
insert into payments.payment_line (transfer, payment, amount_cents)
    select t.transfer, p.payment, 30 from payments.transfer t
    join claims.invoice i on i.invoice = t.reference
    join payments.payment p on p.tenant = i.tenant and p.practice = i.practice;
insert into payments.payment_event (payment, rank, from_state, state, transfer, bank_file)
    select payment, 1, 1, 4, payment, 1 from payments.payment;
insert into rights.movement_file (tenant, name, sha256, spool, format, state, received_at)
    select tenant, 'x', sha256(n::text::bytea), gen_random_uuid(), 'csv', 'received', now()
    from rights.insurer, generate_series(1, 3) n;
insert into rights.quarantine (file, line, reason, field, sealed) select file, 1, 1, 'x', '' from rights.movement_file;
insert into exchanges.document (practice, document, version, kind, tenant, account, digest, status, day, dek, sealed)
    select practice, gen_random_uuid(), 1, 'Claim', 1 + n % {tenants}, 1, sha256(''), 'active', '2026-01-01', '', ''
    from identity.practice, generate_series(1, 20) n;
set session_replication_role = origin;
analyze;
"""


@dataclass(frozen=True, slots=True)
class Nation:
    """Every number that the prober knows, and whose it is."""

    practices: list[int]
    tenants: list[int]
    account_of: dict[int, int]
    keys: dict[str, list[tuple[object, int, int]]]
    online: list[tuple[UUID, int]]
    batch: list[tuple[UUID, int]]
    coverages: list[tuple[int, int]]
    engagements: list[tuple[int, int]]


async def seed(address: Address, practices: int = 40, tenants: int = 10, persons: int = 100) -> Nation:
    """Write a small nation with the rights of an administrator, and learn all its numbers."""
    owner = await administer(address)
    try:
        await owner.execute(SEED.format(practices=practices, tenants=tenants, persons=persons))
        return Nation(
            practices=[row[0] for row in await owner.fetch("select practice from identity.practice")],
            tenants=[row[0] for row in await owner.fetch("select tenant from rights.insurer")],
            account_of={row[0]: row[1] for row in await owner.fetch(
                "select practice, account from identity.account where practice is not null")},
            keys={window: [(row[0], row[1], row[2]) for row in await owner.fetch(query)]
                  for window, (_, query) in WINDOWS.items()},
            online=[(row[0], row[1]) for row in await owner.fetch("select token, tenant from vault.online_index")],
            batch=[(row[0], row[1]) for row in await owner.fetch("select nir_token, tenant from vault.batch_index")],
            coverages=[(row[0], row[1]) for row in await owner.fetch("select coverage, tenant from rights.coverage")],
            engagements=[(row[0], row[1]) for row in await owner.fetch(
                "select engagement, practice from rights.engagement")],
        )  # fmt: skip
    finally:
        await owner.close()


@dataclass(slots=True)
class Tally:
    """How many forged questions of each kind were asked, and how many rows came back."""

    probes: Counter[str] = field(default_factory=Counter[str])
    rows: Counter[str] = field(default_factory=Counter[str])
    refused: Counter[str] = field(default_factory=Counter[str])

    def add(self, kind: str, probes: int, rows: int) -> None:
        self.probes[kind] += probes
        self.rows[kind] += rows


Client = Callable[[Random, int], Awaitable[tuple[int, int]]]
"""Another way in, such as a gate: asks about so many forged things; says how many it asked and how many rows it saw."""


async def readable(owner: asyncpg.Connection) -> list[tuple[Role, str, str]]:
    """Each table under row security that a channel reads: role, table, and the column that says whose a context is."""
    rows = await owner.fetch(
        """select r.rolname, c.oid::regclass::text
           from pg_policies p join pg_class c on c.oid = format('%I.%I', p.schemaname, p.tablename)::regclass
           join pg_roles r on r.rolname = any (p.roles) and r.rolname ^@ 'c_'
                              and has_any_column_privilege(r.oid, c.oid, 'select') order by 1, 2"""
    )
    return [(Role(row[0]), row[1], OF_INSURER if row[0] == Role.INSURER else OF_PRACTICE) for row in rows]


class Prober:
    """Asks, as one role after another."""

    def __init__(
        self, database: Database, nation: Nation, windows: Sequence[tuple[Role, str, str]], random: Random
    ) -> None:
        self._database = database
        self._nation = nation
        self._windows = windows
        self._random = random
        self.tally = Tally()

    async def window(self, role: Role, relation: str, owner: str, count: int, *, own: bool = False) -> int:
        """Rows of others (or its own), by their keys."""
        at = 1 if owner == OF_PRACTICE else 2
        here = self._random.choice(self._nation.practices if owner == OF_PRACTICE else self._nation.tenants)
        keys = [each[0] for each in self._nation.keys[relation] if (each[at] == here) is own]
        asked = self._random.choices(keys, k=count)
        column = WINDOWS[relation][0]
        context = {owner: here}
        async with self._database.transaction(role, **context) as work:
            kind = "uuid" if isinstance(asked[0], UUID) else "int8"
            query = f"select count(*) from unnest($1::{kind}[]) f (k) join {relation} w on w.{column} = f.k"
            rows = await connection_of(work).fetchval(query, asked)
        return int(rows)

    async def owner_column(self, role: Role, relation: str, owner: str, count: int) -> int:
        """Rows of others, by the column that says whose they are."""
        own = self._random.choice(self._nation.practices if owner == OF_PRACTICE else self._nation.tenants)
        forged = [number for number in (self._random.randrange(1, 200) for _ in range(count)) if number != own]
        async with self._database.transaction(role, **{owner: own}) as work:
            query = f"select count(*) from unnest($1::int4[]) f (k) join {relation} w on w.{owner} = f.k"
            return int(await connection_of(work).fetchval(query, forged))

    async def tokens(self, role: Role, count: int, *, own: bool = False) -> int:
        """Persons of one insurer, asked about as if they were another's: reserved, committed, revealed."""
        chosen = self._random.choices(self._nation.online, k=count)
        tenants = [tenant if own else self._other(tenant, self._nation.tenants) for _, tenant in chosen]
        practice = self._random.choice(self._nation.practices)
        about = (1 << 56) | (1 << 48) | (3 << 40) | 1
        async with self._database.session(role) as connection:
            reservation = await connection.fetchval(
                "select disclosure.reserve($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11)",
                [(tenant << 32) + practice for tenant in tenants],
                [self._nation.account_of[practice]] * count,
                [about] * count,
                [token for token, _ in chosen],
                [TODAY] * count,
                [uuid4()] * count,
                [], [], [], [], [],
            )  # fmt: skip
            reveal = "reveal_statement" if role is Role.OFFICE else "reveal_rights"
            rows = len(await connection.fetch(f"select question from disclosure.{reveal}($1)", reservation))
            if role in COUNTER:
                rows += await self._coverages(connection, reservation, count, own=own)
        return rows

    async def persons(self, count: int) -> int:
        """Statements and reimbursements under accounts that are no insured person's, or of nobody."""
        rows = 0
        for _ in range(count):
            account, purpose = self._random.randrange(1, 1000), self._random.choice((4, 7))
            async with self._database.session(Role.CITIZEN) as connection:
                try:
                    reservation = await connection.fetchval("select disclosure.reserve_own($1, $2, null, null)",
                                                            account, purpose)  # fmt: skip
                    rows += len(await connection.fetch(
                        "select place from disclosure.reveal_own_statement($1, null, null, null, null, null, 100)",
                        reservation))  # fmt: skip
                    rows += len(await connection.fetch(
                        "select invoice from disclosure.reveal_benefits($1, null, null, null, null, null, null, 100)",
                        reservation))  # fmt: skip
                except asyncpg.PostgresError as refusal:
                    self.tally.refused[str(refusal.sqlstate)] += 1
        return rows

    async def _coverages(self, connection: Connection, reservation: int, count: int, *, own: bool) -> int:
        """Promises, ceilings and quotes for these questions, on coverages of anybody."""
        if own:
            return 0
        numbers, zero = list(range(count)), [0] * count
        coverages = [each for each, _ in self._random.choices(self._nation.coverages, k=count)]
        promises = [self._random.getrandbits(62) + 1 for _ in numbers]
        first = [number for number, _ in self._random.choices(self._nation.engagements, k=count)]
        rows = await connection.fetchval(
            "select count(*) from rights.engage($1, $2, $3, $4, $5, $6, $7)",
            reservation, numbers, promises, coverages, [LATER] * count, [LATER] * count, zero,
        )  # fmt: skip
        rows += await connection.fetchval(
            "select count(*) from rights.ceilings_busy($1, $2, $3, $4, false)",
            reservation,
            numbers,
            coverages,
            [1] * count,
        )
        rows += await connection.fetchval(
            "select count(*) from rights.caps_busy($1, $2, $3, $4, $4, $3)",
            reservation,
            numbers,
            coverages,
            [1] * count,
        )
        rows += await connection.fetchval(
            "select rights.hold_ceilings($1, $2, $3, $4)", reservation, numbers, [1] * count, [1] * count
        )
        rows += await connection.fetchval(
            "select count(*) from claims.extend_quotes($1, $2, $3, $4, 30, 5)", reservation, numbers, first, coverages
        )
        rows += await connection.fetchval(
            "select count(*) from claims.quotes_before($1, $2, $3)", reservation, numbers, ["R1"] * count
        )
        return int(rows)

    async def batch_tokens(self, count: int, *, own: bool = False) -> int:
        """The same in the batch zone, where a NIR alone finds a family."""
        chosen = self._random.choices(self._nation.batch, k=count)
        tenants = [tenant if own else self._other(tenant, self._nation.tenants) for _, tenant in chosen]
        async with self._database.transaction(Role.BATCH) as work:
            reservation = await connection_of(work).fetchval("select disclosure.open_reservation()")
            await connection_of(work).executemany(
                """insert into disclosure.entry (reservation, question, tenant, account, practice, purpose, act_family,
                                                 proof, fields, token, mark, care_date, request_hash)
                   values ($1, $2, $3, 1, 1, 3, 1, 4, 1, $4, 0, $5, $6)""",
                [(reservation, at, tenants[at], token, TODAY, uuid4()) for at, (token, _) in enumerate(chosen)],
            )  # fmt: skip
        async with self._database.session(Role.BATCH) as connection:
            return len(await connection.fetch("select question from disclosure.reveal_rights_batch($1)", reservation))

    async def numbers(self, role: Role, count: int, *, own: bool = False) -> int:
        """Promises and quotes of other practices, given back or withdrawn by an account of this one."""
        practice = self._random.choice(self._nation.practices)
        account = self._nation.account_of[practice]
        held = [number for number, holder in self._nation.engagements if (holder == practice) is own]
        asked = self._random.choices(held, k=count)
        others = [practice if own else self._other(practice, self._nation.practices) for _ in asked]
        async with self._database.session(role) as connection:
            return int(
                await connection.fetchval(
                    """select count(*) filter (where rights.release_engagement(k, $2))
                            + count(*) filter (where claims.cancel_quote(k, $2) <> 0)
                            + count(*) filter (where identity.acts_for($2, p))
                       from unnest($1::int8[], $3::int4[]) f (k, p)""",
                    asked, account, others,
                )
            )  # fmt: skip

    async def documents(self, role: Role, count: int, *, own: bool = False) -> int:
        """What other practices said, reserved as if it were one's own."""
        practice = self._random.choice(self._nation.practices)
        keys = [key for key, holder, _ in self._nation.keys["exchanges.document"] if (holder == practice) is own]
        asked = self._random.choices(keys, k=count)
        async with self._database.session(role) as connection:
            reservation = await connection.fetchval(
                "select disclosure.reserve_documents($1,$2,$3,$4,$5)",
                practice, self._nation.account_of[practice], asked, None, None,
            )  # fmt: skip
            return len(await connection.fetch("select document from disclosure.reveal_documents($1)", reservation))

    async def reservations(self, role: Role, count: int) -> int:
        """Reservations of another channel, or of nobody, revealed and used. Each is refused, one by one."""
        async with self._database.session(
            self._random.choice([each for each in COUNTER if each != role])
        ) as connection:
            theirs = await connection.fetchval(
                "select disclosure.reserve($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11)",
                [(1 << 32) + 1], [1], [1 << 56], [self._nation.online[0][0]], [TODAY], [uuid4()], [], [], [], [], [],
            )  # fmt: skip
        calls: dict[str, tuple[object, ...]] = {
            "disclosure.reveal_rights($1)": (),
            "disclosure.reveal_documents($1)": (),
            "claims.quotes_before($1, $2, $3)": ([0], ["R1"]),
            "claims.record_quotes($1, $2, $3)": ("[]", "[]"),
            "claims.extend_quotes($1, $2, $3, $4, 30, 5)": ([0], [1], [1]),
            "rights.ceilings_busy($1, $2, $3, $4, false)": ([0], [1], [1]),
            "rights.caps_busy($1, $2, $3, $4, $5, $6)": ([0], [1], [1], [1], [1]),
            "rights.hold_ceilings($1, $2, $3, $4)": ([0], [1], [1]),
            "rights.engage($1, $2, $3, $4, $5, $6, $7)": ([0], [1], [1], [TODAY], [TODAY], [0]),
        }
        if role is Role.CARD:
            del calls["disclosure.reveal_documents($1)"]
        rows = 0
        async with self._database.session(role) as connection:
            for _ in range(count):
                call, rest = self._random.choice(list(calls.items()))
                asked = self._random.choice([theirs, theirs, self._random.getrandbits(40) + (1 << 40)])
                try:
                    rows += len(await connection.fetch(f"select * from {call}", asked, *rest))
                except asyncpg.PostgresError as refusal:
                    self.tally.refused[str(refusal.sqlstate)] += 1
        return rows

    async def contexts(self, role: Role, relation: str, owner: str) -> tuple[int, int]:
        """No context, and contexts that are no number: an error, or no row."""
        hostile = [
            "",
            " ",
            "0",
            "-1",
            "x",
            "1 or true",
            "1'; select 1 --",
            "NULL",
            "2147483648",
            "1e1",
            "{1,2}",
            "infinity",
        ]
        rows = 0
        for forged in [None, *hostile]:
            async with self._database.session(role) as connection:
                try:
                    async with connection.transaction():
                        if forged is not None:
                            await connection.execute(f"select set_config('cloison.{owner}', $1, true)", forged)
                        rows += len(await connection.fetch(f"select 1 from {relation}"))
                except asyncpg.PostgresError as refusal:
                    self.tally.refused[str(refusal.sqlstate)] += 1
        return len(hostile) + 1, rows

    def _other(self, own: int, numbers: list[int]) -> int:
        return self._random.choice([number for number in numbers if number != own])

    async def control(self) -> dict[str, int]:
        """The same questions about one's own: how many rows each kind finds."""
        found = {
            f"{role} {relation}": await self.window(role, relation, owner, 20, own=True)
            for role, relation, owner in self._windows
        }
        for role in COUNTER:
            found[f"{role} tokens"] = await self.tokens(role, 20, own=True)
            found[f"{role} numbers"] = await self.numbers(role, 5, own=True)
        for role in SPEAKERS:
            found[f"{role} documents"] = await self.documents(role, 5, own=True)
        found["c_batch tokens"] = await self.batch_tokens(20, own=True)
        return found

    async def run(self, count: int, clients: Sequence[Client] = ()) -> Tally:
        """At least so many probes, of every kind."""
        for role, relation, owner in self._windows:
            self.tally.add("contexts", *await self.contexts(role, relation, owner))
        statement = min(50, count)
        self.tally.add("citizen accounts", statement, await self.persons(statement))
        while sum(self.tally.probes.values()) < count:
            for client in clients:
                self.tally.add("client", *await client(self._random, BLOCK))
            await self._round(min(BLOCK, 10 + count // 60))
        return self.tally

    async def _round(self, block: int) -> None:
        """One block of each kind."""
        for role, relation, owner in self._windows:
            self.tally.add(f"keys of {relation}", block, await self.window(role, relation, owner, block))
            if relation in ("claims.own_invoice", "payments.own_payment", "payments.own_order", "exchanges.document"):
                self.tally.add("owners", block, await self.owner_column(role, relation, owner, block))
        few = max(1, block // 10)
        for role in COUNTER:
            self.tally.add("tokens", block, await self.tokens(role, block))
            self.tally.add("numbers", block, await self.numbers(role, block))
            self.tally.add("reservations", few, await self.reservations(role, few))
        for role in SPEAKERS:
            self.tally.add("documents", block, await self.documents(role, block))
        self.tally.add("batch tokens", few, await self.batch_tokens(few))


async def probe(address: Address, count: int, seed_number: int) -> tuple[Tally, dict[str, int]]:
    """Seed, check that its own is found, and ask about everybody else's."""
    nation = await seed(address)
    owner = await administer(address)
    windows = await readable(owner)
    await owner.close()
    async with Database(address) as database:
        prober = Prober(database, nation, windows, Random(seed_number))
        control = await prober.control()
        return await prober.run(count), control


def main() -> None:
    """Make a server, probe it, print the tally."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=20261122)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cloison-probes-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        address = locate(Path(folder))
        asyncio.run(migrate(address))
        began = time.perf_counter()
        tally, control = asyncio.run(probe(address, arguments.count, arguments.seed))
        seconds = time.perf_counter() - began
    for kind, probes in sorted(tally.probes.items()):
        print(f"{kind:40} {probes:>10,} probes {tally.rows[kind]:>6} rows")
    assert all(control.values()), "each kind of question finds one's own"
    print(json.dumps({
        "probes": sum(tally.probes.values()), "rows": sum(tally.rows.values()), "refused": dict(tally.refused),
        "kinds": len(tally.probes), "seconds": round(seconds, 1),
    }))  # fmt: skip


if __name__ == "__main__":
    main()
