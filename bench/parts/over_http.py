"""Eligibility over HTTP with its durable disclosure record, beside `pgbench -M prepared` select on the same server.

    python bench/http.py [--quick] [--persons N] [--seconds S]

64 callers, each on a connection of its own, ask one question after the other; they live in a process of their own, so
that they are not what is measured. They are a machine client of one practice, behind a relay on this machine that ends
TLS: each request carries the certificate and the token bound to it, and is authenticated, permitted, logged, and on
record, durably, before anything is read. The yardstick runs in turn with ours. Then 1,000 questions a second, sent when
they are due whatever is answered: the 99th percentile counts from that moment.
"""

import argparse
import asyncio
import base64
import cProfile
import csv
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import httpx
import uvloop
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

import eligibility as base
from cloison.identity import Channel, clients
from cloison.identity.authenticate import Gate
from cloison.identity.clients import Terms
from cloison.identity.permissions import Permission
from cloison.identity.realm import Realm
from cloison.identity.store.machines import KeyRow
from cloison.ops import house as houses
from cloison.ops import server
from cloison.ops.app import Parts, build
from cloison.ops.batcher import POLICIES
from cloison.ops.config import Settings
from cloison.ops.house import House
from cloison.storage.database import Database, administer
from cloison.storage.roles import Role

CALLERS = 64
TARGET, AIM = 0.35, 0.5
RATE, P99_MS = 1000, 10.0
HOST = "127.0.0.1"
SCRIPT = Path(__file__).parents[1] / "http.py"
SITE = f"http://{HOST}"
CLIENT = "bench"
MONTH = timedelta(days=30)


# ------------------------------------------------------------------------------------------------------ the callers


class Caller(asyncio.Protocol):
    """One keep-alive connection. `send` starts a request; `done` gets the time of each answer."""

    def __init__(self, requests: list[bytes], started: dict[int, float], done: Any) -> None:
        self.requests, self.started, self.done = requests, started, done
        self.transport: asyncio.Transport | None = None
        self.buffer = b""
        self.since = 0.0

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def send(self, due: float) -> None:
        assert self.transport is not None
        self.since = due
        self.transport.write(random.choice(self.requests))

    def data_received(self, data: bytes) -> None:
        self.buffer = self.buffer + data if self.buffer else data
        head = self.buffer.find(b"\r\n\r\n")
        if head < 0:
            return
        at = self.buffer.index(b"content-length: ") + 16
        size = int(self.buffer[at : self.buffer.index(b"\r", at)])
        if len(self.buffer) < head + 4 + size:
            return
        sound = self.buffer.startswith(b"HTTP/1.1 200") and self.buffer.find(b'"result"', head) > 0
        answer, self.buffer = self.buffer, b""
        self.done(self, time.perf_counter() - self.since, sound, answer)


async def connected(port: int, requests: list[bytes], count: int, done: Any) -> list[Caller]:
    loop = asyncio.get_running_loop()
    made = [await loop.create_connection(lambda: Caller(requests, {}, done), HOST, port) for _ in range(count)]
    return [protocol for _, protocol in made]


async def closed_loop(port: int, requests: list[bytes], seconds: float, callers: int) -> dict[str, Any]:
    """Each caller asks again as soon as it is answered."""
    loop = asyncio.get_running_loop()
    times: list[float] = []
    wrong: list[bytes] = []
    stop = time.perf_counter() + seconds
    over = loop.create_future()
    left = callers

    def done(caller: Caller, took: float, sound: bool, answer: bytes) -> None:
        nonlocal left
        times.append(took)
        if not sound:
            wrong.append(answer)
        now = time.perf_counter()
        if now < stop:
            caller.send(now)
            return
        left -= 1
        if not left:
            over.set_result(None)

    connections = await connected(port, requests, callers, done)
    start = time.perf_counter()
    for each in connections:
        each.send(start)
    await over
    elapsed = time.perf_counter() - start
    for each in connections:
        assert each.transport is not None
        each.transport.close()
    return summary(times, wrong, elapsed)


async def open_loop(port: int, requests: list[bytes], seconds: float, rate: int) -> dict[str, Any]:
    """A question each 1/rate second, on whichever connection is free; waiting for one counts."""
    loop = asyncio.get_running_loop()
    times: list[float] = []
    wrong: list[bytes] = []
    free: list[Caller] = []
    late: list[float] = []

    def done(caller: Caller, took: float, sound: bool, answer: bytes) -> None:
        times.append(took)
        if not sound:
            wrong.append(answer)
        if late:
            caller.send(late.pop(0))
        else:
            free.append(caller)

    free.extend(await connected(port, requests, CALLERS, done))
    everybody = list(free)
    start = time.perf_counter()
    for number in range(int(seconds * rate)):
        due = start + number / rate
        pause = due - time.perf_counter()
        if pause > 0:
            await asyncio.sleep(pause)
        if free:
            free.pop().send(due)
        else:
            late.append(due)
    while len(times) < int(seconds * rate):
        await asyncio.sleep(0.01)
    elapsed = time.perf_counter() - start
    for each in everybody:
        assert each.transport is not None
        each.transport.close()
    assert loop.is_running()
    return summary(times, wrong, elapsed)


