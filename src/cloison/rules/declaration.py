"""Where no official price is loaded: the base that the professional declares, marked as such."""

import numpy as np

from cloison.money import Cents
from cloison.rules.bill import Bill


def declared_base(acts: Bill) -> Cents:
    """The declared base; an act without one is refused, never priced at zero or guessed."""
    declared = acts.declared_base
    acts.refuse(declared < 0, "base_not_known")
    acts.remark(declared >= 0, "base_declared")
    return np.maximum(declared, 0)
