"""Invoices and quotes of one process, one at a time or many: gathered with those that come at the same moment.

Invoices that come together are a file of their own: sealed in the spool, entered in the books, and decided by the
function that decides night files. So a process that dies between two steps is resumed like a night file, and an invoice
sent again is told what the books say of it.

    seal      the lines, as the neutral paper                     killed after: nobody names it, it is forgotten
    enter     the file, with how many invoices it has             killed after: decided with the files that wait
    decide    one chunk, in one transaction                       killed after: told from the books
    finish    the file is decided
"""

import asyncio
import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

import numpy as np

from cloison.claims import Office, correct, intake, outcomes, settle
from cloison.claims import store_quotes as store
from cloison.claims.outcomes import Decided, KeptAside
from cloison.claims.paper import AskedQuote, Invoice, Quote, claims_of, quotes_of, texts
from cloison.claims.quote import Kind, Reply, State
from cloison.claims.quote_answers import Extensions, extend
from cloison.claims.quote_desk import QuoteDesk
from cloison.claims.quotes import calculate, cancel, request, simulate
from cloison.claims.refusals import CARE_AFTER_RECEPTION
from cloison.claims.retold import retold
from cloison.disclosure import Channel, Door, Proof, Purpose
from cloison.errors import Reason, Unavailable
from cloison.gateways.files.invoices import rendered
from cloison.identity import Actor, Practices
from cloison.identity.permissions import Circumstances, Permission, Resource, permit
from cloison.ops import house as houses
from cloison.ops.batcher import Batcher, Policy
from cloison.ops.claim_files import INVOICES
from cloison.ops.desks import FRESH, ONLINE, QUIET, Desks
from cloison.ops.house import House
from cloison.rights.enquiry import needs
from cloison.rights.question import Enquiry, gathered
from cloison.rights.reference import Reference
from cloison.rights.refusals import INSURER_UNKNOWN
from cloison.rules.vocabulary import Domain
from cloison.storage.database import Database
from cloison.storage.documents import NOBODY
from cloison.storage.roles import Role

NAME = "online.jsonl"
ASK = {Kind.SIMULATION: simulate, Kind.CALCULATION: calculate, Kind.PRISE_EN_CHARGE: request}


