"""How the operator's commands run use cases: by name of the operator, errors in one line."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable
from typing import Concatenate, Final, ParamSpec, TypeVar

import click

from portal import services
from portal.domain.errors import PortalError
from portal.services import Portal

_HINTS: Final = {
    "invalid: days": "the period must be over, and the last release of officers' figures 14 days ago",
    "invalid: key": "PORTAL_SECRET_KEY is not the one under which the signing key was made; see README",
    "invalid: period": "periods are closed in order: one before this is open",
    "invalid: rehearsal": "a rehearsal is under way, whose ratings will be wiped",
    "invalid: unchanged": "no figure differs from what was signed last",
    "not-found: posters": "no counter in use is of that kind",
    "address-not-public": "set PORTAL_PUBLIC_URL to a public https address",
    "storage-unavailable": "check PORTAL_DATABASE_URL; a new database needs `portal migrate` first",
}

P = ParamSpec("P")
R = TypeVar("R")


def run(portal: Portal, use_case: Callable[Concatenate[Portal, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run a use case; what it refuses ends the command with its code and exit status 1."""
    try:
        return services.run(portal, use_case, *args, **kwargs)
    except PortalError as error:
        said = ": ".join(dict.fromkeys((error.code, error.detail or error.code)))
        hint = _HINTS.get(said, _HINTS.get(error.code))
        raise click.ClickException(f"{said} ({hint})" if hint else said) from error


def actor() -> str:
    """Name who is at the terminal, for the audit log."""
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):  # a container may run under a number that has no name
        return f"cli:{os.getuid()}"
