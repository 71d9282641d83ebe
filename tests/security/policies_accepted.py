"""T5: the policies that were accepted for sensitive permissions, which later ones may tighten and not widen."""

import hashlib
import tomllib
from pathlib import Path

from cloison.identity.permissions import Permission

FOLDER = Path(__file__).parent / "policies"
ACCEPTED = (FOLDER / "accepted.cedar").read_text()

FIRST = "422e31a10bc1d563b54a2d321af35ca96fb7067dac3bf77b337bfd68407d13aa"
"""The digest of the first set, which replaced none."""

SENSITIVE = frozenset(
    {
        Permission.BANK_CHANGE,
        Permission.PEOPLE_MANAGE,
        Permission.CLIENT_MANAGE,
        Permission.WEBHOOK_MANAGE,
        Permission.EXPORT_REQUEST,
        Permission.INSURER_EXPORT_APPROVE,
        Permission.OPERATOR_EXPORT_APPROVE,
        Permission.EXPORT_WRITE,
        Permission.CHANNEL_LIFT,
        Permission.DISCLOSURE_QUERY,
        Permission.PERSON_READ,
        Permission.KEY_OPERATE,
        Permission.POLICY_CHANGE,
        Permission.ORGANISATION_REGISTER,
        Permission.PAYMENT_RUN,
    }
)

signature = tomllib.loads((FOLDER / "accepted.toml").read_text())
digest = hashlib.sha256(ACCEPTED.encode()).hexdigest()
assert signature["digest"] == digest, "accepted.toml signs what accepted.cedar says"
assert digest == FIRST or len(set(signature["signed"])) >= 2, "a new accepted set is signed by two people"
