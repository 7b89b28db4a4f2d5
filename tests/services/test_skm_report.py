"""The SKM report: the figures of the unit's page, in words where there are none, and single ballots only where safe."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

import pytest

from portal import app as composition
from portal import services
from portal.domain.errors import NotFound
from portal.domain.rating import CellKey
from portal.domain.score.skm import Weight
from portal.domain.tally import Tally
from portal.services import Portal
from portal.services.publish.release import release
from portal.services.report.figures import SKM
from portal.services.report.skm.content import compose
from portal.services.report.skm.document import Block, Chapter, Document, Paragraph, Points, Table, Words
from portal.services.report.skm.facts import Omitted, Sampling, SkmFacts, open_choices, open_facts
from portal.services.report.skm.recap import Recap, open_recap
from portal.services.report.unit import open_unit
from portal.storage.tables import Campaign, ServedCount, Verdict
from tests.clock import Clock
from tests.government import Government
from tests.published import ENOUGH, MARCH, cell, publish, spread, statements
from tests.surveyed import CLOSED, OPEN, UNIT, Surveyed, answer, ask, ballot, build, close, settle, surveyed, words

FIGURE: Final = re.compile(r"\d+,\d{2,3}\b")
MOST_STATEMENTS: Final = 8
NONE: Final = "\N{EN DASH}"


@pytest.fixture(scope="module")
def indonesian() -> Words:
    return words(composition.read_texts())


def facts_of(
    made: Surveyed, code: str = UNIT, period: str = CLOSED, *, weight: Weight = Weight.EXACT, sampling: str = "sukarela"
) -> SkmFacts:
    portal = made.made.portal
    return services.run(portal, open_facts, made.scope[:1], code, period, weight=weight, sampling=Sampling(sampling))


def blocks(document: Document) -> Iterator[Block]:
    for chapter in (*document.chapters, *document.annexes):
        for section in chapter.sections:
            yield from section.blocks


def table(document: Document, caption: str) -> Table:
    (found,) = [block for block in blocks(document) if isinstance(block, Table) and block.caption.startswith(caption)]
    return found


def text(parts: Document | Chapter) -> str:
    """All that is said outside tables."""
    of = parts.chapters if isinstance(parts, Document) else (parts,)
    said: list[str] = []
    for chapter in of:
        for section in chapter.sections:
            for block in section.blocks:
                said += [block.text] if isinstance(block, Paragraph) else []
                said += block.items if isinstance(block, Points) else []
    return " ".join(said)


def comma(figure: str | None) -> str:
    return NONE if figure is None else figure.replace(".", ",")


# ---------------------------------------------------------------- what is said


def test_every_figure_is_the_string_of_the_unit_s_page(portal: Portal, clock: Clock, indonesian: Words) -> None:
    made = surveyed(portal, clock, count=40)
    facts = facts_of(made)
    document, page = compose(facts, indonesian), services.run(portal, open_unit, made.scope[:1], UNIT, CLOSED)
    assert f"adalah {comma(page.skm.value)}, mutu {page.skm.mutu}" in text(document)
    shown = table(document, "Nilai rata-rata").rows[:9]
    for row, element in zip(shown, page.skm.elements, strict=True):
        assert row[2:4] == (str(element.n), comma(element.nrr))
        assert row[5:] == (comma(element.value), f"{comma(element.lower)}{NONE}{comma(element.upper)}")
    services_shown = table(document, "IKM per jenis layanan").rows
    for row, line in zip(services_shown, page.services, strict=True):
        score = line.scores[SKM]
        assert row[:4] == (line.name, str(score.n), comma(score.value), score.mutu or NONE)
    assert f"Hasilnya {comma(page.quick.value)} (kisaran {comma(page.quick.lower)}" in text(document)
    (march,) = [row for row in table(document, "IKM per bulan").rows if row[0] == "Maret 2026"]
    assert march[2] == comma(page.skm_trend.months[-4].score.value)


def test_the_sum_of_the_weighted_values_and_the_index_end_the_table(
    portal: Portal, clock: Clock, indonesian: Words
) -> None:
    facts = facts_of(surveyed(portal, clock, count=40))
    total, index = table(compose(facts, indonesian), "Nilai rata-rata").rows[-2:]
    assert index[4] == comma(facts.report.skm.value)
    assert abs(float(total[4].replace(",", ".")) * 25 - float(facts.report.skm.value or 0)) < 0.02


def test_the_chapters_are_those_in_use(portal: Portal, clock: Clock, indonesian: Words) -> None:
    document = compose(facts_of(surveyed(portal, clock, count=5)), indonesian)
    assert [chapter.title for chapter in document.chapters] == [
        "I. Pendahuluan",
        "II. Pelaksanaan Survei",
        "III. Hasil Survei",
        "IV. Analisis dan Rencana Tindak Lanjut",
        "V. Penutup",
    ]
    assert [annex.title for annex in document.annexes] == ["Lampiran 1. Tabulasi jawaban", "Lampiran 2. Lembar metode"]


def test_weight_and_sampling_are_printed_where_they_are_chosen(portal: Portal, clock: Clock, indonesian: Words) -> None:
    made = surveyed(portal, clock, count=40)
    exact = facts_of(made)
    short = facts_of(made, weight=Weight.SHORTENED, sampling="sampel")
    said = text(compose(short, indonesian))
    assert "Pilihan laporan ini: bobot setiap unsur 0,11, bukan 1/9 yang tepat." in said
    assert f"Dengan bobot 1/9 yang tepat, seperti di portal, IKM-nya {comma(exact.report.skm.value)}" in said
    assert "responden ditarik sebagai sampel" in said
    assert "Pilihan laporan ini" not in text(compose(exact, indonesian))
    lower = table(compose(short, indonesian), "Nilai rata-rata").rows[-1][4]
    assert float(lower.replace(",", ".")) < float(exact.report.skm.value or 0)
    lines = compose(short, indonesian).annexes[1].sections[0].blocks[0]
    assert isinstance(lines, Points)
    assert "Pilihan laporan ini: bobot 0,11; Sampel ditarik oleh unit." in lines.items


def test_an_open_period_is_marked_as_provisional_wherever_it_is_named(
    portal: Portal, clock: Clock, indonesian: Words
) -> None:
    made = surveyed(portal, clock, count=5)
    open_period = compose(facts_of(made, period=OPEN), indonesian)
    assert open_period.warning.startswith("SEMENTARA")
    assert open_period.footer.startswith("SEMENTARA")
    assert "sementara sampai periodenya ditutup" in text(open_period)
    assert compose(facts_of(made), indonesian).warning == ""


def test_below_the_threshold_there_are_words_and_no_figure(portal: Portal, clock: Clock, indonesian: Words) -> None:
    document = compose(facts_of(surveyed(portal, clock, count=4)), indonesian)
    results, analysis = document.chapters[2:4]
    assert not FIGURE.search(text(results))
    assert "Data belum cukup." in text(results)
    assert "belum dapat disimpulkan" in text(document.chapters[4])
    assert not [block for block in results.sections[1].blocks if isinstance(block, Table)]
    plan = next(block for block in analysis.sections[1].blocks if isinstance(block, Table))
    assert [row[1:] for row in plan.rows] == [("", "", "", "")] * 3


def test_an_element_that_is_shown_as_a_band_is_a_band_in_the_report_too(
    portal: Portal, clock: Clock, indonesian: Words
) -> None:
    made = build(portal)
    chance = random.Random(3)
    for _ in range(12):
        answer(made, "A", {**ballot(chance), "BIAYA": 4})
    close(portal, clock)
    facts = facts_of(Surveyed(made))
    bands = {element.element for element in facts.report.skm.elements if element.band}
    assert "BIAYA" in bands
    exact = table(compose(facts, indonesian), "Nilai rata-rata").rows
    assert exact[3][3:] == (NONE, NONE, "antara 75,00 dan 100,00", NONE)
    assert len(exact) == 9
    short = compose(facts_of(Surveyed(made), weight=Weight.SHORTENED), indonesian)
    assert "Bobot 0,11 tidak dapat diterapkan" in text(short)
    assert f"adalah {comma(facts.report.skm.value)}, mutu" in text(short)


def test_the_plan_names_the_three_weakest_elements_and_leaves_the_rest_to_be_filled_in(
    portal: Portal, clock: Clock, indonesian: Words
) -> None:
    facts = facts_of(surveyed(portal, clock, count=40))
    names = {element.code: element.name["id"] for element in facts.instrument.elements}
    plan = table(compose(facts, indonesian), "Rencana tindak lanjut")
    lowest = facts.report.elements[:3]
    assert [row[1] for row in plan.rows] == [f"{names[it.element]} ({comma(it.value)})" for it in lowest]
    assert {row[2:] for row in plan.rows} == {("", "", "")}
    distances = table(compose(facts, indonesian), "Unsur menurut jarak").rows
    values = [float(row[1].replace(",", ".")) for row in distances]
    assert all(one <= other for one, other in pairwise(values))


def test_the_period_before_is_followed_up_and_stands_among_the_five_years(
    portal: Portal, clock: Clock, indonesian: Words
) -> None:
    made = surveyed(portal, clock, count=40)
    before = facts_of(made)
    ask(made.made, 20, seed=2)
    services.run(portal, release, weekly=True)
    document = compose(facts_of(made, period=OPEN), indonesian)
    names = {element.code: element.name["id"] for element in before.instrument.elements}
    follow = table(document, "Tindak lanjut hasil SKM Semester 1 2026").rows
    assert [row[1:3] for row in follow] == [(names[it.element], comma(it.value)) for it in before.report.elements[:3]]
    years = table(document, "IKM lima tahun").rows
    assert [row[0] for row in years] == ["2024", "2025", "Semester 1 2026", "Semester 2 2026"]
    assert years[1][1:4] == ("79,85", NONE, "12.480")
    assert years[2][1:4] == (comma(before.report.skm.value), before.report.skm.mutu, "40")


def test_target_respondents_and_survey_weeks_are_told(portal: Portal, clock: Clock, indonesian: Words) -> None:
    document = compose(facts_of(surveyed(portal, clock, count=40)), indonesian)
    rows = table(document, "Responden dan target").rows
    assert [row[1] for row in rows] == ["1100", "285", "40"]
    assert "Responden SKM 40 dari target 285: target belum tercapai" in text(document)
    assert "Pekan survei 2 Maret 2026 sampai 13 Maret 2026, semua layanan." in text(document)


def test_the_way_of_the_answers_is_told_with_its_evidence(portal: Portal, clock: Clock, indonesian: Words) -> None:
    mix = table(compose(facts_of(surveyed(portal, clock, count=40)), indonesian), "Kuesioner lengkap menurut").rows
    assert mix == (("Loket", "terbuka", "40"), ("Jumlah", "", "40"))


def test_three_that_came_another_way_follow_from_no_other_number(
    portal: Portal, clock: Clock, indonesian: Words
) -> None:
    made = build(portal)
    ask(made, 40)
    made.add_counter("W", UNIT, channel="daring")
    chance = random.Random(3)
    for _ in range(3):
        answer(made, "W", ballot(chance))
    close(portal, clock)
    facts = facts_of(Surveyed(made))
    assert [(way.channel, way.n) for way in facts.ways] == [("daring", None), ("loket", None)]
    mix = table(compose(facts, indonesian), "Kuesioner lengkap menurut").rows
    assert [row[2] for row in mix] == ["tidak ditampilkan", "tidak ditampilkan", "43"]


def test_the_profile_shows_what_many_chose_and_never_what_few_did(
    portal: Portal, clock: Clock, indonesian: Words
) -> None:
    made = build(portal)
    ask(made, 60)
    close(portal, clock)
    unit, prefix = made.units[UNIT], "profil@1:PENDIDIKAN"
    counts = {"SMA": 30, "S1": 22, "SD": 6}
    publish(
        portal,
        {
            CellKey("choice", f"{unit}:{prefix}:{option}", MARCH, prefix): (Tally(n=n), ENOUGH)
            for option, n in counts.items()
        },
    )
    shown = {row[0]: row[1] for row in table(compose(facts_of(Surveyed(made)), indonesian), "Pendidikan").rows}
    assert (shown["SMA"], shown["S1"]) == ("30", "22")
    assert shown["SD"] == shown["SMP"] == "tidak ditampilkan"


def test_a_year_of_two_closed_periods_has_a_report_without_single_ballots(
    portal: Portal, clock: Clock, indonesian: Words
) -> None:
    made = surveyed(portal, clock, count=40)
    ask(made.made, 40, seed=6)
    clock.advance(timedelta(days=170))
    services.run(portal, release, weekly=True)
    settle(portal, OPEN)
    facts = facts_of(made, period="2026")
    document = compose(facts, indonesian)
    assert (facts.report.skm.n, facts.tabulation.omitted) == (80, Omitted.UNION)
    assert (document.subtitle, document.warning) == ("Tahun 2026", "")
    assert "menggabungkan beberapa periode" in text(document.annexes[1])
    assert [row[0] for row in table(document, "IKM lima tahun").rows] == ["2024", "2025", "Tahun 2026"]
    choices = services.run(portal, open_choices, made.scope, UNIT, None)
    assert (choices.chosen.period.period_code, choices.chosen.is_closed) == (OPEN, True)
    assert [one.is_closed for one in choices.periods if one.period.period_code == "2026"] == [True]


# ---------------------------------------------------------------- single ballots


def rows_of(facts: SkmFacts) -> Sequence[tuple[int, ...]]:
    assert facts.tabulation.omitted is None, facts.tabulation.omitted
    return facts.tabulation.rows


def test_the_tabulation_holds_the_ballots_of_the_cells_sorted_by_value(portal: Portal, clock: Clock) -> None:
    facts = facts_of(surveyed(portal, clock, count=40))
    rows = rows_of(facts)
    assert len(rows) == facts.report.skm.n == 40
    assert list(rows) == sorted(rows)
    for column, element in zip(zip(*rows, strict=True), facts.report.skm.elements, strict=True):
        assert tuple(column.count(value) for value in range(1, 5)) == element.distribution


def test_incomplete_ballots_count_for_their_elements_and_are_no_row(portal: Portal, clock: Clock) -> None:
    made = build(portal)
    ask(made, 40)
    for _ in range(6):
        answer(made, "A", {"WAKTU": 2, "BIAYA": 4})
    close(portal, clock)
    facts = facts_of(Surveyed(made))
    assert len(rows_of(facts)) == facts.report.skm.n == 40
    assert {it.element: it.n for it in facts.report.elements}["WAKTU"] == 46


def test_complete_ballots_are_left_out_where_they_would_tell_the_answers_of_few_others(
    portal: Portal, clock: Clock
) -> None:
    made = build(portal)
    ask(made, 40)
    for _ in range(3):
        answer(made, "A", {"WAKTU": 2, "BIAYA": 4})
    close(portal, clock)
    facts = facts_of(Surveyed(made))
    assert {it.element: it.n for it in facts.report.elements}["WAKTU"] == 43
    assert facts.tabulation.omitted is Omitted.DIFFERENT


@pytest.mark.parametrize("count, omitted", [(29, Omitted.TOO_FEW), (30, None)])
def test_fewer_than_thirty_ballots_are_not_printed_one_by_one(
    portal: Portal, clock: Clock, count: int, omitted: Omitted | None
) -> None:
    assert facts_of(surveyed(portal, clock, count=count)).tabulation.omitted == omitted


def test_ballots_about_few_officers_are_not_printed_one_by_one(portal: Portal, clock: Clock) -> None:
    made = build(portal)
    for officer, counter in (("P1", "A"), ("P2", "B")):
        made.add_officer(officer, UNIT)
        made.add_workdays(officer, counter)
    ask(made, 40)
    close(portal, clock)
    facts = facts_of(Surveyed(made))
    assert facts.report.skm.n == 40
    assert facts.tabulation.omitted is Omitted.TOO_FEW


def test_an_open_period_prints_no_ballots(portal: Portal) -> None:
    made = build(portal)
    ask(made, 40)
    services.run(portal, release, weekly=True)
    assert facts_of(Surveyed(made), period=CLOSED).tabulation.omitted is Omitted.OPEN


def test_a_unit_with_units_below_it_prints_none_lest_they_be_subtracted(portal: Portal, clock: Clock) -> None:
    made = surveyed(portal, clock, count=40)
    assert facts_of(made, "DINAS").tabulation.omitted is Omitted.UNITS_BELOW
    assert facts_of(made).tabulation.omitted is None


def test_ballots_that_are_no_longer_those_of_the_cells_are_left_out(portal: Portal, clock: Clock) -> None:
    made = surveyed(portal, clock, count=40)
    ticket = _one_more_ballot_of(made.made)
    assert facts_of(made).tabulation.omitted is None
    with portal.begin() as session:
        session.add(Verdict(response_id=ticket, revision=1, state="excluded:test"))
    assert facts_of(made).tabulation.omitted is Omitted.DIFFERENT


def _one_more_ballot_of(made: Government) -> bytes:
    """Return the id of any ballot of the closed period."""
    with made.portal.read() as session:
        found = session.connection().exec_driver_sql(
            "SELECT response_id FROM ballots WHERE instrument = 'skm-14-2017@1' LIMIT 1"
        )
        return bytes(found.scalar_one())


def test_what_the_closing_carried_on_is_a_row_of_the_next_period(portal: Portal, clock: Clock) -> None:
    made = build(portal)
    ask(made, 40)
    services.run(portal, release, weekly=True)
    ask(made, 3, seed=5)
    close(portal, clock)
    ask(made, 37, seed=6)
    clock.advance(timedelta(days=170))
    services.run(portal, release, weekly=True)
    settle(portal, OPEN)
    first, second = facts_of(Surveyed(made)), facts_of(Surveyed(made), period=OPEN)
    assert (len(rows_of(first)), len(rows_of(second))) == (40, 40)


# ---------------------------------------------------------------- who may ask, and for what


def test_a_unit_outside_the_scope_has_no_report(portal: Portal, clock: Clock) -> None:
    made = surveyed(portal, clock, count=5)
    for code in ("LAIN", "DINAS", "TIADA"):
        with pytest.raises(NotFound):
            services.run(portal, open_facts, made.scope, code, CLOSED)


def test_the_last_closed_period_is_offered_first(portal: Portal, clock: Clock) -> None:
    made = surveyed(portal, clock, count=5)
    choices = services.run(portal, open_choices, made.scope, UNIT, None)
    assert [(one.period.period_code, one.is_closed) for one in choices.periods] == [(OPEN, False), (CLOSED, True)]
    assert choices.chosen.period.period_code == CLOSED
    assert services.run(portal, open_choices, made.scope, UNIT, OPEN).chosen.period.period_code == OPEN


# ---------------------------------------------------------------- all units


def recap_of(portal: Portal, period: str | None = None) -> Recap:
    return services.run(portal, open_recap, period)


def town(portal: Portal, units: int) -> Government:
    """A government of many units with a tap and a survey each, all released."""
    made = Government(portal)
    made.add_unit("KOTA")
    for number in range(units):
        code = f"U{(number * 37) % units:02}"
        made.add_unit(code, "KOTA")
        made.add_service(f"S-{code}", code)
        made.add_counter(f"L-{code}", code)
    return made


def test_the_list_shows_each_unit_as_its_own_page_does(portal: Portal, clock: Clock) -> None:
    made = surveyed(portal, clock, count=40)
    with portal.begin() as session:
        lain = made.made.units["LAIN"]
        session.add(ServedCount(served_count_code="D2", unit_id=lain, service_id=None, on_date=MARCH, n=90))
        week = {"starts_on": date(2026, 4, 1), "ends_on": date(2026, 4, 30)}
        session.add(Campaign(campaign_code="S2", unit_id=lain, service_id=None, population=70, **week))
    for period in (CLOSED, OPEN):
        for line in recap_of(portal, period).lines:
            page = services.run(portal, open_unit, (), line.code, period)
            assert (line.skm, line.quick, line.target) == (page.skm, page.quick, page.respondents)
            assert line.needed == page.needed


def test_units_come_by_name_and_are_never_ranked(portal: Portal) -> None:
    town(portal, 12)
    names = [line.name for line in recap_of(portal).lines]
    assert names == sorted(names, key=str.casefold)
    assert len(names) == 13


def test_a_unit_that_is_hidden_on_its_page_from_above_is_hidden_in_the_list(portal: Portal) -> None:
    made = town(portal, 3)
    ids = made.units
    publish(
        portal,
        cell("unit", ids["KOTA"], spread(0, 0, 20, 13)),
        cell("unit", ids["U00"], spread(0, 0, 10, 10)),
        cell("unit", ids["U01"], spread(0, 0, 6, 4)),
        cell("unit", ids["U02"], spread(0, 0, 2, 1)),
    )
    values = {line.code: line.quick.value for line in recap_of(portal).lines}
    assert (values["U01"], values["U02"]) == (None, None)
    assert values["U00"]


def test_sixty_units_take_no_more_statements_than_one(portal: Portal) -> None:
    town(portal, 60)
    with statements(portal) as seen:
        assert len(recap_of(portal).lines) == 61
    assert len(seen) <= MOST_STATEMENTS


def test_without_a_unit_the_list_is_empty(portal: Portal) -> None:
    assert recap_of(portal).lines == ()


def test_of_a_period_there_is_not_there_is_no_list(portal: Portal) -> None:
    for period in ("2026-03", "2027-S1", "abc"):
        with pytest.raises(NotFound):
            recap_of(portal, period)
