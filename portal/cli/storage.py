"""Commands about what is kept: the release by hand, and the check of the tallies."""

from __future__ import annotations

from collections.abc import Callable

import click

from portal.cli import errand
from portal.services import Portal
from portal.services.publish.comments import release_comments
from portal.services.publish.release import release
from portal.services.rebuild import check_tallies, rebuild_tallies


def commands(open_portal: Callable[[], Portal]) -> list[click.Command]:
    """Return `release` and `rebuild-tallies`."""

    @click.command("release")
    @click.option("--weekly", is_flag=True, help="Let officers and cuts of few officers move too, whatever the day.")
    def release_(*, weekly: bool) -> None:
        """Move what is pending into the published figures, and forget what was kept for a time only."""
        portal = open_portal()
        released = errand.run(portal, release, weekly=weekly or None)
        comments = errand.run(portal, release_comments)
        kind = "weekly release" if released.weekly else "release"
        click.echo(f"{kind}: {released.cells} cells moved, {released.waiting} wait")
        if comments:
            click.echo(f"comments: {comments} released")

    @click.command("rebuild-tallies")
    @click.option("--check", is_flag=True, help="Only compare; exit 1 when a row differs.")
    def rebuild(*, check: bool) -> None:
        """Recompute the tallies from the ratings; ratings wait until it is done."""
        portal = open_portal()
        found = (
            errand.run(portal, check_tallies) if check else errand.run(portal, rebuild_tallies, actor=errand.actor())
        )
        click.echo(f"rows: {found.rows}\ndiffering: {found.differing}")
        if check and found.differing:
            raise click.exceptions.Exit(1)

    return [release_, rebuild]
