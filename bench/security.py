"""sqlmap at level 5, risk 3, on every parameter of every route of a live server on this machine.

    python bench/security.py [--quick] [--seconds S] [--only WORD]

The server is the application as `cloison serve` builds it, over a small synthetic nation; callers are known by a word,
so that every question gets past the door and reaches what lies behind. Each parameter is tested on its own, for so many
seconds at most; one that is not through by then is told as unfinished, not as sound. `--quick` takes the parameters
that reach a statement by the shortest way, for half a minute each.
"""

import argparse
import asyncio
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import UUID

sys.path.append(sys.path.pop(0))  # http.py beside this script would stand before the standard library's

import httpx
from asyncpg import PostgresError
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

import eligibility as base
from cloison.errors import Reason
from cloison.identity import Actor, ActorKind, Channel, Means
from cloison.identity.authenticate import Gate, Presented
from cloison.identity.permissions import Permission
from cloison.identity.realm import Realm
from cloison.identity.reasons import NOTHING_PRESENTED
from cloison.ops import house as houses
from cloison.ops import server
from cloison.ops.app import Parts, build
from cloison.ops.config import Settings
from cloison.storage.database import Address, administer

HOST = "127.0.0.1"
PERSONS = 500
HOLE = "/hole"
LEVEL, RISK = 5, 3
EVERYTHING = frozenset(map(str, Permission))
CALLERS = {
    "practice": Actor(1, ActorKind.MACHINE, Channel.API, Means.CERTIFICATE, 1, 1, scopes=EVERYTHING),
    "other": Actor(2, ActorKind.MACHINE, Channel.API, Means.CERTIFICATE, 2, 2, scopes=EVERYTHING),
    "person": Actor(3, ActorKind.PROFESSIONAL, Channel.PORTAL, Means.PASSKEY, 1, 1, scopes=EVERYTHING, stepped_up=True),
    "insurer": Actor(4, ActorKind.INSURER, Channel.INSURER, Means.PASSKEY, 3, 0, 1, EVERYTHING, stepped_up=True),
}


# ------------------------------------------------------------------------------------------------------ the server


class Words(Gate):
    """Knows callers by a word."""

    async def authenticate(self, request: Presented, now: datetime) -> Actor | Reason:
        return CALLERS.get(request.authorization.removeprefix("Bearer "), NOTHING_PRESENTED)


async def injectable(address: Address, asked: Request) -> Response:
    """What nobody should write: sqlmap must find it, else its silence elsewhere says nothing."""
    connection = await administer(address)
    try:
        rows = await connection.fetch(f"select name from rights.insurer where amc = '{asked.query_params['q']}'")
    except PostgresError:
        rows = []
    finally:
        await connection.close()
    return PlainTextResponse(str([row["name"] for row in rows]))


def serve(home: Path, port: int) -> None:
    """A process of its own: the application, and its log on the standard output."""
    house, site = houses.opened(Settings(home=home)), f"http://{HOST}:{port}"

    async def work() -> None:
        async with house.database() as database:
            doorman = await Words.opened(Realm(site, site), database, house.keys, datetime.now(UTC))
            out = (home / "access.log").open("ab")
            async with Parts.opened(house, database, doorman, site, out) as parts:
                app = build(parts)
                app.router.routes.append(Route(HOLE, partial(injectable, house.address)))
                bound = server.listening(HOST, port)
                await server.run(app, bound, None, lambda: print("ready", flush=True))

    with asyncio.Runner(loop_factory=server.new_loop) as runner:
        runner.run(work())


@contextmanager
def running(folder: Path, port: int) -> Generator[str]:
    """The server over a small nation, while it runs."""
    world = base.build(PERSONS, folder / "world", seed=11, day=base.DAY, processes=1)
    home = folder / "home"
    asyncio.run(base.load(houses.opened(Settings(home=home)), world))
    command = [sys.executable, __file__, "--serve", "--home", str(home), "--port", str(port)]
    serving = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert serving.stdout is not None
        assert serving.stdout.readline() == "ready\n"
        yield f"http://{HOST}:{port}"
    finally:
        serving.send_signal(signal.SIGTERM)
        serving.wait(30)


