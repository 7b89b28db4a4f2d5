"""A surveyed unit behind its pages: what LibreOffice opens is what a head of the unit downloads."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.services import Portal
from tests.clock import Clock
from tests.pages import text_of
from tests.surveyed import CLOSED, UNIT, surveyed
from tests.web.staff import enter
from tests.web.visit import read

FIGURE: Final = re.compile(r"(?<![\d.,])\d+,\d{2,3}(?!\d)")


@dataclass(frozen=True)
class Reader:
    """The head of the unit."""

    client: FlaskClient

    def ask(self, form: str, **options: str) -> TestResponse:
        """Ask for the report: `/cetak`, `.docx` or `.xlsx`."""
        answer = self.client.get(f"/unit/{UNIT}/laporan{form}", query_string={"periode": CLOSED, **options})
        assert answer.status_code == 200
        return answer

    def tables(self, **options: str) -> dict[str, list[list[str]]]:
        """The tables of the page to print, by caption, without their heads."""
        found = {}
        for table in read(self.ask("/cetak", **options)).all("table"):
            rows = table.findall("./tbody/tr")
            found[text_of(table.findall("./caption")[0])] = [
                [text_of(cell) for cell in row.findall("./td")] for row in rows
            ]
        return found

    def words(self, **options: str) -> str:
        """Everything that the page to print says of the report."""
        return text_of(read(self.ask("/cetak", **options)).all("article")[0])


@pytest.fixture
def database_kind() -> str:
    """Files are the same on either database."""
    return "sqlite"


@pytest.fixture
def reader(app: Flask, portal: Portal, clock: Clock) -> Reader:
    """The head of a surveyed unit, after the half-year was closed."""
    surveyed(portal, clock, count=60)
    return Reader(enter(app, portal, "unit_head", UNIT))
