"""A whole day with the keys in a security module, and what development keys and demonstration data refuse."""

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.unit.softhsm import shared_token

from cloison.errors import Misuse, Reason
from cloison.ops.config import Settings
from cloison.ops.demo import PRODUCED, _clear, refuse_public
from cloison.ops.reasons import DEMO_ON_PUBLIC_ADDRESS, SETTING_UNKNOWN, SETTING_WRONG
from cloison.storage.database import Address, administer, locate
from cloison.storage.keys_file import MARK as FILE_MARK
from cloison.storage.keys_pkcs11 import MARK, Pkcs11Keys

ROOT = Path(__file__).resolve().parents[2]
INSURERS = 3
CROSS_CHECKS = 12
ENVELOPES = """
    select 'vault.identity' as cell, dek as envelope from vault.identity where dek is not null
    union all select 'rights.movement_file', dek from rights.movement_file where dek is not null
    union all select 'payments.bank_account', sealed from payments.bank_account
"""


@dataclass(frozen=True)
class HsmDay:
    """A day that was lived with a token."""

    home: Path
    token: Pkcs11Keys
    address: Address
    said: str


def demo(home: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """A small demo in a process of its own, with these settings and no others."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(home.parent), "PYTHONPATH": str(ROOT / "src"), **settings}
    size = ["--persons", "200", "--insurers", str(INSURERS), "--check"]
    where = ["--home", str(home), "--out", str(home.parent / "out")]
    return subprocess.run(
        [sys.executable, "-c", "from cloison.ops.cli import main; main()", "demo", *size, *where],
        env=environment,
        cwd=home.parent,
        capture_output=True,
        text=True,
        check=False,
    )


def with_token(token: Pkcs11Keys) -> dict[str, str]:
    return {
        "SOFTHSM2_CONF": os.environ["SOFTHSM2_CONF"],
        "CLOISON_KEYS": "pkcs11",
        "CLOISON_PKCS11_LIBRARY": token.library,
        "CLOISON_PKCS11_TOKEN": token.token,
        "CLOISON_PKCS11_PIN": token.pin,
    }


@pytest.fixture(scope="module")
def day() -> Iterator[HsmDay]:
    token = shared_token()
    with tempfile.TemporaryDirectory(prefix="cloison-hsm-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        home = Path(folder) / "home"
        address = locate(home)
        ran = demo(home, **with_token(token))
        assert ran.returncode == 0, ran.stdout + ran.stderr
        yield HsmDay(home, token, address, ran.stdout + ran.stderr)


@pytest.mark.pkcs11
def test_a_day_adds_up_with_keys_in_a_security_module(day: HsmDay) -> None:
    assert day.said.count("✓") >= CROSS_CHECKS
    assert "✗" not in day.said


@pytest.mark.pkcs11
def test_no_key_of_that_day_can_be_read_or_was_ever_outside(day: HsmDay) -> None:
    import pkcs11  # noqa: PLC0415  the module may be absent
    from pkcs11 import Attribute  # noqa: PLC0415

    day.token.open()  # this process is logged in
    with pkcs11.lib(day.token.library).get_token(token_label=day.token.token).open() as session:
        kinds = (pkcs11.ObjectClass.SECRET_KEY, pkcs11.ObjectClass.PRIVATE_KEY)
        keys = [key for kind in kinds for key in session.get_objects({Attribute.CLASS: kind})]
        labels = {key[Attribute.LABEL] for key in keys}
        assert {"spool", "bank", *(f"kek/{tenant}" for tenant in range(1, INSURERS + 1))} <= labels
        assert sum(label.startswith("index/") for label in labels) >= 6 * INSURERS
        for key in keys:
            assert key[Attribute.LOCAL] is True, "made inside"
            assert key[Attribute.ALWAYS_SENSITIVE] is True
            assert key[Attribute.NEVER_EXTRACTABLE] is True
            with pytest.raises(pkcs11.AttributeSensitive):
                _ = key[Attribute.VALUE]


@pytest.mark.pkcs11
def test_the_home_holds_no_key_and_no_pin_and_every_envelope_is_the_modules(day: HsmDay) -> None:
    assert sorted(path.name for path in (day.home / "secrets").iterdir()) == ["database.json"]
    assert day.token.pin not in day.said.split()

    async def marks() -> set[tuple[str, int]]:
        connection = await administer(day.address)
        rows = await connection.fetch(ENVELOPES)
        await connection.close()
        return {(row["cell"], row["envelope"][0]) for row in rows}

    sealed = ("vault.identity", "rights.movement_file", "payments.bank_account")
    assert asyncio.run(marks()) == {(cell, MARK) for cell in sealed}
    assert MARK != FILE_MARK


@pytest.mark.parametrize(
    ("settings", "refusal"),
    [
        ({"CLOISON_ENV": "production"}, DEMO_ON_PUBLIC_ADDRESS),
        ({"CLOISON_ENV": "production", "CLOISON_KEYS": "pkcs11"}, DEMO_ON_PUBLIC_ADDRESS),
        ({"CLOISON_LISTEN": "0.0.0.0"}, DEMO_ON_PUBLIC_ADDRESS),
        ({"CLOISON_LISTEN": "192.0.2.7"}, DEMO_ON_PUBLIC_ADDRESS),
        ({"CLOISON_LISTEN": "::"}, DEMO_ON_PUBLIC_ADDRESS),
        ({"CLOISON_LISTEN": ""}, DEMO_ON_PUBLIC_ADDRESS),
        ({"CLOISON_ENV": "PRODUCTION"}, SETTING_WRONG),
        ({"CLOISON_ENVIRONMENT": "production"}, SETTING_UNKNOWN),
    ],
)
def test_a_demo_does_not_start_where_others_could_reach_it(settings: dict[str, str], refusal: Reason) -> None:
    with pytest.raises(Misuse) as refused:
        refuse_public(Settings.of(settings, Path("nowhere")))
    assert refused.value.reason is refusal


def test_a_demo_that_does_not_start_makes_nothing(tmp_path: Path) -> None:
    ran = demo(tmp_path / "home", CLOISON_LISTEN="0.0.0.0")
    assert ran.returncode == 2
    assert DEMO_ON_PUBLIC_ADDRESS.code in ran.stderr
    assert list(tmp_path.iterdir()) == []


def test_keys_in_a_file_serve_no_command_in_production(tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "src"), "CLOISON_ENV": "production"}
    ran = subprocess.run(
        [sys.executable, "-c", "from cloison.ops.cli import main; main()", "claims", "status", "--home", str(tmp_path)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 2
    assert "keys.not_for_production" in ran.stderr
    assert not (tmp_path / "secrets" / "keys.json").exists()
    assert not (tmp_path / "postgres").exists()


def test_a_demo_clears_what_it_produced_and_nothing_of_yours(tmp_path: Path) -> None:
    for name in PRODUCED:
        (tmp_path / name).mkdir() if "." not in name else (tmp_path / name).write_text("")
    (tmp_path / "thesis.odt").write_text("mine")
    _clear(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.odt"]
