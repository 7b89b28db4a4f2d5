"""What a backup says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class TableDigest:
    """Rows of a table, and SHA-256 over their lines, in hex."""

    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """Of which moment and version a backup is, and what is in it; `audit_head` is the last hash of the audit log."""

    version: str
    revision: str
    at: datetime
    tables: Mapping[str, TableDigest]
    audit_entries: int
    audit_head: str
