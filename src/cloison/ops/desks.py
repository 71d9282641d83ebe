"""The desks of one process: for each online channel a batcher in front of a desk that knows insurers and products.

What a desk knows of insurers is read again twice a minute, so that a file loaded by another process counts here.
What was disclosed is settled with the next question, or soon after when none comes.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache

from cloison.disclosure import Channel, Door, Purpose
from cloison.errors import Reason, Unavailable
from cloison.identity import Actor, Practices
from cloison.identity.permissions import Circumstances, Permission, Resource, permit
from cloison.ops.batcher import Batcher, Policy
from cloison.ops.house import House
from cloison.rights.enquiry import Desk
from cloison.rights.guarantees import Products
from cloison.rights.question import Enquiry, Reply, dealt, gathered
from cloison.rights.reference import Insurers, Reference
from cloison.storage.database import Database
from cloison.storage.roles import Role

ONLINE = (Channel.PORTAL, Channel.API, Channel.CARD, Channel.MACHINE)
FRESH = timedelta(seconds=30)
"""Building the shelf of products takes tens of milliseconds, during which nobody is answered: not more often."""
QUIET = timedelta(seconds=1)
REMEMBERED = 8192


class Desks:
    """Answers the questions of every online channel, each through its own compartment."""

    def __init__(self, house: House, database: Database, policy: Policy) -> None:
        self._house = house
        self._database = database
        self._policy = policy
        self._desks: dict[Channel, Desk] = {}
        self._doors = {channel: Door(database, channel) for channel in ONLINE}
        self._tenants: dict[str, int] = {}
        self._amcs: dict[int, str] = {}
        self._judged: dict[tuple[int, int, int, bool, int], tuple[Actor, Reason | None]] = {}
        self.insurers: Insurers
        self.products: Products
        self.practices: Practices
        self.batchers: dict[Channel, Batcher[Enquiry, Reply]] = {}

    async def open(self) -> None:
        """Read what the desks need, once for all channels."""
        await self.refresh()
        for channel in ONLINE:
            self.batchers[channel] = self._batcher(channel)

    async def ask(self, actor: Actor, enquiries: Sequence[Enquiry]) -> Sequence[Reply] | Reason:
        """Answer questions on the channel of their actor, if it may ask all of them."""
        for each in enquiries:
            refused = self._refusal(actor, each)
            if refused is not None:
                return refused
        return await self.batchers[actor.channel].ask(enquiries)

    def _refusal(self, actor: Actor, asked: Enquiry) -> Reason | None:
        """`refusal`, found by which actor this is: comparing all that actors are costs as much as reading a question.

        A machine has the same actor until the register is read again.
        """
        tenant = self.tenant_of(asked.amc)
        key = (id(actor), asked.practice, tenant, asked.engage, int(asked.proof))
        judged = self._judged.get(key)
        if judged is not None and judged[0] is actor:
            return judged[1]
        if len(self._judged) >= REMEMBERED:
            self._judged.clear()
        refused = refusal(actor, asked.practice, tenant, asked.engage, asked.proof)
        self._judged[key] = (actor, refused)
        return refused

    def tenant_of(self, amc: str) -> int:
        """The insurer of an AMC number; 0 when there is none."""
        return self._tenants.get(amc.lstrip("0"), 0)

    async def refresh(self) -> None:
        """Read insurers, products and practices again. The doors stay: what waits to be settled waits there."""
        reference = await Reference.read(self._database, Role.API)
        for channel in ONLINE:
            self._desks[channel] = Desk(self._database, self._doors[channel], self._house.index, reference)
        self.practices = await Practices.read(self._database, Role.API)
        self.insurers, self.products = reference.insurers, reference.book.products
        numbers = [each.decode() for each in reference.insurers.amc.tolist()]
        self._tenants = dict(zip(numbers, reference.insurers.tenant.tolist(), strict=True))
        self._amcs = {tenant: number for number, tenant in self._tenants.items()}

    async def keep(self) -> None:
        """Keep the desks fresh and settled, until cancelled."""
        rounds = 0
        while True:
            await asyncio.sleep(QUIET.total_seconds())
            rounds += 1
            try:
                if rounds % int(FRESH / QUIET) == 0:
                    await self.refresh()
                for channel in ONLINE:
                    if self.batchers[channel].idle:
                        await self._doors[channel].close()
            except Unavailable:  # the database went away: questions are told so, and we come back
                continue

    async def close(self) -> None:
        """Answer what waits, then settle it."""
        for channel in ONLINE:
            await self.batchers[channel].close()
            await self._doors[channel].close()

    def amc(self, tenant: int) -> str:
        """The AMC number of an insurer; empty when it is not known yet."""
        return self._amcs.get(tenant, "")

    def _batcher(self, channel: Channel) -> Batcher[Enquiry, Reply]:
        async def answer(enquiries: Sequence[Enquiry]) -> Sequence[Reply] | Reason:
            replies = await self._desks[channel].answer(gathered(enquiries))
            return replies if isinstance(replies, Reason) else dealt(replies)

        return Batcher(answer, self._policy)


@lru_cache(maxsize=REMEMBERED)
def refusal(actor: Actor, practice: int, tenant: int, engage: bool, proof: int) -> Reason | None:
    """Why the actor may not ask about this insurer for this practice. A caller that asks often is judged once."""
    if practice in actor.practices and practice != actor.practice:
        actor = replace(actor, practice=practice)  # a machine that works for several names one each time
    about = Resource(organisation=actor.organisation, practice=practice, tenant=tenant)
    purpose = Purpose.GUARANTEE if engage else Purpose.ELIGIBILITY
    return permit(actor, Permission.ELIGIBILITY_ASK, about, Circumstances(purpose, proof))