# -------------------------------------------------------------------------------------------------- the parameters


@dataclass(frozen=True, slots=True)
class Target:
    """One parameter of one route: a whole request with `*` where sqlmap writes."""

    name: str
    request: str
    quick: bool = False


def request(method: str, path: str, caller: str, body: str = "", kind: str = "application/json", more: str = "") -> str:
    """A request as sqlmap reads it from a file."""
    content = f"content-type: {kind}\n" if body else ""
    return f"{method} {path} HTTP/1.1\nhost: {HOST}:PORT\nauthorization: Bearer {caller}\n{content}{more}\n{body}"


QUESTION = {
    "amc": "75004407", "adherent": "ADH000000001", "birth_date": "19800101", "birth_rank": "1",
    "care_date": "2026-11-20", "domain": "MED", "proof": "card", "nir": "180017512345612", "practice": "751000001",
    "engage": "true", "amount_cents": "100",
}  # fmt: skip
DOCUMENT = {
    "resourceType": "CoverageEligibilityRequest", "status": "active", "purpose": ["benefits"],
    "contained": [
        {"resourceType": "Patient", "id": "patient", "birthDate": "BIRTH"},
        {"resourceType": "Coverage", "id": "coverage", "status": "active", "subscriberId": "SUBSCRIBER",
         "beneficiary": {"reference": "#patient"}, "payor": [{"identifier": {"value": "PAYOR"}}]},
    ],
    "identifier": [{"system": "SYSTEM", "value": "VALUE"}], "patient": {"reference": "#patient"},
    "created": "CREATED", "insurer": {"identifier": {"system": "urn:cloison:amc", "value": "INSURER"}},
    "insurance": [{"coverage": {"reference": "#coverage"}}],
}  # fmt: skip
PLACES = {
    "BIRTH": "1980-01-01", "SUBSCRIBER": "ADH000000001", "PAYOR": "75004407", "SYSTEM": "urn:a", "VALUE": "b",
    "CREATED": "2026-11-20", "INSURER": "75004407",
}  # fmt: skip
TYPES = ("CoverageEligibilityRequest", "CoverageEligibilityResponse", "PaymentReconciliation", "PaymentNotice",
         "Claim", "ClaimResponse", "Organization", "PractitionerRole", "Coverage", "Task", "AuditEvent")  # fmt: skip
SEARCHED = ("_id", "_lastUpdated", "_count", "_page", "_include", "_elements", "_total", "identifier", "status",
            "created", "patient", "request", "outcome", "payment-issuer", "name", "entity")  # fmt: skip
UUID_OF_NOTHING = UUID(int=7)


def targets() -> Iterator[Target]:
    """Every parameter of every route."""
    yield from of_eligibility()
    yield from of_files()
    yield from of_fhir()
    for name, value in {"grant_type": "client_credentials", "client_id": "pharmacy", "scope": "a:b:c",
                        "client_assertion_type": "x", "client_assertion": "a.b.c"}.items():  # fmt: skip
        form = f"{name}={value}*" + ("" if name == "grant_type" else "&grant_type=client_credentials")
        asked = request("POST", "/oauth/token", "practice", form, "application/x-www-form-urlencoded")
        yield Target(f"POST /oauth/token {name}", asked, name == "client_id")
    for header in ("dpop", "cookie", "accept-language", "x-request-id", "user-agent", "client-cert"):
        yield Target(f"any header {header}", request("GET", "/v1/files", "practice", more=f"{header}: a*\n"))
    yield Target("any header authorization", request("GET", "/v1/files", "practice*"))
    yield Target("GET /errors/{code}", request("GET", "/errors/http.not_found*", "practice"))
    yield Target("GET /errors lang", request("GET", "/errors?lang=fr*", "practice"))
    yield Target("GET /{any}", request("GET", "/x*", "practice"))


def of_eligibility() -> Iterator[Target]:
    for name, value in QUESTION.items():
        body = json.dumps(QUESTION | {name: f"{value}*"})
        asked = request("POST", "/v1/eligibility", "practice", body)
        yield Target(f"POST /v1/eligibility {name}", asked, name in ("amc", "adherent", "nir", "practice"))


