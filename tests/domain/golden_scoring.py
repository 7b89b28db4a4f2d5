"""Published figures that the scoring must reproduce, each with its source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import scipy.stats

# Source: NIST Statistical Reference Datasets, one-way analysis of variance (public domain), as SciPy carries them.
_NIST = Path(scipy.stats.__file__).parent / "tests" / "data" / "nist_anova"
NIST_NAMES = ("AtmWtAg", *(f"SmLs0{number}" for number in range(1, 10)))
_CERTIFIED = slice(40, 47)
_DATA_FROM = 60


@dataclass(frozen=True)
class Certified:
    """A data set and what NIST certifies of it."""

    groups: dict[str, list[Fraction]]
    df_between: int
    ss_between: float
    ms_between: float
    f: float
    df_within: int
    ss_within: float
    ms_within: float


def nist(name: str) -> Certified:
    """Read one data set, its values exact as they are printed."""
    lines = (_NIST / f"{name}.dat").read_text("ascii").splitlines()
    rows = [line.split() for line in lines[_CERTIFIED]]
    between = next(row for row in rows if row[:1] == ["Between"])
    within = next(row for row in rows if row[:1] == ["Within"])
    groups: dict[str, list[Fraction]] = {}
    for level, value in _pairs(lines[_DATA_FROM:]):
        groups.setdefault(level, []).append(Fraction(value))
    *_, df_between, ss_between, ms_between, f = between
    *_, df_within, ss_within, ms_within = within
    return Certified(
        groups,
        int(df_between),
        float(ss_between),
        float(ms_between),
        float(f),
        int(df_within),
        float(ss_within),
        float(ms_within),
    )


def _pairs(lines: list[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        level, value = line.split()
        yield level, value


# Source: Hachemeister (1975), individual means and s2 / w of each; tau2 by DerSimonian and Laird (1986).
CLAIM_MEANS = (2060.921391842644, 1511.2241266649912, 1805.842737531853, 1352.97591522158, 1599.8286070340625)
CLAIM_VARIANCES = (1389.047236036998, 6992.713039722821, 10128.869743377176, 33506.74998200518, 3852.6731078727644)
CLAIMS = {"tau2": 89638.72623275509, "mean": 1683.713437047279}

# Source: NIST/SEMATECH e-Handbook 6.3.2.2, flow rates; limits with 3 / 1.128.
FLOW_RATES = "49.6 47.6 49.9 51.3 47.8 51.2 52.6 52.4 53.6 52.1"
FLOW_CHART = {"mean": 50.81, "range": 1.8778, "lower": 45.8159, "upper": 55.8041}

# Source: Adams, Mehrotra, Thomas, McGlynn (2010), New England Journal of Medicine 362:1014: twice as many episodes.
ADAMS_BEFORE, ADAMS_AFTER = "0.61", 0.76

# Source: Nelson and others (2004), Medical Care 42:259: 66 patients for a reliability of 0.80, so k = 16.5.
NELSON_K, NELSON_WANTED, NELSON_PATIENTS = "16.5", "0.80", 66

# Source: RAND for CMS, CAHPS for PQRS supporting statement B: 1 - V / (V + tau2).
IUR_V, IUR_TAU2, IUR = 0.014492753623188406, 0.05, 0.7752808988764045

# Source: scribd.com/doc/168413544, fourteen elements with the weight 0.071.
FOURTEEN_NRR = "3.06 2.98 3.06 2.9 3.06 3.14 3.04 3.06 3.18 3.08 3.2 3.18 3.1 3.04"
FOURTEEN = {"weight": "0.071", "weighted": "3.059", "ikm": "76.475"}

# Source: scribd.com/document/429061031, three questions with the weight 0.33, twenty respondents.
THREE_SUMS, THREE_OF = (74, 76, 60), 20
THREE = {"weight": "0.33", "ikm": "86.63", "exact": "87.50"}

# Source: e-smile.tubaba.go.id (exact weight) and data.penajamkab.go.id (0.111): all nine elements 4.
NINE_FOURS = {"1/9": "100.00", "0.111": "99.90"}
