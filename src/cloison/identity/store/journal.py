"""What happened to accounts, for who asks later, and what their holders are told."""

from datetime import datetime
from uuid import UUID

from cloison.storage.database import connection_of
from cloison.storage.transaction import Transaction

WAYS = ("portal", "administrators")


async def note(
    work: Transaction, kind: str, account: int | None, now: datetime, detail: str = "", session: UUID | None = None
) -> None:
    """One line of the journal. `detail` names things, never a person."""
    await connection_of(work).execute(
        "insert into identity.event (kind, account, session, detail, happened_at) values ($1, $2, $3, $4, $5)",
        kind,
        account,
        session,
        detail,
        now,
    )


async def tell(work: Transaction, account: int, kind: str, now: datetime) -> None:
    """A notice on both ways: on the holder's own pages, and to the administrators of their organisations."""
    await connection_of(work).execute(
        """insert into identity.notice (account, kind, way, noted_at)
           select $1, $2, way, $3 from unnest($4::text[]) as way""",
        account,
        kind,
        now,
        list(WAYS),
    )
