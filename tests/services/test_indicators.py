"""Indicators by name: added, aimed, told and ended by the unit itself, and what the portal counts of them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

import pytest

from portal import services
from portal.domain.errors import Invalid, NotFound
from portal.services import Portal
from portal.services.enrol import indicators as enrol
from portal.services.report.indicators import Holder, IndicatorsReport, open_indicators
from portal.services.report.unit import open_unit
from portal.storage import audit
from portal.storage.tables import ClosedPeriod, ServedCount, SigningKey, Snapshot
from tests.clock import Clock
from tests.government import Government, small
from tests.published import MARCH, cell, publish, spread

ROOT: Final = ()
BASIC: Final = {"name": "Berkas contoh", "unit_of_measure": "berkas", "kind": "jumlah", "period_code": "2026-S1"}
TOLD: Final = {"realisation": "410,5", "as_of": "2026-02-28", "source": "Aplikasi contoh", "link": ""}


@pytest.fixture
def made(portal: Portal) -> Government:
    return small(portal)


def add(portal: Portal, unit: str = "UPT-1", **changes: str) -> str:
    choice = {name: changes.pop(name, "") for name in ("officer_code", "measure")}
    return services.run(portal, enrol.add_indicator, ROOT, unit, {**BASIC, **changes}, **choice, actor="kepala")


def tell(portal: Portal, code: str, **changes: str) -> None:
    services.run(portal, enrol.add_progress, ROOT, "UPT-1", code, {**TOLD, **changes}, actor="kepala")


def aim(portal: Portal, code: str, target: str) -> None:
    services.run(portal, enrol.change_target, ROOT, "UPT-1", code, target, actor="kepala")


def opened(portal: Portal, period: str | None = None) -> IndicatorsReport:
    return services.run(portal, open_indicators, ROOT, "UPT-1", period)


def holder(portal: Portal, code: str = "") -> Holder:
    [found] = [one for one in opened(portal).holders if one.code == code]
    return found


def refusal(call: Any, *args: Any, **kwargs: Any) -> str:  # noqa: ANN401 - handed on
    with pytest.raises(Invalid) as caught:
        call(*args, **kwargs)
    return caught.value.detail


def sign(portal: Portal) -> None:
    """Close the half-year as far as indicators ask."""
    with portal.begin() as session:
        days = {"starts_on": date(2026, 1, 1), "ends_on": date(2026, 6, 30), "closed_at": portal.now()}
        session.add(ClosedPeriod(period_code="2026-S1", kind="semester", shadow=False, **days))
        session.add(SigningKey(key_code="kunci", public_key=b"k", sealed=b"s", created_at=portal.now()))
        session.flush()
        signed = {"key_code": "kunci", "previous_hash": bytes(32), "hash": bytes(32), "jws": b"j"}
        session.add(Snapshot(period_code="2026-S1", version=1, signed_at=portal.now(), reason=None, **signed))


@pytest.mark.usefixtures("made")
def test_an_indicator_is_added_told_and_shown_with_its_source_and_its_acts_are_in_the_log(portal: Portal) -> None:
    code = add(portal, target="1200", duty="Melayani berkas")
    tell(portal, code, link="https://data.example.go.id/berkas")
    tell(portal, code, realisation="300", as_of="31/01/2026")
    aim(portal, code, "1250")
    [kept] = holder(portal).kept
    line = kept.line
    assert (line.target, line.realisation, line.as_of, line.reached_share) == (
        "1250",
        "410.5",
        date(2026, 2, 28),
        "0.3284",
    )
    assert (line.measure, line.source, line.link) == (None, "Aplikasi contoh", "https://data.example.go.id/berkas")
    assert [(entry.value, entry.is_later) for entry in kept.entries] == [("410.5", False), ("300", False)]
    with portal.read() as session:
        acts = [entry.act for entry in audit.list_entries(session)]
    assert sorted(acts) == [
        "indicator-added",
        "indicator-progress-added",
        "indicator-progress-added",
        "indicator-target-changed",
    ]


@pytest.mark.usefixtures("made")
@pytest.mark.parametrize(
    "changes, field",
    [
        ({"name": " "}, "name"),
        ({"unit_of_measure": ""}, "unit_of_measure"),
        ({"kind": "angka"}, "kind"),
        ({"period_code": "2026-S3"}, "period_code"),
        ({"target": "1.200"}, "target"),
        ({"officer_code": "TIADA"}, "officer"),
        ({"measure": "petugas"}, "measure"),
        ({"measure": "skm", "officer_code": "P1"}, "measure"),
    ],
)
def test_a_new_indicator_is_refused_by_the_field_that_is_wrong(
    portal: Portal, changes: dict[str, str], field: str
) -> None:
    assert refusal(add, portal, **changes) == field
    assert not holder(portal).kept


@pytest.mark.usefixtures("made")
@pytest.mark.parametrize(
    "changes, field",
    [
        ({"realisation": ""}, "realisation"),
        ({"realisation": "banyak"}, "realisation"),
        ({"as_of": ""}, "as_of"),
        ({"as_of": "2026-03-04"}, "future"),
        ({"source": ""}, "source"),
        ({"link": "javascript:alert(1)"}, "link"),
    ],
)
def test_progress_needs_a_number_a_day_gone_by_and_a_source(
    portal: Portal, changes: dict[str, str], field: str
) -> None:
    code = add(portal)
    assert refusal(tell, portal, code, **changes) == field


@pytest.mark.usefixtures("made")
def test_what_has_ended_or_belongs_to_another_unit_is_not_there(portal: Portal) -> None:
    code, other = add(portal), add(portal, "UPT-2")
    for act in (tell, lambda *_: aim(portal, other, "3")):
        with pytest.raises(NotFound):
            act(portal, other)
    services.run(portal, enrol.end_indicator, ROOT, "UPT-1", code, actor="kepala")
    with pytest.raises(NotFound):
        tell(portal, code)
    [kept] = holder(portal).kept
    assert (kept.ends_on, kept.may_change, kept.may_progress) == (date(2026, 3, 3), False, False)


def test_what_the_portal_counts_is_the_string_of_the_units_page(portal: Portal, made: Government) -> None:
    unit, officers = made.units["UPT-1"], made.officers
    publish(
        portal,
        cell("unit", unit, spread(2, 4, 20, 14)),
        cell("officer", officers["P1"], spread(0, 0, 6, 6)),
        cell("officer", officers["P2"], spread(0, 0, 0, 9)),
    )
    with portal.begin() as session:
        session.add(ServedCount(served_count_code="D", unit_id=unit, service_id=None, on_date=MARCH, n=120))
    for measure in ("layanan", "skm", "served", "response_share"):
        add(portal, name=measure, measure=measure, target="100")
    for officer in ("P1", "P2"):
        add(portal, name=officer, officer_code=officer, measure="petugas")
    report = open_unit(portal, ROOT, "UPT-1", None)
    lines = {one.line.name: one.line for one in holder(portal).kept}
    assert {name: line.realisation for name, line in lines.items()} == {
        "layanan": report.quick.value,
        "skm": None,
        "served": "120",
        "response_share": "0.3333",
    }
    assert {line.indicator_code: line for line in report.indicators} == {
        line.indicator_code: line for line in lines.values()
    }
    assert lines["served"].reached_share == "1.2000"
    assert [one.line.realisation for one in holder(portal, "P1").kept] == ["87.50"]
    assert [one.line.realisation for one in holder(portal, "P2").kept] == [None]  # nine answers: below the threshold
    assert refusal(tell, portal, lines["served"].indicator_code) == "counted"


@pytest.mark.usefixtures("made")
def test_the_portal_counts_for_the_base_period_and_for_no_other(portal: Portal) -> None:
    add(portal, measure="served", period_code="2026")
    [kept] = holder(portal).kept
    assert (kept.line.realisation, kept.line.is_elsewhere) == (None, True)


@pytest.mark.usefixtures("made")
def test_once_its_period_is_signed_an_indicator_stays_and_progress_counts_as_later(
    portal: Portal, clock: Clock
) -> None:
    code = add(portal, target="1200")
    tell(portal, code)
    sign(portal)
    clock.advance(timedelta(hours=1))
    assert refusal(add, portal) == "closed"
    assert refusal(aim, portal, code, "7") == "closed"
    assert refusal(services.run, portal, enrol.end_indicator, ROOT, "UPT-1", code, actor="kepala") == "closed"
    tell(portal, code, realisation="999", as_of="2026-03-03")
    report = opened(portal, "2026-S1")
    [kept] = report.holders[0].kept
    assert (kept.line.realisation, kept.may_change, kept.may_progress) == ("410.5", False, True)
    assert [(entry.value, entry.is_later) for entry in kept.entries] == [("999", True), ("410.5", False)]
    assert report.signed_at is not None
    assert [period.period_code for period in report.open_periods] == ["2026-S2"]


@pytest.mark.usefixtures("made")
def test_the_index_of_an_earlier_year_is_kept_and_corrected_by_entering_it_again(portal: Portal) -> None:
    def keep(**typed: str) -> None:
        services.run(portal, enrol.put_past_score, ROOT, "UPT-1", typed, actor="kepala")

    keep(year="2024", skm="78,05", n="212", source="Laporan contoh")
    keep(year="2025", skm="80.1")
    keep(year="2024", skm="79", n="")
    assert [(one.year, one.skm, one.n, one.source) for one in opened(portal).past] == [
        (2025, "80.10", None, None),
        (2024, "79.00", None, None),
    ]
    assert refusal(keep, year="2026", skm="80") == "year"
    assert refusal(keep, year="2024", skm="101") == "skm"
    assert refusal(keep, year="2024", skm="80", n="banyak") == "n"
