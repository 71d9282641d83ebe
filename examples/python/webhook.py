"""Waits for one webhook, says whether it is genuine, and what it tells.

python examples/python/webhook.py SITE FOLDER PORT
"""

import json
import ssl
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
from cloison_client import genuine

BODY_MAX = 64 * 1024
WAIT_SECONDS = 60


class Heard(HTTPServer):
    """A server that keeps what it was told."""

    told: dict[str, Any] | None = None
    key = ""


class Listener(BaseHTTPRequestHandler):
    """Answers 204 to what is genuine, and 400 to anything else."""

    def do_POST(self) -> None:
        assert isinstance(self.server, Heard)
        body = self.rfile.read(min(int(self.headers.get("content-length", "0")), BODY_MAX))
        headers = {name.lower(): value for name, value in self.headers.items()}
        good = genuine(headers, body, self.server.key)
        self.send_response(204 if good else 400)
        self.end_headers()
        if good:
            message = json.loads(body)
            self.server.told = {"genuine": True, "type": message["type"], "link": message["data"]["link"]}

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name is given
        """Nothing: the answer on the screen is the message."""


def main() -> None:
    """Listen until one message came."""
    site, folder, port = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    context = ssl.create_default_context(cafile=str(folder / "ca.pem"))
    with Heard(("127.0.0.1", port), Listener) as server:
        server.key = httpx.get(f"{site}/v1/webhooks/key", verify=context).json()["key"]
        server.timeout, deadline = 1, time.monotonic() + WAIT_SECONDS
        while server.told is None and time.monotonic() < deadline:
            server.handle_request()
    if server.told is None:
        sys.exit(f"nothing was told in {WAIT_SECONDS} seconds")
    sys.stdout.write(f"{json.dumps(server.told)}\n")


if __name__ == "__main__":
    main()
