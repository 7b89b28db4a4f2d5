"""Use case of the operator: a backup back into a database without a table, of either kind."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, BinaryIO, Final

from sqlalchemy.orm import Session

from portal.domain.errors import Invalid
from portal.services import Portal
from portal.services.backup.manifest import Manifest, TableDigest
from portal.services.backup.sealing import unseal
from portal.services.backup.writing import FORMAT
from portal.storage import backup, migrate

_LONGEST_LINE: Final = 1 << 28
"""Bytes. A row may hold a signed snapshot: 5,000 officers make about 20 MB of one."""


def restore_backup(portal: Portal, source: BinaryIO, *, key: str) -> Manifest:
    """Bring an empty database to what the backup holds, then to the tables of this version; all of it or nothing.

    Raises:
        Invalid: `detail` says what is wrong with the file, the key or the database.
    """
    source.seek(0)
    with portal.begin() as session:
        if not backup.is_empty(session):
            raise Invalid("the database is not empty: restore into a new one")
        reader = _Reader(_lines(_inflate(unseal(source, key))))
        head = reader.head()
        if not migrate.is_known(head["revision"]):
            raise Invalid(f"the backup is of version {head['version']}, which is newer than this one")
        connection = session.connection()
        migrate.upgrade(connection, head["revision"])
        found = _restore_tables(session, reader)
        manifest = _manifest(head, reader.said, found)
        migrate.upgrade(connection)
    return manifest


def _restore_tables(session: Session, reader: _Reader) -> dict[str, TableDigest]:
    tables = backup.list_tables(session)
    found: dict[str, TableDigest] = {}
    for table in tables:
        columns = reader.columns_of(table.name)
        if columns != backup.columns_of(table):
            raise Invalid(f"the backup's table {table.name} has other columns than its version")
        try:
            backup.append_rows(session, table, columns, reader.rows())
        except ValueError as error:
            raise Invalid(f"the backup's table {table.name} holds what is no row") from error
        found[table.name] = reader.digest()
    backup.put_sequences(session, tables)
    reader.end()
    return found


def _manifest(head: Mapping[str, Any], said: Mapping[str, Any], found: Mapping[str, TableDigest]) -> Manifest:
    """Compare what the backup says of itself with what came out of it."""
    if said.get("tables") != {name: [digest.rows, digest.sha256] for name, digest in found.items()}:
        raise Invalid("the backup does not hold what its manifest says")
    at = datetime.fromisoformat(head["at"])
    return Manifest(head["version"], head["revision"], at, found, said["audit_entries"], said["audit_head"])


class _Reader:
    """The lines of a backup, in the order in which they were written."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self._lines, self._digest, self._rows = lines, hashlib.sha256(), 0
        self.said: Mapping[str, Any] = {}

    def head(self) -> Mapping[str, Any]:
        said = self._next()
        if said.get("format") != FORMAT:
            raise Invalid("the backup has a form that this version does not know")
        return said

    def columns_of(self, table: str) -> Sequence[Sequence[str]]:
        said = self._next()
        if said.get("table") != table:
            raise Invalid(f"the backup has no table {table} where it should stand")
        self._digest, self._rows = hashlib.sha256(), 0
        columns: Sequence[Sequence[str]] = said["columns"]
        return columns

    def rows(self) -> Iterator[bytes]:
        for line in self._lines:
            if line.startswith(b"{"):
                self.said = _object(line)
                return
            self._digest.update(line)
            self._rows += 1
            yield line
        raise Invalid("the backup ends in the middle of a table")

    def digest(self) -> TableDigest:
        digest = TableDigest(self._rows, self._digest.hexdigest())
        if (self.said.get("rows"), self.said.get("sha256")) != (digest.rows, digest.sha256):
            raise Invalid(f"the backup's table {self.said.get('end')} is not as it was written")
        return digest

    def end(self) -> None:
        self.said = self._next()
        if next(self._lines, None) is not None:
            raise Invalid("the backup goes on after its end")

    def _next(self) -> Mapping[str, Any]:
        line = next(self._lines, None)
        if line is None:
            raise Invalid("the backup ends too early")
        return _object(line)


def _object(line: bytes) -> Mapping[str, Any]:
    try:
        said: Mapping[str, Any] = json.loads(line)
    except ValueError as error:
        raise Invalid("the backup holds a line that cannot be read") from error
    return said


def _inflate(pieces: Iterable[bytes]) -> Iterator[bytes]:
    inflater = zlib.decompressobj()
    try:
        for piece in pieces:
            yield inflater.decompress(piece)
        yield inflater.flush()
    except zlib.error as error:
        raise Invalid("the backup's content cannot be read") from error
    if not inflater.eof:
        raise Invalid("the backup ends too early")


def _lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    begun: list[bytes] = []
    for piece in pieces:
        *ends, rest = piece.split(b"\n")
        for end in ends:
            yield b"%s%s\n" % (b"".join(begun), end)
            begun.clear()
        begun.append(rest)
        if sum(map(len, begun)) > _LONGEST_LINE:
            raise Invalid("the backup holds a line that cannot be read")
    if any(begun):
        raise Invalid("the backup ends too early")
