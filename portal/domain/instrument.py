"""Instruments: which elements are asked, in which words, and what an answer adds to which measure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, cast, get_args

from portal.domain.errors import Invalid
from portal.domain.tally import HIGHEST, LOWEST, Tally

Measure = Literal["layanan", "petugas", "skm"]
Labels = tuple[str, str, str, str]

COMPOSITE = "SKM"
REQUIRED_LANGUAGES = ("id", "en")

_INSTRUMENT_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_ELEMENT_CODE = re.compile(r"[A-Z][A-Z0-9_]*")
_INSTRUMENT_FIELDS = frozenset({"code", "version", "measure", "elements"})
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
class Instrument:
    """A versioned set of elements in the order they are asked."""

    code: str
    version: int
    measure: Measure
    elements: tuple[Element, ...]

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

    def contributions(self, answers: Mapping[str, int]) -> dict[str, int]:
        """Return what a ballot adds, by measure key: each answer, and the ballot total once every element is answered.

        Raises:
            Invalid: as `check`.
        """
        given = self.check(answers)
        values = {f"{self.id}:{code}": value for code, value in given.items()}
        if self.composite_key is not None and len(given) == len(self.elements):
            values[self.composite_key] = sum(given.values())
        return values


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
    return Tally.of_ballot(value) if element == COMPOSITE else Tally.of_answer(value)


def _instrument(content: Mapping[str, object]) -> Instrument:
    _fields(content, _INSTRUMENT_FIELDS, "instrument")
    code = _code(content["code"], _INSTRUMENT_CODE, "instrument: code")
    version = _positive(content["version"], f"{code}: version")
    measure = content["measure"]
    if measure not in get_args(Measure):
        raise ValueError(f"{code}: measure must be one of {', '.join(get_args(Measure))}")
    rows = _sequence(content["elements"], f"{code}: elements")
    elements = tuple(_element(_table(row, f"{code}: elements"), code) for row in rows)
    _unique([element.code for element in elements], f"{code}: element code")
    _unique([element.number for element in elements], f"{code}: number")
    if measure != "skm" and len(elements) > 1:
        raise ValueError(f"{code}: measure {measure} is one answer, so one element")
    return Instrument(code, version, cast("Measure", measure), elements)


def _element(content: Mapping[str, object], instrument: str) -> Element:
    _fields(content, _ELEMENT_FIELDS, f"{instrument}: element")
    code = _code(content["code"], _ELEMENT_CODE, f"{instrument}: element code")
    where = f"{instrument}: {code}"
    if code == COMPOSITE:
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


def _fields(content: Mapping[str, object], fields: frozenset[str], where: str) -> None:
    for problem, names in (("is missing", fields - content.keys()), ("does not know", content.keys() - fields)):
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
