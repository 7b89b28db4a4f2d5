"""The operator's commands; each reads its arguments, runs one use case, prints what came of it."""

from __future__ import annotations

from collections.abc import Callable

import click

from portal.cli import accounts, clients, measures, policy, registry, storage
from portal.services import Portal


def build(open_portal: Callable[[], Portal]) -> click.Group:
    """Return the group `portal` with every command that needs nothing but a Portal."""

    @click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
    def portal() -> None:
        """Suara Loket: citizens rate the service at the counter."""

    for module in (accounts, clients, measures, policy, registry, storage):
        for command in module.commands(open_portal):
            portal.add_command(command)
    return portal
