"""A disaster, by the commands that an operator types: backed up while citizens rate, lost, and restored."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Final

from portal import app as composition
from portal.services import Portal
from portal.settings import PREFIX, Settings
from tests import government
from tests.faults.citizens import Crowd, Rating
from tests.faults.promises import kept
from tests.serving import PORTAL, ROOT, SECRET, Serving
from tests.truth import assert_sums_hold

KEY: Final = "made-up key of the backups, 32 characters"


@contextmanager
def _opened(database_url: str) -> Iterator[Portal]:
    portal = composition.build_portal(Settings(secret_key=SECRET, database_url=database_url))
    try:
        yield portal
    finally:
        portal.close()


def _type(database_url: str, *words: object) -> str:
    """Type a command, and return what it says."""
    told = {"SECRET_KEY": SECRET, "BACKUP_KEY": KEY, "DATABASE_URL": database_url}
    outside = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    done = subprocess.run(
        [sys.executable, "-m", "portal.app", *map(str, words)],
        cwd=ROOT,
        env=outside | {f"{PREFIX}{name}": value for name, value in told.items()},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_what_was_promised_before_a_backup_comes_back_from_it(database_url: str, tmp_path: Path) -> None:
    with _opened(database_url) as portal:
        codes = list(government.small(portal).codes.values())
    before: list[Rating] = []
    with Serving(PORTAL, database_url, release_minutes=0) as serving:
        crowd = Crowd(serving.port, codes)

        def back_up_and_die() -> None:
            before.extend(crowd.promised)
            _type(database_url, "backup", "--output", tmp_path)
            serving.kill()

        crowd.rate(Random(2026), at_least=50, then=back_up_and_die)
    assert len(crowd.promised) > len(before) >= 50  # nobody waited for the backup
    assert _type(database_url, "verify-backup", tmp_path).endswith("whole\n")
    new = f"sqlite:///{tmp_path / 'new.sqlite3'}"
    assert _type(new, "restore", tmp_path, "--into", new).endswith("whole\n")
    with _opened(new) as portal:
        assert kept(portal, before).lost == frozenset()
        assert_sums_hold(portal)
