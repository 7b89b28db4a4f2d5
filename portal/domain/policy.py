"""Policy: the dated choices of a government; each row holds from its date until the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Final

from portal.domain.errors import Invalid
from portal.domain.period import MONTHS

APPRAISAL_MEASURES: Final = ("petugas", "skm_officer")


@dataclass(frozen=True, slots=True)
class Policy:
    """What one government decided; the field comments are the operator's help."""

    base_period: str = "semester"
    """Kind of the base period: month, quarter or semester."""
    appraisal_feed: bool = False
    """Whether officers' figures leave by the appraisal feed; off during the shadow period."""
    appraisal_measure: str = "petugas"
    """Which measure officers are compared by: petugas, the help asked for itself, or skm_officer, out of the survey."""
    two_persons: bool = True
    """Whether a change of policy, a closing and an exclusion need a second person."""

    @classmethod
    def from_mapping(cls, values: Mapping[str, object]) -> Policy:
        """Read stored or seeded values over the defaults.

        Raises:
            Invalid: an unknown key, or a value of the wrong type.
        """
        known = {item.name: item for item in fields(cls)}
        for name, value in values.items():
            if name not in known or type(value) is not type(known[name].default):
                raise Invalid(name)
        policy = replace(cls(), **values)  # type: ignore[arg-type]  # types were compared with the defaults just above
        if policy.base_period not in MONTHS or policy.base_period == "year":
            raise Invalid("base_period")
        if policy.appraisal_measure not in APPRAISAL_MEASURES:
            raise Invalid("appraisal_measure")
        return policy