def summary(times: list[float], wrong: list[bytes], elapsed: float) -> dict[str, Any]:
    times.sort()
    return {
        "rate": len(times) / elapsed,
        "count": len(times),
        "wrong": len(wrong),
        "first_wrong": wrong[0].decode("latin-1")[-600:] if wrong else "",
        "p50": 1000 * times[len(times) // 2],
        "p99": 1000 * times[int(len(times) * 0.99)],
    }


def call(arguments: argparse.Namespace) -> None:

    end, who = b"\r\n\r\n", b"\r\n" + bytes.fromhex(arguments.who) + b"\r\n"
    requests = [bytes.fromhex(line).replace(end, who, 1) for line in arguments.requests.read_text().split()]
    if arguments.rate:
        work = open_loop(arguments.port, requests, arguments.seconds, arguments.rate)
    else:
        work = closed_loop(arguments.port, requests, arguments.seconds, CALLERS)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(runner.run(work)))


# ------------------------------------------------------------------------------------------------------- the server


def serve(arguments: argparse.Namespace) -> None:
    """A process of its own: the application as `cloison serve` builds it."""

    house = houses.opened(Settings(home=arguments.home, terminator="loopback"))
    policy = replace(POLICIES["postgresql"], **json.loads(arguments.policy))

    async def work() -> None:
        async with house.database() as database:
            doorman = await Gate.opened(Realm(SITE, SITE), database, house.keys, datetime.now(UTC))
            await answering(doorman, database)

    async def answering(doorman: Gate, database: Database) -> None:
        bound = server.listening(HOST, arguments.port)
        log = (arguments.home / "access.log").open("wb")
        async with Parts.opened(house, database, doorman, SITE, log, policy) as parts:
            await server.run(build(parts), bound, None, lambda: print("ready", flush=True))
            for batcher in parts.desks.batchers.values():
                if batcher.counts.batches:
                    print(batcher.counts, file=sys.stderr)

    with asyncio.Runner(loop_factory=server.new_loop) as runner:
        if arguments.profile:
            profile = cProfile.Profile()
            profile.enable()
            try:
                runner.run(work())
            finally:
                profile.disable()
                profile.dump_stats(arguments.profile)
        else:
            runner.run(work())


# ------------------------------------------------------------------------------------------------------ the measure


