"""What a command says when its use case refuses."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from portal import app as composition
from portal.cli import errand
from portal.services.publish.release import release
from portal.settings import Settings
from tests.serving import ROOT

SECRET = "made-up secret of the tests, 32+"


def test_a_database_without_tables_is_answered_with_what_to_do(empty_database_url: str) -> None:
    portal = composition.build_portal(Settings(secret_key=SECRET, database_url=empty_database_url))
    with pytest.raises(click.ClickException, match=r"^storage-unavailable: .*portal migrate"):
        errand.run(portal, release)
    portal.close()


@pytest.mark.parametrize("command", ["migrate", "serve"])
def test_a_database_that_is_away_ends_the_program_with_its_reason(command: str, tmp_path: Path) -> None:
    away = {"PORTAL_SECRET_KEY": SECRET, "PORTAL_DATABASE_URL": f"sqlite:///{tmp_path}/no/portal.sqlite3"}
    ended = subprocess.run(
        [sys.executable, "-m", "portal.app", command],
        cwd=ROOT,
        env=os.environ | away,
        capture_output=True,
        check=False,
        text=True,
    )
    assert ended.returncode == 1
    assert ended.stderr.splitlines() == [
        "The database cannot be used: unable to open database file",
        "Check PORTAL_DATABASE_URL.",
    ]
