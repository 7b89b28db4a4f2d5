"""The number of a civil servant (NIP of PNS, NI PPPK): eighteen digits that carry no check digit but do carry dates."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from portal.domain.workbook.fault import FaultCode

_FORM: Final = re.compile(
    r"(?P<born>(?:19|20)\d{6})(?P<year>\d{4})(?P<month>\d\d)(?P<sex>\d)(?P<serial>\d{3})", re.ASCII
)
_DIGITS: Final = re.compile(r"\d{18}", re.ASCII)
_PNS: Final = re.compile(r"0[1-9]|1[0-2]")
_PPPK: Final = re.compile(r"2[1-9]")
_SPACES: Final = re.compile(r"\s+")


def nip_fault(digits: str) -> FaultCode | None:
    """Return what is wrong with a NIP without spaces, or None.

    Birth date (8), start of service (PNS: year and month; PPPK: year, `2` and the number of the contract), sex, serial.

    Source: Perka BKN 22/2007 and 43/2007; the NI PPPK as Badan Kepegawaian Negara issues it.
    """
    if not _DIGITS.fullmatch(digits):
        return FaultCode.NIP_LENGTH
    parts = _FORM.fullmatch(digits)
    if not parts or not _is_date(parts["born"]):
        return FaultCode.NIP_BIRTH
    if _PNS.fullmatch(parts["month"]):
        began = parts["year"] + parts["month"] >= digits[:6]
    else:
        began = parts["year"] >= digits[:4] and bool(_PPPK.fullmatch(parts["month"]))
    if not began:
        return FaultCode.NIP_START
    if parts["sex"] not in "12":
        return FaultCode.NIP_SEX
    return FaultCode.NIP_SERIAL if parts["serial"] == "000" else None


def _is_date(digits: str) -> bool:
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return True


def without_spaces(text: str) -> str:
    """Forgive the spaces by which offices group the number."""
    return _SPACES.sub("", text)
