"""What a citizen does with the pages: read a form, send it, follow where it leads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import html5lib
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from portal.services import Portal
from portal.storage.tables import Attribution, Ballot, Response
from tests.pages import Page, text_of

ALWAYS: Final = ["topik", "masukan"]
"""The parts that every rating is asked for."""


@dataclass(frozen=True, slots=True)
class Form:
    """A form of a page: where it goes, what it carries unseen, and its buttons by words."""

    action: str
    hidden: Mapping[str, str]
    buttons: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def press(self, client: FlaskClient, words: str, *, headers: Mapping[str, str] | None = None) -> TestResponse:
        """Send the form by the button with these words."""
        name, value = self.buttons[words]
        return self.send(client, {name: value}, headers=headers)

    def send(
        self,
        client: FlaskClient,
        answers: Mapping[str, object] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        **changes: object,
    ) -> TestResponse:
        """Send the form with fields changed or added; None leaves a field out."""
        filled = {**self.hidden, **(answers or {}), **changes}
        fields = {name: value for name, value in filled.items() if value is not None}
        return client.post(self.action, data=fields, headers=headers)


def read(response: TestResponse) -> Page:
    """Parse a page."""
    return Page(html5lib.parse(response.get_data(as_text=True), namespaceHTMLElements=False))


def heading(response: TestResponse) -> str:
    """The words of the one h1."""
    return text_of(read(response).all("h1")[0])


def links(response: TestResponse) -> dict[str, str]:
    """Where the links of a page lead, by words."""
    return {text_of(link): link.attrib["href"] for link in read(response).all("a")}


def forms(response: TestResponse) -> list[Form]:
    """The forms of a page, in order."""
    page = read(response)
    found = []
    for form in page.all("form"):
        own = [
            control
            for control in page.all("input", "button")
            if form in page.ancestors(control) or (form.get("id") and control.get("form") == form.get("id"))
        ]
        hidden = {c.attrib["name"]: c.get("value", "") for c in own if c.get("type") == "hidden"}
        buttons = {text_of(c): (c.get("name", ""), c.get("value", "")) for c in own if c.tag == "button"}
        found.append(Form(form.get("action", ""), hidden, buttons))
    return found


def form_to(response: TestResponse, part: str) -> Form:
    """The form whose address holds `part`."""
    (found,) = [form for form in forms(response) if part in form.action]
    return found


def parts(thanks: TestResponse) -> list[str]:
    """Which parts a thank-you page asks for, in order."""
    return [form.action.partition("?")[0].rpartition("/")[2] for form in forms(thanks)]


def open_form(client: FlaskClient, code: str, **query: str) -> Form:
    """The form of the rating page."""
    response = client.get(f"/q/{code.lower()}", query_string=query)
    assert response.status_code == 200
    return form_to(response, "/nilai")


def tap(client: FlaskClient, code: str, value: int, **query: str) -> TestResponse:
    """Open the page of a counter, tap, and return the thank-you page."""
    sent = open_form(client, code, **query).send(client, nilai=value)
    assert sent.status_code == 303
    return client.get(sent.location)


def count(portal: Portal) -> int:
    """How many ratings are stored."""
    with portal.read() as session:
        return len(session.scalars(select(Response.id)).all())


def answers(portal: Portal) -> dict[str, dict[str, int]]:
    """What the only rating stored now says, by instrument."""
    with portal.read() as session:
        assert len(session.scalars(select(Response.id)).all()) == 1
        ballots = session.scalars(select(Ballot).order_by(Ballot.revision))
        return {ballot.instrument: ballot.answers for ballot in ballots}


def attribution(portal: Portal) -> tuple[int | None, str, int | None, str]:
    """Service and officer of the only rating stored, each with its basis."""
    with portal.read() as session:
        last = session.scalars(select(Attribution).order_by(Attribution.revision.desc())).first()
        assert last is not None
        return last.service_id, last.service_basis, last.officer_id, last.officer_basis
