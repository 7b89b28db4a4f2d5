"""What the doctor looked at, and what he found; the words for it are the command's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


class State(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor; `detail` fills the sentence that `code` stands for."""

    state: State
    code: str
    detail: Mapping[str, object] = field(default_factory=dict)


def ok(code: str, /, **detail: object) -> Finding:
    """Return what is as it should be."""
    return Finding(State.OK, code, detail)


def warn(code: str, /, **detail: object) -> Finding:
    """Return what somebody should look at."""
    return Finding(State.WARN, code, detail)


def fail(code: str, /, **detail: object) -> Finding:
    """Return what must be mended."""
    return Finding(State.FAIL, code, detail)


@dataclass(frozen=True, slots=True)
class Installation:
    """What the doctor is told of the settings; `secret_files` are the files that secrets were read from."""

    secret_key: str
    backup_key: str
    secret_files: tuple[Path, ...]
    public_url: str
    bind: str
    trusted_proxies: int
    workers: int
    limiter_storage: str
    release_minutes: int
    demo: bool
