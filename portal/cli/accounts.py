"""Commands about accounts of staff, and the check of the log of what they did."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import click

from portal.cli import errand
from portal.domain.access import Role
from portal.services import Portal
from portal.services.admit import accounts, trail


def commands(open_portal: Callable[[], Portal]) -> list[click.Command]:
    """Return `create-account`, `reset-password`, `disable-account` and `audit-verify`."""

    @click.command("create-account")
    @click.argument("username")
    @click.option("--name", required=True, help="Name as the dashboard shows it.")
    @click.option("--role", type=click.Choice([role.value for role in Role]), default=Role.UNIT_HEAD.value)
    @click.option("--unit", "unit_code", metavar="CODE", help="Unit that the account is head of.")
    def create(username: str, name: str, role: str, unit_code: str | None) -> None:
        """Create an account of staff; the password is shown this once."""
        create = partial(accounts.create_account, username=username, name=name, role=Role(role), unit_code=unit_code)
        click.echo(errand.run(open_portal(), create, actor=errand.actor()))

    @click.command("reset-password")
    @click.argument("username")
    def reset(username: str) -> None:
        """Give an account a new password, shown this once; whoever is signed in with the old one is out."""
        click.echo(errand.run(open_portal(), accounts.reset_password, username=username, actor=errand.actor()))

    @click.command("disable-account")
    @click.argument("username")
    def disable(username: str) -> None:
        """Disable an account; whoever is signed in with it is out."""
        errand.run(open_portal(), accounts.disable_account, username=username, actor=errand.actor())

    return [create, reset, disable, _audit_verify(open_portal)]


def _audit_verify(open_portal: Callable[[], Portal]) -> click.Command:
    @click.command("audit-verify")
    def audit_verify() -> None:
        """Check the chain of the audit log; exit 1 when an entry was changed or taken out.

        Keep the printed head elsewhere: only comparing it shows that the newest entries were cut off.
        """
        found = errand.run(open_portal(), trail.verify_audit)
        click.echo(f"entries: {found.entries}\nhead: {found.head}")
        if found.broken_at is not None:
            raise click.ClickException(f"the chain breaks at entry {found.broken_at}")

    return audit_verify
