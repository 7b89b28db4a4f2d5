"""What can be seen from the settings alone."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from datetime import tzinfo
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from limits.storage import storage_from_string

from portal.services.doctor.finding import Finding, Installation, fail, ok, warn

_FEWEST_CHARACTERS: Final = 12
_OTHERS_AND_WRITERS: Final = 0o027
"""systemd hands credentials on with a mask that shows the group reading, so a group that reads may be only that."""

_ZONES: Final = ("Asia/Jakarta", "Asia/Pontianak", "Asia/Makassar", "Asia/Jayapura")
_MEMORY: Final = "memory:"


def examine_settings(installation: Installation, zone: tzinfo) -> Iterator[Finding]:
    """Look at everything that needs no database."""
    yield ok("settings")
    yield _strength("secret-key", installation.secret_key)
    if installation.backup_key:
        yield _strength("backup-key", installation.backup_key)
    if installation.backup_key == installation.secret_key:
        yield fail("keys-same")
    yield from map(_mode, installation.secret_files)
    yield ok("time-zone", zone=zone) if str(zone) in _ZONES else warn("time-zone-abroad", zone=zone)
    yield _address(installation)
    yield _proxies(installation)
    yield _limits(installation)
    if not installation.backup_key:
        yield warn("backup-key-missing")


def _strength(name: str, key: str) -> Finding:
    return ok(name) if len(set(key)) >= _FEWEST_CHARACTERS else fail(f"{name}-weak", characters=len(set(key)))


def _mode(file: Path) -> Finding:
    mode = file.stat().st_mode & 0o777
    return (
        fail("secret-file-open", file=file, mode=f"{mode:04o}")
        if mode & _OTHERS_AND_WRITERS
        else ok("secret-file", file=file)
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _address(installation: Installation) -> Finding:
    address = urlsplit(installation.public_url)
    trial = warn if installation.demo else fail
    if _is_loopback(address.hostname or ""):
        return trial("public-url-local", address=installation.public_url)
    if address.scheme != "https":
        return trial("public-url-http", address=installation.public_url)
    return ok("public-url", address=installation.public_url)


def _proxies(installation: Installation) -> Finding:
    """Compare who is believed with who stands in front: TLS ends in a proxy, as `serve` has none."""
    near = _is_loopback(installation.bind.rpartition(":")[0].strip("[]"))
    if installation.public_url.startswith("https://") and not installation.trusted_proxies:
        return fail("proxies-none")
    if installation.trusted_proxies and not near:
        return warn("proxies-open", bind=installation.bind)
    return ok("proxies", count=installation.trusted_proxies)


def _limits(installation: Installation) -> Finding:
    storage = installation.limiter_storage
    if storage.startswith(_MEMORY):
        return warn("limits-apart", workers=installation.workers) if installation.workers > 1 else ok("limits-memory")
    try:
        reached = storage_from_string(storage).check()
    except Exception:  # noqa: BLE001 - whatever the client library of that storage raises, it is not reached
        reached = False
    return ok("limits-storage") if reached else fail("limits-storage-away")
