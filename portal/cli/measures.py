"""Commands about the measures themselves."""

from __future__ import annotations

from collections.abc import Callable

import click

from portal.domain.score.sample import target
from portal.services import Portal


def commands(_open_portal: Callable[[], Portal]) -> list[click.Command]:
    """Return `sample-target`."""

    @click.command("sample-target")
    @click.argument("served", type=click.IntRange(min=0))
    def sample_target(served: int) -> None:
        """Print how many respondents a survey needs where so many people were served (Krejcie and Morgan, 5 %)."""
        click.echo(target(served))

    return [sample_target]
