"""The numbers served, typed day by day: the same rows as those of the workbook."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest

from portal.domain.errors import Invalid, NotFound
from portal.domain.workbook.sheet import SERVED
from portal.services import Portal, run
from portal.services.enrol.served import ServedPage, open_served, put_served
from portal.services.enrol.workbook import import_rows
from portal.storage import audit, registry
from tests.government import Government, small

TODAY = date(2026, 3, 3)
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def made(portal: Portal) -> Government:
    return small(portal)


def put(portal: Portal, day: date = TODAY, /, **typed: int | None) -> None:
    counts = {None if service == "all" else service: n for service, n in typed.items()}
    run(portal, put_served, (), "UPT-1", day, counts, actor="kepala")


def page(portal: Portal, day: date | None = None, unit: str = "UPT-1", scope: Sequence[int] = ()) -> ServedPage:
    return run(portal, open_served, scope, unit, day)


def stored(portal: Portal) -> dict[str, Any]:
    with portal.read() as session:
        return {code: row["n"] for code, row in registry.get_registry(session)[SERVED].items()}


def acts(portal: Portal) -> Sequence[audit.Entry]:
    with portal.read() as session:
        return audit.list_entries(session)


@pytest.mark.usefixtures("made")
def test_a_day_is_typed_by_service_or_as_one_number(portal: Portal) -> None:
    put(portal, KTP=41, KK=None, all=58)
    assert stored(portal) == {"UPT-1.KTP.2026-03-03": 41, "UPT-1.-.2026-03-03": 58}
    found = page(portal)
    assert (found.day, found.n, {line.code: line.n for line in found.services}) == (TODAY, 58, {"KK": None, "KTP": 41})
    assert (found.days[0].day, found.days[0].total, found.days[1].total, len(found.days)) == (TODAY, 58, None, 14)


@pytest.mark.usefixtures("made")
def test_a_number_is_corrected_later_and_one_taken_away_is_kept_as_nought(portal: Portal) -> None:
    put(portal, YESTERDAY, KTP=41, all=58)
    put(portal, YESTERDAY, KTP=44, KK=9, all=None)
    assert stored(portal) == {"UPT-1.KTP.2026-03-02": 44, "UPT-1.-.2026-03-02": 0, "UPT-1.KK.2026-03-02": 9}
    assert page(portal).days[1].total == 53
    assert page(portal, YESTERDAY).n == 0


@pytest.mark.usefixtures("made")
def test_what_is_stored_already_is_neither_written_nor_logged_again(portal: Portal) -> None:
    put(portal, KTP=41)
    put(portal, KTP=41, KK=None, all=None)
    [entry] = acts(portal)
    assert (entry.actor, entry.act) == ("kepala", "served-counted")
    assert entry.detail == {"unit": "UPT-1", "on_date": "2026-03-03", "n": {"KTP": 41}}


@pytest.mark.usefixtures("made")
def test_page_and_workbook_write_the_same_row(portal: Portal) -> None:
    put(portal, KTP=41)
    row = {"unit": "UPT-1", "layanan": "KTP", "tanggal": "2026-03-03", "jumlah": 44}
    report = run(portal, import_rows, {SERVED: [row]}, dry_run=False, actor="cli")
    assert [line.code for line in report.sheets[0].changed] == ["UPT-1.KTP.2026-03-03"]
    put(portal, KTP=45)
    assert stored(portal) == {"UPT-1.KTP.2026-03-03": 45}


@pytest.mark.parametrize("day", [TODAY + timedelta(days=1), TODAY - timedelta(days=63)])
@pytest.mark.usefixtures("made")
def test_a_day_to_come_or_long_gone_is_refused(portal: Portal, day: date) -> None:
    with pytest.raises(Invalid):
        put(portal, day, all=1)
    with pytest.raises(Invalid):
        page(portal, day)


@pytest.mark.usefixtures("made")
def test_two_months_back_is_the_earliest(portal: Portal) -> None:
    put(portal, page(portal).first, all=1)
    assert stored(portal) == {"UPT-1.-.2025-12-31": 1}
    assert page(portal, page(portal).first).n == 1


def test_only_units_in_the_scope_and_their_own_services_are_counted(portal: Portal, made: Government) -> None:
    scope = (made.units["DINAS"], made.units["UPT-2"])
    with pytest.raises(NotFound):
        page(portal, scope=scope)
    with pytest.raises(NotFound):
        run(portal, put_served, scope, "UPT-1", TODAY, {None: 1}, actor="kepala")
    with pytest.raises(NotFound):
        put(portal, IZIN=1)
    assert not stored(portal)


def test_a_service_that_is_closed_is_no_longer_asked_for(portal: Portal, made: Government) -> None:
    made.add_service("LAMA", "UPT-1", ends_on=YESTERDAY)
    assert [line.code for line in page(portal).services] == ["KK", "KTP"]
    assert [line.code for line in page(portal, YESTERDAY).services] == ["KK", "KTP", "LAMA"]
