"""Who migrates while another does waits, and then finds nothing left to do."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import text

from portal import app as composition
from portal.settings import BadSettings
from portal.storage import migrate
from portal.storage.database import make_engine
from tests.serving import ROOT

PROGRAM = "import sys; from portal import app; app.migrate(sys.argv[1])"


@contextmanager
def _migrating(database_url: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, database_url], cwd=ROOT, stderr=subprocess.PIPE, text=True
    ) as process:
        yield process
        _, said = process.communicate()
        assert process.returncode == 0, said


def test_several_processes_migrate_one_empty_database(empty_database_url: str) -> None:
    with _migrating(empty_database_url), _migrating(empty_database_url), _migrating(empty_database_url):
        pass
    engine = make_engine(empty_database_url, connections=1)
    with engine.connect() as connection:
        assert migrate.is_at_head(connection)
        assert connection.execute(text("SELECT count(*) FROM policies")).scalar_one() == 1
    engine.dispose()


def test_no_version_starts_on_a_newer_database(database_url: str) -> None:
    engine = make_engine(database_url, connections=1)
    with engine.connect() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        connection.commit()
    engine.dispose()
    with pytest.raises(BadSettings, match="revision 9999 is of a newer version"):
        composition.migrate(database_url)
