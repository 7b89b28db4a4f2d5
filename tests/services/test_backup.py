"""A backup holds everything that was acknowledged before it, whatever goes on meanwhile, and nothing else restores."""

from __future__ import annotations

import base64
import io
import json
import random
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import func, select, text

from portal import app as composition
from portal import services
from portal.domain.errors import Invalid, NotReady
from portal.services import Portal
from portal.services.admit.trail import verify_audit
from portal.services.backup.manifest import Manifest
from portal.services.backup.restoring import restore_backup
from portal.services.backup.sealing import MAGIC, PIECE, Sealer, unseal
from portal.services.backup.writing import write_backup
from portal.services.publish import signing
from portal.services.publish.release import release
from portal.services.publish.verify import read_keys, verify_snapshot
from portal.services.rebuild import check_tallies
from portal.settings import Settings
from portal.storage import audit, backup, health, migrate, snapshots
from portal.storage.database import make_engine
from portal.storage.tables import Base, Heartbeat, Rehearsal, Response, Sighting, Unit
from tests import closed, government
from tests.clock import Clock
from tests.postgres import Cluster

KEY: Final = "made-up key of the backups, 32 characters"
VERSION: Final = "9.9.9"
SECRET: Final = "made-up secret of the tests, 32+"
LEFT: Final = len(MAGIC) + 32
"""Where the pieces begin."""

_NUMBERS: Final = count()
Open = Callable[[str], Portal]
either_will_do = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
"""The file is the same whichever database it comes from."""


@pytest.fixture
def open_empty(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Open]:
    """Open a database of either kind that has no table yet."""
    portals: list[Portal] = []
    made: list[str] = []

    def open_empty(kind: str) -> Portal:
        name = f"empty_{request.getfixturevalue('worker_id')}_{next(_NUMBERS)}"
        if kind == "sqlite":
            url = f"sqlite:///{tmp_path / name}.sqlite3"
        else:
            cluster: Cluster = request.getfixturevalue("postgres")
            url = cluster.create(name)
            made.append(name)
        portals.append(composition.build_portal(Settings(secret_key=SECRET, database_url=url), now=clock.now))
        return portals[-1]

    yield open_empty
    for portal in portals:
        portal.close()
    for name in made:
        request.getfixturevalue("postgres").drop(name)


def lived_in(portal: Portal, clock: Clock) -> government.Government:
    """Build a government in which everything has happened once."""
    made = government.small(portal)
    made.taps("1A", 1, 2, 3, 4, 4, 4)
    made.taps("1B", 4, 4, 3)
    made.taps("PLAT", 4, 2)
    services.run(portal, release, weekly=True)
    made.taps("2", 1, 1)
    with portal.begin() as session:
        session.add(Rehearsal(began_at=clock.now(), ended_at=None, certificate_id=None, wiped=None))
        for number in range(3):
            detail = {"nama": "Uji « é", "n": number, "ya": True, "daftar": ["a", {"b": 1}]}
            audit.append(session, at=clock.now(), actor="uji", act="policy-set", detail=detail)
        health.beat(session, "scheduler", clock.now())
    return made


def backed_up(portal: Portal) -> tuple[io.BytesIO, Manifest]:
    target = io.BytesIO()
    return target, services.run(portal, write_backup, target, key=KEY, version=VERSION)


def restored(portal: Portal, source: io.BytesIO) -> Manifest:
    return services.run(portal, restore_backup, source, key=KEY)


def changed(source: io.BytesIO, at: int, bits: int = 1) -> io.BytesIO:
    content = bytearray(source.getvalue())
    content[at] ^= bits
    return io.BytesIO(bytes(content))


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_backup_of_either_database_restores_into_either(
    portal: Portal, open_empty: Open, clock: Clock, kind: str
) -> None:
    lived_in(portal, clock)
    file, written = backed_up(portal)
    other = open_empty(kind)
    read = restored(other, file)
    assert read == written
    again, manifest = backed_up(other)
    assert manifest.tables == written.tables
    assert again.getvalue() != file.getvalue()
    found = services.run(other, check_tallies)
    assert (found.rows > 0, found.differing) == (True, 0)
    trail = services.run(other, verify_audit)
    assert (trail.entries, trail.head, trail.broken_at) == (written.audit_entries, written.audit_head, None)
    assert trail.entries == 3


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_life_goes_on_in_a_restored_database(portal: Portal, open_empty: Open, clock: Clock, kind: str) -> None:
    made = lived_in(portal, clock)
    other = open_empty(kind)
    restored(other, backed_up(portal)[0])
    made.portal = other
    made.tap("1A")
    made.add_unit("BARU", "DINAS")
    with other.begin() as session:
        audit.append(session, at=clock.now(), actor="uji", act="policy-set", detail={})
    services.run(other, release, weekly=True)
    assert services.run(other, check_tallies).differing == 0
    assert services.run(other, verify_audit).broken_at is None


