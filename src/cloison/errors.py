"""The three kinds of trouble, on one screen.

    refusal  a value: a `Reason` with its words, returned beside a decision
    defect   a value: a `Reason` found at a `Place` of something that came from outside
    fault    an exception of ours, `Fault`; it carries a `Reason` too
             Fault
             ├── Misuse        the caller asked for something that cannot be done as asked
             ├── Unavailable   a part that is needed does not answer: later, the same call may succeed
             └── Corruption    what is stored contradicts itself: stop and call a person

    problem  what a caller is told of any of them: the same members in problem+json, FHIR, CSV reports and pages

Columns carry a reason's `number`; people and machines read its `code` and words. Ranges of numbers:
1 files and formats, 100 identifiers, 200 rights, 300 rules, 400 claims, 500 payments,
600 identity and disclosure, 700 storage and keys, 800 operations, 850 HTTP, 900 FHIR. Zero is
"no reason". Inside a part, the lower
number takes precedence when several apply.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Self


class Actor(StrEnum):
    """Who must act next."""

    PROFESSIONAL = "professional"
    INSURED = "insured"
    INSURER = "insurer"
    OPERATOR = "operator"
    BANK = "bank"
    NOBODY = "nobody"


class Retry(StrEnum):
    """Whether sending again can help."""

    NEVER = "never"
    CORRECTED = "corrected"
    SAME = "same"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Text:
    """The same sentence in both languages."""

    fr: str
    en: str

    def __post_init__(self) -> None:
        assert self.fr and self.en, "a text exists in French and in English"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is refused, reduced, defective or impossible, and what to do about it.

    `status` is for reasons of the HTTP gates that have one of their own (404, 412 ...); zero: see `Problem.status`.
    """

    number: int
    code: str
    message: Text
    action: Text
    actor: Actor
    retry: Retry = Retry.CORRECTED
    basis: str = ""
    status: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """Where outside data is wrong. `line` counts from 1; 0 means the thing as a whole."""

    source: str
    line: int = 0
    field: str = ""

    def __str__(self) -> str:
        parts = [self.source]
        if self.line:
            parts.append(f"line {self.line}")
        if self.field:
            parts.append(self.field)
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Defect:
    """One reason at one place. `cause` adds what was found, never personal data."""

    reason: Reason
    place: Place
    cause: str = ""


class Catalogue:
    """The reasons of one part, by number and by code."""

    def __init__(self, *reasons: Reason) -> None:
        self._by_number = {reason.number: reason for reason in reasons}
        self._by_code = {reason.code: reason for reason in reasons}
        assert len(self._by_number) == len(self._by_code) == len(reasons), "a reason is listed once"

    def __iter__(self) -> Iterator[Reason]:
        return iter(sorted(self._by_number.values(), key=lambda reason: reason.number))

    def __getitem__(self, key: int | str) -> Reason:
        return self._by_number[key] if isinstance(key, int) else self._by_code[key]

    def __contains__(self, key: object) -> bool:
        return key in self._by_number or key in self._by_code

    @classmethod
    def joined(cls, *parts: "Catalogue") -> "Catalogue":
        """The reasons of several parts: numbers and codes are never shared."""
        return cls(*(reason for part in parts for reason in part))

    def only(self, *reasons: Reason) -> "Catalogue":
        """Some of these reasons."""
        assert all(self[reason.number] is reason for reason in reasons), "a part of a catalogue is in it"
        return Catalogue(*reasons)


class Fault(Exception):
    """Something of ours could not be done. `cause` names the thing, never a person."""

    def __init__(self, reason: Reason, cause: str = "", place: Place | None = None) -> None:
        self.reason = reason
        self.cause = cause
        self.place = place
        super().__init__(" ".join(filter(None, [f"[{reason.code}]", reason.message.en, cause, str(place or "")])))


class Misuse(Fault):
    """The caller must change the request."""


class Unavailable(Fault):
    """A needed part does not answer; nothing was half done."""


class Corruption(Fault):
    """Stored facts contradict each other."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What a caller is told when something could not be done: one object, whatever the gate and the format."""

    reason: Reason
    cause: str = ""
    place: Place | None = None
    request_id: str = ""
    site: str = ""
    """Public address that the catalogue of errors is served under; empty: this server's own."""

    @classmethod
    def of(cls, trouble: Reason | Defect | Fault, request_id: str = "", site: str = "") -> Self:
        """The problem that a refusal, a defect or a fault is to the caller of this request."""
        if isinstance(trouble, Reason):
            return cls(trouble, request_id=request_id, site=site)
        return cls(trouble.reason, trouble.cause, trouble.place, request_id, site)

    @property
    def code(self) -> str:
        return self.reason.code

    @property
    def message(self) -> Text:
        return self.reason.message

    @property
    def action(self) -> Text:
        return self.reason.action

    @property
    def actor(self) -> Actor:
        return self.reason.actor

    @property
    def retry(self) -> Retry:
        return self.reason.retry

    @property
    def doc_url(self) -> str:
        """Where the code is explained, in both languages."""
        return f"{self.site}/errors/{self.reason.code}"

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.reason.status or next(
            status for numbers, retries, status in STATUS if self.reason.number in numbers and self.retry in retries
        )

    @property
    def retry_after(self) -> int | None:
        """Seconds after which sending the same again makes sense; None: it does not, or not by waiting."""
        return RETRY_AFTER.get(self.retry) if self.status in (429, 503) else None


ANY, ALL = range(1, 1000), tuple(Retry)
STATUS: tuple[tuple[range, tuple[Retry, ...], int], ...] = (
    (range(620, 660), ALL, 401),  # who are you
    (range(660, 680), ALL, 403),  # not you, not here, not for this
    (range(700, 850), (Retry.NEVER, Retry.CORRECTED), 500),  # ours to repair
    (ANY, (Retry.SAME, Retry.LATER), 503),
    (ANY, (Retry.NEVER, Retry.CORRECTED), 422),
)
"""The HTTP status of a reason that names none: the first line that fits its number and its retry."""
RETRY_AFTER = {Retry.SAME: 1, Retry.LATER: 30}
"""Seconds to wait before sending again."""
