"""A value that does not show itself: text that names somebody, readable only by asking for it.

Subclasses say three things: how their text is cleaned of the separators that people type (`compact`), why a clean text
is not acceptable (`refusal`), and how it is grouped for the eye (`GROUPS`).

Two ways in. `parse` is for what comes from outside and never raises: it cleans, and returns the value or a `Defect`.
The constructor is for text that is already clean and raises `Misuse` otherwise. Neither repeats the text it refuses.
One way out: `reveal`. `repr`, `str`, `format` and logs show `***`; pickling is refused, since bytes do not hide.
"""

from typing import ClassVar, NoReturn, Self, final

from cloison.errors import Defect, Misuse, Place, Reason

SEPARATORS = dict.fromkeys(map(ord, " .:-/\t\r\n\u00a0\u2009\u202f\u2010\u2011\u2013\u2014"))


class Hidden:
    """Base of the identifiers: frozen, equal by text, silent."""

    __slots__ = ("_plain",)
    _plain: str

    FIELD: ClassVar[str] = "identifier"
    GROUPS: ClassVar[tuple[int, ...]] = ()

    def __init__(self, plain: str) -> None:
        reason = self.refusal(plain)
        if reason is not None:
            raise Misuse(reason)
        object.__setattr__(self, "_plain", plain)

    @classmethod
    def parse(cls, text: str, place: Place | None = None) -> Self | Defect:
        """The value that a person or a file wrote, or what is wrong with it and where."""
        plain = cls.compact(text)
        reason = cls.refusal(plain)
        if reason is not None:
            return Defect(reason, place or Place(cls.FIELD), f"{len(plain)} characters")
        value = cls.__new__(cls)
        object.__setattr__(value, "_plain", plain)
        return value

    @classmethod
    def check(cls, text: str) -> Reason | None:
        """Why `parse` would not accept this text, or None."""
        return cls.refusal(cls.compact(text))

    @classmethod
    def compact(cls, text: str) -> str:
        """The text without the separators that people type, in capitals."""
        plain = text.translate(SEPARATORS)
        return plain.upper() if plain.isascii() else plain  # capitals of other alphabets may be ASCII

    @classmethod
    def refusal(cls, plain: str) -> Reason | None:
        """Why this clean text is not acceptable; the lowest number when there are several reasons."""
        raise AssertionError(f"{cls.__name__} says what it refuses")

    @final
    def reveal(self) -> str:
        """The text itself. Each call is a disclosure: it stands where a person or a payment needs the number."""
        return self._plain

    @final
    def reveal_spaced(self) -> str:
        """The text in the groups that people read."""
        groups: list[str] = []
        rest = self._plain
        for width in self.GROUPS:
            groups.append(rest[:width])
            rest = rest[width:]
        return " ".join(filter(None, [*groups, rest]))

    def _sameness(self) -> str:
        """What two equal values have in common."""
        return self._plain

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Hidden) and type(self) is type(other) and self._sameness() == other._sameness()

    def __hash__(self) -> int:
        return hash((type(self).__name__, self._sameness()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}('***')"

    def __format__(self, spec: str) -> str:
        return format(repr(self), spec)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is frozen")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is frozen")

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        return self

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError(f"{type(self).__name__} is not pickled: bytes do not hide")

    def __getstate__(self) -> NoReturn:
        raise TypeError(f"{type(self).__name__} has no state to give: bytes do not hide")


def is_capitals(text: str) -> bool:
    """ASCII digits and capital letters, at least one."""
    return text.isascii() and text.isalnum() and text == text.upper()


def is_digits(text: str) -> bool:
    """ASCII digits, at least one: other scripts have digits too, and they are not ours."""
    return text.isascii() and text.isdigit()
