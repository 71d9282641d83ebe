"""docs/quickstart.md is true: each of its commands is run against a sandbox, and answers as the page shows.

Blocks of `sh` are run, in order, in one shell. The block of `json` after one is what it answers: `…` stands for
whatever differs each time, members that are not shown may be there too, and lists may be longer.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.flow.live import Sandbox

PAGE = Path(__file__).resolve().parents[2] / "docs" / "quickstart.md"
SITE = "https://127.0.0.1:8340"
PORT = "8341"
"""Where the page listens for webhooks."""
FOLDER = "cloison-sandbox"
BLOCK = re.compile(r"^```(sh|json)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MARK = "---- block {} ----"
SECONDS_MAX = 90


@dataclass(frozen=True)
class Step:
    """A command of the page, and what the page shows of its answer; "" where it shows nothing."""

    command: str
    shown: str


def steps() -> list[Step]:
    """The commands of the page."""
    found: list[Step] = []
    for kind, text in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        if kind == "sh":
            found.append(Step(text, ""))
        else:
            found[-1] = Step(found[-1].command, text)
    return found


def difference(shown: Any, told: Any, at: str = "") -> str:
    """Where an answer is not as the page shows it; empty when it is."""
    if isinstance(shown, dict):
        if not isinstance(told, dict):
            return f"{at}: an object is shown, {told!r} was told"
        missing = [name for name in shown if name not in told]
        parts = (difference(value, told[name], f"{at}.{name}") for name, value in shown.items() if name in told)
        return f"{at}: {', '.join(missing)} not told" if missing else next(filter(None, parts), "")
    if isinstance(shown, list):
        if not isinstance(told, list) or len(told) < len(shown):
            return f"{at}: {len(shown)} are shown, {told!r} was told"
        parts = (difference(value, told[row], f"{at}[{row}]") for row, value in enumerate(shown))
        return next(filter(None, parts), "")
    if isinstance(shown, str) and "…" in shown:
        pattern = ".*".join(map(re.escape, shown.split("…")))
        fits = isinstance(told, str) and re.fullmatch(pattern, told, re.DOTALL) is not None
        return "" if fits else f"{at}: {shown!r} is shown, {told!r} was told"
    same = shown == told and isinstance(shown, bool) == isinstance(told, bool)
    return "" if same else f"{at}: {shown!r} is shown, {told!r} was told"


def free_port() -> str:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


@pytest.fixture(scope="module")
def afternoon(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the page is followed."""
    return tmp_path_factory.mktemp("afternoon")


@pytest.fixture(scope="module")
def heard(fresh_sandbox: Sandbox, afternoon: Path) -> list[str]:
    """What each command of the page said, run in one shell."""
    if shutil.which("curl") is None or shutil.which("bash") is None:
        pytest.skip("needs curl and bash, to run the commands of the page as they stand")
    (afternoon / FOLDER).symlink_to(fresh_sandbox.keys)
    (afternoon / "examples").symlink_to(PAGE.parents[1] / "examples")
    sandbox, page = fresh_sandbox, steps()
    script = "set -eu\n" + "".join(f"echo '{MARK.format(at)}'\n{each.command}" for at, each in enumerate(page))
    done = subprocess.run(
        ["timeout", str(SECONDS_MAX), "bash", "-c", script.replace(SITE, sandbox.site).replace(PORT, free_port())],
        cwd=afternoon,
        env={
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(afternoon),
            "CLOISON_HOME": str(sandbox.home),
            **({"PYTHONPATH": os.environ["PYTHONPATH"]} if "PYTHONPATH" in os.environ else {}),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return re.split(MARK.format(r"\d+") + "\n", done.stdout)[1:]


def test_the_page_has_commands_and_answers() -> None:
    assert len([each for each in steps() if each.shown]) >= 6


@pytest.mark.parametrize("at", [at for at, each in enumerate(steps()) if each.shown])
def test_it_answers_as_the_page_shows(heard: list[str], at: int) -> None:
    shown, told = json.loads(steps()[at].shown), json.loads(heard[at])
    assert difference(shown, told) == "", json.dumps(told, ensure_ascii=False, indent=1)[:3000]


def test_what_is_sent_and_answered_is_fhir_for_validators_of_others(
    heard: list[str], afternoon: Path, validated: Callable[[bytes], bytes]
) -> None:
    sent = ["eligibility.json", "quote.json", "invoice.json", "pec.json", "later.json", "cancelled.json"]
    answers = [text for text in heard if text.startswith('{"resourceType"')]
    assert len(answers) >= 6
    for document in [*((afternoon / name).read_text() for name in sent), *answers]:
        validated(document.strip().encode())


def test_a_page_that_is_wrong_is_seen_to_be() -> None:
    told = {"result": "covered", "days": [1, 2], "number": "E123", "engage": True}
    assert difference({"result": "covered", "number": "E…", "days": [1]}, told) == ""
    wrong: list[Any] = [{"result": "other"}, {"amount": 1}, {"number": "F…"}, {"days": [2]}, {"days": [1, 2, 3]},
                        {"engage": 1}, {"result": {}}]  # fmt: skip
    for each in wrong:
        assert difference(each, told) != ""
