"""What a taxi trip costs under the national convention, as the world's taxis count it.

Source: national convention of taxis, order of 29 July 2025, tariff from 1 November 2025, as transcribed in our
documents on 2026-11-22; the official annex was not read. The rate of Mayotte (976) is known from a single
transcription. This copy is the world's own on purpose: it must not inherit a mistake of the engine it exercises.
"""

from dataclasses import dataclass

import numpy as np

from cloison.money import half_up
from cloison.world.pyramid import DEPARTMENT_CODES
from cloison.world.text import Bools, Ints

FORFAIT, CITY, TPMR, DROM = 1300, 1500, 3000, 300
KILOMETRES_IN_FORFAIT, FAR = 400, 5000
"""Distances are hundredths of a kilometre: four, and fifty kilometres."""

_RATES = """
107 14 29 33 34 35 45 56 65 67 68 69 72 77 78 81 82 85 91 92 93 94 95 971
108 11 25 30 42 44 49 63 70 79 90
109 53 54
110 13 17 31 71 87 88 973 976
111 24 39 47 86 89
112 16 21 51 55
113 01 10 15 22 40 41 46
114 04 57 64
115 09 73 80
116 12 19 26 50 83
117 07 08 61
118 05 23 37 66 76
119 03 28 32
120 02 59 60 62 84 972
121 27
122 38 74 75 974
124 43
125 36 48
126 18 52
127 06 2A 2B 58
"""
_BIG_CITIES = frozenset(("33", "38", "59", "69", "13", "34", "44", "06", "75", "35", "67", "31", "92", "93", "94"))
_ABATEMENT = np.array([0, 0, 23, 35, 37], np.int64)
"""Per cent taken off for each patient when a trip is shared by two, three, four."""


def _rate_table() -> Ints:
    rates = {code: int(line.split()[0]) for line in _RATES.split("\n")[1:-1] for code in line.split()[1:]}
    return np.array([rates[code] for code in DEPARTMENT_CODES], np.int64)


RATE = _rate_table()
"""Cents per kilometre, by index of the department of the licence."""
HAS_BIG_CITY = np.array([code in _BIG_CITIES for code in DEPARTMENT_CODES])
IS_DROM = np.array([code.startswith("97") for code in DEPARTMENT_CODES])


@dataclass(frozen=True, slots=True)
class Trips:
    """What happened on each trip. `length` in hundredths of a kilometre, `tolls` in cents for the whole car."""

    department: Ints
    length: Ints
    night: Bools
    city: Bools
    tpmr: Bools
    patients: Ints
    tolls: Ints
    empty_return: Bools

    def amount(self) -> Ints:
        """((forfait + city + km x rate) x night) x (1 - abatement) + TPMR + DROM + tolls / n, rounded once.

        A hospital's empty return raises the rate of the billable kilometres by 25 %, 50 % from 50 km: the reading that
        most engines make of a text that has two.
        """
        beyond = np.maximum(self.length - KILOMETRES_IN_FORFAIT, 0)
        quarters = np.where(self.empty_return, np.where(self.length >= FAR, 6, 5), 4)
        run = (FORFAIT + np.where(self.city, CITY, 0)) * 400 + beyond * RATE[self.department] * quarters
        uplifted = run * np.where(self.night, 3, 2) * (100 - _ABATEMENT[np.minimum(self.patients, 4)])
        fixed = np.where(self.tpmr, TPMR, 0) + np.where(IS_DROM[self.department], DROM, 0)
        # Twelve is a multiple of any number of patients up to four, so that there is one rounding.
        exact = (uplifted + fixed * 80_000) * 12 + self.tolls * 80_000 * (12 // self.patients)
        return half_up(exact, 80_000 * 12)
