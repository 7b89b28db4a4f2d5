"""Bring a database to the tables of this version, or tell how far it is from them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

MIGRATIONS: Final = Path(__file__).resolve().parents[2] / "migrations"

_ALONE: Final = text("SELECT pg_advisory_xact_lock(hashtext('migrate ' || current_schema()))")


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Apply every migration up to `revision`; who comes at the same time waits until the transaction ends.

    On SQLite the connection must begin for writing: `portal_write`.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(_ALONE)
    command.upgrade(_config(connection), revision)


def downgrade(connection: Connection, revision: str) -> None:
    """Take migrations back down to `revision`."""
    command.downgrade(_config(connection), revision)


def find_revision(connection: Connection) -> str | None:
    """Return the revision that the database is at, None before the first migration."""
    return MigrationContext.configure(connection).get_current_revision()


def get_head() -> str:
    """Return the newest revision of this version."""
    (head,) = ScriptDirectory.from_config(_config()).get_heads()
    return head


def is_known(revision: str) -> bool:
    """Tell whether this version has the revision; a newer one has more."""
    return any(script.revision == revision for script in ScriptDirectory.from_config(_config()).walk_revisions())


def is_at_head(connection: Connection) -> bool:
    """Tell whether the database has exactly the tables of this version."""
    return find_revision(connection) == get_head()
