"""The enquiry at the counter: questions in, answers out, and a guarantee number where one is asked for.

Reserve, read, decide, promise. What leaves depends on the proof: somebody who typed public data (P1) learns
yes or no, until when for the family of care asked about, and one uniform refusal; whoever read a card learns why.
"""

import hashlib
import secrets
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cloison.disclosure import Door, Fields, Needs, Proof, Purpose, Reader, Result
from cloison.disclosure.purpose import WIDEST
from cloison.disclosure.reader import ROLES, uuids
from cloison.errors import Reason
from cloison.money import Cents
from cloison.period import Days
from cloison.rights import engagement, refusals, store
from cloison.rights.eligibility import Answers, Questions, decide
from cloison.rights.reference import Reference
from cloison.storage.transaction import Storage
from cloison.storage.vault_index import BlindIndex

HOLD_GRACE = np.timedelta64(60, "D")
"""How long after the care an invoice may still use what was held: the project's default, not an official figure."""
SALT = secrets.token_bytes(16)


@dataclass(frozen=True, slots=True)
class Enquiries:
    """n questions. A person is named by the card (adherent) or by the NIR, whichever is not empty, with the birth
    date (YYYYMMDD, text), the birth rank and the insurer's AMC number. `wanted_cents` asks to hold a ceiling, `routing`
    how the contract is billed."""

    account: NDArray[np.int64]
    practice: NDArray[np.int32]
    proof: NDArray[np.int16]
    care_date: Days
    domain: NDArray[np.int16]
    amc: NDArray[np.bytes_] = field(repr=False)
    adherent: NDArray[np.bytes_] = field(repr=False)
    nir: NDArray[np.bytes_] = field(repr=False)
    birth: NDArray[np.bytes_] = field(repr=False)
    rank: NDArray[np.bytes_] = field(repr=False)
    engage: NDArray[np.bool_]
    wanted_cents: Cents
    routing: NDArray[np.bool_] | None = None

    def __len__(self) -> int:
        return len(self.account)


@dataclass(frozen=True, slots=True)
class Replies:
    """What may be told to who asked: n rows. `reason` is what the proof allows to say; the decision is `answers`."""

    answers: Answers = field(repr=False)
    result: NDArray[np.int16]
    reason: NDArray[np.int16]
    engagement: NDArray[np.int64]
    valid_from: Days
    valid_to: Days
    held_cents: Cents

    def __len__(self) -> int:
        return len(self.result)


class Desk:
    """Answers the enquiries of one channel."""

    def __init__(self, database: Storage, door: Door, index: BlindIndex, reference: Reference) -> None:
        self._database = database
        self._door = door
        self._index = index
        self._reference = reference

    async def answer(self, enquiries: Enquiries) -> Replies | Reason:
        """Answer a batch, or say why the channel is closed. Raises Unavailable when nothing may be read."""
        tenant = self._reference.insurers.tenants(enquiries.amc)
        reader = await self._door.reserve(needs(enquiries, tenant, self._index))
        if isinstance(reader, Reason):
            return reader
        revealed = await reader.rights()
        questions = Questions(
            np.arange(len(enquiries), dtype=np.int32),
            tenant,
            enquiries.domain,
            enquiries.care_date,
            network=self._reference.in_network(tenant, enquiries.practice, enquiries.care_date),
        )
        answers = decide(questions, revealed, self._reference.book, self._reference.insurers.loaded)
        numbers, valid_to, held = await self._promise(enquiries, reader, answers)
        replies = _told(enquiries, answers, numbers, valid_to, held)
        _settle(reader, enquiries, replies)
        return replies

    async def _promise(
        self, enquiries: Enquiries, reader: Reader, answers: Answers
    ) -> tuple[NDArray[np.int64], Days, Cents]:
        """Give a number to the covered questions that ask for one. It ends with the coverage, or after VALIDITY."""
        count = len(enquiries)
        numbers, held = np.zeros(count, np.int64), np.zeros(count, np.int64)
        valid_to = np.minimum(answers.valid_to, enquiries.care_date + engagement.VALIDITY)
        (wanted,) = np.nonzero(enquiries.engage & (answers.result == Result.COVERED))
        if not len(wanted):
            return numbers, answers.valid_to, held
        numbers[wanted] = engagement.draw(len(wanted))
        granted = await store.engage(
            self._database,
            ROLES[self._door.channel],
            reader.reservation,
            (
                wanted.tolist(),
                numbers[wanted].tolist(),
                answers.coverage[wanted].tolist(),
                valid_to[wanted].tolist(),
                (valid_to[wanted] + HOLD_GRACE).tolist(),
                enquiries.wanted_cents[wanted].tolist(),
            ),
        )
        for question in wanted.tolist():
            held[question] = granted.get(question, 0)
            numbers[question] *= question in granted
        return numbers, np.where(numbers > 0, valid_to, answers.valid_to), held


