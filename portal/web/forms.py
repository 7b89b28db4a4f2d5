"""Forms whose CSRF token needs no session: signed, bound to what it is for, with the instant it was issued."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, ClassVar, Final

from flask import request
from flask_wtf import FlaskForm
from itsdangerous import BadSignature, Signer
from wtforms import Field, ValidationError
from wtforms.csrf.core import CSRF, CSRFTokenField

from portal.services import Portal
from portal.web.context import site

_SALT: Final = "form"


def sign(portal: Portal, bound_to: Sequence[str]) -> str:
    """Return a token for what the form is bound to, issued this second."""
    return _signer(portal).sign(".".join((*bound_to, str(_now(portal))))).decode()


def _signer(portal: Portal) -> Signer:
    return Signer(portal.secret_key, salt=_SALT, digest_method=hashlib.sha256)


def _now(portal: Portal) -> int:
    return int(portal.now().timestamp())


class StatelessCSRF(CSRF):  # type: ignore[misc]  # WTForms ships no types
    """A token that says for what and when it was issued; whoever cannot sign cannot make a browser send it."""

    def setup_form(self, form: FlaskForm) -> list[tuple[str, Any]]:
        """Take the binding from `form.bound_to` and the life from `form.valid_for`."""
        self._form = form
        return super().setup_form(form)  # type: ignore[no-any-return]  # WTForms ships no types

    def generate_csrf_token(self, csrf_token_field: CSRFTokenField) -> str:  # noqa: ARG002 - WTForms names it
        """Sign what the form is bound to and the present second."""
        return sign(site().portal, self._form.bound_to)

    def validate_csrf_token(self, form: FlaskForm, field: Field) -> None:
        """Refuse a token that is forged, too old, or bound to something else."""
        portal = site().portal
        try:
            bound_to, _, issued = _signer(portal).unsign(field.data or "").decode().rpartition(".")
        except BadSignature as error:
            raise ValidationError("token") from error
        form.age = abs(_now(portal) - int(issued))  # a clock set back must not cost a rating
        if bound_to != ".".join(form.bound_to) or form.age > form.valid_for.total_seconds():
            raise ValidationError("token")


class SignedForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A form with the stateless token; `age` is known once the token was found good, in seconds."""

    valid_for: ClassVar[timedelta] = timedelta(days=30)
    age: int = 0

    class Meta(FlaskForm.Meta):  # type: ignore[misc]  # Flask-WTF ships no types
        csrf = True
        csrf_class = StatelessCSRF
        csrf_field_name = "token"
        csrf_context = None

    def __init__(self, bound_to: Sequence[str], **kwargs: Any) -> None:  # noqa: ANN401 - handed on to WTForms
        self.bound_to = tuple(bound_to)
        if request.method == "POST":
            kwargs.setdefault("formdata", request.form)  # Flask-WTF would look for files as well
        super().__init__(**kwargs)

    @property
    def is_foreign(self) -> bool:
        """Tell whether the token was the reason for refusal."""
        return self.meta.csrf_field_name in self.errors
