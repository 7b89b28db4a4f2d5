"""The list of printed codes as a file for spreadsheets, for whoever hangs them up and tries each."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Final

from portal.domain.formula import defused
from portal.services.enrol.posters.poster import Poster

HEADINGS: Final = (
    "Kode unit",
    "Unit",
    "Kode loket",
    "Loket",
    "Kode cetak",
    "Alamat",
    "Nomor seri",
    "Uji pindai terakhir",
)
_BYTE_ORDER_MARK: Final = "\ufeff"


def index_csv(posters: Iterable[Poster]) -> bytes:
    """Return the list as CSV in UTF-8, with the mark by which spreadsheets know it."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(HEADINGS)
    writer.writerows(_row(poster) for poster in posters)
    return (_BYTE_ORDER_MARK + file.getvalue()).encode()


def _row(poster: Poster) -> tuple[str, ...]:
    scanned = poster.scanned_at.isoformat(" ", "minutes")[:16] if poster.scanned_at else ""
    cells = (
        poster.unit_code,
        poster.unit_name,
        poster.counter_code,
        poster.name,
        poster.code,
        poster.address,
        poster.serial,
        scanned,
    )
    return tuple(map(defused, cells))
