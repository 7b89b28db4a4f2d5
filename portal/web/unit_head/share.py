"""The unit's links: to share by WhatsApp, to put behind an online service, to send in a survey week."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote

from flask import Blueprint, redirect, render_template, request, url_for
from markupsafe import escape
from werkzeug.wrappers import Response
from wtforms import StringField
from wtforms.validators import AnyOf

from portal.domain.address import is_public
from portal.domain.errors import FormExpired, Invalid
from portal.services.enrol.sharing import ONLINE, SHARED, Sharing, list_shared, open_channel
from portal.web import session
from portal.web.context import run, site
from portal.web.forms import SignedForm
from portal.web.session import StaffBar
from portal.web.texts import DEFAULT


class LinkForm(SignedForm):
    """The button that opens a link of the unit."""

    saluran = StringField(validators=[AnyOf((SHARED, ONLINE))])


@dataclass(frozen=True, slots=True)
class Message:
    """An address with the words that go with it, as text and as a link that opens WhatsApp with them."""

    address: str
    text: str
    whatsapp: str


@dataclass(frozen=True, slots=True)
class SharePage:
    """The unit's links, None where none was opened; `snippet` is the online link as HTML.

    `draft` where phones elsewhere would not reach the address.
    """

    staff: StaffBar
    sharing: Sharing
    form: LinkForm
    shared: Message | None
    survey: Message | None
    online: Message | None
    snippet: str
    opened: str
    draft: bool


def add_routes(pages: Blueprint) -> None:
    pages.add_url_rule("/unit/<unit_code>/bagikan", view_func=share)
    pages.add_url_rule("/unit/<unit_code>/bagikan", view_func=open_link, methods=["POST"])


def share(unit_code: str) -> str:
    sharing = run(list_shared, session.scope(), unit_code)
    form = LinkForm(session.bound("share", sharing.unit_code), formdata=None)
    online = _message("online", sharing, sharing.online, "q")
    page = SharePage(
        session.staff_bar(),
        sharing,
        form,
        _message("message", sharing, sharing.shared, "q"),
        _message("survey", sharing, sharing.shared, "s"),
        online,
        f'<a href="{online.address}">{escape(_say("link", unit=sharing.unit_name))}</a>' if online else "",
        request.args.get("hasil", ""),
        not is_public(site().public_url),
    )
    return render_template("unit_head/share.html", page=page)


def open_link(unit_code: str) -> Response:
    form = LinkForm(session.bound("share", unit_code))
    if not form.validate():
        raise FormExpired if form.is_foreign else Invalid("channel")
    channel = str(form.saluran.data)
    name = site().texts.say(DEFAULT, f"share.name.{channel}")
    run(open_channel, session.scope(), unit_code, channel, name, session.actor())
    return redirect(url_for("unit_head.share", unit_code=unit_code, hasil=channel), HTTPStatus.SEE_OTHER)


def _message(words: str, sharing: Sharing, code: str | None, door: str) -> Message | None:
    if code is None:
        return None
    address = f"{site().public_url}/{door}/{code.lower()}"
    text = _say(words, unit=sharing.unit_name, address=address)
    return Message(address, text, f"https://wa.me/?text={quote(text, safe='')}")


def _say(words: str, **values: str) -> str:
    """Say what citizens will read, in the language that all of them do, whatever that of this page is."""
    return site().texts.say(DEFAULT, f"share.text.{words}", **values)
