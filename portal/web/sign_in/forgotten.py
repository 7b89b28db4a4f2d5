"""Whom to ask when the password or the phone is lost: no e-mail is sent."""

from __future__ import annotations

from flask import Blueprint, render_template


def add_routes(pages: Blueprint) -> None:
    pages.add_url_rule("/masuk/lupa", view_func=forgotten)


def forgotten() -> str:
    return render_template("sign_in/forgotten.html")
