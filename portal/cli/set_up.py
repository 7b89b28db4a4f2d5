"""`portal set-up-address`: where an empty portal is set up, for whoever installs it."""

from __future__ import annotations

from collections.abc import Callable

import click

from portal.cli import errand
from portal.services import Portal
from portal.services.enrol.set_up import is_set_up, set_up_key


def command(open_portal: Callable[[], Portal], public_url: Callable[[], str]) -> click.Command:
    """Return `set-up-address`; `public_url` is where the portal answers."""

    @click.command("set-up-address")
    def set_up_address() -> None:
        """Print the address that sets an empty portal up; whoever opens it makes the first administrator."""
        portal = open_portal()
        if errand.run(portal, is_set_up):
            raise click.ClickException("this portal is set up: somebody has an account")
        click.echo(f"{public_url()}/mulai?kunci={set_up_key(portal)}")

    return set_up_address
