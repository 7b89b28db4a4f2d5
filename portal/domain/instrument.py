"""Instruments: which elements are asked, in which words, and what an answer adds to which measure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, cast, get_args

from portal.domain.errors import Invalid
from portal.domain.tally import HIGHEST, LOWEST, Tally

Measure = Literal["layanan", "petugas", "skm", "choices"]
Cut = Literal["unit", "service", "counter", "officer"]
Labels = tuple[str, str, str, str]

COMPOSITE = "SKM"
"""The whole of a complete ballot; wholes of some of its elements begin with it, as SKM_OFFICER."""
COUNTED_ONLY = "choices"
"""The measure of instruments whose options are counted and give no figure: topics, profile."""
REQUIRED_LANGUAGES = ("id", "en")

_INSTRUMENT_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_ELEMENT_CODE = re.compile(r"[A-Z][A-Z0-9_]*")
_CUTS: Mapping[Measure, tuple[Cut, ...]] = {
    "layanan": ("unit", "service", "counter"),
    "petugas": ("officer",),
    "skm": ("unit", "service"),
    "choices": (),
}
"""Which figures the answers of a measure reach: the nine elements never a counter, the officer's help nobody else."""
_INSTRUMENT_FIELDS = frozenset({"code", "version", "measure"})
_COMPOSITE_FIELDS = frozenset({"code", "cut", "elements"})
_ITEM_FIELDS = frozenset({"code", "several", "question", "options"})
_ELEMENT_FIELDS = frozenset({"code", "number", "name", "question", "labels", "faces"})


@dataclass(frozen=True, slots=True)
class Element:
    """One question; `code` is the key everywhere, `number` is only what the questionnaire prints beside it.

    `name`, `question` and `labels` are by language; the labels run from 1 (worst) to 4 (best).
    """

    code: str
    number: int
    name: Mapping[str, str]
    question: Mapping[str, str]
    labels: Mapping[str, Labels]
    faces: bool


