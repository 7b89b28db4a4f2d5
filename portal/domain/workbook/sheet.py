"""The sheets of the workbook and their columns; `kode` comes first and is the key of every one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from portal.domain.workbook.cell import Kind, Value
from portal.domain.workbook.fault import FaultCode

UNIT: Final = "Unit"
SERVICE: Final = "Layanan"
COUNTER: Final = "Loket"
OFFICER: Final = "Petugas"
PLATE: Final = "Papan nama"
DUTY: Final = "Tugas jaga"
HOURS: Final = "Jam layanan"
HOLIDAY: Final = "Libur"

MOST_ROWS: Final = 20_000
MOST_COLUMNS: Final = 64

Fields = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `field` is its name in the program, `target` the sheet whose codes it holds.

    `fixed` is what is wrong when the value of a stored row changes: ratings hang on it.
    """

    field: str
    heading: str
    kind: Kind
    required: bool = False
    default: Value = None
    target: str = ""
    fixed: FaultCode | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet; the first import needs those that are `required`."""

    name: str
    columns: tuple[Column, ...]
    required: bool = False

    def column(self, field: str) -> Column:
        """Return the column of a field, which exists."""
        return next(column for column in self.columns if column.field == field)

    @property
    def defaults(self) -> dict[str, Value]:
        """The fields of a row that says nothing."""
        return {column.field: column.default for column in self.columns[1:]}


_CODE = Column("code", "kode", Kind.CODE, required=True)
_NAME = Column("name", "nama", Kind.NAME, required=True)
_ENDS = Column("ends_on", "sampai", Kind.DATE)
_ITS_UNIT = Column("unit", "unit", Kind.CODE, required=True, target=UNIT, fixed=FaultCode.UNIT_FIXED)
_ANY_UNIT = Column("unit", "unit", Kind.CODE, target=UNIT)

_ALL: Final = (
    Sheet(
        UNIT,
        (
            _CODE,
            _NAME,
            Column("parent", "induk", Kind.CODE, target=UNIT, fixed=FaultCode.PARENT_FIXED),
            _ENDS,
        ),
        required=True,
    ),
    Sheet(SERVICE, (_CODE, _ITS_UNIT, _NAME, _ENDS)),
    Sheet(
        COUNTER,
        (_CODE, _ITS_UNIT, _NAME, Column("services", "layanan", Kind.CODES, target=SERVICE, default=()), _ENDS),
        required=True,
    ),
    Sheet(
        OFFICER,
        (
            _CODE,
            Column("unit", "unit", Kind.CODE, required=True, target=UNIT),
            _NAME,
            Column("nip", "NIP", Kind.NIP),
            Column("civil_servant", "ASN", Kind.YES_NO, default=True),
            Column("plate", "papan nama", Kind.YES_NO, default=False),
            _ENDS,
        ),
    ),
    Sheet(
        DUTY,
        (
            _CODE,
            Column("officer", "petugas", Kind.CODE, required=True, target=OFFICER),
            Column("counter", "loket", Kind.CODE, target=COUNTER),
            Column("weekday", "hari", Kind.WEEKDAY),
            Column("on_date", "tanggal", Kind.DATE),
            Column("starts", "mulai", Kind.TIME),
            Column("ends", "selesai", Kind.TIME),
            Column("from_on", "dari", Kind.DATE),
            _ENDS,
        ),
    ),
    Sheet(
        HOURS,
        (
            _CODE,
            _ANY_UNIT,
            Column("weekday", "hari", Kind.WEEKDAY, required=True),
            Column("opens", "buka", Kind.TIME, required=True),
            Column("closes", "tutup", Kind.TIME, required=True),
            _ENDS,
        ),
    ),
    Sheet(HOLIDAY, (_CODE, Column("on_date", "tanggal", Kind.DATE, required=True), _ANY_UNIT, _NAME)),
)
SHEETS: Final[Mapping[str, Sheet]] = {sheet.name: sheet for sheet in _ALL}

# Name plates are no sheet of the file: the officers' column `papan nama` makes and closes them.
PLATES: Final = Sheet(
    PLATE,
    (
        _CODE,
        Column("unit", "unit", Kind.CODE, target=UNIT),
        Column("name", "nama", Kind.NAME),
        Column("officer", "petugas", Kind.CODE, target=OFFICER),
        _ENDS,
    ),
)

# Each after those whose codes it holds.
KEPT: Final[Mapping[str, Sheet]] = {
    sheet.name: sheet for name in SHEETS for sheet in ((SHEETS[name], PLATES) if name == OFFICER else (SHEETS[name],))
}
