"""The sheets of the workbook and their columns; `kode` comes first and is the key of every one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from portal.domain.workbook.cell import ON_COUNTERS, Kind, Value
from portal.domain.workbook.fault import FaultCode

UNIT: Final = "Unit"
SERVICE: Final = "Layanan"
COUNTER: Final = "Loket"
OFFICER: Final = "Petugas"
PLATE: Final = "Papan nama"
DUTY: Final = "Tugas jaga"
HOURS: Final = "Jam layanan"
HOLIDAY: Final = "Libur"
SERVED: Final = "Jumlah dilayani"
INDICATOR: Final = "Indikator"
PAST: Final = "IKM tahun lalu"

MOST_ROWS: Final = 20_000
MOST_COLUMNS: Final = 64

Fields = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `field` is its name in the program, `target` the sheet whose codes it holds.

    `fixed` is what is wrong when the value of a stored row changes: ratings hang on it, or the code itself. What is
    `past` is not to come after today.
    """

    field: str
    heading: str
    kind: Kind
    required: bool = False
    default: Value = None
    target: str = ""
    fixed: FaultCode | None = None
    past: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet; the first import needs those that are `required`.

    Where `derived` names fields, the code of a row is made of them, so that one thing cannot be entered twice.
    """

    name: str
    columns: tuple[Column, ...]
    required: bool = False
    derived: tuple[str, ...] = ()

    def column(self, field: str) -> Column:
        """Return the column of a field, which exists."""
        return next(column for column in self.columns if column.field == field)

    def code_of(self, values: Fields) -> str:
        """Return the code that is made of the fields `derived`, of which there are some."""
        return ".".join(_part(values.get(name)) for name in self.derived)

    @property
    def defaults(self) -> dict[str, Value]:
        """The fields of a row that says nothing."""
        return {column.field: column.default for column in self.columns[1:]}


def _part(value: Value) -> str:
    return "-" if value is None else value.isoformat() if isinstance(value, date) else str(value)


_CODE = Column("code", "kode", Kind.CODE, required=True)
_KEY = Column("code", "kode", Kind.KEY, required=True)
_DERIVED = Column("code", "kode", Kind.KEY)
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
            Column("target", "target", Kind.SKM),
            Column("counter_label", "sebutan loket", Kind.NAME),
        ),
        required=True,
    ),
    Sheet(SERVICE, (_CODE, _ITS_UNIT, _NAME, _ENDS)),
    Sheet(
        COUNTER,
        (
            _CODE,
            _ITS_UNIT,
            _NAME,
            Column("services", "layanan", Kind.CODES, target=SERVICE, default=()),
            _ENDS,
            Column("channel", "saluran", Kind.CHANNEL, default=ON_COUNTERS, fixed=FaultCode.CHANNEL_FIXED),
            Column("starts_on", "dari", Kind.DATE),
            Column("place", "tempat", Kind.NAME),
        ),
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
            _KEY,
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
    Sheet(HOLIDAY, (_CODE, Column("on_date", "tanggal", Kind.DATE, required=True), _ANY_UNIT, _NAME, _ENDS)),
    Sheet(
        SERVED,
        (
            _DERIVED,
            Column("unit", "unit", Kind.CODE, required=True, target=UNIT, fixed=FaultCode.CODE_TAKEN),
            Column("service", "layanan", Kind.CODE, target=SERVICE, fixed=FaultCode.CODE_TAKEN),
            Column("on_date", "tanggal", Kind.DATE, required=True, fixed=FaultCode.CODE_TAKEN, past=True),
            Column("n", "jumlah", Kind.COUNT, required=True),
        ),
        derived=("unit", "service", "on_date"),
    ),
    Sheet(
        INDICATOR,
        (
            _KEY,
            Column("unit", "unit", Kind.CODE, required=True, target=UNIT),
            Column("officer", "petugas", Kind.CODE, target=OFFICER),
            _NAME,
            Column("unit_of_measure", "satuan", Kind.NAME, required=True),
            Column("kind", "jenis", Kind.INDICATOR_KIND, required=True),
            Column("duty", "tugas", Kind.NAME),
            Column("unit_goal", "sasaran unit", Kind.NAME),
            Column("period_code", "periode", Kind.PERIOD, required=True),
            Column("measure", "ukuran portal", Kind.MEASURE),
            Column("target", "target", Kind.DECIMAL),
            Column("realisation", "realisasi", Kind.DECIMAL),
            Column("as_of", "per tanggal", Kind.DATE, past=True),
            Column("source", "sumber", Kind.NAME),
            Column("link", "tautan", Kind.LINK),
            _ENDS,
        ),
    ),
    Sheet(
        PAST,
        (
            _DERIVED,
            Column("unit", "unit", Kind.CODE, required=True, target=UNIT, fixed=FaultCode.CODE_TAKEN),
            Column("year", "tahun", Kind.YEAR, required=True, fixed=FaultCode.CODE_TAKEN, past=True),
            Column("skm", "IKM", Kind.SKM, required=True),
            Column("n", "responden", Kind.COUNT),
            Column("source", "sumber", Kind.NAME),
        ),
        derived=("unit", "year"),
    ),
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
