"""What holds for every HTML page that any test fetches."""

from __future__ import annotations

import base64
import hashlib
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import Element

import html5lib
from html5lib.html5parser import ParseError

LOCALES: Final = Path(__file__).parents[1] / "config" / "locales"
CONTROLS: Final = ("input", "select", "textarea", "button")
NAMED_BY_VALUE: Final = ("submit", "button", "reset")
UNREAD: Final = ("script", "style", "code", "pre", "template")
WORDS_OF_A_SENTENCE: Final = 3

# element, attribute, directive of the Content-Security-Policy that lets the browser fetch it
FETCHED: Final = (
    ("script", "src", "script-src"),
    ("img", "src", "img-src"),
    ("iframe", "src", "frame-src"),
    ("audio", "src", "media-src"),
    ("form", "action", "form-action"),
)
LINKED: Final = {"stylesheet": "style-src", "icon": "img-src", "manifest": "manifest-src"}


def find_problems(html: str, policy: Mapping[str, list[str]]) -> Iterator[str]:
    """Say what is wrong with a page served under a Content-Security-Policy."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    try:
        root = parser.parse(html)
    except ParseError as error:
        yield f"does not parse: {error} at line and column {parser.errors[-1][0]}"
        return
    page = Page(root)
    yield from _outline_problems(page)
    yield from _reference_problems(page)
    yield from _control_problems(page)
    yield from _link_problems(page)
    yield from _policy_problems(page, policy)
    yield from _wording_problems(page)


class Page:
    """A parsed page: its elements in order, each one's parent, and the elements by id."""

    def __init__(self, root: Element) -> None:
        self.root = root
        self.elements = [element for element in root.iter() if not _is_comment(element)]
        self.by_id = {identifier: element for element in self.elements if (identifier := element.get("id"))}
        self._parents = {child: parent for parent in root.iter() for child in parent}

    def all(self, *tags: str) -> list[Element]:
        return [element for element in self.elements if element.tag in tags]

    def ancestors(self, element: Element) -> Iterator[Element]:
        """The element itself, then outwards."""
        step: Element | None = element
        while step is not None:
            yield step
            step = self._parents.get(step)

    def language(self, element: Element) -> str:
        return next((lang for step in self.ancestors(element) if (lang := step.get("lang"))), "")


def _is_comment(element: Element) -> bool:
    return callable(element.tag)


def text_of(element: Element) -> str:
    """What a screen reader would say of the inside of `element`."""
    if _is_comment(element) or element.tag in UNREAD or element.get("aria-hidden") == "true":
        return ""
    parts = [element.get("aria-label") or element.get("alt") or element.text or ""]
    for child in element:
        parts += [text_of(child), child.tail or ""]
    return " ".join(" ".join(parts).split())


def name_of(page: Page, element: Element) -> str:
    """The accessible name of a control or link, empty if it has none."""
    referred = [page.by_id[key] for key in element.get("aria-labelledby", "").split() if key in page.by_id]
    if referred:
        return " ".join(map(text_of, referred)).strip()
    if label := element.get("aria-label", "").strip():
        return label
    if element.tag in {"a", "button", "summary"}:
        return text_of(element)
    if element.tag == "input" and element.get("type") in NAMED_BY_VALUE:
        return element.get("value", "").strip()
    own = element.get("id")
    labels = [label for label in page.all("label") if own and label.get("for") == own]
    labels += [step for step in page.ancestors(element) if step.tag == "label"]
    return " ".join(map(text_of, labels)).strip()


def _outline_problems(page: Page) -> Iterator[str]:
    languages = _catalogues().keys() or {"id", "en"}
    if page.root.get("lang") not in languages:
        yield f"lang of the page is {page.root.get('lang')!r}, not one of {sorted(languages)}"
    headings = page.all("h1")
    if len(headings) != 1:
        yield f"{len(headings)} elements h1"
    if any(not text_of(heading) for heading in page.all("h1", "h2", "h3", "h4")):
        yield "an empty heading"
    if [bool(text_of(title)) for title in page.all("title")] != [True]:
        yield "not exactly one title with words"


def _reference_problems(page: Page) -> Iterator[str]:
    ids = Counter(identifier for element in page.elements if (identifier := element.get("id")) is not None)
    yield from (f"id {identifier!r} {times} times" for identifier, times in ids.items() if times > 1 or not identifier)
    for element in page.elements:
        wanted = [element.get("for", "")] if element.tag == "label" else []
        for attribute in ("aria-labelledby", "aria-describedby", "aria-controls", "headers", "list", "form"):
            wanted += element.get(attribute, "").split()
        if element.tag == "a":
            wanted += re.findall(r"^#(.+)", element.get("href", ""))
        yield from (f"{element.tag} refers to the missing id {key!r}" for key in wanted if key and key not in ids)


