"""What a view may reach of the application around it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Concatenate, Final, ParamSpec, TypeVar

from flask import current_app

from portal import services
from portal.services import Portal
from portal.web.texts import Texts

P = ParamSpec("P")
R = TypeVar("R")

NAME: Final = "portal"


@dataclass(frozen=True, slots=True)
class Site:
    """What `portal.app` hands to the pages: the portal, the sentences, and the settings that pages show or obey."""

    portal: Portal
    texts: Texts
    public_url: str
    contact: str
    demo: bool

    @property
    def secure(self) -> bool:
        """Tell whether the site is reached by TLS, so that cookies may insist on it."""
        return self.public_url.startswith("https://")

    @property
    def host(self) -> str:
        """The address as a person reads it."""
        return self.public_url.partition("://")[2]


def site() -> Site:
    """Return the site of the current request."""
    found = current_app.extensions[NAME]
    assert isinstance(found, Site)  # noqa: S101 - narrows a type that only `portal.app` sets
    return found


def run(use_case: Callable[Concatenate[Portal, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run a use case of the current site, again when another writer won."""
    return services.run(site().portal, use_case, *args, **kwargs)
