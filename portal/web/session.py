"""Who is signed in: the cookie, the guard that asks for it, and what every staff page shows of it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Flask, current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.domain.access import Role, Signed, Stage
from portal.domain.errors import Forbidden, Unauthenticated
from portal.services.admit import sessions
from portal.web import access
from portal.web.context import run, site
from portal.web.errors import OF_STAFF, wants_json
from portal.web.forms import SignedForm
from portal.web.guards import refuse_foreign
from portal.web.texts import DEFAULT, LANGUAGE

ASKED_AGAIN: Final = frozenset({"sandi", "kode", "tanda"})
"""The fields of the page that asks for password and code once more."""
_READING: Final = {"GET", "HEAD"}
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


def bound(*to: str) -> tuple[str, ...]:
    """Return what a form of the caller's session is bound to, so that it is worth nothing in another session."""
    return *to, hashlib.sha256(str(g.token).encode()).hexdigest()


def onward_path() -> str | None:
    """Return the path of this site that the address names to go on to, None for anything that might lead elsewhere."""
    asked = request.args.get("lanjut", "")
    return asked if _OWN_PATH.fullmatch(asked) else None


def know_the_lost(app: Flask) -> None:
    """Let an address of staff that leads nowhere be answered with the menu of whoever is signed in."""

    @app.before_request
    def recognise_the_lost() -> None:
        if request.url_rule is None and f"{request.path}/".startswith(OF_STAFF):
            recognise()


def signed_in() -> Response | None:
    """Pages for staff, as the table of access says; people who still have to give something are led to where they can.

    Raises:
        Unauthenticated: a program, or a form, came without a session that is open.
        Forbidden: the page is not for this role.
    """
    refuse_foreign()
    if not recognise():
        _refuse_programs()
        return redirect(url_for("sign_in.page", lanjut=_here()), HTTPStatus.SEE_OTHER)
    signed: Signed = g.signed
    if signed.stage is not Stage.OPEN and request.endpoint not in access.STAGES[signed.stage]:
        _refuse_programs()
        return redirect(_stage_page(signed.stage, _here()), HTTPStatus.SEE_OTHER)
    if not access.may(signed.role, request.endpoint):
        raise Forbidden("role")
    asks_again = access.TABLE[request.endpoint or ""].confirm and signed.stage is Stage.OPEN
    if asks_again and not signed.is_confirmed(site().portal.now()):
        return _ask_again(signed)
    return None


def recognise() -> bool:
    """Find out who is signed in, for `g.signed` and `g.token`; False where nobody is."""
    token = current_token()
    signed = run(sessions.find_session, token) if token else None
    if token is None or signed is None:
        return False
    if signed.touch_due:
        run(sessions.touch_session, token)
    g.signed, g.token, g.bar = signed, token, staff_bar
    return True


def _refuse_programs() -> None:
    if wants_json() or request.method not in _READING:
        raise Unauthenticated


def _ask_again(signed: Signed) -> Response:
    """Lead to where password and code are asked again; what was typed goes there and comes back by itself.

    What was only pressed is not done, and the page there says so.
    """
    if wants_json():
        raise Forbidden("confirm")
    if request.method in _READING:
        return redirect(url_for("sign_in.again", lanjut=_here()), HTTPStatus.SEE_OTHER)
    if _is_typed():
        address = url_for("sign_in.confirm", lanjut=_here())
        return redirect(address, HTTPStatus.TEMPORARY_REDIRECT)
    came_from = urlsplit(request.referrer or "")
    back = f"{came_from.path}?{came_from.query}".rstrip("?") if came_from.netloc == request.host else ""
    known = back if _OWN_PATH.fullmatch(back) else landing(signed.role)
    return redirect(url_for("sign_in.again", lanjut=known, tekan="lagi"), HTTPStatus.SEE_OTHER)


def _is_typed() -> bool:
    """Tell whether the form holds more than its token, and nothing that the page asks for itself."""
    return bool(request.form.keys() - {"token"}) and not request.form.keys() & ASKED_AGAIN


def _here() -> str:
    return request.full_path.rstrip("?")


def _stage_page(stage: Stage, onward: str | None) -> str:
    return url_for(access.STAGES[stage][0], lanjut=onward)


def lead_on(signed: Signed | None) -> Response:
    """Lead to what the session still has to give, else where the caller wanted to go, else where their role arrives.

    The language chosen since is kept.
    """
    if signed is None:
        return redirect(url_for("sign_in.page", lanjut=onward_path()), HTTPStatus.SEE_OTHER)
    if signed.stage is not Stage.OPEN:
        return redirect(_stage_page(signed.stage, onward_path()), HTTPStatus.SEE_OTHER)
    path, _, query = (onward_path() or landing(signed.role)).partition("?")
    asked = {name: value for name, value in parse_qsl(query) if name != LANGUAGE}
    wanted = asked if g.language == DEFAULT else {**asked, LANGUAGE: g.language}
    return redirect(f"{path}?{urlencode(wanted)}" if wanted else path, HTTPStatus.SEE_OTHER)


def lead_on_as(token: str) -> Response:
    """Lead on under the new token of the session."""
    return keep_token(lead_on(run(sessions.find_session, token)), token)


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
        for endpoint, said in _open_pages(signed)
        if signed.unit_code or not _is_of_unit(endpoint)
    )
    return StaffBar(signed.name, sign_out_form(g.token), tuple(entries), landing(signed.role))


def unit_menu(unit_code: str) -> tuple[MenuEntry, ...]:
    """Return the pages of a unit that is not the caller's own: the bar leads to none of them."""
    signed: Signed = g.signed
    if signed.unit_code == unit_code:
        return ()
    return tuple(
        MenuEntry(said, url_for(endpoint, unit_code=unit_code), is_current=False)
        for endpoint, said in _open_pages(signed)
        if _is_of_unit(endpoint)
    )


def _open_pages(signed: Signed) -> Iterator[tuple[str, str]]:
    """Yield the pages of the menu that are open to whoever is signed in, each with the key of its name."""
    for endpoint, said in access.MENU.items():
        is_open = signed.stage is Stage.OPEN and access.may(signed.role, endpoint)
        if is_open and (site().facts().officers or endpoint not in access.OF_OFFICERS):
            yield endpoint, said


def landing(role: Role) -> str:
    """Return the address of the page where the role arrives."""
    return url_for(access.LANDING[role])


def _address(endpoint: str, signed: Signed) -> str:
    """Return the address of a page of the menu; pages of a unit lead to the caller's own."""
    return url_for(endpoint, unit_code=signed.unit_code) if _is_of_unit(endpoint) else url_for(endpoint)


def _is_of_unit(endpoint: str) -> bool:
    return "unit_code" in next(current_app.url_map.iter_rules(endpoint)).arguments
