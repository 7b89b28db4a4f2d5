"""What stands in a row of the feed beside its figure: mix, response rate, indicators, bands, the page for people."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import pytest

from portal import services
from portal.domain.access import Caller
from portal.domain.rating import CellKey
from portal.domain.tally import Tally
from portal.services import Portal
from portal.services.publish.rows import BandRow, EvidenceMix, ScoreRow
from portal.services.publish.scores import list_scores
from portal.services.report.unit import open_unit
from portal.storage import indicators, ledger
from portal.storage.ledger import Details
from portal.storage.tables import ServedCount
from tests.government import Government, small
from tests.published import LAYANAN, MARCH, cell, publish, spread, system, turn_feed

NOW: Final = "2026-S1"
EVERYTHING: Final = system()
SURVEY: Final = "skm-14-2017@1"


@pytest.fixture
def government(portal: Portal) -> Government:
    return small(portal)


def row(portal: Portal, subject: str, code: str, measure: str, caller: Caller = EVERYTHING) -> ScoreRow:
    page = services.run(portal, list_scores, caller, subject=subject, period_code=NOW)
    (found,) = [each for each in page.items if (each.subject.id, each.measure) == (code, measure)]
    return found


def put(portal: Portal, key: CellKey, tally: Tally, **composition: Any) -> None:  # noqa: ANN401 - JSON
    """Release a cell with what it is made of."""
    made = {"late": 0, "channels": {}, "states": {}, **composition}
    with portal.begin() as session:
        release_id = ledger.append_release(session, portal.now(), weekly=True)
        ledger.put_cells(session, release_id, {key: (tally, 5)}, {key: Details(made)})


def upt_1(government: Government, month: date = MARCH) -> CellKey:
    return CellKey("unit", str(government.units["UPT-1"]), month, LAYANAN)


def test_a_row_tells_how_its_answers_came_over_all_months(portal: Portal, government: Government) -> None:
    states = {"held:Q1": 4, "held:Q3": 2, "excluded:double": 7}
    put(
        portal, upt_1(government), spread(1, 2, 3, 40), channels={"loket:open": 40, "kertas:assisted": 6}, states=states
    )
    april = upt_1(government, date(2026, 4, 1))
    put(portal, april, spread(5, 5, 0, 0), channels={"keliling:open": 10}, late=10)
    found = row(portal, "unit", "UPT-1", "layanan")
    assert (found.n, found.n_held, found.n_excluded, found.n_late) == (56, 6, 7, 10)
    assert found.evidence == EvidenceMix(open=50, present=0, visit=0, assisted=6)


def test_one_to_four_are_told_neither_by_themselves_nor_by_subtraction(portal: Portal, government: Government) -> None:
    states = {"held:Q1": 1, "excluded:double": 3}
    channels = {"loket:open": 48, "kertas:assisted": 2}
    put(portal, upt_1(government), spread(1, 9, 20, 20), channels=channels, states=states, late=47)
    found = row(portal, "unit", "UPT-1", "layanan")
    assert (found.n, found.n_held, found.n_excluded, found.n_late) == (50, None, None, None)
    assert found.evidence == EvidenceMix(open=None, present=0, visit=0, assisted=None)


def test_a_row_without_a_figure_tells_nothing_of_what_is_behind_it(portal: Portal, government: Government) -> None:
    put(portal, upt_1(government), spread(0, 0, 0, 4), channels={"loket:open": 4}, states={"held:Q1": 40}, late=0)
    _serve(portal, government, "UPT-1", 100)
    found = row(portal, "unit", "UPT-1", "layanan")
    assert (found.n, found.n_held, found.n_excluded, found.n_late, found.evidence) == (None,) * 5
    assert found.response_rate is None


def test_a_mix_that_does_not_cover_every_answer_is_not_told(portal: Portal, government: Government) -> None:
    put(portal, upt_1(government), spread(1, 2, 3, 40), channels={"loket:open": 46})
    publish(portal, cell("unit", government.units["UPT-1"], spread(0, 0, 5, 5), month=date(2026, 4, 1)))
    assert row(portal, "unit", "UPT-1", "layanan").evidence is None


def test_the_mix_of_a_unit_does_not_tell_a_counter_that_is_hidden(portal: Portal, government: Government) -> None:
    """Seven on paper are what the counter for paper counts, which has no figure below ten."""
    government.add_counter("KERTAS", "UPT-1", channel="kertas")
    channels = {"loket:open": 40, "kertas:assisted": 7}
    put(portal, upt_1(government), spread(1, 2, 3, 41), channels=channels)
    publish(
        portal,
        cell("counter", government.counters["1B"], spread(1, 2, 3, 34)),
        cell("counter", government.counters["KERTAS"], spread(0, 0, 0, 7)),
    )
    assert row(portal, "unit", "UPT-1", "layanan").evidence == EvidenceMix(None, 0, 0, None)
    put(portal, upt_1(government), spread(1, 2, 3, 51), channels={"loket:open": 40, "kertas:assisted": 17})
    publish(portal, cell("counter", government.counters["KERTAS"], spread(0, 0, 0, 17)))
    assert row(portal, "unit", "UPT-1", "layanan").evidence == EvidenceMix(40, 0, 0, 17)


def _serve(portal: Portal, government: Government, unit: str, n: int, service: str | None = None) -> None:
    with portal.begin() as session:
        session.add(
            ServedCount(
                served_count_code=f"{unit}-{service}",
                unit_id=government.units[unit],
                service_id=government.services[service] if service else None,
                on_date=date(2026, 3, 2),
                n=n,
            )
        )
        session.flush()


def test_the_response_rate_is_of_those_served_in_the_unit_and_below_it(portal: Portal, government: Government) -> None:
    for unit in ("DINAS", "UPT-1", "UPT-2"):
        publish(portal, cell("unit", government.units[unit], spread(5, 5, 20, 20)))
    assert row(portal, "unit", "DINAS", "layanan").response_rate is None
    _serve(portal, government, "UPT-1", 150)
    _serve(portal, government, "UPT-2", 0)
    assert row(portal, "unit", "UPT-1", "layanan").response_rate == "0.3333"
    assert row(portal, "unit", "DINAS", "layanan").response_rate == "0.3333"
    assert row(portal, "unit", "UPT-2", "layanan").response_rate is None
    _serve(portal, government, "DINAS", 30)
    assert row(portal, "unit", "DINAS", "layanan").response_rate == "0.2778"


def test_a_service_has_a_rate_where_it_was_counted_by_itself(portal: Portal, government: Government) -> None:
    publish(portal, cell("unit", government.units["UPT-1"], spread(20, 20, 20, 20)))
    for service in ("KTP", "KK"):
        publish(portal, cell("service", government.services[service], spread(5, 5, 10, 20)))
    _serve(portal, government, "UPT-1", 500)
    _serve(portal, government, "UPT-1", 64, "KTP")
    assert row(portal, "service", "KTP", "layanan").response_rate == "0.6250"
    assert row(portal, "service", "KK", "layanan").response_rate is None


def _indicate(portal: Portal, code: str, **fields: Any) -> None:  # noqa: ANN401 - the columns of an indicator
    usual = {"officer_id": None, "kind": "jumlah", "duty": None, "unit_goal": None, "measure": None, "ends_on": None}
    named = {"name": f"Indikator {code}", "unit_of_measure": "berkas", "period_code": NOW, "target": "120.5"}
    with portal.begin() as session:
        indicators.add_indicator(session, code, {**usual, **named, **fields})


def _progress(portal: Portal, code: str, value: str) -> None:
    told = {"as_of": date(2026, 3, 1), "value": value, "source": "catatan unit", "link": None}
    with portal.begin() as session:
        indicators.append_progress(session, code, **told, entered_by="contoh", entered_at=portal.now())  # type: ignore[arg-type]  # each value is of its own column


def test_indicators_stand_beside_the_figures_with_their_source(portal: Portal, government: Government) -> None:
    upt = government.units["UPT-1"]
    _indicate(portal, "I1", unit_id=upt)
    _progress(portal, "I1", "98")
    _indicate(portal, "I2", unit_id=upt, officer_id=government.officers["P1"])
    _indicate(portal, "I3", unit_id=upt, period_code="2025")
    (found,) = row(portal, "unit", "UPT-1", "layanan").indicators
    assert (found.name, found.target, found.realisation, found.as_of) == (
        "Indikator I1",
        "120.5",
        "98",
        date(2026, 3, 1),
    )
    assert (found.source, found.checked, found.period_id) == ("catatan unit", False, NOW)
    turn_feed(portal, on=True)
    (own,) = row(portal, "officer", "P1", "petugas").indicators
    assert (own.name, own.realisation) == ("Indikator I2", None)
    assert row(portal, "officer", "P2", "petugas").indicators == ()
    assert row(portal, "unit", "DINAS", "layanan").indicators == ()


def test_what_the_portal_counts_itself_is_the_figure_that_it_gives(portal: Portal, government: Government) -> None:
    upt = government.units["UPT-1"]
    publish(portal, cell("unit", upt, spread(5, 5, 20, 20)))
    _serve(portal, government, "UPT-1", 150)
    for measure in ("layanan", "skm", "served", "response_share"):
        _indicate(portal, f"I-{measure}", unit_id=upt, measure=measure)
    _indicate(portal, "I-year", unit_id=upt, measure="layanan", period_code="2026")
    found = row(portal, "unit", "UPT-1", "skm").indicators
    shown = {each.name: each.realisation for each in found}
    value = row(portal, "unit", "UPT-1", "layanan").value
    assert shown == {
        "Indikator I-layanan": value,
        "Indikator I-skm": None,
        "Indikator I-served": "150",
        "Indikator I-response_share": "0.3333",
        "Indikator I-year": None,
    }
    assert {each.checked for each in found} == {True}
    report = services.run(portal, open_unit, (government.units["DINAS"], upt), None, NOW)
    assert {line.name: line.realisation for line in report.indicators} == shown


def test_each_row_names_the_page_that_explains_it(portal: Portal, government: Government) -> None:
    assert government.units
    turn_feed(portal, on=True)
    assert row(portal, "unit", "UPT-1", "skm").explain == "/unit/UPT-1/angka/skm?periode=2026-S1"
    assert row(portal, "service", "KTP", "layanan").explain == "/unit/UPT-1/layanan/KTP/angka/layanan?periode=2026-S1"
    assert row(portal, "officer", "P1", "petugas").explain == "/unit/UPT-1/petugas/P1/angka?periode=2026-S1"
    assert row(portal, "officer", "P1", "skm_officer").explain is None
    assert row(portal, "counter", "1A", "layanan").explain == "/unit/UPT-1/loket/1A/angka?periode=2026-S1"


def test_a_small_group_that_answered_alike_prints_a_band(portal: Portal, government: Government) -> None:
    for unit in ("DINAS", "UPT-1"):
        publish(portal, cell("unit", government.units[unit], spread(0, 0, 0, 12)))
    found = row(portal, "unit", "UPT-1", "layanan")
    assert (found.status, found.reason, found.use) == ("provisional", "homogeneous", "descriptive")
    assert (found.n, found.value, found.lower, found.distribution) == (12, None, None, None)
    assert found.band == found.elements[0].band == BandRow("75.00", "100.00")


def survey(portal: Portal, government: Government, **tallies: Tally) -> None:
    """Release what the survey says of officer P1."""
    officer = str(government.officers["P1"])
    cells = {CellKey("officer", officer, MARCH, f"{SURVEY}:{code}"): (tally, 1) for code, tally in tallies.items()}
    publish(portal, cells)


def ballots(*totals: int) -> Tally:
    return sum((Tally.of_ballot(total) for total in totals), Tally())


def test_competence_and_conduct_of_the_survey_are_a_measure_of_the_officer(
    portal: Portal, government: Government
) -> None:
    turn_feed(portal, on=True)
    whole = ballots(*([7] * 20 + [6] * 10 + [3]))
    survey(portal, government, KOMPETENSI=spread(0, 1, 10, 20), PERILAKU=spread(1, 0, 10, 25), SKM_OFFICER=whole)
    found = row(portal, "officer", "P1", "skm_officer")
    assert (found.instrument, found.n, found.value) == (SURVEY, 31, "81.85")  # 25 x 203 / 62
    assert (found.mutu, found.distribution, found.status) == (None, None, "provisional")
    assert [(each.code, each.n, each.nrr) for each in found.elements] == [
        ("KOMPETENSI", 31, "3.613"),
        ("PERILAKU", 36, "3.639"),
    ]
    survey(portal, government, SKM_OFFICER=ballots(*[7] * 29))
    assert row(portal, "officer", "P1", "skm_officer").reason == "too-few"
