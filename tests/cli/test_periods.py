"""The operator's commands about periods: closing, correcting, keys, and checking a snapshot offline."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from portal import cli
from portal.cli.periods import FAULTS
from portal.domain.access import Role
from portal.services import Portal
from portal.services.admit.accounts import create_account
from tests.clock import Clock
from tests.closed import town

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(portal: Portal, clock: Clock, tmp_path: Path) -> Path:
    """A folder with what was signed of March, twice, and of April; and the keys."""
    town(portal, clock)
    run(portal, "close-period", "2026-03", "--reason", "selesai")
    run(portal, "snapshot", "2026-03", "--out", str(tmp_path / "march.jws"))
    run(portal, "correct-duty", "--counter", "A", "--date", "2026-03-03", "--officer", "P2", "--reason", "tukar")
    run(portal, "correct-period", "2026-03", "--reason", "tukar jaga")
    run(portal, "snapshot", "2026-03", "--out", str(tmp_path / "corrected.jws"))
    run(portal, "close-period", "2026-04")
    run(portal, "snapshot", "2026-04", "--version", "1", "--out", str(tmp_path / "april.jws"))
    (tmp_path / "keys.json").write_text(run(portal, "signing-key", "export").output)
    return tmp_path


def run(portal: Portal, *command: str) -> Result:
    result = CliRunner().invoke(cli.build(lambda: portal), list(command))
    assert result.exit_code == 0, result.output
    return result


def refused(portal: Portal, *command: str) -> str:
    result = CliRunner().invoke(cli.build(lambda: portal), list(command))
    assert result.exit_code == 1, result.output
    (line,) = result.output.strip().splitlines()
    return line


def offline(*command: str) -> subprocess.CompletedProcess[str]:
    """Run the command as somebody does who has the program, and no portal."""
    bare = {"PATH": os.environ["PATH"], "PORTAL_DATABASE_URL": "not an address"}
    return subprocess.run(
        [sys.executable, "-m", "portal.app", "verify-snapshot", *command],
        cwd=ROOT,
        env=bare,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_snapshot_is_checked_without_a_database_or_settings(folder: Path) -> None:
    keys = str(folder / "keys.json")
    good = offline(str(folder / "corrected.jws"), "--key", keys, "--after", str(folder / "march.jws"))
    assert good.returncode == 0, good.stderr
    assert "2026-03 version 2 (tukar jaga)" in good.stdout
    assert "number 2; scores: 4 unit" in good.stdout
    older = offline(str(folder / "march.jws"), "--key", keys, "--after", str(folder / "corrected.jws"))
    assert older.returncode == 1
    (line,) = older.stderr.strip().splitlines()
    assert FAULTS["older"] in line


def test_what_is_wrong_is_said_in_one_line(portal: Portal, folder: Path) -> None:
    keys, march = str(folder / "keys.json"), folder / "march.jws"
    content = march.read_bytes()
    (folder / "changed.jws").write_bytes(content[:300] + bytes([content[300] ^ 1]) + content[301:])
    changed = refused(portal, "verify-snapshot", str(folder / "changed.jws"), "--key", keys)
    assert FAULTS["signature"] in changed
    (folder / "none.jws").write_bytes(b"hello")
    assert FAULTS["jws"] in refused(portal, "verify-snapshot", str(folder / "none.jws"), "--key", keys)
    assert FAULTS["keys"] in refused(portal, "verify-snapshot", str(march), "--key", str(march))


def test_a_single_key_will_do(portal: Portal, folder: Path) -> None:
    (key,) = json.loads((folder / "keys.json").read_text())["keys"]
    (folder / "key.json").write_text(json.dumps(key))
    shown = run(portal, "verify-snapshot", str(folder / "april.jws"), "--key", str(folder / "key.json"))
    assert "2026-04 version 1" in shown.output


def test_keys_are_made_rotated_and_retired(portal: Portal, clock: Clock) -> None:
    first = run(portal, "signing-key", "create").output.strip()
    clock.advance(timedelta(days=1))
    second = run(portal, "signing-key", "rotate").output.strip()
    lines = run(portal, "signing-key", "list").output.splitlines()
    assert [line.split()[0] for line in lines] == [first, "*"]
    assert second in lines[1]
    run(portal, "signing-key", "retire", second)
    assert "not-found: key" in refused(portal, "signing-key", "retire", second)


def test_closing_says_what_was_signed_and_the_second_time_the_same(portal: Portal, clock: Clock) -> None:
    town(portal, clock)
    first = run(portal, "close-period", "2026-03").output
    assert first.startswith("2026-03: closed, version 1, sha256 ")
    assert run(portal, "close-period", "2026-03").output == first


def test_with_administrators_the_operator_proposes(portal: Portal, clock: Clock) -> None:
    town(portal, clock)
    create_account(
        portal,
        username="pengelola",
        name="Nama Contoh",
        role=Role.ADMINISTRATOR,
        password="enam belas huruf",
        actor="cli:test",
    )
    assert "waits for approval" in run(portal, "close-period", "2026-03").output
    told = run(portal, "correct-duty", "--counter", "A", "--date", "2026-03-03", "--nobody", "--reason", "tidak pasti")
    assert told.output.startswith("7 ratings: proposal ")


def test_what_cannot_be_closed_says_why(portal: Portal, clock: Clock) -> None:
    town(portal, clock)
    assert refused(portal, "close-period", "2026-05").startswith("Error: invalid: period")
    assert refused(portal, "close-period", "2026-13").startswith("Error: not-found")
    assert refused(portal, "snapshot", "2026-03").startswith("Error: not-found: snapshot")
    assert "unchanged" not in refused(portal, "correct-period", "2026-03", "--reason", "apa")
    assert "one before this is open" in refused(portal, "close-period", "2026-05")
    run(portal, "close-period", "2026-03")
    assert "no figure differs" in refused(portal, "correct-period", "2026-03", "--reason", "apa")


def test_a_snapshot_that_cannot_be_written_says_so_in_one_line(portal: Portal, folder: Path) -> None:
    said = refused(portal, "snapshot", "2026-03", "--out", str(folder / "nowhere" / "march.jws"))
    assert said.endswith("No such file or directory")


@pytest.mark.parametrize("command", [["close-period", "2026-03"], ["correct-period", "2026-03"]])
def test_a_reason_has_room_for_two_hundred_characters(portal: Portal, clock: Clock, command: list[str]) -> None:
    town(portal, clock)
    create_account(
        portal,
        username="pengelola.satu",
        name="Nama Contoh",
        role=Role.ADMINISTRATOR,
        password="enam belas huruf",
        actor="cli",
    )
    assert "invalid: reason" in refused(portal, *command, "--reason", "a" * 201)


def test_one_officer_or_nobody_is_named(portal: Portal) -> None:
    both = ["correct-duty", "--counter", "A", "--date", "2026-03-03", "--officer", "P2", "--nobody", "--reason", "x"]
    neither = [word for word in both if word not in {"--officer", "P2", "--nobody"}]
    for command in (both, neither):
        assert CliRunner().invoke(cli.build(lambda: portal), command).exit_code == 2
