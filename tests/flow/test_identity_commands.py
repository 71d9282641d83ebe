"""Clients and people from the command line: one command makes a key that opens, and refusals come in words."""

import asyncio
import json
import os
import stat
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc.jwk import ECKey
from tests.flow.test_commands import Terminal
from tests.unit.paper_tokens import REALM, assertion

from cloison.identity import Actor
from cloison.identity.authenticate import Gate, Presented
from cloison.identity.certificates import read
from cloison.identity.tokens import ASSERTION_TYPE, Granted
from cloison.ops.config import Settings
from cloison.ops.house import House, opened

PRACTICES = """numero;categorie;raison_sociale;departement;ville;secteur;optam;specialite;iban;bic
750000001;pharmacie;Pharmacie du Port;75;Paris;;;00;FR7630006000011234567890189;AGRIFRPP
"""


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder where the embedded server, which has a user of its own, can come by."""
    with tempfile.TemporaryDirectory(prefix="cloison-identity-", ignore_cleanup_errors=True) as made:
        Path(made).chmod(0o755)
        yield Path(made)


@pytest.fixture(scope="module")
def run(folder: Path) -> Terminal:
    run = Terminal(folder / "home")
    (folder / "practices.csv").write_text(PRACTICES)
    run("rights", "practices", folder / "practices.csv")
    return run


async def enters(house: House, name: str, key: ECKey, certificate: bytes) -> tuple[object, object]:
    """What a token by certificate opens, and what an assertion by the same key is given."""
    now = datetime.now(UTC)
    async with house.database() as database:
        gate = await Gate.opened(REALM, database, house.keys, now)
        shown = Presented("POST", REALM.token_endpoint, certificate=certificate)
        granted = await gate.token({"grant_type": "client_credentials", "client_id": name}, shown, now)
        assert isinstance(granted, Granted), granted
        asked = Presented("POST", f"{REALM.issuer}/x", f"Bearer {granted.access_token}", certificate=certificate)
        form = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion(name, key, now)}
        again = await gate.token({"grant_type": "client_credentials", **form}, shown, now)
        return await gate.authenticate(asked, now), again


def test_a_client_is_made_in_one_command_and_its_files_open(run: Terminal, folder: Path) -> None:
    out = folder / "pharmacy"
    run("clients", "add", "pharmacy", "--practice", "750000001", "--channel", "api", "--purpose", 1, "--out", out)
    assert sorted(path.name for path in out.iterdir()) == ["ca.pem", "pharmacy.crt.pem", "pharmacy.key.pem"]
    assert stat.S_IMODE((out / "pharmacy.key.pem").stat().st_mode) == 0o600
    key = ECKey.import_key((out / "pharmacy.key.pem").read_bytes())
    thumbprint = read((out / "pharmacy.crt.pem").read_bytes()).thumbprint
    actor, again = asyncio.run(enters(opened(Settings.of({}, run.home)), "pharmacy", key, thumbprint))
    assert isinstance(actor, Actor)
    assert isinstance(again, Granted)
    assert actor.scopes >= {"practice:eligibility:ask", "practice:claim:submit"}
    assert "pharmacy" in run("clients", "list").output
    assert "identity.name_taken" in run("clients", "add", "pharmacy", "--out", out, fails=2).output
    run("clients", "revoke", "pharmacy", "--reason", "key lost")
    assert "révoqué" in run("clients", "list").output
    assert "identity.client_unknown" in run("clients", "revoke", "pharmacy", "--reason", "again", fails=2).output


def test_a_client_may_bring_its_own_key_and_a_weak_one_is_refused(run: Terminal, folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    asked = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(key, hashes.SHA256())
    (folder / "own.csr").write_bytes(asked.public_bytes(serialization.Encoding.PEM))
    run("clients", "add", "own-request", "--csr", folder / "own.csr", "--out", folder / "own")
    certificate = folder / "own" / "own-request.crt.pem"
    assert read(certificate.read_bytes()).key.as_dict() == ECKey.import_key(key.public_key()).as_dict()
    taken = run("clients", "add", "same-key", "--certificate", certificate, fails=2)
    assert "identity.name_taken" in taken.output
    (folder / "own.jwk").write_text(json.dumps(ECKey.generate_key("P-256").as_dict(private=False)))
    run("clients", "add", "own-jwk", "--jwk", folder / "own.jwk")
    (folder / "bad").write_text("not a key")
    for option in ("--certificate", "--csr", "--jwk"):
        assert "identity.key_unreadable" in run("clients", "add", "bad-key", option, folder / "bad", fails=2).output
    for wrong in (["--channel", "portal"], ["--practice", "999999999"], ["--scope", "all"], ["--days", 9999]):
        assert "identity.contract_wrong" in run("clients", "add", "wrong-terms", *wrong, fails=2).output
    assert "identity.contract_wrong" in run("clients", "add", "Wrong Name", fails=2).output


def test_the_demonstration_authority_signs_nothing_in_production(
    run: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(os.environ, "CLOISON_ENV", "production")
    refused = run("clients", "add", "somebody", fails=2).output
    assert "identity.demo_authority" in refused or "keys" in refused


def test_an_organisation_is_founded_by_two_and_keeps_two(run: Terminal) -> None:
    for name in ("alice", "bob", "carol"):
        run("people", "account", name)
    assert "identity.name_taken" in run("people", "account", "alice", fails=2).output
    alone = run("people", "found", "Port", "--administrator", "alice", fails=2)
    assert "identity.two_administrators" in alone.output
    run("people", "found", "Port", "--administrator", "alice", "--administrator", "bob", "--practice", "750000001")
    asked = ("--organisation", "Port", "--by", "alice")
    run("people", "delegate", "carol", "staff", *asked, fails=2)
    run("people", "delegate", "carol", "--duty", "staff", *asked, "--practice", "750000001")
    number, code = run("people", "invite", "carol", *asked).output.strip().split(": ")
    assert len(code) == 32
    refused = run("people", "approve", number, *asked, fails=2)
    assert "identity.second_person" in refused.output
    run("people", "approve", number, "--organisation", "Port", "--by", "bob")
    shown = run("people", "list", "Port").output
    first = next(line.split()[0] for line in shown.splitlines() if "alice" in line)
    assert "identity.two_administrators" in run("people", "end", first, "--by", "bob", fails=2).output
    assert "Port" in run("people", "list").output
    run("people", "close", "carol", "--reason", "left")
    assert "identity.account_unknown" in run("people", "close", "nobody", "--reason", "x", fails=2).output
