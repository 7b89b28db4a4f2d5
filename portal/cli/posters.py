"""`portal posters`: the codes of counters as one PDF, and the list of them beside it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import click

from portal.cli import errand
from portal.services import Portal
from portal.services.enrol.posters.index import index_csv
from portal.services.enrol.posters.layout import Format
from portal.services.enrol.posters.printing import Selection, list_posters, print_posters

_EVERY: Final = 25


def command(open_portal: Callable[[], Portal], public_url: Callable[[], str]) -> click.Command:
    """Return `posters`; `public_url` gives the address that the codes carry."""

    @click.command("posters")
    @click.option("--format", "paper", type=click.Choice([paper.value for paper in Format]), required=True)
    @click.option("--unit", "unit_code", metavar="CODE", help="Only this unit and those below it.")
    @click.option("--counter", "counter_code", metavar="CODE", help="Only this counter.")
    @click.option("--draft", is_flag=True, help="Mark every sheet; needed while the address is not public.")
    @click.option("--index", type=_FILE, metavar="FILE.csv", help="Write the list of the codes, too.")
    @click.option("-o", "--output", type=_FILE, metavar="FILE.pdf", required=True)
    def posters(
        *, paper: str, unit_code: str | None, counter_code: str | None, draft: bool, index: Path | None, output: Path
    ) -> None:
        """Print the codes of counters to a PDF: all counters in use, or for `papan` all name plates."""
        portal = open_portal()
        selection = Selection(public_url(), unit_code=unit_code, counter_code=counter_code)
        pdf = errand.run(portal, print_posters, selection, Format(paper), draft=draft, progress=_tell)
        _write(output, pdf)
        if index:
            _write(index, index_csv(errand.run(portal, list_posters, selection, Format(paper)).posters))

    return posters


_FILE: Final = click.Path(dir_okay=False, path_type=Path)


def _tell(done: int, count: int) -> None:
    if done % _EVERY == 0 or done == count:
        click.echo(f"{done}/{count}", err=True)


def _write(file: Path, content: bytes) -> None:
    try:
        file.write_bytes(content)
    except OSError as error:
        raise click.ClickException(f"{file}: {error.strerror}") from None
