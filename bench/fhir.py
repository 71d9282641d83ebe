"""FHIR documents parsed, validated and serialised on one core, beside fhir.resources on the same documents.

    python bench/fhir.py [--quick]

fhir.resources is no dependency: it is installed into a virtual environment that goes with this run, and timed in a
process of its own. Documents are HL7's examples of our types in ../shared/data; both read and write all of them.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import geometric_mean, median

from cloison.gateways.fhir import demand, r4, write

TARGET_RATIO = 20
PEER = "fhir.resources==8.3.0"
EXAMPLES = Path(__file__).resolve().parents[2] / "shared" / "data" / "fhir" / "r4-examples"
INSTALL_SECONDS_MAX = 300

# Runs in the other environment: seconds per document, by name; nothing for one that it refuses.
PEER_PROGRAM = """
import importlib, json, sys, time
from pathlib import Path
rounds, names = int(sys.argv[1]), sys.argv[2:]
told = {}
for name in names:
    raw = Path(name).read_bytes()
    kind = json.loads(raw)["resourceType"]
    model = getattr(importlib.import_module(f"fhir.resources.R4B.{kind.lower()}"), kind)
    try:
        model.model_validate_json(raw).model_dump_json()
    except ValueError:
        continue
    spent = []
    for _ in range(rounds):
        start = time.process_time()
        for _ in range(5):
            model.model_validate_json(raw).model_dump_json()
        spent.append((time.process_time() - start) / 5)
    told[name] = sorted(spent)[len(spent) // 2]
print(json.dumps(told))
"""


def ours(raw: bytes, rounds: int) -> float:
    """Seconds of processor to parse, validate and serialise one document."""
    spent: list[float] = []
    for _ in range(rounds):
        start = time.process_time()
        for _ in range(100):
            write(demand(raw))
        spent.append((time.process_time() - start) / 100)
    return median(spent)


def theirs(paths: list[Path], rounds: int) -> dict[str, float] | None:
    """The same with fhir.resources, in its own environment; None when it cannot be installed."""
    with tempfile.TemporaryDirectory(prefix="cloison-bench-") as folder:
        place = Path(folder)
        subprocess.run([sys.executable, "-m", "venv", folder], check=True, capture_output=True)
        python = str(place / "bin" / "python")
        command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", PEER]
        try:
            done = subprocess.run(command, capture_output=True, timeout=INSTALL_SECONDS_MAX, check=False)
        except subprocess.TimeoutExpired:
            return None
        if done.returncode:
            return None
        program = [python, "-c", PEER_PROGRAM, str(rounds), *(str(path) for path in paths)]
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        told = subprocess.run(program, capture_output=True, check=True, text=True, cwd=folder, env=environment)
        found: dict[str, float] = json.loads(told.stdout)
        return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    rounds = 5 if parser.parse_args().quick else 25

    paths = sorted(path for path in EXAMPLES.glob("*.json") if path.name.partition("-")[0] in r4.RESOURCES)
    if not paths:
        print("needs HL7's examples in ../shared/data/fhir: not run")
        return
    here = {str(path): ours(path.read_bytes(), rounds) for path in paths}
    there = theirs(paths, rounds) or {}
    for path in paths:
        mine, other = here[str(path)], there.get(str(path))
        beside = f"; fhir.resources {1 / other:7,.0f}/s, ratio {other / mine:6.1f}" if other else ""
        print(f"{path.stem:42} {path.stat().st_size:6,} bytes {1 / mine:9,.0f}/s{beside}")
    ratios = [there[name] / here[name] for name in there]
    ratio = geometric_mean(ratios) if ratios else None
    if ratio is None:
        print(f"{PEER} could not be installed: not compared")
    else:
        print(f"{len(ratios)} documents, ratio from {min(ratios):.1f} to {max(ratios):.1f}, {ratio:.1f} in the middle")
    line = {
        "figure": "FHIR documents parsed, validated and serialised per second and core",
        "value": round(1 / geometric_mean(here.values())),
        "unit": "documents/s",
        "against": round(1 / geometric_mean(there.values())) if there else None,
        "ratio": None if ratio is None else round(ratio, 1),
        "target": TARGET_RATIO,
        "met": ratio is not None and ratio >= TARGET_RATIO,
    }
    print(json.dumps(line))


if __name__ == "__main__":
    main()