def _control_problems(page: Page) -> Iterator[str]:
    for control in page.all(*CONTROLS):
        kind = control.get("type", "")
        if kind == "hidden":
            continue
        if not name_of(page, control):
            yield f"{control.tag} {control.get('name') or control.get('id')!r} has no label"
        if kind == "radio" and not any(text_of(step[0]) for step in page.ancestors(control) if _is_group(step)):
            yield f"radio {control.get('name')!r} stands in no fieldset with a legend"
        if kind == "image":
            yield "an input of type image"


def _is_group(element: Element) -> bool:
    return element.tag == "fieldset" and len(element) > 0 and element[0].tag == "legend"


def _link_problems(page: Page) -> Iterator[str]:
    for link in page.all("a"):
        if "href" in link.attrib and not name_of(page, link):
            yield f"link to {link.get('href')!r} has no words"
    for image in page.all("img"):
        if image.get("alt") is None:
            yield f"image {image.get('src')!r} has no alt"
    for element in page.elements:
        for attribute, value in element.attrib.items():
            if attribute.startswith("on"):
                yield f"inline event handler {attribute} on {element.tag}"
            if attribute == "style":
                yield f"inline style on {element.tag}, which the Content-Security-Policy blocks"
            if value.strip().lower().startswith("javascript:"):
                yield f"{attribute} of {element.tag} runs a script"


def _policy_problems(page: Page, policy: Mapping[str, list[str]]) -> Iterator[str]:
    for tag, directive in (("style", "style-src"), ("script", "script-src")):
        for element in page.all(tag):
            if "src" in element.attrib or element.get("type", "").endswith("json"):
                continue
            digest = hashlib.sha256((element.text or "").encode()).digest()
            if f"'sha256-{base64.b64encode(digest).decode()}'" not in policy.get(directive, ()):
                yield f"inline {tag} without its digest in {directive}"
    for element, address, directive in _fetches(page):
        if re.match(r"(?i)[a-z][a-z0-9+.-]*:|//", address) and not address.startswith("data:"):
            yield f"{element.tag} reaches for another host: {address}"
        needed = "data:" if address.startswith("data:") else "'self'"
        if needed not in policy.get(directive, ()):
            yield f"{element.tag} {address!r} is blocked: {directive} lacks {needed}"


def _fetches(page: Page) -> Iterator[tuple[Element, str, str]]:
    """Every address that the browser fetches or sends to by itself, with the directive that allows it."""
    for tag, attribute, directive in FETCHED:
        yield from (
            (element, element.attrib[attribute], directive) for element in page.all(tag) if attribute in element.attrib
        )
    for link in page.all("link"):
        yield from (
            (link, link.get("href", ""), LINKED[word]) for word in link.get("rel", "").split() if word in LINKED
        )


def _wording_problems(page: Page) -> Iterator[str]:
    catalogues = _catalogues()
    keys = {key for texts in catalogues.values() for key in texts if "." in key or "_" in key}
    for language, text in _sayings(page):
        yield from (f"key {word!r} instead of its text" for word in text.split() if word.strip(".,:;()") in keys)
        yield from (f"placeholder {hole} was not filled" for hole in re.findall(r"\{\w+\}|%\(\w+\)s", text))
        own = set(catalogues.get(language, {}).values())
        for other, texts in catalogues.items():
            if len(text.split()) >= WORDS_OF_A_SENTENCE and text in texts.values() and text not in own:
                yield f"{text!r} is marked lang={language}, but is {other}"


def _sayings(page: Page) -> Iterator[tuple[str, str]]:
    """Every run of text and every spoken attribute, with its language."""
    for element in page.elements:
        if any(step.tag in UNREAD for step in page.ancestors(element)):
            continue
        language = page.language(element)
        runs = [element.text, *(child.tail for child in element)]
        runs += [element.get(name) for name in ("alt", "aria-label", "title", "placeholder")]
        if element.get("type") in NAMED_BY_VALUE:
            runs.append(element.get("value"))
        yield from ((language, " ".join(run.split())) for run in runs if run and run.strip())


@cache
def _catalogues() -> Mapping[str, Mapping[str, str]]:
    catalogues: dict[str, dict[str, str]] = {}
    for file in sorted(LOCALES.glob("*/*.toml")):
        catalogues.setdefault(file.parent.name, {}).update(_flat(tomllib.loads(file.read_text("utf-8"))))
    return catalogues


def _flat(table: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", str(value)