def certificate_of_client() -> bytes:
    """A certificate (DER) of the software, as a relay that ended TLS shows it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, CLIENT)])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number()).not_valid_before(now).not_valid_after(now + MONTH)
    return made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


async def admit(house: House, certificate: bytes) -> None:
    """The client enters the register, for the first practice and for eligibility alone."""
    now = datetime.now(UTC)
    scopes = frozenset({Permission.ELIGIBILITY_ASK.value})
    terms = Terms(Channel.CARD, frozenset({1}), scopes, 1_000_000, now.date(), (now + MONTH).date())
    rows = [KeyRow("certificate", hashlib.sha256(certificate).digest(), None, now - MONTH, now + MONTH)]
    async with house.database() as database, database.transaction(Role.IDENTITY) as work:
        await clients.add(work, CLIENT, terms, rows, now)


def maker(port: int, certificate: bytes) -> bytes:
    """The lines of a head that say who asks: a token just given, and the certificate that it is bound to."""
    shown = f":{base64.b64encode(certificate).decode()}:"
    form = {"grant_type": "client_credentials", "client_id": CLIENT}
    given = httpx.post(f"{SITE}:{port}/oauth/token", data=form, headers={"client-cert": shown}).raise_for_status()
    return f"authorization: Bearer {given.json()['access_token']}\r\nclient-cert: {shown}\r\n".encode()


def requests_of(world: Any, path: Path) -> None:
    """The card questions of the day as requests, ready to be written once they say who asks."""

    with world.questions.open(encoding="utf-8") as file, path.open("w") as out:
        for row in csv.DictReader(file, delimiter=";"):
            if not row["adherent"]:
                continue
            body = json.dumps(
                {
                    "amc": row["amc"],
                    "adherent": row["adherent"],
                    "birth_date": row["date_naissance"],
                    "birth_rank": int(row["rang_naissance"]),
                    "care_date": row["date_soins"],
                    "domain": row["domaine"],
                    "proof": "card",
                }
            ).encode()
            head = (
                f"POST /v1/eligibility HTTP/1.1\r\nhost: {HOST}\r\ncontent-type: application/json\r\n"
                f"content-length: {len(body)}\r\n\r\n"
            )
            out.write((head.encode() + body).hex() + "\n")


def ask(port: int, requests: Path, who: bytes, seconds: float, rate: int = 0) -> dict[str, Any]:
    command = [sys.executable, str(SCRIPT), "--call", "--port", str(port), "--requests", str(requests)]
    more = ["--who", who.hex(), "--seconds", str(seconds), "--rate", str(rate)]
    done = subprocess.run([*command, *more], capture_output=True, text=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout)
    assert not told["wrong"], told["first_wrong"]
    return told


def measure(arguments: argparse.Namespace, folder: Path, persons: int, seconds: float) -> dict[str, Any]:

    world = base.build(persons, folder / "world", seed=7, day=base.DAY, processes=2)
    house = houses.opened(Settings(home=folder / "home"))
    asyncio.run(base.load(house, world))
    asyncio.run(base.yardstick(house.address, persons))
    requests = folder / "requests"
    requests_of(world, requests)
    certificate = certificate_of_client()
    asyncio.run(admit(house, certificate))
    command = [sys.executable, str(SCRIPT), "--serve", "--home", str(folder / "home"), "--port", str(arguments.port)]
    extra = ["--profile", str(arguments.profile)] if arguments.profile else []
    serving = subprocess.Popen([*command, "--policy", arguments.policy, *extra], stdout=subprocess.PIPE, text=True)
    try:
        assert serving.stdout is not None
        assert serving.stdout.readline() == "ready\n"
        ask(arguments.port, requests, maker(arguments.port, certificate), 1.0)
        theirs: list[float] = []
        ours: list[dict[str, Any]] = []
        for _ in range(3):
            theirs.append(base.pgbench(house.address, persons, int(seconds), folder))
            ours.append(ask(arguments.port, requests, maker(arguments.port, certificate), seconds))
        steady = ask(arguments.port, requests, maker(arguments.port, certificate), seconds, RATE)
    finally:
        serving.terminate()
        serving.wait(20)
    answered = sum(each["count"] for each in ours) + steady["count"]
    entries = asyncio.run(recorded(house))
    assert entries >= answered, "each answer has its record"
    print(f"pgbench -M prepared, {base.CLIENTS} clients: {', '.join(f'{each:,.0f}' for each in theirs)} selects/s")
    rates = ", ".join(f"{each['rate']:,.0f}" for each in ours)
    print(f"ours, {CALLERS} callers over HTTP: {rates} answers/s")
    print(f"{answered:,} answers, {entries:,} records on disk before them")
    print(f"at full load: p50 {median(e['p50'] for e in ours):.1f} ms, p99 {median(e['p99'] for e in ours):.1f} ms")
    print(f"at {RATE:,} questions/s: p50 {steady['p50']:.1f} ms, p99 {steady['p99']:.1f} ms")
    ratios = [mine["rate"] / theirs_ for mine, theirs_ in zip(ours, theirs, strict=True)]
    return {
        "value": median(each["rate"] for each in ours),
        "base": median(theirs),
        "ratio": median(ratios),
        "p99": steady["p99"],
    }


async def recorded(house: Any) -> int:

    connection = await administer(house.address)
    entries: int = await connection.fetchval("select count(*) from disclosure.entry")
    await connection.close()
    return entries


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="under a minute")
    parser.add_argument("--persons", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--port", type=int, default=18341)
    parser.add_argument("--policy", default="{}", help="fields of ops.batcher.Policy, as JSON")
    parser.add_argument("--profile", type=Path, help="write a profile of the server here")
    for hidden in ("--serve", "--call"):
        parser.add_argument(hidden, action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--home", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--requests", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--who", default="", help=argparse.SUPPRESS)
    parser.add_argument("--rate", type=int, default=0, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        serve(arguments)
        return
    if arguments.call:
        call(arguments)
        return
    persons, seconds = (30_000, 3.0) if arguments.quick else (arguments.persons, arguments.seconds)
    folder = Path(tempfile.mkdtemp(prefix="cloison-bench-"))
    os.chmod(folder, 0o755)
    try:
        figures = measure(arguments, folder, persons, seconds)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(
        json.dumps(
            {
                "figure": "http",
                "value": round(figures["value"]),
                "unit": f"answers/s over HTTP with a durable record, {CALLERS} callers",
                "against": f"pgbench -M prepared select, {round(figures['base'])}/s",
                "ratio": round(figures["ratio"], 3),
                "target": TARGET,
                "p99_ms_at_1000": round(figures["p99"], 2),
                "met": figures["ratio"] >= TARGET and figures["p99"] <= P99_MS,
            }
        )
    )
