"""What every page says of the government: its name, that it is only rehearsing, and whether it has officers."""

from __future__ import annotations

from dataclasses import dataclass

from portal.services import Portal
from portal.storage import governments


@dataclass(frozen=True, slots=True)
class Facts:
    """The government's name, by its settings until the set-up gave one, and whether a rehearsal is under way.

    Without `officers` nothing is about persons.
    """

    name: str
    rehearsing: bool
    officers: bool = False


def find_facts(portal: Portal) -> Facts:
    """Return what holds now."""
    with portal.read() as session:
        name, rehearsing = governments.find_facts(session)
        officers = governments.has_officers(session)
    return Facts(name or portal.government, rehearsing, officers)
