"""The use cases behind the gate, as ops gives them, and what they promise."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from starlette.types import Scope

from cloison.errors import Reason
from cloison.identity import Actor
from cloison.identity.tokens import Granted
from cloison.rights.question import Enquiry, Reply

Ask: TypeAlias = Callable[[Actor, Sequence[Enquiry]], Awaitable[Sequence[Reply] | Reason]]
"""Answer questions on the channel of their actor, each on record before it is read; or why nothing may be read."""
PracticeOf: TypeAlias = Callable[[Actor, str], int | Reason]
"""The practice that a request is for: the one named by its number, or the actor's own when none is named."""
Ready: TypeAlias = Callable[[], Awaitable[Mapping[str, bool]]]
"""Which of the parts that answers need do answer now."""

GiveToken: TypeAlias = Callable[[Scope, Mapping[str, str]], Awaitable[Granted | Reason]]
"""What the token endpoint answers to a form."""
Keys: TypeAlias = Callable[[], Mapping[str, object]]
"""The JWKS document of now."""


@dataclass(frozen=True, slots=True)
class Services:
    """What the routes of this gate call."""

    ask: Ask
    practice_of: PracticeOf
    ready: Ready
    token: GiveToken
    keys: Keys
    version: str
    site: str = ""
