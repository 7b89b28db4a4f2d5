"""A disk without room: the citizen gets the form back and loses nothing, and room is all that is needed to go on.

Where the log of PostgreSQL has no room the server crashes on purpose; what that is like stands in `test_restart`.
"""

from __future__ import annotations

import itertools
import pwd
import shutil
import tempfile
import time
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import html5lib
import psycopg
import pytest
from psycopg import sql

from portal import app as composition
from portal.services import Portal
from portal.settings import Settings
from tests import government
from tests.faults.citizens import FACES, Citizen, NotNow, Rating
from tests.faults.conftest import COUNTERS
from tests.faults.disks import Disk, LimitedFiles, small_disk
from tests.faults.promises import assert_each_counts_once, kept
from tests.faults.spoiled import HASTY
from tests.pages import Page, text_of
from tests.postgres import SYSTEM_USER, Cluster
from tests.serving import PORTAL, SECRET, Serving
from tests.wire import PATIENCE, Wire, get

MOST_BEFORE_FULL = 1000
NUMBERS = itertools.count()


def may_mount() -> bool:
    """Tell whether file systems can be mounted here, as in most containers they cannot."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            with small_disk(Path(folder), size="1m"):
                return True
        except PermissionError:
            return False


WAYS = ("files that cannot grow", *(("a small file system", "a small tablespace") if may_mount() else ()))
"""Every way to have no room that this machine can have: the first two are SQLite's, the first needs no rights."""


@dataclass
class Office:
    """A served portal whose disk can be filled, and what it has promised and refused."""

    serving: Serving
    disk: Disk
    portal: Portal
    codes: list[str]
    watches_its_disk: bool
    promised: list[Rating] = field(default_factory=list)
    refused: list[Rating] = field(default_factory=list)

    def ratings(self, number: int) -> Iterator[Rating]:
        chance = Random(number)
        with Citizen(self.serving.port) as citizen:
            tokens = [(code, citizen.token(code)) for code in self.codes]
        while True:
            yield Rating(*chance.choice(tokens), value=chance.choice(FACES))

    def send(self, rating: Rating) -> bool:
        with Citizen(self.serving.port) as citizen:
            try:
                citizen.send(rating)
            except NotNow:
                self.refused.append(rating)
                return False
        self.promised.append(rating)
        return True


@contextmanager
def _office(database_url: str, disk: Disk | None, program: tuple[str, str] = PORTAL) -> Iterator[Office]:
    portal = composition.build_portal(Settings(secret_key=SECRET, database_url=database_url))
    with closing(portal), ExitStack() as stack:
        made = government.small(portal).codes
        portal.close()
        serving = stack.enter_context(Serving(program, database_url, release_minutes=0))
        codes = [made[counter] for counter in COUNTERS]
        yield Office(
            serving, disk or LimitedFiles(serving), portal, codes, watches_its_disk=database_url[:6] == "sqlite"
        )


@pytest.fixture(params=WAYS)
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    """A portal whose disk can be filled, in every way."""
    with ExitStack() as stack:
        if request.param == "files that cannot grow":
            file = shutil.copyfile(request.getfixturevalue("sqlite_template"), tmp_path / "portal.sqlite3")
            yield stack.enter_context(_office(f"sqlite:///{file}", None))
            return
        disk: Disk
        if request.param == "a small file system":
            disk = stack.enter_context(small_disk(tmp_path, size="6m"))
            file = shutil.copyfile(request.getfixturevalue("sqlite_template"), tmp_path / "portal.sqlite3")
            url = f"sqlite:///{file}"
        else:
            cluster, template = request.getfixturevalue("postgres"), request.getfixturevalue("postgres_template")
            disk, url = stack.enter_context(_tablespace(cluster, template))
        yield stack.enter_context(_office(url, disk))


