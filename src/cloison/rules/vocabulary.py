"""The closed vocabularies of the columns that a rule reads: small stable numbers with their meaning.

Numbers are stored and exchanged: a member may be added, never renumbered. -1 always means "was not stated"; it is
refused where a rule needs the answer and ignored where none does.
"""

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

NOT_STATED = -1

MISSING = int(np.iinfo(np.int64).min)
"""In a column of values: no value is known."""


class Domain(IntEnum):
    """Families of care, as the guarantees of an insurer name them."""

    MED = 1
    PHAR = 2
    LABO = 3
    AUXM = 4
    TRAN = 5
    RADL = 6
    HOSP = 7
    OPTI = 8
    DENT = 9
    AUDI = 10


class Formula(IntEnum):
    """How an insurer's share is computed (see `garanties`)."""

    NONE = 0
    TM = 1
    BR = 2
    BRC = 3
    FR = 4
    EUR = 5


class Pathway(IntEnum):
    """The place of an act in the coordinated care pathway (CSS L162-5-3).

    EXCLUDED: the act or the person is outside the scheme, so no increase is due. NOT_CONCERNED: the kind of act
    knows no pathway.
    """

    NOT_CONCERNED = 0
    IN = 1
    OUT = 2
    EXCLUDED = 3


class Exoneration(IntEnum):
    """Why the insured owes no ticket moderateur for this act, when it is so (CSS L160-14, R160-8).

    It belongs to the act, not to the person: somebody with a long illness sees a doctor for something else.
    """

    NONE = 0
    ALD = 1
    """Care related to a long illness (L160-14 3 and 4)."""
    MATERNITY = 2
    """From the 6th month of pregnancy to 12 days after birth: exempt from flat sums too."""
    WORK_ACCIDENT = 3
    ACT = 4
    """The act itself is exonerated: screening, irreplaceable medicine, transfer (R160-8)."""
    INVALIDITY = 5
    """A pension of invalidity, or an annuity of a work accident at two thirds or more (L160-14)."""
    NEWBORN = 6
    """In hospital, the first thirty days."""


class Protection(IntEnum):
    """A public complementary cover of the person: no flat sum, no franchise."""

    NONE = 0
    CSS = 1
    """Complementaire sante solidaire."""
    AME = 2
    """Aide medicale de l'Etat."""


class Sector(IntEnum):
    """How the professional stands to the national agreement; it decides the tariff that is the base."""

    NOT_CONCERNED = 0
    ONE = 1
    TWO_OPTAM = 2
    TWO = 3
    NONE = 4
    """No agreement at all: reimbursed on the tarif d'autorite."""


class Agreement(IntEnum):
    """The answer of the compulsory scheme to a request for prior agreement."""

    NOT_ASKED = 0
    GRANTED = 1
    TACIT = 2
    REFUSED = 3


class Correction(IntEnum):
    """The correction of both lenses of a pair, as classes of CSS R871-2 3."""

    NOT_CONCERNED = 0
    SIMPLE = 1
    SIMPLE_AND_COMPLEX = 2
    COMPLEX = 3
    SIMPLE_AND_VERY_COMPLEX = 4
    COMPLEX_AND_VERY_COMPLEX = 5
    VERY_COMPLEX = 6


IN_PATHWAY_LETTERS = "TNODUHRABJVYKLG"
OUT_OF_PATHWAY_LETTERS = "SPFCI"
EXCLUDED_LETTERS = "WEZX"
"""Letters of record 2S. W, E and Z are listed beside the letters of uncoordinated care by the source table, but name an
emergency, a tolerance and an exclusion, for which L162-5-3 asks no increase: read here as excluded (to verify)."""


def pathway_ids(letters: NDArray[np.bytes_]) -> NDArray[np.int8]:
    """The `Pathway` of each letter of record 2S; a blank or an unknown letter is NOT_STATED."""
    by_letter = np.full(256, NOT_STATED, np.int8)
    for pathway, known in (
        (Pathway.IN, IN_PATHWAY_LETTERS),
        (Pathway.OUT, OUT_OF_PATHWAY_LETTERS),
        (Pathway.EXCLUDED, EXCLUDED_LETTERS),
    ):
        by_letter[[ord(letter) for letter in known]] = pathway
    return by_letter[np.ascontiguousarray(letters.astype("S1")).view(np.uint8)]


def sector_ids(sector: NDArray[np.bytes_], optam: NDArray[np.bytes_]) -> NDArray[np.int8]:
    """The `Sector` for '1', '2' or '' and OPTAM 'O', 'N' or ''. Sector 2 without an answer on OPTAM is NOT_STATED."""
    known = [
        (sector == b"") & (optam == b""),
        sector == b"1",
        (sector == b"2") & (optam == b"O"),
        (sector == b"2") & (optam == b"N"),
    ]
    values = [Sector.NOT_CONCERNED, Sector.ONE, Sector.TWO_OPTAM, Sector.TWO]
    return np.select(known, [np.int8(value) for value in values], np.int8(NOT_STATED))


DEPARTMENTS = (
    *(f"{number:02d}" for number in range(1, 20)),
    *("2A", "2B"),
    *(f"{number:02d}" for number in range(21, 96)),
    *("971", "972", "973", "974", "976"),
)
"""The 101 departements; a column holds the index in this tuple."""

_SORTED = np.array(sorted(name.encode() for name in DEPARTMENTS))
_SORTED_IDS = np.array([DEPARTMENTS.index(name.decode()) for name in _SORTED.tolist()], np.int16)


def department_ids(names: NDArray[np.bytes_]) -> NDArray[np.int16]:
    """The index in DEPARTMENTS of each name such as b'01', b'2A' or b'971'; -1 when it is none of them."""
    at = np.minimum(np.searchsorted(_SORTED, names), len(_SORTED) - 1)
    return np.where(_SORTED[at] == names, _SORTED_IDS[at], np.int16(NOT_STATED))
