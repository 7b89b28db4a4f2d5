"""Commands about indicators by name."""

from __future__ import annotations

from collections.abc import Callable

import click

from portal.cli import errand
from portal.domain.indicator import KINDS, MEASURES_OF_OFFICER, MEASURES_OF_UNIT
from portal.services import Portal
from portal.services.enrol import indicators as kept
from portal.services.report.indicator_lines import IndicatorLine
from portal.services.report.indicators import open_indicators


def commands(open_portal: Callable[[], Portal]) -> list[click.Command]:
    """Return the group `indicator`."""

    @click.group("indicator")
    def indicator() -> None:
        """What units and officers are to reach in a period, and how far they came."""

    indicator.add_command(_list(open_portal))
    indicator.add_command(_add(open_portal))
    indicator.add_command(_progress(open_portal))
    return [indicator]


def _list(open_portal: Callable[[], Portal]) -> click.Command:
    @click.command("list")
    @click.argument("unit")
    @click.option("--period", default=None, help="A base period, such as 2026-S1; the present one by default.")
    def list_(unit: str, period: str | None) -> None:
        """List the indicators of UNIT and its officers: code, whose, name, realisation of target, and the source."""
        report = errand.run(open_portal(), open_indicators, (), unit, period)
        for holder in report.holders:
            for one in holder.kept:
                click.echo("  ".join((one.line.indicator_code, holder.code or unit, _said(one.line))))

    return list_


def _said(line: IndicatorLine) -> str:
    done = f"{line.realisation or '-'} of {line.target or '-'} {line.unit_of_measure}"
    source = f"portal: {line.measure}" if line.measure else f"from elsewhere, not checked: {line.source or '-'}"
    return f"{line.name}: {done} ({source})"


def _add(open_portal: Callable[[], Portal]) -> click.Command:
    @click.command("add")
    @click.argument("unit")
    @click.argument("name")
    @click.option("--period", required=True, help="Such as 2026-S1.")
    @click.option("--kind", type=click.Choice(KINDS), required=True)
    @click.option("--in", "unit_of_measure", required=True, help="What it is measured in.")
    @click.option("--officer", default="", help="Code of an officer; the unit's own by default.")
    @click.option("--target", default="", help="A number.")
    @click.option("--duty", default="")
    @click.option("--goal", default="", help="Goal of the unit that it supports.")
    @click.option(
        "--measure",
        type=click.Choice([*MEASURES_OF_UNIT, *MEASURES_OF_OFFICER]),
        default=None,
        help="What the portal itself counts it by.",
    )
    def add(unit: str, name: str, officer: str, goal: str, measure: str | None, **typed: str) -> None:
        """Add the indicator NAME of UNIT and print its code."""
        fields = {"name": name, "unit_goal": goal, "period_code": typed.pop("period"), **typed}
        choice = {"officer_code": officer, "measure": measure or ""}
        code = errand.run(open_portal(), kept.add_indicator, (), unit, fields, **choice, actor=errand.actor())
        click.echo(code)

    return add


def _progress(open_portal: Callable[[], Portal]) -> click.Command:
    @click.command("progress")
    @click.argument("unit")
    @click.argument("code")
    @click.argument("value")
    @click.option("--as-of", required=True, help="The day up to which it holds, as YYYY-MM-DD.")
    @click.option("--source", required=True, help="Where the number was taken from.")
    @click.option("--link", default="", help="An https address of the evidence.")
    def progress(unit: str, code: str, value: str, **told: str) -> None:
        """Add how far the indicator CODE of UNIT had come on a day; the latest day counts."""
        typed = {"realisation": value, **told}
        errand.run(open_portal(), kept.add_progress, (), unit, code, typed, actor=errand.actor())

    return progress
