"""Indicators by name: what a unit or an officer was to reach in a period, and how far that came.

A realisation is either the portal's own (a figure that it shows anyhow, or a count it was given day by day), or was
told by somebody from another system, and then the portal checks nothing and says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Final

from portal.domain.figure import fixed

KINDS: Final = ("jumlah", "mutu", "waktu", "anggaran", "hasil", "respons pengaduan")
MORE_IS_BETTER: Final = frozenset({"jumlah", "hasil"})
"""The kinds of which a share reached says something: of time and money less may be better."""

SERVED: Final = "served"
RESPONSE_SHARE: Final = "response_share"
SCORED_OF_UNIT: Final = ("skm", "layanan")
SCORED_OF_OFFICER: Final = ("petugas", "skm_officer")
MEASURES_OF_UNIT: Final = (*SCORED_OF_UNIT, SERVED, RESPONSE_SHARE)
MEASURES_OF_OFFICER: Final = SCORED_OF_OFFICER
WORDS: Final[Mapping[str, str]] = {
    "skm": "ikm",
    "layanan": "penilaian cepat",
    SERVED: "jumlah dilayani",
    RESPONSE_SHARE: "bagian yang menilai",
    "petugas": "umpan balik petugas",
    "skm_officer": "umpan balik petugas (9 unsur)",
}
"""How a workbook names each measure that the portal counts itself."""
_SHARE_PLACES: Final = 4


def measures_of(*, officer: bool) -> tuple[str, ...]:
    """Return what the portal itself counts of an officer, or of a unit."""
    return MEASURES_OF_OFFICER if officer else MEASURES_OF_UNIT


def realised(measure: str, values: Mapping[str, str | None], ratings: int | None, served: int | None) -> str | None:
    """Return what the portal itself says of a measure; None where that is not shown, or not known.

    `values` are the shown figures of the subject by measure and leave here as they came; `ratings` is the n beside the
    one-tap figure, None where it is hidden. The response share has 4 places and is above 1 where more rated than were
    written down as served.
    """
    if measure == SERVED:
        return None if served is None else str(served)
    if measure == RESPONSE_SHARE:
        return fixed(Fraction(ratings, served), _SHARE_PLACES) if ratings and served else None
    return values.get(measure)


def reached_share(kind: str, target: str | None, realisation: str | None) -> str | None:
    """Return realisation / target with 4 places, for the kinds of which more is better; None for all others."""
    if kind not in MORE_IS_BETTER or target is None or realisation is None:
        return None
    aim, done = Decimal(target), Decimal(realisation)
    return fixed(Fraction(done) / Fraction(aim), _SHARE_PLACES) if aim > 0 and done >= 0 else None
