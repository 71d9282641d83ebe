"""What a house does for itself now and then: forget what stopped processes left."""

import asyncio
from datetime import datetime, timedelta

from cloison.ops.house import House
from cloison.ops.store import spooled
from cloison.storage.database import Database

NAMED_WITHIN = timedelta(days=1)
"""A sealed file that no book names after so long belongs to a process that was killed: naming takes seconds."""


async def tidy(house: House, database: Database, now: datetime) -> int:
    """Remove the sealed files that nobody will ever ask for; returns how many."""
    return await asyncio.to_thread(house.spool.forget_strays, await spooled(database), now - NAMED_WITHIN)
