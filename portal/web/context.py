"""What a view may reach of the application around it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Concatenate, Final, ParamSpec, TypeVar

from flask import current_app

from portal import services
from portal.domain.errors import PortalError
from portal.domain.looks import BAND
from portal.services import Portal
from portal.services.government import Facts, find_facts
from portal.web.texts import Texts

P = ParamSpec("P")
R = TypeVar("R")

NAME: Final = "portal"
FACTS_FOR: Final = timedelta(seconds=5)


class CurrentFacts:
    """What every page says of the government, looked up again after some seconds rather than for every page."""

    def __init__(self, portal: Portal) -> None:
        """Know nothing but the settings yet."""
        self._portal = portal
        self._held = Facts(portal.government, rehearsing=False)
        self._asked_at: datetime | None = None

    def __call__(self) -> Facts:
        """Return what held some seconds ago at most; while the database is away, what was known before."""
        now = self._portal.now()
        if self._asked_at is None or not timedelta() <= now - self._asked_at < FACTS_FOR:
            try:
                self._held = services.run(self._portal, find_facts)
            except PortalError:  # an error page still names the government
                return self._held
            self._asked_at = now
        return self._held

    def forget(self) -> None:
        """Look again at the next page, because they were just changed here."""
        self._asked_at = None


@dataclass(frozen=True, slots=True)
class Looks:
    """What the government gives its pages: the colour of the band, its crest, and what its counters are called.

    `crest` is a data: address, empty for the portal's own sign.
    """

    colour: str
    crest: str
    counter_label: str

    @property
    def band_css(self) -> str:
        """The style that gives the band its colour, in the dark as in the light; empty for the portal's own."""
        return "" if self.colour == BAND else f":root{{--ina-band:{self.colour}}}"


@dataclass(frozen=True, slots=True)
class Site:
    """What `portal.app` hands to the pages: the portal, the sentences, and the settings that pages show or obey."""

    portal: Portal
    texts: Texts
    public_url: str
    contact: str
    demo: bool
    looks: Looks
    facts: CurrentFacts = field(init=False)

    def __post_init__(self) -> None:
        """Hold the facts for all pages together."""
        object.__setattr__(self, "facts", CurrentFacts(self.portal))

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