@either_will_do
def test_an_idempotency_key_spent_before_the_backup_is_spent_after_it(
    portal: Portal, open_empty: Open, clock: Clock
) -> None:
    made = lived_in(portal, clock)
    made.tap("1A", 3, key=b"k" * 16)
    other = open_empty("sqlite")
    restored(other, backed_up(portal)[0])
    made.portal = other
    with other.read() as session:
        before = session.execute(select(func.count()).select_from(Response)).scalar_one()
    clock.advance(timedelta(minutes=1))
    made.tap("1A", 3, key=b"k" * 16)
    with other.read() as session:
        assert session.execute(select(func.count()).select_from(Response)).scalar_one() == before


def test_every_table_is_in_a_backup_but_those_that_live_for_hours(
    portal: Portal, open_empty: Open, clock: Clock
) -> None:
    lived_in(portal, clock)
    file, manifest = backed_up(portal)
    assert set(manifest.tables) == set(Base.metadata.tables) - backup.LEFT_OUT
    other = open_empty("sqlite")
    restored(other, file)
    with other.read() as session:
        for left_out in (Sighting, Heartbeat):
            assert session.execute(select(func.count()).select_from(left_out)).scalar_one() == 0


class Busy(io.BytesIO):
    """A slow disk: before each write citizens rate."""

    def __init__(self, made: government.Government) -> None:
        super().__init__()
        self._made, self.rated = made, 0

    def write(self, content: object, /) -> int:
        self._made.tap("1B", 1)
        self.rated += 1
        return super().write(content)  # type: ignore[arg-type]  # as the method it stands for


def test_a_backup_is_one_moment_and_no_citizen_waits_for_it(portal: Portal, open_empty: Open, clock: Clock) -> None:
    made = lived_in(portal, clock)
    target = Busy(made)
    manifest = services.run(portal, write_backup, target, key=KEY, version=VERSION)
    assert target.rated >= 2
    other = open_empty("sqlite")
    restored(other, target)
    with other.read() as session:
        kept = session.execute(select(func.count()).select_from(Response)).scalar_one()
    with portal.read() as session:
        now = session.execute(select(func.count()).select_from(Response)).scalar_one()
    assert manifest.tables["responses"].rows == kept == now - target.rated
    assert services.run(other, check_tallies).differing == 0


@either_will_do
@pytest.mark.parametrize(
    "spoil, said",
    [
        pytest.param(lambda file: io.BytesIO(b"PK" + file.getvalue()), "no backup", id="another file"),
        pytest.param(lambda file: io.BytesIO(file.getvalue()[:LEFT]), "piece 0", id="only a head"),
        pytest.param(lambda file: io.BytesIO(file.getvalue()[:-1]), "cut off", id="one byte short"),
        pytest.param(lambda file: io.BytesIO(file.getvalue() + b"\0"), "piece 1", id="one byte more"),
        pytest.param(lambda file: changed(file, 3), "no backup", id="magic"),
        pytest.param(lambda file: changed(file, LEFT - 1), "the key is not the one", id="head"),
        pytest.param(lambda file: changed(file, LEFT + 100), "damaged", id="middle"),
        pytest.param(lambda file: changed(file, -1), "damaged", id="seal"),
        pytest.param(lambda file: changed(file, LEFT, 0x80), "piece 0", id="length"),
    ],
)
def test_a_spoiled_backup_is_refused_and_leaves_the_database_empty(
    portal: Portal, open_empty: Open, clock: Clock, spoil: Callable[[io.BytesIO], io.BytesIO], said: str
) -> None:
    lived_in(portal, clock)
    other = open_empty("sqlite")
    file = backed_up(portal)[0]
    with pytest.raises(Invalid, match=said):
        restored(other, spoil(file))
    with other.begin() as session:
        assert backup.is_empty(session)
    restored(other, file)


@either_will_do
def test_a_wrong_key_is_told_as_such(portal: Portal, open_empty: Open) -> None:
    with pytest.raises(Invalid, match="the key is not the one"):
        restore_backup(open_empty("sqlite"), backed_up(portal)[0], key=KEY[::-1])


def test_nothing_goes_into_a_database_that_is_not_empty(portal: Portal) -> None:
    with pytest.raises(Invalid, match="not empty"):
        restored(portal, backed_up(portal)[0])


def test_nothing_is_backed_up_from_a_database_without_tables(open_empty: Open) -> None:
    with pytest.raises(NotReady):
        backed_up(open_empty("sqlite"))


@either_will_do
def test_a_backup_of_a_newer_version_is_refused(portal: Portal, open_empty: Open) -> None:
    with portal.begin() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Invalid, match=rf"version {VERSION}, which is newer"):
        restored(open_empty("sqlite"), backed_up(portal)[0])


