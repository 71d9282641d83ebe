"""The sandbox of integrators behaves as its table says, is ready in seconds, and stays on this machine."""

import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from tests.flow.day import Day
from tests.flow.http_gate import gates, machine
from tests.flow.live import Sandbox, question, request_for_eligibility
from typer.testing import CliRunner

from cloison.identity.store import machines
from cloison.ops import sandbox as sandboxes
from cloison.ops.cli import app
from cloison.ops.config import Settings
from cloison.ops.house import opened
from cloison.storage.database import Database
from cloison.storage.keys import KeyProvider
from cloison.world.sandbox_cases import CASES, QUESTIONS

TODAY = datetime.now(UTC).date().isoformat()
READY_SECONDS_MAX = 30
"""On a machine shared with other tests; docs/sandbox.md says what was measured."""


def test_it_is_ready_in_seconds_and_says_where_to_begin(sandbox: Sandbox) -> None:
    assert sandbox.ready_seconds < READY_SECONDS_MAX
    for path in ("/oauth/token", "/fhir/metadata", "/openapi.json", "/errors", "/sandbox"):
        assert f"{sandbox.site}{path}" in sandbox.said
    assert "docs/quickstart.md" in sandbox.said


@pytest.mark.parametrize("name", [each.name for each in QUESTIONS])
def test_each_person_behaves_as_the_table_says(sandbox: Sandbox, name: str) -> None:
    case = sandbox.cases[name]
    with sandbox.client() as client:
        started = time.monotonic()
        answer = client.post("/v1/eligibility", json=question(case, TODAY, engage=True, wanted_cents=2_000))
        waited = time.monotonic() - started
    body = answer.json()
    if case["answer"] == "503":
        assert (answer.status_code, body["code"]) == (503, case["code"])
        assert answer.headers["retry-after"] == "1"
        assert waited < 8, "no answer is told in bounded time"
        return
    assert answer.status_code == 200, answer.text
    assert body["result"] == case["answer"]
    assert body.get("reason", {}).get("code", "") == case.get("code", "")
    assert (waited >= 2) == (name == "slow")
    if name == "ceiling_reached":
        assert "held_cents" not in body, "nothing is left to hold"


@pytest.mark.parametrize("name", ["pharmacy", "optician", "lab", "hospital", "taxi"])
def test_each_trade_has_a_client_that_opens(sandbox: Sandbox, name: str) -> None:
    with sandbox.client(name) as client:
        answer = client.post("/v1/eligibility", json=question(sandbox.cases["open"], TODAY))
    assert answer.json()["result"] == "covered"


def test_the_contained_client_meets_its_closed_channel_and_nobody_else_does(sandbox: Sandbox) -> None:
    asked = question(sandbox.cases["open"], TODAY)
    with sandbox.client("contained") as contained, sandbox.client("pharmacy") as other:
        refused, answered = contained.post("/v1/eligibility", json=asked), other.post("/v1/eligibility", json=asked)
    assert (refused.status_code, refused.json()["code"]) == (503, "disclosure.channel_frozen")
    assert int(refused.headers["retry-after"]) > 0
    assert answered.status_code == 200


def test_the_page_tells_every_case_in_both_languages_without_a_script(sandbox: Sandbox) -> None:
    with sandbox.client("") as anybody:
        told = anybody.get("/sandbox", headers={"accept": "application/json"}).json()["cases"]
        pages = {
            tongue: anybody.get("/sandbox", headers={"accept": "text/html", "accept-language": tongue})
            for tongue in ("fr", "en")
        }
    assert [each["name"] for each in told] == [each.name for each in CASES]
    for tongue, page in pages.items():
        assert page.headers["content-language"] == tongue
        assert f'<html lang="{tongue}">' in page.text
        assert "<script" not in page.text
        assert all(getattr(each, tongue).replace("'", "&#x27;") in page.text for each in CASES)
        assert page.text.count('scope="row"') == len(CASES)
        assert page.text.count("<h1>") == 1