@dataclass(frozen=True, slots=True)
class Composite:
    """A whole of some elements, counted for ballots that answer all of these, and for one more cut than they are."""

    code: str
    cut: Cut
    elements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """A question whose options are only counted; `options` by code hold the words by language."""

    code: str
    several: bool
    question: Mapping[str, str]
    options: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Instrument:
    """A versioned set of elements in the order they are asked, or of items that are only counted."""

    code: str
    version: int
    measure: Measure
    elements: tuple[Element, ...]
    composites: tuple[Composite, ...] = ()
    items: tuple[Item, ...] = ()

    @classmethod
    def from_mapping(cls, content: Mapping[str, object]) -> Instrument:
        """Read an instrument file that has been parsed.

        Raises:
            ValueError: something is missing, unknown, repeated or of the wrong kind; the message names it.
        """
        return _instrument(content)

    @property
    def id(self) -> str:
        """Return `<code>@<version>`."""
        return f"{self.code}@{self.version}"

    @property
    def element_keys(self) -> tuple[str, ...]:
        """The measure key of each element, in the order asked."""
        return tuple(f"{self.id}:{element.code}" for element in self.elements)

    @property
    def composite_key(self) -> str | None:
        """The measure key of complete ballots; None where one answer is already the whole ballot."""
        return f"{self.id}:{COMPOSITE}" if len(self.elements) > 1 else None

    def cuts_of(self, element_code: str) -> tuple[Cut, ...]:
        """Return which figures an element or a composite reaches."""
        own = () if self._composite(element_code) else _CUTS[self.measure]
        return own + tuple(it.cut for it in self.composites if element_code in {it.code, *it.elements})

    def _composite(self, code: str) -> Composite | None:
        return next((composite for composite in self.composites if composite.code == code), None)

    def measure_key(self, element_code: str) -> str:
        """Return `<code>@<version>:<element>`.

        Raises:
            ValueError: the instrument has no such element.
        """
        if all(element.code != element_code for element in self.elements):
            raise ValueError(f"{self.id} has no element {element_code}")
        return f"{self.id}:{element_code}"

    def check(self, answers: Mapping[str, int]) -> dict[str, int]:
        """Return the answers by element code in the order asked; elements left out were not answered.

        Raises:
            Invalid: an element is unknown, or a value is not an integer from 1 to 4.
        """
        asked = [element.code for element in self.elements]
        if not answers.keys() <= set(asked):
            raise Invalid("unknown element of " + self.id)
        for code, value in answers.items():
            # A bool is an int in Python; True must not count as the worst answer.
            if type(value) is not int or not LOWEST <= value <= HIGHEST:
                raise Invalid("value of " + code)
        return {code: answers[code] for code in asked if code in answers}

    def check_choices(self, chosen: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
        """Return the options chosen by item, each once and in the order offered; items left out were not answered.

        Raises:
            Invalid: an item or option is unknown, or an item that takes one option has more.
        """
        known = {item.code: item for item in self.items}
        if not chosen.keys() <= known.keys():
            raise Invalid("unknown item of " + self.id)
        for code, options in chosen.items():
            if not known[code].options.keys() >= set(options) or (len(set(options)) > 1 and not known[code].several):
                raise Invalid("options of " + code)
        return {
            item.code: tuple(option for option in item.options if option in chosen[item.code])
            for item in self.items
            if chosen.get(item.code)
        }

    def contributions(self, answers: Mapping[str, int]) -> dict[str, int]:
        """Return what a ballot adds, by measure key: each answer, and the total of each whole that it answers.

        Raises:
            Invalid: as `check`.
        """
        given = self.check(answers)
        values = {f"{self.id}:{code}": value for code, value in given.items()}
        if self.composite_key is not None and len(given) == len(self.elements):
            values[self.composite_key] = sum(given.values())
        for composite in self.composites:
            if given.keys() >= set(composite.elements):
                values[f"{self.id}:{composite.code}"] = sum(given[code] for code in composite.elements)
        return values


def is_whole(element: str) -> bool:
    """Tell whether the second half of a measure key names a whole and no single element."""
    return element == COMPOSITE or element.startswith(COMPOSITE + "_")


def split_key(measure_key: str) -> tuple[str, str]:
    """Return the instrument id and the element (or `COMPOSITE`) of a measure key.

    Raises:
        ValueError: not of the form `<instrument>@<version>:<element>`.
    """
    instrument_id, _, element = measure_key.partition(":")
    code, _, version = instrument_id.partition("@")
    if not (_INSTRUMENT_CODE.fullmatch(code) and version.isdecimal() and _ELEMENT_CODE.fullmatch(element)):
        raise ValueError(f"not a measure key: {measure_key}")
    return instrument_id, element


@lru_cache(maxsize=1024)  # measures times values: few, and asked for at every rating
def tally_of(measure_key: str, value: int) -> Tally:
    """Return the tally of one contribution to a measure.

    Raises:
        ValueError: the key is malformed, or an element's value is outside 1..4.
    """
    _, element = split_key(measure_key)
    return Tally.of_ballot(value) if is_whole(element) else Tally.of_answer(value)


def _instrument(content: Mapping[str, object]) -> Instrument:
    _fields(content, _INSTRUMENT_FIELDS, "instrument", optional=frozenset({"elements", "composites", "items"}))
    code = _code(content["code"], _INSTRUMENT_CODE, "instrument: code")
    version = _positive(content["version"], f"{code}: version")
    measure = content["measure"]
    if measure not in get_args(Measure):
        raise ValueError(f"{code}: measure must be one of {', '.join(get_args(Measure))}")
    asked, other = ("items", "elements") if measure == COUNTED_ONLY else ("elements", "items")
    if asked not in content or other in content:
        raise ValueError(f"{code}: measure {measure} asks {asked}, not {other}")
    rows = [_table(row, f"{code}: {asked}") for row in _sequence(content[asked], f"{code}: {asked}")]
    if asked == "items":
        return Instrument(code, version, cast("Measure", measure), (), items=_items(rows, code))
    elements = tuple(_element(row, code) for row in rows)
    _unique([element.code for element in elements], f"{code}: element code")
    _unique([element.number for element in elements], f"{code}: number")
    if measure != "skm" and len(elements) > 1:
        raise ValueError(f"{code}: measure {measure} is one answer, so one element")
    wholes = _sequence(content["composites"], f"{code}: composites") if "composites" in content else ()
    composites = tuple(_composite(_table(row, f"{code}: composites"), code, elements) for row in wholes)
    return Instrument(code, version, cast("Measure", measure), elements, composites)


def _composite(content: Mapping[str, object], instrument: str, elements: Sequence[Element]) -> Composite:
    _fields(content, _COMPOSITE_FIELDS, f"{instrument}: composite")
    code = _code(content["code"], _ELEMENT_CODE, f"{instrument}: composite code")
    where = f"{instrument}: {code}"
    if code == COMPOSITE or not is_whole(code):
        raise ValueError(f"{where} must begin with {COMPOSITE}_")
    if content["cut"] not in get_args(Cut):
        raise ValueError(f"{where}: cut must be one of {', '.join(get_args(Cut))}")
    named = tuple(_text(element, where) for element in _sequence(content["elements"], f"{where}: elements"))
    _unique(named, f"{where}: elements")
    if strangers := set(named) - {element.code for element in elements}:
        raise ValueError(f"{where}: no such element: {', '.join(sorted(strangers))}")
    return Composite(code, cast("Cut", content["cut"]), named)


def _items(rows: Sequence[Mapping[str, object]], instrument: str) -> tuple[Item, ...]:
    items = tuple(_item(row, instrument) for row in rows)
    _unique([item.code for item in items], f"{instrument}: item code")
    return items


def _item(content: Mapping[str, object], instrument: str) -> Item:
    _fields(content, _ITEM_FIELDS, f"{instrument}: item")
    code = _code(content["code"], _ELEMENT_CODE, f"{instrument}: item code")
    where = f"{instrument}: {code}"
    options: dict[str, Mapping[str, str]] = {}
    for row in _sequence(content["options"], f"{where}: options"):
        words = dict(_table(row, f"{where}: options"))
        option = _code(words.pop("code", None), _ELEMENT_CODE, f"{where}: option code")
        if option in options:
            raise ValueError(f"{where}: option code is repeated: {option}")
        options[option] = _texts(words, f"{where}: {option}")
    several = _flag(content["several"], f"{where}: several")
    return Item(code, several, _texts(content["question"], f"{where}: question"), options)


def _element(content: Mapping[str, object], instrument: str) -> Element:
    _fields(content, _ELEMENT_FIELDS, f"{instrument}: element")
    code = _code(content["code"], _ELEMENT_CODE, f"{instrument}: element code")
    where = f"{instrument}: {code}"
    if is_whole(code):
        raise ValueError(f"{where} names the whole ballot and cannot be an element")
    labels = _by_language(content["labels"], f"{where}: labels")
    return Element(
        code=code,
        number=_positive(content["number"], f"{where}: number"),
        name=_texts(content["name"], f"{where}: name"),
        question=_texts(content["question"], f"{where}: question"),
        labels={language: _labels(row, f"{where}: labels.{language}") for language, row in labels.items()},
        faces=_flag(content["faces"], f"{where}: faces"),
    )


def _labels(value: object, where: str) -> Labels:
    labels = [_text(label, where) for label in _sequence(value, where)]
    if len(labels) != HIGHEST:
        raise ValueError(f"{where} must be {HIGHEST} labels, worst to best")
    _unique(labels, where)
    return labels[0], labels[1], labels[2], labels[3]


def _texts(value: object, where: str) -> dict[str, str]:
    return {language: _text(text, f"{where}.{language}") for language, text in _by_language(value, where).items()}


def _by_language(value: object, where: str) -> Mapping[str, object]:
    table = _table(value, where)
    missing = [language for language in REQUIRED_LANGUAGES if language not in table]
    if missing:
        raise ValueError(f"{where} is missing language {', '.join(missing)}")
    return table


def _fields(
    content: Mapping[str, object], fields: frozenset[str], where: str, *, optional: frozenset[str] = frozenset()
) -> None:
    strange = content.keys() - fields - optional
    for problem, names in (("is missing", fields - content.keys()), ("does not know", strange)):
        if names:
            raise ValueError(f"{where} {problem}: {', '.join(sorted(names))}")


def _table(value: object, where: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise ValueError(f"{where} must be a table")  # noqa: TRY004 - every fault of a file is one kind of error
    return value


def _sequence(value: object, where: str) -> Sequence[object]:
    if not isinstance(value, list | tuple) or not value:
        raise ValueError(f"{where} must be a list that is not empty")
    return value


def _text(value: object, where: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{where} must be text")
    return value


def _flag(value: object, where: str) -> bool:
    if value is not True and value is not False:
        raise ValueError(f"{where} must be true or false")
    return value


def _code(value: object, pattern: re.Pattern[str], where: str) -> str:
    text = _text(value, where)
    if not pattern.fullmatch(text):
        raise ValueError(f"{where} {text!r} must match {pattern.pattern}")
    return text


def _positive(value: object, where: str) -> int:
    if type(value) is not int or value < 1:
        raise ValueError(f"{where} must be an integer from 1")
    return value


def _unique(values: Sequence[object], where: str) -> None:
    repeated = sorted({str(value) for value in values if values.count(value) > 1})
    if repeated:
        raise ValueError(f"{where} is repeated: {', '.join(repeated)}")
