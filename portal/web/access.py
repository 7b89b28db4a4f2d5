"""Who may come where: one row for each page of staff, read by the guard and by the tests. What has no row is closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from portal.domain.access import Role


class Scope(StrEnum):
    """How far a page reaches for whoever may open it."""

    SELF = "self"
    """The caller's own account and sessions."""
    SUBTREE = "subtree"
    """The caller's unit and those below it, every unit for an account without one; what is outside answers 404."""
    GOVERNMENT = "government"
    """Everything."""


@dataclass(frozen=True, slots=True)
class Rule:
    """The roles that may come, and how far the page reaches; `confirm` asks for the password again after a while."""

    roles: frozenset[Role]
    scope: Scope
    confirm: bool = False


def _rule(scope: Scope, *roles: Role, confirm: bool = False) -> Rule:
    return Rule(frozenset(roles), scope, confirm)


_HEAD: Final = _rule(Scope.SUBTREE, Role.UNIT_HEAD)
_HEAD_OR_ADMINISTRATOR: Final = _rule(Scope.SUBTREE, Role.UNIT_HEAD, Role.ADMINISTRATOR)
_OVERSIGHT: Final = _rule(Scope.GOVERNMENT, Role.ADMINISTRATOR, Role.REVIEWER)

TABLE: Final[Mapping[str, Rule]] = {
    # the unit's pages
    "unit_head.own": _HEAD,
    "unit_head.unit": _HEAD_OR_ADMINISTRATOR,
    "unit_head.table": _HEAD_OR_ADMINISTRATOR,
    "unit_head.counter": _HEAD_OR_ADMINISTRATOR,
    # what two persons decide, and the log of it all
    "administrator.audit": _OVERSIGHT,
}
"""Endpoint -> rule, for every route whose guard asks who is signed in."""

MENU: Final[Mapping[str, str]] = {
    "unit_head.own": "staff.menu.unit",
    "administrator.audit": "staff.menu.audit",
}
"""Endpoint -> sentence, in the order of the menu; each of staff sees what the table opens to them."""

LANDING: Final[Mapping[Role, str]] = {
    Role.UNIT_HEAD: "unit_head.own",
    Role.ADMINISTRATOR: "administrator.audit",
    Role.REVIEWER: "administrator.audit",
}
"""Where each role arrives after signing in."""


def may(role: Role, endpoint: str | None) -> bool:
    """Tell whether the role may come to the endpoint."""
    rule = TABLE.get(endpoint or "")
    return rule is not None and role in rule.roles
