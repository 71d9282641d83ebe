"""Files over the wire and webhooks, as use cases of their owners: what each may do, and on what is its own.

Files that are whole wait to be taken by the process of the folders (`take`), through the same doors as files dropped
there; then whoever wants to be told is told (`deliver`).
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from cloison.deliveries import Notices, Owner, Subscriber, Upload, Uploads
from cloison.errors import Defect, Fault, Problem, Reason
from cloison.gateways.http.files import FILES
from cloison.gateways.http.problems import told
from cloison.gateways.http.reasons import FILE_KIND_UNKNOWN, FILE_OF_ANOTHER, WEBHOOK_ADDRESS, WEBHOOKS_TOO_MANY
from cloison.identity import Actor
from cloison.identity.permissions import Permission, Resource, permit
from cloison.ops import claims, rights
from cloison.ops import house as houses
from cloison.ops.desks import Desks
from cloison.ops.house import House
from cloison.ops.webhook_address import acceptable
from cloison.storage.database import Database

SEND = {"b2": Permission.FILE_SEND, "movements": Permission.MOVEMENT_SEND}
AMC_IN_NAME = re.compile(r"mvt_([0-9]{1,10})_")
DEFECTS_TOLD = 100
ABANDONED_AFTER = timedelta(days=7)
SUBSCRIBERS_MAX = 10
LOG_LINES = 200


class Counter:
    """What a caller may do with files and webhooks. An owner is a practice, or an insurer."""

    def __init__(self, house: House, database: Database, desks: Desks) -> None:
        self._uploads = Uploads(database, house.spool)
        self._notices = Notices(database)
        self._desks = desks
        self._development = house.settings.environment == "development"
        self.add = self._uploads.add
        self.complete = self._uploads.complete
        self.abandon = self._uploads.abandon

    async def begin(self, actor: Actor, kind: str, name: str) -> Upload | Reason:
        """A file is announced by somebody who may send such files."""
        if kind not in SEND:
            return FILE_KIND_UNKNOWN
        owner = owner_of(actor)
        refused = permit(actor, SEND[kind], Resource(practice=actor.practice, tenant=actor.tenant))
        if refused is None and kind == "movements":
            amc = AMC_IN_NAME.match(name)
            if amc is None or self._desks.tenant_of(amc[1]) != actor.tenant:
                refused = FILE_OF_ANOTHER
        return refused or await self._uploads.begin(owner, actor.account, kind, name)

    async def find(self, actor: Actor, upload: UUID) -> Upload | Reason | None:
        """A file of the caller's own."""
        return self._may_read(actor) or await self._uploads.find(owner_of(actor), upload)

    async def listed(self, actor: Actor, before: UUID | None, count: int) -> Sequence[Upload] | Reason:
        """The files of the caller's own."""
        return self._may_read(actor) or await self._uploads.listed(owner_of(actor), before, count)

    async def subscribe(self, actor: Actor, url: str) -> Subscriber | Reason:
        """Tell an address what happens to the caller's files."""
        if refused := self._may_manage(actor):
            return refused
        if not await acceptable(url, development=self._development):
            return WEBHOOK_ADDRESS
        owner = owner_of(actor)
        if len(await self._notices.subscribers(owner)) >= SUBSCRIBERS_MAX:
            return WEBHOOKS_TOO_MANY
        return await self._notices.subscribe(owner, url)

    async def subscribers(self, actor: Actor) -> Sequence[Subscriber] | Reason:
        """Who is told."""
        return self._may_manage(actor) or await self._notices.subscribers(owner_of(actor))

    async def unsubscribe(self, actor: Actor, subscriber: UUID) -> bool | Reason:
        """Tell it no more."""
        return self._may_manage(actor) or await self._notices.unsubscribe(owner_of(actor), subscriber)

    async def log(self, actor: Actor) -> Sequence[dict[str, Any]] | Reason:  # JSON
        """The log of deliveries. Whoever reads the files may read it."""
        return self._may_read(actor) or await self._notices.log(owner_of(actor), LOG_LINES)

    def _may_read(self, actor: Actor) -> Reason | None:
        of_insurer = owner_of(actor).tenant != 0
        permission = Permission.MOVEMENT_READ if of_insurer else Permission.FILE_READ
        return permit(actor, permission, Resource(practice=actor.practice, tenant=actor.tenant))

    def _may_manage(self, actor: Actor) -> Reason | None:
        about = Resource(organisation=actor.organisation, practice=actor.practice, tenant=actor.tenant)
        return permit(actor, Permission.WEBHOOK_MANAGE, about)


def owner_of(actor: Actor) -> Owner:
    """Whose files the actor handles: those of the practice it acts for, else of the insurer it works for."""
    return Owner(practice=actor.practice) if actor.practice else Owner(tenant=actor.tenant)


async def take(house: House, database: Database, now: datetime) -> int:
    """Take every whole file through the door of its kind, note what became of it, and tell its owner."""
    uploads, notices = Uploads(database, house.spool), Notices(database)
    waiting = await uploads.waiting()
    for upload in waiting:
        try:
            number, report, refused = await _taken(house, database, upload, now)
        except Fault as fault:
            number, report, refused = None, {"problem": told(Problem.of(fault))}, True
        await uploads.taken(upload, number, report, refused=refused)
        event = "file.refused" if refused else "file.taken"
        await notices.tell(upload.owner, event, f"{FILES}/{upload.upload}")
    return len(waiting)


async def forget_abandoned(house: House, database: Database, now: datetime) -> int:
    """Forget the files whose senders never came back."""
    return await Uploads(database, house.spool).forget_abandoned(now - ABANDONED_AFTER)


async def _taken(
    house: House, database: Database, upload: Upload, now: datetime
) -> tuple[int | None, dict[str, Any], bool]:  # JSON
    assert upload.spool is not None, "a whole file is in the spool"
    with house.spool.open(upload.spool) as sealed, houses.in_memory(sealed, upload.name) as path:
        if upload.kind == "b2":
            (arrival,) = await claims.receive(house, database, [path])
            if not arrival.refused:
                await claims.decide(house, database, now.date(), workers=1)
            report = {"invoices": arrival.invoices, "new": arrival.new, "defects": _lines(arrival.defects)}
            return arrival.file, report, arrival.refused
        (loaded,) = await rights.process(house, database, "load", [path], now)
        counts = {name: getattr(loaded.counts, name) for name in type(loaded.counts).__dataclass_fields__}
        report = {"state": loaded.state, **counts, "defects": _lines(loaded.defects)}
        return loaded.file, report, loaded.state == "refused"


def _lines(defects: Sequence[Defect]) -> list[dict[str, Any]]:  # JSON
    return [told(Problem.of(each)) for each in defects[:DEFECTS_TOLD]]
