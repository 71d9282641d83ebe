"""Questions to the log of disclosures, each recorded in it before it is answered."""

import os
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from cloison.disclosure import Channel, Door, Fields, Needs, Proof, Purpose, Result, inquiry
from cloison.errors import Misuse, Reason
from cloison.ops import screen
from cloison.ops.house import House
from cloison.rights.enquiry import request_hashes
from cloison.rights.reference import NOBODY, Reference
from cloison.rights.refusals import INSURER_UNKNOWN
from cloison.storage.database import Database
from cloison.storage.roles import Role

OPERATOR_ACCOUNT = 1
"""The account `operator` of migration 0002: commands run by hand ask under it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One disclosure about a person, in words."""

    when: datetime
    channel: str
    practice: str
    purpose: str
    fields: str
    result: str
    proof: str


@dataclass(frozen=True, slots=True)
class Learned:
    """What an account learned about one person, who stays a pseudonym."""

    insurer: str
    person: str
    times: int
    fields: str
    last: datetime


async def of(house: House, database: Database, amc: str, nir: str, birth: str, rank: str) -> list[Line]:
    """Who learned what about this person, oldest first. Raises Misuse when no insurer has this number."""
    insurers = (await Reference.read(database, Role.OFFICE)).insurers
    number = np.array([amc.encode()], "S10")
    tenant = insurers.tenants(number)
    if tenant[0] == NOBODY:
        raise Misuse(INSURER_UNKNOWN)
    texts = (np.array([text.encode()], size) for text, size in ((nir[:13], "S13"), (birth, "S8"), (rank, "S1")))
    token = house.index.identity(tenant, number, *texts)
    needs = Needs(
        tenant=tenant,
        account=np.array([OPERATOR_ACCOUNT]),
        practice=np.array([0], np.int32),
        purpose=np.array([Purpose.STATEMENT], np.int16),
        act_family=np.array([0], np.int16),
        proof=np.array([Proof.TYPED], np.int16),
        fields=np.array([Fields.STATEMENT], np.int32),
        token=token,
        care_date=np.array([screen.now().date()], "datetime64[D]"),
        request_hash=request_hashes(token, tenant),
    )
    door = Door(database, Channel.OFFICE)
    reader = await door.reserve(needs)
    if isinstance(reader, Reason):
        raise Misuse(reader)
    rows = await reader.statement()
    await door.close()
    return [
        Line(
            when=row["reserved_at"],
            channel=row["channel"],
            practice=row["practice"] or row["account"],
            purpose=Purpose(row["purpose"]).basis.fr,
            fields=_names(row["fields"]),
            result=Result(row["result"]).name.lower(),
            proof=Proof(row["proof"]).name.lower(),
        )
        for row in rows
    ]


async def by(
    house: House, database: Database, account: str, reason: str, since: datetime, until: datetime
) -> list[Learned]:
    """Whom this account learned about. The inquiry, with its reason, is committed before it is answered."""
    insurers = (await Reference.read(database, Role.OFFICE)).insurers
    rows = await inquiry.by_account(database, account, OPERATOR_ACCOUNT, reason, since, until)
    gathered: dict[tuple[int, str], list[tuple[int, datetime]]] = defaultdict(list)
    for row in rows:
        person = str(row["person"]) if row["person"] else "(personne / nobody)"
        gathered[(row["tenant"], person)].append((row["fields"], row["reserved_at"]))
    return [
        Learned(
            insurer=insurers.named(tenant) if tenant else "?",
            person=person,
            times=len(times),
            fields=_names(int(np.bitwise_or.reduce([fields for fields, _ in times]))),
            last=max(when for _, when in times),
        )
        for (tenant, person), times in sorted(gathered.items(), key=lambda item: -len(item[1]))
    ]


async def export(database: Database, detail: str) -> None:
    """Put on record, first, that the operator has what was sealed written in clear."""
    await inquiry.export(database, OPERATOR_ACCOUNT, detail)


def private(path: Path) -> Path:
    """An empty file that its owner alone can read, for what is written in clear."""
    path.unlink(missing_ok=True)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    return path


async def freeze(database: Database, channel: str, frozen: bool, reason: str) -> int:
    """Close or open a channel; returns the epoch of reservations from now on."""
    return await inquiry.freeze(database, channel, frozen, OPERATOR_ACCOUNT, reason)


async def sweep(database: Database, older_than: timedelta) -> int:
    """Settle in full what nobody settled."""
    return await inquiry.sweep(database, older_than)


def _names(fields: int) -> str:
    return ", ".join(each.name.lower() for each in Fields(fields) if each.name)
