"""The operator's commands; each reads its arguments, runs one use case, prints what came of it."""

from __future__ import annotations

from collections.abc import Callable

import click

from portal.cli import accounts, answers, clients, indicators, measures, periods, policy, purge, registry, storage
from portal.services import Portal


def build(open_portal: Callable[[], Portal], say: Callable[[str], str] = str) -> click.Group:
    """Return the group `portal` with every command that needs only a Portal; `say` gives the sentence of a key."""

    @click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
    def portal() -> None:
        """Suara Loket: citizens rate the service at the counter."""

    for module in (accounts, answers, clients, indicators, measures, periods, policy, purge, storage):
        for command in module.commands(open_portal):
            portal.add_command(command)
    for command in registry.commands(open_portal, say):
        portal.add_command(command)
    return portal
