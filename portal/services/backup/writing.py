"""Use case of the operator: one encrypted file of everything that must not be lost, while citizens go on rating."""

from __future__ import annotations

import hashlib
import json
import zlib
from typing import Any, BinaryIO, Final

from sqlalchemy.orm import Session

from portal.domain.errors import NotReady
from portal.services import Portal
from portal.services.backup.manifest import Manifest, TableDigest
from portal.services.backup.sealing import Sealer
from portal.storage import audit, backup, health, migrate

FORMAT: Final = 1
_LEVEL: Final = 6


class _Lines:
    """Compresses lines and hands them to the sealer."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer, self._compressor = sealer, zlib.compressobj(_LEVEL)

    def say(self, **what: Any) -> None:  # noqa: ANN401 - whatever JSON holds
        self.add(json.dumps(what, separators=(",", ":")).encode() + b"\n")

    def add(self, line: bytes) -> None:
        if compressed := self._compressor.compress(line):
            self._sealer.write(compressed)

    def finish(self) -> None:
        self._sealer.write(self._compressor.flush())
        self._sealer.finish()


def write_backup(portal: Portal, target: BinaryIO, *, key: str, version: str) -> Manifest:
    """Write one snapshot of the database to `target`; writers neither wait nor are waited for.

    Whatever was acknowledged before the call is in it. What is kept for hours only is not
    (`storage.backup.LEFT_OUT`).

    Raises:
        NotReady: the database was never migrated.
    """
    with portal.read() as session:
        revision = migrate.find_revision(session.connection())
        if revision is None:
            raise NotReady("migrations")
        lines = _Lines(Sealer(target, key))
        at = portal.now()
        lines.say(format=FORMAT, version=version, revision=revision, at=at.isoformat())
        tables = {table.name: _write_table(session, table, lines) for table in backup.list_tables(session)}
        last = audit.find_last(session)
        entries, head = (last.id, last.hash.hex()) if last else (0, audit.GENESIS.hex())
        digests = {name: [digest.rows, digest.sha256] for name, digest in tables.items()}
        lines.say(tables=digests, audit_entries=entries, audit_head=head)
        lines.finish()
    return Manifest(version, revision, at, tables, entries, head)


def _write_table(session: Session, table: Any, lines: _Lines) -> TableDigest:  # noqa: ANN401 - a table as `storage` lists it
    lines.say(table=table.name, columns=backup.columns_of(table))
    digest, rows = hashlib.sha256(), 0
    for line in backup.read_rows(session, table):
        lines.add(line)
        digest.update(line)
        rows += 1
    lines.say(end=table.name, rows=rows, sha256=digest.hexdigest())
    return TableDigest(rows, digest.hexdigest())


def note_backup(portal: Portal, manifest: Manifest) -> None:
    """Keep the moment of a backup that was written to its end, for whoever asks how old the newest is."""
    with portal.begin() as session:
        health.beat(session, health.BACKUP, manifest.at)
