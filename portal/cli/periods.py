"""Commands about base periods: closing and correcting them, what was signed, and the keys that sign."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final

import click

from portal.cli import errand
from portal.domain.errors import Invalid
from portal.services import Portal
from portal.services.collect.attribution import PARTS, DutyCorrection, propose_duty
from portal.services.publish import signing
from portal.services.publish.closing import Closing, propose_closing
from portal.services.publish.correcting import propose_correction
from portal.services.publish.preview import read_jws
from portal.services.publish.verify import read_keys, verify_snapshot

FAULTS: Final = {
    "jws": "this is no snapshot: not a compact JWS signed by Ed25519",
    "key": "it was signed by none of these keys",
    "keys": "the key file holds no Ed25519 key, or one whose name is not its thumbprint",
    "signature": "the signature does not hold: something was changed after signing",
    "canonical": "the payload is not written in canonical JSON (RFC 8785)",
    "format": "the payload is not a snapshot of this format",
    "manifest": "the scores are not those of the manifest: one is missing, changed or added",
    "sheet": "the parameter sheet is not the one whose hash is given",
    "chain": "it does not follow from the snapshot signed before it",
    "government": "it is of another government than the one seen before",
    "older": "a later version of this period was seen before",
    "other": "the same version was seen before with other contents",
}
_FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)


def commands(open_portal: Callable[[], Portal]) -> list[click.Command]:
    """Return the commands of this module."""
    later = [_snapshot(open_portal), _correct_duty(open_portal), _signing_keys(open_portal), verify_command]
    return [*_period_commands(open_portal), *later]


def _period_commands(open_portal: Callable[[], Portal]) -> list[click.Command]:
    @click.command("close-period")
    @click.argument("period")
    @click.option("--reason", default="", help="Why; whoever approves reads it.")
    def close_period(period: str, reason: str) -> None:
        """Close PERIOD (2026-S1) with its last release and a signed snapshot; once closed it stays as it is.

        Once an administrator or a reviewer has an account, one of them must approve it in the browser.
        """
        close = partial(propose_closing, period_code=period, reason=reason, alone=True, actor=errand.actor())
        _tell(errand.run(open_portal(), close))

    @click.command("correct-period")
    @click.argument("period")
    @click.option("--reason", required=True, help="Why; it is signed with the new version.")
    def correct_period(period: str, reason: str) -> None:
        """Sign a new version of the closed PERIOD, when figures of it have changed since; approved as above."""
        correct = partial(propose_correction, period_code=period, reason=reason, alone=True, actor=errand.actor())
        _tell(errand.run(open_portal(), correct))

    return [close_period, correct_period]


def _snapshot(open_portal: Callable[[], Portal]) -> click.Command:
    @click.command("snapshot")
    @click.argument("period")
    @click.option("--version", type=click.IntRange(min=1), help="Which one; the last by default.")
    @click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="File; <period>-v<n>.jws by default.")
    def snapshot(period: str, version: int | None, out: Path | None) -> None:
        """Write the signed snapshot of the closed PERIOD as a compact JWS."""
        row = errand.run(open_portal(), read_jws, period, version)
        file = out or Path(f"{row.period_code}-v{row.version}.jws")
        try:
            file.write_bytes(row.jws)
        except OSError as error:
            raise click.ClickException(f"{file}: {error.strerror}") from error
        click.echo(f"{file}: {row.period_code} version {row.version}, key {row.key_code}, sha256 {row.hash.hex()}")

    return snapshot


def _correct_duty(open_portal: Callable[[], Portal]) -> click.Command:
    @click.command("correct-duty")
    @click.option("--counter", required=True, metavar="CODE")
    @click.option("--date", "at", required=True, type=click.DateTime(["%Y-%m-%d"]), help="A day gone by.")
    @click.option("--part", type=click.Choice(list(PARTS)), default="day", show_default=True)
    @click.option("--officer", metavar="CODE", help="Who really served.")
    @click.option("--nobody", is_flag=True, help="Nobody in particular.")
    @click.option("--reason", required=True, help="Why; whoever approves reads it.")
    def correct_duty(counter: str, at: datetime, part: str, officer: str | None, *, nobody: bool, reason: str) -> None:
        """Give every rating of a counter and day to the officer who really served; approved as above."""
        if nobody == (officer is not None):
            raise click.UsageError("name one: --officer CODE or --nobody")
        asked = DutyCorrection(counter, at.date(), officer, part)
        done = errand.run(open_portal(), propose_duty, asked, reason=reason, alone=True, actor=errand.actor())
        waits = f": proposal {done.proposal_id} waits for approval" if done.proposal_id else ": corrected"
        click.echo(f"{'fewer than 5' if done.answers is None else done.answers} ratings{waits}")

    return correct_duty


def _tell(closing: Closing) -> None:
    if closing.proposal_id:
        click.echo(f"{closing.period_code}: proposal {closing.proposal_id} waits for approval")
    else:
        click.echo(f"{closing.period_code}: closed, version {closing.version}, sha256 {closing.hash}")


def _signing_keys(open_portal: Callable[[], Portal]) -> click.Group:
    @click.group("signing-key")
    def signing_key() -> None:
        """The keys that sign snapshots: one signs, all verify."""

    @signing_key.command("create")
    def create() -> None:
        """Make a key that signs from now on; keys made before still verify and are not retired."""
        click.echo(errand.run(open_portal(), signing.create_key, actor=errand.actor()))

    @signing_key.command("rotate")
    def rotate() -> None:
        """Retire every key that signs, and make a new one."""
        click.echo(errand.run(open_portal(), signing.rotate_key, actor=errand.actor()))

    @signing_key.command("retire")
    @click.argument("key")
    def retire(key: str) -> None:
        """Retire KEY: it signs no more; what it signed still verifies."""
        errand.run(open_portal(), signing.retire_key, key, actor=errand.actor())

    @signing_key.command("list")
    def show() -> None:
        """List the keys: code, made at, retired at; `*` marks the one that signs."""
        for key in errand.run(open_portal(), signing.list_keys):
            retired = key.retired_at.isoformat(timespec="minutes") if key.retired_at else "-"
            mark = "*" if key.signs else " "
            click.echo(f"{mark} {key.key_code}\t{key.created_at.isoformat(timespec='minutes')}\t{retired}")

    @signing_key.command("export")
    def export() -> None:
        """Print every public key as a JWK set, for `verify-snapshot --key`."""
        click.echo(json.dumps(errand.run(open_portal(), signing.export_keys), indent=2))

    return signing_key


@click.command("verify-snapshot")
@click.argument("file", type=_FILE)
@click.option("--key", "key_file", type=_FILE, required=True, help="Public keys: a JWK set or a single JWK.")
@click.option("--after", "seen", type=_FILE, multiple=True, help="A snapshot seen before; again for more.")
def verify_command(file: Path, key_file: Path, seen: tuple[Path, ...]) -> None:
    """Check a snapshot offline: signature, contents, counts, chain; without a database or settings.

    With --after, an older version than one shown there is refused.
    """
    try:
        keys = read_keys(key_file.read_bytes())
        found = verify_snapshot(file.read_bytes(), keys, [other.read_bytes() for other in seen])
    except Invalid as fault:
        raise click.ClickException(f"{file}: {FAULTS[fault.detail]}") from fault
    counts = ", ".join(f"{count} {cut}" for cut, count in found.counts.items())
    shadow = ", shadow period" if found.shadow else ""
    reason = f" ({found.reason})" if found.reason else ""
    click.echo(f"{found.government}: {found.period} version {found.version}{reason}{shadow}")
    click.echo(f"signed {found.signed_at}, number {found.number}; scores: {counts}")
    click.echo(f"sha256 {found.hash}\nprevious {found.previous}")
