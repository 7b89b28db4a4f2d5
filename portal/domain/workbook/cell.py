"""How one cell is read: typed by people, in the ways they type dates, times, days, codes and numbers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlsplit

from portal.domain import indicator
from portal.domain.errors import NotFound
from portal.domain.evidence import EVIDENCE
from portal.domain.period import Period
from portal.domain.workbook import number
from portal.domain.workbook.fault import BadCell, FaultCode
from portal.domain.workbook.nip import nip_fault, without_spaces

Value = str | int | bool | date | time | tuple[str, ...] | None

WEEKDAYS: Final = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
YES: Final = "ya"
NO: Final = "tidak"
LONGEST_NAME: Final = 160
LONGEST_LINK: Final = 200
LONGEST_CODE: Final = 40
LONGEST_KEY: Final = 100
ON_COUNTERS: Final = "loket"
ON_PLATES: Final = "petugas"
COUNTER_CHANNELS: Final = tuple(channel for channel in EVIDENCE if channel != ON_PLATES)
_MEASURES: Final = {words: measure for measure, words in indicator.WORDS.items()}

_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_HOST: Final = re.compile(r"[a-z0-9.-]+\.[a-z0-9-]+")
_DATE: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T]00:00(?::00)?)?")
_DAY_FIRST: Final = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_TIME: Final = re.compile(r"(\d{1,2})[:.](\d{2})(?:[:.]00)?")
_DAYS: Final = {name.casefold(): place for place, name in enumerate(WEEKDAYS)} | {"ahad": 6}
_ANSWERS: Final = {YES: True, "y": True, NO: False, "t": False}


@dataclass(frozen=True, slots=True)
class Broken:
    """A cell that the file itself marks as no value: a formula, or the error a formula ended in."""

    code: FaultCode
    text: str = ""

    def __str__(self) -> str:
        """Give the text that stands in the cell."""
        return self.text


class Kind(StrEnum):
    """What a column holds."""

    CODE = "code"
    CODES = "codes"
    NAME = "name"
    DATE = "date"
    TIME = "time"
    WEEKDAY = "weekday"
    YES_NO = "yes-no"
    NIP = "nip"
    KEY = "key"
    """The code of a row that no other row refers to, put together from the codes of others: longer than theirs."""
    COUNT = "count"
    YEAR = "year"
    SKM = "skm"
    DECIMAL = "decimal"
    CHANNEL = "channel"
    INDICATOR_KIND = "indicator-kind"
    MEASURE = "measure"
    PERIOD = "period"
    LINK = "link"


CHOICES: Final[Mapping[Kind, tuple[str, ...]]] = {
    Kind.CHANNEL: COUNTER_CHANNELS,
    Kind.INDICATOR_KIND: indicator.KINDS,
    Kind.MEASURE: tuple(_MEASURES),
}
"""The words of which a cell holds one."""


def is_blank(raw: object) -> bool:
    """Tell whether a person would call the cell empty."""
    return raw is None or (isinstance(raw, str) and not tidy(raw))


def tidy(text: str) -> str:
    """Compose letters, fold spaces and line breaks into single spaces, and drop what cannot be seen."""
    folded = " ".join(unicodedata.normalize("NFC", text).split())
    return "".join(character for character in folded if unicodedata.category(character) not in {"Cc", "Cf"}).strip()


def read(kind: Kind, raw: object) -> Value:
    """Return the value of a cell that is not blank.

    Raises:
        BadCell: it is no such value; its `code` says why.
    """
    if isinstance(raw, Broken):
        raise BadCell(raw.code)
    return _READERS[kind](raw)


def shown(kind: Kind, value: Value) -> str:
    """Write a value the way a person would type it; a NIP is never shown."""
    if value is None:
        return ""
    if kind in _SHOWN:
        return _SHOWN[kind](value)
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _code(raw: object, longest: int = LONGEST_CODE) -> str:
    if isinstance(raw, float) and not raw.is_integer():
        raise BadCell(FaultCode.CODE_NUMBER)  # 1.10 arrives as 1.1: only text keeps it
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        raw = str(int(raw))
    text = tidy(raw) if isinstance(raw, str) else ""
    if not _CODE.fullmatch(text) or len(text) > longest:
        raise BadCell(FaultCode.CODE_BAD)
    return text


def _codes(raw: object) -> tuple[str, ...]:
    parts: list[object] = [raw]
    if isinstance(raw, str):
        parts = [part for part in re.split(r"[,;\n]", raw) if not is_blank(part)]
    return tuple(sorted({_code(part) for part in parts}))


def _name(raw: object) -> str:
    if isinstance(raw, bool) or not isinstance(raw, str | int):
        raise BadCell(FaultCode.TEXT_BAD)
    text = tidy(str(raw))
    if len(text) > LONGEST_NAME:
        raise BadCell(FaultCode.TEXT_LONG)
    return text


def _date(raw: object) -> date:
    if isinstance(raw, datetime):
        raw = raw.date() if raw.time() == time.min else None
    if isinstance(raw, str):
        raw = _typed_date(tidy(raw))
    if not isinstance(raw, date) or raw.year not in number.YEARS:
        raise BadCell(FaultCode.DATE_BAD)
    return raw


def _typed_date(text: str) -> date | None:
    if match := _DATE.fullmatch(text):
        parts = match.groups()
    elif match := _DAY_FIRST.fullmatch(text):
        parts = match.groups()[::-1]
    else:
        return None
    try:
        return date(*map(int, parts))
    except ValueError:
        return None


def _time(raw: object) -> time:
    if isinstance(raw, datetime) and raw.year < number.YEARS.start:
        raw = raw.time()  # a time of day typed into a cell that shows dates: counted from 1900
    if isinstance(raw, str) and (match := _TIME.fullmatch(tidy(raw))):
        hour, minute = map(int, match.groups())
        raw = time(hour, minute) if hour < 24 and minute < 60 else None  # noqa: PLR2004 - a day's clock
    if not isinstance(raw, time):
        raise BadCell(FaultCode.TIME_BAD)
    return raw.replace(second=0, microsecond=0)


def _weekday(raw: object) -> int:
    letters = "".join(filter(str.isalpha, raw)).casefold() if isinstance(raw, str) else ""
    if letters not in _DAYS:
        raise BadCell(FaultCode.WEEKDAY_BAD)
    return _DAYS[letters]


def _yes_no(raw: object) -> bool:
    answer = raw if isinstance(raw, bool) else _ANSWERS.get(tidy(raw).casefold()) if isinstance(raw, str) else None
    if answer is None:
        raise BadCell(FaultCode.YES_NO_BAD)
    return answer


def _nip(raw: object) -> str:
    if not isinstance(raw, str):
        raise BadCell(FaultCode.NIP_NUMBER)  # a spreadsheet keeps fifteen digits of a number and rounds the rest away
    digits = without_spaces(tidy(raw).lstrip("'"))
    if code := nip_fault(digits):
        raise BadCell(code)
    return digits


def _choice(kind: Kind, wrong: FaultCode) -> Callable[[object], str]:
    def chosen(raw: object) -> str:
        word = tidy(raw).casefold() if isinstance(raw, str) else ""
        if word not in CHOICES[kind]:
            raise BadCell(wrong)
        return word

    return chosen


def _measure(raw: object) -> str:
    return _MEASURES[_choice(Kind.MEASURE, FaultCode.MEASURE_BAD)(raw)]


def _period(raw: object) -> str:
    if isinstance(raw, date) and raw.day == 1:
        return f"{raw:%Y-%m}"  # what spreadsheets make of 2026-03
    text = str(raw) if isinstance(raw, int) else tidy(raw).upper() if isinstance(raw, str) else ""
    try:
        return Period.parse(text).period_code
    except NotFound:
        raise BadCell(FaultCode.PERIOD_BAD) from None


def _link(raw: object) -> str:
    text = tidy(raw) if isinstance(raw, str) else ""
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:  # brackets that hold no address
        raise BadCell(FaultCode.LINK_BAD) from None
    plain = parts.scheme == "https" and parts.username is None and bool(_HOST.fullmatch(host))
    if not plain or len(text) > LONGEST_LINK or " " in text:
        raise BadCell(FaultCode.LINK_BAD)
    return text


def _number(reader: Callable[[object], Value]) -> Callable[[object], Value]:
    return lambda raw: reader(tidy(raw) if isinstance(raw, str) else raw)


def _with_comma(value: str) -> str:
    return value.replace(".", ",")


_READERS: Final[Mapping[Kind, Callable[[object], Value]]] = {
    Kind.CODE: _code,
    Kind.CODES: _codes,
    Kind.NAME: _name,
    Kind.DATE: _date,
    Kind.TIME: _time,
    Kind.WEEKDAY: _weekday,
    Kind.YES_NO: _yes_no,
    Kind.NIP: _nip,
    Kind.KEY: lambda raw: _code(raw, LONGEST_KEY),
    Kind.COUNT: _number(number.count),
    Kind.YEAR: _number(number.year),
    Kind.SKM: _number(number.skm),
    Kind.DECIMAL: _number(number.decimal),
    Kind.CHANNEL: _choice(Kind.CHANNEL, FaultCode.CHANNEL_BAD),
    Kind.INDICATOR_KIND: _choice(Kind.INDICATOR_KIND, FaultCode.INDICATOR_KIND_BAD),
    Kind.MEASURE: _measure,
    Kind.PERIOD: _period,
    Kind.LINK: _link,
}

_SHOWN: Final[Mapping[Kind, Callable[[Any], str]]] = {
    Kind.YES_NO: lambda value: YES if value else NO,
    Kind.WEEKDAY: lambda value: WEEKDAYS[value],
    Kind.TIME: lambda value: f"{value:%H:%M}",
    Kind.NIP: lambda _: "…",
    Kind.SKM: _with_comma,
    Kind.DECIMAL: _with_comma,
    Kind.MEASURE: lambda value: indicator.WORDS[value],
}
