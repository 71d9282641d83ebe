"""What no act can be at once: parts of a claim that say opposite things. Which one is wrong is not ours to guess."""

import numpy as np
from numpy.typing import NDArray

from cloison.rules.acts import Acts
from cloison.rules.codes import ACT_TABLE, Base
from cloison.rules.vocabulary import Domain, Exoneration

_RIDES = np.array([*(act.base in (Base.TAXI, Base.VSL, Base.AMBULANCE) for act in ACT_TABLE), True])
_EQUIPS = np.array([*(act.domain in (Domain.OPTI, Domain.AUDI) for act in ACT_TABLE), True])
"""Acts that may have a trip, or an equipment. The last place stands for an unknown code, which is refused as such."""


def contradictory(acts: Acts) -> NDArray[np.bool_]:
    """Acts that contradict themselves.

    a trip on an act that drives nobody, an equipment on an act that delivers none
    the first thirty days of life of somebody who is not a minor
    another insurer that paid more than the act was charged
    """
    wrong = acts.paid_by_other > acts.charged
    wrong |= (acts.exoneration == Exoneration.NEWBORN) & ~acts.minor
    for details, knows in ((acts.trips, _RIDES), (acts.equipment, _EQUIPS)):
        wrong[details.act[~knows[acts.code[details.act]]]] = True
    return wrong
