"""Commands about accounts of staff, and the check of the log of what they did."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import click

from portal.cli import errand
from portal.domain import access
from portal.domain.access import Role, State
from portal.services import Portal
from portal.services.admit import accounts, trail

Open = Callable[[], Portal]
_OVERSIGHT = [role.value for role in Role if role is not Role.UNIT_HEAD]


def commands(open_portal: Open) -> list[click.Command]:
    """Return the commands of accounts, and `audit-verify`."""
    return [
        _create(open_portal),
        _reset(open_portal),
        _reset_second_factor(open_portal),
        _disable(open_portal),
        _enable(open_portal),
        _list(open_portal),
        _audit_verify(open_portal),
    ]


def _create(open_portal: Open) -> click.Command:
    @click.command("create-account")
    @click.argument("username")
    @click.option("--name", required=True, help="Name as the portal shows it.")
    @click.option("--role", type=click.Choice([role.value for role in Role]), default=Role.UNIT_HEAD.value)
    @click.option("--unit", "unit_code", metavar="CODE", help="Unit that the account is head of.")
    def create(username: str, name: str, role: str, unit_code: str | None) -> None:
        """Create an account of staff and show its one-time password, this once."""
        if role == Role.UNIT_HEAD.value and not unit_code:
            raise click.UsageError(f"the head of a unit needs --unit; other roles: {', '.join(_OVERSIGHT)}")
        portal = open_portal()
        create = partial(accounts.create_account, username=username, name=name, role=Role(role), unit_code=unit_code)
        password = errand.run(portal, create, actor=errand.actor())
        _hand_over(portal, username, password)

    return create


def _reset(open_portal: Open) -> click.Command:
    @click.command("reset-password")
    @click.argument("username")
    @click.option("--second-factor-lost", is_flag=True, help="Remove second factor and recovery codes as well.")
    def reset(username: str, *, second_factor_lost: bool) -> None:
        """Give an account a new one-time password, shown this once; whoever is signed in with it is out."""
        portal = open_portal()
        reset = partial(accounts.reset_password, username=username, second_factor_lost=second_factor_lost)
        _hand_over(portal, username, errand.run(portal, reset, actor=errand.actor()))

    return reset


def _hand_over(portal: Portal, username: str, password: str) -> None:
    """Say which is the password, how long it is good, and what its owner does with it."""
    line = errand.run(portal, accounts.open_account, username).line
    until = f"{line.one_time_until:%Y-%m-%d %H:%M %Z}" if line.one_time_until else "-"
    click.echo(f"user name: {line.username}\none-time password: {password}\ngood until: {until}")
    steps = ["sign in at /masuk on the portal's address", "make a password of their own, which is asked at once"]
    if line.role in access.SECOND_FACTOR_ROLES and not line.enrolled:
        steps.append("enrol a phone as second factor and keep the recovery codes")
    click.echo("\nNot shown again. Hand it to its owner, who will:", err=True)
    for number, step in enumerate(steps, 1):
        click.echo(f"  {number}. {step}", err=True)


def _reset_second_factor(open_portal: Open) -> click.Command:
    @click.command("reset-second-factor")
    @click.argument("username")
    def reset_second_factor(username: str) -> None:
        """Remove a lost second factor and its recovery codes; whoever is signed in with the account is out."""
        errand.run(open_portal(), accounts.reset_second_factor, username=username, actor=errand.actor())

    return reset_second_factor


def _disable(open_portal: Open) -> click.Command:
    @click.command("disable-account")
    @click.argument("username")
    def disable(username: str) -> None:
        """Disable an account; whoever is signed in with it is out. The last administrator stays."""
        errand.run(open_portal(), accounts.disable_account, username=username, actor=errand.actor())

    return disable


def _enable(open_portal: Open) -> click.Command:
    @click.command("enable-account")
    @click.argument("username")
    def enable(username: str) -> None:
        """Let a disabled account in again, with the password it had."""
        errand.run(open_portal(), accounts.enable_account, username=username, actor=errand.actor())

    return enable


def _list(open_portal: Open) -> click.Command:
    @click.command("list-accounts")
    def list_accounts() -> None:
        """List accounts: user name, name, role, unit, state, second factor."""
        for listed in errand.run(open_portal(), accounts.list_accounts):
            line = listed.line
            factor = "second factor" if line.enrolled else "-"
            said = "one-time password unused" if listed.state is State.WAITING else listed.state.value
            click.echo("\t".join((line.username, line.name, line.role.value, line.unit_code or "-", said, factor)))

    return list_accounts


def _audit_verify(open_portal: Open) -> click.Command:
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
