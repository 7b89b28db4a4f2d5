"""Commands about API clients."""

from __future__ import annotations

from collections.abc import Callable

import click

from portal.cli import errand
from portal.domain.access import SCOPES
from portal.services import Portal
from portal.services.admit import clients


def commands(open_portal: Callable[[], Portal]) -> list[click.Command]:
    """Return the group `api-client`."""

    @click.group("api-client")
    def api_client() -> None:
        """Systems that may pull scores."""

    @api_client.command("create")
    @click.argument("name")
    @click.option("--unit", "unit_code", metavar="CODE", help="See this unit and those below it only.")
    @click.option("--scope", "scopes", multiple=True, type=click.Choice(SCOPES), default=SCOPES[:1], show_default=True)
    def create(name: str, unit_code: str | None, scopes: tuple[str, ...]) -> None:
        """Create a client; its secret is shown this once."""
        client_code, secret = errand.run(
            open_portal(), clients.create_client, name=name, unit_code=unit_code, scopes=scopes, actor=errand.actor()
        )
        click.echo(f"client_id: {client_code}\nclient_secret: {secret}")

    @api_client.command("list")
    def show() -> None:
        """List clients: id, name, unit, scopes, last use, state."""
        for client in errand.run(open_portal(), clients.list_clients):
            used = client.last_used_at.isoformat(timespec="minutes") if client.last_used_at else "-"
            state = "disabled" if client.disabled_at else "active"
            columns = (client.client_code, client.name, client.unit_code or "-", " ".join(client.scopes), used, state)
            click.echo("\t".join(columns))

    @api_client.command("disable")
    @click.argument("client_id")
    def disable(client_id: str) -> None:
        """Disable a client and end its tokens."""
        errand.run(open_portal(), clients.disable_client, client_code=client_id, actor=errand.actor())

    return [api_client]
