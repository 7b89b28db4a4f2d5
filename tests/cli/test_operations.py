"""The operator's commands at the terminal: backup, restore, verify-backup, doctor, purge, config."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import delete, insert, select, text, update

from portal import app as composition
from portal import services
from portal.cli import backup, doctor, purge
from portal.cli.backup import Tools
from portal.cli.doctor import TEXTS
from portal.domain.access import Role
from portal.services import Portal, health
from portal.services.admit.accounts import create_account
from portal.services.backup.writing import write_backup
from portal.services.doctor.finding import Installation
from portal.services.publish import signing
from portal.services.publish.closing import propose_closing
from portal.settings import BadSettings, Settings, as_toml, load
from portal.storage import audit
from portal.storage import health as beats
from portal.storage.tables import Certificate, Comment, Heartbeat, Key, Rehearsal, Response, Sighting, TallyRow, Unit
from tests import government
from tests.clock import START, Clock

ROOT: Final = Path(__file__).parents[2]
KEY: Final = "made-up key of the backups, 32 characters"
SECRET: Final = "made-up secret of the tests, 32+"
GOOD: Final = Installation(
    secret_key=SECRET,
    backup_key=KEY,
    secret_files=(),
    public_url="https://suara.example",
    bind="127.0.0.1:8000",
    trusted_proxies=1,
    workers=1,
    limiter_storage="memory://",
    release_minutes=15,
    demo=False,
)
THIS_MACHINE: Final = {"disk-memory", "disk-remote", "disk-full", "durability", "clocks-apart"}
"""What depends on where the tests run: their server is in a hurry and keeps its own time, some disks are memory."""


@pytest.fixture
def tools(portal: Portal) -> Tools:
    def open_at(url: str) -> Portal:
        return composition.build_portal(Settings(secret_key=SECRET, database_url=url), now=portal.now)

    return Tools(lambda: portal, open_at, lambda: KEY, "9.9.9")


@pytest.fixture
def run(tools: Tools) -> Callable[..., Result]:
    """Run one of the commands that need the key."""

    def run(name: str, *arguments: object) -> Result:
        (command,) = [command for command in backup.commands(tools) if command.name == name]
        return CliRunner().invoke(command, [str(argument) for argument in arguments])

    return run


def examined(portal: Portal, installation: Installation | list[str] = GOOD, *arguments: str) -> Result:
    (command,) = doctor.commands(lambda: portal, lambda: installation)
    return CliRunner().invoke(command, arguments)


def complaints(portal: Portal, installation: Installation = GOOD) -> set[str]:
    """What the doctor complains of, short of what this machine is to blame for."""
    said = examined(portal, installation, "--json")
    assert said.exception is None or isinstance(said.exception, SystemExit), said.exception
    found = json.loads(said.output)
    return {finding["code"] for finding in found if finding["state"] != "ok"} - THIS_MACHINE


@pytest.fixture
def healthy(portal: Portal, clock: Clock) -> Portal:
    """A portal with ratings, a scheduler that runs, and a backup."""
    government.small(portal).taps("1A", 1, 2, 3, 4, 4)
    services.run(portal, health.beat)
    with portal.begin() as session:
        beats.beat(session, beats.BACKUP, clock.now())
        audit.append(session, at=clock.now(), actor="uji", act="policy-set", detail={})
    return portal


# ---------------------------------------------------------------- backup


def test_a_backup_in_a_folder_is_named_by_its_moment_closed_to_others_and_verified(
    run: Callable[..., Result], healthy: Portal, clock: Clock, tmp_path: Path
) -> None:
    clock.advance(timedelta(hours=30))
    assert "backup-old" in complaints(healthy)
    folder = tmp_path / "backups"
    folder.mkdir()
    made = run("backup", "--output", folder)
    assert made.exit_code == 0, made.output
    (file,) = folder.iterdir()
    assert file.name == f"suara-loket-{clock.now():%Y%m%dT%H%M%SZ}.backup"
    assert file.stat().st_mode & 0o777 == 0o600
    assert "backup-old" not in complaints(healthy)
    verified = run("verify-backup", folder)
    assert verified.exit_code == 0, verified.output
    assert re.search(r"responses +5\n", verified.output)
    assert verified.output.endswith("whole\n")


def test_only_so_many_of_the_newest_backups_are_kept(
    run: Callable[..., Result], healthy: Portal, clock: Clock, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    (folder / "notes.txt").write_text("not ours", "utf-8")
    for _ in range(4):
        clock.advance(timedelta(days=1))
        assert run("backup", "--output", folder, "--keep", 2).exit_code == 0
    assert len(list(folder.glob("*.backup"))) == 2
    assert (folder / "notes.txt").exists()
    assert "backup-old" not in complaints(healthy)


def test_a_backup_replaces_no_file(run: Callable[..., Result], tmp_path: Path) -> None:
    file = tmp_path / "x.backup"
    assert run("backup", "--output", file).exit_code == 0
    before = file.read_bytes()
    refused = run("backup", "--output", file)
    assert (refused.exit_code, file.read_bytes()) == (1, before)


def test_a_backup_that_cannot_be_written_leaves_nothing_and_is_not_noted(
    run: Callable[..., Result], portal: Portal, tmp_path: Path
) -> None:
    refused = run("backup", "--output", tmp_path / "nowhere" / "x.backup")
    assert refused.exit_code == 1
    assert "No such file" in refused.output
    assert "backup-never" in complaints(portal)


def test_standard_output_gets_the_backup_and_nothing_else(
    run: Callable[..., Result], healthy: Portal, tmp_path: Path
) -> None:
    made = run("backup", "--output", "-")
    file = tmp_path / "x.backup"
    file.write_bytes(made.stdout_bytes)
    assert "backup-never" not in complaints(healthy)
    assert run("verify-backup", file).exit_code == 0


def test_a_restore_says_what_came_back_and_refuses_a_database_in_use(
    run: Callable[..., Result], healthy: Portal, settings: Settings, tmp_path: Path
) -> None:
    assert complaints(healthy) == set()
    file = tmp_path / "x.backup"
    run("backup", "--output", file)
    assert "not empty" in run("restore", file, "--into", settings.database_url).output
    back = run("restore", file, "--into", f"sqlite:///{tmp_path / 'new.sqlite3'}")
    assert back.exit_code == 0, back.output
    assert re.search(r"keys +5\n", back.output)


def test_a_damaged_backup_is_told_in_one_line(run: Callable[..., Result], tmp_path: Path) -> None:
    file = tmp_path / "x.backup"
    run("backup", "--output", file)
    file.write_bytes(file.read_bytes()[:-9])
    verified = run("verify-backup", file)
    assert verified.exit_code == 1
    assert verified.output == "Error: invalid: the backup is not whole: cut off in piece 0\n"


def test_a_backup_of_a_changed_database_is_whole_and_yet_doubtful(
    run: Callable[..., Result], healthy: Portal, tmp_path: Path
) -> None:
    with healthy.begin() as session:
        session.execute(update(TallyRow).values(n=TallyRow.n + 1))
    file = tmp_path / "x.backup"
    run("backup", "--output", file)
    verified = run("verify-backup", file)
    assert verified.exit_code == 1
    assert "tallies are not what the ratings give" in verified.output


def test_an_empty_folder_holds_no_backup(run: Callable[..., Result], tmp_path: Path) -> None:
    assert "no backup in it" in run("verify-backup", tmp_path).output


def test_without_a_key_there_is_no_backup(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_SECRET_KEY", SECRET)
    monkeypatch.delenv("PORTAL_BACKUP_KEY", raising=False)
    with pytest.raises(BadSettings, match="backup_key: missing"):
        composition.backup_key()


# ---------------------------------------------------------------- doctor


def test_the_doctor_finds_nothing_on_a_healthy_portal(healthy: Portal) -> None:
    assert complaints(healthy) == set()
    lines = examined(healthy).output.splitlines()
    assert all(re.match(r"(ok|warn|fail) ", line) for line in lines)


def test_every_finding_has_a_sentence_and_every_sentence_a_finding() -> None:
    source = "".join(file.read_text("utf-8") for file in (ROOT / "portal/services/doctor").glob("*.py"))
    codes = set(re.findall(r'(?:ok|warn|fail|trial)\(\s*f?"([^"{]+)"', source))
    keys = {f"{name}{end}" for name in ("secret-key", "backup-key") for end in ("", "-weak")}
    assert codes | keys | {"settings-bad"} == set(TEXTS)


@pytest.mark.parametrize(
    "changes, code",
    [
        ({"secret_key": "a" * 40}, "secret-key-weak"),
        ({"backup_key": "ab" * 20}, "backup-key-weak"),
        ({"backup_key": ""}, "backup-key-missing"),
        ({"backup_key": SECRET}, "keys-same"),
        ({"public_url": "http://suara.example"}, "public-url-http"),
        ({"public_url": "https://127.0.0.1:8000"}, "public-url-local"),
        ({"public_url": "https://localhost"}, "public-url-local"),
        ({"trusted_proxies": 0}, "proxies-none"),
        ({"bind": "0.0.0.0:8000"}, "proxies-open"),
        ({"workers": 2}, "limits-apart"),
        ({"limiter_storage": "redis://127.0.0.1:1/0"}, "limits-storage-away"),
        ({"limiter_storage": "nonsense://"}, "limits-storage-away"),
        ({"release_minutes": 0}, "scheduler-off"),
    ],
)
def test_the_doctor_finds_what_is_wrong_with_the_settings(
    healthy: Portal, changes: dict[str, object], code: str
) -> None:
    assert complaints(healthy, replace(GOOD, **changes)) == {code}  # type: ignore[arg-type]  # one field at a time


def test_the_doctor_says_which_settings_cannot_be_read(portal: Portal) -> None:
    said = examined(portal, ["threads: at least 1"])
    assert (said.exit_code, said.output) == (1, "fail Settings: threads: at least 1\n")


def test_the_doctor_finds_a_secret_that_others_can_read(healthy: Portal, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(SECRET, "utf-8")
    for mode, expected in (
        (0o644, {"secret-file-open"}),
        (0o620, {"secret-file-open"}),
        (0o440, set()),
        (0o400, set()),
    ):
        file.chmod(mode)
        assert complaints(healthy, replace(GOOD, secret_files=(file,))) == expected


def test_the_doctor_finds_what_has_stopped(healthy: Portal, clock: Clock) -> None:
    clock.advance(timedelta(hours=26, minutes=1))
    assert complaints(healthy) == {"backup-old", "scheduler-late"}
    with healthy.begin() as session:
        session.execute(delete(Heartbeat))
    assert complaints(healthy) == {"backup-never", "scheduler-never"}


def test_the_doctor_finds_a_clock_that_went_back(healthy: Portal, clock: Clock) -> None:
    clock.advance(-timedelta(days=1))
    assert complaints(healthy) == {"clock-behind"}


def test_the_doctor_finds_an_old_rehearsal(healthy: Portal, clock: Clock) -> None:
    began = clock.now() - timedelta(days=31)
    with healthy.begin() as session:
        session.add(Rehearsal(began_at=began, ended_at=None, certificate_id=None, wiped=None))
    assert complaints(healthy) == {"rehearsal-long"}


def test_the_doctor_finds_lost_counts(healthy: Portal) -> None:
    with healthy.begin() as session:
        session.execute(delete(TallyRow).where(TallyRow.n1 > 0))
    assert complaints(healthy) == {"tallies"}


def test_the_doctor_finds_a_missing_migration_and_a_missing_database(healthy: Portal, tmp_path: Path) -> None:
    with healthy.begin() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    assert complaints(healthy) == {"database-revision"}
    empty = composition.build_portal(Settings(secret_key=SECRET, database_url=f"sqlite:///{tmp_path}/new.sqlite3"))
    assert complaints(empty) == {"database-empty"}
    empty.close()
    away = composition.build_portal(Settings(secret_key=SECRET, database_url=f"sqlite:///{tmp_path}/no/portal.sqlite3"))
    assert complaints(away) == {"database-away"}
    away.close()


def test_the_doctor_finds_a_period_that_nobody_closes(healthy: Portal, clock: Clock) -> None:
    clock.set(START + timedelta(days=163))  # 13 August: 44 days after the half-year of the ratings
    assert "period-overdue" not in complaints(healthy)
    clock.advance(timedelta(days=2))
    assert "period-overdue" in complaints(healthy)
    services.run(healthy, propose_closing, period_code="2026-S1", reason="", alone=True, actor="uji")
    assert "period-overdue" not in complaints(healthy)


def test_the_doctor_finds_a_signing_key_of_another_secret(healthy: Portal) -> None:
    services.run(healthy, signing.create_key, actor="uji")
    assert complaints(healthy) == set()
    other = replace(healthy, secret_key="another made-up secret of the tests")
    assert complaints(other) == {"signing-key-locked"}
    services.run(other, signing.rotate_key, actor="uji")
    assert complaints(other) == set()


def test_the_doctor_finds_comments_that_no_reviewer_can_read(healthy: Portal) -> None:
    with healthy.begin() as session:
        unit_id = session.execute(select(Unit.id).limit(1)).scalar_one()
        words = {"unit_id": unit_id, "month": date(2026, 3, 1), "language": "id", "text": "contoh"}
        session.execute(insert(Comment).values(id=bytes(32), state="suspected", **words))
    assert complaints(healthy) == {"comments-unread"}
    named = {"username": "pemeriksa.satu", "name": "Nama Contoh", "password": "enam belas huruf"}
    create_account(healthy, **named, role=Role.REVIEWER, actor="uji")
    assert complaints(healthy) == set()


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_the_doctor_finds_a_broken_chain(healthy: Portal) -> None:
    with healthy.begin() as session:
        session.execute(text("DROP TRIGGER audit_no_update"))
        session.execute(text("UPDATE audit SET actor = 'siapa'"))
    assert complaints(healthy) == {"audit-broken"}


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_the_doctor_finds_a_database_that_does_not_wait_for_the_disk(healthy: Portal) -> None:
    with healthy.read() as session:
        assert beats.list_dangers(session) == []
        connection = session.connection().connection.driver_connection
        assert connection is not None
        connection.execute("ROLLBACK")
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("BEGIN")
    assert complaints(healthy) == set()
    assert "durability" in examined(healthy, GOOD, "--json").output


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_the_doctor_finds_a_server_in_a_hurry_with_a_clock_of_its_own(healthy: Portal) -> None:
    """The server of the tests is one."""
    said = examined(healthy).output
    assert "fsync=off, full_page_writes=off, synchronous_commit=off" in said
    assert "The clocks of this machine and of the database are" in said


# ---------------------------------------------------------------- purge


def test_purge_deletes_what_is_past_its_time_and_never_a_rating(portal: Portal, clock: Clock) -> None:
    government.small(portal).taps("1A", 1, 2)
    (command,) = purge.commands(lambda: portal)

    def counted(*arguments: str) -> dict[str, int]:
        lines = CliRunner().invoke(command, arguments).output.splitlines()
        return {name: int(rows) for name, rows in (line.split(": ") for line in lines)}

    def left() -> tuple[int, int, int]:
        with portal.read() as session:
            return tuple(
                len(session.execute(select(*kept.__table__.primary_key)).all()) for kept in (Sighting, Key, Response)
            )  # type: ignore[return-value]  # three of them

    assert set(counted().values()) == {0}
    clock.advance(timedelta(hours=73))
    with portal.begin() as session:
        session.execute(
            insert(Certificate).values(
                kind="retention", month=clock.now().date().replace(day=1), reason="uji", opened_at=clock.now()
            )
        )
    assert counted("--dry-run")["sightings"] == 2
    assert left() == (2, 2, 2)
    assert counted()["sightings"] == 2
    assert left() == (0, 2, 2)
    clock.advance(timedelta(days=31))
    assert counted()["keys"] == 2
    assert left() == (0, 0, 2)


# ---------------------------------------------------------------- config


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    values = {
        "secret_key": SECRET,
        "backup_key": KEY,
        "database_url": "postgresql+psycopg://portal:kata%20sandi@db.example/portal",
        "limiter_storage": "redis://:rahasia@redis.example/0",
        "government": 'Kota "Contoh"',
        "demo": "true",
    }
    for name, value in values.items():
        monkeypatch.setenv(f"PORTAL_{name.upper()}", value)
    return values


def test_config_hides_every_secret_by_default(given: dict[str, str]) -> None:
    said = CliRunner().invoke(composition.config_command).output
    for secret in (given["secret_key"], given["backup_key"], "sandi", "rahasia"):
        assert secret not in said
    shown = tomllib.loads(said)
    assert shown["database_url"] == "postgresql+psycopg://portal:(hidden)@db.example/portal"
    assert (shown["government"], shown["demo"]) == ('Kota "Contoh"', True)


def test_config_without_redaction_is_a_file_that_reads_as_the_same_settings(
    given: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "portal.toml"
    file.write_text(CliRunner().invoke(composition.config_command, "--no-redact").output, "utf-8")
    settings = load([file], {})
    assert settings.secret_key == given["secret_key"]
    assert as_toml(settings, redact=False) + "\n" == file.read_text("utf-8")


def test_the_files_of_secrets_are_looked_at(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(SECRET, "utf-8")
    monkeypatch.setenv("PORTAL_SECRET_KEY_FILE", str(file))
    seen = composition.look()
    assert isinstance(seen, Installation)
    assert seen.secret_files == (file,)
    monkeypatch.setenv("PORTAL_THREADS", "0")
    assert composition.look() == ["threads: at least 1"]


def test_a_backup_of_a_portal_is_written_by_the_command_alone(portal: Portal, tmp_path: Path) -> None:
    with (tmp_path / "x").open("wb") as target:
        services.run(portal, write_backup, target, key=KEY, version="9.9.9")
    assert "backup-never" in complaints(portal)
