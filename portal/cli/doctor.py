"""`portal doctor`: one line for everything that would go wrong silently."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Final

import click

from portal.cli import errand
from portal.services import Portal
from portal.services.doctor.examine import examine
from portal.services.doctor.finding import Finding, Installation, State, fail

TEXTS: Final = {
    "settings": "Settings are read and make sense.",
    "settings-bad": "Settings: {problem}",
    "secret-key": "The secret key looks random.",
    "secret-key-weak": "The secret key has only {characters} different characters. Make one as in README",
    "backup-key": "The backup key looks random.",
    "backup-key-weak": "The backup key has only {characters} different characters. Make one as in README",
    "backup-key-missing": "No backup can be made: set PORTAL_BACKUP_KEY_FILE.",
    "keys-same": "The backup key is the secret key. Make another: whoever restores backups need not sign forms.",
    "secret-file": "{file} is closed to others.",
    "secret-file-open": "{file} has mode {mode}: others can read or write it. Run: chmod 0400",
    "time-zone": "Time zone {zone}.",
    "time-zone-abroad": "Time zone {zone} is none of Indonesia's: are days counted where the offices are?",
    "public-url": "QR codes and links carry {address}.",
    "public-url-local": "QR codes and links carry {address}, which no phone reaches. Set PORTAL_PUBLIC_URL.",
    "public-url-http": "QR codes and links carry {address} without TLS: ratings can be read and changed on the way.",
    "proxies": "Proxies believed: {count}.",
    "proxies-none": "TLS ends in a proxy, but none is believed: every citizen counts as one address. "
    "Set PORTAL_TRUSTED_PROXIES.",
    "proxies-open": "{bind} is open to the network, and X-Forwarded-For is believed: whoever comes past the proxy "
    "names any address. Bind to 127.0.0.1.",
    "limits-memory": "Limits are counted in the memory of the one process.",
    "limits-apart": "{workers} processes count limits each for itself. Set PORTAL_LIMITER_STORAGE=redis://...",
    "limits-storage": "The storage of the limits answers.",
    "limits-storage-away": "The storage of the limits does not answer: ratings go on, without limits. Does Redis run?",
    "database-away": "The database cannot be used: {why}. Check PORTAL_DATABASE_URL, and whether it runs.",
    "database-empty": "The database has no tables yet. Run: portal migrate",
    "database-revision": "The database is at revision {revision}, this version needs {head}. Run: portal migrate",
    "database": "The database ({kind}) answers and is at revision {revision}.",
    "durability": "An acknowledged rating could be lost with the power: {dangers}.",
    "durable": "What is acknowledged survives a loss of power.",
    "disk-remote": "The database file is on {kind}. SQLite needs a disk of this machine; or use PostgreSQL.",
    "disk-memory": "The database file is on {kind} and will be gone after a restart.",
    "disk": "{percent} % of the disk is free.",
    "disk-full": "Only {percent} % of the disk is free.",
    "clock": "The clock is plausible.",
    "clock-behind": "Something was written at {newest}, which is in the future: the clock is wrong, or was.",
    "clocks-apart": "The clocks of this machine and of the database are {seconds} s apart. Is time synchronised?",
    "rehearsal-long": "A rehearsal has been open for {days} days. Its ratings will be wiped: end it.",
    "scheduler": "The scheduler runs.",
    "scheduler-late": "The scheduler last ran {hours} h ago: figures do not move. Is the service running?",
    "scheduler-never": "The scheduler has never run. Start the service.",
    "scheduler-off": "PORTAL_RELEASE_MINUTES is 0: figures move only by `portal release`.",
    "backup": "The newest backup is {hours} h old.",
    "backup-old": "The newest backup is {hours} h old. Look at the backup timer.",
    "backup-never": "No backup was ever made.",
    "audit": "The chain of the audit log holds.",
    "audit-broken": "The chain of the audit log breaks at entry {entry}: it was changed.",
    "tallies-even": "There are as many counted answers as given ones (`portal rebuild-tallies --check` compares all).",
    "tallies": "Counted answers differ from given ones ({wrong}). Run: portal rebuild-tallies --check",
    "periods": "No period waits to be closed.",
    "period-overdue": "{period} ended {days} days ago and is not closed: its figures are neither final nor signed.",
    "signing-key": "The key that signs closed periods can be used.",
    "signing-key-locked": "The signing key was made under another PORTAL_SECRET_KEY: no period can be closed. "
    "Bring that secret back, or run: portal signing-key rotate",
    "comments": "No comment waits for somebody who is not there.",
    "comments-unread": "Comments are held back for a reviewer, and no reviewer has an account. "
    "Run: portal create-account",
}
"""What each finding says to the operator."""


def commands(open_portal: Callable[[], Portal], look: Callable[[], Installation | list[str]]) -> list[click.Command]:
    """Return `doctor`; `look` gives the settings, or what is wrong with them, line by line."""

    @click.command("doctor")
    @click.option("--json", "as_json", is_flag=True, help="One object for each finding, for programs.")
    def doctor(*, as_json: bool) -> None:
        """Look at settings, database, disk, clocks and backups; exit 1 where something must be mended."""
        seen = look()
        if isinstance(seen, Installation):
            found = errand.run(open_portal(), examine, seen)
        else:
            found = [fail("settings-bad", problem=line) for line in seen]
        click.echo(_as_json(found) if as_json else "\n".join(map(_line, found)))
        if any(finding.state is State.FAIL for finding in found):
            raise click.exceptions.Exit(1)

    return [doctor]


def _text(finding: Finding) -> str:
    return TEXTS[finding.code].format(**finding.detail)


def _line(finding: Finding) -> str:
    return f"{finding.state.value:<5}{_text(finding)}"


def _as_json(found: Sequence[Finding]) -> str:
    return json.dumps([{"state": f.state, "code": f.code, "text": _text(f)} for f in found], indent=1)