@contextmanager
def _tablespace(cluster: Cluster, template: str) -> Iterator[tuple[Disk, str]]:
    """A database on a small file system of its own, whose log is elsewhere."""
    name = f"{template}_small_{next(NUMBERS)}"
    folder = cluster.home / name
    folder.mkdir()
    names = {"name": sql.Identifier(name), "template": sql.Identifier(template), "folder": sql.Literal(str(folder))}
    with (
        small_disk(folder, size="24m", owner=pwd.getpwnam(SYSTEM_USER).pw_uid) as disk,
        psycopg.connect(cluster.address(), autocommit=True) as connection,
    ):
        connection.execute(sql.SQL("CREATE TABLESPACE {name} LOCATION {folder}").format(**names))
        make = "CREATE DATABASE {name} TEMPLATE {template} TABLESPACE {name} STRATEGY file_copy"
        connection.execute(sql.SQL(make).format(**names))
        try:
            yield disk, cluster.url(name)
        finally:
            connection.execute(sql.SQL("DROP DATABASE {name} WITH (FORCE)").format(**names))
            connection.execute(sql.SQL("DROP TABLESPACE {name}").format(**names))


def _fill(office: Office, ratings: Iterator[Rating]) -> Rating:
    """Fill the disk, and rate until the last room in the database's own files is used; return what was refused."""
    office.disk.fill()
    for rating in itertools.islice(ratings, MOST_BEFORE_FULL):
        if not office.send(rating):
            return rating
    pytest.fail("the disk is never full")


def _status(office: Office, path: str) -> int:
    with Wire(office.serving.port) as wire:
        return int(wire.ask(get(path)).split(b" ", 2)[1])


def _wait_for(office: Office, path: str, status: int) -> None:
    end = time.monotonic() + PATIENCE
    while (seen := _status(office, path)) != status:
        assert time.monotonic() < end, f"{path} still answers {seen}"


def test_a_full_disk_gives_the_form_back_keeps_nothing_by_halves_and_needs_no_restart(office: Office) -> None:
    ratings, serving = office.ratings(1), office.serving.workers()
    for rating in itertools.islice(ratings, 5):
        assert office.send(rating)
    refused = _fill(office, ratings)

    with Citizen(office.serving.port) as citizen:
        head, _, body = citizen.ask(refused).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 503 ")
    assert b"\r\nRetry-After: 5\r\n" in head
    page = Page(html5lib.parse(zlib.decompress(body, zlib.MAX_WBITS | 16).decode(), namespaceHTMLElements=False))
    assert text_of(page.all("h1")[0]) == "Penilaian belum dapat disimpan."
    assert [text_of(button) for button in page.all("button")][-1] == "Kirim lagi"
    given_back = {field.get("name"): field.get("value") for field in page.all("input")}
    assert given_back == {"kunci": refused.key, "token": refused.token, "nilai": str(refused.value)}

    for rating in itertools.islice(ratings, 10):
        office.send(rating)
    assert {_status(office, path) for path in ("/healthz", f"/q/{office.codes[0].lower()}")} == {200}
    if office.watches_its_disk:
        _wait_for(office, "/readyz", 503)
    assert_each_counts_once(office.portal, office.promised)

    office.disk.free()
    again, office.refused = office.refused, []
    assert len(again) >= 5
    for rating in (*again, *itertools.islice(ratings, 5)):
        assert office.send(rating)
    _wait_for(office, "/readyz", 200)
    assert office.serving.workers() == serving
    assert_each_counts_once(office.portal, office.promised)


def test_the_harness_finds_the_loss_where_a_full_disk_is_answered_before_the_commit(
    sqlite_template: Path, tmp_path: Path
) -> None:
    file = shutil.copyfile(sqlite_template, tmp_path / "portal.sqlite3")
    with _office(f"sqlite:///{file}", None, HASTY) as office:
        ratings = office.ratings(1)
        assert office.send(next(ratings))
        office.disk.fill()
        for rating in itertools.islice(ratings, 20):
            assert office.send(rating)
        office.disk.free()
        last = next(ratings)
        assert office.send(last)
        end = time.monotonic() + PATIENCE
        while last.key in (lost := kept(office.portal, office.promised).lost):
            assert time.monotonic() < end
        assert lost