def of_files() -> Iterator[Target]:
    more = 'content-disposition: attachment; filename="a.b2{}"\nupload-complete: ?1{}\ncontent-digest: x{}\n'
    for number, name in enumerate(("filename", "upload-complete", "content-digest")):
        marked = more.format(*("*" if place == number else "" for place in range(3)))
        asked = request("POST", "/v1/files/b2", "practice", "x", "application/octet-stream", marked)
        yield Target(f"POST /v1/files/b2 {name}", asked, name == "filename")
    yield Target(
        "POST /v1/files/{kind}", request("POST", "/v1/files/b2*", "practice", "x", more=more.replace("{}", ""))
    )
    for method in ("GET", "PATCH", "DELETE"):
        asked = request(method, f"/v1/files/{UUID_OF_NOTHING}*", "practice", more="upload-offset: 0\n")
        yield Target(f"{method} /v1/files/{{id}}", asked, method == "GET")
    yield Target("PATCH /v1/files upload-offset", request(
        "PATCH", f"/v1/files/{UUID_OF_NOTHING}", "practice", more="upload-offset: 0*\n"))  # fmt: skip
    yield Target("GET /v1/files before", request("GET", f"/v1/files?before={UUID_OF_NOTHING}*", "practice"), True)
    yield Target("POST /v1/webhooks url", request("POST", "/v1/webhooks", "person", '{"url":"https://a.example/*"}'))
    yield Target("DELETE /v1/webhooks/{id}", request("DELETE", f"/v1/webhooks/{UUID_OF_NOTHING}*", "person"))
    for path in ("/v1/payments", "/v1/returns", "/v1/statement.csv"):
        for name in ("before", "from", "to", "insurer", "state"):
            yield Target(f"GET {path} {name}", request("GET", f"{path}?{name}=1*", "practice"))
    yield Target("GET /v1/returns/{run}.noe", request("GET", "/v1/returns/1*.noe", "practice"))
    yield Target("GET /v1/payments/{payment}", request("GET", "/v1/payments/1*/advice.pdf", "practice"))


def of_fhir() -> Iterator[Target]:
    for kind in TYPES:
        path = f"/fhir/{kind}"
        yield Target(f"GET {path}/{{id}}", request("GET", f"{path}/{UUID_OF_NOTHING}*", "practice"), kind == TYPES[0])
        versioned = request("GET", f"{path}/{UUID_OF_NOTHING}/_history/1*", "practice")
        yield Target(f"GET {path}/{{id}}/_history/{{version}}", versioned)
        for name in SEARCHED:
            quick = kind in TYPES[:3] and name in ("identifier", "status", "_id")
            yield Target(f"GET {path} {name}", request("GET", f"{path}?{name}=1*", "practice"), quick)
    form = "application/x-www-form-urlencoded"
    for name in SEARCHED:
        asked = request("POST", f"/fhir/{TYPES[0]}/_search", "practice", f"{name}=1*", form)
        yield Target(f"POST /fhir/{TYPES[0]}/_search {name}", asked)
    whole = json.dumps(DOCUMENT)
    for place in PLACES:
        body = whole
        for other, value in PLACES.items():
            body = body.replace(f'"{other}"', f'"{value}{"*" if other == place else ""}"')
        for path in (f"/fhir/{TYPES[0]}", f"/fhir/{TYPES[0]}/$submit"):
            asked = request("POST", path, "practice", body, "application/fhir+json")
            yield Target(f"POST {path} {place.lower()}", asked, place in ("VALUE", "INSURER", "SUBSCRIBER"))
    for header in ("if-none-exist", "if-none-match", "if-match", "prefer", "if-modified-since"):
        asked = request(
            "POST", f"/fhir/{TYPES[0]}", "practice", whole, "application/fhir+json", f"{header}: status=1*\n"
        )
        yield Target(f"POST /fhir/{TYPES[0]} header {header}", asked, header == "if-none-exist")


# ---------------------------------------------------------------------------------------------------------- sqlmap


@dataclass(frozen=True, slots=True)
class Verdict:
    """What sqlmap said of a parameter, and how many requests it sent."""

    name: str
    word: str
    requests: int
    seconds: float


