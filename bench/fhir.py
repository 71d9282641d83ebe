"""FHIR documents parsed, validated and serialised on one core, beside fhir.resources on the same documents.

    python bench/fhir.py [--quick]

fhir.resources is no dependency: it is installed into a virtual environment that goes with this run. Ours and the peer
stand in two processes that live as long as the run and are fed the same bytes; they take turns on every document, each
measures its own processor time, and a ratio is the median of those of the turns, so that whatever else the machine does
slows both. Documents are HL7's examples of our types in ../shared/data, and what crosses our own counter, beside this
script; both read and write all of them, or the one that is refused is said.
"""

import argparse
import base64
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import geometric_mean, median

from cloison.gateways.fhir import r4

TARGET_RATIO = 20
PEER = "fhir.resources==8.3.0"
EXAMPLES = Path(__file__).resolve().parents[2] / "shared" / "data" / "fhir" / "r4-examples"
OWN = Path(__file__).with_name("fhir_documents")
INSTALL_SECONDS_MAX = 300
TURN_SECONDS = 0.03

OURS = """
from cloison.gateways.fhir import demand, write
def reader(kind):
    return lambda raw: write(demand(raw))
"""
THEIRS = """
import importlib
def reader(kind):
    model = getattr(importlib.import_module(f"fhir.resources.R4B.{kind.lower()}"), kind)
    return lambda raw: model.model_validate_json(raw).model_dump_json()
"""
TURNS = """
import base64, json, sys, time
documents = {}
for line in sys.stdin:
    name, given, seconds = json.loads(line)
    if given:
        raw = base64.b64decode(given)
        do = reader(json.loads(raw)["resourceType"])
        try:
            do(raw)
        except ValueError:
            print("null", flush=True)
            continue
        start = time.process_time()
        for _ in range(3):
            do(raw)
        documents[name] = do, raw, max(1, round(seconds / max((time.process_time() - start) / 3, 1e-6)))
    do, raw, times = documents[name]
    start = time.process_time()
    for _ in range(times):
        do(raw)
    print((time.process_time() - start) / times, flush=True)
"""


@dataclass(frozen=True, slots=True)
class Contestant:
    """A process that reads and writes documents again and again."""

    process: subprocess.Popen[str]

    @classmethod
    def started(cls, python: str, program: str) -> "Contestant":
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        command = [python, "-c", program + TURNS]
        return cls(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment))

    def turn(self, name: str, raw: bytes = b"") -> float | None:
        """Seconds of processor for one document, of which it is told the bytes the first time; None: refused."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps([name, base64.b64encode(raw).decode(), TURN_SECONDS]) + "\n")
        self.process.stdin.flush()
        told = json.loads(self.process.stdout.readline())
        return told if told is None else float(told)

    def end(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()


@dataclass(frozen=True, slots=True)
class Told:
    """What was measured of one document: seconds of ours, and of theirs unless they refuse it, turn by turn."""

    mine: list[float]
    other: list[float]

    @property
    def ratio(self) -> float:
        return median(other / mine for mine, other in zip(self.mine, self.other, strict=True))


def installed(folder: str) -> str | None:
    """The interpreter of an environment with the peer in it; None when it cannot be installed."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True, capture_output=True)
    python = str(Path(folder) / "bin" / "python")
    command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", PEER]
    try:
        done = subprocess.run(command, capture_output=True, timeout=INSTALL_SECONDS_MAX, check=False)
    except subprocess.TimeoutExpired:
        return None
    return None if done.returncode else python


def compared(documents: dict[str, bytes], rounds: int, peer: str | None) -> dict[str, Told]:
    """Both on every document, turn by turn; the first turn of each only warms what it meets."""
    ours = Contestant.started(sys.executable, OURS)
    theirs = Contestant.started(peer, THEIRS) if peer else None
    told = {name: Told([], []) for name in documents}
    try:
        willing: set[str] = set()
        for name, raw in documents.items():
            assert ours.turn(name, raw) is not None, f"{name} is refused by ours"
            if theirs is not None and theirs.turn(name, raw) is not None:
                willing.add(name)
        for _ in range(rounds):
            for name, found in told.items():
                found.mine.append(ours.turn(name) or 0.0)
                if theirs is not None and name in willing:
                    found.other.append(theirs.turn(name) or 0.0)
    finally:
        ours.end()
        if theirs is not None:
            theirs.end()
    return told


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    rounds = 5 if parser.parse_args().quick else 25

    paths = sorted(path for path in EXAMPLES.glob("*.json") if path.name.partition("-")[0] in r4.RESOURCES)
    if not paths:
        print("needs HL7's examples in ../shared/data/fhir: not run")
        return
    documents = {path.stem: path.read_bytes() for path in (*paths, *sorted(OWN.glob("*.json")))}
    with tempfile.TemporaryDirectory(prefix="cloison-bench-") as folder:
        told = compared(documents, rounds, installed(folder))
    for name, found in told.items():
        beside = "; fhir.resources refuses it, or is not there"
        if found.other:
            beside = f"; fhir.resources {1 / median(found.other):7,.0f}/s, ratio {found.ratio:6.1f}"
        print(f"{name:42} {len(documents[name]):6,} bytes {1 / median(found.mine):9,.0f}/s{beside}")
    report(told)


def report(told: dict[str, Told]) -> None:
    """The figure, over all documents that both take."""
    both = [found for found in told.values() if found.other]
    ratios = [found.ratio for found in both]
    ratio = geometric_mean(ratios) if ratios else None
    if ratio is None:
        print(f"{PEER} could not be installed: not compared")
    else:
        below = sum(each < TARGET_RATIO for each in ratios)
        print(
            f"{len(ratios)} documents, ratio from {min(ratios):.1f} to {max(ratios):.1f}, "
            f"{below} below {TARGET_RATIO}; geometric mean {ratio:.1f}"
        )
    line = {
        "figure": "FHIR documents parsed, validated and serialised per second and core",
        "value": round(1 / geometric_mean(median(found.mine) for found in told.values())),
        "unit": "documents/s",
        "against": round(1 / geometric_mean(median(found.other) for found in both)) if both else None,
        "ratio": None if ratio is None else round(ratio, 1),
        "target": TARGET_RATIO,
        "met": ratio is not None and ratio >= TARGET_RATIO,
    }
    print(json.dumps(line))


if __name__ == "__main__":
    main()
