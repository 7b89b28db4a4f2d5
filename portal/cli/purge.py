"""`portal purge`: what is past its time goes now."""

from __future__ import annotations

from collections.abc import Callable

import click

from portal.cli import errand
from portal.services import Portal
from portal.services.purge import purge


def commands(open_portal: Callable[[], Portal]) -> list[click.Command]:
    """Return `purge`."""

    @click.command("purge")
    @click.option("--dry-run", is_flag=True, help="Count, and delete nothing.")
    def purge_(*, dry_run: bool) -> None:
        """Delete what was kept for a time that is over, as every release does; ratings are never among it."""
        for name, rows in errand.run(open_portal(), purge, dry_run=dry_run).items():
            click.echo(f"{name}: {rows}")

    return [purge_]