async def test_only_a_sandbox_has_the_page(lone_day: Day, day_keys: KeyProvider, tmp_path: Path) -> None:
    async with gates(lone_day, day_keys, tmp_path) as opened:
        known = opened.admit("software", machine(1))
        assert (await opened.client.get("/sandbox", headers=known)).status_code == 404


def test_a_stolen_token_opens_nothing_with_another_certificate(sandbox: Sandbox) -> None:
    stolen = {"authorization": f"Bearer {sandbox.token('pharmacy')}"}
    with httpx.Client(base_url=sandbox.site, verify=sandbox.tls("taxi")) as thief:
        answer = thief.post("/v1/eligibility", json=question(sandbox.cases["open"], TODAY), headers=stolen)
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "setting",
    [{"CLOISON_ENV": "production"}, {"CLOISON_LISTEN": "0.0.0.0"}],
)
def test_its_keys_refuse_a_public_address(tmp_path: Path, setting: dict[str, str]) -> None:
    clean = {name: None for name in os.environ if name.startswith("CLOISON_")}
    for words in (["serve", "--sandbox", "--port", "0"], ["sandbox", "day"]):
        done = CliRunner().invoke(app, [*words, "--home", str(tmp_path)], env=clean | setting)
        assert done.exit_code == 2
        assert "ops.demo_on_public_address" in done.output


def test_a_home_in_use_does_not_become_a_sandbox(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = sandbox.home / "sandbox"
    hidden = folder.with_name("hidden")
    folder.rename(hidden)
    try:
        words = ["serve", "--sandbox", "--port", "0", "--keys", str(tmp_path_factory.mktemp("keys"))]
        assert "ops.sandbox_home_in_use" in refused(sandbox, *words)
        assert "ops.sandbox_missing" in refused(sandbox, "sandbox", "day")
    finally:
        hidden.rename(folder)


async def test_one_that_was_stopped_while_it_was_made_is_made_to_its_end(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(home=tmp_path)
    house, now = opened(settings, database.address), datetime.now(UTC)
    for stops_at in ("_clients", "_hand_out"):
        with monkeypatch.context() as stopped:
            stopped.setattr(f"cloison.ops.sandbox.{stops_at}", _stop)
            with pytest.raises(KeyboardInterrupt):
                await sandboxes.make(house, database, tmp_path / "keys", now)
    (tmp_path / "sandbox" / "made").unlink()
    await sandboxes.make(house, database, tmp_path / "keys", now + timedelta(days=1))
    assert len(list((tmp_path / "keys").glob("*.key.pem"))) == 6
    assert len(await machines.listed(database)) == 6


def _stop(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(("name", "client", "code"), [("no_answer", "pharmacy", "http.timed_out"),
                                                      ("open", "contained", "disclosure.channel_frozen")])  # fmt: skip
def test_fhir_says_it_too(sandbox: Sandbox, name: str, client: str, code: str) -> None:
    with sandbox.client(client) as software:
        asked = request_for_eligibility(sandbox.cases[name], TODAY)
        answer = software.post("/fhir/CoverageEligibilityRequest/$submit", json=asked)
    assert (answer.status_code, answer.json()["resourceType"]) == (503, "OperationOutcome")
    assert int(answer.headers["retry-after"]) > 0
    assert answer.json()["issue"][0]["details"]["coding"][0]["code"] == code


def test_who_is_told_is_said_by_a_command_and_only_where_it_may_be(sandbox: Sandbox) -> None:
    said = sandbox.command("sandbox", "webhook", "pharmacy", "http://127.0.0.1:9/told")
    assert "http://127.0.0.1:9/told" in said
    for words, code in (
        (["nobody", "http://127.0.0.1:9/told"], "identity.client_unknown"),
        (["pharmacy", "http://198.51.100.7/told"], "http.webhook_address"),
    ):
        assert code in refused(sandbox, "sandbox", "webhook", *words)


def refused(sandbox: Sandbox, *words: str) -> str:
    """What a command says that refuses, in a process of its own: the database waits for all who opened it."""
    command = [sys.executable, "-m", "cloison.ops.cli", *words, "--home", str(sandbox.home)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2, done.stdout + done.stderr
    return done.stdout + done.stderr
