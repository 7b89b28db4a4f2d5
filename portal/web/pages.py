"""What every template may use: sentences, dates, figures, and the language of the request."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from flask import Flask, g, request, url_for
from jinja2 import StrictUndefined

from portal.domain.figure import counted, localised
from portal.domain.masking.mark import pieces
from portal.web.context import Site
from portal.web.texts import DEFAULT, LANGUAGE

F = TypeVar("F", bound=Callable[..., Any])


def install(app: Flask, site: Site, *, citizen_css: str) -> None:
    """Teach `app` the languages of the site and what its templates may use."""
    texts = site.texts
    app.ensure_sync = _as_it_is  # type: ignore[assignment, method-assign]  # Flask's own hook for this
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True

    @app.before_request
    def choose_language() -> None:
        g.language = texts.choose(request.args.get(LANGUAGE))

    @app.url_defaults
    def keep_language(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint != "static" and g.get("language", DEFAULT) != DEFAULT:
            values.setdefault(LANGUAGE, g.language)

    @app.context_processor
    def names() -> dict[str, Any]:
        facts = site.facts()
        return {
            "language": g.get("language", DEFAULT),
            "government": facts.name,
            "rehearsing": facts.rehearsing,
        }

    _add_names(app, site, citizen_css)
    _add_filters(app, site)


def _as_it_is(function: F) -> F:
    """Spare Flask asking of each view and hook, at each request, whether it is a coroutine: none is."""
    return function


def plain_json(value: object) -> str:
    """Write the value for people to read: the filter of Jinja writes every `<` as a code."""
    return json.dumps(value, ensure_ascii=False)


def in_language(language: str) -> str:
    """Return the address of this page in another language."""
    if request.endpoint is None or request.method not in {"GET", "HEAD"}:
        return url_for("public.home", l=language)
    # Not by url_for, which obeys arguments like `_scheme` that anybody can put into an address.
    query = urlencode({**request.args.to_dict(), LANGUAGE: language})
    return f"{quote(request.script_root + request.path)}?{query}"


def _add_names(app: Flask, site: Site, citizen_css: str) -> None:
    texts = site.texts

    def say(key: str, label: str | None = None, **values: object) -> str:
        language = g.get("language", DEFAULT)
        written = {name: counted(it, language) if type(it) is int else it for name, it in values.items()}
        return texts.say(language, key, **texts.named(language, label or site.looks.counter_label), **written)

    app.jinja_env.globals.update(
        t=say,
        languages=list(texts.languages.values()),
        in_language=in_language,
        contact=site.contact,
        host=site.host,
        demo=site.demo,
        colour=site.looks.colour,
        crest=site.looks.crest,
        band_css=site.looks.band_css,
        citizen_css=citizen_css,
    )


def _add_filters(app: Flask, site: Site) -> None:
    texts = site.texts

    def spoken() -> str:
        return str(g.get("language", DEFAULT))

    def day(value: date) -> str:
        return texts.day(spoken(), value)

    def plain_day(value: date) -> str:
        return texts.plain_day(spoken(), value)

    def month(value: date) -> str:
        return texts.month(spoken(), value)

    def clock(value: datetime) -> str:
        return texts.clock(spoken(), value)

    def figure(value: str | None) -> str | None:
        return localised(value, spoken())

    def number(value: int) -> str:
        return counted(value, spoken())

    def iso_day(value: str) -> str:
        return plain_day(date.fromisoformat(value))

    for written in (day, plain_day, iso_day, month, clock, figure, number, plain_json, pieces):
        app.add_template_filter(written)
