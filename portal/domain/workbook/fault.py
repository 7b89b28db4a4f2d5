"""What can be wrong with a workbook, as codes; the sentences are the reader's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class FaultCode(StrEnum):
    """Stable codes; those of `WARNINGS` do not stop an import."""

    FILE_TOO_LARGE = "file-too-large"
    NOT_A_WORKBOOK = "not-a-workbook"
    NOT_CSV = "not-csv"
    TOO_MANY_ROWS = "too-many-rows"
    TOO_MANY_COLUMNS = "too-many-columns"
    SHEET_UNKNOWN = "sheet-unknown"
    SHEET_TWICE = "sheet-twice"
    SHEET_REQUIRED = "sheet-required"
    COLUMN_UNKNOWN = "column-unknown"
    COLUMN_TWICE = "column-twice"
    COLUMN_MISSING = "column-missing"
    VALUE_MISSING = "value-missing"
    FORMULA = "formula"
    CELL_ERROR = "cell-error"
    CODE_BAD = "code-bad"
    CODE_NUMBER = "code-number"
    CODE_TWICE = "code-twice"
    CODE_DERIVED = "code-derived"
    CODE_TAKEN = "code-taken"
    TEXT_BAD = "text-bad"
    TEXT_LONG = "text-long"
    DATE_BAD = "date-bad"
    DATE_FUTURE = "date-future"
    TIME_BAD = "time-bad"
    WEEKDAY_BAD = "weekday-bad"
    YES_NO_BAD = "yes-no-bad"
    NUMBER_BAD = "number-bad"
    COUNT_BAD = "count-bad"
    SKM_BAD = "skm-bad"
    YEAR_BAD = "year-bad"
    CHANNEL_BAD = "channel-bad"
    INDICATOR_KIND_BAD = "indicator-kind-bad"
    MEASURE_BAD = "measure-bad"
    PERIOD_BAD = "period-bad"
    LINK_BAD = "link-bad"
    NIP_NUMBER = "nip-number"
    NIP_LENGTH = "nip-length"
    NIP_BIRTH = "nip-birth"
    NIP_START = "nip-start"
    NIP_SEX = "nip-sex"
    NIP_SERIAL = "nip-serial"
    REFERENCE_UNKNOWN = "reference-unknown"
    CYCLE = "cycle"
    TREE_DEEP = "tree-deep"
    PARENT_FIXED = "parent-fixed"
    UNIT_FIXED = "unit-fixed"
    CHANNEL_FIXED = "channel-fixed"
    SERVICE_ELSEWHERE = "service-elsewhere"
    DAY_OR_DATE = "day-or-date"
    ABSENCE_UNDATED = "absence-undated"
    ABSENCE_TIMED = "absence-timed"
    FROM_DATED = "from-dated"
    TIMES_REVERSED = "times-reversed"
    MEASURE_UNFIT = "measure-unfit"
    REALISATION_COUNTED = "realisation-counted"
    PERIOD_CLOSED = "period-closed"
    LOOK_ALIKE = "look-alike"
    NIP_SHARED = "nip-shared"
    NEVER_IN_FORCE = "never-in-force"
    STILL_OPEN = "still-open"
    MOBILE_UNPLACED = "mobile-unplaced"


WARNINGS: Final = frozenset(
    {
        FaultCode.LOOK_ALIKE,
        FaultCode.NIP_SHARED,
        FaultCode.NEVER_IN_FORCE,
        FaultCode.STILL_OPEN,
        FaultCode.MOBILE_UNPLACED,
    }
)
HINTS: Final[Mapping[FaultCode, str]] = {
    FaultCode.SHEET_UNKNOWN: "meant",
    FaultCode.COLUMN_UNKNOWN: "meant",
    FaultCode.REFERENCE_UNKNOWN: "meant",
    FaultCode.CODE_DERIVED: "right",
    FaultCode.CODE_TWICE: "row",
    FaultCode.TREE_DEEP: "deepest",
    FaultCode.CODE_TAKEN: "stored",
    FaultCode.PARENT_FIXED: "stored",
    FaultCode.UNIT_FIXED: "stored",
    FaultCode.CHANNEL_FIXED: "stored",
}
"""What a hint says, where it does more than name something to look at: the reader's key to a sentence."""


class BadCell(Exception):
    """A cell that cannot be read as what its column holds."""

    def __init__(self, code: FaultCode) -> None:
        """Keep the code."""
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong, and where; `row` 0 and `column` "" mean the whole sheet, `sheet` "" the whole file.

    `column` is the letter, `heading` the word above it; `value` never holds a NIP; `hint` is what was perhaps meant, or
    the code or row that it collides with.
    """

    code: FaultCode
    sheet: str = ""
    row: int = 0
    column: str = ""
    heading: str = ""
    value: str = ""
    hint: str = ""

    @property
    def is_warning(self) -> bool:
        """Tell whether the import may go on."""
        return self.code in WARNINGS

    @property
    def says(self) -> str:
        """The reader's key to the sentence around the hint."""
        return HINTS.get(self.code, "see")
