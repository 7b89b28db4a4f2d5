"""`portal import`: the registry from a workbook; what is wrong with it is said in the language of the offices."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import click

from portal.cli import errand
from portal.domain.workbook.fault import Fault, FaultCode
from portal.services import Portal
from portal.services.enrol.workbook import ImportReport, RowChange, SheetReport, import_workbook, template

TEXTS: Final = {
    FaultCode.FILE_TOO_LARGE: "Berkas terlalu besar (paling besar 8 MiB).",
    FaultCode.NOT_A_WORKBOOK: "Berkas ini bukan buku kerja XLSX, atau rusak.",
    FaultCode.TOO_MANY_ROWS: "Lembar ini melebihi 20.000 baris.",
    FaultCode.TOO_MANY_COLUMNS: "Lembar ini melebihi 64 kolom.",
    FaultCode.SHEET_UNKNOWN: "Lembar tidak dikenal.",
    FaultCode.SHEET_TWICE: "Lembar ini ada dua kali.",
    FaultCode.SHEET_REQUIRED: "Lembar ini wajib ada dan berisi sedikitnya satu baris.",
    FaultCode.COLUMN_UNKNOWN: "Kolom tidak dikenal.",
    FaultCode.COLUMN_TWICE: "Kolom ini ada dua kali.",
    FaultCode.COLUMN_MISSING: "Kolom wajib ini tidak ada.",
    FaultCode.VALUE_MISSING: "Wajib diisi.",
    FaultCode.FORMULA: "Berisi rumus. Salin, lalu tempel sebagai nilai.",
    FaultCode.CELL_ERROR: "Berisi kesalahan rumus.",
    FaultCode.CODE_BAD: "Kode hanya boleh huruf, angka, titik, dan garis, paling panjang 40.",
    FaultCode.CODE_NUMBER: "Kode terbaca sebagai angka pecahan. Ubah format sel menjadi teks, ketik ulang.",
    FaultCode.CODE_TWICE: "Kode sudah dipakai di lembar ini.",
    FaultCode.TEXT_BAD: "Bukan teks.",
    FaultCode.TEXT_LONG: "Terlalu panjang (paling panjang 160 huruf).",
    FaultCode.DATE_BAD: "Bukan tanggal. Contoh: 2026-03-01 atau 01/03/2026.",
    FaultCode.TIME_BAD: "Bukan jam. Contoh: 08:00.",
    FaultCode.WEEKDAY_BAD: "Bukan nama hari (Senin sampai Minggu).",
    FaultCode.YES_NO_BAD: "Isi ya atau tidak.",
    FaultCode.NIP_NUMBER: "NIP terbaca sebagai angka, dapat terpotong. Ubah format sel menjadi teks, ketik ulang.",
    FaultCode.NIP_LENGTH: "NIP harus 18 angka.",
    FaultCode.NIP_BIRTH: "Tanggal lahir di dalam NIP tidak ada.",
    FaultCode.NIP_START: "Tahun dan bulan pengangkatan di dalam NIP tidak mungkin.",
    FaultCode.NIP_SEX: "Angka ke-15 NIP harus 1 atau 2.",
    FaultCode.NIP_SERIAL: "Nomor urut di dalam NIP tidak mungkin.",
    FaultCode.REFERENCE_UNKNOWN: "Kode ini tidak ada, di berkas maupun yang tersimpan.",
    FaultCode.CYCLE: "Induk melingkar: unit menjadi atasan dirinya sendiri.",
    FaultCode.TREE_DEEP: "Susunan unit terlalu dalam.",
    FaultCode.PARENT_FIXED: "Induk unit yang sudah tersimpan tidak dapat diubah.",
    FaultCode.UNIT_FIXED: "Unit baris yang sudah tersimpan tidak dapat diubah. Tutup baris ini, buat yang baru.",
    FaultCode.SERVICE_ELSEWHERE: "Layanan ini milik unit lain.",
    FaultCode.DAY_OR_DATE: "Isi salah satu: hari atau tanggal.",
    FaultCode.ABSENCE_UNDATED: "Tanpa loket hanya untuk petugas yang tidak masuk pada satu tanggal.",
    FaultCode.ABSENCE_TIMED: "Petugas yang tidak masuk tidak masuk sehari penuh: kosongkan jam.",
    FaultCode.FROM_DATED: "Kolom dari hanya untuk jadwal pekanan.",
    FaultCode.TIMES_REVERSED: "Harus sesudah jam mulai atau jam buka.",
    FaultCode.LOOK_ALIKE: "Nama ini mirip dengan nama lain di unit yang sama.",
    FaultCode.NIP_SHARED: "NIP ini juga dipakai petugas lain.",
    FaultCode.NEVER_IN_FORCE: "Berakhir sebelum mulai: jadwal ini tidak pernah berlaku.",
    FaultCode.STILL_OPEN: "Unit ditutup, tetapi masih ada loket yang belum ditutup.",
}


def commands(open_portal: Callable[[], Portal]) -> list[click.Command]:
    """Return the commands of this module."""

    @click.command("import")
    @click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
    @click.option("--dry-run", is_flag=True, help="Report what would change, and change nothing.")
    @click.option("--template", "as_template", is_flag=True, help="Write an empty workbook to FILE instead.")
    def import_(file: Path, *, dry_run: bool, as_template: bool) -> None:
        """Bring units, counters and officers to what the workbook FILE says."""
        if as_template:
            _write_template(file)
            return
        if not file.is_file():
            raise click.ClickException(f"{file}: no such file")
        report = errand.run(open_portal(), import_workbook, file.read_bytes(), dry_run=dry_run, actor=errand.actor())
        for line in lines(report):
            click.echo(line)
        if report.errors:
            raise click.exceptions.Exit(1)

    return [import_]


def _write_template(file: Path) -> None:
    try:
        with file.open("xb") as target:
            target.write(template())
    except FileExistsError:
        raise click.ClickException(f"{file} exists; it may hold somebody's work") from None
    except OSError as error:
        raise click.ClickException(f"{file}: {error.strerror}") from None


def lines(report: ImportReport) -> Iterator[str]:
    """Say what the import did or would do, then every warning and error with its cell."""
    for sheet in () if report.errors else report.sheets:
        yield from _sheet_lines(sheet)
    for heading, faults in (("Peringatan", report.warnings), ("Kesalahan", report.errors)):
        if faults:
            yield f"{heading}: {len(faults)}"
            yield from (f"  {_fault_line(fault)}" for fault in faults)
    if report.errors:
        yield "Tidak ada yang disimpan. Mohon perbaiki berkas, lalu ulangi."
    elif not any(sheet.created or sheet.changed or sheet.closed for sheet in report.sheets):
        yield "Tidak ada perubahan."
    else:
        yield "Uji coba: belum ada yang disimpan." if report.dry_run else "Tersimpan."


def _sheet_lines(sheet: SheetReport) -> Iterator[str]:
    yield (
        f"{sheet.name}: {len(sheet.created)} dibuat, {len(sheet.changed)} diubah, "
        f"{len(sheet.closed)} ditutup, {sheet.unchanged} tetap"
    )
    yield from (f"  dibuat   {code}" for code in sheet.created)
    yield from (f"  diubah   {_change(row)}" for row in sheet.changed)
    yield from (f"  ditutup  {_change(row)}" for row in sheet.closed)


def _change(row: RowChange) -> str:
    fields = (f"{field.heading}: {field.old or '(kosong)'} -> {field.new or '(kosong)'}" for field in row.fields)
    return f"{row.code}  {'; '.join(fields)}"


def _fault_line(fault: Fault) -> str:
    where = [fault.sheet] if fault.sheet else []
    if fault.row:
        where.append(f"baris {fault.row}")
    if fault.heading or fault.column:
        where.append(" ".join(filter(None, ("kolom", fault.column, fault.heading and f"({fault.heading})"))))
    place = f"{', '.join(where)}: " if where else ""
    value = f" [{fault.value}]" if fault.value else ""
    return f"{place}{TEXTS[fault.code]}{value}{_hint(fault)}"


def _hint(fault: Fault) -> str:
    if not fault.hint:
        return ""
    return f" {_HINTS.get(fault.code, 'Lihat:')} {fault.hint}"


_HINTS: Final = {
    FaultCode.SHEET_UNKNOWN: "Maksudnya:",
    FaultCode.COLUMN_UNKNOWN: "Maksudnya:",
    FaultCode.REFERENCE_UNKNOWN: "Maksudnya:",
    FaultCode.CODE_TWICE: "Baris",
    FaultCode.TREE_DEEP: "Paling dalam:",
    FaultCode.PARENT_FIXED: "Tersimpan:",
    FaultCode.UNIT_FIXED: "Tersimpan:",
}
