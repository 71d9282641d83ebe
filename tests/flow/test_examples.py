"""The examples do what they say, against a sandbox: the journey by certificate and by DPoP, and webhooks verified."""

import base64
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.flow.live import Sandbox
from tests.node import peers

from cloison.deliveries import Due
from cloison.gateways.http.webhooks import PREFIX, message

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
NOW = datetime.now(UTC).replace(microsecond=0)
DAYS = {"python": str(NOW.date() - timedelta(days=6)), "javascript": str(NOW.date() - timedelta(days=7))}
"""Each invoices care of a day of its own: the same care is paid once."""
SECONDS_MAX = 60
VERIFY = {
    "python": "import json, sys\nfrom cloison_client import genuine\n"
    "asked = json.load(sys.stdin)\n"
    "print(json.dumps([genuine(h, b.encode(), asked['key'], asked['now']) for h, b in asked['messages']]))\n",
    "javascript": "import { readFileSync } from 'node:fs';\n"
    f"const {{ genuine }} = await import('{EXAMPLES}/javascript/cloison.mjs');\n"
    "const asked = JSON.parse(readFileSync(0, 'utf8'));\n"
    "console.log(JSON.stringify(asked.messages.map(([h, b]) => genuine(h, b, asked.key, asked.now))));\n",
}


def run(language: str, *words: str, said: str = "") -> list[Any]:
    """What a program said, line by line."""
    interpreter = [sys.executable] if language == "python" else ["node"]
    environment = peers.environment() if language == "javascript" else dict(os.environ)
    done = subprocess.run(
        [*interpreter, *words], cwd=EXAMPLES / language, env=environment, input=said, capture_output=True, text=True,
        check=False, timeout=SECONDS_MAX,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize(("language", "name"), [("python", "journey.py"), ("javascript", "journey.mjs")])
def test_the_journey_is_the_same_by_certificate_and_by_dpop(sandbox: Sandbox, language: str, name: str) -> None:
    told = run(language, name, sandbox.site, str(sandbox.keys), DAYS[language])
    assert [each.pop("way") for each in told] == ["ByCertificate", "ByDpop"]
    payments = [each.pop("payments") for each in told]
    expected = {"covered": "covered", "quoted": 3.5, "outcome": "complete", "decided": 3.5}
    assert told == [expected | {"refused": "http.value_wrong"}] * 2
    assert payments[0] == payments[1]


@pytest.mark.parametrize("language", ["python", "javascript"])
def test_a_webhook_is_genuine_when_it_is_ours_whole_and_of_now(language: str) -> None:
    key = Ed25519PrivateKey.generate()
    notice = Due(uuid4(), "https://tests.invalid/told", "file.taken", f"/v1/files/{uuid4()}", NOW, 0)
    headers, body = message(notice, "https://tests.invalid", NOW, key.sign)
    text = body.decode()
    stale = str(int(NOW.timestamp()) - 301)
    messages = [
        (headers, text),
        (headers, text.replace("taken", "token")),
        (headers | {"webhook-id": "msg_other"}, text),
        (headers | {"webhook-timestamp": stale}, text),
        (headers | {"webhook-signature": f"v1a,{base64.b64encode(bytes(64)).decode()}"}, text),
        (headers | {"webhook-signature": f"v2a,x v1a,x {headers['webhook-signature']}"}, text),
        ({}, text),
    ]
    public = PREFIX + base64.b64encode(key.public_key().public_bytes_raw()).decode()
    asked = json.dumps({"key": public, "now": int(NOW.timestamp()), "messages": messages})
    words = ("-c", VERIFY[language]) if language == "python" else ("--input-type=module", "-e", VERIFY[language])
    (told,) = run(language, *words, said=asked)
    assert told == [True, False, False, False, False, True, False]
