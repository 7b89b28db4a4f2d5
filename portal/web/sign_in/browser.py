"""What the owner of a session knows it by: browser and system, and nothing else of what the browser tells."""

from __future__ import annotations

from typing import Final

# The first mark found counts: browsers name those before them, too.
_BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("UCBrowser/", "UC Browser"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS: Final = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def name_of(user_agent: str) -> str:
    """Return browser and system, joined by a slash; either is empty where it is not known."""
    return "/".join(next((name for mark, name in known if mark in user_agent), "") for known in (_BROWSERS, _SYSTEMS))