def test_a_backup_of_an_older_version_is_brought_to_this_one(
    empty_database_url: str, open_empty: Open, database_kind: str
) -> None:
    engine = make_engine(empty_database_url, connections=1)
    with engine.connect() as connection:
        migrate.upgrade(connection, "0002")
        connection.execute(text("INSERT INTO units (id, unit_code, name, path) VALUES (7, 'U', 'Unit Contoh', '7')"))
        connection.commit()
    engine.dispose()
    old = composition.build_portal(Settings(secret_key=SECRET, database_url=empty_database_url))
    file, manifest = backed_up(old)
    old.close()
    assert manifest.revision == "0002"
    other = open_empty(database_kind)
    restored(other, file)
    with other.read() as session:
        assert migrate.is_at_head(session.connection())
        assert session.execute(select(Unit.unit_code, Unit.target)).one() == ("U", None)


def test_parents_may_stand_after_their_children(portal: Portal, open_empty: Open, database_kind: str) -> None:
    with portal.begin() as session:
        session.add(Unit(id=9, unit_code="ATAS", name="Unit Contoh Atas", parent_id=None, path="9", ends_on=None))
        session.flush()
        session.add(Unit(id=1, unit_code="BAWAH", name="Unit Contoh Bawah", parent_id=9, path="9.1", ends_on=None))
    other = open_empty(database_kind)
    restored(other, backed_up(portal)[0])
    with other.read() as session:
        assert session.execute(select(Unit.parent_id).where(Unit.id == 1)).scalar_one() == 9


def _pieces(content: bytes) -> tuple[bytes, list[bytes]]:
    head, rest, pieces = content[:LEFT], content[LEFT:], []
    while rest:
        length = 4 + int.from_bytes(rest[:4], "big")
        pieces.append(rest[:length])
        rest = rest[length:]
    return head, pieces


def _sealed(content: bytes, key: str = KEY) -> bytes:
    target = io.BytesIO()
    sealer = Sealer(target, key)
    sealer.write(content)
    sealer.finish()
    return target.getvalue()


@pytest.mark.parametrize("length", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE])
def test_what_was_sealed_comes_out_as_it_was(length: int) -> None:
    content = bytes(number % 251 for number in range(length))
    assert b"".join(unseal(io.BytesIO(_sealed(content)), KEY)) == content


def test_pieces_that_are_moved_doubled_missing_or_of_another_backup_are_noticed() -> None:
    head, pieces = _pieces(_sealed(bytes(3 * PIECE + 5)))
    _, foreign = _pieces(_sealed(bytes(3 * PIECE + 5)))
    first, second, third, last = pieces
    for wrong in (
        [second, first, third, last],
        [first, first, second, third, last],
        [first, third, last],
        [first, second, third],
        [first, second, third, last, last],
        [first, foreign[1], third, last],
        [last],
    ):
        with pytest.raises(Invalid, match="not whole"):
            list(unseal(io.BytesIO(head + b"".join(wrong)), KEY))


@either_will_do
def test_nothing_of_a_backup_can_be_read_without_the_key(portal: Portal, clock: Clock) -> None:
    lived_in(portal, clock)
    content = backed_up(portal)[0].getvalue()
    assert b"Contoh" not in content
    assert b"responses" not in content


# ---------------------------------------------------------------- what was signed


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_was_signed_verifies_after_a_restore_and_what_follows_chains_on(
    portal: Portal, open_empty: Open, clock: Clock, kind: str
) -> None:
    closed.town(portal, clock)
    closed.close(portal, "2026-03")
    other = open_empty(kind)
    restored(other, backed_up(portal)[0])
    seen = [closed.jws_of(other, "2026-03", 1)]
    assert seen == [closed.jws_of(portal, "2026-03", 1)]
    closed.close(other, "2026-04")
    closed.reattribute(other, "A", "P2")
    closed.correct_period(other, "2026-03")
    keys = read_keys(json.dumps(signing.export_keys(portal)).encode())
    for number, (period_code, version) in enumerate((("2026-04", 1), ("2026-03", 2)), start=2):
        jws = closed.jws_of(other, period_code, version)
        assert verify_snapshot(jws, keys, seen).number == number
        seen.append(jws)


@either_will_do
def test_a_snapshot_of_some_megabytes_comes_back(portal: Portal, open_empty: Open, clock: Clock) -> None:
    closed.town(portal, clock)
    closed.close(portal, "2026-03")
    content = base64.urlsafe_b64encode(random.Random(1).randbytes(3_000_000))  # so that it does not shrink to one piece
    with portal.begin() as session:
        (first,) = snapshots.list_versions(session, "2026-03")
        told = {"period_code": "2026-03", "version": 2, "signed_at": clock.now(), "key_code": first.key_code}
        hashes = {"previous_hash": first.hash, "hash": bytes(31) + b"2"}
        snapshots.append_snapshot(session, [], **told, **hashes, jws=content, reason="besar")
    other = open_empty("sqlite")
    restored(other, backed_up(portal)[0])
    assert closed.jws_of(other, "2026-03", 2) == content
