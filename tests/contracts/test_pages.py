"""The check that every fetched page passes through must itself find what it is for."""

from __future__ import annotations

import base64
import hashlib
from typing import Final

import pytest

from tests.pages import find_problems

CSS: Final = "b{color:#000}"
DIGEST: Final = base64.b64encode(hashlib.sha256(CSS.encode()).digest()).decode()
POLICY: Final = {"style-src": [f"'sha256-{DIGEST}'"], "form-action": ["'self'"]}
PAGE: Final = f"""<!doctype html>
<html lang="id">
  <head><meta charset="utf-8"><title>Halaman uji</title><style>{CSS}</style></head>
  <body>
    <h1 id="top">Halaman uji</h1>
    <svg viewBox="0 0 1 1" aria-hidden="true"><path d="M0 0"/></svg>
    <form method="post" action="/x">
      <input type="hidden" name="token" value="1">
      <label for="name">Nama</label><input id="name" name="name">
      <fieldset><legend>Pilihan</legend><label><input type="radio" name="choice"> satu</label></fieldset>
      <button type="submit">Kirim</button>
    </form>
    <a href="#top">Ke atas</a>
  </body>
</html>"""


def test_a_page_that_keeps_the_rules_passes() -> None:
    assert not list(find_problems(PAGE, POLICY))


@pytest.mark.parametrize(
    "good, bad, problem",
    [
        ("<!doctype html>", "", "does not parse"),
        ("</form>", "</form></div>", "does not parse"),
        ('lang="id"', 'lang="xx"', "lang of the page"),
        ('lang="id"', "", "lang of the page"),
        ("</h1>", "</h1><h1>lagi</h1>", "2 elements h1"),
        ("<title>Halaman uji", "<title> ", "title"),
        ('id="name"', 'id="top"', "id 'top' 2 times"),
        ('for="name"', 'for="gone"', "missing id 'gone'"),
        ('href="#top"', 'href="#gone"', "missing id 'gone'"),
        ("Nama</label>", "</label>", "'name' has no label"),
        (">Kirim<", "><", "has no label"),
        ("<legend>Pilihan</legend>", "", "no fieldset with a legend"),
        (">Ke atas<", "><", "has no words"),
        ("<h1 ", '<h1 onclick="x()" ', "inline event handler"),
        ("<h1 ", '<h1 style="x" ', "inline style on h1"),
        (CSS, "b{color:#111}", "without its digest"),
        ('action="/x"', 'action="https://example.org/x"', "another host"),
        ("Ke atas", "{count} lagi", "placeholder {count}"),
    ],
)
def test_a_page_that_breaks_a_rule_is_told_so(good: str, bad: str, problem: str) -> None:
    page = PAGE.replace(good, bad, 1)
    assert page != PAGE
    assert problem in "\n".join(find_problems(page, POLICY))


def test_a_form_that_its_own_policy_blocks_is_found() -> None:
    assert "blocked" in "\n".join(find_problems(PAGE, {**POLICY, "form-action": ["'none'"]}))
