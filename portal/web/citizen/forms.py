"""The citizen's forms; the idempotency key is a plain field outside the signed token."""

from __future__ import annotations

import re
import secrets
from typing import Final

from flask import g, request
from wtforms import HiddenField, IntegerField, StringField
from wtforms.validators import InputRequired, Length, Regexp

from portal.domain.errors import FormExpired, Invalid
from portal.domain.instrument import Instrument
from portal.services.collect.choosing import Chosen
from portal.services.collect.rate import Submission
from portal.web.context import site
from portal.web.forms import SignedForm

DEVICE_BYTES: Final = 16
_KEY: Final = re.compile(r"[0-9a-f]{32}\Z", re.ASCII)  # WTForms only matches from the start
_LONGEST_CHOICE: Final = 20


class RateForm(SignedForm):
    """A tap."""

    kunci = HiddenField(validators=[InputRequired(), Regexp(_KEY)])
    nilai = IntegerField(validators=[InputRequired()])


class SurveyForm(SignedForm):
    """The nine elements on their own; every one may be left out."""

    kunci = HiddenField(validators=[InputRequired(), Regexp(_KEY)])


class PartForm(SignedForm):
    """The nine elements as a part of a rating that is stored already."""


class PlainForm(SignedForm):
    """A part of the thank-you page whose fields the view reads itself."""


class ChoiceForm(SignedForm):
    """One button of a question on the thank-you page."""

    pilihan = StringField(validators=[InputRequired(), Length(max=_LONGEST_CHOICE)])


def new_key() -> str:
    """Return a fresh idempotency key, 128 bits in hexadecimal."""
    return secrets.token_hex(16)


def check(form: SignedForm) -> None:
    """Refuse a form that cannot be accepted.

    Raises:
        FormExpired: the token is forged, too old, or of another page.
        Invalid: a field is missing or wrong.
    """
    if not form.validate():
        raise FormExpired if form.is_foreign else Invalid(",".join(sorted(form.errors)))


def device_cookie() -> tuple[str, str]:
    """Return the name and value of the device cookie, a new value where the browser sent none."""
    name = "__Host-perangkat" if site().secure else "perangkat"
    value = request.cookies.get(name, "")
    return name, value if _KEY.fullmatch(value) else secrets.token_hex(DEVICE_BYTES)


def element_answers(instrument: Instrument) -> dict[str, int]:
    """Read the answers to the elements of an instrument from the form that was sent; blanks are not answered."""
    texts = {element.code: request.form.get(element.code, "") for element in instrument.elements}
    return {code: digit(text) for code, text in texts.items() if text}


def item_choices(instrument: Instrument) -> dict[str, list[str]]:
    """Read what was chosen of the items of an instrument; blanks are not answered."""
    sent = {item.code: [option for option in request.form.getlist(item.code) if option] for item in instrument.items}
    return {code: options for code, options in sent.items() if options}


def digit(text: str) -> int:
    """Read an answer; what is no single digit becomes 0, which no instrument accepts."""
    return int(text) if len(text) == 1 and text.isascii() and text.isdecimal() else 0


def submission(
    code: str,
    form: SignedForm,
    instrument: str,
    answers: dict[str, int],
    device: str,
    profile: Chosen | None = None,
) -> Submission:
    """Put together what the use case needs."""
    key = bytes.fromhex(form["kunci"].data)
    return Submission(code, key, instrument, answers, g.language, form.age, bytes.fromhex(device), profile or {})