def needs(enquiries: Enquiries, tenant: NDArray[np.int32], index: BlindIndex) -> Needs:
    """The questions as the log of disclosures keeps them: a blind index instead of a person."""
    count = len(enquiries)
    purpose = np.where(enquiries.engage, Purpose.GUARANTEE, Purpose.ELIGIBILITY).astype(np.int16)
    widest = np.array([int(WIDEST.get(Purpose(each), Fields(0))) for each in (1, 2)], np.int32)
    token = np.frombuffer(secrets.token_bytes(16 * count), np.uint8).reshape(count, 16).copy()
    known = tenant > 0
    by_nir = known & (enquiries.nir != b"")
    for rows, locate in ((by_nir, _by_identity), (known & ~by_nir, _by_card)):
        (at,) = np.nonzero(rows)
        if len(at):
            token[at] = locate(enquiries, tenant, index, at)
    return Needs(
        tenant=tenant,
        account=enquiries.account,
        practice=enquiries.practice,
        purpose=purpose,
        act_family=enquiries.domain,
        proof=enquiries.proof,
        fields=widest[purpose - 1],
        token=token,
        care_date=enquiries.care_date,
        request_hash=request_hashes(token, enquiries.practice, enquiries.domain),
    )


def _by_card(
    enquiries: Enquiries, tenant: NDArray[np.int32], index: BlindIndex, at: NDArray[np.intp]
) -> NDArray[np.uint8]:
    return index.card(tenant[at], enquiries.amc[at], enquiries.adherent[at], enquiries.birth[at], enquiries.rank[at])


def _by_identity(
    enquiries: Enquiries, tenant: NDArray[np.int32], index: BlindIndex, at: NDArray[np.intp]
) -> NDArray[np.uint8]:
    return index.identity(tenant[at], enquiries.amc[at], enquiries.nir[at], enquiries.birth[at], enquiries.rank[at])


def request_hashes(token: NDArray[np.uint8], *columns: NDArray[np.integer]) -> NDArray[np.uint8]:
    """First 128 bits of a salted SHA-256 of each request: tells whether two requests were the same, nothing else."""
    parts = [token, *(column.astype(np.int64).view(np.uint8).reshape(len(token), 8) for column in columns)]
    rows = np.ascontiguousarray(np.concatenate(parts, axis=1))
    width, raw = rows.shape[1], rows.tobytes()
    starts = range(0, len(raw), width)
    digests = [hashlib.sha256(SALT + raw[start : start + width]).digest()[:16] for start in starts]
    return np.frombuffer(b"".join(digests), np.uint8).reshape(len(token), 16)


def _told(enquiries: Enquiries, answers: Answers, numbers: NDArray[np.int64], valid_to: Days, held: Cents) -> Replies:
    """A typed question gets one refusal for every cause: it must not tell a list of names from a list of strangers."""
    precise = enquiries.proof >= Proof.CARD
    refused = (answers.result == Result.NOT_COVERED) | (answers.result == Result.NOT_FOUND)
    reason = np.where(refused & ~precise, refusals.NO_RIGHT_SHOWN.number, answers.reason).astype(np.int16)
    result = np.where(refused, Result.NOT_COVERED, answers.result).astype(np.int16)
    return Replies(answers, result, reason, numbers, answers.valid_from, valid_to, held)


def _settle(reader: Reader, enquiries: Enquiries, replies: Replies) -> None:
    """What was told, so that the log says neither more nor less."""
    answers = replies.answers
    covered = replies.result == Result.COVERED
    told = np.where(covered, Fields.COVERED | Fields.VALIDITY | Fields.DOMAINS | Fields.ORDER, Fields.COVERED)
    told = np.where(covered & (replies.engagement > 0), told | Fields.ENGAGEMENT, told).astype(np.int32)
    if enquiries.routing is not None:
        told = np.where(covered & enquiries.routing, told | Fields.ROUTING, told)
    told = np.where(answers.found | (enquiries.proof >= Proof.CARD), told, Fields.COVERED).astype(np.int32)
    persons = [
        person if found else None for person, found in zip(uuids(answers.person), answers.found.tolist(), strict=True)
    ]
    reader.settle(np.arange(len(replies), dtype=np.int32), persons, answers.result, told)
