"""The citizen's forms; the idempotency key is a plain field outside the signed token."""

from __future__ import annotations

import re
import secrets
from typing import Final

from flask import g, request
from wtforms import HiddenField, IntegerField, StringField
from wtforms.validators import InputRequired, Optional, Regexp

from portal.domain.errors import FormExpired, Invalid
from portal.domain.instrument import Instrument
from portal.services.collect.rate import Submission
from portal.web.context import site
from portal.web.forms import SignedForm

DEVICE_BYTES: Final = 16
_KEY: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)


class RateForm(SignedForm):
    """A tap."""

    kunci = HiddenField(validators=[InputRequired(), Regexp(_KEY)])
    nilai = IntegerField(validators=[InputRequired()])


class SurveyForm(SignedForm):
    """The nine elements; every one may be left out."""

    kunci = HiddenField(validators=[Optional(), Regexp(_KEY)])


class ChoiceForm(SignedForm):
    """One button of a question on the thank-you page."""

    pilihan = StringField(validators=[InputRequired()])


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
    """Read the answers to the elements of an instrument from the form that was sent; blanks are not answered.

    Raises:
        Invalid: an answer is not a number.
    """
    texts = {element.code: request.form.get(element.code, "") for element in instrument.elements}
    given = {code: text for code, text in texts.items() if text}
    if not all(text.isdecimal() and text.isascii() for text in given.values()):
        raise Invalid("answers")
    return {code: int(text) for code, text in given.items()}


def submission(code: str, form: SignedForm, instrument: str, answers: dict[str, int], device: str) -> Submission:
    """Put together what the use case needs."""
    key = bytes.fromhex(form["kunci"].data)
    return Submission(code, key, instrument, answers, g.language, form.age, bytes.fromhex(device))
