"""What a command says when its use case refuses."""

from __future__ import annotations

import click
import pytest

from portal import app as composition
from portal.cli import errand
from portal.services.publish.release import release
from portal.settings import Settings

SECRET = "made-up secret of the tests, 32+"


def test_a_database_without_tables_is_answered_with_what_to_do(empty_database_url: str) -> None:
    portal = composition.build_portal(Settings(secret_key=SECRET, database_url=empty_database_url))
    with pytest.raises(click.ClickException, match=r"^storage-unavailable: .*portal migrate"):
        errand.run(portal, release)
    portal.close()
