"""Indicators by name, kept by the unit itself; the same rows as the sheets `Indikator` and `IKM tahun lalu`."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy.orm import Session

from portal.domain.errors import Invalid, NotFound
from portal.domain.indicator import measures_of
from portal.domain.period import Period
from portal.domain.workbook.cell import is_blank, read
from portal.domain.workbook.fault import BadCell
from portal.domain.workbook.rules import TOLD
from portal.domain.workbook.sheet import INDICATOR, PAST, SHEETS, Fields
from portal.services import Portal
from portal.storage import audit, indicators, periods, registry, structure
from portal.storage.indicators import IndicatorRow
from portal.storage.structure import UnitRow

_TYPED: Final = ("name", "unit_of_measure", "kind", "duty", "unit_goal", "period_code", "target")


def add_indicator(
    portal: Portal,
    scope: Sequence[int],
    unit_code: str,
    typed: Mapping[str, str],
    *,
    officer_code: str = "",
    measure: str = "",
    actor: str,
) -> str:
    """Keep a new indicator of a unit, or of one of its officers, and return its code.

    `typed` holds name, unit_of_measure, kind, duty, unit_goal, period_code and target as people type them; duty, goal
    and target may be empty. With a `measure` the portal counts it itself.

    Raises:
        NotFound: no such unit in the scope.
        Invalid: the field that is wrong, `officer`, `measure`, or `closed`: the period was signed.
    """
    fields = {name: _typed(INDICATOR, name, typed.get(name, "")) for name in _TYPED}
    if measure and measure not in measures_of(officer=bool(officer_code)):
        raise Invalid("measure")
    with portal.begin(repeatable=True) as session:
        unit = _hold(session, scope, unit_code)
        _refuse_closed(session, fields["period_code"])
        fields |= {"measure": measure or None, "unit_id": unit.id, "ends_on": None}
        fields["officer_id"] = _officer_id(session, unit, officer_code, portal.today()) if officer_code else None
        code = f"{unit.unit_code[:40]}.{fields['period_code']}.{secrets.token_hex(3)}"
        indicators.add_indicator(session, code, fields)
        detail = {"indicator": code, "officer": officer_code, "target": fields["target"], "measure": measure}
        audit.append(session, at=portal.now(), actor=actor, act="indicator-added", detail=detail)
    return code


def change_target(
    portal: Portal, scope: Sequence[int], unit_code: str, indicator_code: str, target: str, *, actor: str
) -> None:
    """Give an indicator another target, or none.

    Raises:
        NotFound: no such unit in the scope, or no such indicator of the unit that has not ended.
        Invalid: `target` is no number, or `closed`: the period was signed.
    """
    wanted = _typed(INDICATOR, "target", target)
    with portal.begin(repeatable=True) as session:
        row = _get(portal, session, scope, unit_code, indicator_code)
        _refuse_closed(session, row.period_code)
        if row.target == wanted:
            return
        indicators.put_target(session, indicator_code, wanted)
        detail = {"indicator": indicator_code, "from": row.target, "to": wanted}
        audit.append(session, at=portal.now(), actor=actor, act="indicator-target-changed", detail=detail)


def add_progress(
    portal: Portal, scope: Sequence[int], unit_code: str, indicator_code: str, typed: Mapping[str, str], *, actor: str
) -> None:
    """Add how far an indicator had come on a date; of a closed period it counts as later, and changes no figure.

    `typed` holds as_of, realisation, source and link as people type them; the link may be empty.

    Raises:
        NotFound: no such unit in the scope, or no such indicator of the unit that has not ended.
        Invalid: the field that is wrong, `source` where it is empty, `future`: a day still to come; `counted`: the
            portal counts this one itself.
    """
    told = {name: _typed(INDICATOR, name, typed.get(name, "")) for name in TOLD}
    if missing := [name for name in ("realisation", "as_of", "source") if told[name] is None]:
        raise Invalid(missing[0])
    if told["as_of"] > portal.today():
        raise Invalid("future")
    value = told.pop("realisation")
    with portal.begin(repeatable=True) as session:
        row = _get(portal, session, scope, unit_code, indicator_code)
        if row.measure is not None:
            raise Invalid("counted")
        indicators.append_progress(
            session, indicator_code, value=value, **told, entered_by=actor, entered_at=portal.now()
        )
        detail = {"indicator": indicator_code, "as_of": told["as_of"].isoformat(), "value": value}
        audit.append(session, at=portal.now(), actor=actor, act="indicator-progress-added", detail=detail)


def end_indicator(portal: Portal, scope: Sequence[int], unit_code: str, indicator_code: str, *, actor: str) -> None:
    """Let an indicator end today; it stays in the lists of the periods that it was part of.

    Raises:
        NotFound: no such unit in the scope, or no such indicator of the unit that has not ended.
        Invalid: `closed`: its period was signed.
    """
    with portal.begin(repeatable=True) as session:
        row = _get(portal, session, scope, unit_code, indicator_code)
        _refuse_closed(session, row.period_code)
        indicators.put_end(session, indicator_code, portal.today())
        audit.append(session, at=portal.now(), actor=actor, act="indicator-ended", detail={"indicator": indicator_code})


def put_past_score(
    portal: Portal, scope: Sequence[int], unit_code: str, typed: Mapping[str, str], *, actor: str
) -> None:
    """Keep the index of an earlier year as it was published; one that is kept already is corrected.

    `typed` holds year, skm, n and source as people type them; number and source may be empty.

    Raises:
        NotFound: no such unit in the scope.
        Invalid: `year`, also one that is not over; `skm`: not 25 to 100 with two places; `n`.
    """
    fields = {name: _typed(PAST, name, typed.get(name, "")) for name in ("year", "skm", "n", "source")}
    if fields["year"] >= portal.today().year:
        raise Invalid("year")
    with portal.begin(repeatable=True) as session:
        registry.hold_registry(session)
        unit = structure.get_unit(session, scope, unit_code)
        code = indicators.find_past_code(session, unit.id, fields["year"])
        whole: Fields = {"unit": unit.unit_code, **fields}
        if code is None:
            registry.add_rows(session, PAST, [(SHEETS[PAST].code_of(whole), whole)])
        else:
            registry.put_rows(session, PAST, [(code, {name: fields[name] for name in ("skm", "n", "source")})])
        audit.append(
            session, at=portal.now(), actor=actor, act="past-score-kept", detail={"unit": unit.unit_code, **fields}
        )


def _hold(session: Session, scope: Sequence[int], unit_code: str) -> UnitRow:
    """Keep imports and closings waiting, then find the unit."""
    registry.hold_registry(session)
    periods.hold_closed_until(session)
    return structure.get_unit(session, scope, unit_code)


def _get(portal: Portal, session: Session, scope: Sequence[int], unit_code: str, indicator_code: str) -> IndicatorRow:
    unit = _hold(session, scope, unit_code)
    row = indicators.find_indicator(session, indicator_code)
    if row is None or row.unit_id != unit.id or (row.ends_on is not None and row.ends_on <= portal.today()):
        raise NotFound("indicator")
    return row


def _refuse_closed(session: Session, period_code: str) -> None:
    until = periods.find_closed_until(session)
    if until is not None and Period.parse(period_code).ends_on <= until:
        raise Invalid("closed")


def _officer_id(session: Session, unit: UnitRow, officer_code: str, today: date) -> int:
    for subject in structure.list_subjects(session, [unit.id]):
        lasts = subject.ends_on is None or subject.ends_on >= today
        if (subject.kind, subject.code) == ("officer", officer_code) and lasts:
            return subject.id
    raise Invalid("officer")


def _typed(sheet: str, name: str, text: str) -> Any:  # noqa: ANN401 - what the kind of the column says
    """Read a field as the workbook reads its column; a blank one is as it is where nothing was typed."""
    column = SHEETS[sheet].column(name)
    if is_blank(text):
        if column.required:
            raise Invalid(name)
        return column.default
    try:
        return read(column.kind, text)
    except BadCell:
        raise Invalid(name) from None
