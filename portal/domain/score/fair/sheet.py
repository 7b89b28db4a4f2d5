"""The parameter sheet: the published numbers from which anyone who has an officer's ratings computes the score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

_DECIMALS: Final = ("mu", "sigma2", "eta2", "tau2", "phi", "p0", "nu1")
_NUMBERS: Final = ("asked", "ballots", "k0", "nu0")


@dataclass(frozen=True, slots=True)
class Centre:
    """One comparison group: colleagues of a unit whose services a chain of officers joins.

    `centre` is their credibility-weighted adjusted mean, `sum_z` the sum of their credibilities, `officers` how many
    are compared. Without colleagues the centre is None.
    """

    unit: str
    centre: Decimal | None
    sum_z: Decimal
    officers: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rounded parameters of one measure, four decimals each, variances in squared points.

    `mu` is the government's mean with day weights; `sigma2` varies inside officers, `eta2` between an officer's
    services, `tau2` between officers; `k` = sigma2 / tau2, None where nobody's ratings ever differ. `nu1` is how much
    the ratings tell of differences between officers, counted in officers, `nu0` the same of the starting assumption
    `k0`. `phi` and `p0` are for ranges of raw means. `services` holds baselines, `officers` the comparable ballots of
    each officer by group: all but this may be published.
    """

    asked: int
    ballots: int
    mu: Decimal
    sigma2: Decimal
    eta2: Decimal
    tau2: Decimal
    k: Decimal | None
    phi: Decimal
    p0: Decimal
    k0: int
    nu0: int
    nu1: Decimal
    services: Mapping[str, Decimal]
    groups: Mapping[str, Centre]
    officers: Mapping[str, Mapping[str, Decimal]]

    @property
    def is_informed(self) -> bool:
        """Tell whether the government's own ratings say more of differences between officers than the assumption."""
        return self.nu1 >= self.nu0

    def to_mapping(self) -> dict[str, Any]:
        """Return texts and whole numbers for a file; without `officers` it names nobody."""
        parameters: dict[str, Any] = {name: getattr(self, name) for name in _NUMBERS}
        parameters |= {name: _text(getattr(self, name)) for name in _DECIMALS}
        return {
            "parameters": parameters | {"k": _text(self.k)},
            "services": {service: _text(beta) for service, beta in self.services.items()},
            "groups": {
                group: {
                    "unit": it.unit,
                    "centre": _text(it.centre),
                    "sum_z": _text(it.sum_z),
                    "officers": it.officers,
                }
                for group, it in self.groups.items()
            },
            "officers": {
                officer: {group: _text(n_star) for group, n_star in groups.items()}
                for officer, groups in self.officers.items()
            },
        }

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> Sheet:
        """Read what `to_mapping` wrote; `officers` may be left out.

        Raises:
            KeyError: another part is missing.
            decimal.InvalidOperation: a number is none.
        """
        parameters = mapping["parameters"]
        numbers: dict[str, Any] = {name: int(parameters[name]) for name in _NUMBERS}
        numbers |= {name: Decimal(parameters[name]) for name in _DECIMALS}
        return cls(
            **numbers,
            k=_decimal(parameters["k"]),
            services={service: Decimal(beta) for service, beta in mapping["services"].items()},
            groups={
                group: Centre(it["unit"], _decimal(it["centre"]), Decimal(it["sum_z"]), int(it["officers"]))
                for group, it in mapping["groups"].items()
            },
            officers={
                officer: {group: Decimal(n_star) for group, n_star in groups.items()}
                for officer, groups in mapping.get("officers", {}).items()
            },
        )


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
