"""Who is signed in: the cookie, the guard that asks for it, and what every staff page shows of it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from flask import current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.domain.access import Role, Signed
from portal.domain.errors import Forbidden, Unauthenticated
from portal.services.admit import sessions
from portal.web import access
from portal.web.context import run, site
from portal.web.errors import wants_json
from portal.web.forms import SignedForm
from portal.web.guards import refuse_foreign

_OWN_PATH: Final = re.compile(r"/(?![/\\])[^\\\x00-\x1f\x7f]*")


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """A page of the menu; `said` is the key of its name."""

    said: str
    address: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class StaffBar:
    """The bar atop every staff page: who is signed in, the pages open to them, and the form that signs out."""

    name: str
    form: SignedForm
    menu: tuple[MenuEntry, ...]
    home: str


def cookie_name() -> str:
    """Return the name of the session cookie; with TLS one that no subdomain can set."""
    return "__Host-sesi" if site().secure else "sesi"


def current_token() -> str | None:
    """Return the session token that the browser sent."""
    return request.cookies.get(cookie_name())


def keep_token(response: Response, token: str) -> Response:
    """Hand the session token to the browser; it ends on the server, so the cookie has no end of its own."""
    response.set_cookie(cookie_name(), token, secure=site().secure, httponly=True, samesite="Lax", path="/")
    return response


def drop_token(response: Response) -> Response:
    """Take the session token back."""
    response.delete_cookie(cookie_name(), secure=site().secure, httponly=True, samesite="Lax", path="/")
    return response


def sign_out_form(token: str) -> SignedForm:
    """Return the form that ends this session and no other."""
    return SignedForm(("session", hashlib.sha256(token.encode()).hexdigest()))


def onward_path() -> str | None:
    """Return the path of this site that the address names to go on to, None for anything that might lead elsewhere."""
    asked = request.args.get("lanjut", "")
    return asked if _OWN_PATH.fullmatch(asked) else None


def signed_in() -> Response | None:
    """Pages for staff: people without a session are sent to sign in and come back, programs are refused.

    Raises:
        Unauthenticated: a program, or a form, came without a session.
    """
    refuse_foreign()
    token = current_token()
    signed = run(sessions.find_session, token) if token else None
    if token is None or signed is None:
        if wants_json() or request.method not in {"GET", "HEAD"}:
            raise Unauthenticated
        onward = request.full_path.rstrip("?")
        return redirect(url_for("sign_in.page", lanjut=onward), HTTPStatus.SEE_OTHER)
    if signed.touch_due:
        run(sessions.touch_session, token)
    if not access.may(signed.role, request.endpoint):
        raise Forbidden("role")
    g.signed, g.token = signed, token
    return None


def actor() -> str:
    """Return under which name the log keeps what the caller does."""
    signed: Signed = g.signed
    return signed.username


def scope() -> tuple[int, ...]:
    """Return the ids from the root to the unit of whoever is signed in; they see it and what is below.

    Empty for an account of no unit, which sees every unit.
    """
    signed: Signed = g.signed
    return tuple(int(part) for part in signed.unit_path.split(".")) if signed.unit_path else ()


def staff_bar() -> StaffBar:
    """Return what the bar atop the page shows."""
    signed: Signed = g.signed
    entries = (
        MenuEntry(said, _address(endpoint, signed), endpoint == request.endpoint)
        for endpoint, said in access.MENU.items()
        if access.may(signed.role, endpoint)
    )
    return StaffBar(signed.name, sign_out_form(g.token), tuple(entries), landing(signed.role))


def landing(role: Role) -> str:
    """Return the address of the page where the role arrives."""
    return url_for(access.LANDING[role])


def _address(endpoint: str, signed: Signed) -> str:
    """Return the address of a page of the menu; pages of a unit lead to the caller's own."""
    of_unit = "unit_code" in next(current_app.url_map.iter_rules(endpoint)).arguments
    return url_for(endpoint, unit_code=signed.unit_code) if of_unit else url_for(endpoint)
