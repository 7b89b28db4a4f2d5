"""Commands about the dated choices of the government."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, fields
from datetime import datetime
from functools import partial

import click

from portal.cli import errand
from portal.domain.policy import Policy
from portal.services import Portal
from portal.services import policy as policies

KEYS = [item.name for item in fields(Policy)]


def commands(open_portal: Callable[[], Portal]) -> list[click.Command]:
    """Return the group `policy`."""

    @click.group("policy")
    def policy() -> None:
        """What the government has decided, from which day on."""

    @policy.command("show")
    def show() -> None:
        """List every choice with the day from which it holds; `*` marks what holds today."""
        for line in errand.run(open_portal(), policies.list_policy):
            mark = "*" if line.in_force else " "
            choices = "  ".join(f"{key}={_text(value)}" for key, value in asdict(line.policy).items())
            click.echo(f"{mark} {line.from_on}  {choices}")

    @policy.command("set")
    @click.argument("key", type=click.Choice(KEYS))
    @click.argument("value")
    @click.option(
        "--from", "from_at", type=click.DateTime(["%Y-%m-%d"]), help="First day; the next base period's by default."
    )
    @click.option("--reason", default="", help="Why; whoever approves reads it.")
    def change(key: str, value: str, from_at: datetime | None, reason: str) -> None:
        """Decide VALUE for KEY, never for days gone by; before the first rating it holds from the beginning.

        Once an administrator or a reviewer has an account, one of them must approve it in the browser.
        """
        from_on = from_at.date() if from_at else None
        choose = partial(policies.set_choice, key=key, value=value, from_on=from_on, reason=reason)
        choice = errand.run(open_portal(), choose, actor=errand.actor())
        waits = f": proposal {choice.proposal_id} waits for approval" if choice.proposal_id else ""
        click.echo(f"{key}={value} from {choice.from_on}{waits}")

    return [policy]


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
