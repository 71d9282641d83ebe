"""A day at the counter from files: practices to register, questions to answer, each on its own channel."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from cloison.disclosure import Channel, inquiry
from cloison.errors import Defect, Misuse, Reason
from cloison.gateways.files import counter
from cloison.gateways.files.counter import Asked, Payee
from cloison.identity import Practices, accounts, register
from cloison.ops import house as houses
from cloison.ops.house import House
from cloison.rights import store
from cloison.rights.engagement import parsed
from cloison.rights.enquiry import Enquiries
from cloison.rights.refusals import ENGAGEMENT_UNKNOWN
from cloison.storage.database import Database
from cloison.storage.roles import Role

QUESTIONS_PER_BATCH = 512


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of a file of questions: how many, by reply, with a promise; what could not be read or was closed."""

    asked: int
    replies: dict[str, int]
    engaged: int
    defects: tuple[Defect, ...]
    closed: tuple[tuple[Channel, Reason], ...]


async def register_practices(database: Database, path: Path) -> tuple[int, list[Payee], list[Defect]]:
    """Register the practices of a file that are new; returns how many, all payees, and the lines not read."""
    registrations, payees, defects = counter.read_practices(path)
    async with database.transaction(Role.OFFICE) as work:
        new = await register(work, registrations)
    return new, payees, defects


async def ask(
    house: House, database: Database, path: Path, out: Path, progress: Callable[[int, int], None] | None = None
) -> Answered:
    """Answer the questions of a file, channel by channel, and write the answers file."""
    practices = await Practices.read(database, Role.OFFICE)
    names = counter.account_names(path, practices)
    numbers = practices.rows(np.array([number.encode("ascii", "replace") for _, _, number in names], "S9"))
    account = await accounts(
        database,
        [
            (name, channel, int(practices.practice[row]) if row >= 0 else None)
            for (name, channel, _), row in zip(names, numbers.tolist(), strict=True)
        ],
    )
    asked, defects = counter.read_questions(path, practices, account)
    total, done = sum(len(each.enquiries) for each in asked), 0
    lines: list[list[str]] = []
    closed: list[tuple[Channel, Reason]] = []
    for each in asked:
        desk, door = await houses.desk(house, database, each.channel)
        for part in _parts(each):
            replies = await desk.answer(part.enquiries)
            if isinstance(replies, Reason):
                closed.append((each.channel, replies))
                break
            lines.extend(counter.answer_lines(part, replies))
            done += len(part.enquiries)
            if progress:
                progress(done, total)
        await door.close()
    lines.sort(key=lambda line: (len(line[0]), line[0]))
    counter.write_answers(out, iter(lines))
    return Answered(
        asked=total,
        replies={reply: sum(line[1] == reply for line in lines) for reply in counter.REPLIES.values()},
        engaged=sum(line[2] != "" for line in lines),
        defects=tuple(defects),
        closed=tuple(closed),
    )


def _parts(asked: Asked) -> list[Asked]:
    """The questions of a channel, as many at a time as share their round trips."""
    parts: list[Asked] = []
    for start in range(0, len(asked.names), QUESTIONS_PER_BATCH):
        rows = slice(start, start + QUESTIONS_PER_BATCH)
        stated = {each.name: getattr(asked.enquiries, each.name) for each in fields(Enquiries)}
        columns = {name: column[rows] for name, column in stated.items() if column is not None}
        parts.append(Asked(asked.channel, asked.names[rows], Enquiries(**columns)))
    return parts


async def release(database: Database, number: str, account: str) -> bool:
    """Give a promise of the account's practice back. Raises Misuse when the number cannot be ours, or nobody has that
    login."""
    engagement = int(parsed(np.array([number.encode("ascii", "replace")], "S20"))[0])
    if engagement <= 0:
        raise Misuse(ENGAGEMENT_UNKNOWN)
    return await store.release(database, engagement, await inquiry.account_number(database, account))
