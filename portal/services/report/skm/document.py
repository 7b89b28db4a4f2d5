"""The report as a document: chapters of paragraphs and tables, all of them texts as they are printed.

Word, print page and tests go through the same blocks, so what one of them says the others say to the last digit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from portal.domain.figure import counted, localised
from portal.domain.period import Period


class Sentences(Protocol):
    """The catalogue of sentences, and how each language writes days and times."""

    def say(self, language: str, key: str, **values: object) -> str:
        """Return a sentence with its gaps filled."""

    def plain_day(self, language: str, day: date) -> str:
        """Write a date."""

    def month(self, language: str, day: date) -> str:
        """Write a month."""

    def clock(self, language: str, at: datetime) -> str:
        """Write a time of the day."""


@dataclass(frozen=True, slots=True)
class Words:
    """The sentences in one language; whole numbers in their gaps are written as the language does."""

    sentences: Sentences
    language: str

    def say(self, key: str, **values: object) -> str:
        """Return a sentence."""
        written = {name: counted(it, self.language) if type(it) is int else it for name, it in values.items()}
        return self.sentences.say(self.language, key, **written)

    def figure(self, value: str | None) -> str:
        """Write a decimal string; a dash where there is none."""
        return localised(value, self.language) or self.say("skm_report.none")

    def number(self, value: int | None) -> str:
        """Write a count; a dash where there is none."""
        return self.say("skm_report.none") if value is None else counted(value, self.language)

    def day(self, day: date) -> str:
        """Write a date."""
        return self.sentences.plain_day(self.language, day)

    def month(self, day: date) -> str:
        """Write a month."""
        return self.sentences.month(self.language, day)

    def period(self, period: Period) -> str:
        """Name a period as a person says it."""
        if period.kind == "month":
            return self.month(period.starts_on)
        if period.kind == "window":
            return self.say("period.window", month=self.month(period.ends_on))
        number = (period.starts_on.month - 1) // len(period.months) + 1
        return self.say(f"period.{period.kind}", number=str(number), year=str(period.starts_on.year))


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; a `note` is set smaller, what is `strong` stands out."""

    text: str
    note: bool = False
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Points:
    """A list of sentences; `numbered` where their order matters."""

    items: tuple[str, ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its caption; `widths` are shares of the page.

    Columns from `numbers_from` to before `numbers_to` hold figures, the last `totals` rows sum up those above them.
    `room`: rows are filled in by hand, so they are high. `dense`: many rows of single digits.
    """

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]
    numbers_from: int = 99
    numbers_to: int = 99
    totals: int = 0
    room: bool = False
    dense: bool = False

    def is_number(self, place: int) -> bool:
        """Tell whether the column at this place, counted from 0, holds figures."""
        return self.numbers_from <= place < self.numbers_to


Block = Paragraph | Points | Table


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a chapter; without a title its blocks follow the chapter's own."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter or an annex."""

    title: str
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Signature:
    """Where the report is signed: place and date, office, name and number are lines to fill in by hand."""

    place: str
    office: str
    name: str
    number: str


@dataclass(frozen=True, slots=True)
class Document:
    """The whole report; `warning` is empty once its period is closed."""

    language: str
    government: str
    unit: str
    title: str
    subtitle: str
    warning: str
    as_of: str
    chapters: Sequence[Chapter]
    signature: Signature
    annexes: Sequence[Chapter]
    footer: str