class OnlineClaims:
    """Decides invoices and answers quotes for the gates of one process."""

    def __init__(
        self, house: House, database: Database, desks: Desks, policy: Policy, clock: Callable[[], datetime]
    ) -> None:
        self._house = house
        self._database = database
        self._desks = desks
        self._policy = policy
        self._clock = clock
        self._office: Office
        self._doors = {channel: Door(database, channel) for channel in ONLINE}
        self._quotes: dict[Channel, QuoteDesk] = {}
        self._invoicing: Batcher[Invoice, Decided | KeptAside]
        self._quoting: dict[tuple[Channel, Kind], Batcher[AskedQuote, tuple[Reply, ...]]] = {}

    async def open(self) -> None:
        """Read what deciding needs. Tariffs are those of now until the process ends."""
        self._office = await houses.office(self._house, self._database)
        await self.refresh()
        self._invoicing = Batcher(self._decided, self._policy)
        self._quoting = {(channel, kind): self._quoter(channel, kind) for channel in ONLINE for kind in Kind}

    async def refresh(self) -> None:
        """Read insurers, products, practices and terms again."""
        reference = await Reference.read(self._database, Role.CLAIMS)
        practices = await Practices.read(self._database, Role.CLAIMS)
        self._office = replace(self._office, reference=reference, practices=practices)
        for channel, door in self._doors.items():
            desk = QuoteDesk(self._office, door, {})
            self._quotes[channel] = QuoteDesk(self._office, door, await store.terms(self._database, desk.role))

    async def keep(self) -> None:
        """Keep what is known fresh and what was told settled, until cancelled."""
        rounds = 0
        while True:
            await asyncio.sleep(QUIET.total_seconds())
            rounds += 1
            try:
                if rounds % int(FRESH / QUIET) == 0:
                    await self.refresh()
                if all(batcher.idle for batcher in self._quoting.values()):
                    await self._settle()
            except Unavailable:  # the database went away: callers are told so, and we come back
                continue

    async def close(self) -> None:
        """Answer what waits, then settle what was told."""
        for batcher in (self._invoicing, *self._quoting.values()):
            await batcher.close()
        await self._settle()

    # ------------------------------------------------------------------------------------------- what gates ask

    def number_of(self, practice: int) -> str:
        """The number that invoices of a practice carry; empty when nobody knows it."""
        known = self._office.practices
        (at,) = np.nonzero(known.practice == practice)
        return "".join(each.decode() for each in known.number[at[:1]].tolist())

    def token(self, paper: Invoice | Quote, practice: int, account: int) -> tuple[int, UUID | None]:
        """The insurer of a paper and the blind index of its person; of an insurer that sent no right, neither."""
        person, first = paper.person, paper.lines[0].date
        enquiry = Enquiry(
            account, practice, Proof.FILE, first, Domain.MED, person.amc, person.adherent,
            "" if person.adherent else person.nir[:13], person.birth, person.rank,
        )  # fmt: skip
        tenant = self._desks.tenant_of(person.amc)
        if tenant not in self._office.reference.insurers.loaded:
            return NOBODY, None
        asked = needs(gathered([enquiry]), np.array([tenant], np.int32), self._house.index)
        return tenant, UUID(bytes=asked.token[0].tobytes())

    def may_invoice(self, actor: Actor, practice: int, paper: Invoice) -> Reason | None:
        """Why this invoice is not taken: not this caller's to send, an insurer nobody knows, care of the future."""
        tenant = self._desks.tenant_of(paper.person.amc)
        about = Resource(organisation=actor.organisation, practice=practice, tenant=tenant)
        refused = permit(actor, Permission.CLAIM_SUBMIT, about, Circumstances(Purpose.CLAIM, Proof.FILE))
        if refused is not None:
            return refused
        if not tenant:
            return INSURER_UNKNOWN
        return CARE_AFTER_RECEPTION if any(line.date > self._today() for line in paper.lines) else None

    def may_quote(self, actor: Actor, practice: int, paper: Quote, proof: Proof) -> Reason | None:
        """Why this caller may not ask for this quote."""
        tenant = self._desks.tenant_of(paper.person.amc)
        about = Resource(organisation=actor.organisation, practice=practice, tenant=tenant)
        return permit(actor, Permission.QUOTE_ASK, about, Circumstances(Purpose.QUOTE, proof))

    def may_cancel(self, actor: Actor, practice: int) -> Reason | None:
        """Why this caller may not take back what the practice said."""
        about = Resource(organisation=actor.organisation, practice=practice)
        return permit(actor, Permission.CLAIM_CANCEL, about, Circumstances(Purpose.CLAIM, Proof.OWN_RECORD))

    async def decide(self, papers: Sequence[Invoice]) -> Sequence[Decided | KeptAside] | Reason:
        """What became of each invoice. Those of one call are decided in one transaction."""
        return await self._invoicing.ask(papers)

    async def quote(
        self, channel: Channel, kind: Kind, asked: Sequence[AskedQuote]
    ) -> Sequence[tuple[Reply, ...]] | Reason:
        """The answers to each quote, one per family of care."""
        return await self._quoting[channel, kind].ask(asked)

    async def extended(
        self, channel: Channel, asked: AskedQuote, practice: int, number: int, domain: Domain, last: date
    ) -> date | Reason:
        """Prolong a promise until a day, included; returns the first day that is no longer promised."""
        person = asked.paper.person
        found = await extend(
            self._quotes[channel],
            Extensions(
                account=np.array([asked.account], np.int64),
                practice=np.array([practice], np.int32),
                proof=np.array([asked.proof], np.int16),
                engagement=np.array([number], np.int64),
                domain=np.array([domain], np.int16),
                last_day=np.array([last], "datetime64[D]"),
                amc=texts([person.amc], 10),
                adherent=texts([person.adherent], 16),
                nir=texts(["" if person.adherent else person.nir[:13]], 13),
                birth=texts([person.birth], 8),
                rank=texts([person.rank], 1),
            ),
        )
        return found if isinstance(found, Reason) else found[0]

    async def withdraw(self, channel: Channel, number: int, account: int) -> State | Reason:
        """Give a promise back, or withdraw a request."""
        return await cancel(self._quotes[channel], number, account)

    async def cancel(self, practice: int, invoice: int) -> Reason | None:
        """Take an invoice back, or say why it cannot be."""
        done = await correct.cancel_invoice(self._office, practice, invoice)
        return done if isinstance(done, Reason) else None

    async def standing(self, place: int) -> Decided | KeptAside:
        """What stands of the invoice that was received at a place."""
        return await outcomes.of_place(self._database, place)

    # ------------------------------------------------------------------------------------------- what is done

    async def _decided(self, papers: Sequence[Invoice]) -> Sequence[Decided | KeptAside]:
        """The invoices that came together, as a file."""
        spool = self._house.spool
        kept = await asyncio.to_thread(spool.keep, io.BytesIO(rendered(papers)))
        received = await intake.receive(
            self._database, NAME, kept.sha256, kept.size, kept.spool_id, INVOICES, len(papers)
        )
        if not received.new:  # the same invoices, sent together again: their file is there
            await asyncio.to_thread(spool.destroy, kept.spool_id)
        batch = claims_of(received.file, 0, papers, range(1, len(papers) + 1))
        settlement = await settle(self._office, batch, self._today())
        await intake.finish(self._database, received.file)
        found = await outcomes.of_file(self._database, received.file, settlement)
        return await retold(self._office, batch, found, self._today())

    def _quoter(self, channel: Channel, kind: Kind) -> Batcher[AskedQuote, tuple[Reply, ...]]:
        async def answer(asked: Sequence[AskedQuote]) -> Sequence[tuple[Reply, ...]] | Reason:
            quotes = quotes_of(
                [each.paper for each in asked], [each.account for each in asked], [each.proof for each in asked]
            )
            replies = await ASK[kind](self._quotes[channel], quotes, self._today())
            if isinstance(replies, Reason):
                return replies
            parts: list[list[Reply]] = [[] for _ in asked]
            for reply in replies:
                parts[reply.origin].append(reply)
            return [tuple(each) for each in parts]

        return Batcher(answer, self._policy)

    async def _settle(self) -> None:
        for door in self._doors.values():
            await door.close()

    def _today(self) -> date:
        return self._clock().date()
