"""Presses that lead to another page: the answer is waited for, because a click alone returns before it is there."""

from __future__ import annotations

from playwright.sync_api import Locator


def follow(control: Locator) -> None:
    """Press a link or button and wait until the page that it leads to has loaded."""
    with control.page.expect_navigation():
        control.click()
