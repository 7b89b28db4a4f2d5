"""What the appraisal feed lists: subjects in the order of their codes, and the months that have been released."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, String, and_, bindparam, cast, exists, func, null, or_, select
from sqlalchemy.orm import Session

from portal.storage.tables import Counter, Officer, Release, ReleaseCell, Service, Unit

# The order of bytes is the same in every database and every country, so a cursor may move between them.
_BYTE_ORDER: Final = {"sqlite": "BINARY", "postgresql": "C"}
_first, _last = bindparam("first"), bindparam("last")
_path, _prefix = bindparam("path"), bindparam("prefix")


@dataclass(frozen=True, slots=True)
class Listed:
    """A unit, service, counter or officer that may have a score; `nip` of officers only."""

    id: int
    code: str
    name: str
    unit_code: str
    nip: str | None


@dataclass(frozen=True, slots=True)
class Span:
    """Which subjects: those of a cut that existed or were rated from `first` to `last`, below the unit at `path`.

    An empty `path` is the whole government.
    """

    cut: str
    path: str
    first: date
    last: date


def _inside() -> ColumnElement[bool]:
    return or_(Unit.path == _path, Unit.path.startswith(_prefix))


def _scope(path: str) -> dict[str, str]:
    return {"path": path, "prefix": f"{path}." if path else ""}


_CUTS: Final[Mapping[str, tuple[Any, Any, Any]]] = {
    "unit": (Unit, Unit.unit_code, true_unit := Unit.id.is_not(None)),
    "service": (Service, Service.service_code, Service.id.is_not(None)),
    "counter": (Counter, Counter.counter_code, Counter.officer_id.is_(None)),
    "officer": (Officer, Officer.officer_code, Officer.civil_servant.is_(True)),
}
