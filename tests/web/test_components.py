"""The page of components shows what the pages of staff are made of."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.domain.access import Role
from portal.services import Portal
from tests.government import small
from tests.web.staff import enter
from tests.web.visit import heading, read

TEMPLATES: Final = Path(__file__).parents[2] / "templates"
STYLES: Final = Path(__file__).parents[2] / "static" / "css"
FRAME: Final = {"parts/brand.html", "parts/menu.html", "parts/token.html"}
"""Parts of the layout and of every form, which the page of components has as every other page."""
EXTENDED: Final = re.compile(r'extends "([^"]+)"')
TAKEN: Final = re.compile(r'(?:from|import|include) "(parts/[^"]+)"')


def parts_of(template: Path) -> set[str]:
    """The parts that a template takes, and those that they take."""
    found: set[str] = set()
    waiting = TAKEN.findall(template.read_text("utf-8"))
    while waiting:
        part = waiting.pop()
        if part not in found:
            found.add(part)
            waiting += TAKEN.findall((TEMPLATES / part).read_text("utf-8"))
    return found


def pages_of_staff() -> list[Path]:
    return [
        template
        for template in TEMPLATES.rglob("*.html")
        if EXTENDED.findall(template.read_text("utf-8")) == ["layout_staff.html"]
    ]


@pytest.mark.parametrize("page", pages_of_staff(), ids=lambda page: str(page.relative_to(TEMPLATES)))
def test_every_part_of_a_page_of_staff_is_shown_among_the_components(page: Path) -> None:
    assert parts_of(page) - FRAME <= parts_of(TEMPLATES / "components" / "page.html")


@pytest.mark.parametrize("role", list(Role))
def test_everybody_who_is_signed_in_may_look_at_the_components(app: Flask, portal: Portal, role: Role) -> None:
    small(portal)
    client = enter(app, portal, role, "UPT-1" if role is Role.UNIT_HEAD else None)
    answer = client.get("/staff/components")
    assert (answer.status_code, heading(answer)) == (200, "Komponen")
    assert heading(client.get("/staff/components?l=en")) == "Components"
    charts = {element.get("class") for element in read(answer).elements}
    assert charts >= {"trend", "range", "classes", "spread", "bar", "qr"}


def test_nobody_else_sees_them(client: FlaskClient) -> None:
    assert client.get("/staff/components").location.startswith("/masuk?lanjut=")


@pytest.mark.parametrize("sheet", sorted(STYLES.glob("*.css")), ids=lambda sheet: sheet.name)
def test_every_property_of_a_style_is_one_of_ours_and_is_set(sheet: Path) -> None:
    text = sheet.read_text("utf-8") + (STYLES / "citizen.css").read_text("utf-8")
    used, given = set(re.findall(r"var\((--[\w-]+)", text)), set(re.findall(r"(--[\w-]+):", text))
    assert used <= given
    assert all(name.startswith("--ina-") for name in given)
