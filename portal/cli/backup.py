"""`portal backup`, `restore` and `verify-backup`: an encrypted file, tried before it is needed."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import click

from portal.cli import errand
from portal.services import Portal
from portal.services.admit.trail import verify_audit
from portal.services.backup.manifest import Manifest
from portal.services.backup.restoring import restore_backup
from portal.services.backup.writing import note_backup, write_backup
from portal.services.rebuild import check_tallies

SUFFIX: Final = ".backup"
_NAME: Final = "suara-loket-"


@dataclass(frozen=True, slots=True)
class Tools:
    """What the commands need beside the Portal of the settings: one at another address, the key, the version."""

    open_portal: Callable[[], Portal]
    open_at: Callable[[str], Portal]
    key: Callable[[], str]
    version: str


def commands(tools: Tools) -> list[click.Command]:
    """Return `backup`, `restore` and `verify-backup`."""
    return [_backup(tools), _restore(tools), _verify(tools)]


def _backup(tools: Tools) -> click.Command:
    @click.command("backup")
    @click.option("--output", required=True, metavar="FILE|FOLDER|-", help="A folder gets a file named by the moment.")
    @click.option("--keep", type=click.IntRange(min=1), help="In the folder, keep so many of the newest.")
    def backup(output: str, keep: int | None) -> None:
        """Write an encrypted backup of the database while citizens go on rating."""
        portal, key = tools.open_portal(), tools.key()
        with _output(output, portal) as (target, file):
            manifest = errand.run(portal, write_backup, target, key=key, version=tools.version)
        errand.run(portal, note_backup, manifest)
        rows = sum(table.rows for table in manifest.tables.values())
        click.echo(f"{file or 'standard output'}: {rows} rows of {len(manifest.tables)} tables", err=True)
        if keep and file and Path(output).is_dir():
            for old in _backups(Path(output))[:-keep]:
                old.unlink()

    return backup


def _restore(tools: Tools) -> click.Command:
    @click.command("restore")
    @click.argument("file", type=click.Path(exists=True, path_type=Path))
    @click.option(
        "--into", "url", required=True, metavar="URL", help="An empty database: a new file, or CREATE DATABASE."
    )
    def restore(file: Path, url: str) -> None:
        """Restore FILE (of a folder the newest) into an empty database, of whichever kind, and check it."""
        _restore_and_check(tools, _newest(file), url)

    return restore


def _verify(tools: Tools) -> click.Command:
    @click.command("verify-backup")
    @click.argument("file", type=click.Path(exists=True, path_type=Path))
    @click.option("--into", "url", metavar="URL", help="Restore into this empty database instead of a throw-away file.")
    def verify(file: Path, url: str | None) -> None:
        """Restore FILE (of a folder the newest) to see that it can be; exit 1 on any doubt."""
        with tempfile.TemporaryDirectory(prefix="suara-loket-") as folder:
            _restore_and_check(tools, _newest(file), url or f"sqlite:///{folder}/trial.sqlite3")

    return verify


def _restore_and_check(tools: Tools, file: Path, url: str) -> None:
    portal, key = tools.open_at(url), tools.key()
    try:
        with file.open("rb") as source:
            manifest = errand.run(portal, restore_backup, source, key=key)
        tallies, trail = errand.run(portal, check_tallies), errand.run(portal, verify_audit)
    finally:
        portal.close()
    _say(file, manifest)
    click.echo(f"tallies: {tallies.rows} rows, {tallies.differing} differing\naudit: {trail.entries} entries")
    click.echo(f"head: {trail.head}")
    if tallies.differing:
        raise click.ClickException("the tallies are not what the ratings give")
    if trail.broken_at is not None:
        raise click.ClickException(f"the chain of the audit log breaks at entry {trail.broken_at}")
    if (trail.entries, trail.head) != (manifest.audit_entries, manifest.audit_head):
        raise click.ClickException("the audit log does not end as the backup says")
    click.echo("whole")


def _say(file: Path, manifest: Manifest) -> None:
    click.echo(f"{file.name}: of {manifest.at:%Y-%m-%d %H:%M} UTC, version {manifest.version}, {manifest.revision}")
    for name, table in sorted(manifest.tables.items()):
        click.echo(f"  {name:<18}{table.rows:>10}")


def _backups(folder: Path) -> list[Path]:
    """List the backups of a folder, the oldest first: their names are their moments."""
    return sorted(folder.glob(f"{_NAME}*{SUFFIX}"))


def _newest(file: Path) -> Path:
    if not file.is_dir():
        return file
    if not (found := _backups(file)):
        raise click.ClickException(f"{file}: no backup in it")
    return found[-1]


@contextmanager
def _output(output: str, portal: Portal) -> Iterator[tuple[BinaryIO, Path | None]]:
    """Open what the backup goes to; a file has its name only once it is whole and on the disk."""
    if output == "-":
        yield sys.stdout.buffer, None
        sys.stdout.buffer.flush()
        return
    file = Path(output)
    if file.is_dir():
        file /= f"{_NAME}{portal.now():%Y%m%dT%H%M%SZ}{SUFFIX}"
    if file.exists():
        raise click.ClickException(f"{file} exists; a backup replaces no other")
    part = file.with_name(f"{file.name}.part")
    try:
        part.unlink(missing_ok=True)
        part.touch(mode=0o600)
        with part.open("wb") as target:
            yield target, file
            target.flush()
            os.fsync(target.fileno())
        part.rename(file)
    except OSError as error:
        raise click.ClickException(f"{file}: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)
