"""An invoice over FHIR whose server dies between two steps: nothing is lost, and sent again it has one answer."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.flow.day import Day, Guarantee, consultation
from tests.flow.fhir import Fhir, claim, server

from cloison.claims import intake, outcomes
from cloison.exchanges import Exchanges
from cloison.ops import claims, online_claims
from cloison.storage.spool import Spool

CLAIM, ANSWER = "Claim", "ClaimResponse"


class DiedError(Exception):
    """The server stopped here."""


def dies(monkeypatch: pytest.MonkeyPatch, where: object, name: str, call: int, *, after: bool) -> None:
    """Let a step fail at one of its calls, before it does anything or when everything is done."""
    real: Callable[..., Any] = getattr(where, name)
    calls = iter(range(1, 1000))

    def in_place(*arguments: Any) -> Any:
        if next(calls) != call:
            return real(*arguments)
        if after:
            real(*arguments)
        raise DiedError

    async def awaited(*arguments: Any) -> Any:
        if next(calls) != call:
            return await real(*arguments)
        if after:
            await real(*arguments)
        raise DiedError

    monkeypatch.setattr(where, name, in_place if name == "keep" else awaited)


STEPS = [
    (Exchanges, "record", 1), (Spool, "keep", 1), (intake, "receive", 1), (online_claims, "settle", 1),
    (intake, "finish", 1), (outcomes, "of_file", 1), (Exchanges, "record", 2),
]  # fmt: skip


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", STEPS, ids=lambda step: f"{step[1]}-{step[2]}")
async def test_an_invoice_is_decided_once_and_answered_wherever_the_server_died(
    lone_day: Day, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: tuple[object, str, int], after: bool
) -> None:
    day = lone_day
    await day.insurer(guarantees=[Guarantee("MED")])
    anne = await day.enrol()
    sent = claim(anne, consultation(), identifier="F-1")
    with monkeypatch.context() as patched:
        async with server(day, tmp_path) as fhir:
            dies(patched, *step, after=after)
            assert (await fhir.post(f"{CLAIM}/$submit", sent)).status_code == 500
    async with server(day, tmp_path) as fhir:
        told = await _decided(fhir, sent)
        await claims.decide(fhir.parts.house, day.database, datetime.now(UTC).date(), workers=1)
        assert (await _decided(fhir, sent))["id"] == told["id"]
    assert await day.due() == 900
    assert await day.value("select count(*) from claims.invoice") == 1
    assert await day.value("select count(*) from claims.file where state <> 3") == 0
    assert await day.value("select count(*) from exchanges.document where kind = 'ClaimResponse'") == 1


async def _decided(fhir: Fhir, sent: dict[str, Any]) -> dict[str, Any]:
    answer = await fhir.post(f"{CLAIM}/$submit", sent)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    assert (body["outcome"], body["item"][0]["itemSequence"]) == ("complete", 1)
    assert "Part complémentaire" in body["processNote"][0]["text"], "the account of each cent is told whenever"
    return body
