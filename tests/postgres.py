"""One throw-away PostgreSQL cluster for a whole test run, started by the first test that asks."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg import sql

BINARIES: Final = Path("/usr/lib/postgresql/15/bin")
SUPERUSER: Final = "postgres"
SYSTEM_USER: Final = "postgres"  # PostgreSQL refuses to run as root; the package brings this user

# Indonesian order of words, which is not the order of bytes: a list that forgets to say its order shows here.
_INITDB: Final = ("--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=id")
_QUICK: Final = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
_ALWAYS: Final = ("listen_addresses=", "max_connections=200", "timezone=UTC")


class PostgresMissing(Exception):
    """The server's programs are not on this machine."""


class Cluster:
    """A cluster below `home`, reached by a socket in a folder that only its owner may enter.

    Processes that share `home` share the cluster: the first call of `start` starts it, the others wait for it.
    `durable` keeps commits safe against a crash of the machine, as in production; tests do without.
    """

    def __init__(self, home: Path, *, durable: bool = False) -> None:
        self.home = home
        self._data = home / "data"
        self._options = _ALWAYS if durable else (*_ALWAYS, *_QUICK)

    def url(self, database: str = "postgres") -> str:
        """SQLAlchemy's address of a database in this cluster."""
        return f"postgresql+psycopg://{SUPERUSER}@/{database}?host={self.home}"

    def address(self) -> str:
        """psycopg's address of the database that is always there."""
        return f"host={self.home} user={SUPERUSER} dbname=postgres"

    def start(self) -> None:
        """Start the server unless it runs.

        Raises:
            PostgresMissing: the Debian package is not installed.
        """
        if not (BINARIES / "initdb").exists():
            message = f"no PostgreSQL in {BINARIES}: install the package postgresql-15"
            raise PostgresMissing(message)
        with self._alone():
            if self._running():
                return
            self._data.mkdir(mode=0o700)
            if os.geteuid() == 0:
                shutil.chown(self.home, SYSTEM_USER)
                shutil.chown(self._data, SYSTEM_USER)
            self._run("initdb", "--no-sync", f"--username={SUPERUSER}", *_INITDB)
            with (self._data / "postgresql.conf").open("a", encoding="utf-8") as file:
                for option in (*self._options, f"unix_socket_directories={self.home}"):
                    name, _, value = option.partition("=")
                    file.write(f"{name} = '{value}'\n")
            self._run("pg_ctl", "start", "--wait", "--silent", f"--log={self._data / 'log'}")

    def restart(self) -> None:
        """Let the server crash, as losing power does but for the disk, and return once it answers again."""
        self._run("pg_ctl", "restart", "--wait", "--silent", "--mode=immediate", f"--log={self._data / 'log'}")

    def stop(self) -> None:
        """Stop the server, if any process started it, and remove all it kept."""
        with self._alone():
            if self._running():
                self._run("pg_ctl", "stop", "--wait", "--silent", "--mode=immediate")
        shutil.rmtree(self.home)

    def create(self, database: str, template: str = "template0") -> str:
        """Create a database as a copy of `template`, to which nobody may be connected; return its address."""
        self._execute("CREATE DATABASE {} TEMPLATE {}", database, template)
        return self.url(database)

    def drop(self, database: str) -> None:
        """Remove a database and whoever is still connected to it."""
        self._execute("DROP DATABASE {} WITH (FORCE)", database)

    def _execute(self, statement: str, *names: str) -> None:
        query = sql.SQL(statement).format(*map(sql.Identifier, names))
        with psycopg.connect(self.address(), autocommit=True) as connection:
            connection.execute(query)

    def _running(self) -> bool:
        return (self._data / "postmaster.pid").exists()

    def _run(self, program: str, *arguments: str) -> None:
        identity: dict[str, Any] = {}
        if os.geteuid() == 0:
            identity = {"user": SYSTEM_USER, "group": SYSTEM_USER, "extra_groups": []}
        # Output goes to a file: the server inherits it, and a pipe would stay open as long as the server runs.
        with (self.home / "output").open("w+", encoding="utf-8") as output:
            result = subprocess.run(
                [BINARIES / program, f"--pgdata={self._data}", *arguments],
                cwd="/",
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
                **identity,
            )
            output.seek(0)
            if result.returncode:
                raise RuntimeError(output.read())

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with (self.home / "lock").open("w", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