DONE = re.compile(r"all tested parameters do not appear to be injectable|does not seem to be injectable")
FOUND = re.compile(r"identified the following injection point|is vulnerable|Type: .*\n\s+Title: ")


def tried(target: Target, port: int, folder: Path, seconds: float, log: Path) -> Verdict:
    """One parameter, for so long at most."""
    file = folder / "request"
    file.write_text(target.request.replace("PORT", str(port)))
    command = [
        "sqlmap", "-r", str(file), "--batch", "--level", str(LEVEL), "--risk", str(RISK), "--dbms", "PostgreSQL",
        "--threads", "4", "--time-sec", "2", "--retries", "0", "--timeout", "10", "--skip-waf", "--flush-session",
        "--ignore-code", "401,403,404", "--output-dir", str(folder / "sqlmap"), "--disable-coloring", "--ignore-stdin",
    ]  # fmt: skip
    before, began = lines(log), time.monotonic()
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as asking:
        try:
            said, _ = asking.communicate(timeout=seconds)
            over = False
        except subprocess.TimeoutExpired:
            asking.kill()
            said, _ = asking.communicate()
            over = True
    sent = lines(log) - before
    if FOUND.search(said):
        word = "FOUND"
    elif DONE.search(said) and not over:
        word = "nothing found"
    else:
        word = "unfinished, nothing found" if over else "not tested"
    return Verdict(target.name, word, sent, time.monotonic() - began)


def lines(path: Path) -> int:
    """How many requests the server has logged. It writes a few times a second."""
    time.sleep(0.3)
    return path.read_bytes().count(b"\n") if path.exists() else 0


def statuses(path: Path) -> dict[int, int]:
    """How often each status was answered."""
    counted: dict[int, int] = {}
    for line in path.read_text().splitlines():
        status = int(json.loads(line)["status"])
        counted[status] = counted.get(status, 0) + 1
    return dict(sorted(counted.items()))


def main() -> None:
    """Serve, try each parameter, tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the parameters that reach a statement the shortest way")
    parser.add_argument("--seconds", type=float, default=120, help="for each parameter, at most")
    parser.add_argument("--only", default="", help="a word that names of parameters hold")
    parser.add_argument("--port", type=int, default=18343)
    for hidden in ("--serve", "--home"):
        parser.add_argument(hidden, nargs="?", const="1", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        serve(Path(arguments.home), arguments.port)
        return
    if shutil.which("sqlmap") is None:
        print(json.dumps({"figure": "security", "skipped": "sqlmap is not on this machine"}))
        return
    chosen = [each for each in targets() if arguments.only in each.name and (each.quick or not arguments.quick)]
    seconds = min(arguments.seconds, 30) if arguments.quick else arguments.seconds
    folder = Path(tempfile.mkdtemp(prefix="cloison-bench-"))
    os.chmod(folder, 0o755)
    try:
        with running(folder, arguments.port) as site:
            assert httpx.get(f"{site}/healthz", trust_env=False).status_code == 200
            log = folder / "home" / "access.log"
            hole = Target("control", request("GET", f"{HOLE}?q=1*", "practice"))
            assert tried(hole, arguments.port, folder, 300, log).word == "FOUND", "sqlmap finds what is there"
            verdicts: list[Verdict] = []
            for target in chosen:
                verdicts.append(tried(target, arguments.port, folder, seconds, log))
                last = verdicts[-1]
                print(f"{last.name:60} {last.requests:>7,} requests {last.seconds:>6.1f} s  {last.word}", flush=True)
            answered = statuses(log)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    words = [each.word for each in verdicts]
    print(json.dumps({
        "figure": "security", "tool": f"sqlmap level {LEVEL} risk {RISK}", "parameters": len(verdicts),
        "finished": words.count("nothing found"), "found": words.count("FOUND"),
        "not_tested": words.count("not tested"),
        "requests": sum(each.requests for each in verdicts), "answers_of_500": answered.get(500, 0),
        "statuses": answered, "met": not {"FOUND", "not tested"} & set(words) and answered.get(500, 0) == 0,
    }))  # fmt: skip


if __name__ == "__main__":
    main()
