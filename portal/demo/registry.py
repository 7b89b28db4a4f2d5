"""The made-up registry, in the rows that the workbook import reads."""

from __future__ import annotations

import random
import tomllib
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any, Final

from portal.domain.indicator import WORDS
from portal.domain.period import Period

SEED: Final = 20190049
DAYS: Final = 390
"""The thirteen months that have ratings."""
WEEKDAYS: Final = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat")
HALVES: Final = (("08:00", "12:00"), ("12:00", "16:00"))
NOON: Final = time(12)


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


def rows(government: Government, today: date) -> dict[str, list[dict[str, Any]]]:
    """Return the sheets of the workbook, as an office would have filled them in by `today`."""
    sheets: dict[str, list[dict[str, Any]]] = {
        "Unit": [government.root],
        "Jam layanan": [
            {"kode": f"jam-{number}", "hari": day, "buka": "07:30", "tutup": "16:00"}
            for number, day in enumerate(WEEKDAYS, start=1)
        ],
    }
    for unit in government.units:
        of_unit = {
            "Unit": [_unit(unit, government.root)],
            **_served_by(unit),
            "Tugas jaga": _duty(unit),
            "Jumlah dilayani": _served(unit, today),
            "IKM tahun lalu": _past(unit, today),
            "Indikator": _indicators(unit, today),
        }
        for sheet, listed in of_unit.items():
            sheets.setdefault(sheet, []).extend(listed)
    sheets["Loket"].append(_mobile(government.units[-1]["kode"], today))
    return sheets


def _unit(unit: dict[str, Any], root: dict[str, str]) -> dict[str, Any]:
    named = {"kode": unit["kode"], "nama": unit["nama"], "induk": root["kode"]}
    return {**named, "target": unit["target"], "sebutan loket": unit.get("label")}


def _served_by(unit: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Return the unit's services, its counters and its officers."""
    code = unit["kode"]
    return {
        "Layanan": [
            {"kode": f"{code}-l{number}", "unit": code, "nama": name}
            for number, name in enumerate(unit["services"], start=1)
        ],
        "Loket": [
            {"kode": counter, "unit": code, "nama": name}
            for counter, name in zip(counters_of(unit), unit["counters"], strict=True)
        ],
        "Petugas": [
            {"kode": officer, "unit": code, "nama": f"Petugas Contoh {officer.upper()}", "ASN": "ya"}
            for officer in officers_of(unit)
        ],
    }


def _served(unit: dict[str, Any], today: date) -> list[dict[str, Any]]:
    """Write down how many were served on each working day of the months that have ratings."""
    dice = random.Random(f"{SEED} {unit['kode']}")
    first = (today - timedelta(days=DAYS)).replace(day=1)
    days = (first + timedelta(days=number) for number in range((today - first).days))
    return [
        {"unit": unit["kode"], "tanggal": day, "jumlah": max(0, round(dice.gauss(unit["served"], unit["served"] / 6)))}
        for day in days
        if day.weekday() < len(WEEKDAYS)
    ]


def _past(unit: dict[str, Any], today: date) -> list[dict[str, Any]]:
    """Give the years before the portal, the last one first gone by."""
    first = today.year - 1 - len(unit["past"])
    return [
        {"unit": unit["kode"], "tahun": first + number, "IKM": year["skm"], "responden": year["n"]}
        for number, year in enumerate(unit["past"], start=1)
    ]


def _indicators(unit: dict[str, Any], today: date) -> list[dict[str, Any]]:
    """Give each unit three indicators of this period and the last: two from elsewhere, one that the portal counts."""
    this = Period.containing("semester", today)
    told = [
        (this.preceding, this.preceding.ends_on, "94,1", unit["served"] * 123),
        (this, today - timedelta(days=1), "92,4", unit["served"] * 97),
    ]
    return [
        row for period, as_of, punctual, served in told for row in _of_period(unit, period, as_of, punctual, served)
    ]


def _of_period(unit: dict[str, Any], period: Period, as_of: date, punctual: str, served: int) -> list[dict[str, Any]]:
    code = f"{unit['kode']}-{period.period_code.lower()}"
    common = {"unit": unit["kode"], "periode": period.period_code}
    told = {**common, "per tanggal": as_of}
    return [
        {
            **told,
            "kode": f"{code}-i1",
            "nama": "Berkas selesai tepat waktu",
            "satuan": "persen",
            "jenis": "waktu",
            "target": "95",
            "realisasi": punctual,
            "sumber": "Catatan unit (contoh)",
        },
        {
            **told,
            "kode": f"{code}-i2",
            "nama": "Jumlah warga yang dilayani",
            "satuan": "orang",
            "jenis": "jumlah",
            "target": str(unit["served"] * 120),
            "realisasi": str(served),
            "sumber": "Mesin antrean (contoh)",
        },
        {
            **common,
            "kode": f"{code}-i3",
            "nama": "Kepuasan masyarakat",
            "satuan": "poin",
            "jenis": "mutu",
            "target": unit["target"].replace(".", ","),
            "ukuran portal": WORDS["skm"],
        },
    ]


def _mobile(code: str, today: date) -> dict[str, Any]:
    """Return a mobile service that stands in a village this week."""
    last = today + timedelta(days=6)
    return {
        "kode": f"{code}-keliling",
        "unit": code,
        "nama": "Layanan keliling",
        "saluran": "keliling",
        "dari": today,
        "sampai": last,
        "tempat": "Balai Desa Contoh",
    }


def turns_of(unit: dict[str, Any]) -> dict[tuple[str, int, bool], str]:
    """Return who is at a counter on a weekday (0 = Monday), in the morning or the afternoon (True)."""
    turns = [
        (counter, day, after)
        for day in range(len(WEEKDAYS))
        for after in (False, True)
        for counter in counters_of(unit)
    ]
    return dict(zip(turns, cycle(officers_of(unit)), strict=False))


def _duty(unit: dict[str, Any]) -> list[dict[str, Any]]:
    """Let the officers take turns at the counters, one at a time, half a day each."""
    return [
        {
            "kode": f"{unit['kode']}-j{number:02d}",
            "petugas": officer,
            "loket": counter,
            "hari": WEEKDAYS[day],
            "mulai": HALVES[after][0],
            "selesai": HALVES[after][1],
        }
        for number, ((counter, day, after), officer) in enumerate(turns_of(unit).items(), start=1)
    ]
