"""Questions about the log itself, and the switch of a channel: for the office, on record before they are answered."""

from datetime import datetime, timedelta

from cloison.disclosure import store
from cloison.disclosure.reasons import UNKNOWN_ACCOUNT, UNKNOWN_CHANNEL
from cloison.errors import Misuse
from cloison.storage.transaction import Storage


async def by_account(
    database: Storage, account: str, asker: int, reason: str, since: datetime, until: datetime
) -> list[store.Row]:
    """What an account learned: tenant, person (pseudonym), reserved_at, channel, purpose, act_family, proof, fields,
    result, settled. Raises Misuse when there is no such account."""
    number = await account_number(database, account)
    event = await store.open_inquiry(database, asker, f"by {account}: {reason}")
    return await store.reveal_account(database, event, number, since, until)


async def account_number(database: Storage, name: str) -> int:
    """The account of this name. Raises Misuse when there is none."""
    number = await store.account(database, name)
    if number is None:
        raise Misuse(UNKNOWN_ACCOUNT, cause=name)
    return number


async def export(database: Storage, account: int, detail: str) -> None:
    """Put on record that what was sealed will be written in clear. Returns once that is durable."""
    await store.open_export(database, account, detail)


async def freeze(database: Storage, channel: str, frozen: bool, account: int, reason: str) -> int:
    """Close or open a channel; returns its new epoch. Raises Misuse when there is no such channel."""
    epoch = await store.freeze(database, channel, frozen, account, reason)
    if epoch is None:
        raise Misuse(UNKNOWN_CHANNEL, cause=channel)
    return epoch


async def sweep(database: Storage, older_than: timedelta) -> int:
    """Count what nobody settled as disclosed in full; returns how many lines."""
    return await store.sweep(database, older_than)
