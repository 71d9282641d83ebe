"""Columns fetched from PostgreSQL: a null or another width is an error, never another value."""

import asyncpg
import numpy as np
import pytest

from cloison.period import FOREVER
from cloison.storage.bulk import fetch
from cloison.storage.database import Address, administer


@pytest.fixture
async def connection(address: Address):
    opened: asyncpg.Connection = await administer(address)
    yield opened
    await opened.close()


async def test_it_gives_every_type_as_an_array(connection: asyncpg.Connection):
    columns = {"flag": "bool", "small": "int16", "large": "int64", "day": "date", "ref": "uuid"}
    found = await fetch(
        connection,
        """select n % 2 = 0, n::int2, n::int8 * -10000000000,
                  case when n = 3 then 'infinity' else date '1999-12-31' + n end,
                  ('00000000-0000-0000-0000-00000000000' || n)::uuid from generate_series(1, $1) n""",
        3,
        columns=columns,
    )
    assert found["flag"].tolist() == [False, True, False]
    assert found["small"].tolist() == [1, 2, 3]
    assert found["large"].tolist() == [-10000000000, -20000000000, -30000000000]
    assert found["day"].astype("U10").tolist() == ["2000-01-01", "2000-01-02", str(FOREVER)]
    assert found["ref"].shape == (3, 16)
    assert found["ref"][:, 15].tolist() == [1, 2, 3]


async def test_no_row_gives_empty_arrays_of_the_right_type(connection: asyncpg.Connection):
    columns = {"large": "int64", "day": "date", "ref": "uuid"}
    found = await fetch(connection, "select 1::int8, current_date, gen_random_uuid() where false", columns=columns)
    assert (found["large"].dtype, len(found["large"])) == (np.int64, 0)
    assert found["day"].dtype == np.dtype("datetime64[D]")
    assert found["ref"].shape == (0, 16)


@pytest.mark.parametrize(
    "query",
    [
        "select n, null::int8 from generate_series(1, 4) n",
        "select n, nullif(n, 3)::int8 from generate_series(1, 4) n",
        "select n, n from generate_series(1, 4) n",
        "select n::int2, n::int8 from generate_series(1, 4) n",
        "select n, n::text from generate_series(1, 4) n",
        "select n, n::int8, n from generate_series(1, 4) n",
    ],
)
async def test_a_null_or_another_width_is_an_error(connection: asyncpg.Connection, query: str):
    with pytest.raises(ValueError, match="null"):
        await fetch(connection, query, columns={"medium": "int32", "large": "int64"})


async def test_nulls_that_balance_a_wider_value_are_seen(connection: asyncpg.Connection):
    """Four nulls less and four bytes more make the same length: each size is compared, not only the sum."""
    with pytest.raises(ValueError, match="null"):
        await fetch(
            connection,
            "select * from (values (null::int4, 1::int8), (1::int4, 1::int8), (1, 1)) v (a, b)",
            columns={"a": "int64", "b": "int32"},
        )
