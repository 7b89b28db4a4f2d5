"""Pages for everybody: where to type a code, and how data are kept."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.domain.code import parse_counter_code, parse_receipt


def blueprint() -> Blueprint:
    pages = Blueprint("public", __name__)
    pages.add_url_rule("/", view_func=home)
    pages.add_url_rule("/buka", view_func=find)
    pages.add_url_rule("/status", view_func=find_receipt)
    pages.add_url_rule("/privasi", view_func=privacy)
    return pages


def home() -> str:
    return render_template("public/home.html")


def find() -> Response:
    code = parse_counter_code(request.args.get("kode", "")).lower()
    return redirect(url_for("citizen.rate", code=code), HTTPStatus.SEE_OTHER)


def find_receipt() -> Response:
    receipt = parse_receipt(request.args.get("kode", ""))
    return redirect(url_for("citizen.receipt", receipt=receipt), HTTPStatus.SEE_OTHER)


def privacy() -> str:
    return render_template("public/privacy.html")
