"""`portal indicator`: added, told how far it came, and listed."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result

from portal.cli import indicators
from portal.services import Portal
from tests.government import small


@pytest.fixture
def database_kind() -> str:
    """The use cases are tested with both databases; here it is about the terminal."""
    return "sqlite"


def call(portal: Portal, *words: str) -> Result:
    [group] = indicators.commands(lambda: portal)
    return CliRunner().invoke(group, words)


def add(portal: Portal, *further: str) -> str:
    asked = ("--period", "2026-S1", "--kind", "jumlah", "--in", "berkas", "--target", "1200")
    outcome = call(portal, "add", "UPT-1", "Berkas selesai", *asked, *further)
    assert outcome.exit_code == 0, outcome.output
    return outcome.output.strip()


def test_an_indicator_is_added_told_and_listed(portal: Portal) -> None:
    small(portal)
    code = add(portal)
    told = call(portal, "progress", "UPT-1", code, "410,5", "--as-of", "2026-02-28", "--source", "Aplikasi contoh")
    assert told.exit_code == 0
    own = add(portal, "--officer", "P1", "--measure", "petugas")
    assert call(portal, "list", "UPT-1").output.splitlines() == [
        f"{code}  UPT-1  Berkas selesai: 410.5 of 1200 berkas (from elsewhere, not checked: Aplikasi contoh)",
        f"{own}  P1  Berkas selesai: - of 1200 berkas (portal: petugas)",
    ]
    assert call(portal, "list", "UPT-1", "--period", "2025-S2").output == ""


def test_what_is_wrong_is_said_in_one_line(portal: Portal) -> None:
    small(portal)
    refused = call(portal, "progress", "UPT-1", add(portal), "7", "--as-of", "2026-03-04", "--source", "Catatan")
    assert (refused.exit_code, refused.output) == (1, "Error: invalid: future\n")
    assert call(portal, "list", "TIADA").output == "Error: not-found: unit\n"
