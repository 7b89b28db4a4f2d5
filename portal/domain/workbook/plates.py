"""Name plates: one code per officer and unit, since the ratings of a plate stay with the unit it stood in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Final, cast

from portal.domain.workbook.cell import Value
from portal.domain.workbook.sheet import Fields

PREFIX: Final = "papan"


def plate_code(officer: str, unit: str) -> str:
    """Return the key of the plate; no workbook code holds a colon."""
    return f"{PREFIX}:{officer}:{unit}"


def plates_of(
    officers: Mapping[str, Fields],
    before: Mapping[str, Fields],
    plates: Mapping[str, Fields],
    asked: Mapping[str, Value],
    today: date,
) -> dict[str, dict[str, Value]]:
    """Return how the plates of `officers` should stand.

    An officer who moves gets a plate of the new unit; what is no longer asked for closes yesterday. `before` are the
    officers as stored, `plates` all plates, `asked` the column `papan nama` where the file has it: without it a
    plate in use stays in use.
    """
    wanted: dict[str, dict[str, Value]] = {}
    owned: dict[str, list[str]] = {}
    for code, plate in plates.items():
        owned.setdefault(str(plate["officer"]), []).append(code)
    for officer, fields in officers.items():
        unit, name, ends_on = fields.get("unit"), fields.get("name"), fields.get("ends_on")
        if asked.get(officer, has_plate(officer, before, plates)):
            plate = {"unit": unit, "name": name, "officer": officer, "ends_on": ends_on}
            wanted[plate_code(officer, str(unit))] = plate
        for code in set(owned.get(officer, ())) - wanted.keys():
            wanted |= _closed(code, plates[code], today)
    return wanted


def has_plate(officer: str, before: Mapping[str, Fields], plates: Mapping[str, Fields]) -> bool:
    """Tell whether a stored officer has a name plate in use, in the unit where the officer works now."""
    stored = before.get(officer, {})
    plate = plates.get(plate_code(officer, str(stored.get("unit"))))
    return plate is not None and plate["ends_on"] in {None, stored.get("ends_on")}


def _closed(code: str, plate: Fields, today: date) -> Iterable[tuple[str, dict[str, Value]]]:
    ends_on = cast("date | None", plate["ends_on"])
    if ends_on is None or ends_on >= today:
        yield code, {**plate, "ends_on": today - timedelta(days=1)}
