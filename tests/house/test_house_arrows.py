"""Each arrow of the architecture can fail: a forbidden import is planted in an emptied copy of the package."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.house.sources import Source

FORBIDDEN = [
    # planted module           import                                    words of the contract that must break
    ("money", "import cloison.errors", "downwards"),
    ("errors", "import cloison.identifiers", "downwards"),
    ("identifiers.planted", "import cloison.rules", "downwards"),
    ("rules.planted", "import cloison.storage", "downwards"),
    ("storage.planted", "import cloison.identity", "downwards"),
    ("identity.planted", "import cloison.disclosure", "downwards"),
    ("disclosure.planted", "import cloison.rights", "downwards"),
    ("rights.planted", "import cloison.payments", "downwards"),
    ("payments.planted", "import cloison.claims", "downwards"),
    ("claims.planted", "import cloison.gateways", "downwards"),
    ("gateways.planted", "import cloison.world", "downwards"),
    ("world.planted", "import cloison.ops", "downwards"),
    ("claims.planted", "import cloison.breach", "downwards"),
    ("planted", "x = 1", "downwards"),
    ("rules.planted", "import cloison.identifiers", "Rules know the law"),
    ("rules.planted", "from asyncpg import Connection", "Rules know the law"),
    ("rules.planted", "import time", "Rules know the law"),
    ("rules.planted", "import os.path", "Rules know the law"),
    ("rules.planted", "import random", "Rules know the law"),
    ("breach.planted", "import cloison.rights", "fire brigade"),
    ("breach.planted", "import cloison.rules", "fire brigade"),
    ("breach.planted", "import cloison.payments", "fire brigade"),
    ("breach.planted", "import cloison.claims", "fire brigade"),
    ("breach.planted", "import cloison.gateways", "fire brigade"),
    ("gateways.planted", "import cloison.gateways.files", "Gateways are independent"),
    ("gateways.files.planted", "import cloison.rules", "neither rule nor SQL"),
    ("gateways.files.planted", "import cloison.storage", "neither rule nor SQL"),
    ("gateways.files.planted", "import asyncpg", "neither rule nor SQL"),
    ("rights.planted", "import cloison.storage.database", "hold the database"),
    ("gateways.planted", "from cloison.storage import database", "hold the database"),
    ("disclosure.planted", "import asyncpg", "hold the database"),
    ("world.planted", "import cloison.storage", "stands outside"),
    ("world.planted", "import cloison.identity", "stands outside"),
    ("world.planted", "import cloison.rights", "stands outside"),
]
ALLOWED = [
    ("rights.store", "import cloison.storage.database"),
    ("claims.store", "from cloison.storage.database import Database"),
    ("disclosure.reader", "import cloison.storage.database"),
    ("ops.planted", "import cloison.storage.database, cloison.world, cloison.gateways, cloison.breach"),
    ("gateways.planted", "import cloison.claims"),
    ("world.planted", "import cloison.identifiers, cloison.money, cloison.period, cloison.errors"),
    ("breach.planted", "import cloison.disclosure, cloison.identity, cloison.storage"),
    ("rules.planted", "import numpy, datetime, tomllib, importlib.resources"),
]


@pytest.fixture
def copy(tmp_path: Path, product: Sequence[Source], root: Path) -> Path:
    """The package with each module emptied: only what a test plants is imported."""
    for source in product:
        module = tmp_path / source.name
        module.parent.mkdir(parents=True, exist_ok=True)
        module.touch()
    plant(tmp_path, "breach.__init__", "")
    plant(tmp_path, "storage.database", "import asyncpg")
    plant(tmp_path, "ops.cli", "import cloison.storage.database")
    shutil.copy(root / "pyproject.toml", tmp_path)
    return tmp_path


def plant(copy: Path, module: str, text: str) -> None:
    path = copy / "src/cloison" / f"{module.replace('.', '/')}.py"
    if path.with_suffix("").is_dir():
        path = path.with_suffix("") / "__init__.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text + "\n", encoding="utf-8")


def broken(copy: Path) -> list[str]:
    """Names of the contracts that the copy breaks."""
    run = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-logo", "--no-cache"],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy / "src"), "COLUMNS": "400"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Contracts:" in run.stdout, run.stdout + run.stderr
    return re.findall(r"^(.*) BROKEN", run.stdout, re.MULTILINE)


def test_the_house_without_a_plant_stands(copy: Path):
    assert broken(copy) == []


@pytest.mark.parametrize(("module", "planted", "contract"), FORBIDDEN, ids=str)
def test_an_arrow_drawn_upwards_is_seen(copy: Path, module: str, planted: str, contract: str):
    plant(copy, module, planted)
    assert [name for name in broken(copy) if contract in name]


@pytest.mark.parametrize(("module", "planted"), ALLOWED, ids=str)
def test_an_arrow_of_the_architecture_is_allowed(copy: Path, module: str, planted: str):
    plant(copy, module, planted)
    assert broken(copy) == []
