"""What the tests of the house look at."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.house.sources import ROOT, Source, files, sources


@pytest.fixture(scope="session")
def tracked() -> Sequence[Path]:
    return files()


@pytest.fixture(scope="session")
def product() -> Sequence[Source]:
    """The modules of the package."""
    return sources("src/cloison")


@pytest.fixture(scope="session")
def everything() -> Sequence[Source]:
    """Package, tests and benches."""
    return [*sources("src"), *sources("tests"), *sources("bench")]


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT
