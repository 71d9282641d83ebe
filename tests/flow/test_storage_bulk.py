"""Columns copied to PostgreSQL come back as they were."""

import uuid
from datetime import date

import asyncpg
import numpy as np

from cloison.period import FOREVER
from cloison.storage.bulk import Nullable, copy
from cloison.storage.database import Address, administer

TABLE = """create table public.sample (flag bool, small int2, medium int4, large int8, day date, ref uuid,
           sealed bytea, code text, perhaps int8)"""


async def test_every_type_of_column_comes_back_as_it_was(address: Address) -> None:
    count = 70_001  # more than two messages
    numbers = np.arange(count)
    refs = np.random.default_rng(1).integers(0, 256, (count, 16)).astype(np.uint8)
    codes = np.where(numbers % 3 == 0, b"TXI", np.where(numbers % 3 == 1, b"", b"PHARMA")).astype("S6")
    days = np.datetime64("1999-12-30", "D") + (numbers % 40).astype("timedelta64[D]")
    days[7] = np.datetime64(FOREVER, "D")
    columns = {
        "flag": numbers % 2 == 0,
        "small": (numbers % 1000 - 500).astype(np.int16),
        "medium": (numbers - 9).astype(np.int32),
        "large": numbers.astype(np.int64) * -(10**12),
        "day": days,
        "ref": refs,
        "sealed": np.tile(np.arange(40, dtype=np.uint8), (count, 1)),
        "code": codes,
        "perhaps": Nullable(numbers.astype(np.int64), numbers % 5 == 0),
    }
    connection = await administer(address)
    try:
        await connection.execute(TABLE)
        assert await copy(connection, "public", "sample", columns) == count
        rows = await connection.fetch("select * from public.sample order by large desc")
        assert await connection.fetchval("select day = 'infinity' from public.sample where medium = $1", 7 - 9)
    finally:
        await connection.close()
    assert len(rows) == count
    for index in (0, 1, 2, 5, 32_767, 32_768, count - 1):
        row = rows[index]
        assert (row["flag"], row["small"], row["medium"]) == (index % 2 == 0, index % 1000 - 500, index - 9)
        assert row["large"] == index * -(10**12)
        assert row["day"] == date.fromisoformat(str(days[index]))
        assert row["ref"] == uuid.UUID(bytes=refs[index].tobytes())
        assert row["sealed"] == bytes(range(40))
        assert row["code"] == codes[index].decode()
        assert row["perhaps"] == (None if index % 5 == 0 else index)


async def test_no_row_is_no_message(address: Address) -> None:
    connection: asyncpg.Connection = await administer(address)
    try:
        await connection.execute(TABLE)
        assert await copy(connection, "public", "sample", {"medium": np.array([], np.int32)}) == 0
    finally:
        await connection.close()
