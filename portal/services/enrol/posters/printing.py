"""Print the codes of counters: all of them, those of a unit and below, or one; and list what is printed."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy.orm import Session

from portal.domain.address import is_public
from portal.domain.errors import AddressNotPublic, NotFound
from portal.services import Portal
from portal.services.enrol.posters.layout import Format
from portal.services.enrol.posters.poster import Poster, Progress
from portal.storage import governments, posters, structure
from portal.storage.posters import Printable
from portal.storage.structure import UnitRow

COUNTERS: Final = frozenset({"loket", "keliling"})
PLATES: Final = frozenset({"petugas"})
LINKS: Final = frozenset({"tautan", "daring"})
_TITLE: Final = {
    Format.A4: "Poster A4",
    Format.A5: "Poster A5",
    Format.A6: "Poster A6",
    Format.TENT: "Tenda meja",
    Format.PLATE: "Papan nama",
}
_PATH: Final = "/q/"


@dataclass(frozen=True, slots=True)
class Selection:
    """Whose codes to print, and at which address of the portal; a unit stands for those below it, too.

    `scope` holds the ids from the root to the caller's own unit; nothing outside it is found.
    """

    public_url: str
    scope: tuple[int, ...] = ()
    unit_code: str | None = None
    counter_code: str | None = None


@dataclass(frozen=True, slots=True)
class PosterList:
    """What a selection would print, by unit and name; `units` are those of the scope, each a code and a name."""

    units: tuple[tuple[str, str], ...]
    posters: tuple[Poster, ...]


def list_posters(portal: Portal, selection: Selection, paper: Format | None = None) -> PosterList:
    """Return what would be printed: name plates for that format, counters for the others, both without one.

    A single counter that is asked for by its code is there whatever the format, even a link. Closed counters and
    those for answers on paper never are.

    Raises:
        NotFound: no such unit or counter in the scope.
    """
    today = portal.today()
    with portal.read() as session:
        government, _ = governments.find_facts(session)
        within = structure.list_subtree(session, selection.scope)
        units = {unit.id: unit for unit in _below(within, selection.unit_code)}
        found = _find(session, units.keys(), selection.counter_code, paper, today)
    listed = [
        Poster(
            government=government or portal.government,
            unit_code=units[counter.unit_id].unit_code,
            unit_name=units[counter.unit_id].name,
            counter_code=counter.counter_code,
            name=_name(counter),
            is_plate=counter.channel in PLATES,
            public_code=counter.public_code,
            host=selection.public_url.partition("://")[2],
            address=f"{selection.public_url}{_PATH}{counter.public_code}".lower(),
            printed_on=today,
            scanned_at=counter.scanned_at.astimezone(portal.time_zone) if counter.scanned_at else None,
        )
        for counter in found
    ]
    return PosterList(tuple((unit.unit_code, unit.name) for unit in within), tuple(sorted(listed, key=_order)))


def print_posters(
    portal: Portal, selection: Selection, paper: Format, *, draft: bool, progress: Progress = lambda *_: None
) -> bytes:
    """Return the PDF of a selection; a draft says on every sheet that it is not to be hung up.

    Raises:
        AddressNotPublic: phones outside would not reach the printed address, or not safely, and it is no draft.
        NotFound: no such unit or counter in the scope, or nothing there to print.
    """
    found = list_posters(portal, selection, paper).posters
    if not found:
        raise NotFound("posters")
    if not (draft or is_public(selection.public_url)):
        raise AddressNotPublic(selection.public_url)
    from portal.services.enrol.posters import drawing  # noqa: PLC0415 - brings ReportLab: 3 MB that few requests need

    title = f"{_TITLE[paper]}, {found[0].government}"
    return drawing.draw(found, paper, title, draft=draft, progress=progress)


def _below(units: Sequence[UnitRow], unit_code: str | None) -> Sequence[UnitRow]:
    if unit_code is None:
        return units
    top = next((unit for unit in units if unit.unit_code == unit_code), None)
    if top is None:
        raise NotFound("unit")
    return [unit for unit in units if unit.path[: len(top.path)] == top.path]


def _find(
    session: Session, unit_ids: Collection[int], counter_code: str | None, paper: Format | None, today: date
) -> Sequence[Printable]:
    if counter_code is None:
        channels = {None: COUNTERS | PLATES, Format.PLATE: PLATES}.get(paper, COUNTERS)
        return posters.list_printable(session, unit_ids, channels, today)
    listed = posters.list_printable(session, unit_ids, COUNTERS | PLATES | LINKS, today)
    found = [counter for counter in listed if counter.counter_code == counter_code]
    if not found:
        raise NotFound("counter")
    return found


def _name(counter: Printable) -> str:
    """Return the name; of a mobile service, which comes by the same name every time, with place and first day."""
    day = f"{counter.starts_on:%d-%m-%Y}" if counter.starts_on and counter.place else None
    return ", ".join(filter(None, (counter.name, counter.place, day)))


def _order(poster: Poster) -> tuple[str, str, list[tuple[int, str]], str]:
    """Order by unit, then by name as people count: Loket 2 before Loket 10."""
    parts = re.findall(r"[0-9]+|[^0-9]+", poster.name.casefold())
    counted = [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]
    return poster.unit_name.casefold(), poster.unit_code, counted, poster.counter_code
