"""How one cell is read: typed by people, in the ways they type dates, times, days and codes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any, Final

from portal.domain.workbook.fault import FaultCode
from portal.domain.workbook.nip import nip_fault, without_spaces

Value = str | int | bool | date | time | tuple[str, ...] | None

WEEKDAYS: Final = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
YES: Final = "ya"
NO: Final = "tidak"
LONGEST_NAME: Final = 160

_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_DATE: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T]00:00(?::00)?)?")
_DAY_FIRST: Final = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_TIME: Final = re.compile(r"(\d{1,2})[:.](\d{2})(?:[:.]00)?")
_DAYS: Final = {name.casefold(): place for place, name in enumerate(WEEKDAYS)} | {"ahad": 6}
_ANSWERS: Final = {YES: True, "y": True, NO: False, "t": False}
_YEARS: Final = range(2000, 2100)


class BadCell(Exception):
    """A cell that cannot be read as what its column holds."""

    def __init__(self, code: FaultCode) -> None:
        """Keep the code."""
        super().__init__(code)
        self.code = code


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


def _code(raw: object) -> str:
    if isinstance(raw, float) and not raw.is_integer():
        raise BadCell(FaultCode.CODE_NUMBER)  # 1.10 arrives as 1.1: only text keeps it
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        raw = str(int(raw))
    if not isinstance(raw, str) or not _CODE.fullmatch(tidy(raw)):
        raise BadCell(FaultCode.CODE_BAD)
    return tidy(raw)


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
    if not isinstance(raw, date) or raw.year not in _YEARS:
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
    if isinstance(raw, datetime) and raw.year < _YEARS.start:
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


_READERS: Final[Mapping[Kind, Callable[[object], Value]]] = {
    Kind.CODE: _code,
    Kind.CODES: _codes,
    Kind.NAME: _name,
    Kind.DATE: _date,
    Kind.TIME: _time,
    Kind.WEEKDAY: _weekday,
    Kind.YES_NO: _yes_no,
    Kind.NIP: _nip,
}

_SHOWN: Final[Mapping[Kind, Callable[[Any], str]]] = {
    Kind.YES_NO: lambda value: YES if value else NO,
    Kind.WEEKDAY: lambda value: WEEKDAYS[value],
    Kind.TIME: lambda value: f"{value:%H:%M}",
    Kind.NIP: lambda _: "…",
}
