"""A SoftHSM token that plays the security module, where SoftHSM is installed."""

import atexit
import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import pytest

from cloison.storage.keys_pkcs11 import Pkcs11Keys

LABEL = "cloison"
LIBRARIES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/softhsm/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
)


@cache
def shared_token() -> Pkcs11Keys:
    """The token of this process, which sees no token made after it first looked; skips without SoftHSM."""
    library = next((path for path in LIBRARIES if Path(path).exists()), None)
    if library is None or shutil.which("softhsm2-util") is None:
        pytest.skip("needs SoftHSM 2 (Debian package softhsm2) to play the security module")
    folder = tempfile.mkdtemp(prefix="cloison-softhsm-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    settings = Path(folder) / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {folder}\nobjectstore.backend = file\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(settings)
    subprocess.run(
        ["softhsm2-util", "--init-token", "--free", "--label", LABEL, "--pin", "1234", "--so-pin", "5678"],
        check=True,
        capture_output=True,
    )
    return Pkcs11Keys(library, LABEL, "1234")
