"""What is printed for one counter, in the words of the posters; a document, so in Indonesian alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from portal.domain.code import printed

REVISION: Final = "r1"
"""Counts up with every change of what the posters say, so that old ones are told apart on the wall."""

QUESTION: Final = "Bapak/Ibu, bagaimana pelayanan kami hari ini?"
HOW: Final = "Pindai kode ini, atau buka {host} dan ketik"
STEPS: Final = (
    "Pindai kode dengan kamera ponsel",
    "Sentuh satu pilihan",
    "Selesai: langsung tersimpan, tanpa nama",
)
TRUST: Final = "Halaman penilaian ini tidak pernah meminta NIK, kata sandi, kode OTP, atau uang."
OFFICIAL: Final = "Alamat resmi: {host}."
DRAFT: Final = "DRAF, jangan dipasang"

Progress = Callable[[int, int], None]
"""Told how many posters are drawn, and of how many."""


class Part(StrEnum):
    """What a poster says besides its symbol, in the order in which it is read."""

    GOVERNMENT = "government"
    UNIT = "unit"
    NAME = "name"
    QUESTION = "question"
    HOW = "how"
    CODE = "code"
    STEPS = "steps"
    TRUST = "trust"
    SERIAL = "serial"


@dataclass(frozen=True, slots=True)
class Poster:
    """A counter as it is printed on a day: `address` is what its symbol says, `scanned_at` the last test, local."""

    government: str
    unit_code: str
    unit_name: str
    counter_code: str
    name: str
    is_plate: bool
    public_code: str
    host: str
    address: str
    printed_on: date
    scanned_at: datetime | None

    @property
    def code(self) -> str:
        """The code as people type it."""
        return printed(self.public_code)

    @property
    def serial(self) -> str:
        """What tells one printed sheet from another: counter, day of print, revision."""
        return f"{self.counter_code} · {self.printed_on:%d-%m-%Y} · {REVISION}"

    def say(self) -> Mapping[Part, str]:
        """Return the words of each part; the steps are the same on every poster."""
        return {
            Part.GOVERNMENT: self.government,
            Part.UNIT: self.unit_name,
            Part.NAME: self.name,
            Part.QUESTION: QUESTION,
            Part.HOW: HOW.format(host=self.host),
            Part.CODE: self.code,
            Part.TRUST: "\n".join((TRUST, OFFICIAL.format(host=self.host))),
            Part.SERIAL: self.serial,
        }
