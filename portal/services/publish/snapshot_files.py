"""A snapshot as files: as it was signed, and the very same strings as JSON, CSV and XLSX."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from portal.domain.formula import defused
from portal.storage.snapshots import SnapshotLine

FORMS: Final = ("jws", "json", "csv", "xlsx")

_Cell = str | int | None
_BYTE_ORDER_MARK: Final = "\ufeff"
_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?")
_SUBJECT: Final = "period.id revision subject.type subject.id subject.name subject.unit_id instrument measure".split()
_COMPARISON: Final = (
    "use reason fair lower upper difference difference_lower difference_upper reliability strength n n_comparable "
    "statement window_start window_end sheet_version sheet_hash"
).split()
_SCORE: Final = (
    *"method_version status reason use supersedes n n_held n_excluded n_late".split(),
    *(f"evidence.{strength}" for strength in "open present visit assisted".split()),
    *"response_rate value lower upper mutu band.lower band.upper".split(),
    *(f"distribution.{answer}" for answer in range(1, 5)),
    *(f"comparison.{figure}" for figure in _COMPARISON),
    *"explain data_cutoff".split(),
)
_ELEMENT: Final = "code n nrr value lower upper band.lower band.upper".split()
_INDICATOR: Final = "name unit_of_measure kind period_id target realisation as_of source link checked".split()
_TABLES: Final[Mapping[str, tuple[str, Sequence[str]]]] = {
    "scores": ("", _SCORE),
    "elements": ("elements", _ELEMENT),
    "indicators": ("indicators", _INDICATOR),
}
"""Name of a table -> the list in a score that has a row each, empty for the score itself, and its fields."""


def written(kind: str, jws: bytes, signed: SnapshotLine) -> bytes:
    """Return the snapshot in one of the `FORMS`; the same bytes every time.

    CSV holds one line for each score, element and indicator, told apart by its first column; XLSX a sheet for each.
    """
    if kind == "jws":
        return jws
    payload = _payload(jws)
    if kind == "json":
        return payload
    tables = _tables(json.loads(payload))
    return _csv(tables) if kind == "csv" else _xlsx(tables, signed)


def _payload(jws: bytes) -> bytes:
    """Return what was signed: canonical JSON."""
    encoded = jws.split(b".")[1]
    return base64.urlsafe_b64decode(encoded + b"=" * (-len(encoded) % 4))


def _tables(content: Mapping[str, Any]) -> Mapping[str, Sequence[Mapping[str, _Cell]]]:
    """Return the rows of each table, every one with all of its fields."""
    scores = [score for cut in ("unit", "service", "counter", "officer") for score in content["scores"][cut]]
    return {
        name: [
            {field: _field(score, field) for field in _SUBJECT} | {field: _field(row, field) for field in fields}
            for score in scores
            for row in (score[inside] if inside else [score])
        ]
        for name, (inside, fields) in _TABLES.items()
    }


def _field(row: Mapping[str, Any], field: str) -> _Cell:
    found: Any = row
    for name in field.split("."):
        if found is None:
            break
        found = found[int(name) - 1] if isinstance(found, list) else found[name]
    return _safe(found)


def _safe(value: Any) -> _Cell:  # noqa: ANN401 - a leaf of JSON
    """Return a cell that no spreadsheet takes for a formula; a number is none, whatever its sign."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) and _NUMBER.fullmatch(value) else defused(value)


def _csv(tables: Mapping[str, Sequence[Mapping[str, _Cell]]]) -> bytes:
    inside = (f"{name}.{field}" for name, fields in _TABLES.values() if name for field in fields)
    file = io.StringIO(newline="")
    lines = csv.DictWriter(file, ["table", *_SUBJECT, *_SCORE, *inside], restval=None)
    lines.writeheader()
    for name, rows in tables.items():
        lines.writerows({"table": name, **_prefixed(name, row)} for row in rows)
    return (_BYTE_ORDER_MARK + file.getvalue()).encode()


def _prefixed(name: str, row: Mapping[str, _Cell]) -> Mapping[str, _Cell]:
    inside = _TABLES[name][0]
    return {f"{inside}.{field}" if inside and field not in _SUBJECT else field: value for field, value in row.items()}


def _undated(content: bytes) -> bytes:
    """Return the archive with the same files, whose bytes do not tell when it was made."""
    file = io.BytesIO()
    with ZipFile(io.BytesIO(content)) as dated, ZipFile(file, "w") as undated:
        for name in dated.namelist():
            undated.writestr(ZipInfo(name), dated.read(name), ZIP_DEFLATED)
    return file.getvalue()


def _xlsx(tables: Mapping[str, Sequence[Mapping[str, _Cell]]], signed: SnapshotLine) -> bytes:
    from openpyxl import Workbook  # noqa: PLC0415 - 6 MB that a serving process can do without until a file is asked for
    from openpyxl.packaging.core import DocumentProperties  # noqa: PLC0415 - as above
    from openpyxl.writer.excel import ExcelWriter  # noqa: PLC0415 - as above

    workbook = Workbook(write_only=True)
    at = signed.signed_at.replace(tzinfo=None)
    workbook.properties = DocumentProperties(creator="Suara Loket", created=at, modified=at)
    for name, rows in {"snapshot": _about(signed), **tables}.items():
        sheet = workbook.create_sheet(name)
        for number, row in enumerate(rows):
            if not number:
                sheet.append(list(row))
            sheet.append(list(row.values()))
    file = io.BytesIO()
    ExcelWriter(workbook, ZipFile(file, "w", ZIP_DEFLATED)).save()  # `Workbook.save` would write the present into it
    return _undated(file.getvalue())


def _about(signed: SnapshotLine) -> Sequence[Mapping[str, _Cell]]:
    told: dict[str, _Cell] = {
        "period": signed.period_code,
        "version": signed.version,
        "signed_at": f"{signed.signed_at:%Y-%m-%dT%H:%M:%SZ}",
        "sha256": signed.hash.hex(),
        "previous": signed.previous_hash.hex(),
        "key": signed.key_code,
        "reason": _safe(signed.reason),
    }
    return [told]
