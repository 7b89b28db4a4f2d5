"""The made-up registry, in the rows that the workbook import reads."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any, Final

WEEKDAYS: Final = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat")
HALVES: Final = (("08:00", "12:00"), ("12:00", "16:00"))


@dataclass(frozen=True, slots=True)
class Government:
    """What `config/demo/government.toml` says."""

    name: str
    time_zone: str
    contact: str
    root: dict[str, str]
    units: list[dict[str, Any]]


def read(folder: Path) -> Government:
    return Government(**tomllib.loads((folder / "government.toml").read_text("utf-8")))


def counters_of(unit: dict[str, Any]) -> list[str]:
    """Return the workbook codes of the unit's counters."""
    return [f"{unit['kode']}-{number}" for number, _ in enumerate(unit["counters"], start=1)]


def officers_of(unit: dict[str, Any]) -> list[str]:
    return [f"{unit['kode']}-p{number:02d}" for number in range(1, unit["officers"] + 1)]


def rows(government: Government) -> dict[str, list[dict[str, Any]]]:
    """Return the sheets Unit, Layanan, Loket, Petugas, Tugas jaga and Jam layanan."""
    sheets: dict[str, list[dict[str, Any]]] = {
        "Unit": [government.root],
        "Layanan": [],
        "Loket": [],
        "Petugas": [],
        "Tugas jaga": [],
        "Jam layanan": [
            {"kode": f"jam-{number}", "hari": day, "buka": "07:30", "tutup": "16:00"}
            for number, day in enumerate(WEEKDAYS, start=1)
        ],
    }
    for unit in government.units:
        code = unit["kode"]
        sheets["Unit"].append({"kode": code, "nama": unit["nama"], "induk": government.root["kode"]})
        sheets["Layanan"] += [
            {"kode": f"{code}-l{number}", "unit": code, "nama": name}
            for number, name in enumerate(unit["services"], start=1)
        ]
        sheets["Loket"] += [
            {"kode": counter, "unit": code, "nama": name}
            for counter, name in zip(counters_of(unit), unit["counters"], strict=True)
        ]
        sheets["Petugas"] += [
            {"kode": officer, "unit": code, "nama": f"Petugas Contoh {officer.upper()}", "ASN": "ya"}
            for officer in officers_of(unit)
        ]
        sheets["Tugas jaga"] += _duty(unit)
    return sheets


def _duty(unit: dict[str, Any]) -> list[dict[str, Any]]:
    """Let the officers take turns at the counters, one at a time, half a day each."""
    turns = [(counter, day, half) for day in WEEKDAYS for half in HALVES for counter in counters_of(unit)]
    officers = islice(cycle(officers_of(unit)), len(turns))
    return [
        {
            "kode": f"{unit['kode']}-j{number:02d}",
            "petugas": officer,
            "loket": counter,
            "hari": day,
            "mulai": starts,
            "selesai": ends,
        }
        for number, ((counter, day, (starts, ends)), officer) in enumerate(zip(turns, officers, strict=True), start=1)
    ]
