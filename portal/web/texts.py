"""Sentences by key and language; a language is one folder of files, added without code, hidden until reviewed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

DEFAULT: Final = "id"
LANGUAGE: Final = "l"
"""The parameter of the address that names the language; no cookie is needed for it."""


@dataclass(frozen=True, slots=True)
class Language:
    """One catalogue; `sentences` by dotted key."""

    code: str
    name: str
    reviewed: bool
    sentences: Mapping[str, str]

    @classmethod
    def from_files(cls, files: Iterable[Mapping[str, Any]]) -> Language:
        """Read parsed catalogue files, which share no table: nested tables become dotted keys.

        Raises:
            ValueError: two files hold the same table.
        """
        content: dict[str, Any] = {}
        for file in files:
            if twice := content.keys() & file.keys():
                raise ValueError(f"in two files of a language: {', '.join(sorted(twice))}")
            content |= file
        head = content["language"]
        sentences = dict(_flat({key: value for key, value in content.items() if key != "language"}, ""))
        return cls(head["code"], head["name"], head["reviewed"], sentences)


def _flat(table: Mapping[str, Any], prefix: str) -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for key, value in table.items():
        rows += _flat(value, f"{prefix}{key}.") if isinstance(value, Mapping) else [(prefix + key, value)]
    return rows


class Texts:
    """Every reviewed language of the site."""

    def __init__(self, languages: list[Language]) -> None:
        self.languages = {language.code: language for language in languages if language.reviewed}

    def say(self, language: str, key: str, **values: object) -> str:
        """Return the sentence, or that of the default language where a regional catalogue has none.

        Raises:
            KeyError: no catalogue has the key.
        """
        sentences = self.languages[language].sentences
        sentence = sentences[key] if key in sentences else self.languages[DEFAULT].sentences[key]
        return sentence.format(**values) if values else sentence

    def named(self, language: str, label: str) -> dict[str, str]:
        """Return what counters are called, for the gaps `label` and, at the beginning of a sentence, `Label`.

        What is called Loket, Poli, Meja or Gerai is translated; any other name stands as the unit writes it.
        """
        key = f"label.{label.casefold()}"
        if key not in self.languages[DEFAULT].sentences:
            return {"label": label, "Label": label}
        word = self.say(language, key)
        return {"label": word, "Label": word.capitalize()}

    def choose(self, asked: str | None) -> str:
        """Return the language asked for where there is one, else the default."""
        return asked if asked in self.languages else DEFAULT

    def day(self, language: str, day: date) -> str:
        """Write a date with its weekday: Kamis, 26 November 2026."""
        weekday = self.say(language, f"weekday.{day.weekday()}")
        return f"{weekday}, {self.plain_day(language, day)}"

    def plain_day(self, language: str, day: date) -> str:
        """Write a date: 26 November 2026."""
        return f"{day.day} {self.say(language, f'month.{day.month}')} {day.year}"

    def month(self, language: str, day: date) -> str:
        """Write a month: November 2026."""
        return f"{self.say(language, f'month.{day.month}')} {day.year}"

    def clock(self, language: str, at: datetime) -> str:
        """Write a time of the day as the language does: 10.24 or 10:24."""
        return at.strftime("%H.%M" if language == DEFAULT else "%H:%M")
