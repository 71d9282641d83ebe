"""A sandbox that runs: `cloison serve --sandbox` as a process of its own, over TLS on this machine."""

import json
import os
import re
import selectors
import signal
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

START_SECONDS_MAX = 60
STOP_SECONDS_MAX = 30


@dataclass(frozen=True)
class Sandbox:
    """Where it listens, the folder with the keys of its clients, and its home."""

    site: str
    keys: Path
    home: Path
    ready_seconds: float
    said: str

    @property
    def cases(self) -> dict[str, dict[str, str]]:
        """How each person behaves, by name."""
        found: list[dict[str, str]] = json.loads((self.keys / "cases.json").read_text())
        return {each["name"]: each for each in found}

    def tls(self, name: str) -> ssl.SSLContext:
        """What a client with a certificate connects with; "" is somebody without one."""
        context = ssl.create_default_context(cafile=str(self.keys / "ca.pem"))
        if name:
            context.load_cert_chain(self.keys / f"{name}.crt.pem", self.keys / f"{name}.key.pem")
        return context

    def token(self, name: str) -> str:
        """A token of a machine client, bound to its certificate."""
        form = {"grant_type": "client_credentials", "client_id": name}
        answer = httpx.post(f"{self.site}/oauth/token", data=form, verify=self.tls(name))
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    def client(self, name: str = "pharmacy") -> httpx.Client:
        """The software of a practice, with its token."""
        headers = {"authorization": f"Bearer {self.token(name)}"} if name else {}
        return httpx.Client(base_url=self.site, verify=self.tls(name), headers=headers, timeout=20)

    def command(self, *words: object) -> str:
        """A command of `cloison` on this home."""
        done = subprocess.run(
            [sys.executable, "-m", "cloison.ops.cli", *map(str, words), "--home", str(self.home)],
            cwd=self.keys, capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def day(self) -> str:
        """Let a day pass."""
        return self.command("sandbox", "day", "--out", self.keys / "days")


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """A sandbox for the whole run: tests that share it invoice care of different days."""
    with running() as found:
        yield found


@pytest.fixture(scope="module")
def fresh_sandbox() -> Iterator[Sandbox]:
    """A sandbox in which nothing has happened yet."""
    with running() as found:
        yield found


@contextmanager
def running() -> Generator[Sandbox]:
    """A sandbox as `cloison serve --sandbox` makes it."""
    with tempfile.TemporaryDirectory(prefix="cloison-sandbox-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        home, keys = Path(folder) / "home", Path(folder) / "keys"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("CLOISON_")}
        started = time.monotonic()
        with (Path(folder) / "log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "cloison.ops.cli", "serve", "--sandbox", "--port", "0", "--home", str(home),
                 "--keys", str(keys)],
                cwd=folder, env=environment, stdout=log, stderr=subprocess.PIPE,
            )  # fmt: skip
        try:
            said = _heard(process, b"quickstart")
            site = re.search(r"https://[0-9.:]+", said)
            assert site is not None, said
            yield Sandbox(site[0], keys, home, time.monotonic() - started, said)
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=STOP_SECONDS_MAX)
        assert not (home / "postgres" / "postmaster.pid").exists(), "its database stops with it"


def _heard(process: "subprocess.Popen[bytes]", until: bytes) -> str:
    """What the process says, until it says this."""
    assert process.stderr is not None
    heard, deadline = b"", time.monotonic() + START_SECONDS_MAX
    with selectors.DefaultSelector() as ready:
        ready.register(process.stderr, selectors.EVENT_READ)
        while until not in heard:
            assert time.monotonic() < deadline, heard.decode()
            if ready.select(1.0):
                piece = os.read(process.stderr.fileno(), 65536)
                assert piece, heard.decode()
                heard += piece
    return heard.decode()


def question(case: dict[str, str], day: str, **changes: Any) -> dict[str, Any]:
    """What the table of cases says to ask."""
    asked: dict[str, Any] = {
        "amc": case["amc"], "adherent": case["adherent"], "birth_date": case["birth"], "care_date": day,
        "domain": case["domain"], "proof": "card",
    }  # fmt: skip
    return asked | changes


def request_for_eligibility(case: dict[str, str], day: str, name: str = "") -> dict[str, Any]:
    """The same question as FHIR says it; `name` is the practice's own number of it."""
    birth, insurer = case["birth"], {"identifier": {"system": "urn:cloison:amc", "value": case["amc"]}}
    asked: dict[str, Any] = {
        "resourceType": "CoverageEligibilityRequest",
        "contained": [
            {"resourceType": "Patient", "id": "patient", "birthDate": f"{birth[:4]}-{birth[4:6]}-{birth[6:]}"},
            {"resourceType": "Coverage", "id": "card", "status": "active", "subscriberId": case["adherent"],
             "beneficiary": {"reference": "#patient"}, "payor": [insurer]},
        ],
        "extension": [{"url": "urn:cloison:proof", "valueCode": "card"}],
        "status": "active",
        "purpose": ["benefits"],
        "patient": {"reference": "#patient"},
        "servicedDate": day,
        "created": day,
        "insurer": insurer,
        "insurance": [{"focal": True, "coverage": {"reference": "#card"}}],
        "item": [{"category": {"coding": [{"system": "urn:cloison:domaine", "code": case["domain"]}]}}],
    }  # fmt: skip
    if name:
        asked["identifier"] = [{"system": "urn:example:requests", "value": name}]
    return asked


def claim(case: dict[str, str], day: str, use: str, name: str, practice: str = "750000011") -> dict[str, Any]:
    """A box of a medicine at 65 % for a person of the table: a quote, or an invoice. The same care is paid once."""
    asked = request_for_eligibility(case, day, name)
    asked["contained"][0]["identifier"] = [{"system": "urn:oid:1.2.250.1.213.1.4.8", "value": case["nir"]}]
    words = {"exoneration": "none", "protection": "none", "regime": "01"}
    amounts = {"base": "10.00", "amo": "6.50", "asked": "3.50"}
    return {
        "resourceType": "Claim",
        "identifier": [{"system": "urn:example:claims", "value": name}],
        "contained": asked["contained"],
        "extension": [
            *asked["extension"],
            *({"url": f"urn:cloison:{each}", "valueCode": value} for each, value in words.items()),
            *({"url": f"urn:cloison:{each}", "valueBoolean": False} for each in ("alsace_moselle", "minor")),
        ],
        "status": "active",
        "type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/claim-type", "code": "pharmacy"}]},
        "use": use,
        "patient": {"reference": "#patient"},
        "created": day,
        "insurer": asked["insurer"],
        "provider": {"identifier": {"system": "urn:cloison:practice", "value": practice}},
        "priority": {"coding": [{"code": "normal"}]},
        "insurance": [{"sequence": 1, "focal": True, "coverage": {"reference": "#card"}}],
        "item": [
            {
                "sequence": 1,
                "extension": [
                    {"url": f"urn:cloison:{each}", "valueMoney": {"value": float(value), "currency": "EUR"}}
                    for each, value in amounts.items()
                ],
                "productOrService": {"coding": [{"system": "urn:cloison:acte", "code": "PH7"}]},
                "servicedDate": day,
                "net": {"value": 10.0, "currency": "EUR"},
            }
        ],
    }
