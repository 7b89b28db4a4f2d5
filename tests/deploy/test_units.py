"""What else stands in `config/deploy`, as far as it can be tried without a machine of its own."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner

from portal import app as composition
from portal.settings import PREFIX, Settings
from tests.serving import ROOT, SECRET

DEPLOY: Final = ROOT / "config/deploy"
UNITS: Final = sorted(DEPLOY.glob("portal*.service")) + sorted(DEPLOY.glob("portal*.timer"))
SERVICES: Final = [unit for unit in UNITS if unit.suffix == ".service"]
COMMAND: Final = "/opt/suara-loket/current/.venv/bin/portal"
MOST_EXPOSED: Final = 20
"""By the count of `systemd-analyze security`, from 0 to 100: below it says "OK"."""


@pytest.fixture(scope="module")
def analyze() -> str:
    """The program that checks units; it needs no systemd that runs."""
    found = shutil.which("systemd-analyze")
    assert found, "no systemd-analyze: install the package systemd"
    return found


def _sections(unit: Path) -> dict[str, dict[str, list[str]]]:
    """Read a unit: a key may stand more than once."""
    found: dict[str, dict[str, list[str]]] = {}
    section: dict[str, list[str]] = {}
    for line in unit.read_text("utf-8").splitlines():
        if header := re.fullmatch(r"\[(\w+)\]", line):
            section = found.setdefault(header[1], {})
        elif line and not line.startswith("#"):
            key, equals, value = line.partition("=")
            assert equals, line
            section.setdefault(key, []).append(value)
    return found


@pytest.fixture
def rendered(tmp_path: Path) -> list[Path]:
    """The units with a program and a folder that this machine has."""
    for unit in UNITS:
        text = unit.read_text("utf-8").replace(COMMAND, "/bin/true")
        (tmp_path / unit.name).write_text(re.sub("(?m)^WorkingDirectory=.*", "WorkingDirectory=/", text), "utf-8")
    return [tmp_path / unit.name for unit in UNITS]


def test_systemd_takes_every_unit(analyze: str, rendered: list[Path]) -> None:
    said = subprocess.run([analyze, "verify", "--man=no", *rendered], capture_output=True, text=True, check=False)
    assert (said.returncode, said.stderr) == (0, "")


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: str(unit.stem))
def test_no_service_may_do_more_than_it_needs(analyze: str, unit: Path) -> None:
    said = subprocess.run(
        [analyze, "security", "--no-pager", "--offline=true", f"--threshold={MOST_EXPOSED}", unit],
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 0, said.stdout


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: str(unit.stem))
def test_services_run_commands_that_exist_without_secrets_in_the_environment(unit: Path) -> None:
    service = _sections(unit)["Service"]
    (line,) = service["ExecStart"]
    program, *arguments = line.split(" ")
    assert program == COMMAND
    assert CliRunner().invoke(composition.commands(), [arguments[0], "--help"]).exit_code == 0
    named = [word for value in service["Environment"] for word in value.split(" ")]
    assert all(re.fullmatch(r"PORTAL_\w+_FILE=%d/\w+", word) for word in named)
    credentials = {value.partition(":")[0] for value in service["LoadCredential"]}
    assert credentials == {word.rpartition("/")[2] for word in named}
    for value in ("ProtectSystem=strict", "NoNewPrivileges=yes", "User=suara-loket", "StateDirectory=suara-loket"):
        key, _, wanted = value.partition("=")
        assert service[key] == [wanted]
    assert "MemoryMax" in service


def test_the_service_waits_longer_for_the_end_than_the_server_takes() -> None:
    assert int(_sections(DEPLOY / "portal.service")["Service"]["TimeoutStopSec"][0]) > 10


def test_every_timer_has_its_service() -> None:
    timers = [unit for unit in UNITS if unit.suffix == ".timer"]
    assert len(timers) == 2
    for timer in timers:
        assert timer.with_suffix(".service") in SERVICES
        assert _sections(timer)["Timer"]["Persistent"] == ["true"]


def test_the_environment_file_holds_known_settings_that_agree() -> None:
    lines = (DEPLOY / "portal.env").read_text("utf-8").splitlines()
    always = [line for line in lines if line.startswith(PREFIX)]
    larger = always + [line.removeprefix("# ") for line in lines if line.startswith(f"# {PREFIX}")]
    for chosen in (always, larger):
        values: dict[str, object] = {"secret_key": SECRET}
        for line in chosen:
            name, _, value = line.removeprefix(PREFIX).partition("=")
            values[name.lower()] = int(value) if value.isdecimal() else value.strip('"')
        assert Settings(**values).trusted_proxies == 1  # type: ignore[arg-type]  # whatever stands in the file


def test_the_container_runs_as_nobody_in_particular_from_a_base_that_is_named_outside() -> None:
    lines = (DEPLOY / "Containerfile").read_text("utf-8").splitlines()
    assert {line for line in lines if line.startswith("FROM")} == {"FROM ${BASE} AS build", "FROM ${BASE}"}
    assert "ARG BASE" in lines
    assert "USER 10001:10001" in lines
    assert not [line for line in lines if line.startswith(("ADD", "ENV SECRET")) or "PORTAL_SECRET_KEY=" in line]
    copied = {line.split(" ")[1] for line in lines if re.match(r"COPY [^-]", line)}
    assert all((ROOT / path).exists() for path in copied - {"requirements.txt"})
    assert {"config", "migrations", "portal", "static", "templates", "pyproject.toml"} <= copied


def test_the_upgrade_page_names_commands_and_files_that_exist() -> None:
    page = (DEPLOY / "upgrade.md").read_text("utf-8")
    commands = set(re.findall(r"portal ([a-z][a-z-]+)\b", " ".join(re.findall(r"```(.*?)```", page, re.DOTALL))))
    assert (
        {"backup", "verify-backup", "restore", "doctor", "migrate"} <= commands <= set(composition.commands().commands)
    )
