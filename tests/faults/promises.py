"""Whether what the server promised is what the database holds."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select, text

from portal.services import Portal
from portal.storage.tables import Attribution, Ballot, Key, Response, Sighting, TallyRow
from tests.faults.citizens import Rating
from tests.truth import assert_sums_hold


@dataclass(frozen=True)
class Kept:
    """What is left of the promises."""

    lost: frozenset[str]
    unasked: frozenset[str]


def kept(portal: Portal, promised: Collection[Rating]) -> Kept:
    """Compare the keys that were promised with those that are kept."""
    with portal.read() as session:
        stored = {key.hex() for key in session.execute(select(Key.idempotency_key)).scalars()}
    keys = {rating.key for rating in promised}
    return Kept(frozenset(keys - stored), frozenset(stored - keys))


def doubled(portal: Portal, promised: Collection[Rating]) -> int:
    """Return how many more ratings are stored than were promised."""
    with portal.read() as session:
        return session.execute(select(func.count()).select_from(Response)).scalar_one() - len(promised)


def assert_each_counts_once(portal: Portal, promised: Collection[Rating]) -> None:
    """Check that every promise is kept exactly once, in every table and in every sum."""
    assert kept(portal, promised) == Kept(frozenset(), frozenset())
    faces = sorted((rating.code, rating.value) for rating in promised)
    with portal.read() as session:
        assert {session.execute(select(func.count()).select_from(row)).scalar_one() for row in _ROWS} == {len(faces)}
        assert session.execute(select(func.sum(TallyRow.n))).scalar_one() == len(faces)
        assert session.execute(select(func.sum(TallyRow.total))).scalar_one() == sum(value for _, value in faces)
        if session.get_bind().dialect.name == "sqlite":
            assert session.execute(text("PRAGMA integrity_check")).scalars().all() == ["ok"]
            assert not session.execute(text("PRAGMA foreign_key_check")).all()
    assert_sums_hold(portal)


_ROWS = (Key, Response, Ballot, Attribution, Sighting)
