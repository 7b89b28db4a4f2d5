"""What holds for every page in a browser: axe finds nothing, nothing is wider than the screen."""

from __future__ import annotations

from typing import Any, Final

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

LANGUAGES: Final = ("id", "en")
WIDTHS: Final = (360, 1280)
SCHEMES: Final = ("light", "dark")

_RULES: Final = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
# A table may scroll sideways in a box of its own that the keyboard reaches.
_TOO_WIDE: Final = """() => [...document.querySelectorAll('body *')]
    .filter(it => !it.parentElement.closest('[role=region][tabindex="0"]'))
    .filter(it => it.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
    .map(it => it.outerHTML.slice(0, 80))"""


def violations(page: Page) -> list[str]:
    """Say what axe finds on the page as it stands."""
    page.evaluate(AXE_SCRIPT)
    found: list[dict[str, Any]] = page.evaluate("rules => axe.run(rules).then(found => found.violations)", _RULES)
    return [f"{rule['id']}: {node['html'][:120]}" for rule in found for node in rule["nodes"]]


def too_wide(page: Page) -> list[str]:
    """Say what reaches beyond the right edge of the screen."""
    found: list[str] = page.evaluate(_TOO_WIDE)
    return found


def problems_everywhere(page: Page) -> list[str]:
    """Say what is wrong at any width, in any scheme."""
    problems: list[str] = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 640})
        problems += [f"{width}: {what}" for what in too_wide(page)]
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            problems += [f"{width}, {scheme}: {what}" for what in violations(page)]
    return problems
