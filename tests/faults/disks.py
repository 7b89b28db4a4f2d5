"""File systems that fill up when the test says so."""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Protocol

from tests.serving import Serving

_BALLAST: Final = "ballast"
_CHUNK: Final = 1 << 12


class Disk(Protocol):
    """What can be filled and emptied again."""

    def fill(self) -> None:
        """Leave no room."""

    def free(self) -> None:
        """Leave room again."""


class SmallDisk:
    """A file system of a few megabytes; only root can make one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self) -> None:
        """Write until nothing more can be written."""
        with (self.folder / _BALLAST).open("wb", buffering=0) as file:
            try:
                while file.write(bytes(_CHUNK)) == _CHUNK:
                    pass
            except OSError:
                return

    def free(self) -> None:
        """Take away what `fill` has written."""
        (self.folder / _BALLAST).unlink()


class LimitedFiles:
    """A server that may not write beyond the first block of any file: what a full disk looks like to it."""

    def __init__(self, serving: Serving) -> None:
        self._pids = [serving.master(), *serving.workers()]

    def fill(self) -> None:
        """Let nothing be written but the beginnings of files."""
        self._limit(_CHUNK)

    def free(self) -> None:
        """Let everything be written."""
        self._limit(None)

    def _limit(self, most: int | None) -> None:
        for pid in self._pids:
            _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (most or hard, hard))


@contextmanager
def small_disk(folder: Path, *, size: str, owner: int = 0) -> Iterator[SmallDisk]:
    """Mount a small file system on `folder`.

    Raises:
        PermissionError: this machine lets nobody mount.
    """
    options = f"size={size},uid={owner},gid={owner},mode=700"
    mount = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:
        raise PermissionError(folder)
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
